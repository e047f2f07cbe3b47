/**
 * Sequence: which events of a customer are followed by another one in time; see struct
 * seg_plan_sequence.
 */
#ifndef SEG_RUNTIME_FOLD_SEQUENCE_H
#define SEG_RUNTIME_FOLD_SEQUENCE_H

#include <stdint.h>

#include "runtime/base/status.h"
#include "runtime/fold/gather.h"
#include "runtime/plan/plan.h"

/** An event that may follow. */
struct seg_follower {
  int64_t instant;
  int64_t day; // the least of it and of all later ones, once they are in order
};

/** The events of one customer that may follow, rising by instant. Zero-initialise it. */
struct seg_followers {
  struct seg_follower *items, *other; // `other`: as much room again, for sorting
  uint64_t count, capacity;
};

/** The most bytes that followers take, an event that is gathered. */
enum { SEG_SEQUENCE_BYTES = 2 * sizeof(struct seg_follower) };

void seg_followers_deinit(struct seg_followers *followers);

/** Gathered events of the customers 0 .. customers - 1; both gathers may be the same. */
struct seg_sequence_rows {
  struct seg_gather *gather;     // gets the flag
  const struct seg_gather *next; // what may follow
  uint32_t customers;
  int32_t as_of;
  int64_t as_of_instant; // UTC microseconds of the as-of day's midnight
};

/** Set flag `flag` of the events. Linear in the events of a customer but for sorting. */
SEG_NODISCARD enum seg_status seg_sequence_apply(const struct seg_plan_sequence *sequence,
                                                 const struct seg_sequence_rows *rows,
                                                 uint32_t flag, struct seg_followers *followers,
                                                 struct seg_error *error);

#endif
