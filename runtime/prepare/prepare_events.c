// Reading one event's source into runs, partitioned by key; see preparing.h.
#include <stdlib.h>
#include <string.h>

#include "runtime/prepare/added_rows.h"
#include "runtime/prepare/event_writer.h"

static const char what_for[] = "the events of the store";

/** Buffers of one thread, for as many rows as its largest morsel had. */
struct scanner {
  size_t capacity;           // rows
  uint32_t *keyed, *unkeyed; // rows
  uint32_t *numbers, *zeros;
  int64_t *places; // row in the files, by row of the morsel
  const void **columns;
  const uint64_t **flags;
  struct seg_run_builder builder;
};

struct reading {
  struct seg_preparing *state;
  struct seg_event_shape shape;
  bool gives_customers;
  uint64_t rows_before;                 // of this event in the store before
  struct seg_event_runs keyed, unkeyed; // of many rows
  struct seg_added_rows few;            // instead of them
  bool has_few;
  uint64_t *ones; // bits of what is known in all rows of a morsel
  struct scanner *scanners;
  _Atomic uint64_t rows;
};

static enum seg_status make_shape(struct reading *reading, struct seg_error *error) {
  struct seg_event_shape *shape = &reading->shape;
  const struct seg_plan_entity *wanted = shape->wanted;
  struct seg_arena *arena = &reading->state->build.store.arena;
  shape->places = SEG_NEW_ARRAY(arena, struct seg_event_place, (size_t)wanted->input_count + 1);
  shape->layouts = SEG_NEW_ARRAY(arena, enum seg_layout, (size_t)wanted->input_count + 2);
  if (shape->places == NULL || shape->layouts == NULL) {
    seg_fail_memory(error, what_for);
    return SEG_OUT_OF_MEMORY;
  }
  for (uint32_t i = 0; i < wanted->input_count; i++) {
    struct seg_event_place *place = &shape->places[i];
    enum seg_layout layout = seg_column_type_layout(wanted->inputs[i].type);
    *place = (struct seg_event_place){SEG_NO_PLACE, SEG_NO_PLACE, SEG_NO_PLACE};
    if (layout == SEG_LAYOUT_BIT)
      place->flag = shape->flag_count++;
    else {
      shape->layouts[shape->column_count] = layout;
      place->column = shape->column_count++;
    }
    if (wanted->inputs[i].optional)
      place->known_flag = shape->flag_count++;
  }
  shape->row_column = SEG_NO_PLACE;
  if (reading->gives_customers) {
    shape->layouts[shape->column_count] = SEG_LAYOUT_I64;
    shape->row_column = shape->column_count++;
  }
  return SEG_OK;
}

static enum seg_status make_scanners(struct reading *reading, struct seg_error *error) {
  const struct seg_event_shape *shape = &reading->shape;
  reading->ones = malloc(SEG_MORSEL_ROWS / 8);
  reading->scanners = calloc(reading->state->threads, sizeof *reading->scanners);
  if (reading->ones == NULL || reading->scanners == NULL) {
    seg_fail_memory(error, what_for);
    return SEG_OUT_OF_MEMORY;
  }
  memset(reading->ones, 0xff, SEG_MORSEL_ROWS / 8);
  for (unsigned w = 0; w < reading->state->threads; w++) {
    struct scanner *scanner = &reading->scanners[w];
    scanner->columns = calloc((size_t)shape->column_count + 1, sizeof *scanner->columns);
    scanner->flags = calloc((size_t)shape->flag_count + 1, sizeof *scanner->flags);
    if (scanner->columns == NULL || scanner->flags == NULL) {
      seg_fail_memory(error, what_for);
      return SEG_OUT_OF_MEMORY;
    }
  }
  return SEG_OK;
}

static void release_rows(struct scanner *scanner) {
  free(scanner->keyed);
  free(scanner->unkeyed);
  free(scanner->numbers);
  free(scanner->zeros);
  free(scanner->places);
  scanner->capacity = 0;
}

static enum seg_status reserve_rows(const struct reading *reading, struct scanner *scanner,
                                    size_t rows, struct seg_error *error) {
  if (rows <= scanner->capacity)
    return SEG_OK;
  release_rows(scanner);
  scanner->keyed = malloc(rows * sizeof *scanner->keyed);
  scanner->unkeyed = malloc(rows * sizeof *scanner->unkeyed);
  scanner->numbers = malloc(rows * sizeof *scanner->numbers);
  scanner->zeros = calloc(reading->has_few ? 1 : rows, sizeof *scanner->zeros);
  scanner->places = malloc(rows * sizeof *scanner->places);
  if (scanner->keyed == NULL || scanner->unkeyed == NULL || scanner->numbers == NULL ||
      scanner->zeros == NULL || scanner->places == NULL)
    return seg_fail_memory(error, what_for);
  scanner->capacity = rows;
  return SEG_OK;
}

