// How many different things there are: values, or days, weeks and months with events.
//
// Of an enumeration every value is a filter of its own, and a value counts where an event has it.
// Else the number is a variable; of two numbers of one sort, the first exceeds the second at most
// by the events that only the first looks at.
#include <string.h>

#include "compiler/prove/aggregate.h"

enum { MOST_VALUES = 6 };

// --- enumerations ---

static uint32_t value_count(const struct seg_node *argument) {
  if (argument->type.kind == SEG_TYPE_ENUM)
    return argument->type.enumeration->count;
  return argument->type.kind == SEG_TYPE_BOOL ? 2 : UINT32_MAX;
}

/** The condition over an event that the argument has this value; made once, for it is known by its
 * address. */
static const struct seg_node *has_value(struct seg_query *query, const struct seg_node *argument,
                                        uint32_t code) {
  struct {
    char letter;
    uint32_t code;
    const struct seg_node *argument;
  } key;
  memset(&key, 0, sizeof key); // also what lies between the members
  key.letter = 'v';
  key.code = code;
  key.argument = argument;
  struct seg_str bytes = {(const char *)&key, sizeof key};
  struct seg_node *made = seg_vocabulary_get(query->vocabulary, bytes);
  if (made != NULL)
    return made;
  struct seg_arena *arena = &query->vocabulary->arena;
  made = SEG_NEW(arena, struct seg_node);
  struct seg_node *literal = SEG_NEW(arena, struct seg_node);
  struct seg_node **operands = SEG_NEW_ARRAY(arena, struct seg_node *, 2);
  if (made == NULL || literal == NULL || operands == NULL) {
    query->out_of_memory = true;
    return NULL;
  }
  *literal = (struct seg_node){.kind = SEG_NODE_LITERAL, .type = argument->type};
  literal->literal.integer = code;
  operands[0] = (struct seg_node *)argument;
  operands[1] = literal;
  *made = (struct seg_node){.kind = SEG_NODE_COMPARE,
                            .type = {.kind = SEG_TYPE_BOOL},
                            .operand_count = 2,
                            .operands = operands,
                            .comparison = SEG_EQUAL};
  if (!seg_vocabulary_keep(query->vocabulary, bytes, made))
    query->out_of_memory = true;
  return made;
}

static bool is_listed(const struct seg_node *aggregate) {
  return aggregate->aggregate == SEG_AGGREGATE_DISTINCT &&
         value_count(aggregate->argument) <= MOST_VALUES;
}

void seg_different_collect(struct seg_query *query, const struct seg_node *aggregate) {
  for (uint32_t code = 0; is_listed(aggregate) && code < value_count(aggregate->argument); code++) {
    const struct seg_node *condition = has_value(query, aggregate->argument, code);
    if (condition != NULL)
      seg_space_add_filter(query, &query->events[aggregate->event], condition);
  }
}

static Z3_ast count_values(struct seg_query *query, const struct seg_node *aggregate,
                           const struct seg_region *region) {
  struct seg_solver *solver = query->solver;
  Z3_ast zero = seg_term_int(solver, 0), one = seg_term_int(solver, 1), values = zero;
  for (uint32_t code = 0; code < value_count(aggregate->argument); code++) {
    const struct seg_node *condition = has_value(query, aggregate->argument, code);
    struct seg_region with_value = *region;
    int atom = condition == NULL ? -1 : seg_space_filter(query, region->space, condition);
    for (uint32_t c = 0; c < region->space->cell_count; c++)
      with_value.cells[c] =
          region->cells[c] && atom >= 0 && (region->space->cells[c].atoms >> atom & 1) != 0;
    Z3_ast count = seg_region_count(query, &with_value);
    Z3_ast there = seg_term_if(solver, seg_term_at_most(solver, one, count), one, zero);
    // Follows from what it is, but is linear: no value without an event.
    seg_query_fact(query, seg_term_at_most(solver, there, count));
    values = seg_term_add(solver, values, there);
  }
  return values;
}

// --- other things ---

/** The events that one region looks at and the other does not. */
static Z3_ast count_only(struct seg_query *query, const struct seg_region *region,
                         const struct seg_region *other) {
  struct seg_solver *solver = query->solver;
  Z3_ast count = seg_term_int(solver, 0);
  for (uint32_t c = 0; c < region->space->cell_count; c++)
    for (uint32_t b = region->first_band; region->cells[c] && b < region->end_band; b++)
      if (!other->cells[c] || b < other->first_band || b >= other->end_band)
        count = seg_term_add(solver, count, seg_query_cell_count(query, region->space, c, b));
  return count;
}

