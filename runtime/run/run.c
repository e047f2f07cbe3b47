// The order of a run's stages, and the result; see run.h.
#include "runtime/run/run.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "runtime/base/large_memory.h"
#include "runtime/entity/run_errors.h"
#include "runtime/filter/chain_winners.h"
#include "runtime/io/io_errors.h"
#include "runtime/run/refresh.h"
#include "runtime/run/run_state.h"
#include "runtime/run/stored_customers.h"
#include "runtime/run/windows.h"
#include "runtime/run/workers.h"

_Static_assert((unsigned)SEG_CHAIN_NO_WINNER == (unsigned)SEG_NO_WINNER,
               "the executor and the sink agree on customers without a winner");

/** The result and what its keys live in. */
struct result_box {
  struct seg_run_result result; // first: the caller's pointer
  struct seg_key_table keys;
  struct seg_memory_budget budget;
  char *memberships; // all bitmaps and winners, one behind the other
  size_t memberships_size;
};

static const char what_for[] = "the result of the run";

bool seg_run_reads_event(const struct seg_plan *plan, uint32_t event) {
  return seg_plan_gathers_event(plan, event) || plan->customer_from_event == (int32_t)event;
}

bool seg_run_interrupted(const struct seg_run_state *state) {
  const atomic_bool *flag = state->options->interrupted;
  return flag != NULL && atomic_load_explicit(flag, memory_order_relaxed);
}

enum seg_status seg_run_fail_interrupted(struct seg_error *error) {
  return seg_fail(error, SEG_INTERRUPTED, seg_io_code(SEG_IO_INTERRUPTED),
                  "the run was interrupted; nothing was written");
}

void seg_run_report(struct seg_run_state *state, enum seg_run_stage stage, struct seg_str entity,
                    uint64_t rows, struct seg_source *source, uint64_t total) {
  uint64_t done = atomic_fetch_add(&state->progress_rows, rows) + rows;
  if (state->options->progress == NULL || pthread_mutex_trylock(&state->progress_lock) != 0)
    return;
  struct seg_run_progress progress = {.stage = stage, .entity = entity, .rows = done};
  if (source != NULL)
    progress.share = seg_source_progress(source);
  else
    progress.share = total == 0 ? -1 : (double)done / (double)total;
  state->options->progress(state->options->progress_context, &progress);
  pthread_mutex_unlock(&state->progress_lock);
}

