// Slices of many runs -> columns clustered by customer; see gather.h.
#include "runtime/fold/gather.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/column/column.h"
#include "runtime/entity/run_errors.h"

enum {
  AHEAD = 2,       // slices
  FARTHEST = 4096, // bytes of a slice; beyond, the machine has understood by itself
};

static const char what_for[] = "the events of a group of customers";

static uint32_t flag_words(const struct seg_event_layout *layout, uint32_t added_flags) {
  return (layout->flag_count + added_flags + 63) / 64;
}

enum seg_status seg_gather_init(struct seg_gather *gather, const struct seg_event_layout *layout,
                                uint32_t added_flags, uint32_t customers, struct seg_error *error) {
  *gather = (struct seg_gather){.layout = layout,
                                .customer_capacity = customers,
                                .flag_words = flag_words(layout, added_flags)};
  gather->offsets = calloc((size_t)customers + 1, sizeof *gather->offsets);
  gather->cursor = calloc((size_t)customers + 1, sizeof *gather->cursor);
  gather->flags = calloc((size_t)gather->flag_words + 1, sizeof *gather->flags);
  gather->columns = calloc((size_t)layout->column_count + 1, sizeof *gather->columns);
  if (gather->offsets == NULL || gather->cursor == NULL || gather->flags == NULL ||
      gather->columns == NULL)
    return seg_fail_memory(error, what_for);
  return SEG_OK;
}

void seg_gather_release(struct seg_gather *gather) {
  if (gather->layout == NULL)
    return;
  free(gather->days);
  gather->days = NULL;
  for (uint32_t w = 0; gather->flags != NULL && w < gather->flag_words; w++) {
    free(gather->flags[w]);
    gather->flags[w] = NULL;
  }
  for (uint32_t c = 0; gather->columns != NULL && c < gather->layout->column_count; c++) {
    free(gather->columns[c]);
    gather->columns[c] = NULL;
  }
  gather->capacity = gather->count = 0;
}

void seg_gather_deinit(struct seg_gather *gather) {
  seg_gather_release(gather);
  free(gather->offsets);
  free(gather->cursor);
  free(gather->flags);
  free(gather->columns);
  free(gather->positions);
  free(gather->present);
  free(gather->few);
  *gather = (struct seg_gather){0};
}

static uint64_t rounded(uint64_t events) {
  return (events + SEG_COLUMN_ROUND - 1) / SEG_COLUMN_ROUND * SEG_COLUMN_ROUND;
}

static uint64_t value_bytes(enum seg_layout layout) {
  switch (layout) {
  case SEG_LAYOUT_BIT: break; // never carried
  case SEG_LAYOUT_I32: return 4;
  case SEG_LAYOUT_I64: return 8;
  case SEG_LAYOUT_F64: return 8;
  case SEG_LAYOUT_TEXT: return sizeof(struct seg_str);
  }
  return 0;
}

uint64_t seg_gather_bytes(const struct seg_event_layout *layout, uint32_t added_flags,
                          uint64_t events) {
  uint64_t row = sizeof(int32_t) + flag_words(layout, added_flags) * sizeof(uint64_t);
  for (uint32_t c = 0; c < layout->column_count; c++)
    row += value_bytes(layout->columns[c]);
  return row * rounded(events);
}

static void *new_array(uint64_t rows, uint64_t width) {
  return aligned_alloc(SEG_COLUMN_ALIGNMENT, rows * width); // a multiple of 64 rows
}

enum seg_status seg_gather_reserve(struct seg_gather *gather, uint64_t events,
                                   struct seg_error *error) {
  gather->count = 0;
  if (events <= gather->capacity && gather->days != NULL)
    return SEG_OK;
  seg_gather_release(gather);
  uint64_t rows = rounded(events == 0 ? 1 : events);
  const struct seg_event_layout *layout = gather->layout;
  gather->days = new_array(rows, sizeof(int32_t));
  bool complete = gather->days != NULL;
  for (uint32_t w = 0; w < gather->flag_words && complete; w++) {
    gather->flags[w] = new_array(rows, sizeof(uint64_t));
    complete = gather->flags[w] != NULL;
  }
  for (uint32_t c = 0; c < layout->column_count && complete; c++) {
    gather->columns[c] = new_array(rows, value_bytes(layout->columns[c]));
    complete = gather->columns[c] != NULL;
  }
  if (!complete) {
    seg_gather_release(gather);
    return seg_fail_memory(error, what_for);
  }
  gather->capacity = rows;
  return SEG_OK;
}

static const void *field(const struct seg_slice *slice, uint32_t before) {
  return slice->bytes + (size_t)before * slice->count;
}

// Slices are short and far apart: without a hint each begins with a wait for memory.
static void prefetch(const struct seg_slice *slices, size_t slice_count, size_t slice) {
  if (slice >= slice_count)
    return;
  size_t size = (size_t)slices[slice].form->row_bytes * slices[slice].count;
  size = size < FARTHEST ? size : FARTHEST;
  for (size_t at = 0; at < size; at += SEG_COLUMN_ALIGNMENT)
    __builtin_prefetch(slices[slice].bytes + at);
}

