// Aggregates as sums over cells and bands; see query.h.
#include <string.h>

#include "compiler/prove/query.h"

/** The cells and bands that an aggregate looks at. */
struct region {
  struct seg_event_space *space;
  bool cells[SEG_MAX_CELLS];
  uint32_t first_band, end_band;
  uint32_t argument; // among the arguments of the space
};

// --- first pass: what an aggregate looks at ---

static int add_atom(struct seg_query *query, struct seg_event_space *space,
                    const struct seg_node *node, const char *kind) {
  struct seg_str text = seg_query_form(query, space->row.entity, node);
  struct seg_str form = seg_arena_format(&query->arena, "%s %.*s", kind, SEG_STR(text));
  for (uint32_t i = 0; i < space->atom_count; i++)
    if (seg_str_equal(space->atom_forms[i], form))
      return (int)i;
  if (space->atom_count == SEG_MAX_CELL_ATOMS) {
    query->refused = "too many filters look at one event";
    return -1;
  }
  space->atoms[space->atom_count] = node;
  space->atom_forms[space->atom_count] = form;
  return (int)space->atom_count++;
}

static int find_argument(struct seg_query *query, struct seg_event_space *space,
                         const struct seg_node *node) {
  struct seg_str form = seg_query_form(query, space->row.entity, node);
  for (uint32_t i = 0; i < space->argument_count; i++)
    if (seg_str_equal(space->arguments[i].form, form))
      return (int)i;
  if (space->argument_count == SEG_MAX_ARGUMENTS) {
    query->refused = "too many values of one event are looked at";
    return -1;
  }
  struct seg_argument *argument = &space->arguments[space->argument_count];
  *argument = (struct seg_argument){.node = node, .form = form, .known_atom = -1};
  if (node->optional)
    argument->known_atom = add_atom(query, space, node, "known");
  return (int)space->argument_count++;
}

void seg_query_look_at_event(struct seg_query *query, uint32_t event) {
  struct seg_event_space *space = &query->events[event];
  struct seg_encode_scope row = {query, &space->row, true};
  space->used = true;
  if (space->row.entity->where != NULL)
    seg_encode_condition(&row, space->row.entity->where);
}

static void collect(struct seg_query *query, const struct seg_node *node) {
  struct seg_event_space *space = &query->events[node->event];
  struct seg_encode_scope row = {query, &space->row, true};
  if (!SEG_VEC_PUSH(&query->windows, &node->window))
    query->out_of_memory = true;
  seg_query_look_at_event(query, node->event);
  if (node->filter != NULL) {
    add_atom(query, space, node->filter, "filter");
    seg_encode_condition(&row, node->filter);
  }
  bool edge = node->aggregate == SEG_AGGREGATE_FIRST || node->aggregate == SEG_AGGREGATE_LAST;
  space->days_asked = space->days_asked || edge;
  if (node->argument == NULL || edge)
    return;
  seg_encode_value(&row, node->argument);
  int index = find_argument(query, space, node->argument);
  if (index < 0)
    return;
  struct seg_argument *argument = &space->arguments[index];
  argument->summed = argument->summed || node->aggregate == SEG_AGGREGATE_SUM ||
                     node->aggregate == SEG_AGGREGATE_AVERAGE;
  argument->ended = argument->ended || node->aggregate == SEG_AGGREGATE_MIN ||
                    node->aggregate == SEG_AGGREGATE_MAX;
}

// --- second pass: terms ---

static int atom_of(struct seg_query *query, const struct seg_event_space *space,
                   const struct seg_node *node, const char *kind) {
  struct seg_str text = seg_query_form(query, space->row.entity, node);
  struct seg_str form = seg_arena_format(&query->arena, "%s %.*s", kind, SEG_STR(text));
  for (uint32_t i = 0; i < space->atom_count; i++)
    if (seg_str_equal(space->atom_forms[i], form))
      return (int)i;
  return -1;
}

static struct region region_of(struct seg_query *query, const struct seg_node *node) {
  struct region region = {.space = &query->events[node->event]};
  int filter = node->filter == NULL ? -1 : atom_of(query, region.space, node->filter, "filter");
  bool edge = node->aggregate == SEG_AGGREGATE_FIRST || node->aggregate == SEG_AGGREGATE_LAST;
  int known = -1;
  if (node->argument != NULL && !edge) {
    struct seg_str form = seg_query_form(query, region.space->row.entity, node->argument);
    for (uint32_t a = 0; a < region.space->argument_count; a++)
      if (seg_str_equal(region.space->arguments[a].form, form)) {
        region.argument = a;
        known = region.space->arguments[a].known_atom;
      }
  }
  for (uint32_t c = 0; c < region.space->cell_count; c++) {
    uint64_t atoms = region.space->cells[c].atoms;
    region.cells[c] =
        (filter < 0 || (atoms >> filter & 1) != 0) && (known < 0 || (atoms >> known & 1) != 0);
  }
  struct seg_age_band window;
  if (!seg_query_window(query, &node->window, &window))
    return region; // no band: nothing counts
  while (region.first_band < query->band_count &&
         query->bands[region.first_band].near < window.near)
    region.first_band++;
  region.end_band = region.first_band;
  while (region.end_band < query->band_count && query->bands[region.end_band].far <= window.far)
    region.end_band++;
  return region;
}

