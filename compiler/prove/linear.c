// Conditions as linear inequalities; see linear.h.
#include "compiler/prove/linear.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/prove/aggregate.h"
#include "compiler/prove/linear_parts.h"

enum { NONE = SEG_LINEAR_NONE };

// --- which conditions are inequalities ---

/** A condition taken apart: unit * above <=> number * below; below NULL is 1. */
struct comparison {
  const struct seg_node *above, *below;
  int64_t unit, number;
  enum seg_comparison sign;
};

static bool is_whole(const struct seg_node *node) {
  return node->type.kind == SEG_TYPE_INT || node->type.kind == SEG_TYPE_MONEY;
}

static bool is_whole_literal(const struct seg_node *node) {
  static const int64_t large = INT64_C(1) << 50;
  return node->kind == SEG_NODE_LITERAL && is_whole(node) && node->literal.integer < large &&
         node->literal.integer > -large;
}

/** A number of events, or a sum of whole values, in a window that lies alike on all days. */
static bool is_linear(const struct seg_node *node) {
  return node->kind == SEG_NODE_AGGREGATE && is_whole(node) && node->sequence == NULL &&
         !node->window.hours &&
         (node->aggregate == SEG_AGGREGATE_COUNT ||
          (node->aggregate == SEG_AGGREGATE_SUM && is_whole(node->argument))) &&
         (node->window.kind == SEG_WINDOW_EVER || node->window.kind == SEG_WINDOW_WITHIN ||
          node->window.kind == SEG_WINDOW_BETWEEN);
}

static bool read_comparison(const struct seg_node *node, struct comparison *read) {
  bool swapped = node->operands[0]->kind == SEG_NODE_LITERAL;
  const struct seg_node *value = node->operands[swapped], *literal = node->operands[!swapped];
  if (!is_linear(value) || !is_whole_literal(literal) || literal->type.scale != value->type.scale)
    return false;
  *read = (struct comparison){value, NULL, 1, literal->literal.integer,
                              swapped ? seg_comparison_turned(node->comparison) : node->comparison};
  return true;
}

static bool read_average(const struct seg_node *node, struct comparison *read) {
  bool swapped = node->operands[0]->kind == SEG_NODE_LITERAL;
  const struct seg_node *above = node->operands[swapped ? 2 : 0];
  const struct seg_node *below = node->operands[swapped ? 3 : 1];
  const struct seg_node *number = node->operands[swapped ? 0 : 2];
  const struct seg_node *unit = node->operands[swapped ? 1 : 3];
  if (!is_linear(above) || !is_linear(below) || above->aggregate != SEG_AGGREGATE_SUM ||
      below->aggregate != SEG_AGGREGATE_COUNT || !is_whole_literal(number) ||
      !is_whole_literal(unit) || unit->literal.integer <= 0 ||
      number->type.scale != above->type.scale)
    return false;
  *read = (struct comparison){above, below, unit->literal.integer, number->literal.integer,
                              swapped ? seg_comparison_turned(node->comparison) : node->comparison};
  return true;
}

static bool read_condition(const struct seg_node *node, struct comparison *read) {
  if (node == NULL)
    return false;
  return node->kind == SEG_NODE_COMPARE             ? read_comparison(node, read)
         : node->kind == SEG_NODE_COMPARE_FRACTIONS ? read_average(node, read)
                                                    : false;
}

// --- forms ---

/** A form in the making: a factor for each variable. */
struct making {
  struct seg_linear *linear;
  struct seg_query *query;
  struct seg_error *error;
  // Where the variables of an event begin: [cell][band] events, and then [argument] sums of each.
  uint32_t *firsts;
  int64_t *factors;
  bool failed; // memory is out
};

static uint32_t variable_of(const struct making *making, uint32_t event, uint32_t cell,
                            uint32_t band, int argument) {
  const struct seg_event_space *space = &making->query->events[event];
  uint32_t width = 1 + space->argument_count;
  return making->firsts[event] + (cell * making->query->band_count + band) * width +
         (uint32_t)(argument + 1);
}

