// See source_store.h. A morsel never spans two parts.
#include "runtime/store/source_store.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "runtime/store/checksum.h"
#include "runtime/store/store_errors.h"
#include "runtime/store/store_keys.h"

/** Where the morsels of a part begin. */
struct part_place {
  int64_t first_morsel, first_row;
  uint64_t *order; // row of the part for each row in file order; NULL: as they are
};

struct store_source {
  struct seg_source head;
  struct seg_store *store;
  enum seg_store_kind kind;
  struct seg_store_entity *stored;
  struct seg_store_column **columns; // per plan input
  struct part_place *places;         // one more than parts
  atomic_int_fast64_t next;
};

// This file's own meaning of the buffers of a morsel.
struct store_state {
  struct seg_column key, days;
  struct seg_column *inputs;
  struct seg_column_view *views;
  uint32_t *numbers;
};

static struct store_source *from_head(struct seg_source *head) {
  return (struct store_source *)head;
}

static void store_release(struct seg_morsel *morsel) {
  (void)morsel;
}

static void store_deinit(struct seg_morsel *morsel) {
  struct store_state *state = morsel->state;
  seg_column_deinit(&state->key);
  seg_column_deinit(&state->days);
  for (uint32_t i = 0; state->inputs != NULL && i < morsel->source->entity->input_count; i++)
    seg_column_deinit(&state->inputs[i]);
  free(state->inputs);
  free(state->views);
  free(state->numbers);
  free(state);
  morsel->state = NULL;
}

static enum seg_status make_state(const struct store_source *source, struct seg_morsel *morsel,
                                  struct seg_error *error) {
  const struct seg_plan_entity *entity = source->head.entity;
  struct store_state *state = calloc(1, sizeof *state);
  if (state == NULL)
    return seg_fail_memory(error, "a batch of rows");
  morsel->state = state;
  state->inputs = calloc(entity->input_count + 1, sizeof *state->inputs);
  state->views = calloc(entity->input_count + 1, sizeof *state->views);
  state->numbers = malloc(SEG_MORSEL_ROWS * sizeof *state->numbers);
  if (state->inputs == NULL || state->views == NULL || state->numbers == NULL) {
    store_deinit(morsel);
    return seg_fail_memory(error, "a batch of rows");
  }
  seg_column_init(&state->key, source->head.key_is_text ? SEG_LAYOUT_TEXT : SEG_LAYOUT_I64, true);
  seg_column_init(&state->days, SEG_LAYOUT_I32, false);
  for (uint32_t i = 0; i < entity->input_count; i++)
    seg_column_init(&state->inputs[i], seg_column_type_layout(entity->inputs[i].type),
                    entity->inputs[i].optional);
  return SEG_OK;
}

static enum seg_status store_next(struct seg_source *head, struct seg_morsel *morsel, bool *end,
                                  int64_t *row, struct seg_error *error) {
  struct store_source *source = from_head(head);
  uint32_t parts = source->stored->part_count, part = 0;
  *row = 0;
  if (morsel->state == NULL) {
    enum seg_status status = make_state(source, morsel, error);
    if (status != SEG_OK)
      return status;
  }
  int64_t number = atomic_load(&source->next);
  do {
    *end = number >= source->places[parts].first_morsel;
    if (*end)
      return SEG_OK;
  } while (!atomic_compare_exchange_weak(&source->next, &number, number + 1));
  while (number >= source->places[part + 1].first_morsel)
    part++;
  int64_t before = (number - source->places[part].first_morsel) * SEG_MORSEL_ROWS;
  int64_t rest = (int64_t)source->stored->parts[part].rows - before;
  morsel->number = number;
  morsel->first_row = source->places[part].first_row + before;
  morsel->row_count = rest < SEG_MORSEL_ROWS ? rest : SEG_MORSEL_ROWS;
  return SEG_OK;
}

