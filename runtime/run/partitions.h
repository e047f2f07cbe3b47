/**
 * A worker of stage 3 by itself: it folds and decides chosen customers of a store, some at a time.
 */
#ifndef SEG_RUNTIME_RUN_PARTITIONS_H
#define SEG_RUNTIME_RUN_PARTITIONS_H

#include "runtime/run/run_state.h"

/** One thread's. */
struct seg_partition_worker;

/**
 * For a state all of whose events are folded where they lie; what `state->chosen` points at may
 * change from call to call. `rows`: how many events customers that are folded together may have.
 * Free it in any case. SEG_OUT_OF_MEMORY; a limit of the budget.
 */
SEG_NODISCARD enum seg_status seg_partition_worker_new(struct seg_run_state *state, uint64_t rows,
                                                       struct seg_partition_worker **worker,
                                                       struct seg_error *error);
void seg_partition_worker_free(struct seg_partition_worker *worker);

/** So many of the chosen customers are decided at a time. */
uint32_t seg_partition_worker_batch(const struct seg_partition_worker *worker);

/** Fold and decide the first `customers` of the chosen ones. Errors: those of stage 3. */
SEG_NODISCARD enum seg_status seg_partition_worker_run(struct seg_partition_worker *worker,
                                                       uint32_t customers, struct seg_error *error);

/** Add what was counted to the result of the state, and to that of the one beside it. */
void seg_partition_worker_add_counts(const struct seg_partition_worker *worker);

#endif
