// Reading Parquet, CSV and queries: values of every type, order of rows with several threads, row
// groups and files, and missing values. What is refused is in test_source_errors.c.
#include "tests/support/share.h"
#include "tests/unit/io_support.h"

#include <zlib.h>

#define TEXT(literal) {(literal), sizeof(literal) - 1}
enum { DAY_2024_03_01 = 19783 }; // 54 years of 365 days, 13 leap days before 2024, 31 + 29 days

static struct seg_plan_entity customer(struct seg_plan_input *inputs, uint32_t count) {
  return (struct seg_plan_entity){
      .name = TEXT("customer"), .key = TEXT("id"), .inputs = inputs, .input_count = count};
}

static struct seg_plan_entity event(struct seg_plan_input *inputs, uint32_t count) {
  struct seg_plan_entity entity = customer(inputs, count);
  entity.name = (struct seg_str)TEXT("purchase");
  entity.time = (struct seg_str)TEXT("ts");
  return entity;
}

static void read_fine(const char *value, const struct seg_plan_entity *entity, const char *zone,
                      struct io_rows *rows) {
  io_read(value, entity, zone, 2, rows);
  if (rows->status != SEG_OK)
    fail_msg("%s: %s (%s)", value, rows->error.message, rows->error.help);
}

/* Every type of the rules from CSV. */
static void csv_types(void **state) {
  (void)state;
  static const struct seg_str plans[] = {TEXT("free"), TEXT("a rather long plan"),
                                         TEXT("pr\xc3\xa9mium")};
  struct seg_plan_input inputs[] = {
      {.type = SEG_COLUMN_BOOL, .name = TEXT("b"), .optional = true},
      {.type = SEG_COLUMN_INT, .name = TEXT("i"), .optional = true},
      {.type = SEG_COLUMN_NUMBER, .name = TEXT("n"), .optional = true},
      {.type = SEG_COLUMN_MONEY, .name = TEXT("m"), .scale = 2, .optional = true},
      {.type = SEG_COLUMN_TEXT, .name = TEXT("t"), .optional = true},
      {.type = SEG_COLUMN_DATE, .name = TEXT("d"), .optional = true},
      {.type = SEG_COLUMN_ENUM,
       .name = TEXT("e"),
       .optional = true,
       .value_count = 3,
       .values = plans},
  };
  struct seg_plan_entity entity = customer(inputs, 7);
  struct io_rows rows;
  // The third row has e + combining acute accent, which must equal the composed form of the list.
  const char *path = io_write_text(
      "types.csv",
      "id,b,i,n,m,t,d,e\n"
      "A1,true,-7,2.5e3,12.50,plain,2024-03-01,free\n"
      "A2,No,9223372036854775807,5%,-0.01,\"say \"\"hi\"\", x\",1970-01-01,a rather long plan\n"
      "A3,,,,,,,\n"
      "A4,1,0,0.1,3,\"\",1969-12-31,pre\xcc\x81mium\n");
  read_fine(path, &entity, "UTC", &rows);
  assert_int_equal(rows.count, 4);
  assert_true(rows.key_is_text);
  assert_string_equal(((struct seg_str *)rows.key.values)[3].data, "A4");
  assert_int_equal(io_int(&rows, 0, 0), 1);
  assert_int_equal(io_int(&rows, 0, 1), 0);
  assert_int_equal(io_int(&rows, 0, 3), 1);
  assert_int_equal(io_int(&rows, 1, 0), -7);
  assert_true(io_int(&rows, 1, 1) == INT64_MAX);
  assert_true(io_number(&rows, 2, 0) == 2500.0);
  assert_true(io_number(&rows, 2, 1) == 0.05);
  assert_int_equal(io_int(&rows, 3, 0), 1250);
  assert_int_equal(io_int(&rows, 3, 1), -1);
  assert_int_equal(io_int(&rows, 3, 3), 300);
  assert_string_equal(io_text(&rows, 4, 0), "plain");
  assert_string_equal(io_text(&rows, 4, 1), "say \"hi\", x");
  assert_true(io_known(&rows, 4, 3)); // "" is an empty text, not a missing one
  assert_string_equal(io_text(&rows, 4, 3), "");
  assert_int_equal(io_int(&rows, 5, 0), DAY_2024_03_01);
  assert_int_equal(io_int(&rows, 5, 3), -1);
  assert_int_equal(io_int(&rows, 6, 0), 0);
  assert_int_equal(io_int(&rows, 6, 1), 1);
  assert_int_equal(io_int(&rows, 6, 3), 2);
  for (size_t i = 0; i < 7; i++) {
    assert_true(io_known(&rows, i, 0));
    assert_false(io_known(&rows, i, 2));
  }
  io_rows_free(&rows);
}

