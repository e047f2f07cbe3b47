/**
 * Places among all customers of the run: ntile, quantile_band, top, percentile_rank (ranks.def).
 *
 * What they order is a value over the customer. Exact averages are ordered as fractions, without
 * rounding. The answer for one customer depends on everybody's value, so a rank cannot stand where
 * a row is looked at by itself, nor inside of what another rank orders.
 */
#include <inttypes.h>

#include "compiler/sema/check.h"
#include "compiler/sema/types.h"

static const char *const words[SEG_RANK_KIND_COUNT] = {
#define SEG_RANK(name, word) word,
#include "compiler/sema/ranks.def"
#undef SEG_RANK
};

static bool is_top(enum seg_rank_kind kind) {
  return kind == SEG_RANK_TOP || kind == SEG_RANK_TOP_SHARE;
}

static enum seg_rank_kind kind_of(struct seg_str word) {
  enum seg_rank_kind kind = 0;
  while (kind + 1 < SEG_RANK_KIND_COUNT && !seg_str_is(word, words[kind]))
    kind++;
  return kind;
}

static bool has_place(struct seg_check *check, const struct seg_scope *scope,
                      const struct seg_expr *expr, enum seg_rank_kind kind) {
  if (scope->place == SEG_IN_RULE)
    return true;
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_WRONG_KIND, expr->span,
                 "`%s` compares all customers and cannot stand here", words[kind]);
  seg_note(check->sink, d,
           scope->place == SEG_IN_EVENT ? "here one event is looked at, by its own columns"
                                        : "here one customer is looked at, by their own columns");
  seg_help(check->sink, d, "use it in a rule, or declare it as a metric");
  return false;
}

// --- how many ---

static bool is_written_percent(const struct seg_expr *expr) {
  while (expr && expr->kind == SEG_EXPR_PAREN)
    expr = expr->operands[0];
  return expr && expr->kind == SEG_EXPR_PERCENT;
}

static bool is_written_number(const struct seg_expr *expr) {
  return expr && (expr->kind == SEG_EXPR_NUMBER || expr->kind == SEG_EXPR_PERCENT);
}

/** The constant before the comma; NULL after reporting. */
static struct seg_node *check_number(struct seg_check *check, const struct seg_scope *scope,
                                     const struct seg_expr *expr, enum seg_rank_kind kind) {
  struct seg_node *number = seg_check_value(check, scope, expr->operands[0]);
  if (!number)
    return NULL;
  bool top = is_top(kind);
  if (!seg_is_literal(number)) {
    struct seg_diagnostic *d =
        seg_report(check->sink, SEG_DIAG_NOT_CONSTANT, expr->operands[0]->span,
                   top ? "how many `%s` takes must be written out"
                       : "the number of parts of `%s` must be written out",
                   words[kind]);
    const struct seg_expr *second = expr->operands[1];
    if (is_written_number(second))
      seg_help(check->sink, d, "it stands before the comma: `%s(%.*s, %.*s)`", words[kind],
               SEG_STR(seg_code(check, second->span)),
               SEG_STR(seg_code(check, expr->operands[0]->span)));
    else
      seg_help(check->sink, d, "it stands before the comma: `%s(%s, ...)`", words[kind],
               top ? "10%" : "5");
    return NULL;
  }
  if (number->type.kind == SEG_TYPE_INT || seg_is_bare_decimal(number))
    return number;
  char text[SEG_TYPE_TEXT_SIZE];
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_TYPE_MISMATCH, expr->operands[0]->span,
                 "`%s` takes a number before the comma, not %s", words[kind],
                 seg_type_phrase(number, text, sizeof text));
  seg_help(check->sink, d, "write `%s(%s, ...)`", words[kind], top ? "10%" : "5");
  return NULL;
}

static bool set_parts(struct seg_check *check, const struct seg_expr *expr,
                      const struct seg_node *number, struct seg_node *rank) {
  rank->rank_count = number->literal.integer;
  if (number->type.kind == SEG_TYPE_INT && !is_written_percent(expr->operands[0]) &&
      rank->rank_count >= 2 && rank->rank_count <= SEG_MAX_TILES)
    return true;
  struct seg_diagnostic *d = seg_report(
      check->sink, SEG_DIAG_LITERAL_RANGE, expr->operands[0]->span,
      "`%s` makes a whole number of parts, from 2 to %d", words[rank->rank], (int)SEG_MAX_TILES);
  if (rank->rank_count == 1 && number->type.kind == SEG_TYPE_INT)
    seg_note(check->sink, d, "one part would hold everybody");
  return false;
}

