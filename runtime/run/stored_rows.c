// See stored_rows.h.
#include "runtime/run/stored_rows.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/io/source.h"
#include "runtime/run/windows.h"
#include "runtime/store/store_keys.h"
#include "runtime/store/store_read.h"

static const char what_for[] = "where the events of customers are";

struct seg_stored_view seg_stored_view(const struct seg_run_state *state, uint32_t event) {
  struct seg_stored_view view = {.numbers = state->stored_numbers};
  struct seg_stored_source customers;
  if (state->chosen != NULL) {
    view.numbers = state->chosen;
    view.rise = true;
  }
  if (seg_source_stored(state->sources->events[event], &view.from) && view.numbers == NULL &&
      seg_source_stored(state->sources->customer, &customers))
    view.numbers = (const uint32_t *)customers.entity->parts[0].numbers.data;
  if (state->earlier != NULL)
    view.from.entity = &state->earlier[event];
  return view;
}

int32_t seg_stored_first_day(const struct seg_run_state *state, uint32_t event) {
  int32_t first, last, other = INT32_MAX;
  seg_windows_reach(&state->plan->folds[event], state->windows, &first, &last);
  if (state->beside != NULL)
    seg_windows_reach(&state->plan->folds[event], state->beside->windows, &other, &last);
  return first < other ? first : other;
}

