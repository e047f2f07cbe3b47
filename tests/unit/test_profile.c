// Profiles of files: the kind of each column, what is missing, how many differ.
#include "tests/unit/io_support.h"

#include "runtime/io/profile.h"

static const char *const kinds[] = {
    [SEG_PROFILE_EMPTY] = "empty",   [SEG_PROFILE_UNREADABLE] = "unreadable",
    [SEG_PROFILE_BOOL] = "bool",     [SEG_PROFILE_INT] = "int",
    [SEG_PROFILE_NUMBER] = "number", [SEG_PROFILE_DATE] = "date",
    [SEG_PROFILE_CLOCK] = "clock",   [SEG_PROFILE_INSTANT] = "instant",
    [SEG_PROFILE_TEXT] = "text",
};

static const struct seg_io_options options = {.threads = 2};

static enum seg_status read_profile(struct seg_arena *arena, const char *source,
                                    struct seg_profile *profile, struct seg_error *error) {
  struct seg_binding_options where = {.data_folder = seg_str_view(io_folder)};
  struct seg_binding binding;
  enum seg_status status =
      seg_binding_resolve(arena, &where, seg_str_view(source), &binding, error);
  return status == SEG_OK ? seg_profile_read(arena, &binding, &options, profile, error) : status;
}

/** "name kind known/missing/distinct" of each column, a blank between two. */
static void expect(const char *source, const char *expected) {
  struct seg_arena arena;
  struct seg_profile profile;
  struct seg_error error = {0};
  char *told = NULL;
  size_t size = 0;
  seg_arena_init(&arena);
  if (read_profile(&arena, source, &profile, &error) != SEG_OK)
    fail_msg("%s", error.message);
  FILE *out = open_memstream(&told, &size);
  for (uint32_t i = 0; i < profile.column_count; i++) {
    const struct seg_profile_column *column = &profile.columns[i];
    fprintf(out, "%s%.*s %s %d/%d/%d", i == 0 ? "" : " ", SEG_STR(column->name),
            kinds[column->kind], (int)column->known, (int)column->missing, (int)column->distinct);
  }
  fclose(out);
  assert_string_equal(told, expected);
  free(told);
  seg_arena_deinit(&arena);
}

static void test_csv_kinds(void **state) {
  (void)state;
  io_write_text("csv.csv", "b,i,n,d,c,z,t,e,m\n"
                           "yes,1,1.5,2026-01-01,2026-01-01 10:00,2026-01-01T10:00:00Z,x,,1\n"
                           "N,-2,2e3,2026-02-29x,2026-01-01,2026-01-01T10:00+01:00,\"\",,a\n"
                           "t,+3,.5,2026-12-31,2026-01-01T10:00:00.5,2026-01-01T10:00-05,y,,\n");
  expect("csv", "b bool 3/0/3 i int 3/0/3 n number 3/0/3 d text 3/0/3 c clock 3/0/3 "
                "z instant 3/0/3 t text 3/0/3 e empty 0/3/0 m text 2/1/2");
  // No calendar has that day; a year of five digits and spaces are no date either.
  io_write_text("days.csv", "a,b,c\n2026-02-29,2024-02-29,2026-01-01 \n2026-01-01,2026-01-01,x\n");
  expect("days", "a text 2/0/2 b date 2/0/2 c text 2/0/2");
}

static void test_parquet_kinds(void **state) {
  (void)state;
  io_sql("copy (select true as b, 1::tinyint as i, 1.25::decimal(9,2) as n, 0.5::double as f, "
         "date '2026-01-01' as d, timestamp '2026-01-01 10:00:00' as c, "
         "timestamptz '2026-01-01 10:00:00+00' as z, 'x' as t, null::int as e, [1, 2] as l, "
         "time '10:00:00' as o, uuid() as u, 'blue'::enum('red', 'blue') as s) to '%s/p.parquet' "
         "(format parquet)");
  expect("p", "b bool 1/0/1 i int 1/0/1 n number 1/0/1 f number 1/0/1 d date 1/0/1 c clock 1/0/1 "
              "z instant 1/0/1 t text 1/0/1 e empty 0/1/0 l unreadable 0/1/0 "
              "o unreadable 0/1/0 u text 1/0/1 s text 1/0/1");
}

// Whole numbers have at most 18 digits, fractions 15 before the point; amounts have the decimals
// that some value needs. The same is found whether values arrive with a type or as texts.
static void test_typed_edges(void **state) {
  (void)state;
  static const char *const copies[] = {
      "copy (select * from edges) to '%s/edges.parquet' (format parquet)",
      "copy (select columns(*)::varchar from edges) to '%s/edges.parquet' (format parquet)",
  };
  for (int form = 0; form < 2; form++) {
    struct seg_arena arena;
    struct seg_profile profile;
    struct seg_error error = {0};
    char sql[1024];
    seg_arena_init(&arena);
    snprintf(sql, sizeof sql,
             "create view edges as select * from (values "
             "(-9223372036854775808, 999999999999999999, 12.500, date '2025-12-31'), "
             "(7, 0, -0.125, date '2026-01-02'), (null, null, null, null)) "
             "as t(least, most, amount, day); %s",
             copies[form]);
    io_sql(sql);
    assert_int_equal(read_profile(&arena, "edges", &profile, &error), SEG_OK);
    const struct seg_profile_column *columns = profile.columns;
    assert_int_equal(columns[0].kind, SEG_PROFILE_TEXT);
    assert_int_equal(columns[1].kind, SEG_PROFILE_INT);
    assert_false(columns[1].leading_zeros);
    assert_true(columns[1].sum == 999999999999999999.0);
    assert_int_equal(columns[2].kind, SEG_PROFILE_NUMBER);
    assert_true(columns[2].exact);
    assert_int_equal(columns[2].decimals, 3);
    assert_true(columns[2].sum == 12.375);
    assert_int_equal(columns[3].kind, SEG_PROFILE_DATE);
    assert_int_equal(columns[3].first_day, 20453); // as below
    assert_int_equal(columns[3].last_day, 20455);
    for (int i = 0; i < 4; i++)
      assert_true(columns[i].known == 2 && columns[i].missing == 1 && columns[i].distinct == 2);
    seg_arena_deinit(&arena);
  }
}

