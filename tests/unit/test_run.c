// The executor against a naive evaluation of the same plan over the same rows: sizes around word
// and partition edges, any number of threads, any memory, any size of morsels.
#include <time.h>

#include "runtime/run/windows.h"
#include "tests/support/share.h"
#include "tests/unit/run_rows.h"

static void sizes_around_edges(void **state) {
  (void)state;
  static const int64_t sizes[] = {0, 1, 63, 64, 65, 4095, 4096, 4097, 8191, 8192, 8193, 40000};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    struct manner manner = {.threads = 2, .morsel_rows = 1000};
    check_run(sizes[i], sizes[i] * 3, sizes[i], false, false, manner, false, SEED + i);
    check_run(sizes[i], 0, 0, false, true, manner, false, SEED + i);
    check_run(sizes[i], sizes[i] * 2, sizes[i], true, true, manner, false, SEED + i);
  }
}

static void morsels_and_threads_change_nothing(void **state) {
  (void)state;
  static const int64_t morsels[] = {1, 64, 997, 0};
  static const unsigned threads[] = {1, 2, 7};
  for (size_t m = 0; m < 4; m++)
    for (size_t t = 0; t < 3; t++) {
      struct manner manner = {.threads = threads[t], .morsel_rows = morsels[m]};
      int64_t size = morsels[m] == 1 ? 300 : seg_test_share(20000);
      check_run(size, size * 4, size, false, true, manner, false, SEED);
      check_run(size, size * 4, size, true, true, manner, false, SEED);
    }
}

static void counts_only_keeps_the_counts(void **state) {
  (void)state;
  check_run(5000, 20000, 5000, false, true, (struct manner){.threads = 2}, true, SEED);
}

// Little memory: runs go to the file and the answer stays. The least that works is found by trying.
static void little_memory_changes_nothing(void **state) {
  (void)state;
  struct fixture f;
  for (int from_event = 0; from_event < 2; from_event++) {
    fixture_init(&f, from_event);
    f.events[0].unique_count = 2;
    struct data data;
    data_init(&data, 20000, 200000, 50000, SEED);
    struct naive naive;
    naive_init(&naive, &data, from_event, true);
    uint64_t spilled_runs = 0;
    bool refused = false;
    for (uint64_t memory = (uint64_t)seg_test_share(64 << 20); !refused; memory = memory / 4 * 3) {
      for (unsigned threads = 1; threads <= 3; threads += 2) {
        struct manner manner = {.threads = threads, .memory = memory, .morsel_rows = 5000};
        struct seg_run_result *result = NULL;
        struct seg_error error = {0};
        enum seg_status status = run(&f, &data, manner, false, &result, &error);
        if (status == SEG_LIMIT) {
          assert_null(result);
          assert_non_null(strstr(error.message, "memory limit"));
          assert_non_null(strstr(error.help, "--memory"));
          refused = true;
          continue;
        }
        if (status != SEG_OK)
          print_error("%s\n", error.message);
        assert_int_equal(status, SEG_OK);
        assert_true(result->peak_bytes <= memory);
        spilled_runs += result->spilled_bytes > 0;
        check_result(result, &naive, &data, from_event);
        seg_run_result_free(result);
      }
    }
    assert_true(spilled_runs >= 4);
    naive_deinit(&naive);
    data_deinit(&data);
    fixture_deinit(&f);
  }
}

static void one_customer_with_many_events(void **state) {
  (void)state;
  for (int unique = 0; unique < 2; unique++) {
    struct fixture f;
    fixture_init(&f, false);
    f.events[0].unique_count = unique ? 2 : 0;
    struct data data;
    data_init(&data, 100, seg_test_share(600000), 10, SEED);
    for (int64_t i = 0; i < data.purchases; i++) {
      data.purchase_ids[i] = 4; // customer number 1
      seg_bitmap_set(data.purchase_id_known, i);
      data.purchase_days[i] = AS_OF - 5;
      data.amounts[i] = i + 1; // all different
      data.channels[i] = 1;
      seg_bitmap_set(data.item_known, i);
      data.items[i] = seg_str_view(item_names[i % 7]);
    }
    struct seg_run_result *result = NULL;
    struct seg_error error;
    assert_int_equal(run(&f, &data, (struct manner){.threads = 2}, false, &result, &error), SEG_OK);
    assert_int_equal(result->segment_members[0], 1);
    assert_int_equal(result->segment_members[1], 1);
    assert_int_equal(result->segment_members[3], 1);
    assert_true(seg_bitmap_test(result->members[3], 1));
    seg_run_result_free(result);
    data_deinit(&data);
    fixture_deinit(&f);
  }
}

