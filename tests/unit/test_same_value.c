/**
 * compiler/sema/same_value: every kind of condition is the same as itself written again, and as no
 * other.
 */
#include "compiler/sema/check.h"
#include "tests/unit/conditions.h"

static void only_itself(void **state) {
  (void)state;
  struct sema_case c;
  char *text = conditions_text();
  check_text(&c, text);
  if (c.sink.errors > 0)
    fail_with_reports(&c, "not a list of right conditions");
  const struct seg_program_segment *segments = c.program.segments + FIRST_CONDITION;
  assert_int_equal(c.program.segment_count, FIRST_CONDITION + 2 * CONDITION_COUNT);
  for (size_t i = 0; i < 2 * CONDITION_COUNT; i++)
    for (size_t j = 0; j < 2 * CONDITION_COUNT; j++)
      if (seg_same_value(segments[i].when, segments[j].when) != (i / 2 == j / 2))
        fail_msg("%s and %s are taken for %s", conditions[i / 2], conditions[j / 2],
                 i / 2 == j / 2 ? "two" : "the same");
  end_case(&c);
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(only_itself)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
