// From the name of a source to its files: what is found, in which order, and every refusal.
#include "tests/unit/io_support.h"

#include <sys/stat.h>

#define TEXT(literal) {(literal), sizeof(literal) - 1}

static enum seg_status resolve(struct seg_arena *arena, const char *source, const char *override,
                               bool with_folder, struct seg_binding *binding,
                               struct seg_error *error) {
  struct seg_str text = seg_str_view(override);
  struct seg_binding_options options = {
      .data_folder = seg_str_view(with_folder ? io_folder : NULL),
      .override_count = override != NULL,
      .overrides = &text,
  };
  *error = (struct seg_error){0};
  return seg_binding_resolve(arena, &options, seg_str_view(source), binding, error);
}

static void expect_files(const char *source, const char *override, enum seg_binding_kind kind,
                         size_t count, const char *const *names) {
  struct seg_arena arena;
  struct seg_binding binding;
  struct seg_error error;
  seg_arena_init(&arena);
  if (resolve(&arena, source, override, true, &binding, &error) != SEG_OK)
    fail_msg("%s: %s", source, error.message);
  assert_int_equal(binding.kind, kind);
  assert_string_equal(binding.source.data, source);
  assert_int_equal(binding.file_count, count);
  for (size_t i = 0; i < count; i++)
    assert_string_equal(binding.files[i].data, io_path(names[i]));
  seg_arena_deinit(&arena);
}

static void expect_error(const char *source, const char *override, bool with_folder,
                         const char *code, const char *message, const char *help) {
  struct seg_arena arena;
  struct seg_binding binding;
  struct seg_error error;
  char whole[1024];
  seg_arena_init(&arena);
  assert_int_not_equal(resolve(&arena, source, override, with_folder, &binding, &error), SEG_OK);
  snprintf(whole, sizeof whole, message, io_folder, io_folder);
  assert_string_equal(error.message, whole);
  assert_string_equal(error.code, code);
  snprintf(whole, sizeof whole, help, io_folder, io_folder);
  if (strstr(error.help, whole) == NULL)
    fail_msg("the help is\n  %s\nwithout\n  %s", error.help, whole);
  seg_arena_deinit(&arena);
}

static void found_in_folder(void **state) {
  (void)state;
  io_write_text("a.parquet", "x");
  io_write_text("b.csv", "x");
  io_write_text("c.csv.gz", "x");
  assert_int_equal(mkdir(io_path("d"), 0700), 0);
  io_write_text("d/2.csv", "x");
  io_write_text("d/10.csv.gz", "x");
  io_write_text("d/.hidden", "x");
  io_write_text("d/_SUCCESS", "x");
  expect_files("a", NULL, SEG_BINDING_PARQUET, 1, (const char *[]){"a.parquet"});
  expect_files("b", NULL, SEG_BINDING_CSV, 1, (const char *[]){"b.csv"});
  expect_files("c", NULL, SEG_BINDING_CSV, 1, (const char *[]){"c.csv.gz"});
  expect_files("d", NULL, SEG_BINDING_CSV, 2, (const char *[]){"d/10.csv.gz", "d/2.csv"});
}

static void overrides(void **state) {
  (void)state;
  char text[256];
  io_write_text("a1.parquet", "x");
  io_write_text("a2.parquet", "x");
  io_write_text("a.csv", "x");
  snprintf(text, sizeof text, "a=%s/a?.parquet", io_folder);
  expect_files("a", text, SEG_BINDING_PARQUET, 2, (const char *[]){"a1.parquet", "a2.parquet"});
  snprintf(text, sizeof text, "a=%s/a2.parquet", io_folder);
  expect_files("a", text, SEG_BINDING_PARQUET, 1, (const char *[]){"a2.parquet"});
  // The name of another source is no override of this one.
  snprintf(text, sizeof text, "ab=%s/a2.parquet", io_folder);
  expect_files("a", text, SEG_BINDING_CSV, 1, (const char *[]){"a.csv"});
  static const char *const queries[] = {
      "a=select 1 as id", "a=SELECT*from x", "a= \n with x as (select 1) from x",
      "a=From 'x.csv'",   "a=(select 1)",    "a=select\t1",
      "a=select\r1",      "a=select(1)",     "a=select'1'",
      "a=from\"x.csv\""};
  for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
    struct seg_arena arena;
    struct seg_binding binding;
    struct seg_error error;
    seg_arena_init(&arena);
    assert_int_equal(resolve(&arena, "a", queries[i], true, &binding, &error), SEG_OK);
    assert_int_equal(binding.kind, SEG_BINDING_SQL);
    assert_string_equal(binding.sql.data, queries[i] + 2);
    assert_int_equal(binding.file_count, 0);
    seg_arena_deinit(&arena);
  }
}

