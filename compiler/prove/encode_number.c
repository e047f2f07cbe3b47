// Numbers and amounts as terms.
#include "compiler/prove/encode.h"

Z3_ast seg_encode_order(struct seg_solver *solver, enum seg_comparison comparison, Z3_ast a,
                        Z3_ast b) {
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
  struct seg_str form = seg_encode_key(scope, node);
  const struct seg_term *calculated = seg_query_calculated(query, form, &node->type);
  if (calculated != NULL)
    return *calculated;
  struct seg_term term = {exact.known, seg_term_variable(solver, solver->reals, "rounded")};
  // |term - exact| <= |exact| / 2^52: twice the bound of rounding to nearest. What is too small for
  // that is smaller than any value that somebody compares with, but need not be 0.
  Z3_ast width = seg_term_multiply(solver, seg_term_real(solver, 0x1p-52), exact.value);
  Z3_ast zero = seg_term_real(solver, 0);
  Z3_ast negative = seg_term_multiply(solver, seg_term_real(solver, -1), width);
  Z3_ast span = seg_term_if(solver, seg_term_at_most(solver, zero, exact.value), width, negative);
  if ((node->kind == SEG_NODE_MULTIPLY || node->kind == SEG_NODE_DIVIDE) &&
      node->operands[0]->kind != SEG_NODE_TO_NUMBER)
    span = seg_term_add(solver, span, seg_term_real(solver, 0x1p-100));
  seg_query_fact(query,
                 seg_term_at_most(solver, term.value, seg_term_add(solver, exact.value, span)));
  seg_query_fact(
      query, seg_term_at_most(solver, seg_term_subtract(solver, exact.value, span), term.value));
  // Rounding keeps the sign, as it keeps every order.
  seg_query_fact(query, seg_term_implies(solver, seg_term_at_most(solver, zero, exact.value),
                                         seg_term_at_most(solver, zero, term.value)));
  seg_query_fact(query, seg_term_implies(solver, seg_term_at_most(solver, exact.value, zero),
                                         seg_term_at_most(solver, term.value, zero)));
  struct seg_shared_term shared = {form, term, &node->type};
  if (form.size > 0 && !SEG_VEC_PUSH(&query->shared, shared))
    query->out_of_memory = true;
  return term;
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
  if (!linear) {
    size_t known = scope->query->shared.count;
    result = seg_encode_opaque(scope, node, result.known,
                               "it multiplies or divides two values of a customer");
    if (!scope->query->collecting && scope->query->shared.count > known)
      seg_encode_relate(scope, node, a.value, b.value, result.value);
    return result;
  }
  switch (node->kind) {
  case SEG_NODE_ADD: result.value = seg_term_add(solver, a.value, b.value); break;
  case SEG_NODE_SUBTRACT: result.value = seg_term_subtract(solver, a.value, b.value); break;
  case SEG_NODE_MULTIPLY: result.value = seg_term_multiply(solver, a.value, b.value); break;
  default: { // DIVIDE by a literal
    double divisor = node->operands[1]->literal.number;
    if (divisor == 0)
      return (struct seg_term){solver->no, a.value};
    result.value = seg_term_divide(solver, a.value, b.value);
  }
  }
  return seg_type_is_real(&node->type) ? rounded(scope, node, result) : result;
}

static bool is_quotient(const struct seg_node *node) {
  return node->kind == SEG_NODE_DIVIDE && node->operands[0]->kind == SEG_NODE_TO_NUMBER &&
         node->operands[1]->kind == SEG_NODE_TO_NUMBER;
}

/** Off the edge a witness does not hang on a last digit. */
static void wish_apart(struct seg_query *query, Z3_ast a, Z3_ast b) {
  struct seg_solver *solver = query->solver;
  Z3_ast gap = seg_term_real(solver, 0x1p-20);
  seg_query_wish(query,
                 seg_term_or(solver, seg_term_at_most(solver, seg_term_add(solver, a, gap), b),
                             seg_term_at_most(solver, seg_term_add(solver, b, gap), a)));
}

/** Of larger values one rounding is more than the gap. */
static void wish_small(struct seg_query *query, Z3_ast value) {
  struct seg_solver *solver = query->solver;
  seg_query_wish(
      query, seg_term_and(solver, seg_term_at_most(solver, seg_term_real(solver, -0x1p30), value),
                          seg_term_at_most(solver, value, seg_term_real(solver, 0x1p30))));
}

