// Groups of partitions and their memory; see partition_plan.h.
#include "runtime/run/partition_plan.h"

#include <stdlib.h>

#include "runtime/filter/block_runner.h"
#include "runtime/fold/event_set.h"
#include "runtime/fold/gather.h"
#include "runtime/fold/sequence.h"
#include "runtime/run/decide.h"
#include "runtime/run/stored_fold.h"

enum {
  LARGEST_BATCH = 8192,
  SMALLEST_BATCH = 512,
  BATCH_BYTES = 1 << 19, // half an L2 cache for the columns of a batch
  LARGEST_GROUP = 64,
  NEIGHBOURS = 8, // partitions without events that one worker takes
  HEAVY = 4,      // times the average
};

static const char what_for[] = "deciding the rules";

bool seg_partition_plan_needs_set(const struct seg_plan *plan, uint32_t event) {
  if (plan->events[event].unique_count + plan->events[event].unique_flag_count > 0)
    return true;
  for (uint32_t c = 0; c < plan->folds[event].cell_count; c++)
    if (plan->folds[event].cells[c].kind == SEG_FOLD_DISTINCT)
      return true;
  return false;
}

uint64_t seg_partition_plan_gathered(const struct seg_run_state *state, uint32_t event,
                                     uint64_t rows) {
  if (!seg_run_gathers_event(state, event))
    return 0;
  const struct seg_fold *fold = &state->plan->folds[event];
  uint64_t bytes = state->is_in_place[event]
                       ? seg_stored_fold_bytes(state, event, rows)
                       : seg_gather_bytes(&state->events[event].layout, fold->sequence_count, rows);
  if (fold->is_followed)
    bytes += rows * SEG_FOLLOWER_BYTES;
  if (seg_partition_plan_needs_set(state->plan, event))
    bytes += seg_event_set_bytes(rows);
  return bytes;
}

static void add_run(struct seg_partition_plan *partitions, uint32_t event,
                    const struct seg_event_run *run) {
  uint64_t *rows = partitions->event_rows + (size_t)event * partitions->partition_count;
  uint64_t *bytes = partitions->event_bytes + (size_t)event * partitions->partition_count;
  for (uint32_t p = 0; p < partitions->partition_count; p++) {
    uint32_t first, end;
    seg_event_run_stretch(run, p, partitions->shift, &first, &end);
    rows[p] += run->row_offsets[end] - run->row_offsets[first];
    bytes[p] += (uint64_t)(run->byte_offsets[end] - run->byte_offsets[first]) * 8;
  }
}

static void add_stored(struct seg_partition_plan *partitions, const struct seg_run_state *state,
                       uint32_t event) {
  uint64_t *rows = partitions->event_rows + (size_t)event * partitions->partition_count;
  uint64_t size = UINT64_C(1) << partitions->shift;
  struct seg_stored_view view = seg_stored_view(state, event);
  for (uint32_t p = 0; p < partitions->partition_count; p++) {
    uint64_t first = (uint64_t)p << partitions->shift, left = state->keys->count - first;
    rows[p] = seg_stored_rows_count(&view, first, left < size ? left : size);
  }
}

// Bytes that the slices of partition `p` take, all kinds of events together.
static uint64_t slice_bytes(const struct seg_partition_plan *partitions,
                            const struct seg_run_state *state, uint32_t p) {
  uint64_t bytes = 0;
  for (uint32_t e = 0; e < state->plan->event_count; e++)
    bytes += partitions->event_bytes[(size_t)e * partitions->partition_count + p];
  return bytes;
}

uint64_t seg_partition_plan_spilled(const struct seg_partition_plan *partitions,
                                    const struct seg_run_state *state, uint32_t first,
                                    uint32_t end) {
  uint64_t bytes = 0;
  for (uint32_t e = 0; e < state->plan->event_count; e++) {
    const struct seg_event_runs *runs = &state->events[e];
    bool in_file = runs->spilled > 0 && seg_run_gathers_event(state, e);
    for (size_t r = 0; r < runs->count && in_file; r++) {
      const struct seg_event_run *run = &runs->runs[r];
      uint32_t from, to, unused;
      if (run->memory.bytes != NULL)
        continue;
      seg_event_run_stretch(run, first, partitions->shift, &from, &unused);
      seg_event_run_stretch(run, end - 1, partitions->shift, &unused, &to);
      bytes += (uint64_t)(run->byte_offsets[to] - run->byte_offsets[from]) * 8;
    }
  }
  return bytes;
}

