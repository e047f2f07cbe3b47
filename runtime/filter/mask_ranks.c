// See mask_ranks.h.
#include "runtime/filter/mask_ranks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool seg_mask_thresholds_add(struct seg_mask_thresholds *thresholds, int64_t threshold) {
  if (thresholds->count == sizeof thresholds->items / sizeof *thresholds->items)
    return false;
  thresholds->items[thresholds->count++] = threshold;
  return true;
}

static int compare(const void *left, const void *right) {
  int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
  return (a > b) - (a < b);
}

void seg_mask_thresholds_finish(struct seg_mask_thresholds *thresholds) {
  uint32_t count = 0;
  qsort(thresholds->items, thresholds->count, sizeof *thresholds->items, compare);
  for (uint32_t i = 0; i < thresholds->count; i++)
    if (count == 0 || thresholds->items[count - 1] != thresholds->items[i])
      thresholds->items[count++] = thresholds->items[i];
  thresholds->count = count;
}

uint32_t seg_mask_thresholds_place(const struct seg_mask_thresholds *thresholds,
                                   int64_t threshold) {
  uint32_t place = 0, end = thresholds->count;
  while (place < end) {
    uint32_t middle = place + (end - place) / 2;
    if (thresholds->items[middle] < threshold)
      place = middle + 1;
    else
      end = middle;
  }
  return place;
}

// The greatest float that is not above a number.
static float float_below(double number) {
  float nearest = (float)number;
  return (double)nearest > number ? nextafterf(nearest, -INFINITY) : nearest;
}

// The same of an integer, whose nearest double may be above it.
static float float_below_integer(int64_t integer) {
  double near = (double)integer;
  bool is_above = near >= 0x1p63 || (int64_t)near > integer;
  return float_below(is_above ? nextafter(near, -INFINITY) : near);
}

// Values pass that exceed a threshold: their floats exceed `node`, or, when a value's float is
// `node`, its float does not tell (is_doubtful).
static float node_of(int64_t threshold, bool are_doubles, bool *is_doubtful) {
  *is_doubtful = false;
  if (threshold == INT64_MAX)
    return INFINITY;
  const int64_t least = threshold + 1;
  const float below =
      are_doubles ? float_below(seg_number_of_order(least)) : float_below_integer(least);
  const bool is_float = are_doubles ? (double)below == seg_number_of_order(least)
                                    : below < 0x1p63F && (int64_t)below == least;
  *is_doubtful = !is_float;
  return is_float ? nextafterf(below, -INFINITY) : below;
}

// Node k has the children 2 k and 2 k + 1; the nodes of level l are 2^l .. 2^(l + 1) - 1.
void seg_mask_tree_build(struct seg_mask_tree *tree, const struct seg_mask_thresholds *thresholds,
                         bool are_doubles) {
  float nodes[SEG_MASK_RANK_MOST + 1];
  uint32_t levels = 4;
  while ((UINT32_C(1) << levels) - 1 < thresholds->count)
    levels++;
  const uint32_t size = UINT32_C(1) << levels;
  tree->levels = levels;
  tree->count = thresholds->count;
  for (uint32_t place = 0; place < size; place++) {
    bool is_there = place < thresholds->count, is_doubtful = false;
    nodes[place] = INFINITY; // nothing exceeds it
    if (is_there) {
      tree->thresholds[place] = thresholds->items[place];
      nodes[place] = node_of(thresholds->items[place], are_doubles, &is_doubtful);
    }
    tree->floats[size + place] = is_doubtful ? nodes[place] : NAN; // which equals nothing
  }
  tree->floats[0] = INFINITY;
  for (uint32_t node = 1; node < size; node++) {
    uint32_t level = 31 - (uint32_t)__builtin_clz(node);
    uint32_t step = UINT32_C(1) << (levels - level); // between neighbours of the level
    tree->floats[node] = nodes[(node - (UINT32_C(1) << level)) * step + step / 2 - 1];
  }
}

enum { BIN_BITS = 6, LOW_BITS = 16 };

