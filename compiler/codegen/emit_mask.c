// Mask functions: a loop over words of 64 rows; every step is one 64-bit word in a register. And
// one emitter an operation of stage MASK.
//
// An unknown operand makes a condition false: its known word is a factor of the result. Bits behind
// the last row are whatever comes out.
#include <stddef.h>
#include <stdlib.h>

#include "compiler/codegen/emit.h"

typedef LLVMValueRef emit_mask(struct seg_emit_block *block, uint32_t number);

static const struct seg_step *step_of(const struct seg_emit_block *block, uint32_t number) {
  return &block->block->steps[number];
}

/** Pointer to the slot of a mask in memory. */
static LLVMValueRef mask_slot(struct seg_emit_block *block, uint32_t number) {
  return seg_emit_frame_array(block, offsetof(struct seg_block_frame, masks),
                              block->layout->mask_slots[number]);
}

/** A mask operand: of this tile, or stored by an earlier one. */
static LLVMValueRef mask_operand(struct seg_emit_block *block, uint32_t number, uint32_t index) {
  struct seg_emit *emit = block->emit;
  uint32_t operand = step_of(block, number)->operands[index];
  if (block->mask_stamps[operand] != block->tile) {
    block->masks[operand] =
        seg_emit_load(emit->builder, emit->type.i64, mask_slot(block, operand), block->words.index);
    block->mask_stamps[operand] = block->tile;
  }
  return block->masks[operand];
}

static LLVMValueRef and_known(struct seg_emit_block *block, LLVMValueRef mask, uint32_t operand) {
  LLVMValueRef known = seg_emit_known_word(block, operand);
  return known == NULL ? mask : LLVMBuildAnd(block->emit->builder, mask, known, "");
}

static bool is_scalar(const struct seg_step *step) {
  return step->op == SEG_OP_CONSTANT || step->op == SEG_OP_AS_OF ||
         step->op == SEG_OP_AS_OF_INSTANT;
}

static LLVMValueRef scalar_of(struct seg_emit_block *block, const struct seg_step *step) {
  if (step->op == SEG_OP_AS_OF)
    return seg_emit_as_of(block);
  if (step->op == SEG_OP_AS_OF_INSTANT)
    return seg_emit_as_of_instant(block, step->factor);
  return seg_emit_constant(block->emit, step->layout, &step->constant);
}

/** Pointer to the 64 values of a column that belong to the word at hand. */
static LLVMValueRef values_of_word(struct seg_emit_block *block, uint32_t number) {
  struct seg_emit *emit = block->emit;
  enum seg_layout layout = step_of(block, number)->layout;
  struct seg_emit_column *column = seg_emit_column(block, number);
  if (column->word_values != NULL)
    return column->word_values;
  size_t bytes = SEG_WORD_ROWS * seg_width_bytes(layout, seg_emit_column_width(block, number));
  LLVMValueRef offset =
      LLVMBuildMul(emit->builder, block->words.index, seg_emit_i64(emit, (int64_t)bytes), "");
  column->word_values =
      LLVMBuildInBoundsGEP2(emit->builder, emit->type.i8, column->values, &offset, 1, "");
  return column->word_values;
}

static LLVMValueRef all_or_none(struct seg_emit *emit, LLVMValueRef condition) {
  return LLVMBuildSExt(emit->builder, condition, emit->type.i64, "");
}

/** a ? b as b ?' a. */
static const enum seg_plan_comparison swapped[SEG_COMPARISON_COUNT] = {
    [SEG_IS_EQUAL] = SEG_IS_EQUAL,  [SEG_IS_NOT_EQUAL] = SEG_IS_NOT_EQUAL,
    [SEG_IS_LESS] = SEG_IS_GREATER, [SEG_IS_LESS_EQUAL] = SEG_IS_GREATER_EQUAL,
    [SEG_IS_GREATER] = SEG_IS_LESS, [SEG_IS_GREATER_EQUAL] = SEG_IS_LESS_EQUAL,
};

