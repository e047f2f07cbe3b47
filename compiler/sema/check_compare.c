/**
 * Comparisons. Whole numbers, money and averages of them are decided exactly, as integers or as
 * fractions (sum against constant x count); only what is a fraction by itself compares as double,
 * and never for equality.
 */
#include "compiler/sema/check.h"
#include "compiler/sema/types.h"
#include "runtime/base/decimal.h"

/** Where a comparison stands: `span` is the whole expression, for its messages and its node. */
struct comparison {
  struct seg_span span;
  enum seg_comparison sign;
};

static bool has_currency(const struct seg_node *node) {
  return node->type.currency.size > 0;
}

static bool is_equality(enum seg_comparison sign) {
  return sign == SEG_EQUAL || sign == SEG_NOT_EQUAL;
}

static bool is_fractional(const struct seg_node *node) {
  return node->type.kind == SEG_TYPE_NUMBER || node->type.kind == SEG_TYPE_AMOUNT;
}

/** int, money, a bare decimal or an average of these: has an exact fraction. */
static bool is_rational(const struct seg_node *node) {
  return node->type.kind == SEG_TYPE_INT || node->type.kind == SEG_TYPE_MONEY ||
         seg_is_exact_average(node);
}

static struct seg_node *report_mismatch(struct seg_check *check, struct seg_span span,
                                        const struct seg_node *a, const struct seg_node *b) {
  char left[SEG_TYPE_TEXT_SIZE], right[SEG_TYPE_TEXT_SIZE];
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_TYPE_MISMATCH, span, "%s and %s cannot be compared",
                 seg_type_phrase(a, left, sizeof left), seg_type_phrase(b, right, sizeof right));
  const struct seg_node *date = a->type.kind == SEG_TYPE_DATE ? a : b;
  const struct seg_node *other = date == a ? b : a;
  if (date->type.kind != SEG_TYPE_DATE)
    return NULL;
  if (seg_is_numeric(other))
    seg_help(check->sink, d, "a count of days is `days_since(%.*s)`",
             SEG_STR(seg_code(check, date->span)));
  else if (other->type.kind == SEG_TYPE_TEXT && seg_is_literal(other))
    seg_help(check->sink, d, "dates are written without quotes: `2026-11-01`");
  else if (other->type.kind == SEG_TYPE_TIMESTAMP)
    seg_help(check->sink, d, "declare the column as `date`: only the day counts");
  return NULL;
}

static struct seg_node *report_equality(struct seg_check *check, struct seg_span span,
                                        const struct seg_node *a) {
  struct seg_str code = seg_code(check, a->span);
  struct seg_diagnostic *d = seg_report(
      check->sink, SEG_DIAG_FLOAT_EQUALITY, span,
      "`%.*s` is a fractional number, and equality on it is a matter of luck", SEG_STR(code));
  seg_note(check->sink, d, "the last digits of a fraction depend on how it was computed");
  seg_help(check->sink, d, "give it a range: `%.*s between ... and ...`", SEG_STR(code));
  return NULL;
}

// --- exact ---

/** One side as numerator / denominator; no denominator means 1. */
struct fraction {
  struct seg_node *numerator, *denominator;
};

static struct seg_node *part_of_average(struct seg_check *check, struct seg_node *average,
                                        enum seg_aggregate_kind kind, struct seg_type type) {
  struct seg_node *part = seg_expand_use(check, average, NULL, NULL, average->span);
  if (!part)
    return NULL;
  part->aggregate = kind;
  part->type = type;
  part->optional = false;
  return part;
}

bool seg_split_average(struct seg_check *check, struct seg_node *average, struct seg_node **sum,
                       struct seg_node **count) {
  *sum = part_of_average(check, average, SEG_AGGREGATE_SUM, average->argument->type);
  *count = part_of_average(check, average, SEG_AGGREGATE_COUNT, seg_type_of(SEG_TYPE_INT));
  return *sum && *count;
}

static bool split(struct seg_check *check, struct seg_node *node, struct fraction *fraction) {
  *fraction = (struct fraction){node, NULL};
  return !seg_is_exact_average(node) ||
         seg_split_average(check, node, &fraction->numerator, &fraction->denominator);
}

