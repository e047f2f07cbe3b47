// Memberships and chain winners of a batch of customers; see decide.h.
#include "runtime/run/decide.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/filter/chain_winners.h"
#include "runtime/run/derived.h"
#include "runtime/run/draws.h"

static const char what_for[] = "deciding the rules";

// Columns that begin at the same place of a page fall into one set of the first-level cache, and a
// fold writes all of them side by side (kernel.h): each begins some lines further than the last.
enum { STAGGER = 9 * SEG_COLUMN_ALIGNMENT };

// Places for the columns of the pass's cells in `memory`; their bytes. NULL: only count.
static uint64_t place_cells(struct seg_decide *decide, const struct seg_run_state *state,
                            uint32_t batch_rows, unsigned char *memory) {
  const struct seg_plan *plan = state->plan;
  uint64_t used = 0;
  for (uint32_t e = 0, at = 0; e < plan->event_count; at += plan->folds[e++].cell_count) {
    struct seg_cell_range range = seg_fold_range(&plan->folds[e], state->pass);
    for (uint32_t c = range.begin; c < range.end; c++) {
      const struct seg_fold_cell *cell = &plan->folds[e].cells[c];
      uint64_t values = seg_width_size(cell->layout, cell->width, batch_rows);
      uint64_t known = seg_layout_size(SEG_LAYOUT_BIT, batch_rows);
      if (memory != NULL) {
        decide->cell_values[at + c] = memory + used;
        decide->cell_known[at + c] = (uint64_t *)(memory + used + values);
      }
      used += values + known + STAGGER;
      used = (used + SEG_COLUMN_ALIGNMENT - 1) / SEG_COLUMN_ALIGNMENT * SEG_COLUMN_ALIGNMENT;
    }
  }
  return used;
}

uint64_t seg_decide_cell_bytes(const struct seg_run_state *state, uint32_t batch_rows) {
  return place_cells(NULL, state, batch_rows, NULL);
}

uint64_t seg_decide_rule_bytes(const struct seg_run_state *state, uint32_t batch_rows) {
  const struct seg_block *block = seg_run_block(state);
  const struct seg_block_kernel *kernel = seg_run_kernel(state);
  return seg_run_races(state) ? seg_block_runner_value_bytes(block, kernel, batch_rows) +
                                    seg_chain_racer_bytes(&state->stages, batch_rows)
                              : seg_block_runner_bytes(block, kernel, batch_rows, batch_rows,
                                                       state->options->counts_only);
}

static enum seg_status add_cells(struct seg_decide *decide, uint32_t batch_rows,
                                 const struct seg_decide *other, struct seg_error *error) {
  const struct seg_plan *plan = decide->state->plan;
  uint32_t count = 0;
  for (uint32_t e = 0; e < plan->event_count; e++)
    count += plan->folds[e].cell_count;
  decide->cell_values = calloc((size_t)count + 1, sizeof *decide->cell_values);
  decide->cell_known = calloc((size_t)count + 1, sizeof *decide->cell_known);
  if (other == NULL)
    decide->cell_memory = seg_column_memory(seg_decide_cell_bytes(decide->state, batch_rows));
  void *memory = other == NULL ? decide->cell_memory : other->cell_memory;
  if (decide->cell_values == NULL || decide->cell_known == NULL || memory == NULL)
    return seg_fail_memory(error, what_for);
  decide->cell_count = count;
  (void)place_cells(decide, decide->state, batch_rows, memory);
  return SEG_OK;
}

static enum seg_status add_derived(struct seg_decide *decide, uint32_t batch_rows,
                                   struct seg_error *error) {
  const struct seg_plan *plan = decide->state->plan;
  size_t count = (size_t)plan->derived_count + 1;
  decide->derived_values = calloc(count, sizeof *decide->derived_values);
  decide->derived_known = calloc(count, sizeof *decide->derived_known);
  if (decide->derived_values == NULL || decide->derived_known == NULL)
    return seg_fail_memory(error, what_for);
  for (uint32_t d = 0; d < plan->derived_count; d++) {
    size_t size = seg_layout_size(plan->derived[d].layout, batch_rows);
    decide->derived_values[d] = seg_column_memory(size);
    decide->derived_known[d] = seg_column_memory(batch_rows / 8);
    if (decide->derived_values[d] == NULL || decide->derived_known[d] == NULL)
      return seg_fail_memory(error, what_for);
  }
  return SEG_OK;
}

