// Rules in English: every kind of condition and value of the small shop of sema_case.h.
#include "compiler/report/english.h"
#include "tests/unit/sema_case.h"

static void expect_of(const char *more, const char *when, const char *expected, bool last) {
  char *text = shop_text(more, when);
  struct sema_case c;
  check_text(&c, text);
  if (c.sink.errors > 0)
    fail_with_reports(&c, text);
  char *said = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&said, &size);
  assert_non_null(out);
  struct seg_english english = {&c.program, &c.map, &c.program.customer, out, false};
  seg_english_condition(&english, c.program.segments[last ? c.program.segment_count - 1 : 0].when);
  fclose(out);
  assert_string_equal(said, expected);
  free(said);
  end_case(&c);
  free(text);
}

static void expect_sentence(const char *more, const char *when, const char *expected) {
  expect_of(more, when, expected, false);
}

// With a segment declared before the rule.
static void expect_last(const char *more, const char *when, const char *expected) {
  expect_of(more, when, expected, true);
}

static void expect(const char *when, const char *expected) {
  expect_sentence("", when, expected);
}

static void test_counts(void **state) {
  (void)state;
  expect("purchases >= 2 within 90d", "who have at least 2 purchases in the last 90 complete days");
  expect("purchases = 0 ever", "who have no purchases over all time");
  expect("purchases < 1 ever", "who have no purchases over all time");
  expect("purchases > 0 within 1d", "who have one or more purchases on the last complete day");
  expect("purchases >= 1 in this month", "who have one or more purchases so far this month");
  expect("purchases >= 1 in last quarter",
         "who have one or more purchases in the last complete quarter");
  expect("purchases >= 1 in last 3 weeks",
         "who have one or more purchases in the last 3 complete weeks");
  expect("purchases >= 1 in 2024-02",
         "who have one or more purchases from 2024-02-01 through 2024-02-29");
  expect("purchases >= 1 within 24h",
         "who have one or more purchases in the 24 hours before the as-of date");
  expect("purchases >= 1 within 1h",
         "who have one or more purchases in the hour before the as-of date");
  expect("purchases >= 1 between 2h and 24h ago",
         "who have one or more purchases between 2 and 24 hours before the as-of date");
  expect("purchases = 3 within 2w", "who have exactly 3 purchases in the last 14 complete days");
  expect("purchases != 3 ever", "who have any number but 3 purchases over all time");
  expect("purchases < 5 within 7d", "who have fewer than 5 purchases in the last 7 complete days");
  expect("5 >= purchases ever", "who have at most 5 purchases over all time");
  expect("3 != purchases ever", "who have any number but 3 purchases over all time");
  expect("purchases <= 0 ever", "who have no purchases over all time");
  expect("purchases != 0 ever", "who have one or more purchases over all time");
  expect("purchases between 2 and 5 between 31d and 120d ago",
         "who have between 2 and 5 purchases between 31 and 120 days ago");
  expect("count(purchase[channel = \"web\"]) ever > 4",
         "who have more than 4 purchases whose channel is \"web\" over all time");
  expect(
      "count(purchase[channel = \"web\" or pieces > 2]) ever > 4",
      "who have more than 4 purchases (whose channel is \"web\", or whose pieces is above 2) over "
      "all time");
}

