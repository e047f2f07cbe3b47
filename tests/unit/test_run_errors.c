// Runs that must fail, or stop: what is said, and that it does not depend on threads.
#include "runtime/entity/spill_file.h"
#include "tests/unit/run_rows.h"

/** A run that must fail, alike for any number of threads. */
static struct seg_error fail_alike(struct fixture *f, const struct data *data,
                                   enum seg_status expected) {
  struct seg_error first = {0};
  for (unsigned threads = 1; threads <= 7; threads += 3) {
    struct manner manner = {.threads = threads, .morsel_rows = 500};
    struct seg_run_result *result = NULL;
    struct seg_error error = {0};
    assert_int_equal(run(f, data, manner, false, &result, &error), expected);
    assert_null(result);
    if (threads == 1)
      first = error;
    assert_string_equal(error.message, first.message);
  }
  return first;
}

static void a_repeated_customer_is_refused(void **state) {
  (void)state;
  struct fixture f;
  fixture_init(&f, false);
  struct data data;
  data_init(&data, 10000, 10, 0, SEED);
  data.ids[7000] = data.ids[2];
  data.ids[9000] = data.ids[1];
  struct seg_error error = fail_alike(&f, &data, SEG_BAD_DATA);
  assert_string_equal(error.code, "D303");
  assert_non_null(strstr(error.message, "customer 7 ")); // the third id
  assert_non_null(strstr(error.message, "7001"));        // its row, counted from 1
  f.plan.customer.key_personal = true;
  error = fail_alike(&f, &data, SEG_BAD_DATA);
  assert_null(strstr(error.message, "customer 7 "));
  data_deinit(&data);
  fixture_deinit(&f);
}

// Of rows that overflow only those count that exist; the first in file order is named.
static void an_overflow_in_a_row_is_named(void **state) {
  (void)state;
  struct fixture f;
  fixture_init(&f, false);
  struct data data;
  data_init(&data, 100, 10000, 0, SEED);
  struct naive naive;
  data.amounts[400] = INT64_MAX; // does not exist: on the as-of day
  data.purchase_days[400] = AS_OF;
  naive_init(&naive, &data, false, false);
  struct seg_run_result *result = NULL;
  struct seg_error error;
  assert_int_equal(
      run(&f, &data, (struct manner){.threads = 2, .morsel_rows = 1000}, false, &result, &error),
      SEG_OK);
  check_result(result, &naive, &data, false);
  seg_run_result_free(result);
  naive_deinit(&naive);
  data.amounts[5000] = data.amounts[7777] = INT64_MAX / 2 + 1;
  data.purchase_days[5000] = data.purchase_days[7777] = AS_OF - 1;
  error = fail_alike(&f, &data, SEG_BAD_DATA);
  assert_string_equal(error.code, "D301");
  assert_non_null(strstr(error.message, "`amount + amount`"));
  assert_non_null(strstr(error.message, "5001"));
  data_deinit(&data);
  fixture_deinit(&f);
}

// Thousands of them, in a row and apart, before and behind one that is real.
static void overflows_in_refused_rows_are_none(void **state) {
  (void)state;
  struct fixture f;
  fixture_init(&f, false);
  struct data data;
  data_init(&data, 100, 10000, 0, SEED);
  struct naive naive;
  for (int64_t i = 0; i < 10000; i++)
    if (i / 1000 == 3 || i % 5 == 0 || data.amounts[i] == DROPPED)
      data.amounts[i] = REFUSED;
  naive_init(&naive, &data, false, false);
  for (int64_t rows = 10; rows <= 10000; rows = rows * 10 - 3) {
    struct seg_run_result *result = NULL;
    struct seg_error error;
    struct manner manner = {.threads = 2, .morsel_rows = rows};
    if (run(&f, &data, manner, false, &result, &error) != SEG_OK)
      fail_msg("%s", error.message);
    check_result(result, &naive, &data, false);
    seg_run_result_free(result);
  }
  naive_deinit(&naive);
  data.amounts[5001] = data.amounts[7777] = INT64_MAX / 2 + 1;
  data.purchase_days[5001] = data.purchase_days[7777] = AS_OF - 1;
  struct seg_error error = fail_alike(&f, &data, SEG_BAD_DATA);
  assert_string_equal(error.code, "D301");
  assert_non_null(strstr(error.message, "5002"));
  data_deinit(&data);
  fixture_deinit(&f);
}

static void overflows_of_a_customer_are_named(void **state) {
  (void)state;
  struct fixture f;
  fixture_init(&f, false);
  struct data data;
  data_init(&data, 30000, 60000, 0, SEED);
  for (int64_t i = 0; i < 60000; i++) {
    data.purchase_ids[i] = data.ids[i % 30000];
    seg_bitmap_set(data.purchase_id_known, i);
    data.amounts[i] = 1;
    data.purchase_days[i] = AS_OF - 1;
    data.channels[i] = 1;
  }
  // Customers 20000 and 12345 sum to more than fits.
  data.amounts[20000] = data.amounts[50000] = INT64_MAX / 2;
  data.amounts[12345] = data.amounts[42345] = INT64_MAX / 2;
  struct seg_error error = fail_alike(&f, &data, SEG_BAD_DATA);
  assert_string_equal(error.code, "D301");
  assert_non_null(strstr(error.message, "customer 37036:")); // 12345 * 3 + 1
  assert_non_null(strstr(error.message, "sum(purchase.twice)"));
  // A rule of an earlier customer comes first, even one in the same batch.
  data.ages[12344] = INT64_MAX;
  error = fail_alike(&f, &data, SEG_BAD_DATA);
  assert_non_null(strstr(error.message, "customer 37033:"));
  assert_non_null(strstr(error.message, "age + 1 > 30"));
  f.plan.customer.key_personal = true;
  error = fail_alike(&f, &data, SEG_BAD_DATA);
  assert_null(strstr(error.message, "37033"));
  data_deinit(&data);
  fixture_deinit(&f);
}

