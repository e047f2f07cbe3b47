// Results of tests as one JSON object.
#include "compiler/testing/testing_parts.h"
#include "runtime/base/json_writer.h"
#include "runtime/time/civil.h"

static void number(struct seg_json *json, const char *key, uint32_t value) {
  seg_json_key(json, key);
  seg_json_uint(json, value);
}

static void truth(struct seg_json *json, const char *key, bool value) {
  seg_json_key(json, key);
  seg_json_bool(json, value);
}

static void place(struct seg_json *json, const struct seg_testing *testing, struct seg_span span) {
  struct seg_place found = seg_source_map_place(testing->map, span.file, span.begin);
  seg_json_member(json, "file", found.file);
  number(json, "line", found.line);
}

static const char *outcome(enum seg_test_outcome value) {
  switch (value) {
  case SEG_TEST_PASSED: return "passed";
  case SEG_TEST_FAILED: return "failed";
  case SEG_TEST_REFUSED: return "refused";
  case SEG_TEST_OUTCOME_COUNT: break;
  }
  return "";
}

static void claim(struct seg_json *json, const struct seg_testing *testing,
                  const struct seg_claim_result *result) {
  struct seg_str segment = testing->program->segments[result->claim->segment].name.text;
  seg_json_begin_object(json);
  seg_json_member(json, "segment", segment);
  truth(json, "expected", result->claim->expected);
  truth(json, "member", result->member);
  truth(json, "holds", seg_claim_holds(result));
  place(json, testing, result->claim->span);
  seg_json_key(json, "rule");
  if (result->has_rule)
    seg_finding_write_json(json, &result->rule);
  else
    seg_json_null(json);
  seg_json_end_object(json);
}

static void test(struct seg_json *json, const struct seg_testing *testing,
                 const struct seg_test_result *result) {
  char day[SEG_CIVIL_TEXT];
  seg_civil_format(result->test->as_of, day);
  seg_json_begin_object(json);
  seg_json_key(json, "title");
  seg_json_str(json, result->test->title.text);
  place(json, testing, result->test->span);
  seg_json_key(json, "as_of");
  seg_json_text(json, day);
  seg_json_key(json, "outcome");
  seg_json_text(json, outcome(result->outcome));
  seg_json_member(json, "refusal", result->refusal);
  seg_json_member(json, "no_customer", result->absence);
  seg_json_key(json, "claims");
  seg_json_begin_array(json);
  for (uint32_t i = 0; i < result->claim_count; i++)
    claim(json, testing, &result->claims[i]);
  seg_json_end_array(json);
  seg_json_end_object(json);
}

static void covered_segment(struct seg_json *json, const struct seg_testing *testing,
                            const struct seg_covered_segment *covered) {
  seg_json_begin_object(json);
  seg_json_member(json, "segment", covered->segment->name.text);
  place(json, testing, covered->segment->span);
  number(json, "claims", covered->claims);
  seg_json_key(json, "clauses");
  seg_json_begin_array(json);
  for (uint32_t i = 0; i < covered->clause_count; i++) {
    const struct seg_covered_clause *clause = &covered->clauses[i];
    seg_json_begin_object(json);
    seg_json_member(json, "text", clause->text);
    place(json, testing, clause->span);
    number(json, "depth", clause->depth);
    number(json, "times_true", clause->times[1]);
    number(json, "times_false", clause->times[0]);
    seg_json_end_object(json);
  }
  seg_json_end_array(json);
  seg_json_end_object(json);
}

static void coverage(struct seg_json *json, const struct seg_testing *testing) {
  struct seg_coverage_sum sum = seg_coverage_sum(&testing->coverage);
  seg_json_begin_object(json);
  number(json, "outcomes", sum.outcomes);
  number(json, "seen", sum.seen);
  seg_json_key(json, "segments");
  seg_json_begin_array(json);
  for (uint32_t i = 0; i < testing->coverage.segment_count; i++)
    covered_segment(json, testing, &testing->coverage.segments[i]);
  seg_json_end_array(json);
  seg_json_end_object(json);
}

void seg_testing_write_json(const struct seg_testing *testing, FILE *out) {
  struct seg_json json;
  seg_json_init(&json, out);
  seg_json_begin_object(&json);
  for (int i = 0; i < SEG_TEST_OUTCOME_COUNT; i++)
    number(&json, outcome((enum seg_test_outcome)i), testing->outcomes[i]);
  seg_json_key(&json, "tests");
  seg_json_begin_array(&json);
  for (uint32_t i = 0; i < testing->test_count; i++)
    test(&json, testing, &testing->tests[i]);
  seg_json_end_array(&json);
  seg_json_key(&json, "coverage");
  if (testing->has_coverage)
    coverage(&json, testing);
  else
    seg_json_null(&json);
  seg_json_end_object(&json);
  seg_json_finish(&json);
}
