// See value_codes.h.
#include "runtime/prepare/value_codes.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "runtime/column/number_order.h"
#include "runtime/prepare/array_file.h"
#include "runtime/store/npy.h"

static const char what_for[] = "the codes of a column";

enum {
  BUCKETS = 1 << 16,
  AT_A_TIME = 4, // bounds that are compared together
  CODED_AT_ONCE = 4096,
};

// --- bounds ---

// By their bytes, the lowest first; `room` is as large. The highest byte has the sign.
static void sort_orders(int64_t *orders, uint64_t count, int64_t *room) {
  for (unsigned shift = 0; shift < 64; shift += 8) {
    const uint64_t flip = shift == 56 ? 128 : 0;
    uint64_t places[256] = {0}, before = 0;
    for (uint64_t i = 0; i < count; i++)
      places[((uint64_t)orders[i] >> shift & 255) ^ flip]++;
    for (int digit = 0; digit < 256; digit++) {
      const uint64_t some = places[digit];
      places[digit] = before;
      before += some;
    }
    for (uint64_t i = 0; i < count; i++)
      room[places[((uint64_t)orders[i] >> shift & 255) ^ flip]++] = orders[i];
    int64_t *sorted = room; // after eight times it is where it was
    room = orders;
    orders = sorted;
  }
}

static uint64_t run_end(const int64_t *sorted, uint64_t count, uint64_t first) {
  uint64_t end = first + 1;
  while (end < count && sorted[end] == sorted[first])
    end++;
  return end;
}

// -1 is the order of no value: that of minus zero is that of zero.
static int64_t next_order(int64_t order) {
  return order == -2 ? 0 : order + 1;
}

/** Codes of about `depth` values of a sorted sample each, and one for each value that is as
 * frequent. `bounds` NULL: only count. */
static uint64_t choose_bounds(const int64_t *sorted, uint64_t count, uint64_t depth,
                              double *bounds) {
  const int64_t least = seg_number_order(-INFINITY);
  int64_t last = least;
  uint64_t made = 1, filled = 0;
  if (bounds != NULL)
    bounds[0] = seg_number_of_order(least);
  for (uint64_t first = 0, end; first < count; first = end) {
    end = run_end(sorted, count, first);
    const bool is_frequent = end - first >= depth;
    if ((is_frequent || filled >= depth) && sorted[first] > last) {
      last = sorted[first];
      if (bounds != NULL)
        bounds[made] = seg_number_of_order(last);
      made++;
      filled = 0;
    }
    filled += end - first;
    if (is_frequent) {
      last = next_order(sorted[first]);
      if (bounds != NULL)
        bounds[made] = seg_number_of_order(last);
      made++;
      filled = 0;
    }
  }
  return made;
}

// --- finding codes ---

static inline uint32_t bucket_of_order(const struct seg_value_coder *coder, double value) {
  const int64_t order = seg_number_order(value);
  const int64_t above = order < coder->low_order ? coder->low_order : order;
  const uint64_t bucket = ((uint64_t)above - (uint64_t)coder->low_order) >> coder->shift;
  return bucket < BUCKETS ? (uint32_t)bucket : BUCKETS - 1;
}

// Rounding changes no order, so that buckets rise with values.
static inline uint32_t bucket_of_value(const struct seg_value_coder *coder, double value) {
  const double bucket = (value - coder->low) * coder->scale;
  return bucket < 0 ? 0 : bucket > BUCKETS - 1 ? BUCKETS - 1 : (uint32_t)(int32_t)bucket;
}

// Says how many bounds those share with others that share a bucket.
static uint64_t place_bounds(const struct seg_value_coder *coder, bool by_order, uint16_t *firsts) {
  uint64_t shared = 0;
  uint32_t code = 0;
  for (uint32_t bucket = 0; bucket < BUCKETS; bucket++) {
    const uint32_t first = code;
    firsts[bucket] = (uint16_t)code;
    while (code + 1 < coder->count &&
           (by_order ? bucket_of_order(coder, coder->bounds[code + 1])
                     : bucket_of_value(coder, coder->bounds[code + 1])) <= bucket)
      code++;
    shared += (uint64_t)(code - first) * (code - first);
  }
  firsts[BUCKETS] = (uint16_t)(coder->count - 1);
  return shared;
}

