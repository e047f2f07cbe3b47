/**
 * `abs`, `round`, `floor` and `ceil`.
 *
 * Rounding gives whole numbers: of a number an int, of money whole units of its currency, still as
 * money, and an amount, which is money with a rounding error, becomes money again.
 */
#include "compiler/sema/check.h"
#include "compiler/sema/types.h"
#include "runtime/base/currency.h"

static struct seg_node *numeric_argument(struct seg_check *check, const struct seg_scope *scope,
                                         const struct seg_expr *expr) {
  struct seg_node *value = seg_check_value(check, scope, expr->operands[0]);
  if (!value || seg_is_numeric(value))
    return value;
  char text[SEG_TYPE_TEXT_SIZE];
  seg_report(check->sink, SEG_DIAG_TYPE_MISMATCH, expr->operands[0]->span,
             "`%.*s` takes a number or money, not %s", SEG_STR(expr->name.text),
             seg_type_phrase(value, text, sizeof text));
  return NULL;
}

struct seg_node *seg_check_abs(struct seg_check *check, const struct seg_scope *scope,
                               const struct seg_expr *expr) {
  struct seg_node *value = numeric_argument(check, scope, expr);
  if (!value || !seg_is_literal(value))
    return value ? seg_node_unary(check, SEG_NODE_ABS, value->type, expr->span, value) : NULL;
  bool fraction = value->type.kind == SEG_TYPE_NUMBER || value->type.kind == SEG_TYPE_AMOUNT;
  bool negative = fraction ? value->literal.number < 0 : value->literal.integer < 0;
  return negative ? seg_fold_negate(check, expr->span, value) : value;
}

static struct seg_node *check_rounding(struct seg_check *check, const struct seg_scope *scope,
                                       const struct seg_expr *expr, enum seg_rounding rounding) {
  struct seg_node *value = seg_settle_literal(check, numeric_argument(check, scope, expr));
  if (!value)
    return NULL;
  struct seg_type type = value->type;
  if (type.kind == SEG_TYPE_INT || (type.kind == SEG_TYPE_MONEY && type.scale == 0))
    return value; // whole already
  if (type.kind == SEG_TYPE_NUMBER)
    type = seg_type_of(SEG_TYPE_INT);
  if (type.kind == SEG_TYPE_AMOUNT) {
    int scale = seg_currency_scale(type.currency);
    type.kind = SEG_TYPE_MONEY;
    type.scale = (uint8_t)(scale < 0 ? 0 : scale);
  }
  struct seg_node *node = seg_node_unary(check, SEG_NODE_ROUND, type, expr->span, value);
  if (node)
    node->rounding = rounding;
  return node;
}

struct seg_node *seg_check_round(struct seg_check *check, const struct seg_scope *scope,
                                 const struct seg_expr *expr) {
  return check_rounding(check, scope, expr, SEG_ROUND);
}

struct seg_node *seg_check_floor(struct seg_check *check, const struct seg_scope *scope,
                                 const struct seg_expr *expr) {
  return check_rounding(check, scope, expr, SEG_FLOOR);
}

struct seg_node *seg_check_ceil(struct seg_check *check, const struct seg_scope *scope,
                                const struct seg_expr *expr) {
  return check_rounding(check, scope, expr, SEG_CEIL);
}