static LLVMValueRef call_text(struct seg_emit_block *block, const char *name, uint32_t column,
                              struct seg_str literal, uint32_t kind) {
  struct seg_emit *emit = block->emit;
  LLVMValueRef arguments[] = {values_of_word(block, column),
                              seg_emit_text_literal(emit, block->module, literal),
                              seg_emit_i64(emit, (int64_t)literal.size), seg_emit_i32(emit, kind)};
  return seg_emit_call(emit, block->module, name, emit->type.i64, arguments, 4);
}

static bool comparison_holds(int order, enum seg_plan_comparison comparison) {
  switch (comparison) {
  case SEG_IS_EQUAL: return order == 0;
  case SEG_IS_NOT_EQUAL: return order != 0;
  case SEG_IS_LESS: return order < 0;
  case SEG_IS_LESS_EQUAL: return order <= 0;
  case SEG_IS_GREATER: return order > 0;
  case SEG_IS_GREATER_EQUAL: return order >= 0;
  }
  return false;
}

static LLVMValueRef compare_text(struct seg_emit_block *block, uint32_t left, uint32_t right,
                                 enum seg_plan_comparison comparison) {
  struct seg_emit *emit = block->emit;
  const struct seg_step *a = step_of(block, left), *b = step_of(block, right);
  if (is_scalar(a) && is_scalar(b)) {
    int order = seg_str_compare(a->constant.text, b->constant.text);
    return seg_emit_i64(emit, comparison_holds(order, comparison) ? -1 : 0);
  }
  if (is_scalar(a))
    return call_text(block, "seg_kernel_text_compare", right, a->constant.text,
                     swapped[comparison]);
  if (is_scalar(b))
    return call_text(block, "seg_kernel_text_compare", left, b->constant.text, comparison);
  LLVMValueRef arguments[] = {values_of_word(block, left), values_of_word(block, right),
                              seg_emit_i32(emit, comparison)};
  return seg_emit_call(emit, block->module, "seg_kernel_text_compare_columns", emit->type.i64,
                       arguments, 3);
}

static LLVMValueRef compare_scalar(struct seg_emit_block *block, uint32_t column,
                                   enum seg_plan_comparison comparison, LLVMValueRef scalar) {
  struct seg_emit *emit = block->emit;
  const struct seg_compare_form form = {.layout = step_of(block, column)->layout,
                                        .left = seg_emit_column_width(block, column),
                                        .comparison = comparison,
                                        .shape = SEG_SHAPE_SCALAR};
  LLVMValueRef helper = seg_emit_compare_helper(emit, &form);
  LLVMValueRef arguments[] = {values_of_word(block, column), scalar};
  return LLVMBuildCall2(emit->builder, LLVMGlobalGetValueType(helper), helper, arguments, 2, "");
}

static LLVMValueRef compare_columns(struct seg_emit_block *block, uint32_t left, uint32_t right,
                                    enum seg_plan_comparison comparison) {
  struct seg_emit *emit = block->emit;
  const struct seg_compare_form form = {.layout = step_of(block, left)->layout,
                                        .left = seg_emit_column_width(block, left),
                                        .right = seg_emit_column_width(block, right),
                                        .comparison = comparison,
                                        .shape = SEG_SHAPE_COLUMN};
  LLVMValueRef helper = seg_emit_compare_helper(emit, &form);
  LLVMValueRef arguments[] = {values_of_word(block, left), values_of_word(block, right)};
  return LLVMBuildCall2(emit->builder, LLVMGlobalGetValueType(helper), helper, arguments, 2, "");
}

static LLVMValueRef compare_numbers(struct seg_emit_block *block, uint32_t left, uint32_t right,
                                    enum seg_plan_comparison comparison) {
  struct seg_emit *emit = block->emit;
  const struct seg_step *a = step_of(block, left), *b = step_of(block, right);
  enum seg_layout layout = a->layout;
  if (is_scalar(a) && is_scalar(b))
    return all_or_none(
        emit, seg_emit_compare(emit, layout, comparison, scalar_of(block, a), scalar_of(block, b)));
  if (is_scalar(a))
    return compare_scalar(block, right, swapped[comparison], scalar_of(block, a));
  if (is_scalar(b))
    return compare_scalar(block, left, comparison, scalar_of(block, b));
  return compare_columns(block, left, right, comparison);
}

