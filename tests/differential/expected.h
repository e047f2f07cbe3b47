/**
 * What the reference evaluator says of a program on rows: asked once, compared with any number of
 * runs.
 */
#ifndef SEG_TESTS_DIFFERENTIAL_EXPECTED_H
#define SEG_TESTS_DIFFERENTIAL_EXPECTED_H

#include "compiler/pipeline.h"
#include "compiler/reference/evaluate.h"
#include "runtime/column/bitmap.h"
#include "tests/differential/data.h"

struct expected {
  struct seg_reference *reference; // NULL: it failed, see `wrong`
  bool overflow;                   // a number overflowed: nothing below is known
  uint32_t customers;
  uint32_t segment_count;
  uint64_t **members;  // per segment: a bitmap over the customers, its tail 0
  uint64_t **held_out; // per segment: the same; NULL without a holdout
  double seconds;      // of the processor
  char wrong[600];     // what the reference evaluator says against the checker; empty
  struct seg_dataset dataset;
  struct seg_arena arena;
};

/** Ask. `data` must outlive it, and the program. */
void expected_init(struct expected *expected, const struct seg_pipeline *pipeline,
                   struct data *data);
void expected_deinit(struct expected *expected);

#endif
