/**
 * Programs as people write them: a shop with purchases and visits, and segments out of a table of
 * usual clauses with a few constants and windows that come back, so that rules imply and exclude
 * each other often. The generator of tests/differential writes what the language allows; this one
 * what is likely to be asked.
 */
#ifndef SEG_TESTS_PROVER_TYPICAL_H
#define SEG_TESTS_PROVER_TYPICAL_H

#include "tests/differential/model.h"

/** `small`: few columns, constants and windows: a world that can be searched to its end. The caller
 * calls seg_arena_deinit(&model->arena). */
void generate_typical(struct model *model, uint64_t seed, uint32_t segments, bool small);

/** A program of tests/differential with more segments: parts of its rules, and rules with one
 * constant changed. */
void generate_varied(struct model *model, uint64_t seed, uint32_t segments);

#endif
