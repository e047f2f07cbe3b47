/**
 * Windows of a plan (ages, periods of the calendar) at one as-of day: days.
 */
#ifndef SEG_RUNTIME_RUN_WINDOWS_H
#define SEG_RUNTIME_RUN_WINDOWS_H

#include <stdint.h>

#include "runtime/plan/plan.h"

/**
 * days[2 * w] and days[2 * w + 1]: the first and the last day that count for window w, both
 * included; first > last when none does. No day on or after `as_of` ever counts.
 */
void seg_windows_resolve(const struct seg_plan *plan, int32_t as_of, int32_t *days);

/** The first and the last day that some window of the event's cells has, given what
 * seg_windows_resolve found; *first > *last when none has any. */
void seg_windows_reach(const struct seg_fold *fold, const int32_t *days, int32_t *first,
                       int32_t *last);

/**
 * UTC microseconds at which the as-of day begins in the plan's time zone; 0 when nothing in
 * the plan asks for it. Errors: those of seg_zone_load.
 */
SEG_NODISCARD enum seg_status seg_windows_instant(const struct seg_plan *plan, int32_t as_of,
                                                  int64_t *instant, struct seg_error *error);

#endif
