// Libraries that come at their first call: found by file or by name, missing ones, stand-ins whose
// arguments and results lie in every kind of register.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <duckdb.h>

#include "runtime/base/lazy_library.h"

static void found_by_name(void **state) {
  (void)state;
  void *place = NULL, *handle = NULL;
  union {
    void *place;
    double (*function)(double);
  } root = {seg_lazy_function("libm.so.6", "/no/such/file", "sqrt", &place, &handle)};
  assert_ptr_equal(root.place, place);
  assert_non_null(handle);
  assert_true(root.function(81) == 9);
}

static int ending_of(const char *library, const char *name) {
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    void *place = NULL, *handle = NULL;
    if (freopen("/dev/null", "w", stderr) == NULL)
      _exit(1);
    seg_lazy_function(library, "/no/such/file", name, &place, &handle);
    _exit(0);
  }
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  return WEXITSTATUS(status);
}

static void missing(void **state) {
  (void)state;
  assert_int_equal(ending_of("libm.so.6", "sqrt"), 0);
  assert_int_equal(ending_of("libm.so.6", "no_such_function"), 127);
  assert_int_equal(ending_of("libnothing-of-that-name.so", "sqrt"), 127);
}

// Each is called for the first time here: pointers, a fraction, a structure given and one returned.
static void arguments_arrive(void **state) {
  (void)state;
  for (int round = 0; round < 2; round++) {
    duckdb_value fraction = duckdb_create_double(0.1 + round);
    assert_true(duckdb_get_double(fraction) == 0.1 + round);
    duckdb_destroy_value(&fraction);
    duckdb_hugeint large = {.lower = UINT64_C(1) << 63, .upper = 3 + round};
    duckdb_value value = duckdb_create_hugeint(large);
    duckdb_hugeint back = duckdb_get_hugeint(value);
    assert_true(back.lower == large.lower && back.upper == large.upper);
    duckdb_destroy_value(&value);
    assert_true(duckdb_hugeint_to_double(large) ==
                9223372036854775808.0 + (3 + round) * 18446744073709551616.0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(found_by_name),
      cmocka_unit_test(missing),
      cmocka_unit_test(arguments_arrive),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
