/**
 * Expressions: one function a kind of the syntax, found by a table; the logic (`and`, `or`, `not`)
 * and the difference between values and conditions live here.
 */
#include "compiler/sema/check.h"
#include "compiler/sema/types.h"
#include "runtime/time/civil.h"

typedef struct seg_node *(*check_function)(struct seg_check *, const struct seg_scope *,
                                           const struct seg_expr *);

static struct seg_node *check_literal(struct seg_check *check, const struct seg_scope *scope,
                                      const struct seg_expr *expr) {
  (void)scope;
  return seg_check_literal(check, expr);
}

static struct seg_node *check_field(struct seg_check *check, const struct seg_scope *scope,
                                    const struct seg_expr *expr) {
  const struct seg_expr *base = expr->operands[0];
  struct seg_str field = expr->name.text, code = seg_code(check, expr->span);
  while (base && base->kind == SEG_EXPR_FILTER)
    base = base->operands[0];
  if (!base || field.size == 0)
    return NULL;
  struct seg_diagnostic *d;
  if (base->kind == SEG_EXPR_NAME && seg_str_is(base->name.text, "customer")) {
    d = seg_report(check->sink, SEG_DIAG_WRONG_KIND, expr->span,
                   "columns of the customer are written without `customer.`");
    seg_help(check->sink, d, "write `%.*s`", SEG_STR(field));
    return NULL;
  }
  struct seg_symbol *symbol =
      base->kind == SEG_EXPR_NAME ? seg_find_symbol(check, base->name.text) : NULL;
  if (base->kind == SEG_EXPR_NAME && !symbol) {
    seg_unknown_symbol(check, base->name, SEG_SYMBOL_EVENT, "event");
    return NULL;
  }
  if (scope->place == SEG_IN_EVENT && symbol && symbol->kind == SEG_SYMBOL_EVENT) {
    d = seg_report(check->sink, SEG_DIAG_WRONG_KIND, expr->span,
                   "columns of the event are written without the event's name here");
    seg_help(check->sink, d, "write `%.*s`", SEG_STR(field));
    return NULL;
  }
  if (symbol && symbol->kind != SEG_SYMBOL_EVENT) {
    d = seg_report(check->sink, SEG_DIAG_WRONG_KIND, expr->span,
                   "`%.*s` is %s, and only events have columns behind a point",
                   SEG_STR(base->name.text), seg_symbol_word(symbol->kind));
    if (symbol->kind == SEG_SYMBOL_METRIC)
      seg_help(check->sink, d, "write the metric alone: `%.*s`", SEG_STR(base->name.text));
    return NULL;
  }
  d = seg_report(check->sink, SEG_DIAG_WRONG_KIND, expr->span,
                 "`%.*s` is a column of many events, not one value", SEG_STR(code));
  seg_help(check->sink, d, "ask for one value: `sum(%.*s) within 90d`, `max(%.*s) ever`",
           SEG_STR(code), SEG_STR(code));
  return NULL;
}

static struct seg_node *check_clause_form(struct seg_check *check, const struct seg_scope *scope,
                                          const struct seg_expr *expr) {
  (void)scope;
  seg_report(check->sink, SEG_DIAG_CLAUSE_VALUE, expr->span,
             "this form is for clauses such as `size:` and `review:`");
  return NULL;
}

static struct seg_node *check_paren(struct seg_check *check, const struct seg_scope *scope,
                                    const struct seg_expr *expr) {
  return seg_check_expr(check, scope, expr->operands[0]);
}

static struct seg_node *check_in(struct seg_check *check, const struct seg_scope *scope,
                                 const struct seg_expr *expr) {
  return seg_check_in(check, scope, expr, NULL);
}

static struct seg_node *check_not(struct seg_check *check, const struct seg_scope *scope,
                                  const struct seg_expr *expr) {
  struct seg_node *operand = seg_check_condition(check, scope, expr->operands[0]);
  return seg_node_unary(check, SEG_NODE_NOT, seg_type_of(SEG_TYPE_BOOL), expr->span, operand);
}

