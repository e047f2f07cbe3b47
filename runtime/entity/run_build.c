// Sorting a morsel by partition and laying out its slices; see run_build.h.
#include "runtime/entity/run_build.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/entity/run_errors.h"

static const char what_for[] = "sorting the events";

void seg_run_builder_deinit(struct seg_run_builder *builder) {
  free(builder->order);
  free(builder->customers);
  free(builder->words);
  free(builder->column_bytes);
  free(builder->cursor);
  free(builder->text_bytes);
  free(builder->spill_buffer);
  seg_run_memory_close(&builder->open);
  *builder = (struct seg_run_builder){0};
}

static enum seg_status reserve(struct seg_run_builder *builder,
                               const struct seg_event_layout *layout,
                               const struct seg_event_rows *rows, uint32_t partitions,
                               struct seg_error *error) {
  if (builder->column_bytes == NULL)
    builder->column_bytes = malloc(layout->column_count + 1);
  if (builder->column_bytes == NULL)
    return seg_fail_memory(error, what_for);
  uint32_t needed = rows->rows[rows->count - 1] + 1; // flag words go by row of the morsel
  if (needed > builder->capacity) {
    free(builder->order);
    free(builder->customers);
    free(builder->words);
    builder->capacity = 0;
    uint32_t capacity = (needed + 63) / 64 * 64;
    builder->order = malloc(capacity * sizeof *builder->order);
    builder->customers = malloc(capacity * sizeof *builder->customers);
    builder->words = malloc(capacity * sizeof *builder->words);
    if (builder->order == NULL || builder->customers == NULL || builder->words == NULL)
      return seg_fail_memory(error, what_for);
    builder->capacity = capacity;
  }
  if (partitions > builder->partition_capacity) {
    free(builder->cursor);
    free(builder->text_bytes);
    builder->partition_capacity = 0;
    uint32_t capacity = partitions + partitions / 2;
    builder->cursor = malloc(capacity * sizeof *builder->cursor);
    builder->text_bytes = malloc(capacity * sizeof *builder->text_bytes);
    if (builder->cursor == NULL || builder->text_bytes == NULL)
      return seg_fail_memory(error, what_for);
    builder->partition_capacity = capacity;
  }
  return SEG_OK;
}

static void sort_rows(struct seg_run_builder *builder, const struct seg_event_rows *rows,
                      struct seg_event_run *run) {
  uint32_t *offsets = run->row_offsets, in_partition = (UINT32_C(1) << run->shift) - 1;
  for (uint32_t i = 0; i < rows->count; i++)
    offsets[(rows->customers[i] >> run->shift) + 1]++;
  for (uint32_t p = 0; p < run->partition_count; p++) {
    builder->cursor[p] = offsets[p];
    offsets[p + 1] += offsets[p];
  }
  for (uint32_t i = 0; i < rows->count; i++) {
    uint32_t at = builder->cursor[rows->customers[i] >> run->shift]++;
    builder->order[at] = rows->rows[i];
    builder->customers[at] = (uint16_t)(rows->customers[i] & in_partition);
  }
}

static void add_text_bytes(struct seg_run_builder *builder, const struct seg_event_layout *layout,
                           const struct seg_event_rows *rows, const struct seg_event_run *run) {
  memset(builder->text_bytes, 0, run->partition_count * sizeof *builder->text_bytes);
  for (uint32_t c = 0; c < layout->column_count; c++) {
    if (layout->columns[c] != SEG_LAYOUT_TEXT)
      continue;
    const struct seg_str *texts = rows->columns[c];
    for (uint32_t p = 0; p < run->partition_count; p++)
      for (uint32_t i = run->row_offsets[p]; i < run->row_offsets[p + 1]; i++)
        builder->text_bytes[p] += texts[builder->order[i]].size;
  }
}

/** Smallest and largest of some numbers. */
struct range {
  int64_t least, most;
};

static struct range range_of_i32(const int32_t *values, uint32_t count) {
  int32_t least = INT32_MAX, most = INT32_MIN;
  for (uint32_t i = 0; i < count; i++) {
    least = values[i] < least ? values[i] : least;
    most = values[i] > most ? values[i] : most;
  }
  return (struct range){least, most};
}

static struct range range_of_i64(const int64_t *values, uint32_t count) {
  struct range range = {INT64_MAX, INT64_MIN};
  for (uint32_t i = 0; i < count; i++) {
    range.least = values[i] < range.least ? values[i] : range.least;
    range.most = values[i] > range.most ? values[i] : range.most;
  }
  return range;
}

static uint8_t bytes_for(struct range range) {
  if (range.least >= INT8_MIN && range.most <= INT8_MAX)
    return 1;
  if (range.least >= INT16_MIN && range.most <= INT16_MAX)
    return 2;
  return range.least >= INT32_MIN && range.most <= INT32_MAX ? 4 : 8;
}

