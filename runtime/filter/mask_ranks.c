// See mask_ranks.h.
#include "runtime/filter/mask_ranks.h"

#include <stdlib.h>

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

bool seg_mask_thresholds_finish(struct seg_mask_thresholds *thresholds) {
  uint32_t count = 0;
  qsort(thresholds->items, thresholds->count, sizeof *thresholds->items, compare);
  for (uint32_t i = 0; i < thresholds->count; i++)
    if (count == 0 || thresholds->items[count - 1] != thresholds->items[i])
      thresholds->items[count++] = thresholds->items[i];
  thresholds->count = count;
  return count <= SEG_MASK_RANK_MOST;
}

uint32_t seg_mask_thresholds_place(const struct seg_mask_thresholds *thresholds,
                                   int64_t threshold) {
  uint32_t place = 0;
  while (thresholds->items[place] != threshold)
    place++;
  return place;
}

// Node k has the children 2 k and 2 k + 1; the nodes of level l are 2^l .. 2^(l + 1) - 1.
void seg_mask_tree_build(struct seg_mask_tree *tree, const struct seg_mask_thresholds *thresholds) {
  uint32_t levels = 1;
  while ((UINT32_C(1) << levels) - 1 < thresholds->count)
    levels++;
  tree->levels = levels;
  for (uint32_t node = 1; node < UINT32_C(1) << levels; node++) {
    uint32_t level = 31 - (uint32_t)__builtin_clz(node);
    uint32_t step = UINT32_C(1) << (levels - level); // between neighbours of the level
    uint32_t place = (node - (UINT32_C(1) << level)) * step + step / 2 - 1;
    bool is_there = place < thresholds->count; // otherwise nothing exceeds it
    tree->nodes[node] = is_there ? thresholds->items[place] : INT64_MAX;
  }
}