static double clock_of(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static struct seg_run_time now(void) {
  return (struct seg_run_time){clock_of(CLOCK_MONOTONIC), clock_of(CLOCK_PROCESS_CPUTIME_ID)};
}

static struct seg_run_time between(struct seg_run_time begin, struct seg_run_time end) {
  return (struct seg_run_time){end.wall - begin.wall, end.processor - begin.processor};
}

void seg_run_result_free(struct seg_run_result *result) {
  if (result == NULL)
    return;
  struct result_box *box = (struct result_box *)result;
  for (uint32_t c = 0; result->chains != NULL && c < result->chain_count; c++) {
    free(result->chains[c].won);
    free(result->chains[c].won_held_out);
  }
  seg_large_memory_free(box->memberships, box->memberships_size);
  free(result->members);
  free(result->segment_members);
  free(result->held_out);
  free(result->segment_held_out);
  free(result->chains);
  free(result->events);
  if (box->keys.budget != NULL)
    seg_key_table_deinit(&box->keys);
  free(box);
}

static enum seg_status new_result(const struct seg_plan *plan, uint64_t memory_bytes,
                                  struct result_box **made, struct seg_error *error) {
  struct result_box *box = calloc(1, sizeof *box);
  if (box == NULL)
    return seg_fail_memory(error, what_for);
  seg_memory_budget_init(&box->budget, memory_bytes);
  struct seg_run_result *result = &box->result;
  result->key_table = &box->keys;
  result->event_count = plan->event_count;
  result->segment_count = plan->segment_count;
  result->chain_count = plan->chain_count;
  result->events = calloc((size_t)plan->event_count + 1, sizeof *result->events);
  result->segment_members =
      calloc((size_t)plan->segment_count + 1, sizeof *result->segment_members);
  result->segment_held_out =
      calloc((size_t)plan->segment_count + 1, sizeof *result->segment_held_out);
  result->chains = calloc((size_t)plan->chain_count + 1, sizeof *result->chains);
  bool complete = result->events != NULL && result->segment_members != NULL &&
                  result->segment_held_out != NULL && result->chains != NULL;
  for (uint32_t c = 0; c < plan->chain_count && complete; c++) {
    result->chains[c].won =
        calloc((size_t)plan->chains[c].member_count + 1, sizeof *result->chains[c].won);
    result->chains[c].won_held_out =
        calloc((size_t)plan->chains[c].member_count + 1, sizeof *result->chains[c].won_held_out);
    complete = result->chains[c].won != NULL && result->chains[c].won_held_out != NULL;
  }
  if (!complete) {
    seg_run_result_free(result);
    return seg_fail_memory(error, what_for);
  }
  *made = box;
  return SEG_OK;
}

const struct seg_block *seg_run_block(const struct seg_run_state *state) {
  return state->pass == SEG_FIRST_PASS ? &state->plan->first_block : &state->plan->customer_block;
}

const struct seg_block_kernel *seg_run_kernel(const struct seg_run_state *state) {
  return state->pass == SEG_FIRST_PASS ? &state->kernels->first_block
                                       : &state->kernels->customer_block;
}

bool seg_run_folds_event(const struct seg_run_state *state, uint32_t event) {
  struct seg_cell_range cells = seg_fold_range(&state->plan->folds[event], state->pass);
  return cells.begin < cells.end;
}

bool seg_run_gathers_event(const struct seg_run_state *state, uint32_t event) {
  return seg_run_folds_event(state, event) || state->plan->folds[event].is_followed;
}

enum seg_status seg_run_take_memory(struct seg_run_state *state, uint64_t bytes, const char *what,
                                    struct seg_error *error) {
  if (seg_memory_budget_take(state->budget, bytes))
    return SEG_OK;
  enum seg_status status = seg_event_runs_evict(state->newest_runs, 0, error);
  return status == SEG_OK ? seg_memory_budget_need(state->budget, bytes, what, error) : status;
}

static size_t aligned(size_t size) {
  return (size + SEG_COLUMN_ALIGNMENT - 1) / SEG_COLUMN_ALIGNMENT * SEG_COLUMN_ALIGNMENT;
}

// Bitmaps and winners, once the number of customers is known.
enum seg_status seg_run_add_memberships(struct seg_run_state *state, struct seg_error *error) {
  struct seg_run_result *result = state->result;
  if (state->options->counts_only)
    return SEG_OK;
  struct result_box *box = (struct result_box *)result;
  int64_t customers = (int64_t)result->customer_count;
  size_t bitmap = aligned(seg_layout_size(SEG_LAYOUT_BIT, customers));
  size_t winners = aligned(seg_layout_size(SEG_LAYOUT_I32, customers) / 2);
  uint32_t segments = state->options->winners_only ? 0 : result->segment_count;
  uint64_t bytes = ((uint64_t)segments + state->plan->holdout_count) * bitmap +
                   (uint64_t)result->chain_count * winners;
  enum seg_status status = seg_run_take_memory(state, bytes, what_for, error);
  if (status != SEG_OK)
    return status;
  box->memberships_size = bytes + SEG_COLUMN_ALIGNMENT;
  box->memberships = seg_large_memory(box->memberships_size);
  if (segments > 0)
    result->members = calloc(segments, sizeof *result->members);
  result->held_out = calloc((size_t)result->segment_count + 1, sizeof *result->held_out);
  if (box->memberships == NULL || (segments > 0 && result->members == NULL) ||
      result->held_out == NULL)
    return seg_fail_memory(error, what_for);
  char *at = (char *)aligned((uintptr_t)box->memberships);
  for (uint32_t s = 0; s < segments; s++, at += bitmap)
    result->members[s] = (uint64_t *)at;
  for (uint32_t h = 0; h < state->plan->holdout_count; h++, at += bitmap)
    result->held_out[state->plan->holdouts[h].segment] = (uint64_t *)at;
  for (uint32_t c = 0; c < result->chain_count; c++, at += winners)
    result->chains[c].winners = (uint16_t *)at;
  return SEG_OK;
}

static enum seg_status check_chains(const struct seg_plan *plan, struct seg_error *error) {
  for (uint32_t c = 0; c < plan->chain_count; c++) {
    if (plan->chains[c].member_count < SEG_NO_WINNER)
      continue;
    seg_fail(error, SEG_LIMIT, seg_run_code(SEG_RUN_ERROR_MEMBERS),
             "the chain %.*s has %u segments; at most 65,534 are possible",
             SEG_STR(plan->chains[c].name), plan->chains[c].member_count);
    seg_error_help(error, "split the chain");
    return SEG_LIMIT;
  }
  return SEG_OK;
}

static enum seg_status scan_events(struct seg_run_state *state, struct seg_error *error) {
  const struct seg_plan *plan = state->plan;
  // The event that gives the customers first: the others look their customers up.
  if (plan->customer_from_event >= 0) {
    enum seg_status status = seg_run_scan_event(state, (uint32_t)plan->customer_from_event, error);
    if (status != SEG_OK)
      return status;
  }
  for (uint32_t e = 0; e < plan->event_count; e++) {
    if (!seg_run_reads_event(plan, e) || plan->customer_from_event == (int32_t)e)
      continue;
    enum seg_status status = seg_run_scan_event(state, e, error);
    if (status != SEG_OK)
      return status;
  }
  return SEG_OK;
}

// A control group is drawn of all members, so that everybody's membership is asked.
static enum seg_status begin_race(struct seg_run_state *state, struct seg_error *error) {
  state->races = state->options->winners_only && state->plan->holdout_count == 0;
  return state->races ? seg_chain_stages_init(&state->stages, &state->plan->customer_block,
                                              &state->kernels->customer_block, state->plan->chains,
                                              state->plan->chain_count, error)
                      : SEG_OK;
}

static enum seg_status run_stages(struct seg_run_state *state, struct seg_error *error) {
  struct seg_run_time begin = now();
  enum seg_status status = begin_race(state, error);
  state->customers_stored = seg_stored_customers_apply(state);
  if (status != SEG_OK)
    return status;
  if (state->customers_stored)
    status = seg_stored_customers_load(state, error);
  else if (state->plan->customer_from_event < 0)
    status = seg_run_load_customers(state, error);
  struct seg_run_time customers_read = now();
  atomic_store(&state->progress_rows, 0);
  if (status == SEG_OK)
    status = scan_events(state, error);
  if (status == SEG_OK)
    status = seg_run_load_lists(state, error);
  struct seg_run_time events_read = now();
  atomic_store(&state->progress_rows, 0);
  if (status == SEG_OK) {
    state->result->customer_count = state->keys->count;
    state->result->keys = seg_key_table_view(state->keys);
    state->result->first_key = state->keys->first;
    if (seg_key_table_is_implied(state->keys))
      state->result->keys.values = NULL;
    status = seg_run_population(state, error);
  }
  atomic_store(&state->progress_rows, 0);
  bool done = state->decides_early;
  if (status == SEG_OK && !done)
    status = seg_run_refresh(state, &done, error);
  if (status == SEG_OK && !done)
    status = seg_run_add_memberships(state, error);
  if (status == SEG_OK && !done)
    status = seg_run_partitions(state, error);
  state->result->times[SEG_RUN_CUSTOMERS] = between(begin, customers_read);
  state->result->times[SEG_RUN_EVENTS] = between(customers_read, events_read);
  state->result->times[SEG_RUN_RULES] = between(events_read, now());
  state->result->rules_early = state->decides_early;
  state->result->spilled_bytes = atomic_load(&state->spill.size);
  state->result->peak_bytes = atomic_load(&state->budget->peak);
  return status;
}

static void release_state(struct seg_run_state *state) {
  for (uint32_t e = 0; state->events != NULL && e < state->plan->event_count; e++)
    seg_event_runs_deinit(&state->events[e]);
  free(state->events);
  free(state->is_stored);
  free(state->is_in_place);
  if (state->stored_numbers != NULL)
    seg_memory_budget_give(state->budget, (uint64_t)state->keys->count * 4);
  free(state->stored_numbers);
  free(state->windows);
  seg_chain_stages_deinit(&state->stages);
  seg_run_free_lists(state);
  seg_customer_columns_deinit(&state->customers);
  seg_population_deinit(state);
  seg_spill_file_deinit(&state->spill);
  pthread_mutex_destroy(&state->progress_lock);
}

enum seg_status seg_run(const struct seg_plan *plan, const struct seg_kernels *kernels,
                        const struct seg_run_sources *sources,
                        const struct seg_run_options *options, struct seg_run_result **result,
                        struct seg_error *error) {
  *result = NULL;
  struct result_box *box = NULL;
  enum seg_status status = check_chains(plan, error);
  if (status == SEG_OK)
    status = new_result(plan, options->memory_bytes, &box, error);
  if (status != SEG_OK)
    return status;
  struct seg_run_state state = {
      .plan = plan,
      .kernels = kernels,
      .sources = sources,
      .options = options,
      .threads = options->threads == 0 ? seg_workers_available() : options->threads,
      .result = &box->result,
      .budget = &box->budget,
      .keys = &box->keys,
      .pass = SEG_FINAL_PASS,
  };
  pthread_mutex_init(&state.progress_lock, NULL);
  seg_spill_file_init(&state.spill, options->temp_folder);
  state.events = calloc((size_t)plan->event_count + 1, sizeof *state.events);
  state.is_stored = calloc((size_t)plan->event_count + 1, sizeof *state.is_stored);
  state.is_in_place = calloc((size_t)plan->event_count + 1, sizeof *state.is_in_place);
  state.windows = calloc((size_t)plan->window_count + 1, 2 * sizeof *state.windows);
  if (state.events == NULL || state.is_stored == NULL || state.is_in_place == NULL ||
      state.windows == NULL) {
    status = seg_fail_memory(error, "the run");
  } else {
    seg_windows_resolve(plan, options->as_of, state.windows);
    status = seg_windows_instant(plan, options->as_of, &state.as_of_instant, error);
    if (status == SEG_OK)
      status = run_stages(&state, error);
  }
  release_state(&state);
  if (status == SEG_OK)
    *result = &box->result;
  else
    seg_run_result_free(&box->result);
  return status;
}
