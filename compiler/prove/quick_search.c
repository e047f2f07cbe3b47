// The search itself; see quick.h.
#include "compiler/prove/quick_search.h"

enum { MAX_DEPTH = 600, SHARED_DECISION = 127 };
enum { NOTHING = UINT32_MAX }; // no literal

// --- variables of the question ---

void seg_quick_enqueue(struct seg_quick *quick, seg_quick_literal literal, seg_decisions why) {
  struct seg_quick_demand demand = {literal, why};
  if (!SEG_VEC_PUSH(&quick->queue, demand))
    quick->failed = true;
}

static uint32_t number_of_variable(struct seg_quick *quick, uint32_t number) {
  struct seg_quick_seen *seen = seg_quick_see(quick, number);
  if (seen->simplex == SEG_QUICK_NONE) {
    seen->simplex =
        seg_simplex_variable(quick->simplex, quick->terms.variables.items[number].whole);
    if (seen->simplex == UINT32_MAX) {
      quick->failed = true;
      return UINT32_MAX;
    }
    quick->traces[seen->simplex] = (struct seg_quick_traces){0};
    seg_quick_trace(&quick->traces[seen->simplex], quick->terms.variables.items[number].trace);
  }
  return seen->simplex;
}

/** The variable of the simplex that stands for a form. */
static uint32_t number_of_form(struct seg_quick *quick, uint32_t number) {
  struct seg_quick_seen *seen = &quick->forms.items[number];
  const struct seg_quick_form *form = &quick->terms.forms.items[number];
  uint32_t variables[SEG_QUICK_SUMMANDS];
  if (seen->stamp == quick->stamp)
    return seen->simplex;
  for (uint32_t i = 0; i < form->count && !quick->failed; i++)
    variables[i] =
        number_of_variable(quick, quick->terms.variables_of_forms.items[form->first + i]);
  if (quick->failed)
    return UINT32_MAX;
  uint32_t own = form->count == 1
                     ? variables[0] // its factor is 1
                     : seg_simplex_row(quick->simplex, form->whole, variables,
                                       &quick->terms.factors.items[form->first], form->count);
  *seen = (struct seg_quick_seen){quick->stamp, own, SEG_QUICK_UNSET, 0};
  quick->failed = quick->failed || own == UINT32_MAX;
  if (quick->failed)
    return UINT32_MAX;
  if (form->count > 1)
    quick->traces[own] = (struct seg_quick_traces){0};
  seg_quick_trace(&quick->traces[own], form->trace);
  return own;
}

/** A strict bound of fractional values: a little further in, or as it is. */
static struct seg_ratio strict_bound(struct seg_quick *quick, struct seg_ratio bound, bool upper) {
  quick->strict_met = true;
  if (quick->strictness == SEG_NOT_STRICT)
    return bound;
  struct seg_ratio little = {upper ? -1 : 1, 1 << 20};
  return seg_ratio_add(bound, little, &quick->simplex->overflow);
}

/** The bound that an inequality, or its negation, sets on its form. */
static struct seg_ratio bound_of(struct seg_quick *quick, const struct seg_quick_node *node,
                                 bool negated, bool *upper) {
  *upper = (node->kind == SEG_QUICK_AT_MOST) != negated;
  if (!negated)
    return node->bound;
  if (!quick->terms.forms.items[node->subject].whole)
    return strict_bound(quick, node->bound, *upper);
  return seg_ratio_add(node->bound, seg_ratio_whole(*upper ? -1 : 1), &quick->simplex->overflow);
}

void seg_quick_define(struct seg_quick *quick, seg_quick_literal literal) {
  const struct seg_quick_node *node = &quick->terms.nodes.items[literal >> 1];
  if (node->kind == SEG_QUICK_UNKNOWN)
    quick->failed = true;
  if (node->kind == SEG_QUICK_AND || node->kind == SEG_QUICK_OR)
    for (uint32_t i = 0; i < node->count; i++)
      seg_quick_define(quick, quick->terms.children.items[node->first + i]);
  if (node->kind != SEG_QUICK_AT_MOST && node->kind != SEG_QUICK_AT_LEAST)
    return;
  const struct seg_quick_form *form = &quick->terms.forms.items[node->subject];
  for (uint32_t i = 0; i < form->count; i++) {
    uint32_t variable = quick->terms.variables_of_forms.items[form->first + i];
    struct seg_quick_seen *seen = seg_quick_see(quick, variable);
    seg_quick_literal definition = quick->terms.variables.items[variable].definition;
    if (definition == SEG_QUICK_NONE || seen->simplex != SEG_QUICK_NONE)
      continue;
    (void)number_of_variable(quick, variable); // it is seen, and defined once
    seg_quick_enqueue(quick, definition, 0);
    if (!SEG_VEC_PUSH(&quick->definitions, definition))
      quick->failed = true;
    if (++quick->reached < SEG_QUICK_STEPS)
      seg_quick_define(quick, definition);
    else
      quick->failed = true;
  }
}

