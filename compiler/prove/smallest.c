// The plainest customer; see smallest.h. Each choice is asserted, so that the next one keeps it.
#include "compiler/prove/smallest.h"

#include "compiler/prove/days.h"
#include "runtime/base/decimal.h"

enum { MOST_DECIMALS = 6, MOST_NEIGHBOURS = 3 };

// --- one value ---

/** Is this possible too? Then the model is one of those. */
static bool possible(struct seg_choosing *choosing, Z3_ast wish) {
  const struct seg_solver *solver = choosing->query->solver;
  if (seg_solver_truth(choosing->query->solver, wish))
    return true;
  // What the quick search misses is asked again, of another solver.
  if (choosing->tries == 0 || (solver->quick_only && solver->missed))
    return false;
  choosing->tries--;
  return seg_solver_try(choosing->query->solver, wish);
}

/** Assert a wish if it can be had. */
static bool prefer(struct seg_choosing *choosing, Z3_ast wish) {
  bool had = possible(choosing, wish);
  if (had)
    seg_solver_assert(choosing->query->solver, wish);
  return had;
}

/** The least value of a whole term, of which `floor` is known. Small values are tried first; the
 * model always has the least one so far. */
static int64_t settle_least(struct seg_choosing *choosing, Z3_ast term, int64_t floor) {
  struct seg_solver *solver = choosing->query->solver;
  int64_t low = floor, high, step = 1;
  if (!seg_solver_int(solver, term, &high))
    return floor; // beyond what any data holds
  if (low < high)
    low = seg_solver_floor(solver, term, floor);
  while (low < high && choosing->tries > 0) {
    int64_t middle;
    if (step > (high - low) / 2) // also where `middle` would be too large a number
      middle = low + (high - low) / 2;
    else
      middle = low + step - 1;
    if (!possible(choosing, seg_term_at_most(solver, term, seg_term_int(solver, middle)))) {
      low = middle + 1;
      step = step > INT64_MAX / 2 ? INT64_MAX : step * 2;
    } else if (seg_solver_int(solver, term, &high)) {
      step = 1 + (high - low) / 2;
    }
  }
  seg_solver_assert(solver, seg_term_equal(solver, term, seg_term_int(solver, high)));
  return high;
}

static void settle_near_zero(struct seg_choosing *choosing, Z3_ast term) {
  struct seg_solver *solver = choosing->query->solver;
  Z3_ast zero = seg_term_int(solver, 0);
  if (prefer(choosing, seg_term_at_most(solver, zero, term)))
    settle_least(choosing, term, 0);
  else
    settle_least(choosing, seg_term_subtract(solver, zero, term), 1);
}

/** Amounts of whole units read better than the smallest ones. */
static void settle_whole(struct seg_choosing *choosing, Z3_ast term, const struct seg_type *type) {
  struct seg_solver *solver = choosing->query->solver;
  if (type->kind == SEG_TYPE_MONEY && type->scale > 0) {
    Z3_ast units = seg_term_variable(solver, solver->integers, "units");
    Z3_ast unit = seg_term_int(solver, seg_decimal_power(type->scale));
    if (prefer(choosing, seg_term_equal(solver, term, seg_term_multiply(solver, unit, units)))) {
      settle_near_zero(choosing, units);
      return;
    }
  }
  settle_near_zero(choosing, term);
}

/** The smallest number of so many decimals, as a double. False when there is none. */
static bool settle_decimal(struct seg_choosing *choosing, Z3_ast term, unsigned scale) {
  struct seg_solver *solver = choosing->query->solver;
  double power = (double)seg_decimal_power(scale);
  Z3_ast digits = seg_term_variable(solver, solver->integers, "digits");
  Z3_ast scaled = seg_term_multiply(solver, seg_term_real(solver, power), term);
  Z3_ast wish = seg_term_equal(solver, Z3_mk_int2real(solver->context, digits), scaled);
  for (int i = 0; i < MOST_NEIGHBOURS && possible(choosing, wish); i++) {
    int64_t found;
    seg_solver_push(solver);
    seg_solver_assert(solver, wish);
    settle_near_zero(choosing, digits);
    bool whole = seg_solver_int(solver, digits, &found);
    seg_solver_pop(solver);
    // The double beside the decimal may lie on the other side of a bound.
    if (whole && prefer(choosing,
                        seg_term_equal(solver, term, seg_term_real(solver, (double)found / power))))
      return true;
    if (!whole)
      return false;
    wish = seg_term_and(
        solver, wish,
        seg_term_not(solver, seg_term_equal(solver, digits, seg_term_int(solver, found))));
  }
  return false;
}

