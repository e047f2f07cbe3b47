/**
 * Mask runner: a mask program over batches of rows. One thread each.
 */
#ifndef SEG_RUNTIME_FILTER_MASK_RUNNER_H
#define SEG_RUNTIME_FILTER_MASK_RUNNER_H

#include "runtime/base/status.h"
#include "runtime/filter/mask_groups.h"
#include "runtime/filter/mask_program.h"

struct seg_mask_code_tables;

struct seg_mask_runner {
  const struct seg_mask_program *program;
  const struct seg_mask_kernels *kernels;
  size_t stride;                       // words of a slot
  bool only_counts;                    // only roots that are looked at have words
  uint64_t *slots;                     // of the program, one batch
  void *codes;                         // a column made narrow, or signs
  struct seg_mask_groups groups;       // the comparisons as the as-of day makes them
  uint64_t *slices;                    // of 512 rows of a column
  struct seg_mask_code_tables *tables; // per column of coded texts
  uint64_t *tallies;                   // of the operations that are tallied, of one batch
  /** Behind the rows of input columns below this slot lie those of the next batch, and memory is
   * asked for them. All of them, unless it is set. */
  uint32_t fetched_inputs;
};

/** Batches of at most `batch_rows` rows, a multiple of 512. `only_counts`: of roots that are not
 * looked at only the counts are wanted. The program must outlive the runner. */
SEG_NODISCARD enum seg_status seg_mask_runner_init(struct seg_mask_runner *runner,
                                                   const struct seg_mask_program *program,
                                                   int64_t batch_rows, bool only_counts,
                                                   struct seg_error *error);
void seg_mask_runner_deinit(struct seg_mask_runner *runner);

/** Bytes of the buffers. */
uint64_t seg_mask_runner_bytes(const struct seg_mask_program *program, int64_t batch_rows,
                               bool only_counts);

/** Compute the roots of one batch from its inputs and values. Known bits that are NULL mean that
 * nothing is missing. */
void seg_mask_runner_run(struct seg_mask_runner *runner, const struct seg_block_frame *frame);

/** After a run of so many rows: counts[r] grows by those in root r, for the first roots. */
void seg_mask_runner_count(struct seg_mask_runner *runner, int64_t rows, uint32_t root_count,
                           uint64_t *counts);

/** Has the root words? */
static inline bool seg_mask_runner_has_root(const struct seg_mask_runner *runner, uint32_t root) {
  return runner->program->root_slots[root] <
         seg_mask_program_slots(runner->program, runner->only_counts);
}

/** The words of a root that has some after a run; bits behind the last row may be anything. */
static inline uint64_t *seg_mask_runner_root(const struct seg_mask_runner *runner, uint32_t root) {
  return runner->slots + runner->program->root_slots[root] * runner->stride;
}

#endif
