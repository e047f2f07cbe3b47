/**
 * Compiled rules over a crowd: one bit a customer and segment.
 */
#ifndef SEG_TESTS_PROVER_CENSUS_H
#define SEG_TESTS_PROVER_CENSUS_H

#include "runtime/run/run.h"
#include "tests/prover/crowd.h"

/** One condition of a question: the segment's rule holds, or does not. */
struct asked_part {
  uint32_t segment;
  bool negated;
};

enum { MAX_PARTS = 16 };

struct census {
  const struct crowd *crowd;
  struct seg_run_result *run; // NULL: a number overflowed
};

/** Close the crowd and run the rules over it. */
void census_take(const struct seg_pipeline *pipeline, struct crowd *crowd, unsigned threads,
                 struct census *census);
void census_deinit(struct census *census);

/** The first customer for whom all parts come out as asked, by number; -1: nobody. */
int64_t census_find(const struct census *census, const struct asked_part *parts, uint32_t count);

#endif
