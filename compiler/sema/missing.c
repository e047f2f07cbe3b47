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
#include "compiler/sema/check.h"
#include "compiler/sema/types.h"

struct facts {
  SEG_VEC(const struct seg_node *) list;
};

struct walk {
  struct seg_check *check;
  struct facts facts; // a stack: a part's facts are pushed, walked with, popped
  bool right;
};

// --- equality of values ---

static bool same_literal(const struct seg_type *type, const struct seg_literal *a,
                         const struct seg_literal *b) {
  if (type->kind == SEG_TYPE_TEXT)
    return seg_str_equal(a->text, b->text);
  if (type->kind == SEG_TYPE_NUMBER || type->kind == SEG_TYPE_AMOUNT)
    return a->number == b->number;
  return a->integer == b->integer;
}

static bool same_window(const struct seg_day_window *a, const struct seg_day_window *b) {
  return a->kind == b->kind && a->near_age == b->near_age && a->far_age == b->far_age &&
         a->first_day == b->first_day && a->last_day == b->last_day;
}

static bool same_optional(const struct seg_node *a, const struct seg_node *b) {
  return a && b ? seg_same_value(a, b) : a == b;
}

static bool same_content(const struct seg_node *a, const struct seg_node *b) {
  switch (a->kind) {
  case SEG_NODE_LITERAL: return same_literal(&a->type, &a->literal, &b->literal);
  case SEG_NODE_ATTRIBUTE:
  case SEG_NODE_COLUMN: return a->column == b->column;
  case SEG_NODE_COMPARE:
  case SEG_NODE_COMPARE_FRACTIONS: return a->comparison == b->comparison;
  case SEG_NODE_TEXT_TEST: return a->text_test == b->text_test;
  case SEG_NODE_AGGREGATE:
    return a->aggregate == b->aggregate && a->event == b->event &&
           same_window(&a->window, &b->window) && same_optional(a->filter, b->filter) &&
           same_optional(a->argument, b->argument);
  case SEG_NODE_IN:
  case SEG_NODE_BAND:
  case SEG_NODE_BAND_FRACTION:
    if (a->literal_count != b->literal_count)
      return false;
    for (uint32_t i = 0; i < a->literal_count; i++)
      if (!same_literal(&a->operands[0]->type, &a->literals[i], &b->literals[i]))
        return false;
    return true;
  case SEG_NODE_EVENT_DATE:
  case SEG_NODE_DAYS_SINCE:
  case SEG_NODE_TO_NUMBER:
  case SEG_NODE_RESCALE:
  case SEG_NODE_ADD:
  case SEG_NODE_SUBTRACT:
  case SEG_NODE_MULTIPLY:
  case SEG_NODE_DIVIDE:
  case SEG_NODE_NEGATE:
  case SEG_NODE_IS_KNOWN:
  case SEG_NODE_NOT:
  case SEG_NODE_AND:
  case SEG_NODE_OR:
  case SEG_NODE_ELSE:
  case SEG_NODE_KIND_COUNT: break;
  }
  return true;
}

bool seg_same_value(const struct seg_node *a, const struct seg_node *b) {
  if (a == b)
    return true;
  if (a->kind != b->kind || a->operand_count != b->operand_count ||
      !seg_type_same(&a->type, &b->type) || !same_content(a, b))
    return false;
  for (uint32_t i = 0; i < a->operand_count; i++)
    if (!seg_same_value(a->operands[i], b->operands[i]))
      return false;
  return true;
}

// --- facts ---

static void learn(struct walk *walk, const struct seg_node *node) {
  if (!SEG_VEC_PUSH(&walk->facts.list, node))
    walk->check->out_of_memory = true;
}

static bool is_event_number(const struct seg_node *node) {
  return node->kind == SEG_NODE_AGGREGATE &&
         (node->aggregate == SEG_AGGREGATE_COUNT || node->aggregate == SEG_AGGREGATE_SUM ||
          node->aggregate == SEG_AGGREGATE_DISTINCT);
}

