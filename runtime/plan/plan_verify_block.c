// Verification of the steps of a block: order, types, known bits, hash-consing, roots.
//
// `optional` must cover every way a result can be unknown; a plan may also set it where the
// lowering cannot know better (a division by a constant need not be optional, a division by a
// column must be).
#include "runtime/plan/plan_verify_block.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/hash.h"

struct check {
  const struct seg_block *block;
  const char *place;
  struct seg_error *error;
};

static enum seg_status broken(const struct check *check, uint32_t number, const char *what) {
  const char *name = "?";
  if (number < check->block->step_count && (uint32_t)check->block->steps[number].op < SEG_OP_COUNT)
    name = seg_op_info[check->block->steps[number].op].name;
  return seg_fail(check->error, SEG_INTERNAL, NULL, "plan: %s, step %" PRIu32 " (%s): %s",
                  check->place, number, name, what);
}

#define REQUIRE(condition, what)                                                                   \
  do {                                                                                             \
    if (!(condition))                                                                              \
      return broken(check, number, what);                                                          \
  } while (0)

static const struct seg_step *operand(const struct check *check, const struct seg_step *step,
                                      uint32_t index) {
  return &check->block->steps[step->operands[index]];
}

static bool is_nonzero_constant(const struct seg_step *step) {
  if (step->op != SEG_OP_CONSTANT)
    return false;
  return step->layout == SEG_LAYOUT_F64 ? step->constant.number != 0 : step->constant.integer != 0;
}

/** Can the result be unknown, by the operands and the operation's own rule? */
static bool may_be_unknown(const struct check *check, const struct seg_step *step) {
  bool any = false, all = true;
  uint32_t count = seg_op_info[step->op].operand_count;
  for (uint32_t i = 0; i < count; i++) {
    bool optional = operand(check, step, i)->optional;
    any = any || optional;
    all = all && optional;
  }
  if (step->op == SEG_OP_INPUT)
    return check->block->input_optional[step->slot];
  if (step->op == SEG_OP_ELSE)
    return all;
  if (step->op == SEG_OP_DIVIDE || step->op == SEG_OP_FRACTION_BAND)
    return any || !is_nonzero_constant(operand(check, step, 1));
  if (step->op == SEG_OP_FRACTION_HALVES)
    return any || operand(check, step, 1)->op != SEG_OP_CONSTANT ||
           operand(check, step, 1)->constant.integer <= 0;
  if (step->op == SEG_OP_FRACTION_ORDER)
    return any || !is_nonzero_constant(operand(check, step, 1)) ||
           !is_nonzero_constant(operand(check, step, 3));
  return any;
}

static bool all_operands_are(const struct check *check, const struct seg_step *step,
                             enum seg_layout layout) {
  for (uint32_t i = 0; i < seg_op_info[step->op].operand_count; i++) {
    if (operand(check, step, i)->layout != layout)
      return false;
  }
  return true;
}

static bool is_bit_input(const struct seg_step *step) {
  return step->op == SEG_OP_INPUT && step->layout == SEG_LAYOUT_BIT;
}

static bool constant_is_sound(const struct seg_plan_constant *constant, enum seg_layout layout) {
  switch (layout) {
  case SEG_LAYOUT_BIT: return false;
  case SEG_LAYOUT_I32: return constant->integer >= INT32_MIN && constant->integer <= INT32_MAX;
  case SEG_LAYOUT_I64: return true;
  case SEG_LAYOUT_F64: return isfinite(constant->number);
  case SEG_LAYOUT_TEXT: return constant->text.data != NULL || constant->text.size == 0;
  }
  return false;
}

static enum seg_status check_list(const struct check *check, uint32_t number,
                                  enum seg_layout layout, bool rising) {
  const struct seg_step *step = &check->block->steps[number];
  REQUIRE(step->list_count > 0 && step->list != NULL, "has an empty list");
  for (uint32_t i = 0; i < step->list_count; i++) {
    const struct seg_plan_constant *item = &step->list[i];
    REQUIRE(constant_is_sound(item, layout), "a constant of the list does not fit the layout");
    if (!rising || i == 0)
      continue;
    const struct seg_plan_constant *before = &step->list[i - 1];
    REQUIRE(layout == SEG_LAYOUT_F64 ? before->number <= item->number
                                     : before->integer <= item->integer,
            "the cuts fall");
  }
  return SEG_OK;
}