static enum seg_status add_holdouts(struct seg_decide *decide, uint32_t batch_rows, size_t members,
                                    size_t most, struct seg_error *error) {
  const struct seg_plan *plan = decide->state->plan;
  size_t segments = (size_t)plan->segment_count + 1;
  decide->held_out = calloc(segments, sizeof *decide->held_out);
  decide->controls = calloc(most + 1, sizeof *decide->controls);
  decide->segment_held_out = calloc(segments, sizeof *decide->segment_held_out);
  decide->won_held_out = calloc(members + 1, sizeof *decide->won_held_out);
  if (decide->held_out == NULL || decide->controls == NULL || decide->segment_held_out == NULL ||
      decide->won_held_out == NULL)
    return seg_fail_memory(error, what_for);
  for (uint32_t h = 0; h < plan->holdout_count; h++) {
    uint64_t **held_out = &decide->held_out[plan->holdouts[h].segment];
    *held_out = seg_column_memory(batch_rows / 8);
    if (*held_out == NULL)
      return seg_fail_memory(error, what_for);
  }
  return SEG_OK;
}

static enum seg_status add_rules(struct seg_decide *decide, uint32_t batch_rows,
                                 struct seg_error *error) {
  const struct seg_run_state *state = decide->state;
  const struct seg_block *block = seg_run_block(state);
  const struct seg_block_kernel *kernel = seg_run_kernel(state);
  enum seg_status status = SEG_OK;
  if (!seg_run_races(state)) {
    status = seg_block_runner_init(&decide->runner, block, kernel, batch_rows,
                                   state->options->counts_only, error);
    decide->runner.masks.fetched_inputs = state->plan->customer.carried_count; // cells have a batch
    return status;
  }
  status = seg_block_runner_init_values(&decide->runner, block, kernel, batch_rows, error);
  if (status == SEG_OK)
    status = seg_chain_racer_init(&decide->racer, &state->stages, batch_rows, error);
  for (uint32_t c = 0; status == SEG_OK && c < state->plan->chain_count; c++)
    decide->racer.winners[c] = state->result->chains[c].winners;
  // What customers have of their own lies in the store, or was copied, but not while it is read.
  decide->racer.staying_inputs = state->decides_early ? 0 : state->plan->customer.carried_count;
  return status;
}

enum seg_status seg_decide_init(struct seg_decide *decide, struct seg_run_state *state,
                                uint32_t batch_rows, const struct seg_decide *other,
                                struct seg_error *error) {
  const struct seg_plan *plan = state->plan;
  *decide = (struct seg_decide){.state = state};
  size_t members = 0, most = 0;
  for (uint32_t c = 0; c < plan->chain_count; c++) {
    members += plan->chains[c].member_count;
    most = plan->chains[c].member_count > most ? plan->chains[c].member_count : most;
  }
  decide->masks = calloc(most + 1, sizeof *decide->masks);
  decide->slices =
      calloc(seg_chain_slice_words((uint32_t)most, batch_rows) + 1, sizeof *decide->slices);
  decide->segment_members =
      calloc((size_t)plan->segment_count + 1, sizeof *decide->segment_members);
  decide->won = calloc(members + 1, sizeof *decide->won);
  decide->unmatched = calloc((size_t)plan->chain_count + 1, sizeof *decide->unmatched);
  if (decide->masks == NULL || decide->slices == NULL || decide->segment_members == NULL ||
      decide->won == NULL || decide->unmatched == NULL)
    return seg_fail_memory(error, what_for);
  enum seg_status status = add_cells(decide, batch_rows, other, error);
  if (status == SEG_OK)
    status = add_derived(decide, batch_rows, error);
  if (status == SEG_OK)
    status = add_holdouts(decide, batch_rows, members, most, error);
  if (status != SEG_OK)
    return status;
  if (state->customers_stored)
    status = seg_stored_batch_init(&decide->stored, state, batch_rows, error);
  return status == SEG_OK ? add_rules(decide, batch_rows, error) : status;
}

void seg_decide_deinit(struct seg_decide *decide) {
  bool derived = decide->derived_values != NULL && decide->derived_known != NULL;
  for (uint32_t d = 0; derived && d < decide->state->plan->derived_count; d++) {
    free(decide->derived_values[d]);
    free(decide->derived_known[d]);
  }
  for (uint32_t s = 0; decide->held_out != NULL && s < decide->state->plan->segment_count; s++)
    free(decide->held_out[s]);
  free(decide->held_out);
  free(decide->controls);
  free(decide->segment_held_out);
  free(decide->won_held_out);
  free(decide->derived_values);
  free(decide->derived_known);
  free(decide->cell_values);
  free(decide->cell_memory);
  free(decide->cell_known);
  free(decide->masks);
  free(decide->slices);
  free(decide->segment_members);
  free(decide->won);
  free(decide->unmatched);
  free(decide->winners);
  seg_block_runner_deinit(&decide->runner);
  seg_chain_racer_deinit(&decide->racer);
  seg_stored_batch_deinit(&decide->stored);
  *decide = (struct seg_decide){0};
}

