// Events that are followed by others in time; see sequence.h.
//
// The events that may follow are brought into the order of their instants, customer by customer: a
// file has any order. Then the first later one decides within hours. Within days the least day of
// all later ones does: where clocks go back over midnight, a later instant may show an earlier day.
#include "runtime/fold/sequence.h"

#include <assert.h>
#include <stdlib.h>

enum { SHORT = 16, SMALLEST = 64 };

void seg_followers_deinit(struct seg_followers *followers) {
  free(followers->items);
  free(followers->other);
  *followers = (struct seg_followers){0};
}

static enum seg_status reserve(struct seg_followers *followers, uint64_t count, uint64_t most,
                               struct seg_error *error) {
  if (count <= followers->capacity)
    return SEG_OK;
  // Never more than the caller's memory was counted for.
  uint64_t wanted = count * 2 > SMALLEST ? count * 2 : SMALLEST;
  uint64_t capacity = wanted < most ? wanted : most;
  seg_followers_deinit(followers);
  followers->items = malloc(capacity * sizeof *followers->items);
  followers->other = malloc(capacity * sizeof *followers->other);
  if (followers->items == NULL || followers->other == NULL) {
    seg_followers_deinit(followers);
    return seg_fail_memory(error, "the order of events");
  }
  followers->capacity = capacity;
  return SEG_OK;
}

static void sort_short(struct seg_follower *items, uint64_t count) {
  for (uint64_t i = 1; i < count; i++) {
    struct seg_follower item = items[i];
    uint64_t at = i;
    for (; at > 0 && items[at - 1].instant > item.instant; at--)
      items[at] = items[at - 1];
    items[at] = item;
  }
}

// Two neighbouring stretches in order, into `to`.
static void merge(const struct seg_follower *from, uint64_t middle, uint64_t end,
                  struct seg_follower *to) {
  uint64_t left = 0, right = middle;
  for (uint64_t i = 0; i < end; i++) {
    bool take_right = left == middle || (right < end && from[right].instant < from[left].instant);
    to[i] = take_right ? from[right++] : from[left++];
  }
}

static void sort(struct seg_followers *followers) {
  uint64_t count = followers->count;
  for (uint64_t first = 0; first < count; first += SHORT)
    sort_short(followers->items + first, count - first < SHORT ? count - first : SHORT);
  for (uint64_t width = SHORT; width < count; width *= 2) {
    for (uint64_t first = 0; first < count; first += 2 * width) {
      uint64_t left = count - first;
      merge(followers->items + first, left < width ? left : width,
            left < 2 * width ? left : 2 * width, followers->other + first);
    }
    struct seg_follower *sorted = followers->other;
    followers->other = followers->items;
    followers->items = sorted;
  }
}

static bool has_flag(const struct seg_gather *gather, uint64_t event, uint32_t flag) {
  return flag == SEG_NO_FLAG || ((gather->flags[flag / 64][event] >> (flag % 64)) & 1) != 0;
}

// The customer's events that may follow, in order, with the least day from each on.
static void collect(const struct seg_plan_sequence *sequence, const struct seg_gather *next,
                    uint32_t customer, struct seg_followers *followers) {
  const int64_t *instants = next->columns[sequence->next_instant];
  bool in_order = true;
  followers->count = 0;
  for (uint64_t e = next->offsets[customer]; e < next->offsets[customer + 1]; e++) {
    if (!has_flag(next, e, sequence->next_flag))
      continue;
    assert(followers->items != NULL); // there is room for all of them
    uint64_t count = followers->count++;
    followers->items[count] = (struct seg_follower){.instant = instants[e], .day = next->days[e]};
    in_order = in_order && (count == 0 || followers->items[count - 1].instant <= instants[e]);
  }
  if (!in_order)
    sort(followers);
  for (uint64_t i = followers->count; i > 1; i--)
    if (followers->items[i - 2].day > followers->items[i - 1].day)
      followers->items[i - 2].day = followers->items[i - 1].day;
}

// The first one that is later than `instant`; `count` when none is.
static uint64_t first_later(const struct seg_followers *followers, int64_t instant) {
  uint64_t low = 0, high = followers->count;
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    if (followers->items[middle].instant > instant)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

// Instants lie in the years 1 to 9999 and limits are far smaller: nothing overflows.
static bool holds(const struct seg_plan_sequence *sequence, const struct seg_sequence_rows *rows,
                  const struct seg_followers *followers, int64_t instant, int64_t day) {
  uint64_t at = first_later(followers, instant);
  bool any = at < followers->count;
  if (sequence->in_days) {
    bool followed = any && followers->items[at].day <= day + sequence->limit;
    return sequence->without ? !followed && day + sequence->limit < rows->as_of : followed;
  }
  bool followed = any && followers->items[at].instant <= instant + sequence->limit;
  return sequence->without ? !followed && instant + sequence->limit < rows->as_of_instant
                           : followed;
}

enum seg_status seg_sequence_apply(const struct seg_plan_sequence *sequence,
                                   const struct seg_sequence_rows *rows, uint32_t flag,
                                   struct seg_followers *followers, struct seg_error *error) {
  const struct seg_gather *gather = rows->gather, *next = rows->next;
  const int64_t *instants = gather->columns[sequence->instant];
  uint64_t *words = gather->flags[flag / 64];
  for (uint32_t c = 0; c < rows->customers; c++) {
    uint64_t begin = gather->offsets[c], end = gather->offsets[c + 1];
    if (begin == end)
      continue;
    enum seg_status status =
        reserve(followers, next->offsets[c + 1] - next->offsets[c], next->count, error);
    if (status != SEG_OK)
      return status;
    collect(sequence, next, c, followers);
    for (uint64_t e = begin; e < end; e++)
      if (holds(sequence, rows, followers, instants[e], gather->days[e]))
        words[e] |= UINT64_C(1) << (flag % 64);
  }
  return SEG_OK;
}
