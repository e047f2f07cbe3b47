/**
 * What the output forms share; private to this room.
 */
#ifndef SEG_COMPILER_TESTING_PARTS_H
#define SEG_COMPILER_TESTING_PARTS_H

#include "compiler/testing/testing.h"

/** Does the claim hold? */
static inline bool seg_claim_holds(const struct seg_claim_result *claim) {
  return claim->member == claim->claim->expected;
}

/** "expect vip: the customer is not in it", without a line end. */
void seg_claim_write(const struct seg_testing *testing, const struct seg_test_result *result,
                     const struct seg_claim_result *claim, FILE *out);

/** All of a test that did not pass: its claims with the rules, or the refusal. */
void seg_test_result_write(const struct seg_testing *testing, const struct seg_test_result *result,
                           int depth, FILE *out);

#endif
