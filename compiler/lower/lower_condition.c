// Conditions become masks. A bool expression has three masks to choose from: holds (known and
// true), refuses (known and false) and is known; two-valued conditions are always known.
#include <assert.h>
#include <stdlib.h>

#include "compiler/lower/context.h"
#include "runtime/regex/automaton.h"

static bool is_column(const struct seg_node *node) {
  return node->kind == SEG_NODE_ATTRIBUTE || node->kind == SEG_NODE_COLUMN;
}

static bool is_bool(const struct seg_node *node) {
  return node->type.kind == SEG_TYPE_BOOL;
}

static uint32_t compare_step(const struct seg_scope *scope, enum seg_plan_comparison comparison,
                             uint32_t left, uint32_t right) {
  return seg_build_step(scope->builder, (struct seg_step){.op = SEG_OP_COMPARE,
                                                          .layout = SEG_LAYOUT_BIT,
                                                          .comparison = comparison,
                                                          .operands = {left, right}});
}

static enum seg_plan_comparison plan_comparison(enum seg_comparison comparison) {
  static const enum seg_plan_comparison table[] = {
      [SEG_EQUAL] = SEG_IS_EQUAL,     [SEG_NOT_EQUAL] = SEG_IS_NOT_EQUAL,
      [SEG_LESS] = SEG_IS_LESS,       [SEG_LESS_EQUAL] = SEG_IS_LESS_EQUAL,
      [SEG_GREATER] = SEG_IS_GREATER, [SEG_GREATER_EQUAL] = SEG_IS_GREATER_EQUAL,
  };
  return table[comparison];
}

// Known and equal to `truth`: 1 or 0 in the customer block.
static uint32_t code_is(const struct seg_scope *scope, uint32_t step, bool truth) {
  uint32_t code = seg_build_integer(scope->builder, SEG_LAYOUT_I32, truth);
  return compare_step(scope, SEG_IS_EQUAL, step, code);
}

// A bool column of the source, known and equal to `truth`.
static uint32_t bool_column_is(const struct seg_scope *scope, uint32_t column, bool truth) {
  uint32_t step = seg_lower_column(scope, column);
  if (scope->kind == SEG_SCOPE_SCAN)
    return seg_build_unary(scope->builder, truth ? SEG_OP_IS_TRUE : SEG_OP_IS_FALSE, step);
  return code_is(scope, step, truth);
}

// Known and equal to `truth`.
static uint32_t bool_is(const struct seg_scope *scope, const struct seg_node *node, bool truth) {
  if (is_column(node) && seg_column_is_computed(scope, node->column))
    return bool_is(scope, scope->draft->entity->columns[node->column].computed, truth);
  if (is_column(node))
    return bool_column_is(scope, node->column, truth);
  if (node->kind == SEG_NODE_AGGREGATE)
    return code_is(scope, seg_lower_value(scope, node), truth);
  if (node->kind == SEG_NODE_ELSE) {
    uint32_t missing = seg_build_not(scope->builder, seg_lower_known(scope, node->operands[0]));
    uint32_t otherwise =
        seg_build_and(scope->builder, missing, bool_is(scope, node->operands[1], truth));
    return seg_build_or(scope->builder, bool_is(scope, node->operands[0], truth), otherwise);
  }
  uint32_t holds = seg_lower_condition(scope, node);
  return truth ? holds : seg_build_not(scope->builder, holds);
}

uint32_t seg_lower_known(const struct seg_scope *scope, const struct seg_node *node) {
  if (!node->optional)
    return seg_build_truth(scope->builder, true);
  if (is_bool(node) && is_column(node) && seg_column_is_computed(scope, node->column))
    return seg_lower_known(scope, scope->draft->entity->columns[node->column].computed);
  if (is_bool(node) && node->kind == SEG_NODE_ELSE)
    return seg_build_or(scope->builder, seg_lower_known(scope, node->operands[0]),
                        seg_lower_known(scope, node->operands[1]));
  return seg_build_unary(scope->builder, SEG_OP_IS_KNOWN, seg_lower_value(scope, node));
}

// Equality of two bool expressions: both known, and alike (or unlike).
static uint32_t lower_bool_compare(const struct seg_scope *scope, const struct seg_node *node) {
  bool alike = node->comparison == SEG_EQUAL;
  const struct seg_node *left = node->operands[0], *right = node->operands[1];
  uint32_t left_true =
      seg_build_and(scope->builder, bool_is(scope, left, true), bool_is(scope, right, alike));
  uint32_t left_false =
      seg_build_and(scope->builder, bool_is(scope, left, false), bool_is(scope, right, !alike));
  return seg_build_or(scope->builder, left_true, left_false);
}

