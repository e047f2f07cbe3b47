// Everybody's values and their orders; see population.h.
#include "runtime/run/population.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/rank/rank.h"
#include "runtime/run/run_state.h"

static const char what_for[] = "comparing all customers";

static enum seg_layout root_layout(const struct seg_block *block, uint32_t root) {
  return block->steps[block->value_roots[root]].layout;
}

static enum seg_status add_columns(struct seg_run_state *state, struct seg_error *error) {
  struct seg_population *population = &state->population;
  const struct seg_block *block = &state->plan->first_block;
  int64_t customers = (int64_t)state->keys->count;
  size_t bitmap = seg_layout_size(SEG_LAYOUT_BIT, customers);
  population->columns = calloc((size_t)block->value_root_count + 1, sizeof *population->columns);
  population->results = calloc((size_t)state->plan->rank_count + 1, sizeof *population->results);
  if (population->columns == NULL || population->results == NULL)
    return seg_fail_memory(error, what_for);
  uint64_t bytes = 0;
  for (uint32_t r = 0; r < block->value_root_count; r++)
    bytes += seg_layout_size(root_layout(block, r), customers) + bitmap;
  enum seg_status status = seg_run_take_memory(state, bytes, what_for, error);
  if (status != SEG_OK)
    return status;
  population->column_bytes = bytes;
  for (uint32_t r = 0; r < block->value_root_count; r++) {
    struct seg_population_column *column = &population->columns[r];
    column->values = seg_column_memory(seg_layout_size(root_layout(block, r), customers));
    column->known = seg_column_memory(bitmap);
    if (column->values == NULL || column->known == NULL)
      return seg_fail_memory(error, what_for);
  }
  return SEG_OK;
}

static void release_columns(struct seg_run_state *state) {
  struct seg_population *population = &state->population;
  for (uint32_t r = 0; population->columns != NULL && r < state->plan->first_block.value_root_count;
       r++) {
    free(population->columns[r].values);
    free(population->columns[r].known);
  }
  free(population->columns);
  population->columns = NULL;
  seg_memory_budget_give(state->budget, population->column_bytes);
  population->column_bytes = 0;
}

void seg_population_deinit(struct seg_run_state *state) {
  struct seg_population *population = &state->population;
  release_columns(state);
  for (uint32_t r = 0; population->results != NULL && r < state->plan->rank_count; r++)
    free(population->results[r]);
  free(population->results);
  seg_memory_budget_give(state->budget, population->result_bytes);
  *population = (struct seg_population){0};
}

void seg_population_store(struct seg_run_state *state, uint32_t root, uint64_t first, uint32_t rows,
                          const void *values, enum seg_width width, const uint64_t *known) {
  struct seg_population_column *column = &state->population.columns[root];
  enum seg_layout layout = root_layout(&state->plan->first_block, root);
  size_t size = layout == SEG_LAYOUT_I32 ? sizeof(int32_t) : sizeof(int64_t);
  void *to = (char *)column->values + first * size;
  if (layout == SEG_LAYOUT_F64)
    memcpy(to, values, rows * size);
  else
    seg_width_widen(layout, width, values, rows, to);
  size_t words = seg_bitmap_words(rows);
  if (known == NULL)
    memset(column->known + first / 64, 0xFF, words * sizeof *known);
  else
    memcpy(column->known + first / 64, known, words * sizeof *known);
}

// --- orders ---

/** Buffers of the sort, shared by all ranks. */
struct sorting {
  uint32_t *key_order;
  struct seg_order_entry *entries, *spare;
  uint64_t bytes;
};

static enum seg_status sorting_init(struct sorting *sorting, struct seg_run_state *state,
                                    struct seg_error *error) {
  uint32_t customers = state->keys->count;
  size_t count = (size_t)customers + 1; // never an allocation of nothing
  uint64_t bytes = count * (sizeof *sorting->key_order + 2 * sizeof *sorting->entries);
  enum seg_status status = seg_run_take_memory(state, bytes, what_for, error);
  if (status != SEG_OK)
    return status;
  sorting->bytes = bytes;
  sorting->key_order = malloc(count * sizeof *sorting->key_order);
  sorting->entries = malloc(count * sizeof *sorting->entries);
  sorting->spare = malloc(count * sizeof *sorting->spare);
  if (sorting->key_order == NULL || sorting->entries == NULL || sorting->spare == NULL)
    return seg_fail_memory(error, what_for);
  struct seg_column_view keys = seg_key_table_view(state->keys);
  seg_order_keys(&keys, customers, sorting->key_order, sorting->entries, sorting->spare);
  return SEG_OK;
}

