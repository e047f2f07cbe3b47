/**
 * Followers: the events of one customer that may follow another one, in the order of time.
 *
 * A customer may have millions. They are sorted by their bytes, and an index by time says where to
 * look, so that what they take grows with their number, whatever order a file had.
 */
#ifndef SEG_RUNTIME_FOLD_FOLLOWERS_H
#define SEG_RUNTIME_FOLD_FOLLOWERS_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/status.h"

/** An event that may follow. */
struct seg_follower {
  int64_t instant;
  int64_t day; // the least of it and of all later ones, once they are in order
};

/** The events of one customer that may follow, rising by instant. Zero-initialise it. */
struct seg_followers {
  struct seg_follower *items, *other; // `other`: as much room again, for sorting
  uint64_t count, capacity;
  /** Bucket b has the items starts[b] to starts[b + 1] - 1: those whose instants, less that of the
   * first, are b when shifted. bucket_count 0: there is no index. */
  uint64_t *starts;
  uint64_t bucket_count, bucket_capacity;
  uint32_t shift;
};

enum {
  SEG_FOLLOWERS_A_BUCKET = 8,
  /** The most bytes that followers take, an event that is gathered. */
  SEG_FOLLOWER_BYTES = 2 * sizeof(struct seg_follower) + sizeof(uint64_t) / SEG_FOLLOWERS_A_BUCKET,
};

void seg_followers_deinit(struct seg_followers *followers);

/** Room for `count` items; never for more than `most`, which the caller's memory was counted for.
 */
SEG_NODISCARD enum seg_status seg_followers_reserve(struct seg_followers *followers, uint64_t count,
                                                    uint64_t most, struct seg_error *error);

/** The items were filled in any order, or, `in_order`, rising by instant: bring them into order,
 * and make each day the least from there on. */
void seg_followers_finish(struct seg_followers *followers, bool in_order);

enum { SEG_FOLLOWERS_AT_ONCE = 64 };

/** firsts[i] = the first item that is later than instants[i]; `count` of the items when none is. Of
 * up to SEG_FOLLOWERS_AT_ONCE instants: where they lie is fetched for all before it is looked at.
 */
void seg_followers_find(const struct seg_followers *followers, const int64_t *instants,
                        uint32_t instant_count, uint64_t *firsts);

#endif