static uint32_t lower_compare(const struct seg_scope *scope, const struct seg_node *node) {
  if (is_bool(node->operands[0]))
    return lower_bool_compare(scope, node);
  uint32_t left = seg_lower_value(scope, node->operands[0]);
  uint32_t right = seg_lower_value(scope, node->operands[1]);
  return compare_step(scope, plan_comparison(node->comparison), left, right);
}

// Against a whole number c that has a double: a / b compares with it as floor + ceiling of a / b do
// with 2 c. Then all comparisons of one fraction share a column, and none multiplies.
static bool compares_halves(const struct seg_node *node) {
  const struct seg_node *above = node->operands[2], *below = node->operands[3];
  return above->kind == SEG_NODE_LITERAL && above->literal.integer > INT64_MIN / 4 &&
         above->literal.integer < INT64_MAX / 4 && below->kind == SEG_NODE_LITERAL &&
         below->literal.integer == 1;
}

static uint32_t lower_fractions(const struct seg_scope *scope, const struct seg_node *node) {
  if (compares_halves(node)) {
    struct seg_step halves = {
        .op = SEG_OP_FRACTION_HALVES,
        .layout = SEG_LAYOUT_I64,
        .optional = true,
        .operands = {seg_lower_value(scope, node->operands[0]),
                     seg_lower_value(scope, node->operands[1])},
    };
    uint32_t limit =
        seg_build_integer(scope->builder, SEG_LAYOUT_I64, 2 * node->operands[2]->literal.integer);
    return compare_step(scope, plan_comparison(node->comparison),
                        seg_build_step(scope->builder, halves), limit);
  }
  struct seg_step order = {.op = SEG_OP_FRACTION_ORDER, .layout = SEG_LAYOUT_I32, .optional = true};
  for (uint32_t i = 0; i < 4; i++)
    order.operands[i] = seg_lower_value(scope, node->operands[i]);
  uint32_t zero = seg_build_integer(scope->builder, SEG_LAYOUT_I32, 0);
  return compare_step(scope, plan_comparison(node->comparison),
                      seg_build_step(scope->builder, order), zero);
}

static uint32_t lower_in(const struct seg_scope *scope, const struct seg_node *node) {
  struct seg_step step = {.op = SEG_OP_IN_LIST,
                          .layout = SEG_LAYOUT_BIT,
                          .operands = {seg_lower_value(scope, node->operands[0])},
                          .list_count = node->literal_count};
  step.list = seg_lower_list(scope->lowering, seg_lower_layout(&node->operands[0]->type),
                             node->literals, node->literal_count);
  return scope->lowering->failed ? 0 : seg_build_step(scope->builder, step);
}

static uint32_t lower_text_test(const struct seg_scope *scope, const struct seg_node *node) {
  static const enum seg_plan_text_test tests[] = {[SEG_STARTS_WITH] = SEG_TEXT_STARTS,
                                                  [SEG_ENDS_WITH] = SEG_TEXT_ENDS,
                                                  [SEG_CONTAINS] = SEG_TEXT_CONTAINS};
  struct seg_step step = {.op = SEG_OP_TEXT_TEST,
                          .layout = SEG_LAYOUT_BIT,
                          .operands = {seg_lower_value(scope, node->operands[0])},
                          .text_test = tests[node->text_test],
                          .list_count = 1};
  step.list = seg_lower_list(scope->lowering, SEG_LAYOUT_TEXT, &node->operands[1]->literal, 1);
  return scope->lowering->failed ? 0 : seg_build_step(scope->builder, step);
}

// The automaton was built once before, by the checker: nothing is wrong with the pattern.
static uint32_t lower_matches(const struct seg_scope *scope, const struct seg_node *node) {
  struct seg_lowering *lowering = scope->lowering;
  struct seg_automaton *automaton;
  struct seg_regex_fault fault;
  if (seg_automaton_build(&lowering->plan->arena, node->pattern, &automaton, &fault) != SEG_OK) {
    lowering->failed = true;
    return 0;
  }
  struct seg_step step = {.op = SEG_OP_TEXT_MATCH,
                          .layout = SEG_LAYOUT_BIT,
                          .operands = {seg_lower_value(scope, node->operands[0])},
                          .automaton = automaton,
                          .list_count = 1};
  step.list = seg_lower_list(lowering, SEG_LAYOUT_TEXT, &node->operands[1]->literal, 1);
  return lowering->failed ? 0 : seg_build_step(scope->builder, step);
}

static uint32_t lower_listed(const struct seg_scope *scope, const struct seg_node *node) {
  uint32_t one = seg_build_integer(scope->builder, SEG_LAYOUT_I32, 1);
  return compare_step(scope, SEG_IS_EQUAL, seg_lower_listed(scope, node), one);
}

