/**
 * What the files about chains share. Private to compiler/verdicts.
 */
#ifndef SEG_COMPILER_VERDICTS_CHAINS_H
#define SEG_COMPILER_VERDICTS_CHAINS_H

#include "compiler/verdicts/engine.h"

/** A question that grows: a rule, if any, and members that must not match. */
struct seg_escape {
  struct seg_engine *engine;
  const struct seg_program_chain *chain;
  uint32_t candidate_count; // members that may be needed
  uint32_t *candidates;     // positions in the chain, rising
  uint32_t fixed;           // 1 with a rule, else 0
  uint32_t count, most;     // and how many they may become
  struct seg_wanted wanted[SEG_MAX_WANTED];
};

/** SEG_OUT_OF_MEMORY. */
SEG_NODISCARD enum seg_status seg_escape_init(struct seg_escape *escape, struct seg_engine *engine,
                                              const struct seg_program_chain *chain);
/** The rule of a member. */
const struct seg_node *seg_escape_rule(const struct seg_escape *escape, uint32_t position);
/** The question excludes a member. */
void seg_escape_exclude(struct seg_escape *escape, uint32_t position);

/** Somebody for whom no candidate matches: few members at first, and one that takes the customer
 * who was found joins the question. */
SEG_NODISCARD enum seg_status seg_escape_find(struct seg_escape *escape, bool shown,
                                              struct seg_found *found);

// Of longer chains no customer is the plainest, and hiders are a minimal set out of some.
enum { SEG_WHOLE_CHAIN = 64 };

/** hidden.c: members that never win. `*left` tells whether somebody is left by all; of a chain that
 * is longer than that, `found` has such a customer if possible. It belongs to the caller. */
SEG_NODISCARD enum seg_status seg_judge_hidden(struct seg_engine *engine, uint32_t chain,
                                               enum seg_existence *left, struct seg_found *found);

#endif
