// Rounding without the processor's own instructions for it, which not every machine has: LLVM would
// call a function of the C library instead. What is cut off decides about one more or one less.
#include "compiler/codegen/emit_round.h"

/** value + 1 where `up`, value - 1 where `down`; NULL: nowhere. */
static LLVMValueRef corrected(struct seg_emit *emit, LLVMValueRef value, LLVMValueRef up,
                              LLVMValueRef down) {
  if (up != NULL)
    value = LLVMBuildAdd(emit->builder, value, LLVMBuildZExt(emit->builder, up, emit->type.i64, ""),
                         "");
  if (down != NULL)
    value = LLVMBuildSub(emit->builder, value,
                         LLVMBuildZExt(emit->builder, down, emit->type.i64, ""), "");
  return value;
}

LLVMValueRef seg_emit_number_to_integer(struct seg_emit *emit, enum seg_plan_rounding rounding,
                                        LLVMValueRef number, LLVMValueRef *outside) {
  LLVMBuilderRef builder = emit->builder;
  LLVMValueRef zero = LLVMConstReal(emit->type.f64, 0);
  LLVMValueRef limit = LLVMConstReal(emit->type.f64, 9223372036854775808.0); // 2^63
  LLVMValueRef least = LLVMConstReal(emit->type.f64, -9223372036854775808.0);
  LLVMValueRef above = LLVMBuildFCmp(builder, LLVMRealUGE, number, limit, ""); // NaN too
  LLVMValueRef below = LLVMBuildFCmp(builder, LLVMRealULT, number, least, "");
  *outside = LLVMBuildOr(builder, above, below, "");
  LLVMValueRef safe = LLVMBuildSelect(builder, *outside, zero, number, "");
  LLVMValueRef cut = LLVMBuildFPToSI(builder, safe, emit->type.i64, "");
  // Exact: from 2^52 on there is no fraction, and below it the integer is a double.
  LLVMValueRef whole = LLVMBuildSIToFP(builder, cut, emit->type.f64, "");
  LLVMValueRef rest = LLVMBuildFSub(builder, safe, whole, "");
  LLVMValueRef half = LLVMConstReal(emit->type.f64, 0.5);
  LLVMValueRef minus_half = LLVMConstReal(emit->type.f64, -0.5);
  switch (rounding) {
  case SEG_TO_NEAREST:
    return corrected(emit, cut, LLVMBuildFCmp(builder, LLVMRealOGE, rest, half, ""),
                     LLVMBuildFCmp(builder, LLVMRealOLE, rest, minus_half, ""));
  case SEG_TO_FLOOR:
    return corrected(emit, cut, NULL, LLVMBuildFCmp(builder, LLVMRealOLT, rest, zero, ""));
  case SEG_TO_CEILING:
    return corrected(emit, cut, LLVMBuildFCmp(builder, LLVMRealOGT, rest, zero, ""), NULL);
  }
  return cut;
}

LLVMValueRef seg_emit_round_quotient(struct seg_emit *emit, enum seg_plan_rounding rounding,
                                     LLVMValueRef value, int64_t factor) {
  LLVMBuilderRef builder = emit->builder;
  LLVMValueRef divisor = seg_emit_i64(emit, factor), zero = seg_emit_i64(emit, 0);
  LLVMValueRef cut = LLVMBuildSDiv(builder, value, divisor, "");
  LLVMValueRef rest = LLVMBuildSub(builder, value, LLVMBuildMul(builder, cut, divisor, ""), "");
  // Half a unit or more: rest >= factor - factor / 2, which also holds for odd factors.
  LLVMValueRef half = seg_emit_i64(emit, factor - factor / 2);
  LLVMValueRef minus_half = seg_emit_i64(emit, factor / 2 - factor);
  switch (rounding) {
  case SEG_TO_NEAREST:
    return corrected(emit, cut, LLVMBuildICmp(builder, LLVMIntSGE, rest, half, ""),
                     LLVMBuildICmp(builder, LLVMIntSLE, rest, minus_half, ""));
  case SEG_TO_FLOOR:
    return corrected(emit, cut, NULL, LLVMBuildICmp(builder, LLVMIntSLT, rest, zero, ""));
  case SEG_TO_CEILING:
    return corrected(emit, cut, LLVMBuildICmp(builder, LLVMIntSGT, rest, zero, ""), NULL);
  }
  return cut;
}
