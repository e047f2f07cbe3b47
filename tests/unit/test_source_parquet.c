// Parquet files that runtime/parquet reads: the same rows as DuckDB's own reading of the same file
// gives (through a query), errors at their rows, and damage of any kind told instead of believed.
#include "tests/unit/io_support.h"

#include "runtime/io/source_parquet.h"

#define TEXT(literal) {(literal), sizeof(literal) - 1}

static const struct seg_str listed[] = {TEXT("web"), TEXT("store"), TEXT("a longer one of them")};

static struct seg_plan_input inputs[] = {
    {.type = SEG_COLUMN_BOOL, .name = TEXT("b"), .optional = true},
    {.type = SEG_COLUMN_INT, .name = TEXT("i8"), .optional = true},
    {.type = SEG_COLUMN_INT, .name = TEXT("u32")},
    {.type = SEG_COLUMN_TEXT, .name = TEXT("u64")},
    {.type = SEG_COLUMN_NUMBER, .name = TEXT("d41"), .optional = true},
    {.type = SEG_COLUMN_MONEY, .name = TEXT("d92"), .scale = 2},
    {.type = SEG_COLUMN_MONEY, .name = TEXT("d184"), .scale = 4, .optional = true},
    {.type = SEG_COLUMN_NUMBER, .name = TEXT("flt"), .optional = true},
    {.type = SEG_COLUMN_NUMBER, .name = TEXT("dbl")},
    {.type = SEG_COLUMN_TEXT, .name = TEXT("t"), .optional = true},
    {.type = SEG_COLUMN_DATE, .name = TEXT("d"), .optional = true},
    {.type = SEG_COLUMN_TIMESTAMP, .name = TEXT("at"), .optional = true},
    {.type = SEG_COLUMN_ENUM,
     .name = TEXT("e"),
     .optional = true,
     .value_count = 3,
     .values = listed},
    {.type = SEG_COLUMN_INT, .name = TEXT("n"), .optional = true},
    {.type = SEG_COLUMN_TEXT, .name = TEXT("n"), .optional = true}, // another reading of the same
    {.type = SEG_COLUMN_BOOL, .name = TEXT("yes")},
};

static const struct seg_plan_entity wide = {.name = TEXT("purchase"),
                                            .key = TEXT("id"),
                                            .time = TEXT("tz"),
                                            .zone = TEXT("Europe/Berlin"),
                                            .inputs = inputs,
                                            .input_count = 16};

// Every type, a few of them missing here and there; few values and many, short texts and long ones,
// one that is not in normal form.
static const char every_type[] =
    "select if(i %% 11 = 3, null, 'customer ' || hash(i) %% 5000) as id, "
    "if(i %% 13 = 0, null, i %% 3 = 0) as b, if(i %% 17 = 0, null, i %% 256 - 128)::tinyint as i8, "
    "(hash(i, 1) %% 4294967296)::uinteger as u32, hash(i, 2)::ubigint as u64, "
    "if(hash(i) %% 2 = 0, null, i %% 9999 / 10)::decimal(4, 1) as d41, "
    "(i %% 20000 / 100)::decimal(9, 2) as d92, "
    "if(i < 3000, null, (hash(i, 3) %% 1000000007) / 10000)::decimal(18, 4) as d184, "
    "if(i %% 5 = 0, null, i / 4)::float as flt, sqrt(i) as dbl, "
    "if(i %% 7 = 0, null, case i %% 4 when 0 then 'pre' || chr(769) when 1 then '' when 2 then "
    "'a text of more than twelve bytes ' || i else i::varchar end) as t, "
    "if(i between 5000 and 9000, null, date '2020-02-28' + (i %% 3000)::integer) as d, "
    "if(i %% 3 = 0, null, timestamp '2024-03-31 00:00:00' + to_seconds(i)) as at, "
    "timestamptz '2024-10-27 00:00:00+00' + to_seconds(i * 7) as tz, "
    "case hash(i, 4) %% 4 when 0 then 'web' when 1 then 'store' when 2 then "
    "'a longer one of them' end as e, if(i %% 2 = 0, null, i %% 50)::smallint as n, "
    "if(i %% 2 = 0, 'yes', 'no') as yes from range(%d) as r(i)";

