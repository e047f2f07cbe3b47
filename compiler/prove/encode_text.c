// Tests of texts as terms, by the classes of text_classes.h.
#include <string.h>

#include "compiler/prove/encode.h"

/** The column behind a text, and how it is read; NULL when the text is something else. */
static const struct seg_node *text_column(const struct seg_encode_scope *scope,
                                          const struct seg_node *text, int *map) {
  *map = SEG_TEXT_AS_WRITTEN;
  while (true) {
    if (text->kind == SEG_NODE_TEXT_MAP && text->text_map != SEG_TRIM &&
        *map == SEG_TEXT_AS_WRITTEN) {
      *map = (int)text->text_map;
      text = text->operands[0];
    } else if (text->kind == SEG_NODE_ATTRIBUTE || text->kind == SEG_NODE_COLUMN) {
      const struct seg_node *computed = scope->row->entity->columns[text->column].computed;
      if (computed == NULL)
        return text;
      text = computed;
    } else {
      return NULL;
    }
  }
}

static bool literal_answers(enum seg_text_question question, struct seg_str text,
                            struct seg_str part) {
  switch (question) {
  case SEG_TEXT_IS: return seg_str_equal(text, part);
  case SEG_TEXT_IS_BELOW: return seg_str_compare(text, part) < 0;
  case SEG_TEXT_BEGINS:
    return text.size >= part.size && memcmp(text.data, part.data, part.size) == 0;
  case SEG_TEXT_CLOSES:
    return text.size >= part.size &&
           memcmp(text.data + text.size - part.size, part.data, part.size) == 0;
  case SEG_TEXT_HOLDS:
    return part.size == 0 || memmem(text.data, text.size, part.data, part.size) != NULL;
  }
  return false;
}

/** A truth that is the same for the same question about the same text. */
static Z3_ast opaque_test(const struct seg_encode_scope *scope, const struct seg_node *text,
                          enum seg_text_question question, struct seg_str part) {
  struct seg_query *query = scope->query;
  if (scope->is_event)
    return seg_encode_any_truth(query, "it compares texts that are made from others");
  struct seg_str form = seg_query_form(query, scope->row->entity, text);
  struct seg_str key =
      seg_arena_format(&query->arena, "%d %.*s\n%.*s", (int)question, SEG_STR(part), SEG_STR(form));
  for (size_t i = 0; i < query->shared.count; i++)
    if (seg_str_equal(query->shared.items[i].form, key))
      return query->shared.items[i].term.value;
  struct seg_shared_term shared = {
      key,
      {query->solver->yes,
       seg_encode_any_truth(query, "it compares texts that are made from others")}};
  if (!SEG_VEC_PUSH(&query->shared, shared))
    query->out_of_memory = true;
  return shared.term.value;
}

Z3_ast seg_encode_text_test(const struct seg_encode_scope *scope, const struct seg_node *text,
                            enum seg_text_question question, struct seg_str part) {
  struct seg_query *query = scope->query;
  struct seg_solver *solver = query->solver;
  if (text->kind == SEG_NODE_LITERAL)
    return literal_answers(question, text->literal.text, part) ? solver->yes : solver->no;
  if (text->kind == SEG_NODE_ELSE)
    return seg_term_if(solver, seg_encode_value(scope, text->operands[0]).known,
                       seg_encode_text_test(scope, text->operands[0], question, part),
                       seg_encode_text_test(scope, text->operands[1], question, part));
  int map;
  const struct seg_node *column_node = text_column(scope, text, &map);
  if (column_node == NULL)
    return opaque_test(scope, text, question, part);
  struct seg_column_term *column_term = &scope->row->columns[column_node->column];
  int atom = seg_text_classes_add(&column_term->texts, (struct seg_text_atom){question, map, part});
  Z3_ast class = seg_encode_value(scope, column_node).value;
  if (atom < 0)
    return seg_encode_any_truth(query, "it asks too much about one text");
  Z3_ast holds = solver->no;
  for (size_t i = 0; i < column_term->texts.classes.count; i++)
    if ((column_term->texts.classes.items[i].answers >> atom & 1) != 0)
      holds = seg_term_or(solver, holds,
                          seg_term_equal(solver, class, seg_term_int(solver, (int64_t)i)));
  return query->collecting ? solver->yes : holds;
}

