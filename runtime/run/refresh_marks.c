// See refresh_marks.h. Days are compared 64 rows at a time, wherever customers begin; the customer
// of a row is looked for where one is found.
#include "runtime/run/refresh_marks.h"

#include <stdlib.h>

#include "runtime/run/stored_rows.h"

enum { ROWS = 1 << 12 }; // whose days are compared at a time

static const char what_for[] = "what is new in the store";

/** Some customers in one part: their places among its offsets. */
struct stretch {
  const struct seg_store_part *part;
  uint64_t place, end;
  uint64_t first;   // customer
  uint64_t *marked; // from that one on
};

static inline uint64_t number_at(const struct seg_store_part *part, uint64_t place) {
  return seg_store_has(&part->numbers) ? ((const uint32_t *)part->numbers.data)[place] : place;
}

static inline void mark(const struct stretch *stretch, uint64_t place) {
  seg_bitmap_set(stretch->marked, (int64_t)(number_at(stretch->part, place) - stretch->first));
}

static void mark_all(const struct stretch *stretch) {
  const uint64_t *offsets = (const uint64_t *)stretch->part->offsets.data;
  for (uint64_t place = stretch->place; place < stretch->end; place++)
    if (offsets[place] < offsets[place + 1])
      mark(stretch, place);
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

/** Changed days of one part, when they are few. */
struct few_days {
  uint32_t count; // 0: they are looked at range by range
  int16_t days[8];
};

static void find_few(const struct seg_refresh_marks *marks, const struct seg_changed_days *changed,
                     const struct seg_store_part *part, struct few_days *few) {
  few->count = 0;
  if (marks->kernels->any_i16 == NULL || part->days.type != SEG_STORE_I16 || !part->span.is_known)
    return;
  for (size_t i = 0; i < changed->ranges.count; i++) {
    struct seg_day_range range = changed->ranges.items[i];
    int32_t first = range.first > part->span.first ? range.first : part->span.first;
    int32_t last = range.last < part->span.last ? range.last : part->span.last;
    for (int64_t day = first; day <= last; day++) {
      if (few->count == sizeof few->days / sizeof *few->days) {
        few->count = 0;
        return;
      }
      few->days[few->count++] = (int16_t)day; // as the days of the part are
    }
  }
}

// words = which of the days, from the first word of some row on, are changed ones.
static void compare(const struct seg_refresh_marks *marks, const struct seg_changed_days *changed,
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
    if (low == high)
      marks->kernels->compare[type][SEG_MASK_EQUAL](
          values, (int64_t)rows, (union seg_mask_constant){.integer = low}, some);
    else
      marks->kernels->between[type](values, (int64_t)rows, low, high, some);
    for (uint64_t w = 0; w < rows / 64; w++)
      words[w] |= some[w];
  }
}

// The place whose rows a row is among: `place`, where those begin that were looked for last, or one
// behind it. A few are looked at together, as nobody could predict which one it is.
static uint64_t place_of(const uint64_t *offsets, uint64_t place, uint64_t end, uint64_t row) {
  enum { TOGETHER = 16 };
  while (end - place > TOGETHER) {
    unsigned before = 0;
#pragma GCC unroll 16
    for (unsigned i = 1; i <= TOGETHER; i++)
      before += offsets[place + i] <= row;
    place += before;
    if (before < TOGETHER)
      return place;
  }
  while (offsets[place + 1] <= row)
    place++;
  return place;
}

