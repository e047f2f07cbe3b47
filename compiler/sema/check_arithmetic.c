/**
 * Arithmetic. int and money stay exact as long as nothing fractional takes part; a ratio is a
 * number, money times or over a number is an amount (a double in the currency). Which pairs go
 * together is the table `rules`.
 */
#include "compiler/sema/check.h"
#include "compiler/sema/types.h"

/** Operand classes, in the order of the tables: int, number, money, amount. */
enum class { INT, NUMBER, MONEY, AMOUNT, CLASS_COUNT, NO_CLASS };

/** What an operation gives; NONE is a mistake. */
enum result { NONE, TO_INT, TO_NUMBER, TO_MONEY, TO_AMOUNT };

static const enum result sums[CLASS_COUNT][CLASS_COUNT] = {
    [INT] = {[INT] = TO_INT, [NUMBER] = TO_NUMBER},
    [NUMBER] = {[INT] = TO_NUMBER, [NUMBER] = TO_NUMBER},
    [MONEY] = {[MONEY] = TO_MONEY, [AMOUNT] = TO_AMOUNT},
    [AMOUNT] = {[MONEY] = TO_AMOUNT, [AMOUNT] = TO_AMOUNT},
};
static const enum result products[CLASS_COUNT][CLASS_COUNT] = {
    [INT] = {[INT] = TO_INT, [NUMBER] = TO_NUMBER, [MONEY] = TO_MONEY, [AMOUNT] = TO_AMOUNT},
    [NUMBER] = {[INT] = TO_NUMBER, [NUMBER] = TO_NUMBER, [MONEY] = TO_AMOUNT, [AMOUNT] = TO_AMOUNT},
    [MONEY] = {[INT] = TO_MONEY, [NUMBER] = TO_AMOUNT},
    [AMOUNT] = {[INT] = TO_AMOUNT, [NUMBER] = TO_AMOUNT},
};
static const enum result quotients[CLASS_COUNT][CLASS_COUNT] = {
    [INT] = {[INT] = TO_NUMBER, [NUMBER] = TO_NUMBER},
    [NUMBER] = {[INT] = TO_NUMBER, [NUMBER] = TO_NUMBER},
    [MONEY] = {[INT] = TO_AMOUNT, [NUMBER] = TO_AMOUNT, [MONEY] = TO_NUMBER, [AMOUNT] = TO_NUMBER},
    [AMOUNT] = {[INT] = TO_AMOUNT, [NUMBER] = TO_AMOUNT, [MONEY] = TO_NUMBER, [AMOUNT] = TO_NUMBER},
};

static enum class class_of(const struct seg_node *node) {
  switch (node->type.kind){
    case SEG_TYPE_INT : return INT; case SEG_TYPE_NUMBER : return NUMBER;
    case SEG_TYPE_MONEY : return seg_is_bare_decimal(node) ? NUMBER : MONEY;
    case SEG_TYPE_AMOUNT : return AMOUNT;
    case SEG_TYPE_BOOL : case SEG_TYPE_TEXT : case SEG_TYPE_DATE : case SEG_TYPE_TIMESTAMP : case
    SEG_TYPE_ENUM : case SEG_TYPE_KIND_COUNT : break;
  }
return NO_CLASS;
}

bool seg_is_numeric(const struct seg_node *node) {
  return class_of(node) != NO_CLASS;
}

static struct seg_node *report_operands(struct seg_check *check, const struct seg_expr *expr,
                                        const struct seg_node *a, const struct seg_node *b) {
  static const char *const verbs[] = {"added", "subtracted", "multiplied", "divided"};
  char left[SEG_TYPE_TEXT_SIZE], right[SEG_TYPE_TEXT_SIZE];
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_TYPE_MISMATCH, expr->span, "%s and %s cannot be %s",
                 seg_type_phrase(a, left, sizeof left), seg_type_phrase(b, right, sizeof right),
                 verbs[expr->arithmetic]);
  bool money = class_of(a) >= MONEY && class_of(b) >= MONEY;
  if (money && expr->arithmetic == SEG_MULTIPLY)
    seg_note(check->sink, d, "money times money has no meaning");
  return NULL;
}

/** The literal in the currency of its neighbour, a literal too: each keeps its decimals. */
static struct seg_node *in_currency(struct seg_check *check, struct seg_node *node,
                                    struct seg_type type) {
  bool exact = node->type.kind == SEG_TYPE_INT || node->type.kind == SEG_TYPE_MONEY;
  if (!exact || type.kind != SEG_TYPE_MONEY)
    return seg_convert_value(check, node, type);
  return seg_literal_decimal(check, node->span, node->literal.integer, node->type.scale,
                             type.currency);
}

/** `amount + 5`: a bare literal beside money is money. */
static bool read_bare_literals(struct seg_check *check, const struct seg_expr *expr,
                               struct seg_node **a, struct seg_node **b) {
  if (expr->arithmetic != SEG_ADD && expr->arithmetic != SEG_SUBTRACT)
    return true;
  bool both = seg_is_literal(*a) && seg_is_literal(*b);
  if (class_of(*a) >= MONEY && class_of(*b) < MONEY && seg_is_literal(*b))
    *b = both ? in_currency(check, *b, (*a)->type) : seg_convert_value(check, *b, (*a)->type);
  else if (class_of(*b) >= MONEY && class_of(*a) < MONEY && seg_is_literal(*a))
    *a = both ? in_currency(check, *a, (*b)->type) : seg_convert_value(check, *a, (*b)->type);
  return *a && *b;
}

