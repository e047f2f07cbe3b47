/**
 * `bucket(n)` and `bucket(n, "salt")`: equal groups drawn by the customer's key, the same in every
 * run (runtime/base/draw.h).
 */
#include "compiler/sema/check.h"
#include "compiler/sema/types.h"

enum { MOST_BUCKETS = 1000000 };

static bool stands_in_rule(struct seg_check *check, const struct seg_scope *scope,
                           const struct seg_expr *expr) {
  if (scope->place == SEG_IN_RULE)
    return true;
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_WRONG_KIND, expr->name.span,
                                        "`bucket` stands in metrics and rules only");
  seg_note(check->sink, d,
           "it is drawn for a customer of the run, and here one row of a source is read");
  return false;
}

static bool check_count(struct seg_check *check, const struct seg_expr *expr,
                        const struct seg_node *count, int64_t *out) {
  char text[SEG_TYPE_TEXT_SIZE];
  if (!seg_is_literal(count)) {
    struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_NOT_CONSTANT, count->span,
                                          "the number of buckets must be written out");
    seg_help(check->sink, d, "for example `bucket(10)`");
    return false;
  }
  if (count->type.kind != SEG_TYPE_INT) {
    struct seg_diagnostic *d = seg_report(
        check->sink, SEG_DIAG_TYPE_MISMATCH, expr->operands[0]->span,
        "`bucket` takes a number of buckets, not %s", seg_type_phrase(count, text, sizeof text));
    if (seg_is_bare_decimal(count))
      seg_help(check->sink, d, "for a share, compare: `bucket(100) <= 5` are 5%% of the customers");
    return false;
  }
  *out = count->literal.integer;
  if (*out >= 1 && *out <= MOST_BUCKETS)
    return true;
  seg_report(check->sink, SEG_DIAG_LITERAL_RANGE, expr->operands[0]->span,
             "there can be 1 to 1,000,000 buckets");
  return false;
}

static bool check_salt(struct seg_check *check, const struct seg_expr *expr,
                       const struct seg_node *salt) {
  char text[SEG_TYPE_TEXT_SIZE];
  if (salt->type.kind != SEG_TYPE_TEXT) {
    struct seg_diagnostic *d = seg_report(
        check->sink, SEG_DIAG_TYPE_MISMATCH, expr->operands[1]->span,
        "the salt of `bucket` is a text, not %s", seg_type_phrase(salt, text, sizeof text));
    seg_help(check->sink, d, "name the draw in quotes: `bucket(10, \"autumn\")`");
    return false;
  }
  if (seg_is_literal(salt))
    return true;
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_NOT_CONSTANT, salt->span,
                                        "the salt of `bucket` must be written out");
  seg_note(check->sink, d, "the customer's key is what differs from customer to customer");
  seg_help(check->sink, d, "name the draw in quotes: `bucket(10, \"autumn\")`");
  return false;
}

struct seg_node *seg_check_bucket(struct seg_check *check, const struct seg_scope *scope,
                                  const struct seg_expr *expr) {
  if (!stands_in_rule(check, scope, expr))
    return NULL;
  struct seg_node *count = seg_check_value(check, scope, expr->operands[0]);
  struct seg_node *salt =
      expr->operand_count > 1 ? seg_check_value(check, scope, expr->operands[1]) : NULL;
  int64_t buckets = 0;
  if (!count || (!salt && expr->operand_count > 1) || !check_count(check, expr, count, &buckets) ||
      (salt && !check_salt(check, expr, salt)))
    return NULL;
  struct seg_node *node =
      seg_node_new(check, SEG_NODE_BUCKET, seg_type_of(SEG_TYPE_INT), expr->span, 0);
  if (node) {
    node->buckets = buckets;
    node->salt = salt ? salt->literal.text : (struct seg_str){"", 0};
  }
  return node;
}
