/**
 * Whole numbers in generated code.
 */
#ifndef SEG_COMPILER_CODEGEN_EMIT_ROUND_H
#define SEG_COMPILER_CODEGEN_EMIT_ROUND_H

#include "compiler/codegen/emit.h"

/** An f64 as an i64; `*outside` is an i1: it does not fit, and the result is then 0. */
LLVMValueRef seg_emit_number_to_integer(struct seg_emit *emit, enum seg_plan_rounding rounding,
                                        LLVMValueRef number, LLVMValueRef *outside);

/** An i64 divided by `factor` > 1 and rounded to a whole number; it always fits. */
LLVMValueRef seg_emit_round_quotient(struct seg_emit *emit, enum seg_plan_rounding rounding,
                                     LLVMValueRef value, int64_t factor);

#endif
