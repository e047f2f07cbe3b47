/**
 * A witness is believed when compiled rules say the same of it as the reference evaluator, whom the
 * prover has asked already.
 */
#ifndef SEG_COMPILER_WITNESS_REPLAY_H
#define SEG_COMPILER_WITNESS_REPLAY_H

#include "compiler/reference/dataset.h"
#include "compiler/witness/witness_view.h"
#include "runtime/plan/kernel.h"
#include "runtime/plan/plan.h"

/** Rules that are compiled once, for all witnesses. Everything is borrowed. */
struct seg_replay {
  const struct seg_program *program;
  const struct seg_plan *plan;
  const struct seg_kernels *kernels;
};

/**
 * Run the compiled rules over the customer of a witness: they and the reference evaluator must
 * agree about every segment, every chain and every control group, and both must answer what is
 * claimed. SEG_INTERNAL when they do not, or when a run would refuse the rows: a bug of segc, to be
 * told.
 */
SEG_NODISCARD enum seg_status seg_replay_witness(const struct seg_replay *replay,
                                                 const struct seg_dataset *dataset, int32_t as_of,
                                                 const struct seg_witness_claim *claims,
                                                 uint32_t claim_count, struct seg_error *error);

#endif
