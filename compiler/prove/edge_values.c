// Values of the first and the last event: which cell that event is of says what it can be.
//
// Events stand in a row, by their moments and then by their places in the data; the ages of the
// nearest and the farthest one of each cell and band, as fractions of days, say how cells lie in
// it.
#include <string.h>

#include "compiler/prove/aggregate.h"

static bool is_edge_value(const struct seg_node *node) {
  return node->kind == SEG_NODE_AGGREGATE && node->argument != NULL && !node->window.hours &&
         (node->aggregate == SEG_AGGREGATE_FIRST || node->aggregate == SEG_AGGREGATE_LAST);
}

/** Can it be asked of one event instead, once the aggregate in it is that event's value? */
static bool depends_on_one(const struct seg_node *node, const struct seg_node **leaf) {
  if (is_edge_value(node)) {
    bool first = *leaf == NULL;
    *leaf = node;
    return first;
  }
  switch (node->kind) {
  case SEG_NODE_LITERAL: return true;
  case SEG_NODE_COMPARE:
  case SEG_NODE_IN:
  case SEG_NODE_TEXT_TEST:
  case SEG_NODE_MATCHES:
  case SEG_NODE_IS_KNOWN:
  case SEG_NODE_TEXT_MAP:
  case SEG_NODE_TEXT_LENGTH:
  case SEG_NODE_BAND:
  case SEG_NODE_TO_NUMBER:
  case SEG_NODE_RESCALE:
  case SEG_NODE_ADD:
  case SEG_NODE_SUBTRACT:
  case SEG_NODE_MULTIPLY:
  case SEG_NODE_DIVIDE:
  case SEG_NODE_NEGATE:
  case SEG_NODE_ABS:
  case SEG_NODE_ROUND:
  case SEG_NODE_ELSE: break;
  default: return false; // and what looks at the as-of day, which events do not know
  }
  for (uint32_t i = 0; i < node->operand_count; i++)
    if (!depends_on_one(node->operands[i], leaf))
      return false;
  return true;
}

// --- the condition, asked of one event ---

static struct seg_node *copy_node(struct seg_arena *arena, const struct seg_node *node) {
  struct seg_node *copy = SEG_NEW(arena, struct seg_node);
  if (copy == NULL)
    return NULL;
  *copy = *node;
  copy->operands = SEG_NEW_ARRAY(arena, struct seg_node *, node->operand_count + 1u);
  return copy->operands == NULL ? NULL : copy;
}

static struct seg_node *ask_event(struct seg_arena *arena, const struct seg_node *node) {
  if (is_edge_value(node))
    return node->argument;
  struct seg_node *copy = copy_node(arena, node);
  for (uint32_t i = 0; copy != NULL && i < node->operand_count; i++) {
    copy->operands[i] = ask_event(arena, node->operands[i]);
    if (copy->operands[i] == NULL)
      return NULL;
    copy->optional = copy->optional || copy->operands[i]->optional;
  }
  return copy;
}

/** The condition over an event; made once, for it is known by its address. */
static const struct seg_node *event_condition(struct seg_query *query,
                                              const struct seg_node *condition) {
  struct {
    char letter;
    const struct seg_node *node;
    struct seg_node **operands;
  } key;
  memset(&key, 0, sizeof key); // also what lies between the members
  key.letter = 'w';
  key.node = condition;
  key.operands = condition->operands;
  struct seg_str bytes = {(const char *)&key, sizeof key};
  struct seg_node *made = seg_vocabulary_get(query->vocabulary, bytes);
  if (made != NULL)
    return made;
  made = ask_event(&query->vocabulary->arena, condition);
  if (made == NULL || !seg_vocabulary_keep(query->vocabulary, bytes, made))
    query->out_of_memory = true;
  return made;
}

/** What is left of the condition when there is no event; NULL: a missing value. */
static const struct seg_node *without_event(struct seg_arena *arena, const struct seg_node *node) {
  if (is_edge_value(node))
    return NULL;
  if (node->kind == SEG_NODE_ELSE) {
    const struct seg_node *first = without_event(arena, node->operands[0]);
    return first == NULL ? without_event(arena, node->operands[1]) : first;
  }
  struct seg_node *copy = copy_node(arena, node);
  for (uint32_t i = 0; copy != NULL && i < node->operand_count; i++) {
    const struct seg_node *operand = without_event(arena, node->operands[i]);
    if (operand == NULL)
      return NULL; // and a condition over it does not hold
    copy->operands[i] = (struct seg_node *)operand;
  }
  return copy;
}

// --- which cell the event is of ---

/** Is the nearest (or farthest) event of one cell nearer (or farther) than that of another? Or as
 * far away, when `tie` says that this will do. */
static Z3_ast comes_first(struct seg_solver *solver, bool last, Z3_ast age, Z3_ast other,
                          bool tie) {
  if (!last) {
    Z3_ast kept = age;
    age = other;
    other = kept;
  }
  return tie ? seg_term_at_most(solver, age, other)
             : seg_term_not(solver, seg_term_at_most(solver, other, age));
}

/** The first or last event of the region is of cell `c` in band `b`; `empty`: no event in the bands
 * that come before. */
