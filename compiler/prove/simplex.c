// See simplex.h. Bland's rule, the smallest number first, makes an end sure.
#include "compiler/prove/simplex.h"

#include <string.h>

static const struct seg_ratio zero = {0, 1};

void seg_simplex_clear(struct seg_simplex *simplex) {
  simplex->variable_count = simplex->row_count = simplex->pivots = 0;
  simplex->overflow = false;
  simplex->changes.count = 0;
  simplex->stride = SEG_SIMPLEX_FIRST_STRIDE;
}

void seg_simplex_deinit(struct seg_simplex *simplex) {
  SEG_VEC_FREE(&simplex->changes);
}

static struct seg_ratio *row_at(struct seg_simplex *simplex, uint32_t row) {
  return simplex->cells + (size_t)row * simplex->stride;
}

/** Rows lie further apart: room for twice as many variables. */
static void widen(struct seg_simplex *simplex) {
  uint32_t before = simplex->stride, twice = 2 * before - 4;
  simplex->stride = twice < SEG_SIMPLEX_STRIDE ? twice : SEG_SIMPLEX_STRIDE;
  for (uint32_t r = simplex->row_count; r-- > 1;) // the last one first: none is written over
    memmove(row_at(simplex, r), simplex->cells + (size_t)r * before,
            simplex->variable_count * sizeof *simplex->cells);
}

uint32_t seg_simplex_variable(struct seg_simplex *simplex, bool whole) {
  if (simplex->variable_count == SEG_SIMPLEX_VARIABLES)
    return UINT32_MAX;
  if (simplex->variable_count == simplex->stride)
    widen(simplex);
  uint32_t number = simplex->variable_count++;
  simplex->variables[number] =
      (struct seg_simplex_variable){.whole = whole, .row = -1, .value = zero};
  for (uint32_t r = 0; r < simplex->row_count; r++)
    row_at(simplex, r)[number] = zero;
  return number;
}

static struct seg_ratio plus(struct seg_simplex *simplex, struct seg_ratio a, struct seg_ratio b) {
  return seg_ratio_add(a, b, &simplex->overflow);
}

static struct seg_ratio times(struct seg_simplex *simplex, struct seg_ratio a, struct seg_ratio b) {
  return seg_ratio_multiply(a, b, &simplex->overflow);
}

uint32_t seg_simplex_row(struct seg_simplex *simplex, bool whole, const uint32_t *variables,
                         const struct seg_ratio *factors, uint32_t count) {
  if (simplex->row_count == SEG_SIMPLEX_ROWS)
    return UINT32_MAX;
  uint32_t number = seg_simplex_variable(simplex, whole);
  if (number == UINT32_MAX)
    return UINT32_MAX;
  struct seg_ratio *row = row_at(simplex, simplex->row_count), value = zero;
  for (uint32_t v = 0; v < simplex->variable_count; v++)
    row[v] = zero;
  for (uint32_t i = 0; i < count; i++) {
    const struct seg_simplex_variable *variable = &simplex->variables[variables[i]];
    value = plus(simplex, value, times(simplex, factors[i], variable->value));
    if (variable->row < 0) {
      row[variables[i]] = plus(simplex, row[variables[i]], factors[i]);
      continue;
    }
    const struct seg_ratio *meant = row_at(simplex, variable->row);
    for (uint32_t v = 0; v < simplex->variable_count; v++)
      if (meant[v].above != 0)
        row[v] = plus(simplex, row[v], times(simplex, factors[i], meant[v]));
  }
  simplex->variables[number].row = (int32_t)simplex->row_count;
  simplex->variables[number].value = value;
  simplex->basic[simplex->row_count++] = number;
  return number;
}

/** Give a variable that is not basic another value. */
static void move(struct seg_simplex *simplex, uint32_t variable, struct seg_ratio value) {
  struct seg_ratio by = plus(simplex, value, seg_ratio_negate(simplex->variables[variable].value));
  for (uint32_t r = 0; r < simplex->row_count; r++)
    if (row_at(simplex, r)[variable].above != 0) {
      struct seg_ratio *basic = &simplex->variables[simplex->basic[r]].value;
      *basic = plus(simplex, *basic, times(simplex, row_at(simplex, r)[variable], by));
    }
  simplex->variables[variable].value = value;
}

