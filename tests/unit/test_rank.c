// Places among all customers: the order of customers, cut points, and the four kinds of ranks,
// against counting who comes before whom.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/rank/rank.h"
#include "tests/support/random.h"

enum { MOST = 400 };

/** Customers with values, and room for their order. */
struct crowd {
  uint32_t count;
  char letters[MOST][24];
  struct seg_str texts[MOST];
  int64_t keys[MOST];
  bool text_keys;
  int64_t integers[MOST], denominators[MOST];
  double numbers[MOST];
  int32_t days[MOST];
  uint64_t known[MOST / 64 + 1];
  struct seg_ordered_values values;
  uint32_t key_order[MOST];
  struct seg_order_entry entries[MOST], spare[MOST];
  uint32_t known_count;
};

static void order(struct crowd *crowd) {
  struct seg_column_view keys = {.layout = crowd->text_keys ? SEG_LAYOUT_TEXT : SEG_LAYOUT_I64,
                                 .count = crowd->count,
                                 .values = crowd->text_keys ? (const void *)crowd->texts
                                                            : (const void *)crowd->keys};
  seg_order_keys(&keys, crowd->count, crowd->key_order, crowd->entries, crowd->spare);
  crowd->known_count = seg_order_values(&crowd->values, crowd->key_order, crowd->count,
                                        crowd->entries, crowd->spare);
}

static int compare_keys(const struct crowd *crowd, uint32_t a, uint32_t b) {
  if (crowd->text_keys)
    return seg_str_compare(crowd->texts[a], crowd->texts[b]);
  return (crowd->keys[a] > crowd->keys[b]) - (crowd->keys[a] < crowd->keys[b]);
}

static int compare_values(const struct crowd *crowd, uint32_t a, uint32_t b) {
  const struct seg_ordered_values *values = &crowd->values;
  if (values->denominators != NULL) {
    // Exact in long double: the test's numerators and denominators are small.
    long double left = (long double)crowd->integers[a] * (long double)crowd->denominators[b];
    long double right = (long double)crowd->integers[b] * (long double)crowd->denominators[a];
    return (left > right) - (left < right);
  }
  if (values->layout == SEG_LAYOUT_F64)
    return (crowd->numbers[a] > crowd->numbers[b]) - (crowd->numbers[a] < crowd->numbers[b]);
  if (values->layout == SEG_LAYOUT_I32)
    return (crowd->days[a] > crowd->days[b]) - (crowd->days[a] < crowd->days[b]);
  return (crowd->integers[a] > crowd->integers[b]) - (crowd->integers[a] < crowd->integers[b]);
}

// Does `a` come before `b`? `falling`: the largest value first.
static bool before(const struct crowd *crowd, uint32_t a, uint32_t b, bool falling) {
  bool has = seg_ordered_is_known(&crowd->values, a),
       other = seg_ordered_is_known(&crowd->values, b);
  if (has != other)
    return has;
  int by = has ? compare_values(crowd, a, b) : 0;
  if (by != 0)
    return falling ? by > 0 : by < 0;
  return compare_keys(crowd, a, b) < 0;
}

static uint32_t position(const struct crowd *crowd, uint32_t customer, bool falling) {
  uint32_t found = 0;
  for (uint32_t i = 0; i < crowd->count; i++)
    found += i != customer && before(crowd, i, customer, falling);
  return found;
}

static void set_value(struct crowd *crowd, uint32_t customer, int64_t value) {
  crowd->integers[customer] = value;
  crowd->days[customer] = (int32_t)value;
  crowd->numbers[customer] = value == 0 && customer % 2 ? -0.0 : (double)value / 4;
}

