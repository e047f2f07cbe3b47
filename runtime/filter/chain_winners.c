// The first mask that matches each row, 64 rows at a time; see chain_winners.h.
#include "runtime/filter/chain_winners.h"

#include <string.h>

#include "runtime/column/bitmap.h"

static void write_winners(uint64_t bits, uint16_t member, uint16_t *winners) {
  for (; bits != 0; bits &= bits - 1)
    winners[__builtin_ctzll(bits)] = member;
}

void seg_chain_winners(const uint64_t *const *masks, uint32_t member_count, int64_t rows,
                       uint64_t *unassigned, uint64_t *won, uint64_t *unmatched,
                       uint16_t *winners) {
  size_t words = seg_bitmap_words(rows);
  seg_bitmap_fill(unassigned, rows);
  if (winners != NULL)
    memset(winners, 0xff, (size_t)rows * sizeof *winners); // SEG_CHAIN_NO_WINNER
  uint64_t left = (uint64_t)rows;
  for (uint32_t m = 0; m < member_count && left > 0; m++) {
    uint64_t count = 0;
    for (size_t w = 0; w < words; w++) {
      uint64_t win = masks[m][w] & unassigned[w];
      if (win == 0)
        continue;
      unassigned[w] &= ~win;
      count += (uint64_t)__builtin_popcountll(win);
      if (winners != NULL)
        write_winners(win, (uint16_t)m, winners + w * 64);
    }
    won[m] += count;
    left -= count;
  }
  *unmatched += left;
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
