// Draws of a batch of customers; see draws.h.
#include "runtime/run/draws.h"

#include <string.h>

#include "runtime/base/draw.h"
#include "runtime/entity/key_table.h"

static uint64_t draw_of(const struct seg_draw *draw, const struct seg_column_view *keys,
                        uint64_t customer) {
  if (keys->layout == SEG_LAYOUT_TEXT)
    return seg_draw_of(draw, ((const struct seg_str *)keys->values)[customer]);
  char digits[SEG_KEY_INTEGER_TEXT];
  int64_t key = ((const int64_t *)keys->values)[customer];
  return seg_draw_of(draw, seg_key_format_integer(key, digits));
}

void seg_draws_buckets(const struct seg_plan_derived *derived, const struct seg_column_view *keys,
                       uint64_t first, uint32_t rows, int64_t *values) {
  struct seg_draw draw;
  seg_draw_init(&draw, derived->salt);
  for (uint32_t i = 0; i < rows; i++)
    values[i] = seg_draw_bucket(draw_of(&draw, keys, first + i), derived->buckets);
}

uint64_t seg_draws_hold_out(const struct seg_plan_holdout *holdout,
                            const struct seg_column_view *keys, uint64_t first, uint32_t rows,
                            const uint64_t *members, uint64_t *held_out) {
  struct seg_draw draw;
  seg_draw_init(&draw, holdout->salt);
  uint64_t count = 0;
  size_t words = seg_bitmap_words(rows);
  memset(held_out, 0, words * sizeof *held_out);
  for (size_t w = 0; w < words; w++) {
    for (uint64_t bits = members[w]; bits != 0; bits &= bits - 1) {
      uint64_t row = w * 64 + (uint64_t)__builtin_ctzll(bits);
      if (draw_of(&draw, keys, first + row) >= holdout->limit)
        continue;
      seg_bitmap_set(held_out, (int64_t)row);
      count++;
    }
  }
  return count;
}