// Buckets between the bounds near both ends: outliers do not widen them. Of values, or, where these
// crowd, of orders, which are about logarithms.
static enum seg_status place_buckets(struct seg_value_coder *coder, struct seg_error *error) {
  const uint32_t margin = coder->count > 8 ? coder->count / 2048 + 1 : 0;
  const double low = coder->bounds[margin], high = coder->bounds[coder->count - 1 - margin];
  uint16_t *firsts = malloc((BUCKETS + 1) * sizeof *firsts);
  coder->firsts = malloc((BUCKETS + 1) * sizeof *firsts);
  if (firsts == NULL || coder->firsts == NULL) {
    free(firsts);
    return seg_fail_memory(error, what_for);
  }
  coder->low_order = seg_number_order(low);
  uint64_t range = (uint64_t)seg_number_order(high) - (uint64_t)coder->low_order;
  while (range >> coder->shift >= BUCKETS)
    coder->shift++;
  coder->low = low;
  coder->scale = (BUCKETS - 1) / (high - low);
  coder->by_order = true;
  const uint64_t shared = place_bounds(coder, true, coder->firsts);
  if (isfinite(low) && isfinite(high - low) && isfinite(coder->scale) &&
      place_bounds(coder, false, firsts) < shared) {
    memcpy(coder->firsts, firsts, (BUCKETS + 1) * sizeof *firsts);
    coder->by_order = false;
  }
  free(firsts);
  return SEG_OK;
}

enum seg_status seg_value_coder_init(struct seg_value_coder *coder, int64_t *sample,
                                     uint64_t sample_count, uint32_t most,
                                     struct seg_error *error) {
  int64_t *room = malloc((sample_count + 1) * sizeof *room);
  if (room == NULL)
    return seg_fail_memory(error, what_for);
  sort_orders(sample, sample_count, room);
  free(room);
  uint64_t depth = (sample_count + most - 1) / most, count;
  depth = depth == 0 ? 1 : depth;
  while ((count = choose_bounds(sample, sample_count, depth, NULL)) > most)
    depth += depth / 8 + 1;
  coder->count = (uint32_t)count;
  coder->bounds = malloc((count + AT_A_TIME) * sizeof *coder->bounds);
  if (coder->bounds == NULL)
    return seg_fail_memory(error, what_for);
  choose_bounds(sample, sample_count, depth, coder->bounds);
  for (uint64_t i = count; i < count + AT_A_TIME; i++)
    coder->bounds[i] = INFINITY;
  return place_buckets(coder, error);
}

void seg_value_coder_deinit(struct seg_value_coder *coder) {
  free(coder->bounds);
  free(coder->firsts);
  *coder = (struct seg_value_coder){0};
}

// Few bounds share a bucket, mostly: they are compared without a branch that depends on the value.
static inline int16_t code_of(const struct seg_value_coder *coder, double value, uint32_t bucket) {
  uint32_t code = coder->firsts[bucket], end = coder->firsts[bucket + 1];
  while (end - code > AT_A_TIME) {
    const uint32_t middle = code + (end - code + 1) / 2;
    if (coder->bounds[middle] <= value)
      code = middle;
    else
      end = middle - 1;
  }
  const double *next = coder->bounds + code + 1;
  code += (uint32_t)(next[0] <= value) + (uint32_t)(next[1] <= value) +
          (uint32_t)(next[2] <= value) + (uint32_t)(next[3] <= value);
  return (int16_t)((int32_t)code + INT16_MIN);
}

void seg_value_coder_encode(const struct seg_value_coder *coder, const double *values,
                            uint64_t count, int16_t *codes) {
  if (coder->by_order)
    for (uint64_t i = 0; i < count; i++)
      codes[i] = code_of(coder, values[i], bucket_of_order(coder, values[i]));
  else
    for (uint64_t i = 0; i < count; i++)
      codes[i] = code_of(coder, values[i], bucket_of_value(coder, values[i]));
}

