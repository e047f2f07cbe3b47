// Adding up differences; see delta.h. Sums go round, as those of the writer did.
#include "runtime/parquet/delta.h"

#include <string.h>

enum { LARGEST_BLOCK = 1 << 20 }; // values; writers have 128

static bool read_varint(struct seg_delta *delta, uint64_t *value) {
  *value = 0;
  for (unsigned shift = 0; shift < 70; shift += 7) {
    if (delta->at == delta->end)
      return false;
    uint8_t byte = *delta->at++;
    *value |= (uint64_t)(byte & 0x7f) << shift;
    if (byte < 0x80)
      return true;
  }
  return false;
}

static bool read_signed(struct seg_delta *delta, int64_t *value) {
  uint64_t folded;
  if (!read_varint(delta, &folded))
    return false;
  *value = (int64_t)(folded >> 1 ^ (~(folded & 1) + 1));
  return true;
}

bool seg_delta_init(struct seg_delta *delta, const uint8_t *bytes, size_t size) {
  *delta = (struct seg_delta){.at = bytes, .end = bytes + size};
  uint64_t block, parts;
  if (!read_varint(delta, &block) || !read_varint(delta, &parts) ||
      !read_varint(delta, &delta->left) || !read_signed(delta, &delta->value))
    return false;
  if (parts == 0 || block == 0 || block > LARGEST_BLOCK || block % parts != 0)
    return false;
  delta->parts = delta->part = (uint32_t)parts;
  delta->part_values = (uint32_t)(block / parts);
  return true;
}

// The header of the next block, when the present one has no parts left.
static bool next_part(struct seg_delta *delta) {
  if (delta->part == delta->parts) {
    if (!read_signed(delta, &delta->least) || (size_t)(delta->end - delta->at) < delta->parts)
      return false;
    delta->widths = delta->at;
    delta->at += delta->parts;
    delta->part = 0;
  }
  delta->width = delta->widths[delta->part++];
  size_t bytes = ((size_t)delta->part_values * delta->width + 7) / 8;
  if (delta->width > 64 || bytes > (size_t)(delta->end - delta->at))
    return false;
  delta->packed = delta->at;
  delta->at += bytes;
  delta->bit = 0;
  delta->part_left = delta->part_values;
  return true;
}

static uint64_t load(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

// The next `count` values of the present part.
static void take(struct seg_delta *delta, uint32_t count, int64_t *to) {
  uint64_t value = (uint64_t)delta->value, least = (uint64_t)delta->least;
  uint32_t width = delta->width;
  uint64_t mask = width == 0 ? 0 : UINT64_MAX >> (64 - width);
  for (uint32_t i = 0; i < count; i++, delta->bit += width) {
    const uint8_t *from = delta->packed + (delta->bit >> 3);
    unsigned shift = delta->bit & 7;
    uint64_t difference = load(from) >> shift;
    if (width + shift > 64)
      difference |= (uint64_t)from[8] << (64 - shift);
    value += (difference & mask) + least;
    to[i] = (int64_t)value;
  }
  delta->value = (int64_t)value;
  delta->part_left -= count;
}

bool seg_delta_read(struct seg_delta *delta, uint32_t count, int64_t *to) {
  if (count > delta->left)
    return false;
  delta->left -= count;
  if (count > 0 && !delta->has_first) {
    delta->has_first = true;
    *to++ = delta->value;
    count--;
  }
  while (count > 0) {
    if (delta->part_left == 0 && !next_part(delta))
      return false;
    uint32_t some = count < delta->part_left ? count : delta->part_left;
    take(delta, some, to);
    to += some;
    count -= some;
  }
  return true;
}
