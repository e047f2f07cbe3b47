// Sequences of events in rules: what they become, what is refused, what they guard, how they are
// told.
#include "compiler/report/english.h"
#include "tests/unit/sema_case.h"

static void become_counts(void **state) {
  (void)state;
  expect_typed("",
               "count(visit[page = \"cart\"] then purchase[channel = \"web\"] within 24h) ever > 1",
               "    compare > : bool\n"
               "      aggregate count visit ever : int\n"
               "        where\n"
               "          compare = : bool\n"
               "            column page : text\n"
               "            literal \"cart\" : text\n"
               "        then purchase within 24 hours\n"
               "          where\n"
               "            compare = : bool\n"
               "              column channel : one of\n"
               "              literal \"web\" : one of\n"
               "      literal 1 : int\n");
  expect_typed("", "count(purchase without purchase within 2w) >= 1 within 90d",
               "    compare >= : bool\n"
               "      aggregate count purchase 1..90 days ago : int\n"
               "        without purchase within 14 days\n"
               "      literal 1 : int\n");
}

static void as_metrics(void **state) {
  (void)state;
  expect_typed("metric lost = count(visit without purchase within 3d)\n",
               "lost[page = \"cart\"] within 30d >= 1",
               "    compare >= : bool\n"
               "      aggregate count visit 1..30 days ago : int\n"
               "        where\n"
               "          compare = : bool\n"
               "            column page : text\n"
               "            literal \"cart\" : text\n"
               "        without purchase within 3 days\n"
               "      literal 1 : int\n");
  // The filter behind a metric is about what is counted: a purchase's columns are not readable.
  expect_declared("metric lost = count(visit without purchase within 3d)\n",
                  "lost[channel = \"web\"] ever >= 1", "E101", "channel", NULL);
  expect_declared("metric lost = count(visit without purchase within 3d)\n", "lost >= 1", "E307",
                  "lost", "lost within 90d");
}

static void refused(void **state) {
  (void)state;
  expect_rule("count(visit then purchase within 24h) >= 1", "E307",
              "count(visit then purchase within 24h)", "within 90d");
  expect_rule("count(visit then purchase within 24) ever >= 1", "E305", "within 24",
              "`within 24h`, `within 24d` or `within 24w`");
  expect_rule("count(visit then purchase within 2mo) ever >= 1", "E306", "within 2mo",
              "within 60d");
  expect_rule("count(visit then purchase within 1y) ever >= 1", "E306", "within 1y", "within 365d");
  expect_rule("count(visit then purchase within 0d) ever >= 1", "E209", "within 0d", "within 1h");
  expect_rule("count(visit then purchase within 36501d) ever >= 1", "E209", "within 36501d",
              "36500 days");
  expect_rule("count(visit within 30d then purchase within 1d) >= 1", "E304", "within 30d",
              "count(visit then purchase within 1d) within 30d");
  expect_rule("first(visit then purchase within 1d) is known", "E206",
              "visit then purchase within 1d", "count(visit then purchase within 1d)");
  expect_rule("sum(visit then purchase within 1d) ever > 1", "E206",
              "visit then purchase within 1d", NULL);
  expect_rule("band(visit then purchase within 1d, 2) > 1", "E206", "visit then purchase within 1d",
              "count it");
  expect_rule("count(visit then city within 1d) ever > 1", "E105", "city", NULL);
  expect_rule("count(visits then purchase within 1d) ever > 1", "E105", "visits", NULL);
  expect_rule("count(visit then purchse within 1d) ever > 1", "E101", "purchse", "purchase");
  expect_rule("count(purchases then visit within 1d) ever > 1", "E105", "purchases", NULL);
}

static void missing_values(void **state) {
  (void)state;
  expect_rule("count(visit then purchase[campaign != \"x\"] within 1d) ever > 1", "E401",
              "campaign != \"x\"", NULL);
  expect_right("count(visit then purchase[(campaign else \"\") != \"x\"] within 1d) ever > 1");
  // Who has followed purchases has purchases; who has purchases need not have followed ones.
  expect_right("count(purchase then visit within 1d) >= 1 ever and not (aov > 80)");
  expect_rule("purchases >= 1 ever and not (revenue ever / "
              "count(purchase then visit within 1d) ever > 80)",
              "E401", "not (revenue ever / count(purchase then visit within 1d) ever > 80)", NULL);
  expect_right("count(purchase then visit within 1d) >= 1 ever and not (revenue ever / "
               "count(purchase then visit within 1d) ever > 80)");
  expect_rule("count(purchase then visit within 2d) >= 1 ever and not (revenue ever / "
              "count(purchase then visit within 1d) ever > 80)",
              "E401", "not (revenue ever / count(purchase then visit within 1d) ever > 80)", NULL);
}

/** What must or must not follow decides too, so a test states it. */
static void tests_state_both_events(void **state) {
  (void)state;
  expect_declared("test \"t\" as of 2026-01-01 {\n"
                  "  customer { }\n  visit { day: 2025-12-01 }\n  purchase { ts: 2025-12-02 }\n"
                  "  expect s\n}\n",
                  "count(visit then purchase[channel = \"web\"] within 7d) >= 1 ever", "E601",
                  "purchase", "channel");
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
  expect_sentence(
      "count(visit then purchase within 24h) >= 2 within 90d",
      "who have at least 2 visits followed within 24 hours by a purchase, in the last 90 "
      "complete days");
  expect_sentence(
      "count(visit[page = \"cart\"] without purchase[pieces > 2] within 1d) >= 1 ever",
      "who have one or more visits (whose page is \"cart\") not followed within 1 day by "
      "a purchase (whose pieces is above 2), over all time");
  expect_sentence("count(purchase then purchase within 30d) ever > views ever",
                  "whose number of purchases followed within 30 days by another purchase, over all "
                  "time is above number of visits over all time");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(become_counts),
      cmocka_unit_test(as_metrics),
      cmocka_unit_test(refused),
      cmocka_unit_test(missing_values),
      cmocka_unit_test(tests_state_both_events),
      cmocka_unit_test(in_english),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
