// Differences in blocks, packed to the widest of each part of a block; see delta_packed.h.
#include "runtime/io/delta_packed.h"

#include <stdbool.h>
#include <string.h>

enum {
  BLOCK = 128,
  PARTS = 4, // of a block; each has a width of its own
  PART = BLOCK / PARTS,
  LONGEST_VARINT = 10,
};

size_t seg_delta_packed_most(int64_t count) {
  size_t blocks = ((size_t)count + BLOCK - 1) / BLOCK;
  return (size_t)4 * LONGEST_VARINT + blocks * (LONGEST_VARINT + PARTS + BLOCK * sizeof(int64_t));
}

static unsigned char *put_varint(unsigned char *out, uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    *out++ = (unsigned char)(value & 0x7f) | 0x80;
  *out++ = (unsigned char)value;
  return out;
}

// Small numbers of either sign become small ones without: 0, -1, 1, -2 ... are 0, 1, 2, 3 ...
static unsigned char *put_signed(unsigned char *out, int64_t value) {
  return put_varint(out, (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0));
}

static unsigned width_of(const uint64_t values[PART]) {
  uint64_t all = 0;
  for (int i = 0; i < PART; i++)
    all |= values[i];
  return all == 0 ? 0 : 64 - (unsigned)__builtin_clzll(all);
}

// 32 numbers of `width` bits, the lowest bit first: that is 4 * width bytes.
static unsigned char *put_part(unsigned char *out, const uint64_t values[PART], unsigned width) {
  unsigned __int128 pending = 0;
  unsigned bits = 0;
  for (int i = 0; i < PART && width > 0; i++) {
    pending |= (unsigned __int128)values[i] << bits;
    bits += width;
    for (; bits >= 32; bits -= 32, pending >>= 32, out += sizeof(uint32_t)) {
      uint32_t word = (uint32_t)pending;
      memcpy(out, &word, sizeof word);
    }
  }
  return out;
}

static bool has_one_difference(const int64_t *numbers, int64_t count) {
  uint64_t first = (uint64_t)numbers[0] - (uint64_t)numbers[-1], others = 0;
  for (int64_t i = 1; i < count; i++)
    others |= ((uint64_t)numbers[i] - (uint64_t)numbers[i - 1]) ^ first;
  return others == 0;
}

// At most a block of differences: numbers[i] - numbers[i - 1], which may go round.
static unsigned char *put_block(unsigned char *out, const int64_t *numbers, int64_t count) {
  if (has_one_difference(numbers, count)) { // keys that were counted: all widths are 0
    out = put_signed(out, (int64_t)((uint64_t)numbers[0] - (uint64_t)numbers[-1]));
    memset(out, 0, PARTS);
    return out + PARTS;
  }
  uint64_t values[BLOCK] = {0};
  int64_t least = INT64_MAX;
  for (int64_t i = 0; i < count; i++) {
    values[i] = (uint64_t)numbers[i] - (uint64_t)numbers[i - 1];
    least = (int64_t)values[i] < least ? (int64_t)values[i] : least;
  }
  for (int64_t i = 0; i < count; i++)
    values[i] -= (uint64_t)least;
  out = put_signed(out, least);
  unsigned char *widths = out;
  out += PARTS;
  for (int part = 0; part < PARTS; part++) {
    unsigned width = width_of(values + (size_t)part * PART);
    widths[part] = (unsigned char)width;
    out = put_part(out, values + (size_t)part * PART, width);
  }
  return out;
}

size_t seg_delta_packed_write(const int64_t *numbers, int64_t count, unsigned char *out) {
  unsigned char *at = put_varint(out, BLOCK);
  at = put_varint(at, PARTS);
  at = put_varint(at, (uint64_t)count);
  at = put_signed(at, numbers[0]);
  for (int64_t i = 1; i < count; i += BLOCK)
    at = put_block(at, numbers + i, count - i < BLOCK ? count - i : BLOCK);
  return (size_t)(at - out);
}