// As a run opens it.
static struct seg_source *open_parquet(const char *name, const struct seg_plan_entity *entity,
                                       unsigned threads, uint64_t memory, struct seg_arena *arena,
                                       struct seg_zone **zone) {
  struct seg_str override = seg_arena_format(arena, "data=%s", io_path(name));
  struct seg_binding_options options = {.override_count = 1, .overrides = &override};
  struct seg_binding *binding = SEG_NEW(arena, struct seg_binding);
  struct seg_io_options io = {.threads = threads, .memory_bytes = memory, .narrow = true};
  struct seg_source *source = NULL;
  struct seg_error error;
  assert_int_equal(seg_zone_load(seg_str_view("UTC"), zone, &error), SEG_OK);
  assert_int_equal(seg_binding_resolve(arena, &options, seg_str_view("data"), binding, &error),
                   SEG_OK);
  if (seg_source_open_duckdb(binding, entity, *zone, &io, &source, &error) != SEG_OK)
    fail_msg("%s: %s", name, error.message);
  return source;
}

// Does runtime/parquet read the files?
static bool is_read_here(const char *name, const struct seg_plan_entity *entity, uint64_t memory) {
  struct seg_arena arena;
  struct seg_zone *zone = NULL;
  seg_arena_init(&arena);
  struct seg_source *source = open_parquet(name, entity, 2, memory, &arena, &zone);
  bool here = ((const struct seg_duck_source *)source)->parquet != NULL;
  seg_source_close(source);
  seg_zone_free(zone);
  seg_arena_deinit(&arena);
  return here;
}

static void same_column(const char *what, uint32_t number, const struct seg_column *a,
                        const struct seg_column *b, int64_t count) {
  for (int64_t i = 0; i < count; i++) {
    bool same = seg_bitmap_test(a->known, i) == seg_bitmap_test(b->known, i);
    switch (a->layout) {
    case SEG_LAYOUT_BIT:
      same = same && seg_bitmap_test(a->values, i) == seg_bitmap_test(b->values, i);
      break;
    case SEG_LAYOUT_I32:
      same = same && ((int32_t *)a->values)[i] == ((int32_t *)b->values)[i];
      break;
    case SEG_LAYOUT_I64:
    case SEG_LAYOUT_F64:
      same = same && ((int64_t *)a->values)[i] == ((int64_t *)b->values)[i];
      break;
    case SEG_LAYOUT_TEXT:
      same =
          same && seg_str_equal(((struct seg_str *)a->values)[i], ((struct seg_str *)b->values)[i]);
      break;
    }
    if (!same)
      fail_msg("%s: column %u differs in row %lld", what, number, (long long)i);
  }
}

// Read the file here and through a query; both must be the same rows.
static void check_same_with(const char *name, const struct seg_plan_entity *entity,
                            const struct seg_io_options *options) {
  struct io_rows ours, theirs;
  char query[512];
  snprintf(query, sizeof query, "select * from '%s'", io_path(name));
  io_read_with(io_path(name), entity, "America/New_York", options, &ours);
  io_read(query, entity, "America/New_York", options->threads, &theirs);
  if (ours.status != SEG_OK || theirs.status != SEG_OK)
    fail_msg("%s: %s, %s", name, ours.error.message, theirs.error.message);
  assert_int_equal(ours.count, theirs.count);
  same_column(name, 100, &ours.key, &theirs.key, ours.count);
  if (entity->time.size > 0)
    same_column(name, 101, &ours.days, &theirs.days, ours.count);
  for (uint32_t c = 0; c < entity->input_count; c++)
    same_column(name, c, &ours.inputs[c], &theirs.inputs[c], ours.count);
  io_rows_free(&ours);
  io_rows_free(&theirs);
}

// And once more with whole numbers as narrow as the file has them.
static void check_same(const char *name, const struct seg_plan_entity *entity, unsigned threads) {
  check_same_with(name, entity, &(struct seg_io_options){.threads = threads});
  check_same_with(name, entity, &(struct seg_io_options){.threads = threads, .narrow = true});
}

