// Has a system of inequalities no solution with whole numbers of events? See linear.h. The general
// simplex method (simplex.h) in doubles, each row scaled; what it says is impossible is looked at
// again in exact fractions. Where a number of events is a fraction, or there is a sum of no event,
// one way and then the other is tried.
#include <math.h>
#include <string.h>

#include "compiler/prove/linear_parts.h"

enum {
  NONE = SEG_LINEAR_NONE,
  MOST_PIVOTS = 300,
  GREEDY_PIVOTS = 60,
  MOST_TRIES = 200,
  DEEPEST = 20
};

static const double little = 1e-9; // of a factor

static double *cells_of(const struct seg_linear_system *system, uint32_t row) {
  return system->cells + (size_t)row * system->column_count;
}

static const int64_t *factors_of(const struct seg_linear_system *system, uint32_t place) {
  return system->factors + (size_t)(place - SEG_LINEAR_COLUMNS) * SEG_LINEAR_COLUMNS;
}

// --- in doubles ---

static double bound_value(const struct seg_linear_place *place, bool upper) {
  return (double)place->bounds[upper].value / place->unit;
}

/** Columns are 0, which is within their bounds, and rows are their sums. */
static void fill(struct seg_linear_system *system) {
  for (uint32_t c = 0; c < system->column_count; c++) {
    system->free[c] = c;
    system->places[c].at = c;
    system->places[c].basic = false;
    system->places[c].value = 0;
  }
  for (uint32_t r = 0; r < system->row_count; r++) {
    struct seg_linear_place *place = &system->places[SEG_LINEAR_COLUMNS + r];
    const int64_t *factors = factors_of(system, SEG_LINEAR_COLUMNS + r);
    double *row = cells_of(system, r), most = 0;
    for (uint32_t c = 0; c < system->column_count; c++) {
      row[c] = (double)factors[c] * system->places[c].unit;
      most = fmax(most, fabs(row[c]));
    }
    for (uint32_t c = 0; c < system->column_count && most > 0; c++)
      row[c] /= most;
    place->unit = most > 0 ? most : 1;
    place->value = 0;
    place->basic = true;
    place->at = r;
    system->basic[r] = SEG_LINEAR_COLUMNS + r;
  }
}

/** How far it is outside of its bounds: below 0 when it is too small. */
static double outside(const struct seg_linear_place *place) {
  for (int upper = 0; upper < 2; upper++) {
    if (!place->bounds[upper].set)
      continue;
    double limit = bound_value(place, upper), by = place->value - limit;
    if ((upper ? by : -by) > 100 * little * (1 + fabs(limit)))
      return by;
  }
  return 0;
}

static uint32_t find_broken(const struct seg_linear_system *system, bool greedy) {
  uint32_t found = NONE;
  double most = 0;
  for (uint32_t r = 0; r < system->row_count; r++) {
    double by = fabs(outside(&system->places[system->basic[r]]));
    if (by == 0)
      continue;
    if (found == NONE || (greedy ? by > most : system->basic[r] < system->basic[found])) {
      found = r;
      most = by;
    }
  }
  return found;
}

/** Can it move so that a sum with this factor grows (or shrinks)? */
static bool can_move(const struct seg_linear_place *place, double factor, bool grow) {
  bool up = (factor > 0) == grow;
  if (!place->bounds[up].set)
    return true;
  double room = bound_value(place, up) - place->value;
  return up ? room > little : room < -little;
}

static uint32_t find_entering(const struct seg_linear_system *system, uint32_t at, bool grow,
                              bool greedy) {
  const double *row = cells_of(system, at);
  uint32_t found = NONE;
  for (uint32_t c = 0; c < system->column_count; c++) {
    if (fabs(row[c]) <= little || !can_move(&system->places[system->free[c]], row[c], grow))
      continue;
    if (found == NONE ||
        (greedy ? fabs(row[c]) > fabs(row[found]) : system->free[c] < system->free[found]))
      found = c;
  }
  return found;
}

