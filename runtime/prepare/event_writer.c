// See event_writer.h.
#include "runtime/prepare/event_writer.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/fold/gather.h"
#include "runtime/prepare/large_partition.h"

enum { LARGEST_GROUP = 64 };

static const char what_for[] = "the events of the store";

/** Of one partition. */
struct partition_size {
  uint64_t rows;
  uint64_t spilled; // bytes in the file
};

/** The arrays of the part, and room for one partition. */
struct event_writer {
  struct seg_preparing *state;
  const struct seg_event_shape *shape;
  const struct seg_event_run *runs; // those that are being written
  size_t run_count;
  uint32_t shift;
  uint64_t key_count;
  struct partition_size *sizes; // by partition
  struct seg_gather gather;
  SEG_VEC(struct seg_slice) slices;
  const unsigned char **bytes; // per run: the first byte of the group
  unsigned char *staging;
  uint64_t staging_capacity;
  uint64_t *bits; // one flag of a partition
  uint64_t bits_capacity;
  uint64_t rows;
  struct seg_store_days span;
  int32_t last_day; // of the last row
  struct seg_part_files files;
};

// The bits of one flag of the gathered rows.
static const uint64_t *flag_bits(struct event_writer *writer, uint32_t flag) {
  const uint64_t *words = writer->gather.flags[flag / 64];
  for (uint64_t first = 0; first < writer->gather.count; first += 64) {
    uint64_t rows = writer->gather.count - first < 64 ? writer->gather.count - first : 64;
    uint64_t word = 0;
    for (uint64_t i = 0; i < rows; i++)
      word |= ((words[first + i] >> (flag % 64)) & 1) << i;
    writer->bits[first / 64] = word;
  }
  return writer->bits;
}

static enum seg_status write_input(struct event_writer *writer, uint32_t input,
                                   struct seg_error *error) {
  const struct seg_event_place *place = &writer->shape->places[input];
  const struct seg_gather *gather = &writer->gather;
  uint64_t words = writer->bits_capacity / 64;
  const uint64_t *known = NULL;
  if (place->known_flag != SEG_NO_PLACE) {
    flag_bits(writer, place->known_flag);
    if (words > 0) // nothing was written: there are no events
      memcpy(writer->bits + words, writer->bits, words * sizeof *writer->bits);
    known = words > 0 ? writer->bits + words : NULL;
  }
  const void *values = place->column == SEG_NO_PLACE ? (const void *)flag_bits(writer, place->flag)
                                                     : gather->columns[place->column];
  return seg_values_writer_append(&writer->files.inputs[input], values, known, gather->count,
                                  error);
}

static enum seg_status write_gathered(struct event_writer *writer, struct seg_error *error) {
  const struct seg_gather *gather = &writer->gather;
  const struct seg_event_shape *shape = writer->shape;
  if (gather->count > writer->bits_capacity) {
    free(writer->bits);
    writer->bits_capacity = (gather->count + gather->count / 4 + 63) / 64 * 64;
    writer->bits = malloc(writer->bits_capacity / 4); // two bitmaps
    if (writer->bits == NULL) {
      writer->bits_capacity = 0;
      return seg_fail_memory(error, what_for);
    }
  }
  enum seg_status status =
      seg_values_writer_append(&writer->files.days, gather->days, NULL, gather->count, error);
  if (status == SEG_OK && shape->row_column != SEG_NO_PLACE)
    status = seg_values_writer_append(&writer->files.row_of, gather->columns[shape->row_column],
                                      NULL, gather->count, error);
  for (uint32_t i = 0; status == SEG_OK && i < shape->wanted->input_count; i++)
    status = write_input(writer, i, error);
  writer->rows += gather->count;
  return status;
}

static void widen_span(struct seg_store_days *span, const int32_t *days, uint64_t count) {
  if (!span->is_known && count > 0)
    *span = (struct seg_store_days){true, true, days[0], days[0]};
  for (uint64_t i = 0; i < count; i++) {
    span->first = days[i] < span->first ? days[i] : span->first;
    span->last = days[i] > span->last ? days[i] : span->last;
  }
}

// Does a day follow a later one, whosever they are? Looked at as far as the first such day.
static bool falls(const int32_t *days, uint64_t count) {
  enum { GROUP = 256 };
  bool fall = false;
  for (uint64_t first = 1; !fall && first < count; first += GROUP) {
    uint64_t end = count - first < GROUP ? count : first + GROUP;
    for (uint64_t i = first; i < end; i++)
      fall |= days[i - 1] > days[i];
  }
  return fall;
}