/** Bring two numerators to one currency and scale. A bare number is read in the other's currency.
 */
static bool align(struct seg_check *check, struct seg_span span, struct fraction *a,
                  struct fraction *b) {
  struct seg_node *left = a->numerator, *right = b->numerator;
  if (!has_currency(left) && !has_currency(right))
    return true;
  if (seg_mixed_currency(check, span, left, right))
    return false;
  bool bare_number = (!has_currency(left) && !seg_is_literal(left)) ||
                     (!has_currency(right) && !seg_is_literal(right));
  if (bare_number) {
    report_mismatch(check, span, left, right);
    return false;
  }
  // A literal takes the other side's decimals; two of a kind take the larger number of them.
  bool to_right = seg_is_literal(left) && !seg_is_literal(right);
  if (seg_is_literal(left) == seg_is_literal(right))
    to_right = left->type.scale < right->type.scale || !has_currency(left);
  if (to_right)
    a->numerator = seg_convert_value(check, left, right->type);
  else
    b->numerator = seg_convert_value(check, right, left->type);
  return a->numerator && b->numerator;
}

/** 2.5 = 25/10. */
static bool split_decimal(struct seg_check *check, struct fraction *fraction) {
  struct seg_node *node = fraction->numerator;
  if (!seg_is_bare_decimal(node))
    return true;
  fraction->numerator = seg_literal_int(check, node->span, node->literal.integer);
  fraction->denominator = seg_literal_int(check, node->span, seg_decimal_power(node->type.scale));
  return fraction->numerator && fraction->denominator;
}

static struct seg_node *new_comparison(struct seg_check *check, struct comparison how,
                                       struct seg_node *a, struct seg_node *b) {
  struct seg_node *node =
      seg_node_binary(check, SEG_NODE_COMPARE, seg_type_of(SEG_TYPE_BOOL), how.span, a, b);
  if (node)
    node->comparison = how.sign;
  return node;
}

static struct seg_node *compare_exactly(struct seg_check *check, struct comparison how,
                                        struct seg_node *left, struct seg_node *right) {
  struct fraction a, b;
  if (!split(check, left, &a) || !split(check, right, &b) || !align(check, how.span, &a, &b) ||
      !split_decimal(check, &a) || !split_decimal(check, &b))
    return NULL;
  if (!a.denominator && !b.denominator)
    return new_comparison(check, how, a.numerator, b.numerator);
  bool average = seg_is_exact_average(left) || seg_is_exact_average(right);
  if (is_equality(how.sign) && average)
    return report_equality(check, how.span, seg_is_exact_average(left) ? left : right);
  if (is_equality(how.sign)) {
    seg_report(check->sink, SEG_DIAG_TYPE_MISMATCH, how.span,
               "a whole number is never equal to a fraction");
    return NULL;
  }
  if (!a.denominator)
    a.denominator = seg_literal_int(check, left->span, 1);
  if (!b.denominator)
    b.denominator = seg_literal_int(check, right->span, 1);
  struct seg_node *node =
      seg_node_new(check, SEG_NODE_COMPARE_FRACTIONS, seg_type_of(SEG_TYPE_BOOL), how.span, 4);
  if (!node || !a.denominator || !b.denominator)
    return NULL;
  node->operands[0] = a.numerator;
  node->operands[1] = a.denominator;
  node->operands[2] = b.numerator;
  node->operands[3] = b.denominator;
  node->comparison = how.sign;
  return node;
}

// --- doubles ---