/** As few decimals as possible. */
static void settle_real(struct seg_choosing *choosing, Z3_ast term) {
  unsigned scale = 0;
  while (scale <= MOST_DECIMALS && !settle_decimal(choosing, term, scale))
    scale++;
}

/** The day before, or the nearest one further back; else the nearest from then on. */
static void settle_date(struct seg_choosing *choosing, Z3_ast term, int64_t as_of) {
  struct seg_solver *solver = choosing->query->solver;
  Z3_ast today = seg_term_int(solver, as_of);
  if (prefer(choosing, seg_term_at_most(solver, term, seg_term_int(solver, as_of - 1))))
    settle_least(choosing, seg_term_subtract(solver, today, term), 1);
  else
    settle_least(choosing, seg_term_subtract(solver, term, today), 0);
}

/** A short text, but the empty one last: it looks like none. */
static void settle_text(struct seg_choosing *choosing, const struct seg_column_term *column) {
  struct seg_solver *solver = choosing->query->solver;
  for (size_t i = 1; i <= column->texts.classes.count; i++) {
    int64_t class = (int64_t)(i % column->texts.classes.count);
    if (prefer(choosing, seg_term_equal(solver, column->term.value, seg_term_int(solver, class))))
      return;
  }
}

void seg_choose_columns(struct seg_choosing *choosing, const struct seg_row_terms *row,
                        int64_t as_of) {
  struct seg_solver *solver = choosing->query->solver;
  for (uint32_t i = 0; i < row->entity->column_count; i++) {
    const struct seg_column_term *column = &row->columns[i];
    const struct seg_type *type = &row->entity->columns[i].type;
    if (column->term.known == NULL || column->term.value == NULL)
      continue;
    if (column->term.known != solver->yes && !prefer(choosing, column->term.known))
      continue;
    switch (type->kind) {
    case SEG_TYPE_BOOL:
    case SEG_TYPE_ENUM: settle_least(choosing, column->term.value, 0); break;
    case SEG_TYPE_INT:
    case SEG_TYPE_MONEY: settle_whole(choosing, column->term.value, type); break;
    case SEG_TYPE_NUMBER:
    case SEG_TYPE_AMOUNT: settle_real(choosing, column->term.value); break;
    case SEG_TYPE_DATE: settle_date(choosing, column->term.value, as_of); break;
    case SEG_TYPE_TEXT: settle_text(choosing, column); break;
    case SEG_TYPE_TIMESTAMP:
    case SEG_TYPE_KIND_COUNT: break;
    }
  }
}

// --- the customer ---

/** Our time when the rules allow it, else the nearest day. */
static int64_t settle_day(struct seg_choosing *choosing) {
  struct seg_solver *solver = choosing->query->solver;
  Z3_ast as_of = choosing->query->as_of, usual = seg_term_int(solver, SEG_PROVE_USUAL_DAY);
  if (prefer(choosing, seg_term_at_most(solver, usual, as_of)))
    return SEG_PROVE_USUAL_DAY + settle_least(choosing, seg_term_subtract(solver, as_of, usual), 0);
  return SEG_PROVE_USUAL_DAY - settle_least(choosing, seg_term_subtract(solver, usual, as_of), 1);
}

/** Cells by what their events are, whatever order they were found in: the next one below `last`. */
static const struct seg_cell *cell_before(const struct seg_event_space *space,
                                          const struct seg_cell *last) {
  const struct seg_cell *next = NULL;
  for (uint32_t c = 0; c < space->cell_count; c++) {
    const struct seg_cell *cell = &space->cells[c];
    if ((last == NULL || cell->atoms < last->atoms) && (next == NULL || cell->atoms > next->atoms))
      next = cell;
  }
  return next;
}

/** Once it is known how many they are: the ends and the values between them add up to the sum. */
static void settle_ends(struct seg_choosing *choosing, const struct seg_cell *cell, uint32_t a,
                        uint32_t band, int64_t count) {
  struct seg_solver *solver = choosing->query->solver;
  Z3_ast least = cell->least[a][band], most = cell->most[a][band], sum = cell->sums[a][band];
  Z3_ast between = seg_term_int(solver, count > 2 ? count - 2 : 0);
  Z3_ast ends = count == 1 ? least : seg_term_add(solver, least, most);
  Z3_ast low = seg_term_add(solver, ends, seg_term_multiply(solver, between, least));
  Z3_ast high = seg_term_add(solver, ends, seg_term_multiply(solver, between, most));
  prefer(choosing, seg_term_and(solver, seg_term_at_most(solver, low, sum),
                                seg_term_at_most(solver, sum, high)));
}

