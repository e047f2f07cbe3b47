// The calendar in linear arithmetic: a day is the first day of a year, the days of the months
// before its own, and a day of that month. Gregorian, in both directions, as runtime/time/civil.h.
#include "compiler/prove/calendar.h"

#include "compiler/prove/encode.h"
#include "runtime/time/civil.h"

static Z3_ast number(struct seg_solver *solver, int64_t value) {
  return seg_term_int(solver, value);
}

static Z3_ast divided(struct seg_solver *solver, Z3_ast term, int64_t by) {
  return seg_term_divide(solver, term, number(solver, by));
}

static Z3_ast leftover(struct seg_solver *solver, Z3_ast term, int64_t by) {
  return seg_term_modulo(solver, term, number(solver, by));
}

static Z3_ast is_multiple(struct seg_solver *solver, Z3_ast year, int64_t of) {
  return seg_term_equal(solver, leftover(solver, year, of), number(solver, 0));
}

Z3_ast seg_calendar_is_leap(struct seg_solver *solver, Z3_ast year) {
  Z3_ast century = is_multiple(solver, year, 100);
  return seg_term_or(
      solver, seg_term_and(solver, is_multiple(solver, year, 4), seg_term_not(solver, century)),
      is_multiple(solver, year, 400));
}

Z3_ast seg_calendar_first_day(struct seg_solver *solver, Z3_ast year) {
  Z3_ast before = seg_term_subtract(solver, year, number(solver, 1));
  Z3_ast days = seg_term_multiply(solver, number(solver, 365), before);
  days = seg_term_add(solver, days, divided(solver, before, 4));
  days = seg_term_subtract(solver, days, divided(solver, before, 100));
  days = seg_term_add(solver, days, divided(solver, before, 400));
  return seg_term_add(solver, days, number(solver, SEG_CIVIL_FIRST_DAY));
}

/** By month: values[0] in January, as an `if` of twelve. */
static Z3_ast by_month(struct seg_solver *solver, Z3_ast month, const int64_t values[12]) {
  Z3_ast term = number(solver, values[11]);
  for (int m = 11; m >= 1; m--)
    term = seg_term_if(solver, seg_term_at_most(solver, month, number(solver, m)),
                       number(solver, values[m - 1]), term);
  return term;
}

Z3_ast seg_calendar_days_before(struct seg_solver *solver, Z3_ast month, Z3_ast leap) {
  int64_t before[12] = {0};
  for (int m = 1; m < 12; m++)
    before[m] = before[m - 1] + seg_civil_month_days(2001, m);
  Z3_ast late = seg_term_not(solver, seg_term_at_most(solver, month, number(solver, 2)));
  Z3_ast more =
      seg_term_if(solver, seg_term_and(solver, leap, late), number(solver, 1), number(solver, 0));
  return seg_term_add(solver, by_month(solver, month, before), more);
}

Z3_ast seg_calendar_month_days(struct seg_solver *solver, Z3_ast month, Z3_ast leap) {
  int64_t common[12], longer[12];
  for (int m = 1; m <= 12; m++) {
    common[m - 1] = seg_civil_month_days(2001, m);
    longer[m - 1] = seg_civil_month_days(2000, m);
  }
  return seg_term_if(solver, leap, by_month(solver, month, longer),
                     by_month(solver, month, common));
}

static struct seg_date_parts find_parts(struct seg_query *query, Z3_ast date) {
  struct seg_solver *solver = query->solver;
  struct seg_date_parts parts = {.date = date,
                                 .year = seg_term_variable(solver, solver->integers, "year"),
                                 .month = seg_term_variable(solver, solver->integers, "month"),
                                 .day = seg_term_variable(solver, solver->integers, "day")};
  parts.leap = seg_calendar_is_leap(solver, parts.year);
  Z3_ast before = seg_term_add(solver, seg_calendar_first_day(solver, parts.year),
                               seg_calendar_days_before(solver, parts.month, parts.leap));
  seg_encode_between(query, parts.month, 1, 12);
  seg_encode_between(query, parts.day, 1, 31);
  seg_query_fact(query, seg_term_at_most(solver, parts.day,
                                         seg_calendar_month_days(solver, parts.month, parts.leap)));
  Z3_ast first =
      seg_term_subtract(solver, seg_term_add(solver, before, parts.day), number(solver, 1));
  seg_query_fact(query, seg_term_equal(solver, date, first));
  return parts;
}

struct seg_date_parts seg_calendar_parts(const struct seg_encode_scope *scope, Z3_ast date) {
  struct seg_query *query = scope->query;
  for (size_t i = 0; !scope->is_event && i < query->dates.count; i++)
    if (query->dates.items[i].date == date)
      return query->dates.items[i];
  struct seg_date_parts parts = find_parts(query, date);
  // What is said of one event is forgotten with it.
  if (!scope->is_event && !query->collecting && !SEG_VEC_PUSH(&query->dates, parts))
    query->out_of_memory = true;
  return parts;
}

static Z3_ast month_start(struct seg_query *query, const struct seg_date_parts *today,
                          int32_t moved, int32_t months) {
  struct seg_solver *solver = query->solver;
  // Months counted through, rounded down to the first one of the period.
  Z3_ast through = seg_term_add(solver, seg_term_multiply(solver, number(solver, 12), today->year),
                                seg_term_subtract(solver, today->month, number(solver, 1)));
  Z3_ast period = seg_term_add(solver, divided(solver, through, months), number(solver, moved));
  through = seg_term_multiply(solver, number(solver, months), period);
  Z3_ast year = divided(solver, through, 12);
  Z3_ast month = seg_term_add(solver, leftover(solver, through, 12), number(solver, 1));
  return seg_term_add(solver, seg_calendar_first_day(solver, year),
                      seg_calendar_days_before(solver, month, seg_calendar_is_leap(solver, year)));
}

Z3_ast seg_calendar_period_start(struct seg_query *query, enum seg_period_unit unit,
                                 int32_t moved) {
  struct seg_solver *solver = query->solver;
  struct seg_encode_scope customers = {query, &query->customer, false};
  if (unit == SEG_PERIOD_UNIT_WEEK) { // 1970-01-01 was a Thursday
    Z3_ast weekday = leftover(solver, seg_term_add(solver, query->as_of, number(solver, 3)), 7);
    Z3_ast monday = seg_term_subtract(solver, query->as_of, weekday);
    return seg_term_add(solver, monday, number(solver, (int64_t)7 * moved));
  }
  struct seg_date_parts today = seg_calendar_parts(&customers, query->as_of);
  if (unit == SEG_PERIOD_UNIT_YEAR)
    return seg_calendar_first_day(solver, seg_term_add(solver, today.year, number(solver, moved)));
  if (unit == SEG_PERIOD_UNIT_MONTH && moved == 0)
    return seg_term_subtract(solver, query->as_of,
                             seg_term_subtract(solver, today.day, number(solver, 1)));
  return month_start(query, &today, moved, unit == SEG_PERIOD_UNIT_MONTH ? 1 : 3);
}
