// Tests of texts as terms, by the classes of text_classes.h.
#include <stdlib.h>
#include <string.h>

#include "compiler/prove/encode.h"

enum { LONGEST_LENGTH = 300 }; // that is counted letter by letter

/** A column as a test reads it. */
struct text_view {
  const struct seg_node *column; // NULL: the text is made otherwise
  enum seg_reading reading;
  bool trimmed;
};

static struct text_view view_of(const struct seg_encode_scope *scope, const struct seg_node *text) {
  static const enum seg_reading readings[] = {
      [SEG_LOWER] = SEG_READ_SMALL, [SEG_UPPER] = SEG_READ_CAPITAL, [SEG_TRIM] = 0};
  struct text_view view = {.reading = SEG_READ_AS_WRITTEN};
  while (text->kind == SEG_NODE_TEXT_MAP || text->kind == SEG_NODE_ATTRIBUTE ||
         text->kind == SEG_NODE_COLUMN) {
    if (text->kind == SEG_NODE_TEXT_MAP) {
      enum seg_reading reading = readings[text->text_map];
      if (text->text_map == SEG_TRIM) // blanks have no case: the order does not matter
        view.trimmed = true;
      else if (view.reading != SEG_READ_AS_WRITTEN && view.reading != reading)
        return view;
      else
        view.reading = reading;
      text = text->operands[0];
      continue;
    }
    const struct seg_node *computed = scope->row->entity->columns[text->column].computed;
    if (computed == NULL) {
      view.column = text;
      return view;
    }
    text = computed;
  }
  return view;
}

static int64_t letters_of(struct seg_str text) {
  int64_t letters = 0;
  for (size_t i = 0; i < text.size; i++)
    letters += ((unsigned char)text.data[i] & 0xc0) != 0x80;
  return letters;
}

static bool literal_answers(const struct seg_text_atom *test, struct seg_str text) {
  struct seg_str part = test->literal;
  switch (test->question) {
  case SEG_TEXT_IS: return seg_str_equal(text, part);
  case SEG_TEXT_IS_BELOW: return seg_str_compare(text, part) < 0;
  case SEG_TEXT_BEGINS:
    return text.size >= part.size && memcmp(text.data, part.data, part.size) == 0;
  case SEG_TEXT_CLOSES:
    return text.size >= part.size &&
           memcmp(text.data + text.size - part.size, part.data, part.size) == 0;
  case SEG_TEXT_HOLDS:
    return part.size == 0 || memmem(text.data, text.size, part.data, part.size) != NULL;
  case SEG_TEXT_HAS_LENGTH: return letters_of(text) >= test->length;
  case SEG_TEXT_MATCHES: break; // no literal comes here
  }
  return false;
}

/** A truth that is the same for the same question about the same text. */
static Z3_ast opaque_test(const struct seg_encode_scope *scope, const struct seg_node *text,
                          const struct seg_text_atom *test) {
  struct seg_query *query = scope->query;
  struct seg_str form = seg_encode_key(scope, text);
  struct seg_str key =
      seg_arena_format(&query->arena, "%d %lld %.*s\n%.*s", (int)test->question,
                       (long long)test->length, SEG_STR(test->literal), SEG_STR(form));
  for (size_t i = 0; i < query->shared.count; i++)
    if (seg_str_equal(query->shared.items[i].form, key))
      return query->shared.items[i].term.value;
  struct seg_shared_term shared = {
      key,
      {query->solver->yes,
       seg_encode_any_truth(query, "it compares texts that are made from others")},
      NULL};
  if (!SEG_VEC_PUSH(&query->shared, shared))
    query->out_of_memory = true;
  return shared.term.value;
}