/* Delimiters, a byte order mark, Windows line ends, quoted line ends, blank lines, no last line
   end, and gzip. */
static void csv_forms(void **state) {
  (void)state;
  static const char *const files[] = {
      "id,t\n1,a\n2,\"b\nc\"\n3,d\n",
      "id;t\n1;a\n2;\"b\nc\"\n3;d\n",
      "id\tt\n1\ta\n2\t\"b\nc\"\n3\td",
      "id|t\r\n1|a\r\n2|\"b\nc\"\r\n\r\n3|d\r\n",
      "\xef\xbb\xbf"
      "id,t\n1,a\n\n2,\"b\nc\"\n3,d\n\n",
      "\"id\",\"t\",\"x,\"\"y\"\n1,a,0\n2,\"b\nc\",0\n3,d,0\n",
  };
  struct seg_plan_input inputs[] = {{.type = SEG_COLUMN_TEXT, .name = TEXT("t")}};
  struct seg_plan_entity entity = customer(inputs, 1);
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    struct io_rows rows;
    io_write_text("form.csv", files[i]);
    gzFile packed = gzopen(io_path("form2.csv.gz"), "wb");
    assert_int_equal(gzwrite(packed, files[i], (unsigned)strlen(files[i])), strlen(files[i]));
    assert_int_equal(gzclose(packed), Z_OK);
    read_fine(io_path("form*.csv*"), &entity, "UTC", &rows);
    assert_int_equal(rows.count, 6);
    for (int64_t row = 0; row < 6; row++) {
      const char *expected[] = {"a", "b\nc", "d"};
      assert_string_equal(io_text(&rows, 0, row), expected[row % 3]);
      char key[] = {(char)('1' + row % 3), 0};
      assert_string_equal(((struct seg_str *)rows.key.values)[row].data, key);
    }
    io_rows_free(&rows);
  }
}

