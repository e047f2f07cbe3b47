// See refresh.h. Workers take some customers at a time, find those that can be different and look
// at them while their days are still in the cache.
#include "runtime/run/refresh.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/run/partitions.h"
#include "runtime/run/refresh_marks.h"
#include "runtime/run/stored_customers.h"
#include "runtime/run/stored_rows.h"
#include "runtime/run/windows.h"
#include "runtime/run/workers.h"

enum {
  MOST_PERCENT = 40,   // of all customers: above it, folding everybody once is less work
  STEP = 1 << 13,      // customers among whom is looked for changes: a multiple of 64
  LEAST_LOT = 1 << 14, // customers that a worker takes at a time: a multiple of STEP,
  MOST_LOT = 1 << 16,  // the more, the fewer batches of decisions are not full
  LOTS = 16,           // of each worker, where there are customers enough
  SAMPLES = 16,        // stretches of customers by which the share is estimated
  SAMPLE = 1 << 10,    // customers of one
};

static const char what_for[] = "what changed since the last run";

size_t seg_run_count_number(const struct seg_plan *plan) {
  size_t count = plan->segment_count;
  for (uint32_t c = 0; c < plan->chain_count; c++)
    count += (size_t)plan->chains[c].member_count + 1;
  return count;
}

static void add_to_counts(const struct seg_plan *plan, const struct seg_run_result *result,
                          uint64_t *counts) {
  for (uint32_t s = 0; s < plan->segment_count; s++)
    *counts++ += result->segment_members[s];
  for (uint32_t c = 0; c < plan->chain_count; c++) {
    for (uint32_t m = 0; m < plan->chains[c].member_count; m++)
      *counts++ += result->chains[c].won[m];
    *counts++ += result->chains[c].unmatched;
  }
}

void seg_run_counts(const struct seg_plan *plan, const struct seg_run_result *result,
                    uint64_t *counts) {
  memset(counts, 0, seg_run_count_number(plan) * sizeof *counts);
  add_to_counts(plan, result, counts);
}

static void put_counts(const struct seg_plan *plan, const uint64_t *counts,
                       struct seg_run_result *result) {
  for (uint32_t s = 0; s < plan->segment_count; s++)
    result->segment_members[s] = *counts++;
  for (uint32_t c = 0; c < plan->chain_count; c++) {
    for (uint32_t m = 0; m < plan->chains[c].member_count; m++)
      result->chains[c].won[m] = *counts++;
    result->chains[c].unmatched = *counts++;
  }
}

static bool asks_for_day(const struct seg_block *block) {
  bool asks = false;
  for (uint32_t i = 0; i < block->step_count; i++)
    asks = asks || block->steps[i].op == SEG_OP_AS_OF || block->steps[i].op == SEG_OP_AS_OF_INSTANT;
  return asks;
}

static bool any_asks_for_day(const struct seg_plan *plan) {
  bool asks = asks_for_day(&plan->customer.scan) || asks_for_day(&plan->customer_block);
  for (uint32_t e = 0; e < plan->event_count; e++)
    asks = asks || asks_for_day(&plan->events[e].scan);
  return asks;
}

static bool all_in_place(const struct seg_run_state *state) {
  bool all = true;
  for (uint32_t e = 0; e < state->plan->event_count; e++)
    all = all && (!seg_run_reads_event(state->plan, e) || state->is_in_place[e]);
  return all;
}

const char *seg_run_refresh_refusal(const struct seg_run_state *state) {
  const struct seg_plan *plan = state->plan;
  struct seg_stored_source customers;
  if (!seg_source_stored(state->sources->customer, &customers))
    return "the customers come from no store";
  if (!state->options->counts_only)
    return "every customer's answer is written";
  if (state->options->winners_only)
    return "only winners are asked for";
  if (plan->rank_count > 0)
    return "rules compare customers with each other";
  if (plan->holdout_count > 0 || plan->derived_count > 0)
    return "rules draw customers by their keys, or look them up in lists";
  if (any_asks_for_day(plan))
    return "rules look at the as-of day outside of windows";
  if (!state->customers_stored || customers.entity->parts[0].numbers.data != NULL)
    return "the store has customers in another order than their keys";
  if (!all_in_place(state))
    return "rules look at events of a customer together, as `unique by` and `then` do";
  return NULL;
}

