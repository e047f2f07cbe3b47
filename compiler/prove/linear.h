/**
 * What comparisons of counts, sums and averages of events say together, as linear inequalities over
 * the numbers of events and their sums in each cell and band (query.h). Many such comparisons that
 * contradict each other do so by a system of inequalities without a solution, which is found here
 * in some hundredths of a millisecond, with the few of them that make it up.
 *
 * Doubles find the contradiction; it is believed when exact fractions say the same of its few
 * parts. What is not refuted may still be impossible.
 */
#ifndef SEG_COMPILER_PROVE_LINEAR_H
#define SEG_COMPILER_PROVE_LINEAR_H

#include "compiler/prove/prover.h"

struct seg_linear;

/** Of conditions of the prover's program that know no `and`, `or` and `not`; those that are nothing
 * of the kind say nothing. `*linear` is NULL when none is, or they are too much for this; it
 * belongs to the caller. SEG_OUT_OF_MEMORY, SEG_INTERNAL. */
SEG_NODISCARD enum seg_status seg_linear_new(struct seg_prover *prover,
                                             const struct seg_node *const *conditions,
                                             uint32_t count, struct seg_linear **linear,
                                             struct seg_error *error);
/** The same conditions for another thread; `from` outlives it. False when memory is out. */
SEG_NODISCARD bool seg_linear_fork(const struct seg_linear *from, struct seg_linear **linear);
/** NULL does nothing. */
void seg_linear_free(struct seg_linear *linear);

/** Is it certain that nobody fulfils these conditions? Signs: 2 * the number of a condition that
 * must hold; one more when it must not. Then `core`, which has room for `count`, has those that
 * contradict each other already, in their order. `loosest`, as long, has a sign for each that says
 * the same of the same sum, but with a limit that allows more, if there is one: these contradict
 * each other, too, and so do all that say more than one of them and no more than the other. */
bool seg_linear_refutes(struct seg_linear *linear, const uint32_t *signs, uint32_t count,
                        uint32_t *core, uint32_t *loosest, uint32_t *core_count);

/** After a question that was not refuted: events of a customer who, as far as the inequalities go,
 * is such a one; but for the instants of the events, which are those of days that end with the day
 * SEG_PROVE_USUAL_DAY. Texts and values live in `arena`. `*made` is false when no solution is at
 * hand. False when memory is out. */
bool seg_linear_events(const struct seg_linear *linear, struct seg_arena *arena,
                       struct seg_dataset *dataset, bool *made);

#endif
