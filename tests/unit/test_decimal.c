// Numbers as text, and decimals that come as doubles.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "runtime/base/decimal.h"

struct decimal_case {
  const char *text;
  unsigned scale;
  enum seg_decimal_result result;
  int64_t value;
};

static void decimals(void **state) {
  (void)state;
  static const struct decimal_case cases[] = {
      {"0", 0, SEG_DECIMAL_OK, 0},
      {"12", 2, SEG_DECIMAL_OK, 1200},
      {"12.3", 2, SEG_DECIMAL_OK, 1230},
      {"12.34", 2, SEG_DECIMAL_OK, 1234},
      {"12.3400", 2, SEG_DECIMAL_OK, 1234},
      {"+12.34", 2, SEG_DECIMAL_OK, 1234},
      {"-12.34", 2, SEG_DECIMAL_OK, -1234},
      {"-0.00", 2, SEG_DECIMAL_OK, 0},
      {".5", 2, SEG_DECIMAL_OK, 50},
      {"5.", 2, SEG_DECIMAL_OK, 500},
      {"0007", 0, SEG_DECIMAL_OK, 7},
      {"0000000000000000000000000000001.00", 2, SEG_DECIMAL_OK, 100},
      {"9223372036854775807", 0, SEG_DECIMAL_OK, INT64_MAX},
      {"-9223372036854775808", 0, SEG_DECIMAL_OK, INT64_MIN},
      {"92233720368547758.07", 2, SEG_DECIMAL_OK, INT64_MAX},
      {"0.000000000000000001", 18, SEG_DECIMAL_OK, 1},
      {"12.345", 2, SEG_DECIMAL_TOO_MANY_DECIMALS, 0},
      {"12.5", 0, SEG_DECIMAL_TOO_MANY_DECIMALS, 0},
      {"0.001", 2, SEG_DECIMAL_TOO_MANY_DECIMALS, 0},
      {"9223372036854775808", 0, SEG_DECIMAL_OUT_OF_RANGE, 0},
      {"-9223372036854775809", 0, SEG_DECIMAL_OUT_OF_RANGE, 0},
      {"92233720368547758.08", 2, SEG_DECIMAL_OUT_OF_RANGE, 0},
      {"92233720368547759", 2, SEG_DECIMAL_OUT_OF_RANGE, 0},
      {"18446744073709551616", 0, SEG_DECIMAL_OUT_OF_RANGE, 0}, // 2^64
      {"99999999999999999999999999", 0, SEG_DECIMAL_OUT_OF_RANGE, 0},
      {"", 2, SEG_DECIMAL_NOT_A_NUMBER, 0},
      {"-", 2, SEG_DECIMAL_NOT_A_NUMBER, 0},
      {".", 2, SEG_DECIMAL_NOT_A_NUMBER, 0},
      {"+-1", 2, SEG_DECIMAL_NOT_A_NUMBER, 0},
      {"1.2.3", 2, SEG_DECIMAL_NOT_A_NUMBER, 0},
      {"1,5", 2, SEG_DECIMAL_NOT_A_NUMBER, 0},
      {"1e3", 2, SEG_DECIMAL_NOT_A_NUMBER, 0},
      {" 1", 2, SEG_DECIMAL_NOT_A_NUMBER, 0},
      {"1 ", 2, SEG_DECIMAL_NOT_A_NUMBER, 0},
      {"1.239x", 2, SEG_DECIMAL_NOT_A_NUMBER, 0},
      {"99999999999999999999999999x", 0, SEG_DECIMAL_NOT_A_NUMBER, 0},
      {"nan", 2, SEG_DECIMAL_NOT_A_NUMBER, 0},
      {"EUR 5", 2, SEG_DECIMAL_NOT_A_NUMBER, 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t value = 0;
    enum seg_decimal_result result =
        seg_decimal_parse(seg_str_view(cases[i].text), cases[i].scale, &value);
    if (result != cases[i].result || value != cases[i].value)
      fail_msg("\"%s\" at scale %u gives %d, %lld", cases[i].text, cases[i].scale, (int)result,
               (long long)value);
  }
}

static void formats(void **state) {
  (void)state;
  static const struct {
    int64_t value;
    unsigned scale;
    const char *text;
  } cases[] = {
      {0, 0, "0"},
      {0, 2, "0.00"},
      {5, 2, "0.05"},
      {-5, 2, "-0.05"},
      {1234, 2, "12.34"},
      {1234, 0, "1234"},
      {-100, 3, "-0.100"},
      {INT64_MAX, 0, "9223372036854775807"},
      {INT64_MIN, 0, "-9223372036854775808"},
      {INT64_MIN, 18, "-9.223372036854775808"},
      {1, 18, "0.000000000000000001"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char out[SEG_DECIMAL_TEXT];
    assert_int_equal(seg_decimal_format(cases[i].value, cases[i].scale, out),
                     strlen(cases[i].text));
    assert_string_equal(out, cases[i].text);
  }
}

static void doubles_that_are_decimals(void **state) {
  (void)state;
  int64_t out = -1;
  assert_true(seg_decimal_from_double(123.45, 2, &out));
  assert_int_equal(out, 12345);
  assert_true(seg_decimal_from_double(-0.1, 1, &out));
  assert_int_equal(out, -1);
  assert_true(
      seg_decimal_from_double(1.005, 3, &out)); // below 1.005 in binary, and still its nearest
  assert_int_equal(out, 1005);
  assert_true(seg_decimal_from_double(-0.0, 2, &out));
  assert_int_equal(out, 0);
  assert_true(seg_decimal_from_double(0x1p53, 0, &out));
  assert_int_equal(out, INT64_C(1) << 53);
  assert_true(seg_decimal_from_double(9999999999999.99, 2, &out));
  assert_int_equal(out, 999999999999999);
  out = 42;
  assert_false(seg_decimal_from_double(0.1 + 0.2, 2, &out)); // 0.30000000000000004
  assert_false(seg_decimal_from_double(123.456, 2, &out));
  assert_false(seg_decimal_from_double(0.5, 0, &out));
  assert_false(seg_decimal_from_double(1e-300, 2, &out));
  assert_false(seg_decimal_from_double(1e15, 2, &out));
  assert_false(seg_decimal_from_double(1e300, 2, &out));
  assert_false(seg_decimal_from_double(0.0 / (out - 42.0), 2, &out)); // NaN
  assert_false(seg_decimal_from_double(1e308 * 10, 2, &out));
  assert_false(seg_decimal_from_double(-1e308 * 10, 2, &out));
  assert_int_equal(out, 42);
}

static void integers(void **state) {
  (void)state;
  int64_t value = 7;
  assert_int_equal(seg_integer_parse(seg_str_view("-9223372036854775808"), &value), SEG_DECIMAL_OK);
  assert_int_equal(value, INT64_MIN);
  assert_int_equal(seg_integer_parse(seg_str_view("+0012"), &value), SEG_DECIMAL_OK);
  assert_int_equal(value, 12);
  assert_int_equal(seg_integer_parse(seg_str_view("9223372036854775808"), &value),
                   SEG_DECIMAL_OUT_OF_RANGE);
  static const char *const bad[] = {"", "-", "1.0", "1e3", "0x10", " 1", "1 ", "--1", "1-"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_int_equal(seg_integer_parse(seg_str_view(bad[i]), &value), SEG_DECIMAL_NOT_A_NUMBER);
  assert_int_equal(value, 12);
  assert_int_equal(seg_integer_parse((struct seg_str){"-5", 0}, &value), SEG_DECIMAL_NOT_A_NUMBER);
}

static void doubles(void **state) {
  (void)state;
  static const struct {
    const char *text;
    double value;
  } good[] = {
      {"0", 0},
      {"-1.5", -1.5},
      {"+.25", 0.25},
      {"5.", 5},
      {"1e3", 1000},
      {"1E+3", 1000},
      {"25e-2", 0.25},
      {"7e12", 7e12},
      {"7e-12", 7e-12},
      {"1e-22", 1e-22},
      {"1e-23", 1e-23},
      {"0.1", 0.1},
      {"1e22", 1e22},
      {"1e23", 1e23},                           // needs correct rounding: 1 * 10^23 is no double
      {"9007199254740993", 9007199254740992.0}, // 2^53 + 1: a tie, to even
      {"9007199254740993.0000000000000000000000001", 9007199254740994.0},
      {"1.7976931348623157e308", 1.7976931348623157e308},
      {"2.2250738585072011e-308", 2.2250738585072011e-308},
      {"4.9e-324", 4.9e-324},
      {"1e-400", 0},
      {"1e-99999999999999999999", 0},
      // Many zeros and a small exponent together
      {"0.0000000000000000000000000000000000000000000000000000000000000000000000000000000001e1",
       1e-81},
  };
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    double value = -7;
    assert_int_equal(seg_double_parse(seg_str_view(good[i].text), &value), SEG_DECIMAL_OK);
    if (value != good[i].value)
      fail_msg("%s gives %.17g", good[i].text, value);
  }
  static const char *const bad[] = {"",    "-",   ".",  "e5", "1e",  "1e+", "1e5.0", "inf",
                                    "nan", "0x1", " 1", "1 ", "1,5", "1d5", "--1",   "1e5x"};
  double value = -7;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_int_equal(seg_double_parse(seg_str_view(bad[i]), &value), SEG_DECIMAL_NOT_A_NUMBER);
  assert_int_equal(seg_double_parse(seg_str_view("1e309"), &value), SEG_DECIMAL_OUT_OF_RANGE);
  assert_int_equal(seg_double_parse(seg_str_view("-1e99999999999999"), &value),
                   SEG_DECIMAL_OUT_OF_RANGE);
  assert_true(value == -7);
  // Not NUL-terminated: the digit behind the text is not part of it.
  assert_int_equal(seg_double_parse((struct seg_str){"1.59", 3}, &value), SEG_DECIMAL_OK);
  assert_true(value == 1.5);
  // A thousand signs are the most.
  char digits[1002];
  memset(digits, '0', sizeof digits);
  digits[1] = '.';
  digits[999] = '5'; // 5 * 10^-998, which is 0
  assert_int_equal(seg_double_parse((struct seg_str){digits, 1000}, &value), SEG_DECIMAL_OK);
  assert_true(value == 0);
  digits[1] = '0';
  assert_int_equal(seg_double_parse((struct seg_str){digits, 1000}, &value), SEG_DECIMAL_OK);
  assert_true(value == 5);
  assert_int_equal(seg_double_parse((struct seg_str){digits, 1001}, &value),
                   SEG_DECIMAL_NOT_A_NUMBER);
}

static void powers(void **state) {
  (void)state;
  assert_int_equal(seg_decimal_power(0), 1);
  for (unsigned scale = 1; scale <= SEG_DECIMAL_MAX_SCALE; scale++)
    assert_int_equal(seg_decimal_power(scale), 10 * seg_decimal_power(scale - 1));
}

// --- Random round trips --------------------------------------------------------------------------

static uint64_t random_bits(uint64_t *seed) { // xorshift64*, Vigna 2016
  *seed ^= *seed >> 12;
  *seed ^= *seed << 25;
  *seed ^= *seed >> 27;
  return *seed * 2685821657736338717u;
}

static void round_trips(void **state) {
  (void)state;
  uint64_t seed = (uint64_t)time(NULL) | 1;
  print_message("seed %llu\n", (unsigned long long)seed);
  for (int i = 0; i < 200000; i++) {
    unsigned scale = (unsigned)(random_bits(&seed) % (SEG_DECIMAL_MAX_SCALE + 1));
    int64_t value = (int64_t)random_bits(&seed) >> random_bits(&seed) % 64;
    char text[SEG_DECIMAL_TEXT];
    size_t size = seg_decimal_format(value, scale, text);
    int64_t back = 0;
    assert_int_equal(seg_decimal_parse((struct seg_str){text, size}, scale, &back), SEG_DECIMAL_OK);
    assert_int_equal(back, value);

    double number = 0;
    assert_int_equal(seg_double_parse((struct seg_str){text, size}, &number), SEG_DECIMAL_OK);
    assert_true(number == strtod(text, NULL));

    // Every decimal of at most 15 digits comes back from its nearest double.
    int64_t amount = value % INT64_C(1000000000000000);
    seg_decimal_format(amount, scale, text);
    back = amount + 1;
    assert_true(seg_decimal_from_double(strtod(text, NULL), scale, &back));
    assert_int_equal(back, amount);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(powers),      cmocka_unit_test(decimals),
      cmocka_unit_test(formats),     cmocka_unit_test(doubles_that_are_decimals),
      cmocka_unit_test(integers),    cmocka_unit_test(doubles),
      cmocka_unit_test(round_trips),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
