/**
 * Questions about pairs of rules, asked before their turn and by several threads: what they find
 * (customers, contradictions, doubts) is there when the pairs are judged. Private to
 * compiler/verdicts.
 *
 * Rounds: a batch of questions is collected from what is known, divided among lanes and asked;
 * then what was found is remembered in the order of the questions. A lane has a prover of its own,
 * and always the same share of a batch, whoever works on it. So nothing depends on the number of
 * threads or on who is faster.
 */
#ifndef SEG_COMPILER_VERDICTS_AHEAD_H
#define SEG_COMPILER_VERDICTS_AHEAD_H

#include "compiler/verdicts/engine.h"

/** What a pair was asked, as bits of `engine->ahead`. */
enum seg_pair_question { SEG_ASK_MEETING, SEG_ASK_FIRST_ONLY, SEG_ASK_SECOND_ONLY };

/** For pairs (a, b), a < b, that `wanted_pair` wants judged. Does nothing where it would not pay,
 * or when questions are not pruned. */
SEG_NODISCARD enum seg_status
seg_engine_ask_ahead(struct seg_engine *engine,
                     bool (*wanted_pair)(const struct seg_engine *engine, uint32_t a, uint32_t b));

/** Is somebody known already? */
bool seg_engine_knows_ahead(const struct seg_engine *engine, uint32_t a, uint32_t b,
                            enum seg_pair_question question);

#endif
