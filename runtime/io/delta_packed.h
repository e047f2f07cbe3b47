/**
 * Whole numbers as differences; private to this room. Keys that a database gave out one after the
 * other take next to nothing in this form.
 *
 * DELTA_BINARY_PACKED of https://parquet.apache.org/docs/file-format/data-pages/encodings/.
 */
#ifndef SEG_RUNTIME_IO_DELTA_PACKED_H
#define SEG_RUNTIME_IO_DELTA_PACKED_H

#include <stddef.h>
#include <stdint.h>

/** Bytes that `count` numbers take at most. */
size_t seg_delta_packed_most(int64_t count);

/** Write them to `out`; how many bytes that were. At least one number. */
size_t seg_delta_packed_write(const int64_t *numbers, int64_t count, unsigned char *out);

#endif