/** A look at some customers at one day. */
struct look {
  struct seg_run_state state;
  struct seg_run_options options;
  struct seg_run_result result;
  struct seg_key_table keys;
  uint64_t *counts; // where those of the result lie
};

// Counts of everything that is counted, one behind the other.
static bool add_counts(struct look *look, const struct seg_plan *plan) {
  size_t segments = plan->segment_count, members = 0;
  for (uint32_t c = 0; c < plan->chain_count; c++)
    members += plan->chains[c].member_count;
  look->counts = calloc(2 * (segments + members) + 1, sizeof *look->counts);
  look->result.chains = calloc((size_t)plan->chain_count + 1, sizeof *look->result.chains);
  if (look->counts == NULL || look->result.chains == NULL)
    return false;
  look->result.segment_count = plan->segment_count;
  look->result.chain_count = plan->chain_count;
  look->result.segment_members = look->counts;
  look->result.segment_held_out = look->counts + segments;
  uint64_t *at = look->counts + 2 * segments;
  for (uint32_t c = 0; c < plan->chain_count; c++) {
    look->result.chains[c].won = at;
    look->result.chains[c].won_held_out = at + plan->chains[c].member_count;
    at += 2 * (size_t)plan->chains[c].member_count;
  }
  return true;
}

// A look at the chosen customers of a worker.
static enum seg_status begin_look(struct look *look, const struct seg_run_state *state,
                                  const uint32_t *chosen, int32_t *windows,
                                  struct seg_error *error) {
  const struct seg_plan *plan = state->plan;
  if (!add_counts(look, plan)) {
    seg_fail_memory(error, what_for);
    return SEG_OUT_OF_MEMORY;
  }
  seg_key_table_init(&look->keys, state->keys->is_text, state->budget);
  look->options = *state->options;
  look->options.progress = NULL;
  struct seg_run_state *some = &look->state;
  some->plan = plan;
  some->kernels = state->kernels;
  some->sources = state->sources;
  some->options = &look->options;
  some->threads = 1;
  some->result = &look->result;
  some->budget = state->budget;
  some->keys = &look->keys;
  some->customers_stored = true;
  some->pass = SEG_FINAL_PASS;
  some->events = state->events;
  some->is_stored = state->is_stored;
  some->is_in_place = state->is_in_place;
  some->chosen = chosen;
  some->windows = windows;
  return SEG_OK;
}

static void end_look(struct look *look) {
  if (look->keys.budget != NULL)
    seg_key_table_deinit(&look->keys);
  free(look->counts);
  free(look->result.chains);
}

// The events of the store as they were: their first parts.
static struct seg_store_entity *earlier_events(const struct seg_run_state *state) {
  uint32_t events = state->plan->event_count;
  struct seg_store_entity *earlier = calloc((size_t)events + 1, sizeof *earlier);
  for (uint32_t e = 0; earlier != NULL && e < events; e++) {
    struct seg_stored_source from;
    if (!seg_source_stored(state->sources->events[e], &from))
      continue;
    earlier[e] = *from.entity;
    earlier[e].part_count = state->options->before->parts[e];
  }
  return earlier;
}

// Is all that was added of days on which nothing counted then? Then the windows of that day tell
// earlier rows from later ones.
static bool added_later(const struct seg_run_state *state) {
  const struct seg_run_before *before = state->options->before;
  bool later = true;
  for (uint32_t e = 0; e < state->plan->event_count; e++) {
    struct seg_stored_source from;
    if (!seg_source_stored(state->sources->events[e], &from))
      continue;
    for (uint32_t p = before->parts[e]; p < from.entity->part_count; p++) {
      const struct seg_store_part *part = &from.entity->parts[p];
      later =
          later && (part->rows == 0 || (part->span.is_known && part->span.first >= before->as_of));
    }
  }
  return later;
}

