/**
 * Fractions of two columns rounded to whole numbers, some rows at a time.
 */
#ifndef SEG_COMPILER_CODEGEN_EMIT_FRACTION_H
#define SEG_COMPILER_CODEGEN_EMIT_FRACTION_H

#include "compiler/codegen/emit.h"

enum { SEG_FRACTION_ROWS = 4 }; // divides 64

/** Is a step such a fraction, that only masks and roots look at? */
bool seg_emit_is_quick_fraction(const struct seg_emit_block *block, uint32_t number);

/** Of the rows from `block->row` on, a vector: not 0 where one's numbers are too large for
 * seg_emit_fraction_rows. */
LLVMValueRef seg_emit_fraction_is_large(struct seg_emit_block *block, uint32_t number);

/** Compute and store the step for the rows from `block->row` on. An i64: a bit a row, set where it
 * is known. */
LLVMValueRef seg_emit_fraction_rows(struct seg_emit_block *block, uint32_t number);

#endif
