// The search; see quick.h.
#include "compiler/prove/quick.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/prove/simplex.h"

enum { MAX_STEPS = 1000, MAX_DEPTH = 400, UNSET = 2 };

// How strict inequalities of fractional values are taken: too strictly, or not strictly at all. A
// solution of the one is right, and so is none of the other.
enum strictness { TOO_STRICT, NOT_STRICT };

/** Something to be taken back. */
struct change {
  enum { TRUTH_SET, CHOICE_DONE } kind;
  uint32_t number;
};

/** Of a variable of the terms, in this question. */
struct seen {
  uint32_t stamp;
  uint32_t simplex; // its number there, SEG_QUICK_NONE
  uint8_t truth;    // 0, 1, UNSET
};

/** An alternative that must be gone into unless it holds already. */
struct choice {
  seg_quick_literal literal;
  bool done;
};

struct seg_quick {
  struct seg_quick_terms terms;
  struct seg_simplex *simplex;
  SEG_VEC(struct seen) variables;
  SEG_VEC(struct seen) forms; // only their number in the simplex
  SEG_VEC(struct choice) choices;
  SEG_VEC(struct change) changes;
  SEG_VEC(seg_quick_literal) queue; // to be asserted
  uint32_t stamp, steps;
  enum strictness strictness;
  bool strict_met, failed;
};

struct seg_quick *seg_quick_new(Z3_context context, Z3_sort integers, Z3_sort truths) {
  struct seg_quick *quick = calloc(1, sizeof *quick);
  if (quick == NULL)
    return NULL;
  seg_quick_terms_init(&quick->terms, context, integers, truths);
  quick->simplex = calloc(1, sizeof *quick->simplex);
  if (quick->simplex == NULL || quick->terms.out_of_memory) {
    seg_quick_free(quick);
    return NULL;
  }
  return quick;
}

void seg_quick_free(struct seg_quick *quick) {
  if (quick == NULL)
    return;
  seg_quick_terms_deinit(&quick->terms);
  if (quick->simplex != NULL)
    seg_simplex_deinit(quick->simplex);
  free(quick->simplex);
  SEG_VEC_FREE(&quick->variables);
  SEG_VEC_FREE(&quick->forms);
  SEG_VEC_FREE(&quick->choices);
  SEG_VEC_FREE(&quick->changes);
  SEG_VEC_FREE(&quick->queue);
  free(quick);
}

// --- variables of the question ---

static void enqueue(struct seg_quick *quick, seg_quick_literal literal) {
  if (!SEG_VEC_PUSH(&quick->queue, literal))
    quick->failed = true;
}

/** What is known of a variable; one that is new here brings its definition along. */
static struct seen *see(struct seg_quick *quick, uint32_t number) {
  struct seen *seen = &quick->variables.items[number];
  if (seen->stamp != quick->stamp)
    *seen = (struct seen){quick->stamp, SEG_QUICK_NONE, UNSET};
  return seen;
}

static uint32_t number_of_variable(struct seg_quick *quick, uint32_t number) {
  struct seen *seen = see(quick, number);
  if (seen->simplex == SEG_QUICK_NONE) {
    seen->simplex =
        seg_simplex_variable(quick->simplex, quick->terms.variables.items[number].whole);
    quick->failed = quick->failed || seen->simplex == UINT32_MAX;
  }
  return seen->simplex;
}

/** The variable of the simplex that stands for a form. */
static uint32_t number_of_form(struct seg_quick *quick, uint32_t number) {
  struct seen *seen = &quick->forms.items[number];
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
  *seen = (struct seen){quick->stamp, own, UNSET};
  quick->failed = quick->failed || own == UINT32_MAX;
  return own;
}

