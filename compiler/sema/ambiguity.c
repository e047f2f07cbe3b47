/**
 * Forms that people read two ways, told from the shape alone: `a and b or c`, `not a and b`,
 * `a < b < c`. Both readings are shown; parentheses choose.
 */
#include <ctype.h>

#include "compiler/sema/check.h"

enum { READING_SIZE = 400, READING_TERMS = 24 };

/** A reading on one line; `fits` is false when it would be too long to help. */
struct reading {
  char text[READING_SIZE];
  size_t size;
  bool fits;
};

static void append(struct reading *reading, struct seg_str text) {
  for (size_t i = 0; i < text.size; i++) {
    bool blank = isspace((unsigned char)text.data[i]) != 0;
    if (blank && reading->size > 0 && reading->text[reading->size - 1] == ' ')
      continue;
    if (reading->size + 1 >= READING_SIZE || text.data[i] == '#') {
      reading->fits = false;
      return;
    }
    reading->text[reading->size++] = blank ? ' ' : text.data[i];
  }
}

static void append_word(struct reading *reading, const char *word) {
  append(reading, seg_str_view(word));
}

/** The terms of an `and`/`or` mixture in their order, with the connective before each. */
struct mixture {
  const struct seg_expr *terms[READING_TERMS];
  enum seg_expr_kind before[READING_TERMS];
  uint32_t count;
  bool complete;
};

static void flatten(const struct seg_expr *expr, enum seg_expr_kind before,
                    struct mixture *mixture) {
  while (expr && (expr->kind == SEG_EXPR_AND || expr->kind == SEG_EXPR_OR) && mixture->complete) {
    // Chains are deep to the left: give up early instead of walking down a long one.
    const struct seg_expr *left = expr->operands[0];
    if (mixture->count >= READING_TERMS)
      mixture->complete = false;
    flatten(left, before, mixture);
    before = expr->kind;
    expr = expr->operands[1];
  }
  if (!mixture->complete || !expr)
    return;
  if (mixture->count >= READING_TERMS) {
    mixture->complete = false;
    return;
  }
  mixture->terms[mixture->count] = expr;
  mixture->before[mixture->count++] = before;
}

/** A `not` without parentheses that would show where it ends. */
static bool is_open_not(const struct seg_expr *expr) {
  return expr->kind == SEG_EXPR_NOT && expr->operands[0] &&
         expr->operands[0]->kind != SEG_EXPR_PAREN;
}

/** Parentheses around runs of `inner`. */
static struct reading read_mixture(const struct seg_check *check, const struct mixture *mixture,
                                   enum seg_expr_kind inner) {
  struct reading reading = {.fits = true};
  for (uint32_t i = 0; i < mixture->count; i++) {
    bool joined_before = i > 0 && mixture->before[i] == inner;
    bool joined_after = i + 1 < mixture->count && mixture->before[i + 1] == inner;
    if (i > 0)
      append_word(&reading, mixture->before[i] == SEG_EXPR_AND ? " and " : " or ");
    if (joined_after && !joined_before)
      append_word(&reading, "(");
    // Not the next ambiguity: `not a or b` would be refused as well.
    bool wrapped = is_open_not(mixture->terms[i]) && i + 1 < mixture->count;
    append_word(&reading, wrapped ? "(" : "");
    append(&reading, seg_code(check, mixture->terms[i]->span));
    append_word(&reading, wrapped ? ")" : "");
    if (joined_before && !joined_after)
      append_word(&reading, ")");
  }
  return reading;
}

/** How deep to the left an `and`/`or` tree goes, up to a limit: longer ones are not shown. */
static bool is_short(const struct seg_expr *expr) {
  uint32_t depth = 0;
  while (expr && (expr->kind == SEG_EXPR_AND || expr->kind == SEG_EXPR_OR)) {
    if (++depth > READING_TERMS)
      return false;
    expr = expr->operands[0];
  }
  return true;
}

static void help_reading(struct seg_check *check, struct seg_diagnostic *d, const char *lead,
                         const struct reading *reading) {
  if (reading->fits)
    seg_help(check->sink, d, "%s `%.*s`", lead, (int)reading->size, reading->text);
}

