// Conditions: true or false, though SQL knows a third answer. A comparison with NULL is NULL, which
// is as good as false as long as only `and`, `or` and a place that asks for truth stand around it:
// so NULL is made false where it would matter, and rules stay readable everywhere else.
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "compiler/sql/internal.h"
#include "runtime/base/utf8_walk.h"

static const char *sign_of(enum seg_comparison comparison) {
  switch (comparison) {
  case SEG_EQUAL: return "=";
  case SEG_NOT_EQUAL: return "<>";
  case SEG_LESS: return "<";
  case SEG_LESS_EQUAL: return "<=";
  case SEG_GREATER: return ">";
  case SEG_GREATER_EQUAL: return ">=";
  }
  return "=";
}

static struct seg_sql_text compared(struct seg_sql *sql, struct seg_sql_text a, const char *sign,
                                    struct seg_sql_text b) {
  struct seg_str left = seg_sql_parens(sql, a), right = seg_sql_parens(sql, b);
  return (struct seg_sql_text){
      .text = seg_sql_format(sql, "%.*s %s %.*s", SEG_STR(left), sign, SEG_STR(right)),
      .level = SEG_SQL_OTHER,
      .nullable = a.nullable || b.nullable};
}

struct seg_sql_text seg_sql_both(struct seg_sql *sql, struct seg_sql_text a,
                                 struct seg_sql_text b) {
  if (a.text.size == 0)
    return b;
  if (b.text.size == 0)
    return a;
  struct seg_str left = a.level == SEG_SQL_OR ? seg_sql_parens(sql, a) : a.text;
  struct seg_str right = b.level == SEG_SQL_OR ? seg_sql_parens(sql, b) : b.text;
  return (struct seg_sql_text){
      .text = seg_sql_format(sql, "%.*s AND %.*s", SEG_STR(left), SEG_STR(right)),
      .level = SEG_SQL_AND,
      .nullable = a.nullable || b.nullable};
}

// --- fractions: a / b against c / d, exactly ---

static bool is_one(const struct seg_node *node) {
  return node->kind == SEG_NODE_LITERAL && node->literal.integer == 1;
}

static bool is_small(const struct seg_node *node) {
  return node->kind == SEG_NODE_LITERAL && node->literal.integer > INT32_MIN &&
         node->literal.integer < INT32_MAX;
}

// One side of the comparison, multiplied out.
static struct seg_sql_text product(struct seg_sql *sql, const struct seg_node *value,
                                   const struct seg_node *factor) {
  struct seg_sql_text text = seg_sql_value(sql, value);
  if (is_one(factor))
    return text;
  struct seg_sql_text by = seg_sql_value(sql, factor);
  if (is_small(value) && factor->kind == SEG_NODE_AGGREGATE &&
      factor->aggregate == SEG_AGGREGATE_COUNT)
    return SEG_SQL_FORM(sql, MULTIPLY, value, text, by); // nobody has 2^32 events
  struct seg_sql_text wide = SEG_SQL_FORM(sql, AS_WIDE, value, text);
  return SEG_SQL_FORM(sql, MULTIPLY, value, wide, by);
}

static struct seg_sql_text not_zero(struct seg_sql *sql, const struct seg_node *denominator) {
  if (denominator->kind == SEG_NODE_LITERAL && denominator->literal.integer != 0)
    return (struct seg_sql_text){.text = {"", 0}};
  return compared(sql, seg_sql_value(sql, denominator), "<>", seg_sql_number(sql, 0));
}

static struct seg_sql_text compared_fractions(struct seg_sql *sql, const struct seg_node *node) {
  struct seg_node **side = node->operands;
  struct seg_sql_text left = product(sql, side[0], side[3]);
  struct seg_sql_text right = product(sql, side[2], side[1]);
  struct seg_sql_text known = seg_sql_both(sql, not_zero(sql, side[1]), not_zero(sql, side[3]));
  return seg_sql_both(sql, known, compared(sql, left, sign_of(node->comparison), right));
}

// --- lists, texts ---

static struct seg_sql_text in_list(struct seg_sql *sql, const struct seg_node *node) {
  struct seg_sql_text value = seg_sql_value(sql, node->operands[0]);
  struct seg_str list = {"", 0};
  for (uint32_t i = 0; i < node->literal_count; i++) {
    struct seg_sql_text item =
        seg_sql_literal_value(sql, &node->operands[0]->type, &node->literals[i], node);
    list = seg_sql_format(sql, "%.*s%s%.*s", SEG_STR(list), i > 0 ? ", " : "", SEG_STR(item.text));
  }
  struct seg_str left = seg_sql_parens(sql, value);
  return (struct seg_sql_text){
      .text = seg_sql_format(sql, "%.*s IN (%.*s)", SEG_STR(left), SEG_STR(list)),
      .level = SEG_SQL_OTHER,
      .nullable = value.nullable};
}

static int64_t letters_of(struct seg_str text) {
  int64_t letters = 0;
  for (size_t at = 0; at < text.size; letters++) {
    uint32_t letter;
    at += seg_utf8_next(text, at, &letter);
  }
  return letters;
}

static struct seg_sql_text text_test(struct seg_sql *sql, const struct seg_node *node) {
  static const enum seg_sql_form forms[] = {[SEG_STARTS_WITH] = SEG_SQL_FORM_STARTS_WITH,
                                            [SEG_ENDS_WITH] = SEG_SQL_FORM_ENDS_WITH,
                                            [SEG_CONTAINS] = SEG_SQL_FORM_CONTAINS};
  struct seg_sql_text value = seg_sql_value(sql, node->operands[0]);
  struct seg_str part = node->operands[1]->literal.text;
  if (part.size == 0)
    return SEG_SQL_FORM(sql, IS_KNOWN, node, value);
  struct seg_sql_text operands[] = {value, seg_sql_atom(seg_sql_literal(sql, part)),
                                    seg_sql_number(sql, letters_of(part))};
  return seg_sql_form(sql, forms[node->text_test], node, 3, operands);
}

