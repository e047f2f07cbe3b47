// The cells of each kind of event, and the variables of a customer's events; see query.h.
#include <stdlib.h>
#include <string.h>

#include "compiler/prove/query.h"

enum { MAX_LIMITS = 64 };

/** Whole numbers that filters compare with: where the bounds of values can lie. */
struct limits {
  int64_t items[MAX_LIMITS];
  uint32_t count;
};

static void add_limit(struct limits *limits, int64_t value) {
  for (uint32_t i = 0; i < limits->count; i++)
    if (limits->items[i] == value)
      return;
  if (limits->count < MAX_LIMITS)
    limits->items[limits->count++] = value;
}

static void collect_limits(struct limits *limits, const struct seg_node *node) {
  if (node == NULL)
    return;
  bool whole = node->type.kind == SEG_TYPE_INT || node->type.kind == SEG_TYPE_MONEY;
  if (node->kind == SEG_NODE_LITERAL && whole) {
    add_limit(limits, node->literal.integer);
    add_limit(limits, node->literal.integer - 1);
    add_limit(limits, node->literal.integer + 1);
  }
  bool real = node->type.kind == SEG_TYPE_NUMBER || node->type.kind == SEG_TYPE_AMOUNT;
  if (node->kind == SEG_NODE_LITERAL && real && node->literal.number > -1e15 &&
      node->literal.number < 1e15) {
    add_limit(limits, (int64_t)node->literal.number);
    add_limit(limits, (int64_t)node->literal.number + (node->literal.number < 0 ? -1 : 1));
  }
  for (uint32_t i = 0; i < node->operand_count; i++)
    collect_limits(limits, node->operands[i]);
}

static Z3_ast bound_term(struct seg_solver *solver, int64_t bound, bool real) {
  Z3_ast term = seg_term_int(solver, bound);
  return real ? seg_term_to_real(solver, term) : term;
}

/**
 * The tightest of the limits that the value keeps in the asserted cell. Wider ones are right, too:
 * filters that the solver gives up on once are not worth its whole budget for every limit. False
 * then.
 */
static bool find_bounds(struct seg_query *query, const struct limits *limits, Z3_ast value,
                        bool real, int64_t *low, int64_t *high) {
  struct seg_solver *solver = query->solver;
  *low = INT64_MIN;
  *high = INT64_MAX;
  for (uint32_t i = 0; i < limits->count; i++) {
    int64_t limit = limits->items[i];
    Z3_ast term = bound_term(solver, limit, real);
    Z3_ast below = seg_term_not(solver, seg_term_at_most(solver, term, value));
    Z3_ast above = seg_term_not(solver, seg_term_at_most(solver, value, term));
    enum seg_answer answer = SEG_POSSIBLE;
    if (limit > *low && (answer = seg_solver_ask(solver, &below, 1)) == SEG_IMPOSSIBLE)
      *low = limit;
    if (answer != SEG_UNDECIDED && limit < *high &&
        (answer = seg_solver_ask(solver, &above, 1)) == SEG_IMPOSSIBLE)
      *high = limit;
    if (answer == SEG_UNDECIDED)
      return false;
  }
  return true;
}

struct finding {
  struct seg_query *query;
  struct seg_event_space *space;
  Z3_ast atoms[SEG_MAX_CELL_ATOMS];
  Z3_ast arguments[SEG_MAX_ARGUMENTS];
  struct limits limits;
  bool gave_up; // on bounds
};

