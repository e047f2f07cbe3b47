// One function an operation of stage MASK; see mask_leaves.h.
//
// An unknown operand makes a condition false: its known bits are a factor. Comparisons of integers
// are reduced to > and =, those of doubles to >, >= and =, so that equal ones meet. Comparisons of
// texts with short ones are comparisons of their heads, which are integers.
#include "runtime/filter/mask_leaves.h"

#include <string.h>

#include "runtime/filter/kernel_text.h"

typedef seg_mask_literal literal;

struct builder {
  struct seg_mask_graph *graph;
  const struct seg_block *block;
  literal *literals; // per step
};

static const struct seg_step *step_of(const struct builder *builder, uint32_t number) {
  return &builder->block->steps[number];
}

static bool is_scalar(const struct seg_step *step) {
  return step->op == SEG_OP_CONSTANT || step->op == SEG_OP_AS_OF ||
         step->op == SEG_OP_AS_OF_INSTANT;
}

bool seg_mask_reads_scalar(const struct seg_block *block, uint32_t number, uint32_t operand) {
  return block->steps[number].op == SEG_OP_COMPARE && is_scalar(&block->steps[operand]);
}

static literal add(const struct builder *builder, struct seg_mask_node node) {
  return seg_mask_graph_node(builder->graph, &node);
}

static literal known_bits(const struct builder *builder, uint32_t step) {
  if (!step_of(builder, step)->optional)
    return SEG_MASK_TRUE;
  return add(builder, (struct seg_mask_node){.kind = SEG_MASK_KNOWN, .left = step});
}

static literal and_known(const struct builder *builder, literal mask, uint32_t step) {
  return seg_mask_graph_and(builder->graph, mask, known_bits(builder, step));
}

/** a ? b as b ?' a. */
static enum seg_plan_comparison swapped(enum seg_plan_comparison comparison) {
  switch (comparison) {
  case SEG_IS_EQUAL:
  case SEG_IS_NOT_EQUAL: break;
  case SEG_IS_LESS: return SEG_IS_GREATER;
  case SEG_IS_LESS_EQUAL: return SEG_IS_GREATER_EQUAL;
  case SEG_IS_GREATER: return SEG_IS_LESS;
  case SEG_IS_GREATER_EQUAL: return SEG_IS_LESS_EQUAL;
  }
  return comparison;
}

static bool is_complement(enum seg_plan_comparison comparison) {
  return comparison == SEG_IS_NOT_EQUAL || comparison == SEG_IS_LESS ||
         comparison == SEG_IS_LESS_EQUAL;
}

static bool is_equality(enum seg_plan_comparison comparison) {
  return comparison == SEG_IS_EQUAL || comparison == SEG_IS_NOT_EQUAL;
}

/** `node` names the columns and the right side; its constant, when it has one, holds integers. */
static literal compare_integers(const struct builder *builder, struct seg_mask_node node,
                                enum seg_plan_comparison comparison) {
  node.kind = SEG_MASK_COMPARE;
  node.test = is_equality(comparison) ? SEG_MASK_EQUAL : SEG_MASK_GREATER;
  // >= c is > c - 1, and < c is its complement.
  node.less_one = comparison == SEG_IS_GREATER_EQUAL || comparison == SEG_IS_LESS;
  if (node.scalar == SEG_MASK_NONE && node.less_one) {
    if (node.constant == INT64_MIN)
      return comparison == SEG_IS_LESS ? SEG_MASK_FALSE : SEG_MASK_TRUE;
    node.constant--;
    node.less_one = false;
  }
  literal mask = add(builder, node);
  return is_complement(comparison) ? seg_mask_not(mask) : mask;
}

