/**
 * How changed rules relate: do customers leave a segment, and are others new in it?
 *
 * The earlier rule is brought into the later program, where the prover can ask for somebody who is
 * in one and not in the other. That needs what the rule looks at to be declared alike in both; when
 * it is not, nothing is proved, with that reason.
 */
#ifndef SEG_COMPILER_DIFF_DIFF_PROOFS_H
#define SEG_COMPILER_DIFF_DIFF_PROOFS_H

#include <stdatomic.h>

#include "compiler/diff/project_diff.h"
#include "compiler/prove/prover.h"
#include "compiler/witness/replay.h"

/** Two questions about a segment that changed: who leaves it, and who is new in it. */
struct seg_diff_proof {
  uint32_t before, after; // the segment in each program
  struct seg_found found[2];
};

struct seg_diff_proofs {
  const struct seg_program *before, *after;
  struct seg_arena arena;
  struct seg_prover prover;
  uint32_t count;
  struct seg_diff_proof *items;
};

/** Ask, with this much work for a question (0: the usual), and write `relation`, `verdict` and
 * `witnesses` of the changed segments. Deinit in any case. SEG_OUT_OF_MEMORY, SEG_INTERRUPTED,
 * SEG_INTERNAL, and those of seg_zone_load. */
SEG_NODISCARD enum seg_status
seg_diff_proofs_init(struct seg_diff_proofs *proofs, struct seg_project_diff *diff,
                     const struct seg_diff_version *before, const struct seg_diff_version *after,
                     unsigned budget, const atomic_bool *interrupted, struct seg_error *error);
void seg_diff_proofs_deinit(struct seg_diff_proofs *proofs);

/** Is there somebody to try the compiled rules of both versions on? */
bool seg_diff_proofs_has_witness(const struct seg_diff_proofs *proofs);

/** SEG_INTERNAL when compiled rules do not accept a witness: a bug of segc. */
SEG_NODISCARD enum seg_status seg_diff_proofs_replay(const struct seg_diff_proofs *proofs,
                                                     const struct seg_replay *before,
                                                     const struct seg_replay *after,
                                                     struct seg_error *error);

#endif