static Z3_ast is_of(struct seg_query *query, const struct seg_region *region, bool last, uint32_t c,
                    uint32_t b, Z3_ast empty) {
  struct seg_solver *solver = query->solver;
  const struct seg_cell *cells = region->space->cells;
  Z3_ast one = seg_term_int(solver, 1);
  Z3_ast count = seg_query_cell_count(query, region->space, c, b);
  Z3_ast is = seg_term_and(solver, empty, seg_term_at_most(solver, one, count));
  for (uint32_t other = 0; other < region->space->cell_count; other++) {
    if (other == c || !region->cells[other] || !seg_query_touch(query, region->space, other, b))
      continue;
    Z3_ast *ages = last ? cells[c].first_place : cells[c].last_place;
    Z3_ast *others = last ? cells[other].first_place : cells[other].last_place;
    Z3_ast before = comes_first(solver, last, ages[b], others[b], last == (c < other));
    Z3_ast none = seg_term_not(solver, seg_term_at_most(solver, one, cells[other].counts[b]));
    is = seg_term_and(solver, is, seg_term_or(solver, none, before));
  }
  return is;
}

typedef void visit_function(void *context, uint32_t cell, Z3_ast is_there);

static void visit_cells(struct seg_query *query, const struct seg_region *region, bool last,
                        visit_function *visit, void *context) {
  struct seg_solver *solver = query->solver;
  Z3_ast one = seg_term_int(solver, 1), empty = solver->yes;
  uint32_t bands = region->end_band - region->first_band;
  for (uint32_t i = 0; i < bands; i++) {
    uint32_t b = last ? region->first_band + i : region->end_band - 1 - i;
    Z3_ast none = empty;
    for (uint32_t c = 0; c < region->space->cell_count; c++) {
      if (!region->cells[c])
        continue;
      visit(context, c, is_of(query, region, last, c, b, empty));
      Z3_ast here = seg_term_at_most(solver, one, seg_query_cell_count(query, region->space, c, b));
      none = seg_term_and(solver, none, seg_term_not(solver, here));
    }
    empty = none;
  }
}

// --- conditions and values ---

struct satisfying {
  struct seg_query *query;
  const struct seg_region *region;
  int atom;
  Z3_ast holds;
};

static void visit_satisfying(void *context, uint32_t cell, Z3_ast is_there) {
  struct satisfying *satisfying = context;
  if ((satisfying->region->space->cells[cell].atoms >> satisfying->atom & 1) != 0)
    satisfying->holds = seg_term_or(satisfying->query->solver, satisfying->holds, is_there);
}

bool seg_edge_condition(const struct seg_encode_scope *scope, const struct seg_node *condition,
                        Z3_ast *holds) {
  struct seg_query *query = scope->query;
  struct seg_solver *solver = query->solver;
  const struct seg_node *leaf = NULL;
  *holds = solver->yes;
  if (scope->is_event || condition->type.kind != SEG_TYPE_BOOL ||
      !depends_on_one(condition, &leaf) || leaf == NULL)
    return false;
  const struct seg_node *over_event = event_condition(query, condition);
  if (over_event == NULL)
    return true;
  struct seg_event_space *space = &query->events[leaf->event];
  if (query->collecting) {
    seg_aggregate_collect(query, leaf);
    seg_space_add_filter(query, space, over_event);
    return true;
  }
  struct seg_region region = seg_region_of(query, leaf);
  struct satisfying satisfying = {.query = query,
                                  .region = &region,
                                  .atom = seg_space_filter(query, space, over_event),
                                  .holds = solver->no};
  if (satisfying.atom < 0)
    return false;
  visit_cells(query, &region, leaf->aggregate == SEG_AGGREGATE_LAST, visit_satisfying, &satisfying);
  const struct seg_node *otherwise = without_event(&query->arena, condition);
  *holds = satisfying.holds;
  if (otherwise != NULL) {
    Z3_ast some =
        seg_term_at_most(solver, seg_term_int(solver, 1), seg_region_count(query, &region));
    *holds = seg_term_or(
        solver, *holds,
        seg_term_and(solver, seg_term_not(solver, some), seg_encode_condition(scope, otherwise)));
  }
  return true;
}

struct bounding {
  struct seg_query *query;
  const struct seg_region *region;
  Z3_ast value;
};

static void visit_bounds(void *context, uint32_t c, Z3_ast is_there) {
  struct bounding *bounding = context;
  struct seg_solver *solver = bounding->query->solver;
  const struct seg_cell *cell = &bounding->region->space->cells[c];
  int64_t low = cell->low[bounding->region->argument],
          high = cell->high[bounding->region->argument];
  Z3_ast above = seg_term_at_most(solver, seg_term_int(solver, low), bounding->value);
  Z3_ast below = seg_term_at_most(solver, bounding->value, seg_term_int(solver, high));
  if (low != INT64_MIN)
    seg_query_fact(bounding->query, seg_term_implies(solver, is_there, above));
  if (high != INT64_MAX)
    seg_query_fact(bounding->query, seg_term_implies(solver, is_there, below));
}

struct seg_term seg_edge_value(struct seg_query *query, const struct seg_node *aggregate) {
  struct seg_solver *solver = query->solver;
  struct seg_region region = seg_region_of(query, aggregate);
  struct seg_term term = seg_query_variable(query, &aggregate->type, "edge");
  Z3_ast some = seg_term_at_most(solver, seg_term_int(solver, 1), seg_region_count(query, &region));
  seg_query_weaken(query, "it calculates with the value of one event");
  term.known = some;
  if (aggregate->argument->optional)
    term.known = seg_term_and(solver, some, seg_term_variable(solver, solver->truths, "known"));
  struct bounding bounding = {query, &region, term.value};
  bool whole = aggregate->type.kind == SEG_TYPE_INT || aggregate->type.kind == SEG_TYPE_MONEY;
  if (whole && !aggregate->argument->optional && !aggregate->window.hours)
    visit_cells(query, &region, aggregate->aggregate == SEG_AGGREGATE_LAST, visit_bounds,
                &bounding);
  return term;
}
