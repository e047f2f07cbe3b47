// What is known of products and quotients of two values.
//
// They have no linear term. Everything here holds of the values as they are calculated: whole ones
// exactly (a product that does not fit ends the run), doubles because rounding keeps every order
// and leaves 0, 1 and 2 times a value as they are.
#include "compiler/prove/encode.h"

/** A product or quotient and its operands. */
struct related {
  struct seg_query *query;
  bool real;
  Z3_ast a, b, result;
};

static Z3_ast number(const struct related *related, int64_t value) {
  struct seg_solver *solver = related->query->solver;
  return related->real ? seg_term_real(solver, (double)value) : seg_term_int(solver, value);
}

static Z3_ast at_most(const struct related *related, Z3_ast x, Z3_ast y) {
  return seg_term_at_most(related->query->solver, x, y);
}

/** A fact: where both hold, so does the third. */
static void follows(const struct related *related, Z3_ast first, Z3_ast second, Z3_ast third) {
  struct seg_solver *solver = related->query->solver;
  seg_query_fact(related->query,
                 seg_term_implies(solver, seg_term_and(solver, first, second), third));
}

/** Equal signs make it positive, other ones negative. A divisor is never 0. */
static void relate_signs(const struct related *related) {
  Z3_ast zero = number(related, 0);
  Z3_ast up = at_most(related, zero, related->result);
  Z3_ast down = at_most(related, related->result, zero);
  Z3_ast a_up = at_most(related, zero, related->a), a_down = at_most(related, related->a, zero);
  Z3_ast b_up = at_most(related, zero, related->b), b_down = at_most(related, related->b, zero);
  follows(related, a_up, b_up, up);
  follows(related, a_down, b_down, up);
  follows(related, a_up, b_down, down);
  follows(related, a_down, b_up, down);
}

/** A factor that is `times`, or more, or less but not below 0, against so many times the other. */
static void relate_factor(const struct related *related, Z3_ast factor, Z3_ast other,
                          int64_t times) {
  struct seg_solver *solver = related->query->solver;
  Z3_ast zero = number(related, 0), k = number(related, times);
  Z3_ast many = times == 0 ? zero : times == 1 ? other : seg_term_multiply(solver, k, other);
  Z3_ast is = seg_term_equal(solver, factor, k);
  follows(related, is, is, seg_term_equal(solver, related->result, many));
  if (times == 0)
    return;
  Z3_ast more = at_most(related, k, factor);
  Z3_ast less = seg_term_and(solver, at_most(related, zero, factor), at_most(related, factor, k));
  Z3_ast up = at_most(related, zero, other), down = at_most(related, other, zero);
  follows(related, more, up, at_most(related, many, related->result));
  follows(related, more, down, at_most(related, related->result, many));
  follows(related, less, up, at_most(related, related->result, many));
  follows(related, less, down, at_most(related, many, related->result));
}

static void relate_product(const struct related *related, bool has_wish) {
  static const int64_t times[] = {0, 1, 2, 5};
  struct seg_solver *solver = related->query->solver;
  size_t count = related->real ? 3 : 4; // 5 times a double is rounded
  Z3_ast easy = solver->no;
  relate_signs(related);
  for (size_t i = 0; i < count; i++) {
    Z3_ast k = number(related, times[i]);
    relate_factor(related, related->a, related->b, times[i]);
    relate_factor(related, related->b, related->a, times[i]);
    if (times[i] != 0)
      easy = seg_term_or(solver, easy,
                         seg_term_or(solver, seg_term_equal(solver, related->a, k),
                                     seg_term_equal(solver, related->b, k)));
  }
  if (has_wish)
    seg_query_wish(related->query, easy);
}

static void relate_quotient(const struct related *related, bool has_wish) {
  struct seg_solver *solver = related->query->solver;
  Z3_ast zero = number(related, 0), one = number(related, 1);
  Z3_ast is_one = seg_term_equal(solver, related->b, one);
  Z3_ast is_zero = seg_term_equal(solver, related->a, zero);
  Z3_ast up = at_most(related, zero, related->a), down = at_most(related, related->a, zero);
  Z3_ast more = at_most(related, one, related->b);
  Z3_ast less = seg_term_and(solver, seg_term_not(solver, at_most(related, related->b, zero)),
                             at_most(related, related->b, one));
  relate_signs(related);
  follows(related, is_one, is_one, seg_term_equal(solver, related->result, related->a));
  follows(related, is_zero, is_zero, seg_term_equal(solver, related->result, zero));
  follows(related, more, up, at_most(related, related->result, related->a));
  follows(related, more, down, at_most(related, related->a, related->result));
  follows(related, less, up, at_most(related, related->a, related->result));
  follows(related, less, down, at_most(related, related->result, related->a));
  if (has_wish)
    seg_query_wish(related->query, is_one);
}

void seg_encode_relate(const struct seg_encode_scope *scope, const struct seg_node *node, Z3_ast a,
                       Z3_ast b, Z3_ast result) {
  const struct related related = {scope->query, seg_type_is_real(&node->type), a, b, result};
  for (uint32_t i = 0; i < 2; i++)
    if (seg_type_is_real(&node->operands[i]->type) != related.real)
      return;
  // Of counts and sums a quotient is compared exactly.
  bool has_wish = node->operands[0]->kind != SEG_NODE_TO_NUMBER ||
                  node->operands[1]->kind != SEG_NODE_TO_NUMBER;
  if (node->kind == SEG_NODE_MULTIPLY)
    relate_product(&related, has_wish);
  else
    relate_quotient(&related, has_wish);
}