// --- asserting ---

static void move(struct seg_quick *quick, const struct seg_quick_traces *traces) {
  for (int i = 0; i < 4; i++)
    quick->moved.words[i] |= traces->words[i];
}

static bool assert_bound(struct seg_quick *quick, uint32_t variable, bool upper,
                         struct seg_ratio value, seg_decisions why) {
  size_t changes = quick->simplex->changes.count;
  bool consistent = seg_simplex_bound(quick->simplex, variable, upper, value, why);
  quick->conflict = quick->simplex->conflict;
  if (quick->simplex->changes.count > changes)
    move(quick, &quick->traces[variable]);
  return consistent;
}

static bool note_change(struct seg_quick *quick, struct seg_quick_change change) {
  if (!SEG_VEC_PUSH(&quick->changes, change))
    quick->failed = true;
  return !quick->failed;
}

/** False when it contradicts what is asserted. */
static bool assert_literal(struct seg_quick *quick, struct seg_quick_demand demand) {
  seg_quick_literal literal = demand.literal;
  const struct seg_quick_node *node = &quick->terms.nodes.items[literal >> 1];
  bool negated = literal & 1, upper;
  switch (node->kind) {
  case SEG_QUICK_YES: quick->conflict = demand.why; return !negated;
  case SEG_QUICK_TRUTH: {
    struct seg_quick_seen *seen = seg_quick_see(quick, node->subject);
    if (seen->truth != SEG_QUICK_UNSET) {
      quick->conflict = demand.why | seen->why;
      return seen->truth == !negated;
    }
    seen->truth = !negated;
    seen->why = demand.why;
    seg_quick_trace(&quick->moved, quick->terms.variables.items[node->subject].trace);
    return note_change(quick, (struct seg_quick_change){SEG_TRUTH_SET, node->subject});
  }
  case SEG_QUICK_AT_MOST:
  case SEG_QUICK_AT_LEAST: {
    uint32_t form = number_of_form(quick, node->subject);
    if (quick->failed)
      return false;
    struct seg_ratio bound = bound_of(quick, node, negated, &upper);
    return assert_bound(quick, form, upper, bound, demand.why);
  }
  case SEG_QUICK_AND:
  case SEG_QUICK_OR:
    if ((node->kind == SEG_QUICK_OR) != negated) {
      struct seg_quick_choice choice = {literal, false, demand.why};
      if (!SEG_VEC_PUSH(&quick->choices, choice))
        quick->failed = true;
      return !quick->failed;
    }
    for (uint32_t i = 0; i < node->count; i++)
      seg_quick_enqueue(quick, quick->terms.children.items[node->first + i] ^ (literal & 1),
                        demand.why);
    return !quick->failed;
  case SEG_QUICK_UNKNOWN: break;
  }
  quick->failed = true;
  return false;
}

bool seg_quick_assert_queue(struct seg_quick *quick) {
  bool consistent = true;
  while (quick->queue.count > 0 && consistent)
    consistent = assert_literal(quick, quick->queue.items[--quick->queue.count]);
  quick->queue.count = 0;
  return consistent && !quick->failed && !quick->simplex->overflow;
}

struct seg_quick_mark seg_quick_mark(const struct seg_quick *quick) {
  return (struct seg_quick_mark){quick->changes.count, quick->choices.count,
                                 quick->simplex->changes.count, quick->settled, quick->moved};
}

void seg_quick_take_back(struct seg_quick *quick, struct seg_quick_mark mark) {
  while (quick->changes.count > mark.changes) {
    const struct seg_quick_change *change = &quick->changes.items[--quick->changes.count];
    if (change->kind == SEG_TRUTH_SET)
      quick->variables.items[change->number].truth = SEG_QUICK_UNSET;
    else
      quick->choices.items[change->number].done = false;
  }
  quick->choices.count = mark.choices;
  quick->settled = mark.settled;
  quick->moved = mark.moved;
  quick->queue.count = 0;
  seg_simplex_back(quick->simplex, mark.bounds);
}