/** Layouts of operands and result, one case an operation. Operands are in order already. */
static enum seg_status check_types(const struct check *check, uint32_t number) {
  const struct seg_step *step = &check->block->steps[number];
  enum seg_layout layout = step->layout;
  switch (step->op) {
  case SEG_OP_INPUT:
    REQUIRE(step->slot < check->block->input_count, "reads an input slot that does not exist");
    REQUIRE(layout == check->block->input_layouts[step->slot],
            "has another layout than its input slot");
    REQUIRE(step->optional == check->block->input_optional[step->slot],
            "differs from its input slot in being optional");
    return SEG_OK;
  case SEG_OP_CONSTANT:
    REQUIRE(constant_is_sound(&step->constant, layout), "the constant does not fit the layout");
    REQUIRE(!step->optional, "a constant is always known");
    return SEG_OK;
  case SEG_OP_AS_OF:
    REQUIRE(layout == SEG_LAYOUT_I32 && !step->optional, "the as-of day is a known I32");
    return SEG_OK;
  case SEG_OP_AS_OF_INSTANT:
    REQUIRE(layout == SEG_LAYOUT_I64 && !step->optional, "the as-of instant is a known I64");
    REQUIRE(step->factor >= 0 && step->factor <= 36525 * INT64_C(86400000000),
            "lies more than 100 years back");
    return SEG_OK;
  case SEG_OP_DAY_TO_INTEGER:
    REQUIRE(layout == SEG_LAYOUT_I64 && all_operands_are(check, step, SEG_LAYOUT_I32),
            "must turn I32 into I64");
    return SEG_OK;
  case SEG_OP_ANNIVERSARY:
    REQUIRE(layout == SEG_LAYOUT_I32 && all_operands_are(check, step, SEG_LAYOUT_I32),
            "must turn I32 into I32");
    return SEG_OK;
  case SEG_OP_NUMBER_TO_INTEGER:
    REQUIRE(layout == SEG_LAYOUT_I64 && all_operands_are(check, step, SEG_LAYOUT_F64),
            "must turn F64 into I64");
    REQUIRE((uint32_t)step->rounding <= SEG_TO_CEILING, "has no such rounding");
    return SEG_OK;
  case SEG_OP_ROUND:
    REQUIRE(layout == SEG_LAYOUT_I64 && all_operands_are(check, step, layout), "must be I64");
    REQUIRE((uint32_t)step->rounding <= SEG_TO_CEILING, "has no such rounding");
    REQUIRE(step->factor >= 2, "rounds to multiples of less than 2");
    return SEG_OK;
  case SEG_OP_DATE_PART:
    REQUIRE(layout == SEG_LAYOUT_I32 && all_operands_are(check, step, SEG_LAYOUT_I32),
            "must turn I32 into I32");
    REQUIRE((uint32_t)step->date_part <= SEG_PART_MONTH_COUNT, "has no such part of a date");
    return SEG_OK;
  case SEG_OP_BIT_TO_CODE:
    REQUIRE(layout == SEG_LAYOUT_I32 && is_bit_input(operand(check, step, 0)),
            "must turn a BIT input into I32");
    return SEG_OK;
  case SEG_OP_INTEGER_TO_NUMBER:
    REQUIRE(layout == SEG_LAYOUT_F64 && all_operands_are(check, step, SEG_LAYOUT_I64),
            "must turn I64 into F64");
    REQUIRE(step->scale <= 22, "powers of ten above 22 are not exact");
    return SEG_OK;
  case SEG_OP_ADD:
  case SEG_OP_SUBTRACT:
    REQUIRE(layout == SEG_LAYOUT_I32 || layout == SEG_LAYOUT_I64 || layout == SEG_LAYOUT_F64,
            "must be I32, I64 or F64");
    REQUIRE(all_operands_are(check, step, layout), "operands and result must share a layout");
    return SEG_OK;
  case SEG_OP_ABS:
  case SEG_OP_MULTIPLY:
  case SEG_OP_NEGATE:
    REQUIRE(layout == SEG_LAYOUT_I64 || layout == SEG_LAYOUT_F64, "must be I64 or F64");
    REQUIRE(all_operands_are(check, step, layout), "operands and result must share a layout");
    return SEG_OK;
  case SEG_OP_DIVIDE:
    REQUIRE(layout == SEG_LAYOUT_F64 && all_operands_are(check, step, SEG_LAYOUT_F64),
            "must be F64");
    return SEG_OK;
  case SEG_OP_ELSE:
    REQUIRE(layout != SEG_LAYOUT_BIT && all_operands_are(check, step, layout),
            "operands and result must share a layout that is not BIT");
    return SEG_OK;
  case SEG_OP_BAND: {
    enum seg_layout of = operand(check, step, 0)->layout;
    REQUIRE(layout == SEG_LAYOUT_I64, "must be I64");
    REQUIRE(of == SEG_LAYOUT_I32 || of == SEG_LAYOUT_I64 || of == SEG_LAYOUT_F64,
            "the operand must be I32, I64 or F64");
    return check_list(check, number, of, true);
  }
  case SEG_OP_TEXT_MAP:
    REQUIRE(layout == SEG_LAYOUT_TEXT && all_operands_are(check, step, SEG_LAYOUT_TEXT),
            "must turn TEXT into TEXT");
    REQUIRE((uint32_t)step->text_map <= SEG_TEXT_TRIM, "has no such map");
    return SEG_OK;
  case SEG_OP_TEXT_LENGTH:
    REQUIRE(layout == SEG_LAYOUT_I64 && all_operands_are(check, step, SEG_LAYOUT_TEXT),
            "must turn TEXT into I64");
    return SEG_OK;
  case SEG_OP_FRACTION_BAND:
    REQUIRE(layout == SEG_LAYOUT_I64 && all_operands_are(check, step, SEG_LAYOUT_I64),
            "must be I64");
    return check_list(check, number, SEG_LAYOUT_I64, true);
  case SEG_OP_FRACTION_HALVES:
    REQUIRE(layout == SEG_LAYOUT_I64 && all_operands_are(check, step, SEG_LAYOUT_I64),
            "must be I64");
    return SEG_OK;
  case SEG_OP_FRACTION_ORDER:
    REQUIRE(layout == SEG_LAYOUT_I32 && all_operands_are(check, step, SEG_LAYOUT_I64),
            "must turn I64 into I32");
    return SEG_OK;
  case SEG_OP_COMPARE: {
    enum seg_layout of = operand(check, step, 0)->layout;
    REQUIRE(of != SEG_LAYOUT_BIT && all_operands_are(check, step, of),
            "the operands must share a layout that is not BIT");
    REQUIRE((uint32_t)step->comparison <= SEG_IS_GREATER_EQUAL, "has no such comparison");
    return SEG_OK;
  }
  case SEG_OP_IS_TRUE:
  case SEG_OP_IS_FALSE:
    REQUIRE(is_bit_input(operand(check, step, 0)), "the operand must be a BIT input");
    return SEG_OK;
  case SEG_OP_IN_LIST: {
    enum seg_layout of = operand(check, step, 0)->layout;
    REQUIRE(of == SEG_LAYOUT_I32 || of == SEG_LAYOUT_I64 || of == SEG_LAYOUT_TEXT,
            "the operand must be I32, I64 or TEXT");
    return check_list(check, number, of, false);
  }
  case SEG_OP_TEXT_TEST:
    REQUIRE(all_operands_are(check, step, SEG_LAYOUT_TEXT), "the operand must be TEXT");
    REQUIRE(step->list_count == 1, "must have exactly one literal");
    REQUIRE((uint32_t)step->text_test <= SEG_TEXT_CONTAINS, "has no such test");
    return check_list(check, number, SEG_LAYOUT_TEXT, false);
  case SEG_OP_TEXT_MATCH:
    REQUIRE(all_operands_are(check, step, SEG_LAYOUT_TEXT), "the operand must be TEXT");
    REQUIRE(step->list_count == 1 && step->automaton != NULL, "must have exactly one pattern");
    return check_list(check, number, SEG_LAYOUT_TEXT, false);
  case SEG_OP_IS_KNOWN:
  case SEG_OP_ALL:
  case SEG_OP_NONE:
  case SEG_OP_NOT:
  case SEG_OP_AND:
  case SEG_OP_OR: return SEG_OK;
  case SEG_OP_COUNT: break;
  }
  return broken(check, number, "is no operation");
}

