/**
 * Ranks: how many of a column's thresholds each of its values exceeds, found in a search tree. A
 * value exceeds a threshold when its rank exceeds the threshold's place, and a rank is a byte: many
 * comparisons of a wide column become as many of a narrow one.
 *
 * The search compares floats: values are rounded down to the next one, and so is the least value
 * that exceeds a threshold. Where that value is a float itself, a value passes when its float is as
 * large. Elsewhere a value passes when its float is larger, and those with the same float, which
 * are rare, are compared once more.
 *
 * Integers of a narrow range need no search: their highest bits say in which of 64 bins they lie,
 * and how many thresholds lie in the bins before. Those of the bin are compared one by one. With
 * AVX2, which looks up 32 bytes at once in 16, there are 16 bins, and numbers of two bytes are
 * compared as two vectors of bytes.
 */
#ifndef SEG_RUNTIME_FILTER_MASK_RANKS_H
#define SEG_RUNTIME_FILTER_MASK_RANKS_H

#include <stdbool.h>

#include "runtime/column/number_order.h"
#include "runtime/filter/mask_kernels.h"

/** The thresholds of one column: rising and different once they are finished. */
struct seg_mask_thresholds {
  uint32_t count;
  int64_t items[2 * SEG_MASK_THRESHOLDS_MOST]; // room for what is not yet sorted
};

/** False when there would be too many. */
bool seg_mask_thresholds_add(struct seg_mask_thresholds *thresholds, int64_t threshold);

/** Sort them, each once. */
void seg_mask_thresholds_finish(struct seg_mask_thresholds *thresholds);

/** The place of one of them. */
uint32_t seg_mask_thresholds_place(const struct seg_mask_thresholds *thresholds, int64_t threshold);

/** Of SEG_MASK_RANK_MOST thresholds at most. `are_doubles`: the thresholds are of
 * seg_number_order. */
void seg_mask_tree_build(struct seg_mask_tree *tree, const struct seg_mask_thresholds *thresholds,
                         bool are_doubles);

/** For values of I16 or I32 between `least` and `greatest`, in the bins of the kernels; `steps`
 * gets how many thresholds the fullest of them has. False when the range is too wide for bins, or
 * one of them too full. */
bool seg_mask_bins_build(union seg_mask_ranking *ranking, const struct seg_mask_kernels *kernels,
                         const struct seg_mask_thresholds *thresholds, int64_t least,
                         int64_t greatest, uint32_t *steps);

/** Rising thresholds, which may repeat, into bins of which `least` and `most` are set and all else
 * is 0. False as above. */
bool seg_mask_bins_fill(struct seg_mask_bins *bins, const int64_t *thresholds, uint32_t count);

/** The same. With `is_doubtful`, which says so of each threshold, twice the lower 15 bits are
 * compared, and 1 is added to those of thresholds that are not doubtful: no value is equal to one
 * of these. */
bool seg_mask_byte_bins_fill(struct seg_mask_byte_bins *bins, const int64_t *thresholds,
                             const bool *is_doubtful, uint32_t count);

#endif
