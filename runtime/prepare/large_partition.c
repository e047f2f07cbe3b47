// Cutting a partition into windows; see large_partition.h.
#include "runtime/prepare/large_partition.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/fold/slice_pick.h"

static const char what_for[] = "the events of the store";

static enum seg_status reserve(unsigned char **bytes, uint64_t *capacity, uint64_t needed,
                               struct seg_error *error) {
  if (needed <= *capacity)
    return SEG_OK;
  free(*bytes);
  *capacity = 0;
  *bytes = malloc(needed);
  if (*bytes == NULL)
    return seg_fail_memory(error, what_for);
  *capacity = needed;
  return SEG_OK;
}

typedef enum seg_status visit_slice(struct seg_large_partition *large,
                                    const struct seg_slice *slice, struct seg_error *error);

// Slice after slice of the partition, in file order; one at a time is read back from the file.
static enum seg_status visit_slices(struct seg_large_partition *large, visit_slice *visit,
                                    struct seg_error *error) {
  enum seg_status status = SEG_OK;
  for (size_t r = 0; r < large->runs->count; r++) {
    const struct seg_event_run *run = &large->runs->runs[r];
    uint32_t from, to;
    seg_event_run_stretch(run, large->partition, large->shift, &from, &to);
    for (uint32_t p = from; p < to && status == SEG_OK; p++) {
      uint64_t offset = (uint64_t)run->byte_offsets[p] * 8;
      uint64_t size = (uint64_t)run->byte_offsets[p + 1] * 8 - offset;
      struct seg_slice slice = {.count = run->row_offsets[p + 1] - run->row_offsets[p],
                                .first_customer = p << run->shift,
                                .form = &run->form};
      if (slice.count == 0)
        continue;
      if (run->memory.bytes != NULL) {
        slice.bytes = run->memory.bytes + offset;
      } else {
        status = reserve(&large->bytes, &large->byte_capacity, size, error);
        if (status == SEG_OK)
          status = seg_spill_file_read(large->runs->spill, large->bytes, size,
                                       run->file_offset + offset, error);
        slice.bytes = large->bytes;
      }
      if (status == SEG_OK)
        status = visit(large, &slice, error);
    }
  }
  return status;
}

static const uint16_t *numbers_of(const struct seg_slice *slice) {
  return (const void *)(slice->bytes + (size_t)slice->form->customer.before * slice->count);
}

static enum seg_status add_weights(struct seg_large_partition *large, const struct seg_slice *slice,
                                   struct seg_error *error) {
  (void)error;
  const uint16_t *numbers = numbers_of(slice);
  uint64_t *weights = large->weights + (slice->first_customer - large->first_key);
  for (uint32_t row = 0; row < slice->count; row++)
    weights[numbers[row]] += slice->form->row_bytes + large->gathered_bytes +
                             seg_slice_text_bytes(&large->runs->layout, slice, row);
  return SEG_OK;
}

static bool add_bucket(struct seg_large_partition *large, uint32_t first, uint32_t end) {
  return SEG_VEC_PUSH(&large->buckets,
                      (struct seg_large_bucket){first, end - first, SEG_NO_PIECE, SEG_NO_PIECE});
}

static enum seg_status choose_buckets(struct seg_large_partition *large, struct seg_error *error) {
  uint32_t first = 0;
  uint64_t weight = 0;
  bool complete = true;
  for (uint32_t k = 0; k < large->key_count && complete; k++) {
    if (k > first && weight + large->weights[k] > large->window_bytes) {
      complete = add_bucket(large, first, k);
      first = k;
      weight = 0;
    }
    large->bucket_of[k] = (uint16_t)large->buckets.count;
    weight += large->weights[k];
  }
  complete = complete && add_bucket(large, first, large->key_count);
  large->ends = calloc(large->buckets.count + 1, sizeof *large->ends);
  return complete && large->ends != NULL ? SEG_OK : seg_fail_memory(error, what_for);
}

// The rows of the slice by bucket, in file order inside one.
static void sort_rows(struct seg_large_partition *large, const struct seg_slice *slice) {
  const uint16_t *numbers = numbers_of(slice);
  const uint16_t *bucket_of = large->bucket_of + (slice->first_customer - large->first_key);
  uint32_t *ends = large->ends;
  memset(ends, 0, (large->buckets.count + 1) * sizeof *ends);
  for (uint32_t row = 0; row < slice->count; row++)
    ends[bucket_of[numbers[row]] + 1]++;
  for (size_t b = 0; b < large->buckets.count; b++)
    ends[b + 1] += ends[b];
  for (uint32_t row = 0; row < slice->count; row++)
    large->rows[ends[bucket_of[numbers[row]]]++] = row;
}

static bool add_piece(struct seg_large_partition *large, uint32_t bucket,
                      struct seg_large_piece piece) {
  struct seg_large_bucket *target = &large->buckets.items[bucket];
  uint32_t number = (uint32_t)large->pieces.count;
  if (!SEG_VEC_PUSH(&large->pieces, piece))
    return false;
  if (target->first_piece == SEG_NO_PIECE)
    target->first_piece = number;
  else
    large->pieces.items[target->last_piece].next = number;
  target->last_piece = number;
  return true;
}

