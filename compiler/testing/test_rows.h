/**
 * The rows that a test states, in the two forms that explanations use: row by row for the reference
 * evaluator, as columns for compiled rules.
 */
#ifndef SEG_COMPILER_TESTING_TEST_ROWS_H
#define SEG_COMPILER_TESTING_TEST_ROWS_H

#include "compiler/explain/customer_rows.h"
#include "runtime/time/zone.h"

/** The zones that give moments to the times of tests. */
struct seg_test_zones {
  struct seg_zone *project;
  uint32_t event_count;
  struct seg_zone **events; // per event: of times without an offset; NULL when none is declared
};

/** Deinit in any case. Errors: those of seg_zone_load. */
SEG_NODISCARD enum seg_status seg_test_zones_init(struct seg_test_zones *zones,
                                                  const struct seg_program *program,
                                                  struct seg_error *error);
void seg_test_zones_deinit(struct seg_test_zones *zones);

/**
 * The rows of one test. A value that is not stated is missing; a column that cannot be missing has
 * 0, false, the first of its list or the empty text, which no claim of the test depends on. Deinit
 * with seg_customer_rows_deinit in any case.
 */
SEG_NODISCARD enum seg_status
seg_test_rows_init(struct seg_customer_rows *rows, const struct seg_program *program,
                   const struct seg_plan *plan, const struct seg_test_zones *zones,
                   const struct seg_program_test *test, struct seg_error *error);

#endif
