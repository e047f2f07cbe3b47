/**
 * Narrow: a plan that reads columns as narrow as a prepared store or a Parquet file has them. Made
 * before the code, because code depends on how wide its columns are.
 */
#ifndef SEG_RUNTIME_RUN_NARROW_H
#define SEG_RUNTIME_RUN_NARROW_H

#include "runtime/base/arena.h"
#include "runtime/run/run.h"

/**
 * `*narrow` is the plan with the widths of the sources that will be read in place, or say how wide
 * they are; everything else is shared with `plan`, and what is new lives in the arena. Sources of
 * other kinds leave it as it is. SEG_OUT_OF_MEMORY.
 */
SEG_NODISCARD enum seg_status seg_run_narrow(struct seg_arena *arena, const struct seg_plan *plan,
                                             const struct seg_run_sources *sources,
                                             struct seg_plan *narrow, struct seg_error *error);

/** Are two plans that were made of the same one equally wide everywhere? */
bool seg_run_equally_narrow(const struct seg_plan *a, const struct seg_plan *b);

#endif