/* Each DuckDB type into the types of the rules that take it. */
static void parquet_types(void **state) {
  (void)state;
  io_sql(
      "copy (select 5::utinyint as id, true as b, 3::tinyint as i8, 4::uinteger as u32, "
      "18446744073709551615::ubigint as u64, 170::hugeint as huge, 12.5::decimal(4,1) as dec, "
      "-1234567890123456789012.50::decimal(38,2) as wide, 0.1::double as dbl, 1.5::float as flt, "
      "date '2024-03-01' as d, timestamp '2024-03-01 00:00:00' as midnight, "
      "'00000000-0000-0000-0000-00000000000a'::uuid as u, 'basic'::enum('x', 'basic') as e, "
      "null::integer as nothing) to '%s/types.parquet'");
  static const struct seg_str list[] = {TEXT("basic"), TEXT("3")};
  struct seg_plan_input inputs[] = {
      {.type = SEG_COLUMN_BOOL, .name = TEXT("b")},
      {.type = SEG_COLUMN_INT, .name = TEXT("i8")},
      {.type = SEG_COLUMN_MONEY, .name = TEXT("u32"), .scale = 2},
      {.type = SEG_COLUMN_TEXT, .name = TEXT("u64")},
      {.type = SEG_COLUMN_INT, .name = TEXT("huge")},
      {.type = SEG_COLUMN_MONEY, .name = TEXT("dec"), .scale = 2},
      {.type = SEG_COLUMN_NUMBER, .name = TEXT("dec")},
      {.type = SEG_COLUMN_NUMBER, .name = TEXT("wide")},
      {.type = SEG_COLUMN_MONEY, .name = TEXT("dbl"), .scale = 3},
      {.type = SEG_COLUMN_NUMBER, .name = TEXT("flt")},
      {.type = SEG_COLUMN_DATE, .name = TEXT("d")},
      {.type = SEG_COLUMN_DATE, .name = TEXT("midnight")},
      {.type = SEG_COLUMN_TEXT, .name = TEXT("u")},
      {.type = SEG_COLUMN_ENUM, .name = TEXT("e"), .value_count = 2, .values = list},
      {.type = SEG_COLUMN_ENUM, .name = TEXT("i8"), .value_count = 2, .values = list},
      {.type = SEG_COLUMN_INT, .name = TEXT("nothing"), .optional = true},
  };
  struct seg_plan_entity entity = customer(inputs, 16);
  struct io_rows rows;
  read_fine(io_path("types.parquet"), &entity, "UTC", &rows);
  assert_int_equal(rows.count, 1);
  assert_false(rows.key_is_text);
  assert_int_equal(((int64_t *)rows.key.values)[0], 5);
  assert_int_equal(io_int(&rows, 0, 0), 1);
  assert_int_equal(io_int(&rows, 1, 0), 3);
  assert_int_equal(io_int(&rows, 2, 0), 400); // whole units
  assert_string_equal(io_text(&rows, 3, 0), "18446744073709551615");
  assert_int_equal(io_int(&rows, 4, 0), 170);
  assert_int_equal(io_int(&rows, 5, 0), 1250);
  assert_true(io_number(&rows, 6, 0) == 12.5);
  assert_true(io_number(&rows, 7, 0) == -1234567890123456789012.50);
  assert_int_equal(io_int(&rows, 8, 0), 100); // 0.100
  assert_true(io_number(&rows, 9, 0) == 1.5);
  assert_int_equal(io_int(&rows, 10, 0), DAY_2024_03_01);
  assert_int_equal(io_int(&rows, 11, 0), DAY_2024_03_01);
  assert_string_equal(io_text(&rows, 12, 0), "00000000-0000-0000-0000-00000000000a");
  assert_int_equal(io_int(&rows, 13, 0), 0);
  assert_int_equal(io_int(&rows, 14, 0), 1);
  assert_false(io_known(&rows, 15, 0));
  io_rows_free(&rows);
}

/* 2024-03-01T23:30Z is 00:30 of March 2 in Berlin and 18:30 of March 1 in New York (offsets +1 and
   -5 before the changes of that month). */
static void times(void **state) {
  (void)state;
  static const int64_t instant = (DAY_2024_03_01 * INT64_C(86400) + 23 * 3600 + 30 * 60) * 1000000;
  static const struct {
    const char *value, *zone, *native;
    int32_t day;
    int64_t instant;
  } cases[] = {
      {"timestamptz '2024-03-01 23:30:00+00'", "Europe/Berlin", "", DAY_2024_03_01 + 1, instant},
      {"timestamptz '2024-03-01 23:30:00+00'", "America/New_York", "", DAY_2024_03_01, instant},
      {"timestamp '2024-03-01 23:30:00'", "Europe/Berlin", "UTC", DAY_2024_03_01 + 1, instant},
      {"timestamp_s '2024-03-01 23:30:00'", "Europe/Berlin", "UTC", DAY_2024_03_01 + 1, instant},
      {"timestamp_ms '2024-03-01 23:30:00'", "Europe/Berlin", "UTC", DAY_2024_03_01 + 1, instant},
      {"timestamp_ns '2024-03-01 23:30:00.000000999'", "Europe/Berlin", "UTC", DAY_2024_03_01 + 1,
       instant},
      {"timestamp '2024-03-02 00:30:00'", "Europe/Berlin", "Europe/Berlin", DAY_2024_03_01 + 1,
       instant},
      {"'2024-03-02T00:30:00+01:00'", "Europe/Berlin", "", DAY_2024_03_01 + 1, instant},
      {"'2024-03-01 18:30:00'", "Europe/Berlin", "America/New_York", DAY_2024_03_01 + 1, instant},
      // A date is a day of the project's zone, whatever the zone of the timestamps.
      {"date '2024-03-01'", "Europe/Berlin", "America/New_York", DAY_2024_03_01,
       instant - (24 * 3600 + 1800) * INT64_C(1000000)},
      {"'2024-03-01'", "Europe/Berlin", "", DAY_2024_03_01,
       instant - (24 * 3600 + 1800) * INT64_C(1000000)},
  };
  struct seg_plan_input inputs[] = {{.type = SEG_COLUMN_DAY, .name = TEXT("ts")},
                                    {.type = SEG_COLUMN_INSTANT, .name = TEXT("ts")},
                                    {.type = SEG_COLUMN_TIMESTAMP, .name = TEXT("ts")}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct seg_plan_entity entity = event(inputs, 3);
    struct io_rows rows;
    char sql[256];
    entity.zone = seg_str_view(cases[i].native);
    snprintf(sql, sizeof sql, "select 1 as id, %s as ts", cases[i].value);
    read_fine(sql, &entity, cases[i].zone, &rows);
    assert_int_equal(rows.count, 1);
    if (((int32_t *)rows.days.values)[0] != cases[i].day || io_int(&rows, 1, 0) != cases[i].instant)
      fail_msg("%s in %s: day %d, instant %lld", cases[i].value, cases[i].zone,
               ((int32_t *)rows.days.values)[0], (long long)io_int(&rows, 1, 0));
    assert_int_equal(io_int(&rows, 0, 0), cases[i].day);
    assert_true(io_int(&rows, 2, 0) == cases[i].instant);
    io_rows_free(&rows);
  }
}

