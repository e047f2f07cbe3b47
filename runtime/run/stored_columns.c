// See stored_columns.h.
#include "runtime/run/stored_columns.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/store/store_read.h"

static const char what_for[] = "the events of a group of customers";

/** Where the values of an input lie in a part. */
static const struct seg_store_values *values_of(const struct seg_plan_entity *entity,
                                                const struct seg_stored_source *from,
                                                uint32_t input, uint32_t part,
                                                struct seg_store_values *days) {
  if (from->columns[input] != NULL)
    return &from->columns[input]->parts[part];
  if (entity->inputs[input].type == SEG_COLUMN_INSTANT)
    return &from->entity->parts[part].instant;
  *days = (struct seg_store_values){.values = from->entity->parts[part].days};
  return days;
}

// The wider of two: FULL is the widest.
static enum seg_width wider(enum seg_width a, enum seg_width b) {
  if (a == SEG_WIDTH_FULL || b == SEG_WIDTH_FULL)
    return SEG_WIDTH_FULL;
  return a > b ? a : b;
}

enum seg_width seg_stored_input_width(const struct seg_plan_entity *entity,
                                      const struct seg_stored_source *from, uint32_t input) {
  enum seg_layout layout = seg_column_type_layout(entity->inputs[input].type);
  enum seg_width width = from->entity->part_count == 0 ? SEG_WIDTH_FULL : SEG_WIDTH_8;
  struct seg_store_values days;
  for (uint32_t p = 0; p < from->entity->part_count; p++)
    width = wider(width,
                  seg_store_width(values_of(entity, from, input, p, &days)->values.type, layout));
  return width;
}

enum seg_width seg_stored_day_width(const struct seg_stored_source *from) {
  enum seg_width width = from->entity->part_count == 0 ? SEG_WIDTH_FULL : SEG_WIDTH_8;
  for (uint32_t p = 0; p < from->entity->part_count; p++)
    width = wider(width, seg_store_width(from->entity->parts[p].days.type, SEG_LAYOUT_I32));
  return width;
}

enum seg_status seg_stored_columns_init(struct seg_stored_columns *columns,
                                        const struct seg_run_state *state, uint32_t event,
                                        struct seg_error *error) {
  *columns = (struct seg_stored_columns){
      .state = state, .event = event, .view = seg_stored_view(state, event)};
  uint32_t inputs = state->plan->events[event].input_count;
  columns->inputs = calloc((size_t)inputs + 1, sizeof *columns->inputs);
  uint32_t parts = columns->view.from.entity->part_count;
  columns->reaches = calloc((size_t)parts + 1, sizeof *columns->reaches);
  columns->parts = calloc((size_t)parts + 1, sizeof *columns->parts);
  columns->sources = calloc((size_t)parts + 1, sizeof *columns->sources);
  columns->part_days = calloc((size_t)parts + 1, sizeof *columns->part_days);
  if (columns->inputs == NULL || columns->reaches == NULL || columns->parts == NULL ||
      columns->sources == NULL || columns->part_days == NULL)
    return seg_fail_memory(error, what_for);
  for (uint32_t p = 0; p < parts; p++)
    columns->part_days[p].values = columns->view.from.entity->parts[p].days;
  return SEG_OK;
}

static void free_array(struct seg_stored_array *array) {
  free(array->copy);
  free(array->known_copy);
}

void seg_stored_columns_deinit(struct seg_stored_columns *columns) {
  for (uint32_t i = 0;
       columns->inputs != NULL && i < columns->state->plan->events[columns->event].input_count; i++)
    free_array(&columns->inputs[i]);
  free_array(&columns->days);
  free(columns->inputs);
  free(columns->reaches);
  free(columns->parts);
  free(columns->sources);
  free(columns->part_days);
  *columns = (struct seg_stored_columns){0};
}

// Room for the copies of an array, kept from one reading to the next.
static enum seg_status reserve(struct seg_stored_array *array, uint64_t rows, size_t size,
                               bool wants_known, struct seg_error *error) {
  rows = rows == 0 ? SEG_COLUMN_ROUND : rows; // a copy of nothing is somewhere, too
  if (rows > array->copy_rows) {
    free(array->copy);
    array->copy_rows = 0;
    array->copy = seg_column_memory(rows * size + SEG_STORED_COPY_MARGIN);
    if (array->copy == NULL)
      return seg_fail_memory(error, what_for);
    array->copy_rows = rows;
  }
  if (wants_known && rows > array->known_rows) {
    free(array->known_copy);
    array->known_rows = 0;
    array->known_copy = seg_column_memory(rows / 8);
    if (array->known_copy == NULL)
      return seg_fail_memory(error, what_for);
    array->known_rows = rows;
  }
  return SEG_OK;
}

