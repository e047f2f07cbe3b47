/** A file that somebody has damaged. */
#ifndef SEG_TESTS_SUPPORT_DAMAGED_FILE_H
#define SEG_TESTS_SUPPORT_DAMAGED_FILE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/** Change one bit of a byte; again, and the file is what it was. Below 0, `at` counts from the end
 * of the file: -1 is the last byte. */
static inline void change_byte(const char *path, long at) {
  FILE *file = fopen(path, "r+b");
  assert_non_null(file);
  assert_int_equal(fseek(file, at, at < 0 ? SEEK_END : SEEK_SET), 0);
  int byte = fgetc(file);
  assert_int_equal(fseek(file, at, at < 0 ? SEEK_END : SEEK_SET), 0);
  fputc(byte ^ 1, file);
  assert_int_equal(fclose(file), 0);
}

#endif
