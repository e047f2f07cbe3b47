// The JSON reader: what RFC 8259 allows, of whole numbers and small depth; what it forbids is
// refused.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/base/json_reader.h"

// NULL when the text is refused.
static struct seg_json_value *read(struct seg_arena *arena, const char *text) {
  struct seg_json_value *value;
  enum seg_status status = seg_json_read(arena, seg_str_view(text), &value);
  if (status != SEG_OK)
    assert_int_equal(status, SEG_BAD_DATA);
  return status == SEG_OK ? value : NULL;
}

static void whole_numbers(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int64_t value;
  } cases[] = {
      {"0", 0},
      {"-0", 0},
      {" 7\n", 7},
      {"-12", -12},
      {"9223372036854775807", INT64_MAX},
      {"-9223372036854775808", INT64_MIN},
  };
  static const char *const wrong[] = {"",
                                      " ",
                                      "-",
                                      "+1",
                                      "01",
                                      "-01",
                                      "1.5",
                                      "1e3",
                                      "0x1",
                                      "1 2",
                                      "9223372036854775808",
                                      "-9223372036854775809",
                                      "92233720368547758070"};
  struct seg_arena arena;
  seg_arena_init(&arena);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const struct seg_json_value *value = read(&arena, cases[i].text);
    assert_non_null(value);
    assert_int_equal(value->kind, SEG_JSON_INTEGER);
    assert_true(value->integer == cases[i].value);
  }
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    if (read(&arena, wrong[i]) != NULL)
      fail_msg("\"%s\" was read", wrong[i]);
  seg_arena_deinit(&arena);
}

static void words(void **state) {
  (void)state;
  static const char *const wrong[] = {"nul", "nulll", "True", "tru", "falsee", "NaN", "undefined"};
  struct seg_arena arena;
  seg_arena_init(&arena);
  const struct seg_json_value *yes = read(&arena, "true"), *no = read(&arena, "\t\r false");
  assert_int_equal(yes->kind, SEG_JSON_BOOL);
  assert_true(yes->truth);
  assert_int_equal(no->kind, SEG_JSON_BOOL);
  assert_false(no->truth);
  assert_int_equal(read(&arena, "null")->kind, SEG_JSON_NULL);
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    assert_null(read(&arena, wrong[i]));
  seg_arena_deinit(&arena);
}

// The bytes are those of the Unicode standard, table 3-6.
static void texts(void **state) {
  (void)state;
  static const struct {
    const char *text;
    const char *value;
  } cases[] = {
      {"\"\"", ""},
      {"\"a b\"", "a b"},
      {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t"},
      {"\"\\u0041\\u007f\"", "A\x7f"},
      {"\"\\u0080\\u07fF\"", "\xc2\x80\xdf\xbf"},
      {"\"\\u0800\\u20AC\\uffff\"", "\xe0\xa0\x80\xe2\x82\xac\xef\xbf\xbf"},
      {"\"\\ud7ff\\ue000\"", "\xed\x9f\xbf\xee\x80\x80"},
      {"\"caf\xc3\xa9\"", "caf\xc3\xa9"},
  };
  // Unclosed; escapes that are none; half of a pair; a control character that stands for itself.
  static const char *const wrong[] = {"\"",          "\"a",         "\"\\",        "\"\\\"",
                                      "\"\\x\"",     "\"\\u12\"",   "\"\\u123",    "\"\\u12g4\"",
                                      "\"\\u12G4\"", "\"\\u12/4\"", "\"\\u12:4\"", "\"\\u12@4\"",
                                      "\"\\u12`4\"", "\"\\ud800\"", "\"\\udfff\"", "\"a\nb\"",
                                      "\"\x1f\"",    "\"a\"b",      "'a'"};
  struct seg_arena arena;
  seg_arena_init(&arena);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const struct seg_json_value *value = read(&arena, cases[i].text);
    assert_non_null(value);
    assert_int_equal(value->kind, SEG_JSON_TEXT);
    assert_int_equal(value->text.size, strlen(cases[i].value));
    assert_memory_equal(value->text.data, cases[i].value, value->text.size);
  }
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    if (read(&arena, wrong[i]) != NULL)
      fail_msg("%s was read", wrong[i]);
  // A backslash in front of a zero byte is no escape.
  struct seg_json_value *value;
  assert_int_equal(seg_json_read(&arena, (struct seg_str){"\"\\\0\"", 4}, &value), SEG_BAD_DATA);
  seg_arena_deinit(&arena);
}

static void arrays_and_objects(void **state) {
  (void)state;
  static const char *const wrong[] = {"[",         "[1",       "[1,",   "[1,]",       "[,1]",
                                      "[1 2]",     "]",        "{",     "{1:2}",      "{\"a\"}",
                                      "{\"a\" 1}", "{\"a\":}", "{a:1}", "{\"a\":1,}", "{\"a\":1]",
                                      "[1}",       "[1]]",     "[nul]"};
  struct seg_arena arena;
  seg_arena_init(&arena);
  assert_int_equal(read(&arena, "[ ]")->count, 0);
  assert_int_equal(read(&arena, "{ }")->count, 0);
  struct seg_json_value *list = read(&arena, "[1, [2] ,{\"a\":3}]");
  assert_int_equal(list->kind, SEG_JSON_ARRAY);
  assert_int_equal(list->count, 3);
  assert_int_equal(list->items[1].items[0].integer, 2);
  assert_int_equal(seg_json_take(&list->items[2], "a")->integer, 3);
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    if (read(&arena, wrong[i]) != NULL)
      fail_msg("%s was read", wrong[i]);
  seg_arena_deinit(&arena);
}

static void members_are_taken(void **state) {
  (void)state;
  struct seg_arena arena;
  seg_arena_init(&arena);
  struct seg_json_value *object = read(&arena, "{\"a\": 1, \"b\" :2,\"ab\":3}");
  assert_int_equal(seg_json_take(object, "b")->integer, 2);
  assert_null(seg_json_take(object, "c"));
  assert_int_equal(seg_json_take(object, "ab")->integer, 3);
  const struct seg_json_value *left = seg_json_left_over(object);
  assert_non_null(left);
  assert_true(seg_str_is(left->name, "a"));
  assert_int_equal(seg_json_take(object, "a")->integer, 1);
  assert_null(seg_json_left_over(object));
  assert_null(read(&arena, "{\"a\": 1, \"a\": 1}"));
  // What is no object has no members.
  assert_null(seg_json_take(NULL, "a"));
  assert_null(seg_json_take(read(&arena, "[1]"), "a"));
  seg_arena_deinit(&arena);
}

// A file nested without end must not use up the stack.
static void depth_is_limited(void **state) {
  (void)state;
  char text[201];
  struct seg_arena arena;
  seg_arena_init(&arena);
  memset(text, '[', 32);
  memset(text + 32, ']', 32);
  text[64] = '\0';
  assert_non_null(read(&arena, text));
  memset(text, '[', 33);
  memset(text + 33, ']', 33);
  text[66] = '\0';
  assert_null(read(&arena, text));
  memset(text, '[', 200);
  text[200] = '\0';
  assert_null(read(&arena, text));
  seg_arena_deinit(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(whole_numbers),
      cmocka_unit_test(words),
      cmocka_unit_test(texts),
      cmocka_unit_test(arrays_and_objects),
      cmocka_unit_test(members_are_taken),
      cmocka_unit_test(depth_is_limited),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
