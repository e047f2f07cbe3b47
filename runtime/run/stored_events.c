// See stored_events.h.
#include "runtime/run/stored_events.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/store/source_store.h"
#include "runtime/store/store_read.h"

static const char what_for[] = "the events of a group of customers";

void seg_stored_reader_deinit(struct seg_stored_reader *reader) {
  SEG_VEC_FREE(&reader->stretches);
  free(reader->known);
  *reader = (struct seg_stored_reader){0};
}

// Does the scan keep every row, and carry inputs as they are?
static bool is_plain(const struct seg_plan_entity *entity) {
  const struct seg_block *scan = &entity->scan;
  bool plain = entity->filter_count == 0 && scan->steps[scan->mask_roots[0]].op == SEG_OP_ALL;
  for (uint32_t r = 0; plain && r < scan->value_root_count; r++) {
    const struct seg_step *step = &scan->steps[scan->value_roots[r]];
    plain = step->op == SEG_OP_INPUT && step->layout != SEG_LAYOUT_BIT;
  }
  return plain;
}

bool seg_stored_events_apply(const struct seg_run_state *state, uint32_t event) {
  const struct seg_plan *plan = state->plan;
  struct seg_stored_source customers, events;
  if (plan->customer_from_event >= 0 || !seg_plan_gathers_event(plan, event) ||
      !seg_source_stored(state->sources->customer, &customers) ||
      !seg_source_stored(state->sources->events[event], &events))
    return false;
  // Everybody in the table is a customer of the run, so its row is his number.
  return is_plain(&plan->events[event]) && customers.entity->part_count == 1 &&
         customers.entity->parts[0].rows == state->keys->count;
}

/** The event's rows and the customers' numbers in the store. */
struct view {
  struct seg_stored_source events;
  const uint32_t *numbers; // per customer; NULL: the same
};

static struct view view_of(const struct seg_run_state *state, uint32_t event) {
  struct view view = {.numbers = NULL};
  struct seg_stored_source customers;
  if (seg_source_stored(state->sources->events[event], &view.events) &&
      seg_source_stored(state->sources->customer, &customers))
    view.numbers = (const uint32_t *)customers.entity->parts[0].numbers.data;
  return view;
}

// The place of a number among the offsets; UINT64_MAX when it has no rows.
static uint64_t place_of(const struct seg_store_part *part, uint64_t number) {
  uint64_t count = part->offsets.count - 1;
  if (!seg_store_has(&part->numbers))
    return number < count ? number : UINT64_MAX;
  const uint32_t *numbers = (const uint32_t *)part->numbers.data;
  uint64_t low = 0, high = count;
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    if (numbers[middle] < number)
      low = middle + 1;
    else
      high = middle;
  }
  return low < count && numbers[low] == number ? low : UINT64_MAX;
}

static uint64_t rows_of(const struct seg_store_part *part, uint64_t number, uint64_t *first) {
  uint64_t place = place_of(part, number);
  if (place == UINT64_MAX)
    return 0;
  const uint64_t *offsets = (const uint64_t *)part->offsets.data;
  *first = offsets[place];
  return offsets[place + 1] - offsets[place];
}

uint64_t seg_stored_events_rows(const struct seg_run_state *state, uint32_t event, uint64_t first,
                                uint64_t count) {
  struct view view = view_of(state, event);
  uint64_t rows = 0, unused;
  for (uint32_t p = 0; p < view.events.entity->part_count; p++) {
    const struct seg_store_part *part = &view.events.entity->parts[p];
    const uint64_t *offsets = (const uint64_t *)part->offsets.data;
    uint64_t numbers = part->offsets.count - 1;
    if (view.numbers == NULL && !seg_store_has(&part->numbers)) {
      uint64_t from = first < numbers ? first : numbers;
      uint64_t to = first + count < numbers ? first + count : numbers;
      rows += offsets[to] - offsets[from];
      continue;
    }
    for (uint64_t c = first; c < first + count; c++)
      rows += rows_of(part, view.numbers == NULL ? c : view.numbers[c], &unused);
  }
  return rows;
}

// Days before the as-of day among rows first .. first + count - 1, which are verified.
static uint64_t count_days(const struct seg_store_array *days, uint64_t first, uint64_t count,
                           int32_t as_of) {
  uint64_t before = 0;
  if (days->type == SEG_STORE_I16) {
    const int16_t *values = (const int16_t *)days->data + first;
    for (uint64_t i = 0; i < count; i++)
      before += values[i] < as_of;
    return before;
  }
  for (uint64_t i = 0; i < count; i++)
    before += seg_store_integer(days, first + i) < as_of;
  return before;
}