static bool add_cell(struct finding *finding, uint64_t atoms) {
  struct seg_query *query = finding->query;
  struct seg_event_space *space = finding->space;
  struct seg_solver *solver = query->solver;
  struct seg_cell *cell = &space->cells[space->cell_count];
  *cell = (struct seg_cell){.atoms = atoms};
  cell->low = SEG_NEW_ARRAY(&query->vocabulary->arena, int64_t, space->argument_count + 1u);
  cell->high = SEG_NEW_ARRAY(&query->vocabulary->arena, int64_t, space->argument_count + 1u);
  if (cell->low == NULL || cell->high == NULL)
    return false;
  seg_solver_push(solver);
  for (uint32_t i = 0; i < space->atom_count; i++)
    seg_solver_assert(solver, (atoms >> i & 1) != 0 ? finding->atoms[i]
                                                    : seg_term_not(solver, finding->atoms[i]));
  for (uint32_t a = 0; a < space->argument_count; a++) {
    const struct seg_argument *argument = &space->arguments[a];
    cell->low[a] = INT64_MIN;
    cell->high[a] = INT64_MAX;
    enum seg_type_kind kind = argument->node->type.kind;
    bool real = kind == SEG_TYPE_NUMBER || kind == SEG_TYPE_AMOUNT;
    bool bounded = real || kind == SEG_TYPE_INT || kind == SEG_TYPE_MONEY;
    bool known = argument->known_atom < 0 || (atoms >> argument->known_atom & 1) != 0;
    if (bounded && known && !finding->gave_up &&
        (argument->summed || argument->ended || argument->edged))
      finding->gave_up = !find_bounds(query, &finding->limits, finding->arguments[a], real,
                                      &cell->low[a], &cell->high[a]);
  }
  seg_solver_pop(solver);
  space->cell_count++;
  return true;
}

/** Every combination of answers of the filters that some event gives. */
static bool find_cells(struct finding *finding) {
  struct seg_query *query = finding->query;
  struct seg_solver *solver = query->solver;
  struct seg_event_space *space = finding->space;
  while (true) {
    enum seg_answer answer = seg_solver_ask(solver, NULL, 0);
    if (answer == SEG_IMPOSSIBLE)
      return true;
    if (answer == SEG_UNDECIDED || space->cell_count == SEG_MAX_CELLS) {
      query->refused = answer == SEG_UNDECIDED ? "the solver gave up on the filters of an event"
                                               : "too many filters look at one event";
      return false;
    }
    uint64_t atoms = 0;
    Z3_ast other = solver->no;
    for (uint32_t i = 0; i < space->atom_count; i++) {
      bool holds = seg_solver_truth(solver, finding->atoms[i]);
      atoms |= (uint64_t)holds << i;
      other = seg_term_or(solver, other,
                          holds ? seg_term_not(solver, finding->atoms[i]) : finding->atoms[i]);
    }
    if (!add_cell(finding, atoms)) {
      query->out_of_memory = true;
      return false;
    }
    seg_solver_assert(solver, other);
  }
}

static int by_atoms(const void *a, const void *b) {
  uint64_t x = ((const struct seg_cell *)a)->atoms, y = ((const struct seg_cell *)b)->atoms;
  return (x > y) - (x < y);
}

/** Find the cells with a solver of their own, so that they are the same whatever was asked before.
 */
static bool explore_cells(struct seg_query *query, struct seg_event_space *space) {
  struct finding finding = {.query = query, .space = space};
  struct seg_encode_scope row = {query, &space->row, true};
  size_t facts = query->facts.count, ranges = query->ranges.count, wishes = query->wishes.count;
  size_t shared = query->shared.count;
  Z3_ast exists = query->solver->yes;
  add_limit(&finding.limits, 0);
  add_limit(&finding.limits, 1);
  collect_limits(&finding.limits, space->row.entity->where);
  if (space->row.entity->where != NULL)
    exists = seg_encode_condition(&row, space->row.entity->where);
  for (uint32_t a = 0; a < space->argument_count; a++)
    finding.arguments[a] = seg_encode_value(&row, space->arguments[a].node).value;
  for (uint32_t i = 0; i < space->atom_count; i++) {
    const struct seg_node *atom = space->atoms[i];
    bool is_argument = false;
    for (uint32_t a = 0; a < space->argument_count; a++)
      is_argument = is_argument || space->arguments[a].known_atom == (int)i;
    finding.atoms[i] =
        is_argument ? seg_encode_value(&row, atom).known : seg_encode_condition(&row, atom);
    collect_limits(&finding.limits, atom);
  }
  seg_solver_push(query->solver);
  for (size_t i = facts; i < query->facts.count; i++)
    seg_solver_assert(query->solver, query->facts.items[i]);
  for (size_t i = ranges; i < query->ranges.count; i++)
    seg_solver_assert(query->solver, query->ranges.items[i]);
  seg_solver_assert(query->solver, exists);
  bool found = find_cells(&finding);
  seg_solver_pop(query->solver);
  query->facts.count = facts; // they speak of one event
  query->ranges.count = ranges;
  query->wishes.count = wishes;
  query->shared.count = shared;
  qsort(space->cells, space->cell_count, sizeof *space->cells, by_atoms);
  return found;
}

