/**
 * Literals: reading them exactly, computing with them at compile time, and giving them the type
 * their neighbour asks for. Exact decimals stay exact: `0.1 + 0.2` is 0.3, `80 EUR * 1.5` is
 * 120 EUR; only a division that does not end becomes a double.
 */
#include <inttypes.h>
#include <math.h>

#include "compiler/sema/check.h"
#include "compiler/sema/types.h"
#include "runtime/base/currency.h"
#include "runtime/base/decimal.h"

struct seg_node *seg_literal_int(struct seg_check *check, struct seg_span span, int64_t value) {
  struct seg_node *node = seg_node_new(check, SEG_NODE_LITERAL, seg_type_of(SEG_TYPE_INT), span, 0);
  if (node)
    node->literal.integer = value;
  return node;
}

struct seg_node *seg_literal_number(struct seg_check *check, struct seg_span span, double value) {
  struct seg_node *node =
      seg_node_new(check, SEG_NODE_LITERAL, seg_type_of(SEG_TYPE_NUMBER), span, 0);
  if (node)
    node->literal.number = value;
  return node;
}

static struct seg_node *out_of_range(struct seg_check *check, struct seg_span span) {
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_LITERAL_RANGE, span, "the number is out of range");
  seg_note(check->sink, d, "exact numbers have 18 digits");
  return NULL;
}

struct seg_node *seg_literal_decimal(struct seg_check *check, struct seg_span span, int64_t digits,
                                     unsigned scale, struct seg_str currency) {
  while (scale > 0 && digits % 10 == 0) {
    digits /= 10;
    scale--;
  }
  if (scale > SEG_DECIMAL_MAX_SCALE)
    return out_of_range(check, span);
  struct seg_type type = {.kind = SEG_TYPE_MONEY, .scale = (uint8_t)scale, .currency = currency};
  if (scale == 0 && currency.size == 0)
    type = seg_type_of(SEG_TYPE_INT);
  struct seg_node *node = seg_node_new(check, SEG_NODE_LITERAL, type, span, 0);
  if (node)
    node->literal.integer = digits;
  return node;
}

enum { MOST_WEEKS = 1000000 }; // whose days are still shown

static struct seg_node *misplaced(struct seg_check *check, const struct seg_expr *expr,
                                  const char *what, const char *help) {
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_TYPE_MISMATCH, expr->span, "%s cannot stand here", what);
  seg_help(check->sink, d, "%s", help);
  return NULL;
}

/** `days_since(...) <= 30d`: what counts days is a number. */
static struct seg_node *misplaced_duration(struct seg_check *check, const struct seg_expr *expr) {
  struct seg_str text = seg_source_map_text(check->map, expr->span);
  bool weeks = expr->duration.unit == SEG_UNIT_WEEK;
  struct seg_diagnostic *d = seg_report(
      check->sink, SEG_DIAG_TYPE_MISMATCH, expr->span,
      "`%.*s` is a length of time: it stands in windows, or is added to dates", SEG_STR(text));
  seg_note(check->sink, d,
           "what counts days, such as `days_since(...)`, is a number without a unit");
  if (expr->duration.unit == SEG_UNIT_DAY || (weeks && expr->duration.count < MOST_WEEKS))
    seg_help(check->sink, d, "write `%" PRId64 "`", expr->duration.count * (weeks ? 7 : 1));
  else
    seg_help(check->sink, d, "say it in days, without a unit: `30`");
  return NULL;
}

struct seg_node *seg_check_literal(struct seg_check *check, const struct seg_expr *expr) {
  struct seg_node *node = NULL;
  struct seg_str none = {0};
  if (expr->kind == SEG_EXPR_NUMBER)
    return seg_literal_decimal(check, expr->span, expr->decimal.digits, expr->decimal.scale, none);
  if (expr->kind == SEG_EXPR_PERCENT)
    return seg_literal_decimal(check, expr->span, expr->decimal.digits, expr->decimal.scale + 2u,
                               none);
  if (expr->kind == SEG_EXPR_MONEY) {
    if (!seg_check_currency(check, expr->name))
      return NULL;
    return seg_literal_decimal(check, expr->span, expr->decimal.digits, expr->decimal.scale,
                               expr->name.text);
  }
  if (expr->kind == SEG_EXPR_DURATION)
    return misplaced_duration(check, expr);
  if (expr->kind == SEG_EXPR_PERIOD)
    return misplaced(check, expr, "a calendar period", "write a date, such as `2026-11-01`");
  enum seg_type_kind kind = expr->kind == SEG_EXPR_DATE     ? SEG_TYPE_DATE
                            : expr->kind == SEG_EXPR_STRING ? SEG_TYPE_TEXT
                                                            : SEG_TYPE_BOOL;
  node = seg_node_new(check, SEG_NODE_LITERAL, seg_type_of(kind), expr->span, 0);
  if (!node)
    return NULL;
  if (kind == SEG_TYPE_TEXT)
    node->literal.text = expr->text;
  else
    node->literal.integer = kind == SEG_TYPE_DATE ? expr->day : expr->truth;
  return node;
}

