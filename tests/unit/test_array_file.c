// An array's file and its checksums, however it is appended to and wherever its last block ends,
// against the bytes the documented format says.
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "runtime/prepare/array_file.h"
#include "runtime/store/checksum.h"
#include "runtime/store/npy.h"

enum { BLOCK = SEG_CHECKSUM_BLOCK, MOST = 3 * BLOCK + 64, TWICE = 2 * MOST + SEG_NPY_HEADER };

static const uint64_t counts[] = {
    0,     1,         BLOCK - SEG_NPY_HEADER,     BLOCK - 64, BLOCK - 63,
    BLOCK, BLOCK + 1, BLOCK + SEG_NPY_HEADER + 1, 2 * BLOCK,  MOST};

struct made {
  struct seg_build build;
  char folder[40];
};

static void begin(struct made *made) {
  struct seg_error error = {0};
  strcpy(made->folder, "/tmp/segc-array-file-XXXXXX");
  assert_non_null(mkdtemp(made->folder));
  assert_int_equal(seg_build_begin(&made->build, made->folder, false, &error), SEG_OK);
}

static void end(struct made *made) {
  char command[80];
  seg_build_end(&made->build);
  snprintf(command, sizeof command, "rm -r %s", made->folder);
  assert_int_equal(system(command), 0); // NOLINT(cert-env33-c,concurrency-mt-unsafe)
}

static int value(uint64_t i) {
  return (int)((i * 7 + i / 256) % 251) - 125;
}

static void append(struct seg_array_file *array, uint64_t count, uint64_t at_once) {
  static int8_t values[MOST];
  struct seg_error error = {0};
  for (uint64_t i = 0; i < count; i++)
    values[i] = (int8_t)value(i);
  for (uint64_t i = 0; i < count; i += at_once) {
    uint64_t some = count - i < at_once ? count - i : at_once;
    assert_int_equal(seg_array_file_append(array, values + i, some, &error), SEG_OK);
  }
}

// The header, the elements, zeros up to 64 of them; a checksum for each block behind the header.
static void finish_and_compare(struct made *made, struct seg_array_file *array, uint64_t count) {
  static unsigned char expected[TWICE], got[TWICE + 1];
  struct seg_error error = {0};
  struct seg_store_array array_made;
  enum seg_store_type type = array->type;
  uint64_t size = (count + 63) / 64 * 64 * seg_store_types[type].size;
  memset(expected, 0, sizeof expected);
  seg_npy_header((char *)expected, type, count);
  unsigned char *elements = expected + SEG_NPY_HEADER;
  for (uint64_t i = 0; i < count; i++) {
    int16_t wide = (int16_t)value(i);
    if (type == SEG_STORE_I16)
      memcpy(elements + 2 * i, &wide, sizeof wide);
    else
      elements[i] = (unsigned char)value(i);
  }
  char path[80];
  snprintf(path, sizeof path, "%s/g000001/values.npy", made->folder);
  assert_int_equal(seg_array_file_finish(array, &array_made, &error), SEG_OK);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  assert_int_equal(read(file, got, sizeof got), SEG_NPY_HEADER + size);
  close(file);
  assert_memory_equal(got, expected, SEG_NPY_HEADER + size);
  assert_int_equal(array_made.count, count);
  assert_int_equal(made->build.checksums.count - array_made.block, (size + BLOCK - 1) / BLOCK);
  for (uint64_t at = 0; at < size; at += BLOCK) {
    uint64_t sum = seg_checksum(elements + at, size - at < BLOCK ? size - at : BLOCK);
    assert_true(made->build.checksums.items[array_made.block + at / BLOCK] == sum);
  }
  seg_build_drop(&made->build, &array_made);
}

static void sizes_around_blocks(void **state) {
  static const uint64_t at_once[] = {MOST, BLOCK, 100003};
  (void)state;
  struct made made;
  struct seg_error error = {0};
  begin(&made);
  for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
    for (size_t a = 0; a < sizeof at_once / sizeof *at_once; a++) {
      struct seg_array_file array;
      assert_int_equal(seg_array_file_create(&array, &made.build, seg_str_view("values.npy"),
                                             SEG_STORE_I8, &error),
                       SEG_OK);
      append(&array, counts[c], at_once[a]);
      finish_and_compare(&made, &array, counts[c]);
    }
  end(&made);
}

static void widened_at_any_length(void **state) {
  (void)state;
  struct made made;
  struct seg_error error = {0};
  begin(&made);
  for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
    struct seg_array_file array;
    assert_int_equal(seg_array_file_create(&array, &made.build, seg_str_view("values.npy"),
                                           SEG_STORE_I8, &error),
                     SEG_OK);
    append(&array, counts[c], 100003);
    assert_int_equal(seg_array_file_widen(&array, SEG_STORE_I16, &error), SEG_OK);
    finish_and_compare(&made, &array, counts[c]);
  }
  end(&made);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sizes_around_blocks),
      cmocka_unit_test(widened_at_any_length),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