/** A value is known: so is everything it is computed from, except through `else`. */
static void learn_known(struct walk *walk, const struct seg_node *node) {
  if (node->kind == SEG_NODE_LITERAL || is_event_number(node))
    return;
  learn(walk, node);
  if (node->kind == SEG_NODE_ELSE)
    return;
  if (node->kind == SEG_NODE_BAND_FRACTION) {
    learn(walk, node->operands[1]); // the number of known values is not zero
    return;
  }
  for (uint32_t i = 0; i < node->operand_count; i++)
    learn_known(walk, node->operands[i]);
}

static double literal_value(const struct seg_node *literal) {
  if (literal->type.kind == SEG_TYPE_NUMBER || literal->type.kind == SEG_TYPE_AMOUNT)
    return literal->literal.number;
  return (double)literal->literal.integer;
}

/** Does `a sign b` mean that a, which is never below zero when empty is zero, is not zero? */
static bool excludes_zero(const struct seg_node *node, bool count) {
  double limit = literal_value(node->operands[1]);
  switch (node->comparison) {
  case SEG_GREATER: return limit >= 0;
  case SEG_GREATER_EQUAL: return limit > 0;
  case SEG_EQUAL: return limit != 0;
  case SEG_NOT_EQUAL: return limit == 0;
  case SEG_LESS: return !count && limit <= 0; // a negative sum is not empty either
  case SEG_LESS_EQUAL: return !count && limit < 0;
  }
  return false;
}