// Rows that were dropped count as well: looking at all in a row is quicker than choosing.
static enum seg_status choose_form(struct seg_run_builder *builder,
                                   const struct seg_event_layout *layout,
                                   const struct seg_event_rows *rows, struct seg_event_run *run,
                                   struct seg_error *error) {
  uint32_t count = rows->rows[rows->count - 1] + 1;
  struct range days = range_of_i32(rows->days, count);
  for (uint32_t c = 0; c < layout->column_count; c++) {
    builder->column_bytes[c] = 8;
    if (layout->columns[c] == SEG_LAYOUT_I32)
      builder->column_bytes[c] = bytes_for(range_of_i32(rows->columns[c], count));
    else if (layout->columns[c] == SEG_LAYOUT_I64)
      builder->column_bytes[c] = bytes_for(range_of_i64(rows->columns[c], count));
  }
  return seg_slice_form_init(&run->form, layout, (int32_t)days.least, (int32_t)days.most,
                             builder->column_bytes, error);
}

enum seg_status seg_run_build_order(struct seg_run_builder *builder,
                                    const struct seg_event_layout *layout,
                                    const struct seg_event_rows *rows, struct seg_event_run *run,
                                    struct seg_error *error) {
  enum seg_status status = reserve(builder, layout, rows, run->partition_count, error);
  if (status == SEG_OK)
    status = choose_form(builder, layout, rows, run, error);
  if (status != SEG_OK)
    return status;
  sort_rows(builder, rows, run);
  if (layout->has_text)
    add_text_bytes(builder, layout, rows, run);
  uint64_t units = 0;
  for (uint32_t p = 0; p < run->partition_count; p++) {
    uint64_t count = run->row_offsets[p + 1] - run->row_offsets[p];
    uint64_t texts = layout->has_text ? builder->text_bytes[p] : 0;
    units += (count * run->form.row_bytes + texts + 7) / 8;
    // Offsets of texts and of slices are 32 bits.
    if (texts > UINT32_MAX || units > UINT32_MAX)
      return seg_fail(error, SEG_LIMIT, seg_run_code(SEG_RUN_ERROR_EVENTS),
                      "the texts of %u consecutive events take more than 4 GB", rows->count);
    run->byte_offsets[p + 1] = (uint32_t)units;
  }
  run->size = units * 8;
  return SEG_OK;
}

/** One slice while it is written. */
struct slice {
  unsigned char *bytes;
  const uint32_t *order;
  uint32_t first, count; // in order
};

static struct slice slice_of(const struct seg_run_builder *builder, const struct seg_event_run *run,
                             unsigned char *bytes, uint32_t p) {
  return (struct slice){
      .bytes = bytes + (size_t)run->byte_offsets[p] * 8,
      .order = builder->order + run->row_offsets[p],
      .first = run->row_offsets[p],
      .count = run->row_offsets[p + 1] - run->row_offsets[p],
  };
}

// Where a field of the slice begins.
static void *field_of(const struct slice *slice, uint32_t before) {
  return slice->bytes + (size_t)before * slice->count;
}

// NOLINTBEGIN(bugprone-macro-parentheses): To is a type
#define COPY(To, values, base)                                                                     \
  do {                                                                                             \
    To *to_ = to;                                                                                  \
    for (uint32_t i_ = 0; i_ < slice->count; i_++)                                                 \
      to_[i_] = (To)((values)[slice->order[i_]] - (base));                                         \
  } while (0)
// NOLINTEND(bugprone-macro-parentheses)

static void copy_days(const struct slice *slice, const struct seg_slice_form *form,
                      const int32_t *days) {
  void *to = field_of(slice, form->day.before);
  if (form->day.bytes == 2)
    COPY(uint16_t, days, form->first_day);
  else
    COPY(int32_t, days, 0);
}

static void copy_i32(const struct slice *slice, struct seg_slice_field field,
                     const int32_t *values) {
  void *to = field_of(slice, field.before);
  if (field.bytes == 1)
    COPY(int8_t, values, 0);
  else if (field.bytes == 2)
    COPY(int16_t, values, 0);
  else
    COPY(int32_t, values, 0);
}

static void copy_i64(const struct slice *slice, struct seg_slice_field field,
                     const int64_t *values) {
  void *to = field_of(slice, field.before);
  if (field.bytes == 1)
    COPY(int8_t, values, 0);
  else if (field.bytes == 2)
    COPY(int16_t, values, 0);
  else if (field.bytes == 4)
    COPY(int32_t, values, 0);
  else
    COPY(int64_t, values, 0);
}