// A piece for each bucket that has rows in the slice; all of them are written at once.
static enum seg_status cut_slice(struct seg_large_partition *large, const struct seg_slice *slice,
                                 struct seg_error *error) {
  const struct seg_event_layout *layout = &large->runs->layout;
  uint64_t needed = (uint64_t)slice->form->row_bytes * slice->count + large->buckets.count * 8;
  for (uint32_t row = 0; layout->has_text && row < slice->count; row++)
    needed += seg_slice_text_bytes(layout, slice, row);
  enum seg_status status = reserve(&large->sorted, &large->sorted_capacity, needed, error);
  if (status == SEG_OK && slice->count > large->row_capacity) {
    free(large->rows);
    large->row_capacity = 0;
    large->rows = malloc(slice->count * sizeof *large->rows);
    if (large->rows == NULL)
      return seg_fail_memory(error, what_for);
    large->row_capacity = slice->count;
  }
  if (status != SEG_OK)
    return status;
  sort_rows(large, slice);
  size_t first_piece = large->pieces.count;
  uint64_t filled = 0, file_offset = 0;
  for (uint32_t b = 0, from = 0; b < large->buckets.count; from = large->ends[b++]) {
    if (large->ends[b] == from)
      continue;
    struct seg_large_piece piece = {.form = slice->form,
                                    .count = large->ends[b] - from,
                                    .next = SEG_NO_PIECE,
                                    .file_offset = filled};
    uint32_t first_key = large->first_key + large->buckets.items[b].first_key;
    piece.size = seg_slice_pick(layout, slice, large->rows + from, piece.count, first_key,
                                large->sorted + filled);
    filled += piece.size;
    if (!add_piece(large, b, piece))
      return seg_fail_memory(error, what_for);
  }
  status = seg_spill_file_write(large->runs->spill, large->sorted, filled, &file_offset, error);
  for (size_t p = first_piece; p < large->pieces.count; p++)
    large->pieces.items[p].file_offset += file_offset;
  return status;
}

enum seg_status seg_large_partition_begin(struct seg_large_partition *large,
                                          const struct seg_event_runs *runs, uint32_t partition,
                                          uint32_t shift, uint32_t key_count, uint64_t window_bytes,
                                          struct seg_error *error) {
  enum { SOME = 1024 };
  *large = (struct seg_large_partition){
      .runs = runs,
      .partition = partition,
      .shift = shift,
      .first_key = partition << shift,
      .key_count = key_count,
      .window_bytes = window_bytes,
      .gathered_bytes = seg_gather_bytes(&runs->layout, 0, SOME) / SOME,
      .weights = calloc(key_count, sizeof *large->weights),
      .bucket_of = calloc(key_count, sizeof *large->bucket_of),
  };
  if (large->weights == NULL || large->bucket_of == NULL)
    return seg_fail_memory(error, what_for);
  enum seg_status status = visit_slices(large, add_weights, error);
  if (status == SEG_OK)
    status = choose_buckets(large, error);
  if (status == SEG_OK)
    status = visit_slices(large, cut_slice, error);
  // From here on only windows need memory.
  free(large->bytes);
  free(large->sorted);
  free(large->rows);
  large->bytes = large->sorted = NULL;
  large->rows = NULL;
  large->byte_capacity = large->sorted_capacity = large->row_capacity = 0;
  if (status == SEG_OK)
    large->piece = large->buckets.items[0].first_piece;
  return status;
}

// From the present piece on as many as fit, one at least; `size` is that of their slices.
static uint32_t count_pieces(const struct seg_large_partition *large, uint64_t *size) {
  uint64_t weight = 0;
  uint32_t count = 0;
  *size = 0;
  for (uint32_t p = large->piece; p != SEG_NO_PIECE; p = large->pieces.items[p].next) {
    const struct seg_large_piece *piece = &large->pieces.items[p];
    weight += piece->size + piece->count * large->gathered_bytes;
    if (count > 0 && weight > large->window_bytes &&
        large->buckets.items[large->bucket].key_count == 1)
      break;
    *size += piece->size;
    count++;
  }
  return count;
}

enum seg_status seg_large_partition_next(struct seg_large_partition *large,
                                         struct seg_large_window *window, bool *end,
                                         struct seg_error *error) {
  *window = (struct seg_large_window){0};
  *end = large->bucket == large->buckets.count;
  if (*end)
    return SEG_OK;
  const struct seg_large_bucket *bucket = &large->buckets.items[large->bucket];
  uint64_t size, filled = 0;
  uint32_t count = count_pieces(large, &size);
  enum seg_status status = reserve(&large->bytes, &large->byte_capacity, size, error);
  window->first_key = large->first_key + bucket->first_key;
  window->key_count = bucket->key_count;
  window->goes_on = large->piece != bucket->first_piece;
  large->slices.count = 0;
  for (; count > 0 && status == SEG_OK; count--) {
    const struct seg_large_piece *piece = &large->pieces.items[large->piece];
    struct seg_slice slice = {.bytes = large->bytes + filled,
                              .count = piece->count,
                              .first_customer = window->first_key,
                              .form = piece->form};
    status = seg_spill_file_read(large->runs->spill, large->bytes + filled, piece->size,
                                 piece->file_offset, error);
    if (status == SEG_OK && !SEG_VEC_PUSH(&large->slices, slice))
      status = seg_fail_memory(error, what_for);
    filled += piece->size;
    window->rows += piece->count;
    large->piece = piece->next;
  }
  window->slices = large->slices.items;
  window->slice_count = large->slices.count;
  if (large->piece == SEG_NO_PIECE && ++large->bucket < large->buckets.count)
    large->piece = large->buckets.items[large->bucket].first_piece;
  return status;
}

void seg_large_partition_end(struct seg_large_partition *large) {
  free(large->weights);
  free(large->bucket_of);
  SEG_VEC_FREE(&large->buckets);
  SEG_VEC_FREE(&large->pieces);
  SEG_VEC_FREE(&large->slices);
  free(large->bytes);
  free(large->sorted);
  free(large->rows);
  free(large->ends);
  *large = (struct seg_large_partition){0};
}
