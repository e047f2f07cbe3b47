// The source map: lines and columns of byte offsets, at every edge; reading files.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "compiler/diag/source_map.h"

static int setup(void **state) {
  struct seg_source_map *map = malloc(sizeof *map);
  if (map == NULL)
    return -1;
  seg_source_map_init(map);
  *state = map;
  return 0;
}

static int teardown(void **state) {
  seg_source_map_deinit(*state);
  free(*state);
  return 0;
}

static uint32_t add(struct seg_source_map *map, const char *text) {
  uint32_t file = UINT32_MAX;
  struct seg_error error;
  assert_int_equal(
      seg_source_map_add(map, seg_str_view("a.seg"), seg_str_view(text), &file, &error), SEG_OK);
  return file;
}

static void assert_place(const struct seg_source_map *map, uint32_t file, uint32_t offset,
                         uint32_t line, uint32_t column) {
  struct seg_place place = seg_source_map_place(map, file, offset);
  assert_int_equal(place.line, line);
  assert_int_equal(place.column, column);
  assert_true(seg_str_is(place.file, "a.seg"));
}

static void assert_line(const struct seg_source_map *map, uint32_t file, uint32_t offset,
                        const char *expected) {
  struct seg_str line = seg_source_map_line(map, file, offset);
  assert_int_equal(line.size, strlen(expected));
  assert_memory_equal(line.data, expected, line.size);
}

static void test_lines(void **state) {
  struct seg_source_map *map = *state;
  uint32_t file = add(map, "ab\n\ncd");
  assert_place(map, file, 0, 1, 1);
  assert_place(map, file, 1, 1, 2);
  assert_place(map, file, 2, 1, 3); // the line end belongs to its line
  assert_place(map, file, 3, 2, 1);
  assert_place(map, file, 4, 3, 1);
  assert_place(map, file, 6, 3, 3);
  assert_place(map, file, 7, 3, 3); // past the end: the end
  assert_place(map, file, UINT32_MAX, 3, 3);
  assert_line(map, file, 0, "ab");
  assert_line(map, file, 2, "ab");
  assert_line(map, file, 3, "");
  assert_line(map, file, 5, "cd");
  assert_line(map, file, UINT32_MAX, "cd");
}

static void test_ends(void **state) {
  struct seg_source_map *map = *state;
  uint32_t empty = add(map, "");
  assert_place(map, empty, 0, 1, 1);
  assert_line(map, empty, 0, "");
  uint32_t closed = add(map, "ab\n");
  assert_place(map, closed, 3, 2, 1);
  assert_line(map, closed, 3, "");
  uint32_t windows = add(map, "ab\r\ncd\r\n");
  assert_line(map, windows, 0, "ab");
  assert_line(map, windows, 4, "cd");
  assert_place(map, windows, 4, 2, 1);
  assert_int_equal(empty, 0);
  assert_int_equal(closed, 1);
  assert_int_equal(windows, 2);
}

static void test_columns_count_characters(void **state) {
  struct seg_source_map *map = *state;
  // K, o with diaeresis (2 bytes), ideograph (3), smiley (4), x
  uint32_t file = add(map, "K\xc3\xb6\xe6\x9d\xb1\xf0\x9f\x98\x80x");
  assert_place(map, file, 1, 1, 2);
  assert_place(map, file, 2, 1, 2); // inside the second character
  assert_place(map, file, 3, 1, 3);
  assert_place(map, file, 6, 1, 4);
  assert_place(map, file, 8, 1, 4);
  assert_place(map, file, 10, 1, 5);
  assert_place(map, file, 11, 1, 6);
  uint32_t damaged = add(map, "\xff\x80x");
  assert_place(map, damaged, 2, 1, 3);
  uint32_t tab = add(map, "\tx");
  assert_place(map, tab, 1, 1, 2);
}