// Events of the lot that has the most.
static enum seg_status most_rows(const struct seg_run_state *state, uint64_t lot, uint64_t *most,
                                 struct seg_error *error) {
  enum seg_status status = SEG_OK;
  *most = 0;
  for (uint32_t e = 0; status == SEG_OK && e < state->plan->event_count; e++) {
    struct seg_stored_source from;
    uint64_t rows = 0;
    if (!seg_run_folds_event(state, e) || !seg_source_stored(state->sources->events[e], &from))
      continue;
    status = seg_stored_rows_most(from.entity, state->keys->count, lot, &rows, error);
    *most = rows > *most ? rows : *most;
  }
  return status;
}

/** The work of one refresh. */
struct refresh {
  struct seg_run_state *state;
  int32_t *windows; // of the earlier run
  struct seg_store_entity *earlier;
  struct seg_refresh_marks marks;
  bool together;           // rows are read once for both days
  uint64_t lot;            // customers
  uint64_t rows;           // of a lot, at most
  _Atomic uint64_t next;   // customer
  _Atomic uint64_t looked; // at so many customers
  struct seg_first_error first;
  pthread_mutex_t counts_lock;
  uint64_t *then, *now; // counts
};

/** One worker's part. */
struct looker {
  struct refresh *refresh;
  struct look then, now;
  struct seg_partition_worker *then_worker; // NULL: `now` does both
  struct seg_partition_worker *now_worker;
  uint64_t *marked; // of a step
  uint32_t *chosen; // of the lot: those who are still to be looked at
  uint32_t count;
};

static bool too_many(uint64_t some, uint64_t of) {
  return some * 100 > of * MOST_PERCENT;
}

// Whether more than some customers would have to be looked at, as far as a few tell.
static enum seg_status estimate(struct refresh *refresh, uint64_t *marked, bool *too_much,
                                struct seg_error *error) {
  uint64_t customers = refresh->state->keys->count, seen = 0, some = 0;
  enum seg_status status = SEG_OK;
  for (uint64_t s = 0; status == SEG_OK && s < SAMPLES; s++) {
    uint64_t first = customers * s / SAMPLES / 64 * 64;
    uint64_t next = s + 1 < SAMPLES ? customers * (s + 1) / SAMPLES / 64 * 64 : customers;
    uint64_t end = next - first < SAMPLE ? next : first + SAMPLE;
    memset(marked, 0, SAMPLE / 8);
    status = seg_refresh_marks_find(&refresh->marks, first, end, marked, error);
    seen += end - first;
    some += (uint64_t)seg_bitmap_count(marked, SAMPLE);
  }
  *too_much = too_many(some, seen);
  return status;
}

static enum seg_status begin_looker(struct looker *looker, struct seg_error *error) {
  struct refresh *refresh = looker->refresh;
  struct seg_run_state *state = refresh->state;
  looker->marked = calloc(STEP / 64, sizeof *looker->marked);
  looker->chosen = calloc(refresh->lot, sizeof *looker->chosen);
  if (looker->marked == NULL || looker->chosen == NULL) {
    seg_fail_memory(error, what_for);
    return SEG_OUT_OF_MEMORY;
  }
  enum seg_status status =
      begin_look(&looker->then, state, looker->chosen, refresh->windows, error);
  if (status == SEG_OK)
    status = begin_look(&looker->now, state, looker->chosen, state->windows, error);
  if (status != SEG_OK)
    return status;
  looker->then.state.earlier = refresh->earlier;
  if (refresh->together)
    looker->now.state.beside = &looker->then.state;
  else
    status =
        seg_partition_worker_new(&looker->then.state, refresh->rows, &looker->then_worker, error);
  return status == SEG_OK ? seg_partition_worker_new(&looker->now.state, refresh->rows,
                                                     &looker->now_worker, error)
                          : status;
}

static void end_looker(struct looker *looker) {
  seg_partition_worker_free(looker->then_worker);
  seg_partition_worker_free(looker->now_worker);
  end_look(&looker->then);
  end_look(&looker->now);
  free(looker->marked);
  free(looker->chosen);
}

