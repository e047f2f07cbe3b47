// See simplex.h. Bland's rule, the smallest number first, makes an end sure.
#include "compiler/prove/simplex.h"

#include <string.h>

enum { FREE_PIVOTS = 40 }; // of a question, before Bland's rule

static const struct seg_ratio zero = {0, 1};

void seg_simplex_clear(struct seg_simplex *simplex) {
  simplex->variable_count = simplex->row_count = simplex->pivots = 0;
  simplex->overflow = false;
  simplex->changes.count = 0;
}

void seg_simplex_deinit(struct seg_simplex *simplex) {
  for (uint32_t r = 0; r < SEG_SIMPLEX_ROWS; r++)
    SEG_VEC_FREE(&simplex->rows[r]);
  SEG_VEC_FREE(&simplex->scratch);
  SEG_VEC_FREE(&simplex->changes);
}

static struct seg_ratio plus(struct seg_simplex *simplex, struct seg_ratio a, struct seg_ratio b) {
  return seg_ratio_add(a, b, &simplex->overflow);
}

static struct seg_ratio times(struct seg_simplex *simplex, struct seg_ratio a, struct seg_ratio b) {
  return seg_ratio_multiply(a, b, &simplex->overflow);
}

// --- rows ---

static void note_user(struct seg_simplex *simplex, uint32_t variable, uint32_t row, bool uses) {
  uint64_t *word = &simplex->variables[variable].users[row / 64], bit = 1ull << (row % 64);
  *word = uses ? *word | bit : *word & ~bit;
}

/** The rows from `from` on in which the variable stands, one after the other; UINT32_MAX at the
 * end. */
static uint32_t next_user(const struct seg_simplex_variable *variable, uint32_t from) {
  for (uint32_t word = from / 64; word < SEG_SIMPLEX_ROWS / 64; word++) {
    uint64_t bits = variable->users[word];
    if (word == from / 64)
      bits &= ~0ull << (from % 64);
    if (bits != 0)
      return word * 64 + (uint32_t)__builtin_ctzll(bits);
  }
  return UINT32_MAX;
}