// Of the gathered rows of `keys` keys; `goes_on`: the rows before are of the first of them.
static void look_at_days(struct event_writer *writer, uint32_t keys, bool goes_on) {
  const struct seg_gather *gather = &writer->gather;
  if (gather->count == 0)
    return;
  widen_span(&writer->span, gather->days, gather->count);
  writer->span.rise = writer->span.rise && !(goes_on && gather->days[0] < writer->last_day);
  writer->last_day = gather->days[gather->count - 1];
  if (!writer->span.rise || !falls(gather->days, gather->count))
    return;
  bool rise = true;
  for (uint32_t k = 0; k < keys; k++)
    for (uint64_t i = gather->offsets[k] + 1; i < gather->offsets[k + 1]; i++)
      rise &= gather->days[i - 1] <= gather->days[i];
  writer->span.rise = rise;
}

/** Offsets and numbers on their way into the arrays. */
struct listing {
  uint64_t offsets[512];
  uint32_t numbers[512];
  uint32_t count;
};

static enum seg_status write_listing(struct event_writer *writer, struct listing *listing,
                                     struct seg_error *error) {
  enum seg_status status =
      seg_array_file_append(&writer->files.offsets, listing->offsets, listing->count, error);
  if (status == SEG_OK && writer->files.sparse)
    status = seg_array_file_append(&writer->files.numbers, listing->numbers, listing->count, error);
  listing->count = 0;
  return status;
}

// `count` offsets: of keys that follow each other, or of the gathered few.
static enum seg_status write_offsets(struct event_writer *writer, uint32_t first, uint32_t count,
                                     uint64_t before, struct seg_error *error) {
  const struct seg_gather *gather = &writer->gather;
  struct listing listing;
  listing.count = 0;
  enum seg_status status = SEG_OK;
  for (uint32_t i = 0; status == SEG_OK && i < count; i++) {
    listing.offsets[listing.count] = before + gather->offsets[i];
    listing.numbers[listing.count++] = first + (writer->files.sparse ? gather->few[i] : i);
    if (listing.count == sizeof listing.numbers / sizeof *listing.numbers)
      status = write_listing(writer, &listing, error);
  }
  return status == SEG_OK ? write_listing(writer, &listing, error) : status;
}

// Point at the bytes of partitions first .. end - 1 of every run.
static enum seg_status find_bytes(struct event_writer *writer, uint32_t first, uint32_t end,
                                  struct seg_error *error) {
  uint64_t staged = 0;
  for (size_t r = 0; r < writer->run_count; r++) {
    const struct seg_event_run *run = &writer->runs[r];
    uint32_t from, to, unused;
    seg_event_run_stretch(run, first, writer->shift, &from, &unused);
    seg_event_run_stretch(run, end - 1, writer->shift, &unused, &to);
    uint64_t offset = (uint64_t)run->byte_offsets[from] * 8;
    uint64_t size = (uint64_t)run->byte_offsets[to] * 8 - offset;
    if (run->memory.bytes != NULL) {
      writer->bytes[r] = run->memory.bytes + offset;
      continue;
    }
    writer->bytes[r] = writer->staging + staged;
    enum seg_status status =
        size == 0 ? SEG_OK
                  : seg_spill_file_read(&writer->state->spill, writer->staging + staged, size,
                                        run->file_offset + offset, error);
    if (status != SEG_OK)
      return status;
    staged += size;
  }
  return SEG_OK;
}

// The slices of one partition, whose group begins at `group_first`.
static enum seg_status find_slices(struct event_writer *writer, uint32_t group_first,
                                   uint32_t partition, uint64_t *rows, struct seg_error *error) {
  writer->slices.count = 0;
  *rows = 0;
  for (size_t r = 0; r < writer->run_count; r++) {
    const struct seg_event_run *run = &writer->runs[r];
    uint32_t group_from, from, to, unused;
    seg_event_run_stretch(run, group_first, writer->shift, &group_from, &unused);
    seg_event_run_stretch(run, partition, writer->shift, &from, &to);
    for (uint32_t p = from; p < to; p++) {
      struct seg_slice slice = {
          .bytes =
              writer->bytes[r] + (size_t)(run->byte_offsets[p] - run->byte_offsets[group_from]) * 8,
          .count = run->row_offsets[p + 1] - run->row_offsets[p],
          .first_customer = p << run->shift,
          .form = &run->form};
      if (slice.count > 0 && !SEG_VEC_PUSH(&writer->slices, slice))
        return seg_fail_memory(error, what_for);
      *rows += slice.count;
    }
  }
  return SEG_OK;
}

