// A question as a system of inequalities; see linear.h. What the signs say of forms are rows. Cells
// and bands that none of these forms tells apart become one, so that most systems are small.
#include <string.h>

#include "compiler/prove/linear_parts.h"

enum { NONE = SEG_LINEAR_NONE };

static const struct seg_linear_term *terms_of(const struct seg_linear *linear, uint32_t form) {
  return &linear->terms.items[linear->forms.items[form].first];
}

static struct seg_linear_place *row_of(struct seg_linear *linear, uint32_t form) {
  return &linear->system.places[SEG_LINEAR_COLUMNS + linear->rows[form]];
}

// --- rows ---

/** The tightest bound stays; of two that are alike the first. */
static void bound(struct seg_linear_place *place, bool upper, int64_t value, uint32_t sign) {
  struct seg_linear_bound *own = &place->bounds[upper];
  if (!own->set || (upper ? value < own->value : value > own->value))
    *own = (struct seg_linear_bound){value, sign, true};
}

/** A form gets a row. False when there is no room for it. */
static bool use_form(struct seg_linear *linear, uint32_t form) {
  if (linear->rows[form] != NONE)
    return true;
  if (linear->used_count == SEG_LINEAR_ROWS)
    return false;
  linear->rows[form] = linear->used_count;
  linear->used[linear->used_count++] = form;
  *row_of(linear, form) =
      (struct seg_linear_place){.counts = linear->forms.items[form].events == form};
  return true;
}

/** What the sign at `at` says. */
static void claim(struct seg_linear *linear, uint32_t form, const struct seg_linear_claim *claim,
                  uint32_t at) {
  uint32_t events = linear->forms.items[form].events;
  if (!use_form(linear, form))
    return;
  if (claim->low > INT64_MIN)
    bound(row_of(linear, form), false, claim->low, at);
  if (claim->high < INT64_MAX)
    bound(row_of(linear, form), true, claim->high, at);
  if (use_form(linear, events) && claim->some)
    bound(row_of(linear, events), false, 1, at);
}

// --- columns ---

/** Units of one group that differ in what stands in `scratch` for their variable number `slot` get
 * groups of their own. */
static void tell_apart(struct seg_linear *linear, uint32_t slot) {
  uint32_t olds[SEG_LINEAR_UNITS], count = 0;
  int64_t values[SEG_LINEAR_UNITS];
  for (uint32_t u = 0; u < linear->units.count; u++) {
    const struct seg_linear_unit *unit = &linear->units.items[u];
    int64_t value = slot < unit->count ? linear->scratch[unit->first + slot] : 0;
    uint32_t g = 0;
    while (g < count && (olds[g] != linear->group[u] || values[g] != value))
      g++;
    if (g == count) {
      olds[count] = linear->group[u];
      values[count++] = value;
    }
    linear->group[u] = g;
  }
  linear->group_count = count;
}

static uint32_t most_slots(const struct seg_linear *linear) {
  uint32_t most = 0;
  for (uint32_t u = 0; u < linear->units.count; u++)
    most = linear->units.items[u].count > most ? linear->units.items[u].count : most;
  return most;
}

static void find_groups(struct seg_linear *linear) {
  uint32_t slots = most_slots(linear);
  memset(linear->group, 0, sizeof linear->group);
  for (int upper = 0; upper < 2; upper++) {
    for (uint32_t v = 0; v < linear->variables.count; v++)
      linear->scratch[v] =
          upper != 0 ? linear->variables.items[v].high : linear->variables.items[v].low;
    for (uint32_t slot = 1; slot < slots; slot++)
      tell_apart(linear, slot);
  }
  memset(linear->scratch, 0, linear->variables.count * sizeof *linear->scratch);
  for (uint32_t i = 0; i < linear->used_count; i++) {
    const struct seg_linear_form *form = &linear->forms.items[linear->used[i]];
    const struct seg_linear_term *terms = terms_of(linear, linear->used[i]);
    for (uint32_t t = 0; t < form->count; t++)
      linear->scratch[terms[t].variable] = terms[t].factor;
    for (uint32_t slot = 0; slot < slots; slot++)
      tell_apart(linear, slot);
    for (uint32_t t = 0; t < form->count; t++)
      linear->scratch[terms[t].variable] = 0;
  }
}

static uint32_t new_row(struct seg_linear_system *system) {
  uint32_t row = system->row_count++;
  memset(system->factors + (size_t)row * SEG_LINEAR_COLUMNS, 0,
         SEG_LINEAR_COLUMNS * sizeof *system->factors);
  return row;
}

/** A sum of many values between two bounds. */
static void add_fact(struct seg_linear_system *system, uint32_t column, int64_t limit, bool upper) {
  static const int64_t large = INT64_C(1) << 50;
  if (limit >= large || limit <= -large || system->row_count == SEG_LINEAR_ROWS)
    return;
  uint32_t row = new_row(system);
  system->factors[(size_t)row * SEG_LINEAR_COLUMNS + column] = 1;
  system->factors[(size_t)row * SEG_LINEAR_COLUMNS + system->places[column].beside] = -limit;
  system->places[SEG_LINEAR_COLUMNS + row] = (struct seg_linear_place){.counts = false};
  bound(&system->places[SEG_LINEAR_COLUMNS + row], upper, 0, SEG_LINEAR_ALWAYS);
}