static void test_details(void **state) {
  (void)state;
  struct seg_arena arena;
  struct seg_profile profile;
  struct seg_error error = {0};
  seg_arena_init(&arena);
  io_write_text("details.csv", "zeros,money,loose,day,text\n"
                               "007,12.50,1e-3,2025-12-31,a\n"
                               "7,3,2.5,2026-01-02,\"b\nc\"\n"
                               "70,-0.125,1,2026-01-01,straße\n");
  assert_int_equal(read_profile(&arena, "details", &profile, &error), SEG_OK);
  const struct seg_profile_column *columns = profile.columns;
  assert_int_equal(profile.rows, 3);
  assert_true(columns[0].leading_zeros);
  assert_true(columns[1].exact);
  assert_int_equal(columns[1].decimals, 3);
  assert_true(columns[1].sum == 15.375);
  assert_false(columns[2].exact);
  assert_int_equal(columns[3].first_day, 20453); // 2025-12-31 is 20,453 days after 1970-01-01
  assert_int_equal(columns[3].last_day, 20455);
  assert_true(columns[4].control);
  assert_int_equal(columns[4].max_size, 6);
  seg_arena_deinit(&arena);
}

// 5,000 keys are unique, which an estimate could not say; of a list the most frequent comes first.
static void test_distinct(void **state) {
  (void)state;
  struct seg_arena arena;
  struct seg_profile profile;
  struct seg_error error = {0};
  struct seg_str *values;
  uint32_t count;
  seg_arena_init(&arena);
  io_sql("copy (select i as key, case when i %% 10 < 6 then 'often' when i %% 10 < 9 then 'rare' "
         "end as list from range(5000) as r(i)) to '%s/many.csv' (format csv)");
  assert_int_equal(read_profile(&arena, "many", &profile, &error), SEG_OK);
  assert_true(profile.columns[0].exact_distinct);
  assert_int_equal(profile.columns[0].distinct, 5000);
  assert_int_equal(profile.columns[1].distinct, 2);
  assert_int_equal(profile.columns[1].missing, 500);
  assert_int_equal(seg_profile_values(&arena, &profile, 1, 12, &options, &values, &count, &error),
                   SEG_OK);
  assert_int_equal(count, 2);
  assert_true(seg_str_is(values[0], "often"));
  assert_true(seg_str_is(values[1], "rare"));
  assert_int_equal(seg_profile_values(&arena, &profile, 0, 3, &options, &values, &count, &error),
                   SEG_OK);
  assert_int_equal(count, 3);
  seg_arena_deinit(&arena);
}

static void test_errors(void **state) {
  (void)state;
  struct seg_arena arena;
  struct seg_profile profile;
  struct seg_error error = {0};
  struct seg_str *names;
  uint32_t count;
  seg_arena_init(&arena);
  io_write_text("broken.csv", "a,b\n1,2\n3\n");
  assert_int_equal(read_profile(&arena, "broken", &profile, &error), SEG_BAD_DATA);
  assert_non_null(strstr(error.message, "a broken row in line 3"));
  io_write_text("noise.parquet", "this is no Parquet");
  assert_int_equal(read_profile(&arena, "noise", &profile, &error), SEG_BAD_DATA);
  io_write_text("header.csv", "a,b\n");
  assert_int_equal(read_profile(&arena, "header", &profile, &error), SEG_OK);
  assert_int_equal(profile.rows, 0);
  atomic_bool stop = true;
  const struct seg_io_options stopped = {.threads = 1, .interrupted = &stop};
  assert_int_equal(seg_profile_read(&arena, &profile.binding, &stopped, &profile, &error),
                   SEG_INTERRUPTED);
  io_write_text("other.txt", "");
  io_write_text("header.parquet", "");
  io_write_text(".hidden.csv", "");
  assert_int_equal(seg_profile_sources(&arena, seg_str_view(io_folder), &names, &count, &error),
                   SEG_OK);
  for (uint32_t i = 0; i < count; i++) {
    assert_false(seg_str_is(names[i], "other"));
    assert_false(seg_str_is(names[i], ".hidden"));
    assert_true(i == 0 || seg_str_compare(names[i - 1], names[i]) < 0);
  }
  assert_true(seg_str_is(names[0], "broken"));
  assert_int_equal(seg_profile_sources(&arena, seg_str_view("/nowhere"), &names, &count, &error),
                   SEG_IO);
  seg_arena_deinit(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_csv_kinds),   cmocka_unit_test(test_parquet_kinds),
      cmocka_unit_test(test_typed_edges), cmocka_unit_test(test_details),
      cmocka_unit_test(test_distinct),    cmocka_unit_test(test_errors),
  };
  return cmocka_run_group_tests(tests, io_make_folder, io_remove_folder);
}
