// UTF-8: validity, ASCII, canonical composition.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/base/utf8.h"

static bool valid(const char *text) {
  return seg_utf8_valid(seg_str_view(text));
}

static void validity(void **state) {
  (void)state;
  assert_true(valid(""));
  assert_true(valid("plain text, longer than eight bytes"));
  assert_true(valid("\xc2\x80"));         // U+0080, the first of two bytes
  assert_true(valid("\xdf\xbf"));         // U+07FF
  assert_true(valid("\xe0\xa0\x80"));     // U+0800
  assert_true(valid("\xed\x9f\xbf"));     // U+D7FF, just below the surrogates
  assert_true(valid("\xee\x80\x80"));     // U+E000, just above them
  assert_true(valid("\xf0\x90\x80\x80")); // U+10000
  assert_true(valid("\xf4\x8f\xbf\xbf")); // U+10FFFF
  assert_true(valid("ascii ascii \xc3\xa9 ascii ascii"));
  assert_true(seg_utf8_valid((struct seg_str){"a\0b", 3}));
  assert_true(seg_utf8_valid((struct seg_str){NULL, 0}));

  assert_false(valid("\x80"));             // a continuation alone
  assert_false(valid("\xc0\x80"));         // overlong NUL
  assert_false(valid("\xc1\xbf"));         // overlong
  assert_false(valid("\xe0\x9f\xbf"));     // overlong
  assert_false(valid("\xf0\x8f\xbf\xbf")); // overlong
  assert_false(valid("\xed\xa0\x80"));     // a surrogate
  assert_false(valid("\xf4\x90\x80\x80")); // beyond U+10FFFF
  assert_false(valid("\xf5\x80\x80\x80")); // no such lead byte
  assert_false(valid("\xff"));
  assert_false(valid("ascii ascii \xc3")); // cut off
  assert_false(valid("\xe2\x82"));         // cut off
  assert_false(valid("\xf0\x9f\x98"));     // cut off
  assert_false(valid("\xe2\x82"
                     "a"));                    // a letter where a continuation must stand
  assert_false(valid("\xf0\x9f\x98\xc3\xa9")); // another character inside
}

static void ascii(void **state) {
  (void)state;
  char text[40];
  memset(text, 'a', sizeof text);
  for (size_t size = 0; size <= sizeof text; size++) {
    assert_true(seg_utf8_is_ascii((struct seg_str){text, size}));
    for (size_t i = 0; i < size; i++) {
      text[i] = (char)0x80;
      assert_false(seg_utf8_is_ascii((struct seg_str){text, size}));
      text[i] = 'a';
    }
  }
  assert_true(seg_utf8_is_ascii((struct seg_str){NULL, 0}));
}

static void unchanged_text_is_not_copied(void **state) {
  (void)state;
  static const char *const texts[] = {
      "",
      "plain",
      "caf\xc3\xa9",              // é as one code point
      "\xe6\x97\xa5\xe6\x9c\xac", // Japanese, above U+0300 and composed
      "x\xcc\xa7",                // x with a cedilla: there is no single code point
      "\xea\xb0\x80",             // a Hangul syllable
  };
  struct seg_arena arena;
  seg_arena_init(&arena);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct seg_str out;
    assert_int_equal(seg_utf8_nfc(&arena, seg_str_view(texts[i]), &out), SEG_OK);
    assert_ptr_equal(out.data, texts[i]);
    assert_int_equal(out.size, strlen(texts[i]));
  }
  assert_int_equal(arena.bytes, 0);
  seg_arena_deinit(&arena);
}

static void composition(void **state) {
  (void)state;
  // Pairs of the Unicode standard, annex 15.
  static const char *const pairs[][2] = {
      {"cafe\xcc\x81", "caf\xc3\xa9"},                          // e + acute
      {"\xe2\x84\xab", "\xc3\x85"},                             // Angstrom sign -> A with ring
      {"\xe2\x84\xa6", "\xce\xa9"},                             // Ohm sign -> omega
      {"s\xcc\x87\xcc\xa3", "\xe1\xb9\xa9"},                    // marks in the wrong order
      {"\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8", "\xea\xb0\x81"}, // Hangul jamo -> syllable
      {"\xef\xac\x81", "\xef\xac\x81"},                         // the fi ligature stays
      {"\xf0\x9d\x85\x9e", "\xf0\x9d\x85\x97\xf0\x9d\x85\xa5"}, // an excluded composition
  };
  struct seg_arena arena;
  seg_arena_init(&arena);
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    struct seg_str out, again;
    assert_int_equal(seg_utf8_nfc(&arena, seg_str_view(pairs[i][0]), &out), SEG_OK);
    assert_true(seg_str_is(out, pairs[i][1]));
    assert_int_equal(seg_utf8_nfc(&arena, out, &again), SEG_OK);
    assert_ptr_equal(again.data, out.data);
  }
  struct seg_str out;
  struct seg_str with_nul = {"\0e\xcc\x81\0", 5};
  assert_int_equal(seg_utf8_nfc(&arena, with_nul, &out), SEG_OK);
  assert_int_equal(out.size, 4);
  assert_memory_equal(out.data, "\0\xc3\xa9\0", 4);
  seg_arena_deinit(&arena);
}

static void damaged_text(void **state) {
  (void)state;
  struct seg_arena arena;
  seg_arena_init(&arena);
  struct seg_str out;
  assert_int_equal(seg_utf8_nfc(&arena, seg_str_view("e\xcc\x81\xff"), &out), SEG_BAD_DATA);
  assert_int_equal(seg_utf8_nfc(&arena, seg_str_view("\xe2\x82"), &out), SEG_BAD_DATA);
  seg_arena_deinit(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(validity),     cmocka_unit_test(ascii),
      cmocka_unit_test(composition),  cmocka_unit_test(unchanged_text_is_not_copied),
      cmocka_unit_test(damaged_text),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
