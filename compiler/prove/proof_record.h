/**
 * What goes into the cache of proofs: keys of questions, and answers as bytes.
 */
#ifndef SEG_COMPILER_PROVE_PROOF_RECORD_H
#define SEG_COMPILER_PROVE_PROOF_RECORD_H

#include "compiler/prove/proof_cache.h"
#include "compiler/prove/prover.h"

/** Raise it when the prover may answer differently than before. */
enum { SEG_PROOF_ENCODING = 4 };

/** The question by what it means: conditions with all that stands behind their names, the columns
 * of the program in their order, budget and kind of witness. False when memory is out. */
SEG_NODISCARD bool seg_proof_key_of(struct seg_prover *prover, const struct seg_wanted *wanted,
                                    uint32_t count, struct seg_proof_key *key);

/** A condition of the program by what it means; NULL: everything about the program that a question
 * may depend on besides its conditions. False when memory is out. */
SEG_NODISCARD bool seg_proof_meaning_of(struct seg_prover *prover, const struct seg_node *condition,
                                        struct seg_proof_key *key);

/** An answer as bytes, which the caller frees; `data` is NULL when memory is out. */
struct seg_str seg_proof_record_write(const struct seg_program *program,
                                      const struct seg_found *found);

/** The answer again; its customer still has to be tried out. `found` belongs to the caller then.
 * False when the bytes are no answer to a question of `count` conditions. */
SEG_NODISCARD bool seg_proof_record_read(const struct seg_program *program, struct seg_str record,
                                         uint32_t count, struct seg_found *found);

#endif
