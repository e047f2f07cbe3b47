/**
 * `in (...)`, `is known`, `is missing` and `else`: membership and missing values.
 */
#include "compiler/sema/check.h"
#include "compiler/sema/types.h"

/** Can `in` look the value up exactly? Reported when not. */
static bool check_searched(struct seg_check *check, const struct seg_expr *expr,
                           const struct seg_node *value) {
  struct seg_str code = seg_code(check, value->span);
  struct seg_diagnostic *d;
  switch (value->type.kind) {
  case SEG_TYPE_INT:
  case SEG_TYPE_MONEY:
  case SEG_TYPE_TEXT:
  case SEG_TYPE_DATE:
  case SEG_TYPE_ENUM: return true;
  case SEG_TYPE_NUMBER:
  case SEG_TYPE_AMOUNT:
    d = seg_report(check->sink, SEG_DIAG_FLOAT_EQUALITY, expr->span,
                   "`%.*s` is a fractional number, and equality on it is a matter of luck",
                   SEG_STR(code));
    seg_help(check->sink, d, "give it a range: `%.*s between ... and ...`", SEG_STR(code));
    return false;
  case SEG_TYPE_BOOL:
  case SEG_TYPE_TIMESTAMP:
  case SEG_TYPE_KIND_COUNT: break;
  }
  char text[SEG_TYPE_TEXT_SIZE];
  seg_report(check->sink, SEG_DIAG_TYPE_MISMATCH, expr->span, "`in` cannot look up %s",
             seg_type_phrase(value, text, sizeof text));
  return false;
}

static bool check_listed(struct seg_check *check, const struct seg_scope *scope,
                         const struct seg_expr *expr, const struct seg_node *value,
                         struct seg_literal *out) {
  struct seg_node *item = seg_check_value(check, scope, expr);
  if (!item)
    return false;
  if (!seg_is_literal(item)) {
    struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_NOT_CONSTANT, item->span,
                                          "the values of an `in` list must be written out");
    seg_help(check->sink, d, "compare instead: `%.*s = %.*s`",
             SEG_STR(seg_code(check, value->span)), SEG_STR(seg_code(check, item->span)));
    return false;
  }
  if (value->type.kind == SEG_TYPE_INT && seg_is_bare_decimal(item)) {
    seg_report(check->sink, SEG_DIAG_TYPE_MISMATCH, item->span,
               "a whole number is never equal to this");
    return false;
  }
  item = seg_convert_value(check, item, value->type);
  if (item)
    *out = item->literal;
  return item != NULL;
}

struct seg_node *seg_check_in(struct seg_check *check, const struct seg_scope *scope,
                              const struct seg_expr *expr, const struct seg_window *window) {
  struct seg_node *value = window ? seg_bind_window(check, scope, expr, expr->operands[0], window)
                                  : seg_check_value(check, scope, expr->operands[0]);
  value = seg_settle_literal(check, value);
  if (!value || !check_searched(check, expr, value))
    return NULL;
  struct seg_type type = seg_type_of(SEG_TYPE_BOOL);
  struct seg_node *in = seg_node_unary(check, SEG_NODE_IN, type, expr->span, value);
  if (!in)
    return NULL;
  in->literal_count = expr->operand_count - 1;
  in->literals = SEG_NEW_ARRAY(&check->program->arena, struct seg_literal, in->literal_count + 1u);
  if (!in->literals) {
    check->out_of_memory = true;
    return NULL;
  }
  bool right = true;
  for (uint32_t i = 0; i < in->literal_count; i++)
    right = check_listed(check, scope, expr->operands[i + 1], value, &in->literals[i]) && right;
  if (!right)
    return NULL;
  return expr->negated ? seg_node_unary(check, SEG_NODE_NOT, type, expr->span, in) : in;
}

/** Report a question about missing values where there are none; `fix` is what remains. */
static struct seg_node *report_never_missing(struct seg_check *check, const struct seg_expr *expr,
                                             const struct seg_node *value, const char *fix) {
  struct seg_str code = seg_code(check, value->span);
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_NEVER_MISSING, expr->span,
                                        "`%.*s` is never missing", SEG_STR(code));
  if (value->kind == SEG_NODE_ATTRIBUTE || value->kind == SEG_NODE_COLUMN)
    seg_note(check->sink, d, "its column is declared without `?`");
  seg_help(check->sink, d, "%s", fix);
  return NULL;
}

struct seg_node *seg_check_is(struct seg_check *check, const struct seg_scope *scope,
                              const struct seg_expr *expr) {
  struct seg_node *value =
      seg_settle_literal(check, seg_check_value(check, scope, expr->operands[0]));
  if (!value)
    return NULL;
  if (!value->optional)
    return report_never_missing(check, expr, value,
                                expr->known ? "drop the test: it always holds"
                                            : "drop the test: it never holds");
  struct seg_type type = seg_type_of(SEG_TYPE_BOOL);
  struct seg_node *known = seg_node_unary(check, SEG_NODE_IS_KNOWN, type, expr->span, value);
  return expr->known ? known : seg_node_unary(check, SEG_NODE_NOT, type, expr->span, known);
}

/** The default in the value's type; money of more decimals makes the value wider instead. */
static bool align_default(struct seg_check *check, struct seg_node **value,
                          struct seg_node **fallback) {
  bool wider = (*value)->type.kind == SEG_TYPE_MONEY && !seg_is_literal(*fallback) &&
               (*fallback)->type.kind == SEG_TYPE_MONEY &&
               (*fallback)->type.scale > (*value)->type.scale;
  if (wider)
    *value = seg_convert_value(check, *value, (*fallback)->type);
  else
    *fallback = seg_convert_value(check, *fallback, (*value)->type);
  return *value && *fallback;
}

struct seg_node *seg_check_else(struct seg_check *check, const struct seg_scope *scope,
                                const struct seg_expr *expr) {
  struct seg_node *value =
      seg_settle_literal(check, seg_check_value(check, scope, expr->operands[0]));
  struct seg_node *fallback = seg_check_value(check, scope, expr->operands[1]);
  if (!value || !fallback)
    return NULL;
  if (!value->optional)
    return report_never_missing(check, expr, value, "drop `else` and the default");
  if (!align_default(check, &value, &fallback))
    return NULL;
  struct seg_node *node =
      seg_node_binary(check, SEG_NODE_ELSE, value->type, expr->span, value, fallback);
  if (node)
    node->optional = fallback->optional;
  return node;
}
