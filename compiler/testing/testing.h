/**
 * The tests of a project: what its `test` blocks claim against what the rules answer.
 *
 * A test states the rows of one customer, and the reference evaluator answers over them; compiled
 * rules are run over the same rows and must agree. Whatever is not stated is missing; what no
 * claimed rule reads has a neutral value. Values of `personal` columns are never shown.
 */
#ifndef SEG_COMPILER_TESTING_TESTING_H
#define SEG_COMPILER_TESTING_TESTING_H

#include <stdatomic.h>
#include <stdio.h>

#include "compiler/explain/explanation.h"
#include "compiler/testing/coverage.h"

enum seg_test_outcome {
  SEG_TEST_PASSED,
  SEG_TEST_FAILED,  // a claim does not hold
  SEG_TEST_REFUSED, // a run would refuse the rows: a number overflows
  SEG_TEST_OUTCOME_COUNT
};

struct seg_claim_result {
  const struct seg_program_claim *claim;
  bool member;
  bool has_rule;           // claims that do not hold, of a customer who exists
  struct seg_finding rule; // why
};

struct seg_test_result {
  const struct seg_program_test *test;
  enum seg_test_outcome outcome;
  struct seg_str absence; // why there is no such customer; empty when there is one
  struct seg_str refusal; // SEG_TEST_REFUSED: the reason, and what helps or empty
  struct seg_str help;
  uint32_t claim_count; // 0 when refused
  struct seg_claim_result *claims;
};

struct seg_testing {
  struct seg_arena arena;
  const struct seg_program *program;
  const struct seg_source_map *map;
  uint32_t test_count; // those that ran
  struct seg_test_result *tests;
  uint32_t outcomes[SEG_TEST_OUTCOME_COUNT];
  bool has_coverage;
  struct seg_coverage coverage;
};

/** Everything is borrowed; program and map must outlive the results. */
struct seg_testing_request {
  const struct seg_program *program;
  const struct seg_source_map *map;
  const struct seg_plan *plan;
  const struct seg_kernels *kernels;
  struct seg_str filter; // only tests whose title has it; empty: all
  bool coverage;
  const atomic_bool *interrupted;
};

/**
 * Run the tests. Claims that do not hold are results. Errors: SEG_USAGE when the filter leaves no
 * test; SEG_INTERNAL when compiled rules disagree; SEG_IO for zones; SEG_INTERRUPTED. Deinit in any
 * case.
 */
SEG_NODISCARD enum seg_status seg_testing_init(struct seg_testing *testing,
                                               const struct seg_testing_request *request,
                                               struct seg_error *error);
void seg_testing_deinit(struct seg_testing *testing);

/** Failures and a summary for people. */
void seg_testing_write_text(const struct seg_testing *testing, FILE *out);
/** One JSON object. */
void seg_testing_write_json(const struct seg_testing *testing, FILE *out);
/** JUnit XML: a suite a file, a case a test. Without times: the same tests give the same bytes.
 * False when memory is out. */
SEG_NODISCARD bool seg_testing_write_junit(const struct seg_testing *testing, FILE *out);

#endif