/** The column's class is one of those that answer yes: runs of them. */
static Z3_ast in_classes(struct seg_solver *solver, Z3_ast class,
                         const struct seg_text_classes *texts, int atom) {
  Z3_ast holds = solver->no;
  size_t count = texts->classes.count, end;
  for (size_t i = 0; i < count; i = end + 1) {
    for (end = i; end < count && seg_text_class_answer(&texts->classes.items[end], atom);)
      end++;
    if (end == i)
      continue;
    Z3_ast first = seg_term_int(solver, (int64_t)i), last = seg_term_int(solver, (int64_t)end - 1);
    Z3_ast run = end == i + 1 ? seg_term_equal(solver, class, first)
                              : seg_term_and(solver, seg_term_at_most(solver, first, class),
                                             seg_term_at_most(solver, class, last));
    holds = seg_term_or(solver, holds, run);
  }
  return holds;
}

/** The answer of a test; where the text is missing, it means nothing. */
static Z3_ast test_text(const struct seg_encode_scope *scope, const struct seg_node *text,
                        struct seg_text_atom test) {
  struct seg_query *query = scope->query;
  struct seg_solver *solver = query->solver;
  if (text->kind == SEG_NODE_LITERAL && test.question != SEG_TEXT_MATCHES)
    return literal_answers(&test, text->literal.text) ? solver->yes : solver->no;
  if (text->kind == SEG_NODE_ELSE)
    return seg_term_if(solver, seg_encode_value(scope, text->operands[0]).known,
                       test_text(scope, text->operands[0], test),
                       test_text(scope, text->operands[1], test));
  struct text_view view = view_of(scope, text);
  if (view.column == NULL)
    return opaque_test(scope, text, &test);
  struct seg_column_term *column = &scope->row->columns[view.column->column];
  test.reading = view.reading;
  test.trimmed = view.trimmed;
  int atom = query->collecting ? seg_text_classes_add(&column->texts, test)
                               : seg_text_classes_number(&column->texts, &test);
  Z3_ast class = seg_encode_value(scope, view.column).value;
  if (atom < 0)
    return opaque_test(scope, text, &test);
  return query->collecting ? solver->yes : in_classes(solver, class, &column->texts, atom);
}

Z3_ast seg_encode_text_is(const struct seg_encode_scope *scope, const struct seg_node *text,
                          struct seg_str literal) {
  return test_text(scope, text,
                   (struct seg_text_atom){.question = SEG_TEXT_IS, .literal = literal});
}

// --- two texts ---

/** What is known of the order of two columns from the tests that both are put to. */
static void relate_columns(const struct seg_encode_scope *scope, const struct seg_node *a,
                           const struct seg_node *b, Z3_ast order) {
  struct seg_query *query = scope->query;
  struct seg_solver *solver = query->solver;
  const struct seg_text_classes *texts = &scope->row->columns[a->column].texts;
  Z3_ast zero = seg_term_int(solver, 0), same = seg_term_equal(solver, order, zero);
  Z3_ast shown = same; // by samples of different classes
  for (size_t i = 0; i < texts->atoms.count; i++) {
    struct seg_text_atom atom = texts->atoms.items[i];
    int other = seg_text_classes_number(&scope->row->columns[b->column].texts, &atom);
    if (other < 0)
      continue;
    Z3_ast of_a = in_classes(solver, seg_encode_value(scope, a).value, texts, (int)i);
    Z3_ast of_b = in_classes(solver, seg_encode_value(scope, b).value,
                             &scope->row->columns[b->column].texts, other);
    seg_query_fact(query, seg_term_implies(solver, same, seg_term_equal(solver, of_a, of_b)));
    if (atom.reading != SEG_READ_AS_WRITTEN || atom.trimmed)
      continue;
    if (atom.question == SEG_TEXT_IS)
      seg_query_fact(query, seg_term_implies(solver, seg_term_and(solver, of_a, of_b), same));
    if (atom.question == SEG_TEXT_IS_BELOW) {
      Z3_ast below = seg_term_and(solver, of_a, seg_term_not(solver, of_b));
      Z3_ast above = seg_term_and(solver, of_b, seg_term_not(solver, of_a));
      shown = seg_term_or(solver, shown, seg_term_or(solver, below, above));
      seg_query_fact(
          query,
          seg_term_implies(solver, below, seg_term_equal(solver, order, seg_term_int(solver, -1))));
      seg_query_fact(
          query,
          seg_term_implies(solver, above, seg_term_equal(solver, order, seg_term_int(solver, 1))));
    }
  }
  seg_query_wish(query, shown);
}