void seg_encode_quotient(const struct seg_encode_scope *scope, const struct seg_node *quotient,
                         const struct seg_node *bound) {
  struct seg_solver *solver = scope->query->solver;
  if (scope->is_event || !is_quotient(quotient) || !is_literal(bound))
    return;
  Z3_ast value = seg_encode_value(scope, quotient).value;
  Z3_ast above = seg_encode_value(scope, quotient->operands[0]).value;
  Z3_ast below = seg_encode_value(scope, quotient->operands[1]).value;
  Z3_ast limit = seg_encode_value(scope, bound).value, zero = seg_term_real(solver, 0);
  Z3_ast positive = seg_term_not(solver, seg_term_at_most(solver, below, zero));
  // The quotient of doubles is that of numbers, rounded. Rounding keeps the order, so it never
  // carries a quotient over the literal, only onto it; and of whole numbers nothing underflows.
  Z3_ast width = seg_term_multiply(solver, seg_term_real(solver, 0x1p-52), above);
  Z3_ast span = seg_term_if(solver, seg_term_at_most(solver, zero, above), width,
                            seg_term_multiply(solver, seg_term_real(solver, -1), width));
  Z3_ast product = seg_term_multiply(solver, limit, below);
  const struct {
    enum seg_comparison comparison;
    Z3_ast above;
  } said[] = {{SEG_LESS, above},
              {SEG_GREATER, above},
              {SEG_LESS_EQUAL, seg_term_subtract(solver, above, span)},
              {SEG_GREATER_EQUAL, seg_term_add(solver, above, span)}};
  for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
    enum seg_comparison c = said[i].comparison;
    seg_query_fact(
        scope->query,
        seg_term_implies(solver,
                         seg_term_and(solver, positive, seg_encode_order(solver, c, value, limit)),
                         seg_encode_order(solver, c, said[i].above, product)));
  }
  wish_apart(scope->query, above, product);
}

static bool is_arithmetic(const struct seg_node *node) {
  return node->kind == SEG_NODE_ADD || node->kind == SEG_NODE_SUBTRACT ||
         node->kind == SEG_NODE_MULTIPLY || node->kind == SEG_NODE_DIVIDE;
}

void seg_encode_off_edge(const struct seg_encode_scope *scope, const struct seg_node *left,
                         const struct seg_node *right) {
  if (scope->is_event || !seg_type_is_real(&left->type))
    return;
  const struct seg_node *value = is_literal(left) ? right : left;
  bool calculated = is_arithmetic(left) || is_arithmetic(right);
  bool wished = is_literal(left) != is_literal(right)
                    ? value->kind != SEG_NODE_AGGREGATE && !is_quotient(value)
                    : calculated;
  if (!wished)
    return;
  Z3_ast a = seg_encode_value(scope, left).value, b = seg_encode_value(scope, right).value;
  if (calculated) {
    wish_small(scope->query, a);
    wish_small(scope->query, b);
  }
  wish_apart(scope->query, a, b);
}