static void refused(void **state) {
  (void)state;
  char text[256];
  expect_error("orders", NULL, false, "D102", "no data for source \"orders\"", "--data FOLDER");
  expect_error("../orders", NULL, true, "D102", "source \"../orders\" is not a plain name",
               "--source NAME=FILE");
  io_write_text("order.csv", "x");
  io_write_text("zebra.txt", "x");
  expect_error("orders", NULL, true, "D102",
               "no data for source \"orders\": the folder %s has no orders.parquet, orders.csv, "
               "orders.csv.gz or folder orders",
               "there is order.csv: rename it, or pass --source orders=%s/order.csv");
  expect_error(
      "quite_different", NULL, true, "D102",
      "no data for source \"quite_different\": the folder %s has no quite_different.parquet, "
      "quite_different.csv, quite_different.csv.gz or folder quite_different",
      "--source quite_different=FILE");
  io_write_text("order.parquet", "x");
  expect_error("order", NULL, true, "D103",
               "source \"order\" could be %s/order.parquet or %s/order.csv",
               "--source order=%s/order.parquet");
  io_write_text("none.csv", "");
  expect_error("none", NULL, true, "D108", "the file %s/none.csv is empty: it has no columns", "");
  assert_int_equal(mkdir(io_path("mixed"), 0700), 0);
  expect_error("mixed", NULL, true, "D102", "source \"mixed\": the folder %s/mixed has no files",
               "");
  io_write_text("mixed/a.csv", "x");
  io_write_text("mixed/b.parquet", "x");
  expect_error("mixed", NULL, true, "D104",
               "source \"mixed\" has both Parquet and CSV files, such as %s/mixed/a.csv and "
               "%s/mixed/b.parquet",
               "--source mixed=GLOB");
  io_write_text("mixed/a.md", "x");
  expect_error("mixed", NULL, true, "D104",
               "source \"mixed\": %s/mixed/a.md is neither .parquet nor .csv nor .csv.gz",
               "keep only");
  snprintf(text, sizeof text, "a=%s/zebra.txt", io_folder);
  expect_error("a", text, true, "D104",
               "source \"a\": %s/zebra.txt is neither .parquet nor .csv nor .csv.gz", "");
  snprintf(text, sizeof text, "a=%s/no.csv", io_folder);
  expect_error("a", text, true, "D102", "source \"a\": the file %s/no.csv cannot be found",
               "existing file, folder or pattern");
  snprintf(text, sizeof text, "a=%s/no*.parquet", io_folder);
  expect_error("a", text, true, "D102", "source \"a\": no file fits %s/no*.parquet", "");
  expect_error("a", "a=s3://bucket/a.parquet", true, "D102",
               "source \"a\": the file s3://bucket/a.parquet cannot be found", "");
  strcat(io_folder, "x");
  expect_error("a", NULL, true, "D002", "the data folder %s does not exist", "");
  io_folder[strlen(io_folder) - 1] = '\0';
}

static void check_overrides(const char *first, const char *second, const char *message,
                            const char *help) {
  static const struct seg_str sources[] = {TEXT("orders"), TEXT("customers")};
  struct seg_str overrides[] = {seg_str_view(first), seg_str_view(second)};
  struct seg_binding_options options = {.override_count = 1 + (second != NULL),
                                        .overrides = overrides};
  struct seg_error error = {0};
  enum seg_status status = seg_binding_check_overrides(&options, 2, sources, &error);
  assert_int_equal(status, message == NULL ? SEG_OK : SEG_USAGE);
  if (message == NULL)
    return;
  assert_string_equal(error.message, message);
  assert_string_equal(error.code, "D101");
  assert_non_null(strstr(error.help, help));
}

static void override_names(void **state) {
  (void)state;
  check_overrides("orders=a.csv", "customers=a=b.csv", NULL, NULL);
  check_overrides("orders", NULL, "--source orders is not of the form NAME=FILE", "purchases=");
  check_overrides("=a.csv", NULL, "--source =a.csv is not of the form NAME=FILE", "purchases=");
  check_overrides("orders=", NULL, "--source orders= is not of the form NAME=FILE", "purchases=");
  check_overrides("ordres=a.csv", NULL, "--source ordres: the rules have no source of that name",
                  "did you mean \"orders\"?");
  check_overrides("zzz=a.csv", NULL, "--source zzz: the rules have no source of that name",
                  "orders, customers");
  check_overrides("orders=a.csv", "orders=b.csv", "--source names \"orders\" twice", "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(found_in_folder, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(overrides, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(refused, io_make_folder, io_remove_folder),
      cmocka_unit_test(override_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
