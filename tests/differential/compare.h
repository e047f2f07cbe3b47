/**
 * One program on one set of rows, through the reference evaluator and through the compiled rules,
 * and whether both say the same: who the customers are and in which order, every membership, every
 * chain winner, the orphans, and whether a number overflowed. Also, whether the checker keeps its
 * promise about missing values (three_valued.h).
 */
#ifndef SEG_TESTS_DIFFERENTIAL_COMPARE_H
#define SEG_TESTS_DIFFERENTIAL_COMPARE_H

#include "compiler/pipeline.h"
#include "tests/differential/data.h"
#include "tests/differential/expected.h"

enum subject_state {
  SUBJECT_READY,
  SUBJECT_REFUSED, // by the checker; the sink of the pipeline says why
  SUBJECT_FAILED,  // a failure of the world or of segc itself: see `error`
};

/** A program, compiled. */
struct subject {
  struct seg_pipeline pipeline;
  enum subject_state state;
  struct seg_error error;
};

/**
 * Compile a text for the processor at hand. `fault`: the first `>=` of the compiled rules becomes
 * `>`, to see that a difference is found. The caller calls subject_deinit.
 */
void subject_init(struct subject *subject, const char *text, bool fault);

/** The same for a level of processors, such as "x86-64-v3"; NULL or one that cannot run here is the
 * processor at hand. */
void subject_init_for(struct subject *subject, const char *text, const char *level, bool fault);
void subject_deinit(struct subject *subject);

/** How to run the compiled rules: none of it may change an answer. */
struct run_manner {
  unsigned threads;
  uint64_t memory_bytes; // 0: no limit
  int64_t morsel_rows;   // 0: as large as they come
  uint32_t store_parts;  // 0: without a store; else prepared from so many parts
  bool winners_only;     // only the winners of chains are asked for, and compared
};

enum verdict {
  VERDICT_SAME,
  VERDICT_SAME_OVERFLOW, // both stopped because a number overflowed
  VERDICT_LIMIT,         // the run refused its memory limit: nothing was compared
  VERDICT_DIFFERENT,
};

struct comparison_result {
  enum verdict verdict;
  uint64_t decisions; // memberships compared
  uint64_t members;   // of them: the customer is in the segment
  uint64_t spilled_bytes, peak_bytes;
  double seconds_run;
  char difference[1024]; // VERDICT_DIFFERENT: the first one, in words
};

/** The subject is ready, and `expected` is of the same program and rows. */
void compare_expected(const struct subject *subject, struct data *data,
                      const struct expected *expected, const struct run_manner *manner,
                      struct comparison_result *result);

/** The same, with the reference evaluator asked for this run alone. */
void compare_run(const struct subject *subject, struct data *data, const struct run_manner *manner,
                 struct comparison_result *result);

#endif