bool seg_mask_bins_fill(struct seg_mask_bins *bins, const int64_t *thresholds, uint32_t count) {
  const uint64_t range = (uint64_t)bins->most - (uint64_t)bins->least;
  if (range >> (BIN_BITS + LOW_BITS) != 0)
    return false;
  bins->count = count;
  while (range >> bins->shift >= SEG_MASK_BINS)
    bins->shift++;
  memset(bins->lows, 0xff, sizeof bins->lows); // nothing exceeds that
  uint32_t counts[SEG_MASK_BINS] = {0};
  for (uint32_t i = 0; i < count; i++) {
    const uint64_t number = (uint64_t)thresholds[i] - (uint64_t)bins->least;
    const uint64_t bin = number >> bins->shift;
    if (counts[bin] == SEG_MASK_BIN_MOST)
      return false;
    bins->lows[counts[bin]++][bin] = (uint16_t)(number & ((UINT64_C(1) << bins->shift) - 1));
    bins->steps = counts[bin] > bins->steps ? counts[bin] : bins->steps;
  }
  for (uint32_t bin = 1; bin < SEG_MASK_BINS; bin++)
    bins->bases[bin] = (uint16_t)(bins->bases[bin - 1] + counts[bin - 1]);
  return true;
}

enum { BYTE_BIN_BITS = 4 };

// Bins of 2^n numbers where lower bits must not begin again within one, else as wide as fits best.
static uint32_t factor_of(uint64_t range, bool is_power) {
  uint64_t size = range + 1;
  if (is_power)
    for (size = SEG_MASK_BYTE_BINS; size <= range;)
      size *= 2;
  const uint64_t factor = (UINT64_C(1) << (BYTE_BIN_BITS + LOW_BITS)) / size;
  return factor > UINT16_MAX ? UINT16_MAX : (uint32_t)factor;
}

bool seg_mask_byte_bins_fill(struct seg_mask_byte_bins *bins, const int64_t *thresholds,
                             const bool *is_doubtful, uint32_t count) {
  const uint64_t range = (uint64_t)bins->most - (uint64_t)bins->least;
  uint32_t counts[SEG_MASK_BYTE_BINS] = {0};
  if (range >> (BYTE_BIN_BITS + LOW_BITS) != 0 || count > SEG_MASK_RANK_MOST)
    return false;
  while (range >> bins->cut >> LOW_BITS != 0)
    bins->cut++;
  bins->factor = factor_of(range >> bins->cut, bins->cut > 0 || is_doubtful != NULL);
  bins->count = count;
  memset(bins->highs, INT8_MAX, sizeof bins->highs); // nothing exceeds that
  memset(bins->lows, INT8_MAX, sizeof bins->lows);
  for (uint32_t i = 0; i < count; i++) {
    const uint64_t place = (uint64_t)thresholds[i] - (uint64_t)bins->least;
    const uint64_t bin = (place >> bins->cut) * bins->factor >> LOW_BITS;
    const uint64_t number = is_doubtful == NULL ? place : 2 * place + (is_doubtful[i] ? 0 : 1);
    const uint32_t step = counts[bin]++;
    if (step == SEG_MASK_BYTE_BIN_MOST)
      return false;
    bins->highs[step][bin] = (int8_t)((int)(number >> 8 & UINT8_MAX) - 128);
    bins->lows[step][bin] = (int8_t)((int)(number & UINT8_MAX) - 128);
    bins->steps = counts[bin] > bins->steps ? counts[bin] : bins->steps;
  }
  bins->bases[0] = INT8_MIN;
  for (uint32_t bin = 1; bin < SEG_MASK_BYTE_BINS; bin++)
    bins->bases[bin] = (int8_t)(bins->bases[bin - 1] + (int)counts[bin - 1]);
  return true;
}

bool seg_mask_bins_build(union seg_mask_ranking *ranking, const struct seg_mask_kernels *kernels,
                         const struct seg_mask_thresholds *thresholds, int64_t least,
                         int64_t greatest, uint32_t *steps) {
  const int64_t first = thresholds->items[0], last = thresholds->items[thresholds->count - 1];
  const int64_t most = last < greatest ? last + 1 : last;
  if (first < least || last > greatest)
    return false;
  if (kernels->bins == SEG_MASK_BYTE_BINS) {
    ranking->byte_bins = (struct seg_mask_byte_bins){.least = first, .most = most};
    const bool fits =
        seg_mask_byte_bins_fill(&ranking->byte_bins, thresholds->items, NULL, thresholds->count);
    *steps = ranking->byte_bins.steps;
    return fits;
  }
  ranking->bins = (struct seg_mask_bins){.least = first, .most = most};
  const bool fits = seg_mask_bins_fill(&ranking->bins, thresholds->items, thresholds->count);
  *steps = ranking->bins.steps;
  return fits;
}
