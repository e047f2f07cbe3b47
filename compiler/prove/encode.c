// Values and conditions of rules as terms; see query.h.
#include "compiler/prove/encode.h"

#include "compiler/prove/aggregate.h"

struct seg_term seg_encode_known(struct seg_query *query, Z3_ast value) {
  return (struct seg_term){query->solver->yes, value};
}

struct seg_term seg_encode_literal(struct seg_query *query, const struct seg_literal *value,
                                   const struct seg_type *type) {
  return seg_encode_known(query, seg_type_is_real(type)
                                     ? seg_term_real(query->solver, value->number)
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

// --- what has no exact term ---

Z3_ast seg_encode_any_truth(struct seg_query *query, const char *reason) {
  seg_query_weaken(query, reason);
  return seg_term_variable(query->solver, query->solver->truths, "any");
}

void seg_encode_between(struct seg_query *query, Z3_ast term, int64_t low, int64_t high) {
  struct seg_solver *solver = query->solver;
  seg_query_fact(query, seg_term_at_most(solver, seg_term_int(solver, low), term));
  seg_query_fact(query, seg_term_at_most(solver, term, seg_term_int(solver, high)));
}

struct seg_str seg_encode_key(const struct seg_encode_scope *scope, const struct seg_node *node) {
  struct seg_query *query = scope->query;
  struct seg_str form = seg_query_form(query, scope->row->entity, node);
  return scope->is_event ? seg_arena_format(&query->arena, "event %.*s", SEG_STR(form)) : form;
}

struct seg_term seg_encode_opaque(const struct seg_encode_scope *scope, const struct seg_node *node,
                                  Z3_ast is_known, const char *reason) {
  struct seg_query *query = scope->query;
  seg_query_weaken(query, reason);
  struct seg_str form = seg_encode_key(scope, node);
  const struct seg_term *calculated = seg_query_calculated(query, form, &node->type);
  if (calculated != NULL)
    return *calculated;
  struct seg_shared_term shared = {form, seg_query_variable(query, &node->type, "opaque"),
                                   &node->type};
  shared.term.known = is_known != NULL ? is_known
                      : node->optional
                          ? seg_term_variable(query->solver, query->solver->truths, "known")
                          : query->solver->yes;
  if (form.size > 0 && !SEG_VEC_PUSH(&query->shared, shared))
    query->out_of_memory = true;
  return shared.term;
}

// --- values ---

static struct seg_term otherwise(const struct seg_encode_scope *scope,
                                 const struct seg_node *node) {
  struct seg_solver *solver = scope->query->solver;
  struct seg_term first = seg_encode_value(scope, node->operands[0]);
  struct seg_term second = seg_encode_value(scope, node->operands[1]);
  return (struct seg_term){seg_term_or(solver, first.known, second.known),
                           seg_term_if(solver, first.known, first.value, second.value)};
}

struct seg_term seg_encode_value(const struct seg_encode_scope *scope,
                                 const struct seg_node *node) {
  struct seg_query *query = scope->query;
  struct seg_solver *solver = query->solver;
  switch (node->kind) {
  case SEG_NODE_LITERAL: return seg_encode_literal(query, &node->literal, &node->type);
  case SEG_NODE_ATTRIBUTE:
  case SEG_NODE_COLUMN: return column(scope, node);
  case SEG_NODE_AGGREGATE: return seg_encode_aggregate(query, node);
  case SEG_NODE_DAYS_SINCE:
  case SEG_NODE_DATE_FUNCTION:
  case SEG_NODE_ADD_DAYS:
  case SEG_NODE_DAYS_BETWEEN: return seg_encode_date(scope, node);
  case SEG_NODE_BAND: return seg_encode_band(scope, node);
  case SEG_NODE_BAND_FRACTION: return seg_encode_band_fraction(scope, node);
  case SEG_NODE_NEGATE:
  case SEG_NODE_ABS:
  case SEG_NODE_ROUND:
  case SEG_NODE_TO_NUMBER:
  case SEG_NODE_RESCALE:
  case SEG_NODE_ADD:
  case SEG_NODE_SUBTRACT:
  case SEG_NODE_MULTIPLY:
  case SEG_NODE_DIVIDE: return seg_encode_number(scope, node);
  case SEG_NODE_ELSE: return otherwise(scope, node);
  case SEG_NODE_RANK: return seg_encode_rank(scope, node);
  case SEG_NODE_BUCKET: return seg_encode_bucket(scope, node);
  case SEG_NODE_EVENT_DATE:
    return seg_encode_opaque(scope, node, solver->yes, "it looks at the dates of single events");
  case SEG_NODE_TEXT_MAP:
  case SEG_NODE_TEXT_LENGTH: return seg_encode_text_value(scope, node);
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
  return seg_encode_known(
      query, seg_term_if(solver, holds, seg_term_int(solver, 1), seg_term_int(solver, 0)));
}

// --- conditions ---

/** Of two known values. */
static Z3_ast compare_values(const struct seg_encode_scope *scope, enum seg_comparison comparison,
                             const struct seg_node *left, const struct seg_node *right) {
  struct seg_solver *solver = scope->query->solver;
  if (left->type.kind == SEG_TYPE_TEXT)
    return seg_encode_text_comparison(scope, comparison, left, right);
  if (seg_encode_is_length_test(left, right))
    return seg_encode_length_test(scope, comparison, left, right->literal.integer);
  if (seg_encode_is_length_test(right, left))
    return seg_encode_length_test(scope, seg_comparison_turned(comparison), right,
                                  left->literal.integer);
  return seg_encode_order(solver, comparison, seg_encode_value(scope, left).value,
                          seg_encode_value(scope, right).value);
}

/** Is the value known? */
static Z3_ast is_known(const struct seg_encode_scope *scope, const struct seg_node *node) {
  // The length itself is not asked for.
  return seg_encode_value(scope, node->kind == SEG_NODE_TEXT_LENGTH ? node->operands[0] : node)
      .known;
}

static Z3_ast compare(const struct seg_encode_scope *scope, const struct seg_node *node) {
  struct seg_solver *solver = scope->query->solver;
  const struct seg_node *left = node->operands[0], *right = node->operands[1];
  Z3_ast both = seg_term_and(solver, is_known(scope, left), is_known(scope, right));
  seg_encode_quotient(scope, left, right);
  seg_encode_quotient(scope, right, left);
  seg_encode_off_edge(scope, left, right);
  if (scope->query->collecting) {
    seg_aggregate_collect_limit(scope->query, left, right);
    seg_aggregate_collect_limit(scope->query, right, left);
  }
  return seg_term_and(solver, both, compare_values(scope, node->comparison, left, right));
}

static Z3_ast in_list(const struct seg_encode_scope *scope, const struct seg_node *node) {
  struct seg_query *query = scope->query;
  struct seg_solver *solver = query->solver;
  struct seg_term value = seg_encode_value(scope, node->operands[0]);
  Z3_ast found = solver->no;
  for (uint32_t i = 0; i < node->literal_count; i++) {
    Z3_ast equal =
        node->operands[0]->type.kind == SEG_TYPE_TEXT
            ? seg_encode_text_is(scope, node->operands[0], node->literals[i].text)
            : seg_term_equal(
                  solver, value.value,
                  seg_encode_literal(query, &node->literals[i], &node->operands[0]->type).value);
    found = seg_term_or(solver, found, equal);
  }
  return seg_term_and(solver, value.known, found);
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
  Z3_ast of_edge;
  if (seg_edge_condition(scope, node, &of_edge))
    return of_edge;
  switch (node->kind) {
  case SEG_NODE_COMPARE: return compare(scope, node);
  case SEG_NODE_COMPARE_FRACTIONS: return seg_encode_fractions(scope, node);
  case SEG_NODE_IN: return in_list(scope, node);
  case SEG_NODE_TEXT_TEST: return seg_encode_text_part(scope, node);
  case SEG_NODE_IS_KNOWN: return seg_encode_value(scope, node->operands[0]).known;
  case SEG_NODE_NOT: return seg_term_not(solver, seg_encode_condition(scope, node->operands[0]));
  case SEG_NODE_MEMBER: return seg_encode_condition(scope, node->operands[0]);
  case SEG_NODE_MATCHES: return seg_encode_matches(scope, node);
  case SEG_NODE_LISTED: return seg_encode_listed(scope, node);
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