static bool explore_in(struct seg_query *query, struct seg_event_space *space,
                       struct seg_solver *own) {
  struct seg_apart apart = seg_query_go_apart(query, own);
  own->missed = false;
  space->cell_count = 0;
  bool explored = explore_cells(query, space);
  seg_query_come_back(query, apart);
  seg_row_terms_forget(&space->row);
  return explored;
}

/** Most cells are found at once; the others by a solver that has seen nothing else. */
static bool explore_apart(struct seg_query *query, struct seg_event_space *space) {
  struct seg_solver *own;
  struct seg_error error;
  const char *refused = query->refused, *weak = query->weak;
  enum seg_status status = seg_vocabulary_quick_solver(query->vocabulary, &own, &error);
  bool explored = status == SEG_OK && explore_in(query, space, own);
  if (status == SEG_OK && own->missed && !query->out_of_memory) {
    query->refused = refused;
    query->weak = weak;
    status = seg_vocabulary_solver(query->vocabulary, &own, &error);
    explored = status == SEG_OK && explore_in(query, space, own);
  }
  query->out_of_memory = query->out_of_memory || status != SEG_OK;
  return explored;
}

/** What decides which cells there are, as bytes: normal forms by their only place in memory. */
static struct seg_str key_of_cells(struct seg_query *query, const struct seg_event_space *space) {
  struct {
    char letter;
    uint32_t event, arguments;
    const char *forms[SEG_MAX_CELL_ATOMS + SEG_MAX_ARGUMENTS];
    int kinds[SEG_MAX_CELL_ATOMS + SEG_MAX_ARGUMENTS];
  } key;
  const struct seg_program_entity *entity = space->row.entity;
  uint32_t count = 0;
  memset(&key, 0, sizeof key); // also what lies between the members
  key.letter = 'c';
  key.event = (uint32_t)(space - query->events);
  key.arguments = space->argument_count;
  for (uint32_t a = 0; a < space->argument_count; a++) {
    const struct seg_argument *argument = &space->arguments[a];
    key.forms[count] = argument->form.data;
    key.kinds[count++] = (argument->known_atom + 1) * 8 + (argument->summed ? 1 : 0) +
                         (argument->ended ? 2 : 0) + (argument->edged ? 4 : 0);
  }
  for (uint32_t i = 0; i < space->atom_count; i++)
    key.forms[count++] = seg_query_form(query, entity, space->atoms[i]).data;
  return seg_arena_str(&query->arena, (struct seg_str){(const char *)&key, sizeof key});
}

