// Values and conditions of rules as terms; see query.h.
#include <string.h>

#include "compiler/prove/query.h"

static struct seg_term known(struct seg_query *query, Z3_ast value) {
  return (struct seg_term){query->solver->yes, value};
}

static bool is_real(const struct seg_type *type) {
  return type->kind == SEG_TYPE_NUMBER || type->kind == SEG_TYPE_AMOUNT;
}

static struct seg_term literal(struct seg_query *query, const struct seg_literal *value,
                               const struct seg_type *type) {
  return known(query, is_real(type) ? seg_term_real(query->solver, value->number)
                                    : seg_term_int(query->solver, value->integer));
}

// --- columns ---

static struct seg_term column(const struct seg_encode_scope *scope, const struct seg_node *node) {
  struct seg_query *query = scope->query;
  const struct seg_program_column *declared = &scope->row->entity->columns[node->column];
  if (declared->computed != NULL)
    return seg_encode_value(scope, declared->computed);
  struct seg_column_term *column = &scope->row->columns[node->column];
  if (column->term.known == NULL || (column->term.value == NULL && !query->collecting)) {
    column->term = seg_query_variable(query, &declared->type, "column");
    if (declared->optional)
      column->term.known = seg_term_variable(query->solver, query->solver->truths, "known");
    if (declared->type.kind == SEG_TYPE_TEXT && column->texts.classes.count > 0) {
      Z3_ast last = seg_term_int(query->solver, (int64_t)column->texts.classes.count - 1);
      seg_query_fact(query, seg_term_at_most(query->solver, seg_term_int(query->solver, 0),
                                             column->term.value));
      seg_query_fact(query, seg_term_at_most(query->solver, column->term.value, last));
    }
  }
  return column->term;
}

// --- texts ---

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

static Z3_ast any_truth(struct seg_query *query, const char *reason) {
  seg_query_weaken(query, reason);
  return seg_term_variable(query->solver, query->solver->truths, "any");
}

/** A truth that is the same for the same question about the same text. */
static Z3_ast opaque_test(const struct seg_encode_scope *scope, const struct seg_node *text,
                          enum seg_text_question question, struct seg_str part) {
  struct seg_query *query = scope->query;
  if (scope->is_event)
    return any_truth(query, "it compares texts that are made from others");
  struct seg_str form = seg_query_form(query, scope->row->entity, text);
  struct seg_str key =
      seg_arena_format(&query->arena, "%d %.*s\n%.*s", (int)question, SEG_STR(part), SEG_STR(form));
  for (size_t i = 0; i < query->shared.count; i++)
    if (seg_str_equal(query->shared.items[i].form, key))
      return query->shared.items[i].term.value;
  struct seg_shared_term shared = {
      key, {query->solver->yes, any_truth(query, "it compares texts that are made from others")}};
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
  Z3_ast class = column(scope, column_node).value;
  if (atom < 0)
    return any_truth(query, "it asks too much about one text");
  Z3_ast holds = solver->no;
  for (size_t i = 0; i < column_term->texts.classes.count; i++)
    if ((column_term->texts.classes.items[i].answers >> atom & 1) != 0)
      holds = seg_term_or(solver, holds,
                          seg_term_equal(solver, class, seg_term_int(solver, (int64_t)i)));
  return query->collecting ? solver->yes : holds;
}

