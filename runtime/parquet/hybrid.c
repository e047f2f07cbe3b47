// Runs and packed bits; see hybrid.h.
#include "runtime/parquet/hybrid.h"

#include <string.h>

#include "runtime/parquet/unpack.h"

void seg_hybrid_init(struct seg_hybrid *hybrid, const uint8_t *bytes, size_t size, uint32_t width) {
  *hybrid = (struct seg_hybrid){.at = bytes, .end = bytes + size, .width = width};
}

static bool read_varint(struct seg_hybrid *hybrid, uint64_t *value) {
  *value = 0;
  for (unsigned shift = 0; shift < 63; shift += 7) {
    if (hybrid->at == hybrid->end)
      return false;
    uint8_t byte = *hybrid->at++;
    *value |= (uint64_t)(byte & 0x7f) << shift;
    if (byte < 0x80)
      return true;
  }
  return false;
}

// Whoever asks again after a failure must not find the rest of a run.
static bool fail(struct seg_hybrid *hybrid) {
  hybrid->at = hybrid->end;
  return false;
}

// The header of the next run. Of a packed run that the bytes end within, the values that are whole
// remain: some writers leave the padding out.
static bool next_run(struct seg_hybrid *hybrid) {
  uint64_t header, bytes = (hybrid->width + 7) / 8;
  if (!read_varint(hybrid, &header))
    return fail(hybrid);
  uint64_t room = (uint64_t)(hybrid->end - hybrid->at), count = header >> 1;
  hybrid->is_packed = (header & 1) != 0;
  if (!hybrid->is_packed) {
    if (bytes > room)
      return fail(hybrid);
    hybrid->value = 0;
    memcpy(&hybrid->value, hybrid->at, bytes);
    hybrid->at += bytes;
    hybrid->left = count;
    return true;
  }
  if (count > UINT32_MAX)
    return fail(hybrid);
  bytes = count * hybrid->width;
  hybrid->left = count * 8;
  if (bytes > room) {
    bytes = room;
    hybrid->left = room * 8 / hybrid->width;
  }
  hybrid->packed = hybrid->at;
  hybrid->bit = 0;
  hybrid->at += bytes;
  return true;
}

// Skips runs without values; false at the end.
static bool find_values(struct seg_hybrid *hybrid) {
  while (hybrid->left == 0)
    if (!next_run(hybrid))
      return false;
  return true;
}

static uint64_t load(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

bool seg_hybrid_read(struct seg_hybrid *hybrid, uint32_t count, uint32_t *to, uint32_t *largest) {
  *largest = 0;
  while (count > 0) {
    if (!find_values(hybrid))
      return false;
    uint32_t some = count < hybrid->left ? count : (uint32_t)hybrid->left;
    uint32_t most = hybrid->value;
    if (hybrid->is_packed)
      most = seg_unpack(hybrid->packed, hybrid->bit, hybrid->width, some, to);
    for (uint32_t i = 0; !hybrid->is_packed && i < some; i++)
      to[i] = hybrid->value;
    *largest = most > *largest ? most : *largest;
    hybrid->bit += (uint64_t)some * hybrid->width;
    hybrid->left -= some;
    count -= some;
    to += some;
  }
  return true;
}

// `count` bits, at most 56, at a place of a bitmap.
static void put_bits(uint64_t *bits, uint32_t at, uint64_t word, uint32_t count) {
  word &= (UINT64_C(1) << count) - 1;
  bits[at / 64] |= word << (at % 64);
  if (at % 64 + count > 64)
    bits[at / 64 + 1] |= word >> (64 - at % 64);
}

bool seg_hybrid_read_bits(struct seg_hybrid *hybrid, uint32_t count, uint64_t *bits) {
  enum { STEP = 56 };
  uint32_t at = 0;
  while (at < count) {
    if (!find_values(hybrid))
      return false;
    uint32_t rest = count - at, some = rest < hybrid->left ? rest : (uint32_t)hybrid->left;
    some = some < STEP ? some : STEP;
    uint64_t word = hybrid->value != 0 ? UINT64_MAX : 0;
    if (hybrid->is_packed)
      word = load(hybrid->packed + (hybrid->bit >> 3)) >> (hybrid->bit & 7);
    put_bits(bits, at, word, some);
    hybrid->bit += some;
    hybrid->left -= some;
    at += some;
  }
  return true;
}

bool seg_hybrid_skip(struct seg_hybrid *hybrid, uint64_t count) {
  while (count > 0) {
    if (!find_values(hybrid))
      return false;
    uint64_t some = count < hybrid->left ? count : hybrid->left;
    hybrid->bit += some * hybrid->width;
    hybrid->left -= some;
    count -= some;
  }
  return true;
}

bool seg_hybrid_is_run(struct seg_hybrid *hybrid, uint64_t count, uint32_t value) {
  return find_values(hybrid) && !hybrid->is_packed && hybrid->value == value &&
         hybrid->left >= count;
}
