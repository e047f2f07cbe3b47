// Unpacking Snappy; see snappy.h. Most elements are short literals and copies: far from both ends
// they move 8 or 16 bytes at once, and what lies behind is written by the next element.
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
  for (size_t i = 0; i < size; i++)
    place->to[i] = (place->to - back)[i];
  place->to += size;
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

// Elements one after the other as long as neither side can end within one, whatever it is: a
// literal of up to 16 bytes, or a copy, which is at most 64 bytes long. False when one is wrong.
static bool take_most(struct place *place) {
  enum { FROM_ROOM = 1 + WIDE, TO_ROOM = 5 * WIDE };
  const uint8_t *from = place->from, *begin = place->begin;
  uint8_t *to = place->to;
  while (place->from_end - from >= FROM_ROOM && place->to_end - to >= TO_ROOM) {
    uint8_t tag = *from;
    size_t size = (size_t)(tag >> 2) + 1, back;
    if ((tag & 3) == 0) {
      if (size > WIDE)
        break;
      memcpy(to, from + 1, WIDE);
      from += 1 + size;
      to += size;
      continue;
    }
    if ((tag & 3) == 3)
      break;
    // Which of the two short copies it is cannot be foreseen: both are worked out, without a
    // branch.
    bool is_second = (tag & 3) == 2;
    size = is_second ? size : (size_t)((tag >> 2) & 7) + 4;
    back = from[1] | (size_t)(is_second ? from[2] : tag >> 5) << 8;
    from += is_second ? 3 : 2;
    if (back == 0 || back > (size_t)(to - begin))
      return false;
    if (back >= 8) { // eight bytes at once never overlap
      memcpy(to, to - back, 8);
      memcpy(to + 8, to + 8 - back, 8);
      for (size_t done = 16; done < size; done += 8)
        memcpy(to + done, to + done - back, 8);
    } else if (back == 1) {
      memset(to, to[-1], size);
    } else {
      for (size_t i = 0; i < size; i++)
        to[i] = (to - back)[i];
    }
    to += size;
  }
  place->from = from;
  place->to = to;
  return true;
}

bool seg_snappy_unpack(const uint8_t *from, size_t from_size, uint8_t *to, size_t to_size) {
  struct place place = {
      .from = from, .from_end = from + from_size, .begin = to, .to = to, .to_end = to + to_size};
  size_t size;
  if (!read_size(&place, &size) || size != to_size)
    return false;
  while (place.from < place.from_end) {
    if (!take_most(&place))
      return false;
    if (place.from == place.from_end)
      break;
    uint8_t tag = *place.from++;
    if (!((tag & 3) == 0 ? take_literal(&place, tag) : take_copy(&place, tag)))
      return false;
  }
  return place.to == place.to_end;
}
