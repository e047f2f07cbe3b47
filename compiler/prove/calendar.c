// The calendar in linear arithmetic: a day is the first day of a year, the days of the months
// before its own, and a day of that month. Gregorian, in both directions, as runtime/time/civil.h.
#include "compiler/prove/calendar.h"

#include <assert.h>

#include "compiler/prove/encode.h"
#include "runtime/time/civil.h"

enum { KNOWN_MONTHS = 49 }; // from the day that stands for a kind: every sort of month

static Z3_ast number(struct seg_solver *solver, int64_t value) {
  return seg_term_int(solver, value);
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

/** A year by its place in 400, in 100 and in 4 years: then nothing need be divided. */
static Z3_ast place_year(struct seg_query *query, struct seg_date_parts *parts) {
  static const struct {
    int64_t years, days, most;
  } cycles[] = {{400, 146097, INT64_MAX}, {100, 36524, 3}, {4, 1461, 24}, {1, 365, 3}};
  struct seg_solver *solver = query->solver;
  Z3_ast years = number(solver, 1), days = number(solver, SEG_CIVIL_FIRST_DAY), count[4];
  for (int i = 0; i < 4; i++) {
    count[i] = seg_term_variable(solver, solver->integers, "cycle");
    if (i > 0)
      seg_encode_between(query, count[i], 0, cycles[i].most);
    years = seg_term_add(solver, years,
                         seg_term_multiply(solver, number(solver, cycles[i].years), count[i]));
    days = seg_term_add(solver, days,
                        seg_term_multiply(solver, number(solver, cycles[i].days), count[i]));
  }
  parts->year = years;
  Z3_ast century = seg_term_equal(solver, count[2], number(solver, 24));
  Z3_ast fourth = seg_term_equal(solver, count[1], number(solver, 3));
  parts->leap = seg_term_and(solver, seg_term_equal(solver, count[3], number(solver, 3)),
                             seg_term_or(solver, seg_term_not(solver, century), fourth));
  return days;
}

static struct seg_date_parts find_parts(struct seg_query *query, Z3_ast date) {
  struct seg_solver *solver = query->solver;
  struct seg_date_parts parts = {.date = date,
                                 .month = seg_term_variable(solver, solver->integers, "month"),
                                 .day = seg_term_variable(solver, solver->integers, "day")};
  parts.first_day = place_year(query, &parts);
  Z3_ast before = seg_calendar_days_before(solver, parts.month, parts.leap);
  seg_encode_between(query, parts.month, 1, 12);
  seg_encode_between(query, parts.day, 1, 31);
  seg_query_fact(query, seg_term_at_most(solver, parts.day,
                                         seg_calendar_month_days(solver, parts.month, parts.leap)));
  Z3_ast in_year = seg_term_add(solver, before, parts.day);
  seg_encode_between(query, in_year, 1, 366);
  seg_query_fact(
      query, seg_term_equal(solver, date,
                            seg_term_add(solver, parts.first_day,
                                         seg_term_subtract(solver, in_year, number(solver, 1)))));
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

// --- periods that move with the as-of day ---

/** Within one month the first days of all periods but weeks stand still. */
static Z3_ast month_lemma(struct seg_solver *solver, const struct seg_query *query, int32_t day) {
  int32_t first = seg_period_first_day(SEG_PERIOD_UNIT_MONTH, day, 0);
  int32_t behind = seg_period_first_day(SEG_PERIOD_UNIT_MONTH, day, 1);
  Z3_ast inside =
      seg_term_and(solver, seg_term_at_most(solver, number(solver, first), query->as_of),
                   seg_term_at_most(solver, query->as_of, number(solver, behind - 1)));
  Z3_ast all = solver->yes;
  for (uint32_t i = 0; i < query->days->start_count; i++) {
    const struct seg_period_start *start = &query->days->starts[i];
    if (start->unit == SEG_PERIOD_UNIT_WEEK)
      continue;
    Z3_ast there = number(solver, seg_period_first_day(start->unit, first, start->moved));
    all = seg_term_and(solver, all, seg_term_equal(solver, query->starts[i], there));
  }
  return seg_term_implies(solver, inside, all);
}

static bool accepts_model(struct seg_solver *solver, void *context) {
  const struct seg_query *query = context;
  int64_t day, start;
  if (!seg_solver_int(solver, query->as_of, &day))
    return true;
  for (uint32_t i = 0; i < query->days->start_count; i++) {
    const struct seg_period_start *period = &query->days->starts[i];
    if (period->unit == SEG_PERIOD_UNIT_WEEK ||
        (seg_solver_int(solver, query->starts[i], &start) &&
         start == seg_period_first_day(period->unit, (int32_t)day, period->moved)))
      continue;
    seg_solver_assert(solver, month_lemma(solver, query, (int32_t)day));
    return false;
  }
  return true;
}

void seg_calendar_make_starts(struct seg_query *query) {
  struct seg_solver *solver = query->solver;
  for (uint32_t i = 0; i < query->days->start_count; i++) {
    const struct seg_period_start *start = &query->days->starts[i];
    query->starts[i] = seg_term_variable(solver, solver->integers, "start");
    if (start->unit != SEG_PERIOD_UNIT_WEEK)
      continue;
    // 1970-01-01 was a Thursday.
    Z3_ast weekday = leftover(solver, seg_term_add(solver, query->as_of, number(solver, 3)), 7);
    Z3_ast monday = seg_term_subtract(solver, query->as_of, weekday);
    query->starts[i] = seg_term_add(solver, monday, number(solver, (int64_t)7 * start->moved));
  }
  int32_t day = query->kind->day;
  for (int month = 0; month < KNOWN_MONTHS; month++) {
    seg_query_fact(query, month_lemma(solver, query, day));
    day = seg_period_first_day(SEG_PERIOD_UNIT_MONTH, day, 1);
  }
  query->near_days =
      seg_term_and(solver, seg_term_at_most(solver, number(solver, query->kind->day), query->as_of),
                   seg_term_at_most(solver, query->as_of, number(solver, day - 1)));
  solver->accepts_model = accepts_model;
  solver->context_of_model = query;
}

Z3_ast seg_calendar_period_start(const struct seg_query *query, enum seg_period_unit unit,
                                 int32_t moved) {
  for (uint32_t i = 0; i < query->days->start_count; i++)
    if (query->days->starts[i].unit == unit && query->days->starts[i].moved == moved)
      return query->starts[i];
  assert(!"a period that no window begins with");
  return query->as_of;
}
