// One emitter an operation of stage VALUE: the value and the known bit of the row at hand.
//
// No fast-math flags anywhere, so nothing is reassociated or fused. No nsw/nuw flags: rows that are
// unknown hold any bits, and whatever is computed from them must stay defined, if meaningless.
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "compiler/codegen/emit_date.h"
#include "compiler/codegen/emit_round.h"

typedef struct seg_emit_value emit_value(struct seg_emit_block *block, uint32_t number);

static const struct seg_step *step_of(const struct seg_emit_block *block, uint32_t number) {
  return &block->block->steps[number];
}

static struct seg_emit_value operand(struct seg_emit_block *block, uint32_t number,
                                     uint32_t index) {
  return seg_emit_step_value(block, step_of(block, number)->operands[index]);
}

/** a and b, where NULL is true. */
static LLVMValueRef both(struct seg_emit_block *block, LLVMValueRef a, LLVMValueRef b) {
  if (a == NULL || b == NULL)
    return a == NULL ? b : a;
  return LLVMBuildAnd(block->emit->builder, a, b, "");
}

static void fault_if(struct seg_emit_block *block, LLVMValueRef condition, LLVMValueRef known,
                     uint32_t number) {
  struct seg_emit *emit = block->emit;
  LLVMValueRef fault = seg_emit_member(emit, seg_emit_aside(emit, block->entry), emit->type.pointer,
                                       block->frame, offsetof(struct seg_block_frame, fault));
  seg_emit_fault_if(emit, block->module, both(block, condition, known), fault, number, block->row);
}

static LLVMValueRef intrinsic(struct seg_emit_block *block, const char *name, LLVMTypeRef type,
                              LLVMValueRef *arguments, unsigned count) {
  struct seg_emit *emit = block->emit;
  unsigned id = LLVMLookupIntrinsicID(name, strlen(name));
  LLVMValueRef function = LLVMGetIntrinsicDeclaration(block->module, id, &type, 1);
  return LLVMBuildCall2(emit->builder, LLVMIntrinsicGetType(emit->context, id, &type, 1), function,
                        arguments, count, "");
}

/** The known bit of a column for the row at hand, NULL when it is always known. */
static LLVMValueRef known_bit(struct seg_emit_block *block, uint32_t number) {
  LLVMValueRef word = seg_emit_known_word(block, number);
  return word == NULL ? NULL : seg_emit_bit(block->emit, word, block->bit);
}

/** Load the row at hand of a column: an input, or a value that an earlier function stored. */
static struct seg_emit_value load_column(struct seg_emit_block *block, uint32_t number) {
  struct seg_emit *emit = block->emit;
  LLVMBuilderRef builder = emit->builder;
  enum seg_layout layout = step_of(block, number)->layout;
  LLVMValueRef values = seg_emit_column(block, number)->values;
  struct seg_emit_value value = {.known = known_bit(block, number)};
  switch (layout) {
  case SEG_LAYOUT_BIT:
    value.data = seg_emit_bit(
        emit, seg_emit_load(builder, emit->type.i64, values, block->words.index), block->bit);
    break;
  case SEG_LAYOUT_I32:
  case SEG_LAYOUT_I64:
  case SEG_LAYOUT_F64: {
    LLVMTypeRef type = seg_emit_width_type(emit, layout, seg_emit_column_width(block, number));
    value.data = seg_emit_widen(emit, layout, seg_emit_load(builder, type, values, block->row));
    break;
  }
  case SEG_LAYOUT_TEXT:
    value.data = seg_emit_load_text(emit, values, block->row, &value.size);
    break;
  }
  return value;
}

static struct seg_emit_value emit_INPUT(struct seg_emit_block *block, uint32_t number) {
  return load_column(block, number);
}

static struct seg_emit_value emit_CONSTANT(struct seg_emit_block *block, uint32_t number) {
  const struct seg_step *step = step_of(block, number);
  if (step->layout != SEG_LAYOUT_TEXT)
    return (struct seg_emit_value){
        .data = seg_emit_constant(block->emit, step->layout, &step->constant)};
  struct seg_str text = step->constant.text;
  return (struct seg_emit_value){.data = seg_emit_text_literal(block->emit, block->module, text),
                                 .size = seg_emit_i64(block->emit, (int64_t)text.size)};
}