/** The columns of the first unit of a group. False when there is no room for them. */
static bool add_columns(struct seg_linear *linear, uint32_t u, const bool *wanted) {
  struct seg_linear_system *system = &linear->system;
  const struct seg_linear_unit *unit = &linear->units.items[u];
  uint32_t count = system->column_count;
  if (count + unit->count > SEG_LINEAR_COLUMNS)
    return false;
  for (uint32_t slot = 0; slot < unit->count; slot++) {
    uint32_t variable = unit->first + slot;
    if (slot > 0 && !wanted[variable])
      continue;
    uint32_t column = linear->columns[variable] = system->column_count++;
    // Sums are much larger than numbers of events.
    system->places[column] = (struct seg_linear_place){
        .counts = slot == 0, .beside = count, .unit = slot > 0 ? 4096 : 1};
    if (slot == 0)
      bound(&system->places[column], false, 0, SEG_LINEAR_ALWAYS);
  }
  return true;
}

static bool add_all_columns(struct seg_linear *linear) {
  bool wanted[SEG_LINEAR_VARIABLES] = {false}, seen[SEG_LINEAR_UNITS] = {false};
  for (uint32_t i = 0; i < linear->used_count; i++)
    for (uint32_t t = 0; t < linear->forms.items[linear->used[i]].count; t++)
      wanted[terms_of(linear, linear->used[i])[t].variable] = true;
  for (size_t v = 0; v < linear->variables.count; v++)
    linear->columns[v] = NONE;
  linear->system.column_count = 0;
  for (uint32_t u = 0; u < linear->units.count; u++) {
    bool first = !seen[linear->group[u]], any = false;
    seen[linear->group[u]] = true;
    for (uint32_t slot = 0; slot < linear->units.items[u].count; slot++)
      any = any || wanted[linear->units.items[u].first + slot];
    if (first && any && !add_columns(linear, u, wanted))
      return false;
  }
  return true;
}

/** Without events there is no sum: `sign` says that there are none. */
static void empty(struct seg_linear_system *system, uint32_t column, uint32_t sign) {
  bound(&system->places[column], true, 0, sign);
  for (uint32_t c = column + 1; c < system->column_count && system->places[c].beside == column;
       c++) {
    bound(&system->places[c], true, 0, sign);
    bound(&system->places[c], false, 0, sign);
  }
}

static void fill_row(struct seg_linear *linear, uint32_t form) {
  struct seg_linear_system *system = &linear->system;
  int64_t *row = system->factors + (size_t)new_row(system) * SEG_LINEAR_COLUMNS;
  struct seg_linear_bound high = row_of(linear, form)->bounds[1];
  for (uint32_t t = 0; t < linear->forms.items[form].count; t++) {
    const struct seg_linear_term *term = &terms_of(linear, form)[t];
    uint32_t column = linear->columns[term->variable];
    if (column == NONE)
      continue; // it is one with another unit
    row[column] = term->factor;
    if (row_of(linear, form)->counts && high.set && high.value <= 0)
      empty(system, column, high.sign);
  }
}

/** False when it is too much. */
static bool pose(struct seg_linear *linear, const uint32_t *signs, uint32_t count) {
  struct seg_linear_system *system = &linear->system;
  linear->used_count = system->row_count = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (signs[i] / 2 >= linear->condition_count)
      continue;
    const struct seg_linear_condition *condition = &linear->conditions[signs[i] / 2];
    if (condition->form != NONE)
      claim(linear, condition->form, &condition->claims[signs[i] % 2], i);
  }
  if (linear->used_count == 0)
    return false;
  find_groups(linear);
  if (!add_all_columns(linear))
    return false;
  for (uint32_t i = 0; i < linear->used_count; i++)
    fill_row(linear, linear->used[i]);
  for (size_t v = 0; v < linear->variables.count; v++) {
    uint32_t column = linear->columns[v];
    if (column == NONE || system->places[column].counts)
      continue;
    add_fact(system, column, linear->variables.items[v].low, false);
    add_fact(system, column, linear->variables.items[v].high, true);
  }
  return true;
}

bool seg_linear_refutes(struct seg_linear *linear, const uint32_t *signs, uint32_t count,
                        uint32_t *core, uint32_t *loosest, uint32_t *core_count) {
  uint32_t needed[SEG_LINEAR_SIGNS];
  linear->system.solved = false;
  bool refuted = count <= SEG_LINEAR_SIGNS && pose(linear, signs, count) &&
                 seg_linear_solve(linear, signs, count, needed);
  for (uint32_t i = 0; i < linear->used_count; i++)
    linear->rows[linear->used[i]] = NONE;
  *core_count = 0;
  for (uint32_t i = 0; i < count && refuted; i++)
    if (needed[i] != NONE) {
      core[*core_count] = signs[i];
      loosest[(*core_count)++] = needed[i];
    }
  return refuted;
}
