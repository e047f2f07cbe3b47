/**
 * Event layout: how the rows of one event lie in a slice.
 *
 * A slice is the rows of one morsel and one partition of customers: first every field as an array
 * (wide fields before narrow ones), then the bytes of its texts. A field begins `before * rows`
 * bytes behind the slice's first byte, so only the number of rows is needed to read it. A slice
 * begins at a multiple of 8 and needs nothing outside itself: it can be written to a file and read
 * back anywhere.
 *
 * Whole numbers are as wide as the values of their run need: the memory that runs take for the
 * first time costs more than anything else that is done with them.
 */
#ifndef SEG_RUNTIME_ENTITY_EVENT_LAYOUT_H
#define SEG_RUNTIME_ENTITY_EVENT_LAYOUT_H

#include <stdint.h>

#include "runtime/base/status.h"
#include "runtime/column/column.h"

/** A text of a slice: `offset` counts from the first text byte of the slice. */
struct seg_slice_text {
  uint32_t offset, size;
};

struct seg_event_layout {
  uint32_t column_count;
  const enum seg_layout *columns; // carried: I32, I64, F64 or TEXT; borrowed
  bool has_text;
  uint32_t flag_count;
  uint32_t flag_words;      // 64-bit words of flags an event
  uint32_t last_word_bytes; // 1, 2, 4 or 8: the last word is cut to what its flags need
};

void seg_event_layout_init(struct seg_event_layout *layout, uint32_t column_count,
                           const enum seg_layout *columns, uint32_t flag_count);

/** Bytes of flag word `word` in a slice. */
static inline uint32_t seg_event_layout_word_bytes(const struct seg_event_layout *layout,
                                                   uint32_t word) {
  return word + 1 < layout->flag_words ? 8 : layout->last_word_bytes;
}

struct seg_slice_field {
  uint32_t before; // bytes a row of all fields that lie before
  uint32_t bytes;  // of a value: 1, 2, 4 or 8
};

/** The fields of all slices of one run. */
struct seg_slice_form {
  uint32_t row_bytes;
  int32_t first_day;               // that a day of 0 stands for
  struct seg_slice_field day;      // 2 bytes without sign, or 4 with sign and from day 0 on
  struct seg_slice_field customer; // 2 bytes without sign: its number in the slice's partition
  struct seg_slice_field *words;   // per flag word
  struct seg_slice_field *columns; // per carried column; whole numbers with sign
};

/** Days from `first_day` to `last_day`, columns of so many bytes (those of layout F64 and TEXT: 8).
 */
SEG_NODISCARD enum seg_status seg_slice_form_init(struct seg_slice_form *form,
                                                  const struct seg_event_layout *layout,
                                                  int32_t first_day, int32_t last_day,
                                                  const uint8_t *column_bytes,
                                                  struct seg_error *error);
void seg_slice_form_deinit(struct seg_slice_form *form);

#endif