/** Facts of a comparison that is true. `outright`: without what it says about its own operands. */
static void learn_comparison(struct walk *walk, const struct seg_node *node, bool outright) {
  const struct seg_node *a = node->operands[0], *b = node->operands[1];
  if (node->kind == SEG_NODE_COMPARE && is_event_number(a) && seg_is_literal(b) &&
      excludes_zero(node, a->aggregate != SEG_AGGREGATE_SUM))
    learn(walk, a);
  if (outright || node->comparison == SEG_NOT_EQUAL)
    return;
  if (node->kind == SEG_NODE_COMPARE) {
    learn_known(walk, a);
    learn_known(walk, b);
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
  else if (node->kind == SEG_NODE_IS_KNOWN)
    learn_known(walk, node->operands[0]);
  else if (node->kind == SEG_NODE_COMPARE || node->kind == SEG_NODE_COMPARE_FRACTIONS)
    learn_comparison(walk, node, outright);
  else if (node->kind == SEG_NODE_IN)
    learn_in(walk, node, outright);
  else if (node->kind == SEG_NODE_TEXT_TEST && !outright)
    learn_known(walk, node->operands[0]);
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

/** Is every event of `inner` in `outer`? Days before the as-of day and dates do not compare. */
static bool window_contains(const struct seg_day_window *outer,
                            const struct seg_day_window *inner) {
  if (outer->kind == SEG_WINDOW_EVER || same_window(outer, inner))
    return true;
  if (inner->kind == SEG_WINDOW_EVER)
    return false;
  if (outer->kind == SEG_WINDOW_FROM || inner->kind == SEG_WINDOW_FROM)
    return outer->kind == inner->kind && outer->first_day <= inner->first_day &&
           outer->last_day >= inner->last_day;
  return outer->near_age <= inner->near_age && outer->far_age >= inner->far_age;
}

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
  bool argument = !node->argument || !node->argument->optional ||
                  (fact->argument && seg_same_value(fact->argument, node->argument));
  return argument && window_contains(&node->window, &fact->window) &&
         filter_contains(node->filter, fact->filter);
}

static bool is_fact(const struct walk *walk, const struct seg_node *node) {
  for (size_t i = 0; i < walk->facts.list.count; i++) {
    const struct seg_node *fact = walk->facts.list.items[i];
    if (seg_same_value(fact, node) || (node->kind == SEG_NODE_AGGREGATE && has_events(fact, node)))
      return true;
  }
  return false;
}

/** The innermost value that may be missing here, or NULL when the value is known. */
static const struct seg_node *unknown_part(const struct walk *walk, const struct seg_node *node) {
  if (!node->optional || is_fact(walk, node))
    return NULL;
  if (node->kind == SEG_NODE_BAND_FRACTION)
    return is_fact(walk, node->operands[1]) ? NULL : node;
  if (node->operand_count == 0 || node->kind == SEG_NODE_AGGREGATE)
    return node;
  if (node->kind == SEG_NODE_ELSE)
    return unknown_part(walk, node->operands[0]) && unknown_part(walk, node->operands[1]) ? node
                                                                                          : NULL;
  for (uint32_t i = 0; i < node->operand_count; i++)
    if (unknown_part(walk, node->operands[i]))
      return node;
  if (node->kind == SEG_NODE_DIVIDE && !seg_is_literal(node->operands[1]))
    return node; // known operands, but the denominator may be zero
  return NULL;
}

// --- reporting ---

/** The value as code, with the window that was written behind the constant it is compared with. */
static struct seg_str term_code(struct seg_check *check, const struct seg_node *node) {
  struct seg_str code = seg_code(check, node->span);
  for (size_t i = 0; i < check->moved.count; i++) {
    const struct seg_moved_window *moved = &check->moved.items[i];
    if (moved->node->span.file == node->span.file && moved->node->span.begin == node->span.begin &&
        moved->node->span.end == node->span.end)
      return seg_words(check, "%.*s %.*s", SEG_STR(code), SEG_STR(seg_code(check, moved->span)));
  }
  return code;
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

/** `code` with the first `term` in it replaced by `(term else value)`; empty when it is not there. */
static struct seg_str with_default(struct seg_check *check, struct seg_str code,
                                   struct seg_str term, struct seg_str value) {
  for (size_t at = 0; term.size > 0 && value.size > 0 && at + term.size <= code.size; at++) {
    if (!seg_str_equal((struct seg_str){code.data + at, term.size}, term))
      continue;
    struct seg_str rest = {code.data + at + term.size, code.size - at - term.size};
    return seg_words(check, "%.*s(%.*s else %.*s)%.*s", (int)at, code.data, SEG_STR(term),
                     SEG_STR(value), SEG_STR(rest));
  }
  return (struct seg_str){0};
}

/**
 * `term` may be missing in the negation written at `span`. `not_before`: the code at the span lacks
 * its `not`, which the fixes put back.
 */
static void report(struct walk *walk, struct seg_span span, const struct seg_node *value) {
  struct seg_check *check = walk->check;
  walk->right = false;
  struct seg_str code = seg_code(check, span), term = term_code(check, value);
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_NEGATED_MISSING, span,
                 "`%.*s` may be missing, and the negation does not say what happens then",
                 SEG_STR(term));
  seg_note(check->sink, d, "a comparison with a missing value is false, so a negation can take "
                           "customers in, or leave them out, that nobody thought of");
  seg_help(check->sink, d, "leave them out: `(%.*s is known and %.*s)`", SEG_STR(term),
           SEG_STR(code));
  seg_help(check->sink, d, "take them in: `(%.*s is missing or %.*s)`", SEG_STR(term),
           SEG_STR(code));
  struct seg_str fixed = with_default(check, code, seg_code(check, value->span),
                                      default_code(check, &value->type));
  if (fixed.size > 0)
    seg_help(check->sink, d, "or put a value in its place: `%.*s`", SEG_STR(fixed));
}

// --- walking ---

/** What the walk carries down: the innermost `not` above and whether it stands right above. */
struct position {
  const struct seg_node *negation; // NULL: none above
  const struct seg_program_entity *event; // whose columns filters see
};

static void walk_condition(struct walk *walk, const struct seg_node *node, struct position at);

/** Conditions inside a value: the filters of its aggregates. */
static void walk_value(struct walk *walk, const struct seg_node *node) {
  for (uint32_t i = 0; i < node->operand_count; i++)
    walk_value(walk, node->operands[i]);
  if (node->kind != SEG_NODE_AGGREGATE || !node->filter)
    return;
  // Events that the declaration's `where` drops never come here.
  struct seg_program_entity *event = &walk->check->program->events[node->event];
  struct facts outside = walk->facts;
  walk->facts = (struct facts){0};
  if (event->where)
    learn_true(walk, event->where, false);
  walk_condition(walk, node->filter, (struct position){0});
  SEG_VEC_FREE(&walk->facts.list);
  walk->facts = outside;
}

/** A comparison, membership, text test or bool column. */
static void walk_atom(struct walk *walk, const struct seg_node *node, struct position at) {
  for (uint32_t i = 0; i < node->operand_count; i++)
    walk_value(walk, node->operands[i]);
  bool compares = node->kind == SEG_NODE_COMPARE || node->kind == SEG_NODE_COMPARE_FRACTIONS;
  if (!at.negation && !(compares && node->comparison == SEG_NOT_EQUAL))
    return;
  bool direct = at.negation && (at.negation->operands[0] == node ||
                                at.negation->operands[0]->span.begin == node->span.begin);
  struct seg_span span = direct ? at.negation->span : node->span;
  if (node->kind == SEG_NODE_COMPARE_FRACTIONS) {
    for (uint32_t side = 0; side < 4; side += 2) {
      const struct seg_node *part = node->operands[side], *over = node->operands[side + 1];
      bool unknown = seg_is_literal(over) ? unknown_part(walk, part) != NULL
                                          : !is_fact(walk, over);
      if (unknown) {
        report(walk, span, part);
        return;
      }
    }
    return;
  }
  if (!seg_is_condition(node)) {
    if (unknown_part(walk, node))
      report(walk, span, node);
    return;
  }
  for (uint32_t i = 0; i < node->operand_count; i++) {
    if (unknown_part(walk, node->operands[i])) {
      report(walk, span, node->operands[i]);
      return;
    }
  }
}

static void walk_parts(struct walk *walk, const struct seg_node *node, struct position at) {
  learn_function part = node->kind == SEG_NODE_AND ? learn_true : learn_false;
  size_t base = walk->facts.list.count;
  for (uint32_t i = 0; i < node->operand_count; i++) {
    // Facts of long chains would cost the square of their length; negations in them are rare.
    for (uint32_t j = 0; j < node->operand_count; j++)
      if (j != i)
        part(walk, node->operands[j], at.negation != NULL);
    walk_condition(walk, node->operands[i], at);
    walk->facts.list.count = base;
  }
}

static void walk_condition(struct walk *walk, const struct seg_node *node, struct position at) {
  if (node->kind == SEG_NODE_AND || node->kind == SEG_NODE_OR) {
    walk_parts(walk, node, at);
  } else if (node->kind == SEG_NODE_NOT) {
    at.negation = node;
    walk_condition(walk, node->operands[0], at);
  } else if (node->kind == SEG_NODE_IS_KNOWN) {
    walk_value(walk, node->operands[0]);
  } else {
    walk_atom(walk, node, at);
  }
}

bool seg_check_missing_in(struct seg_check *check, const struct seg_node *node,
                          const struct seg_program_entity *event) {
  if (!node)
    return true;
  struct walk walk = {.check = check, .right = true};
  if (event && event->where)
    learn_true(&walk, event->where, false);
  if (node->type.kind == SEG_TYPE_BOOL)
    walk_condition(&walk, node, (struct position){0});
  else
    walk_value(&walk, node);
  SEG_VEC_FREE(&walk.facts.list);
  return walk.right;
}

bool seg_check_missing(struct seg_check *check, const struct seg_node *node) {
  return seg_check_missing_in(check, node, NULL);
}
