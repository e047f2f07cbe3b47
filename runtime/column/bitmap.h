/**
 * Bitmaps: one bit a row in 64-bit words, least significant bit first. The bits behind the last row
 * of the last word are kept 0 wherever a comment does not say otherwise, so that words can be
 * counted and combined whole.
 */
#ifndef SEG_RUNTIME_COLUMN_BITMAP_H
#define SEG_RUNTIME_COLUMN_BITMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Words that hold `bits` bits. */
static inline size_t seg_bitmap_words(int64_t bits) {
  return (size_t)((bits + 63) / 64);
}

static inline bool seg_bitmap_test(const uint64_t *words, int64_t bit) {
  return (words[bit >> 6] >> (bit & 63)) & 1;
}

static inline void seg_bitmap_set(uint64_t *words, int64_t bit) {
  words[bit >> 6] |= UINT64_C(1) << (bit & 63);
}

static inline void seg_bitmap_clear(uint64_t *words, int64_t bit) {
  words[bit >> 6] &= ~(UINT64_C(1) << (bit & 63));
}

static inline void seg_bitmap_put(uint64_t *words, int64_t bit, bool value) {
  uint64_t one = UINT64_C(1) << (bit & 63);
  words[bit >> 6] = value ? words[bit >> 6] | one : words[bit >> 6] & ~one;
}

/** Bits that are 1 among the first `bits`; those behind may be anything. */
int64_t seg_bitmap_count(const uint64_t *words, int64_t bits);

/** The first `bits` bits become 1, the rest of the last word 0. */
void seg_bitmap_fill(uint64_t *words, int64_t bits);

/** The bits of the last word behind the first `bits` become 0. */
void seg_bitmap_clear_tail(uint64_t *words, int64_t bits);

/** Bits first .. first + count - 1 of `from` become those of `to` from `at` on, which are 0. */
void seg_bitmap_copy(const uint64_t *from, int64_t first, int64_t count, uint64_t *to, int64_t at);

/** Are the first `bits` all 1? */
bool seg_bitmap_all(const uint64_t *words, int64_t bits);

/** The first bit that is 0 among the first `bits`; -1 when there is none. */
int64_t seg_bitmap_first_zero(const uint64_t *words, int64_t bits);

#endif