static literal compare_doubles(const struct builder *builder, uint32_t column, double constant,
                               enum seg_plan_comparison comparison) {
  struct seg_mask_node node = {
      .kind = SEG_MASK_COMPARE, .left = column, .right = SEG_MASK_NONE, .scalar = SEG_MASK_NONE};
  bool or_equal = comparison == SEG_IS_GREATER_EQUAL || comparison == SEG_IS_LESS;
  node.test = is_equality(comparison) ? SEG_MASK_EQUAL
              : or_equal              ? SEG_MASK_GREATER_EQUAL
                                      : SEG_MASK_GREATER;
  memcpy(&node.constant, &constant, sizeof constant);
  literal mask = add(builder, node);
  return is_complement(comparison) ? seg_mask_not(mask) : mask;
}

static literal compare_scalar(const struct builder *builder, uint32_t column, uint32_t scalar,
                              enum seg_plan_comparison comparison) {
  const struct seg_step *of = step_of(builder, scalar);
  if (of->layout == SEG_LAYOUT_F64)
    return compare_doubles(builder, column, of->constant.number, comparison);
  bool is_constant = of->op == SEG_OP_CONSTANT;
  struct seg_mask_node node = {.left = column,
                               .right = SEG_MASK_NONE,
                               .scalar = is_constant ? SEG_MASK_NONE : scalar,
                               .constant = is_constant ? of->constant.integer : 0};
  return compare_integers(builder, node, comparison);
}

static literal call(const struct builder *builder, uint32_t number, uint32_t item) {
  return add(builder, (struct seg_mask_node){.kind = SEG_MASK_CALL, .left = number, .right = item});
}

static bool is_short(struct seg_str text) {
  return text.size <= SEG_TEXT_HEAD_BYTES;
}

static literal compare_head(const struct builder *builder, uint32_t column, struct seg_str text,
                            enum seg_plan_comparison comparison) {
  struct seg_mask_node node = {.left = column,
                               .right = SEG_MASK_NONE,
                               .scalar = SEG_MASK_NONE,
                               .constant = seg_kernel_text_head(text)};
  return compare_integers(builder, node, comparison);
}

static literal compare_texts(const struct builder *builder, uint32_t number) {
  const struct seg_step *step = step_of(builder, number);
  uint32_t left = step->operands[0], right = step->operands[1];
  const struct seg_step *a = step_of(builder, left), *b = step_of(builder, right);
  if (is_scalar(a) && is_short(a->constant.text))
    return compare_head(builder, right, a->constant.text, swapped(step->comparison));
  if (is_scalar(b) && is_short(b->constant.text))
    return compare_head(builder, left, b->constant.text, step->comparison);
  return call(builder, number, 0);
}

/** Texts that begin alike have heads that follow each other: those between the head with the least
 * and with the greatest rest. A zero byte at the end of the literal could be one that is not there.
 */
static literal build_text_test(const struct builder *builder, uint32_t number) {
  const struct seg_step *step = step_of(builder, number);
  struct seg_str text = step->list[0].text;
  if (step->text_test == SEG_TEXT_CONTAINS && text.size > 0)
    return add(builder, (struct seg_mask_node){
                            .kind = SEG_MASK_SEARCH, .left = step->operands[0], .right = number});
  if (step->text_test != SEG_TEXT_STARTS || text.size == 0 || !is_short(text) ||
      text.data[text.size - 1] == 0)
    return call(builder, number, 0);
  uint64_t rest = UINT64_MAX >> 8 * text.size;
  uint64_t low = (uint64_t)seg_kernel_text_head(text) & ~rest;
  return add(builder, (struct seg_mask_node){.kind = SEG_MASK_COMPARE,
                                             .left = step->operands[0],
                                             .right = SEG_MASK_NONE,
                                             .scalar = SEG_MASK_NONE,
                                             .test = SEG_MASK_BETWEEN,
                                             .constant = (int64_t)low,
                                             .upper = (int64_t)(low | rest)});
}