static uint64_t count_customers(const struct view *view, const struct seg_store_part *part,
                                uint64_t customers, int32_t as_of) {
  uint64_t before = 0, first = 0, rows = 0;
  for (uint64_t c = 0; c < customers; c++) {
    uint64_t from = 0, count = rows_of(part, view->numbers == NULL ? c : view->numbers[c], &from);
    if (count > 0 && from != first + rows) {
      before += count_days(&part->days, first, rows, as_of);
      first = from;
      rows = 0;
    }
    rows += count;
  }
  return before + count_days(&part->days, first, rows, as_of);
}

enum seg_status seg_stored_events_count(struct seg_run_state *state, uint32_t event,
                                        struct seg_error *error) {
  struct view view = view_of(state, event);
  struct seg_run_event *result = &state->result->events[event];
  int32_t as_of = state->options->as_of;
  *result = (struct seg_run_event){0};
  for (uint32_t p = 0; p < view.events.entity->part_count; p++) {
    const struct seg_store_part *part = &view.events.entity->parts[p];
    enum seg_status status = seg_store_verify(view.events.store, &part->days, 0, part->rows, error);
    if (status != SEG_OK)
      return status;
    uint64_t events = count_days(&part->days, 0, part->rows, as_of);
    result->rows += part->rows;
    result->events += events;
    result->orphans += events - count_customers(&view, part, state->keys->count, as_of);
  }
  state->result->orphan_events += result->orphans;
  return SEG_OK;
}

static bool add_stretch(struct seg_stored_reader *reader, uint32_t part, uint64_t first,
                        uint64_t count) {
  size_t n = reader->stretches.count;
  struct seg_stored_stretch *last = n == 0 ? NULL : &reader->stretches.items[n - 1];
  if (last != NULL && last->part == part && last->first + last->count == first) {
    last->count += count;
    return true;
  }
  return count == 0 ||
         SEG_VEC_PUSH(&reader->stretches, (struct seg_stored_stretch){part, first, count});
}

// Which rows, in their order: the parts of one customer after each other.
static enum seg_status find_rows(const struct view *view, struct seg_stored_reader *reader,
                                 struct seg_gather *gather, uint64_t first, uint32_t customers,
                                 struct seg_error *error) {
  uint64_t rows = 0;
  reader->stretches.count = 0;
  for (uint32_t c = 0; c < customers; c++) {
    uint64_t number = view->numbers == NULL ? first + c : view->numbers[first + c];
    gather->offsets[c] = rows;
    for (uint32_t p = 0; p < view->events.entity->part_count; p++) {
      uint64_t from = 0, count = rows_of(&view->events.entity->parts[p], number, &from);
      rows += count;
      if (!add_stretch(reader, p, from, count))
        return seg_fail_memory(error, what_for);
    }
  }
  gather->offsets[customers] = gather->count = rows;
  return SEG_OK;
}

/** Where the values of an input lie. */
enum source { DAYS, INSTANT, COLUMN };

static enum seg_status read_rows(const struct view *view, const struct seg_stored_reader *reader,
                                 enum source source, const struct seg_store_column *column,
                                 struct seg_column *to, struct seg_error *error) {
  enum seg_status status = SEG_OK;
  int64_t at = 0;
  for (size_t s = 0; status == SEG_OK && s < reader->stretches.count; s++) {
    const struct seg_stored_stretch *stretch = &reader->stretches.items[s];
    const struct seg_store_part *part = &view->events.entity->parts[stretch->part];
    struct seg_store_values days = {.values = part->days};
    const struct seg_store_values *values = source == COLUMN    ? &column->parts[stretch->part]
                                            : source == INSTANT ? &part->instant
                                                                : &days;
    status =
        seg_store_read(view->events.store, values, stretch->first, stretch->count, to, at, error);
    at += (int64_t)stretch->count;
  }
  return status;
}

static enum seg_status reserve_known(struct seg_stored_reader *reader, uint64_t rows,
                                     struct seg_error *error) {
  uint64_t words = (rows + 63) / 64 + 1;
  if (words * 64 > reader->known_capacity) {
    free(reader->known);
    reader->known_capacity = 0;
    reader->known = malloc(words * sizeof *reader->known);
    if (reader->known == NULL)
      return seg_fail_memory(error, what_for);
    reader->known_capacity = words * 64;
  }
  memset(reader->known, 0, words * sizeof *reader->known);
  return SEG_OK;
}

static bool any_late(const struct seg_gather *gather, int32_t as_of) {
  bool late = false;
  for (uint64_t i = 0; i < gather->count; i++)
    late |= gather->days[i] >= as_of;
  return late;
}

// Elements of `size` bytes; those that are late are left out.
static inline void compact(void *array, size_t size, const uint64_t *late, uint64_t count) {
  char *to = array;
  const char *from = array;
  for (uint64_t i = 0; i < count; i++, from += size) {
    memmove(to, from, size);
    to += seg_bitmap_test(late, (int64_t)i) ? 0 : size;
  }
}