Z3_ast seg_encode_text_comparison(const struct seg_encode_scope *scope,
                                  enum seg_comparison comparison, const struct seg_node *a,
                                  const struct seg_node *b) {
  struct seg_solver *solver = scope->query->solver;
  if (a->kind == SEG_NODE_LITERAL && b->kind != SEG_NODE_LITERAL) {
    static const enum seg_comparison turned[] = {
        [SEG_EQUAL] = SEG_EQUAL,  [SEG_NOT_EQUAL] = SEG_NOT_EQUAL,
        [SEG_LESS] = SEG_GREATER, [SEG_LESS_EQUAL] = SEG_GREATER_EQUAL,
        [SEG_GREATER] = SEG_LESS, [SEG_GREATER_EQUAL] = SEG_LESS_EQUAL};
    return seg_encode_text_comparison(scope, turned[comparison], b, a);
  }
  if (b->kind != SEG_NODE_LITERAL)
    return seg_encode_any_truth(scope->query, "it compares two texts with each other");
  Z3_ast equal = seg_encode_text_test(scope, a, SEG_TEXT_IS, b->literal.text);
  if (comparison == SEG_EQUAL)
    return equal;
  if (comparison == SEG_NOT_EQUAL)
    return seg_term_not(solver, equal);
  Z3_ast below = seg_encode_text_test(scope, a, SEG_TEXT_IS_BELOW, b->literal.text);
  switch (comparison) {
  case SEG_LESS: return below;
  case SEG_LESS_EQUAL: return seg_term_or(solver, below, equal);
  case SEG_GREATER: return seg_term_not(solver, seg_term_or(solver, below, equal));
  case SEG_GREATER_EQUAL: return seg_term_not(solver, below);
  case SEG_EQUAL:
  case SEG_NOT_EQUAL: break;
  }
  return equal;
}

Z3_ast seg_encode_text_part(const struct seg_encode_scope *scope, const struct seg_node *node) {
  static const enum seg_text_question questions[] = {[SEG_STARTS_WITH] = SEG_TEXT_BEGINS,
                                                     [SEG_ENDS_WITH] = SEG_TEXT_CLOSES,
                                                     [SEG_CONTAINS] = SEG_TEXT_HOLDS};
  struct seg_term value = seg_encode_value(scope, node->operands[0]);
  return seg_term_and(scope->query->solver, value.known,
                      seg_encode_text_test(scope, node->operands[0], questions[node->text_test],
                                           node->operands[1]->literal.text));
}

Z3_ast seg_encode_matches(const struct seg_encode_scope *scope, const struct seg_node *node) {
  struct seg_solver *solver = scope->query->solver;
  Z3_ast text = seg_encode_value(scope, node->operands[0]).known;
  struct seg_term test =
      seg_encode_opaque(scope, node, solver->yes, "it matches a text with a pattern");
  return seg_term_and(solver, text, seg_term_equal(solver, test.value, seg_term_int(solver, 1)));
}

struct seg_term seg_encode_text_value(const struct seg_encode_scope *scope,
                                      const struct seg_node *node) {
  struct seg_query *query = scope->query;
  struct seg_solver *solver = query->solver;
  struct seg_term text = seg_encode_value(scope, node->operands[0]);
  if (node->kind == SEG_NODE_TEXT_MAP)
    return seg_encode_opaque(scope, node, text.known,
                             "it compares texts that are made from others");
  struct seg_term term = seg_encode_opaque(scope, node, text.known, "it measures a text");
  seg_query_fact(query, seg_term_at_most(solver, seg_term_int(solver, 0), term.value));
  return term;
}