static void fill(struct crowd *crowd, struct seg_random *random) {
  static const enum seg_layout layouts[] = {SEG_LAYOUT_I64, SEG_LAYOUT_F64, SEG_LAYOUT_I32};
  memset(crowd, 0, sizeof *crowd);
  crowd->count = seg_random_below(random, 10) == 0 ? seg_random_below(random, 3)
                                                   : seg_random_below(random, MOST);
  crowd->text_keys = seg_random_chance(random, 50);
  int64_t range = seg_random_chance(random, 50) ? 5 : 1000000;
  bool prefix = seg_random_chance(random, 50);
  uint32_t mask = (uint32_t)seg_random_next(random);
  for (uint32_t i = 0; i < crowd->count; i++) {
    uint32_t mixed = (i * 2654435761U) ^ mask; // another one for each i
    crowd->keys[i] = (int64_t)mixed - (INT64_C(1) << 31);
    int size = snprintf(crowd->letters[i], sizeof crowd->letters[i], "%s%x",
                        prefix ? "customer-" : "", (unsigned)mixed);
    crowd->texts[i] = (struct seg_str){crowd->letters[i], (size_t)size};
    set_value(crowd, i, seg_random_between(random, -range, range));
    crowd->denominators[i] = seg_random_between(random, 0, 6);
    bool known = !seg_random_chance(random, 20);
    crowd->known[i / 64] |= (uint64_t)known << (i % 64);
  }
  crowd->values.layout = layouts[seg_random_below(random, 3)];
  crowd->values.values = crowd->values.layout == SEG_LAYOUT_I64   ? (const void *)crowd->integers
                         : crowd->values.layout == SEG_LAYOUT_F64 ? (const void *)crowd->numbers
                                                                  : (const void *)crowd->days;
  if (crowd->values.layout == SEG_LAYOUT_I64 && seg_random_chance(random, 50))
    crowd->values.denominators = crowd->denominators;
  crowd->values.known = seg_random_chance(random, 70) ? crowd->known : NULL;
}

static void check_order(const struct crowd *crowd) {
  uint32_t known = 0;
  for (uint32_t i = 0; i < crowd->count; i++) {
    known += seg_ordered_is_known(&crowd->values, i);
    if (i > 0)
      assert_true(before(crowd, (uint32_t)crowd->entries[i - 1].customer,
                         (uint32_t)crowd->entries[i].customer, false));
  }
  assert_int_equal(crowd->known_count, known);
}

static void check_ranks(const struct crowd *crowd, struct seg_random *random) {
  uint32_t results[MOST] = {0};
  struct seg_ranked ranked = {&crowd->values, crowd->entries, crowd->count, crowd->known_count};
  struct seg_plan_rank rank = {.kind = SEG_PLAN_NTILE, .count = 2 + seg_random_below(random, 12)};
  seg_rank_apply(&rank, &ranked, results);
  uint32_t size = crowd->count / (uint32_t)rank.count, rest = crowd->count % (uint32_t)rank.count;
  uint32_t sizes[14] = {0};
  for (uint32_t i = 0; i < crowd->count; i++) {
    assert_in_range(results[i], 1, rank.count);
    sizes[results[i]]++;
    for (uint32_t j = 0; j < crowd->count; j += 7)
      if (results[i] < results[j])
        assert_true(before(crowd, i, j, false));
  }
  for (uint32_t tile = 1; tile <= rank.count; tile++)
    assert_int_equal(sizes[tile], size + (tile <= rest));
  rank = (struct seg_plan_rank){.kind = SEG_PLAN_PERCENTILE};
  seg_rank_apply(&rank, &ranked, results);
  for (uint32_t i = 0; i < crowd->count; i++)
    assert_int_equal(results[i], position(crowd, i, false));
  rank = (struct seg_plan_rank){.kind = SEG_PLAN_TOP, .count = 1 + seg_random_below(random, MOST)};
  seg_rank_apply(&rank, &ranked, results);
  for (uint32_t i = 0; i < crowd->count; i++)
    assert_int_equal(results[i], seg_ordered_is_known(&crowd->values, i) &&
                                     position(crowd, i, true) < rank.count);
}