static void count_customers(struct seg_gather *gather, const struct seg_slice *slices,
                            size_t slice_count, uint32_t first_customer, uint32_t customers) {
  uint32_t *counts = gather->cursor;
  memset(counts, 0, customers * sizeof *counts);
  for (size_t s = 0; s < slice_count; s++) {
    prefetch(slices, slice_count, s + AHEAD);
    const uint16_t *numbers = field(&slices[s], slices[s].form->customer.before);
    uint32_t *own = counts + (slices[s].first_customer - first_customer);
    for (uint32_t i = 0; i < slices[s].count; i++)
      own[numbers[i]]++;
  }
  uint64_t sum = 0;
  for (uint32_t c = 0; c < customers; c++) {
    gather->offsets[c] = sum;
    sum += counts[c];
    counts[c] = (uint32_t)gather->offsets[c]; // from here on: where the next event goes
  }
  gather->offsets[customers] = sum;
  gather->count = sum;
}

// The same for those who have events. Their bits bring them into order, and say whose counts are of
// these slices and whose are left over: nothing has to be cleared for those without events.
static void count_few(struct seg_gather *gather, const struct seg_slice *slices, size_t slice_count,
                      uint32_t first_customer, uint32_t customers) {
  uint32_t *counts = gather->cursor;
  size_t words = ((size_t)customers + 63) / 64;
  memset(gather->present, 0, words * sizeof *gather->present);
  for (size_t s = 0; s < slice_count; s++) {
    prefetch(slices, slice_count, s + AHEAD);
    const uint16_t *numbers = field(&slices[s], slices[s].form->customer.before);
    uint32_t base = slices[s].first_customer - first_customer;
    for (uint32_t i = 0; i < slices[s].count; i++) {
      uint32_t customer = base + numbers[i];
      uint64_t *word = &gather->present[customer / 64];
      uint32_t was_there = (uint32_t)(*word >> (customer % 64)) & 1;
      *word |= UINT64_C(1) << (customer % 64);
      counts[customer] = (counts[customer] & -was_there) + 1;
    }
  }
  uint32_t sum = 0, count = 0;
  for (size_t w = 0; w < words; w++)
    for (uint64_t word = gather->present[w]; word != 0; word &= word - 1) {
      uint32_t customer = (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(word);
      uint32_t more = counts[customer];
      gather->few[count] = customer;
      gather->offsets[count++] = counts[customer] = sum;
      sum += more;
    }
  gather->offsets[count] = sum;
  gather->few_count = count;
  gather->count = sum;
}

#define SCATTER(type, slice, before, target)                                                       \
  do {                                                                                             \
    const type *from = field(slice, before);                                                       \
    for (uint32_t i = 0; i < (slice)->count; i++)                                                  \
      (target)[positions[i]] = from[i];                                                            \
  } while (0)

static void scatter_texts(const struct seg_slice *slice, uint32_t before, const uint32_t *positions,
                          struct seg_str *target) {
  const struct seg_slice_text *from = field(slice, before);
  const char *heap = (const char *)slice->bytes + (size_t)slice->form->row_bytes * slice->count;
  for (uint32_t i = 0; i < slice->count; i++)
    target[positions[i]] = (struct seg_str){.data = heap + from[i].offset, .size = from[i].size};
}

static void scatter_word(const struct seg_gather *gather, const struct seg_slice *slice,
                         uint32_t word) {
  const uint32_t *positions = gather->positions;
  uint64_t *target = gather->flags[word];
  uint32_t width = slice->form->words[word].bytes, before = slice->form->words[word].before;
  if (width == 1)
    SCATTER(uint8_t, slice, before, target);
  else if (width == 2)
    SCATTER(uint16_t, slice, before, target);
  else if (width == 4)
    SCATTER(uint32_t, slice, before, target);
  else
    SCATTER(uint64_t, slice, before, target);
}

static void scatter_days(const struct seg_slice *slice, const uint32_t *positions, int32_t *days) {
  const struct seg_slice_form *form = slice->form;
  if (form->day.bytes == 4) {
    SCATTER(int32_t, slice, form->day.before, days);
    return;
  }
  const uint16_t *from = field(slice, form->day.before);
  for (uint32_t i = 0; i < slice->count; i++)
    days[positions[i]] = form->first_day + from[i];
}

static void scatter_i32(const struct seg_slice *slice, struct seg_slice_field of,
                        const uint32_t *positions, int32_t *target) {
  if (of.bytes == 1)
    SCATTER(int8_t, slice, of.before, target); // NOLINT(bugprone-signed-char-misuse): a number
  else if (of.bytes == 2)
    SCATTER(int16_t, slice, of.before, target);
  else
    SCATTER(int32_t, slice, of.before, target);
}

static void scatter_i64(const struct seg_slice *slice, struct seg_slice_field of,
                        const uint32_t *positions, int64_t *target) {
  if (of.bytes == 1)
    SCATTER(int8_t, slice, of.before, target); // NOLINT(bugprone-signed-char-misuse): a number
  else if (of.bytes == 2)
    SCATTER(int16_t, slice, of.before, target);
  else if (of.bytes == 4)
    SCATTER(int32_t, slice, of.before, target);
  else
    SCATTER(int64_t, slice, of.before, target);
}

static void scatter_slice(const struct seg_gather *gather, const struct seg_slice *slice) {
  const struct seg_event_layout *layout = gather->layout;
  const uint32_t *positions = gather->positions;
  scatter_days(slice, positions, gather->days);
  for (uint32_t w = 0; w < layout->flag_words; w++)
    scatter_word(gather, slice, w);
  for (uint32_t c = 0; c < layout->column_count; c++) {
    struct seg_slice_field of = slice->form->columns[c];
    switch (layout->columns[c]) {
    case SEG_LAYOUT_BIT: break; // never carried
    case SEG_LAYOUT_I32: scatter_i32(slice, of, positions, gather->columns[c]); break;
    case SEG_LAYOUT_I64: scatter_i64(slice, of, positions, gather->columns[c]); break;
    case SEG_LAYOUT_F64: SCATTER(double, slice, of.before, (double *)gather->columns[c]); break;
    case SEG_LAYOUT_TEXT: scatter_texts(slice, of.before, positions, gather->columns[c]); break;
    }
  }
}

static enum seg_status reserve_positions(struct seg_gather *gather, const struct seg_slice *slices,
                                         size_t slice_count, struct seg_error *error) {
  uint32_t longest = 0;
  uint64_t sum = 0;
  for (size_t s = 0; s < slice_count; s++) {
    longest = slices[s].count > longest ? slices[s].count : longest;
    sum += slices[s].count;
  }
  if (sum >= UINT32_MAX)
    return seg_fail(error, SEG_LIMIT, seg_run_code(SEG_RUN_ERROR_EVENTS),
                    "one group of customers has more than 4,294,967,294 events of one kind, the "
                    "most that can be folded at once");
  if (longest <= gather->position_capacity)
    return SEG_OK;
  free(gather->positions);
  gather->position_capacity = 0;
  gather->positions = malloc(longest * sizeof *gather->positions);
  if (gather->positions == NULL)
    return seg_fail_memory(error, what_for);
  gather->position_capacity = longest;
  return SEG_OK;
}

// Words that no slice has. In the last word of the slices, scattering has cleared the added bits.
static void zero_added_flags(struct seg_gather *gather) {
  for (uint32_t w = gather->layout->flag_words; w < gather->flag_words; w++)
    memset(gather->flags[w], 0, gather->count * sizeof(uint64_t));
}

// Kernels may read up to the next multiple of 64 rows; texts there must be empty.
static void zero_padding(struct seg_gather *gather) {
  uint64_t end = rounded(gather->count);
  for (uint32_t c = 0; c < gather->layout->column_count; c++)
    if (gather->layout->columns[c] == SEG_LAYOUT_TEXT)
      memset((struct seg_str *)gather->columns[c] + gather->count, 0,
             (end - gather->count) * sizeof(struct seg_str));
}

// Where the events go is known.
static void scatter(struct seg_gather *gather, const struct seg_slice *slices, size_t slice_count,
                    uint32_t first_customer) {
  for (size_t s = 0; s < slice_count; s++) {
    const uint16_t *numbers = field(&slices[s], slices[s].form->customer.before);
    uint32_t *own = gather->cursor + (slices[s].first_customer - first_customer);
    for (uint32_t i = 0; i < slices[s].count; i++)
      gather->positions[i] = own[numbers[i]]++;
    scatter_slice(gather, &slices[s]);
  }
  zero_added_flags(gather);
  zero_padding(gather);
}

enum seg_status seg_gather_run(struct seg_gather *gather, const struct seg_slice *slices,
                               size_t slice_count, uint32_t first_customer, uint32_t customers,
                               struct seg_error *error) {
  enum seg_status status = reserve_positions(gather, slices, slice_count, error);
  if (status != SEG_OK)
    return status;
  count_customers(gather, slices, slice_count, first_customer, customers);
  scatter(gather, slices, slice_count, first_customer);
  return SEG_OK;
}

static bool reserve_few(struct seg_gather *gather) {
  if (gather->present != NULL)
    return true;
  free(gather->few);
  gather->few = calloc((size_t)gather->customer_capacity + 1, sizeof *gather->few);
  gather->present = gather->few == NULL ? NULL
                                        : calloc((size_t)gather->customer_capacity / 64 + 1,
                                                 sizeof *gather->present);
  return gather->present != NULL;
}

enum seg_status seg_gather_run_few(struct seg_gather *gather, const struct seg_slice *slices,
                                   size_t slice_count, uint32_t first_customer, uint32_t customers,
                                   struct seg_error *error) {
  enum seg_status status = reserve_positions(gather, slices, slice_count, error);
  if (status != SEG_OK)
    return status;
  if (!reserve_few(gather))
    return seg_fail_memory(error, what_for);
  count_few(gather, slices, slice_count, first_customer, customers);
  scatter(gather, slices, slice_count, first_customer);
  return SEG_OK;
}