static struct seg_known_cells *learn_cells(struct seg_query *query, struct seg_event_space *space,
                                           struct seg_str key) {
  struct seg_arena *arena = &query->vocabulary->arena;
  struct seg_known_cells *known = SEG_NEW(arena, struct seg_known_cells);
  const char *weak = query->weak;
  query->weak = NULL;
  bool explored = explore_apart(query, space);
  if (known == NULL || (!explored && query->refused == NULL))
    return NULL;
  known->refused = query->refused;
  known->weak = query->weak;
  query->weak = weak;
  query->refused = NULL;
  known->count = space->cell_count;
  known->cells = SEG_NEW_ARRAY(arena, struct seg_cell, space->cell_count + 1u);
  if (known->cells == NULL)
    return NULL;
  memcpy(known->cells, space->cells, space->cell_count * sizeof *space->cells);
  return seg_vocabulary_keep(query->vocabulary, key, known) ? known : NULL;
}

static bool build_cells(struct seg_query *query, struct seg_event_space *space) {
  struct seg_str key = space->key = key_of_cells(query, space);
  if (key.data == NULL || query->out_of_memory)
    return false;
  struct seg_known_cells *known = seg_vocabulary_get(query->vocabulary, key);
  if (known == NULL)
    known = learn_cells(query, space, key);
  if (known == NULL) {
    query->out_of_memory = true;
    return false;
  }
  if (known->weak != NULL)
    seg_query_weaken(query, known->weak);
  if (known->refused != NULL) {
    query->refused = known->refused;
    return false;
  }
  space->cell_count = known->count;
  memcpy(space->cells, known->cells, known->count * sizeof *known->cells);
  return true;
}

// --- variables ---

/** A sum of `count` values between two bounds; 0 of none. */
static void relate_sum(struct seg_query *query, const struct seg_cell *cell, uint32_t argument,
                       Z3_ast count, Z3_ast sum) {
  struct seg_solver *solver = query->solver;
  bool real = Z3_get_sort(solver->context, sum) == solver->reals;
  Z3_ast zero = real ? seg_term_real(solver, 0) : seg_term_int(solver, 0);
  Z3_ast some = seg_term_at_most(solver, seg_term_int(solver, 1), count);
  bool above = cell->low[argument] != INT64_MIN;
  bool below = cell->high[argument] != INT64_MAX;
  Z3_ast many = real ? seg_term_to_real(solver, count) : count;
  // With no event a bound that is a multiple of their number holds the sum at 0.
  if (!above)
    seg_query_fact(query, seg_term_or(solver, some, seg_term_at_most(solver, zero, sum)));
  if (!below)
    seg_query_fact(query, seg_term_or(solver, some, seg_term_at_most(solver, sum, zero)));
  if (above)
    seg_query_fact(
        query,
        seg_term_at_most(
            solver, seg_term_multiply(solver, bound_term(solver, cell->low[argument], real), many),
            sum));
  if (below)
    seg_query_fact(
        query, seg_term_at_most(solver, sum,
                                seg_term_multiply(
                                    solver, bound_term(solver, cell->high[argument], real), many)));
}

/** Of two events and more the ends are two of them, and the others lie between. Exact of few; of
 * many the others keep the bounds of the cell. */
static void relate_sum_to_ends(struct seg_query *query, const struct seg_cell *cell,
                               uint32_t argument, Z3_ast count, Z3_ast least, Z3_ast most,
                               Z3_ast sum) {
  struct seg_solver *solver = query->solver;
  bool real = Z3_get_sort(solver->context, sum) == solver->reals;
  Z3_ast ends = seg_term_add(solver, least, most);
  for (int64_t number = 2; number <= 4; number++) {
    Z3_ast are = seg_term_equal(solver, count, seg_term_int(solver, number));
    Z3_ast between = bound_term(solver, number - 2, real);
    Z3_ast low = seg_term_add(solver, ends, seg_term_multiply(solver, between, least));
    Z3_ast high = seg_term_add(solver, ends, seg_term_multiply(solver, between, most));
    seg_query_fact(query, seg_term_implies(solver, are, seg_term_at_most(solver, low, sum)));
    seg_query_fact(query, seg_term_implies(solver, are, seg_term_at_most(solver, sum, high)));
  }
  Z3_ast some = seg_term_at_most(solver, seg_term_int(solver, 1), count);
  Z3_ast others = seg_term_subtract(solver, count, seg_term_int(solver, 1));
  if (real)
    others = seg_term_to_real(solver, others);
  if (cell->low[argument] != INT64_MIN) {
    Z3_ast bound = bound_term(solver, cell->low[argument], real);
    Z3_ast low = seg_term_add(solver, most, seg_term_multiply(solver, bound, others));
    seg_query_fact(query, seg_term_implies(solver, some, seg_term_at_most(solver, low, sum)));
  }
  if (cell->high[argument] != INT64_MAX) {
    Z3_ast bound = bound_term(solver, cell->high[argument], real);
    Z3_ast high = seg_term_add(solver, least, seg_term_multiply(solver, bound, others));
    seg_query_fact(query, seg_term_implies(solver, some, seg_term_at_most(solver, sum, high)));
  }
}

