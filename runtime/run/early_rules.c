// Rules decided while the customers are read; see early_rules.h.
#include "runtime/run/early_rules.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/run/fault_text.h"
#include "runtime/run/partition_plan.h"

static const char what_for[] = "deciding the rules";

// Nothing of other customers, of events, or of the key's place among the others.
static bool needs_only_its_row(const struct seg_run_state *state) {
  const struct seg_plan *plan = state->plan;
  if (plan->rank_count + plan->derived_count + plan->holdout_count > 0)
    return false;
  for (uint32_t e = 0; e < plan->event_count; e++)
    if (plan->folds[e].cell_count > 0)
      return false;
  return true;
}

static uint64_t gathered_bytes(const struct seg_run_state *state, uint32_t batch_rows) {
  const struct seg_plan_entity *customer = &state->plan->customer;
  uint64_t bytes = 0;
  for (uint32_t c = 0; c < customer->carried_count; c++)
    bytes += seg_layout_size(customer->carried_layout[c], batch_rows) + batch_rows / 8;
  return bytes;
}

// Groups for the taker: where he is wanted, and may be asked before all customers are known.
static enum seg_status begin_groups(struct seg_early_rules *rules, int64_t rows,
                                    struct seg_error *error) {
  const struct seg_run_state *state = rules->state;
  const struct seg_run_taker *taker = state->options->taker;
  if (taker == NULL || state->options->counts_only || state->options->winners_only ||
      state->sources->customer->key_is_text || rows <= (int64_t)taker->group_rows)
    return SEG_OK;
  // Each worker may be in another group, and the taker in one before.
  uint64_t most = ((uint64_t)rows + taker->group_rows - 1) / taker->group_rows;
  uint64_t places = (uint64_t)state->threads + 2;
  return seg_result_groups_init(&rules->groups, taker, state->result,
                                (uint32_t)(places < most ? places : most), state->budget,
                                &rules->has_groups, error);
}

enum seg_status seg_early_rules_begin(struct seg_early_rules *rules, struct seg_run_state *state,
                                      struct seg_error *error) {
  *rules = (struct seg_early_rules){.state = state};
  int64_t rows = seg_source_rows(state->sources->customer);
  if (rows < 0 || rows >= (int64_t)SEG_NO_NUMBER || !needs_only_its_row(state))
    return SEG_OK;
  uint32_t batch = seg_partition_plan_batch(state);
  uint64_t bytes =
      (seg_decide_rule_bytes(state, batch) + gathered_bytes(state, batch)) * state->threads;
  if (!seg_memory_budget_take(state->budget, bytes))
    return SEG_OK;
  struct seg_error unused;
  state->result->customer_count = (uint64_t)rows; // at most; the true number comes at the end
  enum seg_status status = begin_groups(rules, rows, &unused);
  if (status == SEG_OK && !rules->has_groups)
    status = seg_run_add_memberships(state, &unused);
  if (status == SEG_OUT_OF_MEMORY) {
    seg_memory_budget_give(state->budget, bytes);
    return seg_fail_memory(error, what_for);
  }
  if (status != SEG_OK) { // too much for the limit, if all rows are customers
    seg_memory_budget_give(state->budget, bytes);
    return SEG_OK;
  }
  rules->batch_rows = batch;
  rules->bytes = bytes;
  seg_first_error_init(&rules->faults);
  pthread_mutex_init(&rules->counts_lock, NULL);
  state->decides_early = true;
  return SEG_OK;
}

void seg_early_rules_give_up(struct seg_early_rules *rules) {
  if (rules->has_groups)
    seg_result_groups_give_up(&rules->groups);
}

enum seg_status seg_early_rules_result(struct seg_early_rules *rules, struct seg_error *error) {
  if (rules->bytes == 0)
    return SEG_OK;
  enum seg_status status = seg_first_error_take(&rules->faults, NULL, error);
  if (status == SEG_OK && rules->has_groups)
    status = seg_result_groups_finish(&rules->groups, error);
  rules->state->result->taken = status == SEG_OK && rules->has_groups;
  return status;
}

void seg_early_rules_deinit(struct seg_early_rules *rules) {
  if (rules->bytes == 0)
    return;
  if (rules->has_groups)
    seg_result_groups_deinit(&rules->groups);
  seg_memory_budget_give(rules->state->budget, rules->bytes);
  seg_first_error_deinit(&rules->faults);
  pthread_mutex_destroy(&rules->counts_lock);
}

enum seg_status seg_early_worker_init(struct seg_early_worker *worker,
                                      struct seg_early_rules *rules, struct seg_error *error) {
  const struct seg_plan_entity *customer = &rules->state->plan->customer;
  *worker = (struct seg_early_worker){.rules = rules};
  worker->values = calloc((size_t)customer->carried_count + 1, sizeof *worker->values);
  worker->known = calloc((size_t)customer->carried_count + 1, sizeof *worker->known);
  if (worker->values == NULL || worker->known == NULL)
    return seg_fail_memory(error, what_for);
  for (uint32_t c = 0; c < customer->carried_count; c++) {
    worker->values[c] =
        seg_column_memory(seg_layout_size(customer->carried_layout[c], rules->batch_rows));
    worker->known[c] = seg_column_memory(rules->batch_rows / 8);
    if (worker->values[c] == NULL || worker->known[c] == NULL)
      return seg_fail_memory(error, what_for);
  }
  enum seg_status status =
      seg_decide_init(&worker->decide, rules->state, rules->batch_rows, NULL, error);
  worker->decide.shares_words = true;
  if (status != SEG_OK || !rules->has_groups)
    return status;
  worker->decide.winners = malloc(rules->batch_rows * sizeof *worker->decide.winners);
  return worker->decide.winners == NULL ? seg_fail_memory(error, what_for) : SEG_OK;
}

