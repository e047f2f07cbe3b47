// Where a customer stands among others: ranks, drawn groups, lists.
#include "compiler/prove/encode.h"

/** One term for one form; `is_new` when it is to be made. */
static struct seg_term *shared_term(struct seg_query *query, struct seg_str form, bool *is_new) {
  *is_new = false;
  for (size_t i = 0; i < query->shared.count; i++)
    if (seg_str_equal(query->shared.items[i].form, form))
      return &query->shared.items[i].term;
  *is_new = true;
  struct seg_shared_term shared = {form, {query->solver->yes, NULL}, NULL};
  if (form.data == NULL || !SEG_VEC_PUSH(&query->shared, shared)) {
    query->out_of_memory = true;
    return NULL;
  }
  return &query->shared.items[query->shared.count - 1].term;
}

// --- drawn groups ---

/** What a customer draws for a salt, as a part of the whole range. */
static Z3_ast drawn(struct seg_query *query, struct seg_str salt) {
  struct seg_solver *solver = query->solver;
  bool is_new;
  struct seg_term *draw =
      shared_term(query, seg_arena_format(&query->arena, "draw %.*s", SEG_STR(salt)), &is_new);
  if (draw == NULL)
    return seg_term_real(solver, 0);
  if (!is_new)
    return draw->value;
  Z3_ast value = draw->value = seg_term_variable(solver, solver->reals, "draw");
  seg_query_fact(query, seg_term_at_most(solver, seg_term_real(solver, 0), value));
  seg_query_fact(query,
                 seg_term_not(solver, seg_term_at_most(solver, seg_term_real(solver, 1), value)));
  return value;
}

struct seg_term seg_encode_bucket(const struct seg_encode_scope *scope,
                                  const struct seg_node *node) {
  struct seg_query *query = scope->query;
  struct seg_solver *solver = query->solver;
  bool is_new;
  struct seg_str form = seg_arena_format(&query->arena, "bucket %lld %.*s",
                                         (long long)node->buckets, SEG_STR(node->salt));
  struct seg_term *shared = shared_term(query, form, &is_new);
  if (shared == NULL)
    return (struct seg_term){solver->yes, seg_term_int(solver, 1)};
  if (!is_new)
    return *shared;
  struct seg_term term = {solver->yes, seg_term_variable(solver, solver->integers, "bucket")};
  *shared = term;
  seg_encode_between(query, term.value, 1, node->buckets);
  // bucket - 1 <= draw * buckets < bucket
  Z3_ast bucket = seg_term_to_real(solver, term.value);
  Z3_ast place = seg_term_multiply(solver, seg_term_real(solver, (double)node->buckets),
                                   drawn(query, node->salt));
  Z3_ast below = seg_term_subtract(solver, bucket, seg_term_real(solver, 1));
  seg_query_fact(query, seg_term_at_most(solver, below, place));
  seg_query_fact(query, seg_term_not(solver, seg_term_at_most(solver, bucket, place)));
  struct seg_drawn own = {node, term.value};
  if (!query->collecting && !SEG_VEC_PUSH(&query->draws, own))
    query->out_of_memory = true;
  return term;
}

// --- lists ---

Z3_ast seg_encode_listed(const struct seg_encode_scope *scope, const struct seg_node *node) {
  struct seg_query *query = scope->query;
  struct seg_solver *solver = query->solver;
  bool is_new;
  struct seg_term *shared =
      shared_term(query, seg_arena_format(&query->arena, "list %u", node->list), &is_new);
  if (shared == NULL)
    return solver->no;
  if (!is_new)
    return shared->value;
  Z3_ast listed = shared->value = seg_term_variable(solver, solver->truths, "listed");
  struct seg_listing own = {node->list, listed};
  if (!query->collecting && !SEG_VEC_PUSH(&query->listings, own))
    query->out_of_memory = true;
  return listed;
}

// --- ranks ---

static double share_of(const struct seg_node *rank) {
  double part = (double)rank->rank_share.digits;
  for (uint8_t i = 0; i < rank->rank_share.scale; i++)
    part /= 10;
  return part;
}