static void sorting_deinit(struct sorting *sorting, struct seg_run_state *state) {
  free(sorting->key_order);
  free(sorting->entries);
  free(sorting->spare);
  seg_memory_budget_give(state->budget, sorting->bytes);
}

static bool order_alike(const struct seg_plan_rank *a, const struct seg_plan_rank *b) {
  return a->value == b->value && a->denominator == b->denominator;
}

// One sort serves all ranks over the same value; done at the first of them.
static enum seg_status rank_alike(struct seg_run_state *state, struct sorting *sorting,
                                  uint32_t first, struct seg_error *error) {
  const struct seg_plan *plan = state->plan;
  struct seg_population *population = &state->population;
  const struct seg_plan_rank *rank = &plan->ranks[first];
  const struct seg_population_column *column = &population->columns[rank->value];
  bool fraction = rank->denominator != SEG_NO_COLUMN;
  struct seg_ordered_values values = {
      .layout = root_layout(&plan->first_block, rank->value),
      .values = column->values,
      .denominators = fraction ? population->columns[rank->denominator].values : NULL,
      .known = column->known,
  };
  struct seg_ranked ranked = {
      .values = &values, .entries = sorting->entries, .count = state->keys->count};
  ranked.known =
      seg_order_values(&values, sorting->key_order, ranked.count, sorting->entries, sorting->spare);
  for (uint32_t r = first; r < plan->rank_count; r++) {
    if (!order_alike(rank, &plan->ranks[r]))
      continue;
    uint64_t bytes = ((uint64_t)ranked.count + 1) * sizeof(uint32_t);
    enum seg_status status = seg_run_take_memory(state, bytes, what_for, error);
    if (status != SEG_OK)
      return status;
    population->result_bytes += bytes;
    population->results[r] = malloc(bytes);
    if (population->results[r] == NULL)
      return seg_fail_memory(error, what_for);
    seg_rank_apply(&plan->ranks[r], &ranked, population->results[r]);
  }
  return SEG_OK;
}

static enum seg_status rank_all(struct seg_run_state *state, struct seg_error *error) {
  struct sorting sorting = {0};
  enum seg_status status = sorting_init(&sorting, state, error);
  for (uint32_t r = 0; r < state->plan->rank_count && status == SEG_OK; r++) {
    if (seg_run_interrupted(state))
      status = seg_run_fail_interrupted(error);
    else if (state->population.results[r] == NULL)
      status = rank_alike(state, &sorting, r, error);
  }
  sorting_deinit(&sorting, state);
  return status;
}

enum seg_status seg_run_population(struct seg_run_state *state, struct seg_error *error) {
  if (state->plan->rank_count == 0)
    return SEG_OK;
  enum seg_status status = add_columns(state, error);
  state->pass = SEG_FIRST_PASS;
  if (status == SEG_OK)
    status = seg_run_partitions(state, error);
  state->pass = SEG_FINAL_PASS;
  if (status == SEG_OK)
    status = rank_all(state, error);
  release_columns(state);
  return status;
}

// --- results ---

static void read_band(const uint32_t *results, uint32_t rows, int64_t *values, uint64_t *known) {
  memset(known, 0, seg_bitmap_words(rows) * sizeof *known);
  for (uint32_t i = 0; i < rows; i++) {
    values[i] = results[i]; // 0 where it is unknown
    known[i / 64] |= (uint64_t)(results[i] != 0) << (i % 64);
  }
}

static void read_share(const uint32_t *results, uint32_t rows, uint64_t customers, double *values) {
  double last = customers > 1 ? (double)(customers - 1) : 1;
  for (uint32_t i = 0; i < rows; i++)
    values[i] = (double)results[i] / last;
}

void seg_population_read(const struct seg_run_state *state, uint32_t rank, uint64_t first,
                         uint32_t rows, void *values, uint64_t *known) {
  const uint32_t *results = state->population.results[rank] + first;
  seg_bitmap_fill(known, rows);
  switch (state->plan->ranks[rank].kind) {
  case SEG_PLAN_NTILE:
    for (uint32_t i = 0; i < rows; i++)
      ((int64_t *)values)[i] = results[i];
    break;
  case SEG_PLAN_QUANTILE_BAND: read_band(results, rows, values, known); break;
  case SEG_PLAN_TOP:
  case SEG_PLAN_TOP_SHARE:
    for (uint32_t i = 0; i < rows; i++)
      ((int32_t *)values)[i] = (int32_t)results[i];
    break;
  case SEG_PLAN_PERCENTILE: read_share(results, rows, state->keys->count, values); break;
  }
}
