// What bounds decide, what values say, and solutions; see quick.h.
#include <string.h>

#include "compiler/prove/quick_search.h"

/** A form has a bound of its own once it is asserted, and what the bounds of its variables allow.
 */
enum reach { OWN_REACH, REACH_OF_VARIABLES };

/** The least or greatest that bounds allow a form. False: there is none. */
static bool reach_of(struct seg_quick *quick, uint32_t number, enum reach by, bool greatest,
                     struct seg_ratio *reach) {
  const struct seg_quick_form *form = &quick->terms.forms.items[number];
  if (by == OWN_REACH) {
    const struct seg_quick_seen *own = &quick->forms.items[number];
    if (own->stamp != quick->stamp)
      return false;
    const struct seg_simplex_bound *bound =
        &quick->simplex->variables[own->simplex].bounds[greatest];
    *reach = bound->value;
    return bound->set;
  }
  bool overflow = false;
  *reach = seg_ratio_whole(0);
  for (uint32_t i = 0; i < form->count; i++) {
    const struct seg_quick_seen *seen =
        seg_quick_see(quick, quick->terms.variables_of_forms.items[form->first + i]);
    struct seg_ratio factor = quick->terms.factors.items[form->first + i];
    if (seen->simplex == SEG_QUICK_NONE)
      return false;
    const struct seg_simplex_bound *bound =
        &quick->simplex->variables[seen->simplex].bounds[(factor.above > 0) == greatest];
    if (!bound->set)
      return false;
    *reach = seg_ratio_add(*reach, seg_ratio_multiply(factor, bound->value, &overflow), &overflow);
  }
  return !overflow;
}

/** Whether one kind of bounds decides an inequality. */
static uint8_t decided_by(struct seg_quick *quick, const struct seg_quick_node *node,
                          enum reach by) {
  int side = node->kind == SEG_QUICK_AT_MOST ? 1 : -1;
  struct seg_ratio reach;
  if (reach_of(quick, node->subject, by, side > 0, &reach) &&
      side * seg_ratio_compare(reach, node->bound) <= 0)
    return 1;
  if (reach_of(quick, node->subject, by, side < 0, &reach) &&
      side * seg_ratio_compare(reach, node->bound) > 0)
    return 0;
  return SEG_QUICK_UNSET;
}

bool seg_quick_least_sum(struct seg_quick *quick, const struct seg_quick_sum *sum,
                         struct seg_ratio *least) {
  bool overflow = false;
  *least = sum->constant;
  for (uint32_t i = 0; i < sum->count; i++) {
    const struct seg_quick_seen *seen = seg_quick_see(quick, sum->variables[i]);
    if (seen->simplex == SEG_QUICK_NONE)
      return false;
    const struct seg_simplex_bound *bound =
        &quick->simplex->variables[seen->simplex].bounds[sum->factors[i].above < 0];
    if (!bound->set)
      return false;
    *least = seg_ratio_add(*least, seg_ratio_multiply(sum->factors[i], bound->value, &overflow),
                           &overflow);
  }
  return !overflow;
}

uint8_t seg_quick_decided(struct seg_quick *quick, seg_quick_literal literal) {
  const struct seg_quick_node *node = &quick->terms.nodes.items[literal >> 1];
  uint8_t truth = SEG_QUICK_UNSET;
  switch (node->kind) {
  case SEG_QUICK_YES: truth = 1; break;
  case SEG_QUICK_TRUTH: truth = seg_quick_see(quick, node->subject)->truth; break;
  case SEG_QUICK_AT_MOST:
  case SEG_QUICK_AT_LEAST:
    truth = decided_by(quick, node, OWN_REACH);
    if (truth == SEG_QUICK_UNSET)
      truth = decided_by(quick, node, REACH_OF_VARIABLES);
    break;
  case SEG_QUICK_AND:
  case SEG_QUICK_OR: {
    uint8_t settles = node->kind == SEG_QUICK_OR; // one such part decides
    truth = !settles;
    for (uint32_t i = 0; i < node->count && truth != settles; i++) {
      uint8_t part = seg_quick_decided(quick, quick->terms.children.items[node->first + i]);
      if (part == settles || (part == SEG_QUICK_UNSET && truth != settles))
        truth = part;
    }
    break;
  }
  case SEG_QUICK_UNKNOWN: break;
  }
  return truth == SEG_QUICK_UNSET ? SEG_QUICK_UNSET : truth ^ (literal & 1);
}

