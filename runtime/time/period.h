/**
 * Periods of the calendar: weeks, months, quarters and years, and the days they begin and end on.
 *
 * Weeks are those of ISO 8601: they begin on Monday, and week 1 of a year is the one that holds its
 * 4 January. Days lie within the years 0001 to 9999; a period that reaches beyond them is cut
 * there.
 */
#ifndef SEG_RUNTIME_TIME_PERIOD_H
#define SEG_RUNTIME_TIME_PERIOD_H

#include <stdint.h>

enum seg_period_unit {
  SEG_PERIOD_UNIT_WEEK,
  SEG_PERIOD_UNIT_MONTH,
  SEG_PERIOD_UNIT_QUARTER,
  SEG_PERIOD_UNIT_YEAR,
};

/** "week", "month", "quarter", "year". */
const char *seg_period_word(enum seg_period_unit unit);

/**
 * The first day of the period that lies `moved` whole periods behind (or, negative, before) the one
 * that holds `day`. From SEG_CIVIL_FIRST_DAY to the day after SEG_CIVIL_LAST_DAY.
 */
int32_t seg_period_first_day(enum seg_period_unit unit, int32_t day, int32_t moved);

/**
 * The first and the last day of one period of a year: `part` is the week (1 to 53), the month, the
 * quarter, or 0 for the year itself. The year has that part.
 */
void seg_period_days(enum seg_period_unit unit, int year, int part, int32_t *first, int32_t *last);

#endif