// The rows of `count` keys from `first` on; `goes_on`: rows of that one key have been written.
static enum seg_status write_slices(struct event_writer *writer, const struct seg_slice *slices,
                                    size_t slice_count, uint64_t rows, uint32_t first,
                                    uint32_t count, bool goes_on, struct seg_error *error) {
  enum seg_status status = seg_gather_reserve(&writer->gather, rows, error);
  if (status == SEG_OK)
    status = (writer->files.sparse ? seg_gather_run_few : seg_gather_run)(
        &writer->gather, slices, slice_count, first, count, error);
  if (writer->files.sparse) // in what is added, most have nothing
    count = writer->gather.few_count;
  if (status == SEG_OK && !goes_on)
    status = write_offsets(writer, first, count, writer->rows, error);
  if (status != SEG_OK)
    return status;
  look_at_days(writer, count, goes_on);
  return write_gathered(writer, error);
}

static uint32_t key_count(const struct event_writer *writer, uint32_t partition) {
  uint64_t first = (uint64_t)partition << writer->shift, size = UINT64_C(1) << writer->shift;
  return (uint32_t)(writer->key_count - first < size ? writer->key_count - first : size);
}

static enum seg_status write_partition(struct event_writer *writer, uint32_t group_first,
                                       uint32_t partition, struct seg_error *error) {
  uint64_t rows;
  enum seg_status status = find_slices(writer, group_first, partition, &rows, error);
  return status == SEG_OK
             ? write_slices(writer, writer->slices.items, writer->slices.count, rows,
                            partition << writer->shift, key_count(writer, partition), false, error)
             : status;
}

// What is brought together at once may take a quarter of the memory.
static uint64_t window_bytes(const struct event_writer *writer) {
  uint64_t limit = writer->state->budget.limit;
  return limit == UINT64_MAX ? UINT64_MAX : limit / 4;
}

static enum seg_status write_large(struct event_writer *writer, const struct seg_event_runs *all,
                                   uint32_t partition, struct seg_error *error) {
  struct seg_large_partition large;
  struct seg_large_window window;
  bool end = false;
  enum seg_status status =
      seg_large_partition_begin(&large, all, partition, writer->shift, key_count(writer, partition),
                                window_bytes(writer), error);
  while (status == SEG_OK && !end) {
    status = seg_large_partition_next(&large, &window, &end, error);
    if (status == SEG_OK && !end)
      status = write_slices(writer, window.slices, window.slice_count, window.rows,
                            window.first_key, window.key_count, window.goes_on, error);
  }
  seg_large_partition_end(&large);
  return status;
}

// Bytes of partitions first .. end - 1 that lie in the file.
static uint64_t spilled_bytes(const struct event_writer *writer, uint32_t first, uint32_t end) {
  uint64_t bytes = 0;
  for (size_t r = 0; r < writer->run_count; r++) {
    const struct seg_event_run *run = &writer->runs[r];
    uint32_t from, to, unused;
    if (run->memory.bytes != NULL)
      continue;
    seg_event_run_stretch(run, first, writer->shift, &from, &unused);
    seg_event_run_stretch(run, end - 1, writer->shift, &unused, &to);
    bytes += (uint64_t)(run->byte_offsets[to] - run->byte_offsets[from]) * 8;
  }
  return bytes;
}

static enum seg_status stage(struct event_writer *writer, uint64_t bytes, struct seg_error *error) {
  if (bytes <= writer->staging_capacity)
    return SEG_OK;
  free(writer->staging);
  writer->staging_capacity = 0;
  writer->staging = malloc(bytes);
  if (writer->staging == NULL)
    return seg_fail_memory(error, what_for);
  writer->staging_capacity = bytes;
  return SEG_OK;
}

static enum seg_status measure_partitions(struct event_writer *writer, uint32_t partitions,
                                          struct seg_error *error) {
  writer->sizes = calloc((size_t)partitions + 1, sizeof *writer->sizes);
  if (writer->sizes == NULL)
    return seg_fail_memory(error, what_for);
  for (size_t r = 0; r < writer->run_count; r++) {
    const struct seg_event_run *run = &writer->runs[r];
    for (uint32_t p = 0; p < partitions; p++) {
      uint32_t from, to;
      seg_event_run_stretch(run, p, writer->shift, &from, &to);
      writer->sizes[p].rows += run->row_offsets[to] - run->row_offsets[from];
      if (run->memory.bytes == NULL)
        writer->sizes[p].spilled += (uint64_t)(run->byte_offsets[to] - run->byte_offsets[from]) * 8;
    }
  }
  return SEG_OK;
}

static bool is_large(const struct event_writer *writer, uint32_t partition) {
  const struct partition_size *size = &writer->sizes[partition];
  return size->spilled + seg_gather_bytes(writer->gather.layout, 0, size->rows) >
         window_bytes(writer);
}