// --- the search ---

/** How many ways an alternative has left: `*last` is one of them. UINT32_MAX: it holds. */
static uint32_t ways_left(struct seg_quick *quick, seg_quick_literal literal,
                          seg_quick_literal *last) {
  const struct seg_quick_node *node = &quick->terms.nodes.items[literal >> 1];
  uint32_t open = 0;
  for (uint32_t p = 0; p < node->count; p++) {
    seg_quick_literal part = quick->terms.children.items[node->first + p] ^ (literal & 1);
    uint8_t truth = seg_quick_decided(quick, part);
    if (truth == 1)
      return UINT32_MAX;
    if (truth == SEG_QUICK_UNSET) {
      open++;
      *last = part;
    }
  }
  return open;
}

/** Why an alternative must hold, and why its parts do not, but for one. */
static seg_decisions reasons_but(struct seg_quick *quick, const struct seg_quick_choice *choice,
                                 seg_quick_literal without) {
  const struct seg_quick_node *node = &quick->terms.nodes.items[choice->literal >> 1];
  seg_decisions why = choice->why;
  for (uint32_t p = 0; p < node->count; p++) {
    seg_quick_literal part = quick->terms.children.items[node->first + p] ^ (choice->literal & 1);
    if (part != without)
      why |= seg_quick_reasons(quick, part);
  }
  return why;
}

/** Those that are new, and those that look at something that was moved. */
static bool settle_once(struct seg_quick *quick) {
  struct seg_quick_traces moved = quick->moved;
  size_t settled = quick->settled;
  quick->moved = (struct seg_quick_traces){0};
  for (size_t i = 0; i < quick->choices.count; i++) {
    seg_quick_literal literal = quick->choices.items[i].literal, last = 0;
    const struct seg_quick_node *node = &quick->terms.nodes.items[literal >> 1];
    quick->settled = i + 1 > settled ? i + 1 : settled;
    if (quick->choices.items[i].done ||
        (i < settled && !seg_quick_traces_meet(&node->traces, &moved)))
      continue;
    uint32_t ways = ways_left(quick, literal, &last);
    if (ways == 0) {
      quick->conflict = reasons_but(quick, &quick->choices.items[i], NOTHING);
      return false;
    }
    if (ways != 1 && ways != UINT32_MAX)
      continue;
    quick->choices.items[i].done = true;
    if (!note_change(quick, (struct seg_quick_change){SEG_CHOICE_DONE, (uint32_t)i}))
      return false;
    if (ways == 1) {
      seg_quick_enqueue(quick, last, reasons_but(quick, &quick->choices.items[i], last));
      if (!seg_quick_assert_queue(quick))
        return false;
    }
  }
  return true;
}

static bool has_moved(const struct seg_quick *quick) {
  return (quick->moved.words[0] | quick->moved.words[1] | quick->moved.words[2] |
          quick->moved.words[3]) != 0;
}

bool seg_quick_settle(struct seg_quick *quick) {
  while (quick->settled < quick->choices.count || has_moved(quick))
    if (!settle_once(quick))
      return false;
  return true;
}

// A contradiction says which decisions it rests on. A decision that has no part in it need not be
// made differently: the search goes back to the last one that has (conflict-directed backjumping;
// Prosser, "Hybrid Algorithms for the Constraint Satisfaction Problem", 1993).

/** The decision at a depth; the deepest ones share a bit. */
static seg_decisions decision_at(uint32_t depth) {
  return (seg_decisions)1 << (depth < SHARED_DECISION ? depth : SHARED_DECISION);
}

/** Without the decision at a depth, as what was decided there is wrong whatever the others are. */
static seg_decisions without_decision(seg_decisions why, uint32_t depth) {
  return depth < SHARED_DECISION ? why & ~decision_at(depth) : why;
}

static enum seg_quick_answer search(struct seg_quick *quick, uint32_t depth);

/** After asserting something: the search, or back to where the mark was. */
static enum seg_quick_answer go_on(struct seg_quick *quick, bool consistent,
                                   struct seg_quick_mark mark, uint32_t depth) {
  enum seg_quick_answer answer = consistent ? search(quick, depth + 1) : SEG_QUICK_IMPOSSIBLE;
  if (seg_quick_lost(quick))
    return SEG_QUICK_GAVE_UP;
  if (answer == SEG_QUICK_IMPOSSIBLE)
    seg_quick_take_back(quick, mark);
  return answer;
}