static void test_text(void **state) {
  struct seg_source_map *map = *state;
  uint32_t file = add(map, "segment vip");
  assert_true(seg_str_is(seg_source_map_text(map, (struct seg_span){file, 8, 11}), "vip"));
  assert_true(seg_str_is(seg_source_map_text(map, (struct seg_span){file, 8, 99}), "vip"));
  assert_int_equal(seg_source_map_text(map, (struct seg_span){file, 5, 2}).size, 0);
  assert_int_equal(seg_source_map_text(map, (struct seg_span){file, 99, 100}).size, 0);
}

static void test_no_such_file_number(void **state) {
  struct seg_source_map *map = *state;
  struct seg_place place = seg_source_map_place(map, UINT32_MAX, 3);
  assert_int_equal(place.file.size, 0);
  assert_int_equal(place.line, 0);
  assert_int_equal(place.column, 0);
  assert_int_equal(seg_source_map_line(map, 0, 0).size, 0);
  assert_int_equal(seg_source_map_text(map, (struct seg_span){7, 0, 1}).size, 0);
}

static void test_copies(void **state) {
  struct seg_source_map *map = *state;
  char text[] = "abc";
  uint32_t file = add(map, text);
  memset(text, 'z', 3);
  assert_line(map, file, 0, "abc");
}

static void test_too_large(void **state) {
  struct seg_source_map *map = *state;
  const size_t limit = 16u * 1024 * 1024;
  char *text = malloc(limit + 1);
  assert_non_null(text);
  memset(text, ' ', limit + 1);
  uint32_t file;
  struct seg_error error;
  struct seg_str name = seg_str_view("big.seg");
  assert_int_equal(seg_source_map_add(map, name, (struct seg_str){text, limit + 1}, &file, &error),
                   SEG_LIMIT);
  assert_non_null(strstr(error.message, "big.seg"));
  assert_int_equal(map->files.count, 0);
  assert_int_equal(seg_source_map_add(map, name, (struct seg_str){text, limit}, &file, &error),
                   SEG_OK);
  free(text);
}

static void test_read(void **state) {
  struct seg_source_map *map = *state;
  char path[] = "/tmp/segc_source_map_XXXXXX";
  int descriptor = mkstemp(path);
  assert_true(descriptor >= 0);
  FILE *out = fdopen(descriptor, "wb");
  assert_non_null(out);
  // Longer than one read, so that pieces are joined.
  for (int i = 0; i < 20000; i++)
    fprintf(out, "line %d\n", i);
  fclose(out);
  uint32_t file;
  struct seg_error error;
  assert_int_equal(seg_source_map_read(map, path, &file, &error), SEG_OK);
  unlink(path);
  const struct seg_source_file *source = &map->files.items[file];
  assert_int_equal(source->line_count, 20001);
  assert_line(map, file, source->line_starts[19999], "line 19999");
  assert_true(seg_str_is(source->name, path));
}

static void test_read_failures(void **state) {
  struct seg_source_map *map = *state;
  uint32_t file;
  struct seg_error error;
  assert_int_equal(seg_source_map_read(map, "/nowhere/x.seg", &file, &error), SEG_IO);
  assert_non_null(strstr(error.message, "`/nowhere/x.seg`"));
  assert_non_null(strstr(error.message, "no such file"));
  assert_true(error.help[0] != '\0');
  assert_int_equal(seg_source_map_read(map, "/tmp", &file, &error), SEG_IO);
  assert_non_null(strstr(error.message, "it is a folder"));
  assert_int_equal(map->files.count, 0);
}

#define MAP_TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      MAP_TEST(test_lines),
      MAP_TEST(test_ends),
      MAP_TEST(test_columns_count_characters),
      MAP_TEST(test_text),
      MAP_TEST(test_no_such_file_number),
      MAP_TEST(test_copies),
      MAP_TEST(test_too_large),
      MAP_TEST(test_read),
      MAP_TEST(test_read_failures),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
