/**
 * The cells of a fold, put together for vectors: cells that differ only in their window and in
 * flags of one word form a group, one lane each. `revenue within 7d`, `30d`, `90d` and `365d` cost
 * little more than one of them then.
 */
#ifndef SEG_COMPILER_CODEGEN_FOLD_GROUPS_H
#define SEG_COMPILER_CODEGEN_FOLD_GROUPS_H

#include "runtime/plan/plan.h"

enum {
  /** Lanes of a group: eight 64-bit numbers are the widest vector there is. */
  SEG_FOLD_LANES = 8,
  /** Groups of one function: with more, accumulators no longer fit the registers. */
  SEG_FOLD_TILE_GROUPS = 16,
};

struct seg_fold_group {
  uint32_t cell_count;
  uint32_t cells[SEG_FOLD_LANES]; // cell numbers; they share all but window, flags and source
};

struct seg_fold_groups {
  uint32_t count;
  struct seg_fold_group *groups;
};

/** Groups of the cells in `range`. Arrays come from the arena; false when memory is out. */
SEG_NODISCARD bool seg_fold_groups_build(struct seg_arena *arena, const struct seg_fold *fold,
                                         struct seg_cell_range range, struct seg_fold_groups *out);

#endif