// Rows on or after the as-of day do not exist: the others move together.
static enum seg_status drop_late(struct seg_stored_reader *reader, struct seg_gather *gather,
                                 uint32_t customers, int32_t as_of, struct seg_error *error) {
  uint64_t count = gather->count, kept = 0;
  enum seg_status status = reserve_known(reader, count, error);
  if (status != SEG_OK)
    return status;
  const uint64_t *late = reader->known;
  for (uint32_t c = 0; c < customers; c++) {
    uint64_t first = gather->offsets[c];
    gather->offsets[c] = kept;
    for (uint64_t i = first; i < gather->offsets[c + 1]; i++) {
      if (gather->days[i] >= as_of)
        seg_bitmap_set(reader->known, (int64_t)i);
      else
        kept++;
    }
  }
  compact(gather->days, sizeof(int32_t), late, count);
  for (uint32_t w = 0; w < gather->flag_words; w++)
    compact(gather->flags[w], sizeof(uint64_t), late, count);
  for (uint32_t c = 0; c < gather->layout->column_count; c++) {
    switch (gather->layout->columns[c]) {
    case SEG_LAYOUT_BIT: break; // never carried
    case SEG_LAYOUT_I32: compact(gather->columns[c], sizeof(int32_t), late, count); break;
    case SEG_LAYOUT_I64: compact(gather->columns[c], sizeof(int64_t), late, count); break;
    case SEG_LAYOUT_F64: compact(gather->columns[c], sizeof(double), late, count); break;
    case SEG_LAYOUT_TEXT: compact(gather->columns[c], sizeof(struct seg_str), late, count); break;
    }
  }
  gather->offsets[customers] = gather->count = kept;
  return SEG_OK;
}

static enum seg_status read_column(const struct view *view, const struct seg_plan_entity *entity,
                                   uint32_t carried, struct seg_stored_reader *reader,
                                   struct seg_gather *gather, struct seg_error *error) {
  uint32_t input = entity->scan.steps[entity->scan.value_roots[carried]].slot;
  uint32_t flag = entity->carried_flag == NULL ? UINT32_MAX : entity->carried_flag[carried];
  const struct seg_store_column *column = view->events.columns[input];
  struct seg_column to = {.layout = entity->carried_layout[carried],
                          .values = gather->columns[carried]};
  enum seg_status status = SEG_OK;
  if (flag != UINT32_MAX) {
    status = reserve_known(reader, gather->count, error);
    to.known = reader->known;
  }
  enum source source = column != NULL                                     ? COLUMN
                       : entity->inputs[input].type == SEG_COLUMN_INSTANT ? INSTANT
                                                                          : DAYS;
  if (status == SEG_OK)
    status = read_rows(view, reader, source, column, &to, error);
  if (status != SEG_OK)
    return status;
  for (uint64_t i = 0; flag != UINT32_MAX && i < gather->count; i++)
    gather->flags[flag / 64][i] |= (reader->known[i / 64] >> (i % 64) & 1) << (flag % 64);
  return SEG_OK;
}

// Kernels may read up to the next multiple of 64 rows; texts there must be empty.
static void clear_padding(struct seg_gather *gather) {
  uint64_t end = (gather->count + SEG_COLUMN_ROUND - 1) / SEG_COLUMN_ROUND * SEG_COLUMN_ROUND;
  for (uint32_t c = 0; c < gather->layout->column_count; c++)
    if (gather->layout->columns[c] == SEG_LAYOUT_TEXT)
      memset((struct seg_str *)gather->columns[c] + gather->count, 0,
             (end - gather->count) * sizeof(struct seg_str));
}

enum seg_status seg_stored_events_gather(const struct seg_run_state *state, uint32_t event,
                                         struct seg_stored_reader *reader,
                                         struct seg_gather *gather, uint64_t first,
                                         uint32_t customers, struct seg_error *error) {
  const struct seg_plan_entity *entity = &state->plan->events[event];
  struct view view = view_of(state, event);
  struct seg_column days = {.layout = SEG_LAYOUT_I32, .values = gather->days};
  int32_t as_of = state->options->as_of;
  enum seg_status status = find_rows(&view, reader, gather, first, customers, error);
  if (status == SEG_OK)
    status = read_rows(&view, reader, DAYS, NULL, &days, error);
  for (uint32_t w = 0; status == SEG_OK && w < gather->flag_words; w++)
    memset(gather->flags[w], 0, gather->count * sizeof(uint64_t));
  for (uint32_t c = 0; status == SEG_OK && c < entity->carried_count; c++)
    status = read_column(&view, entity, c, reader, gather, error);
  if (status == SEG_OK && any_late(gather, as_of))
    status = drop_late(reader, gather, customers, as_of, error);
  clear_padding(gather);
  return status;
}