/** A strict bound of fractional values: a little further in, or as it is. */
static struct seg_ratio strict_bound(struct seg_quick *quick, struct seg_ratio bound, bool upper) {
  quick->strict_met = true;
  if (quick->strictness == NOT_STRICT)
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

// --- asserting ---

static bool note_change(struct seg_quick *quick, struct change change) {
  if (!SEG_VEC_PUSH(&quick->changes, change))
    quick->failed = true;
  return !quick->failed;
}

/** False when it contradicts what is asserted. */
static bool assert_literal(struct seg_quick *quick, seg_quick_literal literal) {
  const struct seg_quick_node *node = &quick->terms.nodes.items[literal >> 1];
  bool negated = literal & 1, upper;
  switch (node->kind) {
  case SEG_QUICK_YES: return !negated;
  case SEG_QUICK_TRUTH: {
    struct seen *seen = see(quick, node->subject);
    if (seen->truth != UNSET)
      return seen->truth == !negated;
    seen->truth = !negated;
    return note_change(quick, (struct change){TRUTH_SET, node->subject});
  }
  case SEG_QUICK_AT_MOST:
  case SEG_QUICK_AT_LEAST: {
    uint32_t form = number_of_form(quick, node->subject);
    if (quick->failed)
      return false;
    struct seg_ratio bound = bound_of(quick, node, negated, &upper);
    return seg_simplex_bound(quick->simplex, form, upper, bound);
  }
  case SEG_QUICK_AND:
  case SEG_QUICK_OR:
    if ((node->kind == SEG_QUICK_OR) != negated) {
      struct choice choice = {literal, false};
      if (!SEG_VEC_PUSH(&quick->choices, choice))
        quick->failed = true;
      return !quick->failed;
    }
    for (uint32_t i = 0; i < node->count; i++)
      enqueue(quick, quick->terms.children.items[node->first + i] ^ (literal & 1));
    return !quick->failed;
  case SEG_QUICK_UNKNOWN: break;
  }
  quick->failed = true;
  return false;
}

static bool assert_queue(struct seg_quick *quick) {
  bool consistent = true;
  while (quick->queue.count > 0 && consistent)
    consistent = assert_literal(quick, quick->queue.items[--quick->queue.count]);
  quick->queue.count = 0;
  return consistent && !quick->failed && !quick->simplex->overflow;
}

static void take_back(struct seg_quick *quick, size_t changes, size_t choices, size_t bounds) {
  while (quick->changes.count > changes) {
    const struct change *change = &quick->changes.items[--quick->changes.count];
    if (change->kind == TRUTH_SET)
      quick->variables.items[change->number].truth = UNSET;
    else
      quick->choices.items[change->number].done = false;
  }
  quick->choices.count = choices;
  quick->queue.count = 0;
  seg_simplex_back(quick->simplex, bounds);
}

// --- what holds ---

/** The least or greatest that the bounds of variables allow a form. False: there is none. */
static bool reach_of(struct seg_quick *quick, uint32_t number, bool greatest,
                     struct seg_ratio *reach) {
  const struct seg_quick_form *form = &quick->terms.forms.items[number];
  const struct seen *own = &quick->forms.items[number];
  if (own->stamp == quick->stamp) {
    const struct seg_simplex_bound *bound =
        &quick->simplex->variables[own->simplex].bounds[greatest];
    *reach = bound->value;
    return bound->set;
  }
  *reach = seg_ratio_whole(0);
  for (uint32_t i = 0; i < form->count; i++) {
    const struct seen *seen = see(quick, quick->terms.variables_of_forms.items[form->first + i]);
    struct seg_ratio factor = quick->terms.factors.items[form->first + i];
    if (seen->simplex == SEG_QUICK_NONE)
      return false;
    const struct seg_simplex_bound *bound =
        &quick->simplex->variables[seen->simplex].bounds[(factor.above > 0) == greatest];
    if (!bound->set)
      return false;
    bool *overflow = &quick->simplex->overflow;
    *reach = seg_ratio_add(*reach, seg_ratio_multiply(factor, bound->value, overflow), overflow);
  }
  return true;
}

/** 0 or 1 when the bounds decide it, else UNSET. */
static uint8_t decided(struct seg_quick *quick, seg_quick_literal literal) {
  const struct seg_quick_node *node = &quick->terms.nodes.items[literal >> 1];
  uint8_t truth = UNSET;
  struct seg_ratio reach;
  switch (node->kind) {
  case SEG_QUICK_YES: truth = 1; break;
  case SEG_QUICK_TRUTH: truth = see(quick, node->subject)->truth; break;
  case SEG_QUICK_AT_MOST:
  case SEG_QUICK_AT_LEAST: {
    int side = node->kind == SEG_QUICK_AT_MOST ? 1 : -1;
    if (reach_of(quick, node->subject, side > 0, &reach) &&
        side * seg_ratio_compare(reach, node->bound) <= 0)
      truth = 1;
    else if (reach_of(quick, node->subject, side < 0, &reach) &&
             side * seg_ratio_compare(reach, node->bound) > 0)
      truth = 0;
    break;
  }
  case SEG_QUICK_AND:
  case SEG_QUICK_OR: {
    uint8_t settles = node->kind == SEG_QUICK_OR; // one such part decides
    truth = !settles;
    for (uint32_t i = 0; i < node->count && truth != settles; i++) {
      uint8_t part = decided(quick, quick->terms.children.items[node->first + i]);
      if (part == settles || (part == UNSET && truth != settles))
        truth = part;
    }
    break;
  }
  case SEG_QUICK_UNKNOWN: break;
  }
  return truth == UNSET ? UNSET : truth ^ (literal & 1);
}

static struct seg_ratio value_of_form(struct seg_quick *quick, uint32_t number) {
  const struct seg_quick_form *form = &quick->terms.forms.items[number];
  bool *overflow = &quick->simplex->overflow;
  struct seg_ratio value = seg_ratio_whole(0);
  for (uint32_t i = 0; i < form->count; i++) {
    const struct seen *seen = see(quick, quick->terms.variables_of_forms.items[form->first + i]);
    if (seen->simplex != SEG_QUICK_NONE)
      value = seg_ratio_add(value,
                            seg_ratio_multiply(quick->terms.factors.items[form->first + i],
                                               quick->simplex->variables[seen->simplex].value,
                                               overflow),
                            overflow);
  }
  return value;
}

/** Does it hold for the values at hand? */
static bool holds(struct seg_quick *quick, seg_quick_literal literal) {
  const struct seg_quick_node *node = &quick->terms.nodes.items[literal >> 1];
  bool negated = literal & 1;
  switch (node->kind) {
  case SEG_QUICK_YES: return !negated;
  case SEG_QUICK_TRUTH: return (see(quick, node->subject)->truth == 1) != negated;
  case SEG_QUICK_AT_MOST:
  case SEG_QUICK_AT_LEAST: {
    int side = node->kind == SEG_QUICK_AT_MOST ? 1 : -1;
    int sign = seg_ratio_compare(value_of_form(quick, node->subject), node->bound);
    return (side * sign <= 0) != negated;
  }
  case SEG_QUICK_AND:
  case SEG_QUICK_OR: {
    bool settles = node->kind == SEG_QUICK_OR;
    for (uint32_t i = 0; i < node->count; i++)
      if (holds(quick, quick->terms.children.items[node->first + i]) == settles)
        return settles != negated;
    return !settles != negated;
  }
  case SEG_QUICK_UNKNOWN: break;
  }
  quick->failed = true;
  return false;
}

// --- the search ---

/** Go through the open alternatives: those that hold are done, those with one way left are
 * asserted. False: one has no way left. */
static bool settle_choices(struct seg_quick *quick) {
  bool again = true;
  while (again) {
    again = false;
    for (size_t i = 0; i < quick->choices.count; i++) {
      seg_quick_literal literal = quick->choices.items[i].literal;
      const struct seg_quick_node *node = &quick->terms.nodes.items[literal >> 1];
      uint32_t open = 0;
      seg_quick_literal last = 0;
      if (quick->choices.items[i].done)
        continue;
      for (uint32_t p = 0; p < node->count && open < UINT32_MAX; p++) {
        seg_quick_literal part = quick->terms.children.items[node->first + p] ^ (literal & 1);
        uint8_t truth = decided(quick, part);
        if (truth == 1)
          open = UINT32_MAX;
        else if (truth == UNSET) {
          open++;
          last = part;
        }
      }
      if (open == 0)
        return false;
      if (open != 1 && open != UINT32_MAX)
        continue;
      quick->choices.items[i].done = true;
      if (!note_change(quick, (struct change){CHOICE_DONE, (uint32_t)i}))
        return false;
      if (open == 1) {
        enqueue(quick, last);
        if (!assert_queue(quick))
          return false;
        again = true;
      }
    }
  }
  return true;
}

static enum seg_quick_answer search(struct seg_quick *quick, uint32_t depth);

/** Everything so far and this too. */
static enum seg_quick_answer try_literal(struct seg_quick *quick, seg_quick_literal literal,
                                         uint32_t depth) {
  size_t changes = quick->changes.count, choices = quick->choices.count;
  size_t bounds = quick->simplex->changes.count;
  enqueue(quick, literal);
  enum seg_quick_answer answer =
      assert_queue(quick) ? search(quick, depth + 1) : SEG_QUICK_IMPOSSIBLE;
  if (quick->failed || quick->simplex->overflow)
    return SEG_QUICK_GAVE_UP;
  if (answer == SEG_QUICK_IMPOSSIBLE)
    take_back(quick, changes, choices, bounds);
  return answer;
}

static enum seg_quick_answer try_bound(struct seg_quick *quick, uint32_t variable, bool upper,
                                       struct seg_ratio value, uint32_t depth) {
  size_t changes = quick->changes.count, choices = quick->choices.count;
  size_t bounds = quick->simplex->changes.count;
  enum seg_quick_answer answer = seg_simplex_bound(quick->simplex, variable, upper, value)
                                     ? search(quick, depth + 1)
                                     : SEG_QUICK_IMPOSSIBLE;
  if (quick->failed || quick->simplex->overflow)
    return SEG_QUICK_GAVE_UP;
  if (answer == SEG_QUICK_IMPOSSIBLE)
    take_back(quick, changes, choices, bounds);
  return answer;
}

/** Below the fraction or above it. */
static enum seg_quick_answer cut(struct seg_quick *quick, uint32_t variable, uint32_t depth) {
  struct seg_ratio value = quick->simplex->variables[variable].value;
  enum seg_quick_answer answer =
      try_bound(quick, variable, true, seg_ratio_whole(seg_ratio_floor(value)), depth);
  if (answer != SEG_QUICK_IMPOSSIBLE)
    return answer;
  return try_bound(quick, variable, false, seg_ratio_whole(seg_ratio_ceil(value)), depth);
}

/** One way after the other; the ones before it are then known to be wrong. */
static enum seg_quick_answer choose(struct seg_quick *quick, size_t number, uint32_t depth) {
  seg_quick_literal literal = quick->choices.items[number].literal;
  const struct seg_quick_node *node = &quick->terms.nodes.items[literal >> 1];
  uint32_t first = node->first, count = node->count;
  quick->choices.items[number].done = true;
  if (!note_change(quick, (struct change){CHOICE_DONE, (uint32_t)number}))
    return SEG_QUICK_GAVE_UP;
  for (uint32_t p = 0; p < count; p++) {
    seg_quick_literal part = quick->terms.children.items[first + p] ^ (literal & 1);
    if (decided(quick, part) == 0)
      continue;
    enum seg_quick_answer answer = try_literal(quick, part, depth);
    if (answer != SEG_QUICK_IMPOSSIBLE)
      return answer;
    enqueue(quick, part ^ 1);
    if (!assert_queue(quick))
      break;
  }
  return quick->failed || quick->simplex->overflow ? SEG_QUICK_GAVE_UP : SEG_QUICK_IMPOSSIBLE;
}

static enum seg_quick_answer search(struct seg_quick *quick, uint32_t depth) {
  if (quick->steps++ >= MAX_STEPS || depth >= MAX_DEPTH)
    return SEG_QUICK_GAVE_UP;
  bool consistent = settle_choices(quick);
  if (quick->failed || quick->simplex->overflow)
    return SEG_QUICK_GAVE_UP;
  enum seg_simplex_answer answer =
      consistent ? seg_simplex_check(quick->simplex) : SEG_SIMPLEX_IMPOSSIBLE;
  if (answer != SEG_SIMPLEX_POSSIBLE)
    return answer == SEG_SIMPLEX_GAVE_UP ? SEG_QUICK_GAVE_UP : SEG_QUICK_IMPOSSIBLE;
  for (uint32_t v = 0; v < quick->simplex->variable_count; v++)
    if (quick->simplex->variables[v].whole && quick->simplex->variables[v].value.below != 1)
      return cut(quick, v, depth);
  for (size_t i = 0; i < quick->choices.count; i++)
    if (!quick->choices.items[i].done && !holds(quick, quick->choices.items[i].literal))
      return choose(quick, i, depth);
  return quick->failed || quick->simplex->overflow ? SEG_QUICK_GAVE_UP : SEG_QUICK_POSSIBLE;
}

// --- the question ---

static bool make_room(struct seg_quick *quick) {
  size_t variables = quick->terms.variables.count, forms = quick->terms.forms.count;
  struct seen none = {0, SEG_QUICK_NONE, UNSET};
  while (quick->variables.count < variables)
    if (!SEG_VEC_PUSH(&quick->variables, none))
      return false;
  while (quick->forms.count < forms)
    if (!SEG_VEC_PUSH(&quick->forms, none))
      return false;
  return true;
}

/** Definitions of the variables that the conditions reach; a definition may reach others. */
static void define(struct seg_quick *quick, seg_quick_literal literal, uint32_t *reached) {
  const struct seg_quick_node *node = &quick->terms.nodes.items[literal >> 1];
  if (node->kind == SEG_QUICK_UNKNOWN)
    quick->failed = true;
  if (node->kind == SEG_QUICK_AND || node->kind == SEG_QUICK_OR)
    for (uint32_t i = 0; i < node->count; i++)
      define(quick, quick->terms.children.items[node->first + i], reached);
  if (node->kind != SEG_QUICK_AT_MOST && node->kind != SEG_QUICK_AT_LEAST)
    return;
  const struct seg_quick_form *form = &quick->terms.forms.items[node->subject];
  for (uint32_t i = 0; i < form->count; i++) {
    uint32_t variable = quick->terms.variables_of_forms.items[form->first + i];
    struct seen *seen = see(quick, variable);
    seg_quick_literal definition = quick->terms.variables.items[variable].definition;
    if (definition == SEG_QUICK_NONE || seen->simplex != SEG_QUICK_NONE)
      continue;
    (void)number_of_variable(quick, variable); // it is seen, and defined once
    enqueue(quick, definition);
    if (++*reached < MAX_STEPS)
      define(quick, definition, reached);
    else
      quick->failed = true;
  }
}

static enum seg_quick_answer ask_once(struct seg_quick *quick, const seg_quick_literal *conditions,
                                      size_t count) {
  uint32_t reached = 0;
  quick->stamp++;
  quick->steps = 0;
  quick->failed = false;
  quick->choices.count = quick->changes.count = quick->queue.count = 0;
  seg_simplex_clear(quick->simplex);
  for (size_t i = 0; i < count; i++) {
    define(quick, conditions[i], &reached);
    enqueue(quick, conditions[i]);
  }
  if (quick->failed)
    return SEG_QUICK_GAVE_UP;
  bool consistent = assert_queue(quick);
  if (quick->failed || quick->simplex->overflow)
    return SEG_QUICK_GAVE_UP;
  enum seg_quick_answer answer = consistent ? search(quick, 0) : SEG_QUICK_IMPOSSIBLE;
  // A last look at everything: a strict inequality may have been taken as one that is not.
  for (size_t i = 0; i < quick->choices.count && answer == SEG_QUICK_POSSIBLE; i++)
    if (!holds(quick, quick->choices.items[i].literal))
      answer = SEG_QUICK_GAVE_UP;
  for (size_t i = 0; i < count && answer == SEG_QUICK_POSSIBLE; i++)
    if (!holds(quick, conditions[i]) || quick->failed)
      answer = SEG_QUICK_GAVE_UP;
  return answer;
}

enum seg_quick_answer seg_quick_ask(struct seg_quick *quick, const Z3_ast *conditions,
                                    size_t count) {
  seg_quick_literal *literals = calloc(count + 1, sizeof *literals);
  if (literals == NULL)
    return SEG_QUICK_GAVE_UP;
  for (size_t i = 0; i < count; i++)
    literals[i] = seg_quick_literal_of(&quick->terms, conditions[i]);
  enum seg_quick_answer answer = SEG_QUICK_GAVE_UP;
  if (!quick->terms.out_of_memory && make_room(quick)) {
    quick->strict_met = false;
    quick->strictness = TOO_STRICT;
    answer = ask_once(quick, literals, count);
    if (answer == SEG_QUICK_IMPOSSIBLE && quick->strict_met) {
      quick->strictness = NOT_STRICT;
      answer = ask_once(quick, literals, count);
    }
  }
  free(literals);
  return answer;
}

bool seg_quick_truth(struct seg_quick *quick, Z3_ast term, bool *truth) {
  seg_quick_literal literal = seg_quick_literal_of(&quick->terms, term);
  quick->failed = false;
  *truth = make_room(quick) && holds(quick, literal);
  return !quick->failed && !quick->simplex->overflow && !quick->terms.out_of_memory;
}

bool seg_quick_value(struct seg_quick *quick, Z3_ast term, struct seg_ratio *value) {
  struct seg_quick_sum sum;
  bool *overflow = &quick->simplex->overflow;
  seg_quick_sum_of(&quick->terms, term, &sum);
  if (sum.failed || quick->terms.out_of_memory || !make_room(quick))
    return false;
  *value = sum.constant;
  for (uint32_t i = 0; i < sum.count; i++) {
    const struct seen *seen = see(quick, sum.variables[i]);
    if (seen->simplex != SEG_QUICK_NONE)
      *value = seg_ratio_add(*value,
                             seg_ratio_multiply(sum.factors[i],
                                                quick->simplex->variables[seen->simplex].value,
                                                overflow),
                             overflow);
  }
  return !*overflow;
}
