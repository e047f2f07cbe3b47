/**
 * What a block's functions compute and where it is stored, decided before any code is emitted.
 *
 * Maps compute values row by row. They are cut into tiles of consecutive steps, because the time
 * LLVM takes grows faster than the size of one function. A step lives in a register inside its
 * tile; it gets a slot in memory when something outside the tile reads it: a root, a later tile, or
 * a mask.
 */
#ifndef SEG_COMPILER_CODEGEN_BLOCK_LAYOUT_H
#define SEG_COMPILER_CODEGEN_BLOCK_LAYOUT_H

#include "runtime/plan/kernel.h"
#include "runtime/plan/plan.h"

enum {
  SEG_NO_SLOT = UINT32_MAX,
  /** Steps of a map function. Optimised, about half a millisecond a step; larger tiles take longer
     a step. */
  SEG_MAP_TILE_STEPS = 64,
};

struct seg_block_layout {
  uint32_t *value_slots; // per step: its value slot or SEG_NO_SLOT
  uint32_t value_slot_count;
  enum seg_layout *value_layouts; // per value slot
  uint32_t map_step_count;
  uint32_t *map_steps; // computed by maps, rising
  uint32_t halves_count;
  struct seg_block_halves *halves;     // computed by columns
  struct seg_value_place *value_roots; // per value root
};

/** Is the step an input column, a constant or the as-of day: cheaper to read again than to store?
 */
bool seg_step_is_source(const struct seg_step *step);

/** Arrays come from the arena. SEG_OUT_OF_MEMORY. */
SEG_NODISCARD enum seg_status seg_block_layout_build(struct seg_arena *arena,
                                                     const struct seg_block *block,
                                                     struct seg_block_layout *out,
                                                     struct seg_error *error);

uint32_t seg_block_map_tiles(const struct seg_block_layout *layout);

#endif