bool seg_simplex_bound(struct seg_simplex *simplex, uint32_t number, bool upper,
                       struct seg_ratio value) {
  struct seg_simplex_variable *variable = &simplex->variables[number];
  struct seg_simplex_bound *own = &variable->bounds[upper], *other = &variable->bounds[!upper];
  int side = upper ? 1 : -1; // an upper bound is tighter when it is smaller
  if (own->set && side * seg_ratio_compare(value, own->value) >= 0)
    return true;
  if (other->set && side * seg_ratio_compare(value, other->value) < 0)
    return false;
  struct seg_simplex_change change = {number, upper, *own};
  if (!SEG_VEC_PUSH(&simplex->changes, change)) {
    simplex->overflow = true;
    return false;
  }
  *own = (struct seg_simplex_bound){true, value};
  if (variable->row < 0 && side * seg_ratio_compare(variable->value, value) > 0)
    move(simplex, number, value);
  return !simplex->overflow;
}

void seg_simplex_back(struct seg_simplex *simplex, size_t count) {
  while (simplex->changes.count > count) {
    const struct seg_simplex_change *change = &simplex->changes.items[--simplex->changes.count];
    simplex->variables[change->variable].bounds[change->upper] = change->before;
  }
}

/** The basic variable of the row and another one change places. */
static void pivot(struct seg_simplex *simplex, uint32_t at, uint32_t entering) {
  uint32_t leaving = simplex->basic[at], count = simplex->variable_count;
  struct seg_ratio *row = row_at(simplex, at);
  struct seg_ratio factor = seg_ratio_invert(row[entering]);
  struct seg_ratio turned = seg_ratio_negate(factor);
  uint32_t used = 0, *columns = simplex->columns; // most of a row is empty
  for (uint32_t v = 0; v < count; v++)
    if (row[v].above != 0 && v != entering) {
      row[v] = times(simplex, row[v], turned);
      columns[used++] = v;
    }
  row[entering] = zero;
  row[leaving] = factor;
  columns[used++] = leaving;
  for (uint32_t r = 0; r < simplex->row_count; r++) {
    struct seg_ratio *other = row_at(simplex, r), share = other[entering];
    if (r == at || share.above == 0)
      continue;
    other[entering] = zero;
    for (uint32_t i = 0; i < used; i++)
      other[columns[i]] = plus(simplex, other[columns[i]], times(simplex, share, row[columns[i]]));
  }
  simplex->basic[at] = entering;
  simplex->variables[entering].row = (int32_t)at;
  simplex->variables[leaving].row = -1;
}

/** Can the variable move so that a sum with this factor grows (or shrinks)? */
static bool can_move(const struct seg_simplex_variable *variable, struct seg_ratio factor,
                     bool grow) {
  bool up = (factor.above > 0) == grow;
  const struct seg_simplex_bound *bound = &variable->bounds[up];
  if (!bound->set)
    return true;
  int sign = seg_ratio_compare(variable->value, bound->value);
  return up ? sign < 0 : sign > 0;
}

/** The basic variable with the smallest number that is outside its bounds. */
static int32_t find_broken(const struct seg_simplex *simplex, bool *grow) {
  int32_t found = -1;
  for (uint32_t r = 0; r < simplex->row_count; r++) {
    uint32_t number = simplex->basic[r];
    const struct seg_simplex_variable *variable = &simplex->variables[number];
    bool low = variable->bounds[0].set &&
               seg_ratio_compare(variable->value, variable->bounds[0].value) < 0;
    bool high = variable->bounds[1].set &&
                seg_ratio_compare(variable->value, variable->bounds[1].value) > 0;
    if ((low || high) && (found < 0 || number < simplex->basic[found])) {
      found = (int32_t)r;
      *grow = low;
    }
  }
  return found;
}

enum seg_simplex_answer seg_simplex_check(struct seg_simplex *simplex) {
  while (!simplex->overflow) {
    bool grow = false;
    int32_t at = find_broken(simplex, &grow);
    if (at < 0)
      return simplex->overflow ? SEG_SIMPLEX_GAVE_UP : SEG_SIMPLEX_POSSIBLE;
    uint32_t leaving = simplex->basic[at], entering = UINT32_MAX;
    const struct seg_ratio *row = row_at(simplex, (uint32_t)at);
    for (uint32_t v = 0; v < simplex->variable_count && entering == UINT32_MAX; v++)
      if (row[v].above != 0 && can_move(&simplex->variables[v], row[v], grow))
        entering = v;
    if (entering == UINT32_MAX)
      return SEG_SIMPLEX_IMPOSSIBLE;
    if (simplex->pivots++ >= SEG_SIMPLEX_PIVOTS)
      return SEG_SIMPLEX_GAVE_UP;
    struct seg_ratio wanted = simplex->variables[leaving].bounds[!grow].value;
    pivot(simplex, (uint32_t)at, entering);
    move(simplex, leaving, wanted);
  }
  return SEG_SIMPLEX_GAVE_UP;
}
