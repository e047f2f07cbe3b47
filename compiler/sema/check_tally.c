/**
 * `at_least(2, a, b, c)`, `at_most(...)`, `exactly(...)`: how many of some conditions hold.
 */
#include "compiler/sema/check.h"
#include "compiler/sema/types.h"

enum { MOST_CONDITIONS = 64 };

enum tally { AT_LEAST, AT_MOST, EXACTLY };

static const char *const words[] = {"at_least", "at_most", "exactly"};

bool seg_is_tally_word(struct seg_str word) {
  return seg_str_is(word, words[AT_LEAST]) || seg_str_is(word, words[AT_MOST]) ||
         seg_str_is(word, words[EXACTLY]);
}

/** The number must decide something: what holds for everybody, or for nobody, is a mistake. */
static bool check_number(struct seg_check *check, const struct seg_expr *expr, enum tally tally,
                         const struct seg_node *number, uint32_t conditions) {
  struct seg_span span = expr->operands[0]->span;
  struct seg_diagnostic *d;
  if (number->type.kind != SEG_TYPE_INT) {
    char text[SEG_TYPE_TEXT_SIZE];
    d = seg_report(check->sink, SEG_DIAG_TYPE_MISMATCH, span,
                   "`%s` begins with a whole number, not %s", words[tally],
                   seg_type_phrase(number, text, sizeof text));
    seg_help(check->sink, d, "say how many: `%s(2, ...)`", words[tally]);
    return false;
  }
  if (!seg_is_literal(number)) {
    d = seg_report(check->sink, SEG_DIAG_NOT_CONSTANT, span, "the number must be written out");
    seg_help(check->sink, d, "say how many: `%s(2, ...)`", words[tally]);
    return false;
  }
  int64_t least = tally == AT_LEAST, most = (int64_t)conditions - (tally == AT_MOST);
  int64_t value = number->literal.integer;
  if (value >= least && value <= most)
    return true;
  bool always = tally == AT_LEAST ? value < least : tally == AT_MOST && value > most;
  d = seg_report(check->sink, SEG_DIAG_LITERAL_RANGE, span, "this holds for %s",
                 always ? "every customer" : "no customer");
  seg_note(check->sink, d, "there are %u conditions, of which 0 to %u hold", (unsigned)conditions,
           (unsigned)conditions);
  seg_help(check->sink, d, "write a number from %lld to %lld", (long long)least, (long long)most);
  return false;
}

static bool check_conditions(struct seg_check *check, const struct seg_scope *scope,
                             const struct seg_expr *expr, struct seg_node *node) {
  bool right = true;
  for (uint32_t i = 0; i < node->operand_count; i++) {
    node->operands[i] = seg_check_condition(check, scope, expr->operands[i + 1]);
    right = node->operands[i] && right;
  }
  return right;
}

static bool number_comes_last(const struct seg_expr *expr) {
  return expr->operands[0]->kind != SEG_EXPR_NUMBER &&
         expr->operands[expr->operand_count - 1]->kind == SEG_EXPR_NUMBER;
}

static struct seg_node *report_number_last(struct seg_check *check, const struct seg_expr *expr,
                                           enum tally tally) {
  const struct seg_expr *number = expr->operands[expr->operand_count - 1];
  struct seg_str count = seg_source_map_text(check->map, number->span);
  struct seg_span conditions = expr->operands[0]->span;
  conditions.end = expr->operands[expr->operand_count - 2]->span.end;
  struct seg_str text = seg_source_map_text(check->map, conditions);
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_ARGUMENTS, number->span,
                                        "the number of `%s` stands first", words[tally]);
  seg_help(check->sink, d, "write `%s(%.*s, %.*s)`", words[tally], SEG_STR(count), SEG_STR(text));
  return NULL;
}

static struct seg_node *check_tally(struct seg_check *check, const struct seg_scope *scope,
                                    const struct seg_expr *expr, enum tally tally) {
  uint32_t conditions = expr->operand_count - 1;
  if (conditions > MOST_CONDITIONS) {
    seg_report(check->sink, SEG_DIAG_ARGUMENTS, expr->span, "`%s` takes %d conditions at most",
               words[tally], (int)MOST_CONDITIONS);
    return NULL;
  }
  if (number_comes_last(expr))
    return report_number_last(check, expr, tally);
  struct seg_node *number = seg_check_value(check, scope, expr->operands[0]);
  struct seg_node *node =
      seg_node_new(check, SEG_NODE_TALLY, seg_type_of(SEG_TYPE_BOOL), expr->span, conditions);
  if (!node)
    return NULL;
  bool right = check_conditions(check, scope, expr, node);
  if (!number || !check_number(check, expr, tally, number, conditions) || !right)
    return NULL;
  uint32_t value = (uint32_t)number->literal.integer;
  node->least = tally == AT_MOST ? 0 : value;
  node->most = tally == AT_LEAST ? conditions : value;
  return node;
}

struct seg_node *seg_check_at_least(struct seg_check *check, const struct seg_scope *scope,
                                    const struct seg_expr *expr) {
  return check_tally(check, scope, expr, AT_LEAST);
}

struct seg_node *seg_check_at_most(struct seg_check *check, const struct seg_scope *scope,
                                   const struct seg_expr *expr) {
  return check_tally(check, scope, expr, AT_MOST);
}

struct seg_node *seg_check_exactly(struct seg_check *check, const struct seg_scope *scope,
                                   const struct seg_expr *expr) {
  return check_tally(check, scope, expr, EXACTLY);
}