static struct seg_sql_text listed(struct seg_sql *sql, const struct seg_node *node) {
  const struct seg_program_list *list = &sql->program->lists[node->list];
  struct seg_sql_text raw = seg_sql_atom(seg_sql_quoted(sql, list->key));
  struct seg_sql_text key = SEG_SQL_FORM(sql, AS_KEY, node, raw);
  struct seg_str table = seg_sql_quoted(sql, list->source);
  return (struct seg_sql_text){
      .text = seg_sql_format(sql, "\"#key\" IN (SELECT %.*s FROM %.*s WHERE %.*s IS NOT NULL)",
                             SEG_STR(key.text), SEG_STR(table), SEG_STR(raw.text)),
      .level = SEG_SQL_OTHER};
}

// --- conditions of conditions ---

static struct seg_sql_text negated(struct seg_sql *sql, const struct seg_node *node) {
  struct seg_sql_text inner = seg_sql_condition(sql, node->operands[0]);
  struct seg_sql_text result = inner.nullable ? SEG_SQL_FORM(sql, IS_NOT_TRUE, node, inner)
                                              : SEG_SQL_FORM(sql, NOT, node, inner);
  result.nullable = false;
  return result;
}

static struct seg_sql_text joined(struct seg_sql *sql, const struct seg_node *node) {
  bool all = node->kind == SEG_NODE_AND;
  struct seg_sql_text result = {.level = all ? SEG_SQL_AND : SEG_SQL_OR};
  for (uint32_t i = 0; i < node->operand_count; i++) {
    struct seg_sql_text part = seg_sql_condition(sql, node->operands[i]);
    struct seg_str text =
        part.level == (all ? SEG_SQL_OR : SEG_SQL_AND) ? seg_sql_parens(sql, part) : part.text;
    result.text = seg_sql_format(sql, "%.*s%s%.*s", SEG_STR(result.text),
                                 i == 0 ? ""
                                 : all  ? " AND "
                                        : " OR ",
                                 SEG_STR(text));
    result.nullable = result.nullable || part.nullable;
  }
  return result;
}

static struct seg_sql_text tallied(struct seg_sql *sql, const struct seg_node *node) {
  struct seg_str sum = {"", 0};
  for (uint32_t i = 0; i < node->operand_count; i++) {
    struct seg_sql_text part = seg_sql_condition(sql, node->operands[i]);
    sum = seg_sql_format(sql, "%.*s%sCASE WHEN %.*s THEN 1 ELSE 0 END", SEG_STR(sum),
                         i > 0 ? " + " : "", SEG_STR(part.text));
  }
  return (struct seg_sql_text){.text = seg_sql_format(sql, "(%.*s) BETWEEN %u AND %u", SEG_STR(sum),
                                                      node->least, node->most),
                               .level = SEG_SQL_OTHER};
}

static struct seg_sql_text is_known(struct seg_sql *sql, const struct seg_node *node) {
  struct seg_sql_text result =
      SEG_SQL_FORM(sql, IS_KNOWN, node, seg_sql_value(sql, node->operands[0]));
  result.nullable = false;
  return result;
}

static struct seg_sql_text compare(struct seg_sql *sql, const struct seg_node *node) {
  return compared(sql, seg_sql_value(sql, node->operands[0]), sign_of(node->comparison),
                  seg_sql_value(sql, node->operands[1]));
}

static struct seg_sql_text matches(struct seg_sql *sql, const struct seg_node *node) {
  struct seg_sql_text text = seg_sql_value(sql, node->operands[0]);
  return seg_sql_pattern(sql, node, &text);
}

static struct seg_sql_text member(struct seg_sql *sql, const struct seg_node *node) {
  return seg_sql_column(sql, sql->segment_names[node->segment], false);
}

// --- all of them ---

typedef struct seg_sql_text (*writer)(struct seg_sql *sql, const struct seg_node *node);

static const writer writers[SEG_NODE_KIND_COUNT] = {
    [SEG_NODE_COMPARE] = compare, [SEG_NODE_COMPARE_FRACTIONS] = compared_fractions,
    [SEG_NODE_IN] = in_list,      [SEG_NODE_TEXT_TEST] = text_test,
    [SEG_NODE_MATCHES] = matches, [SEG_NODE_IS_KNOWN] = is_known,
    [SEG_NODE_MEMBER] = member,   [SEG_NODE_LISTED] = listed,
    [SEG_NODE_NOT] = negated,     [SEG_NODE_AND] = joined,
    [SEG_NODE_OR] = joined,       [SEG_NODE_TALLY] = tallied,
};

bool seg_sql_is_condition(const struct seg_node *node) {
  return writers[node->kind] != NULL;
}

struct seg_sql_text seg_sql_condition(struct seg_sql *sql, const struct seg_node *node) {
  return seg_sql_is_condition(node) ? writers[node->kind](sql, node) : seg_sql_value(sql, node);
}

struct seg_sql_text seg_sql_truth(struct seg_sql *sql, const struct seg_node *node) {
  struct seg_sql_text text = seg_sql_condition(sql, node);
  if (!text.nullable)
    return text;
  text = SEG_SQL_FORM(sql, IS_TRUE, node, text);
  text.nullable = false;
  return text;
}