uint64_t seg_partition_plan_rows(const struct seg_partition_plan *partitions, uint32_t event,
                                 uint32_t first, uint32_t end) {
  const uint64_t *rows = partitions->event_rows + (size_t)event * partitions->partition_count;
  uint64_t most = 0;
  for (uint32_t p = first; p < end; p++)
    most = rows[p] > most ? rows[p] : most;
  return most;
}

// Of the columns that deciding a customer reads and computes.
static uint64_t row_bytes(const struct seg_run_state *state) {
  const struct seg_block *block = seg_run_block(state);
  uint64_t bytes = ((uint64_t)seg_run_kernel(state)->value_slot_count + 1) * sizeof(int64_t);
  for (uint32_t i = 0; i < block->input_count; i++)
    bytes += seg_width_bytes(block->input_layouts[i], seg_block_input_width(block, i));
  return bytes;
}

uint32_t seg_partition_plan_batch(const struct seg_run_state *state) {
  uint64_t bytes = row_bytes(state);
  uint32_t batch = LARGEST_BATCH;
  while (batch > SMALLEST_BATCH && batch * bytes > BATCH_BYTES)
    batch /= 2;
  // Masks are looked at where they were computed, in the cache.
  int64_t masks = seg_run_races(state) ? seg_chain_stages_batch(&state->stages)
                                       : seg_mask_program_batch(seg_run_kernel(state)->masks,
                                                                state->options->counts_only);
  return batch < masks ? batch : (uint32_t)masks;
}

uint64_t seg_partition_plan_fixed(const struct seg_run_state *state, uint32_t batch_rows) {
  const struct seg_plan *plan = state->plan;
  uint64_t bytes = seg_decide_rule_bytes(state, batch_rows);
  if (state->customers_stored)
    bytes += seg_stored_batch_bytes(state, batch_rows);
  bytes += (uint64_t)plan->holdout_count * batch_rows / 8;
  bytes += (uint64_t)plan->derived_count * batch_rows * 9;
  return (state->beside != NULL ? 2 * bytes : bytes) + seg_decide_cell_bytes(state, batch_rows);
}

static uint64_t count_worker_bytes(const struct seg_partition_plan *partitions,
                                   const struct seg_run_state *state) {
  const struct seg_plan *plan = state->plan;
  uint64_t bytes = seg_partition_plan_fixed(state, partitions->batch_rows);
  for (uint32_t e = 0; e < plan->event_count; e++) {
    if (!seg_run_gathers_event(state, e))
      continue;
    bytes += (UINT64_C(2) << partitions->shift) * sizeof(uint64_t); // offsets and cursor
    bytes += state->events[e].count * sizeof(void *);
  }
  return bytes;
}

// Move runs to the file until `bytes` more fit.
static enum seg_status make_room(struct seg_run_state *state, uint64_t bytes,
                                 struct seg_error *error) {
  uint64_t limit = state->budget->limit;
  if (limit == UINT64_MAX)
    return SEG_OK;
  if (bytes > limit)
    return seg_memory_budget_fail(state->budget, bytes, what_for, error);
  enum seg_status status = seg_event_runs_evict(state->newest_runs, limit - bytes, error);
  if (status == SEG_OK && seg_memory_budget_used(state->budget) > limit - bytes)
    status = seg_memory_budget_fail(state->budget, bytes, what_for, error);
  return status;
}

// Without events to gather, neighbours are decided by one worker: what it fetches ahead is then
// what it decides next.
static uint32_t choose_neighbours(const struct seg_partition_plan *partitions,
                                  const struct seg_run_state *state) {
  for (uint32_t e = 0; e < state->plan->event_count; e++)
    if (seg_run_gathers_event(state, e))
      return 1;
  uint32_t fair = partitions->partition_count / (state->threads * 16);
  return fair < 1 ? 1 : fair < NEIGHBOURS ? fair : NEIGHBOURS;
}

// One read serves a whole group, when a group's share of the file fits what is left of memory.
static uint32_t choose_group(const struct seg_partition_plan *partitions,
                             const struct seg_run_state *state, uint64_t largest,
                             uint64_t largest_slices) {
  uint64_t spilled = 0;
  for (uint32_t e = 0; e < state->plan->event_count; e++)
    spilled += state->events[e].spilled;
  if (spilled == 0)
    return choose_neighbours(partitions, state);
  uint64_t free_bytes = state->budget->limit - seg_memory_budget_used(state->budget);
  uint64_t share = free_bytes > largest ? (free_bytes - largest) / state->threads : 0;
  uint64_t group = largest_slices == 0 ? LARGEST_GROUP : share / largest_slices;
  uint64_t fair = partitions->partition_count / (state->threads * UINT64_C(4));
  group = group < fair ? group : fair;
  group = group < LARGEST_GROUP ? group : LARGEST_GROUP;
  return group > 0 ? (uint32_t)group : 1;
}

