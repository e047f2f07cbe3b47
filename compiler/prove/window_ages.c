// See window_ages.h.
#include "compiler/prove/window_ages.h"

#include "runtime/time/period.h"

bool seg_window_ages(const struct seg_day_window *window, int32_t as_of, int32_t *near,
                     int32_t *far) {
  int64_t day = as_of, first = 0, last = 0;
  switch (window->kind) {
  case SEG_WINDOW_EVER:
    *near = 1;
    *far = SEG_FAR_AGE;
    return true;
  case SEG_WINDOW_WITHIN:
  case SEG_WINDOW_BETWEEN:
    if (window->hours) { // the days that can hold such hours, wherever clocks are changed
      *near = 1;
      *far = (window->far_age + 26) / 24 + 1;
      return true;
    }
    *near = window->near_age;
    *far = window->far_age;
    return true;
  case SEG_WINDOW_THIS:
    first = seg_period_first_day(window->unit, as_of, 0);
    last = day - 1;
    break;
  case SEG_WINDOW_LAST:
    first = seg_period_first_day(window->unit, as_of, -window->count);
    last = (int64_t)seg_period_first_day(window->unit, as_of, 0) - 1;
    break;
  case SEG_WINDOW_FROM:
  case SEG_WINDOW_IN:
    first = window->first_day;
    last = window->last_day;
    break;
  }
  if (last > day - 1)
    last = day - 1;
  if (first > last || day - last > SEG_FAR_AGE)
    return false;
  *near = (int32_t)(day - last);
  *far = (int32_t)(day - first > SEG_FAR_AGE ? SEG_FAR_AGE : day - first);
  return true;
}
