/**
 * SipHash-2-4 (Aumasson, Bernstein 2012): a keyed hash of bytes with 64-bit result, the same on
 * every machine. Given piece by piece; a state may be copied, so that a common beginning is hashed
 * once.
 */
#ifndef SEG_RUNTIME_BASE_SIPHASH_H
#define SEG_RUNTIME_BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

struct seg_siphash {
  uint64_t v[4];
  uint64_t word; // bytes that do not fill a word yet, the first one lowest
  uint64_t size; // bytes so far
};

/** `low` and `high`: the key's first and last eight bytes, read little-endian. */
void seg_siphash_init(struct seg_siphash *state, uint64_t low, uint64_t high);
void seg_siphash_add(struct seg_siphash *state, const void *bytes, size_t size);

/** The hash of everything added; the state stays as it is. */
uint64_t seg_siphash_result(const struct seg_siphash *state);

#endif
