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
 */
#include <assert.h>

#include "compiler/sema/check.h"
#include "compiler/sema/types.h"

struct facts {
  SEG_VEC(const struct seg_node *) list;
};

/** Facts [begin, end), which the part at hand gave itself. */
struct own_facts {
  size_t begin, end;
};

struct walk {
  struct seg_check *check;
  const struct seg_program_entity *entity; // whose columns are meant
  struct facts facts; // a stack: the facts of all parts are pushed, each part walked, all popped
  SEG_VEC(struct own_facts) own; // of the parts that the walk is in: nobody vouches for himself
  bool right;
};

// --- facts ---

static void learn(struct walk *walk, const struct seg_node *node) {
  if (!SEG_VEC_PUSH(&walk->facts.list, node))
    walk->check->out_of_memory = true;
}

static bool is_event_number(const struct seg_node *node) {
  return node->kind == SEG_NODE_AGGREGATE && seg_aggregate_is_always_known(node->aggregate);
}

/** What a rank orders is known: a fraction is when its denominator is not zero. */
static void learn_ordered(struct walk *walk, const struct seg_node *rank);

/** What a column is computed from, NULL when it is read. */
static const struct seg_node *computed_from(const struct walk *walk, const struct seg_node *node) {
  bool column = node->kind == SEG_NODE_ATTRIBUTE || node->kind == SEG_NODE_COLUMN;
  return column && walk->entity ? walk->entity->columns[node->column].computed : NULL;
}

/** A value is known: so is everything it is computed from, except through `else`. */
static void learn_known(struct walk *walk, const struct seg_node *node) {
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
  const struct seg_node *computed = computed_from(walk, node);
  if (computed && computed->optional)
    learn_known(walk, computed);
  for (uint32_t i = 0; i < node->operand_count; i++)
    learn_known(walk, node->operands[i]);
}