// The end of the partitions from `first` on that are read from the file at once: as many as fit in
// an eighth of the memory.
static uint32_t end_of_group(const struct event_writer *writer, uint32_t first,
                             uint32_t partitions) {
  uint64_t limit = writer->state->budget.limit, bytes = 0;
  uint32_t end = first;
  do
    bytes += writer->sizes[end++].spilled;
  while (end < partitions && end - first < LARGEST_GROUP && !is_large(writer, end) &&
         bytes + writer->sizes[end].spilled <= limit / 8);
  return end;
}

static enum seg_status write_keyed(struct event_writer *writer, const struct seg_event_runs *all,
                                   struct seg_error *error) {
  uint32_t partitions = (uint32_t)seg_partition_count(writer->key_count, writer->shift);
  writer->runs = all->runs;
  writer->run_count = all->count;
  enum seg_status status = measure_partitions(writer, partitions, error);
  for (uint32_t first = 0, end; status == SEG_OK && first < partitions; first = end) {
    if (is_large(writer, first)) {
      end = first + 1;
      status = write_large(writer, all, first, error);
      continue;
    }
    end = all->spilled == 0 ? first + 1 : end_of_group(writer, first, partitions);
    status = stage(writer, spilled_bytes(writer, first, end), error);
    if (status == SEG_OK)
      status = find_bytes(writer, first, end, error);
    for (uint32_t p = first; status == SEG_OK && p < end; p++)
      status = write_partition(writer, first, p, error);
  }
  uint64_t end = writer->rows;
  return status == SEG_OK ? seg_array_file_append(&writer->files.offsets, &end, 1, error) : status;
}

// Run by run: nothing has to be brought together.
static enum seg_status write_unkeyed(struct event_writer *writer, const struct seg_event_runs *all,
                                     struct seg_error *error) {
  enum seg_status status = SEG_OK;
  for (size_t r = 0; status == SEG_OK && r < all->count; r++) {
    writer->runs = &all->runs[r];
    writer->run_count = 1;
    writer->shift = writer->runs->shift;
    uint64_t rows;
    status = stage(writer, spilled_bytes(writer, 0, 1), error);
    if (status == SEG_OK)
      status = find_bytes(writer, 0, 1, error);
    if (status == SEG_OK)
      status = find_slices(writer, 0, 0, &rows, error);
    if (status == SEG_OK)
      status = seg_gather_reserve(&writer->gather, rows, error);
    if (status == SEG_OK)
      status =
          seg_gather_run(&writer->gather, writer->slices.items, writer->slices.count, 0, 1, error);
    if (status == SEG_OK) {
      look_at_days(writer, 0, false); // nobody's rows have no order to keep
      status = write_gathered(writer, error);
    }
  }
  return status;
}

static void release(struct event_writer *writer) {
  seg_part_files_discard(&writer->files);
  seg_gather_deinit(&writer->gather);
  SEG_VEC_FREE(&writer->slices);
  free(writer->sizes);
  free(writer->bytes);
  free(writer->staging);
  free(writer->bits);
}

enum seg_status
seg_event_writer_write(struct seg_preparing *state, const struct seg_event_shape *shape,
                       const struct seg_event_runs *keyed, const struct seg_event_runs *unkeyed,
                       struct seg_store_entity *entity, uint32_t part, struct seg_error *error) {
  uint64_t keys = seg_prepare_key_count(state);
  struct event_writer writer = {
      .state = state, .shape = shape, .shift = seg_partition_shift(keys), .key_count = keys};
  size_t most = keyed->count > unkeyed->count ? keyed->count : unkeyed->count;
  writer.bytes = calloc(most + 1, sizeof *writer.bytes);
  enum seg_status status = writer.bytes == NULL ? seg_fail_memory(error, what_for) : SEG_OK;
  if (status == SEG_OK)
    status = seg_gather_init(&writer.gather, &keyed->layout, 0, UINT32_C(1) << writer.shift, error);
  if (status == SEG_OK)
    status =
        seg_part_files_begin(&writer.files, &state->build, shape, state->options->append, error);
  if (status == SEG_OK)
    status = write_keyed(&writer, keyed, error);
  uint64_t with_key = writer.rows;
  if (status == SEG_OK)
    status = write_unkeyed(&writer, unkeyed, error);
  entity->parts[part] =
      (struct seg_store_part){.rows = writer.rows, .keyed = with_key, .span = writer.span};
  if (status == SEG_OK)
    status = seg_part_files_finish(&writer.files, entity, part, error);
  release(&writer);
  return status;
}
