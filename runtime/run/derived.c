// Derived columns of a batch of customers; see derived.h.
#include "runtime/run/derived.h"

#include "runtime/run/draws.h"

void seg_derived_fill(const struct seg_plan_derived *derived, const struct seg_column_view *keys,
                      uint64_t first, uint32_t rows, void *values, uint64_t *known) {
  switch (derived->kind) {
  case SEG_DERIVED_BUCKET:
    seg_draws_buckets(derived, keys, first, rows, values);
    seg_bitmap_fill(known, rows);
    return;
  }
}
