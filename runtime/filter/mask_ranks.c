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

bool seg_mask_bins_build(struct seg_mask_bins *bins, const struct seg_mask_thresholds *thresholds,
                         int64_t least, int64_t greatest) {
  const int64_t first = thresholds->items[0], last = thresholds->items[thresholds->count - 1];
  if (first < least || last > greatest)
    return false;
  *bins = (struct seg_mask_bins){.least = first, .most = last < greatest ? last + 1 : last};
  return seg_mask_bins_fill(bins, thresholds->items, thresholds->count);
}