/** The stage an operand of this operation must have. */
static enum seg_stage operand_stage(enum seg_op op) {
  return op == SEG_OP_NOT || op == SEG_OP_AND || op == SEG_OP_OR ? SEG_STAGE_MASK : SEG_STAGE_VALUE;
}

static enum seg_status check_step(const struct check *check, uint32_t number) {
  const struct seg_step *step = &check->block->steps[number];
  REQUIRE((uint32_t)step->op < SEG_OP_COUNT, "is no operation");
  const struct seg_op_info *info = &seg_op_info[step->op];
  for (uint32_t i = 0; i < info->operand_count; i++) {
    REQUIRE(step->operands[i] < number, "an operand does not come before the step");
    const struct seg_step *of = operand(check, step, i);
    REQUIRE(seg_op_info[of->op].stage == operand_stage(step->op),
            "an operand is of the wrong stage");
    bool bit_fits = step->op == SEG_OP_BIT_TO_CODE || step->op == SEG_OP_IS_TRUE ||
                    step->op == SEG_OP_IS_FALSE || step->op == SEG_OP_IS_KNOWN;
    REQUIRE(of->layout != SEG_LAYOUT_BIT || bit_fits || operand_stage(step->op) == SEG_STAGE_MASK,
            "cannot take a BIT operand");
  }
  if (info->stage == SEG_STAGE_MASK) {
    REQUIRE(step->layout == SEG_LAYOUT_BIT, "a mask has layout BIT");
    REQUIRE(!step->optional, "a mask is never optional");
    return check_types(check, number);
  }
  REQUIRE(step->layout != SEG_LAYOUT_BIT || step->op == SEG_OP_INPUT,
          "only inputs and masks have layout BIT");
  enum seg_status status = check_types(check, number);
  if (status != SEG_OK)
    return status;
  REQUIRE(step->optional || !may_be_unknown(check, step),
          "the result may be unknown, but is not marked optional");
  return SEG_OK;
}

