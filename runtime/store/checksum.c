// Sums of words and sums of sums; see checksum.h.
#include "runtime/store/checksum.h"

#include <string.h>

#include "runtime/base/hash.h"

enum { LANES = SEG_CHECKSUM_UNIT / sizeof(uint64_t) };

typedef uint64_t lanes __attribute__((vector_size(SEG_CHECKSUM_UNIT)));

uint64_t seg_checksum(const void *bytes, size_t size) {
  const char *at = bytes;
  lanes sums = {0}, sums_of_sums = {0};
  for (size_t i = 0; i < size; i += SEG_CHECKSUM_UNIT) {
    lanes words;
    memcpy(&words, at + i, sizeof words);
    sums += words;
    sums_of_sums += sums;
  }
  uint64_t hash = seg_hash_u64(size);
  for (int i = 0; i < LANES; i++)
    hash = seg_hash_mix(seg_hash_mix(hash, sums[i]), sums_of_sums[i]);
  return hash;
}