static void write_rows(const char *name, int rows, const char *options) {
  char select[2048], sql[4096];
  snprintf(select, sizeof select, every_type, rows);
  snprintf(sql, sizeof sql, "copy (%s) to '%s' (%s)", select, io_path(name), options);
  io_query(sql);
}

static void every_form(void **state) {
  (void)state;
  static const struct {
    int rows;
    const char *options;
  } files[] = {
      {1, "compression snappy"},
      {20001, "compression snappy, row_group_size 2048"},
      {50000, "compression uncompressed, row_group_size 10000"},
      {30000, "compression gzip, row_group_size 30000"},
      {30000, "compression snappy, dictionary_size_limit 1"},
      {300000, "compression snappy, row_group_size 300000"}, // three morsels of one page
  };
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    write_rows("all.parquet", files[i].rows, files[i].options);
    assert_true(is_read_here("all.parquet", &wide, 0));
    check_same("all.parquet", &wide, i % 2 == 0 ? 2 : 7);
  }
}

// Whole numbers as differences: each type that has them, missing ones, and steps of any width up to
// those that go round.
static void differences(void **state) {
  (void)state;
  static struct seg_plan_input integers[] = {
      {.type = SEG_COLUMN_INT, .name = TEXT("small"), .optional = true},
      {.type = SEG_COLUMN_INT, .name = TEXT("large"), .optional = true},
      {.type = SEG_COLUMN_DATE, .name = TEXT("day"), .optional = true},
      {.type = SEG_COLUMN_TIMESTAMP, .name = TEXT("moment"), .optional = true},
      {.type = SEG_COLUMN_INT, .name = TEXT("step"), .optional = true},
  };
  static const struct seg_plan_entity entity = {.name = TEXT("customer"),
                                                .key = TEXT("id"),
                                                .zone = TEXT("UTC"),
                                                .inputs = integers,
                                                .input_count = 5};
  static const int rows[] = {1, 2, 128, 129, 130, 5000, 150000};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char sql[1024];
    snprintf(
        sql, sizeof sql,
        "copy (select i as id, ((hash(i) %% 4294967296)::bigint - 2147483648)::integer as small, "
        "if(i %% 3 = 0, null, (hash(i, 1)::hugeint - 9223372036854775807 - 1)::bigint) as large, "
        "date '1969-01-01' + (hash(i, 2) %% 100000)::integer as day, "
        "if(i between 1000 and 3000, null, timestamp '2024-01-01' + to_seconds(i)) as moment, "
        "(1::bigint << (i %% 63)) as step from range(%d) as r(i)) to '%s' "
        "(parquet_version v2, dictionary_size_limit 1, row_group_size 60000)",
        rows[i], io_path("d.parquet"));
    io_query(sql);
    assert_true(is_read_here("d.parquet", &entity, 0));
    check_same("d.parquet", &entity, 3);
  }
}

/* Fractions as DuckDB splits them: each byte in a stream of its own. */
static void split(void **state) {
  (void)state;
  static struct seg_plan_input fractions[] = {
      {.type = SEG_COLUMN_NUMBER, .name = TEXT("x"), .optional = true},
      {.type = SEG_COLUMN_NUMBER, .name = TEXT("f"), .optional = true},
  };
  static const struct seg_plan_entity entity = {
      .name = TEXT("customer"), .key = TEXT("id"), .inputs = fractions, .input_count = 2};
  io_sql("copy (select i as id, if(i %% 7 = 3, null, (hash(i) %% 10000000)::double / 8) as x, "
         "(hash(i, 1) %% 100000)::float / 16 as f from range(150000) as r(i)) to '%s/x.parquet' "
         "(parquet_version v2, row_group_size 60000)");
  assert_true(is_read_here("x.parquet", &entity, 0));
  check_same("x.parquet", &entity, 3);
}

