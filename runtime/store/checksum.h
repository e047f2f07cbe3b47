/**
 * The checksum of a block of a store's array: cheap enough to be taken again whenever a run reads
 * the block.
 *
 * Eight lanes of 64-bit words, each with the sum of its words and the sum of those sums (as
 * Fletcher, 1982, with words for bytes), brought together by a mixing hash. Every change inside one
 * word is seen by the sums, whatever it is; words that change places are seen by the sums of sums;
 * other changes go unnoticed with a chance of about 2^-64. It is no protection against people.
 */
#ifndef SEG_RUNTIME_STORE_CHECKSUM_H
#define SEG_RUNTIME_STORE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

enum {
  SEG_CHECKSUM_BLOCK = 1 << 18, // bytes: read into an L2 cache once, for the sum and for the run
  SEG_CHECKSUM_UNIT = 64,       // sizes are multiples of it
};

/** Of `size` bytes, a multiple of SEG_CHECKSUM_UNIT. */
uint64_t seg_checksum(const void *bytes, size_t size);

static inline uint64_t seg_checksum_blocks(uint64_t size) {
  return (size + SEG_CHECKSUM_BLOCK - 1) / SEG_CHECKSUM_BLOCK;
}

#endif
