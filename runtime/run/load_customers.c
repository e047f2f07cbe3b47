// Stage 1: the customers' source. Workers decode and scan in parallel; keys are added one morsel
// after the other, so that numbers follow the order of the file; columns are then filled in
// parallel again, or the rules are decided at once and no column is kept (early_rules).
#include <stdlib.h>

#include "runtime/entity/run_errors.h"
#include "runtime/run/early_rules.h"
#include "runtime/run/fault_text.h"
#include "runtime/run/morsel_stage.h"
#include "runtime/run/row_scan.h"

struct loading {
  struct seg_morsel_stage stage;
  struct seg_early_rules early;
};

/** One worker's part. */
struct loader {
  struct seg_morsel_stage *stage;
  struct seg_early_worker early;
  unsigned worker;
  struct seg_row_scan scan;
  struct seg_morsel morsel;
  uint32_t *numbers;
};

static enum seg_status fail_missing_key(const struct loader *loader, uint32_t index, int64_t *row,
                                        struct seg_error *error) {
  *row = seg_row_scan_place(&loader->scan, &loader->morsel, loader->scan.rows[index]);
  struct seg_str key = loader->stage->state->plan->customer.key;
  seg_fail(error, SEG_BAD_DATA, seg_run_code(SEG_RUN_ERROR_NO_KEY),
           "column %.*s: a customer must have a key, and here it is missing", SEG_STR(key));
  seg_error_help(error, "fill in the key, or leave the row out of the data");
  return SEG_BAD_DATA;
}

static enum seg_status fail_key_twice(const struct loader *loader, uint32_t index, int64_t *row,
                                      struct seg_error *error) {
  const struct seg_row_scan *scan = &loader->scan;
  const struct seg_plan_entity *customer = &loader->stage->state->plan->customer;
  *row = seg_row_scan_place(scan, &loader->morsel, scan->rows[index]);
  struct seg_fault_name name =
      seg_fault_name_key(&scan->key, scan->rows[index], customer->key_personal);
  seg_fail(error, SEG_BAD_DATA, seg_run_code(SEG_RUN_ERROR_KEY_TWICE),
           "column %.*s: %s was in an earlier row already, and each customer has one row",
           SEG_STR(customer->key), name.text);
  seg_error_help(error, "leave one row a customer in the data, for example with a query that "
                        "keeps the newest");
  return SEG_BAD_DATA;
}

// The worker's turn: numbers for the keys, room for the columns.
static enum seg_status add_keys(struct loader *loader, uint32_t *first, int64_t *row,
                                struct seg_error *error) {
  struct seg_run_state *state = loader->stage->state;
  struct seg_row_scan *scan = &loader->scan;
  *first = state->keys->count;
  enum seg_status status = seg_key_table_add(state->keys, &scan->key, scan->rows, scan->row_count,
                                             loader->numbers, error);
  for (uint32_t i = 0; i < scan->row_count && status == SEG_OK; i++)
    if (loader->numbers[i] != *first + i)
      status = fail_key_twice(loader, i, row, error);
  if (status == SEG_OK && !state->decides_early)
    status = seg_customer_columns_reserve(&state->customers, state->keys->count, error);
  return status;
}

static enum seg_status keep_columns(struct loader *loader, uint32_t first,
                                    struct seg_error *error) {
  struct seg_row_scan *scan = &loader->scan;
  enum seg_status status = SEG_OK;
  for (uint32_t c = 0; c < scan->entity->carried_count && status == SEG_OK; c++)
    status = seg_customer_columns_write(&loader->stage->state->customers, loader->worker, c,
                                        scan->columns[c], scan->known[c], scan->rows,
                                        scan->row_count, first, error);
  return status;
}

