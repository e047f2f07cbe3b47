// Small functions that generated functions call: compare 64 values, search a sorted table.
//
// Why calls and not inline vectors: 3,000 comparisons of <64 x i64> inside mask functions take LLVM
// 0.5 s for AVX-512, 4 s for AVX2 and over 30 s for plain x86-64, because wide vectors are cut up
// again at every place. As calls they take 0.1 s everywhere and run as fast, since a helper is
// translated once and optimised. The width of the vectors below is the fastest measured on AVX2 and
// AVX-512.
#include "compiler/codegen/emit.h"

static const unsigned vector_width[SEG_LAYOUT_COUNT] = {
    [SEG_LAYOUT_I32] = 64,
    [SEG_LAYOUT_I64] = 8,
    [SEG_LAYOUT_F64] = 8,
};
static const char *const layout_words[SEG_LAYOUT_COUNT] = {
    [SEG_LAYOUT_I32] = "i32",
    [SEG_LAYOUT_I64] = "i64",
    [SEG_LAYOUT_F64] = "f64",
};
static const char *const width_words[SEG_WIDTH_COUNT] = {
    [SEG_WIDTH_FULL] = "", [SEG_WIDTH_8] = "_8", [SEG_WIDTH_16] = "_16", [SEG_WIDTH_32] = "_32"};
