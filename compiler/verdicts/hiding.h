/**
 * What the files about members of a chain that never win share. Private to compiler/verdicts.
 */
#ifndef SEG_COMPILER_VERDICTS_HIDING_H
#define SEG_COMPILER_VERDICTS_HIDING_H

#include "compiler/verdicts/chains.h"

/** A chain, and the member at hand. */
struct seg_hiding {
  struct seg_engine *engine;
  uint32_t chain_index;
  const struct seg_program_chain *chain;
  uint32_t *passed; // members before the one at hand that can match and are not hidden
  uint32_t passed_count;
  uint32_t *candidates, *left; // see seg_hiding_meet
  uint32_t candidate_count, left_count;
  struct seg_escape escape; // about the member at hand
};

/** A member that the walk found to be hidden. */
struct seg_hidden_member {
  uint32_t position, passed_count;
  struct seg_proof_key key;   // see seg_chain_memory_key
  struct seg_verdict verdict; // HIDDEN or UNPROVED
};

/** Everything but `passed`. SEG_OUT_OF_MEMORY; to be released even so, once `engine` is set. */
SEG_NODISCARD enum seg_status seg_hiding_init(struct seg_hiding *hiding, struct seg_engine *engine,
                                              uint32_t chain_index);
void seg_hiding_deinit(struct seg_hiding *hiding);

/** The member at a position is at hand: `candidates` are the earlier ones that can take customers
 * of it, `left` those of `passed` that can. */
void seg_hiding_meet(struct seg_hiding *hiding, uint32_t position);

/** naming.c: the member at hand as the solver sees it, asked about whole rules. `verdict->kind` is
 * HIDDEN, with those that hide it, or UNPROVED, or GAP: it is not hidden. */
SEG_NODISCARD enum seg_status seg_hiding_ask_solver(struct seg_hiding *hiding,
                                                    struct seg_verdict *verdict);

/** naming.c: who hides these members? Fills their verdicts. */
SEG_NODISCARD enum seg_status
seg_hiding_name_all(struct seg_hiding *hiding, struct seg_hidden_member *members, uint32_t count);

#endif
