// Derived columns of a batch of customers; see derived.h.
#include "runtime/run/derived.h"

#include "runtime/run/draws.h"

static void fill_listed(const uint64_t *listed, uint64_t first, uint32_t rows, int32_t *values) {
  for (uint32_t i = 0; i < rows; i++)
    values[i] = seg_bitmap_test(listed, (int64_t)(first + i));
}

void seg_derived_fill(const struct seg_run_state *state, const struct seg_plan_derived *derived,
                      uint64_t first, uint32_t rows, void *values, uint64_t *known) {
  switch (derived->kind) {
  case SEG_DERIVED_BUCKET:
    seg_draws_buckets(derived, &state->result->keys, first, rows, values);
    seg_bitmap_fill(known, rows);
    return;
  case SEG_DERIVED_LISTED:
    fill_listed(state->listed[derived->list], first, rows, values);
    seg_bitmap_fill(known, rows);
    return;
  case SEG_DERIVED_RANK:
    if (state->pass == SEG_FINAL_PASS)
      seg_population_read(state, derived->rank, first, rows, values, known);
    return;
  }
}
