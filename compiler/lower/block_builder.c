// Builds the steps of one block, hash-consed; see block_builder.h.
#include "compiler/lower/block_builder.h"

#include <string.h>

#include "runtime/base/hash.h"

void seg_block_builder_init(struct seg_block_builder *builder, struct seg_arena *arena) {
  memset(builder, 0, sizeof *builder);
  builder->arena = arena;
}

void seg_block_builder_deinit(struct seg_block_builder *builder) {
  SEG_VEC_FREE(&builder->steps);
  free(builder->table);
  builder->table = NULL;
}

static bool constants_equal(enum seg_layout layout, const struct seg_plan_constant *a,
                            const struct seg_plan_constant *b) {
  if (layout == SEG_LAYOUT_TEXT)
    return seg_str_equal(a->text, b->text);
  // Numbers are compared by their bits: 0.0 and -0.0 are different constants.
  return memcmp(&a->integer, &b->integer, sizeof a->integer) == 0;
}

static uint64_t constant_hash(enum seg_layout layout, const struct seg_plan_constant *constant) {
  return layout == SEG_LAYOUT_TEXT ? seg_str_hash(constant->text) : (uint64_t)constant->integer;
}

// The list of IN_LIST, BAND, TEXT_TEST and TEXT_MATCH holds values of the operand's layout.
static enum seg_layout list_layout(const struct seg_block_builder *builder,
                                   const struct seg_step *step) {
  return builder->steps.items[step->operands[0]].layout;
}

static uint32_t step_hash(const struct seg_block_builder *builder, const struct seg_step *step) {
  uint64_t hash = (uint64_t)step->op << 32 | (uint64_t)step->layout;
  for (uint32_t i = 0; i < seg_op_info[step->op].operand_count; i++)
    hash = seg_hash_add(hash, step->operands[i]);
  hash = seg_hash_add(hash, (uint64_t)step->slot << 32 | (uint64_t)step->comparison << 24 |
                                (uint64_t)step->text_test << 20 | (uint64_t)step->date_part << 12 |
                                (uint64_t)step->text_map << 8 | (uint64_t)step->rounding);
  hash = seg_hash_add(hash, (uint64_t)step->factor * 256 + step->scale);
  if (step->op == SEG_OP_CONSTANT)
    hash = seg_hash_add(hash, constant_hash(step->layout, &step->constant));
  for (uint32_t i = 0; i < step->list_count; i++)
    hash = seg_hash_add(hash, constant_hash(list_layout(builder, step), &step->list[i]));
  return (uint32_t)seg_hash_u64(hash);
}

static bool steps_equal(const struct seg_block_builder *builder, const struct seg_step *a,
                        const struct seg_step *b) {
  if (a->op != b->op || a->layout != b->layout || a->slot != b->slot ||
      a->comparison != b->comparison || a->text_test != b->text_test ||
      a->date_part != b->date_part || a->text_map != b->text_map || a->rounding != b->rounding ||
      a->scale != b->scale || a->factor != b->factor || a->list_count != b->list_count)
    return false;
  for (uint32_t i = 0; i < seg_op_info[a->op].operand_count; i++)
    if (a->operands[i] != b->operands[i])
      return false;
  if (a->op == SEG_OP_CONSTANT && !constants_equal(a->layout, &a->constant, &b->constant))
    return false;
  for (uint32_t i = 0; i < a->list_count; i++)
    if (!constants_equal(list_layout(builder, a), &a->list[i], &b->list[i]))
      return false;
  return true;
}

static bool grow_table(struct seg_block_builder *builder) {
  uint32_t size = builder->table_size == 0 ? 64 : builder->table_size * 2;
  struct seg_block_place *table = calloc(size, sizeof *table);
  if (table == NULL)
    return false;
  for (uint32_t i = 0; i < builder->table_size; i++) {
    if (builder->table[i].number == 0)
      continue;
    uint32_t at = builder->table[i].hash & (size - 1);
    while (table[at].number != 0)
      at = (at + 1) & (size - 1);
    table[at] = builder->table[i];
  }
  free(builder->table);
  builder->table = table;
  builder->table_size = size;
  return true;
}

uint32_t seg_build_step(struct seg_block_builder *builder, struct seg_step step) {
  if (builder->failed)
    return 0;
  if (builder->steps.count * 2 >= builder->table_size && !grow_table(builder)) {
    builder->failed = true;
    return 0;
  }
  uint32_t mask = builder->table_size - 1;
  uint32_t hash = step_hash(builder, &step), at = hash & mask;
  for (; builder->table[at].number != 0; at = (at + 1) & mask) {
    uint32_t number = builder->table[at].number - 1;
    if (builder->table[at].hash == hash &&
        steps_equal(builder, &builder->steps.items[number], &step))
      return number;
  }
  if (!SEG_VEC_PUSH(&builder->steps, step)) {
    builder->failed = true;
    return 0;
  }
  builder->table[at] = (struct seg_block_place){hash, (uint32_t)builder->steps.count};
  return (uint32_t)builder->steps.count - 1;
}

uint32_t seg_build_input(struct seg_block_builder *builder, uint32_t slot, enum seg_layout layout,
                         bool optional) {
  return seg_build_step(
      builder,
      (struct seg_step){.op = SEG_OP_INPUT, .layout = layout, .optional = optional, .slot = slot});
}

uint32_t seg_build_integer(struct seg_block_builder *builder, enum seg_layout layout,
                           int64_t value) {
  return seg_build_step(
      builder,
      (struct seg_step){.op = SEG_OP_CONSTANT, .layout = layout, .constant = {.integer = value}});
}

static uint32_t mask_step(struct seg_block_builder *builder, enum seg_op op, uint32_t left,
                          uint32_t right) {
  return seg_build_step(
      builder, (struct seg_step){.op = op, .layout = SEG_LAYOUT_BIT, .operands = {left, right}});
}

static bool is_op(const struct seg_block_builder *builder, uint32_t step, enum seg_op op) {
  return !builder->failed && builder->steps.items[step].op == op;
}

uint32_t seg_build_truth(struct seg_block_builder *builder, bool truth) {
  return mask_step(builder, truth ? SEG_OP_ALL : SEG_OP_NONE, 0, 0);
}

uint32_t seg_build_unary(struct seg_block_builder *builder, enum seg_op op, uint32_t operand) {
  return mask_step(builder, op, operand, 0);
}

uint32_t seg_build_not(struct seg_block_builder *builder, uint32_t mask) {
  if (is_op(builder, mask, SEG_OP_ALL))
    return seg_build_truth(builder, false);
  if (is_op(builder, mask, SEG_OP_NONE))
    return seg_build_truth(builder, true);
  if (is_op(builder, mask, SEG_OP_NOT))
    return builder->steps.items[mask].operands[0];
  return seg_build_unary(builder, SEG_OP_NOT, mask);
}

// `x and false` stays: nothing is cut short, so what overflows in x is a data error all the same.
uint32_t seg_build_and(struct seg_block_builder *builder, uint32_t left, uint32_t right) {
  if (left == right || is_op(builder, right, SEG_OP_ALL))
    return left;
  if (is_op(builder, left, SEG_OP_ALL))
    return right;
  return mask_step(builder, SEG_OP_AND, left < right ? left : right, left < right ? right : left);
}

uint32_t seg_build_or(struct seg_block_builder *builder, uint32_t left, uint32_t right) {
  if (left == right || is_op(builder, right, SEG_OP_NONE))
    return left;
  if (is_op(builder, left, SEG_OP_NONE))
    return right;
  return mask_step(builder, SEG_OP_OR, left < right ? left : right, left < right ? right : left);
}