/** All values lie between the ends: where these keep a written limit, the sum does so many times.
 */
static void relate_sum_to_limits(struct seg_query *query, const struct seg_argument *argument,
                                 Z3_ast count, Z3_ast least, Z3_ast most, Z3_ast sum) {
  struct seg_solver *solver = query->solver;
  bool real = Z3_get_sort(solver->context, sum) == solver->reals;
  Z3_ast some = seg_term_at_most(solver, seg_term_int(solver, 1), count);
  Z3_ast others = seg_term_subtract(solver, count, seg_term_int(solver, 1));
  if (real)
    others = seg_term_to_real(solver, others);
  for (uint32_t i = 0; i < argument->limit_count; i++) {
    const struct seg_literal *literal = &argument->limits[i];
    Z3_ast limit =
        real ? seg_term_real(solver, literal->number) : seg_term_int(solver, literal->integer);
    Z3_ast times = seg_term_multiply(solver, limit, others);
    Z3_ast under = seg_term_and(solver, some, seg_term_at_most(solver, most, limit));
    Z3_ast over = seg_term_and(solver, some, seg_term_at_most(solver, limit, least));
    Z3_ast high = seg_term_add(solver, times, least), low = seg_term_add(solver, times, most);
    seg_query_fact(query, seg_term_implies(solver, under, seg_term_at_most(solver, sum, high)));
    seg_query_fact(query, seg_term_implies(solver, over, seg_term_at_most(solver, low, sum)));
  }
}

static void relate_ends(struct seg_query *query, const struct seg_cell *cell, uint32_t argument,
                        Z3_ast count, Z3_ast least, Z3_ast most, Z3_ast sum) {
  struct seg_solver *solver = query->solver;
  bool real = Z3_get_sort(solver->context, least) == solver->reals;
  Z3_ast one = seg_term_int(solver, 1);
  Z3_ast some = seg_term_at_most(solver, one, count);
  Z3_ast several = seg_term_at_most(solver, seg_term_int(solver, 2), count);
  seg_query_fact(query, seg_term_implies(solver, some, seg_term_at_most(solver, least, most)));
  seg_query_fact(query, seg_term_or(solver, several, seg_term_at_most(solver, most, least)));
  if (cell->low[argument] != INT64_MIN)
    seg_query_fact(query,
                   seg_term_at_most(solver, bound_term(solver, cell->low[argument], real), least));
  if (cell->high[argument] != INT64_MAX)
    seg_query_fact(query,
                   seg_term_at_most(solver, most, bound_term(solver, cell->high[argument], real)));
  if (sum == NULL)
    return;
  seg_query_fact(query, seg_term_implies(solver, seg_term_equal(solver, count, one),
                                         seg_term_equal(solver, sum, least)));
  relate_sum_to_ends(query, cell, argument, count, least, most, sum);
  seg_query_weaken(query, "it relates a sum with a smallest or largest value");
}

