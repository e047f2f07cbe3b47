// compiler/prove over a condition of every kind: somebody can be in it, nobody can be in it and not
// in itself written again.
#include "compiler/prove/prover.h"
#include "tests/unit/conditions.h"

static enum seg_existence find(struct seg_prover *prover, const struct seg_wanted *wanted,
                               uint32_t count) {
  struct seg_error error = {0};
  struct seg_found found;
  if (seg_prover_find(prover, wanted, count, &found, &error) != SEG_OK)
    fail_msg("%s", error.message);
  enum seg_existence existence = found.existence;
  seg_found_deinit(&found);
  return existence;
}

static void somebody_and_nobody(void **state) {
  (void)state;
  enum { WORK = 2000000 };
  struct sema_case c;
  struct seg_prover prover;
  char *text = conditions_text();
  check_text(&c, text);
  seg_prover_init(&prover, &c.program, WORK);
  int somebody = 0, nobody = 0;
  for (size_t i = 0; i < CONDITION_COUNT; i++) {
    const struct seg_program_segment *same = &c.program.segments[FIRST_CONDITION + 2 * i];
    const struct seg_wanted in[] = {{same[0].when, false}};
    const struct seg_wanted apart[] = {{same[0].when, false}, {same[1].when, true}};
    enum seg_existence one = find(&prover, in, 1), two = find(&prover, apart, 2);
    if (one == SEG_NOBODY || two == SEG_SOMEBODY)
      fail_msg("%s: %s", conditions[i], one == SEG_NOBODY ? "nobody is in it" : "somebody is not");
    somebody += one == SEG_SOMEBODY;
    nobody += two == SEG_NOBODY;
  }
  assert_int_equal(nobody, CONDITION_COUNT);
  assert_true(somebody >= CONDITION_COUNT - 5); // places among all customers may stay unproved
  seg_prover_deinit(&prover);
  end_case(&c);
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(somebody_and_nobody)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
