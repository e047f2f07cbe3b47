/**
 * A sample of what the prover asked its solver, asked of another one: the program `cvc5`.
 */
#ifndef SEG_TESTS_PROVER_SECOND_SOLVER_H
#define SEG_TESTS_PROVER_SECOND_SOLVER_H

#include "tests/prover/attack.h"

/** Is there such a program? */
bool second_solver_is_there(void);

/** False, with the question on stdout, when the two contradict each other. */
bool second_solver_project(struct model *model, uint64_t seed, const struct attack_options *options,
                           struct attack_tally *tally);

#endif