/** Give a place that is not basic another value. */
static void move(struct seg_linear_system *system, uint32_t number, double value) {
  struct seg_linear_place *place = &system->places[number];
  double by = value - place->value;
  for (uint32_t r = 0; r < system->row_count; r++)
    system->places[system->basic[r]].value += cells_of(system, r)[place->at] * by;
  place->value = value;
}

/** The basic place of the row and the one of the column change sides. */
static void pivot(struct seg_linear_system *system, uint32_t at, uint32_t column) {
  double *row = cells_of(system, at), factor = 1 / row[column];
  uint32_t leaving = system->basic[at], entering = system->free[column];
  for (uint32_t c = 0; c < system->column_count; c++)
    row[c] *= -factor;
  row[column] = factor;
  for (uint32_t r = 0; r < system->row_count; r++) {
    double *other = cells_of(system, r), share = other[column];
    if (r == at || share == 0)
      continue;
    other[column] = 0;
    for (uint32_t c = 0; c < system->column_count; c++)
      other[c] += share * row[c];
  }
  system->basic[at] = entering;
  system->free[column] = leaving;
  system->places[entering].basic = true;
  system->places[entering].at = at;
  system->places[leaving].basic = false;
  system->places[leaving].at = column;
}

/** The row that cannot be brought within its bounds; NONE: all are, or it was given up. */
static uint32_t find_contradiction(struct seg_linear_system *system, bool *grow) {
  for (int pivots = 0; pivots < MOST_PIVOTS; pivots++) {
    bool greedy = pivots < GREEDY_PIVOTS;
    uint32_t at = find_broken(system, greedy);
    if (at == NONE)
      return NONE;
    uint32_t leaving = system->basic[at];
    *grow = outside(&system->places[leaving]) < 0;
    uint32_t column = find_entering(system, at, *grow, greedy);
    if (column == NONE)
      return at;
    pivot(system, at, column);
    move(system, leaving, bound_value(&system->places[leaving], !*grow));
  }
  return NONE;
}

// --- in exact fractions ---

/** Bounds that contradict each other. */
struct contradiction {
  uint32_t count;
  uint32_t places[SEG_LINEAR_COLUMNS + 1];
  bool upper[SEG_LINEAR_COLUMNS + 1];
  int64_t values[SEG_LINEAR_COLUMNS + 1];
  double shares[SEG_LINEAR_COLUMNS + 1]; // how much one more or less of the value matters
};

static void take_bound(const struct seg_linear_system *system, struct contradiction *parts,
                       uint32_t place, bool upper, double factor) {
  uint32_t at = parts->count++;
  parts->places[at] = place;
  parts->upper[at] = upper;
  parts->values[at] = system->places[place].bounds[upper].value;
  parts->shares[at] = fabs(factor) / system->places[place].unit;
}

/** Of a row: the bounds of its own place and of those that it is a sum of. By how much do they
 * miss each other? */
static double take_apart(const struct seg_linear_system *system, uint32_t at, bool grow,
                         struct contradiction *parts) {
  const double *row = cells_of(system, at);
  const struct seg_linear_place *own = &system->places[system->basic[at]];
  double reached = 0;
  parts->count = 0;
  take_bound(system, parts, system->basic[at], !grow, 1);
  for (uint32_t c = 0; c < system->column_count; c++)
    if (fabs(row[c]) > little) {
      bool upper = (row[c] > 0) == grow;
      take_bound(system, parts, system->free[c], upper, row[c]);
      reached += row[c] * bound_value(&system->places[system->free[c]], upper);
    }
  return fabs(bound_value(own, !grow) - reached);
}

static uint32_t exact_column(struct seg_linear_system *system, uint32_t *numbers, uint32_t column) {
  if (numbers[column] == NONE)
    numbers[column] = seg_simplex_variable(system->simplex, false);
  return numbers[column];
}

