/**
 * Stored fold: events of a prepared store folded where they lie, customer after customer.
 *
 * Some thousand rows at a time, so that flags and computed values are still in the cache when they
 * are folded. One customer's rows are never divided.
 */
#ifndef SEG_RUNTIME_RUN_STORED_FOLD_H
#define SEG_RUNTIME_RUN_STORED_FOLD_H

#include "runtime/fold/fold_scratch.h"
#include "runtime/run/stored_scan.h"

/** One thread's, of one event. Zero-initialise. */
struct seg_stored_fold {
  const struct seg_run_state *state;
  uint32_t event;
  struct seg_stored_columns columns;
  struct seg_stored_scan scan; // without a state when nothing is scanned
  struct seg_stored_stretches stretches;
  uint64_t *offsets;    // into the arrays
  uint32_t taken;       // so many customers' rows are in the arrays
  const void **carried; // per carried column
  void **values;        // per cell: from the customer at hand on
  uint64_t **known;     // the same
};

SEG_NODISCARD enum seg_status seg_stored_fold_init(struct seg_stored_fold *fold,
                                                   const struct seg_run_state *state,
                                                   uint32_t event, uint32_t customers,
                                                   struct seg_error *error);
void seg_stored_fold_deinit(struct seg_stored_fold *fold);

/** Bytes of its buffers for customers with so many rows together. */
uint64_t seg_stored_fold_bytes(const struct seg_run_state *state, uint32_t event, uint64_t rows);

/** What rows are folded into: the columns of the event's cells, NULL for cells of the other pass.
 */
struct seg_stored_target {
  const int32_t *windows;
  void *const *values;
  uint64_t *const *known;
  struct seg_kernel_fault fault; // the first customer's, counted from the first
};

/**
 * Fold the rows of customers first .. first + customers - 1 (no more than in init) into a target.
 * `again`: they are those of the last call, and what was read for it is used where it is still
 * there. Errors: a damaged store; memory.
 */
SEG_NODISCARD enum seg_status seg_stored_fold_run(struct seg_stored_fold *fold, uint64_t first,
                                                  uint32_t customers, bool again,
                                                  struct seg_stored_target *target,
                                                  struct seg_fold_scratch *scratch,
                                                  struct seg_error *error);

#endif
