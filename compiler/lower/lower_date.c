// Dates and rounding: functions of a day, days added and between, whole numbers.
#include "compiler/lower/context.h"

static bool step_optional(const struct seg_scope *scope, uint32_t step) {
  return !scope->builder->failed && scope->builder->steps.items[step].optional;
}

static uint32_t as_of(const struct seg_scope *scope) {
  return seg_build_step(scope->builder,
                        (struct seg_step){.op = SEG_OP_AS_OF, .layout = SEG_LAYOUT_I32});
}

// A step on days that gives a day or a small number.
static uint32_t on_days(const struct seg_scope *scope, enum seg_op op, uint32_t a, uint32_t b) {
  return seg_build_step(scope->builder, (struct seg_step){.op = op,
                                                          .layout = SEG_LAYOUT_I32,
                                                          .optional = step_optional(scope, a) ||
                                                                      step_optional(scope, b),
                                                          .operands = {a, b}});
}

static uint32_t to_integer(const struct seg_scope *scope, uint32_t days) {
  return seg_build_step(scope->builder, (struct seg_step){.op = SEG_OP_DAY_TO_INTEGER,
                                                          .layout = SEG_LAYOUT_I64,
                                                          .optional = step_optional(scope, days),
                                                          .operands = {days}});
}

uint32_t seg_lower_days_since(const struct seg_scope *scope, const struct seg_node *node) {
  uint32_t date = seg_lower_value(scope, node->operands[0]);
  return to_integer(scope, on_days(scope, SEG_OP_SUBTRACT, as_of(scope), date));
}

uint32_t seg_lower_days_between(const struct seg_scope *scope, const struct seg_node *node) {
  uint32_t to = seg_lower_value(scope, node->operands[0]);
  uint32_t from = seg_lower_value(scope, node->operands[1]);
  return to_integer(scope, on_days(scope, SEG_OP_SUBTRACT, to, from));
}

uint32_t seg_lower_add_days(const struct seg_scope *scope, const struct seg_node *node) {
  uint32_t date = seg_lower_value(scope, node->operands[0]);
  uint32_t days =
      seg_build_integer(scope->builder, SEG_LAYOUT_I32, node->operands[1]->literal.integer);
  return on_days(scope, SEG_OP_ADD, date, days);
}

static uint32_t date_part(const struct seg_scope *scope, uint32_t date, enum seg_date_part part) {
  return seg_build_step(scope->builder, (struct seg_step){.op = SEG_OP_DATE_PART,
                                                          .layout = SEG_LAYOUT_I32,
                                                          .optional = step_optional(scope, date),
                                                          .date_part = part,
                                                          .operands = {date}});
}

static uint32_t date_number(const struct seg_scope *scope, enum seg_date_function function,
                            uint32_t date) {
  switch (function) {
  case SEG_DATE_YEAR: return date_part(scope, date, SEG_PART_YEAR);
  case SEG_DATE_MONTH: return date_part(scope, date, SEG_PART_MONTH);
  case SEG_DATE_DAY: return date_part(scope, date, SEG_PART_DAY);
  case SEG_DATE_WEEKDAY: return date_part(scope, date, SEG_PART_WEEKDAY);
  case SEG_DATE_ANNIVERSARY: return on_days(scope, SEG_OP_ANNIVERSARY, date, as_of(scope));
  case SEG_DATE_DAYS_UNTIL: return on_days(scope, SEG_OP_SUBTRACT, date, as_of(scope));
  }
  return date;
}

uint32_t seg_lower_date_function(const struct seg_scope *scope, const struct seg_node *node) {
  uint32_t date = seg_lower_value(scope, node->operands[0]);
  return to_integer(scope, date_number(scope, node->date_function, date));
}

// --- rounding ---

uint32_t seg_lower_round(const struct seg_scope *scope, const struct seg_node *node) {
  static const enum seg_plan_rounding roundings[] = {
      [SEG_ROUND] = SEG_TO_NEAREST, [SEG_FLOOR] = SEG_TO_FLOOR, [SEG_CEIL] = SEG_TO_CEILING};
  uint32_t operand = seg_lower_value(scope, node->operands[0]);
  struct seg_step step = {.op = SEG_OP_NUMBER_TO_INTEGER,
                          .layout = SEG_LAYOUT_I64,
                          .optional = step_optional(scope, operand),
                          .rounding = roundings[node->rounding],
                          .operands = {operand},
                          .source = seg_lower_source(scope->lowering, node->span)};
  int64_t units = 1; // of money in one of its currency
  for (uint8_t i = 0; i < node->type.scale; i++)
    units *= 10;
  if (node->operands[0]->type.kind == SEG_TYPE_MONEY) {
    step.op = SEG_OP_ROUND;
    step.factor = units;
    return seg_build_step(scope->builder, step);
  }
  uint32_t whole = seg_build_step(scope->builder, step);
  if (units == 1)
    return whole;
  uint32_t factor = seg_build_integer(scope->builder, SEG_LAYOUT_I64, units);
  return seg_build_step(scope->builder, (struct seg_step){.op = SEG_OP_MULTIPLY,
                                                          .layout = SEG_LAYOUT_I64,
                                                          .optional = step.optional,
                                                          .operands = {whole, factor},
                                                          .source = step.source});
}