static struct seg_term to_number(const struct seg_encode_scope *scope,
                                 const struct seg_node *node) {
  struct seg_solver *solver = scope->query->solver;
  struct seg_term whole = seg_encode_value(scope, node->operands[0]);
  double unit = 1;
  for (unsigned i = 0; i < node->operands[0]->type.scale; i++)
    unit *= 10;
  Z3_ast real = seg_term_to_real(solver, whole.value);
  struct seg_term exact = {
      whole.known, unit == 1 ? real : seg_term_divide(solver, real, seg_term_real(solver, unit))};
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
struct seg_term seg_encode_band(const struct seg_encode_scope *scope, const struct seg_node *node) {
  struct seg_query *query = scope->query;
  struct seg_solver *solver = query->solver;
  struct seg_term value = seg_encode_value(scope, node->operands[0]);
  Z3_ast result = seg_term_int(solver, 1);
  for (uint32_t i = 0; i < node->literal_count; i++) {
    Z3_ast cut = seg_encode_literal(query, &node->literals[i], &node->operands[0]->type).value;
    result = seg_term_if(solver, seg_term_at_most(solver, cut, value.value),
                         seg_term_int(solver, i + 2), result);
  }
  return (struct seg_term){value.known, result};
}

struct seg_term seg_encode_band_fraction(const struct seg_encode_scope *scope,
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

static struct seg_term absolute(const struct seg_encode_scope *scope, const struct seg_node *node) {
  struct seg_solver *solver = scope->query->solver;
  struct seg_term term = seg_encode_value(scope, node->operands[0]);
  Z3_ast zero = seg_type_is_real(&node->type) ? seg_term_real(solver, 0) : seg_term_int(solver, 0);
  term.value = seg_term_if(solver, seg_term_at_most(solver, zero, term.value), term.value,
                           seg_term_negate(solver, term.value));
  return term;
}

Z3_ast seg_encode_fractions(const struct seg_encode_scope *scope, const struct seg_node *node) {
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
    return seg_term_and(solver, defined, seg_encode_fraction_order(scope, node, terms));
  return seg_term_and(solver, defined,
                      seg_encode_order(solver, node->comparison,
                                       seg_term_multiply(solver, terms[0].value, terms[3].value),
                                       seg_term_multiply(solver, terms[2].value, terms[1].value)));
}

static struct seg_term negated(const struct seg_encode_scope *scope, const struct seg_node *node) {
  struct seg_term term = seg_encode_value(scope, node->operands[0]);
  term.value = seg_term_negate(scope->query->solver, term.value);
  return term;
}

/** A real as a whole number: down, up, or to the nearest, halves away from zero. */
static Z3_ast rounded_real(struct seg_solver *solver, enum seg_rounding rounding, Z3_ast value) {
  Z3_ast zero = seg_term_real(solver, 0), half = seg_term_real(solver, 0.5);
  Z3_ast negative = seg_term_negate(solver, value);
  switch (rounding) {
  case SEG_FLOOR: return seg_term_floor(solver, value);
  case SEG_CEIL: return seg_term_negate(solver, seg_term_floor(solver, negative));
  case SEG_ROUND: break;
  }
  Z3_ast up = seg_term_floor(solver, seg_term_add(solver, value, half));
  Z3_ast down =
      seg_term_negate(solver, seg_term_floor(solver, seg_term_add(solver, negative, half)));
  return seg_term_if(solver, seg_term_at_most(solver, zero, value), up, down);
}

/** Whole units of money, out of minor ones. */
static Z3_ast rounded_units(struct seg_solver *solver, enum seg_rounding rounding, Z3_ast units,
                            int64_t unit) {
  Z3_ast by = seg_term_int(solver, unit), zero = seg_term_int(solver, 0);
  Z3_ast down = seg_term_divide(solver, units, by);
  Z3_ast up = seg_term_negate(solver, seg_term_divide(solver, seg_term_negate(solver, units), by));
  Z3_ast half = seg_term_int(solver, unit / 2);
  Z3_ast nearest = seg_term_divide(solver, seg_term_add(solver, units, half), by);
  Z3_ast farthest = seg_term_negate(
      solver,
      seg_term_divide(solver, seg_term_add(solver, seg_term_negate(solver, units), half), by));
  switch (rounding) {
  case SEG_FLOOR: return down;
  case SEG_CEIL: return up;
  case SEG_ROUND: break;
  }
  return seg_term_if(solver, seg_term_at_most(solver, zero, units), nearest, farthest);
}

static struct seg_term whole(const struct seg_encode_scope *scope, const struct seg_node *node) {
  struct seg_solver *solver = scope->query->solver;
  struct seg_term term = seg_encode_value(scope, node->operands[0]);
  int64_t unit = 1;
  for (unsigned i = 0; i < node->type.scale; i++)
    unit *= 10;
  if (node->operands[0]->type.kind == SEG_TYPE_MONEY)
    term.value = unit == 1 ? term.value : rounded_units(solver, node->rounding, term.value, unit);
  else
    term.value = rounded_real(solver, node->rounding, term.value);
  term.value = seg_term_multiply(solver, seg_term_int(solver, unit), term.value);
  return term;
}

struct seg_term seg_encode_number(const struct seg_encode_scope *scope,
                                  const struct seg_node *node) {
  switch ((int)node->kind) {
  case SEG_NODE_NEGATE: return negated(scope, node);
  case SEG_NODE_ABS: return absolute(scope, node);
  case SEG_NODE_ROUND: return whole(scope, node);
  case SEG_NODE_TO_NUMBER: return to_number(scope, node);
  case SEG_NODE_RESCALE: return rescale(scope, node);
  }
  return arithmetic(scope, node);
}