static literal build_compare(const struct builder *builder, uint32_t number) {
  const struct seg_step *step = step_of(builder, number);
  uint32_t left = step->operands[0], right = step->operands[1];
  const struct seg_step *a = step_of(builder, left), *b = step_of(builder, right);
  literal mask;
  if (is_scalar(a) && is_scalar(b))
    mask =
        add(builder,
            (struct seg_mask_node){
                .kind = SEG_MASK_DECIDED, .left = left, .right = right, .test = step->comparison});
  else if (a->layout == SEG_LAYOUT_TEXT)
    mask = compare_texts(builder, number);
  else if (is_scalar(a))
    mask = compare_scalar(builder, right, left, swapped(step->comparison));
  else if (is_scalar(b))
    mask = compare_scalar(builder, left, right, step->comparison);
  else
    mask = compare_integers(
        builder, (struct seg_mask_node){.left = left, .right = right, .scalar = SEG_MASK_NONE},
        step->comparison);
  return and_known(builder, and_known(builder, mask, left), right);
}

/** A comparison of a column of integers with a constant, as the least or the greatest that passes.
 */
struct bound {
  uint32_t column;
  bool is_least;
  int64_t value;
};

static bool bound_of(const struct builder *builder, uint32_t number, struct bound *bound) {
  const struct seg_step *step = step_of(builder, number);
  if (step->op != SEG_OP_COMPARE || is_equality(step->comparison))
    return false;
  bool is_left = step_of(builder, step->operands[0])->op == SEG_OP_CONSTANT;
  const struct seg_step *constant = step_of(builder, step->operands[is_left ? 0 : 1]);
  const struct seg_step *column = step_of(builder, step->operands[is_left ? 1 : 0]);
  enum seg_plan_comparison by = is_left ? swapped(step->comparison) : step->comparison;
  if (constant->op != SEG_OP_CONSTANT || is_scalar(column) ||
      (column->layout != SEG_LAYOUT_I32 && column->layout != SEG_LAYOUT_I64))
    return false;
  *bound = (struct bound){.column = step->operands[is_left ? 1 : 0],
                          .is_least = by == SEG_IS_GREATER || by == SEG_IS_GREATER_EQUAL,
                          .value = constant->constant.integer};
  if (by == SEG_IS_GREATER)
    return !__builtin_add_overflow(bound->value, 1, &bound->value);
  return by != SEG_IS_LESS || !__builtin_sub_overflow(bound->value, 1, &bound->value);
}

static literal build_and(const struct builder *builder, uint32_t number) {
  const uint32_t *operands = step_of(builder, number)->operands;
  struct bound low, high;
  if (bound_of(builder, operands[0], &low) && bound_of(builder, operands[1], &high) &&
      low.column == high.column && low.is_least != high.is_least) {
    if (!low.is_least) {
      struct bound other = low;
      low = high;
      high = other;
    }
    if (low.value > high.value)
      return SEG_MASK_FALSE;
    struct seg_mask_node node = {.kind = SEG_MASK_COMPARE,
                                 .left = low.column,
                                 .right = SEG_MASK_NONE,
                                 .scalar = SEG_MASK_NONE,
                                 .test =
                                     low.value == high.value ? SEG_MASK_EQUAL : SEG_MASK_BETWEEN,
                                 .constant = low.value,
                                 .upper = low.value == high.value ? 0 : high.value};
    return and_known(builder, add(builder, node), low.column);
  }
  return seg_mask_graph_and(builder->graph, builder->literals[operands[0]],
                            builder->literals[operands[1]]);
}

static literal build_in_list(const struct builder *builder, uint32_t number) {
  const struct seg_step *step = step_of(builder, number);
  uint32_t column = step->operands[0];
  bool is_text = step_of(builder, column)->layout == SEG_LAYOUT_TEXT;
  literal mask = SEG_MASK_FALSE;
  if (!is_text && step->list_count > SEG_MASK_LONG_LIST)
    return and_known(builder, call(builder, number, 0), column);
  for (uint32_t i = 0; i < step->list_count; i++) {
    struct seg_mask_node node = {.left = column,
                                 .right = SEG_MASK_NONE,
                                 .scalar = SEG_MASK_NONE,
                                 .constant = step->list[i].integer};
    literal item = !is_text ? compare_integers(builder, node, SEG_IS_EQUAL)
                   : is_short(step->list[i].text)
                       ? compare_head(builder, column, step->list[i].text, SEG_IS_EQUAL)
                       : call(builder, number, i);
    mask = seg_mask_graph_or(builder->graph, mask, item);
  }
  return and_known(builder, mask, column);
}