static bool set_share(struct seg_check *check, const struct seg_expr *expr,
                      const struct seg_node *number, struct seg_node *rank) {
  // 100% has no decimals left: it is written like a share all the same.
  bool share = seg_is_bare_decimal(number) || is_written_percent(expr->operands[0]);
  int64_t value = number->literal.integer, one = 1;
  for (uint8_t i = 0; share && seg_is_bare_decimal(number) && i < number->type.scale; i++)
    one *= 10;
  if (!share && rank->rank == SEG_RANK_TOP_SHARE) {
    struct seg_diagnostic *d =
        seg_report(check->sink, SEG_DIAG_LITERAL_RANGE, expr->operands[0]->span,
                   "`top_share` takes a share of the sum, not a number of customers");
    seg_help(check->sink, d, "write `top_share(80%%, ...)`, or `top(%" PRId64 ", ...)`", value);
    return false;
  }
  if (rank->rank == SEG_RANK_TOP_SHARE && number->type.scale > SEG_MAX_SHARE_DECIMALS) {
    seg_report(check->sink, SEG_DIAG_LITERAL_RANGE, expr->operands[0]->span,
               "the share of `top_share` has at most %d decimals as a percentage",
               (int)SEG_MAX_SHARE_DECIMALS - 2);
    return false;
  }
  if (!share) {
    rank->rank_count = value;
    if (value >= 1)
      return true;
    seg_report(check->sink, SEG_DIAG_LITERAL_RANGE, expr->operands[0]->span,
               "`top` takes at least 1 customer");
    return false;
  }
  rank->rank_share = (struct seg_decimal){value, number->type.scale};
  if (value > 0 && value < one)
    return true;
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_LITERAL_RANGE, expr->operands[0]->span,
                 "`%s` takes a share between 0%% and 100%%", words[rank->rank]);
  if (value >= one && !is_written_percent(expr->operands[0]))
    seg_help(check->sink, d, "a number of customers is a whole number: `top(1000, ...)`");
  return false;
}

// --- what is ordered ---

static bool has_rank(const struct seg_node *node) {
  if (node->kind == SEG_NODE_RANK)
    return true;
  for (uint32_t i = 0; i < node->operand_count; i++)
    if (has_rank(node->operands[i]))
      return true;
  return false;
}

static bool is_ordered(const struct seg_node *node) {
  return seg_is_numeric(node) || node->type.kind == SEG_TYPE_DATE ||
         node->type.kind == SEG_TYPE_TIMESTAMP;
}

static struct seg_node *check_operand(struct seg_check *check, const struct seg_scope *scope,
                                      const struct seg_expr *expr, enum seg_rank_kind kind) {
  struct seg_node *x = seg_check_value(check, scope, expr);
  if (!x)
    return NULL;
  struct seg_diagnostic *d;
  if (seg_is_literal(x)) {
    d = seg_report(check->sink, SEG_DIAG_TYPE_MISMATCH, expr->span,
                   "`%s` orders customers, and a constant is the same for all of them",
                   words[kind]);
    seg_help(check->sink, d, "name a metric or a column of the customer");
    return NULL;
  }
  if (has_rank(x)) {
    d = seg_report(check->sink, SEG_DIAG_NESTED_RANK, expr->span,
                   "`%s` orders by a place among all customers, which is an order already",
                   words[kind]);
    seg_help(check->sink, d, "order by the value itself");
    return NULL;
  }
  bool adds_up = x->type.kind == SEG_TYPE_INT || x->type.kind == SEG_TYPE_MONEY;
  if (kind == SEG_RANK_TOP_SHARE && is_ordered(x) && (!adds_up || seg_is_exact_average(x))) {
    d = seg_report(check->sink, SEG_DIAG_TYPE_MISMATCH, expr->span,
                   "`top_share` adds values up exactly: whole numbers or money");
    seg_help(check->sink, d, "`top(10%%, ...)` takes a share of the customers");
    return NULL;
  }
  if (is_ordered(x))
    return x;
  char text[SEG_TYPE_TEXT_SIZE];
  seg_report(check->sink, SEG_DIAG_TYPE_MISMATCH, expr->span,
             "`%s` orders by numbers, money, dates and timestamps, not by %s", words[kind],
             seg_type_phrase(x, text, sizeof text));
  return NULL;
}

static struct seg_type type_of(enum seg_rank_kind kind) {
  static const enum seg_type_kind types[SEG_RANK_KIND_COUNT] = {
      [SEG_RANK_NTILE] = SEG_TYPE_INT,         [SEG_RANK_QUANTILE_BAND] = SEG_TYPE_INT,
      [SEG_RANK_TOP] = SEG_TYPE_BOOL,          [SEG_RANK_TOP_SHARE] = SEG_TYPE_BOOL,
      [SEG_RANK_PERCENTILE] = SEG_TYPE_NUMBER,
  };
  return seg_type_of(types[kind]);
}

struct seg_node *seg_check_rank(struct seg_check *check, const struct seg_scope *scope,
                                const struct seg_expr *expr) {
  enum seg_rank_kind kind = kind_of(expr->name.text);
  if (!has_place(check, scope, expr, kind))
    return NULL;
  bool counted = kind != SEG_RANK_PERCENTILE;
  struct seg_node *number = counted ? check_number(check, scope, expr, kind) : NULL;
  if (counted && !number && is_written_number(expr->operands[1]))
    return NULL; // the two are swapped, which has been said
  struct seg_node *x = check_operand(check, scope, expr->operands[expr->operand_count - 1], kind);
  if (!x || (counted && !number))
    return NULL;
  bool average = seg_is_exact_average(x);
  struct seg_node *rank =
      seg_node_new(check, SEG_NODE_RANK, type_of(kind), expr->span, average ? 2 : 1);
  if (!rank)
    return NULL;
  rank->rank = kind;
  rank->optional = kind == SEG_RANK_QUANTILE_BAND && x->optional;
  rank->operands[0] = x;
  if (average && !seg_split_average(check, x, &rank->operands[0], &rank->operands[1]))
    return NULL;
  if (is_top(kind))
    return set_share(check, expr, number, rank) ? rank : NULL;
  return !counted || set_parts(check, expr, number, rank) ? rank : NULL;
}
