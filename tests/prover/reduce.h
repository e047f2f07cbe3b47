/**
 * A refuted proof made small: rules, clauses, columns and events go as long as the prover says
 * "nobody" and the reference evaluator disagrees about the customer.
 */
#ifndef SEG_TESTS_PROVER_REDUCE_H
#define SEG_TESTS_PROVER_REDUCE_H

#include "tests/prover/attack.h"

/** Change model and customer in place and print what is left. */
void reduce_and_tell(struct model *model, const struct failure *failure,
                     const struct attack_options *options, struct data *customer);

#endif
