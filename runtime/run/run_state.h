/**
 * What the stages of one run share. Inside runtime/run only.
 */
#ifndef SEG_RUNTIME_RUN_RUN_STATE_H
#define SEG_RUNTIME_RUN_RUN_STATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "runtime/entity/event_runs.h"
#include "runtime/entity/key_table.h"
#include "runtime/entity/memory_budget.h"
#include "runtime/entity/spill_file.h"
#include "runtime/filter/chain_stages.h"
#include "runtime/io/first_error.h"
#include "runtime/run/customer_columns.h"
#include "runtime/run/population.h"
#include "runtime/run/run.h"

struct seg_run_state {
  const struct seg_plan *plan;
  const struct seg_kernels *kernels;
  const struct seg_run_sources *sources;
  const struct seg_run_options *options;
  unsigned threads;
  struct seg_run_result *result;
  struct seg_memory_budget *budget; // lives with the result, as the key table does
  struct seg_key_table *keys;
  bool customers_stored;                 // their columns are read from the store, batch by batch
  struct seg_customer_columns customers; // otherwise
  bool decides_early;                    // stage 1 decides the rules; there is no stage 3
  bool races;                     // only winners are wanted: chains are decided stage by stage
  struct seg_chain_stages stages; // then
  enum seg_fold_pass pass;        // what stage 3 is about
  struct seg_population population;
  struct seg_spill_file spill;
  struct seg_event_runs *events; // per event of the plan; empty for those not gathered
  bool *is_stored;               // per event: its rows are read from the store, not from runs
  bool *is_in_place;             // of those: they are folded where they lie
  uint32_t *stored_numbers;      // per customer: his number in the store; NULL: as its table says
  /* When only some customers of a store are looked at, who lie there by their numbers. */
  const uint32_t *chosen;                 // per customer: his number there, rising; NULL: all are
  const struct seg_store_entity *earlier; // per event: as it was; NULL: as it is
  struct seg_run_state *beside; // the same customers, decided with other windows and into another
                                // result from the same rows; NULL: none
  struct seg_event_runs *newest_runs; // the last ones made; NULL: none
  uint64_t **listed;                  // per list that is read: bitmap over the customers
  int32_t *windows;                   // per window: first day, last day
  int64_t
      as_of_instant; // UTC microseconds at which the as-of day begins; 0 when the plan does not ask
  pthread_mutex_t progress_lock;
  _Atomic uint64_t progress_rows; // of the present stage
};

/** Stage 1: read the customers' source. */
SEG_NODISCARD enum seg_status seg_run_load_customers(struct seg_run_state *state,
                                                     struct seg_error *error);

/** Stage 2: read one event's source; it gives the customers when the plan says so. */
SEG_NODISCARD enum seg_status seg_run_scan_event(struct seg_run_state *state, uint32_t event,
                                                 struct seg_error *error);

/** Before stage 3: which customers are in the lists that rules ask for. */
SEG_NODISCARD enum seg_status seg_run_load_lists(struct seg_run_state *state,
                                                 struct seg_error *error);
void seg_run_free_lists(struct seg_run_state *state);

/** What stage 3 computes of each customer in the present pass. */
const struct seg_block *seg_run_block(const struct seg_run_state *state);
const struct seg_block_kernel *seg_run_kernel(const struct seg_run_state *state);

/** Does the present pass decide chains stage by stage? */
static inline bool seg_run_races(const struct seg_run_state *state) {
  return state->races && state->pass == SEG_FINAL_PASS;
}

/** Does the present pass fold this event? */
bool seg_run_folds_event(const struct seg_run_state *state, uint32_t event);

/** Does the present pass look at its rows: to fold them, or as what follows in a sequence? */
bool seg_run_gathers_event(const struct seg_run_state *state, uint32_t event);

/** Count `bytes`, moving event runs to the file when they do not fit. */
SEG_NODISCARD enum seg_status seg_run_take_memory(struct seg_run_state *state, uint64_t bytes,
                                                  const char *what, struct seg_error *error);

/** Room for memberships and winners of result->customer_count customers. */
SEG_NODISCARD enum seg_status seg_run_add_memberships(struct seg_run_state *state,
                                                      struct seg_error *error);

/** Stage 3: fold the events of the pass; then collect values, or decide all rules. */
SEG_NODISCARD enum seg_status seg_run_partitions(struct seg_run_state *state,
                                                 struct seg_error *error);

/** Has the user asked to stop? */
bool seg_run_interrupted(const struct seg_run_state *state);

/** The error of it. */
enum seg_status seg_run_fail_interrupted(struct seg_error *error);

/** Count `rows` more and tell the user, unless another worker is telling just now. */
void seg_run_report(struct seg_run_state *state, enum seg_run_stage stage, struct seg_str entity,
                    uint64_t rows, struct seg_source *source, uint64_t total);

#endif