// --- why ---

/** What the bounds rest on that decide an inequality. */
static seg_decisions reasons_of_reach(struct seg_quick *quick, const struct seg_quick_node *node,
                                      bool holds) {
  const struct seg_quick_form *form = &quick->terms.forms.items[node->subject];
  const struct seg_simplex_variable *variables = quick->simplex->variables;
  bool greatest = (node->kind == SEG_QUICK_AT_MOST) == holds;
  seg_decisions why = 0;
  if (decided_by(quick, node, OWN_REACH) != SEG_QUICK_UNSET)
    return variables[quick->forms.items[node->subject].simplex].bounds[greatest].why;
  for (uint32_t i = 0; i < form->count; i++) {
    const struct seg_quick_seen *seen =
        seg_quick_see(quick, quick->terms.variables_of_forms.items[form->first + i]);
    bool up = (quick->terms.factors.items[form->first + i].above > 0) == greatest;
    why |= variables[seen->simplex].bounds[up].why;
  }
  return why;
}

seg_decisions seg_quick_reasons(struct seg_quick *quick, seg_quick_literal literal) {
  const struct seg_quick_node *node = &quick->terms.nodes.items[literal >> 1];
  uint8_t truth = seg_quick_decided(quick, literal & ~1u);
  seg_decisions why = 0;
  switch (node->kind) {
  case SEG_QUICK_YES:
  case SEG_QUICK_UNKNOWN: break;
  case SEG_QUICK_TRUTH: return seg_quick_see(quick, node->subject)->why;
  case SEG_QUICK_AT_MOST:
  case SEG_QUICK_AT_LEAST: return reasons_of_reach(quick, node, truth == 1);
  case SEG_QUICK_AND:
  case SEG_QUICK_OR: {
    bool one = truth == (node->kind == SEG_QUICK_OR); // part decides
    for (uint32_t i = 0; i < node->count; i++) {
      seg_quick_literal part = quick->terms.children.items[node->first + i];
      if (one && seg_quick_decided(quick, part) != truth)
        continue;
      why |= seg_quick_reasons(quick, part);
      if (one)
        break;
    }
    break;
  }
  }
  return why;
}

// --- values ---

static struct seg_ratio value_of_sum(struct seg_quick *quick, const struct seg_quick_sum *sum);

/** Of a choice that the question did not look at: that of the value which is chosen. */
static struct seg_ratio value_by_definition(struct seg_quick *quick, uint32_t number) {
  Z3_context c = quick->terms.context;
  Z3_app app = Z3_to_app(c, quick->terms.variables.items[number].term);
  seg_quick_literal chosen = seg_quick_literal_of(&quick->terms, Z3_get_app_arg(c, app, 0));
  struct seg_quick_sum sum;
  seg_quick_sum_of(&quick->terms, Z3_get_app_arg(c, app, seg_quick_holds(quick, chosen) ? 1 : 2),
                   &sum);
  return value_of_sum(quick, &sum);
}

static struct seg_ratio value_of(struct seg_quick *quick, uint32_t number) {
  if (!quick->reading) {
    const struct seg_quick_seen *seen = seg_quick_see(quick, number);
    return seen->simplex == SEG_QUICK_NONE ? seg_ratio_whole(0)
                                           : quick->simplex->variables[seen->simplex].value;
  }
  if (number < quick->solution.count && quick->solution.items[number].seen)
    return quick->solution.items[number].value;
  if (quick->terms.variables.items[number].definition != SEG_QUICK_NONE)
    return value_by_definition(quick, number);
  return seg_ratio_whole(0);
}

