// Small functions that generated functions call, and what maps and folds share: comparisons,
// vectors of equal lanes.
#include "compiler/codegen/emit.h"

static const char *const layout_words[SEG_LAYOUT_COUNT] = {
    [SEG_LAYOUT_I32] = "i32",
    [SEG_LAYOUT_I64] = "i64",
    [SEG_LAYOUT_F64] = "f64",
};
static const LLVMIntPredicate integer_predicates[SEG_COMPARISON_COUNT] = {
    [SEG_IS_EQUAL] = LLVMIntEQ,    [SEG_IS_NOT_EQUAL] = LLVMIntNE,
    [SEG_IS_LESS] = LLVMIntSLT,    [SEG_IS_LESS_EQUAL] = LLVMIntSLE,
    [SEG_IS_GREATER] = LLVMIntSGT, [SEG_IS_GREATER_EQUAL] = LLVMIntSGE,
};
static const LLVMRealPredicate real_predicates[SEG_COMPARISON_COUNT] = {
    [SEG_IS_EQUAL] = LLVMRealOEQ,   [SEG_IS_NOT_EQUAL] = LLVMRealUNE,
    [SEG_IS_LESS] = LLVMRealOLT,    [SEG_IS_LESS_EQUAL] = LLVMRealOLE,
    [SEG_IS_GREATER] = LLVMRealOGT, [SEG_IS_GREATER_EQUAL] = LLVMRealOGE,
};

LLVMValueRef seg_emit_compare(struct seg_emit *emit, enum seg_layout layout,
                              enum seg_plan_comparison comparison, LLVMValueRef left,
                              LLVMValueRef right) {
  if (layout == SEG_LAYOUT_F64)
    return LLVMBuildFCmp(emit->builder, real_predicates[comparison], left, right, "");
  return LLVMBuildICmp(emit->builder, integer_predicates[comparison], left, right, "");
}

LLVMTypeRef seg_emit_lanes_type(LLVMTypeRef type, unsigned lanes) {
  return lanes == 1 ? type : LLVMVectorType(type, lanes);
}

LLVMValueRef seg_emit_splat(struct seg_emit *emit, LLVMValueRef scalar, unsigned lanes) {
  if (lanes == 1)
    return scalar;
  LLVMValueRef nothing = LLVMGetPoison(seg_emit_lanes_type(LLVMTypeOf(scalar), lanes));
  LLVMValueRef first =
      LLVMBuildInsertElement(emit->builder, nothing, scalar, seg_emit_i32(emit, 0), "");
  LLVMValueRef zeros = LLVMConstNull(LLVMVectorType(emit->type.i32, lanes));
  return LLVMBuildShuffleVector(emit->builder, first, nothing, zeros, "");
}

/** Binary search for the number of entries <= value: lengths halve, no early exit, no branches on
 * data. */
static void define_count_cuts(struct seg_emit *emit, LLVMValueRef function,
                              enum seg_layout layout) {
  LLVMBuilderRef builder = emit->builder;
  LLVMValueRef table = LLVMGetParam(function, 0), count = LLVMGetParam(function, 1);
  LLVMValueRef value = LLVMGetParam(function, 2);
  LLVMValueRef zero = seg_emit_i64(emit, 0), one = seg_emit_i64(emit, 1);
  LLVMBasicBlockRef entry = seg_emit_here(emit);
  LLVMBasicBlockRef head = seg_emit_add_block(emit, "head");
  LLVMBasicBlockRef body = seg_emit_add_block(emit, "body");
  LLVMBasicBlockRef done = seg_emit_add_block(emit, "done");
  LLVMBuildBr(builder, head);
  // Invariant: entries before `low` are <= value, entries from low + length on are greater.
  LLVMPositionBuilderAtEnd(builder, head);
  LLVMValueRef low = LLVMBuildPhi(builder, emit->type.i64, "low");
  LLVMValueRef length = LLVMBuildPhi(builder, emit->type.i64, "length");
  LLVMBuildCondBr(builder, LLVMBuildICmp(builder, LLVMIntNE, length, zero, ""), body, done);
  LLVMPositionBuilderAtEnd(builder, body);
  LLVMValueRef half = LLVMBuildLShr(builder, length, one, "");
  LLVMValueRef middle = LLVMBuildAdd(builder, low, half, "");
  LLVMValueRef cut = seg_emit_load(builder, seg_emit_layout_type(emit, layout), table, middle);
  LLVMValueRef below = seg_emit_compare(emit, layout, SEG_IS_LESS_EQUAL, cut, value);
  LLVMValueRef behind = LLVMBuildAdd(builder, middle, one, "");
  LLVMValueRef rest = LLVMBuildSub(builder, LLVMBuildSub(builder, length, half, ""), one, "");
  LLVMValueRef next_low = LLVMBuildSelect(builder, below, behind, low, "");
  LLVMValueRef next_length = LLVMBuildSelect(builder, below, rest, half, "");
  LLVMBuildBr(builder, head);
  LLVMAddIncoming(low, (LLVMValueRef[]){zero, next_low}, (LLVMBasicBlockRef[]){entry, body}, 2);
  LLVMAddIncoming(length, (LLVMValueRef[]){count, next_length}, (LLVMBasicBlockRef[]){entry, body},
                  2);
  LLVMPositionBuilderAtEnd(builder, done);
  LLVMBuildRet(builder, low);
}

LLVMValueRef seg_emit_count_cuts_helper(struct seg_emit *emit, enum seg_layout layout) {
  LLVMValueRef *helper = &emit->count_cuts_helpers[layout];
  if (*helper != NULL)
    return *helper;
  char name[64];
  snprintf(name, sizeof name, "count_cuts_%s", layout_words[layout]);
  LLVMTypeRef parameters[] = {emit->type.pointer, emit->type.i64,
                              seg_emit_layout_type(emit, layout)};
  LLVMBasicBlockRef resume = seg_emit_here(emit);
  *helper = seg_emit_new_function(emit, emit->module, name,
                                  LLVMFunctionType(emit->type.i64, parameters, 3, false));
  LLVMSetLinkage(*helper, LLVMInternalLinkage);
  define_count_cuts(emit, *helper, layout);
  LLVMPositionBuilderAtEnd(emit->builder, resume);
  return *helper;
}