static void report_mixture(struct seg_check *check, const struct seg_expr *expr) {
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_MIXED_AND_OR, expr->span,
                                        "`and` and `or` stand side by side without parentheses");
  seg_note(check->sink, d, "readers do not agree on which of them binds first");
  struct mixture mixture = {.complete = true};
  if (is_short(expr))
    flatten(expr, SEG_EXPR_AND, &mixture);
  if (!is_short(expr) || !mixture.complete) {
    seg_help(check->sink, d, "put parentheses around the parts joined by `and`, or by `or`");
    return;
  }
  struct reading ands = read_mixture(check, &mixture, SEG_EXPR_AND);
  struct reading ors = read_mixture(check, &mixture, SEG_EXPR_OR);
  help_reading(check, d, "write", &ands);
  help_reading(check, d, "or", &ors);
}

/** `not a and b`: `leaf` is the `not`, `expr` the whole chain. */
static void report_not(struct seg_check *check, const struct seg_expr *expr,
                       const struct seg_expr *leaf) {
  struct seg_span rest = {expr->span.file, leaf->span.begin, expr->span.end};
  const char *word = expr->kind == SEG_EXPR_AND ? "and" : "or";
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_NOT_BEFORE_AND, rest,
                                        "`not` stands before `%s` without parentheses", word);
  seg_note(check->sink, d, "it can be read as about its neighbour only, or about all that follows");
  struct seg_span tail = {expr->span.file, leaf->span.end, expr->span.end};
  struct reading near = {.fits = true}, far = {.fits = true};
  append_word(&near, "(");
  append(&near, seg_code(check, leaf->span));
  append_word(&near, ")");
  append(&near, seg_code(check, tail));
  append_word(&far, "not (");
  append(&far, seg_code(check, leaf->operands[0]->span));
  append(&far, seg_code(check, tail));
  append_word(&far, ")");
  help_reading(check, d, "write", &near);
  help_reading(check, d, "or", &far);
}

bool seg_ambiguous_logic(struct seg_check *check, const struct seg_expr *expr,
                         struct seg_expr *const *leaves, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    if (leaves[i] && (leaves[i]->kind == SEG_EXPR_AND || leaves[i]->kind == SEG_EXPR_OR)) {
      report_mixture(check, expr);
      return true;
    }
  }
  // The last one negates nothing but itself, and `not (...)` shows where it ends.
  for (uint32_t i = 0; i + 1 < count; i++) {
    if (leaves[i] && is_open_not(leaves[i])) {
      report_not(check, expr, leaves[i]);
      return true;
    }
  }
  return false;
}

bool seg_help_truth(struct seg_check *check, struct seg_diagnostic *d,
                    const struct seg_expr *expr) {
  const struct seg_expr *left = expr->operands[0], *right = expr->operands[1];
  bool equal = expr->comparison == SEG_EQUAL;
  if (right->kind != SEG_EXPR_TRUTH || (!equal && expr->comparison != SEG_NOT_EQUAL))
    return false;
  bool wanted = right->truth == equal;
  bool closed = wanted || left->kind == SEG_EXPR_CALL || left->kind == SEG_EXPR_PAREN;
  seg_help(check->sink, d, wanted ? "write `%s%.*s%s` alone" : "write `not %s%.*s%s`",
           closed ? "" : "(", SEG_STR(seg_code(check, left->span)), closed ? "" : ")");
  return true;
}

bool seg_ambiguous_comparison(struct seg_check *check, const struct seg_expr *expr) {
  const struct seg_expr *inner = expr->operands[0];
  if (inner->kind != SEG_EXPR_COMPARE)
    return false;
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_CHAINED_COMPARISON, expr->span,
                                        "two comparisons stand in a row");
  if (seg_help_truth(check, d, expr))
    return true;
  seg_note(check->sink, d, "it can be read as two conditions, or as comparing true and false");
  if (!inner->operands[0] || inner->operands[0]->kind == SEG_EXPR_COMPARE || !inner->operands[1])
    return true;
  struct reading two = {.fits = true}, second = {.fits = true};
  append(&two, seg_code(check, inner->span));
  append_word(&two, " and ");
  append(&two, seg_code(check, inner->operands[1]->span));
  append_word(&two, " ");
  append_word(&two, seg_comparison_sign(expr->comparison));
  append_word(&two, " ");
  append(&two, seg_code(check, expr->operands[1]->span));
  append_word(&second, "(");
  append(&second, seg_code(check, inner->span));
  append_word(&second, ") ");
  append_word(&second, seg_comparison_sign(expr->comparison));
  append_word(&second, " ");
  append(&second, seg_code(check, expr->operands[1]->span));
  if (second.fits)
    seg_note(check->sink, d, "the other reading, `%.*s`, compares a condition and is no rule",
             (int)second.size, second.text);
  help_reading(check, d, "write", &two);
  return true;
}