// 50, 30, 20 and nothing: half of it is the first customer, one unit more needs the second.
static void shares_of_a_sum(void **state) {
  (void)state;
  int64_t values[] = {20, 50, 30, 0, -70};
  struct seg_ordered_values ordered = {.layout = SEG_LAYOUT_I64, .values = values};
  uint32_t keys[] = {0, 1, 2, 3, 4}, results[5];
  struct seg_order_entry entries[5], spare[5];
  struct seg_ranked ranked = {&ordered, entries, 5, 0};
  ranked.known = seg_order_values(&ordered, keys, 5, entries, spare);
  struct seg_plan_rank rank = {.kind = SEG_PLAN_TOP_SHARE, .share = 50, .whole = 100};
  seg_rank_apply(&rank, &ranked, results);
  assert_memory_equal(results, ((uint32_t[]){0, 1, 0, 0, 0}), sizeof results);
  rank.share = 51;
  seg_rank_apply(&rank, &ranked, results);
  assert_memory_equal(results, ((uint32_t[]){0, 1, 1, 0, 0}), sizeof results);
  rank.share = 99;
  seg_rank_apply(&rank, &ranked, results);
  assert_memory_equal(results, ((uint32_t[]){1, 1, 1, 0, 0}), sizeof results);
  for (int i = 0; i < 5; i++)
    values[i] = INT64_MAX; // their sum needs more than 64 bits
  ranked.known = seg_order_values(&ordered, keys, 5, entries, spare);
  rank = (struct seg_plan_rank){.kind = SEG_PLAN_TOP_SHARE, .share = 400001, .whole = 1000000};
  seg_rank_apply(&rank, &ranked, results);
  assert_memory_equal(results, ((uint32_t[]){1, 1, 1, 0, 0}), sizeof results);
}

static void ranks_are_places_in_the_order(void **state) {
  (void)state;
  struct seg_random random;
  uint64_t seed = seg_random_seed("SEGC_SEED", 20261122);
  print_message("seed %llu\n", (unsigned long long)seed);
  seg_random_init(&random, seed);
  struct crowd *crowd = malloc(sizeof *crowd);
  assert_non_null(crowd);
  for (int round = 0; round < 300; round++) {
    fill(crowd, &random);
    order(crowd);
    check_order(crowd);
    check_ranks(crowd, &random);
  }
  free(crowd);
}

// Texts in the order of their bytes, also where the first eight bytes behind the common beginning
// say nothing.
static void texts_are_ordered_by_their_bytes(void **state) {
  (void)state;
  struct seg_str texts[] = {
      {"ab-long-common-2", 16},
      {"ab-long-common-10", 17},
      {"ab", 2},
      {"ab\0", 3},
      {"ab\xff", 3},
      {"ab-long-common-1", 16},
      {"ab\0\0", 4},
      {"ab-long-common", 14},
      {"abc", 3},
  };
  static const uint32_t expected[] = {2, 3, 6, 7, 5, 1, 0, 8, 4};
  enum { COUNT = sizeof texts / sizeof *texts };
  struct seg_column_view keys = {.layout = SEG_LAYOUT_TEXT, .count = COUNT, .values = texts};
  uint32_t found[COUNT];
  struct seg_order_entry entries[COUNT], spare[COUNT];
  seg_order_keys(&keys, COUNT, found, entries, spare);
  for (uint32_t i = 0; i < COUNT; i++)
    assert_int_equal(found[i], expected[i]);
}

// Hundreds of texts that share the eight bytes the radix sort sees.
static void long_texts_are_ordered_too(void **state) {
  (void)state;
  enum { COUNT = 500 };
  static char letters[COUNT][40];
  struct seg_str texts[COUNT];
  uint32_t found[COUNT];
  struct seg_order_entry entries[COUNT], spare[COUNT];
  for (uint32_t i = 0; i < COUNT; i++) {
    // Every second begins otherwise, so that nothing is common to all.
    int size = snprintf(letters[i], sizeof letters[i], "%s-with-a-long-beginning-%u",
                        i % 2 ? "customer" : "household", i * 7919 % 100003);
    texts[i] = (struct seg_str){letters[i], (size_t)size};
  }
  struct seg_column_view keys = {.layout = SEG_LAYOUT_TEXT, .count = COUNT, .values = texts};
  seg_order_keys(&keys, COUNT, found, entries, spare);
  for (uint32_t i = 1; i < COUNT; i++)
    assert_true(seg_str_compare(texts[found[i - 1]], texts[found[i]]) < 0);
}

