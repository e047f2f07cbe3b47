// Dates and timestamps written as text: the forms that are read, and those that are refused.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/time/civil.h"
#include "runtime/time/timestamp_text.h"

#define HOUR   (INT64_C(3600) * 1000000)
#define MINUTE (INT64_C(60) * 1000000)
#define SECOND INT64_C(1000000)

struct accepted {
  const char *text;
  enum seg_timestamp_kind kind;
  int64_t time; // microseconds from the midnight of 2024-02-29
};

static void accepted_forms(void **state) {
  (void)state;
  static const struct accepted cases[] = {
      {"2024-02-29", SEG_TIMESTAMP_DATE_ONLY, 0},
      {"2024-02-29T00:00", SEG_TIMESTAMP_NAIVE, 0},
      {"2024-02-29 13:05", SEG_TIMESTAMP_NAIVE, 13 * HOUR + 5 * MINUTE},
      {"2024-02-29t13:05:59", SEG_TIMESTAMP_NAIVE, 13 * HOUR + 5 * MINUTE + 59 * SECOND},
      {"2024-02-29 23:59:59.9", SEG_TIMESTAMP_NAIVE, 24 * HOUR - 100000},
      {"2024-02-29 23:59:59.999999", SEG_TIMESTAMP_NAIVE, 24 * HOUR - 1},
      {"2024-02-29 23:59:59.999999999", SEG_TIMESTAMP_NAIVE, 24 * HOUR - 1}, // cut, not rounded
      {"2024-02-29 00:00:00.0000019", SEG_TIMESTAMP_NAIVE, 1},
      {"2024-02-29T12:00Z", SEG_TIMESTAMP_INSTANT, 12 * HOUR},
      {"2024-02-29T12:00:00z", SEG_TIMESTAMP_INSTANT, 12 * HOUR},
      {"2024-02-29T12:00:00.5Z", SEG_TIMESTAMP_INSTANT, 12 * HOUR + 500000},
      {"2024-02-29T12:00:00+01", SEG_TIMESTAMP_INSTANT, 11 * HOUR},
      {"2024-02-29 12:00:00+0100", SEG_TIMESTAMP_INSTANT, 11 * HOUR},
      {"2024-02-29 12:00:00+05:45", SEG_TIMESTAMP_INSTANT, 6 * HOUR + 15 * MINUTE},
      {"2024-02-29 12:00-00:30", SEG_TIMESTAMP_INSTANT, 12 * HOUR + 30 * MINUTE},
      {"2024-02-29T00:30:00+02:00", SEG_TIMESTAMP_INSTANT, -(HOUR + 30 * MINUTE)},
      {"2024-02-29T12:00:00.000001-18:00", SEG_TIMESTAMP_INSTANT, 30 * HOUR + 1},
  };
  int32_t day = seg_civil_to_day(2024, 2, 29);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct seg_timestamp_text out;
    if (!seg_timestamp_parse(seg_str_view(cases[i].text), &out))
      fail_msg("%s is refused", cases[i].text);
    assert_int_equal(out.kind, cases[i].kind);
    assert_int_equal(out.day, day);
    assert_int_equal(out.microseconds, day * SEG_MICROSECONDS_PER_DAY + cases[i].time);
  }
}

static void refused_forms(void **state) {
  (void)state;
  static const char *const cases[] = {
      "",
      "2024",
      "2024-02",
      "2024-02-30",
      "2023-02-29",
      "2024-13-01",
      "0000-01-01",
      "2024-2-29",
      "24-02-29",
      "2024/02/29",
      "20240229",
      " 2024-02-29",
      "2024-02-29 ",
      "2024-02-29T",
      "2024-02-29T1",
      "2024-02-29T12",
      "2024-02-29T12:",
      "2024-02-29T12:0",
      "2024-02-29T1:00",
      "2024-02-29_12:00",
      "2024-02-29  12:00",
      "2024-02-29T24:00",
      "2024-02-29T23:60",
      "2024-02-29T23:59:60",
      "2024-02-29T12:00:",
      "2024-02-29T12:00:00.",
      "2024-02-29T12:00:00.1234567890",
      "2024-02-29T12:00:00,5",
      "2024-02-29T12:00.5",
      "2024-02-29T12:00:00 ",
      "2024-02-29T12:00:00 Z",
      "2024-02-29T12:00:00ZZ",
      "2024-02-29T12:00:00+",
      "2024-02-29T12:00:00+1",
      "2024-02-29T12:00:00+01:",
      "2024-02-29T12:00:00+01:0",
      "2024-02-29T12:00:00+01:60",
      "2024-02-29T12:00:00+01:000",
      "2024-02-29T12:00:00+19",
      "2024-02-29T12:00:00+18:01",
      "2024-02-29T12:00:00+01Z",
      "2024-02-29Z",
      "2024-02-29+01:00",
      "+2024-02-29",
      "2024-02-29T12:00:00 Europe/Berlin",
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct seg_timestamp_text out = {.day = 77};
    if (seg_timestamp_parse(seg_str_view(cases[i]), &out))
      fail_msg("\"%s\" is accepted", cases[i]);
    assert_int_equal(out.day, 77);
  }
}

static void dates(void **state) {
  (void)state;
  int32_t day;
  assert_true(seg_date_parse(seg_str_view("1970-01-02"), &day));
  assert_int_equal(day, 1);
  assert_true(seg_date_parse(seg_str_view("0001-01-01"), &day));
  assert_int_equal(day, SEG_CIVIL_FIRST_DAY);
  assert_true(seg_date_parse(seg_str_view("9999-12-31"), &day));
  assert_int_equal(day, SEG_CIVIL_LAST_DAY);
  assert_false(seg_date_parse(seg_str_view("1970-01-02 00:00"), &day));
  assert_false(seg_date_parse(seg_str_view("1970-01-0"), &day));
  assert_false(seg_date_parse(seg_str_view("1970-01-32"), &day));
}

/** No byte behind the text may be read: each prefix sits at the very end of its own allocation. */
static void prefixes(void **state) {
  (void)state;
  const char *text = "2024-02-29T12:34:56.789012345+05:45";
  for (size_t size = 0; size <= strlen(text); size++) {
    char *copy = malloc(size + (size == 0));
    assert_non_null(copy);
    memcpy(copy, text, size);
    struct seg_timestamp_text out;
    bool expected = size == 10 || size == 16 || size == 19 || (size >= 21 && size <= 29) ||
                    size == 32 || size == 35;
    assert_int_equal(seg_timestamp_parse((struct seg_str){copy, size}, &out), expected);
    free(copy);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(accepted_forms),
      cmocka_unit_test(refused_forms),
      cmocka_unit_test(dates),
      cmocka_unit_test(prefixes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
