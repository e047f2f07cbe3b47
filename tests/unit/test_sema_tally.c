// `at_least`, `at_most`, `exactly` in rules: what they become, what is refused, how they are told.
#include "compiler/report/english.h"
#include "tests/unit/sema_case.h"

static void become_one_node(void **state) {
  (void)state;
  expect_typed("", "at_most(1, opt_in, visits > 9, city = \"Bonn\")",
               "    tally 0..1 of 3 : bool\n"
               "      attribute opt_in : bool\n"
               "      compare > : bool\n"
               "        attribute visits : int\n"
               "        literal 9 : int\n"
               "      compare = : bool\n"
               "        attribute city : text\n"
               "        literal \"Bonn\" : text\n");
  expect_typed("let enough = 2\n", "exactly(enough, opt_in, opt_in)",
               "    tally 2..2 of 2 : bool\n"
               "      attribute opt_in : bool\n"
               "      attribute opt_in : bool\n");
  expect_right("at_least(2, purchases >= 2 within 90d, revenue ever > 100, opt_in)");
}

static void refused(void **state) {
  (void)state;
  expect_rule("at_least(0, opt_in, visits > 9)", "E209", "0", "every customer");
  expect_rule("at_least(3, opt_in, visits > 9)", "E209", "3", "no customer");
  expect_rule("at_least(3, opt_in, visits > 9)", "E209", "3", "from 1 to 2");
  expect_rule("at_most(2, opt_in, visits > 9)", "E209", "2", "every customer");
  expect_rule("at_most(-1, opt_in, visits > 9)", "E209", "-1", "no customer");
  expect_rule("exactly(3, opt_in, visits > 9)", "E209", "3", "from 0 to 2");
  expect_rule("at_least(visits, opt_in, visits > 9)", "E208", "visits", "at_least(2, ...)");
  expect_rule("at_least(1.5, opt_in, visits > 9)", "E201", "1.5", "whole number");
  expect_rule("at_least(2 EUR, opt_in, visits > 9)", "E201", "2 EUR", NULL);
  expect_rule("at_least(1, opt_in)", "E206", "at_least(1, opt_in)", "at_least(2, visits > 9");
  expect_rule("at_least(opt_in, visits > 9, 2)", "E206", "2",
              "write `at_least(2, opt_in, visits > 9)`");
  expect_rule("exactly(visits, opt_in, visits > 9)", "E208", "visits", "exactly(2, ...)");
  expect_rule("at_least(1, visits, opt_in)", "E210", "visits", "visits >= 1");
  expect_rule("at_least(2, purchases > 1, opt_in)", "E307", "purchases", NULL);
  expect_rule("at_least(1, purchases > 1, opt_in) within 30d", "E304", "within 30d",
              "at_least(1, purchases within 30d > 1, opt_in)");
  expect_rule("at_least(1, opt_in, visits > 1) > 2", "E210", "at_least(1, opt_in, visits > 1)",
              NULL);
}

static void at_most_64(void **state) {
  (void)state;
  char rule[2000] = "at_least(3";
  for (int i = 0; i < 64; i++)
    strcat(rule, ", opt_in");
  char more[2100];
  snprintf(more, sizeof more, "%s, opt_in)", rule);
  strcat(rule, ")");
  expect_right(rule);
  expect_rule(more, "E206", more, "64 conditions");
}

static void missing_values(void **state) {
  (void)state;
  expect_right("at_least(1, children > 2, opt_in)");
  expect_right("exactly(2, children > 2, opt_in)"); // is `and`
  expect_rule("at_most(1, children > 2, opt_in)", "E401", "children > 2",
              "(children is known and children > 2)");
  expect_rule("at_most(1, children > 2, opt_in)", "E401", "children > 2",
              "`children` may be missing, and the number of conditions");
  expect_rule("exactly(1, opt_in, not (children > 2))", "E401", "not (children > 2)",
              "(children is missing or not (children > 2))");
  expect_rule("exactly(1, opt_in, member)", "E401", "member", "(member is known and member)");
  expect_rule("not at_least(1, children > 2, opt_in)", "E401", "children > 2",
              "to take them in: `(children is known and children > 2)`");
  expect_rule("at_least(1, children != 2, opt_in)", "E401", "children != 2", NULL);
  expect_right("children is known and at_most(1, children > 2, opt_in)");
  expect_right("at_most(1, (children is known and children > 2), opt_in)");
  expect_right("at_most(1, (children is missing or children > 2), opt_in)");
  expect_right("at_most(1, (children else 0) > 2, opt_in)");
  // Neither condition vouches for the other, nor the whole for what stands beside it.
  expect_rule("at_most(1, children is known, children > 2)", "E401", "children > 2", NULL);
  expect_rule("at_least(1, children > 2, opt_in) and not (children > 9)", "E401",
              "not (children > 9)", NULL);
}

static void expect_sentence(const char *when, const char *expected) {
  char *text = shop_text("", when);
  struct sema_case c;
  check_text(&c, text);
  if (c.sink.errors > 0)
    fail_with_reports(&c, text);
  char *said = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&said, &size);
  assert_non_null(out);
  struct seg_english english = {
      .program = &c.program, .map = &c.map, .entity = &c.program.customer, .out = out};
  seg_english_condition(&english, c.program.segments[0].when);
  fclose(out);
  assert_string_equal(said, expected);
  free(said);
  end_case(&c);
  free(text);
}

static void in_english(void **state) {
  (void)state;
  expect_sentence("at_least(2, opt_in, visits > 9, purchases >= 2 within 90d)",
                  "for whom at least 2 of these 3 hold: (whose opt_in is true), (whose visits is "
                  "above 9), (who have at least 2 purchases in the last 90 complete days)");
  expect_sentence("city = \"Bonn\" and at_most(1, opt_in, visits > 9)",
                  "whose city is \"Bonn\", and (for whom at most 1 of these 2 holds: (whose opt_in "
                  "is true), (whose visits is above 9))");
  expect_sentence(
      "count(purchase[exactly(0, pieces > 2, weight > 1)]) ever >= 2",
      "who have at least 2 purchases (for which exactly 0 of these 2 hold: (whose pieces "
      "is above 2), (whose weight is above 1)) over all time");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(become_one_node), cmocka_unit_test(refused),    cmocka_unit_test(at_most_64),
      cmocka_unit_test(missing_values),  cmocka_unit_test(in_english),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
