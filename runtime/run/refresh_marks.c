// See refresh_marks.h. Days are compared 64 rows at a time, wherever customers begin; the customer
// of a row is looked for where one is found.
#include "runtime/run/refresh_marks.h"

#include <stdlib.h>

#include "runtime/filter/mask_kernels.h"
#include "runtime/run/changed_days.h"
#include "runtime/run/stored_rows.h"
#include "runtime/run/workers.h"

enum {
  CUSTOMERS = 1 << 14, // that a worker takes at a time
  ROWS = 1 << 12,      // whose days are compared at a time
};

static const char what_for[] = "what is new in the store";

struct marking {
  struct seg_run_state *state;
  const uint32_t *parts;
  struct seg_changed_days *changed; // per event
  const struct seg_mask_kernels *kernels;
  uint64_t *marked;
  struct seg_first_error first;
  _Atomic uint64_t next; // customer
};

/** Some customers in one part: their places among its offsets. */
struct stretch {
  const struct seg_store_part *part;
  uint64_t place, end;
};

static uint64_t number_at(const struct seg_store_part *part, uint64_t place) {
  return seg_store_has(&part->numbers) ? ((const uint32_t *)part->numbers.data)[place] : place;
}

static void mark_all(struct marking *marking, const struct stretch *stretch) {
  const uint64_t *offsets = (const uint64_t *)stretch->part->offsets.data;
  for (uint64_t place = stretch->place; place < stretch->end; place++)
    if (offsets[place] < offsets[place + 1])
      seg_bitmap_set(marking->marked, (int64_t)number_at(stretch->part, place));
}

// Of what a day may be stored as.
static const int64_t lowest[] = {
    [SEG_MASK_I8] = INT8_MIN, [SEG_MASK_I16] = INT16_MIN, [SEG_MASK_I32] = INT32_MIN};
static const int64_t highest[] = {
    [SEG_MASK_I8] = INT8_MAX, [SEG_MASK_I16] = INT16_MAX, [SEG_MASK_I32] = INT32_MAX};

static enum seg_mask_type type_of(const struct seg_store_array *days) {
  return days->type == SEG_STORE_I8    ? SEG_MASK_I8
         : days->type == SEG_STORE_I16 ? SEG_MASK_I16
                                       : SEG_MASK_I32;
}

// words = which of the days, from the first word of some row on, are changed ones.
static void compare(const struct marking *marking, const struct seg_changed_days *changed,
                    const struct seg_store_array *days, uint64_t first, uint64_t rows,
                    uint64_t *words) {
  enum seg_mask_type type = type_of(days);
  const unsigned char *values = days->data + first * seg_store_types[days->type].size;
  uint64_t some[ROWS / 64];
  for (uint64_t w = 0; w < rows / 64; w++)
    words[w] = 0;
  for (size_t i = 0; i < changed->ranges.count; i++) {
    struct seg_day_range range = changed->ranges.items[i];
    int64_t low = range.first > lowest[type] ? range.first : lowest[type];
    int64_t high = range.last < highest[type] ? range.last : highest[type];
    if (low > high)
      continue;
    marking->kernels->between[type](values, (int64_t)rows, low, high, some);
    for (uint64_t w = 0; w < rows / 64; w++)
      words[w] |= some[w];
  }
}

static void mark_rows(struct marking *marking, const struct seg_changed_days *changed,
                      const struct stretch *stretch) {
  const struct seg_store_part *part = stretch->part;
  const uint64_t *offsets = (const uint64_t *)part->offsets.data;
  uint64_t begin = offsets[stretch->place], end = offsets[stretch->end], place = stretch->place;
  uint64_t words[ROWS / 64];
  for (uint64_t first = begin / 64 * 64; first < end; first += ROWS) {
    uint64_t rows = end - first < ROWS ? (end - first + 63) / 64 * 64 : ROWS;
    compare(marking, changed, &part->days, first, rows, words);
    for (uint64_t w = 0; w < rows / 64; w++)
      for (uint64_t word = words[w]; word != 0; word &= word - 1) {
        uint64_t row = first + w * 64 + (uint64_t)__builtin_ctzll(word);
        if (row < begin || row >= end)
          continue;
        while (offsets[place + 1] <= row)
          place++;
        seg_bitmap_set(marking->marked, (int64_t)number_at(part, place));
      }
  }
}