static LLVMValueRef emit_COMPARE(struct seg_emit_block *block, uint32_t number) {
  const struct seg_step *step = step_of(block, number);
  uint32_t left = step->operands[0], right = step->operands[1];
  bool is_text = step_of(block, left)->layout == SEG_LAYOUT_TEXT;
  LLVMValueRef mask = is_text ? compare_text(block, left, right, step->comparison)
                              : compare_numbers(block, left, right, step->comparison);
  if (!is_scalar(step_of(block, left)))
    mask = and_known(block, mask, left);
  return is_scalar(step_of(block, right)) ? mask : and_known(block, mask, right);
}

static LLVMValueRef bits_of_word(struct seg_emit_block *block, uint32_t operand) {
  return seg_emit_load(block->emit->builder, block->emit->type.i64,
                       seg_emit_column(block, operand)->values, block->words.index);
}

static LLVMValueRef emit_IS_TRUE(struct seg_emit_block *block, uint32_t number) {
  uint32_t operand = step_of(block, number)->operands[0];
  return and_known(block, bits_of_word(block, operand), operand);
}

static LLVMValueRef emit_IS_FALSE(struct seg_emit_block *block, uint32_t number) {
  uint32_t operand = step_of(block, number)->operands[0];
  LLVMValueRef zeros = LLVMBuildNot(block->emit->builder, bits_of_word(block, operand), "");
  return and_known(block, zeros, operand);
}

static int compare_integers(const void *left, const void *right) {
  int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
  return (a > b) - (a < b);
}

/** The integers of a list as a rising private table; NULL when memory is out. */
static LLVMValueRef sorted_table(struct seg_emit_block *block, const struct seg_step *step,
                                 enum seg_layout layout) {
  struct seg_emit *emit = block->emit;
  int64_t *numbers = SEG_NEW_ARRAY(emit->arena, int64_t, step->list_count);
  LLVMValueRef *items = SEG_NEW_ARRAY(emit->arena, LLVMValueRef, step->list_count);
  if (numbers == NULL || items == NULL) {
    emit->out_of_memory = true;
    return NULL;
  }
  for (uint32_t i = 0; i < step->list_count; i++)
    numbers[i] = step->list[i].integer;
  qsort(numbers, step->list_count, sizeof *numbers, compare_integers);
  LLVMTypeRef type = seg_emit_layout_type(emit, layout);
  for (uint32_t i = 0; i < step->list_count; i++)
    items[i] = LLVMConstInt(type, (uint64_t)numbers[i], true);
  return seg_emit_table(emit, block->module, type, items, step->list_count);
}

static LLVMValueRef in_table(struct seg_emit_block *block, const struct seg_step *step,
                             enum seg_layout layout) {
  struct seg_emit *emit = block->emit;
  LLVMValueRef table = sorted_table(block, step, layout);
  if (table == NULL)
    return seg_emit_i64(emit, 0);
  enum seg_width width = seg_emit_column_width(block, step->operands[0]);
  LLVMValueRef helper = seg_emit_in_table_helper(emit, layout, width);
  LLVMValueRef arguments[] = {values_of_word(block, step->operands[0]), table,
                              seg_emit_i64(emit, step->list_count)};
  return LLVMBuildCall2(emit->builder, LLVMGlobalGetValueType(helper), helper, arguments, 3, "");
}

/** values = one constant of the list, for a column. */
static LLVMValueRef equals_item(struct seg_emit_block *block, uint32_t operand,
                                const struct seg_plan_constant *item) {
  enum seg_layout layout = step_of(block, operand)->layout;
  if (layout == SEG_LAYOUT_TEXT)
    return call_text(block, "seg_kernel_text_compare", operand, item->text, SEG_IS_EQUAL);
  return compare_scalar(block, operand, SEG_IS_EQUAL, seg_emit_constant(block->emit, layout, item));
}

