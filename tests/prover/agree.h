/**
 * The same verdicts in other ways: with and without pruning, in two threads at a time, with the
 * segments declared in another order.
 */
#ifndef SEG_TESTS_PROVER_AGREE_H
#define SEG_TESTS_PROVER_AGREE_H

#include "tests/prover/attack.h"

/** False, with the first difference on stdout, when two ways disagree. The model is left in another
 * order. A project that the checker refuses agrees. */
bool agree_project(struct model *model, enum project_kind kind,
                   const struct attack_options *options, struct attack_tally *tally);

#endif