// --- files ---

static enum seg_status make_coder(struct seg_value_coder *coder, const double *values,
                                  uint64_t count, struct seg_error *error) {
  const uint64_t some = count < SEG_VALUE_CODES_SAMPLE ? count : SEG_VALUE_CODES_SAMPLE;
  const uint64_t most = count / SEG_VALUE_CODES_ROWS;
  int64_t *sample = malloc((some + 1) * sizeof *sample);
  if (sample == NULL)
    return seg_fail_memory(error, what_for);
  for (uint64_t i = 0; i < some; i++) // spread over all rows
    sample[i] = seg_number_order(values[(uint64_t)((__uint128_t)i * count / some)]);
  enum seg_status status = seg_value_coder_init(
      coder, sample, some, most < SEG_VALUE_CODES_MOST ? (uint32_t)most : SEG_VALUE_CODES_MOST,
      error);
  free(sample);
  return status;
}

static enum seg_status write_codes(const struct seg_value_coder *coder, const double *values,
                                   uint64_t count, struct seg_array_file *file,
                                   struct seg_error *error) {
  int16_t codes[CODED_AT_ONCE];
  enum seg_status status = SEG_OK;
  for (uint64_t first = 0; status == SEG_OK && first < count; first += CODED_AT_ONCE) {
    const uint64_t some = count - first < CODED_AT_ONCE ? count - first : CODED_AT_ONCE;
    seg_value_coder_encode(coder, values + first, some, codes);
    status = seg_array_file_append(file, codes, some, error);
  }
  return status;
}

static enum seg_status write_files(struct seg_build *build, struct seg_str codes_name,
                                   struct seg_str bounds_name, const double *values,
                                   struct seg_store_values *made, struct seg_error *error) {
  struct seg_value_coder coder = {0};
  struct seg_array_file codes = {.file = -1}, bounds = {.file = -1};
  enum seg_status status = make_coder(&coder, values, made->values.count, error);
  if (status != SEG_OK || coder.firsts == NULL) {
    seg_value_coder_deinit(&coder);
    return status;
  }
  status = seg_array_file_create(&codes, build, codes_name, SEG_STORE_I16, error);
  if (status == SEG_OK)
    status = seg_array_file_create(&bounds, build, bounds_name, SEG_STORE_F64, error);
  if (status == SEG_OK)
    status = write_codes(&coder, values, made->values.count, &codes, error);
  if (status == SEG_OK)
    status = seg_array_file_append(&bounds, coder.bounds, coder.count, error);
  if (status == SEG_OK)
    status = seg_array_file_finish(&codes, &made->codes, error);
  if (status == SEG_OK)
    status = seg_array_file_finish(&bounds, &made->bounds, error);
  seg_array_file_discard(&codes);
  seg_array_file_discard(&bounds);
  seg_value_coder_deinit(&coder);
  return status;
}

enum seg_status seg_value_codes_write(struct seg_build *build, struct seg_str codes_name,
                                      struct seg_str bounds_name, struct seg_store_values *made,
                                      struct seg_error *error) {
  const size_t size = SEG_NPY_HEADER + made->values.count * sizeof(double);
  if (made->values.count < SEG_VALUE_CODES_FEWEST_ROWS)
    return SEG_OK;
  int file = openat(build->generation_folder, made->values.file.data, O_RDONLY | O_CLOEXEC);
  void *mapped = file < 0 ? MAP_FAILED : mmap(NULL, size, PROT_READ, MAP_SHARED, file, 0);
  const int reason = errno;
  if (file >= 0)
    close(file);
  if (mapped == MAP_FAILED)
    return seg_build_fail(build, reason, error);
  const double *values = (const double *)((const unsigned char *)mapped + SEG_NPY_HEADER);
  enum seg_status status = write_files(build, codes_name, bounds_name, values, made, error);
  munmap(mapped, size);
  return status;
}