/** Everything so far and this too. */
static enum seg_quick_answer try_literal(struct seg_quick *quick, seg_quick_literal literal,
                                         uint32_t depth) {
  struct seg_quick_mark mark = seg_quick_mark(quick);
  seg_quick_enqueue(quick, literal, decision_at(depth));
  return go_on(quick, seg_quick_assert_queue(quick), mark, depth);
}

static enum seg_quick_answer try_bound(struct seg_quick *quick, uint32_t variable, bool upper,
                                       int64_t value, seg_decisions why, uint32_t depth) {
  struct seg_quick_mark mark = seg_quick_mark(quick);
  bool consistent = assert_bound(quick, variable, upper, seg_ratio_whole(value), why);
  return go_on(quick, consistent, mark, depth);
}

/** Below the fraction or above it. */
static enum seg_quick_answer cut(struct seg_quick *quick, uint32_t variable, uint32_t depth) {
  struct seg_ratio value = quick->simplex->variables[variable].value;
  enum seg_quick_answer answer =
      try_bound(quick, variable, true, seg_ratio_floor(value), decision_at(depth), depth);
  if (answer != SEG_QUICK_IMPOSSIBLE || !(quick->conflict & decision_at(depth)))
    return answer;
  return try_bound(quick, variable, false, seg_ratio_ceil(value),
                   without_decision(quick->conflict, depth), depth);
}

/** One way after the other; the ones before it are then known to be wrong. The first way comes
 * last: mostly it says that a premise does not hold. */
static enum seg_quick_answer choose(struct seg_quick *quick, size_t number, uint32_t depth) {
  struct seg_quick_choice choice = quick->choices.items[number];
  const struct seg_quick_node *node = &quick->terms.nodes.items[choice.literal >> 1];
  uint32_t first = node->first, count = node->count;
  quick->choices.items[number].done = true;
  if (!note_change(quick, (struct seg_quick_change){SEG_CHOICE_DONE, (uint32_t)number}))
    return SEG_QUICK_GAVE_UP;
  for (uint32_t p = 1; p <= count; p++) {
    seg_quick_literal part = quick->terms.children.items[first + p % count] ^ (choice.literal & 1);
    if (seg_quick_decided(quick, part) == 0) {
      choice.why |= seg_quick_reasons(quick, part);
      continue;
    }
    enum seg_quick_answer answer = try_literal(quick, part, depth);
    if (answer != SEG_QUICK_IMPOSSIBLE || !(quick->conflict & decision_at(depth)))
      return answer;
    seg_decisions why = without_decision(quick->conflict, depth);
    choice.why |= why;
    seg_quick_enqueue(quick, part ^ 1, why);
    if (!seg_quick_assert_queue(quick))
      return seg_quick_lost(quick) ? SEG_QUICK_GAVE_UP : SEG_QUICK_IMPOSSIBLE;
  }
  quick->conflict = choice.why;
  return seg_quick_lost(quick) ? SEG_QUICK_GAVE_UP : SEG_QUICK_IMPOSSIBLE;
}

static enum seg_quick_answer search(struct seg_quick *quick, uint32_t depth) {
  if (quick->steps++ >= SEG_QUICK_STEPS || depth >= MAX_DEPTH)
    return SEG_QUICK_GAVE_UP;
  if (!seg_quick_settle(quick) || seg_quick_lost(quick))
    return seg_quick_lost(quick) ? SEG_QUICK_GAVE_UP : SEG_QUICK_IMPOSSIBLE;
  enum seg_simplex_answer answer = seg_simplex_check(quick->simplex);
  quick->conflict = quick->simplex->conflict;
  if (answer != SEG_SIMPLEX_POSSIBLE)
    return answer == SEG_SIMPLEX_GAVE_UP ? SEG_QUICK_GAVE_UP : SEG_QUICK_IMPOSSIBLE;
  for (uint32_t v = 0; v < quick->simplex->variable_count; v++)
    if (quick->simplex->variables[v].whole && quick->simplex->variables[v].value.below != 1)
      return cut(quick, v, depth);
  for (size_t i = 0; i < quick->choices.count; i++)
    if (!quick->choices.items[i].done && !seg_quick_holds(quick, quick->choices.items[i].literal))
      return choose(quick, i, depth);
  return seg_quick_lost(quick) ? SEG_QUICK_GAVE_UP : SEG_QUICK_POSSIBLE;
}

enum seg_quick_answer seg_quick_search(struct seg_quick *quick) {
  return search(quick, 0);
}
