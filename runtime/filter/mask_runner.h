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
  uint64_t *slots;                     // of the program, one batch
  void *codes;                         // a column made narrow, or signs
  struct seg_mask_groups groups;       // the comparisons as the as-of day makes them
  uint64_t *slices;                    // of 512 rows of a column
  struct seg_mask_code_tables *tables; // per column of coded texts
  /** Behind the rows of input columns below this slot lie those of the next batch, and memory is
   * asked for them. All of them, unless it is set. */
  uint32_t fetched_inputs;
};

/** Batches of at most `batch_rows` rows, a multiple of 512. The program must outlive the runner. */
SEG_NODISCARD enum seg_status seg_mask_runner_init(struct seg_mask_runner *runner,
                                                   const struct seg_mask_program *program,
                                                   int64_t batch_rows, struct seg_error *error);
void seg_mask_runner_deinit(struct seg_mask_runner *runner);

/** Bytes of the buffers. */
uint64_t seg_mask_runner_bytes(const struct seg_mask_program *program, int64_t batch_rows);

/** Compute the roots of one batch from its inputs and values. Known bits that are NULL mean that
 * nothing is missing. */
void seg_mask_runner_run(struct seg_mask_runner *runner, const struct seg_block_frame *frame);

/** The words of a root after a run; bits behind the last row may be anything. */
static inline uint64_t *seg_mask_runner_root(const struct seg_mask_runner *runner, uint32_t root) {
  return runner->slots + runner->program->root_slots[root] * runner->stride;
}

#endif
