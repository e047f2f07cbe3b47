// Events out of a solution of the inequalities; see linear.h.
#include <math.h>
#include <string.h>

#include "compiler/prove/days.h"
#include "compiler/prove/linear_parts.h"

enum { MOST_EVENTS = 400 }; // of one customer

static int64_t nearest_to_zero(int64_t low, int64_t high) {
  return low > 0 ? low : high < 0 ? high : 0;
}

enum seg_sampled seg_linear_sample(struct seg_linear *linear, struct seg_query *query,
                                   uint32_t event, uint32_t cell, struct seg_linear_unit *unit) {
  struct seg_event_space *space = &query->events[event];
  const struct seg_cell *own = &space->cells[cell];
  int64_t arguments[SEG_MAX_ARGUMENTS] = {0};
  unit->columns = SEG_NEW_ARRAY(&linear->arena, uint32_t, space->argument_count + 1u);
  if (unit->columns == NULL)
    return SEG_SAMPLE_NO_MEMORY;
  for (uint32_t a = 0; a < space->argument_count; a++) {
    const struct seg_node *node = space->arguments[a].node;
    if (node->kind != SEG_NODE_COLUMN)
      return SEG_SAMPLE_NONE;
    unit->columns[a] = node->column;
    arguments[a] = nearest_to_zero(own->low[a], own->high[a]);
  }
  return seg_sample_event(query, space, own, arguments, SEG_PROVE_USUAL_DAY, NULL, &linear->arena,
                          &unit->values);
}

/** A value of the solution, as a whole number. False when it is too large. */
static bool value_of(const struct seg_linear *linear, uint32_t variable, int64_t *value) {
  uint32_t column = linear->columns[variable];
  double number = column == SEG_LINEAR_NONE ? 0 : linear->system.solution[column];
  *value = (int64_t)llround(fabs(number) < 0x1p50 ? number : 0);
  return fabs(number) < 0x1p50;
}

/** The i-th of `count` even parts of a whole. */
static int64_t part(int64_t all, int64_t count, int64_t i) {
  int64_t even = all / count, more = all % count;
  return even + (i < more) - (i < -more);
}

static bool add_events(const struct seg_linear *linear, const struct seg_linear_unit *unit,
                       int64_t count, struct seg_arena *arena, struct seg_rows *rows) {
  for (int64_t i = 0; i < count; i++) {
    struct seg_row row = {.key = seg_str_view("1"),
                          .values = SEG_NEW_ARRAY(arena, struct seg_value, unit->width + 1u),
                          .day = SEG_PROVE_USUAL_DAY - unit->age};
    if (row.values == NULL)
      return false;
    memcpy(row.values, unit->values, unit->width * sizeof *row.values);
    for (uint32_t slot = 1; slot < unit->count; slot++) {
      int64_t sum;
      bool asked = linear->columns[unit->first + slot] != SEG_LINEAR_NONE;
      if (asked && value_of(linear, unit->first + slot, &sum))
        row.values[unit->columns[slot - 1]].integer = part(sum, count, i);
    }
    for (uint32_t c = 0; c < unit->width; c++)
      if (row.values[c].text.data != NULL &&
          (row.values[c].text = seg_arena_str(arena, row.values[c].text)).data == NULL)
        return false;
    if (!SEG_VEC_PUSH(&rows->rows, row))
      return false;
  }
  return true;
}

bool seg_linear_events(const struct seg_linear *linear, struct seg_arena *arena,
                       struct seg_dataset *dataset, bool *made) {
  int64_t total = 0, count;
  *made = linear->system.solved;
  for (size_t u = 0; u < linear->units.count && *made; u++) {
    const struct seg_linear_unit *unit = &linear->units.items[u];
    *made = value_of(linear, unit->first, &count) && count >= 0 &&
            (total += count) <= MOST_EVENTS && (count == 0 || unit->values != NULL);
    if (*made && !add_events(linear, unit, count, arena, &dataset->events[unit->event]))
      return false;
  }
  return true;
}
