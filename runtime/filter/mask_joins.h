/**
 * Joins: comparisons that only one operation reads, and that share a slot there.
 *
 * The first of them puts its bits into the slot, those of later columns are ANDed or ORed to what
 * is there. Without joins, every comparison has a slot, which is written once and read once: the
 * slots of many rules do not stay in the caches.
 */
#ifndef SEG_RUNTIME_FILTER_MASK_JOINS_H
#define SEG_RUNTIME_FILTER_MASK_JOINS_H

#include <stdbool.h>

#include "runtime/base/arena.h"
#include "runtime/filter/mask_program.h"

/** A program whose leaf i has slot i, before its operations are ordered: joins leaves, takes joined
 * ones out of operations, renumbers slots, and says where leaves go (`targets`). What pays
 * where is `costs`' to say. Targets come from `arena`, everything else from
 * `scratch`; false: no memory. */
SEG_NODISCARD bool seg_mask_joins_build(struct seg_mask_program *program, struct seg_arena *arena,
                                        struct seg_arena *scratch,
                                        const struct seg_mask_costs *costs);

#endif
