// See mask_slices.h.
#include "runtime/filter/mask_slices.h"

#include <stdbool.h>

enum { GRADE_BYTES = 64 };

// False when the table has no room for so many digits, because they are too large.
static bool cut(struct seg_mask_digits *digits, uint32_t bits, uint32_t count) {
  uint32_t first = 0;
  *digits = (struct seg_mask_digits){.bits = bits, .count = count};
  for (uint32_t d = 0; d < count; d++) {
    uint32_t width = bits / count + (d < bits % count ? 1 : 0);
    if (width > 8)
      return false;
    digits->widths[d] = width;
    digits->firsts[d] = first;
    first += (1U << width) + 1;
  }
  return first <= SEG_MASK_GRADES_MOST;
}

// Vectors that are read or written.
static uint64_t cost_of(const struct seg_mask_digits *digits, uint32_t thresholds) {
  uint64_t cost = (uint64_t)thresholds * (2 * digits->count + 1);
  for (uint32_t d = 0; d < digits->count; d++)
    cost += UINT64_C(2) << digits->widths[d];
  return cost;
}

void seg_mask_digits_choose(struct seg_mask_digits *digits, uint32_t bits, uint32_t thresholds) {
  uint64_t least = UINT64_MAX;
  for (uint32_t count = 1; count <= SEG_MASK_DIGITS_MOST && count <= bits; count++) {
    struct seg_mask_digits some;
    if (!cut(&some, bits, count) || cost_of(&some, thresholds) >= least)
      continue;
    least = cost_of(&some, thresholds);
    *digits = some;
  }
}

uint64_t seg_mask_digits_cost(uint32_t bits, uint32_t thresholds) {
  struct seg_mask_digits digits = {0};
  seg_mask_digits_choose(&digits, bits, thresholds);
  return cost_of(&digits, thresholds);
}

void seg_mask_digits_place(const struct seg_mask_digits *digits, uint32_t threshold,
                           uint16_t *places) {
  for (uint32_t d = 0; d < digits->count; d++) {
    uint32_t digit = threshold & ((1U << digits->widths[d]) - 1);
    places[d] = (uint16_t)((digits->firsts[d] + digit) * GRADE_BYTES);
    threshold = digits->widths[d] < 32 ? threshold >> digits->widths[d] : 0;
  }
}