static uint32_t count_leaves(const struct seg_expr *expr, enum seg_expr_kind kind) {
  return expr == NULL || expr->kind != kind
             ? 1
             : count_leaves(expr->operands[0], kind) + count_leaves(expr->operands[1], kind);
}

static void add_leaves(struct seg_expr *expr, enum seg_expr_kind kind, struct seg_expr ***next) {
  if (expr == NULL || expr->kind != kind) {
    *(*next)++ = expr;
    return;
  }
  add_leaves(expr->operands[0], kind, next);
  add_leaves(expr->operands[1], kind, next);
}

/** Leaves of a chain of one kind of connective, left to right. */
static struct seg_expr **chain_leaves(struct seg_check *check, const struct seg_expr *expr,
                                      uint32_t *count) {
  *count = count_leaves(expr, expr->kind);
  struct seg_expr **result = SEG_NEW_ARRAY(&check->scratch, struct seg_expr *, *count);
  struct seg_expr **next = result;
  if (result) {
    add_leaves(expr->operands[0], expr->kind, &next);
    add_leaves(expr->operands[1], expr->kind, &next);
  } else {
    check->out_of_memory = true;
  }
  return result;
}

static struct seg_node *check_logic(struct seg_check *check, const struct seg_scope *scope,
                                    const struct seg_expr *expr) {
  uint32_t count = 0;
  struct seg_expr **leaves = chain_leaves(check, expr, &count);
  if (!leaves)
    return NULL;
  bool right = !seg_ambiguous_logic(check, expr, leaves, count);
  struct seg_node *node =
      seg_node_new(check, expr->kind == SEG_EXPR_AND ? SEG_NODE_AND : SEG_NODE_OR,
                   seg_type_of(SEG_TYPE_BOOL), expr->span, count);
  for (uint32_t i = 0; i < count && node; i++) {
    node->operands[i] = seg_check_condition(check, scope, leaves[i]);
    right = right && node->operands[i];
  }
  return right ? node : NULL;
}

static const check_function functions[SEG_EXPR_KIND_COUNT] = {
    [SEG_EXPR_NUMBER] = check_literal,
    [SEG_EXPR_PERCENT] = check_literal,
    [SEG_EXPR_MONEY] = check_literal,
    [SEG_EXPR_DURATION] = check_literal,
    [SEG_EXPR_DATE] = check_literal,
    [SEG_EXPR_PERIOD] = check_literal,
    [SEG_EXPR_STRING] = check_literal,
    [SEG_EXPR_TRUTH] = check_literal,
    [SEG_EXPR_NAME] = seg_check_name,
    [SEG_EXPR_FIELD] = check_field,
    [SEG_EXPR_CALL] = seg_check_call,
    [SEG_EXPR_FILTER] = seg_check_filter,
    [SEG_EXPR_WINDOWED] = seg_check_windowed,
    [SEG_EXPR_SEQUENCE] = seg_check_lone_sequence,
    [SEG_EXPR_COMPARE] = seg_check_compare,
    [SEG_EXPR_BETWEEN] = seg_check_between,
    [SEG_EXPR_IN] = check_in,
    [SEG_EXPR_IS] = seg_check_is,
    [SEG_EXPR_NOT] = check_not,
    [SEG_EXPR_AND] = check_logic,
    [SEG_EXPR_OR] = check_logic,
    [SEG_EXPR_ELSE] = seg_check_else,
    [SEG_EXPR_ARITHMETIC] = seg_check_arithmetic,
    [SEG_EXPR_NEGATE] = seg_check_negate,
    [SEG_EXPR_PAREN] = check_paren,
    [SEG_EXPR_RANGE] = check_clause_form,
    [SEG_EXPR_EVERY] = check_clause_form,
    [SEG_EXPR_LAST_ON] = check_clause_form,
};

struct seg_node *seg_check_expr(struct seg_check *check, const struct seg_scope *scope,
                                const struct seg_expr *expr) {
  if (!expr || check->out_of_memory)
    return NULL;
  if (check->depth >= SEG_MAX_CHECK_DEPTH) {
    struct seg_diagnostic *d =
        seg_report(check->sink, SEG_DIAG_TOO_DEEP, expr->span,
                   "the expression is nested more than %d levels deep", (int)SEG_MAX_CHECK_DEPTH);
    seg_help(check->sink, d, "split it into metrics");
    return NULL;
  }
  check->depth++;
  struct seg_node *node = functions[expr->kind](check, scope, expr);
  check->depth--;
  return node;
}

