// Every message about data that is refused: its code, its place, its words and its fix. The
// expected texts are written here by hand; %s is the temporary folder.
#include "tests/unit/io_support.h"

#include <zlib.h>

#define TEXT(literal) {(literal), sizeof(literal) - 1}

static const struct seg_str colours[] = {TEXT("red"), TEXT("green")};

// The entity that a case reads: column x of some type, optional when `optional`.
struct bad {
  enum seg_column_type type;
  const char *value; // CSV file content or SQL
  const char *code;
  const char *message; // whole, with %s for the folder
  const char *help;    // a part of it; NULL: not looked at
  bool optional, personal;
};

static void expect_text(const char *what, const char *text, const char *expected) {
  char whole[2048];
  snprintf(whole, sizeof whole, expected, io_folder, io_folder);
  if (strcmp(text, whole) != 0)
    fail_msg("%s is\n  %s\nbut should be\n  %s", what, text, whole);
}

static void expect_error(const char *source, const struct seg_plan_entity *entity, unsigned threads,
                         const char *code, const char *message, const char *help) {
  struct io_rows rows;
  io_read(source, entity, "Europe/Berlin", threads, &rows);
  if (rows.status == SEG_OK)
    fail_msg("%s: read without an error", source);
  expect_text("the message", rows.error.message, message);
  assert_string_equal(rows.error.code, code);
  if (help != NULL && strstr(rows.error.help, help) == NULL)
    fail_msg("the help is\n  %s\nwithout\n  %s", rows.error.help, help);
  io_rows_free(&rows);
}

static void check(const struct bad *bad) {
  struct seg_plan_input input = {.type = bad->type,
                                 .name = TEXT("x"),
                                 .scale = 2,
                                 .optional = bad->optional,
                                 .personal = bad->personal,
                                 .value_count = 2,
                                 .values = colours};
  struct seg_plan_entity entity = {
      .name = TEXT("customer"), .key = TEXT("id"), .inputs = &input, .input_count = 1};
  if (bad->type == SEG_COLUMN_DAY)
    entity.time = (struct seg_str)TEXT("x");
  bool query = strncmp(bad->value, "select", 6) == 0;
  const char *source = query ? bad->value : io_write_text("data.csv", bad->value);
  for (unsigned threads = 1; threads <= 2; threads++)
    expect_error(source, &entity, threads, bad->code, bad->message, bad->help);
}

#define CSV_PLACE  "%s/data.csv, row 2 (line 3), "
#define SQL_PLACE  "the query of source \"data\", row 2, "
#define CSV(value) "id,x\n1,\n2," value "\n3,\n"

