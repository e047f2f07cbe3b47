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
 * A condition where each doubtful one in it is what lets it hold most (`holds`), or least, of the
 * customers for whom something is missing. Every place of a doubtful condition raises the whole or
 * lowers it, so these two are the bounds of what it can be; only `exactly` is taken apart into two
 * counts, and may be given too much. Shares what has no doubts. NULL when memory is out.
 */
struct seg_node *seg_suppose(struct seg_supposition *supposition, struct seg_node *node,
                             bool holds);

/**
 * When does the rule come out differently as one of its conditions does? When what is joined to it
 * by `and` can hold, what is joined by `or` can fail, and what is counted with it can come to the
 * number before the limit. Only the `levels` innermost groups are looked at; `*all` says whether
 * that was all of them. With all, it is exact: the condition decides about these customers under
 * some choice of truths for the other doubtful ones. NULL when it decides about everybody, or when
 * memory is out.
 */
struct seg_node *seg_suppose_decides(struct seg_supposition *supposition, struct seg_node *rule,
                                     const struct seg_node *atom, unsigned levels, bool *all);

#endif
