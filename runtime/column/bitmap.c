// Bitmaps of rows: counting and filling by whole words.
#include "runtime/column/bitmap.h"

#include <string.h>

// The bits of the last word that belong to rows; all of them when the last word is full.
static uint64_t tail_mask(int64_t bits) {
  int64_t rest = bits & 63;
  return rest == 0 ? ~UINT64_C(0) : (UINT64_C(1) << rest) - 1;
}

int64_t seg_bitmap_count(const uint64_t *words, int64_t bits) {
  if (bits <= 0)
    return 0;
  size_t last = seg_bitmap_words(bits) - 1;
  int64_t count = 0;
  for (size_t i = 0; i < last; i++)
    count += __builtin_popcountll(words[i]);
  return count + __builtin_popcountll(words[last] & tail_mask(bits));
}

void seg_bitmap_fill(uint64_t *words, int64_t bits) {
  if (bits <= 0)
    return;
  memset(words, 0xff, seg_bitmap_words(bits) * sizeof *words);
  seg_bitmap_clear_tail(words, bits);
}

void seg_bitmap_clear_tail(uint64_t *words, int64_t bits) {
  if (bits > 0)
    words[seg_bitmap_words(bits) - 1] &= tail_mask(bits);
}

void seg_bitmap_copy(const uint64_t *from, int64_t first, int64_t count, uint64_t *to, int64_t at) {
  while (count > 0) {
    int64_t shift = first & 63, room = 64 - (at & 63);
    uint64_t bits = from[first >> 6] >> shift;
    int64_t take = 64 - shift < room ? 64 - shift : room;
    take = take < count ? take : count;
    if (take < 64)
      bits &= (UINT64_C(1) << take) - 1;
    to[at >> 6] |= bits << (at & 63);
    first += take;
    at += take;
    count -= take;
  }
}

bool seg_bitmap_all(const uint64_t *words, int64_t bits) {
  return seg_bitmap_first_zero(words, bits) < 0;
}

int64_t seg_bitmap_first_zero(const uint64_t *words, int64_t bits) {
  size_t count = seg_bitmap_words(bits);
  for (size_t i = 0; i < count; i++) {
    uint64_t zeros = ~words[i];
    if (i == count - 1)
      zeros &= tail_mask(bits);
    if (zeros != 0)
      return (int64_t)i * 64 + __builtin_ctzll(zeros);
  }
  return -1;
}