static literal build_bits(const struct builder *builder, uint32_t number, bool wanted) {
  uint32_t column = step_of(builder, number)->operands[0];
  literal bits = add(builder, (struct seg_mask_node){.kind = SEG_MASK_BITS, .left = column});
  return and_known(builder, wanted ? bits : seg_mask_not(bits), column);
}

/** The coded column that a condition is about; SEG_MASK_NONE: none. */
static uint32_t coded_column(const struct builder *builder, uint32_t number) {
  const struct seg_block *block = builder->block;
  const struct seg_step *step = step_of(builder, number);
  for (uint32_t i = 0; i < seg_op_info[step->op].operand_count; i++) {
    const struct seg_step *operand = step_of(builder, step->operands[i]);
    if (operand->op == SEG_OP_INPUT && operand->layout == SEG_LAYOUT_TEXT &&
        seg_block_input_width(block, operand->slot) != SEG_WIDTH_FULL)
      return step->op == SEG_OP_IS_KNOWN ? SEG_MASK_NONE : step->operands[i];
  }
  return SEG_MASK_NONE;
}

static literal build_step(const struct builder *builder, uint32_t number) {
  const struct seg_step *step = step_of(builder, number);
  const uint32_t *operands = step->operands;
  const literal *literals = builder->literals;
  uint32_t coded = coded_column(builder, number);
  if (coded != SEG_MASK_NONE)
    return and_known(
        builder,
        add(builder,
            (struct seg_mask_node){.kind = SEG_MASK_CODED, .left = coded, .right = number}),
        coded);
  switch (step->op) {
  case SEG_OP_COMPARE: return build_compare(builder, number);
  case SEG_OP_IN_LIST: return build_in_list(builder, number);
  case SEG_OP_IS_TRUE: return build_bits(builder, number, true);
  case SEG_OP_IS_FALSE: return build_bits(builder, number, false);
  case SEG_OP_TEXT_TEST: return and_known(builder, build_text_test(builder, number), operands[0]);
  case SEG_OP_TEXT_MATCH: return and_known(builder, call(builder, number, 0), operands[0]);
  case SEG_OP_IS_KNOWN: return known_bits(builder, operands[0]);
  case SEG_OP_ALL: return SEG_MASK_TRUE;
  case SEG_OP_NONE: return SEG_MASK_FALSE;
  case SEG_OP_NOT: return seg_mask_not(literals[operands[0]]);
  case SEG_OP_AND: return build_and(builder, number);
  case SEG_OP_OR:
    return seg_mask_graph_or(builder->graph, literals[operands[0]], literals[operands[1]]);
#define MASK_OP(name)
#define VALUE_OP(name)                         case SEG_OP_##name:
#define SEG_OP(name, printed, operands, stage) stage##_OP(name)
#include "runtime/plan/plan_ops.def"
#undef SEG_OP
#undef VALUE_OP
#undef MASK_OP
  case SEG_OP_COUNT: break;
  }
  return SEG_MASK_FALSE;
}

void seg_mask_leaves_build(struct seg_mask_graph *graph, const struct seg_block *block,
                           const bool *needed, seg_mask_literal *literals) {
  const struct builder builder = {.graph = graph, .block = block, .literals = literals};
  for (uint32_t number = 0; number < block->step_count; number++) {
    if (needed[number] && seg_op_info[block->steps[number].op].stage == SEG_STAGE_MASK)
      literals[number] = build_step(&builder, number);
  }
}