void seg_early_worker_deinit(struct seg_early_worker *worker) {
  if (worker->rules == NULL)
    return;
  uint32_t columns = worker->rules->state->plan->customer.carried_count;
  if (worker->decide.state != NULL && worker->decide.runner.block != NULL) {
    pthread_mutex_lock(&worker->rules->counts_lock);
    seg_decide_add_counts(&worker->decide);
    pthread_mutex_unlock(&worker->rules->counts_lock);
  }
  for (uint32_t c = 0; worker->values != NULL && worker->known != NULL && c < columns; c++) {
    free(worker->values[c]);
    free(worker->known[c]);
  }
  free(worker->values);
  free(worker->known);
  if (worker->decide.state != NULL)
    seg_decide_deinit(&worker->decide);
}

// NOLINTBEGIN(bugprone-macro-parentheses): Type is a type
#define GATHER(Type, to, from)                                                                     \
  do {                                                                                             \
    Type *to_ = (to);                                                                              \
    const Type *from_ = (from);                                                                    \
    for (uint32_t i_ = 0; i_ < count; i_++)                                                        \
      to_[i_] = from_[rows[i_]];                                                                   \
    memset(to_ + count, 0, (padded - count) * sizeof(Type));                                       \
  } while (0)
// NOLINTEND(bugprone-macro-parentheses)

// Some rows of a column side by side, padded with zeros to whole words of bits.
static void gather(size_t value_size, const void *from, const uint32_t *rows, uint32_t count,
                   void *to) {
  uint32_t padded = (count + 63) / 64 * 64;
  switch (value_size) { // truth values are never carried
  case sizeof(int8_t): GATHER(int8_t, to, from); break;
  case sizeof(int16_t): GATHER(int16_t, to, from); break;
  case sizeof(int32_t): GATHER(int32_t, to, from); break;
  case sizeof(int64_t): GATHER(int64_t, to, from); break; // and fractions, bit by bit
  default: GATHER(struct seg_str, to, from);
  }
}

static void gather_known(const uint64_t *from, const uint32_t *rows, uint32_t count, uint64_t *to) {
  memset(to, 0, seg_bitmap_words(count) * sizeof *to);
  for (uint32_t i = 0; i < count; i++)
    to[i / 64] |= (uint64_t)seg_bitmap_test(from, rows[i]) << (i % 64);
}

// The carried columns of `count` of the rows that exist, from the `at`-th on. When every row of the
// morsel exists they are looked at where they are.
static void set_inputs(struct seg_early_worker *worker, const struct seg_row_scan *scan,
                       bool in_place, uint32_t at, uint32_t count) {
  const struct seg_plan_entity *customer = scan->entity;
  struct seg_block_runner *runner = &worker->decide.runner;
  for (uint32_t c = 0; c < customer->carried_count; c++) {
    const char *values = scan->columns[c];
    const uint64_t *known = scan->known[c];
    size_t size = seg_width_bytes(customer->carried_layout[c], seg_plan_carried_width(customer, c));
    if (in_place) {
      runner->input_values[c] = values + size * at;
      runner->input_known[c] = known == NULL ? NULL : known + at / 64;
      continue;
    }
    gather(size, values, scan->rows + at, count, worker->values[c]);
    if (known != NULL)
      gather_known(known, scan->rows + at, count, worker->known[c]);
    runner->input_values[c] = worker->values[c];
    runner->input_known[c] = known == NULL ? NULL : worker->known[c];
  }
}

enum seg_status seg_early_rules_decide(struct seg_early_worker *worker,
                                       const struct seg_row_scan *scan, uint64_t first,
                                       struct seg_error *error) {
  struct seg_early_rules *rules = worker->rules;
  const struct seg_run_state *state = rules->state;
  bool in_place = scan->row_count > 0 && scan->rows[scan->row_count - 1] == scan->row_count - 1;
  for (uint32_t at = 0; at < scan->row_count; at += rules->batch_rows) {
    uint32_t rest = scan->row_count - at, count = rest;
    count = count < rules->batch_rows ? count : rules->batch_rows;
    struct seg_kernel_fault fault;
    if (seg_first_error_before(&rules->faults, (int64_t)(first + at)))
      return SEG_OK;
    bool stays = rules->has_groups && seg_result_groups_wait(&rules->groups, first + at, count);
    worker->decide.groups = stays ? &rules->groups : NULL;
    set_inputs(worker, scan, in_place && (count % 64 == 0 || count == rest), at, count);
    enum seg_status status = seg_decide_rows(&worker->decide, first + at, count, &fault, error);
    if (status != SEG_OK)
      return status;
    if (stays && fault.kind == SEG_FAULT_NONE) {
      seg_result_groups_put_keys(&rules->groups, first + at, scan->key.values, scan->rows + at,
                                 count);
      seg_result_groups_decided(&rules->groups, first + at, count);
    }
    if (fault.kind == SEG_FAULT_NONE)
      continue;
    seg_early_rules_give_up(rules);
    struct seg_error found;
    uint32_t row = at + (uint32_t)fault.row;
    struct seg_fault_name name =
        seg_fault_name_key(&scan->key, scan->rows[row], state->plan->customer.key_personal);
    (void)seg_fault_of_customer(seg_run_block(state), &fault, &name, &found);
    seg_first_error_offer(&rules->faults, (int64_t)(first + row), true, &found);
    return SEG_OK;
  }
  return SEG_OK;
}
