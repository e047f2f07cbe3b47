// Currencies of ISO 4217.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/base/currency.h"

static int scale(const char *code) {
  return seg_currency_scale(seg_str_view(code));
}

static void known_scales(void **state) {
  (void)state;
  assert_int_equal(scale("EUR"), 2);
  assert_int_equal(scale("USD"), 2);
  assert_int_equal(scale("GBP"), 2);
  assert_int_equal(scale("JPY"), 0);
  assert_int_equal(scale("KRW"), 0);
  assert_int_equal(scale("KWD"), 3);
  assert_int_equal(scale("BHD"), 3);
  assert_int_equal(scale("CLF"), 4);
  assert_int_equal(scale("AED"), 2); // the first and the last entry of the list
  assert_int_equal(scale("ZWL"), 2);
  assert_int_equal(seg_currency_scale((struct seg_str){"JPY12", 3}), 0); // text goes on behind it
}

static void unknown_codes(void **state) {
  (void)state;
  static const char *const codes[] = {"", "EU", "EURO", "eur", "XXX", "XAU", "ZZZ", "€"};
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
    assert_int_equal(scale(codes[i]), -1);
}

static void list_is_well_formed(void **state) {
  (void)state;
  static const char *const codes[] = {
#define SEG_CURRENCY(code, digits) #code,
#include "runtime/base/currencies.def"
#undef SEG_CURRENCY
  };
  size_t count = sizeof codes / sizeof *codes;
  for (size_t i = 0; i < count; i++) {
    assert_int_equal(strlen(codes[i]), 3);
    assert_in_range(scale(codes[i]), 0, 4);
    char small[4] = {0};
    for (int c = 0; c < 3; c++)
      small[c] = (char)(codes[i][c] - 'A' + 'a');
    assert_true(seg_str_is(seg_currency_nearest(seg_str_view(small)), codes[i]));
    for (size_t j = i + 1; j < count; j++)
      assert_string_not_equal(codes[i], codes[j]);
  }
}

static void suggestions(void **state) {
  (void)state;
  assert_true(seg_str_is(seg_currency_nearest(seg_str_view("eur")), "EUR"));
  assert_true(seg_str_is(seg_currency_nearest(seg_str_view("EURO")), "EUR"));
  assert_int_equal(seg_currency_nearest(seg_str_view("UER")).size, 0); // EUR or YER
  assert_int_equal(seg_currency_nearest(seg_str_view("money")).size, 0);
  assert_int_equal(seg_currency_nearest(seg_str_view("")).size, 0);
  assert_int_equal(seg_currency_nearest(seg_str_view("QQQ")).size, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(known_scales),
      cmocka_unit_test(unknown_codes),
      cmocka_unit_test(list_is_well_formed),
      cmocka_unit_test(suggestions),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
