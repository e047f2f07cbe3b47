// Stored events that are gathered; see stored_events.h.
#include <stdlib.h>
#include <string.h>

#include "runtime/run/stored_events.h"
#include "runtime/store/store_read.h"

static const char what_for[] = "the events of a group of customers";

void seg_stored_reader_deinit(struct seg_stored_reader *reader) {
  seg_stored_stretches_deinit(&reader->stretches);
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
  return seg_stored_events_fit(plan, state->sources, event) ||
         (plan->customer_from_event < 0 && seg_plan_gathers_event(plan, event) &&
          seg_source_stored(state->sources->customer, &customers) &&
          seg_source_stored(state->sources->events[event], &events) &&
          is_plain(&plan->events[event]));
}

/** Where the values of an input lie. */
enum source { DAYS, INSTANT, COLUMN };

static enum seg_status read_rows(const struct seg_stored_view *view,
                                 const struct seg_stored_reader *reader, enum source source,
                                 const struct seg_store_column *column, struct seg_column *to,
                                 struct seg_error *error) {
  enum seg_status status = SEG_OK;
  int64_t at = 0;
  for (size_t s = 0; status == SEG_OK && s < reader->stretches.list.count; s++) {
    const struct seg_stored_stretch *stretch = &reader->stretches.list.items[s];
    const struct seg_store_part *part = &view->from.entity->parts[stretch->part];
    struct seg_store_values days = {.values = part->days};
    const struct seg_store_values *values = source == COLUMN    ? &column->parts[stretch->part]
                                            : source == INSTANT ? &part->instant
                                                                : &days;
    status =
        seg_store_read(view->from.store, values, stretch->first, stretch->count, to, at, error);
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

static enum seg_status read_column(const struct seg_stored_view *view,
                                   const struct seg_plan_entity *entity, uint32_t carried,
                                   struct seg_stored_reader *reader, struct seg_gather *gather,
                                   struct seg_error *error) {
  uint32_t input = entity->scan.steps[entity->scan.value_roots[carried]].slot;
  uint32_t flag = entity->carried_flag == NULL ? UINT32_MAX : entity->carried_flag[carried];
  const struct seg_store_column *column = view->from.columns[input];
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
  struct seg_stored_view view = seg_stored_view(state, event);
  struct seg_column days = {.layout = SEG_LAYOUT_I32, .values = gather->days};
  int32_t as_of = state->options->as_of;
  enum seg_status status;
  uint32_t taken = 0;
  seg_stored_stretches_deinit(&reader->stretches); // of another event
  status = seg_stored_stretches_init(&reader->stretches, &view, INT32_MIN, error);
  if (status == SEG_OK)
    status = seg_stored_stretches_find(&reader->stretches, first, customers, UINT64_MAX,
                                       gather->offsets, &taken, error);
  gather->count = gather->offsets[customers];
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
