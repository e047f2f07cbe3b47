// Results of tests for people.
#include "compiler/testing/testing_parts.h"
#include "runtime/time/civil.h"

enum { STEP = 2 };

static const char *plural(uint32_t count) {
  return count == 1 ? "" : "s";
}

void seg_claim_write(const struct seg_testing *testing, const struct seg_test_result *result,
                     const struct seg_claim_result *claim, FILE *out) {
  const struct seg_program_segment *segment = &testing->program->segments[claim->claim->segment];
  fprintf(out, "%s %.*s: ", claim->claim->expected ? "expect" : "reject",
          SEG_STR(segment->name.text));
  if (result->absence.size > 0)
    fprintf(out, "there is no such customer, because %.*s", SEG_STR(result->absence));
  else
    fprintf(out, "the customer is %sin it", claim->member ? "" : "not ");
}

void seg_test_result_write(const struct seg_testing *testing, const struct seg_test_result *result,
                           int depth, FILE *out) {
  if (result->outcome == SEG_TEST_REFUSED) {
    fprintf(out, "%*sa run refuses these rows: %.*s\n", depth * STEP, "", SEG_STR(result->refusal));
    if (result->help.size > 0)
      fprintf(out, "%*s= help: %.*s\n", depth * STEP + STEP, "", SEG_STR(result->help));
  }
  for (uint32_t i = 0; i < result->claim_count; i++) {
    const struct seg_claim_result *claim = &result->claims[i];
    if (seg_claim_holds(claim))
      continue;
    fprintf(out, "%*s", depth * STEP, "");
    seg_claim_write(testing, result, claim, out);
    fputc('\n', out);
    if (claim->has_rule)
      seg_finding_write_text(&claim->rule, depth + 1, out);
  }
}

static void write_failure(const struct seg_testing *testing, const struct seg_test_result *result,
                          FILE *out) {
  struct seg_span span = result->test->span;
  struct seg_place place = seg_source_map_place(testing->map, span.file, span.begin);
  char day[SEG_CIVIL_TEXT];
  seg_civil_format(result->test->as_of, day);
  fprintf(out, "failed: %.*s\n  %.*s:%u, as of %s\n", SEG_STR(result->test->title.text),
          SEG_STR(place.file), (unsigned)place.line, day);
  seg_test_result_write(testing, result, 1, out);
  fputc('\n', out);
}

// --- coverage ---

static bool is_covered(const struct seg_covered_segment *covered) {
  for (uint32_t i = 0; i < covered->clause_count; i++)
    if (covered->clauses[i].times[0] == 0 || covered->clauses[i].times[1] == 0)
      return false;
  return true;
}

static void write_clause(const struct seg_testing *testing, const struct seg_covered_clause *clause,
                         FILE *out) {
  if (clause->times[0] > 0 && clause->times[1] > 0)
    return;
  if (clause->depth == 0) {
    fprintf(out, "    no test has a customer %s it\n", clause->times[1] == 0 ? "in" : "outside");
    return;
  }
  struct seg_place place =
      seg_source_map_place(testing->map, clause->span.file, clause->span.begin);
  bool neither = clause->times[0] == 0 && clause->times[1] == 0;
  fprintf(out, "    line %u, never %s: %.*s\n", (unsigned)place.line,
          neither                 ? "seen"
          : clause->times[1] == 0 ? "true"
                                  : "false",
          SEG_STR(clause->text));
}

static void write_coverage(const struct seg_testing *testing, FILE *out) {
  struct seg_coverage_sum sum = seg_coverage_sum(&testing->coverage);
  fprintf(out, "coverage: %u of %u outcomes", (unsigned)sum.seen, (unsigned)sum.outcomes);
  if (sum.outcomes > 0)
    fprintf(out, " (%u%%)", (unsigned)((uint64_t)sum.seen * 100 / sum.outcomes));
  fputs("; a clause has two: true and false\n", out);
  for (uint32_t i = 0; i < testing->coverage.segment_count; i++) {
    const struct seg_covered_segment *covered = &testing->coverage.segments[i];
    if (is_covered(covered))
      continue;
    struct seg_span span = covered->segment->span;
    struct seg_place place = seg_source_map_place(testing->map, span.file, span.begin);
    fprintf(out, "  %.*s (%.*s:%u)\n", SEG_STR(covered->segment->name.text), SEG_STR(place.file),
            (unsigned)place.line);
    if (covered->claims == 0)
      fputs("    no test names it\n", out);
    for (uint32_t j = 0; covered->claims > 0 && j < covered->clause_count; j++)
      write_clause(testing, &covered->clauses[j], out);
  }
}

void seg_testing_write_text(const struct seg_testing *testing, FILE *out) {
  uint32_t failed = testing->test_count - testing->outcomes[SEG_TEST_PASSED], claims = 0;
  for (uint32_t i = 0; i < testing->test_count; i++) {
    claims += testing->tests[i].claim_count;
    if (testing->tests[i].outcome != SEG_TEST_PASSED)
      write_failure(testing, &testing->tests[i], out);
  }
  if (testing->test_count == 0)
    fputs("no tests\n", out);
  else if (failed == 0)
    fprintf(out, "%u test%s with %u claim%s passed\n", (unsigned)testing->test_count,
            plural(testing->test_count), (unsigned)claims, plural(claims));
  else
    fprintf(out, "%u of %u test%s failed\n", (unsigned)failed, (unsigned)testing->test_count,
            plural(testing->test_count));
  if (testing->has_coverage)
    write_coverage(testing, out);
}
