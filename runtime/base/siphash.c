// SipHash-2-4; see siphash.h. Rotations and the order of additions are those of the paper's
// figure 2.1.
#include "runtime/base/siphash.h"

#include <endian.h>
#include <string.h>

static uint64_t rotated(uint64_t value, int bits) {
  return value << bits | value >> (64 - bits);
}

static void round_once(uint64_t v[4]) {
  v[0] += v[1];
  v[2] += v[3];
  v[1] = rotated(v[1], 13) ^ v[0];
  v[3] = rotated(v[3], 16) ^ v[2];
  v[0] = rotated(v[0], 32);
  v[2] += v[1];
  v[0] += v[3];
  v[1] = rotated(v[1], 17) ^ v[2];
  v[3] = rotated(v[3], 21) ^ v[0];
  v[2] = rotated(v[2], 32);
}

static void take_word(uint64_t v[4], uint64_t word) {
  v[3] ^= word;
  round_once(v);
  round_once(v);
  v[0] ^= word;
}

void seg_siphash_init(struct seg_siphash *state, uint64_t low, uint64_t high) {
  // "somepseudorandomlygeneratedbytes", as in the paper.
  *state = (struct seg_siphash){
      .v = {low ^ UINT64_C(0x736f6d6570736575), high ^ UINT64_C(0x646f72616e646f6d),
            low ^ UINT64_C(0x6c7967656e657261), high ^ UINT64_C(0x7465646279746573)}};
}

static void take_byte(struct seg_siphash *state, unsigned char byte) {
  unsigned place = (unsigned)(state->size++ % 8);
  state->word |= (uint64_t)byte << (8 * place);
  if (place == 7) {
    take_word(state->v, state->word);
    state->word = 0;
  }
}

void seg_siphash_add(struct seg_siphash *state, const void *bytes, size_t size) {
  const unsigned char *at = bytes, *end = at + size;
  while (at < end && state->size % 8 != 0)
    take_byte(state, *at++);
  uint64_t v[4], word;
  memcpy(v, state->v, sizeof v); // in registers, for as many whole words as there are
  for (; (size_t)(end - at) >= sizeof word; at += sizeof word, state->size += sizeof word) {
    memcpy(&word, at, sizeof word);
    take_word(v, le64toh(word));
  }
  memcpy(state->v, v, sizeof v);
  while (at < end)
    take_byte(state, *at++);
}

uint64_t seg_siphash_result(const struct seg_siphash *state) {
  uint64_t v[4];
  memcpy(v, state->v, sizeof v);
  take_word(v, state->word | state->size << 56);
  v[2] ^= 0xff;
  for (int i = 0; i < 4; i++)
    round_once(v);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}