static struct seg_node *compare_doubles(struct seg_check *check, struct comparison how,
                                        struct seg_node *a, struct seg_node *b) {
  if (!a || !b || seg_mixed_currency(check, how.span, a, b))
    return NULL;
  // Money beside a number without currency: only a literal can be read in that currency.
  if (has_currency(a) && !has_currency(b) && seg_is_literal(b))
    b = seg_convert_value(check, b,
                          (struct seg_type){.kind = SEG_TYPE_AMOUNT, .currency = a->type.currency});
  else if (has_currency(b) && !has_currency(a) && seg_is_literal(a))
    a = seg_convert_value(check, a,
                          (struct seg_type){.kind = SEG_TYPE_AMOUNT, .currency = b->type.currency});
  if (!a || !b)
    return NULL;
  if (has_currency(a) != has_currency(b))
    return report_mismatch(check, how.span, a, b);
  if (is_equality(how.sign))
    return report_equality(check, how.span, is_fractional(a) ? a : b);
  return new_comparison(check, how, seg_to_number(check, a), seg_to_number(check, b));
}

// --- all types ---

/** A literal beside a value of a list becomes its code. */
static bool to_codes(struct seg_check *check, struct seg_node **a, struct seg_node **b) {
  if ((*a)->type.kind == SEG_TYPE_ENUM && (*b)->type.kind == SEG_TYPE_TEXT && seg_is_literal(*b))
    *b = seg_convert_value(check, *b, (*a)->type);
  else if ((*b)->type.kind == SEG_TYPE_ENUM && (*a)->type.kind == SEG_TYPE_TEXT &&
           seg_is_literal(*a))
    *a = seg_convert_value(check, *a, (*b)->type);
  return *a && *b;
}

static struct seg_node *compare(struct seg_check *check, struct comparison how, struct seg_node *a,
                                struct seg_node *b) {
  if (!a || !b || !to_codes(check, &a, &b))
    return NULL;
  if (is_rational(a) && is_rational(b))
    return compare_exactly(check, how, a, b);
  if (seg_is_numeric(a) && seg_is_numeric(b))
    return compare_doubles(check, how, seg_settle_literal(check, a), seg_settle_literal(check, b));
  if (a->type.kind != b->type.kind || !seg_type_same(&a->type, &b->type))
    return report_mismatch(check, how.span, a, b);
  bool ordered = a->type.kind != SEG_TYPE_BOOL && a->type.kind != SEG_TYPE_ENUM;
  if (ordered || is_equality(how.sign))
    return new_comparison(check, how, a, b);
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_TYPE_MISMATCH, how.span, "%s have no order",
                 a->type.kind == SEG_TYPE_BOOL ? "true and false" : "the values of a list");
  if (a->type.kind == SEG_TYPE_ENUM)
    seg_help(check->sink, d, "name the values: `%.*s in (\"...\", \"...\")`",
             SEG_STR(seg_code(check, a->span)));
  return NULL;
}

/** Does the window of `right` leave an aggregate on the left without one, so that it reads two
 * ways? */
static bool is_group_window(struct seg_check *check, const struct seg_expr *left,
                            const struct seg_expr *right) {
  return right && right->kind == SEG_EXPR_WINDOWED && seg_waits_for_window(check, left) &&
         seg_waits_for_window(check, right->operands[0]);
}

/** `plan = free`, `country = missing`: a text without its quotes. False when it is none. */
static bool report_bare_text(struct seg_check *check, const struct seg_expr *left,
                             const struct seg_node *a, const struct seg_expr *right) {
  if (!a || !right || right->kind != SEG_EXPR_NAME || check->incomplete ||
      (a->type.kind != SEG_TYPE_TEXT && a->type.kind != SEG_TYPE_ENUM) ||
      seg_find_symbol(check, right->name.text) ||
      seg_names_find(&check->customer.columns, right->name.text) != SEG_NO_NAME)
    return false;
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_UNKNOWN_NAME, right->span,
                                        "nothing is called `%.*s`", SEG_STR(right->name.text));
  if (seg_str_is(right->name.text, "missing") || seg_str_is(right->name.text, "known"))
    seg_help(check->sink, d, "write `%.*s is %.*s`", SEG_STR(seg_code(check, left->span)),
             SEG_STR(right->name.text));
  else
    seg_help(check->sink, d, "texts stand in quotes: `\"%.*s\"`", SEG_STR(right->name.text));
  return true;
}

