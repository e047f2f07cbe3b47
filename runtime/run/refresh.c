// See refresh.h.
#include "runtime/run/refresh.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/run/refresh_marks.h"
#include "runtime/run/stored_customers.h"
#include "runtime/run/windows.h"
#include "runtime/store/source_store.h"

// Of all customers: above it, folding everybody once is less work.
enum { MOST_PERCENT = 40 };

static const char what_for[] = "what changed since the last run";

size_t seg_run_count_number(const struct seg_plan *plan) {
  size_t count = plan->segment_count;
  for (uint32_t c = 0; c < plan->chain_count; c++)
    count += (size_t)plan->chains[c].member_count + 1;
  return count;
}

void seg_run_counts(const struct seg_plan *plan, const struct seg_run_result *result,
                    uint64_t *counts) {
  for (uint32_t s = 0; s < plan->segment_count; s++)
    *counts++ = result->segment_members[s];
  for (uint32_t c = 0; c < plan->chain_count; c++) {
    for (uint32_t m = 0; m < plan->chains[c].member_count; m++)
      *counts++ = result->chains[c].won[m];
    *counts++ = result->chains[c].unmatched;
  }
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

// A look at the chosen customers; its windows and events are set by the caller.
static enum seg_status begin_look(struct look *look, const struct seg_run_state *state,
                                  const uint32_t *chosen, uint32_t count, struct seg_error *error) {
  const struct seg_plan *plan = state->plan;
  if (!add_counts(look, plan))
    return seg_fail_memory(error, what_for);
  seg_key_table_init(&look->keys, state->keys->is_text, state->budget);
  seg_key_table_set_count(&look->keys, count);
  look->result.customer_count = count;
  look->options = *state->options;
  look->options.progress = NULL;
  struct seg_run_state *some = &look->state;
  some->plan = plan;
  some->kernels = state->kernels;
  some->sources = state->sources;
  some->options = &look->options;
  some->threads = state->threads;
  some->result = &look->result;
  some->budget = state->budget;
  some->keys = &look->keys;
  some->customers_stored = true;
  some->pass = SEG_FINAL_PASS;
  some->events = state->events;
  some->is_stored = state->is_stored;
  some->is_in_place = state->is_in_place;
  some->chosen = chosen;
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

/** The work of one refresh. */
struct refresh {
  struct seg_run_state *state;
  int32_t *windows; // of the earlier run
  uint64_t *marked;
  uint32_t *chosen;
  uint32_t chosen_count;
  struct seg_store_entity *earlier;
  uint64_t *then, *now; // counts
};

static enum seg_status choose(struct refresh *refresh, struct seg_error *error) {
  struct seg_run_state *state = refresh->state;
  uint64_t customers = state->keys->count;
  size_t words = seg_bitmap_words((int64_t)customers);
  enum seg_status status = seg_refresh_marks_find(
      state, refresh->windows, state->options->before->parts, refresh->marked, error);
  if (status != SEG_OK)
    return status;
  uint64_t count = (uint64_t)seg_bitmap_count(refresh->marked, (int64_t)customers);
  refresh->chosen_count = (uint32_t)count;
  if (count * 100 > customers * MOST_PERCENT)
    return SEG_OK;
  refresh->chosen = calloc(count + 1, sizeof *refresh->chosen);
  if (refresh->chosen == NULL)
    return seg_fail_memory(error, what_for);
  uint32_t used = 0;
  for (size_t w = 0; w < words; w++)
    for (uint64_t word = refresh->marked[w]; word != 0; word &= word - 1)
      refresh->chosen[used++] = (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(word);
  return SEG_OK;
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

static enum seg_status count_difference(struct refresh *refresh, struct seg_error *error) {
  const struct seg_run_state *state = refresh->state;
  struct look then = {0}, now = {0};
  bool together = added_later(state);
  enum seg_status status = begin_look(&then, state, refresh->chosen, refresh->chosen_count, error);
  if (status == SEG_OK)
    status = begin_look(&now, state, refresh->chosen, refresh->chosen_count, error);
  then.state.windows = refresh->windows;
  then.state.earlier = refresh->earlier;
  now.state.windows = state->windows;
  if (together)
    now.state.beside = &then.state;
  if (status == SEG_OK && !together)
    status = seg_run_partitions(&then.state, error);
  if (status == SEG_OK)
    status = seg_run_partitions(&now.state, error);
  if (status == SEG_OK) {
    seg_run_counts(state->plan, &then.result, refresh->then);
    seg_run_counts(state->plan, &now.result, refresh->now);
  }
  end_look(&then);
  end_look(&now);
  return status;
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

static enum seg_status refresh_counts(struct refresh *refresh, bool *done,
                                      struct seg_error *error) {
  struct seg_run_state *state = refresh->state;
  const struct seg_plan *plan = state->plan;
  size_t counts = seg_run_count_number(plan);
  refresh->windows = calloc((size_t)plan->window_count + 1, 2 * sizeof *refresh->windows);
  refresh->marked =
      calloc(seg_bitmap_words((int64_t)state->keys->count) + 1, sizeof *refresh->marked);
  refresh->then = calloc(counts + 1, sizeof *refresh->then);
  refresh->now = calloc(counts + 1, sizeof *refresh->now);
  refresh->earlier = earlier_events(state);
  if (refresh->windows == NULL || refresh->marked == NULL || refresh->then == NULL ||
      refresh->now == NULL || refresh->earlier == NULL)
    return seg_fail_memory(error, what_for);
  seg_windows_resolve(plan, state->options->before->as_of, refresh->windows);
  enum seg_status status = choose(refresh, error);
  if (status != SEG_OK)
    return status;
  if (refresh->chosen == NULL) {
    state->result->whole_reason = "too much changed since then";
    return SEG_OK;
  }
  if (refresh->chosen_count > 0)
    status = count_difference(refresh, error);
  if (status != SEG_OK)
    return status;
  *done = correct(refresh);
  state->result->refreshed = *done;
  state->result->refreshed_customers = refresh->chosen_count;
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
  enum seg_status status = refresh_counts(&refresh, done, error);
  free(refresh.windows);
  free(refresh.marked);
  free(refresh.chosen);
  free(refresh.then);
  free(refresh.now);
  free(refresh.earlier);
  if (status == SEG_OK || status == SEG_INTERRUPTED)
    return status;
  state->result->whole_reason = "looking at what changed failed";
  return SEG_OK;
}