/* What footers say of columns is what DuckDB says of them, or nothing. */
static void footers(void **state) {
  (void)state;
  static const char *const known[] = {"b",   "i8",  "i16", "i32", "i64", "u8", "u16",
                                      "u32", "u64", "f",   "d",   "t",   "e",  "day",
                                      "ts",  "ns",  "tz",  "d4",  "d9",  "d18"};
  io_sql(
      "copy (select true as b, 1::tinyint as i8, 1::smallint as i16, 1::integer as i32, 1::bigint "
      "as i64, 1::utinyint as u8, 1::usmallint as u16, 1::uinteger as u32, 1::ubigint as u64, "
      "1::float as f, 1::double as d, 'x' as t, 'x'::enum('x', 'y') as e, date '2020-01-01' as "
      "day, "
      "timestamp '2020-01-01' as ts, '2020-01-01'::timestamp_ns as ns, '2020-01-01'::timestamp_ms "
      "as ms, '2020-01-01'::timestamp_s as s, timestamptz '2020-01-01 00:00:00+00' as tz, "
      "1::decimal(4, 1) as d4, 1::decimal(9, 2) as d9, 1::decimal(18, 14) as d18, "
      "1::decimal(38, 4) as d38, uuid() as id, 'x'::blob as bytes, time '01:02:03' as time, "
      "1::hugeint as huge, interval 1 day as span, [1] as list, {'a': 1} as pair) "
      "to '%s/types.parquet'");
  struct seg_str path = seg_str_view(io_path("types.parquet"));
  struct seg_binding binding = {
      .source = TEXT("data"), .kind = SEG_BINDING_PARQUET, .files = &path, .file_count = 1};
  struct seg_duck_reach reach = {.files = &path, .file_count = 1};
  struct seg_io_options options = {.threads = 1};
  struct seg_parquet_file file;
  struct seg_schema ours = {0}, theirs = {0};
  struct seg_arena arena;
  struct seg_duck duck;
  struct seg_error error;
  size_t found = 0;
  seg_arena_init(&arena);
  assert_int_equal(seg_duck_open(&duck, &options, &reach, &error), SEG_OK);
  assert_int_equal(seg_schema_read(&arena, &duck, &binding, &theirs, &error), SEG_OK);
  assert_true(seg_schema_read_footers(&arena, &binding, &file, &ours));
  assert_int_equal(theirs.count, 30);
  assert_int_equal(ours.count, 28); // without those that are nested
  for (uint32_t i = 0; i < ours.count; i++) {
    bool is_known = found < sizeof known / sizeof *known && seg_str_is(ours.names[i], known[found]);
    found += is_known;
    if (!seg_str_equal(ours.names[i], theirs.names[i]) ||
        (is_known && (ours.unreadable[i] || ours.casts[i] != theirs.casts[i] ||
                      ours.readings[i].type != theirs.readings[i].type ||
                      ours.readings[i].family != theirs.readings[i].family ||
                      ours.readings[i].scale != theirs.readings[i].scale)))
      fail_msg("column %.*s", SEG_STR(ours.names[i]));
  }
  assert_int_equal(found, sizeof known / sizeof *known);
  seg_duck_close(&duck);
  // Names that DuckDB changes: "A_b" becomes "A b" in the file, where "a B" is already.
  static unsigned char bytes[1 << 16];
  io_sql("copy (select 1 as a, 2 as \"A_b\", 3 as \"a B\") to '%s/types.parquet'");
  assert_true(seg_schema_read_footers(&arena, &binding, &file, &ours));
  FILE *stream = fopen(path.data, "rb");
  assert_non_null(stream);
  size_t size = fread(bytes, 1, sizeof bytes, stream);
  fclose(stream);
  for (unsigned char *at; (at = memmem(bytes, size, "A_b", 3)) != NULL;)
    at[1] = ' ';
  io_write("types.parquet", bytes, size);
  assert_false(seg_schema_read_footers(&arena, &binding, &file, &ours));
  seg_arena_deinit(&arena);
}

/* Types, encodings and codecs that are left to DuckDB, and files that are too large for the memory;
   the rows are the same. */