// Fractions whose quotients round to one number are told apart, and equal ones are not.
static void fractions_are_ordered_exactly(void **state) {
  (void)state;
  int64_t top = INT64_C(1) << 61;
  int64_t numerators[] = {top, 2 * top + 1, top, 3 * top + 2, -top, -2 * top - 1, 0, 2 * top, 7};
  int64_t denominators[] = {1, 2, 1, 3, 1, 2, 5, 2, 0};
  static const uint32_t expected[] = {5, 4, 6, 0, 2, 7, 1, 3, 8};
  enum { COUNT = sizeof numerators / sizeof *numerators };
  struct seg_ordered_values values = {
      .layout = SEG_LAYOUT_I64, .values = numerators, .denominators = denominators};
  uint32_t keys[COUNT];
  for (uint32_t i = 0; i < COUNT; i++)
    keys[i] = i;
  struct seg_order_entry entries[COUNT], spare[COUNT];
  assert_int_equal(seg_order_values(&values, keys, COUNT, entries, spare), COUNT - 1);
  for (uint32_t i = 0; i < COUNT; i++)
    assert_int_equal(entries[i].customer, expected[i]);
}

// (m - 1) * i / n, by hand.
static void cuts_have_their_place(void **state) {
  (void)state;
  struct seg_cut_place place = seg_cut_place(5, 2, 4);
  assert_int_equal(place.low, 2);
  assert_int_equal(place.high, 2);
  assert_int_equal(place.part, 0);
  place = seg_cut_place(4, 1, 5);
  assert_int_equal(place.low, 0);
  assert_int_equal(place.high, 1);
  assert_int_equal(place.part, 3);
  assert_int_equal(place.parts, 5);
  place = seg_cut_place(1, 9, 10);
  assert_int_equal(place.low, 0);
  assert_int_equal(place.high, 0);
  place = seg_cut_place(UINT64_C(4000000000), 9999, 10000);
  assert_int_equal(place.low, UINT64_C(3999599999));
  assert_int_equal(place.part, 1);
}

static void cuts_are_exact(void **state) {
  (void)state;
  struct seg_cut_place half = {.low = 0, .high = 1, .part = 1, .parts = 2};
  // Between the ends of what 64 bits hold: -1/2.
  assert_true(seg_cut_below_integer(&half, INT64_MIN, INT64_MAX, 0));
  assert_false(seg_cut_below_integer(&half, INT64_MIN, INT64_MAX, -1));
  assert_false(seg_cut_below_integer(&half, 1, 3, 2)); // on the cut
  assert_true(seg_cut_below_integer(&half, 1, 2, 2));
  struct seg_cut_place last = {.part = 9999, .parts = 10000};
  assert_true(seg_cut_below_integer(&last, INT64_MIN, INT64_MAX, INT64_MAX));
  assert_true(seg_cut_below_number(&half, -1.7e308, 1.7e308, 1e-300));
  assert_false(seg_cut_below_number(&half, -1.7e308, 1.7e308, 0));
  assert_false(seg_cut_below_number(&half, 0.5, 1.5, 1));
  struct seg_cut_place exact = {.part = 0, .parts = 7};
  assert_false(seg_cut_below_number(&exact, 0.1, 0.1, 0.1));
}

