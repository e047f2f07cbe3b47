/**
 * Windows as sets of days: which are equal, and which lies inside of which on every as-of day. Used
 * where events in one window vouch for another (missing.c), so a doubt is a no.
 */
#include "compiler/sema/check.h"

bool seg_window_same(const struct seg_day_window *a, const struct seg_day_window *b) {
  return a->kind == b->kind && a->near_age == b->near_age && a->far_age == b->far_age &&
         a->first_day == b->first_day && a->last_day == b->last_day && a->unit == b->unit &&
         a->count == b->count && a->hours == b->hours;
}

/** The most days before the as-of day that its period can hold. */
static int32_t longest_age(enum seg_period_unit unit) {
  static const int32_t days[] = {[SEG_PERIOD_UNIT_WEEK] = 6,
                                 [SEG_PERIOD_UNIT_MONTH] = 30,
                                 [SEG_PERIOD_UNIT_QUARTER] = 91,
                                 [SEG_PERIOD_UNIT_YEAR] = 365};
  return days[unit];
}

/** Windows of the calendar: one inside the other, or the period so far inside of an age. */
static bool calendar_contains(const struct seg_day_window *outer,
                              const struct seg_day_window *inner) {
  if (outer->kind == SEG_WINDOW_LAST)
    return inner->kind == SEG_WINDOW_LAST && outer->unit == inner->unit &&
           outer->count >= inner->count;
  if (inner->kind != SEG_WINDOW_THIS)
    return false;
  if (outer->kind == SEG_WINDOW_THIS) // a week may begin in the month before, or the year before
    return inner->unit != SEG_PERIOD_UNIT_WEEK && outer->unit >= inner->unit;
  return outer->kind == SEG_WINDOW_WITHIN && !outer->hours &&
         outer->far_age >= longest_age(inner->unit);
}

static bool is_calendar(const struct seg_day_window *window) {
  return window->kind == SEG_WINDOW_THIS || window->kind == SEG_WINDOW_LAST;
}

bool seg_window_contains(const struct seg_day_window *outer, const struct seg_day_window *inner) {
  if (outer->kind == SEG_WINDOW_EVER || seg_window_same(outer, inner))
    return true;
  if (inner->kind == SEG_WINDOW_EVER)
    return false;
  if (is_calendar(outer) || is_calendar(inner))
    return calendar_contains(outer, inner);
  if (outer->kind == SEG_WINDOW_FROM || inner->kind == SEG_WINDOW_FROM)
    return outer->kind == inner->kind && outer->first_day <= inner->first_day &&
           outer->last_day >= inner->last_day;
  // Not even a day in 24 hours: days have 23 or 25.
  return outer->hours == inner->hours && outer->near_age <= inner->near_age &&
         outer->far_age >= inner->far_age;
}