// --- computing ---

static bool is_exact(const struct seg_node *node) {
  return seg_is_literal(node) &&
         (node->type.kind == SEG_TYPE_INT || node->type.kind == SEG_TYPE_MONEY);
}

static bool is_double(const struct seg_node *node) {
  return seg_is_literal(node) &&
         (node->type.kind == SEG_TYPE_NUMBER || node->type.kind == SEG_TYPE_AMOUNT);
}

static bool has_currency(const struct seg_node *node) {
  return node->type.currency.size > 0;
}

/** 10^exponent as a wide integer; exponent up to 36. */
static __int128 wide_power(unsigned exponent) {
  __int128 power = 1;
  while (exponent-- > 0)
    power *= 10;
  return power;
}

static struct seg_node *from_wide(struct seg_check *check, struct seg_span span, __int128 digits,
                                  unsigned scale, struct seg_str currency) {
  while (scale > 0 && digits % 10 == 0) {
    digits /= 10;
    scale--;
  }
  if (digits > INT64_MAX || digits < -INT64_MAX || scale > SEG_DECIMAL_MAX_SCALE)
    return out_of_range(check, span);
  return seg_literal_decimal(check, span, (int64_t)digits, scale, currency);
}

static struct seg_node *fold_sum(struct seg_check *check, const struct seg_expr *expr,
                                 const struct seg_node *a, const struct seg_node *b) {
  unsigned scale = a->type.scale > b->type.scale ? a->type.scale : b->type.scale;
  __int128 left = (__int128)a->literal.integer * wide_power(scale - a->type.scale);
  __int128 right = (__int128)b->literal.integer * wide_power(scale - b->type.scale);
  struct seg_str currency = has_currency(a) ? a->type.currency : b->type.currency;
  return from_wide(check, expr->span, expr->arithmetic == SEG_ADD ? left + right : left - right,
                   scale, currency);
}

/** a / b as a decimal that ends within 9 more places, otherwise as the nearest double. */
static struct seg_node *fold_quotient(struct seg_check *check, struct seg_span span,
                                      struct seg_node *a, struct seg_node *b) {
  struct seg_str currency = has_currency(b) ? (struct seg_str){0} : a->type.currency;
  __int128 numerator = (__int128)a->literal.integer * wide_power(b->type.scale);
  __int128 denominator = (__int128)b->literal.integer * wide_power(a->type.scale);
  if (denominator < 0) {
    numerator = -numerator;
    denominator = -denominator;
  }
  for (unsigned scale = 0; scale <= 9; scale++) {
    if (numerator > INT64_MAX * wide_power(9) || numerator < -INT64_MAX * wide_power(9))
      break;
    if (numerator % denominator == 0)
      return from_wide(check, span, numerator / denominator, scale, currency);
    numerator *= 10;
  }
  struct seg_node *left = seg_to_number(check, a), *right = seg_to_number(check, b);
  if (!left || !right)
    return NULL;
  struct seg_node *node =
      seg_literal_number(check, span, left->literal.number / right->literal.number);
  if (node && currency.size > 0)
    node->type = (struct seg_type){.kind = SEG_TYPE_AMOUNT, .currency = currency};
  return node;
}

static struct seg_node *fold_double(struct seg_check *check, const struct seg_expr *expr,
                                    struct seg_node *a, struct seg_node *b) {
  struct seg_node *left = seg_to_number(check, a), *right = seg_to_number(check, b);
  if (!left || !right)
    return NULL;
  double x = left->literal.number, y = right->literal.number, result = 0;
  switch (expr->arithmetic) {
  case SEG_ADD: result = x + y; break;
  case SEG_SUBTRACT: result = x - y; break;
  case SEG_MULTIPLY: result = x * y; break;
  case SEG_DIVIDE: result = x / y; break;
  }
  if (!isfinite(result))
    return out_of_range(check, expr->span);
  struct seg_node *node = seg_literal_number(check, expr->span, result);
  if (!node)
    return NULL;
  struct seg_str currency = has_currency(a) ? a->type.currency : b->type.currency;
  bool ratio = expr->arithmetic == SEG_DIVIDE && has_currency(b);
  if (currency.size > 0 && !ratio)
    node->type = (struct seg_type){.kind = SEG_TYPE_AMOUNT, .currency = currency};
  return node;
}