/** False when it contradicts those before it. */
static bool assert_exactly(struct seg_linear_system *system, uint32_t *numbers, uint32_t place,
                           bool upper, int64_t value) {
  struct seg_simplex *simplex = system->simplex;
  uint32_t number, columns[SEG_LINEAR_COLUMNS], count = 0;
  struct seg_ratio factors[SEG_LINEAR_COLUMNS];
  if (place < SEG_LINEAR_COLUMNS) {
    number = exact_column(system, numbers, place);
  } else {
    for (uint32_t c = 0; c < system->column_count; c++)
      if (factors_of(system, place)[c] != 0) {
        columns[count] = exact_column(system, numbers, c);
        factors[count++] = seg_ratio_whole(factors_of(system, place)[c]);
      }
    number = seg_simplex_row(simplex, false, columns, factors, count);
  }
  return seg_simplex_bound(simplex, number, upper, seg_ratio_whole(value), 0);
}

static bool is_exact(struct seg_linear_system *system, const struct contradiction *parts) {
  uint32_t numbers[SEG_LINEAR_COLUMNS];
  bool possible = true;
  memset(numbers, 0xff, sizeof numbers);
  seg_simplex_clear(system->simplex);
  for (uint32_t i = 0; i < parts->count && possible && !system->simplex->overflow; i++)
    possible = assert_exactly(system, numbers, parts->places[i], parts->upper[i], parts->values[i]);
  if (system->simplex->overflow)
    return false;
  return !possible || seg_simplex_check(system->simplex) == SEG_SIMPLEX_IMPOSSIBLE;
}

/** What a refutation is made of. */
struct refutation {
  uint32_t needed[SEG_LINEAR_SIGNS]; // what is enough instead of each sign, or NONE: nothing
  uint64_t tried;                    // depths whose way it needs
};

/** Two bounds of one place. */
static bool find_crossed(const struct seg_linear_system *system, struct contradiction *parts) {
  for (uint32_t i = 0; i < system->column_count + system->row_count; i++) {
    uint32_t place = i < system->column_count ? i : SEG_LINEAR_COLUMNS + i - system->column_count;
    const struct seg_linear_bound *bounds = system->places[place].bounds;
    if (bounds[0].set && bounds[1].set && bounds[0].value > bounds[1].value) {
      parts->count = 0;
      take_bound(system, parts, place, false, system->places[place].unit);
      take_bound(system, parts, place, true, system->places[place].unit);
      return true;
    }
  }
  return false;
}

static int64_t limit_of(const struct seg_linear *linear, uint32_t sign, bool upper) {
  const struct seg_linear_claim *claim = seg_linear_claim_of(linear, sign);
  return upper ? claim->high : claim->low;
}

/** Which of two signs that stand for the same one says more? */
static uint32_t tighter(const struct seg_linear *linear, uint32_t a, uint32_t b) {
  if (a == NONE || b == NONE)
    return a == NONE ? b : a;
  const struct seg_linear_claim *x = seg_linear_claim_of(linear, a),
                                *y = seg_linear_claim_of(linear, b);
  return x->low > y->low || x->high < y->high ? a : b;
}

/** Of one bound of a contradiction: the loosest sign that does, by what is left of the distance by
 * which the bounds miss each other. */
static uint32_t loosen(const struct seg_linear *linear, const struct contradiction *parts,
                       uint32_t part, uint32_t sign, double *distance, int64_t *value) {
  uint32_t place = parts->places[part], loosest = sign;
  bool upper = parts->upper[part];
  if (place < SEG_LINEAR_COLUMNS) // that there is no event says more than its bound
    return sign;
  bool some = linear->used[place - SEG_LINEAR_COLUMNS] != linear->conditions[sign / 2].form;
  double room = *distance / parts->shares[part], by = 0;
  for (uint32_t next; (next = linear->looser[loosest]) != NONE; loosest = next) {
    double more = fabs((double)limit_of(linear, next, upper) - (double)*value);
    if (!some && more >= room)
      break;
    by = more;
  }
  if (!some) {
    *distance -= by * parts->shares[part];
    *value = limit_of(linear, loosest, upper);
  }
  return loosest;
}

