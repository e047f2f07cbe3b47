// Keys to numbers: order of first appearance, growth, look-ups across types, the memory limit.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/entity/key_table.h"

static struct seg_column_view integer_view(const int64_t *keys, int64_t count) {
  return (struct seg_column_view){.layout = SEG_LAYOUT_I64, .values = keys, .count = count};
}

static struct seg_column_view text_view(const struct seg_str *keys, int64_t count) {
  return (struct seg_column_view){.layout = SEG_LAYOUT_TEXT, .values = keys, .count = count};
}

static void numbers_follow_first_appearance(void **state) {
  (void)state;
  struct seg_memory_budget budget;
  seg_memory_budget_init(&budget, 0);
  struct seg_key_table table;
  seg_key_table_init(&table, false, &budget);
  int64_t keys[] = {50, -3, 50, INT64_MIN, INT64_MAX, -3, 0};
  uint32_t rows[] = {0, 1, 2, 3, 4, 5, 6};
  uint32_t numbers[7];
  struct seg_column_view view = integer_view(keys, 7);
  assert_int_equal(seg_key_table_add(&table, &view, rows, 7, numbers, NULL), SEG_OK);
  uint32_t expected[] = {0, 1, 0, 2, 3, 1, 4};
  assert_memory_equal(numbers, expected, sizeof expected);
  assert_int_equal(table.count, 5);
  struct seg_column_view all = seg_key_table_view(&table);
  assert_int_equal(((const int64_t *)all.values)[3], INT64_MAX);
  seg_key_table_seal(&table);
  assert_null(table.direct); // the whole range of 64 bits
  int64_t asked[] = {0, 1, INT64_MIN};
  view = integer_view(asked, 3);
  seg_key_table_find(&table, &view, rows, 3, numbers);
  assert_int_equal(numbers[0], 4);
  assert_int_equal(numbers[1], SEG_NO_NUMBER);
  assert_int_equal(numbers[2], 2);
  seg_key_table_deinit(&table);
  assert_int_equal(seg_memory_budget_used(&budget), 0);
}

static void only_chosen_rows_are_added(void **state) {
  (void)state;
  struct seg_memory_budget budget;
  seg_memory_budget_init(&budget, 0);
  struct seg_key_table table;
  seg_key_table_init(&table, false, &budget);
  int64_t keys[] = {7, 8, 9, 10};
  uint32_t rows[] = {1, 3}, numbers[2];
  struct seg_column_view view = integer_view(keys, 4);
  assert_int_equal(seg_key_table_add(&table, &view, rows, 2, numbers, NULL), SEG_OK);
  assert_int_equal(table.count, 2);
  assert_int_equal(table.integers[0], 8);
  assert_int_equal(table.integers[1], 10);
  seg_key_table_deinit(&table);
}

enum { MANY = 100000 };

static void check_many(bool dense) {
  struct seg_memory_budget budget;
  seg_memory_budget_init(&budget, 0);
  struct seg_key_table table;
  seg_key_table_init(&table, false, &budget);
  int64_t *keys = calloc(MANY, sizeof *keys);
  uint32_t *rows = calloc(MANY, sizeof *rows), *numbers = calloc(MANY, sizeof *numbers);
  // 7919 is coprime to MANY: a permutation.
  for (int64_t i = 0; i < MANY; i++) {
    keys[i] = (i * 7919 % MANY) * (dense ? 1 : INT64_C(1000003)) - 5;
    rows[i] = (uint32_t)i;
  }
  struct seg_column_view view = integer_view(keys, MANY);
  for (uint32_t at = 0; at < MANY; at += 1000)
    assert_int_equal(seg_key_table_add(&table, &view, rows + at, 1000, numbers + at, NULL), SEG_OK);
  for (uint32_t i = 0; i < MANY; i++)
    assert_int_equal(numbers[i], i);
  seg_key_table_seal(&table);
  assert_int_equal(table.direct != NULL, dense);
  memset(numbers, 0, MANY * sizeof *numbers);
  seg_key_table_find(&table, &view, rows, MANY, numbers);
  for (uint32_t i = 0; i < MANY; i++)
    assert_int_equal(numbers[i], i);
  for (uint32_t i = 0; i < MANY; i++)
    keys[i] = keys[i] < 0 ? INT64_MIN : keys[i] + INT64_C(1) * 1000003 * MANY;
  seg_key_table_find(&table, &view, rows, MANY, numbers);
  for (uint32_t i = 0; i < MANY; i++)
    assert_int_equal(numbers[i], SEG_NO_NUMBER);
  seg_key_table_deinit(&table);
  assert_int_equal(seg_memory_budget_used(&budget), 0);
  free(keys);
  free(rows);
  free(numbers);
}

