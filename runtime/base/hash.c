// Hashing of bytes; see hash.h.
#include "runtime/base/hash.h"

#include <string.h>

uint64_t seg_hash_bytes(const void *bytes, size_t size) {
  const unsigned char *at = bytes;
  uint64_t hash = seg_hash_u64(size);
  for (; size >= 8; size -= 8, at += 8) {
    uint64_t word;
    memcpy(&word, at, 8);
    hash = seg_hash_mix(hash, word);
  }
  if (size > 0) {
    uint64_t word = 0;
    memcpy(&word, at, size);
    hash = seg_hash_mix(hash, word);
  }
  return hash;
}