// Customer 29000 has so many events that his group is folded before those of smaller numbers.
static void the_smallest_customer_is_named_although_folded_later(void **state) {
  (void)state;
  struct fixture f;
  fixture_init(&f, false);
  struct data data;
  data_init(&data, 30000, 60000, 0, SEED);
  for (int64_t i = 0; i < 60000; i++) {
    data.purchase_ids[i] = data.ids[i < 30000 ? i : 29000];
    seg_bitmap_set(data.purchase_id_known, i);
    data.amounts[i] = 1;
    data.purchase_days[i] = AS_OF - 1;
    data.channels[i] = 1;
  }
  data.amounts[29000] = data.amounts[50000] = INT64_MAX / 2;
  struct seg_error error = fail_alike(&f, &data, SEG_BAD_DATA);
  assert_non_null(strstr(error.message, "customer 87001:")); // 29000 * 3 + 1
  data.purchase_ids[12346] = data.ids[12345];
  data.amounts[12345] = data.amounts[12346] = INT64_MAX / 2;
  error = fail_alike(&f, &data, SEG_BAD_DATA);
  assert_non_null(strstr(error.message, "customer 37036:"));
  data_deinit(&data);
  fixture_deinit(&f);
}

static void an_interrupted_run_stops(void **state) {
  (void)state;
  struct fixture f;
  fixture_init(&f, true);
  struct data data;
  data_init(&data, 10, 1000, 0, SEED);
  struct seg_memory_rows purchases = {0};
  struct seg_column_view views[] = {
      {.layout = SEG_LAYOUT_I32, .values = data.purchase_days, .known = NULL, .count = 1000},
      {.layout = SEG_LAYOUT_I64, .values = data.amounts, .known = NULL, .count = 1000},
      {.layout = SEG_LAYOUT_I32, .values = data.channels, .known = NULL, .count = 1000},
      {.layout = SEG_LAYOUT_TEXT, .values = data.items, .known = data.item_known, .count = 1000}};
  purchases = (struct seg_memory_rows){.row_count = 1000,
                                       .key = {.layout = SEG_LAYOUT_I64,
                                               .values = data.purchase_ids,
                                               .known = data.purchase_id_known,
                                               .count = 1000},
                                       .days = views[0],
                                       .inputs = views,
                                       .morsel_rows = 10};
  struct seg_source *events[2] = {NULL, NULL};
  assert_int_equal(seg_source_open_memory(&purchases, &f.events[0], &events[0], NULL), SEG_OK);
  atomic_bool interrupted;
  atomic_init(&interrupted, true);
  struct seg_run_sources sources = {.events = events};
  struct seg_run_options options = {.as_of = AS_OF, .threads = 3, .interrupted = &interrupted};
  struct seg_run_result *result = NULL;
  struct seg_error error;
  assert_int_equal(seg_run(&f.plan, &f.kernels, &sources, &options, &result, &error),
                   SEG_INTERRUPTED);
  assert_null(result);
  seg_source_close(events[0]);
  data_deinit(&data);
  fixture_deinit(&f);
}

static void a_folder_that_is_not_there_is_said(void **state) {
  (void)state;
  struct seg_spill_file spill;
  seg_spill_file_init(&spill, "/nowhere/at/all");
  uint64_t offset;
  struct seg_error error;
  assert_int_equal(seg_spill_file_write(&spill, "x", 1, &offset, &error), SEG_IO);
  assert_string_equal(error.code, "D306");
  assert_non_null(strstr(error.message, "/nowhere/at/all"));
  seg_spill_file_deinit(&spill);
}

static void too_many_members(void **state) {
  (void)state;
  struct seg_plan_chain chain = {.name = seg_str_view("order"), .member_count = 65535};
  const struct seg_plan plan = {.chain_count = 1, .chains = &chain};
  struct seg_run_result *result = NULL;
  struct seg_error error = {0};
  const struct seg_run_options options = {.threads = 1};
  assert_int_equal(seg_run(&plan, NULL, NULL, &options, &result, &error), SEG_LIMIT);
  assert_string_equal(error.code, "D308");
  assert_string_equal(error.message,
                      "the chain order has 65535 segments; at most 65,534 are possible");
  assert_null(result);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(too_many_members),
      cmocka_unit_test(a_repeated_customer_is_refused),
      cmocka_unit_test(an_overflow_in_a_row_is_named),
      cmocka_unit_test(overflows_in_refused_rows_are_none),
      cmocka_unit_test(overflows_of_a_customer_are_named),
      cmocka_unit_test(the_smallest_customer_is_named_although_folded_later),
      cmocka_unit_test(an_interrupted_run_stops),
      cmocka_unit_test(a_folder_that_is_not_there_is_said),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
