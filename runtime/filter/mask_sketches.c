// See mask_sketches.h.
#include "runtime/filter/mask_sketches.h"

// The last code whose least value does not exceed a number of that order.
static uint32_t code_of(const struct seg_code_bounds *bounds, int64_t order) {
  uint32_t code = 0, end = bounds->count;
  while (end - code > 1) {
    uint32_t middle = code + (end - code) / 2;
    if (seg_number_order(bounds->least[middle]) <= order)
      code = middle;
    else
      end = middle;
  }
  return code;
}

// What the lower bits of codes are compared with: twice those of the threshold's code, and one more
// where that code decides.
static void mark_doubts(struct seg_mask_bins *bins, const int64_t *codes, const bool *is_doubtful) {
  uint32_t counts[SEG_MASK_BINS] = {0};
  for (uint32_t i = 0; i < bins->count; i++) {
    const uint64_t bin = ((uint64_t)codes[i] - (uint64_t)bins->least) >> bins->shift;
    uint16_t *low = &bins->lows[counts[bin]++][bin];
    *low = (uint16_t)(2 * *low + (is_doubtful[i] ? 0 : 1));
  }
}

// One more at both ends: what is brought between them is in no doubt.
static bool build_bins(struct seg_mask_sketch *sketch, const int64_t *codes,
                       const bool *is_doubtful, const struct seg_mask_kernels *kernels) {
  const int64_t first = codes[0], last = codes[sketch->count - 1];
  const int64_t least = first > INT16_MIN ? first - 1 : first;
  const int64_t most = last < INT16_MAX ? last + 1 : last;
  if (kernels->bins == SEG_MASK_BYTE_BINS) {
    sketch->byte_bins = (struct seg_mask_byte_bins){.least = least, .most = most};
    return seg_mask_byte_bins_fill(&sketch->byte_bins, codes, is_doubtful, sketch->count);
  }
  sketch->bins = (struct seg_mask_bins){.least = least, .most = most};
  if (!seg_mask_bins_fill(&sketch->bins, codes, sketch->count))
    return false;
  mark_doubts(&sketch->bins, codes, is_doubtful);
  return true;
}

// The ranks of a page's codes; so many thresholds and doubts lie before it.
static void rank_page(const struct seg_mask_sketch *sketch, int32_t first, uint32_t rank,
                      uint32_t doubt, int8_t *ranks) {
  for (int32_t i = 0; i < SEG_MASK_PAGE; i++) {
    while (rank < sketch->count && first + i > sketch->codes[rank])
      rank++;
    while (doubt < sketch->doubt_count && first + i > sketch->doubts[doubt])
      doubt++;
    ranks[i] = doubt < sketch->doubt_count && first + i == sketch->doubts[doubt]
                   ? SEG_MASK_IN_DOUBT
                   : (int8_t)((int)rank - 128);
  }
}

// Between two thresholds all pages are alike.
static void build_pages(struct seg_mask_sketch *sketch) {
  struct seg_mask_pages *pages = &sketch->pages;
  uint32_t rank = 0, doubt = 0, used = 0, alike = 0, rank_of_alike = UINT32_MAX;
  for (int32_t first = INT16_MIN; first <= INT16_MAX; first += SEG_MASK_PAGE) {
    const int32_t last = first + SEG_MASK_PAGE - 1;
    while (rank < sketch->count && first > sketch->codes[rank])
      rank++;
    while (doubt < sketch->doubt_count && first > sketch->doubts[doubt])
      doubt++;
    const bool is_alike = (rank == sketch->count || last <= sketch->codes[rank]) &&
                          (doubt == sketch->doubt_count || last < sketch->doubts[doubt]);
    uint16_t *at = &pages->firsts[(uint16_t)first / SEG_MASK_PAGE];
    if (is_alike && rank == rank_of_alike) {
      *at = (uint16_t)alike;
      continue;
    }
    rank_page(sketch, first, rank, doubt, pages->ranks + used);
    *at = (uint16_t)used;
    if (is_alike) {
      alike = used;
      rank_of_alike = rank;
    }
    used += SEG_MASK_PAGE;
  }
}

bool seg_mask_sketch_build(struct seg_mask_sketch *sketch,
                           const struct seg_mask_thresholds *thresholds,
                           const struct seg_code_bounds *bounds,
                           const struct seg_mask_kernels *kernels) {
  int64_t codes[SEG_MASK_RANK_MOST] = {0};
  bool is_doubtful[SEG_MASK_RANK_MOST] = {false};
  if (thresholds->count == 0 || thresholds->count >= SEG_MASK_RANK_MOST)
    return false;
  sketch->count = thresholds->count;
  sketch->doubt_count = 0;
  for (uint32_t i = 0; i < thresholds->count; i++) {
    const int64_t threshold = thresholds->items[i];
    if (threshold == INT64_MAX)
      return false;
    // Values exceed it from the next one on, which may be the least of its code.
    const uint32_t code = code_of(bounds, threshold + 1);
    is_doubtful[i] = threshold + 1 > seg_number_order(bounds->least[code]);
    codes[i] = (int64_t)code + INT16_MIN - (is_doubtful[i] ? 0 : 1);
    if (codes[i] < INT16_MIN)
      return false;
    sketch->thresholds[i] = threshold;
    sketch->codes[i] = (int16_t)codes[i];
    if (is_doubtful[i] &&
        (sketch->doubt_count == 0 || sketch->doubts[sketch->doubt_count - 1] != sketch->codes[i]))
      sketch->doubts[sketch->doubt_count++] = sketch->codes[i];
  }
  const bool has_bins = kernels->bins != 0 && build_bins(sketch, codes, is_doubtful, kernels);
  sketch->is_paged = !has_bins && kernels->bins != SEG_MASK_BINS;
  if (sketch->is_paged)
    build_pages(sketch);
  return has_bins || sketch->is_paged;
}

static uint64_t lowest_of(uint64_t word) {
  return (uint64_t)__builtin_ctzll(word);
}

void seg_mask_sketch_fetch(const double *values, int64_t rows, const uint64_t *doubtful) {
  for (int64_t w = 0; w < rows / 64; w++)
    for (uint64_t left = doubtful[w]; left != 0; left &= left - 1)
      __builtin_prefetch(values + 64 * w + lowest_of(left));
}

void seg_mask_sketch_settle(const struct seg_mask_sketch *sketch, const double *values,
                            int64_t rows, const uint64_t *doubtful, int8_t *ranks) {
  for (int64_t w = 0; w < rows / 64; w++)
    for (uint64_t left = doubtful[w]; left != 0; left &= left - 1) {
      const int64_t row = 64 * w + (int64_t)lowest_of(left);
      const int64_t order = seg_number_order(values[row]);
      uint32_t rank = 0;
      while (rank < sketch->count && order > sketch->thresholds[rank])
        rank++;
      ranks[row] = (int8_t)((int)rank - 128);
    }
}