static void left_to_duckdb(void **state) {
  (void)state;
  struct seg_plan_input input = {.type = SEG_COLUMN_NUMBER, .name = TEXT("x"), .optional = true};
  const struct seg_plan_entity entity = {
      .name = TEXT("customer"), .key = TEXT("id"), .inputs = &input, .input_count = 1};
  static const char *const files[] = {
      "copy (select i as id, i::decimal(30, 2) as x from range(5000) as r(i)) to '%s/x.parquet'",
      "copy (select i as id, i as x from range(5000) as r(i)) to '%s/x.parquet' (compression zstd)",
  };
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    io_sql(files[i]);
    assert_false(is_read_here("x.parquet", &entity, 0));
    check_same("x.parquet", &entity, 2);
  }
  io_sql("copy (select i as id, i as x from range(100000) as r(i)) to '%s/x.parquet'");
  assert_true(is_read_here("x.parquet", &entity, 0));
  assert_true(is_read_here("x.parquet", &entity, 64 << 20));
  assert_false(is_read_here("x.parquet", &entity, 1 << 20));
}

/* The order of rows is that of files, row groups and rows, whoever reads what. */
static void order(void **state) {
  (void)state;
  struct seg_plan_input input = {.type = SEG_COLUMN_INT, .name = TEXT("x")};
  const struct seg_plan_entity entity = {
      .name = TEXT("customer"), .key = TEXT("id"), .inputs = &input, .input_count = 1};
  io_sql("copy (select i as id, i as x from range(0, 70001) as r(i)) to '%s/o1.parquet' "
         "(row_group_size 4096)");
  // Another order of columns, another type of integers in the file.
  io_sql("copy (select i as x, i as id from range(70001, 70002) as r(i)) to '%s/o2.parquet'");
  io_sql("copy (select i as id, i as x from range(70002, 70002) as r(i)) to '%s/o3.parquet'");
  io_sql("copy (select i as id, i as x from range(70002, 400000) as r(i)) to '%s/o4.parquet' "
         "(row_group_size 150000)");
  assert_true(is_read_here("o*.parquet", &entity, 0));
  for (unsigned threads = 1; threads <= 7; threads += 3) {
    struct io_rows rows;
    io_read(io_path("o*.parquet"), &entity, "UTC", threads, &rows);
    assert_int_equal(rows.status, SEG_OK);
    assert_int_equal(rows.count, 400000);
    for (int64_t i = 0; i < rows.count; i++)
      if (((int64_t *)rows.key.values)[i] != i || ((int64_t *)rows.inputs[0].values)[i] != i)
        fail_msg("row %lld, %u threads", (long long)i, threads);
    io_rows_free(&rows);
  }
}

/* The first error in file order counts, by row; a bad value of a dictionary at its first use. */
static void first_error(void **state) {
  (void)state;
  struct seg_plan_input columns[] = {
      {.type = SEG_COLUMN_ENUM, .name = TEXT("e"), .value_count = 3, .values = listed},
      {.type = SEG_COLUMN_MONEY, .name = TEXT("m"), .scale = 1},
      {.type = SEG_COLUMN_MONEY, .name = TEXT("m"), .scale = 2}, // fits always
  };
  const struct seg_plan_entity entity = {
      .name = TEXT("customer"), .key = TEXT("id"), .inputs = columns, .input_count = 3};
  static const struct {
    const char *e, *m; // SQL of the columns
    const char *message;
  } cases[] = {
      // In row groups 3 and 40: the later column has the earlier row.
      {"if(i in (150000, 150001), 'shop', 'web')", "if(i = 13000, 0.25, i % 7 / 10)",
       "e1.parquet, row 13001, column m: 0.25 "},
      {"if(i = 150001, 'shop', 'web')", "i % 9 / 10",
       "e1.parquet, row 150002, column e: \"shop\" "},
      {"if(i = 12999, null, if(i = 13000, 'shop', 'web'))", "i % 9 / 10",
       "e1.parquet, row 13000, column e: "},
      {"if(i = 13000, 'shop', 'web')", "if(i = 13000, 0.25, i % 7 / 10)",
       "e1.parquet, row 13001, column e: \"shop\" "},
      {"if(i = 290000, 'shop', 'web')", "if(i = 299999, 0.25, 0)",
       "e2.parquet, row 90001, column e: \"shop\" "},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    for (int file = 1; file <= 2; file++) {
      char sql[1024];
      snprintf(sql, sizeof sql,
               "copy (select i as id, %s as e, (%s)::decimal(9, 2) as m from range(%d, %d) as "
               "r(i)) to '%s/e%d.parquet' (row_group_size 4096)",
               cases[i].e, cases[i].m, file == 1 ? 0 : 200000, file == 1 ? 200000 : 300000,
               io_folder, file);
      io_query(sql);
    }
    for (unsigned threads = 1; threads <= 7; threads += 3) {
      struct io_rows rows;
      io_read(io_path("e*.parquet"), &entity, "UTC", threads, &rows);
      assert_int_equal(rows.status, SEG_BAD_DATA);
      if (strstr(rows.error.message, cases[i].message) == NULL)
        fail_msg("%s: %s", cases[i].message, rows.error.message);
      io_rows_free(&rows);
    }
  }
}