/* Names are exact: no folding of case, any character, composed or not. */
static void names(void **state) {
  (void)state;
  struct seg_plan_input inputs[] = {{.type = SEG_COLUMN_INT, .name = TEXT("a \"b\"; c")},
                                    {.type = SEG_COLUMN_INT, .name = TEXT("caf\xc3\xa9")},
                                    {.type = SEG_COLUMN_INT, .name = TEXT("select")},
                                    {.type = SEG_COLUMN_INT, .name = TEXT("ID")}};
  struct seg_plan_entity entity = customer(inputs, 4);
  struct io_rows rows;
  read_fine(
      io_write_text("names.csv", "id,\"a \"\"b\"\"; c\",cafe\xcc\x81,select,ID,,\n1,2,3,4,5,6,7\n"),
      &entity, "UTC", &rows);
  for (size_t i = 0; i < 4; i++)
    assert_int_equal(io_int(&rows, i, 0), 2 + (int)i);
  io_rows_free(&rows);
  read_fine("select 1 as id, 2 as \"a \"\"b\"\"; c\", 3 as \"cafe\xcc\x81\", 4 as \"select\", 5 as "
            "\"ID\" -- ;",
            &entity, "UTC", &rows);
  for (size_t i = 0; i < 4; i++)
    assert_int_equal(io_int(&rows, i, 0), 2 + (int)i);
  io_rows_free(&rows);
}

/* Row i of the scan has value i, whatever the number of threads, row groups and files. */
static void expect_order(const char *value, int64_t count, unsigned threads) {
  struct seg_plan_input inputs[] = {{.type = SEG_COLUMN_INT, .name = TEXT("i")},
                                    {.type = SEG_COLUMN_TEXT, .name = TEXT("t"), .optional = true}};
  struct seg_plan_entity entity = customer(inputs, 2);
  struct io_rows rows;
  char text[32];
  io_read(value, &entity, "UTC", threads, &rows);
  if (rows.status != SEG_OK)
    fail_msg("%s", rows.error.message);
  assert_int_equal(rows.count, count);
  for (int64_t i = 0; i < count; i++) {
    if (io_int(&rows, 0, i) != i)
      fail_msg("%s, %u threads: row %lld holds %lld", value, threads, (long long)i,
               (long long)io_int(&rows, 0, i));
    if (io_known(&rows, 1, i) != (i % 3 != 0))
      fail_msg("known bit of row %lld", (long long)i);
    snprintf(text, sizeof text, "text number %lld", (long long)i);
    if (i % 3 != 0 && strcmp(io_text(&rows, 1, i), text) != 0)
      fail_msg("text of row %lld", (long long)i);
  }
  io_rows_free(&rows);
}