/** Where the variable stands in a sum, or would stand. */
static size_t place_in(const seg_simplex_sum *sum, uint32_t variable) {
  size_t low = 0, high = sum->count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (sum->items[middle].variable < variable)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/** Add a sum times a factor to a row, but for one of its variables. */
static void add_sum(struct seg_simplex *simplex, uint32_t row, const seg_simplex_sum *sum,
                    struct seg_ratio factor, uint32_t without) {
  seg_simplex_sum *own = &simplex->rows[row], *both = &simplex->scratch;
  size_t i = 0, j = 0;
  both->count = 0;
  if (!SEG_VEC_RESERVE(both, own->count + sum->count)) {
    simplex->overflow = true;
    return;
  }
  while (i < own->count || j < sum->count) {
    uint32_t mine = i < own->count ? own->items[i].variable : UINT32_MAX;
    uint32_t other = j < sum->count ? sum->items[j].variable : UINT32_MAX;
    bool in_own = i < own->count && mine <= other, in_sum = j < sum->count && other <= mine;
    struct seg_simplex_part part = {in_own ? mine : other, zero};
    if (in_own)
      part.factor = own->items[i++].factor;
    if (in_sum) {
      struct seg_ratio more = times(simplex, factor, sum->items[j++].factor);
      part.factor = in_own ? plus(simplex, part.factor, more) : more;
    }
    bool stays = part.factor.above != 0 && part.variable != without;
    if (stays)
      both->items[both->count++] = part;
    if (stays != in_own)
      note_user(simplex, part.variable, row, stays);
  }
  seg_simplex_sum before = *own;
  *own = *both;
  *both = before;
}

uint32_t seg_simplex_variable(struct seg_simplex *simplex, bool whole) {
  if (simplex->variable_count == SEG_SIMPLEX_VARIABLES)
    return UINT32_MAX;
  uint32_t number = simplex->variable_count++;
  simplex->variables[number] =
      (struct seg_simplex_variable){.whole = whole, .row = -1, .value = zero};
  return number;
}

uint32_t seg_simplex_row(struct seg_simplex *simplex, bool whole, const uint32_t *variables,
                         const struct seg_ratio *factors, uint32_t count) {
  if (simplex->row_count == SEG_SIMPLEX_ROWS)
    return UINT32_MAX;
  uint32_t number = seg_simplex_variable(simplex, whole), own = simplex->row_count;
  if (number == UINT32_MAX)
    return UINT32_MAX;
  struct seg_ratio value = zero;
  simplex->rows[own].count = 0;
  for (uint32_t i = 0; i < count; i++) {
    const struct seg_simplex_variable *variable = &simplex->variables[variables[i]];
    struct seg_simplex_part part = {variables[i], {1, 1}};
    const seg_simplex_sum single = {&part, 1, 1};
    value = plus(simplex, value, times(simplex, factors[i], variable->value));
    add_sum(simplex, own, variable->row < 0 ? &single : &simplex->rows[variable->row], factors[i],
            UINT32_MAX);
  }
  simplex->variables[number].row = (int32_t)own;
  simplex->variables[number].value = value;
  simplex->basic[simplex->row_count++] = number;
  return number;
}

// --- bounds ---

/** Give a variable that is not basic another value. */
static void move(struct seg_simplex *simplex, uint32_t number, struct seg_ratio value) {
  struct seg_simplex_variable *variable = &simplex->variables[number];
  struct seg_ratio by = plus(simplex, value, seg_ratio_negate(variable->value));
  for (uint32_t r = next_user(variable, 0); r != UINT32_MAX; r = next_user(variable, r + 1)) {
    const seg_simplex_sum *row = &simplex->rows[r];
    struct seg_ratio *basic = &simplex->variables[simplex->basic[r]].value;
    *basic = plus(simplex, *basic, times(simplex, row->items[place_in(row, number)].factor, by));
  }
  variable->value = value;
}

bool seg_simplex_bound(struct seg_simplex *simplex, uint32_t number, bool upper,
                       struct seg_ratio value, seg_decisions why) {
  struct seg_simplex_variable *variable = &simplex->variables[number];
  struct seg_simplex_bound *own = &variable->bounds[upper], *other = &variable->bounds[!upper];
  int side = upper ? 1 : -1; // an upper bound is tighter when it is smaller
  if (own->set && side * seg_ratio_compare(value, own->value) >= 0)
    return true;
  if (other->set && side * seg_ratio_compare(value, other->value) < 0) {
    simplex->conflict = why | other->why;
    return false;
  }
  struct seg_simplex_change change = {number, upper, *own};
  if (!SEG_VEC_PUSH(&simplex->changes, change)) {
    simplex->overflow = true;
    return false;
  }
  *own = (struct seg_simplex_bound){true, value, why};
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

// --- pivoting ---

/** The basic variable of the row and another one change places. */
static void pivot(struct seg_simplex *simplex, uint32_t at, uint32_t entering) {
  uint32_t leaving = simplex->basic[at];
  seg_simplex_sum *row = &simplex->rows[at];
  struct seg_ratio factor = seg_ratio_invert(row->items[place_in(row, entering)].factor);
  struct seg_ratio turned = seg_ratio_negate(factor);
  struct seg_simplex_part part = {leaving, {-1, 1}};
  const seg_simplex_sum single = {&part, 1, 1};
  // entering = (leaving - the others) / factor
  add_sum(simplex, at, &single, seg_ratio_whole(1), entering);
  if (simplex->overflow)
    return;
  for (size_t i = 0; i < row->count; i++)
    row->items[i].factor = times(simplex, row->items[i].factor, turned);
  const struct seg_simplex_variable *variable = &simplex->variables[entering];
  for (uint32_t r = next_user(variable, 0); r != UINT32_MAX; r = next_user(variable, r + 1)) {
    const seg_simplex_sum *other = &simplex->rows[r];
    add_sum(simplex, r, row, other->items[place_in(other, entering)].factor, entering);
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

static uint32_t count_users(const struct seg_simplex_variable *variable) {
  uint32_t count = 0;
  for (uint32_t word = 0; word < SEG_SIMPLEX_ROWS / 64; word++)
    count += (uint32_t)__builtin_popcountll(variable->users[word]);
  return count;
}

/** The variable of the row that can move and stands in the fewest other rows, or the first. */
static uint32_t find_entering(const struct seg_simplex *simplex, uint32_t at, bool grow,
                              bool first) {
  const seg_simplex_sum *row = &simplex->rows[at];
  uint32_t entering = UINT32_MAX, fewest = UINT32_MAX;
  for (size_t i = 0; i < row->count && !(first && entering != UINT32_MAX); i++) {
    const struct seg_simplex_variable *variable = &simplex->variables[row->items[i].variable];
    if (!can_move(variable, row->items[i].factor, grow))
      continue;
    uint32_t users = count_users(variable);
    if (users < fewest) {
      fewest = users;
      entering = row->items[i].variable;
    }
  }
  return entering;
}

/** No variable of the row can move: the bounds that hold them and the one that is broken. */
static seg_decisions explain(const struct seg_simplex *simplex, uint32_t at, bool grow) {
  const seg_simplex_sum *row = &simplex->rows[at];
  seg_decisions why = simplex->variables[simplex->basic[at]].bounds[!grow].why;
  for (size_t i = 0; i < row->count; i++) {
    bool up = (row->items[i].factor.above > 0) == grow;
    why |= simplex->variables[row->items[i].variable].bounds[up].why;
  }
  return why;
}

enum seg_simplex_answer seg_simplex_check(struct seg_simplex *simplex) {
  uint32_t pivots = 0;
  while (!simplex->overflow) {
    bool grow = false;
    int32_t at = find_broken(simplex, &grow);
    if (at < 0)
      return simplex->overflow ? SEG_SIMPLEX_GAVE_UP : SEG_SIMPLEX_POSSIBLE;
    uint32_t leaving = simplex->basic[at];
    uint32_t entering = find_entering(simplex, (uint32_t)at, grow, pivots++ >= FREE_PIVOTS);
    if (entering == UINT32_MAX) {
      simplex->conflict = explain(simplex, (uint32_t)at, grow);
      return SEG_SIMPLEX_IMPOSSIBLE;
    }
    if (simplex->pivots++ >= SEG_SIMPLEX_PIVOTS)
      return SEG_SIMPLEX_GAVE_UP;
    struct seg_ratio wanted = simplex->variables[leaving].bounds[!grow].value;
    pivot(simplex, (uint32_t)at, entering);
    move(simplex, leaving, wanted);
  }
  return SEG_SIMPLEX_GAVE_UP;
}
