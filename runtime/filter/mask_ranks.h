/**
 * Ranks: how many of a column's thresholds each of its values exceeds, found in a search tree. A
 * value exceeds a threshold when its rank exceeds the threshold's place, and a rank is a byte: many
 * comparisons of a wide column become as many of a narrow one.
 *
 * The search compares floats: values are rounded down to the next one, and so is the least value
 * that exceeds a threshold. Where that value is a float itself, a value passes when its float is as
 * large. Elsewhere a value passes when its float is larger, and those with the same float, which
 * are rare, are compared once more.
 */
#ifndef SEG_RUNTIME_FILTER_MASK_RANKS_H
#define SEG_RUNTIME_FILTER_MASK_RANKS_H

#include <stdbool.h>

#include "runtime/filter/mask_kernels.h"

/** The thresholds of one column, up to SEG_MASK_RANK_MOST of them, rising and different. */
struct seg_mask_thresholds {
  uint32_t count;
  int64_t items[2 * SEG_MASK_RANK_MOST + 2]; // room for what is not yet sorted
};

/** A double as an integer of the same order; both zeros are one. */
static inline int64_t seg_mask_order_of(double number) {
  union {
    double number;
    int64_t bits;
  } value = {.number = number + 0.0};
  return value.bits ^ (int64_t)((uint64_t)(value.bits >> 63) >> 1);
}

/** False when there would be too many. */
bool seg_mask_thresholds_add(struct seg_mask_thresholds *thresholds, int64_t threshold);

/** Sort them, each once. False when they are too many. */
bool seg_mask_thresholds_finish(struct seg_mask_thresholds *thresholds);

/** The place of one of them. */
uint32_t seg_mask_thresholds_place(const struct seg_mask_thresholds *thresholds, int64_t threshold);

/** `are_doubles`: the thresholds are of seg_mask_order_of. */
void seg_mask_tree_build(struct seg_mask_tree *tree, const struct seg_mask_thresholds *thresholds,
                         bool are_doubles);

#endif
