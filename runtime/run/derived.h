/**
 * Derived columns: what the run itself knows of a customer and rules can ask for. Filled a batch at
 * a time, beside the fold cells.
 */
#ifndef SEG_RUNTIME_RUN_DERIVED_H
#define SEG_RUNTIME_RUN_DERIVED_H

#include "runtime/plan/plan.h"
#include "runtime/run/run_state.h"

/** Values and known bits of one derived column for customers first .. first + rows - 1, into a
 * worker's own buffers. What comes of a rank is left alone in the first pass. */
void seg_derived_fill(const struct seg_run_state *state, const struct seg_plan_derived *derived,
                      uint64_t first, uint32_t rows, void *values, uint64_t *known);

#endif
