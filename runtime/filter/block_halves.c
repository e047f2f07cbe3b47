// Fractions column by column; see block_halves.h.
#include "runtime/filter/block_halves.h"

#include "runtime/column/column.h"
#include "runtime/filter/mask_kernels.h"

void seg_block_halves_run(const struct seg_block_kernel *kernel,
                          const struct seg_block_frame *frame) {
  const struct seg_mask_kernels *kernels = seg_mask_kernels(kernel->level);
  const union seg_mask_constant zero = {.integer = 0};
  const int64_t rows = (frame->row_count + 63) / 64 * 64;
  for (uint32_t h = 0; h < kernel->halves_count; h++) {
    const struct seg_block_halves *halves = &kernel->halves[h];
    const void *denominators = frame->input_values[halves->denominator];
    uint64_t *known = frame->value_known[halves->slot];
    const bool is_wide = halves->width == SEG_WIDTH_FULL;
    (is_wide ? kernels->halves : kernels->halves_i32)(
        frame->input_values[halves->numerator], denominators, rows, frame->values[halves->slot]);
    kernels->compare[is_wide ? SEG_MASK_I64 : SEG_MASK_I32][SEG_MASK_GREATER](denominators, rows,
                                                                              zero, known);
    seg_bitmap_clear_tail(known, frame->row_count);
  }
}