static void release(struct reading *reading) {
  for (unsigned w = 0; reading->scanners != NULL && w < reading->state->threads; w++) {
    struct scanner *scanner = &reading->scanners[w];
    release_rows(scanner);
    free(scanner->columns);
    free(scanner->flags);
  }
  free(reading->scanners);
  free(reading->ones);
  seg_event_runs_deinit(&reading->keyed);
  seg_event_runs_deinit(&reading->unkeyed);
  seg_added_rows_discard(&reading->few);
}

// The worker's turn: numbers of keys that are new. Runs can make room, keys cannot; adding again
// finds what was added before.
static enum seg_status add_keys(struct reading *reading, const struct seg_morsel *morsel,
                                const uint32_t *rows, uint32_t count, uint32_t *numbers,
                                struct seg_error *error) {
  struct seg_preparing *state = reading->state;
  for (int attempt = 0;; attempt++) {
    enum seg_status status =
        reading->gives_customers
            ? seg_key_table_add(&state->keys, &morsel->key, rows, count, numbers, error)
            : seg_prepare_number_more(state, &morsel->key, rows, count, numbers, error);
    if (status != SEG_LIMIT || attempt > 0)
      return status;
    status = seg_event_runs_evict(&reading->keyed, 0, error);
    if (status != SEG_OK)
      return status;
  }
}

// Rows whose key can be nobody's join those without one.
static void split_rows(struct scanner *scanner, uint32_t rows, uint32_t *keyed, uint32_t *unkeyed) {
  uint32_t with = 0, without = 0, at = 0;
  for (uint32_t row = 0; row < rows; row++) {
    bool listed = at < *keyed && scanner->keyed[at] == row;
    uint32_t number = listed ? scanner->numbers[at++] : SEG_NO_NUMBER;
    if (number == SEG_NO_NUMBER) {
      scanner->unkeyed[without++] = row;
      continue;
    }
    scanner->keyed[with] = row;
    scanner->numbers[with++] = number;
  }
  *keyed = with;
  *unkeyed = without;
}

static enum seg_status number_rows(struct seg_prepare_scan *scan, struct scanner *scanner,
                                   const struct seg_morsel *morsel, uint32_t *keyed,
                                   uint32_t *shift, bool *skip, struct seg_error *error) {
  struct reading *reading = scan->context;
  uint32_t count = 0;
  for (uint32_t row = 0; row < (uint32_t)morsel->row_count; row++)
    if (morsel->key.known == NULL || seg_bitmap_test(morsel->key.known, row))
      scanner->keyed[count++] = row;
  if (!reading->gives_customers)
    seg_key_table_find(&reading->state->keys, &morsel->key, scanner->keyed, count,
                       scanner->numbers);
  *skip = !seg_ticket_wait(&scan->ticket, morsel->number);
  if (*skip)
    return SEG_OK; // an earlier morsel has the error to report
  enum seg_status status =
      add_keys(reading, morsel, scanner->keyed, count, scanner->numbers, error);
  *shift = seg_partition_shift(seg_prepare_key_count(reading->state));
  *keyed = count;
  if (status == SEG_OK)
    seg_ticket_pass(&scan->ticket);
  return status;
}

// Where the columns and the flags of the morsel lie.
static void find_columns(const struct reading *reading, struct scanner *scanner,
                         const struct seg_morsel *morsel) {
  const struct seg_event_shape *shape = &reading->shape;
  for (uint32_t i = 0; i < shape->wanted->input_count; i++) {
    const struct seg_event_place *place = &shape->places[i];
    const struct seg_column_view *input = &morsel->inputs[i];
    if (place->column != SEG_NO_PLACE)
      scanner->columns[place->column] = input->values;
    else
      scanner->flags[place->flag] = input->values;
    if (place->known_flag != SEG_NO_PLACE)
      scanner->flags[place->known_flag] = input->known == NULL ? reading->ones : input->known;
  }
  if (shape->row_column == SEG_NO_PLACE)
    return;
  scanner->columns[shape->row_column] = scanner->places;
  for (int64_t row = 0; row < morsel->row_count; row++)
    scanner->places[row] = (int64_t)reading->rows_before + morsel->first_row + row;
}

