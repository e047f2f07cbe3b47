/**
 * A rule under the supposition that its doubtful conditions do what they like where something is
 * missing; private to this room.
 */
#ifndef SEG_COMPILER_GUARDS_SUPPOSE_H
#define SEG_COMPILER_GUARDS_SUPPOSE_H

#include "compiler/sema/program.h"

/** The doubts of one rule. */
struct seg_supposition {
  struct seg_arena *arena; // of the conditions that are made
  const struct seg_program_doubt *doubts;
  uint32_t count;
  bool out_of_memory;
};

/**
 * The rule where each doubtful condition is what lets the rule hold most (`holds`), or least, of
 * the customers for whom something is missing. Every place of a condition raises the rule or lowers
 * it, so that the two differ for a customer just when some choice of truths makes a difference;
 * only `exactly` is taken apart into two counts, and may be suspected too much. Shares what has no
 * doubts.
 */
struct seg_node *seg_suppose(struct seg_supposition *supposition, struct seg_node *node,
                             bool holds);

/** `not node`. */
struct seg_node *seg_suppose_not(struct seg_supposition *supposition, struct seg_node *node);

#endif
