/**
 * Rows for any typed program: a few customers and events, with values that rules are likely to tell
 * apart.
 */
#ifndef SEG_TESTS_FUZZ_RANDOM_ROWS_H
#define SEG_TESTS_FUZZ_RANDOM_ROWS_H

#include "compiler/sema/program.h"
#include "tests/differential/data.h"

/** Fill `data`, which is initialised by this call and belongs to the caller. False (and nothing to
 * release) when the program has more tables or columns than the test's rows can hold. */
bool random_rows(struct data *data, const struct seg_program *program, uint64_t seed);

#endif