static struct seg_emit_value emit_AS_OF(struct seg_emit_block *block, uint32_t number) {
  (void)number;
  return (struct seg_emit_value){.data = seg_emit_as_of(block)};
}

static struct seg_emit_value emit_AS_OF_INSTANT(struct seg_emit_block *block, uint32_t number) {
  return (struct seg_emit_value){.data =
                                     seg_emit_as_of_instant(block, step_of(block, number)->factor)};
}

static struct seg_emit_value emit_DAY_TO_INTEGER(struct seg_emit_block *block, uint32_t number) {
  struct seg_emit_value value = operand(block, number, 0);
  value.data = LLVMBuildSExt(block->emit->builder, value.data, block->emit->type.i64, "");
  return value;
}

static struct seg_emit_value emit_DATE_PART(struct seg_emit_block *block, uint32_t number) {
  struct seg_emit *emit = block->emit;
  struct seg_emit_value value = operand(block, number, 0);
  LLVMValueRef day = LLVMBuildSExt(emit->builder, value.data, emit->type.i64, "");
  LLVMValueRef part = seg_emit_date_part(emit, step_of(block, number)->date_part, day);
  value.data = LLVMBuildTrunc(emit->builder, part, emit->type.i32, "");
  return value;
}

static struct seg_emit_value emit_ANNIVERSARY(struct seg_emit_block *block, uint32_t number) {
  struct seg_emit *emit = block->emit;
  struct seg_emit_value a = operand(block, number, 0), b = operand(block, number, 1);
  LLVMValueRef day = LLVMBuildSExt(emit->builder, a.data, emit->type.i64, "");
  LLVMValueRef as_of = LLVMBuildSExt(emit->builder, b.data, emit->type.i64, "");
  LLVMValueRef days = seg_emit_anniversary(emit, day, as_of);
  return (struct seg_emit_value){.data = LLVMBuildTrunc(emit->builder, days, emit->type.i32, ""),
                                 .known = both(block, a.known, b.known)};
}

static struct seg_emit_value emit_NUMBER_TO_INTEGER(struct seg_emit_block *block, uint32_t number) {
  struct seg_emit_value value = operand(block, number, 0);
  LLVMValueRef outside;
  value.data = seg_emit_number_to_integer(block->emit, step_of(block, number)->rounding, value.data,
                                          &outside);
  fault_if(block, outside, value.known, number);
  return value;
}

static struct seg_emit_value emit_BIT_TO_CODE(struct seg_emit_block *block, uint32_t number) {
  struct seg_emit_value value = operand(block, number, 0);
  value.data = LLVMBuildZExt(block->emit->builder, value.data, block->emit->type.i32, "");
  return value;
}

static struct seg_emit_value emit_INTEGER_TO_NUMBER(struct seg_emit_block *block, uint32_t number) {
  struct seg_emit *emit = block->emit;
  struct seg_emit_value value = operand(block, number, 0);
  double power = 1; // exact up to 10^22
  for (uint8_t i = 0; i < step_of(block, number)->scale; i++)
    power *= 10;
  LLVMValueRef real = LLVMBuildSIToFP(emit->builder, value.data, emit->type.f64, "");
  value.data = LLVMBuildFDiv(emit->builder, real, LLVMConstReal(emit->type.f64, power), "");
  return value;
}

/** Fault where a known F64 result is not finite. */
static void require_finite(struct seg_emit_block *block, struct seg_emit_value value,
                           uint32_t number) {
  struct seg_emit *emit = block->emit;
  LLVMValueRef size = intrinsic(block, "llvm.fabs", emit->type.f64, &value.data, 1);
  LLVMValueRef infinite = LLVMConstReal(emit->type.f64, INFINITY);
  LLVMValueRef broken = LLVMBuildFCmp(emit->builder, LLVMRealUGE, size, infinite, ""); // NaN too
  fault_if(block, broken, value.known, number);
}