static void values(void **state) {
  (void)state;
  static const struct bad cases[] = {
      {SEG_COLUMN_BOOL, CSV("maybe"), "D205", CSV_PLACE "column x: \"maybe\" is not yes or no",
       "true, false", true, false},
      {SEG_COLUMN_INT, CSV("12.5"), "D206", CSV_PLACE "column x: \"12.5\" is not a whole number",
       "number", true, false},
      {SEG_COLUMN_INT, CSV(" 12"), "D206", CSV_PLACE "column x: \" 12\" is not a whole number",
       NULL, true, false},
      {SEG_COLUMN_INT, CSV("9223372036854775808"), "D212",
       CSV_PLACE
       "column x: \"9223372036854775808\" is outside the range of whole numbers (64 bits)",
       NULL, true, false},
      {SEG_COLUMN_NUMBER, CSV("1e999"), "D212",
       CSV_PLACE "column x: \"1e999\" is too large for a number", NULL, true, false},
      {SEG_COLUMN_NUMBER, CSV("$5"), "D207", CSV_PLACE "column x: \"$5\" is not a number",
       "like 12.5", true, false},
      {SEG_COLUMN_MONEY, CSV("\"12,50\""), "D208",
       CSV_PLACE "column x: \"12,50\" is not an amount: it has a comma", "with a point", true,
       false},
      {SEG_COLUMN_MONEY, CSV("12.505"), "D208",
       CSV_PLACE
       "column x: \"12.505\" is not an amount: it has more decimals than the column's currency",
       "round", true, false},
      {SEG_COLUMN_MONEY, CSV("12 EUR"), "D208",
       CSV_PLACE "column x: \"12 EUR\" is not an amount: it is not a number", "currency sign", true,
       false},
      {SEG_COLUMN_MONEY, CSV("92233720368547758.08"), "D212",
       CSV_PLACE
       "column x: \"92233720368547758.08\" is too large for an amount (64 bits of minor units)",
       NULL, true, false},
      {SEG_COLUMN_DATE, CSV("01.03.2024"), "D209",
       CSV_PLACE "column x: \"01.03.2024\" is not a date", "2026-11-01", true, false},
      {SEG_COLUMN_DATE, CSV("2024-02-30"), "D209",
       CSV_PLACE "column x: \"2024-02-30\" is not a date", NULL, true, false},
      {SEG_COLUMN_DATE, CSV("2024-02-28 12:00"), "D209",
       CSV_PLACE "column x: \"2024-02-28 12:00\" is not a date: it has a time of day", "timestamp",
       true, false},
      {SEG_COLUMN_TIMESTAMP, CSV("yesterday"), "D210",
       CSV_PLACE "column x: \"yesterday\" is not a point in time", "2026-11-01T", true, false},
      {SEG_COLUMN_TIMESTAMP, CSV("2024-02-28 12:00"), "D111",
       CSV_PLACE "column x: \"2024-02-28 12:00\" has no time zone, and none is declared",
       "zone \"UTC\"", true, false},
      {SEG_COLUMN_ENUM, CSV("gren"), "D211",
       CSV_PLACE "column x: \"gren\" is not in the column's list",
       "did you mean \"green\"? The list is: red, green", true, false},
      {SEG_COLUMN_ENUM, CSV("GREEN"), "D211",
       CSV_PLACE "column x: \"GREEN\" is not in the column's list", "did you mean \"green\"", true,
       false},
      {SEG_COLUMN_ENUM, CSV("blue"), "D211",
       CSV_PLACE "column x: \"blue\" is not in the column's list", "add it to the list", true,
       false},
      {SEG_COLUMN_ENUM, CSV("gren"), "D211",
       CSV_PLACE "column x: a value (personal, not shown) is not in the column's list",
       "the list is", true, true},
      {SEG_COLUMN_INT, CSV("secret"), "D206",
       CSV_PLACE "column x: a value (personal, not shown) is not a whole number", NULL, true, true},
      {SEG_COLUMN_INT, "id,x\n1,7\n2,\n3,x\n", "D204", CSV_PLACE "column x: the value is missing",
       "`?`", false, false},
      {SEG_COLUMN_TEXT, "id,x\n1,7\n2,\n3,x\n", "D204", CSV_PLACE "column x: the value is missing",
       "`?`", false, false},
      {SEG_COLUMN_DAY, "id,x\n1,2024-01-01\n2,\n", "D204",
       CSV_PLACE "column x: the value is missing", NULL, false, false},
      {SEG_COLUMN_DAY, "id,x\n1,2024-01-01\n2,2024-01-01T01:02:03\n", "D111",
       CSV_PLACE "column x: \"2024-01-01T01:02:03\" has no time zone, and none is declared",
       "at ts zone", false, false},
      // A long value is cut, control characters are shown as their codes.
      {SEG_COLUMN_INT, CSV("\"a\tb0123456789012345678901234567890123456789012345678901234567890\""),
       "D206",
       CSV_PLACE "column x: \"a\\x09b012345678901234567890123456789012345678901234...\" is not a "
                 "whole number",
       NULL, true, false},
      // The row's line counts line ends inside quotes and blank lines.
      {SEG_COLUMN_INT, "id,x\n\n\"1\n1\",2\n\n2,y\n", "D206",
       "%s/data.csv, row 2 (line 6), column x: \"y\" is not a whole number", NULL, true, false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    check(&cases[i]);
}

#define TWO(value) "select unnest([1, 2]) as id, unnest([null, " value "]) as x"

static void typed_values(void **state) {
  (void)state;
  static const struct bad cases[] = {
      {SEG_COLUMN_INT, TWO("1.5::double"), "D206", SQL_PLACE "column x: 1.5 is not a whole number",
       NULL, true, false},
      {SEG_COLUMN_INT, TWO("'nan'::double"), "D206",
       SQL_PLACE "column x: nan is not a whole number", NULL, true, false},
      {SEG_COLUMN_INT, TWO("9007199254740994::double"), "D212",
       SQL_PLACE "column x: 9007199254740994 is outside the range of whole numbers (64 bits)", NULL,
       true, false},
      {SEG_COLUMN_INT, TWO("18446744073709551615::ubigint"), "D212",
       SQL_PLACE "column x: 18446744073709551615 is outside the range of whole numbers (64 bits)",
       NULL, true, false},
      {SEG_COLUMN_INT, TWO("65535::usmallint + 9223372036854775807::uhugeint"), "D212",
       SQL_PLACE "column x: 9223372036854841342 is outside the range of whole numbers (64 bits)",
       NULL, true, false},
      // Its bits are not those of a number that is shown.
      {SEG_COLUMN_INT, TWO("170141183460469231731687303715884105728::uhugeint"), "D212",
       SQL_PLACE "column x: 2^127 - 1 or more is outside the range of whole numbers (64 bits)",
       NULL, true, false},
      {SEG_COLUMN_INT, TWO("340282366920938463463374607431768211455::uhugeint"), "D212",
       SQL_PLACE "column x: 2^127 - 1 or more is outside the range of whole numbers (64 bits)",
       NULL, true, false},
      {SEG_COLUMN_INT, TWO("-0.05::decimal(4,2)"), "D206",
       SQL_PLACE "column x: -0.05 is not a whole number", NULL, true, false},
      {SEG_COLUMN_NUMBER, TWO("'inf'::double"), "D207",
       SQL_PLACE "column x: inf is not a finite number", NULL, true, false},
      {SEG_COLUMN_MONEY, TWO("(0.1::double + 0.2::double)"), "D208",
       SQL_PLACE "column x: 0.30000000000000004 is not an amount: no amount of the column's "
                 "currency has this as its nearest number",
       "round", true, false},
      {SEG_COLUMN_MONEY, TWO("12.345::decimal(9,3)"), "D208",
       SQL_PLACE
       "column x: 12.345 is not an amount: it has more decimals than the column's currency",
       NULL, true, false},
      {SEG_COLUMN_MONEY, TWO("9223372036854775807::bigint"), "D212",
       SQL_PLACE
       "column x: 9223372036854775807 is too large for an amount (64 bits of minor units)",
       NULL, true, false},
      {SEG_COLUMN_MONEY, TWO("12345678901234567890123456789012345678::decimal(38,0)"), "D212",
       SQL_PLACE "column x: 12345678901234567890123456789012345678 is too large for an amount (64 "
                 "bits of minor units)",
       NULL, true, false},
      {SEG_COLUMN_BOOL, TWO("2"), "D205", SQL_PLACE "column x: 2 is not yes or no", NULL, true,
       false},
      {SEG_COLUMN_DATE, TWO("'infinity'::date"), "D212",
       SQL_PLACE "column x: day 2147483647 is outside the years 1 to 9999", NULL, true, false},
      {SEG_COLUMN_DATE, TWO("timestamp '2024-03-01 00:00:01'"), "D209",
       SQL_PLACE "column x: 2024-03-01T00:00:01 is not a date: it has a time of day", "timestamp",
       true, false},
      {SEG_COLUMN_TIMESTAMP, TWO("date '10000-01-01'"), "D212",
       SQL_PLACE "column x: day 2932897 is outside the years 1 to 9999", NULL, true, false},
      {SEG_COLUMN_ENUM, TWO("3"), "D211", SQL_PLACE "column x: 3 is not in the column's list",
       "red, green", true, false},
      // Types that do not fit at all are found before a row is read.
      {SEG_COLUMN_TIMESTAMP, TWO("timestamp '2024-03-01 10:00:00'"), "D111",
       "the query of source \"data\": column \"x\" holds timestamps without a time zone, and none "
       "is declared",
       "`at x zone \"UTC\"`", true, false},
      {SEG_COLUMN_MONEY, TWO("date '2024-01-01'"), "D106",
       "the query of source \"data\": column \"x\" holds dates, but the rules declare it as money",
       "query", true, false},
      {SEG_COLUMN_INT, TWO("[1, 2]"), "D106",
       "the query of source \"data\": column \"x\" holds nested, binary or other values that "
       "cannot be read, but the rules declare it as int",
       NULL, true, false},
      {SEG_COLUMN_INT, "select 1.5::double as id, 1 as x", "D106",
       "the query of source \"data\": column \"id\" holds floating-point numbers, but the rules "
       "use it as a key, which is whole numbers or text",
       NULL, true, false},
      {SEG_COLUMN_INT, "select 18446744073709551615::ubigint as id, 1 as x", "D212",
       "the query of source \"data\", row 1, column id: 18446744073709551615 does not fit a 64-bit "
       "key",
       "varchar", true, false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    check(&cases[i]);
}

static void columns(void **state) {
  (void)state;
  static const struct seg_str declared[] = {TEXT("id"), TEXT("amount")};
  struct seg_plan_entity entity = {
      .name = TEXT("purchase"), .key = TEXT("id"), .declared_count = 2, .declared = declared};
  struct seg_plan_entity timed = entity;
  timed.time = (struct seg_str)TEXT("ts");
  expect_error(io_write_text("a.csv", "id,amuont,x\n"), &entity, 1, "D105",
               "%s/a.csv has no column \"amount\"",
               "did you mean \"amuont\"? The columns are: id, amuont, x");
  expect_error(io_write_text("a.csv", "id,Amount\n"), &entity, 1, "D105",
               "%s/a.csv has no column \"amount\"", "did you mean \"Amount\"?");
  expect_error(io_write_text("a.csv", "17,32.50\n"), &entity, 1, "D105",
               "%s/a.csv has no column \"id\"", "the columns are: 17, 32.50");
  expect_error(io_write_text("a.csv", "id,amount\n"), &timed, 1, "D105",
               "%s/a.csv has no column \"ts\"", "the columns are: id, amount");
  expect_error(io_write_text("a.csv", "id,amount,id\n"), &entity, 1, "D107",
               "%s/a.csv, line 1: the columns 1 and 3 are both called \"id\"", "its own name");
  expect_error("select 1 as id, 2 as amount, 3 as id", &entity, 1, "D107",
               "the query of source \"data\" has 2 columns called \"id\"", NULL);
  io_sql("copy (select 1 as id, 2 as amoumt) to '%s/a.parquet'");
  expect_error(io_path("a.parquet"), &entity, 1, "D105", "%s/a.parquet has no column \"amount\"",
               "did you mean \"amoumt\"?");
}

static void several_files(void **state) {
  (void)state;
  struct seg_plan_input input = {.type = SEG_COLUMN_INT, .name = TEXT("x"), .optional = true};
  struct seg_plan_entity entity = {
      .name = TEXT("customer"), .key = TEXT("id"), .inputs = &input, .input_count = 1};
  io_write_text("a1.csv", "id,x\n1,2\n2,3\n");
  io_write_text("a2.csv", "id,x\n3,4\n4,oops\n");
  expect_error(io_path("a*.csv"), &entity, 2, "D206",
               "%s/a2.csv, row 2 (line 3), column x: \"oops\" is not a whole number", NULL);
  io_write_text("a2.csv", "x,id\n3,4\n");
  expect_error(io_path("a*.csv"), &entity, 2, "D109",
               "%s/a1.csv and %s/a2.csv do not fit together: column \"id\" stands elsewhere in the "
               "second, or nowhere",
               "query");
  io_write_text("a2.csv", "id\n3\n");
  expect_error(io_path("a*.csv"), &entity, 2, "D109",
               "%s/a1.csv and %s/a2.csv do not fit together: column \"x\" is missing in the second",
               NULL);
  io_write_text("a2.csv", "id;x\n3;4\n");
  expect_error(io_path("a*.csv"), &entity, 2, "D109",
               "%s/a1.csv and %s/a2.csv do not fit together: column \"id\" ends with another "
               "delimiter in the second",
               NULL);
  io_sql("copy (select i as id, 5.5::double as x from range(3000) as r(i)) to '%s/b1.parquet'");
  io_sql("copy (select i as id, 5 as x from range(3) as r(i)) to '%s/b2.parquet'");
  expect_error(io_path("b*.parquet"), &entity, 2, "D109",
               "%s/b1.parquet and %s/b2.parquet do not fit together: column \"x\" has another type "
               "in the second",
               NULL);
  io_sql("copy (select i as id, i::double as x from range(3000) as r(i)) to '%s/b1.parquet'");
  io_sql("copy (select i as id, case i when 4000 then 0.5 else i end::double as x from range(5000) "
         "as r(i)) to '%s/b2.parquet' (row_group_size 2048)");
  expect_error(io_path("b*.parquet"), &entity, 2, "D206",
               "%s/b2.parquet, row 4001, column x: 0.5 is not a whole number", NULL);
}

static void broken_csv(void **state) {
  (void)state;
  static const struct bad cases[] = {
      {0, "id,x\n1,2\n2\n", "D202",
       CSV_PLACE "the row has 1 field, but the first line names 2 columns", "quotes", true, false},
      {0, "id,x\n1,2\n2,3,4\n", "D202",
       CSV_PLACE "the row has 3 fields, but the first line names 2 columns", NULL, true, false},
      {0, "id,x\n1,2\n2,\"3\n4,5\n", "D202", CSV_PLACE "a quote is opened and never closed", NULL,
       true, false},
      {0, "id,x\n1,2\n2,\"3\"4\n", "D202", CSV_PLACE "text follows the closing quote of a value",
       NULL, true, false},
      {0, "id,x\n1,2\n2,3\r\n4,5\n", "D202",
       CSV_PLACE
       "the line ends in another way than the first line (Windows and Unix line ends are mixed)",
       NULL, true, false},
      {0, "id,x\n1,2\n2,\xfc\n", "D203", CSV_PLACE "the row is not UTF-8 text", "iconv", true,
       false},
      {0, "id,x\n1,2\n2,3\n3,\"4\n5\n\n6\",1\n", "D202",
       "%s/data.csv, row 3 (line 4), the row has 3 fields, but the first line names 2 columns",
       NULL, true, false},
      {0, "\nid,x\n", "D202", "%s/data.csv, line 1 is empty: it must name the columns", NULL, true,
       false},
      {0, "id,\"x\n1,2\n", "D202",
       "%s/data.csv, line 1: a quote is not closed before the end of the line", NULL, true, false},
      {0, "id,\xfc\n1,2\n", "D203", "%s/data.csv, line 1: the names of the columns are not UTF-8",
       "UTF-8", true, false},
      {0, "", "D108", "the file %s/data.csv is empty: it has no columns", NULL, true, false},
      {0, "\xef\xbb\xbf", "D108", "the file %s/data.csv is empty: it has no columns", NULL, true,
       false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct bad bad = cases[i];
    bad.type = SEG_COLUMN_TEXT;
    check(&bad);
  }
}

/* A bad value far behind and a broken row further behind: the value comes first, with any number of
   threads; and the other way round. */
static void first_in_file_order(void **state) {
  (void)state;
  struct seg_plan_input input = {.type = SEG_COLUMN_INT, .name = TEXT("x"), .optional = true};
  struct seg_plan_entity entity = {
      .name = TEXT("customer"), .key = TEXT("id"), .inputs = &input, .input_count = 1};
  enum { ROWS = 3000000 };
  for (int broken_first = 0; broken_first < 2; broken_first++) {
    const char *path = io_path("long.csv");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("id,x\n", file);
    for (int i = 0; i < ROWS; i++) {
      int kind = i == 1500000 ? 1 + broken_first : i == 2900000 ? 2 - broken_first : 0;
      if (kind == 1)
        fprintf(file, "%d,bad\n", i);
      else
        fprintf(file, kind == 2 ? "%d,1,2\n" : "%d,1\n", i);
    }
    assert_int_equal(fclose(file), 0);
    for (unsigned threads = 1; threads <= 4; threads *= 2)
      expect_error(path, &entity, threads, broken_first ? "D202" : "D206",
                   broken_first ? "%s/long.csv, row 1500001 (line 1500002), the row has 3 fields, "
                                  "but the first line names 2 columns"
                                : "%s/long.csv, row 1500001 (line 1500002), column x: \"bad\" is "
                                  "not a whole number",
                   NULL);
  }
}

static void damaged_files(void **state) {
  (void)state;
  struct seg_plan_input input = {.type = SEG_COLUMN_INT, .name = TEXT("x"), .optional = true};
  struct seg_plan_entity entity = {
      .name = TEXT("customer"), .key = TEXT("id"), .inputs = &input, .input_count = 1};
  struct io_rows rows;
  // Not Parquet at all, and Parquet without its end.
  io_read(io_write_text("no.parquet", "id,x\n1,2\n3,4\n5,6\n"), &entity, "UTC", 2, &rows);
  assert_int_equal(rows.status, SEG_BAD_DATA);
  assert_string_equal(rows.error.code, "D201");
  assert_non_null(strstr(rows.error.message, "no.parquet cannot be read as Parquet: "));
  assert_non_null(strstr(rows.error.help, "copied completely"));
  io_rows_free(&rows);
  io_sql("copy (select i as id, hash(i) %% 1000000 as x from range(300000) as r(i)) to "
         "'%s/whole.parquet'");
  FILE *file = fopen(io_path("whole.parquet"), "rb");
  static unsigned char bytes[8 << 20];
  size_t size = fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  assert_in_range(size, 100000, sizeof bytes - 1);
  io_read(io_write("cut.parquet", bytes, size / 2), &entity, "UTC", 2, &rows);
  assert_int_equal(rows.status, SEG_BAD_DATA);
  assert_string_equal(rows.error.code, "D201");
  io_rows_free(&rows);
  // The footer is fine, the pages are not: found while reading.
  memset(bytes + 5000, 0xff, 50000);
  io_write("dead.parquet", bytes, size);
  io_read(io_path("dead.parquet"), &entity, "UTC", 2, &rows);
  assert_int_equal(rows.status, SEG_BAD_DATA);
  assert_string_equal(rows.error.code, "D201");
  assert_non_null(strstr(rows.error.message, "dead.parquet is damaged: "));
  io_rows_free(&rows);
  // Nothing is damaged, but who wrote the file packed it in a way of which DuckDB knows only the
  // name.
  io_sql("copy (select i as id, i as x from range(10) as r(i)) to '%s/whole.parquet' "
         "(compression uncompressed)");
  file = fopen(io_path("whole.parquet"), "rb");
  size = fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  static const unsigned char unpacked[] = {'x', 0x15, 0}; // of the footer: a name, field 4, codec
  unsigned char *codec = memmem(bytes, size, unpacked, sizeof unpacked);
  assert_non_null(codec);
  codec[2] = 2 * 5; // LZ4 as the first version of the format had it, zigzag
  io_read(io_write("other.parquet", bytes, size), &entity, "UTC", 2, &rows);
  assert_int_equal(rows.status, SEG_BAD_DATA);
  assert_string_equal(rows.error.code, "D201");
  assert_non_null(strstr(rows.error.message, "written in a way that cannot be read here: "));
  assert_non_null(strstr(rows.error.help, "write the file again"));
  io_rows_free(&rows);
  // A gzip stream that stops in the middle must not pass as a shorter file.
  gzFile packed = gzopen(io_path("whole.csv.gz"), "wb");
  gzputs(packed, "id,x\n");
  for (int i = 0; i < 200000; i++)
    gzprintf(packed, "%d,%d\n", i, i * 7919 % 1000003);
  assert_int_equal(gzclose(packed), Z_OK);
  file = fopen(io_path("whole.csv.gz"), "rb");
  size = fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  io_write("cut.csv.gz", bytes, size / 2);
  io_read(io_path("cut.csv.gz"), &entity, "UTC", 2, &rows);
  assert_int_equal(rows.status, SEG_BAD_DATA);
  assert_string_equal(rows.error.code, "D201");
  assert_non_null(strstr(rows.error.message, "damaged"));
  io_rows_free(&rows);
  // The checksum at the end is wrong: the rows look fine, and must not be believed.
  bytes[size - 8] ^= 1;
  io_write("sum.csv.gz", bytes, size);
  io_read(io_path("sum.csv.gz"), &entity, "UTC", 2, &rows);
  assert_int_equal(rows.status, SEG_BAD_DATA);
  assert_string_equal(rows.error.code, "D201");
  assert_non_null(strstr(rows.error.message,
                         "sum.csv.gz is damaged: it ends too early or its checksum does not fit"));
  io_rows_free(&rows);
}

static void queries(void **state) {
  (void)state;
  struct seg_plan_entity entity = {.name = TEXT("customer"), .key = TEXT("id")};
  struct io_rows rows;
  static const char *const cases[][2] = {
      {"select 1 as id form x", "the query of source \"data\" failed: "},
      {"select * from nowhere", "the query of source \"data\" failed: "},
      {"select 1 as id; select 2 as id", "the query of source \"data\" failed: "},
      {"select error('stop here') as id",
       "the query of source \"data\" failed while reading rows: "},
      {"with x as (select 1) insert into x select 1", "the query of source \"data\" "},
      {"from 'missing.csv'", "the query of source \"data\" failed: "},
      {"from 'https://example.org/x.parquet'", "the query of source \"data\" failed: "},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    io_read(cases[i][0], &entity, "UTC", 1, &rows);
    if (rows.status == SEG_OK || strncmp(rows.error.message, cases[i][1], strlen(cases[i][1])) != 0)
      fail_msg("%s: %s", cases[i][0], rows.error.message);
    assert_string_equal(rows.error.code, "D110");
    assert_null(strchr(rows.error.message, '\n'));
    io_rows_free(&rows);
  }
}

// The engine quotes values in its own words, and the caller's query may read personal columns.
static void engine_words_hide_values(void **state) {
  (void)state;
  struct seg_plan_input input = {.type = SEG_COLUMN_TEXT, .name = TEXT("x"), .personal = true};
  struct seg_plan_entity entity = {
      .name = TEXT("customer"), .key = TEXT("id"), .inputs = &input, .input_count = 1};
  struct io_rows rows;
  io_write_text("secret.csv", "id,x\n1,topsecret\n");
  char query[512];
  snprintf(query, sizeof query, "select id, cast(cast(x as integer) as varchar) as x from '%s'",
           io_path("secret.csv"));
  io_read(query, &entity, "UTC", 1, &rows);
  assert_int_equal(rows.status, SEG_BAD_DATA);
  assert_string_equal(rows.error.code, "D110");
  assert_non_null(strstr(rows.error.message, "Conversion Error"));
  assert_null(strstr(rows.error.message, "topsecret"));
  io_rows_free(&rows);
  // A Parquet text whose bytes are not UTF-8.
  io_sql("copy (select 1 as id, 'topsecret' as x) to '%s/secret.parquet' (compression "
         "uncompressed)");
  FILE *file = fopen(io_path("secret.parquet"), "rb");
  unsigned char bytes[4096];
  size_t size = fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  for (size_t i = 0; i + 9 <= size; i++)
    if (memcmp(bytes + i, "topsecret", 9) == 0)
      bytes[i + 1] = 0xff;
  io_read(io_write("secret.parquet", bytes, size), &entity, "UTC", 1, &rows);
  assert_int_equal(rows.status, SEG_BAD_DATA);
  assert_string_equal(rows.error.code, "D203");
  assert_null(strstr(rows.error.message, "psecret"));
  io_rows_free(&rows);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(values, io_make_folder, io_remove_folder),
      cmocka_unit_test(typed_values),
      cmocka_unit_test_setup_teardown(columns, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(several_files, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(broken_csv, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(first_in_file_order, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(damaged_files, io_make_folder, io_remove_folder),
      cmocka_unit_test(queries),
      cmocka_unit_test_setup_teardown(engine_words_hide_values, io_make_folder, io_remove_folder),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
