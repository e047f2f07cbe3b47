/**
 * The ages of a window's days on one as-of day: yesterday is 1.
 */
#ifndef SEG_COMPILER_PROVE_WINDOW_AGES_H
#define SEG_COMPILER_PROVE_WINDOW_AGES_H

#include "compiler/sema/program.h"

enum { SEG_FAR_AGE = 800000 }; // days: no event is older, for dates begin with the year 1

/** Both ends included, and all days that a window in hours can touch; false when no day lies in the
 * window. */
bool seg_window_ages(const struct seg_day_window *window, int32_t as_of, int32_t *near,
                     int32_t *far);

#endif
