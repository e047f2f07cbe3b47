/**
 * Snappy's raw format, as pages of Parquet files are packed with it: text of literals and copies.
 *
 * Format: https://github.com/google/snappy/blob/main/format_description.txt.
 */
#ifndef SEG_RUNTIME_PARQUET_SNAPPY_H
#define SEG_RUNTIME_PARQUET_SNAPPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Unpack `from` to exactly `to_size` bytes; false when that is not what it holds. */
bool seg_snappy_unpack(const uint8_t *from, size_t from_size, uint8_t *to, size_t to_size);

#endif
