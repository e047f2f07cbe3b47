/**
 * Partition plan: how the customers are cut into groups of partitions, and how much memory each
 * needs. Made once all events are scanned.
 */
#ifndef SEG_RUNTIME_RUN_PARTITION_PLAN_H
#define SEG_RUNTIME_RUN_PARTITION_PLAN_H

#include "runtime/run/run_state.h"

struct seg_partition_plan {
  uint32_t shift;
  uint32_t partition_count;
  uint32_t group; // partitions that are worked on together: one read of each spilled run
  uint32_t group_count;
  uint32_t *order;       // of the groups: those with very many events first, so that none is left
                         // to a single worker at the end; then rising
  uint32_t batch_rows;   // customers that are folded and decided together
  uint64_t *event_rows;  // [event * partition_count + partition]
  uint64_t *event_bytes; // the same: bytes of the slices
  uint64_t worker_bytes; // fixed buffers of one worker
};

/**
 * Plan, and move runs out of memory until the rest of the work fits beside them. Takes the workers'
 * fixed buffers from the budget.
 */
SEG_NODISCARD enum seg_status seg_partition_plan_init(struct seg_partition_plan *partitions,
                                                      struct seg_run_state *state,
                                                      struct seg_error *error);

/** How many customers are decided together. */
uint32_t seg_partition_plan_batch(const struct seg_run_state *state);

/** Gives the workers' buffers back. */
void seg_partition_plan_deinit(struct seg_partition_plan *partitions, struct seg_run_state *state);

/** Events of the largest of the partitions first .. end - 1. */
uint64_t seg_partition_plan_rows(const struct seg_partition_plan *partitions, uint32_t event,
                                 uint32_t first, uint32_t end);

/** Bytes of what decides that many customers together, and others beside them. */
uint64_t seg_partition_plan_fixed(const struct seg_run_state *state, uint32_t batch_rows);

/** Bytes that so many events of a kind take in one worker. */
uint64_t seg_partition_plan_gathered(const struct seg_run_state *state, uint32_t event,
                                     uint64_t rows);

/** Bytes of the slices of partitions first .. end - 1 that lie in the file. */
uint64_t seg_partition_plan_spilled(const struct seg_partition_plan *partitions,
                                    const struct seg_run_state *state, uint32_t first,
                                    uint32_t end);

/** Events of the kind `event` need a set of their own (unique, distinct). */
bool seg_partition_plan_needs_set(const struct seg_plan *plan, uint32_t event);

#endif
