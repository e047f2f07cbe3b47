// compiler/verdicts: chains of many members; what is expected follows from the rules by reasoning.
#include "tests/unit/verdict_case.h"

enum { BANDS = 150, WIDTH = 10 };

/** One band of values after the other, then the rule, in one chain. */
static char *banded(const char *rule) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  assert_non_null(out);
  for (int i = 0; i < BANDS; i++)
    fprintf(out, "segment s%03d { when: score between %d and %d%s }\n", i, i * WIDTH,
            i * WIDTH + WIDTH - 1, i % 2 == 0 ? "" : " and (opt_in or not opt_in)");
  fprintf(out, "segment last { when: %s }\npriority p: ", rule);
  for (int i = 0; i < BANDS; i++)
    fprintf(out, "s%03d > ", i);
  fputs("last\n", out);
  assert_int_equal(fclose(out), 0);
  return text;
}

static const struct seg_verdict *find(const struct verdict_case *test, enum seg_verdict_kind kind) {
  for (size_t i = 0; i < test->verdicts.items.count; i++)
    if (test->verdicts.items.items[i].kind == kind)
      return &test->verdicts.items.items[i];
  return NULL;
}

// From 5 to 1404: all bands up to the one from 1400 on, and none of the others.
static void hidden_by_many(void **state) {
  (void)state;
  struct verdict_case test;
  char *rules = banded("score between 5 and 1404 and plan = \"pro\"");
  verdict_case_init(&test, rules, (struct seg_verdict_options){0});
  const struct seg_verdict *verdict = find(&test, SEG_VERDICT_HIDDEN);
  assert_non_null(verdict);
  assert_int_equal(verdict->other_count, 141);
  for (uint32_t i = 0; i < verdict->other_count; i++)
    assert_int_equal(verdict->others[i], i);
  assert_null(find(&test, SEG_VERDICT_UNPROVED));
  verdict_case_deinit(&test);
  free(rules);
}

// One customer more, and it is not hidden. Whom nobody takes has a score below 0 or above 1504.
static void not_hidden(void **state) {
  (void)state;
  struct verdict_case test;
  char *rules = banded("score between 5 and 1504 and plan = \"pro\"");
  verdict_case_init(&test, rules, (struct seg_verdict_options){0});
  assert_null(find(&test, SEG_VERDICT_HIDDEN));
  assert_null(find(&test, SEG_VERDICT_UNPROVED));
  const struct seg_verdict *gap = find(&test, SEG_VERDICT_GAP);
  assert_non_null(gap);
  assert_non_null(gap->witness);
  assert_int_equal(gap->witness->dataset.customers.rows.count, 1);
  const struct seg_row *row = &gap->witness->dataset.customers.rows.items[0];
  int64_t score = row->values[5].integer;
  assert_true(score < 0 || score >= BANDS * WIDTH);
  verdict_case_deinit(&test);
  free(rules);
}

// Along the chain everybody is put together of known customers: what is asked of the solver does
// not grow with the members that are asked about.
static void few_questions(void **state) {
  (void)state;
  struct verdict_case test;
  char *rules = banded("score between 5 and 1504 and plan = \"pro\"");
  verdict_case_init(&test, rules, (struct seg_verdict_options){0});
  assert_in_range(test.verdicts.counts.questions, 0, BANDS);
  assert_in_range(test.verdicts.counts.steps, 1, 2000000);
  verdict_case_deinit(&test);
  free(rules);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(hidden_by_many),
      cmocka_unit_test(not_hidden),
      cmocka_unit_test(few_questions),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
