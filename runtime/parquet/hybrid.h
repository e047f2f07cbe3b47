/**
 * Parquet's hybrid of runs and packed bits, which dictionary codes and levels are written in.
 *
 * Format: https://parquet.apache.org/docs/file-format/data-pages/encodings/, "RLE". Bytes are read
 * sixteen at a time: SEG_PARQUET_SLACK bytes behind the end must be there, whatever they are.
 */
#ifndef SEG_RUNTIME_PARQUET_HYBRID_H
#define SEG_RUNTIME_PARQUET_HYBRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SEG_PARQUET_SLACK = 16 };

struct seg_hybrid {
  const uint8_t *at, *end; // the next run
  uint32_t width;          // bits of a value, 0 to 32
  /* The present run. */
  uint64_t left; // values
  bool is_packed;
  uint32_t value;        // of all, when not packed
  const uint8_t *packed; // the run's first byte
  uint64_t bit;          // of the next value in it
};

void seg_hybrid_init(struct seg_hybrid *hybrid, const uint8_t *bytes, size_t size, uint32_t width);

/** The next `count` values, and the largest of them (0 of none); false when there are not so many.
 */
bool seg_hybrid_read(struct seg_hybrid *hybrid, uint32_t count, uint32_t *to, uint32_t *largest);

/** Of width 1: the next `count` values as bits of a bitmap that is 0 before. */
bool seg_hybrid_read_bits(struct seg_hybrid *hybrid, uint32_t count, uint64_t *bits);

bool seg_hybrid_skip(struct seg_hybrid *hybrid, uint64_t count);

/** Are the next `count` values all `value`, and in one run? False says nothing. */
bool seg_hybrid_is_run(struct seg_hybrid *hybrid, uint64_t count, uint32_t value);

#endif
