// Aggregates as sums over cells and bands; see query.h.
#include <string.h>

#include "compiler/prove/aggregate.h"

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
                         const struct seg_node *node, bool edge) {
  struct seg_str form = seg_query_form(query, space->row.entity, node);
  for (uint32_t i = 0; i < space->argument_count; i++)
    if (seg_str_equal(space->arguments[i].form, form)) {
      if (node->optional && !edge && space->arguments[i].known_atom < 0)
        space->arguments[i].known_atom = add_atom(query, space, node, "known");
      return (int)i;
    }
  if (space->argument_count == SEG_MAX_ARGUMENTS) {
    query->refused = "too many values of one event are looked at";
    return -1;
  }
  struct seg_argument *argument = &space->arguments[space->argument_count];
  *argument = (struct seg_argument){.node = node, .form = form, .known_atom = -1};
  if (node->optional && !edge)
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

void seg_aggregate_collect(struct seg_query *query, const struct seg_node *node) {
  struct seg_event_space *space = &query->events[node->event];
  struct seg_encode_scope row = {query, &space->row, true};
  if (!SEG_VEC_PUSH(&query->windows, &node->window))
    query->out_of_memory = true;
  seg_query_look_at_event(query, node->event);
  if (node->filter != NULL)
    seg_space_add_filter(query, space, node->filter);
  if (node->window.hours)
    seg_hours_collect(query, &node->window);
  if (node->sequence != NULL)
    seg_sequence_collect(query, node);
  seg_different_collect(query, node);
  bool edge = node->aggregate == SEG_AGGREGATE_FIRST || node->aggregate == SEG_AGGREGATE_LAST;
  space->days_asked = space->days_asked || (edge && node->argument == NULL);
  space->order_asked = space->order_asked || (edge && node->argument != NULL);
  if (node->argument == NULL)
    return;
  seg_encode_value(&row, node->argument);
  // Its own value: an event whose value is missing is first or last all the same.
  int index = find_argument(query, space, node->argument, edge);
  if (index < 0)
    return;
  struct seg_argument *argument = &space->arguments[index];
  argument->edged = argument->edged || edge;
  argument->summed = argument->summed || node->aggregate == SEG_AGGREGATE_SUM ||
                     node->aggregate == SEG_AGGREGATE_AVERAGE;
  argument->ended = argument->ended || node->aggregate == SEG_AGGREGATE_MIN ||
                    node->aggregate == SEG_AGGREGATE_MAX;
}

static void add_limit(struct seg_argument *argument, struct seg_literal limit, bool whole) {
  for (uint32_t i = 0; i < argument->limit_count; i++)
    if (whole ? argument->limits[i].integer == limit.integer
              : argument->limits[i].number == limit.number)
      return;
  if (argument->limit_count < SEG_MAX_END_LIMITS)
    argument->limits[argument->limit_count++] = limit;
}

void seg_aggregate_collect_limit(struct seg_query *query, const struct seg_node *value,
                                 const struct seg_node *limit) {
  bool end = value->kind == SEG_NODE_AGGREGATE &&
             (value->aggregate == SEG_AGGREGATE_MIN || value->aggregate == SEG_AGGREGATE_MAX);
  if (!end || limit->kind != SEG_NODE_LITERAL)
    return;
  struct seg_event_space *space = &query->events[value->event];
  int index = find_argument(query, space, value->argument, false);
  bool whole = value->type.kind == SEG_TYPE_INT || value->type.kind == SEG_TYPE_MONEY;
  for (int64_t step = whole ? -1 : 0; index >= 0 && step <= (whole ? 1 : 0); step++) {
    struct seg_literal beside = limit->literal;
    if (whole)
      beside.integer += step;
    add_limit(&space->arguments[index], beside, whole);
  }
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

struct seg_region seg_region_of(struct seg_query *query, const struct seg_node *node) {
  struct seg_region region = {.space = &query->events[node->event]};
  int filter = node->filter == NULL ? -1 : atom_of(query, region.space, node->filter, "filter");
  bool edge = node->aggregate == SEG_AGGREGATE_FIRST || node->aggregate == SEG_AGGREGATE_LAST;
  int known = -1;
  if (node->argument != NULL) {
    struct seg_str form = seg_query_form(query, region.space->row.entity, node->argument);
    for (uint32_t a = 0; a < region.space->argument_count; a++)
      if (seg_str_equal(region.space->arguments[a].form, form)) {
        region.argument = a;
        known = edge ? -1 : region.space->arguments[a].known_atom;
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

int seg_space_add_filter(struct seg_query *query, struct seg_event_space *space,
                         const struct seg_node *condition) {
  struct seg_encode_scope row = {query, &space->row, true};
  seg_encode_condition(&row, condition);
  return add_atom(query, space, condition, "filter");
}

int seg_space_filter(struct seg_query *query, const struct seg_event_space *space,
                     const struct seg_node *condition) {
  return atom_of(query, space, condition, "filter");
}

/** The sum of one variable over the region; `row` picks it from a cell. */
static Z3_ast total(struct seg_query *query, const struct seg_region *region, Z3_ast zero,
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

Z3_ast seg_region_count(struct seg_query *query, const struct seg_region *region) {
  return total(query, region, seg_term_int(query->solver, 0), counts_of);
}

/** The smallest (or largest) of the variables in places with events: at most each of them, and one
 * of them. */
static Z3_ast extreme(struct seg_query *query, const struct seg_region *region,
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

/** The date of the first or last event. */
static struct seg_term edge_date(struct seg_query *query, const struct seg_region *region,
                                 bool last, Z3_ast some) {
  struct seg_type days = {.kind = SEG_TYPE_INT};
  Z3_ast age = extreme(query, region, &days, last, some, last ? near_of : far_of);
  return (struct seg_term){some, seg_term_subtract(query->solver, query->as_of, age)};
}

/** Hours are not exact but for counts. */
static struct seg_term in_hours(struct seg_query *query, const struct seg_node *node,
                                const struct seg_region *region, Z3_ast some) {
  struct seg_solver *solver = query->solver;
  struct seg_term any = seg_query_variable(query, &node->type, "aggregate");
  Z3_ast zero = seg_term_int(solver, 0);
  seg_query_weaken(query, "it looks at hours");
  if (node->optional)
    any.known = seg_term_and(solver, some, seg_term_variable(solver, solver->truths, "known"));
  if (!seg_aggregate_counts(node->aggregate))
    return any;
  seg_query_fact(query, seg_term_at_most(solver, zero, any.value));
  seg_query_fact(query, seg_term_at_most(solver, any.value, seg_region_count(query, region)));
  return any;
}

static struct seg_term encode(struct seg_query *query, const struct seg_node *node) {
  struct seg_solver *solver = query->solver;
  struct seg_region region = seg_region_of(query, node);
  bool real = node->type.kind == SEG_TYPE_NUMBER || node->type.kind == SEG_TYPE_AMOUNT;
  Z3_ast zero = seg_term_int(solver, 0);
  Z3_ast count = total(query, &region, zero, counts_of);
  Z3_ast some = seg_term_at_most(solver, seg_term_int(solver, 1), count);
  struct seg_term any = seg_query_variable(query, &node->type, "aggregate");
  if (node->window.hours && node->sequence == NULL && node->aggregate == SEG_AGGREGATE_COUNT)
    return (struct seg_term){solver->yes, seg_hours_count(query, node, &region)};
  if (node->window.hours)
    return in_hours(query, node, &region, some);
  switch (node->aggregate) {
  case SEG_AGGREGATE_COUNT:
    return (struct seg_term){
        solver->yes, node->sequence == NULL ? count : seg_sequence_count(query, node, &region)};
  case SEG_AGGREGATE_SUM:
    any.value = total(query, &region, real ? seg_term_real(solver, 0) : zero, sums_of);
    if (real)
      any.value = seg_sum_of_doubles(query, &region, any.value);
    any.known = solver->yes;
    return any;
  case SEG_AGGREGATE_AVERAGE: return seg_average(query, node, &region, some);
  case SEG_AGGREGATE_MIN:
    any.value = extreme(query, &region, &node->type, true, some, least_of);
    any.known = some;
    return any;
  case SEG_AGGREGATE_MAX:
    any.value = extreme(query, &region, &node->type, false, some, most_of);
    any.known = some;
    return any;
  case SEG_AGGREGATE_DISTINCT:
  case SEG_AGGREGATE_ACTIVE_DAYS:
  case SEG_AGGREGATE_ACTIVE_WEEKS:
  case SEG_AGGREGATE_ACTIVE_MONTHS: return seg_different_count(query, node, &region);
  case SEG_AGGREGATE_FIRST:
  case SEG_AGGREGATE_LAST:
    if (node->argument == NULL)
      return edge_date(query, &region, node->aggregate == SEG_AGGREGATE_LAST, some);
    return seg_edge_value(query, node);
  case SEG_AGGREGATE_KIND_COUNT: break;
  }
  return any;
}

struct seg_term seg_encode_aggregate(struct seg_query *query, const struct seg_node *node) {
  if (query->collecting) {
    seg_aggregate_collect(query, node);
    return seg_query_variable(query, &node->type, "collected");
  }
  struct seg_str form = seg_query_form(query, &query->program->customer, node);
  for (size_t i = 0; i < query->shared.count; i++)
    if (query->shared.items[i].type == NULL && seg_str_equal(query->shared.items[i].form, form))
      return query->shared.items[i].term;
  struct seg_shared_term shared = {form, encode(query, node), NULL};
  if (!SEG_VEC_PUSH(&query->shared, shared))
    query->out_of_memory = true;
  return shared.term;
}