/** What is asked for. */
struct reading {
  struct seg_stored_columns *columns;
  const struct seg_stored_stretch *stretches;
  size_t count;
  uint64_t first; // the first row of a single stretch, rounded down to a multiple of 64
};

static uint64_t rounded(uint64_t rows) {
  return (rows + SEG_COLUMN_ROUND - 1) / SEG_COLUMN_ROUND * SEG_COLUMN_ROUND;
}

// `input` UINT32_MAX: the days.
static const struct seg_store_values *stored(const struct reading *reading, uint32_t input,
                                             uint32_t part, struct seg_store_values *days) {
  const struct seg_stored_columns *columns = reading->columns;
  const struct seg_stored_source *from = &columns->view.from;
  if (input != UINT32_MAX)
    return values_of(&columns->state->plan->events[columns->event], from, input, part, days);
  *days = (struct seg_store_values){.values = from->entity->parts[part].days};
  return days;
}

// Room for all rows, where bits are set one by one.
static enum seg_status begin_copy(const struct seg_stored_columns *columns, enum seg_layout layout,
                                  enum seg_width width, bool some_missing,
                                  struct seg_stored_array *array, struct seg_column *to,
                                  struct seg_error *error) {
  size_t size = layout == SEG_LAYOUT_BIT ? 1 : seg_width_bytes(layout, width);
  uint64_t rows = rounded(columns->rows);
  enum seg_status status = reserve(array, rows, size, some_missing, error);
  if (status != SEG_OK)
    return status;
  if (layout == SEG_LAYOUT_BIT)
    memset(array->copy, 0, rows / 8);
  if (some_missing)
    memset(array->known_copy, 0, rows / 8);
  *to = (struct seg_column){.layout = layout, .values = array->copy};
  to->known = some_missing ? array->known_copy : NULL;
  array->values = array->copy;
  array->known = to->known;
  return SEG_OK;
}

static enum seg_status copy(const struct reading *reading, uint32_t input, enum seg_layout layout,
                            enum seg_width width, struct seg_stored_array *array,
                            struct seg_error *error) {
  const struct seg_stored_columns *columns = reading->columns;
  bool some_missing = false;
  struct seg_store_values days;
  for (size_t s = 0; s < reading->count; s++)
    some_missing |=
        seg_store_has(&stored(reading, input, reading->stretches[s].part, &days)->known);
  struct seg_column to;
  enum seg_status status = begin_copy(columns, layout, width, some_missing, array, &to, error);
  if (status != SEG_OK)
    return status;
  uint64_t at = 0;
  for (size_t s = 0; status == SEG_OK && s < reading->count; s++) {
    const struct seg_stored_stretch *stretch = &reading->stretches[s];
    // The rows of a single stretch lie in copies where they lie in what is no copy.
    uint64_t before = reading->count == 1 ? columns->lead : 0;
    status = seg_store_read_narrow(
        columns->view.from.store, stored(reading, input, stretch->part, &days),
        stretch->first - before, stretch->count + before, width, &to, (int64_t)at, error);
    at += stretch->count + before;
  }
  if (layout == SEG_LAYOUT_TEXT) // kernels may read it
    memset((struct seg_str *)array->copy + at, 0,
           (rounded(columns->rows) - at) * sizeof(struct seg_str));
  return status;
}

// The same of many stretches, which may be short.
static enum seg_status copy_many(const struct reading *reading, uint32_t input,
                                 enum seg_layout layout, enum seg_width width,
                                 struct seg_stored_array *array, struct seg_error *error) {
  struct seg_stored_columns *columns = reading->columns;
  uint32_t parts = columns->view.from.entity->part_count;
  bool some_missing = false;
  for (uint32_t p = 0; p < parts; p++) {
    columns->parts[p] = stored(reading, input, p, &columns->part_days[p]);
    some_missing |= seg_store_has(&columns->parts[p]->known);
  }
  struct seg_column to;
  enum seg_status status = begin_copy(columns, layout, width, some_missing, array, &to, error);
  if (status != SEG_OK)
    return status;
  struct seg_stored_copy copy = {
      .store = columns->view.from.store,
      .part_count = parts,
      .parts = columns->parts,
      .stretches = reading->stretches,
      .count = reading->count,
      .reaches = columns->view.numbers == NULL || columns->view.rise ? columns->reaches : NULL,
      .sources = columns->sources};
  return seg_stored_copy_run(&copy, width, &to, error);
}

