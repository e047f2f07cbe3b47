/**
 * Columns: typed values of many rows with a bitmap of those that are known. A view borrows, a
 * struct seg_column owns and grows.
 *
 * Owned buffers begin at a multiple of 64 bytes and have room for their rows rounded up to a
 * multiple of 64; what lies behind the last row may be read and is zero after seg_column_resize
 * (runtime/plan/kernel.h relies on both).
 */
#ifndef SEG_RUNTIME_COLUMN_COLUMN_H
#define SEG_RUNTIME_COLUMN_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/status.h"
#include "runtime/column/bitmap.h"
#include "runtime/plan/plan.h"

enum { SEG_COLUMN_ALIGNMENT = 64, SEG_COLUMN_ROUND = 64 };

/** Borrowed. `values` is an array of what the layout names (bits for BIT). */
struct seg_column_view {
  enum seg_layout layout;
  const void *values;
  const uint64_t *known; // NULL: every row is known
  int64_t count;
  enum seg_width width; // of I32 and I64; of the codes when there is a dictionary
  /** TEXT only, NULL: `values` are texts. Otherwise `values` are signed integers of `width` (never
   * FULL), and row r holds dictionary[code of r]; rows that are not known have code 0. */
  const struct seg_str *dictionary;
  uint32_t dictionary_count; // at least 1 with a dictionary
};

/** Owned. Values of rows that are not known are 0 (the empty text), never garbage. */
struct seg_column {
  enum seg_layout layout;
  void *values;
  uint64_t *known; // NULL when made without
  int64_t count;
  int64_t capacity; // rows, a multiple of 64
  bool has_known;
};

/** Bytes that `rows` rows take, rounded up to a multiple of 64 rows. */
size_t seg_layout_size(enum seg_layout layout, int64_t rows);

/** The same, of integers or codes that may be narrower than their layout. */
size_t seg_width_size(enum seg_layout layout, enum seg_width width, int64_t rows);

/** Copy `rows` integers (I32 or I64) as wide as their layout. */
void seg_width_widen(enum seg_layout layout, enum seg_width width, const void *from, int64_t rows,
                     void *to);

/** Zeroed memory of at least `size` bytes, 64-byte aligned, to be released with free; NULL when
 * memory is out. */
SEG_NODISCARD void *seg_column_memory(size_t size);

/** Empty; allocates nothing. */
void seg_column_init(struct seg_column *column, enum seg_layout layout, bool has_known);
void seg_column_deinit(struct seg_column *column);

/** Room for `rows` rows in all; keeps the values. SEG_OUT_OF_MEMORY leaves the column unchanged. */
SEG_NODISCARD enum seg_status seg_column_reserve(struct seg_column *column, int64_t rows,
                                                 struct seg_error *error);

/** `rows` rows: new ones are 0 and not known, and so is the padding behind them. */
SEG_NODISCARD enum seg_status seg_column_resize(struct seg_column *column, int64_t rows,
                                                struct seg_error *error);

/** Empty the column and give it `rows` rows whose values are not initialised (padding is zero) and
 * whose known bits are all 0: for code that writes every row next. */
SEG_NODISCARD enum seg_status seg_column_restart(struct seg_column *column, int64_t rows,
                                                 struct seg_error *error);

/** Append `rows` rows of a view of the same layout, from row `first` on. Text bytes are borrowed,
 * not copied. A view without a bitmap is all known. */
SEG_NODISCARD enum seg_status seg_column_append(struct seg_column *column,
                                                const struct seg_column_view *view, int64_t first,
                                                int64_t rows, struct seg_error *error);

struct seg_column_view seg_column_view(const struct seg_column *column);

#endif