/** Two money operands of a sum: literals take the column's decimals, columns the larger number. */
static bool align_money(struct seg_check *check, struct seg_node **a, struct seg_node **b) {
  bool to_right = (*a)->type.scale < (*b)->type.scale;
  if (seg_is_literal(*a) != seg_is_literal(*b))
    to_right = seg_is_literal(*a);
  if (to_right)
    *a = seg_convert_value(check, *a, (*b)->type);
  else
    *b = seg_convert_value(check, *b, (*a)->type);
  return *a && *b;
}

static enum seg_node_kind node_kind(enum seg_arithmetic arithmetic) {
  switch (arithmetic) {
  case SEG_ADD: return SEG_NODE_ADD;
  case SEG_SUBTRACT: return SEG_NODE_SUBTRACT;
  case SEG_MULTIPLY: return SEG_NODE_MULTIPLY;
  case SEG_DIVIDE: return SEG_NODE_DIVIDE;
  }
  return SEG_NODE_ADD;
}

static bool is_zero(const struct seg_node *node) {
  if (!seg_is_literal(node))
    return false;
  return node->type.kind == SEG_TYPE_NUMBER || node->type.kind == SEG_TYPE_AMOUNT
             ? node->literal.number == 0
             : node->literal.integer == 0;
}

static struct seg_node *build(struct seg_check *check, const struct seg_expr *expr,
                              enum result result, struct seg_node *a, struct seg_node *b) {
  struct seg_str currency = a->type.currency.size > 0 ? a->type.currency : b->type.currency;
  struct seg_type type = seg_type_of(SEG_TYPE_NUMBER);
  if (result == TO_INT) {
    type = seg_type_of(SEG_TYPE_INT);
  } else if (result == TO_MONEY) {
    if (expr->arithmetic != SEG_MULTIPLY && !align_money(check, &a, &b))
      return NULL;
    type = class_of(a) == MONEY ? a->type : b->type;
  } else {
    if (result == TO_AMOUNT)
      type = (struct seg_type){.kind = SEG_TYPE_AMOUNT, .currency = currency};
    a = seg_to_number(check, a);
    b = seg_to_number(check, b);
  }
  struct seg_node *node =
      seg_node_binary(check, node_kind(expr->arithmetic), type, expr->span, a, b);
  if (node && expr->arithmetic == SEG_DIVIDE && !seg_is_literal(b))
    node->optional = true; // over zero there is no ratio
  return node;
}

struct seg_node *seg_check_arithmetic(struct seg_check *check, const struct seg_scope *scope,
                                      const struct seg_expr *expr) {
  const struct seg_expr *left = expr->operands[0], *right = expr->operands[1];
  if (!left || !right)
    return NULL;
  if (seg_is_duration(left) || seg_is_duration(right))
    return seg_check_shift(check, scope, expr);
  if (right->kind == SEG_EXPR_WINDOWED && seg_waits_for_window(check, left) &&
      seg_waits_for_window(check, right->operands[0])) {
    seg_report_group_window(check, expr, expr, right->window);
    return NULL;
  }
  const struct seg_expr *constant_side = NULL;
  const struct seg_window *behind = seg_constant_window(check, right, &constant_side);
  if (behind && seg_waits_for_window(check, left)) { // revenue * 2 within 90d
    seg_report_group_window(check, expr, expr, behind);
    return NULL;
  }
  struct seg_node *a = seg_check_value(check, scope, left);
  struct seg_node *b = seg_check_value(check, scope, right);
  if (!a || !b)
    return NULL;
  bool dates = false;
  struct seg_node *days = seg_check_days(check, expr, a, b, &dates);
  if (dates)
    return days;
  if (class_of(a) == NO_CLASS || class_of(b) == NO_CLASS)
    return report_operands(check, expr, a, b);
  if (expr->arithmetic == SEG_DIVIDE && is_zero(b)) {
    struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_LITERAL_RANGE, expr->span,
                                          "nothing can be divided by zero");
    seg_note(check->sink, d, "the value would always be missing");
    return NULL;
  }
  if (seg_mixed_currency(check, expr->span, a, b) || !read_bare_literals(check, expr, &a, &b))
    return NULL;
  enum result result = expr->arithmetic == SEG_MULTIPLY ? products[class_of(a)][class_of(b)]
                       : expr->arithmetic == SEG_DIVIDE ? quotients[class_of(a)][class_of(b)]
                                                        : sums[class_of(a)][class_of(b)];
  if (result == NONE)
    return report_operands(check, expr, a, b);
  bool folded = false;
  struct seg_node *constant = seg_fold_literals(check, expr, a, b, &folded);
  return folded ? constant : build(check, expr, result, a, b);
}

struct seg_node *seg_check_negate(struct seg_check *check, const struct seg_scope *scope,
                                  const struct seg_expr *expr) {
  struct seg_node *operand = seg_check_value(check, scope, expr->operands[0]);
  if (!operand)
    return NULL;
  if (class_of(operand) == NO_CLASS) {
    char text[SEG_TYPE_TEXT_SIZE];
    struct seg_diagnostic *d =
        seg_report(check->sink, SEG_DIAG_TYPE_MISMATCH, expr->span, "%s cannot be negated",
                   seg_type_phrase(operand, text, sizeof text));
    if (operand->type.kind == SEG_TYPE_BOOL)
      seg_help(check->sink, d, "write `not %.*s`", SEG_STR(seg_code(check, operand->span)));
    return NULL;
  }
  if (seg_is_literal(operand))
    return seg_fold_negate(check, expr->span, operand);
  return seg_node_unary(check, SEG_NODE_NEGATE, operand->type, expr->span, operand);
}