/** Add the tests of `from`, and for every literal where it stands in the order. */
static bool copy_tests(const struct seg_text_classes *from, struct seg_text_classes *to) {
  bool all = true;
  for (size_t i = 0; i < from->atoms.count && all; i++) {
    struct seg_text_atom atom = from->atoms.items[i];
    all = seg_text_classes_add(to, atom) >= 0;
    struct seg_text_atom below = {.question = SEG_TEXT_IS_BELOW, .literal = atom.literal};
    if (all && atom.question == SEG_TEXT_IS)
      all = seg_text_classes_add(to, below) >= 0;
  }
  return all;
}

void seg_query_exchange_tests(struct seg_query *query) {
  struct seg_text_atom middle = {.question = SEG_TEXT_IS_BELOW, .literal = seg_str_view("m")};
  for (bool more = true; more && query->refused == NULL;) {
    more = false;
    for (size_t p = 0; p < query->text_pairs.count; p++)
      for (int side = 0; side < 2; side++) {
        struct seg_text_classes *to = query->text_pairs.items[p].texts[1 - side];
        size_t before = to->atoms.count;
        if (seg_text_classes_add(to, middle) < 0 ||
            !copy_tests(query->text_pairs.items[p].texts[side], to))
          query->refused = "it asks too much about one text";
        more = more || to->atoms.count > before;
      }
  }
}

/** -1, 0 or 1, as the first text stands before, at or behind the second. */
static Z3_ast order_of_texts(const struct seg_encode_scope *scope, const struct seg_node *a,
                             const struct seg_node *b) {
  struct seg_query *query = scope->query;
  struct seg_solver *solver = query->solver;
  const char *reason = "it compares two texts with each other";
  struct seg_str first = seg_encode_key(scope, a), second = seg_encode_key(scope, b);
  int turn = seg_str_compare(first, second);
  if (turn == 0)
    return seg_term_int(solver, 0);
  if (turn > 0)
    return seg_term_negate(solver, order_of_texts(scope, b, a));
  struct seg_str key =
      seg_arena_format(&query->arena, "order of %.*s\n%.*s", SEG_STR(first), SEG_STR(second));
  for (size_t i = 0; i < query->shared.count; i++)
    if (seg_str_equal(query->shared.items[i].form, key))
      return query->shared.items[i].term.value;
  struct seg_shared_term shared = {key, {solver->yes, NULL}, NULL};
  shared.term.value = seg_term_variable(solver, solver->integers, "order");
  seg_query_weaken(query, reason);
  seg_encode_between(query, shared.term.value, -1, 1);
  if (!SEG_VEC_PUSH(&query->shared, shared))
    query->out_of_memory = true;
  struct text_view left = view_of(scope, a), right = view_of(scope, b);
  bool plain = left.column != NULL && right.column != NULL && !left.trimmed && !right.trimmed &&
               left.reading == SEG_READ_AS_WRITTEN && right.reading == SEG_READ_AS_WRITTEN;
  if (!plain)
    return shared.term.value;
  struct seg_text_pair pair = {{&scope->row->columns[left.column->column].texts,
                                &scope->row->columns[right.column->column].texts}};
  if (!query->collecting)
    relate_columns(scope, left.column, right.column, shared.term.value);
  else if (!SEG_VEC_PUSH(&query->text_pairs, pair))
    query->out_of_memory = true;
  return shared.term.value;
}