static void windows_never_reach_the_as_of_day(void **state) {
  (void)state;
  static const struct {
    struct seg_plan_window window;
    int32_t as_of, first, last; // first > last: empty
  } cases[] = {
      {{.form = SEG_WINDOW_ALL}, 100, INT32_MIN, 99},
      {{.form = SEG_WINDOW_AGES, .near_age = 1, .far_age = 30}, 100, 70, 99},
      {{.form = SEG_WINDOW_AGES, .near_age = 31, .far_age = 90}, 100, 10, 69},
      {{.form = SEG_WINDOW_AGES, .near_age = 1, .far_age = INT32_MAX}, -100, INT32_MIN, -101},
      {{.form = SEG_WINDOW_AGES, .near_age = INT32_MAX, .far_age = INT32_MAX}, -100, 0, -1},
      {{.form = SEG_WINDOW_DAYS, .first_day = 5, .last_day = 200}, 100, 5, 99},
      {{.form = SEG_WINDOW_DAYS, .first_day = 5, .last_day = 7}, 100, 5, 7},
      {{.form = SEG_WINDOW_DAYS, .first_day = 100, .last_day = 200}, 100, 0, -1},
      {{.form = SEG_WINDOW_ALL}, INT32_MIN, 0, -1},
      // Day 31 is 1970-02-01 (a Sunday), day 59 is 1970-03-01.
      {{.form = SEG_WINDOW_CALENDAR, .unit = SEG_PERIOD_UNIT_MONTH}, 31, 0, -1},
      {{.form = SEG_WINDOW_CALENDAR, .unit = SEG_PERIOD_UNIT_MONTH}, 58, 31, 57},
      {{.form = SEG_WINDOW_CALENDAR, .unit = SEG_PERIOD_UNIT_MONTH, .count = 1}, 58, 0, 30},
      {{.form = SEG_WINDOW_CALENDAR, .unit = SEG_PERIOD_UNIT_MONTH, .count = 2}, 59, 0, 58},
      {{.form = SEG_WINDOW_CALENDAR, .unit = SEG_PERIOD_UNIT_WEEK}, 31, 25, 30},
      {{.form = SEG_WINDOW_CALENDAR, .unit = SEG_PERIOD_UNIT_WEEK, .count = 2}, 32, 18, 31},
      {{.form = SEG_WINDOW_CALENDAR, .unit = SEG_PERIOD_UNIT_QUARTER}, 100, 90, 99},
      {{.form = SEG_WINDOW_CALENDAR, .unit = SEG_PERIOD_UNIT_YEAR, .count = 1}, 365, 0, 364},
      {{.form = SEG_WINDOW_CALENDAR, .unit = SEG_PERIOD_UNIT_YEAR, .count = 1}, INT32_MIN, 0, -1},
      {{.form = SEG_WINDOW_CALENDAR, .unit = SEG_PERIOD_UNIT_YEAR, .count = 5}, INT32_MAX, 0, -1},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct seg_plan_window window = cases[i].window;
    struct seg_plan plan = {.window_count = 1, .windows = &window};
    int32_t days[2];
    seg_windows_resolve(&plan, cases[i].as_of, days);
    if (cases[i].first > cases[i].last) {
      assert_true(days[0] > days[1]);
      continue;
    }
    assert_int_equal(days[0], cases[i].first);
    assert_int_equal(days[1], cases[i].last);
  }
}

static void the_as_of_day_begins_at_midnight(void **state) {
  (void)state;
  struct seg_step step = {.op = SEG_OP_AS_OF_INSTANT, .layout = SEG_LAYOUT_I64};
  struct seg_plan_entity event = {.scan = {.step_count = 1, .steps = &step}};
  struct seg_fold fold = {0};
  struct seg_plan plan = {.timezone = seg_str_view("Europe/Berlin"),
                          .event_count = 1,
                          .events = &event,
                          .folds = &fold};
  struct seg_error error;
  int64_t instant = 0;
  // 2026-03-30 is day 20542; summer time began the day before, so it began at 22:00 UTC.
  assert_int_equal(seg_windows_instant(&plan, 20542, &instant, &error), SEG_OK);
  assert_int_equal(instant, 20542 * INT64_C(86400000000) - INT64_C(7200000000));
  assert_int_equal(seg_windows_instant(&plan, 20541, &instant, &error), SEG_OK);
  assert_int_equal(instant, 20541 * INT64_C(86400000000) - INT64_C(3600000000));
  plan.timezone = seg_str_view("Europe/Nowhere");
  assert_int_equal(seg_windows_instant(&plan, 20542, &instant, &error), SEG_USAGE);
  step.op = SEG_OP_AS_OF; // nobody asks: no zone is needed
  assert_int_equal(seg_windows_instant(&plan, 20542, &instant, &error), SEG_OK);
  assert_int_equal(instant, 0);
}

// SEGC_SEED repeats a failure.
static void random_runs_agree_with_the_naive_evaluation(void **state) {
  (void)state;
  const char *given = getenv("SEGC_SEED");
  uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
  print_message("seed %llu\n", (unsigned long long)seed);
  seed = seed * 2 + 1;
  for (int64_t i = seg_test_share(150); i > 0; i--) {
    uint64_t shape = next_random(&seed);
    struct manner manner = {.threads = 1 + (unsigned)(shape % 4),
                            .morsel_rows = 1 + (int64_t)(shape / 4 % 3000)};
    int64_t customers = (int64_t)below(&seed, 1500), purchases = (int64_t)below(&seed, 9000);
    check_run(customers, purchases, (int64_t)below(&seed, 2000), shape >> 20 & 1, shape >> 21 & 1,
              manner, shape >> 22 & 1, next_random(&seed));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sizes_around_edges),
      cmocka_unit_test(morsels_and_threads_change_nothing),
      cmocka_unit_test(counts_only_keeps_the_counts),
      cmocka_unit_test(little_memory_changes_nothing),
      cmocka_unit_test(one_customer_with_many_events),
      cmocka_unit_test(windows_never_reach_the_as_of_day),
      cmocka_unit_test(the_as_of_day_begins_at_midnight),
      cmocka_unit_test(random_runs_agree_with_the_naive_evaluation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