struct seg_node *seg_fold_literals(struct seg_check *check, const struct seg_expr *expr,
                                   struct seg_node *a, struct seg_node *b, bool *folded) {
  *folded = (is_exact(a) || is_double(a)) && (is_exact(b) || is_double(b));
  if (!*folded)
    return NULL;
  if (is_double(a) || is_double(b))
    return fold_double(check, expr, a, b);
  if (expr->arithmetic == SEG_DIVIDE)
    return fold_quotient(check, expr->span, a, b);
  if (expr->arithmetic != SEG_MULTIPLY)
    return fold_sum(check, expr, a, b);
  return from_wide(check, expr->span, (__int128)a->literal.integer * b->literal.integer,
                   (unsigned)a->type.scale + b->type.scale,
                   has_currency(a) ? a->type.currency : b->type.currency);
}

struct seg_node *seg_fold_negate(struct seg_check *check, struct seg_span span,
                                 struct seg_node *a) {
  struct seg_node *node = seg_node_new(check, SEG_NODE_LITERAL, a->type, span, 0);
  if (!node)
    return NULL;
  if (is_double(a))
    node->literal.number = -a->literal.number;
  else
    node->literal.integer = -a->literal.integer;
  return node;
}

// --- giving a type ---

/** The double nearest to digits / 10^scale. */
static double nearest_double(int64_t digits, unsigned scale) {
  // Both parts are exact doubles here, so one division rounds once; longer ones go through text.
  if (digits < (INT64_C(1) << 53) && digits > -(INT64_C(1) << 53) && scale <= 15)
    return (double)digits / (double)seg_decimal_power(scale);
  char text[SEG_DECIMAL_TEXT];
  size_t size = seg_decimal_format(digits, scale, text);
  double value = 0;
  if (seg_double_parse((struct seg_str){text, size}, &value) != SEG_DECIMAL_OK)
    value = (double)digits / (double)seg_decimal_power(scale);
  return value;
}

struct seg_node *seg_to_number(struct seg_check *check, struct seg_node *node) {
  if (!node || node->type.kind == SEG_TYPE_NUMBER || node->type.kind == SEG_TYPE_AMOUNT)
    return node;
  struct seg_type type = seg_type_of(SEG_TYPE_NUMBER);
  if (node->type.kind == SEG_TYPE_MONEY && has_currency(node))
    type = (struct seg_type){.kind = SEG_TYPE_AMOUNT, .currency = node->type.currency};
  if (!seg_is_literal(node))
    return seg_node_unary(check, SEG_NODE_TO_NUMBER, type, node->span, node);
  struct seg_node *number = seg_node_new(check, SEG_NODE_LITERAL, type, node->span, 0);
  if (number)
    number->literal.number = nearest_double(node->literal.integer, node->type.scale);
  return number;
}

struct seg_node *seg_settle_literal(struct seg_check *check, struct seg_node *node) {
  return node && seg_is_bare_decimal(node) ? seg_to_number(check, node) : node;
}

bool seg_mixed_currency(struct seg_check *check, struct seg_span span, const struct seg_node *a,
                        const struct seg_node *b) {
  if (!has_currency(a) || !has_currency(b) || seg_str_equal(a->type.currency, b->type.currency))
    return false;
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_MIXED_CURRENCY, span, "%.*s and %.*s stand in one operation",
                 SEG_STR(a->type.currency), SEG_STR(b->type.currency));
  seg_note_at(check->sink, d, a->span, "this is %.*s", SEG_STR(a->type.currency));
  seg_note_at(check->sink, d, b->span, "this is %.*s", SEG_STR(b->type.currency));
  seg_help(check->sink, d,
           "there is no exchange rate in a rule: convert in the data, or keep one "
           "column for each currency");
  return true;
}