static void settle_values(struct seg_choosing *choosing, const struct seg_event_space *space,
                          const struct seg_cell *cell, uint32_t band, int64_t count) {
  for (uint32_t a = 0; a < space->argument_count; a++) {
    const struct seg_type *type = &space->arguments[a].node->type;
    bool whole = type->kind == SEG_TYPE_INT || type->kind == SEG_TYPE_MONEY;
    if (cell->least[a] != NULL && cell->sums[a] != NULL && whole)
      settle_ends(choosing, cell, a, band, count);
    if (cell->least[a] != NULL && whole) {
      settle_whole(choosing, cell->least[a][band], type);
      settle_whole(choosing, cell->most[a][band], type);
    }
    if (cell->sums[a] != NULL && whole)
      settle_whole(choosing, cell->sums[a][band], type);
  }
}

/** Days one after the other, or one day, as recent as can be. */
static void settle_ages(struct seg_choosing *choosing, const struct seg_cell *cell, uint32_t band,
                        int64_t count) {
  struct seg_query *query = choosing->query;
  struct seg_solver *solver = query->solver;
  int64_t near = 1; // where the band begins
  if (!seg_solver_int(solver, query->near[band], &near))
    return;
  near = settle_least(choosing, cell->near[band], near);
  int64_t days = query->one_day ? 1 : count;
  if (!prefer(choosing,
              seg_term_equal(solver, cell->far[band], seg_term_int(solver, near + days - 1))))
    settle_least(choosing, cell->far[band], near);
}

/** Few events far away, and so many near ones. */
static void settle_counts(struct seg_choosing *choosing, const struct seg_event_space *space,
                          uint32_t band) {
  for (const struct seg_cell *cell = cell_before(space, NULL); cell != NULL;
       cell = cell_before(space, cell))
    if (cell->counts[band] != NULL)
      settle_least(choosing, cell->counts[band], 0);
}

static void settle_events(struct seg_choosing *choosing, const struct seg_event_space *space,
                          uint32_t band) {
  for (const struct seg_cell *cell = cell_before(space, NULL); cell != NULL;
       cell = cell_before(space, cell)) {
    int64_t count;
    if (cell->counts[band] == NULL ||
        !seg_solver_int(choosing->query->solver, cell->counts[band], &count) || count <= 0)
      continue;
    if (space->days_asked)
      settle_ages(choosing, cell, band, count);
    settle_values(choosing, space, cell, band, count);
  }
}

void seg_grant_wishes(struct seg_query *query) {
  struct seg_solver *solver = query->solver;
  bool has_model = true;
  for (size_t i = 0; i < query->wishes.count; i++) {
    has_model = seg_solver_ask(solver, &query->wishes.items[i], 1) == SEG_POSSIBLE;
    if (has_model)
      seg_solver_assert(solver, query->wishes.items[i]);
  }
  if (!has_model)
    (void)seg_solver_ask(solver, NULL, 0);
}

bool seg_fewest_events(struct seg_query *query, int64_t *fewest) {
  struct seg_solver *solver = query->solver;
  struct seg_choosing choosing = {query, SEG_MOST_TRIES};
  uint64_t undecided = solver->undecided;
  seg_solver_push(solver);
  *fewest = settle_least(&choosing, seg_query_event_count(query), query->fewest_events);
  seg_solver_pop(solver);
  bool known = solver->undecided == undecided && choosing.tries > 0;
  if (known)
    query->fewest_events = *fewest;
  return known;
}

void seg_choose_customer(struct seg_choosing *choosing) {
  struct seg_query *query = choosing->query;
  uint32_t events = query->program->event_count;
  settle_least(choosing, seg_query_event_count(query), query->fewest_events);
  int64_t as_of = settle_day(choosing);
  for (uint32_t b = query->band_count; b-- > 0;)
    for (uint32_t e = events; e-- > 0;)
      settle_counts(choosing, &query->events[e], b);
  for (uint32_t e = 0; e < events; e++)
    for (uint32_t b = 0; b < query->band_count; b++)
      settle_events(choosing, &query->events[e], b);
  seg_choose_columns(choosing, &query->customer, as_of);
}