static void copy_f64(const struct slice *slice, struct seg_slice_field field,
                     const double *values) {
  double *to = field_of(slice, field.before);
  for (uint32_t i = 0; i < slice->count; i++)
    to[i] = values[slice->order[i]];
}

static void write_texts(const struct slice *slice, uint32_t before, uint32_t row_bytes,
                        const struct seg_str *texts, uint32_t *filled) {
  struct seg_slice_text *to = field_of(slice, before);
  unsigned char *heap = slice->bytes + (size_t)row_bytes * slice->count;
  for (uint32_t i = 0; i < slice->count; i++) {
    struct seg_str text = texts[slice->order[i]];
    to[i] = (struct seg_slice_text){.offset = *filled, .size = (uint32_t)text.size};
    if (text.size > 0)
      memcpy(heap + *filled, text.data, text.size);
    *filled += (uint32_t)text.size;
  }
}

static void write_fields(const struct seg_run_builder *builder,
                         const struct seg_event_layout *layout, const struct seg_event_rows *rows,
                         const struct seg_event_run *run, unsigned char *bytes) {
  const struct seg_slice_form *form = &run->form;
  for (uint32_t p = 0; p < run->partition_count; p++) {
    struct slice slice = slice_of(builder, run, bytes, p);
    if (slice.count == 0)
      continue;
    memcpy(field_of(&slice, form->customer.before), builder->customers + slice.first,
           slice.count * sizeof *builder->customers);
    copy_days(&slice, form, rows->days);
    uint32_t filled = 0;
    for (uint32_t c = 0; c < layout->column_count; c++) {
      switch (layout->columns[c]) {
      case SEG_LAYOUT_BIT: break; // never carried
      case SEG_LAYOUT_I32: copy_i32(&slice, form->columns[c], rows->columns[c]); break;
      case SEG_LAYOUT_I64: copy_i64(&slice, form->columns[c], rows->columns[c]); break;
      case SEG_LAYOUT_F64: copy_f64(&slice, form->columns[c], rows->columns[c]); break;
      case SEG_LAYOUT_TEXT:
        write_texts(&slice, form->columns[c].before, form->row_bytes, rows->columns[c], &filled);
        break;
      }
    }
    // The gap behind the last text goes to a file as well: it must not carry old memory.
    size_t used = (size_t)form->row_bytes * slice.count + filled;
    memset(slice.bytes + used, 0, (8 - used % 8) % 8);
  }
}

// One flag word of every row, from bitmaps to bits of the row.
static void collect_word(struct seg_run_builder *builder, const struct seg_event_layout *layout,
                         const struct seg_event_rows *rows, uint32_t word) {
  uint32_t row_count = rows->rows[rows->count - 1] + 1;
  uint32_t end = layout->flag_count < (word + 1) * 64 ? layout->flag_count : (word + 1) * 64;
  memset(builder->words, 0, row_count * sizeof *builder->words);
  for (uint32_t flag = word * 64; flag < end; flag++) {
    const uint64_t *bits = rows->flags[flag];
    for (uint32_t row = 0; row < row_count; row++)
      builder->words[row] |= ((bits[row / 64] >> (row % 64)) & 1) << (flag % 64);
  }
}

static void write_narrow(const struct slice *slice, uint32_t before, uint32_t width,
                         const uint64_t *words) {
  void *field = field_of(slice, before);
  uint8_t *one = field;
  uint16_t *two = field;
  uint32_t *four = field;
  uint64_t *eight = field;
  for (uint32_t i = 0; width == 1 && i < slice->count; i++)
    one[i] = (uint8_t)words[slice->order[i]];
  for (uint32_t i = 0; width == 2 && i < slice->count; i++)
    two[i] = (uint16_t)words[slice->order[i]];
  for (uint32_t i = 0; width == 4 && i < slice->count; i++)
    four[i] = (uint32_t)words[slice->order[i]];
  for (uint32_t i = 0; width == 8 && i < slice->count; i++)
    eight[i] = words[slice->order[i]];
}

static void write_word(const struct seg_run_builder *builder, const struct seg_event_run *run,
                       uint32_t word, unsigned char *bytes) {
  for (uint32_t p = 0; p < run->partition_count; p++) {
    struct slice slice = slice_of(builder, run, bytes, p);
    write_narrow(&slice, run->form.words[word].before, run->form.words[word].bytes, builder->words);
  }
}

void seg_run_build_bytes(struct seg_run_builder *builder, const struct seg_event_layout *layout,
                         const struct seg_event_rows *rows, const struct seg_event_run *run,
                         unsigned char *bytes) {
  write_fields(builder, layout, rows, run, bytes);
  for (uint32_t word = 0; word < layout->flag_words; word++) {
    collect_word(builder, layout, rows, word);
    write_word(builder, run, word, bytes);
  }
}
