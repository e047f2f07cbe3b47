/**
 * Negations over values that may be missing.
 *
 * A comparison with a missing operand is false, so `not` can turn a missing value into a match, and
 * `!=` silently leaves it out. Both are refused unless the rule says what it wants: every operand
 * is never missing, has a default, or is known in that place from what stands beside it.
 *
 * What is known: in `a and b`, b counts only where a is true; in `a or b` only where a is false.
 * So each part of a condition is walked with the facts of its neighbours. A fact is a node: a value
 * that is known, or an aggregate (count, sum, distinct) that is not zero, which tells that there
 * are events. Below a negation only what was said outright is taken from the neighbours (`is
 * known`, a count), because two negated comparisons of one value would otherwise vouch for each
 * other.
 *
 * These guards are read off the form of a rule. What a rule implies in another way is not seen
 * here: so in the rule of a segment a negation without such a guard is a doubt of the program, and
 * compiler/guards asks for a proof. Elsewhere it is an error at once.
 */
#include <assert.h>

#include "compiler/sema/missing.h"

static void walk_condition(struct seg_missing_walk *walk, struct seg_node *node,
                           struct seg_missing_position at);

/** The filter of an event; NULL filters are right. */
static void walk_filter(struct seg_missing_walk *walk, uint32_t number, struct seg_node *filter) {
  if (!filter)
    return;
  // Events that the declaration's `where` drops never come here.
  assert(walk->check->program);
  const struct seg_program_entity *event = &walk->check->program->events[number];
  struct seg_missing_walk inside = {.check = walk->check, .entity = event, .right = true};
  if (event->where)
    seg_learn_true(&inside, event->where, false);
  walk_condition(&inside, filter, (struct seg_missing_position){0});
  walk->right = walk->right && inside.right;
  SEG_VEC_FREE(&inside.facts);
  SEG_VEC_FREE(&inside.own);
}

/** Conditions inside a value: the filters of its aggregates. */
static void walk_value(struct seg_missing_walk *walk, struct seg_node *node) {
  for (uint32_t i = 0; i < node->operand_count; i++)
    walk_value(walk, node->operands[i]);
  if (node->kind != SEG_NODE_AGGREGATE)
    return;
  walk_filter(walk, node->event, node->filter);
  if (node->sequence)
    walk_filter(walk, node->sequence->event, node->sequence->filter);
}

/** What a report shows for this atom: the `not` right above it, or the atom; unless it is hidden.
 */
static void place_atom(struct seg_missing_position *at, const struct seg_node *node) {
  if (at->shown)
    return;
  bool negates = at->negation && at->negation->kind == SEG_NODE_NOT;
  const struct seg_node *below = negates ? at->negation->operands[0] : NULL;
  bool direct = below && below->span.begin == node->span.begin && below->span.end == node->span.end;
  at->shown = direct ? at->negation : node;
  at->shown_inverted = (at->negations - (direct ? 1u : 0u)) % 2u != 0;
}

/** Is it a comparison of bools that can hold because one of them does not? */
static bool can_hold_by_false(const struct seg_node *node) {
  if (node->kind != SEG_NODE_COMPARE || node->operands[0]->type.kind != SEG_TYPE_BOOL)
    return false;
  for (uint32_t i = 0; i < 2; i++)
    if (seg_is_literal(node->operands[i]))
      return (node->operands[i]->literal.integer != 0) != (node->comparison == SEG_EQUAL);
  return true;
}

static void walk_computed(struct seg_missing_walk *walk, struct seg_node *node,
                          struct seg_missing_position at);

/** The condition whose first or last value is taken: computed in the event. */
static void walk_edge(struct seg_missing_walk *walk, struct seg_node *node,
                      struct seg_missing_position at) {
  struct seg_missing_walk inside = {.check = walk->check, .right = true};
  inside.entity = &walk->check->program->events[node->event];
  if (inside.entity->where)
    seg_learn_true(&inside, inside.entity->where, false);
  if (node->filter)
    seg_learn_true(&inside, node->filter, false);
  walk_computed(&inside, node->argument, at);
  walk->right = walk->right && inside.right;
  SEG_VEC_FREE(&inside.facts);
  SEG_VEC_FREE(&inside.own);
}

/** Computed conditions among bool values: never missing themselves, but what they ask for may be.
 */
static void walk_computed(struct seg_missing_walk *walk, struct seg_node *node,
                          struct seg_missing_position at) {
  if (node->type.kind != SEG_TYPE_BOOL)
    return;
  if (node->kind == SEG_NODE_AGGREGATE) {
    walk_edge(walk, node, at);
    return;
  }
  struct seg_node *computed = seg_computed_from(walk, node);
  if (computed && seg_is_condition(computed)) {
    walk_condition(walk, computed, at);
    return;
  }
  if (computed) // a bool value: missing itself where what it takes is missing
    walk_computed(walk, computed, at);
  for (uint32_t i = 0; i < node->operand_count; i++)
    walk_computed(walk, node->operands[i], at);
}

