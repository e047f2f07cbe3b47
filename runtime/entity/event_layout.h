/**
 * Event layout: how the rows of one event lie in a slice.
 *
 * A slice is the rows of one morsel and one partition of customers: first every field as an array
 * (eight-byte fields, then four-byte ones, then the narrow flags), then the bytes of its texts. A
 * field begins `before * rows` bytes behind the slice's first byte, so only the number of rows is
 * needed to read it. A slice begins at a multiple of 8 and needs nothing outside itself: it can be
 * written to a file and read back anywhere.
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
  uint32_t *column_before;  // bytes a row of all fields that lie before
  uint32_t *word_before;
  uint32_t customer_before, day_before;
  uint32_t row_bytes;
};

SEG_NODISCARD enum seg_status seg_event_layout_init(struct seg_event_layout *layout,
                                                    uint32_t column_count,
                                                    const enum seg_layout *columns,
                                                    uint32_t flag_count, struct seg_error *error);
void seg_event_layout_deinit(struct seg_event_layout *layout);

/** Bytes of flag word `word` in a slice. */
static inline uint32_t seg_event_layout_word_bytes(const struct seg_event_layout *layout,
                                                   uint32_t word) {
  return word + 1 < layout->flag_words ? 8 : layout->last_word_bytes;
}

#endif