static bool truth_of(struct seg_quick *quick, uint32_t number) {
  if (!quick->reading)
    return seg_quick_see(quick, number)->truth == 1;
  return number < quick->solution.count && quick->solution.items[number].truth;
}

static struct seg_ratio add_part(struct seg_quick *quick, struct seg_ratio sum,
                                 struct seg_ratio factor, uint32_t variable) {
  bool *overflow = &quick->simplex->overflow;
  return seg_ratio_add(sum, seg_ratio_multiply(factor, value_of(quick, variable), overflow),
                       overflow);
}

static struct seg_ratio value_of_sum(struct seg_quick *quick, const struct seg_quick_sum *sum) {
  struct seg_ratio value = sum->constant;
  for (uint32_t i = 0; i < sum->count && !sum->failed; i++)
    value = add_part(quick, value, sum->factors[i], sum->variables[i]);
  quick->failed = quick->failed || sum->failed;
  return value;
}

static struct seg_ratio value_of_form(struct seg_quick *quick, uint32_t number) {
  struct seg_quick_form form = quick->terms.forms.items[number];
  struct seg_ratio value = seg_ratio_whole(0);
  for (uint32_t i = 0; i < form.count; i++)
    value = add_part(quick, value, quick->terms.factors.items[form.first + i],
                     quick->terms.variables_of_forms.items[form.first + i]);
  return value;
}

bool seg_quick_holds(struct seg_quick *quick, seg_quick_literal literal) {
  // A copy: terms that are read on the way move them.
  const struct seg_quick_node own = quick->terms.nodes.items[literal >> 1], *node = &own;
  bool negated = literal & 1;
  switch (node->kind) {
  case SEG_QUICK_YES: return !negated;
  case SEG_QUICK_TRUTH: return truth_of(quick, node->subject) != negated;
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
      if (seg_quick_holds(quick, quick->terms.children.items[node->first + i]) == settles)
        return settles != negated;
    return !settles != negated;
  }
  case SEG_QUICK_UNKNOWN: break;
  }
  quick->failed = true;
  return false;
}

// --- solutions ---

bool seg_quick_keep_solution(struct seg_quick *quick) {
  quick->solution.count = 0;
  for (uint32_t v = 0; v < quick->variables.count; v++) {
    const struct seg_quick_seen *seen = &quick->variables.items[v];
    struct seg_quick_solved solved = {.value = seg_ratio_whole(0)};
    if (seen->stamp == quick->stamp) {
      solved.seen = seen->simplex != SEG_QUICK_NONE;
      solved.truth = seen->truth == 1;
      if (solved.seen)
        solved.value = quick->simplex->variables[seen->simplex].value;
    }
    if (!SEG_VEC_PUSH(&quick->solution, solved))
      return false;
  }
  return true;
}

bool seg_quick_truth(struct seg_quick *quick, Z3_ast term, bool *truth) {
  bool failed = quick->failed, overflow = quick->simplex->overflow;
  seg_quick_literal literal = seg_quick_literal_of(&quick->terms, term);
  quick->failed = quick->simplex->overflow = false;
  quick->reading = true;
  *truth = seg_quick_holds(quick, literal);
  quick->reading = false;
  bool read = !seg_quick_lost(quick) && !quick->terms.out_of_memory;
  quick->failed = failed;
  quick->simplex->overflow = overflow;
  return read;
}

bool seg_quick_value(struct seg_quick *quick, Z3_ast term, struct seg_ratio *value) {
  bool failed = quick->failed, overflow = quick->simplex->overflow;
  struct seg_quick_sum sum;
  seg_quick_sum_of(&quick->terms, term, &sum);
  quick->failed = quick->simplex->overflow = false;
  quick->reading = true;
  *value = value_of_sum(quick, &sum);
  quick->reading = false;
  bool read = !seg_quick_lost(quick) && !quick->terms.out_of_memory;
  quick->failed = failed;
  quick->simplex->overflow = overflow;
  return read;
}
