// Units of time and the calendar, as far as literals need them.
#include "grammar/parser.h"

static const struct {
  const char *word;
  enum seg_unit unit;
} units[] = {
    {"h", SEG_UNIT_HOUR},       {"hour", SEG_UNIT_HOUR}, {"hours", SEG_UNIT_HOUR},
    {"d", SEG_UNIT_DAY},        {"day", SEG_UNIT_DAY},   {"days", SEG_UNIT_DAY},
    {"w", SEG_UNIT_WEEK},       {"week", SEG_UNIT_WEEK}, {"weeks", SEG_UNIT_WEEK},
    {"m", SEG_UNIT_MONTH},      {"mo", SEG_UNIT_MONTH},  {"month", SEG_UNIT_MONTH},
    {"months", SEG_UNIT_MONTH}, {"y", SEG_UNIT_YEAR},    {"year", SEG_UNIT_YEAR},
    {"years", SEG_UNIT_YEAR},
};

static const struct {
  const char *word;
  enum seg_period_kind kind;
} periods[] = {
    {"year", SEG_PERIOD_YEAR},        {"years", SEG_PERIOD_YEAR},  {"quarter", SEG_PERIOD_QUARTER},
    {"quarters", SEG_PERIOD_QUARTER}, {"month", SEG_PERIOD_MONTH}, {"months", SEG_PERIOD_MONTH},
    {"week", SEG_PERIOD_WEEK},        {"weeks", SEG_PERIOD_WEEK},
};

bool seg_unit_find(struct seg_str word, enum seg_unit *unit) {
  for (size_t i = 0; i < sizeof units / sizeof *units; i++)
    if (seg_str_is(word, units[i].word)) {
      *unit = units[i].unit;
      return true;
    }
  return false;
}

bool seg_period_find(struct seg_str word, enum seg_period_kind *kind) {
  for (size_t i = 0; i < sizeof periods / sizeof *periods; i++)
    if (seg_str_is(word, periods[i].word)) {
      *kind = periods[i].kind;
      return true;
    }
  return false;
}

static bool is_leap(int year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_of_month(int year, int month) {
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/** Days from 0001-01-01 to the first of January of `year` (1 or later), Gregorian throughout. */
static int32_t days_before_year(int year) {
  int past = year - 1;
  return past * 365 + past / 4 - past / 100 + past / 400;
}

enum { EPOCH = 719162 }; // days_before_year(1970)

bool seg_day_from_date(int year, int month, int day, int32_t *result) {
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 ||
      day > days_of_month(year, month))
    return false;
  int32_t days = days_before_year(year) - EPOCH + day - 1;
  for (int m = 1; m < month; m++)
    days += days_of_month(year, m);
  *result = days;
  return true;
}

void seg_date_from_day(int32_t days, int *year, int *month, int *day) {
  int y = 1970 + days / 366; // at most a few years early after 1970, late before it
  while (y > 1 && days_before_year(y) - EPOCH > days)
    y--;
  while (days_before_year(y + 1) - EPOCH <= days)
    y++;
  int rest = days - (days_before_year(y) - EPOCH), m = 1;
  while (rest >= days_of_month(y, m))
    rest -= days_of_month(y, m++);
  *year = y;
  *month = m;
  *day = rest + 1;
}

int seg_weeks_of_year(int year) {
  // ISO 8601: 53 weeks when 1 January is a Thursday, or a Wednesday of a leap year.
  int weekday = (int)(days_before_year(year) % 7); // 0001-01-01 is a Monday: 0 is Monday
  return weekday == 3 || (weekday == 2 && is_leap(year)) ? 53 : 52;
}