/** An I64 operation through its overflow intrinsic. */
static struct seg_emit_value checked(struct seg_emit_block *block, const char *name,
                                     struct seg_emit_value a, struct seg_emit_value b,
                                     uint32_t number) {
  struct seg_emit *emit = block->emit;
  LLVMValueRef arguments[] = {a.data, b.data};
  LLVMValueRef pair = intrinsic(block, name, emit->type.i64, arguments, 2);
  struct seg_emit_value value = {.known = both(block, a.known, b.known)};
  value.data = LLVMBuildExtractValue(emit->builder, pair, 0, "");
  fault_if(block, LLVMBuildExtractValue(emit->builder, pair, 1, ""), value.known, number);
  return value;
}

typedef LLVMValueRef build_two(LLVMBuilderRef builder, LLVMValueRef a, LLVMValueRef b,
                               const char *name);

/** Days (I32) are too few to overflow, I64 is checked, F64 must stay finite. */
static struct seg_emit_value arithmetic(struct seg_emit_block *block, uint32_t number,
                                        build_two *days, const char *checked_name,
                                        build_two *real) {
  struct seg_emit_value a = operand(block, number, 0), b = operand(block, number, 1);
  if (step_of(block, number)->layout == SEG_LAYOUT_I64)
    return checked(block, checked_name, a, b, number);
  if (step_of(block, number)->layout == SEG_LAYOUT_I32)
    return (struct seg_emit_value){.data = days(block->emit->builder, a.data, b.data, ""),
                                   .known = both(block, a.known, b.known)};
  struct seg_emit_value value = {.data = real(block->emit->builder, a.data, b.data, ""),
                                 .known = both(block, a.known, b.known)};
  require_finite(block, value, number);
  return value;
}

static struct seg_emit_value emit_ADD(struct seg_emit_block *block, uint32_t number) {
  return arithmetic(block, number, LLVMBuildAdd, "llvm.sadd.with.overflow", LLVMBuildFAdd);
}

static struct seg_emit_value emit_SUBTRACT(struct seg_emit_block *block, uint32_t number) {
  return arithmetic(block, number, LLVMBuildSub, "llvm.ssub.with.overflow", LLVMBuildFSub);
}

static struct seg_emit_value emit_MULTIPLY(struct seg_emit_block *block, uint32_t number) {
  return arithmetic(block, number, LLVMBuildMul, "llvm.smul.with.overflow", LLVMBuildFMul);
}

static struct seg_emit_value emit_NEGATE(struct seg_emit_block *block, uint32_t number) {
  struct seg_emit_value value = operand(block, number, 0);
  if (step_of(block, number)->layout == SEG_LAYOUT_I64) {
    struct seg_emit_value zero = {.data = seg_emit_i64(block->emit, 0)};
    return checked(block, "llvm.ssub.with.overflow", zero, value, number);
  }
  value.data = LLVMBuildFNeg(block->emit->builder, value.data, "");
  return value;
}

static struct seg_emit_value emit_ABS(struct seg_emit_block *block, uint32_t number) {
  struct seg_emit *emit = block->emit;
  struct seg_emit_value value = operand(block, number, 0);
  if (step_of(block, number)->layout == SEG_LAYOUT_F64) {
    value.data = intrinsic(block, "llvm.fabs", emit->type.f64, &value.data, 1);
    return value;
  }
  LLVMValueRef zero = seg_emit_i64(emit, 0);
  LLVMValueRef negative = LLVMBuildICmp(emit->builder, LLVMIntSLT, value.data, zero, "");
  LLVMValueRef least = seg_emit_i64(emit, INT64_MIN); // which has no opposite
  fault_if(block, LLVMBuildICmp(emit->builder, LLVMIntEQ, value.data, least, ""), value.known,
           number);
  LLVMValueRef opposite = LLVMBuildSub(emit->builder, zero, value.data, "");
  value.data = LLVMBuildSelect(emit->builder, negative, opposite, value.data, "");
  return value;
}