static void many_sparse_keys(void **state) {
  (void)state;
  check_many(false);
}

static void many_dense_keys(void **state) {
  (void)state;
  check_many(true);
}

// Keys that a database has counted, in its order: numbers come from the keys themselves.
static void consecutive_keys(void **state) {
  (void)state;
  static const int64_t firsts[] = {0, -3, 1000000007, INT64_MIN, INT64_MAX - 6};
  for (size_t f = 0; f < sizeof firsts / sizeof *firsts; f++) {
    struct seg_memory_budget budget;
    seg_memory_budget_init(&budget, 0);
    struct seg_key_table table;
    seg_key_table_init(&table, false, &budget);
    int64_t keys[7], asked[] = {firsts[f], firsts[f] + 6, 0, 0};
    uint32_t rows[] = {0, 1, 2, 3, 4, 5, 6}, numbers[7];
    for (int64_t i = 0; i < 7; i++)
      keys[i] = firsts[f] + i;
    struct seg_column_view view = integer_view(keys, 7);
    assert_int_equal(seg_key_table_add(&table, &view, rows, 7, numbers, NULL), SEG_OK);
    assert_int_equal(seg_key_table_add(&table, &view, rows, 5, numbers, NULL), SEG_OK); // again
    assert_int_equal(table.count, 7);
    assert_true(table.is_consecutive);
    seg_key_table_seal(&table);
    seg_key_table_find(&table, &view, rows, 7, numbers);
    for (uint32_t i = 0; i < 7; i++)
      assert_int_equal(numbers[i], i);
    asked[2] = f == 3 ? INT64_MAX : firsts[f] - 1;
    asked[3] = f == 4 ? INT64_MIN : firsts[f] + 7;
    view = integer_view(asked, 4);
    seg_key_table_find(&table, &view, rows, 4, numbers);
    const uint32_t expected[] = {0, 6, SEG_NO_NUMBER, SEG_NO_NUMBER};
    assert_memory_equal(numbers, expected, sizeof expected);
    char texts[2][32];
    snprintf(texts[0], sizeof texts[0], "%lld", (long long)keys[4]);
    snprintf(texts[1], sizeof texts[1], "0%lld", (long long)keys[4]);
    struct seg_str words[] = {seg_str_view(texts[0]), seg_str_view(texts[1])};
    view = text_view(words, 2);
    seg_key_table_find(&table, &view, rows, 2, numbers);
    assert_int_equal(numbers[0], 4);
    assert_int_equal(numbers[1], SEG_NO_NUMBER);
    seg_key_table_deinit(&table);
    assert_int_equal(seg_memory_budget_used(&budget), 0);
  }
}

// From the first key on that does not follow, there is a table as for any keys.
// Keys that are only said to be there are found, continued, and written out when others come.
static void implied_keys(void **state) {
  (void)state;
  struct seg_memory_budget budget;
  seg_memory_budget_init(&budget, 0);
  struct seg_key_table table;
  seg_key_table_init(&table, false, &budget);
  seg_key_table_set_consecutive(&table, -2, 1000);
  const int64_t some[] = {-3, -2, 997, 998}, more[] = {998, 5, 999}, others[] = {7, -40, 999, -2};
  const uint32_t rows[] = {0, 1, 2, 3};
  uint32_t numbers[4];
  struct seg_column_view view = integer_view(some, 4);
  seg_key_table_find(&table, &view, rows, 4, numbers);
  const uint32_t found[] = {SEG_NO_NUMBER, 0, 999, SEG_NO_NUMBER};
  assert_memory_equal(numbers, found, sizeof found);
  view = integer_view(more, 3);
  assert_int_equal(seg_key_table_add(&table, &view, rows, 3, numbers, NULL), SEG_OK);
  const uint32_t continued[] = {1000, 7, 1001};
  assert_memory_equal(numbers, continued, sizeof continued);
  assert_true(table.is_consecutive);
  view = integer_view(others, 4);
  assert_int_equal(seg_key_table_add(&table, &view, rows, 4, numbers, NULL), SEG_OK);
  const uint32_t added[] = {9, 1002, 1001, 0};
  assert_memory_equal(numbers, added, sizeof added);
  struct seg_column_view all = seg_key_table_view(&table);
  assert_int_equal(all.count, 1003);
  for (int64_t i = 0; i < 1002; i++)
    assert_int_equal(((const int64_t *)all.values)[i], i - 2);
  assert_int_equal(((const int64_t *)all.values)[1002], -40);
  seg_key_table_deinit(&table);
  assert_int_equal(seg_memory_budget_used(&budget), 0);
}