/** What is known of two ranks of one value: who is among the first few is among the first many. */
static void relate_ranks(struct seg_query *query, const struct seg_ranked *a,
                         const struct seg_ranked *b) {
  struct seg_solver *solver = query->solver;
  bool tops = a->node->rank == b->node->rank &&
              (a->node->rank == SEG_RANK_TOP || a->node->rank == SEG_RANK_TOP_SHARE) &&
              (a->node->rank_count > 0) == (b->node->rank_count > 0);
  if (!tops || !seg_str_equal(a->operands, b->operands))
    return;
  double few = (double)a->node->rank_count, many = (double)b->node->rank_count;
  if (a->node->rank_count == 0) {
    few = share_of(a->node);
    many = share_of(b->node);
  }
  if (few <= many)
    seg_query_fact(query, seg_term_at_most(solver, a->value, b->value));
  if (many <= few)
    seg_query_fact(query, seg_term_at_most(solver, b->value, a->value));
}

/** Alone in the world, a customer has the first place: a witness is one customer. */
static Z3_ast alone(struct seg_query *query, const struct seg_node *node, Z3_ast valued,
                    Z3_ast value) {
  struct seg_solver *solver = query->solver;
  Z3_ast one = seg_term_int(solver, 1);
  switch (node->rank) {
  case SEG_RANK_NTILE:
  case SEG_RANK_QUANTILE_BAND: return seg_term_equal(solver, value, one);
  case SEG_RANK_TOP:
  case SEG_RANK_TOP_SHARE:
    return seg_term_or(solver, seg_term_not(solver, valued), seg_term_equal(solver, value, one));
  case SEG_RANK_PERCENTILE: return seg_term_equal(solver, value, seg_term_real(solver, 0));
  case SEG_RANK_KIND_COUNT: break;
  }
  return solver->yes;
}

static void note_rank(struct seg_query *query, const struct seg_encode_scope *scope,
                      const struct seg_node *node, Z3_ast value) {
  struct seg_str operands = seg_query_form(query, scope->row->entity, node->operands[0]);
  if (node->operand_count > 1)
    operands =
        seg_arena_format(&query->arena, "%.*s / %.*s", SEG_STR(operands),
                         SEG_STR(seg_query_form(query, scope->row->entity, node->operands[1])));
  struct seg_ranked own = {node, operands, value};
  for (size_t i = 0; i < query->ranks.count; i++)
    relate_ranks(query, &query->ranks.items[i], &own);
  if (!SEG_VEC_PUSH(&query->ranks, own))
    query->out_of_memory = true;
}

/** A place among all customers: any, for nothing is known of the others. */
struct seg_term seg_encode_rank(const struct seg_encode_scope *scope, const struct seg_node *node) {
  struct seg_query *query = scope->query;
  struct seg_solver *solver = query->solver;
  Z3_ast valued = solver->yes;
  for (uint32_t i = 0; i < node->operand_count; i++)
    valued = seg_term_and(solver, valued, seg_encode_value(scope, node->operands[i]).known);
  if (node->operand_count > 1) { // a fraction: missing over zero
    Z3_ast below = seg_encode_value(scope, node->operands[1]).value;
    valued =
        seg_term_and(solver, valued,
                     seg_term_not(solver, seg_term_equal(solver, below, seg_term_int(solver, 0))));
  }
  bool band = node->rank == SEG_RANK_QUANTILE_BAND;
  size_t known = query->shared.count;
  struct seg_term term =
      seg_encode_opaque(scope, node, band ? valued : solver->yes, "it compares all customers");
  if (query->shared.count == known || query->collecting)
    return term;
  Z3_ast zero = seg_term_int(solver, 0);
  switch (node->rank) {
  case SEG_RANK_NTILE:
  case SEG_RANK_QUANTILE_BAND: seg_encode_between(query, term.value, 1, node->rank_count); break;
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
  note_rank(query, scope, node, term.value);
  seg_query_wish(query, alone(query, node, valued, term.value));
  return term;
}
