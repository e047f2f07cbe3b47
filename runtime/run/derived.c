// Derived columns of a batch of customers; see derived.h.
#include "runtime/run/derived.h"

#include "runtime/base/draw.h"
#include "runtime/entity/key_table.h"

static void fill_buckets(const struct seg_plan_derived *derived, const struct seg_column_view *keys,
                         uint64_t first, uint32_t rows, int64_t *values) {
  struct seg_draw draw;
  seg_draw_init(&draw, derived->salt);
  char digits[SEG_KEY_INTEGER_TEXT];
  for (uint32_t i = 0; i < rows; i++) {
    struct seg_str key =
        keys->layout == SEG_LAYOUT_TEXT
            ? ((const struct seg_str *)keys->values)[first + i]
            : seg_key_format_integer(((const int64_t *)keys->values)[first + i], digits);
    values[i] = seg_draw_bucket(seg_draw_of(&draw, key), derived->buckets);
  }
}

void seg_derived_fill(const struct seg_plan_derived *derived, const struct seg_column_view *keys,
                      uint64_t first, uint32_t rows, void *values, uint64_t *known) {
  switch (derived->kind) {
  case SEG_DERIVED_BUCKET:
    fill_buckets(derived, keys, first, rows, values);
    seg_bitmap_fill(known, rows);
    return;
  }
}
