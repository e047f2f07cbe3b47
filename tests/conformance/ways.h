/**
 * The ways to an answer. The rule files and tables of the case lie in `folder`: rules/ and data/.
 */
#ifndef SEG_TESTS_CONFORMANCE_WAYS_H
#define SEG_TESTS_CONFORMANCE_WAYS_H

#include <stdio.h>

#include "compiler/reference/evaluate.h"
#include "tests/conformance/answer.h"

/** The reference evaluator on tables read by table.c. Data errors other than overflow are not its
 * business, nor are queries: false when there is nothing to ask it. */
bool by_reference(const struct conformance_case *c, const char *folder, struct answer *answer);

/** The library: compile, read CSV files, run, read the output file. */
void by_library(const struct conformance_case *c, const char *folder, struct answer *answer);

/** The `test` blocks of the rules, for cases that expect something of them. Returns the number of
 * differences. */
int by_tests(const struct conformance_case *c, const char *folder);

/** Write every customer as a `test` block that claims what the reference evaluator says of them.
 * False when a value cannot be written as a literal, or there is nobody whose answers depend on
 * nobody else. */
bool state_tests(const struct seg_program *program, const struct seg_dataset *dataset,
                 struct seg_reference *reference, int32_t as_of, FILE *out);

/** Run the tests of a file beside the rules; NULL when all pass, otherwise what is said. */
const char *run_stated_tests(const struct conformance_case *c, const char *rules, const char *file,
                             struct seg_arena *arena);

/** The program: its exit code; and an output file after 0 only. Returns the number of differences.
 */
int by_program(const struct conformance_case *c, const char *folder);

#endif