static void test_values(void **state) {
  (void)state;
  expect("aov > 80", "whose average amount of purchases over all time is above 80.00 EUR");
  expect(
      "revenue >= 99.5 from 2026-01-01 through 2026-03-31",
      "whose total amount of purchases from 2026-01-01 through 2026-03-31 is at least 99.50 EUR");
  expect("5 < purchases ever", "who have more than 5 purchases over all time");
  expect("1 = purchases ever", "who have exactly 1 purchase over all time");
  expect("80 EUR <= aov", "whose average amount of purchases over all time is at least 80.00 EUR");
  expect("2026-01-01 > joined", "whose joined is before 2026-01-01");
  expect("1 = recency", "whose last purchase is exactly 1 day ago");
  expect("recency >= 90", "whose last purchase is at least 90 days ago");
  expect("days_since(joined) < 30", "whose joined is less than 30 days ago");
  expect("first(purchase) ever < 2026-01-01", "whose first purchase is before 2026-01-01");
  expect("last(purchase) within 30d >= 2026-01-01",
         "whose last purchase in the last 30 complete days is on or after 2026-01-01");
  expect("last(purchase.channel) = \"web\"", "whose channel of the last purchase is \"web\"");
  expect("first(purchase[pieces > 1].amount) within 30d > 5",
         "whose amount of the first purchase whose pieces is above 1 in the last 30 complete days "
         "is above 5.00 EUR");
  expect("last(purchase.gift) is known and not last(purchase.gift)",
         "whose gift of the last purchase is known, and whose gift of the last purchase is false");
  expect("distinct(purchase.order_id) ever >= 2",
         "whose number of different order_id values of purchases over all time is at least 2");
  expect("active_days(purchase) ever >= 2",
         "whose number of days with purchases over all time is at least 2");
  expect("active_months(purchase[channel = \"web\"]) >= 3 within 180d",
         "whose number of calendar months with purchases whose channel is \"web\" in the last 180 "
         "complete days is at least 3");
  expect("anniversary(birth_date) <= 7",
         "whose days until the next anniversary of birth_date is at most 7");
  expect("last(purchase) - first(purchase) >= 90",
         "whose number of days from first purchase to last purchase is at least 90");
  expect(
      "joined + 1d <= 2026-01-01 and joined - 2w > 2026-01-01",
      "whose (joined plus 1 day) is on or before 2026-01-01, and whose (joined minus 14 days) is "
      "after 2026-01-01");
  expect("count(purchase[weekday(ts) >= 6]) ever > 1",
         "who have more than 1 purchase whose weekday (1 is Monday) of date is at least 6 over all "
         "time");
  expect("round(score) = 3 and floor(credit) > 2 and abs(visits) < 3",
         "whose score rounded to a whole number is 3, and whose credit rounded down is above 2.00 "
         "EUR, and whose size of visits is below 3");
  expect("ceil(score) = 3 and -visits > 3",
         "whose score rounded up is 3, and whose minus visits is above 3");
  expect("min(purchase.pieces) ever > 3",
         "whose smallest pieces of purchases over all time is above 3");
  expect("active_weeks(purchase) ever >= 2",
         "whose number of weeks with purchases over all time is at least 2");
  expect("max(purchase.pieces) ever > 3",
         "whose largest pieces of purchases over all time is above 3");
  expect("avg(purchase.pieces) ever > 2.5",
         "whose average pieces of purchases over all time is above 2.5");
  expect("visits * 2 > visits + 5", "whose (visits times 2) is above (visits plus 5)");
  expect("revenue ever / purchases ever > 80",
         "whose (total amount of purchases over all time divided by number of purchases over all "
         "time) is above 80 EUR");
  expect("band(visits, 10, 20) = 2",
         "whose band (1 below, then one more at each of 10 and 20) of visits is 2");
  expect("band(visits, 10, 20, 30) = 2",
         "whose band (1 below, then one more at each of 10, 20 and 30) of visits is 2");
  expect("band(aov, 50, 80) = 2",
         "whose band (1 below, then one more at each of 50 and 80) of average amount of purchases "
         "over all time is 2");
  expect("aov > score * 1 EUR",
         "whose average amount of purchases over all time is above (score times 1 EUR)");
  expect("3.5 > score", "whose score is below 3.5");
}

static void test_membership(void **state) {
  (void)state;
  static const char *const vip = "segment vip { when: visits > 3 decision: \"t\" }\n"
                                 "";
  expect_last(vip, "member(vip) and opt_in", "who are in `vip`, and whose opt_in is true");
  expect_last(vip, "not member(vip)", "who are not in `vip`");
  expect_last(vip, "not (member(vip) or opt_in)",
              "who are not among those who are in `vip`, or whose opt_in is true");
  static const char friends[] = "list friends from \"friends\" key id\n";
  expect_sentence(friends, "member(friends)", "who are in the list `friends`");
  expect_sentence(friends, "not member(friends)", "who are not in the list `friends`");
}

static void test_buckets(void **state) {
  (void)state;
  expect("bucket(10) = 1", "whose bucket out of 10 (drawn by the key) is 1");
  expect("bucket(100, \"autumn\") <= 5",
         "whose bucket out of 100 (drawn by the key for \"autumn\") is at most 5");
}

static void test_places(void **state) {
  (void)state;
  expect("top(10%, revenue within 365d)",
         "who are among the 10% with the highest total amount of purchases in the last 365 "
         "complete days");
  expect("top_share(80%, revenue within 365d)",
         "who are among those with the highest total amount of purchases in the last 365 complete "
         "days who together hold 80% of it");
  expect("top(12.5%, visits)", "who are among the 12.5% with the highest visits");
  expect("not top(1000, aov else 0 EUR)",
         "who are not among the 1000 with the highest average amount of purchases over all time "
         "(0 EUR when it is missing)");
  expect("not top(3, joined)", "who are not among the 3 with the latest joined");
  expect("top(3, joined)", "who are among the 3 with the latest joined");
  expect("ntile(5, aov) = 1",
         "whose group among all customers (1 to 5, equal in size, by rising average amount of "
         "purchases over all time) is 1");
  expect("quantile_band(4, score) >= 3",
         "whose quantile band among all customers (1 to 4, by rising score) is at least 3");
  expect("percentile_rank(visits) > 90%",
         "whose percentile rank among all customers (0 to 1, by rising visits) is above 0.9");
}

