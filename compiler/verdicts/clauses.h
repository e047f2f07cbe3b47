/**
 * The clauses of a rule: what a reader sees as the parts that must all hold. Private to
 * compiler/verdicts.
 */
#ifndef SEG_COMPILER_VERDICTS_CLAUSES_H
#define SEG_COMPILER_VERDICTS_CLAUSES_H

#include "compiler/prove/prover.h"

/** Is this written as one clause, such as `between`, though it is built of several? */
bool seg_is_one_clause(const struct seg_node *node);

/** The parts that must all hold, also those of rules that `member` asks for. Returns how many there
 * are; when they are more than `room`, the whole rule is the only one. */
uint32_t seg_clauses_collect(const struct seg_node *rule, const struct seg_node **clauses,
                             uint32_t room);

/** Does the rule ask for the other segment, itself or through others? */
bool seg_rule_asks_for(const struct seg_node *rule, uint32_t segment);

#endif