/** `member(vip) = true`, `(a = 1) < 2`. */
static void report_compared_condition(struct seg_check *check, const struct seg_expr *expr) {
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_CONDITION_EXPECTED, expr->operands[0]->span,
                 "this is a condition, and a value must stand here");
  seg_note(check->sink, d, "a condition is true or false; it cannot be compared or computed with");
  seg_help_truth(check, d, expr);
}

struct seg_node *seg_check_compare(struct seg_check *check, const struct seg_scope *scope,
                                   const struct seg_expr *expr) {
  const struct seg_expr *left = expr->operands[0], *right = expr->operands[1], *constant;
  if (!left || !right || seg_ambiguous_comparison(check, expr))
    return NULL;
  const struct seg_window *window = seg_constant_window(check, left, &constant);
  if (window || is_group_window(check, left, right)) {
    seg_report_group_window(check, expr, expr, window ? window : right->window);
    return NULL;
  }
  window = seg_constant_window(check, right, &constant);
  struct seg_node *a = window ? seg_bind_window(check, scope, expr, left, window)
                              : seg_check_expr(check, scope, left);
  if (scope->place == SEG_IN_RULE && report_bare_text(check, left, a, constant))
    return NULL;
  struct seg_node *b = seg_check_value(check, scope, constant);
  if (a && seg_is_condition(a)) {
    report_compared_condition(check, expr);
    return NULL;
  }
  return compare(check, (struct comparison){expr->span, expr->comparison}, a, b);
}

/** Are two literals of one kind in falling order? */
static bool is_reversed(struct seg_check *check, struct seg_node *low, struct seg_node *high) {
  if (!seg_is_literal(low) || !seg_is_literal(high))
    return false;
  if (low->type.kind == SEG_TYPE_TEXT && high->type.kind == SEG_TYPE_TEXT)
    return seg_str_compare(low->literal.text, high->literal.text) > 0;
  if (low->type.kind == SEG_TYPE_DATE && high->type.kind == SEG_TYPE_DATE)
    return low->literal.integer > high->literal.integer;
  if (!seg_is_numeric(low) || !seg_is_numeric(high))
    return false;
  if (!is_fractional(low) && !is_fractional(high)) {
    __int128 left = (__int128)low->literal.integer * seg_decimal_power(high->type.scale);
    __int128 right = (__int128)high->literal.integer * seg_decimal_power(low->type.scale);
    return left > right;
  }
  struct seg_node *a = seg_to_number(check, low), *b = seg_to_number(check, high);
  return a && b && a->literal.number > b->literal.number;
}

struct seg_node *seg_check_between(struct seg_check *check, const struct seg_scope *scope,
                                   const struct seg_expr *expr) {
  const struct seg_expr *constant;
  const struct seg_window *window = seg_constant_window(check, expr->operands[2], &constant);
  struct seg_node *value = window ? seg_bind_window(check, scope, expr, expr->operands[0], window)
                                  : seg_check_value(check, scope, expr->operands[0]);
  struct seg_node *low = seg_check_value(check, scope, expr->operands[1]);
  struct seg_node *high = seg_check_value(check, scope, constant);
  if (!value || !low || !high)
    return NULL;
  if (is_reversed(check, low, high)) {
    struct seg_diagnostic *d =
        seg_report(check->sink, SEG_DIAG_WINDOW_REVERSED, expr->span,
                   "`between` has its larger end first, so nothing lies between");
    seg_help(check->sink, d, "write `between %.*s and %.*s`", SEG_STR(seg_code(check, high->span)),
             SEG_STR(seg_code(check, low->span)));
    return NULL;
  }
  struct seg_node *from =
      compare(check, (struct comparison){expr->span, SEG_GREATER_EQUAL}, value, low);
  struct seg_node *to =
      compare(check, (struct comparison){expr->span, SEG_LESS_EQUAL}, value, high);
  struct seg_type type = seg_type_of(SEG_TYPE_BOOL);
  struct seg_node *both = seg_node_binary(check, SEG_NODE_AND, type, expr->span, from, to);
  return expr->negated ? seg_node_unary(check, SEG_NODE_NOT, type, expr->span, both) : both;
}
