// The first mask that matches each row; see chain_winners.h.
//
// The winner's number is collected bit by bit: a bitmap a binary digit, which the rows that a
// member wins are added to. Numbers come of them at the end.
#include "runtime/filter/chain_winners.h"

#include <string.h>

#include "runtime/column/bitmap.h"

// Numbers of members below `member_count`.
static uint32_t number_bits(uint32_t member_count) {
  uint32_t bits = 0;
  while (member_count > 1U << bits)
    bits++;
  return bits;
}

size_t seg_chain_slice_words(uint32_t member_count, int64_t rows) {
  return (number_bits(member_count) + 1) * seg_bitmap_words(rows);
}

void seg_chain_winners(const struct seg_mask_kernels *kernels, const uint64_t *const *masks,
                       uint32_t member_count, int64_t rows, uint64_t *slices, uint64_t *won,
                       uint64_t *unmatched, uint16_t *winners) {
  size_t words = seg_bitmap_words(rows);
  uint32_t bits = number_bits(member_count);
  uint64_t *unassigned = slices + bits * words;
  seg_bitmap_fill(unassigned, rows);
  if (winners != NULL)
    memset(slices, 0, bits * words * sizeof *slices);
  uint64_t left = (uint64_t)rows;
  for (uint32_t m = 0; m < member_count && left > 0; m++) {
    uint64_t count =
        kernels->claim(masks[m], words, unassigned, m, winners == NULL ? NULL : slices, words);
    won[m] += count;
    left -= count;
  }
  *unmatched += left;
  for (size_t w = 0; w < words && winners != NULL; w++) {
    uint16_t codes[64];
    size_t here = (size_t)rows - w * 64 < 64 ? (size_t)rows - w * 64 : 64;
    kernels->expand(slices + w, words, bits, unassigned[w], codes);
    memcpy(winners + w * 64, codes, here * sizeof *codes);
  }
}

void seg_chain_held_out(const uint64_t *const *masks, const uint64_t *const *held_out,
                        uint32_t member_count, int64_t rows, uint64_t *unassigned,
                        uint64_t *won_held_out) {
  size_t words = seg_bitmap_words(rows);
  seg_bitmap_fill(unassigned, rows);
  for (uint32_t m = 0; m < member_count; m++) {
    for (size_t w = 0; w < words; w++) {
      if (held_out[m] != NULL)
        won_held_out[m] += (uint64_t)__builtin_popcountll(held_out[m][w] & unassigned[w]);
      unassigned[w] &= ~masks[m][w];
    }
  }
}