/** The periods of at least `period` days that the days of the region can touch. */
static Z3_ast periods_of(struct seg_query *query, const struct seg_region *region, int64_t period) {
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

/** The days between the first and the last event of each place, both included. */
static Z3_ast days_between_ends(struct seg_query *query, const struct seg_region *region) {
  struct seg_solver *solver = query->solver;
  Z3_ast zero = seg_term_int(solver, 0), one = seg_term_int(solver, 1), days = zero;
  for (uint32_t c = 0; c < region->space->cell_count; c++)
    for (uint32_t b = region->first_band; region->cells[c] && b < region->end_band; b++) {
      Z3_ast some = seg_term_at_most(solver, one, seg_query_cell_count(query, region->space, c, b));
      const struct seg_cell *cell = &region->space->cells[c];
      if (cell->near[b] == NULL)
        return NULL;
      Z3_ast here =
          seg_term_add(solver, seg_term_subtract(solver, cell->far[b], cell->near[b]), one);
      days = seg_term_add(solver, days, seg_term_if(solver, some, here, zero));
    }
  return days;
}

/** Do all events that satisfy the condition have one value of the argument? */
static bool fixes(const struct seg_node *condition, const struct seg_node *argument) {
  if (condition->kind == SEG_NODE_AND) {
    for (uint32_t i = 0; i < condition->operand_count; i++)
      if (fixes(condition->operands[i], argument))
        return true;
    return false;
  }
  return argument->kind == SEG_NODE_COLUMN && condition->kind == SEG_NODE_COMPARE &&
         condition->comparison == SEG_EQUAL && condition->operands[0]->kind == SEG_NODE_COLUMN &&
         condition->operands[0]->column == argument->column &&
         condition->operands[1]->kind == SEG_NODE_LITERAL;
}

/** The first filter that fixes the value of the cell's events, or the number of all filters. */
static uint32_t fixing_atom(const struct seg_event_space *space, uint32_t cell,
                            const struct seg_node *argument) {
  uint32_t atom = 0;
  while (atom < space->atom_count &&
         !((space->cells[cell].atoms >> atom & 1) != 0 && fixes(space->atoms[atom], argument)))
    atom++;
  return atom;
}

bool seg_different_is_fixed(const struct seg_event_space *space, uint32_t cell,
                            const struct seg_node *argument) {
  return fixing_atom(space, cell, argument) < space->atom_count;
}

/** At most so many values: one for all events of cells whose filter says which, else one each. */
static Z3_ast most_values(struct seg_query *query, const struct seg_region *region,
                          const struct seg_node *argument) {
  struct seg_solver *solver = query->solver;
  const struct seg_event_space *space = region->space;
  Z3_ast zero = seg_term_int(solver, 0), one = seg_term_int(solver, 1), most = zero;
  for (uint32_t atom = 0; atom <= space->atom_count; atom++) {
    struct seg_region part = *region;
    bool any = false;
    for (uint32_t c = 0; c < space->cell_count; c++) {
      part.cells[c] = region->cells[c] && fixing_atom(space, c, argument) == atom;
      any = any || part.cells[c];
    }
    if (!any)
      continue;
    Z3_ast count = seg_region_count(query, &part);
    if (atom < space->atom_count)
      count = seg_term_if(solver, seg_term_at_most(solver, one, count), one, zero);
    most = seg_term_add(solver, most, count);
  }
  return most;
}

/** At least one when there is an event, at most as many as events. */
static void bound(struct seg_query *query, const struct seg_region *region, Z3_ast value) {
  struct seg_solver *solver = query->solver;
  Z3_ast zero = seg_term_int(solver, 0), one = seg_term_int(solver, 1);
  Z3_ast count = seg_region_count(query, region);
  seg_query_fact(query, seg_term_at_most(solver, zero, value));
  seg_query_fact(query, seg_term_at_most(solver, value, count));
  seg_query_fact(query, seg_term_implies(solver, seg_term_at_most(solver, one, count),
                                         seg_term_at_most(solver, one, value)));
}

static bool same_region(const struct seg_region *a, const struct seg_region *b) {
  return a->first_band == b->first_band && a->end_band == b->end_band &&
         memcmp(a->cells, b->cells, sizeof a->cells) == 0;
}

/** An active day lies in an active week and month; a week has seven days, a month at most 31. */
static void relate_periods(struct seg_query *query, const struct seg_different *a,
                           const struct seg_different *b) {
  static const int64_t lengths[] = {[SEG_AGGREGATE_ACTIVE_DAYS] = 1,
                                    [SEG_AGGREGATE_ACTIVE_WEEKS] = 7,
                                    [SEG_AGGREGATE_ACTIVE_MONTHS] = 31};
  struct seg_solver *solver = query->solver;
  bool periods = a->sort != SEG_AGGREGATE_DISTINCT && b->sort != SEG_AGGREGATE_DISTINCT;
  if (!periods || a->sort == b->sort || !same_region(a->region, b->region))
    return;
  const struct seg_different *fine = lengths[a->sort] < lengths[b->sort] ? a : b;
  const struct seg_different *coarse = fine == a ? b : a;
  if (fine->sort != SEG_AGGREGATE_ACTIVE_DAYS)
    return; // a week can lie in two months
  int64_t most = lengths[coarse->sort];
  seg_query_fact(query, seg_term_at_most(solver, coarse->value, fine->value));
  seg_query_fact(query, seg_term_at_most(
                            solver, fine->value,
                            seg_term_multiply(solver, seg_term_int(solver, most), coarse->value)));
}

static void relate(struct seg_query *query, const struct seg_different *a,
                   const struct seg_different *b) {
  struct seg_solver *solver = query->solver;
  if (a->region->space != b->region->space)
    return;
  relate_periods(query, a, b);
  if (a->sort != b->sort ||
      (a->sort == SEG_AGGREGATE_DISTINCT && a->region->argument != b->region->argument))
    return;
  const struct seg_different *both[] = {a, b};
  for (int i = 0; i < 2; i++) {
    Z3_ast more = count_only(query, both[i]->region, both[1 - i]->region);
    seg_query_fact(query, seg_term_at_most(solver, both[i]->value,
                                           seg_term_add(solver, both[1 - i]->value, more)));
  }
}

struct seg_term seg_different_count(struct seg_query *query, const struct seg_node *aggregate,
                                    const struct seg_region *region) {
  static const char *const reasons[] = {
      [SEG_AGGREGATE_DISTINCT] = "it counts different values",
      [SEG_AGGREGATE_ACTIVE_DAYS] = "it counts days with events",
      [SEG_AGGREGATE_ACTIVE_WEEKS] = "it counts weeks with events",
      [SEG_AGGREGATE_ACTIVE_MONTHS] = "it counts months with events"};
  static const int64_t shortest[] = {[SEG_AGGREGATE_ACTIVE_DAYS] = 1,
                                     [SEG_AGGREGATE_ACTIVE_WEEKS] = 7,
                                     [SEG_AGGREGATE_ACTIVE_MONTHS] = 28};
  struct seg_solver *solver = query->solver;
  if (is_listed(aggregate))
    return (struct seg_term){solver->yes, count_values(query, aggregate, region)};
  struct seg_type type = {.kind = SEG_TYPE_INT};
  struct seg_different own = {.sort = aggregate->aggregate,
                              .value = seg_query_variable(query, &type, "different").value,
                              .region = SEG_NEW(&query->arena, struct seg_region)};
  struct seg_term term = {solver->yes, own.value};
  seg_query_weaken(query, reasons[aggregate->aggregate]);
  if (own.region == NULL) {
    query->out_of_memory = true;
    return term;
  }
  memcpy(own.region, region, sizeof *region);
  bound(query, region, own.value);
  if (aggregate->aggregate != SEG_AGGREGATE_DISTINCT)
    seg_query_fact(
        query, seg_term_at_most(solver, own.value, periods_of(query, region, shortest[own.sort])));
  else
    seg_query_fact(query, seg_term_at_most(solver, own.value,
                                           most_values(query, region, aggregate->argument)));
  if (own.sort == SEG_AGGREGATE_DISTINCT && value_count(aggregate->argument) < UINT32_MAX)
    seg_query_fact(query, seg_term_at_most(solver, own.value,
                                           seg_term_int(solver, value_count(aggregate->argument))));
  Z3_ast days = region->space->days_asked && own.sort != SEG_AGGREGATE_DISTINCT
                    ? days_between_ends(query, region)
                    : NULL;
  if (days != NULL) // weeks and months have days too
    seg_query_fact(query, seg_term_at_most(solver, own.value, days));
  for (size_t i = 0; i < query->differents.count; i++)
    relate(query, &query->differents.items[i], &own);
  if (!SEG_VEC_PUSH(&query->differents, own))
    query->out_of_memory = true;
  return term;
}
