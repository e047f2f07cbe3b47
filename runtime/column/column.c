// Owned columns. All memory comes zeroed from one place, and shrinking zeroes what it gives up, so
// that rows and padding never show what was there before.
#include "runtime/column/column.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/str.h"

static size_t round_rows(int64_t rows) {
  return ((size_t)rows + SEG_COLUMN_ROUND - 1) / SEG_COLUMN_ROUND * SEG_COLUMN_ROUND;
}

// Bits of one row, so that a bit and a text share the arithmetic.
static size_t row_bits(enum seg_layout layout) {
  switch (layout) {
  case SEG_LAYOUT_BIT: return 1;
  case SEG_LAYOUT_I32: return 32;
  case SEG_LAYOUT_I64: return 64;
  case SEG_LAYOUT_F64: return 64;
  case SEG_LAYOUT_TEXT: return 8 * sizeof(struct seg_str);
  }
  assert(!"a layout out of range");
  return 0;
}

size_t seg_layout_size(enum seg_layout layout, int64_t rows) {
  return round_rows(rows) * row_bits(layout) / 8;
}

size_t seg_width_size(enum seg_layout layout, enum seg_width width, int64_t rows) {
  return width == SEG_WIDTH_FULL ? seg_layout_size(layout, rows)
                                 : round_rows(rows) * seg_width_bytes(layout, width);
}

#define WIDEN(from_type, to_type)                                                                  \
  for (int64_t i = 0; i < rows; i++)                                                               \
    ((to_type *)to)[i] = (to_type)((const from_type *)from)[i];                                    \
  break

static void widen_i32(enum seg_width width, const void *from, int64_t rows, int32_t *to) {
  switch (width) {
  case SEG_WIDTH_8: WIDEN(int8_t, int32_t);
  case SEG_WIDTH_16: WIDEN(int16_t, int32_t);
  case SEG_WIDTH_32:
  case SEG_WIDTH_FULL: memcpy(to, from, (size_t)rows * sizeof *to);
  }
}

static void widen_i64(enum seg_width width, const void *from, int64_t rows, int64_t *to) {
  switch (width) {
  case SEG_WIDTH_8: WIDEN(int8_t, int64_t);
  case SEG_WIDTH_16: WIDEN(int16_t, int64_t);
  case SEG_WIDTH_32: WIDEN(int32_t, int64_t);
  case SEG_WIDTH_FULL: memcpy(to, from, (size_t)rows * sizeof *to);
  }
}

void seg_width_widen(enum seg_layout layout, enum seg_width width, const void *from, int64_t rows,
                     void *to) {
  if (layout == SEG_LAYOUT_I32)
    widen_i32(width, from, rows, to);
  else
    widen_i64(width, from, rows, to);
}

// Memory of at least `size` bytes that is zero from byte `first` on.
static void *memory_zero_from(size_t first, size_t size) {
  size_t rounded = (size / SEG_COLUMN_ALIGNMENT + 1) * SEG_COLUMN_ALIGNMENT;
  if (rounded < size)
    return NULL;
  char *memory = aligned_alloc(SEG_COLUMN_ALIGNMENT, rounded);
  if (memory != NULL)
    memset(memory + first, 0, rounded - first);
  return memory;
}

void *seg_column_memory(size_t size) {
  return memory_zero_from(0, size);
}

void seg_column_init(struct seg_column *column, enum seg_layout layout, bool has_known) {
  *column = (struct seg_column){.layout = layout, .has_known = has_known};
}

void seg_column_deinit(struct seg_column *column) {
  free(column->values);
  free(column->known);
  seg_column_init(column, column->layout, column->has_known);
}

// The first `written` rows of the new room will be written by the caller; all behind them is zero.
static enum seg_status reallocate(struct seg_column *column, int64_t rows, int64_t written,
                                  struct seg_error *error) {
  if (rows > INT64_MAX / (int64_t)(2 * sizeof(struct seg_str)))
    return seg_fail_memory(error, "a column");
  size_t first =
      column->layout == SEG_LAYOUT_BIT ? 0 : (size_t)written * row_bits(column->layout) / 8;
  void *values = memory_zero_from(first, seg_layout_size(column->layout, rows));
  uint64_t *known =
      column->has_known ? seg_column_memory(seg_layout_size(SEG_LAYOUT_BIT, rows)) : NULL;
  if (values == NULL || (column->has_known && known == NULL)) {
    free(values);
    free(known);
    return seg_fail_memory(error, "a column");
  }
  if (column->count > 0) {
    memcpy(values, column->values, seg_layout_size(column->layout, column->count));
    if (known != NULL)
      memcpy(known, column->known, seg_layout_size(SEG_LAYOUT_BIT, column->count));
  }
  free(column->values);
  free(column->known);
  column->values = values;
  column->known = known;
  column->capacity = (int64_t)round_rows(rows);
  return SEG_OK;
}

