// Where a customer stands among others: ranks, drawn groups, lists.
#include "compiler/prove/encode.h"

struct seg_term seg_encode_bucket(const struct seg_encode_scope *scope,
                                  const struct seg_node *node) {
  struct seg_query *query = scope->query;
  struct seg_solver *solver = query->solver;
  struct seg_term term =
      seg_encode_opaque(scope, node, solver->yes, "it draws groups by the customer's key");
  seg_query_fact(query, seg_term_at_most(solver, seg_term_int(solver, 1), term.value));
  seg_query_fact(query, seg_term_at_most(solver, term.value, seg_term_int(solver, node->buckets)));
  return term;
}

/** A place among all customers: any, for nothing is known of the others. */
struct seg_term seg_encode_rank(const struct seg_encode_scope *scope, const struct seg_node *node) {
  struct seg_query *query = scope->query;
  struct seg_solver *solver = query->solver;
  Z3_ast valued = solver->yes;
  for (uint32_t i = 0; i < node->operand_count; i++)
    valued = seg_term_and(solver, valued, seg_encode_value(scope, node->operands[i]).known);
  bool band = node->rank == SEG_RANK_QUANTILE_BAND;
  struct seg_term term =
      seg_encode_opaque(scope, node, band ? valued : solver->yes, "it compares all customers");
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
  return term;
}

Z3_ast seg_encode_listed(const struct seg_encode_scope *scope, const struct seg_node *node) {
  struct seg_solver *solver = scope->query->solver;
  struct seg_term test =
      seg_encode_opaque(scope, node, solver->yes, "it looks customers up in a list");
  return seg_term_equal(solver, test.value, seg_term_int(solver, 1));
}
