// Dates as terms: days since 1970-01-01.
#include "compiler/prove/calendar.h"
#include "compiler/prove/encode.h"

static struct seg_term days_since(const struct seg_encode_scope *scope,
                                  const struct seg_node *node) {
  struct seg_query *query = scope->query;
  struct seg_term date = seg_encode_value(scope, node->operands[0]);
  date.value = seg_term_subtract(query->solver, query->as_of, date.value);
  return date;
}

/** The day on which the date returns in a year that begins with `first`: 29 February is the 28th in
 * common years. */
static Z3_ast return_in(struct seg_solver *solver, Z3_ast first, Z3_ast leap,
                        const struct seg_date_parts *date) {
  Z3_ast last = seg_calendar_month_days(solver, date->month, leap);
  Z3_ast day = seg_term_if(solver, seg_term_at_most(solver, date->day, last), date->day, last);
  Z3_ast before = seg_term_add(solver, first, seg_calendar_days_before(solver, date->month, leap));
  return seg_term_add(solver, before, seg_term_subtract(solver, day, seg_term_int(solver, 1)));
}

/** From the date to its return, or back, are whole years of 365 or 366 days: said once more, so
 * that what follows from it needs no calendar. */
static void relate_return(struct seg_query *query, const struct seg_date_parts *date, Z3_ast days) {
  struct seg_solver *solver = query->solver;
  Z3_ast zero = seg_term_int(solver, 0);
  Z3_ast years = seg_term_variable(solver, solver->integers, "years");
  Z3_ast apart = seg_term_subtract(solver, seg_term_add(solver, query->as_of, days), date->date);
  Z3_ast few = seg_term_multiply(solver, seg_term_int(solver, 365), years);
  Z3_ast many = seg_term_multiply(solver, seg_term_int(solver, 366), years);
  Z3_ast ahead = seg_term_and(solver, seg_term_at_most(solver, few, apart),
                              seg_term_at_most(solver, apart, many));
  Z3_ast back = seg_term_and(solver, seg_term_at_most(solver, many, apart),
                             seg_term_at_most(solver, apart, few));
  Z3_ast is_ahead = seg_term_at_most(solver, zero, years);
  seg_query_fact(query, seg_term_implies(solver, is_ahead, ahead));
  seg_query_fact(query, seg_term_or(solver, is_ahead, back));
}

/** Days until the date returns, 0 on that day. */
static Z3_ast anniversary(const struct seg_encode_scope *scope, const struct seg_date_parts *date) {
  struct seg_query *query = scope->query;
  struct seg_solver *solver = query->solver;
  struct seg_date_parts today = seg_calendar_parts(scope, query->as_of);
  Z3_ast next_year = seg_term_add(solver, today.year, seg_term_int(solver, 1));
  Z3_ast next_leap = seg_calendar_is_leap(solver, next_year);
  Z3_ast days_of_year =
      seg_term_if(solver, today.leap, seg_term_int(solver, 366), seg_term_int(solver, 365));
  Z3_ast next_first = seg_term_add(solver, today.first_day, days_of_year);
  Z3_ast this =
      seg_term_subtract(solver, return_in(solver, today.first_day, today.leap, date), query->as_of);
  Z3_ast next =
      seg_term_subtract(solver, return_in(solver, next_first, next_leap, date), query->as_of);
  Z3_ast is_ahead = seg_term_at_most(solver, seg_term_int(solver, 0), this);
  Z3_ast days = seg_term_if(solver, is_ahead, this, next);
  seg_encode_between(query, days, 0, 366);
  relate_return(query, date, days);
  return days;
}

static struct seg_term date_function(const struct seg_encode_scope *scope,
                                     const struct seg_node *node) {
  struct seg_query *query = scope->query;
  struct seg_solver *solver = query->solver;
  struct seg_term date = seg_encode_value(scope, node->operands[0]);
  if (node->date_function == SEG_DATE_DAYS_UNTIL) {
    date.value = seg_term_subtract(solver, date.value, query->as_of);
    return date;
  }
  if (node->date_function == SEG_DATE_WEEKDAY) { // 1970-01-01 was a Thursday
    Z3_ast moved = seg_term_add(solver, date.value, seg_term_int(solver, 3));
    Z3_ast day = seg_term_modulo(solver, moved, seg_term_int(solver, 7));
    date.value = seg_term_add(solver, day, seg_term_int(solver, 1));
    return date;
  }
  struct seg_date_parts parts = seg_calendar_parts(scope, date.value);
  date.value = node->date_function == SEG_DATE_YEAR    ? parts.year
               : node->date_function == SEG_DATE_MONTH ? parts.month
               : node->date_function == SEG_DATE_DAY   ? parts.day
                                                       : anniversary(scope, &parts);
  return date;
}

static struct seg_term days_between(const struct seg_encode_scope *scope,
                                    const struct seg_node *node, bool sum) {
  struct seg_solver *solver = scope->query->solver;
  struct seg_term a = seg_encode_value(scope, node->operands[0]);
  struct seg_term b = seg_encode_value(scope, node->operands[1]);
  return (struct seg_term){seg_term_and(solver, a.known, b.known),
                           sum ? seg_term_add(solver, a.value, b.value)
                               : seg_term_subtract(solver, a.value, b.value)};
}

struct seg_term seg_encode_date(const struct seg_encode_scope *scope, const struct seg_node *node) {
  if (node->kind == SEG_NODE_DAYS_SINCE)
    return days_since(scope, node);
  if (node->kind == SEG_NODE_DATE_FUNCTION)
    return date_function(scope, node);
  return days_between(scope, node, node->kind == SEG_NODE_ADD_DAYS);
}