Z3_ast seg_encode_text_comparison(const struct seg_encode_scope *scope,
                                  enum seg_comparison comparison, const struct seg_node *a,
                                  const struct seg_node *b) {
  struct seg_solver *solver = scope->query->solver;
  if (a->kind == SEG_NODE_LITERAL && b->kind != SEG_NODE_LITERAL)
    return seg_encode_text_comparison(scope, seg_comparison_turned(comparison), b, a);
  if (b->kind != SEG_NODE_LITERAL)
    return seg_encode_order(solver, comparison, order_of_texts(scope, a, b),
                            seg_term_int(solver, 0));
  struct seg_text_atom below = {.question = SEG_TEXT_IS_BELOW, .literal = b->literal.text};
  Z3_ast equal = seg_encode_text_is(scope, a, b->literal.text);
  switch (comparison) {
  case SEG_EQUAL: return equal;
  case SEG_NOT_EQUAL: return seg_term_not(solver, equal);
  case SEG_LESS: return test_text(scope, a, below);
  case SEG_LESS_EQUAL: return seg_term_or(solver, test_text(scope, a, below), equal);
  case SEG_GREATER:
    return seg_term_not(solver, seg_term_or(solver, test_text(scope, a, below), equal));
  case SEG_GREATER_EQUAL: return seg_term_not(solver, test_text(scope, a, below));
  }
  return equal;
}

// --- other tests ---

Z3_ast seg_encode_text_part(const struct seg_encode_scope *scope, const struct seg_node *node) {
  static const enum seg_text_question questions[] = {[SEG_STARTS_WITH] = SEG_TEXT_BEGINS,
                                                     [SEG_ENDS_WITH] = SEG_TEXT_CLOSES,
                                                     [SEG_CONTAINS] = SEG_TEXT_HOLDS};
  struct seg_term value = seg_encode_value(scope, node->operands[0]);
  struct seg_text_atom test = {.question = questions[node->text_test],
                               .literal = node->operands[1]->literal.text};
  return seg_term_and(scope->query->solver, value.known, test_text(scope, node->operands[0], test));
}

Z3_ast seg_encode_matches(const struct seg_encode_scope *scope, const struct seg_node *node) {
  struct seg_term value = seg_encode_value(scope, node->operands[0]);
  struct seg_text_atom test = {.question = SEG_TEXT_MATCHES,
                               .literal = node->operands[1]->literal.text,
                               .pattern = node->pattern};
  return seg_term_and(scope->query->solver, value.known, test_text(scope, node->operands[0], test));
}

bool seg_encode_is_length_test(const struct seg_node *a, const struct seg_node *b) {
  return a->kind == SEG_NODE_TEXT_LENGTH && b->kind == SEG_NODE_LITERAL &&
         b->literal.integer < LONGEST_LENGTH;
}

Z3_ast seg_encode_length_test(const struct seg_encode_scope *scope, enum seg_comparison comparison,
                              const struct seg_node *length, int64_t literal) {
  struct seg_solver *solver = scope->query->solver;
  const struct seg_node *text = length->operands[0];
  struct seg_text_atom least = {.question = SEG_TEXT_HAS_LENGTH, .length = literal};
  struct seg_text_atom more = {.question = SEG_TEXT_HAS_LENGTH, .length = literal + 1};
  Z3_ast reaches = literal <= 0 ? solver->yes : test_text(scope, text, least);
  Z3_ast exceeds = literal < 0 ? solver->yes : test_text(scope, text, more);
  switch (comparison) {
  case SEG_EQUAL: return seg_term_and(solver, reaches, seg_term_not(solver, exceeds));
  case SEG_NOT_EQUAL:
    return seg_term_not(solver, seg_term_and(solver, reaches, seg_term_not(solver, exceeds)));
  case SEG_LESS: return seg_term_not(solver, reaches);
  case SEG_LESS_EQUAL: return seg_term_not(solver, exceeds);
  case SEG_GREATER: return exceeds;
  case SEG_GREATER_EQUAL: return reaches;
  }
  return reaches;
}

struct seg_term seg_encode_text_value(const struct seg_encode_scope *scope,
                                      const struct seg_node *node) {
  struct seg_query *query = scope->query;
  struct seg_solver *solver = query->solver;
  struct seg_term text = seg_encode_value(scope, node->operands[0]);
  if (node->kind == SEG_NODE_TEXT_MAP) // its tests look at the column behind it
    return (struct seg_term){text.known, seg_term_int(solver, 0)};
  struct seg_term term = seg_encode_opaque(scope, node, text.known, "it measures a text");
  seg_query_fact(query, seg_term_at_most(solver, seg_term_int(solver, 0), term.value));
  return term;
}
