/**
 * What a list of verdicts claims, as questions that nobody may answer: "there is no customer for
 * whom these conditions hold and those do not".
 *
 * Much is claimed by silence. Two segments without a verdict about them never meet, unless it is
 * declared that they may; a chain without a gap takes everybody.
 */
#ifndef SEG_TESTS_PROVER_CLAIMS_H
#define SEG_TESTS_PROVER_CLAIMS_H

#include "compiler/verdicts/verdicts.h"
#include "tests/prover/census.h"

struct claim_part {
  const struct seg_node *condition;
  bool negated;
};

enum { CLAIM_TEXT = 120 };

struct claim {
  char text[CLAIM_TEXT]; // in words
  uint32_t count;
  struct claim_part parts[MAX_PARTS];
};

struct claims {
  struct seg_arena arena; // conditions that were made here
  SEG_VEC(struct claim) items;
};

void claims_init(struct claims *claims, const struct seg_program *program,
                 const struct seg_verdicts *verdicts);
void claims_deinit(struct claims *claims);

/** The number of the segment whose rule this is; a new segment of the program when there is none.
 * The program must not have been lowered yet. */
uint32_t claims_segment(struct seg_program *program, const struct seg_node *condition);

#endif