/** The sum of one variable over the region; `row` picks it from a cell. */
static Z3_ast total(struct seg_query *query, const struct region *region, Z3_ast zero,
                    Z3_ast *(*row)(const struct seg_cell *, uint32_t)) {
  Z3_ast sum = zero;
  for (uint32_t c = 0; c < region->space->cell_count; c++) {
    Z3_ast *terms = region->cells[c] ? row(&region->space->cells[c], region->argument) : NULL;
    for (uint32_t b = region->first_band; terms != NULL && b < region->end_band; b++)
      if (seg_query_touch(query, region->space, c, b))
        sum = sum == zero ? terms[b] : seg_term_add(query->solver, sum, terms[b]);
  }
  return sum;
}

static Z3_ast *counts_of(const struct seg_cell *cell, uint32_t argument) {
  (void)argument;
  return cell->counts;
}
static Z3_ast *sums_of(const struct seg_cell *cell, uint32_t argument) {
  return cell->sums[argument];
}
static Z3_ast *least_of(const struct seg_cell *cell, uint32_t argument) {
  return cell->least[argument];
}
static Z3_ast *most_of(const struct seg_cell *cell, uint32_t argument) {
  return cell->most[argument];
}
static Z3_ast *near_of(const struct seg_cell *cell, uint32_t argument) {
  (void)argument;
  return cell->near;
}
static Z3_ast *far_of(const struct seg_cell *cell, uint32_t argument) {
  (void)argument;
  return cell->far;
}

/** The smallest (or largest) of the variables in places with events: at most each of them, and one
 * of them. */
static Z3_ast extreme(struct seg_query *query, const struct region *region,
                      const struct seg_type *type, bool smallest, Z3_ast some,
                      Z3_ast *(*row)(const struct seg_cell *, uint32_t)) {
  struct seg_solver *solver = query->solver;
  Z3_ast value = seg_query_variable(query, type, "end").value;
  Z3_ast attained = seg_term_not(solver, some), one = seg_term_int(solver, 1);
  for (uint32_t c = 0; c < region->space->cell_count; c++)
    for (uint32_t b = region->first_band; region->cells[c] && b < region->end_band; b++) {
      if (!seg_query_touch(query, region->space, c, b))
        break;
      Z3_ast term = row(&region->space->cells[c], region->argument)[b];
      Z3_ast there = seg_term_at_most(solver, one, region->space->cells[c].counts[b]);
      Z3_ast beside =
          smallest ? seg_term_at_most(solver, value, term) : seg_term_at_most(solver, term, value);
      seg_query_fact(query, seg_term_implies(solver, there, beside));
      attained = seg_term_or(solver, attained,
                             seg_term_and(solver, there, seg_term_equal(solver, value, term)));
    }
  seg_query_fact(query, attained);
  return value;
}

/** How many different things: at least one when there is an event, at most as many as events and as
 * `limit` allows. */
static struct seg_term different(struct seg_query *query, Z3_ast count, Z3_ast limit,
                                 const char *reason) {
  struct seg_solver *solver = query->solver;
  struct seg_type type = {.kind = SEG_TYPE_INT};
  struct seg_term term = seg_query_variable(query, &type, "different");
  Z3_ast zero = seg_term_int(solver, 0), one = seg_term_int(solver, 1);
  seg_query_fact(query, seg_term_at_most(solver, zero, term.value));
  seg_query_fact(query, seg_term_at_most(solver, term.value, count));
  seg_query_fact(query, seg_term_implies(solver, seg_term_at_most(solver, one, count),
                                         seg_term_at_most(solver, one, term.value)));
  if (limit != NULL)
    seg_query_fact(query, seg_term_at_most(solver, term.value, limit));
  seg_query_weaken(query, reason);
  return term;
}

/** How many different values there can be; NULL: any number. */
static Z3_ast possible_values(struct seg_query *query, const struct seg_node *argument) {
  if (argument->type.kind == SEG_TYPE_ENUM)
    return seg_term_int(query->solver, argument->type.enumeration->count);
  return argument->type.kind == SEG_TYPE_BOOL ? seg_term_int(query->solver, 2) : NULL;
}

