// Places out of an order; see rank.h.
#include "runtime/rank/rank.h"

#include <assert.h>
#include <string.h>

typedef void (*rank_function)(const struct seg_plan_rank *rank, const struct seg_ranked *ranked,
                              uint32_t *results);

// 1 .. parts; the first count % parts tiles have one customer more than the others.
static void ntile(const struct seg_plan_rank *rank, const struct seg_ranked *ranked,
                  uint32_t *results) {
  uint64_t size = ranked->count / rank->count, larger = ranked->count % rank->count;
  uint64_t in_larger = larger * (size + 1);
  for (uint64_t i = 0; i < ranked->count; i++) {
    uint64_t tile = i < in_larger ? i / (size + 1) : larger + (i - in_larger) / size;
    results[ranked->entries[i].customer] = (uint32_t)tile + 1;
  }
}

static bool cut_below(const struct seg_ranked *ranked, const struct seg_cut_place *place,
                      uint64_t customer) {
  const struct seg_ordered_values *values = ranked->values;
  uint64_t low = ranked->entries[place->low].customer;
  uint64_t high = ranked->entries[place->high].customer;
  if (values->denominators != NULL)
    return seg_cut_below_fraction(place, seg_ordered_fraction(values, low),
                                  seg_ordered_fraction(values, high),
                                  seg_ordered_fraction(values, customer));
  if (values->layout == SEG_LAYOUT_F64) {
    const double *numbers = values->values;
    return seg_cut_below_number(place, numbers[low], numbers[high], numbers[customer]);
  }
  return seg_cut_below_integer(place, seg_ordered_integer(values, low),
                               seg_ordered_integer(values, high),
                               seg_ordered_integer(values, customer));
}

// 1 .. parts, 0 without a value. Cuts rise, and so do the values: one walk over both.
static void quantile_band(const struct seg_plan_rank *rank, const struct seg_ranked *ranked,
                          uint32_t *results) {
  uint32_t cut = 1, parts = (uint32_t)rank->count;
  for (uint32_t i = 0; i < ranked->known; i++) {
    for (; cut < parts; cut++) {
      struct seg_cut_place place = seg_cut_place(ranked->known, cut, parts);
      if (!cut_below(ranked, &place, ranked->entries[i].customer))
        break;
    }
    results[ranked->entries[i].customer] = cut;
  }
  for (uint32_t i = ranked->known; i < ranked->count; i++)
    results[ranked->entries[i].customer] = 0;
}

// Where the group of values equal to that of entry end - 1 begins. From the largest value down, in
// such a group those with the smaller keys come first, as they do in `entries`.
static uint32_t group_begin(const struct seg_ranked *ranked, uint32_t end) {
  uint32_t begin = end - 1;
  while (begin > 0 && seg_ordered_compare(ranked->values, ranked->entries[begin - 1].customer,
                                          ranked->entries[end - 1].customer) == 0)
    begin--;
  return begin;
}

// 1 for those who are in.
static void top(const struct seg_plan_rank *rank, const struct seg_ranked *ranked,
                uint32_t *results) {
  uint64_t left = seg_rank_top_size(rank, ranked->count);
  memset(results, 0, (size_t)ranked->count * sizeof *results);
  for (uint32_t end = ranked->known, begin; end > 0 && left > 0; end = begin) {
    begin = group_begin(ranked, end);
    for (uint32_t i = begin; i < end && left > 0; i++, left--)
      results[ranked->entries[i].customer] = 1;
  }
}

// 1 for those who are in: until what the customers before hold reaches the share of the total. Sums
// of 2^32 values of 64 bits, times 10^6, stay within 128 bits.
static void top_share(const struct seg_plan_rank *rank, const struct seg_ranked *ranked,
                      uint32_t *results) {
  __int128 total = 0, before = 0;
  uint32_t positive = ranked->known; // entries from here on are positive
  while (positive > 0 &&
         seg_ordered_integer(ranked->values, ranked->entries[positive - 1].customer) > 0)
    total += seg_ordered_integer(ranked->values, ranked->entries[--positive].customer);
  memset(results, 0, (size_t)ranked->count * sizeof *results);
  for (uint32_t end = ranked->known, begin; end > positive; end = begin) {
    begin = group_begin(ranked, end);
    for (uint32_t i = begin; i < end; i++) {
      if (before * rank->whole >= total * rank->share)
        return;
      results[ranked->entries[i].customer] = 1;
      before += seg_ordered_integer(ranked->values, ranked->entries[i].customer);
    }
  }
}

// The position from 0.
static void percentile(const struct seg_plan_rank *rank, const struct seg_ranked *ranked,
                       uint32_t *results) {
  (void)rank;
  for (uint32_t i = 0; i < ranked->count; i++)
    results[ranked->entries[i].customer] = i;
}

uint64_t seg_rank_top_size(const struct seg_plan_rank *rank, uint64_t customers) {
  if (rank->count > 0)
    return rank->count;
  __int128 product = (__int128)rank->share * customers;
  return (uint64_t)((product + rank->whole - 1) / rank->whole);
}

void seg_rank_apply(const struct seg_plan_rank *rank, const struct seg_ranked *ranked,
                    uint32_t *results) {
  static const rank_function functions[] = {
      [SEG_PLAN_NTILE] = ntile,
      [SEG_PLAN_QUANTILE_BAND] = quantile_band,
      [SEG_PLAN_TOP] = top,
      [SEG_PLAN_TOP_SHARE] = top_share,
      [SEG_PLAN_PERCENTILE] = percentile,
  };
  functions[rank->kind](rank, ranked, results);
}
