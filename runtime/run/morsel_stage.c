// The loop over the morsels of a source; see morsel_stage.h.
#include "runtime/run/morsel_stage.h"

enum seg_status seg_morsel_stage_run(struct seg_morsel_stage *stage, seg_worker_function worker,
                                     void *context, struct seg_error *error) {
  seg_first_error_init(&stage->first);
  seg_ticket_init(&stage->ticket);
  seg_workers_run(stage->state->threads, worker, context);
  enum seg_status status = seg_first_error_take(&stage->first, stage->source, error);
  seg_ticket_deinit(&stage->ticket);
  seg_first_error_deinit(&stage->first);
  return status;
}

void seg_morsel_stage_take(struct seg_morsel_stage *stage, struct seg_morsel *morsel,
                           seg_morsel_function work, void *context) {
  struct seg_error error;
  while (!seg_first_error_any(&stage->first)) {
    bool end = false;
    int64_t row = 0;
    if (seg_run_interrupted(stage->state)) {
      (void)seg_run_fail_interrupted(&error);
      seg_first_error_offer(&stage->first, -1, true, &error);
      seg_ticket_stop(&stage->ticket, 0);
      return;
    }
    if (seg_source_next(stage->source, morsel, &end, &row, &error) != SEG_OK) {
      seg_first_error_offer(&stage->first, row, true, &error);
      return;
    }
    if (end)
      return;
    row = morsel->first_row;
    if (work(context, &row, &error) != SEG_OK) {
      seg_first_error_offer(&stage->first, row, error.status != SEG_BAD_DATA, &error);
      seg_ticket_stop(&stage->ticket, morsel->number);
      return;
    }
  }
}

void seg_morsel_stage_give_up(struct seg_morsel_stage *stage, const struct seg_error *error) {
  seg_first_error_offer(&stage->first, -1, true, error);
}
