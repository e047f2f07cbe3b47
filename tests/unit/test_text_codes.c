// Texts as codes: equal ones share a number, and there is an end to how many.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/column/text_codes.h"

static uint32_t code_of(struct seg_text_codes *codes, struct seg_str text) {
  uint32_t code = UINT32_MAX;
  assert_int_equal(seg_text_codes_add(codes, text, &code), SEG_TEXT_CODED);
  return code;
}

static void equal_texts_share_a_code(void **state) {
  (void)state;
  struct seg_text_codes codes;
  seg_text_codes_init(&codes);
  char changing[] = "abc";
  assert_int_equal(code_of(&codes, seg_str_view(changing)), 0);
  assert_int_equal(code_of(&codes, (struct seg_str){NULL, 0}), 1);
  assert_int_equal(code_of(&codes, seg_str_view("\xc3\xa4")), 2);
  assert_int_equal(code_of(&codes, (struct seg_str){"a\0b", 3}), 3);
  assert_int_equal(code_of(&codes, (struct seg_str){"a\0c", 3}), 4);
  assert_int_equal(code_of(&codes, seg_str_view("a")), 5);
  changing[0] = 'x'; // they are copies
  assert_int_equal(code_of(&codes, seg_str_view("abc")), 0);
  assert_int_equal(code_of(&codes, seg_str_view("")), 1);
  assert_int_equal(code_of(&codes, (struct seg_str){"a\0b", 3}), 3);
  assert_int_equal(codes.count, 6);
  assert_int_equal(codes.bytes, 3 + 0 + 2 + 3 + 3 + 1);
  assert_true(seg_str_is(codes.entries[0], "abc"));
  seg_text_codes_deinit(&codes);
}

static void too_many_change_nothing(void **state) {
  (void)state;
  struct seg_text_codes codes;
  seg_text_codes_init(&codes);
  char text[16];
  for (uint32_t i = 0; i < SEG_TEXT_CODES_MOST; i++) {
    snprintf(text, sizeof text, "%u", i);
    assert_int_equal(code_of(&codes, seg_str_view(text)), i);
  }
  uint32_t code;
  assert_int_equal(seg_text_codes_add(&codes, seg_str_view("one more"), &code), SEG_TEXT_TOO_MANY);
  assert_int_equal(codes.count, SEG_TEXT_CODES_MOST);
  assert_int_equal(code_of(&codes, seg_str_view("77")), 77);
  seg_text_codes_deinit(&codes);
}

static void long_texts_are_too_many_sooner(void **state) {
  (void)state;
  struct seg_text_codes codes;
  seg_text_codes_init(&codes);
  size_t size = SEG_TEXT_CODES_BYTES / 2;
  char *text = calloc(1, size + 1);
  assert_non_null(text);
  assert_int_equal(code_of(&codes, (struct seg_str){text, size}), 0);
  text[0] = 'b';
  uint32_t code;
  assert_int_equal(seg_text_codes_add(&codes, (struct seg_str){text, size + 1}, &code),
                   SEG_TEXT_TOO_MANY);
  assert_int_equal(code_of(&codes, (struct seg_str){text, size}), 1);
  assert_int_equal(seg_text_codes_add(&codes, seg_str_view("c"), &code), SEG_TEXT_TOO_MANY);
  assert_int_equal(code_of(&codes, (struct seg_str){NULL, 0}), 2);
  free(text);
  seg_text_codes_deinit(&codes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(equal_texts_share_a_code),
      cmocka_unit_test(too_many_change_nothing),
      cmocka_unit_test(long_texts_are_too_many_sooner),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