/** A group and the events of its customers. */
struct weight {
  uint32_t group;
  bool is_heavy;
  uint64_t rows;
};

static int heavy_first(const void *left, const void *right) {
  const struct weight *a = left, *b = right;
  if (a->is_heavy != b->is_heavy)
    return a->is_heavy ? -1 : 1;
  if (a->is_heavy && a->rows != b->rows)
    return a->rows > b->rows ? -1 : 1;
  return (a->group > b->group) - (a->group < b->group);
}

static enum seg_status order_groups(struct seg_partition_plan *partitions, uint32_t event_count,
                                    struct seg_error *error) {
  struct weight *weights = calloc((size_t)partitions->group_count + 1, sizeof *weights);
  partitions->order = calloc((size_t)partitions->group_count + 1, sizeof *partitions->order);
  if (weights == NULL || partitions->order == NULL) {
    free(weights);
    return seg_fail_memory(error, what_for);
  }
  uint64_t all = 0;
  for (uint32_t e = 0; e < event_count; e++)
    for (uint32_t p = 0; p < partitions->partition_count; p++) {
      uint64_t rows = partitions->event_rows[(size_t)e * partitions->partition_count + p];
      weights[p / partitions->group].rows += rows;
      all += rows;
    }
  for (uint32_t g = 0; g < partitions->group_count; g++) {
    weights[g].group = g;
    weights[g].is_heavy = weights[g].rows / HEAVY > all / partitions->group_count;
  }
  qsort(weights, partitions->group_count, sizeof *weights, heavy_first);
  for (uint32_t g = 0; g < partitions->group_count; g++)
    partitions->order[g] = weights[g].group;
  free(weights);
  return SEG_OK;
}

enum seg_status seg_partition_plan_init(struct seg_partition_plan *partitions,
                                        struct seg_run_state *state, struct seg_error *error) {
  uint64_t customers = state->keys->count;
  *partitions = (struct seg_partition_plan){.shift = seg_partition_shift(customers)};
  partitions->partition_count = (uint32_t)seg_partition_count(customers, partitions->shift);
  partitions->batch_rows = seg_partition_plan_batch(state);
  size_t cells = (size_t)state->plan->event_count * partitions->partition_count + 1;
  partitions->event_rows = calloc(cells, sizeof *partitions->event_rows);
  partitions->event_bytes = calloc(cells, sizeof *partitions->event_bytes);
  if (partitions->event_rows == NULL || partitions->event_bytes == NULL)
    return seg_fail_memory(error, what_for);
  for (uint32_t e = 0; e < state->plan->event_count; e++)
    for (size_t r = 0; seg_run_gathers_event(state, e) && r < state->events[e].count; r++)
      add_run(partitions, e, &state->events[e].runs[r]);
  for (uint32_t e = 0; e < state->plan->event_count; e++)
    if (state->is_stored[e] && seg_run_gathers_event(state, e))
      add_stored(partitions, state, e);
  uint64_t largest_slices = 0;
  for (uint32_t p = 0; p < partitions->partition_count; p++) {
    uint64_t slices = slice_bytes(partitions, state, p);
    largest_slices = slices > largest_slices ? slices : largest_slices;
  }
  // What one worker needs at most, were every run in the file. Buffers stay from group to group, so
  // each kind's largest partition counts.
  uint64_t largest = largest_slices;
  for (uint32_t e = 0; e < state->plan->event_count; e++)
    largest += seg_partition_plan_gathered(
        state, e, seg_partition_plan_rows(partitions, e, 0, partitions->partition_count));
  uint64_t worker_bytes = count_worker_bytes(partitions, state);
  enum seg_status status = make_room(state, worker_bytes * state->threads + largest, error);
  if (status == SEG_OK)
    status = seg_memory_budget_need(state->budget, worker_bytes * state->threads, what_for, error);
  if (status != SEG_OK)
    return status;
  partitions->worker_bytes = worker_bytes;
  partitions->group = choose_group(partitions, state, largest, largest_slices);
  partitions->group_count =
      (partitions->partition_count + partitions->group - 1) / partitions->group;
  return order_groups(partitions, state->plan->event_count, error);
}

void seg_partition_plan_deinit(struct seg_partition_plan *partitions, struct seg_run_state *state) {
  seg_memory_budget_give(state->budget, partitions->worker_bytes * state->threads);
  free(partitions->event_rows);
  free(partitions->event_bytes);
  free(partitions->order);
  *partitions = (struct seg_partition_plan){0};
}
