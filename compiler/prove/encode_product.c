// What is known of products and quotients of two values, and of two fractions beside each other.
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

/** The contrary of the other one, exactly; and what a factor at or below -1 makes of it. */
static void relate_contrary(const struct related *related, Z3_ast factor, Z3_ast other) {
  struct seg_solver *solver = related->query->solver;
  Z3_ast zero = number(related, 0), k = number(related, -1);
  Z3_ast contrary = seg_term_subtract(solver, zero, other);
  Z3_ast is = seg_term_equal(solver, factor, k), below = at_most(related, factor, k);
  Z3_ast up = at_most(related, zero, other), down = at_most(related, other, zero);
  follows(related, is, is, seg_term_equal(solver, related->result, contrary));
  follows(related, below, up, at_most(related, related->result, contrary));
  follows(related, below, down, at_most(related, contrary, related->result));
}

static void relate_product(const struct related *related, bool has_wish) {
  static const int64_t times[] = {0, 1, 2, 5};
  struct seg_solver *solver = related->query->solver;
  size_t count = related->real ? 3 : 4; // 5 times a double is rounded
  Z3_ast easy = solver->no;
  relate_signs(related);
  relate_contrary(related, related->a, related->b);
  relate_contrary(related, related->b, related->a);
  for (size_t i = 0; i < count; i++) {
    Z3_ast k = number(related, times[i]);
    relate_factor(related, related->a, related->b, times[i]);
    relate_factor(related, related->b, related->a, times[i]);
    if (times[i] != 0)
      easy = seg_term_or(solver, easy,
                         seg_term_or(solver, seg_term_equal(solver, related->a, k),
                                     seg_term_equal(solver, related->b, k)));
  }
  Z3_ast k = number(related, -1);
  easy = seg_term_or(solver, easy,
                     seg_term_or(solver, seg_term_equal(solver, related->a, k),
                                 seg_term_equal(solver, related->b, k)));
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

// --- fractions against each other ---

/** By how much the first is larger than the second: nothing but its sign is known. */
struct fraction_order {
  struct seg_query *query;
  Z3_ast above[2], below[2];
  Z3_ast apart;
};

/** Of so many things each they are compared exactly. */
static Z3_ast relate_numbers(const struct fraction_order *order, int64_t first, int64_t second) {
  struct seg_query *query = order->query;
  struct seg_solver *solver = query->solver;
  Z3_ast zero = seg_term_real(solver, 0);
  Z3_ast few =
      seg_term_and(solver, seg_term_equal(solver, order->below[0], seg_term_int(solver, first)),
                   seg_term_equal(solver, order->below[1], seg_term_int(solver, second)));
  Z3_ast a = seg_term_multiply(solver, seg_term_int(solver, second), order->above[0]);
  Z3_ast c = seg_term_multiply(solver, seg_term_int(solver, first), order->above[1]);
  Z3_ast down = seg_term_at_most(solver, order->apart, zero);
  Z3_ast up = seg_term_at_most(solver, zero, order->apart);
  seg_query_fact(
      query,
      seg_term_implies(solver, few, seg_term_equal(solver, seg_term_at_most(solver, a, c), down)));
  seg_query_fact(
      query,
      seg_term_implies(solver, few, seg_term_equal(solver, seg_term_at_most(solver, c, a), up)));
  return few;
}

/** A witness has few events. */
static void relate_few(const struct fraction_order *order) {
  Z3_ast few = order->query->solver->no;
  for (int64_t first = 1; first <= 3; first++)
    for (int64_t second = 1; second <= 3; second++)
      few = seg_term_or(order->query->solver, few, relate_numbers(order, first, second));
  seg_query_wish(order->query, few);
}

/** The sign of what lies between them follows where both have the same denominator, and where 0
 * lies between them. Denominators are counts. */
static void relate_fractions(const struct fraction_order *order) {
  struct seg_query *query = order->query;
  struct seg_solver *solver = query->solver;
  Z3_ast zero = seg_term_real(solver, 0), none = seg_term_int(solver, 0);
  Z3_ast one = seg_term_int(solver, 1);
  Z3_ast counts = seg_term_and(solver, seg_term_at_most(solver, one, order->below[0]),
                               seg_term_at_most(solver, one, order->below[1]));
  Z3_ast same =
      seg_term_and(solver, counts, seg_term_equal(solver, order->below[0], order->below[1]));
  for (int side = 0; side < 2; side++) {
    Z3_ast a = order->above[side], c = order->above[1 - side];
    Z3_ast at_most = side == 0 ? seg_term_at_most(solver, order->apart, zero)
                               : seg_term_at_most(solver, zero, order->apart);
    Z3_ast less = side == 0 ? seg_term_not(solver, seg_term_at_most(solver, zero, order->apart))
                            : seg_term_not(solver, seg_term_at_most(solver, order->apart, zero));
    Z3_ast a_down = seg_term_at_most(solver, a, none), c_up = seg_term_at_most(solver, none, c);
    Z3_ast around = seg_term_and(solver, counts, seg_term_and(solver, a_down, c_up));
    Z3_ast strictly = seg_term_not(solver, seg_term_equal(solver, a, c)); // one of them is not 0
    seg_query_fact(
        query, seg_term_implies(solver, same,
                                seg_term_equal(solver, seg_term_at_most(solver, a, c), at_most)));
    seg_query_fact(query, seg_term_implies(solver, around, at_most));
    seg_query_fact(query, seg_term_implies(solver, seg_term_and(solver, around, strictly), less));
  }
  relate_few(order);
}

/** One term for each order of two fractions, whatever it is compared by. */
static struct seg_str key_of_fractions(struct seg_query *query,
                                       const struct seg_encode_scope *scope,
                                       const struct seg_node *node, int first) {
  const struct seg_program_entity *entity = scope->row->entity;
  struct seg_str forms[4];
  for (int i = 0; i < 4; i++)
    forms[i] = seg_query_form(query, entity, node->operands[(first + i) % 4]);
  return seg_arena_format(&query->arena, "%s fractions %.*s / %.*s, %.*s / %.*s",
                          scope->is_event ? "event" : "customer", SEG_STR(forms[0]),
                          SEG_STR(forms[1]), SEG_STR(forms[2]), SEG_STR(forms[3]));
}

Z3_ast seg_encode_fraction_order(const struct seg_encode_scope *scope, const struct seg_node *node,
                                 const struct seg_term *terms) {
  struct seg_query *query = scope->query;
  struct seg_solver *solver = query->solver;
  Z3_ast zero = seg_term_real(solver, 0), apart = NULL;
  seg_query_weaken(query, "it compares two averages with each other");
  struct seg_str key = key_of_fractions(query, scope, node, 0);
  struct seg_str turned = key_of_fractions(query, scope, node, 2);
  for (size_t i = 0; i < query->shared.count && apart == NULL; i++) {
    const struct seg_shared_term *shared = &query->shared.items[i];
    if (shared->type == NULL && seg_str_equal(shared->form, key))
      apart = shared->term.value;
    else if (shared->type == NULL && seg_str_equal(shared->form, turned))
      apart = seg_term_negate(solver, shared->term.value);
  }
  if (apart == NULL) {
    apart = seg_term_variable(solver, solver->reals, "apart");
    struct seg_shared_term shared = {key, {solver->yes, apart}, NULL};
    const struct fraction_order order = {
        query, {terms[0].value, terms[2].value}, {terms[1].value, terms[3].value}, apart};
    if (key.data == NULL || !SEG_VEC_PUSH(&query->shared, shared))
      query->out_of_memory = true;
    if (!query->collecting)
      relate_fractions(&order);
  }
  return seg_encode_order(solver, node->comparison, apart, zero);
}