static enum seg_status set_carried(struct seg_decide *decide, uint64_t first, uint32_t rows,
                                   struct seg_error *error) {
  const struct seg_run_state *state = decide->state;
  struct seg_block_runner *runner = &decide->runner;
  enum seg_status status = SEG_OK;
  if (state->customers_stored)
    status = seg_stored_batch_read(&decide->stored, first, rows, error);
  for (uint32_t c = 0; status == SEG_OK && c < state->plan->customer.carried_count; c++) {
    if (state->customers_stored) {
      runner->input_dictionaries[c] = seg_block_runner_dictionary(&decide->stored.scan, c);
      runner->input_codes[c] =
          seg_block_runner_codes(&decide->stored.scan, c, &runner->input_bounds[c]);
    }
    runner->input_values[c] =
        state->customers_stored
            ? seg_block_runner_values(&decide->stored.scan, c, &runner->input_known[c])
            : seg_customer_columns_at(&state->customers, c, first, &runner->input_known[c]);
  }
  return status;
}

static void set_others(struct seg_decide *decide, uint64_t first, uint32_t rows) {
  const struct seg_plan *plan = decide->state->plan;
  uint32_t carried = plan->customer.carried_count;
  for (uint32_t c = 0; c < decide->cell_count; c++) {
    decide->runner.input_values[carried + c] = decide->cell_values[c];
    decide->runner.input_known[carried + c] = decide->cell_known[c];
  }
  for (uint32_t d = 0; d < plan->derived_count; d++) {
    uint32_t slot = carried + decide->cell_count + d;
    seg_derived_fill(decide->state, &plan->derived[d], first, rows, decide->derived_values[d],
                     decide->derived_known[d]);
    decide->runner.input_values[slot] = decide->derived_values[d];
    decide->runner.input_known[slot] = decide->derived_known[d];
  }
}

// The bits of `rows` customers from `first` on, where words may belong to two threads: those at
// both ends are put there whole. The bits are 0 before.
static void share_bits(uint64_t *to, uint64_t first, const uint64_t *mask, uint32_t rows) {
  uint64_t *at = to + first / 64;
  size_t words = seg_bitmap_words(rows), last = (size_t)((first + rows - 1) / 64 - first / 64);
  unsigned shift = (unsigned)(first % 64);
  for (size_t i = 0; i <= last; i++) {
    uint64_t word = i < words ? mask[i] << shift : 0;
    if (shift > 0 && i > 0)
      word |= mask[i - 1] >> (64 - shift);
    if (i > 0 && i < last)
      at[i] = word;
    else if (word != 0)
      __atomic_fetch_or(&at[i], word, __ATOMIC_RELAXED);
  }
}

static void take_memberships(struct seg_decide *decide, uint64_t first, uint32_t rows) {
  const struct seg_run_result *result = decide->state->result;
  size_t words = seg_bitmap_words(rows);
  seg_block_runner_count(&decide->runner, rows, result->segment_count, decide->segment_members);
  bool wanted = decide->groups != NULL || result->members != NULL;
  for (uint32_t s = 0; wanted && s < result->segment_count; s++) {
    const uint64_t *mask = seg_block_runner_mask(&decide->runner, s);
    if (decide->groups != NULL)
      seg_result_groups_put_members(decide->groups, s, first, mask, rows);
    else if (decide->shares_words)
      share_bits(result->members[s], first, mask, rows);
    else
      memcpy(result->members[s] + first / 64, mask, words * sizeof *mask);
  }
}

// Before the winners: a control group stays in the chain, and is counted there.
static void take_held_out(struct seg_decide *decide, uint64_t first, uint32_t rows) {
  const struct seg_plan *plan = decide->state->plan;
  const struct seg_run_result *result = decide->state->result;
  for (uint32_t h = 0; h < plan->holdout_count; h++) {
    uint32_t segment = plan->holdouts[h].segment;
    uint64_t *held_out = decide->held_out[segment];
    decide->segment_held_out[segment] +=
        seg_draws_hold_out(&plan->holdouts[h], &result->keys, first, rows,
                           seg_block_runner_mask(&decide->runner, segment), held_out);
    if (result->held_out != NULL)
      memcpy(result->held_out[segment] + first / 64, held_out,
             seg_bitmap_words(rows) * sizeof *held_out);
  }
}