static bool make_room(struct seg_query *query, const struct seg_event_space *space,
                      struct seg_cell *cell) {
  struct seg_arena *arena = &query->arena;
  uint32_t bands = query->band_count, arguments = space->argument_count;
  cell->counts = SEG_NEW_ARRAY(arena, Z3_ast, bands + 1u);
  cell->near = SEG_NEW_ARRAY(arena, Z3_ast, bands + 1u);
  cell->far = SEG_NEW_ARRAY(arena, Z3_ast, bands + 1u);
  cell->first_place = SEG_NEW_ARRAY(arena, Z3_ast, bands + 1u);
  cell->last_place = SEG_NEW_ARRAY(arena, Z3_ast, bands + 1u);
  cell->sums = SEG_NEW_ARRAY(arena, Z3_ast *, arguments + 1u);
  cell->least = SEG_NEW_ARRAY(arena, Z3_ast *, arguments + 1u);
  cell->most = SEG_NEW_ARRAY(arena, Z3_ast *, arguments + 1u);
  if (cell->counts == NULL || cell->near == NULL || cell->far == NULL || cell->sums == NULL ||
      cell->least == NULL || cell->most == NULL || cell->first_place == NULL ||
      cell->last_place == NULL)
    return false;
  for (uint32_t a = 0; a < arguments; a++) {
    const struct seg_argument *argument = &space->arguments[a];
    bool known = argument->known_atom < 0 || (cell->atoms >> argument->known_atom & 1) != 0;
    if (known && argument->summed)
      cell->sums[a] = SEG_NEW_ARRAY(arena, Z3_ast, bands + 1u);
    if (known && argument->ended) {
      cell->least[a] = SEG_NEW_ARRAY(arena, Z3_ast, bands + 1u);
      cell->most[a] = SEG_NEW_ARRAY(arena, Z3_ast, bands + 1u);
    }
    if (known && ((argument->summed && cell->sums[a] == NULL) ||
                  (argument->ended && (cell->least[a] == NULL || cell->most[a] == NULL))))
      return false;
  }
  return true;
}

/** The ages of the nearest and the farthest event: in the band, and the same for a single one. */
static void make_ages(struct seg_query *query, struct seg_cell *cell, uint32_t b) {
  struct seg_solver *solver = query->solver;
  cell->near[b] = seg_term_variable(solver, solver->integers, "near");
  cell->far[b] = seg_term_variable(solver, solver->integers, "far");
  seg_query_fact(query, seg_term_at_most(solver, query->near[b], cell->near[b]));
  seg_query_fact(query, seg_term_at_most(solver, cell->near[b], cell->far[b]));
  seg_query_fact(query, seg_term_at_most(solver, cell->near[b], query->far[b])); // known at once
  seg_query_fact(query, seg_term_at_most(solver, cell->far[b], query->far[b]));
  Z3_ast several = seg_term_at_most(solver, seg_term_int(solver, 2), cell->counts[b]);
  seg_query_fact(
      query, seg_term_or(solver, several, seg_term_at_most(solver, cell->far[b], cell->near[b])));
}

/** Where the nearest and the farthest event lie, as fractions of days. */
static void make_places(struct seg_query *query, struct seg_cell *cell, uint32_t b) {
  struct seg_solver *solver = query->solver;
  Z3_ast one = seg_term_real(solver, 1);
  Z3_ast first = cell->first_place[b] = seg_term_variable(solver, solver->reals, "first place");
  Z3_ast last = cell->last_place[b] = seg_term_variable(solver, solver->reals, "last place");
  bool days = cell->near[b] != NULL;
  Z3_ast near = seg_term_to_real(solver, days ? cell->near[b] : query->near[b]);
  Z3_ast far = seg_term_to_real(solver, days ? cell->far[b] : query->far[b]);
  Z3_ast end = seg_term_add(solver, far, one);
  seg_query_fact(query, seg_term_at_most(solver, near, first));
  seg_query_fact(query, seg_term_at_most(solver, first, last));
  seg_query_fact(query, seg_term_not(solver, seg_term_at_most(solver, end, last)));
  Z3_ast several = seg_term_at_most(solver, seg_term_int(solver, 2), cell->counts[b]);
  seg_query_fact(query, seg_term_or(solver, several, seg_term_at_most(solver, last, first)));
  if (!days)
    return;
  end = seg_term_add(solver, near, one);
  seg_query_fact(query, seg_term_not(solver, seg_term_at_most(solver, end, first)));
  seg_query_fact(query, seg_term_at_most(solver, far, last));
}

