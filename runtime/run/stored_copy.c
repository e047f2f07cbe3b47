// See stored_copy.h. A stretch is a customer's rows of a part, twenty or one: what a call or a
// branch costs for each of them decides how fast this is.
#include "runtime/run/stored_copy.h"

#include <string.h>

#include "runtime/store/store_read.h"

enum {
  AT_ONCE = 32, // bytes
  AHEAD = 24,   // stretches
};

static enum seg_status verify_rows(const struct seg_stored_copy *copy,
                                   const struct seg_store_array *array, bool is_bits,
                                   uint64_t first, uint64_t end, struct seg_error *error) {
  if (first >= end)
    return SEG_OK;
  uint64_t begin = is_bits ? first / 64 : first;
  return seg_store_verify(copy->store, array, begin, (is_bits ? (end + 63) / 64 : end) - begin,
                          error);
}

static enum seg_status verify_part(const struct seg_stored_copy *copy, bool is_bits, uint32_t part,
                                   uint64_t first, uint64_t end, struct seg_error *error) {
  const struct seg_store_values *values = copy->parts[part];
  enum seg_status status = verify_rows(copy, &values->values, is_bits, first, end, error);
  return status == SEG_OK ? verify_rows(copy, &values->known, true, first, end, error) : status;
}

static enum seg_status verify(const struct seg_stored_copy *copy, bool is_bits,
                              struct seg_error *error) {
  enum seg_status status = SEG_OK;
  for (uint32_t p = 0; copy->reaches != NULL && status == SEG_OK && p < copy->part_count; p++)
    status = verify_part(copy, is_bits, p, copy->reaches[p].first, copy->reaches[p].end, error);
  for (size_t s = 0; copy->reaches == NULL && status == SEG_OK && s < copy->count; s++) {
    const struct seg_stored_stretch *stretch = &copy->stretches[s];
    status = verify_part(copy, is_bits, stretch->part, stretch->first,
                         stretch->first + stretch->count, error);
  }
  return status;
}

static bool has_size(const struct seg_stored_copy *copy, size_t size) {
  bool has = true;
  for (uint32_t p = 0; p < copy->part_count; p++)
    has = has && seg_store_types[copy->parts[p]->values.type].size == size;
  return has;
}

// Elements that are stored as they are wanted. The next stretch may overwrite what is copied too
// much. Stretches may lie too far from each other for the processor to see where the next one is:
// the first and last lines of later ones are asked for, and no other: what is fetched is what takes
// the time. `size` is known where this is inlined.
static inline __attribute__((always_inline)) void copy_sized(const struct seg_stored_copy *copy,
                                                             size_t size, unsigned char *to) {
  const struct seg_stored_part_bytes *sources = copy->sources;
  const struct seg_stored_stretch *stretch = copy->stretches, *last = stretch + copy->count;
  for (; stretch < last; stretch++) {
    const struct seg_stored_stretch *later = stretch + AHEAD < last ? stretch + AHEAD : last - 1;
    const unsigned char *fetched = sources[later->part].data + later->first * size;
    __builtin_prefetch(fetched);
    __builtin_prefetch(fetched + later->count * size - 1);
    const struct seg_stored_part_bytes *source = &sources[stretch->part];
    uint64_t first = stretch->first * size, bytes = stretch->count * size;
    const unsigned char *from = source->data + first;
    if (first + bytes > source->safe) {
      memcpy(to, from, bytes);
    } else {
      memcpy(to, from, AT_ONCE);
      for (uint64_t at = AT_ONCE; at < bytes; at += AT_ONCE)
        memcpy(to + at, from + at, AT_ONCE);
    }
    to += bytes;
  }
}

static void copy_same(const struct seg_stored_copy *copy, size_t size, unsigned char *to) {
  for (uint32_t p = 0; p < copy->part_count; p++) {
    const struct seg_store_array *array = &copy->parts[p]->values;
    uint64_t bytes = seg_store_array_bytes(array);
    copy->sources[p].data = array->data;
    copy->sources[p].safe = bytes < AT_ONCE ? 0 : bytes - AT_ONCE;
  }
  if (size == 1)
    copy_sized(copy, 1, to);
  else if (size == 2)
    copy_sized(copy, 2, to);
  else if (size == 4)
    copy_sized(copy, 4, to);
  else
    copy_sized(copy, size, to);
}

static void copy_wider(const struct seg_stored_copy *copy, size_t size, unsigned char *to) {
  for (size_t s = 0; s < copy->count; s++) {
    const struct seg_stored_stretch *stretch = &copy->stretches[s];
    seg_store_copy_integers(&copy->parts[stretch->part]->values, stretch->first, stretch->count, to,
                            size);
    to += stretch->count * size;
  }
}

static void copy_bits(const struct seg_stored_copy *copy, uint64_t *to) {
  uint64_t at = 0;
  for (size_t s = 0; s < copy->count; s++) {
    const struct seg_stored_stretch *stretch = &copy->stretches[s];
    const uint64_t *from = (const uint64_t *)copy->parts[stretch->part]->values.data;
    seg_bitmap_copy(from, (int64_t)stretch->first, (int64_t)stretch->count, to, (int64_t)at);
    at += stretch->count;
  }
}

static void copy_known(const struct seg_stored_copy *copy, uint64_t *to) {
  uint64_t at = 0;
  for (size_t s = 0; s < copy->count; s++) {
    const struct seg_stored_stretch *stretch = &copy->stretches[s];
    const struct seg_store_array *known = &copy->parts[stretch->part]->known;
    if (seg_store_has(known))
      seg_bitmap_copy((const uint64_t *)known->data, (int64_t)stretch->first,
                      (int64_t)stretch->count, to, (int64_t)at);
    else
      for (uint64_t i = 0; i < stretch->count; i++)
        seg_bitmap_set(to, (int64_t)(at + i));
    at += stretch->count;
  }
}

enum seg_status seg_stored_copy_run(const struct seg_stored_copy *copy, enum seg_width width,
                                    struct seg_column *to, struct seg_error *error) {
  bool is_bits = to->layout == SEG_LAYOUT_BIT;
  enum seg_status status = verify(copy, is_bits, error);
  if (status != SEG_OK)
    return status;
  size_t size = is_bits ? 0 : seg_width_bytes(to->layout, width);
  if (is_bits)
    copy_bits(copy, to->values);
  else if (has_size(copy, size))
    copy_same(copy, size, to->values);
  else
    copy_wider(copy, size, to->values);
  if (to->known != NULL)
    copy_known(copy, to->known);
  return SEG_OK;
}
