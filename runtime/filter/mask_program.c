// See mask_program.h.
#include "runtime/filter/mask_program.h"

#include "runtime/filter/mask_planner.h"

enum {
  CACHE_BYTES = 768 << 10, // of the slots of a batch: the second level has 1 MB or less
  LARGEST_BATCH = 8192,
  LARGE_BATCH_BYTES = 256 << 10, // of more slots than these: columns want to stay there, too
};

enum seg_status seg_mask_program_build(struct seg_arena *arena, const struct seg_block *block,
                                       const uint32_t *value_slots, enum seg_vector_level level,
                                       const bool *looked_at, const struct seg_mask_program **out,
                                       struct seg_error *error) {
  struct seg_mask_planner planner;
  enum seg_status status = seg_mask_planner_init(&planner, arena, block, value_slots, level, error);
  if (status == SEG_OK)
    status = seg_mask_planner_build(&planner, block->mask_roots, block->mask_root_count, looked_at,
                                    out, error);
  seg_mask_planner_deinit(&planner);
  return status;
}

int64_t seg_mask_program_batch(const struct seg_mask_program *program, bool only_counts) {
  int64_t rows = LARGEST_BATCH;
  const uint32_t slots = seg_mask_program_slots(program, only_counts);
  if (rows / 8 * slots > LARGE_BATCH_BYTES)
    rows /= 2;
  while (rows > SEG_MASK_ROUND && rows / 8 * slots > CACHE_BYTES)
    rows /= 2;
  return rows;
}
