// Draws: SipHash against published values, draws that may never change, fair buckets.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/base/draw.h"
#include "runtime/entity/key_table.h"

// Key and message of the test in appendix A of the paper and of the table that came with it: the
// bytes 0, 1, 2, ...
static uint64_t of_counting_bytes(size_t size) {
  unsigned char message[64];
  for (size_t i = 0; i < size; i++)
    message[i] = (unsigned char)i;
  struct seg_siphash state;
  seg_siphash_init(&state, UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908));
  // In two pieces: where they part does not matter.
  seg_siphash_add(&state, message, size / 3);
  seg_siphash_add(&state, message + size / 3, size - size / 3);
  return seg_siphash_result(&state);
}

static void siphash_is_that_of_the_paper(void **state) {
  (void)state;
  assert_int_equal(of_counting_bytes(15), UINT64_C(0xa129ca6149be45e5)); // appendix A
  // The table lists bytes, lowest first.
  assert_int_equal(of_counting_bytes(0), UINT64_C(0x726fdb47dd0e0e31));
  assert_int_equal(of_counting_bytes(1), UINT64_C(0x74f839c593dc67fd));
  assert_int_equal(of_counting_bytes(2), UINT64_C(0x0d6c8009d9a94f5a));
  assert_int_equal(of_counting_bytes(3), UINT64_C(0x85676696d7fb7e2d));
  assert_int_equal(of_counting_bytes(7), UINT64_C(0xab0200f58b01d137));
  assert_int_equal(of_counting_bytes(8), UINT64_C(0x93f5f5799a932462));
  assert_int_equal(of_counting_bytes(16), UINT64_C(0x3f2acc7f57c29bdb));
  assert_int_equal(of_counting_bytes(63), UINT64_C(0x958a324ceb064572));
}

static void pieces_of_a_message_are_the_message(void **state) {
  (void)state;
  enum { SIZE = 63 };
  unsigned char message[SIZE];
  for (size_t i = 0; i < SIZE; i++)
    message[i] = (unsigned char)i;
  for (size_t first = 0; first <= SIZE; first++)
    for (size_t second = first; second <= SIZE; second++) {
      struct seg_siphash hash;
      seg_siphash_init(&hash, UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908));
      seg_siphash_add(&hash, message, first);
      seg_siphash_add(&hash, message + first, second - first);
      seg_siphash_add(&hash, message + second, SIZE - second);
      assert_int_equal(seg_siphash_result(&hash), UINT64_C(0x958a324ceb064572));
    }
}

static uint64_t draw_of(const char *salt, struct seg_str key) {
  struct seg_draw draw;
  seg_draw_init(&draw, seg_str_view(salt));
  return seg_draw_of(&draw, key);
}

static void a_draw_is_the_hash_of_salt_zero_and_key(void **state) {
  (void)state;
  static const char message[] = "autumn\0"
                                "4711"; // without the zero at its end
  struct seg_siphash hash;
  seg_siphash_init(&hash, UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908));
  seg_siphash_add(&hash, message, sizeof message - 1);
  assert_int_equal(draw_of("autumn", seg_str_view("4711")), seg_siphash_result(&hash));
  // By another implementation, `openssl mac SIPHASH`; these never change.
  assert_int_equal(draw_of("autumn", seg_str_view("4711")), UINT64_C(0x95bdcc1d77e9fea8));
  assert_int_equal(draw_of("", seg_str_view("1")), UINT64_C(0x87c065ada8921491));
  // What belongs to the salt is no part of the key.
  assert_true(draw_of("ab", seg_str_view("c")) != draw_of("a", seg_str_view("bc")));
}

static void whole_numbers_draw_as_their_digits(void **state) {
  (void)state;
  char digits[SEG_KEY_INTEGER_TEXT];
  assert_int_equal(draw_of("x", seg_key_format_integer(-17, digits)),
                   draw_of("x", seg_str_view("-17")));
}