static enum seg_status take_morsel(struct seg_prepare_scan *scan, unsigned worker,
                                   struct seg_morsel *morsel, int64_t *row,
                                   struct seg_error *error) {
  struct reading *reading = scan->context;
  struct scanner *scanner = &reading->scanners[worker];
  uint32_t keyed = 0, unkeyed = 0, shift = 0;
  bool skip = false;
  *row = morsel->first_row;
  enum seg_status status = reserve_rows(reading, scanner, (size_t)morsel->row_count, error);
  if (status == SEG_OK)
    status = number_rows(scan, scanner, morsel, &keyed, &shift, &skip, error);
  if (status != SEG_OK || skip)
    return status;
  split_rows(scanner, (uint32_t)morsel->row_count, &keyed, &unkeyed);
  find_columns(reading, scanner, morsel);
  atomic_fetch_add(&reading->rows, (uint64_t)morsel->row_count);
  if (reading->has_few) {
    seg_added_rows_put(&reading->few, morsel, scanner->keyed, scanner->numbers, keyed,
                       scanner->columns, scanner->flags);
    return SEG_OK;
  }
  struct seg_event_rows rows = {.number = morsel->number,
                                .count = keyed,
                                .rows = scanner->keyed,
                                .customers = scanner->numbers,
                                .days = morsel->days.values,
                                .columns = scanner->columns,
                                .flags = scanner->flags};
  status = seg_event_runs_add(&reading->keyed, &rows, shift, &scanner->builder, error);
  rows.count = unkeyed;
  rows.rows = scanner->unkeyed;
  rows.customers = scanner->zeros;
  if (status == SEG_OK)
    status =
        seg_event_runs_add(&reading->unkeyed, &rows, SEG_SMALLEST_SHIFT, &scanner->builder, error);
  return status;
}

static void begin_runs(struct reading *reading) {
  struct seg_preparing *state = reading->state;
  const struct seg_event_shape *shape = &reading->shape;
  uint64_t limit = state->budget.limit;
  uint64_t keep = limit == UINT64_MAX ? UINT64_MAX : limit / 2;
  seg_event_runs_init(&reading->unkeyed, shape->column_count, shape->layouts, shape->flag_count,
                      &state->budget, keep, &state->spill, NULL);
  seg_event_runs_init(&reading->keyed, shape->column_count, shape->layouts, shape->flag_count,
                      &state->budget, keep, &state->spill, &reading->unkeyed);
}

static enum seg_status begin_few(struct reading *reading, const struct seg_source *source,
                                 struct seg_error *error) {
  struct seg_preparing *state = reading->state;
  int64_t rows = seg_source_rows(source);
  reading->has_few =
      state->options->append && seg_added_rows_fit(&reading->shape, rows, &state->budget);
  return reading->has_few ? seg_added_rows_begin(&reading->few, &reading->shape, (uint64_t)rows,
                                                 &state->budget, error)
                          : SEG_OK;
}

static enum seg_status write_part(struct reading *reading, struct seg_store_entity *entity,
                                  struct seg_error *error) {
  struct seg_preparing *state = reading->state;
  if (reading->has_few)
    return seg_added_rows_write(state, &reading->few, entity, entity->part_count, error);
  seg_event_runs_finish(&reading->keyed);
  seg_event_runs_finish(&reading->unkeyed);
  return seg_event_writer_write(state, &reading->shape, &reading->keyed, &reading->unkeyed, entity,
                                entity->part_count, error);
}

static enum seg_status read_event(struct reading *reading, uint32_t event,
                                  struct seg_store_entity *entity, struct seg_error *error) {
  struct seg_preparing *state = reading->state;
  struct seg_prepare_scan scan = {.state = state,
                                  .source = state->sources->events[event],
                                  .work = take_morsel,
                                  .context = reading};
  enum seg_status status = make_shape(reading, error);
  if (status == SEG_OK)
    status = begin_few(reading, scan.source, error);
  if (status == SEG_OK)
    status = make_scanners(reading, error);
  if (status != SEG_OK)
    return status;
  begin_runs(reading);
  status = seg_prepare_scan_run(&scan, error);
  for (unsigned w = 0; w < state->threads; w++)
    seg_run_builder_deinit(&reading->scanners[w].builder);
  if (status != SEG_OK)
    return status;
  // A file without rows adds nothing to a store.
  if (reading->rows == 0 && entity->part_count > 0)
    return SEG_OK;
  status = write_part(reading, entity, error);
  if (status == SEG_OK)
    entity->part_count++;
  return status;
}

enum seg_status seg_prepare_event(struct seg_preparing *state, uint32_t event,
                                  struct seg_error *error) {
  const struct seg_plan_entity *wanted = &state->plan->events[event];
  struct seg_store_manifest *manifest = &state->build.store.manifest;
  struct seg_store_entity *entity =
      seg_store_manifest_find(manifest->events, manifest->event_count, wanted->name);
  if (entity == NULL)
    entity = &manifest->events[manifest->event_count++]; // there is room
  struct reading reading = {.state = state,
                            .shape = {.wanted = wanted},
                            .gives_customers = state->plan->customer_from_event == (int32_t)event};
  enum seg_status status = SEG_OK;
  if (reading.gives_customers)
    status = seg_prepare_key_type(state, state->sources->events[event], error);
  if (status == SEG_OK)
    status = seg_prepare_entity(state, SEG_STORE_EVENT, wanted, entity, error);
  if (status == SEG_OK) {
    entity->gives_customers = reading.gives_customers;
    for (uint32_t p = 0; p < entity->part_count; p++)
      reading.rows_before += entity->parts[p].rows;
    status = read_event(&reading, event, entity, error);
  }
  state->result.events += reading.rows;
  release(&reading);
  return status;
}