static struct seg_emit_value emit_ROUND(struct seg_emit_block *block, uint32_t number) {
  const struct seg_step *step = step_of(block, number);
  struct seg_emit_value value = operand(block, number, 0);
  value.data = seg_emit_round_quotient(block->emit, step->rounding, value.data, step->factor);
  struct seg_emit_value factor = {.data = seg_emit_i64(block->emit, step->factor)};
  return checked(block, "llvm.smul.with.overflow", value, factor, number);
}

static struct seg_emit_value emit_DIVIDE(struct seg_emit_block *block, uint32_t number) {
  LLVMBuilderRef builder = block->emit->builder;
  struct seg_emit_value a = operand(block, number, 0), b = operand(block, number, 1);
  LLVMValueRef zero = LLVMConstReal(block->emit->type.f64, 0);
  LLVMValueRef divides = LLVMBuildFCmp(builder, LLVMRealUNE, b.data, zero, "");
  struct seg_emit_value value = {.data = LLVMBuildFDiv(builder, a.data, b.data, "")};
  value.known = both(block, both(block, a.known, b.known), divides);
  require_finite(block, value, number);
  return value;
}

static struct seg_emit_value emit_ELSE(struct seg_emit_block *block, uint32_t number) {
  LLVMBuilderRef builder = block->emit->builder;
  struct seg_emit_value a = operand(block, number, 0);
  if (a.known == NULL)
    return a;
  struct seg_emit_value b = operand(block, number, 1), value = {0};
  value.data = LLVMBuildSelect(builder, a.known, a.data, b.data, "");
  if (a.size != NULL)
    value.size = LLVMBuildSelect(builder, a.known, a.size, b.size, "");
  if (b.known != NULL)
    value.known = LLVMBuildOr(builder, a.known, b.known, "");
  return value;
}

/** 1 + the number of i1 conditions that hold, one cut each. */
static LLVMValueRef add_cut(struct seg_emit_block *block, LLVMValueRef band, LLVMValueRef reached) {
  LLVMBuilderRef builder = block->emit->builder;
  LLVMValueRef one = LLVMBuildZExt(builder, reached, block->emit->type.i64, "");
  return LLVMBuildAdd(builder, band, one, "");
}

/** The list of a step as a private table of the module; NULL and `out_of_memory` when memory is
 * out. */
static LLVMValueRef cut_table(struct seg_emit_block *block, const struct seg_step *step,
                              enum seg_layout layout) {
  struct seg_emit *emit = block->emit;
  LLVMValueRef *items = SEG_NEW_ARRAY(emit->arena, LLVMValueRef, step->list_count);
  if (items == NULL) {
    emit->out_of_memory = true;
    return NULL;
  }
  for (uint32_t i = 0; i < step->list_count; i++)
    items[i] = seg_emit_constant(emit, layout, &step->list[i]);
  return seg_emit_table(emit, block->module, seg_emit_layout_type(emit, layout), items,
                        step->list_count);
}

static struct seg_emit_value emit_BAND(struct seg_emit_block *block, uint32_t number) {
  struct seg_emit *emit = block->emit;
  const struct seg_step *step = step_of(block, number);
  enum seg_layout layout = step_of(block, step->operands[0])->layout;
  struct seg_emit_value value = operand(block, number, 0);
  LLVMValueRef band = seg_emit_i64(emit, 1);
  if (step->list_count > SEG_LONG_LIST) {
    LLVMValueRef table = cut_table(block, step, layout);
    if (table == NULL)
      return value;
    LLVMValueRef helper = seg_emit_count_cuts_helper(emit, layout);
    LLVMValueRef arguments[] = {table, seg_emit_i64(emit, step->list_count), value.data};
    LLVMValueRef cuts =
        LLVMBuildCall2(emit->builder, LLVMGlobalGetValueType(helper), helper, arguments, 3, "");
    band = LLVMBuildAdd(emit->builder, band, cuts, "");
  }
  for (uint32_t i = 0; i < step->list_count && step->list_count <= SEG_LONG_LIST; i++) {
    LLVMValueRef cut = seg_emit_constant(emit, layout, &step->list[i]);
    band = add_cut(block, band, seg_emit_compare(emit, layout, SEG_IS_LESS_EQUAL, cut, value.data));
  }
  value.data = band;
  return value;
}