static enum seg_status load_morsel(void *context, int64_t *row, struct seg_error *error) {
  struct loader *loader = context;
  struct seg_run_state *state = loader->stage->state;
  struct seg_row_scan *scan = &loader->scan;
  enum seg_status status = seg_morsel_decode(&loader->morsel, row, error);
  if (status == SEG_OK)
    status = seg_row_scan_apply(scan, &loader->morsel, row, error);
  if (status != SEG_OK)
    return status;
  uint32_t missing = seg_row_scan_first_missing_key(scan);
  if (missing < scan->row_count)
    return fail_missing_key(loader, missing, row, error);
  if (!seg_ticket_wait(&loader->stage->ticket, loader->morsel.number))
    return SEG_OK; // an earlier morsel has the error to report
  uint32_t first = 0;
  status = add_keys(loader, &first, row, error);
  if (status != SEG_OK)
    return status;
  seg_ticket_pass(&loader->stage->ticket);
  status = state->decides_early ? seg_early_rules_decide(&loader->early, scan, first, error)
                                : keep_columns(loader, first, error);
  seg_run_report(state, SEG_RUN_CUSTOMERS, state->plan->customer.name,
                 (uint64_t)loader->morsel.row_count, loader->stage->source, 0);
  return status;
}

static void load_worker(void *context, unsigned worker) {
  struct loading *loading = context;
  struct seg_morsel_stage *stage = &loading->stage;
  const struct seg_run_state *state = stage->state;
  struct loader loader = {.stage = stage, .worker = worker};
  struct seg_error error;
  seg_morsel_init(&loader.morsel, stage->source);
  loader.numbers = malloc(SEG_MORSEL_ROWS * sizeof *loader.numbers);
  enum seg_status status =
      loader.numbers == NULL ? seg_fail_memory(&error, "the keys of the customers") : SEG_OK;
  if (status == SEG_OK)
    status = seg_row_scan_init(&loader.scan, &state->plan->customer, &state->kernels->customer_scan,
                               false, state->options->as_of, &error);
  loader.scan.runner.as_of_instant = state->as_of_instant;
  if (status == SEG_OK && state->decides_early)
    status = seg_early_worker_init(&loader.early, &loading->early, &error);
  if (status == SEG_OK)
    seg_morsel_stage_take(stage, &loader.morsel, load_morsel, &loader);
  else
    seg_morsel_stage_give_up(stage, &error);
  if (status == SEG_OK && state->decides_early &&
      seg_decide_finish(&loader.early.decide, &error) != SEG_OK)
    seg_morsel_stage_give_up(stage, &error);
  if (seg_first_error_any(&stage->first)) // others may wait for what this worker leaves undecided
    seg_early_rules_give_up(&loading->early);
  seg_early_worker_deinit(&loader.early);
  seg_row_scan_deinit(&loader.scan);
  seg_morsel_deinit(&loader.morsel);
  free(loader.numbers);
}

static enum seg_status begin_columns(struct seg_run_state *state, struct seg_error *error) {
  const struct seg_plan_entity *customer = &state->plan->customer;
  bool *has_known = calloc((size_t)customer->carried_count + 1, sizeof *has_known);
  if (has_known == NULL)
    return seg_fail_memory(error, "the columns of the customers");
  for (uint32_t c = 0; c < customer->carried_count; c++)
    has_known[c] = customer->scan.steps[customer->scan.value_roots[c]].optional;
  enum seg_status status = seg_customer_columns_init(&state->customers, customer, has_known,
                                                     state->threads, state->budget, error);
  free(has_known);
  return status;
}

enum seg_status seg_run_load_customers(struct seg_run_state *state, struct seg_error *error) {
  struct loading loading = {.stage = {.state = state, .source = state->sources->customer}};
  enum seg_status status = seg_early_rules_begin(&loading.early, state, error);
  if (status == SEG_OK && !state->decides_early)
    status = begin_columns(state, error);
  if (status != SEG_OK)
    return status;
  seg_key_table_init(state->keys, loading.stage.source->key_is_text, state->budget);
  if (state->decides_early && (state->options->counts_only || state->options->implies_keys))
    seg_key_table_imply(state->keys);
  status = seg_morsel_stage_run(&loading.stage, load_worker, &loading, error);
  if (status == SEG_OK)
    status = seg_early_rules_result(&loading.early, error);
  seg_early_rules_deinit(&loading.early);
  if (status == SEG_OK)
    seg_key_table_seal(state->keys);
  return status;
}