static void buckets_are_stretches_of_the_range(void **state) {
  (void)state;
  assert_int_equal(seg_draw_bucket(0, 10), 1);
  assert_int_equal(seg_draw_bucket(UINT64_MAX, 10), 10);
  assert_int_equal(seg_draw_bucket(UINT64_MAX, 1), 1);
  assert_int_equal(seg_draw_bucket(UINT64_MAX, 1000000), 1000000);
  // 2^64 / 4 begins the second quarter.
  assert_int_equal(seg_draw_bucket((UINT64_C(1) << 62) - 1, 4), 1);
  assert_int_equal(seg_draw_bucket(UINT64_C(1) << 62, 4), 2);
  for (int64_t key = 0; key < 1000; key++) {
    char digits[SEG_KEY_INTEGER_TEXT];
    uint64_t number = draw_of("nested", seg_key_format_integer(key, digits));
    assert_int_equal(seg_draw_bucket(number, 10), (seg_draw_bucket(number, 100) + 9) / 10);
  }
}

// Pearson's statistic for `buckets` equally likely ones.
static double unevenness(const uint32_t *counts, uint32_t buckets, uint32_t total) {
  double expected = (double)total / buckets, sum = 0;
  for (uint32_t b = 0; b < buckets; b++)
    sum += (counts[b] - expected) * (counts[b] - expected) / expected;
  return sum;
}

// Keys one after the other are the hardest case for a bad hash. The statistic has 99 degrees of
// freedom: mean 99, standard deviation about 14; beyond 170 lies less than one fair draw in
// 100,000.
static void buckets_are_equally_likely(void **state) {
  (void)state;
  enum { BUCKETS = 100, KEYS = 200000 };
  static const char *const salts[] = {"", "a", "b", "holdout:vip", "autumn 2026"};
  for (size_t s = 0; s < sizeof salts / sizeof *salts; s++) {
    uint32_t counts[BUCKETS] = {0};
    struct seg_draw draw;
    seg_draw_init(&draw, seg_str_view(salts[s]));
    for (int64_t key = 1; key <= KEYS; key++) {
      char digits[SEG_KEY_INTEGER_TEXT];
      int64_t bucket =
          seg_draw_bucket(seg_draw_of(&draw, seg_key_format_integer(key, digits)), BUCKETS);
      assert_in_range(bucket, 1, BUCKETS);
      counts[bucket - 1]++;
    }
    double sum = unevenness(counts, BUCKETS, KEYS);
    assert_true(sum > 30 && sum < 170); // too even would be no draw either
  }
}

// Two salts draw apart: 10 x 10 cells, 99 degrees of freedom, as above.
static void salts_are_independent(void **state) {
  (void)state;
  enum { KEYS = 200000 };
  uint32_t counts[100] = {0};
  struct seg_draw one, other;
  seg_draw_init(&one, seg_str_view("spring"));
  seg_draw_init(&other, seg_str_view("spring2"));
  for (int64_t key = 1; key <= KEYS; key++) {
    char digits[SEG_KEY_INTEGER_TEXT];
    struct seg_str text = seg_key_format_integer(key, digits);
    counts[(seg_draw_bucket(seg_draw_of(&one, text), 10) - 1) * 10 +
           seg_draw_bucket(seg_draw_of(&other, text), 10) - 1]++;
  }
  double sum = unevenness(counts, 100, KEYS);
  assert_true(sum > 30 && sum < 170);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(siphash_is_that_of_the_paper),
      cmocka_unit_test(pieces_of_a_message_are_the_message),
      cmocka_unit_test(a_draw_is_the_hash_of_salt_zero_and_key),
      cmocka_unit_test(whole_numbers_draw_as_their_digits),
      cmocka_unit_test(buckets_are_stretches_of_the_range),
      cmocka_unit_test(buckets_are_equally_likely),
      cmocka_unit_test(salts_are_independent),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
