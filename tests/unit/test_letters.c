// Small and capital letters, blanks, marks; the functions over texts that compiled code calls, and
// where they put their results.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/base/utf8.h"
#include "runtime/base/utf8_letter.h"
#include "runtime/base/utf8_walk.h"
#include "runtime/filter/text_room.h"
#include "runtime/plan/kernel.h"

/** What the Unicode Character Database says of single letters. */
static void letters(void **state) {
  (void)state;
  static const uint32_t pairs[][2] = {
      {'a', 'A'},       {'z', 'Z'},       {0xe4, 0xc4},       {0xff, 0x178}, // ÿ Ÿ
      {0x3c3, 0x3a3},   {0x434, 0x414},   {0x10428, 0x10400},                // σ, д, Deseret
      {0x1e9, 0x1e8},   {0xdf, 0x1e9e},   {0x250, 0x2c6f},                   // ß ẞ, ɐ Ɐ
      {0x13f8, 0x13f0}, {0xab70, 0x13a0},                                    // Cherokee
  };
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    assert_int_equal(seg_utf8_lower(pairs[i][1]), pairs[i][0]);
    assert_int_equal(seg_utf8_upper(pairs[i][0]), pairs[i][1]);
    assert_int_equal(seg_utf8_lower(pairs[i][0]), pairs[i][0]);
    assert_int_equal(seg_utf8_upper(pairs[i][1]), pairs[i][1]);
  }
  assert_int_equal(seg_utf8_lower(0x130), 'i');   // İ
  assert_int_equal(seg_utf8_upper(0x131), 'I');   // ı
  assert_int_equal(seg_utf8_lower(0x3c2), 0x3c2); // ς stays
  assert_int_equal(seg_utf8_upper(0x3c2), 0x3a3);
  static const uint32_t others[] = {0, ' ', '1', '_', '[', '`', '{', 0x301, 0x65e5, 0x1f600};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    assert_int_equal(seg_utf8_lower(others[i]), others[i]);
    assert_int_equal(seg_utf8_upper(others[i]), others[i]);
  }
}

/** The 25 characters of PropList.txt with White_Space. */
static void blanks(void **state) {
  (void)state;
  static const uint32_t blanks[] = {0x9,    0xa,    0xb,    0xc,    0xd,    0x20,   0x85,
                                    0xa0,   0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004,
                                    0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x2028,
                                    0x2029, 0x202f, 0x205f, 0x3000};
  size_t next = 0, count = sizeof blanks / sizeof *blanks;
  for (uint32_t c = 0; c < 0x110000; c++) {
    bool listed = next < count && blanks[next] == c;
    next += listed;
    if (seg_utf8_is_blank(c) != listed)
      fail_msg("U+%04X", (unsigned)c);
  }
  assert_int_equal(next, count);
}

static size_t put(const uint32_t *points, size_t count, char *out) {
  size_t size = 0;
  for (size_t i = 0; i < count; i++)
    size += seg_utf8_put(points[i], out + size);
  return size;
}

static bool is_composed(struct seg_str text) {
  struct seg_arena arena;
  struct seg_str composed;
  seg_arena_init(&arena);
  assert_int_equal(seg_utf8_nfc(&arena, text, &composed), SEG_OK);
  bool same = seg_str_equal(composed, text);
  seg_arena_deinit(&arena);
  return same;
}

/**
 * What kernel_letters.c relies on: a letter of composed text keeps composed when its case changes,
 * it grows by half of its size at most, and no character that is not a mark joins one with a case.
 */
static void promises_about_every_character(void **state) {
  (void)state;
  static const uint32_t joining[] = {0x1161, 0x11a8, 0x9be, 0xb3e, 0x1133e, 0x102e, 0x1b35};
  unsigned cased = 0;
  for (uint32_t c = 0; c < 0x110000; c++) {
    if (c >= 0xd800 && c < 0xe000)
      continue;
    char from[8], to[8];
    size_t size = seg_utf8_put(c, from);
    const uint32_t forms[] = {seg_utf8_lower(c), seg_utf8_upper(c)};
    for (size_t f = 0; f < 2; f++) {
      size_t grown = seg_utf8_put(forms[f], to);
      if (forms[f] == c || !is_composed((struct seg_str){from, size}))
        continue;
      cased++;
      if (grown > size + size / 2)
        fail_msg("U+%04X grows", (unsigned)c);
      if (!is_composed((struct seg_str){to, grown}))
        fail_msg("U+%04X decomposes", (unsigned)c);
      for (size_t j = 0; j < sizeof joining / sizeof *joining; j++) {
        char both[8];
        size_t length = put((uint32_t[]){forms[f], joining[j]}, 2, both);
        if (!is_composed((struct seg_str){both, length}))
          fail_msg("U+%04X joins U+%04X", (unsigned)forms[f], (unsigned)joining[j]);
      }
    }
  }
  assert_in_range(cased, 2700, 4000); // Unicode 15 has about 2,800 letters with another case
}