/* Whole numbers are as wide as the largest and smallest of all row groups need, says the footer:
 * one value of one group is enough. Where the footer says nothing, as wide as the type. */
static void widths(void **state) {
  (void)state;
  static const struct {
    const char *value; // SQL
    enum seg_width width;
  } cases[] = {
      {"if(i = 7000, 127, 3)::integer", SEG_WIDTH_8},
      {"if(i = 7000, 128, 3)::integer", SEG_WIDTH_16},
      {"if(i = 7000, -128, 3)::bigint", SEG_WIDTH_8},
      {"if(i = 7000, -129, i)::bigint", SEG_WIDTH_16},
      {"if(i = 7000, 32767, i)::bigint", SEG_WIDTH_16},
      {"if(i = 7000, 32768, i)::integer", SEG_WIDTH_32},
      {"if(i = 7000, -32769, 3)::integer", SEG_WIDTH_32},
      {"if(i = 7000, 2147483647, i)::bigint", SEG_WIDTH_32},
      {"if(i = 7000, -2147483649, i)::bigint", SEG_WIDTH_FULL},
      {"if(i % 3 = 0, null, i % 50)::bigint", SEG_WIDTH_8},
      {"if(i % 3 = 0, null, i)::integer", SEG_WIDTH_16},
      {"null::integer", SEG_WIDTH_32},
      {"(i % 100)::utinyint", SEG_WIDTH_FULL}, // its order could be another one
      {"(i % 100)::decimal(9, 0)", SEG_WIDTH_FULL},
  };
  struct seg_plan_input column = {.type = SEG_COLUMN_INT, .name = TEXT("v"), .optional = true};
  const struct seg_plan_entity entity = {
      .name = TEXT("customer"), .key = TEXT("id"), .inputs = &column, .input_count = 1};
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    char sql[1024];
    snprintf(sql, sizeof sql,
             "copy (select 'k' || i as id, %s as v from range(10001) as r(i)) to "
             "'%s/w.parquet' (row_group_size 2048%s)",
             cases[c].value, io_folder, c % 2 == 0 ? "" : ", dictionary_size_limit 1");
    io_query(sql);
    check_same("w.parquet", &entity, 2);
    struct seg_arena arena;
    struct seg_zone *zone = NULL;
    seg_arena_init(&arena);
    struct seg_source *source = open_parquet("w.parquet", &entity, 2, 0, &arena, &zone);
    if (source->input_widths == NULL || source->input_widths[0] != cases[c].width)
      fail_msg("%s: another width", cases[c].value);
    seg_source_close(source);
    seg_zone_free(zone);
    seg_arena_deinit(&arena);
  }
}