// Find those of customers first .. end - 1 that can be different.
static enum seg_status choose(struct looker *looker, uint64_t first, uint64_t end,
                              struct seg_error *error) {
  memset(looker->marked, 0, STEP / 8);
  enum seg_status status =
      seg_refresh_marks_find(&looker->refresh->marks, first, end, looker->marked, error);
  uint32_t count = looker->count;
  for (uint32_t w = 0; status == SEG_OK && w < STEP / 64; w++)
    for (uint64_t word = looker->marked[w]; word != 0; word &= word - 1)
      looker->chosen[count++] = (uint32_t)first + w * 64 + (uint32_t)__builtin_ctzll(word);
  atomic_fetch_add(&looker->refresh->looked, count - looker->count);
  looker->count = count;
  return status;
}

// Look at the first `count` of them.
static enum seg_status look_at(struct looker *looker, uint32_t count, struct seg_error *error) {
  enum seg_status status = SEG_OK;
  if (looker->then_worker != NULL)
    status = seg_partition_worker_run(looker->then_worker, count, error);
  if (status == SEG_OK)
    status = seg_partition_worker_run(looker->now_worker, count, error);
  looker->count -= count;
  memmove(looker->chosen, looker->chosen + count, looker->count * sizeof *looker->chosen);
  return status;
}

// Those of a lot, in full batches but for the last: one of few takes as long as one of some
// hundred. As soon as there are enough for one, while their days are in the cache.
static enum seg_status look_at_lot(struct looker *looker, uint64_t first, uint64_t end,
                                   struct seg_error *error) {
  uint32_t batch = seg_partition_worker_batch(looker->now_worker);
  enum seg_status status = SEG_OK;
  for (uint64_t at = first; status == SEG_OK && at < end; at += STEP) {
    status = choose(looker, at, end - at < STEP ? end : at + STEP, error);
    if (status == SEG_OK && looker->count >= batch)
      status = look_at(looker, looker->count / batch * batch, error);
  }
  return status == SEG_OK && looker->count > 0 ? look_at(looker, looker->count, error) : status;
}

static void take_counts(struct looker *looker) {
  struct refresh *refresh = looker->refresh;
  const struct seg_plan *plan = refresh->state->plan;
  if (looker->then_worker != NULL)
    seg_partition_worker_add_counts(looker->then_worker);
  seg_partition_worker_add_counts(looker->now_worker);
  pthread_mutex_lock(&refresh->counts_lock);
  add_to_counts(plan, &looker->then.result, refresh->then);
  add_to_counts(plan, &looker->now.result, refresh->now);
  pthread_mutex_unlock(&refresh->counts_lock);
}

// The next customers to look at: a lot, or of the last lots a step, so that no worker waits long
// for the others.
static bool take_some(struct refresh *refresh, uint64_t *first, uint64_t *end) {
  uint64_t customers = refresh->state->keys->count;
  uint64_t last = (uint64_t)(refresh->state->threads - 1) * refresh->lot;
  *first = refresh->next;
  do {
    if (*first >= customers)
      return false;
    uint64_t left = customers - *first, some = left > last ? refresh->lot : STEP;
    *end = left < some ? customers : *first + some;
  } while (!atomic_compare_exchange_weak(&refresh->next, first, *end));
  return true;
}

static void look_worker(void *context, unsigned worker) {
  (void)worker;
  struct refresh *refresh = context;
  struct looker looker = {.refresh = refresh};
  uint64_t customers = refresh->state->keys->count;
  struct seg_error error;
  enum seg_status status = begin_looker(&looker, &error);
  while (status == SEG_OK && !seg_first_error_any(&refresh->first) &&
         !too_many(refresh->looked, customers)) {
    uint64_t first, end;
    if (!take_some(refresh, &first, &end))
      break;
    status = seg_run_interrupted(refresh->state) ? seg_run_fail_interrupted(&error)
                                                 : look_at_lot(&looker, first, end, &error);
  }
  if (status == SEG_OK)
    take_counts(&looker);
  else
    seg_first_error_offer(&refresh->first, 0, true, &error);
  end_looker(&looker);
}

