// The loop over the morsels of one source; see preparing.h.
#include "runtime/io/io_errors.h"
#include "runtime/prepare/preparing.h"
#include "runtime/run/workers.h"

static bool interrupted(const struct seg_preparing *state) {
  const atomic_bool *flag = state->options->interrupted;
  return flag != NULL && atomic_load_explicit(flag, memory_order_relaxed);
}

static void report(struct seg_prepare_scan *scan, const struct seg_morsel *morsel) {
  struct seg_preparing *state = scan->state;
  uint64_t rows = (uint64_t)morsel->row_count;
  uint64_t done = atomic_fetch_add(&state->progress_rows, rows) + rows;
  if (state->options->progress == NULL || pthread_mutex_trylock(&state->progress_lock) != 0)
    return;
  struct seg_run_progress progress = {.stage = SEG_RUN_EVENTS,
                                      .entity = scan->source->entity->name,
                                      .rows = done,
                                      .share = seg_source_progress(scan->source)};
  state->options->progress(state->options->progress_context, &progress);
  pthread_mutex_unlock(&state->progress_lock);
}

// False at the end, and after an error, which has been offered.
static bool take(struct seg_prepare_scan *scan, unsigned worker, struct seg_morsel *morsel) {
  struct seg_error error;
  bool end = false;
  int64_t row = 0;
  if (interrupted(scan->state)) {
    SEG_IO_FAIL(&error, SEG_INTERRUPTED, INTERRUPTED,
                "the preparation was interrupted; the store is as it was");
    seg_first_error_offer(&scan->first, -1, true, &error);
    seg_ticket_stop(&scan->ticket, 0);
    return false;
  }
  if (seg_source_next(scan->source, morsel, &end, &row, &error) != SEG_OK) {
    seg_first_error_offer(&scan->first, row, true, &error);
    return false;
  }
  if (end)
    return false;
  row = morsel->first_row;
  enum seg_status status = seg_morsel_decode(morsel, &row, &error);
  if (status == SEG_OK)
    status = scan->work(scan, worker, morsel, &row, &error);
  if (status == SEG_OK) {
    report(scan, morsel);
    return true;
  }
  seg_first_error_offer(&scan->first, row, error.status != SEG_BAD_DATA, &error);
  seg_ticket_stop(&scan->ticket, morsel->number);
  return false;
}

static void scan_worker(void *context, unsigned worker) {
  struct seg_prepare_scan *scan = context;
  struct seg_morsel morsel;
  seg_morsel_init(&morsel, scan->source);
  while (!seg_first_error_any(&scan->first) && take(scan, worker, &morsel))
    continue;
  seg_morsel_deinit(&morsel);
}

enum seg_status seg_prepare_scan_run(struct seg_prepare_scan *scan, struct seg_error *error) {
  atomic_store(&scan->state->progress_rows, 0);
  seg_first_error_init(&scan->first);
  seg_ticket_init(&scan->ticket);
  seg_workers_run(scan->state->threads, scan_worker, scan);
  enum seg_status status = seg_first_error_take(&scan->first, scan->source, error);
  seg_ticket_deinit(&scan->ticket);
  seg_first_error_deinit(&scan->first);
  return status;
}