static struct seg_node *rescale_literal(struct seg_check *check, struct seg_node *node,
                                        struct seg_type type) {
  if (node->type.scale > type.scale) {
    char text[SEG_TYPE_TEXT_SIZE];
    struct seg_diagnostic *d = seg_report(
        check->sink, SEG_DIAG_LITERAL_SCALE, node->span,
        "the amount has %u decimals and its neighbour, %s, has %u", (unsigned)node->type.scale,
        seg_type_describe(&type, text, sizeof text), (unsigned)type.scale);
    seg_note(check->sink, d, "amounts are compared exactly, so nothing is rounded");
    seg_help(check->sink, d, "write it with %u decimals%s", (unsigned)type.scale,
             type.scale == 0 ? ": a whole number" : "");
    return NULL;
  }
  __int128 digits = (__int128)node->literal.integer * wide_power(type.scale - node->type.scale);
  if (digits > INT64_MAX || digits < -INT64_MAX)
    return out_of_range(check, node->span);
  struct seg_node *result = seg_node_new(check, SEG_NODE_LITERAL, type, node->span, 0);
  if (result)
    result->literal.integer = (int64_t)digits;
  return result;
}

static struct seg_node *to_enumeration(struct seg_check *check, struct seg_node *node,
                                       struct seg_type type) {
  const struct seg_enumeration *list = type.enumeration;
  for (uint32_t i = 0; i < list->count; i++) {
    if (!seg_str_equal(list->values[i], node->literal.text))
      continue;
    struct seg_node *code = seg_node_new(check, SEG_NODE_LITERAL, type, node->span, 0);
    if (code)
      code->literal.integer = i;
    return code;
  }
  char text[SEG_TYPE_TEXT_SIZE];
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_NOT_IN_ENUMERATION, node->span,
                 "\"%.*s\" is not a value of this column", SEG_STR(node->literal.text));
  seg_note(check->sink, d, "the column is %s", seg_type_describe(&type, text, sizeof text));
  struct seg_str nearest = seg_suggest(node->literal.text, list->values, list->count);
  if (nearest.data)
    seg_help(check->sink, d, "\"%.*s\" is spelt like it", SEG_STR(nearest));
  return NULL;
}

static struct seg_node *mismatch(struct seg_check *check, const struct seg_node *node,
                                 struct seg_type type) {
  char is[SEG_TYPE_TEXT_SIZE], wanted[SEG_TYPE_TEXT_SIZE];
  seg_report(check->sink, SEG_DIAG_TYPE_MISMATCH, node->span, "this is %s where %s is needed",
             seg_type_phrase(node, is, sizeof is), seg_type_describe(&type, wanted, sizeof wanted));
  return NULL;
}

static struct seg_node *literal_as(struct seg_check *check, struct seg_node *node,
                                   struct seg_type type) {
  bool exact = is_exact(node), bare = exact && !has_currency(node);
  if (type.kind == SEG_TYPE_MONEY && exact) {
    // 100/3 EUR does not end: there is no exact amount it could stand for.
    return rescale_literal(check, node, type);
  }
  if (type.kind == SEG_TYPE_NUMBER && bare)
    return seg_to_number(check, node);
  if (type.kind == SEG_TYPE_AMOUNT && (exact || is_double(node))) {
    struct seg_node *amount = seg_node_new(check, SEG_NODE_LITERAL, type, node->span, 0);
    struct seg_node *number = seg_to_number(check, node);
    if (!amount || !number)
      return NULL;
    amount->literal.number = number->literal.number;
    return amount;
  }
  if (type.kind == SEG_TYPE_ENUM && node->type.kind == SEG_TYPE_TEXT)
    return to_enumeration(check, node, type);
  return mismatch(check, node, type);
}

struct seg_node *seg_convert_value(struct seg_check *check, struct seg_node *node,
                                   struct seg_type type) {
  if (!node || seg_type_same(&node->type, &type))
    return node;
  struct seg_node wanted = {.type = type, .span = node->span};
  if (has_currency(node) && type.currency.size > 0 &&
      seg_mixed_currency(check, node->span, node, &wanted))
    return NULL;
  if (seg_is_literal(node))
    return literal_as(check, node, type);
  if (type.kind == SEG_TYPE_NUMBER && node->type.kind == SEG_TYPE_INT)
    return seg_to_number(check, node);
  if (type.kind == SEG_TYPE_AMOUNT && node->type.kind == SEG_TYPE_MONEY)
    return seg_to_number(check, node);
  if (type.kind == SEG_TYPE_MONEY && node->type.kind == SEG_TYPE_MONEY &&
      type.scale > node->type.scale)
    return seg_node_unary(check, SEG_NODE_RESCALE, type, node->span, node);
  return mismatch(check, node, type);
}