// Many, so that all workers are done at about the same time.
static uint64_t lot_of(const struct seg_run_state *state) {
  uint64_t lot = state->keys->count / ((uint64_t)state->threads * LOTS) / STEP * STEP;
  if (lot < LEAST_LOT)
    return LEAST_LOT;
  return lot < MOST_LOT ? lot : MOST_LOT;
}

// False when the earlier counts cannot have been those of these customers.
static bool correct(const struct refresh *refresh) {
  const struct seg_run_state *state = refresh->state;
  size_t count = seg_run_count_number(state->plan);
  bool fits = state->options->before->customers == state->keys->count;
  for (size_t i = 0; i < count; i++) {
    uint64_t before = state->options->before->counts[i];
    fits = fits && before >= refresh->then[i];
    refresh->now[i] += before - refresh->then[i];
    fits = fits && refresh->now[i] <= state->keys->count;
  }
  if (fits)
    put_counts(state->plan, refresh->now, state->result);
  return fits;
}

static enum seg_status prepare(struct refresh *refresh, bool *too_much, struct seg_error *error) {
  struct seg_run_state *state = refresh->state;
  size_t counts = seg_run_count_number(state->plan);
  uint64_t marked[SAMPLE / 64];
  refresh->windows = calloc((size_t)state->plan->window_count + 1, 2 * sizeof *refresh->windows);
  refresh->then = calloc(counts + 1, sizeof *refresh->then);
  refresh->now = calloc(counts + 1, sizeof *refresh->now);
  refresh->earlier = earlier_events(state);
  if (refresh->windows == NULL || refresh->then == NULL || refresh->now == NULL ||
      refresh->earlier == NULL)
    return seg_fail_memory(error, what_for);
  seg_windows_resolve(state->plan, state->options->before->as_of, refresh->windows);
  refresh->together = added_later(state);
  refresh->lot = lot_of(state);
  enum seg_status status = most_rows(state, refresh->lot, &refresh->rows, error);
  if (status == SEG_OK)
    status = seg_refresh_marks_init(&refresh->marks, state, refresh->windows,
                                    state->options->before->parts, error);
  return status == SEG_OK ? estimate(refresh, marked, too_much, error) : status;
}

static enum seg_status refresh_counts(struct refresh *refresh, bool *done,
                                      struct seg_error *error) {
  struct seg_run_state *state = refresh->state;
  bool too_much = false;
  enum seg_status status = prepare(refresh, &too_much, error);
  if (status != SEG_OK)
    return status;
  if (!too_much) {
    seg_workers_run(state->threads, look_worker, refresh);
    status = seg_first_error_take(&refresh->first, NULL, error);
    too_much = too_many(refresh->looked, state->keys->count);
  }
  if (status != SEG_OK)
    return status;
  if (too_much) {
    state->result->whole_reason = "too much changed since then";
    return SEG_OK;
  }
  *done = correct(refresh);
  state->result->refreshed = *done;
  state->result->refreshed_customers = refresh->looked;
  if (!*done)
    state->result->whole_reason = "what was remembered does not fit the store";
  return SEG_OK;
}

enum seg_status seg_run_refresh(struct seg_run_state *state, bool *done, struct seg_error *error) {
  *done = false;
  state->result->no_start_reason = seg_run_refresh_refusal(state);
  if (state->options->before == NULL)
    return SEG_OK;
  state->result->whole_reason = state->result->no_start_reason;
  if (state->result->whole_reason != NULL)
    return SEG_OK;
  struct refresh refresh = {.state = state};
  seg_first_error_init(&refresh.first);
  pthread_mutex_init(&refresh.counts_lock, NULL);
  enum seg_status status = refresh_counts(&refresh, done, error);
  pthread_mutex_destroy(&refresh.counts_lock);
  seg_first_error_deinit(&refresh.first);
  seg_refresh_marks_deinit(&refresh.marks);
  free(refresh.windows);
  free(refresh.then);
  free(refresh.now);
  free(refresh.earlier);
  if (status == SEG_OK || status == SEG_INTERRUPTED)
    return status;
  state->result->whole_reason = "looking at what changed failed";
  return SEG_OK;
}
