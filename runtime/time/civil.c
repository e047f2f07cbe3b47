// Calendar days; see civil.h.
//
// The method is the one of Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2013):
// let the year begin in March, so that the leap day is the last one and month lengths follow one
// linear formula, and split time into eras of 400 years (146,097 days), after which the calendar
// repeats.
#include "runtime/time/civil.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
  DAYS_PER_ERA = 146097,      // 400 years
  DAYS_PER_CENTURY = 36524,   // without the leap day of the fourth century
  DAYS_PER_FOUR_YEARS = 1460, // without the leap day
  EPOCH = 719468,             // days from 0000-03-01 to 1970-01-01
};

static bool is_leap(int year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int seg_civil_month_days(int year, int month) {
  static const signed char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  assert(month >= 1 && month <= 12);
  return days[month - 1] + (month == 2 && is_leap(year));
}

bool seg_civil_valid(int year, int month, int day) {
  return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
         day <= seg_civil_month_days(year, month);
}

int32_t seg_civil_to_day(int year, int month, int day) {
  assert(day >= 1 && day <= seg_civil_month_days(year, month));
  int march_month = (month + 9) % 12; // March is 0, February is 11
  int march_year = year - (month < 3);
  int era = march_year / 400 - (march_year % 400 < 0);
  int year_of_era = march_year - era * 400;
  // From March the lengths 31 30 31 30 31 repeat every five months: 153 days.
  int day_of_year = (153 * march_month + 2) / 5 + day - 1;
  int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * DAYS_PER_ERA + day_of_era - EPOCH;
}

void seg_civil_from_day(int32_t day, int *year, int *month, int *day_of_month) {
  int64_t since_march = (int64_t)day + EPOCH;
  int era = (int)(since_march / DAYS_PER_ERA) - (since_march % DAYS_PER_ERA < 0);
  int day_of_era = (int)(since_march - (int64_t)era * DAYS_PER_ERA);
  // Taking out the leap days that have passed leaves years of 365 days.
  int leap_days = day_of_era / DAYS_PER_FOUR_YEARS - day_of_era / DAYS_PER_CENTURY +
                  day_of_era / (DAYS_PER_ERA - 1);
  int year_of_era = (day_of_era - leap_days) / 365;
  int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int march_month = (5 * day_of_year + 2) / 153;
  int civil_month = march_month < 10 ? march_month + 3 : march_month - 9;
  if (year != NULL)
    *year = era * 400 + year_of_era + (civil_month < 3);
  if (month != NULL)
    *month = civil_month;
  if (day_of_month != NULL)
    *day_of_month = day_of_year - (153 * march_month + 2) / 5 + 1;
}

int seg_civil_weekday(int32_t day) {
  // 1970-01-01 was a Thursday, three days after Monday. 64 bits: day + 3 may not wrap.
  int64_t rest = ((int64_t)day + 3) % 7;
  return (int)(rest < 0 ? rest + 7 : rest) + 1;
}

static void put_digits(char *out, int value, int digits) {
  while (digits-- > 0) {
    out[digits] = (char)('0' + value % 10);
    value /= 10;
  }
}

size_t seg_civil_format(int32_t day, char out[SEG_CIVIL_TEXT]) {
  if (day < SEG_CIVIL_FIRST_DAY || day > SEG_CIVIL_LAST_DAY)
    return (size_t)snprintf(out, SEG_CIVIL_TEXT, "day %d", (int)day);
  int year, month, day_of_month;
  seg_civil_from_day(day, &year, &month, &day_of_month);
  memcpy(out, "0000-00-00", 11);
  put_digits(out, year, 4);
  put_digits(out + 5, month, 2);
  put_digits(out + 8, day_of_month, 2);
  return 10;
}
