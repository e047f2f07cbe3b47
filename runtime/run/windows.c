// Ages and periods -> days; see windows.h. In 64 bits, so that no as-of day and no age can
// overflow.
#include "runtime/run/windows.h"

#include "runtime/time/civil.h"
#include "runtime/time/zone.h"

static int32_t clamp(int64_t day) {
  if (day < INT32_MIN)
    return INT32_MIN;
  return day > INT32_MAX ? INT32_MAX : (int32_t)day;
}

static void resolve_calendar(const struct seg_plan_window *window, int64_t as_of, int64_t *first,
                             int64_t *last) {
  if (as_of < SEG_CIVIL_FIRST_DAY || as_of > SEG_CIVIL_LAST_DAY)
    return; // the calendar has no such day: empty
  int32_t begin = seg_period_first_day(window->unit, (int32_t)as_of, 0);
  *first = window->count == 0 ? begin
                              : seg_period_first_day(window->unit, (int32_t)as_of, -window->count);
  *last = window->count == 0 ? as_of - 1 : (int64_t)begin - 1;
}

static void resolve(const struct seg_plan_window *window, int64_t as_of, int64_t *first,
                    int64_t *last) {
  switch (window->form) {
  case SEG_WINDOW_ALL:
    *first = INT32_MIN;
    *last = as_of - 1;
    return;
  case SEG_WINDOW_AGES:
    *first = as_of - window->far_age;
    *last = as_of - window->near_age;
    return;
  case SEG_WINDOW_DAYS:
    *first = window->first_day;
    *last = window->last_day;
    return;
  case SEG_WINDOW_CALENDAR: resolve_calendar(window, as_of, first, last); return;
  }
}

void seg_windows_resolve(const struct seg_plan *plan, int32_t as_of, int32_t *days) {
  for (uint32_t w = 0; w < plan->window_count; w++) {
    int64_t first = 0, last = -1;
    resolve(&plan->windows[w], as_of, &first, &last);
    if (last > (int64_t)as_of - 1)
      last = (int64_t)as_of - 1;
    // The clamps must not turn an empty window into one day.
    bool empty = first > last || last < INT32_MIN;
    days[(size_t)w * 2] = empty ? 0 : clamp(first);
    days[(size_t)w * 2 + 1] = empty ? -1 : clamp(last);
  }
}

void seg_windows_reach(const struct seg_fold *fold, const int32_t *days, int32_t *first,
                       int32_t *last) {
  *first = INT32_MAX;
  *last = INT32_MIN;
  for (uint32_t c = 0; c < fold->cell_count; c++) {
    const int32_t *window = days + (size_t)fold->cells[c].window * 2;
    if (window[0] > window[1])
      continue;
    *first = window[0] < *first ? window[0] : *first;
    *last = window[1] > *last ? window[1] : *last;
  }
}

static bool asks_for_instant(const struct seg_block *block) {
  bool asks = false;
  for (uint32_t i = 0; i < block->step_count; i++)
    asks = asks || block->steps[i].op == SEG_OP_AS_OF_INSTANT;
  return asks;
}

static bool has_hours(const struct seg_fold *fold) {
  bool has = false;
  for (uint32_t i = 0; i < fold->sequence_count; i++)
    has = has || !fold->sequences[i].in_days;
  return has;
}

enum seg_status seg_windows_instant(const struct seg_plan *plan, int32_t as_of, int64_t *instant,
                                    struct seg_error *error) {
  bool asks = asks_for_instant(&plan->customer.scan) || asks_for_instant(&plan->customer_block);
  for (uint32_t i = 0; i < plan->event_count; i++)
    asks = asks || asks_for_instant(&plan->events[i].scan) || has_hours(&plan->folds[i]);
  *instant = 0;
  if (!asks)
    return SEG_OK;
  struct seg_zone *zone = NULL;
  enum seg_status status = seg_zone_load(plan->timezone, &zone, error);
  if (status == SEG_OK)
    *instant = seg_zone_midnight(zone, as_of);
  seg_zone_free(zone);
  return status;
}