static enum seg_status mark_part(struct marking *marking, uint32_t event, uint32_t number,
                                 uint64_t first, uint64_t end, struct seg_error *error) {
  struct seg_stored_view view = seg_stored_view(marking->state, event);
  const struct seg_store_part *part = &view.from.entity->parts[number];
  const struct seg_changed_days *changed = &marking->changed[event];
  struct stretch stretch = {part, seg_stored_place(part, first), seg_stored_place(part, end)};
  if (number >= marking->parts[event] || part->days.type > SEG_STORE_I32) {
    mark_all(marking, &stretch);
    return SEG_OK;
  }
  if (stretch.place == stretch.end ||
      !seg_changed_days_meet(changed, part->span.is_known ? part->span.first : INT32_MIN,
                             part->span.is_known ? part->span.last : INT32_MAX))
    return SEG_OK;
  const uint64_t *offsets = (const uint64_t *)part->offsets.data;
  uint64_t row = offsets[stretch.place];
  enum seg_status status =
      seg_store_verify(view.from.store, &part->days, row, offsets[stretch.end] - row, error);
  if (status == SEG_OK)
    mark_rows(marking, changed, &stretch);
  return status;
}

static enum seg_status mark_some(struct marking *marking, uint64_t first, uint64_t end,
                                 struct seg_error *error) {
  enum seg_status status = SEG_OK;
  for (uint32_t e = 0; e < marking->state->plan->event_count; e++) {
    if (!seg_run_folds_event(marking->state, e))
      continue;
    struct seg_stored_view view = seg_stored_view(marking->state, e);
    for (uint32_t p = 0; status == SEG_OK && p < view.from.entity->part_count; p++)
      status = mark_part(marking, e, p, first, end, error);
  }
  return status;
}

static void mark_worker(void *context, unsigned worker) {
  (void)worker;
  struct marking *marking = context;
  uint64_t customers = marking->state->keys->count;
  struct seg_error error;
  while (!seg_first_error_any(&marking->first)) {
    uint64_t first = atomic_fetch_add(&marking->next, CUSTOMERS);
    if (first >= customers)
      break;
    uint64_t end = customers - first < CUSTOMERS ? customers : first + CUSTOMERS;
    if (mark_some(marking, first, end, &error) != SEG_OK)
      seg_first_error_offer(&marking->first, (int64_t)first, true, &error);
  }
}

enum seg_status seg_refresh_marks_find(struct seg_run_state *state, const int32_t *before,
                                       const uint32_t *parts, uint64_t *marked,
                                       struct seg_error *error) {
  uint32_t events = state->plan->event_count;
  struct marking marking = {.state = state,
                            .parts = parts,
                            .kernels = seg_mask_kernels(seg_mask_best_level()),
                            .marked = marked};
  marking.changed = calloc((size_t)events + 1, sizeof *marking.changed);
  bool found = marking.changed != NULL;
  for (uint32_t e = 0; found && e < events; e++)
    found =
        seg_changed_days_find(&marking.changed[e], &state->plan->folds[e], before, state->windows);
  enum seg_status status = SEG_OK;
  if (found) {
    seg_first_error_init(&marking.first);
    seg_workers_run(state->threads, mark_worker, &marking);
    status = seg_first_error_take(&marking.first, NULL, error);
    seg_first_error_deinit(&marking.first);
  }
  for (uint32_t e = 0; marking.changed != NULL && e < events; e++)
    SEG_VEC_FREE(&marking.changed[e].ranges);
  free(marking.changed);
  return found ? status : seg_fail_memory(error, what_for);
}
