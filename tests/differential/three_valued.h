/**
 * Conditions with a third answer: "nobody knows", as soon as a missing value is compared, and
 * through `not`, `and`, `or` as in Kleene's strong logic (1952).
 *
 * The language knows two answers, and the checker refuses negations that could turn a missing value
 * into a match. So in a program that it accepts, a customer is in a segment exactly when this third
 * reading says "true" as well: that is what the test compares.
 */
#ifndef SEG_TESTS_DIFFERENTIAL_THREE_VALUED_H
#define SEG_TESTS_DIFFERENTIAL_THREE_VALUED_H

#include "compiler/reference/evaluate.h"

enum answer { ANSWER_FALSE, ANSWER_UNKNOWN, ANSWER_TRUE }; // in this order: `and` is the least

/** A condition or a bool value over a customer. Filters inside of aggregates stay two-valued. */
enum answer three_valued(const struct seg_program *program, struct seg_reference *reference,
                         const struct seg_node *node, uint32_t customer);

#endif
