// What of --memory the buffers of a run may take.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include "compiler/session_data.h"

static uint64_t share(uint64_t megabytes, bool from_store) {
  struct seg_store store;
  struct seg_session_data data = {.memory_bytes = megabytes << 20,
                                  .store = from_store ? &store : NULL};
  return seg_session_run_memory(&data) >> 20;
}

static void a_run_from_files_has_half(void **state) {
  (void)state;
  assert_int_equal(share(256, false), 128);
  assert_int_equal(share(4096, false), 2048);
  assert_int_equal(share(0, false), 0); // no limit
}

static void a_run_from_a_store_has_nearly_all(void **state) {
  (void)state;
  assert_int_equal(share(4096, true), 3584);
  assert_int_equal(share(1024, true), 896);
  assert_int_equal(share(512, true), 384); // all but 128 MB
  assert_int_equal(share(256, true), 128); // never less than half
  assert_int_equal(share(100, true), 50);
  assert_int_equal(share(0, true), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_run_from_files_has_half),
                                     cmocka_unit_test(a_run_from_a_store_has_nearly_all)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
