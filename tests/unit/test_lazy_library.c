// Libraries that come at their first call: found by file or by name, missing ones, stand-ins whose
// arguments and results lie in every kind of register.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <duckdb.h>
#include <llvm-c/Core.h>

#include "compiler/codegen/llvm_version.h"
#include "runtime/base/lazy_library.h"
#include "runtime/io/engine_version.h"

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

// What is said without loading them is what the libraries say themselves.
static void versions(void **state) {
  (void)state;
  unsigned major, minor, patch;
  char said[32], asked[64];
  seg_llvm_version(said, sizeof said);
  LLVMGetVersion(&major, &minor, &patch);
  snprintf(asked, sizeof asked, "%u.%u.%u", major, minor, patch);
  assert_string_equal(said, asked);
  assert_string_equal(seg_engine_version(), duckdb_library_version());
}

// Another size, another second, or no file: somebody put another library there.
static void as_built(void **state) {
  (void)state;
  char path[] = "/tmp/segc_library_XXXXXX";
  struct stat about;
  int file = mkstemp(path);
  assert_true(file >= 0 && write(file, "1234", 4) == 4 && fstat(file, &about) == 0);
  close(file);
  assert_true(seg_library_is_as_built(path, 4, about.st_mtim.tv_sec));
  assert_false(seg_library_is_as_built(path, 5, about.st_mtim.tv_sec));
  assert_false(seg_library_is_as_built(path, 4, about.st_mtim.tv_sec + 1));
  unlink(path);
  assert_false(seg_library_is_as_built(path, 4, about.st_mtim.tv_sec));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(found_by_name),    cmocka_unit_test(missing),
      cmocka_unit_test(arguments_arrive), cmocka_unit_test(versions),
      cmocka_unit_test(as_built),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
