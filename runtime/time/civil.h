/**
 * Calendar days: days since 1970-01-01 <-> year, month, day of the proleptic Gregorian calendar
 * (ISO 8601), years 0001 to 9999. Days are the unit of every window, so this file is pure integer
 * arithmetic without tables, zones or state.
 */
#ifndef SEG_RUNTIME_TIME_CIVIL_H
#define SEG_RUNTIME_TIME_CIVIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  SEG_CIVIL_FIRST_DAY = -719162, // 0001-01-01
  SEG_CIVIL_LAST_DAY = 2932896,  // 9999-12-31
  SEG_CIVIL_TEXT = 16,           // bytes that seg_civil_format needs
};

#define SEG_MICROSECONDS_PER_SECOND INT64_C(1000000)
#define SEG_MICROSECONDS_PER_HOUR   INT64_C(3600000000)
#define SEG_MICROSECONDS_PER_DAY    INT64_C(86400000000)

/** Does the date exist? Years 1 to 9999, leap years by the Gregorian rule. */
bool seg_civil_valid(int year, int month, int day);

/** The last day of the month, 28 to 31; `month` is 1 to 12. */
int seg_civil_month_days(int year, int month);

/** Days since 1970-01-01 of a date, also of years that no data holds (within what 32 bits take). */
int32_t seg_civil_to_day(int year, int month, int day);

/** The date of any day, also of years that no data holds (year 0 is the one before year 1); each
 * pointer may be NULL. */
void seg_civil_from_day(int32_t day, int *year, int *month, int *day_of_month);

/** ISO 8601 weekday: 1 is Monday, 7 is Sunday. Any day. */
int seg_civil_weekday(int32_t day);

/**
 * "2026-11-01" and a NUL; the size without the NUL. A day outside the years 1 to 9999 gives
 * "day N" instead, so that a message about bad data can still be written.
 */
size_t seg_civil_format(int32_t day, char out[SEG_CIVIL_TEXT]);

/** The day of a moment given in microseconds since 1970-01-01T00:00, rounded down (not to zero). */
static inline int32_t seg_civil_day_of(int64_t microseconds) {
  int64_t day = microseconds / SEG_MICROSECONDS_PER_DAY;
  return (int32_t)(day - (microseconds % SEG_MICROSECONDS_PER_DAY < 0));
}

#endif
