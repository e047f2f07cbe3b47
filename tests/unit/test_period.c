/**
 * Periods of the calendar, against published ones: the examples of ISO 8601 and its week calendar
 * of 2020 to 2027, leap years, the ends of months, quarters and years.
 */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
// clang-format on

#include "runtime/time/civil.h"
#include "runtime/time/period.h"

static int32_t day_of(const char *text) {
  int year = 0, month = 0, day = 0;
  assert_int_equal(sscanf(text, "%d-%d-%d", &year, &month, &day), 3);
  return seg_civil_to_day(year, month, day);
}

static void expect_day(int32_t day, const char *expected) {
  char text[SEG_CIVIL_TEXT];
  seg_civil_format(day, text);
  assert_string_equal(text, expected);
}

static void periods_of_a_year(void **state) {
  (void)state;
  static const struct {
    enum seg_period_unit unit;
    int year, part;
    const char *first, *last;
  } cases[] = {
      {SEG_PERIOD_UNIT_YEAR, 2026, 0, "2026-01-01", "2026-12-31"},
      {SEG_PERIOD_UNIT_YEAR, 2024, 0, "2024-01-01", "2024-12-31"},
      {SEG_PERIOD_UNIT_YEAR, 1, 0, "0001-01-01", "0001-12-31"},
      {SEG_PERIOD_UNIT_YEAR, 9999, 0, "9999-01-01", "9999-12-31"},
      {SEG_PERIOD_UNIT_QUARTER, 2026, 1, "2026-01-01", "2026-03-31"},
      {SEG_PERIOD_UNIT_QUARTER, 2026, 2, "2026-04-01", "2026-06-30"},
      {SEG_PERIOD_UNIT_QUARTER, 2026, 3, "2026-07-01", "2026-09-30"},
      {SEG_PERIOD_UNIT_QUARTER, 2026, 4, "2026-10-01", "2026-12-31"},
      {SEG_PERIOD_UNIT_QUARTER, 9999, 4, "9999-10-01", "9999-12-31"},
      {SEG_PERIOD_UNIT_MONTH, 2026, 2, "2026-02-01", "2026-02-28"},
      {SEG_PERIOD_UNIT_MONTH, 2024, 2, "2024-02-01", "2024-02-29"},
      {SEG_PERIOD_UNIT_MONTH, 1900, 2, "1900-02-01", "1900-02-28"},
      {SEG_PERIOD_UNIT_MONTH, 2000, 2, "2000-02-01", "2000-02-29"},
      {SEG_PERIOD_UNIT_MONTH, 2026, 12, "2026-12-01", "2026-12-31"},
      // ISO 8601: 2008-12-29 is 2009-W01-1, 2010-01-03 is 2009-W53-7, 1981-04-05 is 1981-W14-7.
      {SEG_PERIOD_UNIT_WEEK, 2009, 1, "2008-12-29", "2009-01-04"},
      {SEG_PERIOD_UNIT_WEEK, 2009, 53, "2009-12-28", "2010-01-03"},
      {SEG_PERIOD_UNIT_WEEK, 1981, 14, "1981-03-30", "1981-04-05"},
      {SEG_PERIOD_UNIT_WEEK, 2020, 53, "2020-12-28", "2021-01-03"},
      {SEG_PERIOD_UNIT_WEEK, 2021, 1, "2021-01-04", "2021-01-10"},
      {SEG_PERIOD_UNIT_WEEK, 2024, 9, "2024-02-26", "2024-03-03"}, // with a leap day
      {SEG_PERIOD_UNIT_WEEK, 2025, 1, "2024-12-30", "2025-01-05"},
      {SEG_PERIOD_UNIT_WEEK, 2026, 1, "2025-12-29", "2026-01-04"},
      {SEG_PERIOD_UNIT_WEEK, 2026, 5, "2026-01-26", "2026-02-01"},
      {SEG_PERIOD_UNIT_WEEK, 2026, 53, "2026-12-28", "2027-01-03"},
      {SEG_PERIOD_UNIT_WEEK, 2027, 1, "2027-01-04", "2027-01-10"},
      {SEG_PERIOD_UNIT_WEEK, 1, 1, "0001-01-01", "0001-01-07"},     // that year began on a Monday
      {SEG_PERIOD_UNIT_WEEK, 9999, 52, "9999-12-27", "9999-12-31"}, // goes on in year 10000
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int32_t first = 0, last = 0;
    seg_period_days(cases[i].unit, cases[i].year, cases[i].part, &first, &last);
    expect_day(first, cases[i].first);
    expect_day(last, cases[i].last);
  }
}