static void order(void **state) {
  (void)state;
#define ROWS "select i as id, i, case when i %% 3 <> 0 then 'text number ' || i end as t from range"
  // Row groups of 2,048 rows: hundreds of them, and more than one batch of the reader.
  io_sql("copy (" ROWS "(0, 700000) as r(i)) to '%s/o1.parquet' (row_group_size 2048)");
  io_sql("copy (" ROWS "(700000, 700001) as r(i)) to '%s/o2.parquet'");
  io_sql("copy (" ROWS "(700001, 1000000) as r(i)) to '%s/o3.parquet' (row_group_size 10000)");
  io_sql("copy (" ROWS "(0, 500000) as r(i)) to '%s/p1.csv'");
  io_sql("copy (" ROWS "(500000, 600000) as r(i)) to '%s/p2.csv.gz'");
  io_sql("copy (" ROWS "(600000, 1000000) as r(i)) to '%s/p3.csv'");
  static const unsigned threads[] = {4, 1, 2, 8};
  for (int64_t i = 0; i < seg_test_share(4); i++) {
    expect_order(io_path("o*.parquet"), 1000000, threads[i]);
    expect_order(io_path("p*.csv*"), 1000000, threads[i]);
  }
  // Chunks that are not full, because a filter has thinned them.
  char sql[512];
  snprintf(sql, sizeof sql,
           "with kept as (select (i - 1) // 7 as i from '%s' where i %% 7 = 1) select i as id, i, "
           "case when i %% 3 <> 0 then 'text number ' || i end as t from kept",
           io_path("o1.parquet"));
  expect_order(sql, 100000, 4);
}

/* A folder is a source too; a source without rows has none. */
static void no_rows(void **state) {
  (void)state;
  struct seg_plan_input inputs[] = {{.type = SEG_COLUMN_INT, .name = TEXT("i")}};
  struct seg_plan_entity entity = customer(inputs, 1);
  struct io_rows rows;
  read_fine(io_write_text("none.csv", "id,i\n"), &entity, "UTC", &rows);
  assert_int_equal(rows.count, 0);
  io_rows_free(&rows);
  io_sql("copy (select 1 as id, 2 as i where false) to '%s/none.parquet'");
  read_fine(io_path("none.parquet"), &entity, "UTC", &rows);
  assert_int_equal(rows.count, 0);
  io_rows_free(&rows);
}

/* Missing keys are for the executor to judge: they come with a known bit of 0. */
static void missing_keys(void **state) {
  (void)state;
  struct seg_plan_entity entity = customer(NULL, 0);
  struct io_rows rows;
  read_fine("select unnest([1, null, 3]) as id", &entity, "UTC", &rows);
  assert_int_equal(rows.count, 3);
  assert_int_equal(rows.key.known[0], 5);
  assert_int_equal(((int64_t *)rows.key.values)[2], 3);
  io_rows_free(&rows);
  read_fine(io_write_text("keys.csv", "id,x\nA,1\n,2\n\"\",3\n"), &entity, "UTC", &rows);
  assert_int_equal(rows.key.known[0], 5);
  io_rows_free(&rows);
}

static void interruption(void **state) {
  (void)state;
  struct seg_plan_entity entity = customer(NULL, 0);
  struct seg_binding binding = {.kind = SEG_BINDING_SQL,
                                .source = TEXT("data"),
                                .sql = TEXT("select i as id from range(1000000) as r(i)")};
  struct seg_zone *zone = NULL;
  struct seg_source *source = NULL;
  struct seg_morsel morsel;
  struct seg_error error;
  atomic_bool stop = false;
  struct seg_io_options options = {.threads = 1, .interrupted = &stop};
  int64_t row;
  bool end;
  assert_int_equal(seg_zone_load(seg_str_view("UTC"), &zone, &error), SEG_OK);
  assert_int_equal(seg_source_open_duckdb(&binding, &entity, zone, &options, &source, &error),
                   SEG_OK);
  seg_morsel_init(&morsel, source);
  assert_int_equal(seg_source_next(source, &morsel, &end, &row, &error), SEG_OK);
  assert_false(end);
  assert_in_range(morsel.row_count, 1, SEG_MORSEL_ROWS);
  stop = true;
  assert_int_equal(seg_source_next(source, &morsel, &end, &row, &error), SEG_INTERRUPTED);
  seg_morsel_deinit(&morsel);
  seg_source_close(source);
  seg_zone_free(zone);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(csv_types, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(csv_forms, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(parquet_types, io_make_folder, io_remove_folder),
      cmocka_unit_test(times),
      cmocka_unit_test_setup_teardown(names, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(order, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(no_rows, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(missing_keys, io_make_folder, io_remove_folder),
      cmocka_unit_test(interruption),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