static struct seg_emit_value emit_TEXT_MAP(struct seg_emit_block *block, uint32_t number) {
  struct seg_emit *emit = block->emit;
  struct seg_emit_value value = operand(block, number, 0);
  LLVMTypeRef text = LLVMArrayType2(emit->type.i8, sizeof(struct seg_str));
  LLVMValueRef out = LLVMBuildAlloca(seg_emit_aside(emit, block->entry), text, "text");
  LLVMSetAlignment(out, _Alignof(struct seg_str));
  LLVMValueRef arguments[] = {block->frame,
                              value.data,
                              value.size,
                              seg_emit_i32(emit, step_of(block, number)->text_map),
                              seg_emit_i32(emit, number),
                              block->row,
                              out};
  seg_emit_call(emit, block->module, "seg_kernel_text_map", emit->type.nothing, arguments, 7);
  LLVMBuilderRef builder = emit->builder;
  value.data =
      seg_emit_member(emit, builder, emit->type.pointer, out, offsetof(struct seg_str, data));
  value.size = seg_emit_member(emit, builder, emit->type.i64, out, offsetof(struct seg_str, size));
  return value;
}

static struct seg_emit_value emit_TEXT_LENGTH(struct seg_emit_block *block, uint32_t number) {
  struct seg_emit *emit = block->emit;
  struct seg_emit_value value = operand(block, number, 0);
  LLVMValueRef arguments[] = {value.data, value.size};
  LLVMValueRef length =
      seg_emit_call(emit, block->module, "seg_kernel_text_length", emit->type.i64, arguments, 2);
  return (struct seg_emit_value){.data = length, .known = value.known};
}

static LLVMValueRef widen(struct seg_emit_block *block, LLVMValueRef value) {
  return LLVMBuildSExt(block->emit->builder, value, block->emit->type.i128, "");
}

static LLVMValueRef product(struct seg_emit_block *block, LLVMValueRef a, LLVMValueRef b) {
  return LLVMBuildMul(block->emit->builder, widen(block, a), widen(block, b), "");
}

static LLVMValueRef is_not_zero(struct seg_emit_block *block, LLVMValueRef value) {
  return LLVMBuildICmp(block->emit->builder, LLVMIntNE, value, seg_emit_i64(block->emit, 0), "");
}

static struct seg_emit_value emit_FRACTION_BAND(struct seg_emit_block *block, uint32_t number) {
  struct seg_emit *emit = block->emit;
  const struct seg_step *step = step_of(block, number);
  struct seg_emit_value a = operand(block, number, 0), b = operand(block, number, 1);
  LLVMValueRef scaled = product(block, a.data, seg_emit_i64(emit, step->factor));
  LLVMValueRef band = seg_emit_i64(emit, 1);
  for (uint32_t i = 0; i < step->list_count; i++) {
    LLVMValueRef cut = product(block, seg_emit_i64(emit, step->list[i].integer), b.data);
    band = add_cut(block, band, LLVMBuildICmp(emit->builder, LLVMIntSLE, cut, scaled, ""));
  }
  LLVMValueRef known = both(block, both(block, a.known, b.known), is_not_zero(block, b.data));
  return (struct seg_emit_value){.data = band, .known = known};
}