static void test_attributes(void **state) {
  (void)state;
  expect("city = \"Bonn\"", "whose city is \"Bonn\"");
  expect("country is missing", "whose country is missing");
  expect("country is known", "whose country is known");
  expect("plan in (\"free\", \"pro\")", "whose plan is \"free\" or \"pro\"");
  expect("plan not in (\"free\", \"pro\")", "whose plan is not \"free\" or \"pro\"");
  expect("starts_with(city, \"B\")", "whose city starts with \"B\"");
  expect("not contains(city, \"B\")", "whose city does not contain \"B\"");
  expect("lower(trim(city)) = \"bonn\"",
         "whose city without blanks at its ends in small letters is \"bonn\"");
  expect("upper(city) = \"BONN\"", "whose city in capital letters is \"BONN\"");
  expect("length(city) < 3", "whose number of characters of city is below 3");
  expect("matches(city, \"B.*\")", "whose city matches \"B.*\"");
  expect("not matches(city, \"B.*\")", "whose city does not match \"B.*\"");
  expect("opt_in", "whose opt_in is true");
  expect("not opt_in", "whose opt_in is false");
  expect("(country else \"DE\") = \"DE\"", "whose country (\"DE\" when it is missing) is \"DE\"");
  expect("not starts_with(city, \"B\")", "whose city does not start with \"B\"");
  expect("not ends_with(city, \"B\")", "whose city does not end with \"B\"");
  expect("visits != 3", "whose visits is not 3");
  expect("tier != \"gold\" and tier is known",
         "whose tier is not \"gold\", and whose tier is known");
  expect("(member else true)", "whose member (true when it is missing) is true");
  expect("true", "without any condition");
  expect("visits between 2 and 4", "whose visits is between 2 and 4");
}

static void test_groups(void **state) {
  (void)state;
  expect("visits > 1 and visits < 9 and opt_in",
         "whose visits is above 1, and whose visits is below 9, and whose opt_in is true");
  expect("visits > 9 or (opt_in and city = \"Bonn\")",
         "whose visits is above 9, or (whose opt_in is true, and whose city is \"Bonn\")");
  expect("not (opt_in or visits > 9)",
         "who are not among those whose opt_in is true, or whose visits is above 9");
  expect("visits not between 2 and 4", "who are not among those whose visits is between 2 and 4");
  expect("at_least(2, opt_in, visits > 3, score > 1.5)",
         "for whom at least 2 of these 3 hold: (whose opt_in is true), (whose visits is above 3), "
         "(whose score is above 1.5)");
  expect("count(purchase[not (pieces > 2 or weight > 3)]) ever > 2",
         "who have more than 2 purchases that are not among those whose pieces is above 2, or "
         "whose weight is above 3 over all time");
}

static void test_metrics_keep_their_name(void **state) {
  (void)state;
  expect_sentence("metric r = 6 - band(recency, 10, 20)\n", "r = 5", "whose r is 5");
  expect_sentence("metric pace = revenue / purchases\n", "pace > 10 within 30d",
                  "whose pace in the last 30 complete days is above 10 EUR");
}

static void test_events(void **state) {
  (void)state;
  expect("count(purchase[gift]) ever > 2",
         "who have more than 2 purchases whose gift is true over all time");
  expect("count(purchase without visit within 24h) ever >= 1",
         "who have one or more purchases not followed within 24 hours by a visit, over all time");
  expect_sentence("event order from \"b\" by customer_id at day { total: int }\n",
                  "count(purchase then order within 2d) ever >= 1",
                  "who have one or more purchases followed within 2 days by an order, over all "
                  "time");
  // Plurals
  static const char *const names[][2] = {{"coupon_box", "coupon boxes"},
                                         {"reply", "replies"},
                                         {"display", "displays"},
                                         {"wish", "wishes"},
                                         {"reservation", "reservations"}};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char event[80], rule[60], sentence[80];
    snprintf(event, sizeof event, "event %s from \"b\" by customer_id at day { }\n", names[i][0]);
    snprintf(rule, sizeof rule, "count(%s) ever > 3", names[i][0]);
    snprintf(sentence, sizeof sentence, "who have more than 3 %s over all time", names[i][1]);
    expect_sentence(event, rule, sentence);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_counts),
      cmocka_unit_test(test_values),
      cmocka_unit_test(test_membership),
      cmocka_unit_test(test_buckets),
      cmocka_unit_test(test_places),
      cmocka_unit_test(test_attributes),
      cmocka_unit_test(test_groups),
      cmocka_unit_test(test_events),
      cmocka_unit_test(test_metrics_keep_their_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