static enum seg_status point(const struct reading *reading, const struct seg_store_values *values,
                             enum seg_layout layout, struct seg_stored_array *array,
                             struct seg_error *error) {
  const struct seg_stored_columns *columns = reading->columns;
  const struct seg_store *store = columns->view.from.store;
  bool is_bits = layout == SEG_LAYOUT_BIT;
  uint64_t first = is_bits ? reading->first / 64 : reading->first;
  uint64_t count = is_bits ? rounded(columns->rows) / 64 : columns->rows;
  enum seg_status status = seg_store_verify(store, &values->values, first, count, error);
  if (status == SEG_OK)
    status = seg_store_verify(store, &values->known, reading->first / 64,
                              rounded(columns->rows) / 64, error);
  array->values = values->values.data + first * seg_store_types[values->values.type].size;
  array->known = seg_store_has(&values->known)
                     ? (const uint64_t *)values->known.data + reading->first / 64
                     : NULL;
  return status;
}

static enum seg_status read_array(const struct reading *reading, uint32_t input,
                                  enum seg_layout layout, enum seg_width width,
                                  struct seg_stored_array *array, struct seg_error *error) {
  struct seg_store_values days;
  if (reading->count == 1 && layout != SEG_LAYOUT_TEXT) {
    const struct seg_store_values *values =
        stored(reading, input, reading->stretches[0].part, &days);
    if (seg_store_width(values->values.type, layout) == width)
      return point(reading, values, layout, array, error);
  }
  return reading->count > 1 && layout != SEG_LAYOUT_TEXT
             ? copy_many(reading, input, layout, width, array, error)
             : copy(reading, input, layout, width, array, error);
}

// Customers' numbers rise, and so do their rows in every part.
static void find_reaches(struct reading *reading) {
  struct seg_stored_reach *reaches = reading->columns->reaches;
  for (uint32_t p = 0; p < reading->columns->view.from.entity->part_count; p++)
    reaches[p] = (struct seg_stored_reach){UINT64_MAX, 0};
  // From both ends, so that nothing has to be read back that was just written.
  uint64_t rows = 0;
  const struct seg_stored_stretch *stretches = reading->stretches;
  for (size_t s = 0, count = reading->count; s < count; s++) {
    const struct seg_stored_stretch *earlier = &stretches[count - 1 - s];
    reaches[earlier->part].first = earlier->first;
    reaches[stretches[s].part].end = stretches[s].first + stretches[s].count;
    rows += stretches[s].count;
  }
  reading->columns->rows += rows;
}

enum seg_status seg_stored_columns_read(struct seg_stored_columns *columns,
                                        const struct seg_stored_stretch *stretches, size_t count,
                                        struct seg_error *error) {
  const struct seg_plan *plan = columns->state->plan;
  const struct seg_plan_entity *entity = &plan->events[columns->event];
  struct reading reading = {.columns = columns, .stretches = stretches, .count = count};
  columns->lead = columns->rows = 0;
  if (count == 1) {
    columns->lead = stretches[0].first % SEG_COLUMN_ROUND;
    reading.first = stretches[0].first - columns->lead;
    columns->rows = columns->lead;
  }
  find_reaches(&reading);
  enum seg_status status = read_array(&reading, UINT32_MAX, SEG_LAYOUT_I32,
                                      plan->folds[columns->event].day_width, &columns->days, error);
  for (uint32_t i = 0; status == SEG_OK && i < entity->input_count; i++)
    status = read_array(&reading, i, entity->scan.input_layouts[i],
                        seg_block_input_width(&entity->scan, i), &columns->inputs[i], error);
  return status;
}

// Is this copied, whatever rows are asked for?
static bool is_copied(enum seg_layout layout, enum seg_width width, enum seg_width stored) {
  return layout == SEG_LAYOUT_TEXT || width != stored;
}

uint64_t seg_stored_columns_bytes(const struct seg_run_state *state, uint32_t event,
                                  uint64_t rows) {
  const struct seg_plan_entity *entity = &state->plan->events[event];
  struct seg_stored_view view = seg_stored_view(state, event);
  bool scattered = seg_stored_stretches_scatter(&view, seg_stored_first_day(state, event));
  enum seg_width width = state->plan->folds[event].day_width;
  uint64_t bytes = 0;
  if (scattered || is_copied(SEG_LAYOUT_I32, width, seg_stored_day_width(&view.from)))
    bytes += seg_width_bytes(SEG_LAYOUT_I32, width);
  for (uint32_t i = 0; i < entity->input_count; i++) {
    enum seg_layout layout = entity->scan.input_layouts[i];
    width = seg_block_input_width(&entity->scan, i);
    if (scattered || is_copied(layout, width, seg_stored_input_width(entity, &view.from, i)))
      bytes += seg_width_bytes(layout, width) + 1;
  }
  return bytes * (rounded(rows) + 2 * (uint64_t)SEG_COLUMN_ROUND);
}