// The first of numbers low .. high - 1 that is `number` or more; high: none.
static uint64_t first_from(const uint32_t *numbers, uint64_t number, uint64_t low, uint64_t high) {
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    if (numbers[middle] < number)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

uint64_t seg_stored_place(const struct seg_store_part *part, uint64_t number) {
  uint64_t count = part->offsets.count - 1;
  if (!seg_store_has(&part->numbers))
    return number < count ? number : count;
  return first_from((const uint32_t *)part->numbers.data, number, 0, count);
}

uint64_t seg_stored_rows_at(const struct seg_store_part *part, uint64_t number, uint64_t place,
                            uint64_t *first) {
  if (place + 1 >= part->offsets.count ||
      (seg_store_has(&part->numbers) && ((const uint32_t *)part->numbers.data)[place] != number))
    return 0;
  const uint64_t *offsets = (const uint64_t *)part->offsets.data;
  *first = offsets[place];
  return offsets[place + 1] - offsets[place];
}

uint64_t seg_stored_rows_count(const struct seg_stored_view *view, uint64_t first, uint64_t count) {
  const uint32_t *rising = view->rise ? view->numbers : NULL;
  uint64_t rows = 0, unused = 0;
  for (uint32_t p = 0; p < view->from.entity->part_count; p++) {
    const struct seg_store_part *part = &view->from.entity->parts[p];
    const uint64_t *offsets = (const uint64_t *)part->offsets.data;
    if (count > 0 && (view->numbers == NULL || rising != NULL)) {
      uint64_t begin = rising != NULL ? rising[first] : first;
      uint64_t end = rising != NULL ? (uint64_t)rising[first + count - 1] + 1 : first + count;
      rows += offsets[seg_stored_place(part, end)] - offsets[seg_stored_place(part, begin)];
      continue;
    }
    for (uint64_t c = first; c < first + count; c++)
      rows += seg_stored_rows_at(part, view->numbers[c], seg_stored_place(part, view->numbers[c]),
                                 &unused);
  }
  return rows;
}

// The same as seg_stored_place, which is `low` or more: looked for around a place where it may be,
// in steps that grow.
static uint64_t place_near(const struct seg_store_part *part, uint64_t number, uint64_t low,
                           uint64_t near) {
  const uint32_t *numbers = (const uint32_t *)part->numbers.data;
  uint64_t high = part->offsets.count - 1, step = 16;
  if (near >= low && near < high && numbers[near] < number) {
    low = near + 1;
    for (; high - low > step && numbers[low + step] < number; step *= 2)
      low += step + 1;
    high = high - low > step ? low + step : high;
  } else if (near >= low && near < high) {
    high = near;
    for (; high - low > step && numbers[high - step] >= number; step *= 2)
      high -= step;
    low = high - low > step ? high - step : low;
  }
  return first_from(numbers, number, low, high);
}

// Add to the rows of each lot those of one part.
static void add_rows(const struct seg_store_part *part, uint64_t customers, uint64_t lot,
                     uint64_t *rows) {
  const uint64_t *offsets = (const uint64_t *)part->offsets.data;
  uint64_t count = part->offsets.count - 1, place = 0, last = 0;
  for (uint64_t end = lot; last < customers; end += lot) {
    end = end < customers ? end : customers;
    // As far as before, if numbers lie evenly.
    uint64_t next = seg_store_has(&part->numbers)
                        ? place_near(part, end, place, place + count * (end - last) / customers)
                        : seg_stored_place(part, end);
    *rows++ += offsets[next] - offsets[place];
    place = next;
    last = end;
  }
}

enum seg_status seg_stored_rows_most(const struct seg_store_entity *entity, uint64_t customers,
                                     uint64_t lot, uint64_t *most, struct seg_error *error) {
  uint64_t lots = (customers + lot - 1) / lot;
  uint64_t *rows = calloc((size_t)lots + 1, sizeof *rows);
  *most = 0;
  if (rows == NULL)
    return seg_fail_memory(error, what_for);
  for (uint32_t p = 0; p < entity->part_count; p++)
    add_rows(&entity->parts[p], customers, lot, rows);
  for (uint64_t i = 0; i < lots; i++)
    *most = rows[i] > *most ? rows[i] : *most;
  free(rows);
  return SEG_OK;
}

// Bits of the rows of all customers, whose numbers are in no order.
static enum seg_status mark_rows(const struct seg_stored_view *view,
                                 const struct seg_store_part *part, uint64_t customers,
                                 uint64_t **bits, struct seg_error *error) {
  *bits = calloc(seg_bitmap_words((int64_t)part->rows) + 1, sizeof **bits);
  if (*bits == NULL)
    return seg_fail_memory(error, what_for);
  for (uint64_t c = 0; c < customers; c++) {
    uint64_t first = 0;
    uint64_t rows = seg_stored_rows_at(part, view->numbers[c],
                                       seg_stored_place(part, view->numbers[c]), &first);
    for (uint64_t r = first; r < first + rows; r++)
      seg_bitmap_set(*bits, (int64_t)r);
  }
  return SEG_OK;
}

enum seg_status seg_stored_owned_new(const struct seg_run_state *state,
                                     const struct seg_stored_view *view,
                                     struct seg_stored_owned **owned, struct seg_error *error) {
  const struct seg_store_entity *entity = view->from.entity;
  uint64_t customers = state->keys->count;
  *owned = calloc((size_t)entity->part_count + 1, sizeof **owned);
  if (*owned == NULL)
    return seg_fail_memory(error, what_for);
  enum seg_status status = SEG_OK;
  for (uint32_t p = 0; status == SEG_OK && p < entity->part_count; p++) {
    const struct seg_store_part *part = &entity->parts[p];
    if (view->numbers == NULL)
      (*owned)[p].end = ((const uint64_t *)part->offsets.data)[seg_stored_place(part, customers)];
    else
      status = mark_rows(view, part, customers, &(*owned)[p].bits, error);
  }
  return status;
}

void seg_stored_owned_free(struct seg_stored_owned *owned, uint32_t parts) {
  for (uint32_t p = 0; owned != NULL && p < parts; p++)
    free(owned[p].bits);
  free(owned);
}

// The numbers of `count` rows of the table, from `first` on, that are customers of the run.
static enum seg_status find_some(struct seg_run_state *state,
                                 const struct seg_stored_source *customers, uint64_t first,
                                 uint32_t count, struct seg_column *keys, uint32_t *room,
                                 struct seg_error *error) {
  const struct seg_store_part *table = &customers->entity->parts[0];
  uint32_t *rows = room, *own = room + SEG_MORSEL_ROWS, *found = own + SEG_MORSEL_ROWS;
  for (uint32_t i = 0; i < count; i++) {
    rows[i] = i;
    own[i] = seg_store_has(&table->numbers) ? ((const uint32_t *)table->numbers.data)[first + i]
                                            : (uint32_t)(first + i);
  }
  enum seg_status status = seg_column_restart(keys, count, error);
  if (status == SEG_OK)
    status = seg_store_read_keys(customers->store, own, count, keys, 0, error);
  if (status != SEG_OK)
    return status;
  struct seg_column_view view = seg_column_view(keys);
  seg_key_table_find(state->keys, &view, rows, count, found);
  for (uint32_t i = 0; i < count; i++)
    if (found[i] != SEG_NO_NUMBER)
      state->stored_numbers[found[i]] = own[i];
  return SEG_OK;
}

static enum seg_status find_all(struct seg_run_state *state,
                                const struct seg_stored_source *customers, struct seg_column *keys,
                                struct seg_error *error) {
  uint64_t rows = customers->entity->parts[0].rows;
  uint32_t *room = calloc(3 * (size_t)SEG_MORSEL_ROWS, sizeof *room);
  if (room == NULL)
    return seg_fail_memory(error, what_for);
  enum seg_status status = SEG_OK;
  for (uint64_t first = 0; status == SEG_OK && first < rows; first += SEG_MORSEL_ROWS) {
    uint32_t count = rows - first < SEG_MORSEL_ROWS ? (uint32_t)(rows - first) : SEG_MORSEL_ROWS;
    status = find_some(state, customers, first, count, keys, room, error);
  }
  free(room);
  return status;
}

enum seg_status seg_stored_numbers_find(struct seg_run_state *state, struct seg_error *error) {
  struct seg_stored_source customers;
  uint32_t count = state->keys->count;
  if (state->stored_numbers != NULL || !seg_source_stored(state->sources->customer, &customers) ||
      customers.entity->parts[0].rows == count)
    return SEG_OK;
  enum seg_status status = seg_run_take_memory(state, (uint64_t)count * 4, what_for, error);
  if (status != SEG_OK)
    return status;
  state->stored_numbers = calloc((size_t)count + 1, sizeof *state->stored_numbers);
  if (state->stored_numbers == NULL)
    return seg_fail_memory(error, what_for);
  struct seg_column keys;
  seg_column_init(&keys, state->sources->customer->key_is_text ? SEG_LAYOUT_TEXT : SEG_LAYOUT_I64,
                  false);
  status = find_all(state, &customers, &keys, error);
  seg_column_deinit(&keys);
  return status;
}
