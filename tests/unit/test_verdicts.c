// compiler/verdicts: each kind of verdict about rules of a small shop; what is expected follows
// from the rules by reasoning.
#include "tests/unit/verdict_case.h"

static void overlaps(void **state) {
  (void)state;
  expect_verdicts("segment a { when: plan = \"pro\" }\nsegment b { when: score >= 18 }\n",
                  "overlap a b\n");
  expect_verdicts("segment a { when: score < 18 }\nsegment b { when: score >= 18 }\n", "");
  expect_verdicts("segment a { when: plan = \"pro\" }\nsegment b { when: score >= 18 }\n"
                  "priority p: a > b otherwise c\n",
                  "");
  expect_verdicts("segment a { when: purchases >= 3 within 30d }\n"
                  "segment b { when: purchases <= 2 within 90d }\n",
                  "");
}

static void never(void **state) {
  (void)state;
  expect_verdicts("segment a { when: opt_in and score > 5 and plan = \"pro\" and score < 5 }\n"
                  "segment b { when: opt_in }\n",
                  "never a: score > 5; score < 5\n");
}

static void always(void **state) {
  (void)state;
  expect_verdicts("segment a { when: score > 5 or score < 10 }\n", "always a\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(overlaps),
      cmocka_unit_test(never),
      cmocka_unit_test(always),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
