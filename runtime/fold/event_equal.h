/**
 * Equality and hash of one carried value, exact: numbers by value (0.0 and -0.0 are one), texts
 * byte for byte.
 */
#ifndef SEG_RUNTIME_FOLD_EVENT_EQUAL_H
#define SEG_RUNTIME_FOLD_EVENT_EQUAL_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "runtime/base/hash.h"
#include "runtime/base/str.h"
#include "runtime/plan/plan.h"

/** An integer of a layout and width, as itself. */
static inline int64_t seg_event_integer(enum seg_layout layout, enum seg_width width,
                                        const void *column, uint64_t event) {
  switch (width) {
  case SEG_WIDTH_FULL: break;
  case SEG_WIDTH_8: return ((const int8_t *)column)[event];
  case SEG_WIDTH_16: return ((const int16_t *)column)[event];
  case SEG_WIDTH_32: return ((const int32_t *)column)[event];
  }
  return layout == SEG_LAYOUT_I32 ? ((const int32_t *)column)[event]
                                  : ((const int64_t *)column)[event];
}

static inline bool seg_event_value_equal(enum seg_layout layout, enum seg_width width,
                                         const void *column, uint64_t a, uint64_t b) {
  switch (layout) {
  case SEG_LAYOUT_BIT: break; // never carried
  case SEG_LAYOUT_I32:
  case SEG_LAYOUT_I64:
    return seg_event_integer(layout, width, column, a) ==
           seg_event_integer(layout, width, column, b);
  case SEG_LAYOUT_F64: return ((const double *)column)[a] == ((const double *)column)[b];
  case SEG_LAYOUT_TEXT:
    return seg_str_equal(((const struct seg_str *)column)[a], ((const struct seg_str *)column)[b]);
  }
  return false;
}

static inline uint64_t seg_event_value_hash(enum seg_layout layout, enum seg_width width,
                                            const void *column, uint64_t event) {
  switch (layout) {
  case SEG_LAYOUT_BIT: break;
  case SEG_LAYOUT_I32:
  case SEG_LAYOUT_I64:
    return seg_hash_u64((uint64_t)seg_event_integer(layout, width, column, event));
  case SEG_LAYOUT_F64: {
    double value = ((const double *)column)[event] + 0.0; // -0.0 + 0.0 is 0.0
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return seg_hash_u64(bits);
  }
  case SEG_LAYOUT_TEXT: {
    struct seg_str text = ((const struct seg_str *)column)[event];
    return seg_hash_bytes(text.data, text.size);
  }
  }
  return 0;
}

#endif
