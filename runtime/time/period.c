// Periods of the calendar; see period.h. Months are counted through, 12 a year from year 0 on: a
// quarter is three of them and a year twelve.
#include "runtime/time/period.h"

#include <assert.h>

#include "runtime/time/civil.h"

enum { DAYS_OF_WEEK = 7, MONTHS_OF_YEAR = 12, FOURTH_OF_JANUARY = 4 };

const char *seg_period_word(enum seg_period_unit unit) {
  static const char *const words[] = {
      [SEG_PERIOD_UNIT_WEEK] = "week",
      [SEG_PERIOD_UNIT_MONTH] = "month",
      [SEG_PERIOD_UNIT_QUARTER] = "quarter",
      [SEG_PERIOD_UNIT_YEAR] = "year",
  };
  return words[unit];
}

static int months_of(enum seg_period_unit unit) {
  assert(unit != SEG_PERIOD_UNIT_WEEK);
  return unit == SEG_PERIOD_UNIT_MONTH ? 1 : unit == SEG_PERIOD_UNIT_QUARTER ? 3 : MONTHS_OF_YEAR;
}

static int32_t within_calendar(int64_t day) {
  if (day < SEG_CIVIL_FIRST_DAY)
    return SEG_CIVIL_FIRST_DAY;
  return day > SEG_CIVIL_LAST_DAY ? SEG_CIVIL_LAST_DAY + 1 : (int32_t)day;
}

static int64_t monday_of(int32_t day) {
  return (int64_t)day - (seg_civil_weekday(day) - 1);
}

/** The first day of a month that is counted through from January of year 0. */
static int32_t first_of_month(int64_t month) {
  if (month < MONTHS_OF_YEAR)
    return SEG_CIVIL_FIRST_DAY;
  int64_t year = month / MONTHS_OF_YEAR;
  if (year > 9999)
    return SEG_CIVIL_LAST_DAY + 1;
  return seg_civil_to_day((int)year, (int)(month % MONTHS_OF_YEAR) + 1, 1);
}

int32_t seg_period_first_day(enum seg_period_unit unit, int32_t day, int32_t moved) {
  assert(day >= SEG_CIVIL_FIRST_DAY && day <= SEG_CIVIL_LAST_DAY);
  if (unit == SEG_PERIOD_UNIT_WEEK)
    return within_calendar(monday_of(day) + (int64_t)moved * DAYS_OF_WEEK);
  int year, month, months = months_of(unit);
  seg_civil_from_day(day, &year, &month, NULL);
  int64_t counted = (int64_t)year * MONTHS_OF_YEAR + month - 1;
  return first_of_month(counted - counted % months + (int64_t)moved * months);
}

void seg_period_days(enum seg_period_unit unit, int year, int part, int32_t *first, int32_t *last) {
  if (unit == SEG_PERIOD_UNIT_WEEK) {
    int64_t monday = monday_of(seg_civil_to_day(year, 1, FOURTH_OF_JANUARY)) +
                     (int64_t)(part - 1) * DAYS_OF_WEEK;
    *first = within_calendar(monday);
    *last = within_calendar(monday + DAYS_OF_WEEK) - 1;
    return;
  }
  int months = months_of(unit);
  int64_t month = (int64_t)year * MONTHS_OF_YEAR + (part > 0 ? (int64_t)(part - 1) * months : 0);
  *first = first_of_month(month);
  *last = first_of_month(month + months) - 1;
}