/** The periods of at least `period` days that the days of the region can touch. */
static Z3_ast periods_of(struct seg_query *query, const struct region *region, int64_t period) {
  struct seg_solver *solver = query->solver;
  if (region->first_band == region->end_band)
    return seg_term_int(solver, 0);
  Z3_ast apart =
      seg_term_subtract(solver, query->far[region->end_band - 1], query->near[region->first_band]);
  if (period > 1)
    apart = seg_term_divide(solver, seg_term_add(solver, apart, seg_term_int(solver, period - 1)),
                            seg_term_int(solver, period));
  return seg_term_add(solver, apart, seg_term_int(solver, 1));
}

/** The date of the first or last event. */
static struct seg_term edge_date(struct seg_query *query, const struct region *region, bool last,
                                 Z3_ast some) {
  struct seg_type days = {.kind = SEG_TYPE_INT};
  Z3_ast age = extreme(query, region, &days, last, some, last ? near_of : far_of);
  return (struct seg_term){some, seg_term_subtract(query->solver, query->as_of, age)};
}

static struct seg_term encode(struct seg_query *query, const struct seg_node *node) {
  struct seg_solver *solver = query->solver;
  struct region region = region_of(query, node);
  bool real = node->type.kind == SEG_TYPE_NUMBER || node->type.kind == SEG_TYPE_AMOUNT;
  Z3_ast zero = seg_term_int(solver, 0);
  Z3_ast count = total(query, &region, zero, counts_of);
  Z3_ast some = seg_term_at_most(solver, seg_term_int(solver, 1), count);
  struct seg_term any = seg_query_variable(query, &node->type, "aggregate");
  if (node->window.hours) {
    seg_query_weaken(query, "it looks at hours");
    if (node->aggregate == SEG_AGGREGATE_COUNT) {
      seg_query_fact(query, seg_term_at_most(solver, zero, any.value));
      seg_query_fact(query, seg_term_at_most(solver, any.value, count));
    }
    if (node->optional)
      any.known = seg_term_variable(solver, solver->truths, "known");
    return any;
  }
  switch (node->aggregate) {
  case SEG_AGGREGATE_COUNT:
    if (node->sequence == NULL)
      return (struct seg_term){solver->yes, count};
    seg_query_fact(query, seg_term_at_most(solver, zero, any.value));
    seg_query_fact(query, seg_term_at_most(solver, any.value, count));
    seg_query_weaken(query, "it looks at the order of events");
    return any;
  case SEG_AGGREGATE_SUM:
    if (real)
      seg_query_weaken(query, "it adds fractional numbers");
    return (struct seg_term){
        solver->yes, total(query, &region, real ? seg_term_real(solver, 0) : zero, sums_of)};
  case SEG_AGGREGATE_AVERAGE:
    seg_query_weaken(query, "it calculates with an average");
    any.known = some;
    return any;
  case SEG_AGGREGATE_MIN:
    any.value = extreme(query, &region, &node->type, true, some, least_of);
    any.known = some;
    return any;
  case SEG_AGGREGATE_MAX:
    any.value = extreme(query, &region, &node->type, false, some, most_of);
    any.known = some;
    return any;
  case SEG_AGGREGATE_DISTINCT:
    return different(query, count, possible_values(query, node->argument),
                     "it counts different values");
  case SEG_AGGREGATE_ACTIVE_DAYS:
    return different(query, count, periods_of(query, &region, 1), "it counts days with events");
  case SEG_AGGREGATE_ACTIVE_WEEKS:
    return different(query, count, periods_of(query, &region, 7), "it counts weeks with events");
  case SEG_AGGREGATE_ACTIVE_MONTHS:
    return different(query, count, periods_of(query, &region, 28), "it counts months with events");
  case SEG_AGGREGATE_FIRST:
  case SEG_AGGREGATE_LAST:
    if (node->argument == NULL)
      return edge_date(query, &region, node->aggregate == SEG_AGGREGATE_LAST, some);
    seg_query_weaken(query, "it looks at the value of one event");
    any.known = node->argument->optional
                    ? seg_term_and(solver, some, seg_term_variable(solver, solver->truths, "known"))
                    : some;
    return any;
  case SEG_AGGREGATE_KIND_COUNT: break;
  }
  return any;
}

struct seg_term seg_encode_aggregate(struct seg_query *query, const struct seg_node *node) {
  if (query->collecting) {
    collect(query, node);
    return seg_query_variable(query, &node->type, "collected");
  }
  struct seg_str form = seg_query_form(query, &query->program->customer, node);
  for (size_t i = 0; i < query->shared.count; i++)
    if (seg_str_equal(query->shared.items[i].form, form))
      return query->shared.items[i].term;
  struct seg_shared_term shared = {form, encode(query, node)};
  if (!SEG_VEC_PUSH(&query->shared, shared))
    query->out_of_memory = true;
  return shared.term;
}