/** All variables there may be. False when they are too many. */
static bool add_variables(struct making *making) {
  struct seg_linear *linear = making->linear;
  struct seg_query *query = making->query;
  for (uint32_t e = 0; e < query->program->event_count; e++) {
    const struct seg_event_space *space = &query->events[e];
    uint32_t cells = space->used ? space->cell_count : 0;
    making->firsts[e] = (uint32_t)linear->variables.count;
    for (uint32_t place = 0; place < cells * query->band_count; place++) {
      const struct seg_cell *cell = &space->cells[place / query->band_count];
      struct seg_linear_unit unit = {(uint32_t)linear->variables.count, 1 + space->argument_count,
                                     .event = e,
                                     .age = query->bands[place % query->band_count].near,
                                     .width = query->program->events[e].column_count};
      making->failed = seg_linear_sample(linear, query, e, place / query->band_count, &unit) ==
                           SEG_SAMPLE_NO_MEMORY ||
                       !SEG_VEC_PUSH(&linear->units, unit);
      for (int a = -1; a < (int)space->argument_count && !making->failed; a++) {
        struct seg_linear_variable variable = {INT64_MIN, INT64_MAX};
        if (a >= 0)
          variable = (struct seg_linear_variable){cell->low[a], cell->high[a]};
        making->failed = !SEG_VEC_PUSH(&linear->variables, variable);
      }
      if (making->failed || linear->units.count > SEG_LINEAR_UNITS ||
          linear->variables.count > SEG_LINEAR_VARIABLES)
        return false;
    }
  }
  return true;
}

static void add_region(struct making *making, const struct seg_node *node, bool sums,
                       int64_t factor) {
  struct seg_region region = seg_region_of(making->query, node);
  for (uint32_t c = 0; c < region.space->cell_count; c++)
    for (uint32_t b = region.first_band; region.cells[c] && b < region.end_band; b++)
      making->factors[variable_of(making, node->event, c, b, sums ? (int)region.argument : -1)] +=
          factor;
}

static bool same_terms(const struct seg_linear *linear, const struct seg_linear_form *a,
                       const struct seg_linear_form *b) {
  if (a->count != b->count)
    return false;
  for (uint32_t i = 0; i < a->count; i++) {
    const struct seg_linear_term *x = &linear->terms.items[a->first + i];
    const struct seg_linear_term *y = &linear->terms.items[b->first + i];
    if (x->variable != y->variable || x->factor != y->factor)
      return false;
  }
  return true;
}

/** The form of the factors, which are 0 again after that. NONE when there is nothing in it. */
static uint32_t keep_form(struct making *making, uint32_t events) {
  struct seg_linear *linear = making->linear;
  struct seg_linear_form form = {(uint32_t)linear->terms.count, 0, events};
  for (uint32_t v = 0; v < linear->variables.count; v++) {
    if (making->factors[v] == 0)
      continue;
    making->failed =
        !SEG_VEC_PUSH(&linear->terms, (struct seg_linear_term){v, making->factors[v]}) ||
        making->failed;
    making->factors[v] = 0;
    form.count++;
  }
  if (making->failed || form.count == 0)
    return NONE;
  for (uint32_t f = 0; f < linear->forms.count; f++)
    if (same_terms(linear, &linear->forms.items[f], &form)) {
      linear->terms.count = form.first;
      return f;
    }
  if (form.events == NONE)
    form.events = (uint32_t)linear->forms.count;
  making->failed = !SEG_VEC_PUSH(&linear->forms, form);
  return (uint32_t)linear->forms.count - 1;
}

static struct seg_linear_claim claim_of(enum seg_comparison sign, int64_t number) {
  struct seg_linear_claim claim = {INT64_MIN, INT64_MAX, false};
  switch (sign) {
  case SEG_LESS: claim.high = number - 1; break;
  case SEG_LESS_EQUAL: claim.high = number; break;
  case SEG_GREATER: claim.low = number + 1; break;
  case SEG_GREATER_EQUAL: claim.low = number; break;
  case SEG_EQUAL: claim.low = claim.high = number; break;
  case SEG_NOT_EQUAL: break;
  }
  return claim;
}