static bool constants_equal(const struct seg_plan_constant *a, const struct seg_plan_constant *b) {
  return a->integer == b->integer && seg_str_equal(a->text, b->text);
}

/** Same computation: everything but `source` is equal. Only the members that the operation reads
 * count. */
static bool steps_equal(const struct seg_step *a, const struct seg_step *b) {
  if (a->op != b->op || a->layout != b->layout || a->optional != b->optional)
    return false;
  for (uint32_t i = 0; i < seg_op_info[a->op].operand_count; i++) {
    if (a->operands[i] != b->operands[i])
      return false;
  }
  if (a->op == SEG_OP_INPUT)
    return a->slot == b->slot;
  if (a->op == SEG_OP_CONSTANT)
    return constants_equal(&a->constant, &b->constant);
  if ((a->op == SEG_OP_COMPARE && a->comparison != b->comparison) ||
      (a->op == SEG_OP_TEXT_TEST && a->text_test != b->text_test) ||
      (a->op == SEG_OP_DATE_PART && a->date_part != b->date_part) ||
      (a->op == SEG_OP_TEXT_MAP && a->text_map != b->text_map) ||
      (a->op == SEG_OP_INTEGER_TO_NUMBER && a->scale != b->scale) ||
      ((a->op == SEG_OP_NUMBER_TO_INTEGER || a->op == SEG_OP_ROUND) &&
       a->rounding != b->rounding) ||
      ((a->op == SEG_OP_FRACTION_BAND || a->op == SEG_OP_ROUND || a->op == SEG_OP_AS_OF_INSTANT) &&
       a->factor != b->factor) ||
      a->list_count != b->list_count)
    return false;
  for (uint32_t i = 0; i < a->list_count; i++) {
    if (!constants_equal(&a->list[i], &b->list[i]))
      return false;
  }
  return true;
}

static uint64_t hash_constant(const struct seg_plan_constant *constant) {
  return constant->text.size == 0
             ? (uint64_t)constant->integer
             : seg_hash_mix((uint64_t)constant->integer, seg_str_hash(constant->text));
}

