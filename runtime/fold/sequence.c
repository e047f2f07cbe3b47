// Events that are followed by others in time; see sequence.h.
//
// The events that may follow are brought into the order of their instants, customer by customer: a
// file has any order. Then the first later one decides within hours. Within days the least day of
// all later ones does: where clocks go back over midnight, a later instant may show an earlier day.
#include "runtime/fold/sequence.h"

#include <assert.h>

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
  seg_followers_finish(followers, in_order);
}

// Instants lie in the years 1 to 9999 and limits are far smaller: nothing overflows.
static bool holds(const struct seg_plan_sequence *sequence, const struct seg_sequence_rows *rows,
                  const struct seg_followers *followers, uint64_t at, int64_t instant,
                  int64_t day) {
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
    enum seg_status status = seg_followers_reserve(
        followers, next->offsets[c + 1] - next->offsets[c], next->count, error);
    if (status != SEG_OK)
      return status;
    collect(sequence, next, c, followers);
    for (uint64_t first = begin; first < end; first += SEG_FOLLOWERS_AT_ONCE) {
      uint64_t later[SEG_FOLLOWERS_AT_ONCE];
      uint32_t count =
          (uint32_t)(end - first < SEG_FOLLOWERS_AT_ONCE ? end - first : SEG_FOLLOWERS_AT_ONCE);
      seg_followers_find(followers, instants + first, count, later);
      for (uint32_t i = 0; i < count; i++)
        if (holds(sequence, rows, followers, later[i], instants[first + i],
                  gather->days[first + i]))
          words[first + i] |= UINT64_C(1) << (flag % 64);
    }
  }
  return SEG_OK;
}
