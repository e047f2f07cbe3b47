// Bitmaps and columns at the edges of words: 0, 1, 63, 64, 65 rows and some more.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "runtime/column/column.h"

static const int64_t sizes[] = {0, 1, 2, 63, 64, 65, 127, 128, 129, 1000};
enum { SIZES = sizeof sizes / sizeof *sizes };

static void bitmap_counts(void **state) {
  (void)state;
  for (size_t s = 0; s < SIZES; s++) {
    int64_t bits = sizes[s];
    uint64_t words[17];
    memset(words, 0xff, sizeof words);
    assert_int_equal(seg_bitmap_count(words, bits), bits); // bits behind do not count
    assert_true(seg_bitmap_all(words, bits));
    seg_bitmap_clear_tail(words, bits);
    int64_t ones = 0;
    for (size_t i = 0; i < seg_bitmap_words(bits); i++)
      ones += __builtin_popcountll(words[i]);
    assert_int_equal(ones, bits);
    memset(words, 0, sizeof words);
    seg_bitmap_fill(words, bits);
    for (int64_t i = 0; i < 17 * 64; i++)
      assert_int_equal(seg_bitmap_test(words, i), i < bits);
    for (int64_t i = 0; i < bits; i++) {
      seg_bitmap_clear(words, i);
      assert_int_equal(seg_bitmap_first_zero(words, bits), i);
      assert_int_equal(seg_bitmap_count(words, bits), bits - 1);
      seg_bitmap_put(words, i, true);
    }
    assert_int_equal(seg_bitmap_first_zero(words, bits), -1);
  }
}

static void expect_padding_zero(const struct seg_column *column) {
  const unsigned char *bytes = column->values;
  size_t end = seg_layout_size(column->layout, column->count);
  size_t used = column->layout == SEG_LAYOUT_BIT
                    ? (size_t)(column->count + 7) / 8
                    : end / (((size_t)column->count + 63) / 64 * 64 + (column->count == 0)) *
                          (size_t)column->count;
  if (column->count == 0)
    return;
  for (size_t i = used; i < end; i++)
    assert_int_equal(bytes[i], 0);
  for (int64_t i = column->count; column->known != NULL && i % 64 != 0; i++)
    assert_false(seg_bitmap_test(column->known, i));
}

static void sizes_and_alignment(void **state) {
  (void)state;
  assert_int_equal(seg_layout_size(SEG_LAYOUT_BIT, 1), 8);
  assert_int_equal(seg_layout_size(SEG_LAYOUT_BIT, 65), 16);
  assert_int_equal(seg_layout_size(SEG_LAYOUT_I32, 1), 256);
  assert_int_equal(seg_layout_size(SEG_LAYOUT_I64, 64), 512);
  assert_int_equal(seg_layout_size(SEG_LAYOUT_F64, 65), 1024);
  assert_int_equal(seg_layout_size(SEG_LAYOUT_TEXT, 1), 64 * sizeof(struct seg_str));
  for (int layout = SEG_LAYOUT_BIT; layout <= SEG_LAYOUT_TEXT; layout++) {
    struct seg_column column;
    seg_column_init(&column, (enum seg_layout)layout, true);
    for (size_t s = 0; s < SIZES; s++) {
      assert_int_equal(seg_column_resize(&column, sizes[s], NULL), SEG_OK);
      assert_int_equal((uintptr_t)column.values % 64, 0);
      expect_padding_zero(&column);
    }
    // Shrinking and growing again shows zeroes, not what was there.
    memset(column.values, 0xff, seg_layout_size(column.layout, column.count));
    seg_bitmap_fill(column.known, column.count);
    assert_int_equal(seg_column_resize(&column, 5, NULL), SEG_OK);
    expect_padding_zero(&column);
    assert_int_equal(seg_column_resize(&column, 1000, NULL), SEG_OK);
    assert_int_equal(seg_bitmap_count(column.known, 1000), 5);
    assert_int_equal(((unsigned char *)column.values)[seg_layout_size(column.layout, 1000) - 1], 0);
    assert_int_equal(seg_column_restart(&column, 70, NULL), SEG_OK);
    assert_int_equal(seg_bitmap_count(column.known, 70), 0);
    expect_padding_zero(&column);
    seg_column_deinit(&column);
    seg_column_deinit(&column);
    // New memory, which may hold anything: rows are left as they are, what lies behind them is not.
    void *dirty = malloc(1 << 16);
    assert_non_null(dirty);
    memset(dirty, 0xff, 1 << 16);
    free(dirty);
    for (int64_t rows = 65; rows <= 128; rows += 21) { // room for 128 from the first one on
      assert_int_equal(seg_column_restart(&column, rows, NULL), SEG_OK);
      assert_int_equal(seg_bitmap_count(column.known, rows), 0);
      expect_padding_zero(&column);
    }
    seg_column_deinit(&column);
  }
}

/* Appending pieces of every length from every place gives the same as copying row by row. */
static void append_pieces(void **state) {
  (void)state;
  enum { ROWS = 300 };
  uint64_t bits[8] = {0}, known[8] = {0};
  int64_t numbers[ROWS];
  for (int64_t i = 0; i < ROWS; i++) {
    seg_bitmap_put(bits, i, i % 3 == 0);
    seg_bitmap_put(known, i, i % 5 != 0);
    numbers[i] = i * i;
  }
  struct seg_column_view bit_view = {
      .layout = SEG_LAYOUT_BIT, .values = bits, .known = known, .count = ROWS};
  struct seg_column_view number_view = {.layout = SEG_LAYOUT_I64, .values = numbers, .count = ROWS};
  for (int64_t piece = 1; piece <= ROWS; piece += piece < 70 ? 1 : 23) {
    struct seg_column a, b;
    seg_column_init(&a, SEG_LAYOUT_BIT, true);
    seg_column_init(&b, SEG_LAYOUT_I64, true);
    for (int64_t at = 0; at < ROWS; at += piece) {
      int64_t rows = at + piece <= ROWS ? piece : ROWS - at;
      assert_int_equal(seg_column_append(&a, &bit_view, at, rows, NULL), SEG_OK);
      assert_int_equal(seg_column_append(&b, &number_view, at, rows, NULL), SEG_OK);
    }
    assert_int_equal(a.count, ROWS);
    assert_memory_equal(a.values, bits, seg_bitmap_words(ROWS) * 8);
    assert_memory_equal(a.known, known, seg_bitmap_words(ROWS) * 8);
    assert_memory_equal(b.values, numbers, sizeof numbers);
    assert_true(seg_bitmap_all(b.known, ROWS));
    expect_padding_zero(&a);
    expect_padding_zero(&b);
    seg_column_deinit(&a);
    seg_column_deinit(&b);
  }
}

static void too_large(void **state) {
  (void)state;
  struct seg_column column;
  struct seg_error error;
  seg_column_init(&column, SEG_LAYOUT_TEXT, true);
  assert_int_equal(seg_column_resize(&column, 3, &error), SEG_OK);
  assert_int_equal(seg_column_reserve(&column, INT64_MAX / 2, &error), SEG_OUT_OF_MEMORY);
  assert_int_equal(column.count, 3);
  seg_column_deinit(&column);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bitmap_counts),
      cmocka_unit_test(sizes_and_alignment),
      cmocka_unit_test(append_pieces),
      cmocka_unit_test(too_large),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