static uint64_t hash_step(const struct seg_step *step) {
  uint64_t hash = (uint64_t)step->op * 16 + (uint64_t)step->layout;
  for (uint32_t i = 0; i < seg_op_info[step->op].operand_count; i++)
    hash = seg_hash_add(hash, step->operands[i]);
  if (step->op == SEG_OP_INPUT)
    hash = seg_hash_add(hash, step->slot);
  if (step->op == SEG_OP_CONSTANT)
    hash = seg_hash_add(hash, hash_constant(&step->constant));
  if (step->op == SEG_OP_COMPARE)
    hash = seg_hash_add(hash, (uint64_t)step->comparison);
  for (uint32_t i = 0; i < step->list_count; i++)
    hash = seg_hash_add(hash, hash_constant(&step->list[i]));
  return seg_hash_u64(hash);
}

/** No computation twice. An open-addressing table of step numbers + 1. */
static enum seg_status check_hash_consing(const struct check *check) {
  size_t size = 16;
  while (size < (size_t)check->block->step_count * 2)
    size *= 2;
  uint32_t *table = calloc(size, sizeof *table);
  if (table == NULL)
    return seg_fail_memory(check->error, "checking the plan");
  enum seg_status status = SEG_OK;
  for (uint32_t number = 0; number < check->block->step_count && status == SEG_OK; number++) {
    const struct seg_step *step = &check->block->steps[number];
    size_t at = hash_step(step) & (size - 1);
    while (table[at] != 0 && !steps_equal(&check->block->steps[table[at] - 1], step))
      at = (at + 1) & (size - 1);
    if (table[at] != 0)
      status = broken(check, number, "repeats an earlier step");
    table[at] = number + 1;
  }
  free(table);
  return status;
}

/** Widths are those of integers, and of codes of texts, whose bytes no step reads. */
static enum seg_status check_widths(const struct check *check) {
  const struct seg_block *block = check->block;
  for (uint32_t slot = 0; slot < block->input_count; slot++) {
    enum seg_layout layout = block->input_layouts[slot];
    bool is_integer = layout == SEG_LAYOUT_I32 || layout == SEG_LAYOUT_I64;
    bool is_code = layout == SEG_LAYOUT_TEXT && !seg_block_reads_texts(block, slot);
    if (!is_integer && !is_code && seg_block_input_width(block, slot) != SEG_WIDTH_FULL)
      return seg_fail(check->error, SEG_INTERNAL, NULL,
                      "plan: %s, input slot %" PRIu32 ": has a width but no integers", check->place,
                      slot);
  }
  return SEG_OK;
}

static enum seg_status check_roots(const struct check *check) {
  const struct seg_block *block = check->block;
  for (uint32_t i = 0; i < block->value_root_count; i++) {
    uint32_t number = block->value_roots[i];
    REQUIRE(number < block->step_count, "a value root names no step");
    REQUIRE(seg_op_info[block->steps[number].op].stage == SEG_STAGE_VALUE,
            "a value root is a mask");
    REQUIRE(block->steps[number].layout != SEG_LAYOUT_BIT, "a value root has layout BIT");
  }
  for (uint32_t i = 0; i < block->mask_root_count; i++) {
    uint32_t number = block->mask_roots[i];
    REQUIRE(number < block->step_count, "a mask root names no step");
    REQUIRE(seg_op_info[block->steps[number].op].stage == SEG_STAGE_MASK, "a mask root is a value");
  }
  return SEG_OK;
}

enum seg_status seg_plan_verify_block_widths(const struct seg_block *block, const char *place,
                                             struct seg_error *error) {
  const struct check check = {.block = block, .place = place, .error = error};
  return check_widths(&check);
}

enum seg_status seg_plan_verify_block(const struct seg_block *block, const char *place,
                                      struct seg_error *error) {
  const struct check check = {.block = block, .place = place, .error = error};
  for (uint32_t number = 0; number < block->step_count; number++) {
    enum seg_status status = check_step(&check, number);
    if (status != SEG_OK)
      return status;
  }
  enum seg_status status = check_roots(&check);
  if (status == SEG_OK)
    status = check_widths(&check);
  return status == SEG_OK ? check_hash_consing(&check) : status;
}