static LLVMValueRef emit_IN_LIST(struct seg_emit_block *block, uint32_t number) {
  const struct seg_step *step = step_of(block, number);
  uint32_t operand = step->operands[0];
  enum seg_layout layout = step_of(block, operand)->layout;
  if (step->list_count > SEG_LONG_LIST && layout != SEG_LAYOUT_TEXT)
    return and_known(block, in_table(block, step, layout), operand);
  LLVMValueRef mask = seg_emit_i64(block->emit, 0);
  for (uint32_t i = 0; i < step->list_count; i++)
    mask = LLVMBuildOr(block->emit->builder, mask, equals_item(block, operand, &step->list[i]), "");
  return and_known(block, mask, operand);
}

static LLVMValueRef emit_TEXT_TEST(struct seg_emit_block *block, uint32_t number) {
  const struct seg_step *step = step_of(block, number);
  uint32_t operand = step->operands[0];
  LLVMValueRef mask =
      call_text(block, "seg_kernel_text_test", operand, step->list[0].text, step->text_test);
  return and_known(block, mask, operand);
}

static LLVMValueRef emit_TEXT_MATCH(struct seg_emit_block *block, uint32_t number) {
  struct seg_emit *emit = block->emit;
  uint32_t operand = step_of(block, number)->operands[0];
  LLVMValueRef arguments[] = {values_of_word(block, operand), block->frame,
                              seg_emit_i32(emit, number)};
  LLVMValueRef mask =
      seg_emit_call(emit, block->module, "seg_kernel_text_match", emit->type.i64, arguments, 3);
  return and_known(block, mask, operand);
}

static LLVMValueRef emit_ALL(struct seg_emit_block *block, uint32_t number) {
  (void)number;
  return seg_emit_i64(block->emit, -1);
}

static LLVMValueRef emit_NONE(struct seg_emit_block *block, uint32_t number) {
  (void)number;
  return seg_emit_i64(block->emit, 0);
}

static LLVMValueRef emit_IS_KNOWN(struct seg_emit_block *block, uint32_t number) {
  uint32_t operand = step_of(block, number)->operands[0];
  if (!step_of(block, operand)->optional)
    return emit_ALL(block, number);
  return seg_emit_known_word(block, operand);
}

static LLVMValueRef emit_NOT(struct seg_emit_block *block, uint32_t number) {
  return LLVMBuildNot(block->emit->builder, mask_operand(block, number, 0), "");
}

static LLVMValueRef emit_AND(struct seg_emit_block *block, uint32_t number) {
  return LLVMBuildAnd(block->emit->builder, mask_operand(block, number, 0),
                      mask_operand(block, number, 1), "");
}

static LLVMValueRef emit_OR(struct seg_emit_block *block, uint32_t number) {
  return LLVMBuildOr(block->emit->builder, mask_operand(block, number, 0),
                     mask_operand(block, number, 1), "");
}

// An operation without its emitter does not compile: every MASK line of the list names one.
static emit_mask *const emitters[SEG_OP_COUNT] = {
#define EMITTER_MASK(name)                     emit_##name
#define EMITTER_VALUE(name)                    NULL
#define SEG_OP(name, printed, operands, stage) [SEG_OP_##name] = EMITTER_##stage(name),
#include "runtime/plan/plan_ops.def"
#undef SEG_OP
};

void seg_emit_mask_tile(struct seg_emit_block *block, uint32_t tile, const char *name) {
  struct seg_emit *emit = block->emit;
  const struct seg_block_layout *layout = block->layout;
  seg_emit_block_open(block, emit->plain, name);
  uint32_t begin = tile * SEG_MASK_TILE_STEPS;
  for (uint32_t i = begin; i < layout->mask_step_count && i < begin + SEG_MASK_TILE_STEPS; i++) {
    uint32_t step = layout->mask_steps[i];
    block->masks[step] = emitters[step_of(block, step)->op](block, step);
    block->mask_stamps[step] = block->tile;
    if (layout->mask_slots[step] != SEG_NO_SLOT)
      seg_emit_store(emit, emit->type.i64, mask_slot(block, step), block->words.index,
                     block->masks[step]);
  }
  seg_emit_block_close(block);
}
