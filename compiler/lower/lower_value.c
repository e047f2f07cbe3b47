// Values: one row a kind of node. Conditions are in lower_condition.c, aggregates in
// lower_aggregate.c.
#include <assert.h>

#include "compiler/lower/context.h"

static bool step_optional(const struct seg_scope *scope, uint32_t step) {
  return !scope->builder->failed && scope->builder->steps.items[step].optional;
}

static struct seg_plan_constant constant_of(struct seg_lowering *lowering, enum seg_layout layout,
                                            const struct seg_literal *literal) {
  struct seg_plan_constant constant = {.integer = literal->integer};
  if (layout == SEG_LAYOUT_F64)
    constant.number = literal->number;
  if (layout == SEG_LAYOUT_TEXT) {
    constant.integer = 0;
    constant.text = seg_arena_str(&lowering->plan->arena, literal->text);
    if (constant.text.data == NULL)
      lowering->failed = true;
  }
  return constant;
}

const struct seg_plan_constant *seg_lower_list(struct seg_lowering *lowering,
                                               enum seg_layout layout,
                                               const struct seg_literal *literals, uint32_t count) {
  struct seg_plan_constant *list =
      SEG_NEW_ARRAY(&lowering->plan->arena, struct seg_plan_constant, count);
  if (list == NULL) {
    lowering->failed = true;
    return NULL;
  }
  for (uint32_t i = 0; i < count; i++)
    list[i] = constant_of(lowering, layout, &literals[i]);
  return list;
}

static uint32_t lower_literal(const struct seg_scope *scope, const struct seg_node *node) {
  enum seg_layout layout = seg_lower_layout(&node->type);
  return seg_build_step(
      scope->builder,
      (struct seg_step){.op = SEG_OP_CONSTANT,
                        .layout = layout,
                        .constant = constant_of(scope->lowering, layout, &node->literal)});
}

static uint32_t lower_band(const struct seg_scope *scope, const struct seg_node *node) {
  uint32_t operand = seg_lower_value(scope, node->operands[0]);
  struct seg_step step = {.op = SEG_OP_BAND,
                          .layout = SEG_LAYOUT_I64,
                          .optional = step_optional(scope, operand),
                          .operands = {operand},
                          .list_count = node->literal_count,
                          .source = seg_lower_source(scope->lowering, node->span)};
  if (node->kind == SEG_NODE_BAND_FRACTION) {
    step.op = SEG_OP_FRACTION_BAND;
    step.optional = true; // a zero denominator
    step.operands[1] = seg_lower_value(scope, node->operands[1]);
    step.factor = node->operands[2]->literal.integer;
    step.list =
        seg_lower_list(scope->lowering, SEG_LAYOUT_I64, node->literals, node->literal_count);
  } else {
    step.list = seg_lower_list(scope->lowering, seg_lower_layout(&node->operands[0]->type),
                               node->literals, node->literal_count);
  }
  return scope->lowering->failed ? 0 : seg_build_step(scope->builder, step);
}

static uint32_t lower_to_number(const struct seg_scope *scope, const struct seg_node *node) {
  uint32_t operand = seg_lower_value(scope, node->operands[0]);
  return seg_build_step(scope->builder, (struct seg_step){.op = SEG_OP_INTEGER_TO_NUMBER,
                                                          .layout = SEG_LAYOUT_F64,
                                                          .optional = step_optional(scope, operand),
                                                          .operands = {operand},
                                                          .scale = node->operands[0]->type.scale});
}

static uint32_t lower_rescale(const struct seg_scope *scope, const struct seg_node *node) {
  uint32_t operand = seg_lower_value(scope, node->operands[0]);
  assert(node->type.scale >= node->operands[0]->type.scale);
  int64_t factor = 1;
  for (uint8_t i = node->operands[0]->type.scale; i < node->type.scale; i++)
    factor *= 10;
  uint32_t constant = seg_build_integer(scope->builder, SEG_LAYOUT_I64, factor);
  return seg_build_step(scope->builder,
                        (struct seg_step){.op = SEG_OP_MULTIPLY,
                                          .layout = SEG_LAYOUT_I64,
                                          .optional = step_optional(scope, operand),
                                          .operands = {operand, constant},
                                          .source = seg_lower_source(scope->lowering, node->span)});
}