static uint32_t lower_joined(const struct seg_scope *scope, const struct seg_node *node) {
  uint32_t result = seg_lower_condition(scope, node->operands[0]);
  for (uint32_t i = 1; i < node->operand_count; i++) {
    uint32_t next = seg_lower_condition(scope, node->operands[i]);
    result = node->kind == SEG_NODE_AND ? seg_build_and(scope->builder, result, next)
                                        : seg_build_or(scope->builder, result, next);
  }
  return result;
}

/**
 * Fills `reached[k]` with the mask of "k + 1 or more of the conditions hold", k < limit: a table
 * that is brought forward condition by condition. Masks share steps with other rules.
 */
static void lower_reached(const struct seg_scope *scope, const struct seg_node *node,
                          uint32_t *reached, uint32_t limit) {
  for (uint32_t k = 0; k < limit; k++)
    reached[k] = seg_build_truth(scope->builder, false);
  for (uint32_t i = 0; i < node->operand_count; i++) {
    uint32_t holds = seg_lower_condition(scope, node->operands[i]);
    for (uint32_t k = limit; k > 0; k--) {
      uint32_t fewer = k == 1 ? holds : seg_build_and(scope->builder, reached[k - 2], holds);
      reached[k - 1] = seg_build_or(scope->builder, reached[k - 1], fewer);
    }
  }
}

static uint32_t lower_tally(const struct seg_scope *scope, const struct seg_node *node) {
  bool bounded = node->most < node->operand_count;
  uint32_t limit = bounded ? node->most + 1 : node->least;
  uint32_t *reached = calloc(limit + 1u, sizeof *reached);
  if (reached == NULL) {
    scope->lowering->failed = true;
    return 0;
  }
  lower_reached(scope, node, reached, limit);
  uint32_t result =
      node->least > 0 ? reached[node->least - 1] : seg_build_truth(scope->builder, true);
  if (bounded)
    result =
        seg_build_and(scope->builder, result, seg_build_not(scope->builder, reached[node->most]));
  free(reached);
  return result;
}

uint32_t seg_lower_condition(const struct seg_scope *scope, const struct seg_node *node) {
  assert(is_bool(node));
  switch (node->kind) {
  case SEG_NODE_LITERAL: return seg_build_truth(scope->builder, node->literal.integer != 0);
  case SEG_NODE_ATTRIBUTE:
  case SEG_NODE_COLUMN:
  case SEG_NODE_AGGREGATE:
  case SEG_NODE_ELSE: return bool_is(scope, node, true);
  case SEG_NODE_COMPARE: return lower_compare(scope, node);
  case SEG_NODE_COMPARE_FRACTIONS: return lower_fractions(scope, node);
  case SEG_NODE_IN: return lower_in(scope, node);
  case SEG_NODE_TEXT_TEST: return lower_text_test(scope, node);
  case SEG_NODE_LISTED: return lower_listed(scope, node);
  case SEG_NODE_MEMBER: return seg_lower_condition(scope, node->operands[0]);
  case SEG_NODE_MATCHES: return lower_matches(scope, node);
  case SEG_NODE_IS_KNOWN: return seg_lower_known(scope, node->operands[0]);
  case SEG_NODE_RANK: // top: a column of 0 and 1
    return compare_step(scope, SEG_IS_EQUAL, seg_lower_rank(scope, node),
                        seg_build_integer(scope->builder, SEG_LAYOUT_I32, 1));
  case SEG_NODE_NOT:
    return seg_build_not(scope->builder, seg_lower_condition(scope, node->operands[0]));
  case SEG_NODE_AND:
  case SEG_NODE_OR: return lower_joined(scope, node);
  case SEG_NODE_TALLY: return lower_tally(scope, node);
  case SEG_NODE_EVENT_DATE:
  case SEG_NODE_BUCKET:
  case SEG_NODE_DAYS_SINCE:
  case SEG_NODE_DATE_FUNCTION:
  case SEG_NODE_ADD_DAYS:
  case SEG_NODE_DAYS_BETWEEN:
  case SEG_NODE_ABS:
  case SEG_NODE_ROUND:
  case SEG_NODE_BAND:
  case SEG_NODE_BAND_FRACTION:
  case SEG_NODE_TO_NUMBER:
  case SEG_NODE_RESCALE:
  case SEG_NODE_ADD:
  case SEG_NODE_SUBTRACT:
  case SEG_NODE_MULTIPLY:
  case SEG_NODE_DIVIDE:
  case SEG_NODE_NEGATE:
  case SEG_NODE_TEXT_MAP:
  case SEG_NODE_TEXT_LENGTH:
  case SEG_NODE_KIND_COUNT: break;
  }
  assert(!"a value where a condition is lowered");
  return 0;
}