static void periods_around_a_day(void **state) {
  (void)state;
  static const struct {
    enum seg_period_unit unit;
    const char *day;
    int32_t moved;
    const char *first;
  } cases[] = {
      {SEG_PERIOD_UNIT_WEEK, "2026-11-22", 0, "2026-11-16"}, // a Sunday
      {SEG_PERIOD_UNIT_WEEK, "2026-11-23", 0, "2026-11-23"}, // a Monday
      {SEG_PERIOD_UNIT_WEEK, "2026-01-01", 0, "2025-12-29"},
      {SEG_PERIOD_UNIT_WEEK, "2026-01-01", -1, "2025-12-22"},
      {SEG_PERIOD_UNIT_WEEK, "1969-12-31", 0, "1969-12-29"}, // before day 0, a Wednesday
      {SEG_PERIOD_UNIT_MONTH, "2026-11-22", 0, "2026-11-01"},
      {SEG_PERIOD_UNIT_MONTH, "2026-11-22", -3, "2026-08-01"},
      {SEG_PERIOD_UNIT_MONTH, "2026-01-31", -1, "2025-12-01"},
      {SEG_PERIOD_UNIT_MONTH, "2024-02-29", 0, "2024-02-01"},
      {SEG_PERIOD_UNIT_MONTH, "2024-02-29", -12, "2023-02-01"},
      {SEG_PERIOD_UNIT_MONTH, "2026-12-31", 1, "2027-01-01"},
      {SEG_PERIOD_UNIT_QUARTER, "2026-03-31", 0, "2026-01-01"},
      {SEG_PERIOD_UNIT_QUARTER, "2026-04-01", 0, "2026-04-01"},
      {SEG_PERIOD_UNIT_QUARTER, "2026-04-01", -1, "2026-01-01"},
      {SEG_PERIOD_UNIT_QUARTER, "2026-02-15", -2, "2025-07-01"},
      {SEG_PERIOD_UNIT_QUARTER, "2026-12-31", -5, "2025-07-01"},
      {SEG_PERIOD_UNIT_YEAR, "2026-12-31", 0, "2026-01-01"},
      {SEG_PERIOD_UNIT_YEAR, "2026-01-01", -1, "2025-01-01"},
      {SEG_PERIOD_UNIT_YEAR, "2026-06-01", -100, "1926-01-01"},
      // The calendar has no year 0 and no year 10000.
      {SEG_PERIOD_UNIT_YEAR, "0005-06-01", -7, "0001-01-01"},
      {SEG_PERIOD_UNIT_MONTH, "0001-01-15", -1, "0001-01-01"},
      {SEG_PERIOD_UNIT_WEEK, "0001-01-03", -5, "0001-01-01"},
      {SEG_PERIOD_UNIT_YEAR, "9999-06-01", 1, "day 2932897"},
      {SEG_PERIOD_UNIT_WEEK, "9999-12-31", 3, "day 2932897"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    expect_day(seg_period_first_day(cases[i].unit, day_of(cases[i].day), cases[i].moved),
               cases[i].first);
  expect_day(seg_period_first_day(SEG_PERIOD_UNIT_MONTH, day_of("2026-01-01"), INT32_MIN),
             "0001-01-01");
}

/** Days of a year follow each other without a gap, whatever periods it is cut into. */
static void periods_fill_every_year(void **state) {
  (void)state;
  static const int parts[] = {
      [SEG_PERIOD_UNIT_MONTH] = 12, [SEG_PERIOD_UNIT_QUARTER] = 4, [SEG_PERIOD_UNIT_YEAR] = 1};
  int long_years = 0;
  for (int year = 1601; year <= 2000; year++) { // one turn of the calendar
    for (int unit = SEG_PERIOD_UNIT_MONTH; unit <= SEG_PERIOD_UNIT_YEAR; unit++) {
      int32_t expected = seg_civil_to_day(year, 1, 1);
      for (int part = 1; part <= parts[unit]; part++) {
        int32_t first = 0, last = 0;
        seg_period_days((enum seg_period_unit)unit, year, part, &first, &last);
        assert_int_equal(first, expected);
        assert_int_equal(seg_period_first_day((enum seg_period_unit)unit, last, 0), first);
        assert_int_equal(seg_period_first_day((enum seg_period_unit)unit, first, 1), last + 1);
        expected = last + 1;
      }
      assert_int_equal(expected, seg_civil_to_day(year + 1, 1, 1));
    }
    int32_t first = 0, next = 0, last = 0;
    seg_period_days(SEG_PERIOD_UNIT_WEEK, year, 1, &first, &last);
    seg_period_days(SEG_PERIOD_UNIT_WEEK, year + 1, 1, &next, &last);
    assert_int_equal(seg_civil_weekday(first), 1);
    assert_true(next - first == 364 || next - first == 371);
    long_years += next - first == 371;
  }
  assert_int_equal(long_years, 71); // of 400 years 71 have 53 weeks
}

static void words(void **state) {
  (void)state;
  assert_string_equal(seg_period_word(SEG_PERIOD_UNIT_WEEK), "week");
  assert_string_equal(seg_period_word(SEG_PERIOD_UNIT_MONTH), "month");
  assert_string_equal(seg_period_word(SEG_PERIOD_UNIT_QUARTER), "quarter");
  assert_string_equal(seg_period_word(SEG_PERIOD_UNIT_YEAR), "year");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(periods_of_a_year),
      cmocka_unit_test(periods_around_a_day),
      cmocka_unit_test(periods_fill_every_year),
      cmocka_unit_test(words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