/** Rows of a part that are read together: `count` from `first` on, or those that `order` lists. */
struct stretch {
  const struct store_source *source;
  const struct seg_store_part *part;
  uint32_t number; // of the part
  uint64_t first, count;
  const uint64_t *order;
};

static enum seg_status read_values(const struct stretch *stretch,
                                   const struct seg_store_values *values, struct seg_column *to,
                                   struct seg_error *error) {
  const struct seg_store *store = stretch->source->store;
  enum seg_status status = seg_column_restart(to, (int64_t)stretch->count, error);
  if (status != SEG_OK || stretch->order == NULL)
    return status != SEG_OK
               ? status
               : seg_store_read(store, values, stretch->first, stretch->count, to, 0, error);
  for (uint64_t i = 0; i < stretch->count && status == SEG_OK; i++)
    status = seg_store_read(store, values, stretch->order[i], 1, to, (int64_t)i, error);
  return status;
}

// The place among the offsets whose rows hold `row`.
static uint64_t owner_of(const struct seg_store_part *part, uint64_t row) {
  const uint64_t *offsets = (const uint64_t *)part->offsets.data;
  uint64_t low = 0, high = part->offsets.count - 1;
  while (high - low > 1) {
    uint64_t middle = low + (high - low) / 2;
    if (offsets[middle] <= row)
      low = middle;
    else
      high = middle;
  }
  while (low + 1 < part->offsets.count && offsets[low + 1] <= row)
    low++; // those without rows
  return low;
}

static uint32_t number_at(const struct seg_store_part *part, uint64_t place) {
  return seg_store_has(&part->numbers) ? ((const uint32_t *)part->numbers.data)[place]
                                       : (uint32_t)place;
}

// Numbers of the keys of the rows; `*keyed` of them have one, and known bits say which.
static void number_event_rows(const struct stretch *stretch, uint32_t *numbers, uint64_t *known) {
  const struct seg_store_part *part = stretch->part;
  const uint64_t *offsets = (const uint64_t *)part->offsets.data;
  uint64_t place = UINT64_MAX;
  for (uint64_t i = 0; i < stretch->count; i++) {
    uint64_t row = stretch->order == NULL ? stretch->first + i : stretch->order[i];
    numbers[i] = 0;
    if (row >= part->keyed)
      continue;
    if (place == UINT64_MAX || row < offsets[place] || stretch->order != NULL)
      place = owner_of(part, row);
    while (offsets[place + 1] <= row)
      place++;
    numbers[i] = number_at(part, place);
    seg_bitmap_set(known, (int64_t)i);
  }
}

static enum seg_status read_key(const struct stretch *stretch, struct store_state *state,
                                struct seg_error *error) {
  const struct store_source *source = stretch->source;
  enum seg_status status = seg_column_restart(&state->key, (int64_t)stretch->count, error);
  if (status != SEG_OK)
    return status;
  if (source->kind == SEG_STORE_EVENT)
    number_event_rows(stretch, state->numbers, state->key.known);
  for (uint64_t i = 0; source->kind != SEG_STORE_EVENT && i < stretch->count; i++)
    state->numbers[i] = number_at(stretch->part, stretch->first + i);
  struct seg_column keys = state->key;
  if (source->kind == SEG_STORE_EVENT)
    keys.known = NULL;
  if (source->store->manifest.key_count == 0)
    return SEG_OK;
  return seg_store_read_keys(source->store, state->numbers, stretch->count, &keys, 0, error);
}

static enum seg_status read_input(const struct stretch *stretch, uint32_t input,
                                  struct seg_column *to, struct seg_error *error) {
  const struct store_source *source = stretch->source;
  const struct seg_store_column *column = source->columns[input];
  struct seg_store_values days = {.values = stretch->part->days};
  if (column != NULL)
    return read_values(stretch, &column->parts[stretch->number], to, error);
  if (source->head.entity->inputs[input].type == SEG_COLUMN_DAY)
    return read_values(stretch, &days, to, error);
  return read_values(stretch, &stretch->part->instant, to, error);
}

