/**
 * Along a chain: is there somebody whom a rule takes and earlier rules leave? Private to
 * compiler/verdicts.
 *
 * The rules are clauses over their atoms (propositions.h). Truth values for atoms that keep all
 * clauses are looked up among the known customers, component by component; what nobody is known to
 * have together, and is as little as possible, is asked of the solver: it finds somebody, who joins
 * the pool, or a contradiction, which becomes a clause. So one search goes along the whole chain,
 * and the solver is asked about few atoms only.
 */
#ifndef SEG_COMPILER_VERDICTS_WALK_H
#define SEG_COMPILER_VERDICTS_WALK_H

#include "compiler/verdicts/engine.h"
#include "compiler/verdicts/propositions.h"

struct seg_walk {
  struct seg_engine *engine;
  struct seg_propositions propositions;
  // The customer who is looked for: of each component the known ones that would do.
  uint32_t words, component_count, touched_count;
  uint64_t *who;  // [component][words], and a row of scratch
  uint32_t *fits; // of each component: how many they are; UINT32_MAX: nothing is needed of it
  uint32_t *touched;
  uint32_t *chosen; // of each component: who was found for the values at hand; or UINT32_MAX
  bool bit_by_bit;  // nobody is chosen
  uint32_t free;    // a component of which nobody need be known; or UINT32_MAX
  SEG_VEC(seg_atom_sign) needed;
  SEG_VEC(seg_sign) assumed;  // scratch
  struct seg_signs unknown;   // atoms of one component that nobody is known to have together
  SEG_VEC(seg_atom_sign) all; // scratch: what is needed of one component
};

/** What is asked: a rule that must hold, or SEG_ABSENT, and those that must not, as segments. */
struct seg_walk_question {
  uint32_t taken_by;
  const uint32_t *left_by;
  uint32_t count;
  bool assumed; // `left_by` is so for this question only; else seg_walk_leave said it
};

/** What is known of it. UNPROVED: it is to be asked in another way. `core`, when it is not NULL,
 * tells after NOBODY which of `left_by` are enough; it has a place for each. */
SEG_NODISCARD enum seg_status seg_walk_ask(struct seg_walk *walk,
                                           const struct seg_walk_question *question,
                                           enum seg_existence *existence, bool *core);

/** After SOMEBODY: a customer put together of those who are known; `wanted` is what was asked, as
 * conditions. `found` stays UNPROVED when it is not to be. */
SEG_NODISCARD enum seg_status seg_walk_show(struct seg_walk *walk, const struct seg_wanted *wanted,
                                            uint32_t count, struct seg_found *found);

/** After SOMEBODY: does the condition, which is made of atoms of the rules, hold of him? What the
 * question says nothing about is as it is of the first who would do. */
bool seg_walk_takes(const struct seg_walk *walk, const struct seg_node *node);

/** For questions about the members of a chain. */
SEG_NODISCARD enum seg_status seg_walk_init(struct seg_walk *walk, struct seg_engine *engine,
                                            const uint32_t *members, uint32_t count);
void seg_walk_deinit(struct seg_walk *walk);

/** `segment` has its say in the questions from now on. */
void seg_walk_meet(struct seg_walk *walk, uint32_t segment);
/** All who are looked for from now on must be left by the segment. */
void seg_walk_leave(struct seg_walk *walk, uint32_t segment);

#endif
