/**
 * Sequence: which events of a customer are followed by another one in time; see struct
 * seg_plan_sequence.
 */
#ifndef SEG_RUNTIME_FOLD_SEQUENCE_H
#define SEG_RUNTIME_FOLD_SEQUENCE_H

#include <stdint.h>

#include "runtime/base/status.h"
#include "runtime/fold/followers.h"
#include "runtime/fold/gather.h"
#include "runtime/plan/plan.h"

/** Gathered events of the customers 0 .. customers - 1; both gathers may be the same. */
struct seg_sequence_rows {
  struct seg_gather *gather;     // gets the flag
  const struct seg_gather *next; // what may follow
  uint32_t customers;
  int32_t as_of;
  int64_t as_of_instant; // UTC microseconds of the as-of day's midnight
};

/** Set flag `flag` of the events. About linear in the events of a customer. */
SEG_NODISCARD enum seg_status seg_sequence_apply(const struct seg_plan_sequence *sequence,
                                                 const struct seg_sequence_rows *rows,
                                                 uint32_t flag, struct seg_followers *followers,
                                                 struct seg_error *error);

#endif
