// Running the tests of a project; see testing.h.
#include "compiler/testing/testing.h"

#include <string.h>

#include "compiler/explain/verify.h"
#include "compiler/testing/test_rows.h"

/** Tests under way. */
struct runner {
  struct seg_testing *testing;
  const struct seg_testing_request *request;
  struct seg_explain_request explain;
  struct seg_test_zones zones;
  struct seg_error *error;
};

static bool contains(struct seg_str text, struct seg_str part) {
  return part.size == 0 || memmem(text.data, text.size, part.data, part.size) != NULL;
}

// --- one test ---

static enum seg_status keep(struct runner *runner, struct seg_str *out, struct seg_str text) {
  *out = seg_arena_str(&runner->testing->arena, text);
  return out->data == NULL ? seg_fail_memory(runner->error, "the results of the tests") : SEG_OK;
}

/** A run would refuse the rows: the reason of the run is the reason of the test. */
static enum seg_status refuse(struct runner *runner, struct seg_test_result *result,
                              const struct seg_error *reason) {
  result->outcome = SEG_TEST_REFUSED;
  result->claim_count = 0;
  enum seg_status status = keep(runner, &result->refusal, seg_str_view(reason->message));
  return status == SEG_OK ? keep(runner, &result->help, seg_str_view(reason->help)) : status;
}

static enum seg_status explain_absence(struct runner *runner, struct seg_test_result *result) {
  const struct seg_program *program = runner->request->program;
  struct seg_arena *arena = &runner->testing->arena;
  if (program->customer_from_event >= 0)
    result->absence =
        seg_arena_format(arena, "no `%.*s` of this test exists on the as-of date",
                         SEG_STR(program->events[program->customer_from_event].name.text));
  else
    result->absence = seg_arena_format(arena, "the `where` of the customer does not let it in");
  return result->absence.data == NULL ? seg_fail_memory(runner->error, "the results of the tests")
                                      : SEG_OK;
}

static enum seg_status judge(struct runner *runner, struct seg_test_result *result,
                             struct seg_claim_result *found, struct seg_reference *reference,
                             const struct seg_dataset *dataset) {
  struct seg_testing *testing = runner->testing;
  uint32_t segment = found->claim->segment;
  bool exists = result->absence.size == 0;
  found->member = exists && seg_reference_member(reference, segment, 0);
  bool holds = found->member == found->claim->expected;
  if (!holds)
    result->outcome = SEG_TEST_FAILED;
  if (!exists || (holds && !testing->has_coverage))
    return SEG_OK;
  runner->explain.segment = segment;
  struct seg_finding *rule = &found->rule;
  enum seg_status status =
      seg_finding_build(rule, &runner->explain, reference, dataset, &testing->arena, runner->error);
  if (status == SEG_OK && testing->has_coverage)
    seg_coverage_add(&testing->coverage, segment, rule);
  found->has_rule = status == SEG_OK && !holds;
  return status;
}

static enum seg_status judge_all(struct runner *runner, struct seg_test_result *result,
                                 struct seg_reference *reference,
                                 const struct seg_dataset *dataset) {
  enum seg_status status = SEG_OK;
  if (seg_reference_customer_count(reference) == 0)
    status = explain_absence(runner, result);
  for (uint32_t i = 0; status == SEG_OK && i < result->claim_count; i++)
    status = judge(runner, result, &result->claims[i], reference, dataset);
  return status;
}

static enum seg_status run_test(struct runner *runner, const struct seg_program_test *test,
                                struct seg_test_result *result) {
  const struct seg_testing_request *request = runner->request;
  struct seg_customer_rows rows;
  struct seg_reference *reference = NULL;
  *result = (struct seg_test_result){.test = test, .claim_count = test->claim_count};
  result->claims =
      SEG_NEW_ARRAY(&runner->testing->arena, struct seg_claim_result, test->claim_count + 1);
  if (result->claims == NULL)
    return seg_fail_memory(runner->error, "the results of the tests");
  for (uint32_t i = 0; i < test->claim_count; i++)
    result->claims[i].claim = &test->claims[i];
  runner->explain.as_of = test->as_of;
  enum seg_status status = seg_test_rows_init(&rows, request->program, request->plan,
                                              &runner->zones, test, runner->error);
  if (status == SEG_OK)
    status =
        seg_reference_new(request->program, &rows.dataset, test->as_of, &reference, runner->error);
  if (status == SEG_OK) {
    uint32_t customer = seg_reference_customer_count(reference) > 0 ? 0 : SEG_NO_CUSTOMER;
    status = seg_explain_verify(&runner->explain, &rows, reference, customer, runner->error);
    if (status == SEG_BAD_DATA)
      status = refuse(runner, result, runner->error);
    else if (status == SEG_OK)
      status = judge_all(runner, result, reference, &rows.dataset);
  }
  seg_reference_free(reference);
  seg_customer_rows_deinit(&rows);
  return status;
}

// --- all of them ---

static enum seg_status no_test(const struct seg_testing_request *request, struct seg_error *error) {
  seg_fail(error, SEG_USAGE, "", "no test has `%.*s` in its title", SEG_STR(request->filter));
  seg_error_help(error, "capitals and small letters matter; without a filter all tests run");
  return SEG_USAGE;
}

static enum seg_status run_all(struct runner *runner) {
  struct seg_testing *testing = runner->testing;
  const struct seg_testing_request *request = runner->request;
  const struct seg_program *program = request->program;
  enum seg_status status = SEG_OK;
  for (uint32_t i = 0; status == SEG_OK && i < program->test_count; i++) {
    if (!contains(program->tests[i].title.text, request->filter))
      continue;
    if (request->interrupted != NULL && atomic_load(request->interrupted))
      return seg_fail(runner->error, SEG_INTERRUPTED, "", "interrupted");
    struct seg_test_result *result = &testing->tests[testing->test_count++];
    status = run_test(runner, &program->tests[i], result);
    testing->outcomes[result->outcome]++;
  }
  if (status == SEG_OK && testing->test_count == 0 && program->test_count > 0)
    return no_test(request, runner->error);
  return status;
}

enum seg_status seg_testing_init(struct seg_testing *testing,
                                 const struct seg_testing_request *request,
                                 struct seg_error *error) {
  *testing = (struct seg_testing){
      .program = request->program, .map = request->map, .has_coverage = request->coverage};
  seg_arena_init(&testing->arena);
  struct runner runner = {.testing = testing,
                          .request = request,
                          .explain = {.program = request->program,
                                      .map = request->map,
                                      .plan = request->plan,
                                      .kernels = request->kernels,
                                      .interrupted = request->interrupted},
                          .error = error};
  testing->tests =
      SEG_NEW_ARRAY(&testing->arena, struct seg_test_result, request->program->test_count + 1);
  enum seg_status status = testing->tests == NULL
                               ? seg_fail_memory(error, "the results of the tests")
                               : seg_test_zones_init(&runner.zones, request->program, error);
  if (status == SEG_OK && request->coverage)
    status = seg_coverage_init(&testing->coverage, &runner.explain, &testing->arena, error);
  if (status == SEG_OK)
    status = run_all(&runner);
  seg_test_zones_deinit(&runner.zones);
  return status;
}

void seg_testing_deinit(struct seg_testing *testing) {
  seg_arena_deinit(&testing->arena);
}
