/**
 * Unique: events of one customer that are equal in the listed columns collapse to the first in file
 * order.
 */
#ifndef SEG_RUNTIME_FOLD_UNIQUE_H
#define SEG_RUNTIME_FOLD_UNIQUE_H

#include <stdint.h>

#include "runtime/base/status.h"
#include "runtime/fold/event_set.h"
#include "runtime/fold/gather.h"

/** What is compared. A missing value equals a missing one and nothing else. */
struct seg_unique_columns {
  uint32_t count;
  const uint32_t *columns;    // carried column numbers
  const uint32_t *known_flag; // per carried column of the event: its known flag or UINT32_MAX
  uint32_t flag_count;
  const uint32_t *flags; // flag numbers of conditions
};

/** Take the doubles out of what was gathered for `customers` customers. */
SEG_NODISCARD enum seg_status seg_unique_apply(const struct seg_unique_columns *unique,
                                               struct seg_gather *gather, uint32_t customers,
                                               struct seg_event_set *set, struct seg_error *error);

#endif
