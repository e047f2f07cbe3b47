/**
 * Decide: the customer block over batches of customers, memberships and chain winners. One thread
 * each; batches of different threads write different words of the results.
 */
#ifndef SEG_RUNTIME_RUN_DECIDE_H
#define SEG_RUNTIME_RUN_DECIDE_H

#include <stdint.h>

#include "runtime/filter/block_runner.h"
#include "runtime/filter/chain_racer.h"
#include "runtime/run/result_groups.h"
#include "runtime/run/run_state.h"
#include "runtime/run/stored_customers.h"

struct seg_decide {
  struct seg_run_state *state;
  struct seg_block_runner runner;
  struct seg_chain_racer racer;   // when only winners are wanted; the runner has no masks then
  struct seg_stored_batch stored; // of the customers, when they are read from the store
  void **cell_values;             // per cell, events in order: a batch; NULL when not of this pass
  uint64_t **cell_known;          // the same
  void *cell_memory;              // where all of them lie; NULL: in that of another one
  uint32_t cell_count;
  void **derived_values;            // per derived column of the plan: a batch
  uint64_t **derived_known;         // the same
  const uint64_t **masks;           // of the members of one chain
  uint64_t **held_out;              // per segment: a batch; NULL without a control group
  const uint64_t **controls;        // of the members of one chain: the same
  uint64_t *slices;                 // room for the winners of a chain
  struct seg_result_groups *groups; // where memberships go, with places for the batch; NULL: into
                                    // the result, if it has room for them
  uint16_t *winners;                // room for a batch of them, with groups
  bool shares_words; // of the results, with other threads; `first` is any number then
  /* Counts of this thread. */
  uint64_t *segment_members;
  uint64_t *segment_held_out;
  uint64_t *won;          // chains in order, their members in order
  uint64_t *won_held_out; // the same
  uint64_t *unmatched;
};

/** Bytes of the cells' columns. */
uint64_t seg_decide_cell_bytes(const struct seg_run_state *state, uint32_t batch_rows);

/** Bytes of what computes values, masks and winners. */
uint64_t seg_decide_rule_bytes(const struct seg_run_state *state, uint32_t batch_rows);

/** `other` decides by the same plan; the columns of its cells are used, when it needs them no more.
 * NULL: there is none. It must outlive this one. */
SEG_NODISCARD enum seg_status seg_decide_init(struct seg_decide *decide,
                                              struct seg_run_state *state, uint32_t batch_rows,
                                              const struct seg_decide *other,
                                              struct seg_error *error);
void seg_decide_deinit(struct seg_decide *decide);

/** The cells are filled: decide customers first .. first + rows - 1, or keep their values in the
 * first pass. `first` is a multiple of 64. */
SEG_NODISCARD enum seg_status seg_decide_batch(struct seg_decide *decide, uint64_t first,
                                               uint32_t rows, struct seg_kernel_fault *fault,
                                               struct seg_error *error);

/** The same after the carried columns were given to decide->runner. */
SEG_NODISCARD enum seg_status seg_decide_rows(struct seg_decide *decide, uint64_t first,
                                              uint32_t rows, struct seg_kernel_fault *fault,
                                              struct seg_error *error);

/** After the last batch. */
SEG_NODISCARD enum seg_status seg_decide_finish(struct seg_decide *decide, struct seg_error *error);

/** Add this thread's counts to the result. One thread at a time. */
void seg_decide_add_counts(const struct seg_decide *decide);

#endif