static void mark_rows(const struct seg_refresh_marks *marks, const struct seg_changed_days *changed,
                      const struct stretch *stretch) {
  const struct seg_store_part *part = stretch->part;
  const uint64_t *offsets = (const uint64_t *)part->offsets.data;
  uint64_t begin = offsets[stretch->place], end = offsets[stretch->end], place = stretch->place;
  uint64_t words[ROWS / 64];
  struct few_days few;
  find_few(marks, changed, part, &few);
  for (uint64_t first = begin / 64 * 64; first < end; first += ROWS) {
    uint64_t rows = end - first < ROWS ? (end - first + 63) / 64 * 64 : ROWS;
    if (few.count > 0)
      marks->kernels->any_i16((const int16_t *)part->days.data + first, (int64_t)rows, few.days,
                              few.count, words);
    else
      compare(marks, changed, &part->days, first, rows, words);
    for (uint64_t w = 0; w < rows / 64; w++)
      for (uint64_t word = words[w]; word != 0; word &= word - 1) {
        uint64_t row = first + w * 64 + (uint64_t)__builtin_ctzll(word);
        if (row < begin || row >= end)
          continue;
        place = place_of(offsets, place, stretch->end, row);
        mark(stretch, place);
      }
  }
}

static enum seg_status mark_part(const struct seg_refresh_marks *marks, uint32_t event,
                                 uint32_t number, uint64_t first, uint64_t end, uint64_t *marked,
                                 struct seg_error *error) {
  struct seg_stored_view view = seg_stored_view(marks->state, event);
  const struct seg_store_part *part = &view.from.entity->parts[number];
  const struct seg_changed_days *changed = &marks->changed[event];
  bool is_new = number >= marks->parts[event] || part->days.type > SEG_STORE_I32;
  // Looking for the customers among the numbers of a part costs a search: not for nothing.
  if (!is_new && !seg_changed_days_meet(changed, part->span.is_known ? part->span.first : INT32_MIN,
                                        part->span.is_known ? part->span.last : INT32_MAX))
    return SEG_OK;
  struct stretch stretch = {.part = part,
                            .place = seg_stored_place(part, first),
                            .end = seg_stored_place(part, end),
                            .first = first,
                            .marked = marked};
  if (is_new)
    mark_all(&stretch);
  if (is_new || stretch.place == stretch.end)
    return SEG_OK;
  const uint64_t *offsets = (const uint64_t *)part->offsets.data;
  uint64_t row = offsets[stretch.place];
  enum seg_status status =
      seg_store_verify(view.from.store, &part->days, row, offsets[stretch.end] - row, error);
  if (status == SEG_OK)
    mark_rows(marks, changed, &stretch);
  return status;
}

enum seg_status seg_refresh_marks_find(const struct seg_refresh_marks *marks, uint64_t first,
                                       uint64_t end, uint64_t *marked, struct seg_error *error) {
  enum seg_status status = SEG_OK;
  for (uint32_t e = 0; e < marks->state->plan->event_count; e++) {
    if (!seg_run_folds_event(marks->state, e))
      continue;
    struct seg_stored_view view = seg_stored_view(marks->state, e);
    for (uint32_t p = 0; status == SEG_OK && p < view.from.entity->part_count; p++)
      status = mark_part(marks, e, p, first, end, marked, error);
  }
  return status;
}

enum seg_status seg_refresh_marks_init(struct seg_refresh_marks *marks, struct seg_run_state *state,
                                       const int32_t *windows, const uint32_t *parts,
                                       struct seg_error *error) {
  uint32_t events = state->plan->event_count;
  *marks = (struct seg_refresh_marks){
      .state = state, .parts = parts, .kernels = seg_mask_kernels(seg_mask_best_level())};
  marks->changed = calloc((size_t)events + 1, sizeof *marks->changed);
  bool found = marks->changed != NULL;
  for (uint32_t e = 0; found && e < events; e++)
    found =
        seg_changed_days_find(&marks->changed[e], &state->plan->folds[e], windows, state->windows);
  return found ? SEG_OK : seg_fail_memory(error, what_for);
}

void seg_refresh_marks_deinit(struct seg_refresh_marks *marks) {
  for (uint32_t e = 0; marks->changed != NULL && e < marks->state->plan->event_count; e++)
    SEG_VEC_FREE(&marks->changed[e].ranges);
  free(marks->changed);
  *marks = (struct seg_refresh_marks){0};
}
