/**
 * What is known where: facts that a part of a condition gives to its neighbours, and what follows
 * from them. See missing.c.
 */
#include "compiler/sema/missing.h"

static void learn(struct seg_missing_walk *walk, const struct seg_node *node) {
  if (!SEG_VEC_PUSH(&walk->facts, node))
    walk->check->out_of_memory = true;
}

static bool is_event_number(const struct seg_node *node) {
  return node->kind == SEG_NODE_AGGREGATE && seg_aggregate_is_always_known(node->aggregate);
}

/** What a rank orders is known: a fraction is when its denominator is not zero. */
static void learn_ordered(struct seg_missing_walk *walk, const struct seg_node *rank);

/** What a column is computed from, NULL when it is read. */
struct seg_node *seg_computed_from(const struct seg_missing_walk *walk,
                                   const struct seg_node *node) {
  bool column = node->kind == SEG_NODE_ATTRIBUTE || node->kind == SEG_NODE_COLUMN;
  return column && walk->entity ? walk->entity->columns[node->column].computed : NULL;
}

/** A value is known: so is everything it is computed from, except through `else`. */
static void learn_known(struct seg_missing_walk *walk, const struct seg_node *node) {
  if (node->kind == SEG_NODE_LITERAL || is_event_number(node))
    return;
  learn(walk, node);
  if (node->kind == SEG_NODE_RANK) { // everybody has a place but in the bands
    if (node->rank == SEG_RANK_QUANTILE_BAND)
      learn_ordered(walk, node);
    return;
  }
  if (node->kind == SEG_NODE_ELSE)
    return;
  if (node->kind == SEG_NODE_BAND_FRACTION) {
    learn(walk, node->operands[1]); // the number of known values is not zero
    return;
  }
  const struct seg_node *computed = seg_computed_from(walk, node);
  if (computed && computed->optional)
    learn_known(walk, computed);
  for (uint32_t i = 0; i < node->operand_count; i++)
    learn_known(walk, node->operands[i]);
}

static void learn_ordered(struct seg_missing_walk *walk, const struct seg_node *rank) {
  if (rank->operand_count == 2)
    learn(walk, rank->operands[1]);
  else
    learn_known(walk, rank->operands[0]);
}

static double literal_value(const struct seg_node *literal) {
  if (literal->type.kind == SEG_TYPE_NUMBER || literal->type.kind == SEG_TYPE_AMOUNT)
    return literal->literal.number;
  return (double)literal->literal.integer;
}

/** Does `value sign limit` tell that the value is not zero? Counts are never below zero. */
static bool excludes_zero(enum seg_comparison sign, double limit, bool count) {
  switch (sign) {
  case SEG_GREATER: return limit >= 0;
  case SEG_GREATER_EQUAL: return limit > 0;
  case SEG_EQUAL: return limit != 0;
  case SEG_NOT_EQUAL: return limit == 0;
  case SEG_LESS: return !count && limit <= 0;
  case SEG_LESS_EQUAL: return !count && limit < 0;
  }
  return false;
}

/** An aggregate compared with a literal, on either side, which cannot hold without events. */
static void learn_event_number(struct seg_missing_walk *walk, const struct seg_node *node) {
  const struct seg_node *a = node->operands[0], *b = node->operands[1];
  bool swapped = seg_is_literal(a);
  const struct seg_node *number = swapped ? b : a, *limit = swapped ? a : b;
  if (!is_event_number(number) || !seg_is_literal(limit))
    return;
  enum seg_comparison sign = swapped ? seg_comparison_turned(node->comparison) : node->comparison;
  if (excludes_zero(sign, literal_value(limit), number->aggregate != SEG_AGGREGATE_SUM))
    learn(walk, number);
}

/** Facts of a comparison that is true. `outright`: without what it says about its own operands. */
static void learn_comparison(struct seg_missing_walk *walk, const struct seg_node *node,
                             bool outright) {
  if (node->kind == SEG_NODE_COMPARE)
    learn_event_number(walk, node);
  if (outright || node->comparison == SEG_NOT_EQUAL)
    return;
  if (node->kind == SEG_NODE_COMPARE) {
    learn_known(walk, node->operands[0]);
    learn_known(walk, node->operands[1]);
    return;
  }
  for (uint32_t side = 0; side < 4; side += 2) {
    learn_known(walk, node->operands[side]);
    if (is_event_number(node->operands[side + 1]))
      learn(walk, node->operands[side + 1]);
  }
}

