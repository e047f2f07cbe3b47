// Unpacking Snappy; see snappy.h. Short literals and copies, which are most, move 16 bytes at once
// as long as both sides have room for that; what lies behind is written by the next element.
#include "runtime/parquet/snappy.h"

#include <string.h>

enum { WIDE = 16 };

/** How far the text has been read and written. */
struct place {
  const uint8_t *from, *from_end;
  uint8_t *begin, *to, *to_end;
};

// The length of the whole, seven bits a byte.
static bool read_size(struct place *place, size_t *size) {
  *size = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    if (place->from == place->from_end)
      return false;
    uint8_t byte = *place->from++;
    *size |= (size_t)(byte & 0x7f) << shift;
    if (byte < 0x80)
      return *size <= UINT32_MAX;
  }
  return false;
}

static bool take_literal(struct place *place, uint8_t tag) {
  size_t size = (size_t)(tag >> 2) + 1;
  if (size <= WIDE && place->from_end - place->from >= WIDE && place->to_end - place->to >= WIDE) {
    memcpy(place->to, place->from, WIDE);
    place->from += size;
    place->to += size;
    return true;
  }
  if (size > 60) { // the size, less one, is in the next 1 to 4 bytes
    size_t bytes = size - 60, value = 0;
    if ((size_t)(place->from_end - place->from) < bytes)
      return false;
    for (size_t i = 0; i < bytes; i++)
      value |= (size_t)place->from[i] << (8 * i);
    place->from += bytes;
    size = value + 1;
  }
  if ((size_t)(place->from_end - place->from) < size || (size_t)(place->to_end - place->to) < size)
    return false;
  memcpy(place->to, place->from, size);
  place->from += size;
  place->to += size;
  return true;
}

// `size` bytes from `back` bytes ago, which may overlap with what is being written: then they
// repeat.
static bool copy(struct place *place, size_t back, size_t size) {
  if (back == 0 || back > (size_t)(place->to - place->begin) ||
      size > (size_t)(place->to_end - place->to))
    return false;
  const uint8_t *from = place->to - back;
  uint8_t *to = place->to;
  place->to += size;
  if (back >= WIDE && place->to_end - to >= 4 * WIDE) { // no copy is longer than 64
    for (size_t done = 0; done < size; done += WIDE)
      memcpy(to + done, from + done, WIDE);
    return true;
  }
  if (back >= 8 && place->to_end - to >= 4 * WIDE + 8) {
    for (size_t done = 0; done < size; done += 8)
      memcpy(to + done, from + done, 8);
    return true;
  }
  for (size_t i = 0; i < size; i++)
    to[i] = from[i];
  return true;
}

static bool take_copy(struct place *place, uint8_t tag) {
  unsigned kind = tag & 3;
  size_t bytes = kind == 1 ? 1 : kind == 2 ? 2 : 4;
  if ((size_t)(place->from_end - place->from) < bytes)
    return false;
  size_t back = 0;
  for (size_t i = 0; i < bytes; i++)
    back |= (size_t)place->from[i] << (8 * i);
  place->from += bytes;
  if (kind == 1)
    return copy(place, back | (size_t)(tag >> 5) << 8, (size_t)((tag >> 2) & 7) + 4);
  return copy(place, back, (size_t)(tag >> 2) + 1);
}

bool seg_snappy_unpack(const uint8_t *from, size_t from_size, uint8_t *to, size_t to_size) {
  struct place place = {
      .from = from, .from_end = from + from_size, .begin = to, .to = to, .to_end = to + to_size};
  size_t size;
  if (!read_size(&place, &size) || size != to_size)
    return false;
  while (place.from < place.from_end) {
    uint8_t tag = *place.from++;
    if (!((tag & 3) == 0 ? take_literal(&place, tag) : take_copy(&place, tag)))
      return false;
  }
  return place.to == place.to_end;
}