/** A comparison, membership, text test or bool column. */
static void walk_atom(struct seg_missing_walk *walk, struct seg_node *node,
                      struct seg_missing_position at) {
  for (uint32_t i = 0; i < node->operand_count; i++)
    walk_value(walk, node->operands[i]);
  if (at.negation || can_hold_by_false(node)) {
    struct seg_missing_position hidden = at;
    place_atom(&hidden, node);
    if (!hidden.negation)
      hidden.negation = node;
    if (!hidden.atom)
      hidden.atom = node;
    walk_computed(walk, node, hidden);
  }
  bool compares = node->kind == SEG_NODE_COMPARE || node->kind == SEG_NODE_COMPARE_FRACTIONS;
  if (!at.negation && !(compares && node->comparison == SEG_NOT_EQUAL))
    return;
  place_atom(&at, node);
  if (node->kind == SEG_NODE_COMPARE_FRACTIONS) {
    for (uint32_t side = 0; side < 4; side += 2) {
      const struct seg_node *part = node->operands[side], *over = node->operands[side + 1];
      bool unknown =
          seg_is_literal(over) ? seg_unknown_part(walk, part) != NULL : !seg_is_fact(walk, over);
      if (unknown) {
        seg_report_missing(walk, &at, node, part);
        return;
      }
    }
    return;
  }
  if (!seg_is_condition(node)) {
    if (seg_unknown_part(walk, node))
      seg_report_missing(walk, &at, node, node);
    return;
  }
  bool fraction = node->kind == SEG_NODE_RANK && node->operand_count == 2;
  for (uint32_t i = 0; i < node->operand_count; i++) {
    bool unknown = seg_unknown_part(walk, node->operands[i]) != NULL;
    if (unknown || (fraction && !seg_is_fact(walk, node->operands[1]))) {
      seg_report_missing(walk, &at, node, node->operands[i]);
      return;
    }
  }
}

/** All facts are gathered once, each part then walked without its own: chains are long. */
static void walk_parts(struct seg_missing_walk *walk, struct seg_node *node,
                       struct seg_missing_position at) {
  seg_learn_function part = node->kind == SEG_NODE_AND ? seg_learn_true : seg_learn_false;
  size_t base = walk->facts.count;
  size_t *ends = SEG_NEW_ARRAY(&walk->check->scratch, size_t, node->operand_count);
  if (!ends) {
    walk->check->out_of_memory = true;
    return;
  }
  for (uint32_t i = 0; i < node->operand_count; i++) {
    part(walk, node->operands[i], at.negation != NULL);
    ends[i] = walk->facts.count;
  }
  for (uint32_t i = 0; i < node->operand_count; i++) {
    struct seg_own_facts own = {i ? ends[i - 1] : base, ends[i]};
    if (!SEG_VEC_PUSH(&walk->own, own)) {
      walk->check->out_of_memory = true;
      return;
    }
    walk_condition(walk, node->operands[i], at);
    walk->own.count--;
  }
  walk->facts.count = base;
}

/**
 * Each condition by itself: none says anything about another. More of them that hold can turn
 * `at_most` and `exactly` false, so one that does not hold because a value is missing can take a
 * customer in, as a negation can.
 */
static void walk_tally(struct seg_missing_walk *walk, struct seg_node *node,
                       struct seg_missing_position at) {
  if (node->most < node->operand_count) {
    at.negation = node;
    at.counted = true;
  }
  for (uint32_t i = 0; i < node->operand_count; i++)
    walk_condition(walk, node->operands[i], at);
}

static void walk_condition(struct seg_missing_walk *walk, struct seg_node *node,
                           struct seg_missing_position at) {
  if (node->kind == SEG_NODE_AND || node->kind == SEG_NODE_OR) {
    walk_parts(walk, node, at);
  } else if (node->kind == SEG_NODE_NOT) {
    at.negation = node;
    at.negations++;
    walk_condition(walk, node->operands[0], at);
  } else if (node->kind == SEG_NODE_MEMBER || node->kind == SEG_NODE_LISTED) {
    return; // the other rule says itself what it wants; its outcome is never missing
  } else if (node->kind == SEG_NODE_TALLY) {
    walk_tally(walk, node, at);
  } else if (node->kind == SEG_NODE_IS_KNOWN) {
    walk_value(walk, node->operands[0]);
  } else {
    walk_atom(walk, node, at);
  }
}

/** `rule`: what is not guarded is a doubt. */
static bool check_missing(struct seg_check *check, struct seg_node *node,
                          const struct seg_program_entity *entity, bool rule) {
  struct seg_missing_walk walk = {
      .check = check, .entity = entity, .rule = rule ? node : NULL, .right = true};
  if (entity->where) // who does not pass it, does not exist for the rules
    seg_learn_true(&walk, entity->where, false);
  if (node->type.kind == SEG_TYPE_BOOL)
    walk_condition(&walk, node, (struct seg_missing_position){0});
  else
    walk_value(&walk, node);
  SEG_VEC_FREE(&walk.facts);
  SEG_VEC_FREE(&walk.own);
  return walk.right;
}

bool seg_check_missing_in(struct seg_check *check, struct seg_node *node,
                          const struct seg_program_entity *entity) {
  return !node || check_missing(check, node, entity, false);
}

bool seg_check_missing(struct seg_check *check, struct seg_node *node) {
  return check_missing(check, node, &check->program->customer, false);
}

bool seg_check_missing_in_rule(struct seg_check *check, struct seg_node *rule) {
  return check_missing(check, rule, &check->program->customer, true);
}
