/**
 * Refresh marks: for which customers something can be different from an earlier run over a prepared
 * store.
 */
#ifndef SEG_RUNTIME_RUN_REFRESH_MARKS_H
#define SEG_RUNTIME_RUN_REFRESH_MARKS_H

#include "runtime/run/run_state.h"

/**
 * Set their bits in `marked`, which has room for all customers and is 0. `before` holds the windows
 * of the earlier run, `parts` how many parts each event of the plan had then. Errors: a damaged
 * store; memory.
 */
SEG_NODISCARD enum seg_status seg_refresh_marks_find(struct seg_run_state *state,
                                                     const int32_t *before, const uint32_t *parts,
                                                     uint64_t *marked, struct seg_error *error);

#endif
