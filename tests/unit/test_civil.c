// Calendar days: fixed points of the calendar, and a walk over all days against a plain count.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtime/time/civil.h"

static void known_days(void **state) {
  (void)state;
  assert_int_equal(seg_civil_to_day(1970, 1, 1), 0);
  assert_int_equal(seg_civil_to_day(1969, 12, 31), -1);
  assert_int_equal(seg_civil_to_day(2000, 1, 1), 10957); // 30 years, 7 leap days
  assert_int_equal(seg_civil_to_day(2000, 3, 1), 11017); // 2000 is a leap year
  // 1858-11-17 is day 0 of the Modified Julian Date; the Unix epoch is MJD 40587.
  assert_int_equal(seg_civil_to_day(1858, 11, 17), -40587);
  assert_int_equal(seg_civil_to_day(1, 1, 1), SEG_CIVIL_FIRST_DAY);
  assert_int_equal(seg_civil_to_day(9999, 12, 31), SEG_CIVIL_LAST_DAY);
}

static void every_day(void **state) {
  (void)state;
  static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int year = 1, month = 1, day = 1;
  int weekday = 1; // 0001-01-01 of the proleptic Gregorian calendar was a Monday
  for (int32_t count = SEG_CIVIL_FIRST_DAY; count <= SEG_CIVIL_LAST_DAY; count++) {
    int y, m, d;
    seg_civil_from_day(count, &y, &m, &d);
    if (y != year || m != month || d != day || seg_civil_to_day(y, m, d) != count ||
        seg_civil_weekday(count) != weekday)
      fail_msg("day %d is %d-%d-%d, not %d-%d-%d", count, y, m, d, year, month, day);
    int leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
    weekday = weekday % 7 + 1;
    if (++day > lengths[month - 1] + (month == 2 ? leap : 0)) {
      day = 1;
      if (++month > 12) {
        month = 1;
        year++;
      }
    }
  }
  assert_int_equal(year, 10000);
}

static void validity(void **state) {
  (void)state;
  assert_true(seg_civil_valid(2024, 2, 29));
  assert_true(seg_civil_valid(2000, 2, 29));
  assert_false(seg_civil_valid(1900, 2, 29));
  assert_false(seg_civil_valid(2023, 2, 29));
  assert_false(seg_civil_valid(2023, 4, 31));
  assert_false(seg_civil_valid(2023, 13, 1));
  assert_false(seg_civil_valid(2023, 0, 1));
  assert_false(seg_civil_valid(2023, 1, 0));
  assert_false(seg_civil_valid(0, 1, 1));
  assert_false(seg_civil_valid(10000, 1, 1));
  assert_false(seg_civil_valid(-5, -5, -5));
  assert_true(seg_civil_valid(1, 1, 1));
  assert_true(seg_civil_valid(9999, 12, 31));
  static const int last[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  for (int month = 1; month <= 12; month++) {
    assert_true(seg_civil_valid(2023, month, last[month - 1]));
    assert_false(seg_civil_valid(2023, month, last[month - 1] + 1));
  }
}

static void weekdays(void **state) {
  (void)state;
  assert_int_equal(seg_civil_weekday(0), 4);                             // a Thursday
  assert_int_equal(seg_civil_weekday(seg_civil_to_day(2026, 11, 1)), 7); // a Sunday
  assert_int_equal(seg_civil_weekday(seg_civil_to_day(1969, 7, 20)), 7); // the moon landing, Sunday
  assert_in_range(seg_civil_weekday(INT32_MAX), 1, 7);
  assert_in_range(seg_civil_weekday(INT32_MIN), 1, 7);
}

/** Years that no data holds have the days that the calendar would give them. */
static void any_day(void **state) {
  (void)state;
  int year = 0, month = 0, day = 0;
  seg_civil_from_day(SEG_CIVIL_LAST_DAY + 60, &year, &month, &day); // 10000 is a leap year
  assert_int_equal(year, 10000);
  assert_int_equal(month, 2);
  assert_int_equal(day, 29);
  seg_civil_from_day(SEG_CIVIL_FIRST_DAY - 1, &year, &month, &day);
  assert_int_equal(year, 0);
  assert_int_equal(month, 12);
  assert_int_equal(day, 31);
  // 400 years are 146,097 days, whatever the year.
  int back = 0;
  seg_civil_from_day(INT32_MIN, &year, &month, &day);
  assert_int_equal(year < -5000000, true);
  seg_civil_from_day(INT32_MIN + 146097, &back, NULL, NULL);
  assert_int_equal(back, year + 400);
  seg_civil_from_day(INT32_MAX, &year, &month, &day);
  seg_civil_from_day(INT32_MAX - 146097, &back, NULL, NULL);
  assert_int_equal(back, year - 400);
  for (int before = -801; before < 0; before++)
    assert_int_equal(seg_civil_to_day(before, 5, 5), seg_civil_to_day(before + 400, 5, 5) - 146097);
}

static void text(void **state) {
  (void)state;
  char out[SEG_CIVIL_TEXT];
  assert_int_equal(seg_civil_format(seg_civil_to_day(2026, 11, 1), out), 10);
  assert_string_equal(out, "2026-11-01");
  seg_civil_format(SEG_CIVIL_FIRST_DAY, out);
  assert_string_equal(out, "0001-01-01");
  seg_civil_format(SEG_CIVIL_LAST_DAY, out);
  assert_string_equal(out, "9999-12-31");
  assert_int_equal(seg_civil_format(INT32_MIN, out), 15);
  assert_string_equal(out, "day -2147483648");
}

static void days_round_down(void **state) {
  (void)state;
  assert_int_equal(seg_civil_day_of(0), 0);
  assert_int_equal(seg_civil_day_of(SEG_MICROSECONDS_PER_DAY - 1), 0);
  assert_int_equal(seg_civil_day_of(-1), -1);
  assert_int_equal(seg_civil_day_of(-SEG_MICROSECONDS_PER_DAY), -1);
  assert_int_equal(seg_civil_day_of(-SEG_MICROSECONDS_PER_DAY - 1), -2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(known_days), cmocka_unit_test(every_day), cmocka_unit_test(validity),
      cmocka_unit_test(weekdays),   cmocka_unit_test(text),      cmocka_unit_test(days_round_down),
      cmocka_unit_test(any_day),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