static const char *const comparison_words[SEG_COMPARISON_COUNT] = {
    [SEG_IS_EQUAL] = "equal",     [SEG_IS_NOT_EQUAL] = "not_equal",
    [SEG_IS_LESS] = "less",       [SEG_IS_LESS_EQUAL] = "less_equal",
    [SEG_IS_GREATER] = "greater", [SEG_IS_GREATER_EQUAL] = "greater_equal",
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

/** Begin a helper in `optimised`, remembering where the builder was. */
static LLVMValueRef open_helper(struct seg_emit *emit, const char *name, LLVMTypeRef type,
                                LLVMBasicBlockRef *resume) {
  *resume = seg_emit_here(emit);
  return seg_emit_new_function(emit, emit->optimised, name, type);
}

static void close_helper(struct seg_emit *emit, LLVMValueRef result, LLVMBasicBlockRef resume) {
  LLVMBuildRet(emit->builder, result);
  if (resume != NULL)
    LLVMPositionBuilderAtEnd(emit->builder, resume);
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

static LLVMValueRef load_vector(struct seg_emit *emit, enum seg_layout layout, enum seg_width item,
                                LLVMValueRef base, unsigned first, unsigned width) {
  LLVMTypeRef type = seg_emit_width_type(emit, layout, item);
  LLVMValueRef index = seg_emit_i64(emit, first);
  LLVMValueRef at = LLVMBuildInBoundsGEP2(emit->builder, type, base, &index, 1, "");
  LLVMValueRef load = LLVMBuildLoad2(emit->builder, LLVMVectorType(type, width), at, "");
  LLVMSetAlignment(load, (unsigned)seg_width_bytes(layout, item));
  return seg_emit_widen(emit, layout, load);
}

static void define_compare(struct seg_emit *emit, const char *name, LLVMTypeRef type,
                           const struct seg_compare_form *form) {
  enum seg_layout layout = form->layout;
  LLVMBasicBlockRef resume;
  LLVMValueRef function = open_helper(emit, name, type, &resume);
  LLVMValueRef left = LLVMGetParam(function, 0), right = LLVMGetParam(function, 1);
  unsigned width = vector_width[layout];
  LLVMTypeRef bits_type = LLVMIntTypeInContext(emit->context, width);
  LLVMValueRef scalar = form->shape == SEG_SHAPE_SCALAR ? seg_emit_splat(emit, right, width) : NULL;
  LLVMValueRef mask = seg_emit_i64(emit, 0);
  for (unsigned first = 0; first < SEG_WORD_ROWS; first += width) {
    LLVMValueRef a = load_vector(emit, layout, form->left, left, first, width);
    LLVMValueRef b =
        scalar != NULL ? scalar : load_vector(emit, layout, form->right, right, first, width);
    LLVMValueRef holds = seg_emit_compare(emit, layout, form->comparison, a, b);
    LLVMValueRef bits = LLVMBuildBitCast(emit->builder, holds, bits_type, "");
    LLVMValueRef wide = LLVMBuildZExt(emit->builder, bits, emit->type.i64, "");
    LLVMValueRef placed = LLVMBuildShl(emit->builder, wide, seg_emit_i64(emit, first), "");
    mask = LLVMBuildOr(emit->builder, mask, placed, "");
  }
  close_helper(emit, mask, resume);
}

LLVMValueRef seg_emit_compare_helper(struct seg_emit *emit, const struct seg_compare_form *form) {
  LLVMValueRef *helper =
      &emit->compare_helpers[form->layout][form->left][form->right][form->comparison][form->shape];
  if (*helper != NULL)
    return *helper;
  bool is_scalar = form->shape == SEG_SHAPE_SCALAR;
  char name[64];
  snprintf(name, sizeof name, "compare_%s%s_%s_%s%s", layout_words[form->layout],
           width_words[form->left], comparison_words[form->comparison],
           is_scalar ? "scalar" : "column", width_words[form->right]);
  LLVMTypeRef parameters[] = {emit->type.pointer, is_scalar
                                                      ? seg_emit_layout_type(emit, form->layout)
                                                      : emit->type.pointer};
  LLVMTypeRef type = LLVMFunctionType(emit->type.i64, parameters, 2, false);
  *helper = LLVMAddFunction(emit->plain, name, type);
  define_compare(emit, name, type, form);
  return *helper;
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
  *helper = seg_emit_new_function(emit, emit->optimised, name,
                                  LLVMFunctionType(emit->type.i64, parameters, 3, false));
  LLVMSetLinkage(*helper, LLVMInternalLinkage);
  define_count_cuts(emit, *helper, layout);
  LLVMPositionBuilderAtEnd(emit->builder, resume);
  return *helper;
}

static void define_in_table(struct seg_emit *emit, const char *name, LLVMTypeRef type,
                            enum seg_layout layout, enum seg_width width) {
  LLVMValueRef count_cuts = seg_emit_count_cuts_helper(emit, layout);
  LLVMBasicBlockRef resume;
  LLVMValueRef function = open_helper(emit, name, type, &resume);
  LLVMBuilderRef builder = emit->builder;
  LLVMTypeRef item = seg_emit_layout_type(emit, layout);
  LLVMValueRef table = LLVMGetParam(function, 1), count = LLVMGetParam(function, 2);
  LLVMValueRef mask = LLVMBuildAlloca(builder, emit->type.i64, "mask");
  LLVMBuildStore(builder, seg_emit_i64(emit, 0), mask);
  struct seg_emit_loop loop =
      seg_emit_loop_open(emit, seg_emit_i64(emit, 0), seg_emit_i64(emit, SEG_WORD_ROWS));
  LLVMTypeRef narrow = seg_emit_width_type(emit, layout, width);
  LLVMValueRef value = seg_emit_widen(
      emit, layout, seg_emit_load(builder, narrow, LLVMGetParam(function, 0), loop.index));
  LLVMValueRef cuts = LLVMBuildCall2(builder, LLVMGlobalGetValueType(count_cuts), count_cuts,
                                     (LLVMValueRef[]){table, count, value}, 3, "");
  // The table is not empty, so entry 0 stands in where no entry is <= value: it is greater then.
  LLVMValueRef none = LLVMBuildICmp(builder, LLVMIntEQ, cuts, seg_emit_i64(emit, 0), "");
  LLVMValueRef before = LLVMBuildSub(builder, cuts, seg_emit_i64(emit, 1), "");
  LLVMValueRef at = LLVMBuildSelect(builder, none, seg_emit_i64(emit, 0), before, "");
  LLVMValueRef found =
      LLVMBuildICmp(builder, LLVMIntEQ, seg_emit_load(builder, item, table, at), value, "");
  LLVMValueRef bit =
      LLVMBuildShl(builder, LLVMBuildZExt(builder, found, emit->type.i64, ""), loop.index, "");
  LLVMValueRef old = LLVMBuildLoad2(builder, emit->type.i64, mask, "");
  LLVMBuildStore(builder, LLVMBuildOr(builder, old, bit, ""), mask);
  seg_emit_loop_close(emit, &loop);
  close_helper(emit, LLVMBuildLoad2(builder, emit->type.i64, mask, ""), resume);
}

LLVMValueRef seg_emit_in_table_helper(struct seg_emit *emit, enum seg_layout layout,
                                      enum seg_width width) {
  LLVMValueRef *helper = &emit->in_table_helpers[layout][width];
  if (*helper != NULL)
    return *helper;
  char name[64];
  snprintf(name, sizeof name, "in_table_%s%s", layout_words[layout], width_words[width]);
  LLVMTypeRef parameters[] = {emit->type.pointer, emit->type.pointer, emit->type.i64};
  LLVMTypeRef type = LLVMFunctionType(emit->type.i64, parameters, 3, false);
  *helper = LLVMAddFunction(emit->plain, name, type);
  define_in_table(emit, name, type, layout, width);
  return *helper;
}
