/**
 * Whole numbers as differences, in blocks of parts; each part has the width of its widest.
 *
 * DELTA_BINARY_PACKED of https://parquet.apache.org/docs/file-format/data-pages/encodings/. Bytes
 * are read eight at a time: SEG_PARQUET_SLACK bytes behind the end must be there, whatever they
 * are.
 */
#ifndef SEG_RUNTIME_PARQUET_DELTA_H
#define SEG_RUNTIME_PARQUET_DELTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seg_delta {
  const uint8_t *at, *end;
  uint64_t left; // values
  bool has_first;
  int64_t value; // the last one that was given
  uint32_t parts, part_values;
  /* The present block. */
  int64_t least;         // what every difference has on top
  const uint8_t *widths; // a byte a part
  uint32_t part;         // the next one
  /* The present part. */
  uint32_t part_left, width;
  const uint8_t *packed;
  uint64_t bit; // of the next difference in it
};

/** False when that is not how such numbers begin. */
bool seg_delta_init(struct seg_delta *delta, const uint8_t *bytes, size_t size);

/** The next `count` values; false when there are not so many. */
bool seg_delta_read(struct seg_delta *delta, uint32_t count, int64_t *to);

#endif
