/**
 * Hashing that is the same on every run and machine (no seeds), so that results repeat.
 */
#ifndef SEG_RUNTIME_BASE_HASH_H
#define SEG_RUNTIME_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/** Hash of `size` bytes; all bits well mixed. */
uint64_t seg_hash_bytes(const void *bytes, size_t size);

/** Hash of one 64-bit integer: the finaliser of SplitMix64 (Steele, Lea, Flood 2014). */
static inline uint64_t seg_hash_u64(uint64_t value) {
  value += 0x9e3779b97f4a7c15u;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

/**
 * One more word of a record that is looked up in memory: two operations where seg_hash_mix takes
 * nine. Only the high bits are well mixed, so end with seg_hash_u64.
 */
static inline uint64_t seg_hash_add(uint64_t hash, uint64_t word) {
  return ((hash << 23 | hash >> 41) ^ word) * 0x9e3779b97f4a7c15u;
}

/** Order-dependent combination of two hashes. */
static inline uint64_t seg_hash_mix(uint64_t a, uint64_t b) {
  return seg_hash_u64(a ^ (b * 0x9e3779b97f4a7c15u));
}

#endif
