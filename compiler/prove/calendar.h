/**
 * The calendar in linear arithmetic: dates as year, month and day, periods that move with the as-of
 * day. Exact for every day. Private to compiler/prove.
 */
#ifndef SEG_COMPILER_PROVE_CALENDAR_H
#define SEG_COMPILER_PROVE_CALENDAR_H

#include "compiler/prove/query.h"

Z3_ast seg_calendar_is_leap(struct seg_solver *solver, Z3_ast year);
/** The days of a year before a month of it; the days of that month. */
Z3_ast seg_calendar_days_before(struct seg_solver *solver, Z3_ast month, Z3_ast leap);
Z3_ast seg_calendar_month_days(struct seg_solver *solver, Z3_ast month, Z3_ast leap);

/** The parts of a date; facts tie them to it. */
struct seg_date_parts seg_calendar_parts(const struct seg_encode_scope *scope, Z3_ast date);

/**
 * Make the first days of the periods that windows begin with. What ties them to the as-of day is
 * asserted month by month, when a model gets a month wrong; how far they can lie apart is a fact of
 * the question (query.c).
 */
void seg_calendar_make_starts(struct seg_query *query);
/** The first day of the period `moved` periods behind the one that holds the as-of day. */
Z3_ast seg_calendar_period_start(const struct seg_query *query, enum seg_period_unit unit,
                                 int32_t moved);

#endif
