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

// Elements of a stretch, and what lies behind them up to `at_once` bytes: the next stretch may
// overwrite what is copied too much.
static inline __attribute__((always_inline)) void
copy_stretch(const struct seg_stored_part_bytes *sources, const struct seg_stored_stretch *stretch,
             size_t size, size_t at_once, bool is_safe, unsigned char *to) {
  const struct seg_stored_part_bytes *source = &sources[stretch->part];
  uint64_t first = stretch->first * size, bytes = stretch->count * size;
  const unsigned char *from = source->data + first;
  if (!is_safe && first + bytes > source->safe) {
    memcpy(to, from, bytes);
    return;
  }
  memcpy(to, from, at_once);
  for (uint64_t at = at_once; at < bytes; at += at_once)
    memcpy(to + at, from + at, at_once);
}

// Elements that are stored as they are wanted. Stretches may lie too far from each other for the
// processor to see where the next one is: the first and last lines of later ones are asked for, and
// no other: what is fetched is what takes the time. What is passed besides `copy` and `to` is known
// where this is inlined.
static inline __attribute__((always_inline)) void copy_sized(const struct seg_stored_copy *copy,
                                                             size_t size, size_t at_once,
                                                             bool is_safe, unsigned char *to) {
  const struct seg_stored_part_bytes *sources = copy->sources;
  const struct seg_stored_stretch *stretch = copy->stretches, *last = stretch + copy->count;
  const struct seg_stored_stretch *far = last - (copy->count < AHEAD ? copy->count : AHEAD);
  for (; stretch < far; stretch++) {
    const unsigned char *fetched = sources[stretch[AHEAD].part].data + stretch[AHEAD].first * size;
    __builtin_prefetch(fetched);
    __builtin_prefetch(fetched + stretch[AHEAD].count * size - 1);
    copy_stretch(sources, stretch, size, at_once, is_safe, to);
    to += stretch->count * size;
  }
  for (; stretch < last; stretch++) {
    copy_stretch(sources, stretch, size, at_once, is_safe, to);
    to += stretch->count * size;
  }
}

static inline __attribute__((always_inline)) void copy_size(const struct seg_stored_copy *copy,
                                                            size_t size, size_t at_once,
                                                            bool is_safe, unsigned char *to) {
  if (is_safe)
    copy_sized(copy, size, at_once, true, to);
  else
    copy_sized(copy, size, at_once, false, to);
}

// Is there something to read behind every stretch?
static bool find_sources(const struct seg_stored_copy *copy) {
  bool is_safe = copy->reaches != NULL;
  for (uint32_t p = 0; p < copy->part_count; p++) {
    const struct seg_store_array *array = &copy->parts[p]->values;
    uint64_t bytes = seg_store_array_bytes(array);
    copy->sources[p].data = array->data;
    copy->sources[p].safe = bytes < AT_ONCE ? 0 : bytes - AT_ONCE;
    is_safe = is_safe &&
              copy->reaches[p].end * seg_store_types[array->type].size <= copy->sources[p].safe;
  }
  return is_safe;
}

static void copy_same(const struct seg_stored_copy *copy, size_t size, unsigned char *to) {
  bool is_safe = find_sources(copy);
  if (size == 1)
    copy_size(copy, 1, AT_ONCE / 2, is_safe, to);
  else if (size == 2)
    copy_size(copy, 2, AT_ONCE, is_safe, to);
  else if (size == 4)
    copy_size(copy, 4, AT_ONCE, is_safe, to);
  else
    copy_sized(copy, size, AT_ONCE, false, to);
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