static void learn_ordered(struct walk *walk, const struct seg_node *rank) {
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

static enum seg_comparison mirror(enum seg_comparison sign) {
  switch (sign) {
  case SEG_LESS: return SEG_GREATER;
  case SEG_LESS_EQUAL: return SEG_GREATER_EQUAL;
  case SEG_GREATER: return SEG_LESS;
  case SEG_GREATER_EQUAL: return SEG_LESS_EQUAL;
  case SEG_EQUAL:
  case SEG_NOT_EQUAL: break;
  }
  return sign;
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
static void learn_event_number(struct walk *walk, const struct seg_node *node) {
  const struct seg_node *a = node->operands[0], *b = node->operands[1];
  bool swapped = seg_is_literal(a);
  const struct seg_node *number = swapped ? b : a, *limit = swapped ? a : b;
  if (!is_event_number(number) || !seg_is_literal(limit))
    return;
  enum seg_comparison sign = swapped ? mirror(node->comparison) : node->comparison;
  if (excludes_zero(sign, literal_value(limit), number->aggregate != SEG_AGGREGATE_SUM))
    learn(walk, number);
}

/** Facts of a comparison that is true. `outright`: without what it says about its own operands. */
static void learn_comparison(struct walk *walk, const struct seg_node *node, bool outright) {
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

static void learn_in(struct walk *walk, const struct seg_node *node, bool outright) {
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

static void learn_true(struct walk *walk, const struct seg_node *node, bool outright);
static void learn_false(struct walk *walk, const struct seg_node *node, bool outright);

typedef void (*learn_function)(struct walk *, const struct seg_node *, bool);

/** Facts that every part gives: those of the first part that each other part gives too. */
static void learn_common(struct walk *walk, const struct seg_node *node, bool outright,
                         learn_function part) {
  size_t base = walk->facts.list.count;
  part(walk, node->operands[0], outright);
  for (uint32_t i = 1; i < node->operand_count && walk->facts.list.count > base; i++) {
    size_t end = walk->facts.list.count, kept = base;
    part(walk, node->operands[i], outright);
    for (size_t j = base; j < end; j++) {
      bool found = false;
      for (size_t k = end; k < walk->facts.list.count && !found; k++)
        found = seg_same_value(walk->facts.list.items[j], walk->facts.list.items[k]);
      if (found)
        walk->facts.list.items[kept++] = walk->facts.list.items[j];
    }
    walk->facts.list.count = kept;
  }
}

static void learn_all(struct walk *walk, const struct seg_node *node, bool outright,
                      learn_function part) {
  for (uint32_t i = 0; i < node->operand_count; i++)
    part(walk, node->operands[i], outright);
}

static void learn_true(struct walk *walk, const struct seg_node *node, bool outright) {
  if (node->kind == SEG_NODE_AND)
    learn_all(walk, node, outright, learn_true);
  else if (node->kind == SEG_NODE_OR)
    learn_common(walk, node, outright, learn_true);
  else if (node->kind == SEG_NODE_NOT)
    learn_false(walk, node->operands[0], outright);
  else if (node->kind == SEG_NODE_MEMBER)
    learn_true(walk, node->operands[0], outright);
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

static void learn_false(struct walk *walk, const struct seg_node *node, bool outright) {
  if (node->kind == SEG_NODE_OR)
    learn_all(walk, node, outright, learn_false);
  else if (node->kind == SEG_NODE_AND)
    learn_common(walk, node, outright, learn_false);
  else if (node->kind == SEG_NODE_NOT)
    learn_true(walk, node->operands[0], outright);
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

static bool is_own(const struct walk *walk, size_t fact) {
  for (size_t i = 0; i < walk->own.count; i++)
    if (fact >= walk->own.items[i].begin && fact < walk->own.items[i].end)
      return true;
  return false;
}

static bool is_fact(const struct walk *walk, const struct seg_node *node) {
  for (size_t i = 0; i < walk->facts.list.count; i++) {
    const struct seg_node *fact = walk->facts.list.items[i];
    bool says =
        seg_same_value(fact, node) || (node->kind == SEG_NODE_AGGREGATE && has_events(fact, node));
    if (says && !is_own(walk, i))
      return true;
  }
  return false;
}

/** Is a denominator known not to be zero? Events make a count positive, but not a sum. */
static bool is_not_zero(const struct walk *walk, const struct seg_node *node) {
  if (node->kind == SEG_NODE_TO_NUMBER)
    node = node->operands[0];
  if (seg_is_literal(node))
    return true;
  if (!is_event_number(node))
    return false;
  if (node->aggregate != SEG_AGGREGATE_SUM)
    return is_fact(walk, node);
  for (size_t i = 0; i < walk->facts.list.count; i++)
    if (seg_same_value(walk->facts.list.items[i], node) && !is_own(walk, i))
      return true;
  return false;
}

/** The innermost value that may be missing here, or NULL when the value is known. */
static const struct seg_node *unknown_part(const struct walk *walk, const struct seg_node *node) {
  if (!node->optional || is_fact(walk, node))
    return NULL;
  bool fraction = node->kind == SEG_NODE_BAND_FRACTION ||
                  (node->kind == SEG_NODE_RANK && node->operand_count == 2);
  if (fraction)
    return is_fact(walk, node->operands[1]) ? NULL : node;
  const struct seg_node *computed = computed_from(walk, node);
  if (computed)
    return unknown_part(walk, computed) ? node : NULL;
  if (node->operand_count == 0 || node->kind == SEG_NODE_AGGREGATE)
    return node;
  if (node->kind == SEG_NODE_ELSE)
    return unknown_part(walk, node->operands[0]) && unknown_part(walk, node->operands[1]) ? node
                                                                                          : NULL;
  for (uint32_t i = 0; i < node->operand_count; i++)
    if (unknown_part(walk, node->operands[i]))
      return node;
  if (node->kind == SEG_NODE_DIVIDE && !is_not_zero(walk, node->operands[1]))
    return node; // known operands, but over zero there is no ratio
  return NULL;
}

// --- reporting ---

/** The window that was written behind the constant that the value is compared with, or NULL. */
static const struct seg_span *moved_window(const struct seg_check *check,
                                           const struct seg_node *node) {
  for (size_t i = 0; i < check->moved.count; i++) {
    const struct seg_span *span = &check->moved.items[i].node->span;
    if (span->file == node->span.file && span->begin == node->span.begin &&
        span->end == node->span.end)
      return &check->moved.items[i].span;
  }
  return NULL;
}

static struct seg_str default_code(struct seg_check *check, const struct seg_type *type) {
  switch (type->kind) {
  case SEG_TYPE_BOOL: return seg_str_view("false");
  case SEG_TYPE_INT:
  case SEG_TYPE_NUMBER: return seg_str_view("0");
  case SEG_TYPE_MONEY:
  case SEG_TYPE_AMOUNT: return seg_words(check, "0 %.*s", SEG_STR(type->currency));
  case SEG_TYPE_TEXT: return seg_str_view("\"unknown\"");
  case SEG_TYPE_DATE: return seg_str_view("1970-01-01");
  case SEG_TYPE_ENUM:
    if (type->enumeration->count > 0)
      return seg_words(check, "\"%.*s\"", SEG_STR(type->enumeration->values[0]));
    break;
  case SEG_TYPE_TIMESTAMP:
  case SEG_TYPE_KIND_COUNT: break;
  }
  return (struct seg_str){0};
}

/**
 * The condition at `span` with `(term else default)` in place of the value; empty when the value
 * has no default to offer or does not stand there itself. A moved window leaves its old place.
 */
static struct seg_str with_default(struct seg_check *check, struct seg_span span,
                                   const struct seg_node *value, struct seg_str term) {
  struct seg_str fallback = default_code(check, &value->type);
  const struct seg_span *moved = moved_window(check, value);
  struct seg_span head = span, tail = span, rest = span;
  if (fallback.size == 0 || value->span.file != span.file || value->span.begin < span.begin ||
      value->span.end > span.end)
    return (struct seg_str){0};
  head.end = value->span.begin;
  tail.begin = value->span.end;
  rest.begin = span.end;
  if (moved && moved->begin > tail.begin && moved->end <= span.end) {
    tail.end = moved->begin;
    rest.begin = moved->end;
  }
  struct seg_str middle = seg_code(check, tail);
  while (moved && middle.size > 0 && middle.data[middle.size - 1] == ' ')
    middle.size--;
  return seg_words(check, "%.*s(%.*s else %.*s)%.*s%.*s", SEG_STR(seg_code(check, head)),
                   SEG_STR(term), SEG_STR(fallback), SEG_STR(middle),
                   SEG_STR(seg_code(check, rest)));
}

/** What the walk carries down. */
struct position {
  const struct seg_node *negation; // the innermost `not`, `at_most` or `exactly` above, or NULL
  unsigned negations;              // how many are above
  const struct seg_node *shown; // inside a computed condition: what is negated in the rule itself
  bool shown_inverted;
  bool counted; // below `at_most` or `exactly`: neither holding nor not holding takes customers in
};

static void help_counted(struct seg_check *check, struct seg_diagnostic *d, struct seg_str term,
                         struct seg_str code) {
  seg_help(check->sink, d, "if it does not hold then: `(%.*s is known and %.*s)`", SEG_STR(term),
           SEG_STR(code));
  seg_help(check->sink, d, "if it holds then: `(%.*s is missing or %.*s)`", SEG_STR(term),
           SEG_STR(code));
}

static void help_negated(struct seg_check *check, struct seg_diagnostic *d, bool inverted,
                         struct seg_str term, struct seg_str code) {
  seg_help(check->sink, d, "%s: `(%.*s is known and %.*s)`",
           inverted ? "to take them in" : "to leave them out", SEG_STR(term), SEG_STR(code));
  seg_help(check->sink, d, "%s: `(%.*s is missing or %.*s)`",
           inverted ? "to leave them out" : "to take them in", SEG_STR(term), SEG_STR(code));
}

/**
 * `value` may be missing in the condition that is shown, which itself stands below a negation when
 * that is inverted: there, what the condition leaves out is taken in.
 */
static void report(struct walk *walk, const struct position *at, const struct seg_node *value) {
  struct seg_check *check = walk->check;
  struct seg_span span = at->shown->span;
  walk->right = false;
  struct seg_str code = seg_code(check, span), term = seg_code(check, value->span);
  const struct seg_span *moved = moved_window(check, value);
  if (moved)
    term = seg_words(check, "%.*s %.*s", SEG_STR(term), SEG_STR(seg_code(check, *moved)));
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_NEGATED_MISSING, span,
                 "`%.*s` may be missing, and the %s does not say what happens then", SEG_STR(term),
                 at->counted ? "number of conditions" : "negation");
  seg_note(check->sink, d,
           "a comparison with a missing value is false, so %s can take "
           "customers in, or leave them out, that nobody thought of",
           at->counted ? "fewer conditions that hold" : "a negation");
  if (at->counted)
    help_counted(check, d, term, code);
  else
    help_negated(check, d, at->shown_inverted, term, code);
  struct seg_str fixed = with_default(check, span, value, term);
  if (fixed.size > 0)
    seg_help(check->sink, d, "to put a value in its place: `%.*s`", SEG_STR(fixed));
}

// --- walking ---

static void walk_condition(struct walk *walk, const struct seg_node *node, struct position at);

/** The filter of an event; NULL filters are right. */
static void walk_filter(struct walk *walk, uint32_t number, const struct seg_node *filter) {
  if (!filter)
    return;
  // Events that the declaration's `where` drops never come here.
  assert(walk->check->program);
  const struct seg_program_entity *event = &walk->check->program->events[number];
  struct walk inside = {.check = walk->check, .entity = event, .right = true};
  if (event->where)
    learn_true(&inside, event->where, false);
  walk_condition(&inside, filter, (struct position){0});
  walk->right = walk->right && inside.right;
  SEG_VEC_FREE(&inside.facts.list);
  SEG_VEC_FREE(&inside.own);
}

/** Conditions inside a value: the filters of its aggregates. */
static void walk_value(struct walk *walk, const struct seg_node *node) {
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
static void place_atom(struct position *at, const struct seg_node *node) {
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

static void walk_computed(struct walk *walk, const struct seg_node *node, struct position at);

/** The condition whose first or last value is taken: computed in the event. */
static void walk_edge(struct walk *walk, const struct seg_node *node, struct position at) {
  struct walk inside = {.check = walk->check, .right = true};
  inside.entity = &walk->check->program->events[node->event];
  if (inside.entity->where)
    learn_true(&inside, inside.entity->where, false);
  if (node->filter)
    learn_true(&inside, node->filter, false);
  walk_computed(&inside, node->argument, at);
  walk->right = walk->right && inside.right;
  SEG_VEC_FREE(&inside.facts.list);
  SEG_VEC_FREE(&inside.own);
}

/** Computed conditions among bool values: never missing themselves, but what they ask for may be.
 */
static void walk_computed(struct walk *walk, const struct seg_node *node, struct position at) {
  if (node->type.kind != SEG_TYPE_BOOL)
    return;
  if (node->kind == SEG_NODE_AGGREGATE) {
    walk_edge(walk, node, at);
    return;
  }
  const struct seg_node *computed = computed_from(walk, node);
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
static void walk_atom(struct walk *walk, const struct seg_node *node, struct position at) {
  for (uint32_t i = 0; i < node->operand_count; i++)
    walk_value(walk, node->operands[i]);
  if (at.negation || can_hold_by_false(node)) {
    struct position hidden = at;
    place_atom(&hidden, node);
    if (!hidden.negation)
      hidden.negation = node;
    walk_computed(walk, node, hidden);
  }
  bool compares = node->kind == SEG_NODE_COMPARE || node->kind == SEG_NODE_COMPARE_FRACTIONS;
  if (!at.negation && !(compares && node->comparison == SEG_NOT_EQUAL))
    return;
  place_atom(&at, node);
  if (node->kind == SEG_NODE_COMPARE_FRACTIONS) {
    for (uint32_t side = 0; side < 4; side += 2) {
      const struct seg_node *part = node->operands[side], *over = node->operands[side + 1];
      bool unknown = seg_is_literal(over) ? unknown_part(walk, part) != NULL : !is_fact(walk, over);
      if (unknown) {
        report(walk, &at, part);
        return;
      }
    }
    return;
  }
  if (!seg_is_condition(node)) {
    if (unknown_part(walk, node))
      report(walk, &at, node);
    return;
  }
  bool fraction = node->kind == SEG_NODE_RANK && node->operand_count == 2;
  for (uint32_t i = 0; i < node->operand_count; i++) {
    bool unknown = unknown_part(walk, node->operands[i]) != NULL;
    if (unknown || (fraction && !is_fact(walk, node->operands[1]))) {
      report(walk, &at, node->operands[i]);
      return;
    }
  }
}

/** All facts are gathered once, each part then walked without its own: chains are long. */
static void walk_parts(struct walk *walk, const struct seg_node *node, struct position at) {
  learn_function part = node->kind == SEG_NODE_AND ? learn_true : learn_false;
  size_t base = walk->facts.list.count;
  size_t *ends = SEG_NEW_ARRAY(&walk->check->scratch, size_t, node->operand_count);
  if (!ends) {
    walk->check->out_of_memory = true;
    return;
  }
  for (uint32_t i = 0; i < node->operand_count; i++) {
    part(walk, node->operands[i], at.negation != NULL);
    ends[i] = walk->facts.list.count;
  }
  for (uint32_t i = 0; i < node->operand_count; i++) {
    struct own_facts own = {i ? ends[i - 1] : base, ends[i]};
    if (!SEG_VEC_PUSH(&walk->own, own)) {
      walk->check->out_of_memory = true;
      return;
    }
    walk_condition(walk, node->operands[i], at);
    walk->own.count--;
  }
  walk->facts.list.count = base;
}

/**
 * Each condition by itself: none says anything about another. More of them that hold can turn
 * `at_most` and `exactly` false, so one that does not hold because a value is missing can take a
 * customer in, as a negation can.
 */
static void walk_tally(struct walk *walk, const struct seg_node *node, struct position at) {
  if (node->most < node->operand_count) {
    at.negation = node;
    at.counted = true;
  }
  for (uint32_t i = 0; i < node->operand_count; i++)
    walk_condition(walk, node->operands[i], at);
}

static void walk_condition(struct walk *walk, const struct seg_node *node, struct position at) {
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

bool seg_check_missing_in(struct seg_check *check, const struct seg_node *node,
                          const struct seg_program_entity *entity) {
  if (!node)
    return true;
  struct walk walk = {.check = check, .entity = entity, .right = true};
  if (entity->where) // who does not pass it, does not exist for the rules
    learn_true(&walk, entity->where, false);
  if (node->type.kind == SEG_TYPE_BOOL)
    walk_condition(&walk, node, (struct position){0});
  else
    walk_value(&walk, node);
  SEG_VEC_FREE(&walk.facts.list);
  SEG_VEC_FREE(&walk.own);
  return walk.right;
}

bool seg_check_missing(struct seg_check *check, const struct seg_node *node) {
  return seg_check_missing_in(check, node, &check->program->customer);
}