static Z3_ast compare_texts(const struct seg_encode_scope *scope, enum seg_comparison comparison,
                            const struct seg_node *a, const struct seg_node *b) {
  struct seg_solver *solver = scope->query->solver;
  if (a->kind == SEG_NODE_LITERAL && b->kind != SEG_NODE_LITERAL) {
    static const enum seg_comparison turned[] = {
        [SEG_EQUAL] = SEG_EQUAL,  [SEG_NOT_EQUAL] = SEG_NOT_EQUAL,
        [SEG_LESS] = SEG_GREATER, [SEG_LESS_EQUAL] = SEG_GREATER_EQUAL,
        [SEG_GREATER] = SEG_LESS, [SEG_GREATER_EQUAL] = SEG_LESS_EQUAL};
    return compare_texts(scope, turned[comparison], b, a);
  }
  if (b->kind != SEG_NODE_LITERAL)
    return any_truth(scope->query, "it compares two texts with each other");
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

// --- numbers ---

static Z3_ast order(struct seg_solver *solver, enum seg_comparison comparison, Z3_ast a, Z3_ast b) {
  switch (comparison) {
  case SEG_EQUAL: return seg_term_equal(solver, a, b);
  case SEG_NOT_EQUAL: return seg_term_not(solver, seg_term_equal(solver, a, b));
  case SEG_LESS: return seg_term_not(solver, seg_term_at_most(solver, b, a));
  case SEG_LESS_EQUAL: return seg_term_at_most(solver, a, b);
  case SEG_GREATER: return seg_term_not(solver, seg_term_at_most(solver, a, b));
  case SEG_GREATER_EQUAL: return seg_term_at_most(solver, b, a);
  }
  return solver->no;
}

/** A calculation in doubles: within one rounding of the exact value, and equal for equal
 * expressions. */
static struct seg_term rounded(const struct seg_encode_scope *scope, const struct seg_node *node,
                               struct seg_term exact) {
  struct seg_query *query = scope->query;
  struct seg_solver *solver = query->solver;
  struct seg_str form =
      scope->is_event ? (struct seg_str){0} : seg_query_form(query, scope->row->entity, node);
  for (size_t i = 0; form.size > 0 && i < query->shared.count; i++)
    if (seg_str_equal(query->shared.items[i].form, form))
      return query->shared.items[i].term;
  struct seg_term term = {exact.known, seg_term_variable(solver, solver->reals, "rounded")};
  // |term - exact| <= |exact| / 2^52: twice the bound of rounding to nearest.
  Z3_ast width = seg_term_multiply(solver, seg_term_real(solver, 0x1p-52), exact.value);
  Z3_ast zero = seg_term_real(solver, 0);
  Z3_ast negative = seg_term_multiply(solver, seg_term_real(solver, -1), width);
  Z3_ast span = seg_term_if(solver, seg_term_at_most(solver, zero, exact.value), width, negative);
  seg_query_fact(query,
                 seg_term_at_most(solver, term.value, seg_term_add(solver, exact.value, span)));
  seg_query_fact(
      query, seg_term_at_most(solver, seg_term_subtract(solver, exact.value, span), term.value));
  struct seg_shared_term shared = {form, term};
  if (form.size > 0 && !SEG_VEC_PUSH(&query->shared, shared))
    query->out_of_memory = true;
  return term;
}

/** A value that nothing is known of but its type; equal for equal expressions of the customer. */
static struct seg_term opaque(const struct seg_encode_scope *scope, const struct seg_node *node,
                              Z3_ast is_known, const char *reason) {
  struct seg_query *query = scope->query;
  seg_query_weaken(query, reason);
  struct seg_str form =
      scope->is_event ? (struct seg_str){0} : seg_query_form(query, scope->row->entity, node);
  for (size_t i = 0; form.size > 0 && i < query->shared.count; i++)
    if (seg_str_equal(query->shared.items[i].form, form))
      return query->shared.items[i].term;
  struct seg_shared_term shared = {form, seg_query_variable(query, &node->type, "opaque")};
  shared.term.known = is_known != NULL ? is_known
                      : node->optional
                          ? seg_term_variable(query->solver, query->solver->truths, "known")
                          : query->solver->yes;
  if (form.size > 0 && !SEG_VEC_PUSH(&query->shared, shared))
    query->out_of_memory = true;
  return shared.term;
}

static bool is_literal(const struct seg_node *node) {
  return node->kind == SEG_NODE_LITERAL;
}

static struct seg_term arithmetic(const struct seg_encode_scope *scope,
                                  const struct seg_node *node) {
  struct seg_solver *solver = scope->query->solver;
  struct seg_term a = seg_encode_value(scope, node->operands[0]);
  struct seg_term b = seg_encode_value(scope, node->operands[1]);
  struct seg_term result = {seg_term_and(solver, a.known, b.known), NULL};
  bool linear = node->kind == SEG_NODE_ADD || node->kind == SEG_NODE_SUBTRACT ||
                is_literal(node->operands[1]) ||
                (node->kind == SEG_NODE_MULTIPLY && is_literal(node->operands[0]));
  if (node->kind == SEG_NODE_DIVIDE) {
    Z3_ast zero = seg_term_equal(solver, b.value, seg_term_real(solver, 0));
    result.known = seg_term_and(solver, result.known, seg_term_not(solver, zero));
  }
  if (!linear)
    return opaque(scope, node, result.known, "it multiplies or divides two values of a customer");
  switch (node->kind) {
  case SEG_NODE_ADD: result.value = seg_term_add(solver, a.value, b.value); break;
  case SEG_NODE_SUBTRACT: result.value = seg_term_subtract(solver, a.value, b.value); break;
  case SEG_NODE_MULTIPLY: result.value = seg_term_multiply(solver, a.value, b.value); break;
  default: { // DIVIDE by a literal
    double divisor = node->operands[1]->literal.number;
    if (divisor == 0)
      return (struct seg_term){solver->no, a.value};
    result.value = Z3_mk_div(solver->context, a.value, b.value);
  }
  }
  return is_real(&node->type) ? rounded(scope, node, result) : result;
}

static struct seg_term to_number(const struct seg_encode_scope *scope,
                                 const struct seg_node *node) {
  struct seg_solver *solver = scope->query->solver;
  struct seg_term whole = seg_encode_value(scope, node->operands[0]);
  double unit = 1;
  for (unsigned i = 0; i < node->operands[0]->type.scale; i++)
    unit *= 10;
  Z3_ast real = Z3_mk_int2real(solver->context, whole.value);
  struct seg_term exact = {
      whole.known,
      unit == 1 ? real : Z3_mk_div(solver->context, real, seg_term_real(solver, unit))};
  return rounded(scope, node, exact);
}

static struct seg_term rescale(const struct seg_encode_scope *scope, const struct seg_node *node) {
  struct seg_solver *solver = scope->query->solver;
  struct seg_term term = seg_encode_value(scope, node->operands[0]);
  int64_t factor = 1;
  for (int i = node->operands[0]->type.scale; i < node->type.scale; i++)
    factor *= 10;
  term.value = seg_term_multiply(solver, seg_term_int(solver, factor), term.value);
  return term;
}

/** 1 and one more for each cut that is reached. */
static struct seg_term band(const struct seg_encode_scope *scope, const struct seg_node *node) {
  struct seg_query *query = scope->query;
  struct seg_solver *solver = query->solver;
  struct seg_term value = seg_encode_value(scope, node->operands[0]);
  Z3_ast result = seg_term_int(solver, 1);
  for (uint32_t i = 0; i < node->literal_count; i++) {
    Z3_ast cut = literal(query, &node->literals[i], &node->operands[0]->type).value;
    result = seg_term_if(solver, seg_term_at_most(solver, cut, value.value),
                         seg_term_int(solver, i + 2), result);
  }
  return (struct seg_term){value.known, result};
}

static struct seg_term band_fraction(const struct seg_encode_scope *scope,
                                     const struct seg_node *node) {
  struct seg_solver *solver = scope->query->solver;
  struct seg_term above = seg_encode_value(scope, node->operands[0]);
  struct seg_term below = seg_encode_value(scope, node->operands[1]);
  Z3_ast factor = seg_encode_value(scope, node->operands[2]).value;
  Z3_ast zero = seg_term_equal(solver, below.value, seg_term_int(solver, 0));
  Z3_ast result = seg_term_int(solver, 1), scaled = seg_term_multiply(solver, factor, above.value);
  for (uint32_t i = 0; i < node->literal_count; i++) {
    Z3_ast cut = seg_term_int(solver, node->literals[i].integer);
    Z3_ast reached = seg_term_at_most(solver, seg_term_multiply(solver, cut, below.value), scaled);
    result = seg_term_if(solver, reached, seg_term_int(solver, i + 2), result);
  }
  return (struct seg_term){seg_term_and(solver, seg_term_and(solver, above.known, below.known),
                                        seg_term_not(solver, zero)),
                           result};
}

static struct seg_term otherwise(const struct seg_encode_scope *scope,
                                 const struct seg_node *node) {
  struct seg_solver *solver = scope->query->solver;
  struct seg_term first = seg_encode_value(scope, node->operands[0]);
  struct seg_term second = seg_encode_value(scope, node->operands[1]);
  return (struct seg_term){seg_term_or(solver, first.known, second.known),
                           seg_term_if(solver, first.known, first.value, second.value)};
}

static struct seg_term bucket(const struct seg_encode_scope *scope, const struct seg_node *node) {
  struct seg_query *query = scope->query;
  struct seg_solver *solver = query->solver;
  struct seg_term term = opaque(scope, node, solver->yes, "it draws groups by the customer's key");
  seg_query_fact(query, seg_term_at_most(solver, seg_term_int(solver, 1), term.value));
  seg_query_fact(query, seg_term_at_most(solver, term.value, seg_term_int(solver, node->buckets)));
  return term;
}

static struct seg_term days_since(const struct seg_encode_scope *scope,
                                  const struct seg_node *node) {
  struct seg_query *query = scope->query;
  struct seg_term date = seg_encode_value(scope, node->operands[0]);
  date.value = seg_term_subtract(query->solver, query->as_of, date.value);
  return date;
}

static void between(struct seg_query *query, Z3_ast term, int64_t low, int64_t high) {
  struct seg_solver *solver = query->solver;
  seg_query_fact(query, seg_term_at_most(solver, seg_term_int(solver, low), term));
  seg_query_fact(query, seg_term_at_most(solver, term, seg_term_int(solver, high)));
}

static struct seg_term date_function(const struct seg_encode_scope *scope,
                                     const struct seg_node *node) {
  struct seg_query *query = scope->query;
  struct seg_solver *solver = query->solver;
  static const struct {
    int64_t low, high;
  } ranges[] = {[SEG_DATE_YEAR] = {1, 9999},
                [SEG_DATE_MONTH] = {1, 12},
                [SEG_DATE_DAY] = {1, 31},
                [SEG_DATE_ANNIVERSARY] = {0, 366}};
  struct seg_term date = seg_encode_value(scope, node->operands[0]);
  if (node->date_function == SEG_DATE_DAYS_UNTIL) {
    date.value = seg_term_subtract(solver, date.value, query->as_of);
    return date;
  }
  if (node->date_function == SEG_DATE_WEEKDAY) { // 1970-01-01 was a Thursday
    Z3_ast moved = seg_term_add(solver, date.value, seg_term_int(solver, 3));
    Z3_ast day = Z3_mk_mod(solver->context, moved, seg_term_int(solver, 7));
    date.value = seg_term_add(solver, day, seg_term_int(solver, 1));
    return date;
  }
  struct seg_term term = opaque(scope, node, date.known, "it looks at parts of a date");
  between(query, term.value, ranges[node->date_function].low, ranges[node->date_function].high);
  return term;
}

static struct seg_term absolute(const struct seg_encode_scope *scope, const struct seg_node *node) {
  struct seg_solver *solver = scope->query->solver;
  struct seg_term term = seg_encode_value(scope, node->operands[0]);
  Z3_ast zero = is_real(&node->type) ? seg_term_real(solver, 0) : seg_term_int(solver, 0);
  term.value = seg_term_if(solver, seg_term_at_most(solver, zero, term.value), term.value,
                           Z3_mk_unary_minus(solver->context, term.value));
  return term;
}

static struct seg_term days_between(const struct seg_encode_scope *scope,
                                    const struct seg_node *node, bool sum) {
  struct seg_solver *solver = scope->query->solver;
  struct seg_term a = seg_encode_value(scope, node->operands[0]);
  struct seg_term b = seg_encode_value(scope, node->operands[1]);
  return (struct seg_term){seg_term_and(solver, a.known, b.known),
                           sum ? seg_term_add(solver, a.value, b.value)
                               : seg_term_subtract(solver, a.value, b.value)};
}

/** A place among all customers: any, for nothing is known of the others. */
static struct seg_term rank(const struct seg_encode_scope *scope, const struct seg_node *node) {
  struct seg_query *query = scope->query;
  struct seg_solver *solver = query->solver;
  Z3_ast valued = solver->yes;
  for (uint32_t i = 0; i < node->operand_count; i++)
    valued = seg_term_and(solver, valued, seg_encode_value(scope, node->operands[i]).known);
  bool band = node->rank == SEG_RANK_QUANTILE_BAND;
  struct seg_term term =
      opaque(scope, node, band ? valued : solver->yes, "it compares all customers");
  Z3_ast zero = seg_term_int(solver, 0);
  switch (node->rank) {
  case SEG_RANK_NTILE:
  case SEG_RANK_QUANTILE_BAND: between(query, term.value, 1, node->rank_count); break;
  case SEG_RANK_TOP:
  case SEG_RANK_TOP_SHARE: // never without a value
    seg_query_fact(query, seg_term_or(solver, valued, seg_term_equal(solver, term.value, zero)));
    break;
  case SEG_RANK_PERCENTILE:
    seg_query_fact(query, seg_term_at_most(solver, seg_term_real(solver, 0), term.value));
    seg_query_fact(query, seg_term_at_most(solver, term.value, seg_term_real(solver, 1)));
    break;
  case SEG_RANK_KIND_COUNT: break;
  }
  return term;
}

struct seg_term seg_encode_value(const struct seg_encode_scope *scope,
                                 const struct seg_node *node) {
  struct seg_query *query = scope->query;
  struct seg_solver *solver = query->solver;
  switch (node->kind) {
  case SEG_NODE_LITERAL: return literal(query, &node->literal, &node->type);
  case SEG_NODE_ATTRIBUTE:
  case SEG_NODE_COLUMN: return column(scope, node);
  case SEG_NODE_AGGREGATE: return seg_encode_aggregate(query, node);
  case SEG_NODE_DAYS_SINCE: return days_since(scope, node);
  case SEG_NODE_DATE_FUNCTION: return date_function(scope, node);
  case SEG_NODE_ADD_DAYS: return days_between(scope, node, true);
  case SEG_NODE_DAYS_BETWEEN: return days_between(scope, node, false);
  case SEG_NODE_ABS: return absolute(scope, node);
  case SEG_NODE_ROUND: {
    struct seg_term term = seg_encode_value(scope, node->operands[0]);
    return opaque(scope, node, term.known, "it rounds a value");
  }
  case SEG_NODE_RANK: return rank(scope, node);
  case SEG_NODE_BAND: return band(scope, node);
  case SEG_NODE_BAND_FRACTION: return band_fraction(scope, node);
  case SEG_NODE_TO_NUMBER: return to_number(scope, node);
  case SEG_NODE_RESCALE: return rescale(scope, node);
  case SEG_NODE_ADD:
  case SEG_NODE_SUBTRACT:
  case SEG_NODE_MULTIPLY:
  case SEG_NODE_DIVIDE: return arithmetic(scope, node);
  case SEG_NODE_NEGATE: {
    struct seg_term term = seg_encode_value(scope, node->operands[0]);
    term.value = Z3_mk_unary_minus(solver->context, term.value);
    return term;
  }
  case SEG_NODE_ELSE: return otherwise(scope, node);
  case SEG_NODE_BUCKET: return bucket(scope, node);
  case SEG_NODE_EVENT_DATE:
    return opaque(scope, node, solver->yes, "it looks at the dates of single events");
  case SEG_NODE_TEXT_MAP: {
    struct seg_term term = seg_encode_value(scope, node->operands[0]);
    return opaque(scope, node, term.known, "it compares texts that are made from others");
  }
  case SEG_NODE_TEXT_LENGTH: {
    struct seg_term text = seg_encode_value(scope, node->operands[0]);
    struct seg_term term = opaque(scope, node, text.known, "it measures a text");
    seg_query_fact(query, seg_term_at_most(solver, seg_term_int(solver, 0), term.value));
    return term;
  }
  case SEG_NODE_COMPARE:
  case SEG_NODE_COMPARE_FRACTIONS:
  case SEG_NODE_IN:
  case SEG_NODE_TEXT_TEST:
  case SEG_NODE_MATCHES:
  case SEG_NODE_LISTED:
  case SEG_NODE_IS_KNOWN:
  case SEG_NODE_MEMBER:
  case SEG_NODE_NOT:
  case SEG_NODE_AND:
  case SEG_NODE_OR:
  case SEG_NODE_TALLY:
  case SEG_NODE_KIND_COUNT: break;
  }
  Z3_ast holds = seg_encode_condition(scope, node);
  return known(query, seg_term_if(solver, holds, seg_term_int(solver, 1), seg_term_int(solver, 0)));
}

// --- conditions ---

static Z3_ast compare(const struct seg_encode_scope *scope, const struct seg_node *node) {
  struct seg_solver *solver = scope->query->solver;
  const struct seg_node *left = node->operands[0], *right = node->operands[1];
  struct seg_term a = seg_encode_value(scope, left), b = seg_encode_value(scope, right);
  Z3_ast both = seg_term_and(solver, a.known, b.known);
  Z3_ast holds = left->type.kind == SEG_TYPE_TEXT
                     ? compare_texts(scope, node->comparison, left, right)
                     : order(solver, node->comparison, a.value, b.value);
  return seg_term_and(solver, both, holds);
}

static Z3_ast compare_fractions(const struct seg_encode_scope *scope, const struct seg_node *node) {
  struct seg_query *query = scope->query;
  struct seg_solver *solver = query->solver;
  struct seg_term terms[4];
  Z3_ast defined = solver->yes;
  for (int i = 0; i < 4; i++) {
    terms[i] = seg_encode_value(scope, node->operands[i]);
    defined = seg_term_and(solver, defined, terms[i].known);
    if (i % 2 == 1)
      defined = seg_term_and(
          solver, defined,
          seg_term_not(solver, seg_term_equal(solver, terms[i].value, seg_term_int(solver, 0))));
  }
  bool linear = (is_literal(node->operands[0]) || is_literal(node->operands[3])) &&
                (is_literal(node->operands[1]) || is_literal(node->operands[2]));
  if (!linear)
    return seg_term_and(solver, defined,
                        any_truth(query, "it compares two averages with each other"));
  return seg_term_and(solver, defined,
                      order(solver, node->comparison,
                            seg_term_multiply(solver, terms[0].value, terms[3].value),
                            seg_term_multiply(solver, terms[2].value, terms[1].value)));
}

static Z3_ast in_list(const struct seg_encode_scope *scope, const struct seg_node *node) {
  struct seg_query *query = scope->query;
  struct seg_solver *solver = query->solver;
  struct seg_term value = seg_encode_value(scope, node->operands[0]);
  Z3_ast found = solver->no;
  for (uint32_t i = 0; i < node->literal_count; i++) {
    Z3_ast equal =
        node->operands[0]->type.kind == SEG_TYPE_TEXT
            ? seg_encode_text_test(scope, node->operands[0], SEG_TEXT_IS, node->literals[i].text)
            : seg_term_equal(solver, value.value,
                             literal(query, &node->literals[i], &node->operands[0]->type).value);
    found = seg_term_or(solver, found, equal);
  }
  return seg_term_and(solver, value.known, found);
}

static Z3_ast text_test(const struct seg_encode_scope *scope, const struct seg_node *node) {
  static const enum seg_text_question questions[] = {[SEG_STARTS_WITH] = SEG_TEXT_BEGINS,
                                                     [SEG_ENDS_WITH] = SEG_TEXT_CLOSES,
                                                     [SEG_CONTAINS] = SEG_TEXT_HOLDS};
  struct seg_term value = seg_encode_value(scope, node->operands[0]);
  return seg_term_and(scope->query->solver, value.known,
                      seg_encode_text_test(scope, node->operands[0], questions[node->text_test],
                                           node->operands[1]->literal.text));
}

static Z3_ast tally(const struct seg_encode_scope *scope, const struct seg_node *node) {
  struct seg_solver *solver = scope->query->solver;
  Z3_ast zero = seg_term_int(solver, 0), one = seg_term_int(solver, 1), holding = zero;
  for (uint32_t i = 0; i < node->operand_count; i++)
    holding = seg_term_add(
        solver, holding,
        seg_term_if(solver, seg_encode_condition(scope, node->operands[i]), one, zero));
  return seg_term_and(solver, seg_term_at_most(solver, seg_term_int(solver, node->least), holding),
                      seg_term_at_most(solver, holding, seg_term_int(solver, node->most)));
}

/** A bool column or a literal: known and true. */
static Z3_ast is_true(const struct seg_encode_scope *scope, const struct seg_node *node) {
  struct seg_solver *solver = scope->query->solver;
  struct seg_term term = seg_encode_value(scope, node);
  return seg_term_and(solver, term.known,
                      seg_term_equal(solver, term.value, seg_term_int(solver, 1)));
}

Z3_ast seg_encode_condition(const struct seg_encode_scope *scope, const struct seg_node *node) {
  struct seg_solver *solver = scope->query->solver;
  switch (node->kind) {
  case SEG_NODE_COMPARE: return compare(scope, node);
  case SEG_NODE_COMPARE_FRACTIONS: return compare_fractions(scope, node);
  case SEG_NODE_IN: return in_list(scope, node);
  case SEG_NODE_TEXT_TEST: return text_test(scope, node);
  case SEG_NODE_IS_KNOWN: return seg_encode_value(scope, node->operands[0]).known;
  case SEG_NODE_NOT: return seg_term_not(solver, seg_encode_condition(scope, node->operands[0]));
  case SEG_NODE_MEMBER: return seg_encode_condition(scope, node->operands[0]);
  case SEG_NODE_MATCHES: {
    Z3_ast text = seg_encode_value(scope, node->operands[0]).known;
    struct seg_term test = opaque(scope, node, solver->yes, "it matches a text with a pattern");
    return seg_term_and(solver, text, seg_term_equal(solver, test.value, seg_term_int(solver, 1)));
  }
  case SEG_NODE_LISTED: {
    struct seg_term test = opaque(scope, node, solver->yes, "it looks customers up in a list");
    return seg_term_equal(solver, test.value, seg_term_int(solver, 1));
  }
  case SEG_NODE_TALLY: return tally(scope, node);
  case SEG_NODE_AND:
  case SEG_NODE_OR: {
    Z3_ast result = node->kind == SEG_NODE_AND ? solver->yes : solver->no;
    for (uint32_t i = 0; i < node->operand_count; i++) {
      Z3_ast part = seg_encode_condition(scope, node->operands[i]);
      result = node->kind == SEG_NODE_AND ? seg_term_and(solver, result, part)
                                          : seg_term_or(solver, result, part);
    }
    return result;
  }
  case SEG_NODE_LITERAL:
  case SEG_NODE_ATTRIBUTE:
  case SEG_NODE_COLUMN:
  case SEG_NODE_EVENT_DATE:
  case SEG_NODE_AGGREGATE:
  case SEG_NODE_BUCKET:
  case SEG_NODE_DAYS_SINCE:
  case SEG_NODE_DATE_FUNCTION:
  case SEG_NODE_ADD_DAYS:
  case SEG_NODE_DAYS_BETWEEN:
  case SEG_NODE_RANK:
  case SEG_NODE_BAND:
  case SEG_NODE_BAND_FRACTION:
  case SEG_NODE_TO_NUMBER:
  case SEG_NODE_RESCALE:
  case SEG_NODE_ADD:
  case SEG_NODE_SUBTRACT:
  case SEG_NODE_MULTIPLY:
  case SEG_NODE_DIVIDE:
  case SEG_NODE_NEGATE:
  case SEG_NODE_ABS:
  case SEG_NODE_ROUND:
  case SEG_NODE_TEXT_MAP:
  case SEG_NODE_TEXT_LENGTH:
  case SEG_NODE_ELSE:
  case SEG_NODE_KIND_COUNT: break;
  }
  return is_true(scope, node);
}
