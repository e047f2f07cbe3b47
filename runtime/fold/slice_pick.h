/**
 * Some rows of a slice, as a slice of their own of the same form.
 */
#ifndef SEG_RUNTIME_FOLD_SLICE_PICK_H
#define SEG_RUNTIME_FOLD_SLICE_PICK_H

#include "runtime/fold/gather.h"

/** Bytes of the texts of row `row`. */
uint64_t seg_slice_text_bytes(const struct seg_event_layout *layout, const struct seg_slice *slice,
                              uint32_t row);

/**
 * Write rows `rows[0 .. count - 1]` to `bytes`, which begins at a multiple of 8 and has room for
 * them and their texts, up to the next multiple of 8. Customers are counted from `first_customer`
 * on in the new slice: theirs must be that one or one of the 65535 behind it. Returns the bytes
 * that were written, a multiple of 8.
 */
size_t seg_slice_pick(const struct seg_event_layout *layout, const struct seg_slice *slice,
                      const uint32_t *rows, uint32_t count, uint32_t first_customer,
                      unsigned char *bytes);

#endif
