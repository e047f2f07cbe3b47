// The JSON writer: commas, escapes, damaged UTF-8, numbers.
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/base/json_writer.h"

struct memory {
  char *text;
  size_t size;
  FILE *out;
};

static void memory_open(struct memory *memory) {
  memory->out = open_memstream(&memory->text, &memory->size);
  assert_non_null(memory->out);
}

static void assert_written(struct memory *memory, const char *expected) {
  fclose(memory->out);
  assert_string_equal(memory->text, expected);
  free(memory->text);
}

static void assert_str(struct seg_str text, const char *expected) {
  struct memory memory = {0};
  memory_open(&memory);
  struct seg_json json;
  seg_json_init(&json, memory.out);
  seg_json_str(&json, text);
  assert_written(&memory, expected);
}

static void test_structure(void **state) {
  (void)state;
  struct memory memory = {0};
  memory_open(&memory);
  struct seg_json json;
  seg_json_init(&json, memory.out);
  seg_json_begin_object(&json);
  seg_json_key(&json, "empty");
  seg_json_begin_array(&json);
  seg_json_end_array(&json);
  seg_json_key(&json, "list");
  seg_json_begin_array(&json);
  seg_json_int(&json, -1);
  seg_json_begin_object(&json);
  seg_json_end_object(&json);
  seg_json_begin_object(&json);
  seg_json_key(&json, "a");
  seg_json_bool(&json, true);
  seg_json_key(&json, "b");
  seg_json_null(&json);
  seg_json_end_object(&json);
  seg_json_text(&json, NULL);
  seg_json_bool(&json, false);
  seg_json_end_array(&json);
  seg_json_key(&json, "last");
  seg_json_text(&json, "x");
  seg_json_end_object(&json);
  seg_json_finish(&json);
  assert_written(&memory, "{\"empty\":[],\"list\":[-1,{},{\"a\":true,\"b\":null},null,false],"
                          "\"last\":\"x\"}\n");
}

static void test_escapes(void **state) {
  (void)state;
  assert_str(seg_str_view(""), "\"\"");
  assert_str((struct seg_str){0}, "\"\"");
  assert_str(seg_str_view("a\"b\\c/d"), "\"a\\\"b\\\\c/d\"");
  assert_str(seg_str_view("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"");
  assert_str(seg_str_view("\x01\x1b\x1f\x7f"), "\"\\u0001\\u001b\\u001f\\u007f\"");
  assert_str((struct seg_str){"a\0b", 3}, "\"a\\u0000b\"");
  assert_str(seg_str_view("K\xc3\xb6ln \xe6\x9d\xb1 \xf0\x9f\x98\x80"),
             "\"K\xc3\xb6ln \xe6\x9d\xb1 \xf0\x9f\x98\x80\"");
}

static void test_damaged_utf8(void **state) {
  (void)state;
#define BAD "\xef\xbf\xbd"
  assert_str(seg_str_view("a\xff"
                          "b"),
             "\"a" BAD "b\"");
  assert_str(seg_str_view("\x80"), "\"" BAD "\"");                         // a lone continuation
  assert_str(seg_str_view("\xc0\xaf"), "\"" BAD BAD "\"");                 // an overlong form
  assert_str(seg_str_view("\xed\xa0\x80"), "\"" BAD BAD BAD "\"");         // a surrogate
  assert_str(seg_str_view("\xf4\x90\x80\x80"), "\"" BAD BAD BAD BAD "\""); // past U+10FFFF
  assert_str(seg_str_view("\xe6\x9d"), "\"" BAD BAD "\"");                 // cut off by the end
  assert_str((struct seg_str){"\xc3\xb6", 1}, "\"" BAD "\"");              // size decides, not NUL
  assert_str(seg_str_view("\xe6\"x"), "\"" BAD "\\\"x\""); // the quote still escapes
#undef BAD
}

static void test_parts(void **state) {
  (void)state;
  struct memory memory = {0};
  memory_open(&memory);
  struct seg_json json;
  seg_json_init(&json, memory.out);
  seg_json_begin_array(&json);
  seg_json_begin_str(&json);
  seg_json_part(&json, seg_str_view("a\n"));
  seg_json_part(&json, seg_str_view("b"));
  seg_json_end_str(&json);
  seg_json_text(&json, "c");
  seg_json_end_array(&json);
  assert_written(&memory, "[\"a\\nb\",\"c\"]");
}

static void test_integers(void **state) {
  (void)state;
  struct memory memory = {0};
  memory_open(&memory);
  struct seg_json json;
  seg_json_init(&json, memory.out);
  seg_json_begin_array(&json);
  seg_json_int(&json, INT64_MIN);
  seg_json_int(&json, INT64_MAX);
  seg_json_uint(&json, UINT64_MAX);
  seg_json_end_array(&json);
  assert_written(&memory, "[-9223372036854775808,9223372036854775807,18446744073709551615]");
}

static void assert_double(double value, const char *expected) {
  struct memory memory = {0};
  memory_open(&memory);
  struct seg_json json;
  seg_json_init(&json, memory.out);
  seg_json_double(&json, value);
  assert_written(&memory, expected);
}

static void test_doubles(void **state) {
  (void)state;
  assert_double(0.0, "0");
  assert_double(0.1, "0.1");
  assert_double(-2.5, "-2.5");
  assert_double(0.1 + 0.2, "0.30000000000000004");
  assert_double(1.0 / 3.0, "0.3333333333333333");
  assert_double(NAN, "null");
  assert_double(INFINITY, "null");
  assert_double(-INFINITY, "null");
  const double hard[] = {DBL_MAX, DBL_MIN, DBL_TRUE_MIN, DBL_EPSILON, 123456789012345678.0};
  for (size_t i = 0; i < sizeof hard / sizeof *hard; i++) {
    struct memory memory = {0};
    memory_open(&memory);
    struct seg_json json;
    seg_json_init(&json, memory.out);
    seg_json_double(&json, hard[i]);
    fclose(memory.out);
    assert_true(strtod(memory.text, NULL) == hard[i]);
    free(memory.text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_structure),    cmocka_unit_test(test_escapes),
      cmocka_unit_test(test_damaged_utf8), cmocka_unit_test(test_parts),
      cmocka_unit_test(test_integers),     cmocka_unit_test(test_doubles),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
