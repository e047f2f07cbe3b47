// See stored_fold.h.
#include "runtime/run/stored_fold.h"

#include <stdlib.h>

enum {
  ROWS = 1 << 15,      // that are folded together, unless 64 customers have more
  MANY_ROWS = 1 << 16, // the same when they are folded again: more are brought together twice
};

static const char what_for[] = "folding events";

enum seg_status seg_stored_fold_init(struct seg_stored_fold *fold,
                                     const struct seg_run_state *state, uint32_t event,
                                     uint32_t customers, struct seg_error *error) {
  const struct seg_plan *plan = state->plan;
  *fold = (struct seg_stored_fold){.state = state, .event = event};
  fold->offsets = calloc((size_t)customers + 1, sizeof *fold->offsets);
  fold->carried = calloc((size_t)plan->events[event].carried_count + 1, sizeof *fold->carried);
  fold->values = calloc((size_t)plan->folds[event].cell_count + 1, sizeof *fold->values);
  fold->known = calloc((size_t)plan->folds[event].cell_count + 1, sizeof *fold->known);
  if (fold->offsets == NULL || fold->carried == NULL || fold->values == NULL || fold->known == NULL)
    return seg_fail_memory(error, what_for);
  enum seg_status status = seg_stored_columns_init(&fold->columns, state, event, error);
  if (status == SEG_OK)
    status = seg_stored_stretches_init(&fold->stretches, &fold->columns.view,
                                       seg_stored_first_day(state, event), error);
  if (status == SEG_OK && seg_stored_scan_needed(plan, event))
    status = seg_stored_scan_init(&fold->scan, state, event, error);
  return status;
}

void seg_stored_fold_deinit(struct seg_stored_fold *fold) {
  if (fold->state == NULL)
    return;
  seg_stored_scan_deinit(&fold->scan);
  seg_stored_stretches_deinit(&fold->stretches);
  seg_stored_columns_deinit(&fold->columns);
  free(fold->offsets);
  free(fold->carried);
  free(fold->values);
  free(fold->known);
  *fold = (struct seg_stored_fold){0};
}

uint64_t seg_stored_fold_bytes(const struct seg_run_state *state, uint32_t event, uint64_t rows) {
  return seg_stored_columns_bytes(state, event, rows) +
         seg_stored_scan_bytes(state->plan, event, rows);
}

// Where the rows of those folded together lie, and what the scan makes of them.
static enum seg_status load(struct seg_stored_fold *fold, struct seg_error *error) {
  const struct seg_plan_entity *entity = &fold->state->plan->events[fold->event];
  enum seg_status status = seg_stored_columns_read(&fold->columns, fold->stretches.list.items,
                                                   fold->stretches.list.count, error);
  if (status == SEG_OK && fold->scan.state != NULL)
    status = seg_stored_scan_run(&fold->scan, &fold->columns, error);
  for (uint32_t c = 0; status == SEG_OK && c < entity->carried_count; c++) {
    uint32_t slot = entity->scan.steps[entity->scan.value_roots[c]].slot;
    fold->carried[c] =
        fold->scan.state != NULL ? fold->scan.columns[c] : fold->columns.inputs[slot].values;
  }
  return status;
}

static void point_cells(struct seg_stored_fold *fold, const struct seg_stored_target *target,
                        uint32_t first) {
  const struct seg_fold *cells = &fold->state->plan->folds[fold->event];
  for (uint32_t c = 0; c < cells->cell_count; c++) {
    if (target->values[c] == NULL)
      continue;
    fold->values[c] = (char *)target->values[c] +
                      seg_width_size(cells->cells[c].layout, cells->cells[c].width, first);
    fold->known[c] = target->known[c] + first / 64;
  }
}

// `first` counts the customers before those at hand.
static void fold_few(struct seg_stored_fold *fold, uint32_t first, uint32_t customers,
                     struct seg_stored_target *target, struct seg_fold_scratch *scratch) {
  const struct seg_run_state *state = fold->state;
  const int32_t *marked = fold->scan.state == NULL ? NULL : fold->scan.days;
  struct seg_kernel_fault found = {.kind = SEG_FAULT_NONE};
  point_cells(fold, target, first);
  struct seg_fold_frame frame = {
      .customer_count = customers,
      .offsets = fold->offsets,
      .days = marked != NULL ? (const void *)marked : fold->columns.days.values,
      .flags = (const void *const *)fold->scan.flag_words,
      .columns = fold->carried,
      .windows = target->windows,
      .values = fold->values,
      .known = fold->known,
      .scratch = scratch,
      .fault = &found,
  };
  const struct seg_kernels *kernels = state->kernels;
  (state->pass == SEG_FIRST_PASS ? kernels->first_folds : kernels->folds)[fold->event](&frame);
  if (found.kind == SEG_FAULT_NONE || target->fault.kind != SEG_FAULT_NONE)
    return;
  target->fault = found;
  target->fault.row += first;
}

// The rows of customers from `first` on.
static enum seg_status bring(struct seg_stored_fold *fold, uint64_t first, uint32_t customers,
                             struct seg_error *error) {
  uint64_t most = fold->state->beside != NULL ? MANY_ROWS : ROWS;
  enum seg_status status = seg_stored_stretches_find(&fold->stretches, first, customers, most,
                                                     fold->offsets, &fold->taken, error);
  if (status == SEG_OK)
    status = load(fold, error);
  for (uint32_t c = 0; status == SEG_OK && fold->columns.lead > 0 && c <= fold->taken; c++)
    fold->offsets[c] += fold->columns.lead;
  return status;
}

enum seg_status seg_stored_fold_run(struct seg_stored_fold *fold, uint64_t first,
                                    uint32_t customers, bool again,
                                    struct seg_stored_target *target,
                                    struct seg_fold_scratch *scratch, struct seg_error *error) {
  target->fault = (struct seg_kernel_fault){.kind = SEG_FAULT_NONE};
  bool is_there = again && fold->taken == customers;
  for (uint32_t at = 0; at < customers; at += fold->taken) {
    enum seg_status status = is_there ? SEG_OK : bring(fold, first + at, customers - at, error);
    if (status != SEG_OK)
      return status;
    fold_few(fold, at, fold->taken, target, scratch);
  }
  return SEG_OK;
}
