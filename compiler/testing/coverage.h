/**
 * Coverage: which clauses of which segment the claims of tests made true, and which false.
 *
 * A clause is a condition of the rule, or the whole rule: the segment itself; `member(...)` is one,
 * and the rule of the other segment is covered there. It has two outcomes,
 * and only tests that claim the segment count, because the others would not notice a change.
 */
#ifndef SEG_COMPILER_TESTING_COVERAGE_H
#define SEG_COMPILER_TESTING_COVERAGE_H

#include "compiler/explain/explanation.h"

struct seg_covered_clause {
  struct seg_str text; // as written
  struct seg_span span;
  uint32_t depth;    // 0: the rule
  uint32_t times[2]; // it was false, it was true
};

struct seg_covered_segment {
  const struct seg_program_segment *segment;
  uint32_t claims;
  uint32_t clause_count; // the rule first, then its parts, each before its own parts
  struct seg_covered_clause *clauses;
};

struct seg_coverage {
  uint32_t segment_count;
  struct seg_covered_segment *segments;
};

/** The clauses of all segments, none seen. Of the request, program and map are used. */
SEG_NODISCARD enum seg_status seg_coverage_init(struct seg_coverage *coverage,
                                                const struct seg_explain_request *request,
                                                struct seg_arena *arena, struct seg_error *error);

/** Count what a claim saw of the rule of a segment. */
void seg_coverage_add(struct seg_coverage *coverage, uint32_t segment,
                      const struct seg_finding *rule);

/** Outcomes in all, two a clause, and those that were seen. */
struct seg_coverage_sum {
  uint32_t outcomes, seen;
};
struct seg_coverage_sum seg_coverage_sum(const struct seg_coverage *coverage);

#endif
