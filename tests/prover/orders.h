/**
 * The same questions in several orders: an answer, with its witness, belongs to the question, and
 * not to what was asked before.
 */
#ifndef SEG_TESTS_PROVER_ORDERS_H
#define SEG_TESTS_PROVER_ORDERS_H

#include "tests/prover/attack.h"

/** False, with the first difference on stdout, when an answer depends on the order. A project that
 * the checker refuses agrees. */
bool orders_project(struct model *model, uint64_t seed, const struct attack_options *options,
                    struct attack_tally *tally);

#endif