/** Bounds that miss each other by a distance would do so even if they were a little looser: each
 * takes of the distance what its loosest sign needs. */
static void loosen_all(const struct seg_linear *linear, const uint32_t *signs,
                       struct contradiction *parts, double distance, uint32_t *loosest) {
  distance *= 1 - 1e-6; // doubles are not exact
  for (uint32_t i = 0; i < parts->count; i++) {
    uint32_t sign = linear->system.places[parts->places[i]].bounds[parts->upper[i]].sign;
    if (sign < SEG_LINEAR_SIGNS)
      loosest[i] = loosen(linear, parts, i, signs[sign], &distance, &parts->values[i]);
  }
}

static bool refute_at_once(struct seg_linear *linear, const uint32_t *signs,
                           struct refutation *refutation) {
  struct seg_linear_system *system = &linear->system;
  struct contradiction parts;
  uint32_t loosest[SEG_LINEAR_COLUMNS + 1];
  double distance;
  bool grow = false, crossed = find_crossed(system, &parts);
  if (crossed) {
    distance = (double)parts.values[0] - (double)parts.values[1];
  } else {
    uint32_t at = find_contradiction(system, &grow);
    if (at == NONE)
      return false;
    distance = take_apart(system, at, grow, &parts);
  }
  struct contradiction looser = parts;
  loosen_all(linear, signs, &looser, distance, loosest);
  if (!is_exact(system, &looser)) {
    if (!crossed && !is_exact(system, &parts))
      return false;
    // Nothing is looser than what was asked.
    for (uint32_t i = 0; i < parts.count; i++) {
      uint32_t sign = system->places[parts.places[i]].bounds[parts.upper[i]].sign;
      if (sign < SEG_LINEAR_SIGNS)
        loosest[i] = signs[sign];
    }
  }
  refutation->tried = 0;
  memset(refutation->needed, 0xff, sizeof refutation->needed);
  for (uint32_t i = 0; i < parts.count; i++) {
    uint32_t sign = system->places[parts.places[i]].bounds[parts.upper[i]].sign;
    if (sign < SEG_LINEAR_SIGNS)
      refutation->needed[sign] = tighter(linear, refutation->needed[sign], loosest[i]);
    else if (sign != SEG_LINEAR_ALWAYS)
      refutation->tried |= 1ull << (SEG_LINEAR_TRIED - sign);
  }
  return true;
}

// --- one way and the other ---

/** A number of events, up to `most` or above. */
struct fork {
  uint32_t place;
  int64_t most;
};

static bool find_fraction(const struct seg_linear_system *system, uint32_t first, uint32_t count,
                          struct fork *fork) {
  for (uint32_t i = first; i < first + count; i++) {
    const struct seg_linear_place *place = &system->places[i];
    double value = place->value * place->unit;
    if (place->counts && fabs(value - round(value)) > 1e-5) {
      *fork = (struct fork){i, (int64_t)floor(value)};
      return true;
    }
  }
  return false;
}

static bool find_fork(const struct seg_linear_system *system, struct fork *fork) {
  if (find_fraction(system, SEG_LINEAR_COLUMNS, system->row_count, fork) ||
      find_fraction(system, 0, system->column_count, fork))
    return true;
  for (uint32_t c = 0; c < system->column_count; c++) {
    const struct seg_linear_place *place = &system->places[c];
    if (!place->counts && fabs(place->value) > 1e-6 && system->places[place->beside].value < 0.5) {
      *fork = (struct fork){place->beside, 0};
      return true;
    }
  }
  return false;
}