enum seg_status seg_column_reserve(struct seg_column *column, int64_t rows,
                                   struct seg_error *error) {
  return rows <= column->capacity ? SEG_OK : reallocate(column, rows, 0, error);
}

// Zero the rows from `first` on, up to the padding of row `end`.
static void zero_rows(struct seg_column *column, int64_t first, int64_t end) {
  if (column->values == NULL)
    return;
  size_t size = seg_layout_size(column->layout, end);
  if (column->layout == SEG_LAYOUT_BIT) {
    size_t from = seg_bitmap_words(first);
    seg_bitmap_clear_tail(column->values, first);
    memset((uint64_t *)column->values + from, 0, size - from * 8);
  } else {
    size_t from = (size_t)first * row_bits(column->layout) / 8;
    memset((char *)column->values + from, 0, size - from);
  }
  if (column->known != NULL) {
    size_t from = seg_bitmap_words(first);
    seg_bitmap_clear_tail(column->known, first);
    memset(column->known + from, 0, seg_layout_size(SEG_LAYOUT_BIT, end) - from * 8);
  }
}

enum seg_status seg_column_resize(struct seg_column *column, int64_t rows,
                                  struct seg_error *error) {
  if (rows > column->capacity) {
    // Half as much again, so that appending stays linear; the fallback is what is needed.
    int64_t roomy = column->capacity + column->capacity / 2;
    if (roomy <= rows || reallocate(column, roomy, 0, NULL) != SEG_OK) {
      enum seg_status status = reallocate(column, rows, 0, error);
      if (status != SEG_OK)
        return status;
    }
  } else if (rows < column->count) {
    zero_rows(column, rows, column->count);
  }
  column->count = rows;
  return SEG_OK;
}

enum seg_status seg_column_restart(struct seg_column *column, int64_t rows,
                                   struct seg_error *error) {
  int64_t before = column->count;
  column->count = 0;
  if (rows > column->capacity) {
    enum seg_status status = reallocate(column, rows, rows, error);
    if (status != SEG_OK)
      return status;
  } else if (column->layout == SEG_LAYOUT_BIT) {
    zero_rows(column, 0, before > rows ? before : rows);
  } else {
    // Only what will be padding needs clearing: the rows are written next.
    if (before > rows)
      zero_rows(column, rows, before);
    if (column->known != NULL)
      memset(column->known, 0, seg_layout_size(SEG_LAYOUT_BIT, rows));
  }
  column->count = rows;
  return SEG_OK;
}

// Copy bits; the target's bits from `at` on are 0 before.
static void append_bits(uint64_t *target, int64_t at, const uint64_t *source, int64_t first,
                        int64_t rows) {
  if ((at & 63) == 0 && (first & 63) == 0) {
    memcpy(target + at / 64, source + first / 64, seg_bitmap_words(rows) * sizeof *target);
    seg_bitmap_clear_tail(target, at + rows);
    return;
  }
  for (int64_t i = 0; i < rows; i++)
    if (seg_bitmap_test(source, first + i))
      seg_bitmap_set(target, at + i);
}

enum seg_status seg_column_append(struct seg_column *column, const struct seg_column_view *view,
                                  int64_t first, int64_t rows, struct seg_error *error) {
  assert(view->layout == column->layout && first + rows <= view->count);
  assert(view->known == NULL || column->has_known);
  int64_t at = column->count;
  enum seg_status status = seg_column_resize(column, at + rows, error);
  if (status != SEG_OK || rows == 0)
    return status;
  if (column->layout == SEG_LAYOUT_BIT) {
    append_bits(column->values, at, view->values, first, rows);
  } else {
    size_t bytes = row_bits(column->layout) / 8;
    memcpy((char *)column->values + (size_t)at * bytes,
           (const char *)view->values + (size_t)first * bytes, (size_t)rows * bytes);
  }
  if (column->known == NULL)
    return SEG_OK;
  if (view->known != NULL)
    append_bits(column->known, at, view->known, first, rows);
  else
    for (int64_t i = at; i < at + rows; i++)
      seg_bitmap_set(column->known, i);
  return SEG_OK;
}

struct seg_column_view seg_column_view(const struct seg_column *column) {
  return (struct seg_column_view){.layout = column->layout,
                                  .values = column->values,
                                  .known = column->known,
                                  .count = column->count};
}
