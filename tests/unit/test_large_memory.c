// Memory that grows: the same bytes, zeros behind them, in small pages and in huge ones.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "runtime/base/large_memory.h"

static const size_t MEGABYTE = (size_t)1 << 20;

static void growing_keeps_what_was_there(void **state) {
  (void)state;
  // From nothing to small, to large, to larger: each way that growing goes.
  const size_t sizes[] = {100, 5000, 3 * MEGABYTE, 5 * MEGABYTE, 7 * MEGABYTE + 3, 20 * MEGABYTE};
  unsigned char *memory = NULL;
  size_t size = 0;
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    memory = seg_large_memory_grow(memory, size, sizes[i]);
    assert_non_null(memory);
    for (size_t at = 0; at < size; at++)
      if (memory[at] != (unsigned char)(at % 251 + 1))
        fail_msg("byte %zu of %zu changed", at, size);
    for (size_t at = size; at < sizes[i]; at++)
      if (memory[at] != 0)
        fail_msg("byte %zu behind %zu is not zero", at, size);
    size = sizes[i];
    for (size_t at = 0; at < size; at++)
      memory[at] = (unsigned char)(at % 251 + 1);
  }
  seg_large_memory_free(memory, size);
}

static void without_memory_the_old_stays(void **state) {
  (void)state;
  size_t size = 5 * MEGABYTE;
  unsigned char *memory = seg_large_memory(size);
  assert_non_null(memory);
  memory[size - 1] = 7;
  assert_null(seg_large_memory_grow(memory, size, SIZE_MAX / 2 + 1));
  assert_int_equal(memory[size - 1], 7);
  seg_large_memory_free(memory, size);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(growing_keeps_what_was_there),
      cmocka_unit_test(without_memory_the_old_stays),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