// Without anybody who asks for keys by number they are not written, until one does not follow.
static void keys_that_nobody_asks_for(void **state) {
  (void)state;
  struct seg_memory_budget budget;
  seg_memory_budget_init(&budget, 0);
  struct seg_key_table table;
  seg_key_table_init(&table, false, &budget);
  seg_key_table_imply(&table);
  const int64_t keys[] = {5, 6, 7, 6, 8}, others[] = {9, 20, 5, 10};
  const uint32_t rows[] = {0, 1, 2, 3, 4};
  uint32_t numbers[5];
  struct seg_column_view view = integer_view(keys, 5);
  assert_int_equal(seg_key_table_add(&table, &view, rows, 5, numbers, NULL), SEG_OK);
  const uint32_t added[] = {0, 1, 2, 1, 3};
  assert_memory_equal(numbers, added, sizeof added);
  assert_int_equal(table.implied, 4);
  assert_int_equal(seg_memory_budget_used(&budget), 0);
  view = integer_view(others, 4);
  assert_int_equal(seg_key_table_add(&table, &view, rows, 4, numbers, NULL), SEG_OK);
  const uint32_t more[] = {4, 5, 0, 6};
  assert_memory_equal(numbers, more, sizeof more);
  const int64_t all[] = {5, 6, 7, 8, 9, 20, 10};
  assert_memory_equal(seg_key_table_view(&table).values, all, sizeof all);
  seg_key_table_deinit(&table);
  assert_int_equal(seg_memory_budget_used(&budget), 0);
}

static void almost_consecutive_keys(void **state) {
  (void)state;
  for (int64_t broken = 1; broken < 200; broken += 33) {
    struct seg_memory_budget budget;
    seg_memory_budget_init(&budget, 0);
    struct seg_key_table table;
    seg_key_table_init(&table, false, &budget);
    int64_t keys[200];
    uint32_t rows[200], numbers[200];
    for (int64_t i = 0; i < 200; i++) {
      keys[i] = 10 + i + (i >= broken ? 7 : 0);
      rows[i] = (uint32_t)i;
    }
    keys[199] = keys[0];
    struct seg_column_view view = integer_view(keys, 200);
    for (uint32_t at = 0; at < 200; at += 50)
      assert_int_equal(seg_key_table_add(&table, &view, rows + at, 50, numbers + at, NULL), SEG_OK);
    assert_int_equal(table.is_consecutive, broken == 199);
    assert_int_equal(table.count, 199);
    assert_int_equal(numbers[199], 0);
    seg_key_table_seal(&table);
    seg_key_table_find(&table, &view, rows, 199, numbers);
    for (uint32_t i = 0; i < 199; i++)
      assert_int_equal(numbers[i], i);
    seg_key_table_deinit(&table);
    assert_int_equal(seg_memory_budget_used(&budget), 0);
  }
}

static void many_text_keys(void **state) {
  (void)state;
  struct seg_memory_budget budget;
  seg_memory_budget_init(&budget, 0);
  struct seg_key_table table;
  seg_key_table_init(&table, true, &budget);
  char(*texts)[24] = calloc(MANY, sizeof *texts);
  struct seg_str *keys = calloc(MANY, sizeof *keys);
  uint32_t *rows = calloc(MANY, sizeof *rows), *numbers = calloc(MANY, sizeof *numbers);
  for (uint32_t i = 0; i < MANY; i++) {
    snprintf(texts[i], sizeof texts[i], "K-%u", i / 2); // every key twice
    keys[i] = seg_str_view(texts[i]);
    rows[i] = i;
  }
  struct seg_column_view view = text_view(keys, MANY);
  assert_int_equal(seg_key_table_add(&table, &view, rows, MANY, numbers, NULL), SEG_OK);
  for (uint32_t i = 0; i < MANY; i++)
    assert_int_equal(numbers[i], i / 2);
  // The table has copies of its own.
  struct seg_str first = table.texts[0];
  memset(texts, 'x', MANY * sizeof *texts);
  assert_true(seg_str_is(first, "K-0"));
  assert_true(seg_str_is(table.texts[MANY / 2 - 1], "K-49999"));
  seg_key_table_deinit(&table);
  assert_int_equal(seg_memory_budget_used(&budget), 0);
  free(texts);
  free(keys);
  free(rows);
  free(numbers);
}

static void decimal_text_is_exact(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool fits;
    int64_t value;
  } cases[] = {
      {"7", true, 7},
      {"0", true, 0},
      {"-7", true, -7},
      {"007", false, 0},
      {"+7", false, 0},
      {"-0", false, 0},
      {"", false, 0},
      {"-", false, 0},
      {" 7", false, 0},
      {"7 ", false, 0},
      {"7.0", false, 0},
      {"1e3", false, 0},
      {"9223372036854775807", true, INT64_MAX},
      {"9223372036854775808", false, 0},
      {"-9223372036854775808", true, INT64_MIN},
      {"-9223372036854775809", false, 0},
      {"9999999999999999999", false, 0},
      {"12345678901234567890", false, 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t value = 0;
    assert_int_equal(seg_key_parse_integer(seg_str_view(cases[i].text), &value), cases[i].fits);
    assert_int_equal(value, cases[i].value);
    char buffer[SEG_KEY_INTEGER_TEXT];
    if (cases[i].fits)
      assert_true(seg_str_is(seg_key_format_integer(value, buffer), cases[i].text));
  }
}

