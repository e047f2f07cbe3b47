/**
 * Changed days: the days of events that count at one as-of day and not at another.
 */
#ifndef SEG_RUNTIME_RUN_CHANGED_DAYS_H
#define SEG_RUNTIME_RUN_CHANGED_DAYS_H

#include "runtime/base/vec.h"
#include "runtime/plan/plan.h"

/** Days first .. last, both included. */
struct seg_day_range {
  int32_t first, last;
};

/** Rising, with a day between them that is in none. Zero-initialise; SEG_VEC_FREE. */
struct seg_changed_days {
  SEG_VEC(struct seg_day_range) ranges;
};

/**
 * The days that some window of the final pass's cells has in one of two resolutions
 * (seg_windows_resolve) and not in the other. False when memory is out.
 */
bool seg_changed_days_find(struct seg_changed_days *changed, const struct seg_fold *fold,
                           const int32_t *before, const int32_t *now);

/** Is one of them among days first .. last? */
bool seg_changed_days_meet(const struct seg_changed_days *changed, int32_t first, int32_t last);

#endif
