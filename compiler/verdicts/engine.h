/**
 * What the files of this room share: the questions that are asked and the verdicts so far. Private
 * to compiler/verdicts.
 */
#ifndef SEG_COMPILER_VERDICTS_ENGINE_H
#define SEG_COMPILER_VERDICTS_ENGINE_H

#include "compiler/verdicts/verdicts.h"

/** What is known of one segment. */
struct seg_judged {
  bool bundled;         // of a module that comes with segc
  bool never, possible; // proved, or a customer is known; neither: unproved
};

struct seg_engine {
  const struct seg_program *program;
  struct seg_verdict_options options;
  struct seg_verdicts *verdicts;
  struct seg_prover prover;
  struct seg_arena arena;
  struct seg_judged *segments;
  struct seg_error *error;
};

/** Ask the solver; `found` belongs to the caller. */
SEG_NODISCARD enum seg_status seg_engine_ask(struct seg_engine *engine,
                                             const struct seg_wanted *wanted, uint32_t count,
                                             struct seg_found *found);

/** A verdict of a kind, with everything else absent. */
struct seg_verdict seg_verdict_of(enum seg_verdict_kind kind, uint32_t segment, uint32_t other);
/** Add it; a witness is moved out of `found` when it has one (and NULL is none). */
SEG_NODISCARD enum seg_status seg_engine_add(struct seg_engine *engine, struct seg_verdict verdict,
                                             struct seg_found *found);

/** singles.c: rules that never match, or always. */
SEG_NODISCARD enum seg_status seg_judge_singles(struct seg_engine *engine);
/** pairs.c: rules that meet. */
SEG_NODISCARD enum seg_status seg_judge_pairs(struct seg_engine *engine);

#endif
