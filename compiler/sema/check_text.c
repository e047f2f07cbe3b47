/**
 * Functions over texts: parts, small and capital letters, length.
 */
#include "compiler/sema/check.h"
#include "compiler/sema/types.h"

/** A text value as argument `index` of a call; NULL after reporting. */
static struct seg_node *text_argument(struct seg_check *check, const struct seg_scope *scope,
                                      const struct seg_expr *expr, uint32_t index,
                                      const char *does) {
  struct seg_node *text = seg_check_value(check, scope, expr->operands[index]);
  if (!text || text->type.kind == SEG_TYPE_TEXT)
    return text;
  char words[SEG_TYPE_TEXT_SIZE];
  struct seg_diagnostic *d = seg_report(
      check->sink, SEG_DIAG_TYPE_MISMATCH, expr->operands[index]->span, "`%.*s` %s, and this is %s",
      SEG_STR(expr->name.text), does, seg_type_phrase(text, words, sizeof words));
  if (text->type.kind == SEG_TYPE_ENUM)
    seg_help(check->sink, d,
             "its values are listed: compare it with them, or declare the column as `text`");
  return NULL;
}

// --- parts ---

static struct seg_node *check_text_test(struct seg_check *check, const struct seg_scope *scope,
                                        const struct seg_expr *expr, enum seg_text_test test) {
  static const char does[] = "looks into texts";
  struct seg_node *text = text_argument(check, scope, expr, 0, does);
  struct seg_node *part = text_argument(check, scope, expr, 1, does);
  if (!text || !part)
    return NULL;
  if (!seg_is_literal(part)) {
    struct seg_diagnostic *d =
        seg_report(check->sink, SEG_DIAG_NOT_CONSTANT, expr->operands[1]->span,
                   "the text to look for must be written out");
    seg_help(check->sink, d, "write it in quotes: `%.*s(%.*s, \"...\")`", SEG_STR(expr->name.text),
             SEG_STR(seg_code(check, expr->operands[0]->span)));
    return NULL;
  }
  struct seg_node *node = seg_node_binary(check, SEG_NODE_TEXT_TEST, seg_type_of(SEG_TYPE_BOOL),
                                          expr->span, text, part);
  if (node)
    node->text_test = test;
  return node;
}

struct seg_node *seg_check_starts_with(struct seg_check *check, const struct seg_scope *scope,
                                       const struct seg_expr *expr) {
  return check_text_test(check, scope, expr, SEG_STARTS_WITH);
}

struct seg_node *seg_check_ends_with(struct seg_check *check, const struct seg_scope *scope,
                                     const struct seg_expr *expr) {
  return check_text_test(check, scope, expr, SEG_ENDS_WITH);
}

struct seg_node *seg_check_contains(struct seg_check *check, const struct seg_scope *scope,
                                    const struct seg_expr *expr) {
  return check_text_test(check, scope, expr, SEG_CONTAINS);
}

// --- other texts ---

static struct seg_node *check_text_map(struct seg_check *check, const struct seg_scope *scope,
                                       const struct seg_expr *expr, enum seg_text_map map,
                                       const char *does) {
  struct seg_node *text = text_argument(check, scope, expr, 0, does);
  if (!text)
    return NULL;
  struct seg_node *node =
      seg_node_unary(check, SEG_NODE_TEXT_MAP, seg_type_of(SEG_TYPE_TEXT), expr->span, text);
  if (node)
    node->text_map = map;
  return node;
}

struct seg_node *seg_check_lower(struct seg_check *check, const struct seg_scope *scope,
                                 const struct seg_expr *expr) {
  return check_text_map(check, scope, expr, SEG_LOWER, "gives texts in small letters");
}

struct seg_node *seg_check_upper(struct seg_check *check, const struct seg_scope *scope,
                                 const struct seg_expr *expr) {
  return check_text_map(check, scope, expr, SEG_UPPER, "gives texts in capital letters");
}

struct seg_node *seg_check_trim(struct seg_check *check, const struct seg_scope *scope,
                                const struct seg_expr *expr) {
  return check_text_map(check, scope, expr, SEG_TRIM, "cuts blanks off texts");
}

struct seg_node *seg_check_length(struct seg_check *check, const struct seg_scope *scope,
                                  const struct seg_expr *expr) {
  struct seg_node *text = text_argument(check, scope, expr, 0, "counts the characters of texts");
  return text ? seg_node_unary(check, SEG_NODE_TEXT_LENGTH, seg_type_of(SEG_TYPE_INT), expr->span,
                               text)
              : NULL;
}