static void learn_in(struct seg_missing_walk *walk, const struct seg_node *node, bool outright) {
  const struct seg_node *value = node->operands[0];
  if (!is_event_number(value)) {
    if (!outright)
      learn_known(walk, value);
    return;
  }
  for (uint32_t i = 0; i < node->literal_count; i++)
    if (node->literals[i].integer == 0)
      return;
  learn(walk, value);
}

/** Facts that every part gives: those of the first part that each other part gives too. */
static void learn_common(struct seg_missing_walk *walk, const struct seg_node *node, bool outright,
                         seg_learn_function part) {
  size_t base = walk->facts.count;
  part(walk, node->operands[0], outright);
  for (uint32_t i = 1; i < node->operand_count && walk->facts.count > base; i++) {
    size_t end = walk->facts.count, kept = base;
    part(walk, node->operands[i], outright);
    for (size_t j = base; j < end; j++) {
      bool found = false;
      for (size_t k = end; k < walk->facts.count && !found; k++)
        found = seg_same_value(walk->facts.items[j], walk->facts.items[k]);
      if (found)
        walk->facts.items[kept++] = walk->facts.items[j];
    }
    walk->facts.count = kept;
  }
}

static void learn_all(struct seg_missing_walk *walk, const struct seg_node *node, bool outright,
                      seg_learn_function part) {
  for (uint32_t i = 0; i < node->operand_count; i++)
    part(walk, node->operands[i], outright);
}

void seg_learn_true(struct seg_missing_walk *walk, const struct seg_node *node, bool outright) {
  if (node->kind == SEG_NODE_AND)
    learn_all(walk, node, outright, seg_learn_true);
  else if (node->kind == SEG_NODE_OR)
    learn_common(walk, node, outright, seg_learn_true);
  else if (node->kind == SEG_NODE_NOT)
    seg_learn_false(walk, node->operands[0], outright);
  else if (node->kind == SEG_NODE_MEMBER)
    seg_learn_true(walk, node->operands[0], outright);
  else if (node->kind == SEG_NODE_IS_KNOWN)
    learn_known(walk, node->operands[0]);
  else if (node->kind == SEG_NODE_COMPARE || node->kind == SEG_NODE_COMPARE_FRACTIONS)
    learn_comparison(walk, node, outright);
  else if (node->kind == SEG_NODE_IN)
    learn_in(walk, node, outright);
  else if ((node->kind == SEG_NODE_TEXT_TEST || node->kind == SEG_NODE_MATCHES) && !outright)
    learn_known(walk, node->operands[0]);
  else if (node->kind == SEG_NODE_RANK && !outright)
    learn_ordered(walk, node);
  else if (!seg_is_condition(node) && !outright)
    learn_known(walk, node); // a bool column that holds
}

void seg_learn_false(struct seg_missing_walk *walk, const struct seg_node *node, bool outright) {
  if (node->kind == SEG_NODE_OR)
    learn_all(walk, node, outright, seg_learn_false);
  else if (node->kind == SEG_NODE_AND)
    learn_common(walk, node, outright, seg_learn_false);
  // `not (x > 1) or not (x > 2)`: the one is no guard of the other, it may hold because x is
  // missing.
  else if (node->kind == SEG_NODE_NOT)
    seg_learn_true(walk, node->operands[0], true);
  // `purchases = 0` that is false: there are events.
  else if (node->kind == SEG_NODE_COMPARE && node->comparison == SEG_EQUAL &&
           is_event_number(node->operands[0]) && seg_is_literal(node->operands[1]) &&
           literal_value(node->operands[1]) == 0)
    learn(walk, node->operands[0]);
}

// --- asking the facts ---

