/**
 * Fractions of a block as whole numbers: a / b is compared with a whole number c as floor + ceiling
 * of a / b are with 2 c, so that all comparisons of one fraction share a column.
 */
#ifndef SEG_RUNTIME_FILTER_BLOCK_HALVES_H
#define SEG_RUNTIME_FILTER_BLOCK_HALVES_H

#include "runtime/plan/kernel.h"

/** Fill the value slots of the kernel's halves, and their known bits. Inputs and values have room
 * for rows rounded up to 64; known bits behind the last row are 0 afterwards. */
void seg_block_halves_run(const struct seg_block_kernel *kernel,
                          const struct seg_block_frame *frame);

#endif