static void take_winners(struct seg_decide *decide, uint64_t first, uint32_t rows) {
  const struct seg_plan *plan = decide->state->plan;
  const struct seg_run_result *result = decide->state->result;
  uint64_t *won = decide->won, *won_held_out = decide->won_held_out;
  for (uint32_t c = 0; c < plan->chain_count; c++) {
    const struct seg_plan_chain *chain = &plan->chains[c];
    for (uint32_t m = 0; m < chain->member_count; m++) {
      decide->masks[m] = seg_block_runner_mask(&decide->runner, chain->members[m]);
      decide->controls[m] = decide->held_out[chain->members[m]];
    }
    uint16_t *winners = result->chains[c].winners;
    winners = decide->groups != NULL ? decide->winners : winners == NULL ? NULL : winners + first;
    seg_chain_winners(decide->runner.masks.kernels, decide->masks, chain->member_count, rows,
                      decide->slices, won, &decide->unmatched[c], winners);
    if (decide->groups != NULL)
      seg_result_groups_put_winners(decide->groups, c, first, winners, rows);
    if (plan->holdout_count > 0)
      seg_chain_held_out(decide->masks, decide->controls, chain->member_count, rows, decide->slices,
                         won_held_out);
    won += chain->member_count;
    won_held_out += chain->member_count;
  }
}

static void take_values(struct seg_decide *decide, uint64_t first, uint32_t rows) {
  const struct seg_block *block = &decide->state->plan->first_block;
  for (uint32_t r = 0; r < block->value_root_count; r++) {
    const uint64_t *known;
    const void *values = seg_block_runner_values(&decide->runner, r, &known);
    const struct seg_step *step = &block->steps[block->value_roots[r]];
    enum seg_width width =
        step->op == SEG_OP_INPUT ? seg_block_input_width(block, step->slot) : SEG_WIDTH_FULL;
    seg_population_store(decide->state, r, first, rows, values, width, known);
  }
}

enum seg_status seg_decide_batch(struct seg_decide *decide, uint64_t first, uint32_t rows,
                                 struct seg_kernel_fault *fault, struct seg_error *error) {
  enum seg_status status = set_carried(decide, first, rows, error);
  return status == SEG_OK ? seg_decide_rows(decide, first, rows, fault, error) : status;
}

enum seg_status seg_decide_rows(struct seg_decide *decide, uint64_t first, uint32_t rows,
                                struct seg_kernel_fault *fault, struct seg_error *error) {
  set_others(decide, first, rows);
  enum seg_status status =
      seg_block_runner_apply(&decide->runner, rows, decide->state->options->as_of, fault, error);
  if (status != SEG_OK || fault->kind != SEG_FAULT_NONE)
    return status;
  if (decide->state->pass == SEG_FIRST_PASS) {
    take_values(decide, first, rows);
    return SEG_OK;
  }
  if (seg_run_races(decide->state))
    return seg_chain_racer_run(&decide->racer, &decide->runner.frame, first, error);
  take_memberships(decide, first, rows);
  take_held_out(decide, first, rows);
  take_winners(decide, first, rows);
  return SEG_OK;
}

enum seg_status seg_decide_finish(struct seg_decide *decide, struct seg_error *error) {
  return seg_run_races(decide->state) ? seg_chain_racer_finish(&decide->racer, error) : SEG_OK;
}

static void add_race(const struct seg_decide *decide) {
  const struct seg_plan *plan = decide->state->plan;
  for (uint32_t c = 0; c < plan->chain_count; c++) {
    struct seg_run_chain *chain = &decide->state->result->chains[c];
    for (uint32_t m = 0; m < plan->chains[c].member_count; m++)
      chain->won[m] += decide->racer.won[c][m];
    chain->unmatched += decide->racer.unmatched[c];
  }
}

void seg_decide_add_counts(const struct seg_decide *decide) {
  const struct seg_plan *plan = decide->state->plan;
  struct seg_run_result *result = decide->state->result;
  if (seg_run_races(decide->state)) {
    add_race(decide);
    return;
  }
  for (uint32_t s = 0; s < result->segment_count; s++)
    result->segment_members[s] += decide->segment_members[s];
  for (uint32_t s = 0; s < result->segment_count; s++)
    result->segment_held_out[s] += decide->segment_held_out[s];
  const uint64_t *won = decide->won, *won_held_out = decide->won_held_out;
  for (uint32_t c = 0; c < plan->chain_count; c++) {
    for (uint32_t m = 0; m < plan->chains[c].member_count; m++)
      result->chains[c].won[m] += *won++;
    for (uint32_t m = 0; m < plan->chains[c].member_count; m++)
      result->chains[c].won_held_out[m] += *won_held_out++;
    result->chains[c].unmatched += decide->unmatched[c];
  }
}