static void text_finds_integers(void **state) {
  (void)state;
  struct seg_memory_budget budget;
  seg_memory_budget_init(&budget, 0);
  struct seg_key_table table;
  seg_key_table_init(&table, false, &budget);
  int64_t keys[] = {7, -12, 100000000000};
  uint32_t rows[] = {0, 1, 2, 3, 4}, numbers[5];
  struct seg_column_view view = integer_view(keys, 3);
  assert_int_equal(seg_key_table_add(&table, &view, rows, 3, numbers, NULL), SEG_OK);
  struct seg_str texts[] = {seg_str_view("007"), seg_str_view("-12"), seg_str_view("100000000000"),
                            seg_str_view("x"), seg_str_view("7")};
  view = text_view(texts, 5);
  seg_key_table_find(&table, &view, rows, 5, numbers);
  uint32_t expected[] = {SEG_NO_NUMBER, 1, 2, SEG_NO_NUMBER, 0};
  assert_memory_equal(numbers, expected, sizeof expected);
  seg_key_table_deinit(&table);
}

static void integers_find_text(void **state) {
  (void)state;
  struct seg_memory_budget budget;
  seg_memory_budget_init(&budget, 0);
  struct seg_key_table table;
  seg_key_table_init(&table, true, &budget);
  struct seg_str keys[] = {seg_str_view("007"), seg_str_view("-12"), seg_str_view("")};
  uint32_t rows[] = {0, 1, 2}, numbers[3];
  struct seg_column_view view = text_view(keys, 3);
  assert_int_equal(seg_key_table_add(&table, &view, rows, 3, numbers, NULL), SEG_OK);
  int64_t asked[] = {7, -12, 0};
  view = integer_view(asked, 3);
  seg_key_table_find(&table, &view, rows, 3, numbers);
  uint32_t expected[] = {SEG_NO_NUMBER, 1, SEG_NO_NUMBER};
  assert_memory_equal(numbers, expected, sizeof expected);
  seg_key_table_deinit(&table);
}

static void an_empty_table_finds_nothing(void **state) {
  (void)state;
  struct seg_memory_budget budget;
  seg_memory_budget_init(&budget, 0);
  struct seg_key_table table;
  seg_key_table_init(&table, false, &budget);
  seg_key_table_seal(&table);
  int64_t keys[] = {0};
  uint32_t rows[] = {0}, numbers[1];
  struct seg_column_view view = integer_view(keys, 1);
  seg_key_table_find(&table, &view, rows, 1, numbers);
  assert_int_equal(numbers[0], SEG_NO_NUMBER);
  seg_key_table_deinit(&table);
}

static void a_small_limit_is_a_clear_error(void **state) {
  (void)state;
  struct seg_memory_budget budget;
  seg_memory_budget_init(&budget, 10000);
  struct seg_key_table table;
  seg_key_table_init(&table, false, &budget);
  int64_t keys[2000];
  uint32_t rows[2000], numbers[2000];
  for (uint32_t i = 0; i < 2000; i++) {
    keys[i] = i;
    rows[i] = i;
  }
  struct seg_column_view view = integer_view(keys, 2000);
  struct seg_error error;
  assert_int_equal(seg_key_table_add(&table, &view, rows, 2000, numbers, &error), SEG_LIMIT);
  assert_non_null(strstr(error.message, "keys of the customers"));
  assert_non_null(strstr(error.help, "--memory"));
  seg_key_table_deinit(&table);
  assert_int_equal(seg_memory_budget_used(&budget), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_follow_first_appearance),
      cmocka_unit_test(only_chosen_rows_are_added),
      cmocka_unit_test(many_sparse_keys),
      cmocka_unit_test(many_dense_keys),
      cmocka_unit_test(consecutive_keys),
      cmocka_unit_test(implied_keys),
      cmocka_unit_test(keys_that_nobody_asks_for),
      cmocka_unit_test(almost_consecutive_keys),
      cmocka_unit_test(many_text_keys),
      cmocka_unit_test(decimal_text_is_exact),
      cmocka_unit_test(text_finds_integers),
      cmocka_unit_test(integers_find_text),
      cmocka_unit_test(an_empty_table_finds_nothing),
      cmocka_unit_test(a_small_limit_is_a_clear_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