static enum seg_status store_decode(struct seg_morsel *morsel, int64_t *row,
                                    struct seg_error *error) {
  struct store_source *source = from_head(morsel->source);
  const struct seg_plan_entity *entity = source->head.entity;
  struct store_state *state = morsel->state;
  struct stretch stretch = {.source = source, .count = (uint64_t)morsel->row_count};
  *row = morsel->first_row;
  while (morsel->number >= source->places[stretch.number + 1].first_morsel)
    stretch.number++;
  const struct part_place *place = &source->places[stretch.number];
  stretch.part = &source->stored->parts[stretch.number];
  stretch.first = (uint64_t)(morsel->first_row - place->first_row);
  stretch.order = place->order == NULL ? NULL : place->order + stretch.first;
  enum seg_status status = read_key(&stretch, state, error);
  for (uint32_t i = 0; i < entity->input_count && status == SEG_OK; i++) {
    status = read_input(&stretch, i, &state->inputs[i], error);
    state->views[i] = seg_column_view(&state->inputs[i]);
  }
  if (status == SEG_OK && source->kind == SEG_STORE_EVENT) {
    struct seg_store_values days = {.values = stretch.part->days};
    status = read_values(&stretch, &days, &state->days, error);
    morsel->days = seg_column_view(&state->days);
  }
  if (status != SEG_OK)
    return status;
  morsel->key = seg_column_view(&state->key);
  if (seg_bitmap_all(morsel->key.known, morsel->row_count))
    morsel->key.known = NULL;
  morsel->inputs = state->views;
  return SEG_OK;
}

static void store_locate(struct seg_source *head, int64_t row, struct seg_error *error) {
  const struct store_source *source = from_head(head);
  struct seg_error plain = *error;
  seg_fail(error, plain.status, plain.code, "the store %s, %.*s, row %lld, %s", source->store->path,
           SEG_STR(head->entity->name), (long long)row + 1, plain.message);
  seg_error_help(error, "%s", plain.help);
}

static double store_progress(struct seg_source *head) {
  struct store_source *source = from_head(head);
  double all = (double)source->places[source->stored->part_count].first_morsel;
  return all > 0 ? (double)atomic_load(&source->next) / all : 1;
}

static void store_close(struct seg_source *head) {
  struct store_source *source = from_head(head);
  for (uint32_t p = 0; source->places != NULL && p < source->stored->part_count; p++)
    free(source->places[p].order);
  free(source->places);
  free(source);
}

static const struct seg_source_class store_class = {
    .next = store_next,
    .decode = store_decode,
    .release = store_release,
    .deinit = store_deinit,
    .locate = store_locate,
    .progress = store_progress,
    .close = store_close,
};

bool seg_source_stored(const struct seg_source *source, struct seg_stored_source *stored) {
  if (source == NULL || source->class != &store_class)
    return false;
  const struct store_source *from = (const struct store_source *)source;
  *stored = (struct seg_stored_source){from->store, from->stored, from->columns};
  return true;
}

// The rows in file order: the inverse of the stored places.
static enum seg_status order_rows(const struct store_source *source,
                                  const struct seg_store_part *part, struct part_place *place,
                                  struct seg_error *error) {
  enum seg_status status =
      seg_store_verify(source->store, &part->rows_of, 0, part->rows_of.count, error);
  if (status != SEG_OK)
    return status;
  place->order = malloc((part->rows + 1) * sizeof *place->order);
  if (place->order == NULL)
    return seg_fail_memory(error, "the order of the events");
  for (uint64_t i = 0; i < part->rows; i++)
    place->order[(uint64_t)(seg_store_integer(&part->rows_of, i) - place->first_row)] = i;
  return SEG_OK;
}