struct mapped {
  struct seg_text_room room;
  struct seg_kernel_fault fault;
  struct seg_str out;
};

static void expect(struct mapped *m, enum seg_plan_text_map map, const char *text,
                   const char *wanted) {
  const struct seg_block_frame frame = {.texts = &m->room, .fault = &m->fault};
  seg_kernel_text_map(&frame, text, strlen(text), map, 0, 0, &m->out);
  if (!seg_str_is(m->out, wanted))
    fail_msg("\"%s\" becomes \"%.*s\", not \"%s\"", text, SEG_STR(m->out), wanted);
  assert_int_equal(m->fault.kind, SEG_FAULT_NONE);
}

static void texts(void **state) {
  (void)state;
  struct mapped m = {0};
  seg_text_room_init(&m.room);
  expect(&m, SEG_TEXT_LOWER, "", "");
  expect(&m, SEG_TEXT_LOWER, "plain", "plain");
  assert_null(m.room.first); // nothing changed, nothing was taken
  expect(&m, SEG_TEXT_LOWER, "@AZ[`az{ 12 Mixed Words, Longer Than A Register",
         "@az[`az{ 12 mixed words, longer than a register");
  expect(&m, SEG_TEXT_UPPER, "@AZ[`az{ 12 Mixed Words, Longer Than A Register",
         "@AZ[`AZ{ 12 MIXED WORDS, LONGER THAN A REGISTER");
  expect(&m, SEG_TEXT_LOWER, "STRASSE", "strasse");
  expect(&m, SEG_TEXT_LOWER, "Straße MÜNCHEN", "straße münchen");
  expect(&m, SEG_TEXT_UPPER, "straße", "STRAẞE");
  expect(&m, SEG_TEXT_LOWER, "ΟΔΟΣ", "οδοσ");
  expect(&m, SEG_TEXT_UPPER, "οδος", "ΟΔΟΣ");
  expect(&m, SEG_TEXT_LOWER, "日本語", "日本語");
  expect(&m, SEG_TEXT_UPPER, "ɐɐɐ", "ⱯⱯⱯ"); // two bytes become three
  // İ with a grave accent are two characters, an i with one is one.
  expect(&m, SEG_TEXT_LOWER, "\u0130\u0300", "ì");
  expect(&m, SEG_TEXT_UPPER, "x\u0323e\u0323", "X\u0323\u1eb8");
  expect(&m, SEG_TEXT_TRIM, "", "");
  expect(&m, SEG_TEXT_TRIM, " \t\r\n ", "");
  expect(&m, SEG_TEXT_TRIM, "  a b\t", "a b");
  expect(&m, SEG_TEXT_TRIM, "\u00a0\u3000é\u2003\xc2\x85", "é");
  expect(&m, SEG_TEXT_TRIM, "\u200ba\u200b", "\u200ba\u200b"); // of no width, but no blank
  seg_text_room_deinit(&m.room);
}

static void length(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int64_t characters;
  } cases[] = {{"", 0},     {"a", 1},    {"abc", 3},     {"é", 1},
               {"日本", 2}, {"a😀b", 3}, {"x\u0323", 2}, {"longer than a register, abc", 27}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_int_equal(seg_kernel_text_length(cases[i].text, strlen(cases[i].text)),
                     cases[i].characters);
}

static void room(void **state) {
  (void)state;
  struct seg_text_room room;
  seg_text_room_init(&room);
  char *first = seg_text_room_take(&room, 10);
  assert_non_null(first);
  memset(first, 1, 10);
  seg_text_room_return(&room, 4);
  char *second = seg_text_room_take(&room, 200000); // larger than a chunk
  assert_non_null(second);
  memset(second, 2, 200000);
  char *third = seg_text_room_take(&room, 10);
  assert_non_null(third);
  memset(third, 3, 10);
  for (size_t i = 0; i < 6; i++)
    assert_int_equal(first[i], 1);
  for (size_t i = 0; i < 200000; i++)
    assert_int_equal(second[i], 2);
  seg_text_room_empty(&room);
  assert_ptr_equal(seg_text_room_take(&room, 10), first);
  assert_ptr_equal(seg_text_room_take(&room, 200000), second);
  seg_text_room_deinit(&room);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(letters),
      cmocka_unit_test(blanks),
      cmocka_unit_test(promises_about_every_character),
      cmocka_unit_test(texts),
      cmocka_unit_test(length),
      cmocka_unit_test(room),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