/* Footers that say 100 where 1000 is the largest: no value is cut off, an error names the row. */
static void false_footers(void **state) {
  (void)state;
  static const unsigned char largest[] = {4, 0xe8, 3, 0, 0}, claimed[] = {4, 100, 0, 0, 0};
  struct seg_plan_input column = {.type = SEG_COLUMN_INT, .name = TEXT("v"), .optional = true};
  const struct seg_plan_entity entity = {
      .name = TEXT("customer"), .key = TEXT("id"), .inputs = &column, .input_count = 1};
  for (int form = 0; form < 4; form++) {
    char sql[1024];
    snprintf(sql, sizeof sql,
             "copy (select 'k' || i as id, if(i in (3333, 4444), 1000, %s)::integer as v from "
             "range(6000) as r(i)) to '%s/f.parquet' (row_group_size 2048%s)",
             form % 2 == 0 ? "i % 50" : "if(i % 3 = 1, null, 7)", io_folder,
             form / 2 == 0 ? "" : ", dictionary_size_limit 1");
    io_query(sql);
    static unsigned char bytes[1 << 20];
    FILE *file = fopen(io_path("f.parquet"), "rb");
    size_t size = fread(bytes, 1, sizeof bytes, file), changed = 0;
    fclose(file);
    uint32_t footer;
    memcpy(&footer, bytes + size - 8, sizeof footer);
    for (size_t at = size - 8 - footer; at + sizeof largest <= size; at++)
      if (memcmp(bytes + at, largest, sizeof largest) == 0) {
        memcpy(bytes + at, claimed, sizeof claimed);
        changed++;
      }
    assert_true(changed > 0);
    io_write("f.parquet", bytes, size);
    for (unsigned threads = 1; threads <= 2; threads++) {
      struct io_rows rows;
      const struct seg_io_options narrow = {.threads = threads, .narrow = true};
      io_read_with(io_path("f.parquet"), &entity, "UTC", &narrow, &rows);
      assert_int_equal(rows.status, SEG_BAD_DATA);
      if (strstr(rows.error.message, "f.parquet, row 3334, column v: 1000 is outside") == NULL)
        fail_msg("%s", rows.error.message);
      io_rows_free(&rows);
      io_read(io_path("f.parquet"), &entity, "UTC", threads, &rows);
      assert_int_equal(rows.status, SEG_OK); // who does not count on it is not told
      io_rows_free(&rows);
    }
  }
}

static uint64_t draw(uint64_t *seed) {
  *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return *seed >> 33;
}

/* Whatever the pages hold, there are rows or an error, and nothing is read beyond them. */
static void damaged_pages(void **state) {
  (void)state;
  static const char *const options[] = {"compression snappy, row_group_size 2048",
                                        "compression uncompressed, row_group_size 2048",
                                        "compression gzip, row_group_size 2048"};
  uint64_t seed = (uint64_t)getpid();
  print_message("seed %llu\n", (unsigned long long)seed);
  for (size_t o = 0; o < sizeof options / sizeof *options; o++) {
    write_rows("whole.parquet", 4000, options[o]);
    FILE *file = fopen(io_path("whole.parquet"), "rb");
    static unsigned char bytes[4 << 20], copy[4 << 20];
    size_t size = fread(bytes, 1, sizeof bytes, file), failed = 0;
    uint32_t footer;
    fclose(file);
    memcpy(&footer, bytes + size - 8, sizeof footer);
    for (int round = 0; round < 60; round++) {
      struct io_rows rows;
      memcpy(copy, bytes, size);
      for (uint64_t changes = draw(&seed) % 8 + 1; changes > 0; changes--)
        copy[4 + draw(&seed) % (size - footer - 12)] = (unsigned char)draw(&seed);
      io_write("broken.parquet", copy, size);
      io_read(io_path("broken.parquet"), &wide, "UTC", 2, &rows);
      failed += rows.status != SEG_OK;
      assert_true(rows.status == SEG_OK || rows.status == SEG_BAD_DATA);
      io_rows_free(&rows);
    }
    print_message("%s: %zu of 60 refused\n", options[o], failed);
    assert_true(failed > 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(every_form, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(differences, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(split, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(footers, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(left_to_duckdb, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(order, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(first_error, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(widths, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(false_footers, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(damaged_pages, io_make_folder, io_remove_folder),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