// Twice the number towards zero, and one more to where something is left. Only a denominator of 1
// leaves a number that has no double, and then nothing is left.
static struct seg_emit_value emit_FRACTION_HALVES(struct seg_emit_block *block, uint32_t number) {
  struct seg_emit *emit = block->emit;
  LLVMBuilderRef builder = emit->builder;
  struct seg_emit_value a = operand(block, number, 0), b = operand(block, number, 1);
  LLVMValueRef zero = seg_emit_i64(emit, 0), one = seg_emit_i64(emit, 1);
  LLVMValueRef above = LLVMBuildICmp(builder, LLVMIntSGT, b.data, zero, "");
  LLVMValueRef by = LLVMBuildSelect(builder, above, b.data, one, "");
  LLVMValueRef whole = LLVMBuildSDiv(builder, a.data, by, "");
  LLVMValueRef left = LLVMBuildSRem(builder, a.data, by, "");
  LLVMValueRef doubled = LLVMBuildShl(builder, whole, one, "");
  LLVMValueRef halved = LLVMBuildAShr(builder, doubled, one, "");
  LLVMValueRef fits = LLVMBuildICmp(builder, LLVMIntEQ, halved, whole, "");
  LLVMValueRef below = LLVMBuildICmp(builder, LLVMIntSLT, whole, zero, "");
  LLVMValueRef end = LLVMBuildSelect(builder, below, seg_emit_i64(emit, INT64_MIN),
                                     seg_emit_i64(emit, INT64_MAX), "");
  LLVMValueRef more = LLVMBuildICmp(builder, LLVMIntSGT, left, zero, "");
  LLVMValueRef less = LLVMBuildICmp(builder, LLVMIntSLT, left, zero, "");
  LLVMValueRef sign = LLVMBuildAdd(builder, LLVMBuildZExt(builder, more, emit->type.i64, ""),
                                   LLVMBuildSExt(builder, less, emit->type.i64, ""), "");
  LLVMValueRef halves = LLVMBuildAdd(builder, doubled, sign, "");
  return (struct seg_emit_value){.data = LLVMBuildSelect(builder, fits, halves, end, ""),
                                 .known = both(block, both(block, a.known, b.known), above)};
}

static struct seg_emit_value emit_FRACTION_ORDER(struct seg_emit_block *block, uint32_t number) {
  struct seg_emit *emit = block->emit;
  LLVMBuilderRef builder = emit->builder;
  struct seg_emit_value a = operand(block, number, 0), b = operand(block, number, 1);
  struct seg_emit_value c = operand(block, number, 2), d = operand(block, number, 3);
  LLVMValueRef left = product(block, a.data, d.data), right = product(block, c.data, b.data);
  LLVMValueRef greater = LLVMBuildICmp(builder, LLVMIntSGT, left, right, "");
  LLVMValueRef less = LLVMBuildICmp(builder, LLVMIntSLT, left, right, "");
  LLVMValueRef sign = LLVMBuildSub(builder, LLVMBuildZExt(builder, greater, emit->type.i32, ""),
                                   LLVMBuildZExt(builder, less, emit->type.i32, ""), "");
  LLVMValueRef known = both(block, both(block, a.known, b.known), both(block, c.known, d.known));
  known = both(block, known, is_not_zero(block, b.data));
  return (struct seg_emit_value){.data = sign,
                                 .known = both(block, known, is_not_zero(block, d.data))};
}

// An operation without its emitter does not compile: every VALUE line of the list names one.
static emit_value *const emitters[SEG_OP_COUNT] = {
#define EMITTER_VALUE(name)                    emit_##name
#define EMITTER_MASK(name)                     NULL
#define SEG_OP(name, printed, operands, stage) [SEG_OP_##name] = EMITTER_##stage(name),
#include "runtime/plan/plan_ops.def"
#undef SEG_OP
};

struct seg_emit_value seg_emit_compute(struct seg_emit_block *block, uint32_t number) {
  block->values[number] = emitters[step_of(block, number)->op](block, number);
  block->value_stamps[number] = block->tile;
  return block->values[number];
}

struct seg_emit_value seg_emit_step_value(struct seg_emit_block *block, uint32_t number) {
  if (block->value_stamps[number] == block->tile)
    return block->values[number];
  if (seg_step_is_source(step_of(block, number)))
    return seg_emit_compute(block, number);
  // Steps of this tile are computed in order, so this one belongs to an earlier tile, which stored
  // it.
  block->values[number] = load_column(block, number);
  block->value_stamps[number] = block->tile;
  return block->values[number];
}
