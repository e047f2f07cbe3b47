// What DuckDB may reach: the files that were bound, and nothing else.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <duckdb.h>

#include "runtime/io/duck.h"

static bool answers(struct seg_duck *duck, const char *query) {
  duckdb_result result;
  bool done = duckdb_query(duck->connection, query, &result) == DuckDBSuccess;
  duckdb_destroy_result(&result);
  return done;
}

static void write_file(const char *path) {
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fputs("id\n1\n", file);
  fclose(file);
}

struct folder {
  char path[32], bound[64], other[64];
};

static void make_folder(struct folder *folder) {
  snprintf(folder->path, sizeof folder->path, "/tmp/segc-duck-XXXXXX");
  assert_non_null(mkdtemp(folder->path));
  snprintf(folder->bound, sizeof folder->bound, "%s/bound.csv", folder->path);
  snprintf(folder->other, sizeof folder->other, "%s/other.csv", folder->path);
  write_file(folder->bound);
  write_file(folder->other);
}

static void remove_folder(const struct folder *folder) {
  unlink(folder->bound);
  unlink(folder->other);
  assert_int_equal(rmdir(folder->path), 0); // nothing else was written
}

static void expect_refused(struct seg_duck *duck, const struct folder *folder,
                           const char *const *queries, size_t count) {
  for (size_t i = 0; i < count; i++) {
    char query[256];
    snprintf(query, sizeof query, queries[i], folder->path);
    if (answers(duck, query))
      fail_msg("this was done: %s", query);
  }
}

static const char *const never[] = {
    "install httpfs",
    "load httpfs",
    "load '%s/other.csv'",
    "force install spatial from community",
    "from 'https://example.org/x.csv'",
    "from 's3://bucket/x.parquet'",
    "set enable_external_access = true",
    "set autoload_known_extensions = true",
    "set lock_configuration = false",
    "set allowed_paths = ['%s/other.csv']",
    "set temp_directory = '%s'",
    "create persistent secret (type s3, key_id 'a', secret 'b')",
};

static const char *const not_bound[] = {
    "from '%s/other.csv'",      "from read_csv('%s/*.csv')", "from read_text('/etc/passwd')",
    "from glob('/etc/*')",      "attach '%s/new.db'",        "copy (select 1) to '%s/new.csv'",
    "export database '%s/new'",
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void bound_files_only(void **state) {
  (void)state;
  struct folder folder;
  struct seg_duck duck = {0};
  struct seg_error error = {0};
  char query[128];
  make_folder(&folder);
  struct seg_str file = seg_str_view(folder.bound);
  const struct seg_duck_reach reach = {.files = &file, .file_count = 1};
  const struct seg_io_options options = {.threads = 1};
  assert_int_equal(seg_duck_open(&duck, &options, &reach, &error), SEG_OK);
  snprintf(query, sizeof query, "from '%s'", folder.bound);
  assert_true(answers(&duck, query));
  expect_refused(&duck, &folder, never, COUNT(never));
  expect_refused(&duck, &folder, not_bound, COUNT(not_bound));
  seg_duck_close(&duck);
  remove_folder(&folder);
}

// A query of the user's own reads any file, as he could; all else stays shut.
static void queries_load_nothing(void **state) {
  (void)state;
  struct folder folder;
  struct seg_duck duck = {0};
  struct seg_error error = {0};
  char query[128];
  make_folder(&folder);
  const struct seg_duck_reach reach = {.any_file = true};
  const struct seg_io_options options = {.threads = 1};
  assert_int_equal(seg_duck_open(&duck, &options, &reach, &error), SEG_OK);
  snprintf(query, sizeof query, "from '%s'", folder.other);
  assert_true(answers(&duck, query));
  expect_refused(&duck, &folder, never, COUNT(never));
  seg_duck_close(&duck);
  remove_folder(&folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bound_files_only),
      cmocka_unit_test(queries_load_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