static uint32_t lower_text(const struct seg_scope *scope, const struct seg_node *node,
                           enum seg_op op) {
  static const enum seg_plan_text_map maps[] = {
      [SEG_LOWER] = SEG_TEXT_LOWER, [SEG_UPPER] = SEG_TEXT_UPPER, [SEG_TRIM] = SEG_TEXT_TRIM};
  uint32_t operand = seg_lower_value(scope, node->operands[0]);
  struct seg_step step = {.op = op,
                          .layout = seg_lower_layout(&node->type),
                          .optional = step_optional(scope, operand),
                          .operands = {operand}};
  if (op == SEG_OP_TEXT_MAP)
    step.text_map = maps[node->text_map];
  return seg_build_step(scope->builder, step);
}

// Arithmetic, `else`: the operands have the layout of the result.
static uint32_t lower_operator(const struct seg_scope *scope, const struct seg_node *node,
                               enum seg_op op) {
  struct seg_step step = {.op = op,
                          .layout = seg_lower_layout(&node->type),
                          .source = seg_lower_source(scope->lowering, node->span)};
  for (uint32_t i = 0; i < node->operand_count; i++) {
    step.operands[i] = seg_lower_value(scope, node->operands[i]);
    step.optional = step.optional || step_optional(scope, step.operands[i]);
  }
  if (op == SEG_OP_ELSE)
    step.optional = step_optional(scope, step.operands[1]);
  if (op == SEG_OP_DIVIDE)
    step.optional = true; // a zero denominator
  return seg_build_step(scope->builder, step);
}

uint32_t seg_lower_value(const struct seg_scope *scope, const struct seg_node *node) {
  switch (node->kind) {
  case SEG_NODE_LITERAL: return lower_literal(scope, node);
  case SEG_NODE_ATTRIBUTE:
  case SEG_NODE_COLUMN: return seg_lower_column(scope, node->column);
  case SEG_NODE_EVENT_DATE: return seg_lower_time(scope->draft, SEG_COLUMN_DAY);
  case SEG_NODE_AGGREGATE: return seg_lower_aggregate(scope, node);
  case SEG_NODE_BUCKET: return seg_lower_bucket(scope, node);
  case SEG_NODE_DAYS_SINCE: return seg_lower_days_since(scope, node);
  case SEG_NODE_DATE_FUNCTION: return seg_lower_date_function(scope, node);
  case SEG_NODE_ADD_DAYS: return seg_lower_add_days(scope, node);
  case SEG_NODE_DAYS_BETWEEN: return seg_lower_days_between(scope, node);
  case SEG_NODE_ABS: return lower_operator(scope, node, SEG_OP_ABS);
  case SEG_NODE_ROUND: return seg_lower_round(scope, node);
  case SEG_NODE_BAND:
  case SEG_NODE_BAND_FRACTION: return lower_band(scope, node);
  case SEG_NODE_RANK: return seg_lower_rank(scope, node);
  case SEG_NODE_TO_NUMBER: return lower_to_number(scope, node);
  case SEG_NODE_RESCALE: return lower_rescale(scope, node);
  case SEG_NODE_ADD: return lower_operator(scope, node, SEG_OP_ADD);
  case SEG_NODE_SUBTRACT: return lower_operator(scope, node, SEG_OP_SUBTRACT);
  case SEG_NODE_MULTIPLY: return lower_operator(scope, node, SEG_OP_MULTIPLY);
  case SEG_NODE_DIVIDE: return lower_operator(scope, node, SEG_OP_DIVIDE);
  case SEG_NODE_NEGATE: return lower_operator(scope, node, SEG_OP_NEGATE);
  case SEG_NODE_ELSE: return lower_operator(scope, node, SEG_OP_ELSE);
  case SEG_NODE_TEXT_MAP: return lower_text(scope, node, SEG_OP_TEXT_MAP);
  case SEG_NODE_TEXT_LENGTH: return lower_text(scope, node, SEG_OP_TEXT_LENGTH);
  case SEG_NODE_COMPARE:
  case SEG_NODE_COMPARE_FRACTIONS:
  case SEG_NODE_IN:
  case SEG_NODE_TEXT_TEST:
  case SEG_NODE_MEMBER:
  case SEG_NODE_MATCHES:
  case SEG_NODE_LISTED:
  case SEG_NODE_IS_KNOWN:
  case SEG_NODE_NOT:
  case SEG_NODE_AND:
  case SEG_NODE_OR:
  case SEG_NODE_TALLY:
  case SEG_NODE_KIND_COUNT: break;
  }
  assert(!"a condition where a value is lowered");
  return 0;
}