struct seg_node *seg_check_value(struct seg_check *check, const struct seg_scope *scope,
                                 const struct seg_expr *expr) {
  struct seg_node *node = seg_check_expr(check, scope, expr);
  if (!node || !seg_is_condition(node))
    return node;
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_CONDITION_EXPECTED, expr->span,
                                        "this is a condition, and a value must stand here");
  seg_note(check->sink, d, "a condition is true or false; it cannot be compared or computed with");
  return NULL;
}

/**
 * `last(purchase) in 2026-Q3` as a condition: that the last purchase of all lies there, or that
 * there is one there. False when it is none of that kind.
 */
static bool help_windowed_date(struct seg_check *check, struct seg_diagnostic *d,
                               const struct seg_expr *expr, const struct seg_node *node) {
  if (expr->kind != SEG_EXPR_WINDOWED || node->kind != SEG_NODE_AGGREGATE || node->argument)
    return false;
  struct seg_str date = seg_code(check, expr->operands[0]->span);
  struct seg_str window = seg_code(check, expr->window->span);
  struct seg_str event = check->program->events[node->event].name.text;
  if (node->window.kind == SEG_WINDOW_FROM) {
    char first[SEG_CIVIL_TEXT], last[SEG_CIVIL_TEXT];
    seg_civil_format(node->window.first_day, first);
    seg_civil_format(node->window.last_day, last);
    seg_help(check->sink, d, "to ask on which day it was: `%.*s between %s and %s`", SEG_STR(date),
             first, last);
  }
  if (!node->filter)
    seg_help(check->sink, d, "to ask whether there was one: `count(%.*s) %.*s >= 1`",
             SEG_STR(event), SEG_STR(window));
  return true;
}

static void report_value_as_condition(struct seg_check *check, const struct seg_expr *expr,
                                      const struct seg_node *node) {
  char text[SEG_TYPE_TEXT_SIZE];
  struct seg_str code = seg_code(check, expr->span);
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_CONDITION_EXPECTED, expr->span,
                                        "this is %s, and a condition must stand here",
                                        seg_type_phrase(node, text, sizeof text));
  const struct seg_enumeration *list = node->type.enumeration;
  switch (node->type.kind) {
  case SEG_TYPE_BOOL: break;
  case SEG_TYPE_INT:
  case SEG_TYPE_MONEY:
  case SEG_TYPE_NUMBER:
  case SEG_TYPE_AMOUNT: seg_help(check->sink, d, "compare it: `%.*s >= 1`", SEG_STR(code)); break;
  case SEG_TYPE_TEXT:
    if (expr->kind == SEG_EXPR_STRING)
      seg_help(check->sink, d, "for one of several texts write `... in (\"a\", \"b\")`");
    else
      seg_help(check->sink, d, "compare it: `%.*s = \"...\"`", SEG_STR(code));
    break;
  case SEG_TYPE_ENUM:
    seg_help(check->sink, d, "compare it: `%.*s = \"%.*s\"`", SEG_STR(code),
             SEG_STR(list->count ? list->values[0] : (struct seg_str){0}));
    break;
  case SEG_TYPE_DATE:
    if (!help_windowed_date(check, d, expr, node))
      seg_help(check->sink, d, "compare it: `days_since(%.*s) <= 90`", SEG_STR(code));
    break;
  case SEG_TYPE_TIMESTAMP:
  case SEG_TYPE_KIND_COUNT: break;
  }
}

struct seg_node *seg_check_condition(struct seg_check *check, const struct seg_scope *scope,
                                     const struct seg_expr *expr) {
  struct seg_node *node = seg_check_expr(check, scope, expr);
  if (!node || node->type.kind == SEG_TYPE_BOOL)
    return node;
  report_value_as_condition(check, expr, node);
  return NULL;
}
