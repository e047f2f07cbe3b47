// Days that count at one as-of day and not at another: by hand, and every day against what the
// windows say of it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtime/run/changed_days.h"
#include "runtime/run/windows.h"
#include "tests/support/random.h"

enum { WINDOWS = 6 };

static void find(struct seg_plan_window *windows, uint32_t count, int32_t before, int32_t now,
                 struct seg_changed_days *changed, int32_t *days) {
  struct seg_plan plan = {.window_count = count, .windows = windows};
  struct seg_fold_cell cells[WINDOWS] = {{0}};
  for (uint32_t i = 0; i < count; i++)
    cells[i].window = i;
  const struct seg_fold fold = {.cell_count = count, .cells = cells};
  seg_windows_resolve(&plan, before, days);
  seg_windows_resolve(&plan, now, days + (size_t)2 * count);
  assert_true(seg_changed_days_find(changed, &fold, days, days + (size_t)2 * count));
}

static void expect(const struct seg_changed_days *changed, size_t count, const int32_t *wanted) {
  assert_int_equal(changed->ranges.count, count);
  for (size_t i = 0; i < count; i++) {
    assert_int_equal(changed->ranges.items[i].first, wanted[2 * i]);
    assert_int_equal(changed->ranges.items[i].last, wanted[2 * i + 1]);
  }
}

static void a_day_more(void **state) {
  (void)state;
  struct seg_plan_window windows[] = {
      {.form = SEG_WINDOW_AGES, .near_age = 1, .far_age = 7},
      {.form = SEG_WINDOW_AGES, .near_age = 1, .far_age = 30},
      {.form = SEG_WINDOW_AGES, .near_age = 31, .far_age = 90},
      {.form = SEG_WINDOW_ALL},
  };
  struct seg_changed_days changed = {0};
  int32_t days[4 * WINDOWS];
  // Day 1000 comes in; 993 leaves the 7 days, 970 goes from the 30 days to those before, 910 goes.
  find(windows, 4, 1000, 1001, &changed, days);
  const int32_t wanted[] = {910, 910, 970, 970, 993, 993, 1000, 1000};
  expect(&changed, 4, wanted);
  assert_true(seg_changed_days_meet(&changed, 971, 993));
  assert_false(seg_changed_days_meet(&changed, 971, 992));
  // Back again is the same.
  find(windows, 4, 1001, 1000, &changed, days);
  expect(&changed, 4, wanted);
  // Nothing changes on the same day.
  find(windows, 4, 1000, 1000, &changed, days);
  expect(&changed, 0, NULL);
  // Ten days: stretches, which meet.
  find(windows, 2, 1000, 1010, &changed, days);
  const int32_t stretches[] = {970, 979, 993, 1009};
  expect(&changed, 2, stretches);
  SEG_VEC_FREE(&changed.ranges);
}

static void months_and_dates(void **state) {
  (void)state;
  struct seg_plan_window windows[] = {
      {.form = SEG_WINDOW_CALENDAR, .unit = SEG_PERIOD_UNIT_MONTH, .count = 0},
      {.form = SEG_WINDOW_DAYS, .first_day = 20, .last_day = 40},
  };
  struct seg_changed_days changed = {0};
  int32_t days[4 * WINDOWS];
  // 1970-01-31 -> 1970-02-01: January was this month, from its first to its 30th day.
  find(windows, 1, 30, 31, &changed, days);
  const int32_t january[] = {0, 29};
  expect(&changed, 1, january);
  // Days from 20 to 40 come in one by one, as they are over.
  find(windows + 1, 1, 30, 31, &changed, days);
  const int32_t one[] = {30, 30};
  expect(&changed, 1, one);
  find(windows + 1, 1, 45, 46, &changed, days);
  expect(&changed, 0, NULL);
  find(windows + 1, 1, 10, 15, &changed, days);
  expect(&changed, 0, NULL);
  SEG_VEC_FREE(&changed.ranges);
}

static bool counts(const int32_t *days, int32_t day) {
  return days[0] <= day && day <= days[1];
}

static void every_day(void **state) {
  (void)state;
  struct seg_random random;
  uint64_t seed = seg_random_seed("SEGC_SEED", 20261123);
  print_message("seed %llu\n", (unsigned long long)seed);
  seg_random_init(&random, seed);
  for (int round = 0; round < 500; round++) {
    struct seg_plan_window windows[WINDOWS];
    uint32_t count = 1 + seg_random_below(&random, WINDOWS);
    for (uint32_t w = 0; w < count; w++) {
      int32_t near = 1 + (int32_t)seg_random_below(&random, 40);
      int32_t first = (int32_t)seg_random_below(&random, 200);
      windows[w] =
          (struct seg_plan_window){.form = (enum seg_window_form)seg_random_below(&random, 4),
                                   .near_age = near,
                                   .far_age = near + (int32_t)seg_random_below(&random, 60),
                                   .first_day = first,
                                   .last_day = first + (int32_t)seg_random_below(&random, 40),
                                   .unit = SEG_PERIOD_UNIT_MONTH,
                                   .count = (int32_t)seg_random_below(&random, 3)};
    }
    struct seg_changed_days changed = {0};
    int32_t days[4 * WINDOWS], before = (int32_t)seg_random_below(&random, 200);
    int32_t now = (int32_t)seg_random_below(&random, 200);
    find(windows, count, before, now, &changed, days);
    for (int32_t day = -120; day < 260; day++) {
      bool wanted = false;
      for (uint32_t w = 0; w < count; w++)
        wanted = wanted || counts(days + 2 * w, day) != counts(days + 2 * (count + w), day);
      if (seg_changed_days_meet(&changed, day, day) != wanted)
        fail_msg("round %d, day %d, from %d to %d", round, day, before, now);
    }
    for (size_t i = 1; i < changed.ranges.count; i++)
      assert_true(changed.ranges.items[i].first > changed.ranges.items[i - 1].last + 1);
    SEG_VEC_FREE(&changed.ranges);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_day_more),
      cmocka_unit_test(months_and_dates),
      cmocka_unit_test(every_day),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