/** An average is missing where there is no event: then the form is 0 and the comparison fails. */
static void claim_average(struct seg_linear_condition *condition, enum seg_comparison sign) {
  struct seg_linear_claim *fails = &condition->claims[1];
  condition->claims[0] = claim_of(sign, 0);
  condition->claims[0].some = true;
  *fails = claim_of(seg_comparison_opposite(sign), 0);
  fails->low = fails->low > 0 ? 0 : fails->low;
  fails->high = fails->high < 0 ? 0 : fails->high;
}

/** A sum that is not 0 is one of some event. */
static void claim_sum(struct seg_linear_claim *claim) {
  claim->some = claim->low > 0 || claim->high < 0;
}

static void add_condition(struct making *making, const struct comparison *read,
                          struct seg_linear_condition *condition) {
  bool sum = read->above->aggregate == SEG_AGGREGATE_SUM;
  uint32_t events = NONE;
  if (sum) { // those whose value is known
    add_region(making, read->above, false, 1);
    events = keep_form(making, NONE);
  }
  add_region(making, read->above, sum, read->unit);
  if (read->below != NULL)
    add_region(making, read->below, false, -read->number);
  uint32_t form = keep_form(making, events);
  if (form == NONE || (sum && events == NONE))
    return;
  condition->form = form;
  if (read->below != NULL) {
    claim_average(condition, read->sign);
    return;
  }
  condition->claims[0] = claim_of(read->sign, read->number);
  condition->claims[1] = claim_of(seg_comparison_opposite(read->sign), read->number);
  if (sum) {
    claim_sum(&condition->claims[0]);
    claim_sum(&condition->claims[1]);
  }
}

// --- all conditions ---

/** Those that are inequalities, in one query. */
struct reading {
  uint32_t count;
  uint32_t *numbers; // among all conditions
  struct comparison *comparisons;
  const struct seg_node **conditions;
};

static bool read_all(struct seg_arena *arena, const struct seg_node *const *conditions,
                     uint32_t count, struct reading *reading) {
  reading->numbers = SEG_NEW_ARRAY(arena, uint32_t, count + 1u);
  reading->comparisons = SEG_NEW_ARRAY(arena, struct comparison, count + 1u);
  reading->conditions = SEG_NEW_ARRAY(arena, const struct seg_node *, count + 1u);
  if (reading->numbers == NULL || reading->comparisons == NULL || reading->conditions == NULL)
    return false;
  for (uint32_t i = 0; i < count; i++)
    if (read_condition(conditions[i], &reading->comparisons[reading->count])) {
      reading->numbers[reading->count] = i;
      reading->conditions[reading->count++] = conditions[i];
    }
  return true;
}

/** What belongs to the question at hand. False when memory is out. */
static bool make_room(struct seg_linear *linear) {
  struct seg_linear_system *system = &linear->system;
  size_t cells = (size_t)SEG_LINEAR_ROWS * SEG_LINEAR_COLUMNS;
  linear->rows = SEG_NEW_ARRAY(&linear->arena, uint32_t, linear->forms.count + 1);
  linear->columns = SEG_NEW_ARRAY(&linear->arena, uint32_t, linear->variables.count + 1);
  linear->scratch = SEG_NEW_ARRAY(&linear->arena, int64_t, SEG_LINEAR_VARIABLES + 1);
  system->factors = SEG_NEW_ARRAY(&linear->arena, int64_t, cells);
  system->cells = SEG_NEW_ARRAY(&linear->arena, double, cells);
  system->solution = SEG_NEW_ARRAY(&linear->arena, double, SEG_LINEAR_COLUMNS);
  system->simplex = calloc(1, sizeof *system->simplex);
  if (linear->rows == NULL || linear->columns == NULL || linear->scratch == NULL ||
      system->factors == NULL || system->cells == NULL || system->solution == NULL ||
      system->simplex == NULL)
    return false;
  for (size_t f = 0; f < linear->forms.count; f++)
    linear->rows[f] = NONE;
  return true;
}

