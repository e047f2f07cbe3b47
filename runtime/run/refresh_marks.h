/**
 * Refresh marks: for which customers something can be different from an earlier run over a prepared
 * store.
 */
#ifndef SEG_RUNTIME_RUN_REFRESH_MARKS_H
#define SEG_RUNTIME_RUN_REFRESH_MARKS_H

#include "runtime/filter/mask_kernels.h"
#include "runtime/run/changed_days.h"
#include "runtime/run/run_state.h"

/** Zero-initialise. Once made, it is read only. */
struct seg_refresh_marks {
  struct seg_run_state *state;
  const uint32_t *parts;            // per event of the plan: how many it had then
  struct seg_changed_days *changed; // per event
  const struct seg_mask_kernels *kernels;
};

/** `windows` are those of the earlier run, `parts` must outlive it. SEG_OUT_OF_MEMORY. */
SEG_NODISCARD enum seg_status seg_refresh_marks_init(struct seg_refresh_marks *marks,
                                                     struct seg_run_state *state,
                                                     const int32_t *windows, const uint32_t *parts,
                                                     struct seg_error *error);
void seg_refresh_marks_deinit(struct seg_refresh_marks *marks);

/**
 * Set the bits of those of customers first .. end - 1 in `marked`, which has room for them from bit
 * 0 on and is 0. Any thread. Errors: a damaged store.
 */
SEG_NODISCARD enum seg_status seg_refresh_marks_find(const struct seg_refresh_marks *marks,
                                                     uint64_t first, uint64_t end, uint64_t *marked,
                                                     struct seg_error *error);

#endif
