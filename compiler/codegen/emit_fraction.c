// Fractions rounded to whole numbers, four rows at a time. Processors divide integers one by one;
// fractional numbers are divided in vectors, and nothing is lost when both numbers are below 2^51:
// the nearest double of a quotient lies on the same side of every whole number as the quotient
// itself, because a quotient that is none differs from it by 1 / divisor at least, which is more
// than half a unit of the double's last place. Rows with larger numbers are divided as integers.
#include "compiler/codegen/emit_fraction.h"

enum {
  BITS = 51, // of a number whose double has all its digits behind those of `middle`
};

/** 1.5 * 2^52: a whole number added to it lies in the last bits of the sum. */
static const double middle = 6755399441055744.0;
static const int64_t middle_bits = 0x4338000000000000;

static bool is_used_in_maps(const struct seg_emit_block *block, uint32_t number) {
  bool is_used = false;
  for (uint32_t i = 0; i < block->layout->map_step_count; i++) {
    const struct seg_step *step = &block->block->steps[block->layout->map_steps[i]];
    for (uint32_t o = 0; o < seg_op_info[step->op].operand_count; o++)
      is_used = is_used || step->operands[o] == number;
  }
  return is_used;
}

static bool is_plain_input(const struct seg_emit_block *block, uint32_t number) {
  const struct seg_step *step = &block->block->steps[number];
  return step->op == SEG_OP_INPUT && step->layout == SEG_LAYOUT_I64 && !step->optional &&
         seg_block_input_width(block->block, step->slot) == SEG_WIDTH_FULL;
}

bool seg_emit_is_quick_fraction(const struct seg_emit_block *block, uint32_t number) {
  const struct seg_step *step = &block->block->steps[number];
  return block->emit->vector_bits == 256 && step->op == SEG_OP_FRACTION_ROUND && step->optional &&
         block->layout->value_slots[number] != SEG_NO_SLOT &&
         is_plain_input(block, step->operands[0]) && is_plain_input(block, step->operands[1]) &&
         !is_used_in_maps(block, number);
}

static LLVMTypeRef lanes_of(LLVMTypeRef type) {
  return LLVMVectorType(type, SEG_FRACTION_ROWS);
}

static LLVMValueRef splat(struct seg_emit *emit, int64_t value) {
  return seg_emit_splat(emit, seg_emit_i64(emit, value), SEG_FRACTION_ROWS);
}

/** The rows of a column from the one at hand on. */
static LLVMValueRef place(struct seg_emit_block *block, uint32_t number) {
  struct seg_emit *emit = block->emit;
  LLVMValueRef values = seg_emit_column(block, number)->values;
  return LLVMBuildInBoundsGEP2(emit->builder, emit->type.i64, values, &block->row, 1, "");
}

static LLVMValueRef load(struct seg_emit_block *block, uint32_t number) {
  struct seg_emit *emit = block->emit;
  LLVMValueRef rows =
      LLVMBuildLoad2(emit->builder, lanes_of(emit->type.i64), place(block, number), "");
  LLVMSetAlignment(rows, sizeof(int64_t));
  return rows;
}

/** What is divided by: 1 where there is nothing to divide by. */
static LLVMValueRef divisor(struct seg_emit *emit, LLVMValueRef rows, LLVMValueRef *is_positive) {
  *is_positive = LLVMBuildICmp(emit->builder, LLVMIntSGT, rows, splat(emit, 0), "");
  return LLVMBuildSelect(emit->builder, *is_positive, rows, splat(emit, 1), "");
}

/** Not 0 in a lane that has a number of more bits. */
static LLVMValueRef too_large(struct seg_emit *emit, LLVMValueRef rows) {
  LLVMValueRef moved = LLVMBuildAdd(emit->builder, rows, splat(emit, INT64_C(1) << BITS), "");
  return LLVMBuildLShr(emit->builder, moved, splat(emit, BITS + 1), "");
}

static LLVMValueRef to_doubles(struct seg_emit *emit, LLVMValueRef rows) {
  LLVMBuilderRef builder = emit->builder;
  LLVMValueRef sum = LLVMBuildAdd(builder, rows, splat(emit, middle_bits), "");
  LLVMValueRef number = LLVMBuildBitCast(builder, sum, lanes_of(emit->type.f64), "");
  LLVMValueRef less =
      seg_emit_splat(emit, LLVMConstReal(emit->type.f64, middle), SEG_FRACTION_ROWS);
  return LLVMBuildFSub(builder, number, less, "");
}

static LLVMValueRef to_integers(struct seg_emit *emit, LLVMValueRef whole) {
  LLVMBuilderRef builder = emit->builder;
  LLVMValueRef more =
      seg_emit_splat(emit, LLVMConstReal(emit->type.f64, middle), SEG_FRACTION_ROWS);
  LLVMValueRef sum = LLVMBuildFAdd(builder, whole, more, "");
  LLVMValueRef bits = LLVMBuildBitCast(builder, sum, lanes_of(emit->type.i64), "");
  return LLVMBuildSub(builder, bits, splat(emit, middle_bits), "");
}

static LLVMValueRef rounded(struct seg_emit *emit, bool down, LLVMValueRef number) {
  static const char floor[] = "llvm.floor", ceiling[] = "llvm.ceil"; // one instruction with AVX
  LLVMTypeRef type = LLVMTypeOf(number);
  unsigned which = down ? LLVMLookupIntrinsicID(floor, sizeof floor - 1)
                        : LLVMLookupIntrinsicID(ceiling, sizeof ceiling - 1);
  LLVMValueRef function = LLVMGetIntrinsicDeclaration(emit->module, which, &type, 1);
  return LLVMBuildCall2(emit->builder, LLVMGlobalGetValueType(function), function, &number, 1, "");
}

LLVMValueRef seg_emit_fraction_is_large(struct seg_emit_block *block, uint32_t number) {
  struct seg_emit *emit = block->emit;
  const struct seg_step *step = &block->block->steps[number];
  LLVMValueRef unused, by = divisor(emit, load(block, step->operands[1]), &unused);
  return LLVMBuildOr(emit->builder, too_large(emit, load(block, step->operands[0])),
                     too_large(emit, by), "");
}

LLVMValueRef seg_emit_fraction_rows(struct seg_emit_block *block, uint32_t number) {
  struct seg_emit *emit = block->emit;
  LLVMBuilderRef builder = emit->builder;
  const struct seg_step *step = &block->block->steps[number];
  LLVMValueRef is_positive, of = to_doubles(emit, load(block, step->operands[0]));
  LLVMValueRef by = divisor(emit, load(block, step->operands[1]), &is_positive);
  LLVMValueRef quotient = LLVMBuildFDiv(builder, of, to_doubles(emit, by), "");
  LLVMValueRef whole = to_integers(emit, rounded(emit, step->rounding == SEG_TO_FLOOR, quotient));
  LLVMValueRef kept = LLVMBuildSelect(builder, is_positive, whole, splat(emit, 0), "");
  LLVMSetAlignment(LLVMBuildStore(builder, kept, place(block, number)), sizeof(int64_t));
  LLVMTypeRef bits = LLVMIntTypeInContext(emit->context, SEG_FRACTION_ROWS);
  return LLVMBuildZExt(builder, LLVMBuildBitCast(builder, is_positive, bits, ""), emit->type.i64,
                       "");
}