static bool is_part_of(const struct seg_node *part, const struct seg_node *filter) {
  if (!filter)
    return false;
  if (seg_same_value(part, filter))
    return true;
  for (uint32_t i = 0; filter->kind == SEG_NODE_AND && i < filter->operand_count; i++)
    if (is_part_of(part, filter->operands[i]))
      return true;
  return false;
}

/** Does every event that passes `inner` pass `outer`? By their parts. */
static bool filter_contains(const struct seg_node *outer, const struct seg_node *inner) {
  if (!outer || is_part_of(outer, inner))
    return true;
  for (uint32_t i = 0; outer->kind == SEG_NODE_AND && i < outer->operand_count; i++)
    if (!filter_contains(outer->operands[i], inner))
      return false;
  return outer->kind == SEG_NODE_AND;
}

/** Does the fact that `fact` has events make `node`, another aggregate, known (or not zero)? */
static bool has_events(const struct seg_node *fact, const struct seg_node *node) {
  if (fact->kind != SEG_NODE_AGGREGATE || fact->event != node->event)
    return false;
  if (node->sequence && !seg_same_sequence(fact->sequence, node->sequence))
    return false;
  // That some event has a value does not say that the first or the last one has.
  bool edge = node->aggregate == SEG_AGGREGATE_FIRST || node->aggregate == SEG_AGGREGATE_LAST;
  bool argument = !node->argument || !node->argument->optional ||
                  (!edge && fact->argument && seg_same_value(fact->argument, node->argument));
  return argument && seg_window_contains(&node->window, &fact->window) &&
         filter_contains(node->filter, fact->filter);
}

static bool is_own(const struct seg_missing_walk *walk, size_t fact) {
  for (size_t i = 0; i < walk->own.count; i++)
    if (fact >= walk->own.items[i].begin && fact < walk->own.items[i].end)
      return true;
  return false;
}

bool seg_is_fact(const struct seg_missing_walk *walk, const struct seg_node *node) {
  for (size_t i = 0; i < walk->facts.count; i++) {
    const struct seg_node *fact = walk->facts.items[i];
    bool says =
        seg_same_value(fact, node) || (node->kind == SEG_NODE_AGGREGATE && has_events(fact, node));
    if (says && !is_own(walk, i))
      return true;
  }
  return false;
}

/** Is a denominator known not to be zero? Events make a count positive, but not a sum. */
static bool is_not_zero(const struct seg_missing_walk *walk, const struct seg_node *node) {
  if (node->kind == SEG_NODE_TO_NUMBER)
    node = node->operands[0];
  if (seg_is_literal(node))
    return true;
  if (!is_event_number(node))
    return false;
  if (node->aggregate != SEG_AGGREGATE_SUM)
    return seg_is_fact(walk, node);
  for (size_t i = 0; i < walk->facts.count; i++)
    if (seg_same_value(walk->facts.items[i], node) && !is_own(walk, i))
      return true;
  return false;
}

/** The innermost value that may be missing here, or NULL when the value is known. */
const struct seg_node *seg_unknown_part(const struct seg_missing_walk *walk,
                                        const struct seg_node *node) {
  if (!node->optional || seg_is_fact(walk, node))
    return NULL;
  bool fraction = node->kind == SEG_NODE_BAND_FRACTION ||
                  (node->kind == SEG_NODE_RANK && node->operand_count == 2);
  if (fraction)
    return seg_is_fact(walk, node->operands[1]) ? NULL : node;
  const struct seg_node *computed = seg_computed_from(walk, node);
  if (computed)
    return seg_unknown_part(walk, computed) ? node : NULL;
  if (node->operand_count == 0 || node->kind == SEG_NODE_AGGREGATE)
    return node;
  if (node->kind == SEG_NODE_ELSE)
    return seg_unknown_part(walk, node->operands[0]) && seg_unknown_part(walk, node->operands[1])
               ? node
               : NULL;
  for (uint32_t i = 0; i < node->operand_count; i++)
    if (seg_unknown_part(walk, node->operands[i]))
      return node;
  if (node->kind == SEG_NODE_DIVIDE && !is_not_zero(walk, node->operands[1]))
    return node; // known operands, but over zero there is no ratio
  return NULL;
}