bool seg_query_touch(struct seg_query *query, struct seg_event_space *space, uint32_t c,
                     uint32_t b) {
  struct seg_solver *solver = query->solver;
  struct seg_cell *cell = &space->cells[c];
  if (cell->counts[b] != NULL)
    return true;
  cell->counts[b] = seg_term_variable(solver, solver->integers, "count");
  seg_query_fact(query, seg_term_at_most(solver, seg_term_int(solver, 0), cell->counts[b]));
  if (space->days_asked)
    make_ages(query, cell, b);
  if (space->order_asked)
    make_places(query, cell, b);
  for (uint32_t a = 0; a < space->argument_count; a++) {
    const struct seg_type *type = &space->arguments[a].node->type;
    if (cell->sums[a] != NULL) {
      cell->sums[a][b] = seg_query_variable(query, type, "sum").value;
      relate_sum(query, cell, a, cell->counts[b], cell->sums[a][b]);
    }
    if (cell->least[a] != NULL) {
      cell->least[a][b] = seg_query_variable(query, type, "least").value;
      cell->most[a][b] = seg_query_variable(query, type, "most").value;
      relate_ends(query, cell, a, cell->counts[b], cell->least[a][b], cell->most[a][b],
                  cell->sums[a] == NULL ? NULL : cell->sums[a][b]);
      if (cell->sums[a] != NULL)
        relate_sum_to_limits(query, &space->arguments[a], cell->counts[b], cell->least[a][b],
                             cell->most[a][b], cell->sums[a][b]);
    }
  }
  return !query->out_of_memory;
}

bool seg_query_build_spaces(struct seg_query *query) {
  for (uint32_t e = 0; e < query->program->event_count; e++) {
    struct seg_event_space *space = &query->events[e];
    if (!space->used)
      continue;
    if (!build_cells(query, space))
      return false;
    for (uint32_t c = 0; c < space->cell_count; c++)
      if (!make_room(query, space, &space->cells[c]))
        return false;
  }
  return !query->out_of_memory;
}

static Z3_ast count_events(struct seg_query *query, uint32_t event, bool all) {
  struct seg_event_space *space = &query->events[event];
  Z3_ast none = seg_term_int(query->solver, 0), total = none;
  for (uint32_t c = 0; c < space->cell_count; c++)
    for (uint32_t b = 0; b < query->band_count; b++) {
      if (all && !seg_query_touch(query, space, c, b))
        return total;
      Z3_ast count = space->cells[c].counts[b];
      if (count != NULL)
        total = total == none ? count : seg_term_add(query->solver, total, count);
    }
  return total;
}

Z3_ast seg_query_cell_count(struct seg_query *query, struct seg_event_space *space, uint32_t cell,
                            uint32_t band) {
  return seg_query_touch(query, space, cell, band) ? space->cells[cell].counts[band]
                                                   : seg_term_int(query->solver, 0);
}

Z3_ast seg_query_events_of(struct seg_query *query, uint32_t event) {
  return count_events(query, event, true);
}

Z3_ast seg_query_event_count(struct seg_query *query) {
  Z3_ast total = seg_term_int(query->solver, 0);
  for (uint32_t e = 0; e < query->program->event_count; e++)
    total = seg_term_add(query->solver, total, count_events(query, e, false));
  return total;
}