/** Forms and claims, out of the cells and bands of the query. */
static void make_forms(struct making *making, const struct reading *reading, bool *usable) {
  struct seg_linear *linear = making->linear;
  *usable = add_variables(making);
  for (uint32_t i = 0; i < reading->count && *usable && !making->failed; i++)
    add_condition(making, &reading->comparisons[i], &linear->conditions[reading->numbers[i]]);
  making->failed = making->failed || !make_room(linear) || !seg_linear_find_looser(linear);
}

static enum seg_status make(struct seg_prover *prover, struct making *making,
                            const struct reading *reading, bool *usable) {
  struct seg_linear *linear = making->linear;
  struct seg_solver solver;
  struct seg_days days;
  struct seg_query query;
  struct seg_zone *zone = NULL;
  seg_vocabulary_trim(&prover->vocabulary);
  if (!seg_days_find(&days, prover->program, reading->conditions, reading->count)) {
    seg_days_deinit(&days);
    return seg_fail_memory(making->error, "the proofs");
  }
  enum seg_status status = seg_solver_init(&solver, prover->budget, making->error);
  if (status != SEG_OK) {
    seg_days_deinit(&days);
    return status;
  }
  status = seg_query_init(&query, &prover->vocabulary, &solver, &days, &days.kinds.items[0],
                          reading->conditions, reading->count, making->error);
  if (status == SEG_OK)
    status = seg_zone_load(prover->program->timezone, &zone, making->error);
  query.zone = zone;
  making->query = &query;
  making->firsts =
      SEG_NEW_ARRAY(&linear->arena, uint32_t, (size_t)prover->program->event_count + 1);
  making->factors = SEG_NEW_ARRAY(&linear->arena, int64_t, SEG_LINEAR_VARIABLES + 1);
  making->failed = making->firsts == NULL || making->factors == NULL;
  *usable = status == SEG_OK && query.refused == NULL && days.kinds.count == 1 && !days.calendar;
  if (*usable && !making->failed)
    make_forms(making, reading, usable);
  if (status == SEG_OK && making->failed)
    status = seg_fail_memory(making->error, "the proofs");
  making->query = NULL;
  seg_query_deinit(&query);
  seg_zone_free(zone);
  seg_solver_deinit(&solver);
  seg_days_deinit(&days);
  return status;
}

enum seg_status seg_linear_new(struct seg_prover *prover, const struct seg_node *const *conditions,
                               uint32_t count, struct seg_linear **linear,
                               struct seg_error *error) {
  struct reading reading = {0};
  struct seg_linear *made = calloc(1, sizeof *made);
  bool usable = false;
  *linear = NULL;
  if (made == NULL)
    return seg_fail_memory(error, "the proofs");
  seg_arena_init(&made->arena);
  made->condition_count = count;
  made->conditions = SEG_NEW_ARRAY(&made->arena, struct seg_linear_condition, count + 1u);
  bool read = made->conditions != NULL && read_all(&made->arena, conditions, count, &reading);
  for (uint32_t i = 0; read && i < count; i++)
    made->conditions[i].form = NONE;
  struct making making = {.linear = made, .error = error};
  enum seg_status status = read ? SEG_OK : seg_fail_memory(error, "the proofs");
  if (status == SEG_OK && reading.count > 0)
    status = make(prover, &making, &reading, &usable);
  if (status == SEG_OK && usable)
    *linear = made;
  else
    seg_linear_free(made);
  return status;
}

bool seg_linear_fork(const struct seg_linear *from, struct seg_linear **linear) {
  struct seg_linear *made = *linear = malloc(sizeof *made);
  if (made == NULL)
    return false;
  *made = *from;
  made->forked = true;
  made->used_count = 0;
  seg_arena_init(&made->arena);
  return make_room(made);
}

void seg_linear_free(struct seg_linear *linear) {
  if (linear == NULL)
    return;
  if (!linear->forked) {
    SEG_VEC_FREE(&linear->variables);
    SEG_VEC_FREE(&linear->terms);
    SEG_VEC_FREE(&linear->forms);
    SEG_VEC_FREE(&linear->units);
  }
  struct seg_simplex *simplex = linear->system.simplex;
  if (simplex != NULL)
    seg_simplex_deinit(simplex);
  free(simplex);
  seg_arena_deinit(&linear->arena);
  free(linear);
}
