/**
 * What a run of the differential test counts. Plain memory: it is shared between processes.
 */
#ifndef SEG_TESTS_DIFFERENTIAL_TALLY_H
#define SEG_TESTS_DIFFERENTIAL_TALLY_H

#include "tests/differential/compare.h"

struct refusal {
  uint64_t count;
  uint64_t seed; // of the first program
  char message[200];
};

struct tally {
  uint64_t running_seed; // the program a worker is at
  uint32_t running_rows;
  struct run_manner running_manner;
  bool finished;
  uint64_t programs, refused, runs, decisions, members;
  uint64_t overflows, limits, spilled, differences;
  double seconds_compile, seconds_rows, seconds_reference, seconds_run;
  struct refusal refusals[SEG_DIAG_COUNT]; // by the code of the first error
};

void tally_add(struct tally *tally, const struct comparison_result *result);
void tally_refused(struct tally *tally, const struct seg_pipeline *pipeline, uint64_t seed);
void tally_join(struct tally *sum, const struct tally *part);
void tally_print(const struct tally *tally, double seconds);

#endif