// Whoever reads events counts on places that rise and lie inside: looked at while a block is at
// hand.
static enum seg_status verify_offsets(const struct seg_store *store, struct seg_store_part *part,
                                      struct seg_error *error) {
  enum { STEP = SEG_CHECKSUM_BLOCK / sizeof(uint64_t) };
  const uint64_t *offsets = (const uint64_t *)part->offsets.data;
  uint64_t count = part->offsets.count;
  uint64_t bits = 0; // of the numbers of rows
  bool rise = true;
  if (part->offsets_right || !seg_store_has(&part->offsets))
    return SEG_OK;
  for (uint64_t first = 0; first < count; first += STEP) {
    uint64_t size = count - first < STEP ? count - first : STEP;
    enum seg_status status = seg_store_verify(store, &part->offsets, first, size, error);
    if (status != SEG_OK)
      return status;
    for (uint64_t i = first == 0 ? 1 : first; i < first + size; i++) {
      rise &= offsets[i - 1] <= offsets[i];
      bits |= offsets[i] - offsets[i - 1];
    }
  }
  part->most_rows = bits;
  part->offsets_right = rise && offsets[count - 1] <= part->rows;
  if (part->offsets_right)
    return SEG_OK;
  return SEG_STORE_FAIL(error, SEG_BAD_DATA, DAMAGED,
                        "the store %s is damaged: its events do not fit together", store->path);
}

static enum seg_status open_part(struct store_source *source, uint32_t number,
                                 struct seg_error *error) {
  struct seg_store *store = source->store;
  struct seg_store_part *part = &source->stored->parts[number];
  struct part_place *place = &source->places[number];
  int64_t rows = (int64_t)part->rows;
  place[1].first_row = place->first_row + rows;
  place[1].first_morsel = place->first_morsel + (rows + SEG_MORSEL_ROWS - 1) / SEG_MORSEL_ROWS;
  struct seg_store_array *arrays[] = {&part->numbers, &part->offsets, &part->days, &part->rows_of};
  enum seg_status status = seg_store_map_values(store, &part->instant, error);
  for (size_t i = 0; status == SEG_OK && i < sizeof arrays / sizeof *arrays; i++)
    status = seg_store_map(store, arrays[i], error);
  if (status == SEG_OK)
    status = seg_store_verify(store, &part->numbers, 0, part->numbers.count, error);
  if (status == SEG_OK)
    status = verify_offsets(store, part, error);
  for (uint32_t i = 0; status == SEG_OK && i < source->head.entity->input_count; i++)
    if (source->columns[i] != NULL)
      status = seg_store_map_values(store, &source->columns[i]->parts[number], error);
  if (status == SEG_OK && seg_store_has(&part->rows_of))
    status = order_rows(source, part, place, error);
  return status;
}

enum seg_status seg_source_open_store(struct seg_store *store, enum seg_store_kind kind,
                                      const struct seg_plan_entity *entity,
                                      struct seg_source **source, struct seg_error *error) {
  struct store_source *made = calloc(1, sizeof *made);
  *source = NULL;
  if (made == NULL)
    return seg_fail_memory(error, "a source");
  made->head = (struct seg_source){
      .class = &store_class, .entity = entity, .key_is_text = store->manifest.key_is_text};
  made->store = store;
  made->kind = kind;
  atomic_init(&made->next, 0);
  enum seg_status status = seg_store_fit(store, kind, entity, &made->stored, &made->columns, error);
  if (status == SEG_OK)
    status = seg_store_map_keys(store, error);
  if (status == SEG_OK) {
    made->places = calloc((size_t)made->stored->part_count + 1, sizeof *made->places);
    status = made->places == NULL ? seg_fail_memory(error, "a source") : SEG_OK;
  }
  for (uint32_t p = 0; status == SEG_OK && p < made->stored->part_count; p++)
    status = open_part(made, p, error);
  if (status != SEG_OK) {
    seg_source_close(&made->head);
    return status;
  }
  *source = &made->head;
  return SEG_OK;
}
