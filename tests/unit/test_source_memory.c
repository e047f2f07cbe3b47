// Columns in memory as a source: the rows come out as they went in, for every size of morsel and
// any number of threads, and what is missing where it must not be is an error.
#include "tests/unit/io_support.h"

#define TEXT(literal) {(literal), sizeof(literal) - 1}

enum { ROWS = 1000 };

struct table {
  struct seg_str keys[ROWS];
  uint64_t key_known[ROWS / 64 + 1];
  int32_t days[ROWS];
  int64_t amounts[ROWS];
  uint64_t amount_known[ROWS / 64 + 1];
  uint64_t flags[ROWS / 64 + 1];
  struct seg_column_view inputs[3];
  struct seg_memory_rows rows;
};

static struct table *make_table(void) {
  struct table *table = calloc(1, sizeof *table);
  assert_non_null(table);
  for (int64_t i = 0; i < ROWS; i++) {
    table->keys[i] = seg_str_view(i % 2 ? "odd" : "even");
    seg_bitmap_put(table->key_known, i, i != 500);
    table->days[i] = (int32_t)i * 3;
    table->amounts[i] = -i;
    seg_bitmap_put(table->amount_known, i, i % 7 != 0);
    seg_bitmap_put(table->flags, i, i % 5 == 0);
  }
  table->inputs[0] = (struct seg_column_view){.layout = SEG_LAYOUT_I64,
                                              .values = table->amounts,
                                              .known = table->amount_known,
                                              .count = ROWS};
  table->inputs[1] = (struct seg_column_view){
      .layout = SEG_LAYOUT_BIT, .values = table->flags, .known = NULL, .count = ROWS};
  table->inputs[2] = (struct seg_column_view){
      .layout = SEG_LAYOUT_I32, .values = table->days, .known = NULL, .count = ROWS};
  table->rows = (struct seg_memory_rows){
      .row_count = ROWS,
      .key = {SEG_LAYOUT_TEXT, table->keys, table->key_known, ROWS},
      .days = {SEG_LAYOUT_I32, table->days, NULL, ROWS},
      .inputs = table->inputs,
  };
  return table;
}

static struct seg_plan_input inputs[] = {
    {.type = SEG_COLUMN_MONEY, .name = TEXT("amount"), .optional = true},
    {.type = SEG_COLUMN_BOOL, .name = TEXT("flag")},
    {.type = SEG_COLUMN_DAY, .name = TEXT("ts")},
};
static const struct seg_plan_entity entity = {.name = TEXT("purchase"),
                                              .key = TEXT("id"),
                                              .time = TEXT("ts"),
                                              .inputs = inputs,
                                              .input_count = 3};

static void all_sizes(void **state) {
  (void)state;
  static const int64_t sizes[] = {1, 2, 63, 64, 65, 333, 500, 999, 1000, 1001, 0};
  struct table *table = make_table();
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
    for (unsigned threads = 1; threads <= 4; threads += 3) {
      struct io_rows rows = {0};
      struct seg_source *source = NULL;
      seg_arena_init(&rows.arena);
      table->rows.morsel_rows = sizes[s];
      assert_int_equal(seg_source_open_memory(&table->rows, &entity, &source, &rows.error), SEG_OK);
      io_read_source(source, threads, &rows);
      assert_int_equal(rows.status, SEG_OK);
      assert_true(seg_source_progress(source) == 1);
      assert_int_equal(rows.count, ROWS);
      for (int64_t i = 0; i < ROWS; i++) {
        assert_int_equal(seg_bitmap_test(rows.key.known, i), i != 500);
        assert_int_equal(((int32_t *)rows.days.values)[i], i * 3);
        assert_int_equal(io_known(&rows, 0, i), i % 7 != 0);
        assert_int_equal(io_int(&rows, 0, i), -i);
        assert_int_equal(io_int(&rows, 1, i), i % 5 == 0);
        assert_int_equal(io_int(&rows, 2, i), i * 3);
      }
      seg_source_close(source);
      io_rows_free(&rows);
    }
  free(table);
}

static void missing(void **state) {
  (void)state;
  struct table *table = make_table();
  uint64_t known[ROWS / 64 + 1];
  struct io_rows rows = {0};
  struct seg_source *source = NULL;
  seg_bitmap_fill(known, ROWS);
  seg_bitmap_clear(known, 777);
  seg_bitmap_clear(known, 778);
  table->inputs[1].known = known;
  table->rows.morsel_rows = 10;
  seg_arena_init(&rows.arena);
  assert_int_equal(seg_source_open_memory(&table->rows, &entity, &source, &rows.error), SEG_OK);
  io_read_source(source, 4, &rows);
  assert_int_equal(rows.status, SEG_BAD_DATA);
  assert_string_equal(rows.error.message, "purchase, row 778, column flag: the value is missing");
  assert_string_equal(rows.error.code, "D204");
  seg_source_close(source);
  io_rows_free(&rows);
  free(table);
}

/* The smallest row wins, however the errors arrive. */
static void first_error(void **state) {
  (void)state;
  struct seg_first_error first;
  struct seg_error error, taken;
  seg_first_error_init(&first);
  assert_false(seg_first_error_any(&first));
  assert_int_equal(seg_first_error_take(&first, NULL, &taken), SEG_OK);
  static const int64_t rows[] = {70, 12, 90, 12, 30};
  for (size_t i = 0; i < 5; i++) {
    seg_fail(&error, SEG_IO, "D002", "error %zu", i);
    seg_first_error_offer(&first, rows[i], true, &error);
  }
  assert_true(seg_first_error_any(&first));
  assert_int_equal(seg_first_error_take(&first, NULL, &taken), SEG_IO);
  assert_string_equal(taken.message, "error 1");
  seg_first_error_deinit(&first);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_sizes),
      cmocka_unit_test(missing),
      cmocka_unit_test(first_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