// low + share * (high - low) with numerators and denominators of 62 bits: 1/2 between two
// neighbours of one value lies on it, and a step of 1 / (b * d) decides.
static void cuts_of_fractions_are_exact(void **state) {
  (void)state;
  struct seg_cut_place half = {.low = 0, .high = 1, .part = 1, .parts = 2};
  int64_t b = (INT64_C(1) << 62) - 1;
  struct seg_fraction low = {1, 3}, high = {2, 3}, middle = {b / 2, b};
  assert_false(seg_cut_below_fraction(&half, low, high, (struct seg_fraction){1, 2}));
  assert_false(seg_cut_below_fraction(&half, low, high, middle)); // just below 1/2
  assert_true(seg_cut_below_fraction(&half, low, high, (struct seg_fraction){b / 2 + 1, b}));
  struct seg_fraction least = {INT64_MIN, 1}, greatest = {INT64_MAX, 1};
  assert_true(seg_cut_below_fraction(&half, least, greatest, (struct seg_fraction){0, b}));
  assert_false(seg_cut_below_fraction(&half, least, greatest, (struct seg_fraction){-b, b}));
  assert_true(seg_cut_below_fraction(&half, least, greatest, (struct seg_fraction){-1, 3}));
  // -1/2 itself is on the cut.
  assert_false(seg_cut_below_fraction(&half, least, greatest, (struct seg_fraction){-2, 4}));
  struct seg_cut_place third = {.part = 1, .parts = 3};
  struct seg_fraction one = {b, b}, four = {4, 1};
  assert_false(
      seg_cut_below_fraction(&third, one, four, (struct seg_fraction){2 * (b / 2), b / 2}));
  assert_true(
      seg_cut_below_fraction(&third, one, four, (struct seg_fraction){2 * (b / 2) + 1, b / 2}));
}

static void bands_are_closed_on_the_right(void **state) {
  (void)state;
  // 1 2 2 3 10 and two without: cut points of four bands at 2, 2 and 3.
  int64_t integers[] = {10, 2, 0, 1, 3, 2, 0};
  uint64_t known = 0x3B; // not 2 and 6
  static const uint32_t expected[] = {4, 1, 0, 1, 3, 1, 0};
  enum { COUNT = 7 };
  struct seg_ordered_values values = {
      .layout = SEG_LAYOUT_I64, .values = integers, .known = &known};
  uint32_t keys[COUNT], results[COUNT];
  for (uint32_t i = 0; i < COUNT; i++)
    keys[i] = i;
  struct seg_order_entry entries[COUNT], spare[COUNT];
  struct seg_ranked ranked = {.values = &values, .entries = entries, .count = COUNT};
  ranked.known = seg_order_values(&values, keys, COUNT, entries, spare);
  struct seg_plan_rank rank = {.kind = SEG_PLAN_QUANTILE_BAND, .count = 4};
  seg_rank_apply(&rank, &ranked, results);
  for (uint32_t i = 0; i < COUNT; i++)
    assert_int_equal(results[i], expected[i]);
}

static void shares_are_rounded_up(void **state) {
  (void)state;
  struct seg_plan_rank tenth = {.kind = SEG_PLAN_TOP, .share = 1, .whole = 10};
  assert_int_equal(seg_rank_top_size(&tenth, 0), 0);
  assert_int_equal(seg_rank_top_size(&tenth, 1), 1);
  assert_int_equal(seg_rank_top_size(&tenth, 10), 1);
  assert_int_equal(seg_rank_top_size(&tenth, 11), 2);
  assert_int_equal(seg_rank_top_size(&tenth, UINT32_MAX), 429496730);
  struct seg_plan_rank most = {.share = INT64_C(999999999999999999),
                               .whole = INT64_C(1000000000000000000)};
  assert_int_equal(seg_rank_top_size(&most, UINT32_MAX), UINT32_MAX);
  struct seg_plan_rank five = {.count = 5};
  assert_int_equal(seg_rank_top_size(&five, 3), 5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(shares_of_a_sum),
      cmocka_unit_test(ranks_are_places_in_the_order),
      cmocka_unit_test(texts_are_ordered_by_their_bytes),
      cmocka_unit_test(long_texts_are_ordered_too),
      cmocka_unit_test(fractions_are_ordered_exactly),
      cmocka_unit_test(cuts_have_their_place),
      cmocka_unit_test(cuts_are_exact),
      cmocka_unit_test(cuts_of_fractions_are_exact),
      cmocka_unit_test(bands_are_closed_on_the_right),
      cmocka_unit_test(shares_are_rounded_up),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
