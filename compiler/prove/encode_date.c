// Dates as terms: days since 1970-01-01.
#include "compiler/prove/encode.h"

static struct seg_term days_since(const struct seg_encode_scope *scope,
                                  const struct seg_node *node) {
  struct seg_query *query = scope->query;
  struct seg_term date = seg_encode_value(scope, node->operands[0]);
  date.value = seg_term_subtract(query->solver, query->as_of, date.value);
  return date;
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
    Z3_ast day = seg_term_modulo(solver, moved, seg_term_int(solver, 7));
    date.value = seg_term_add(solver, day, seg_term_int(solver, 1));
    return date;
  }
  struct seg_term term = seg_encode_opaque(scope, node, date.known, "it looks at parts of a date");
  seg_encode_between(query, term.value, ranges[node->date_function].low,
                     ranges[node->date_function].high);
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

struct seg_term seg_encode_date(const struct seg_encode_scope *scope, const struct seg_node *node) {
  if (node->kind == SEG_NODE_DAYS_SINCE)
    return days_since(scope, node);
  if (node->kind == SEG_NODE_DATE_FUNCTION)
    return date_function(scope, node);
  return days_between(scope, node, node->kind == SEG_NODE_ADD_DAYS);
}
