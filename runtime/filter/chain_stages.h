/**
 * Chain stages: the members of chains, cut into groups that are decided one after the other.
 *
 * For those who ask only who wins: each stage has a mask program of its own, and rows that somebody
 * has won go through no further stage. What runs them is struct seg_chain_racer. Threads share the
 * stages.
 */
#ifndef SEG_RUNTIME_FILTER_CHAIN_STAGES_H
#define SEG_RUNTIME_FILTER_CHAIN_STAGES_H

#include "runtime/base/status.h"
#include "runtime/filter/mask_program.h"

/** The first stage is about all chains, each of the others about one. */
struct seg_chain_stage {
  const struct seg_mask_program *program; // its roots are the members; of all chains, in order
  uint32_t chain;
  uint32_t first, end; // members
  uint32_t next;       // the chain's next stage; 0: there is none
};

/** A column that stages read after the first one. */
struct seg_chain_column {
  bool is_input;
  uint32_t slot; // of the inputs, or of the values
  enum seg_layout layout;
  enum seg_width width;
  bool optional;
};

struct seg_chain_stages {
  struct seg_arena arena, second_arena;
  const struct seg_block *block;
  const struct seg_block_kernel *kernel;
  const struct seg_plan_chain *chains;
  uint32_t chain_count;
  uint32_t stage_count;
  struct seg_chain_stage *stages;
  struct seg_chain_stage *openings; // per chain: its members in the first stage
  uint32_t column_count;
  struct seg_chain_column *columns;
};

/** Mask root s of the block is segment s of the chains. Everything borrowed must outlive the
 * stages, which may be deinitialised after a failure. SEG_OUT_OF_MEMORY. */
SEG_NODISCARD enum seg_status seg_chain_stages_init(struct seg_chain_stages *stages,
                                                    const struct seg_block *block,
                                                    const struct seg_block_kernel *kernel,
                                                    const struct seg_plan_chain *chains,
                                                    uint32_t chain_count, struct seg_error *error);
void seg_chain_stages_deinit(struct seg_chain_stages *stages);

/** The rows of a batch whose slots stay in the second-level cache, in every stage: a multiple of
 * 512. */
int64_t seg_chain_stages_batch(const struct seg_chain_stages *stages);

#endif
