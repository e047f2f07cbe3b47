/**
 * Early rules: rules that need nothing but a customer's own row are decided while the customers are
 * read, a few thousand rows at a time, and their columns are never kept.
 *
 * The answer, and the error, are those of deciding afterwards: what is wrong with a row of the data
 * comes before what overflows in a customer's rules, and of the latter the first customer counts.
 */
#ifndef SEG_RUNTIME_RUN_EARLY_RULES_H
#define SEG_RUNTIME_RUN_EARLY_RULES_H

#include "runtime/run/decide.h"
#include "runtime/run/row_scan.h"

struct seg_early_rules {
  struct seg_run_state *state;
  uint32_t batch_rows;
  uint64_t bytes;                // of the workers' buffers
  struct seg_first_error faults; // "row" is the customer's number
  bool has_groups;               // memberships go there, and not into the result
  struct seg_result_groups groups;
  pthread_mutex_t counts_lock;
};

/** One worker's part. */
struct seg_early_worker {
  struct seg_early_rules *rules;
  struct seg_decide decide;
  void **values;    // per carried column: a batch of the rows that exist
  uint64_t **known; // the same
};

/**
 * Begin, when the plan allows it, the source knows how many rows there are at most, and there is
 * memory for that many results; otherwise state->decides_early stays false.
 */
SEG_NODISCARD enum seg_status seg_early_rules_begin(struct seg_early_rules *rules,
                                                    struct seg_run_state *state,
                                                    struct seg_error *error);

/** Some rows will not be decided, because there is an error: nobody waits for them. */
void seg_early_rules_give_up(struct seg_early_rules *rules);

/** After all rows were read without an error: the first fault, or error of the taker, if any. */
SEG_NODISCARD enum seg_status seg_early_rules_result(struct seg_early_rules *rules,
                                                     struct seg_error *error);
void seg_early_rules_deinit(struct seg_early_rules *rules);

SEG_NODISCARD enum seg_status seg_early_worker_init(struct seg_early_worker *worker,
                                                    struct seg_early_rules *rules,
                                                    struct seg_error *error);

/** Adds the counts of the worker to the result. Fine for one that was never begun (all zero). */
void seg_early_worker_deinit(struct seg_early_worker *worker);

/** Decide the rows that exist, who are the customers from number `first` on. A fault is kept, not
 * returned. */
SEG_NODISCARD enum seg_status seg_early_rules_decide(struct seg_early_worker *worker,
                                                     const struct seg_row_scan *scan,
                                                     uint64_t first, struct seg_error *error);

#endif