/** A bound that is tried, and what there was before. A place that is not basic keeps within it. */
static struct seg_linear_bound set_bound(struct seg_linear_system *system, uint32_t number,
                                         bool upper, int64_t value, uint32_t sign) {
  struct seg_linear_place *place = &system->places[number];
  struct seg_linear_bound before = place->bounds[upper];
  if (before.set && (upper ? before.value <= value : before.value >= value))
    return before;
  place->bounds[upper] = (struct seg_linear_bound){value, sign, true};
  double limit = bound_value(place, upper);
  if (!place->basic && (upper ? place->value > limit : place->value < limit))
    move(system, number, limit);
  return before;
}

static bool refute(struct seg_linear *linear, const uint32_t *signs, uint32_t depth,
                   struct refutation *refutation);

/** With one way of the fork. */
static bool try_way(struct seg_linear *linear, const uint32_t *signs, const struct fork *fork,
                    bool upper, uint32_t depth, struct refutation *refutation) {
  struct seg_linear_system *system = &linear->system;
  struct seg_linear_bound before[2 * SEG_LINEAR_COLUMNS];
  uint32_t sign = SEG_LINEAR_TRIED - depth, place = fork->place, count = 0;
  int64_t value = upper ? fork->most : fork->most + 1;
  bool none = upper && value == 0;
  struct seg_linear_bound own = set_bound(system, place, upper, value, sign);
  for (uint32_t c = 0; c < system->column_count && none; c++) {
    // No event, no sum.
    bool column = place < SEG_LINEAR_COLUMNS;
    uint32_t beside = system->places[c].beside;
    bool inside = column ? beside == place : factors_of(system, place)[beside] != 0;
    for (int side = 0; side < 2 && inside && c != place; side++)
      before[count++] = set_bound(system, c, side != 0, 0, sign);
  }
  bool refuted = refute(linear, signs, depth + 1, refutation);
  system->places[place].bounds[upper] = own;
  count = 0;
  for (uint32_t c = 0; c < system->column_count && none; c++) {
    bool column = place < SEG_LINEAR_COLUMNS;
    uint32_t beside = system->places[c].beside;
    bool inside = column ? beside == place : factors_of(system, place)[beside] != 0;
    for (int side = 0; side < 2 && inside && c != place; side++)
      system->places[c].bounds[side] = before[count++];
  }
  return refuted;
}

static void take_solution(struct seg_linear_system *system) {
  system->solved = find_broken(system, false) == NONE;
  for (uint32_t c = 0; c < system->column_count; c++)
    system->solution[c] = system->places[c].value * system->places[c].unit;
}

static bool refute(struct seg_linear *linear, const uint32_t *signs, uint32_t depth,
                   struct refutation *refutation) {
  struct seg_linear_system *system = &linear->system;
  struct fork fork;
  struct refutation other;
  if (system->tries++ >= MOST_TRIES)
    return false;
  if (refute_at_once(linear, signs, refutation))
    return true;
  if (!find_fork(system, &fork)) {
    take_solution(system);
    return false;
  }
  if (depth == DEEPEST || !try_way(linear, signs, &fork, true, depth, refutation))
    return false;
  if ((refutation->tried >> depth & 1) == 0)
    return true; // whatever way
  if (!try_way(linear, signs, &fork, false, depth, &other))
    return false;
  if ((other.tried >> depth & 1) == 0) {
    *refutation = other;
    return true;
  }
  for (uint32_t i = 0; i < SEG_LINEAR_SIGNS; i++)
    refutation->needed[i] = tighter(linear, refutation->needed[i], other.needed[i]);
  refutation->tried = (refutation->tried | other.tried) & ~(1ull << depth);
  return true;
}

bool seg_linear_solve(struct seg_linear *linear, const uint32_t *signs, uint32_t count,
                      uint32_t *needed) {
  struct refutation refutation;
  linear->system.tries = 0;
  fill(&linear->system);
  if (!refute(linear, signs, 0, &refutation))
    return false;
  memcpy(needed, refutation.needed, count * sizeof *needed);
  return true;
}
