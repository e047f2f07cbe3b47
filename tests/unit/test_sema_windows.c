/**
 * Windows: their days, where they bind, and what is refused.
 */
#include "tests/unit/sema_case.h"

static void days_of_windows(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {"within 90d", "1..90 days ago"},
      {"within 2w", "1..14 days ago"},
      {"within 1 day", "1..1 days ago"},
      {"between 31d and 90d ago", "31..90 days ago"},
      {"between 1w and 2w ago", "7..14 days ago"},
      {"between 5d and 5d ago", "5..5 days ago"},
      {"within 36500d", "1..36500 days ago"},
      {"ever", "ever"},
      {"from 2026-01-01 through 2026-03-31", "from 2026-01-01 through 2026-03-31"},
      {"within 24h", "0..24 hours ago"},
      {"within 1 hour", "0..1 hours ago"},
      {"within 876000h", "0..876000 hours ago"},
      {"between 1h and 24h ago", "1..24 hours ago"},
      {"between 0h and 24h ago", "0..24 hours ago"},
      {"in 2026", "from 2026-01-01 through 2026-12-31"},
      {"in 2026-Q3", "from 2026-07-01 through 2026-09-30"},
      {"in 2024-02", "from 2024-02-01 through 2024-02-29"},
      {"in 2026-W53", "from 2026-12-28 through 2027-01-03"},
      {"in this week", "in this week"},
      {"in this quarter", "in this quarter"},
      {"in last month", "in last 1 months"},
      {"in last 1 month", "in last 1 months"},
      {"in last 1200 months", "in last 1200 months"},
      {"in last 2 years", "in last 2 years"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char when[200], expected[400];
    snprintf(when, sizeof when, "purchases %s >= 2", cases[i][0]);
    snprintf(expected, sizeof expected,
             "    compare >= : bool\n      aggregate count purchase %s : int\n"
             "      literal 2 : int\n",
             cases[i][1]);
    expect_typed("", when, expected);
    snprintf(when, sizeof when, "purchases >= 2 %s", cases[i][0]);
    expect_typed("", when, expected);
  }
}

static void windows_that_are_wrong_by_themselves(void **state) {
  (void)state;
  expect_rule("purchases >= 2 within 90", "E305", "within 90", "`90d` for days");
  expect_rule("purchases >= 2 within 3 months", "E306", "within 3 months", "`90d`");
  expect_rule("purchases >= 2 within 1y", "E306", "within 1y", "`in last 1 years`");
  expect_rule("purchases >= 2 within 0h", "E209", "within 0h", "no hours");
  expect_rule("purchases >= 2 within 876001h", "E209", "within 876001h", "876000 hours");
  expect_rule("purchases >= 2 between 24h and 1h ago", "E309", "between 24h and 1h ago",
              "`between 1h and 24h ago`");
  expect_rule("purchases >= 2 between 5h and 5h ago", "E209", "between 5h and 5h ago", NULL);
  expect_rule("purchases >= 2 between 12h and 3d ago", "E312", "between 12h and 3d ago",
              "`between 12h and 72h ago`");
  expect_rule("purchases >= 2 between 12h and 3d ago", "E312", "between 12h and 3d ago",
              "`between 1d and 3d ago`");
  expect_rule("purchases >= 2 between 30h and 1w ago", "E312", "between 30h and 1w ago",
              "`between 2d and 7d ago`");
  expect_rule("purchases >= 2 between 2d and 60h ago", "E312", "between 2d and 60h ago",
              "`between 48h and 60h ago`");
  expect_rule("purchases >= 2 within 0d", "E209", "within 0d", NULL);
  expect_rule("purchases >= 2 within 36501d", "E209", "within 36501d", "`ever`");
  expect_rule("purchases >= 2 within 5215w", "E209", "within 5215w", NULL);
  expect_rule("purchases >= 2 between 90d and 31d ago", "E309", "between 90d and 31d ago",
              "between 31d and 90d ago");
  expect_rule("purchases >= 2 between 0d and 31d ago", "E309", "between 0d and 31d ago", "1 day");
  expect_rule("purchases >= 2 between 31 and 90d ago", "E305", "between 31 and 90d ago", NULL);
  expect_rule("purchases >= 2 from 2026-03-31 through 2026-01-01", "E309",
              "from 2026-03-31 through 2026-01-01", "earlier date first");
  expect_rule("purchases >= 2 in last 0 months", "E209", "in last 0 months", "`in this month`");
  expect_rule("purchases >= 2 in last 1201 months", "E209", "in last 1201 months", "`ever`");
  expect_rule("purchases >= 2 in last 5201 weeks", "E209", "in last 5201 weeks", "5200 weeks");
  expect_rule("purchases >= 2 in last 401 quarters", "E209", "in last 401 quarters", NULL);
  expect_rule("purchases >= 2 in last 101 years", "E209", "in last 101 years", NULL);
  expect_rule("purchases >= 2 in 2025-W53", "E002", "2025-W53", NULL);
  expect_rule("joined in 2026-Q3", "E304", "in 2026-Q3",
              "`joined between 2026-07-01 and 2026-09-30`");
  expect_rule("last(purchase) in 2026-Q3", "E210", "last(purchase) in 2026-Q3",
              "`last(purchase) between 2026-07-01 and 2026-09-30`");
  expect_rule("last(purchase) in last month", "E210", "last(purchase) in last month",
              "`count(purchase) in last month >= 1`");
  expect_fixes("last(purchase) in 2026-Q3", "E210", 2, false);
  expect_fixes("joined in 2026-Q3", "E304", 1, true);
  expect_fixes("purchases >= 2 between 12h and 3d ago", "E312", 2, false);
  expect_rule("joined in last month", "E304", "in last month", "drop `in last month`");
}

static void where_windows_bind(void **state) {
  (void)state;
  expect_right("revenue within 30d > 2 * revenue between 31d and 60d ago");
  expect_right("purchases between 2 and 5 within 90d and purchases in (1, 2) within 30d");
  expect_right("purchases not in (1, 2) within 30d and purchases not between 2 and 5 within 9d");
  expect_right("revenue >= -2 within 90d and sum(purchase.amount) > 5 EUR within 90d");
  expect_right("purchases[channel = \"web\"] >= 1 within 30d");
  expect_right("purchases[channel = \"web\"] within 30d >= 1");
  expect_right(
      "band(revenue, 10, 20) within 30d = 2 and days_since(last(purchase)) > 3 within 90d");
  expect_right("recency > 3 and recency > 3 within 30d and last(purchase) > 2026-01-01");
  // A metric's own window stays; the others get the one of the use.
  expect_typed("metric share = revenue within 30d / revenue\n", "share within 90d > 0.5",
               "    compare > : bool\n"
               "      divide : number?\n"
               "        to-number : amount(EUR)\n"
               "          aggregate sum purchase 1..30 days ago : money(EUR)\n"
               "            of\n"
               "              column amount : money(EUR)\n"
               "        to-number : amount(EUR)\n"
               "          aggregate sum purchase 1..90 days ago : money(EUR)\n"
               "            of\n"
               "              column amount : money(EUR)\n"
               "      literal 0.5 : number\n");
  // first and last follow a window that is given, and look at all events otherwise.
  expect_typed("", "recency within 30d > 3",
               "    compare > : bool\n"
               "      days-since : int?\n"
               "        aggregate last purchase 1..30 days ago : date?\n"
               "      literal 3 : int\n");
  expect_right_with("metric a = purchases\nmetric b = a + purchases\n", "b >= 2 within 90d");
}

static void a_missing_window(void **state) {
  (void)state;
  expect_rule("purchases >= 2", "E307", "purchases", "`purchases within 90d`");
  expect_rule("count(purchase) >= 2", "E307", "count(purchase)", "`count(purchase) ever`");
  expect_rule("purchases[channel = \"web\"] >= 2", "E307", "purchases[channel = \"web\"]", NULL);
  expect_rule("revenue within 90d > purchases * 5 EUR", "E307", "purchases", NULL);
  expect_rule("purchases is known", "E307", "purchases", NULL);
  expect_fixes("purchases >= 2", "E307", 2, false);
  char *text = shop_text("", "revenue > purchases * 5 EUR");
  expect_codes(text, "E307 E307");
  free(text);
}

static void a_second_window(void **state) {
  (void)state;
  expect_rule("aov within 90d > 80", "E308", "within 90d", "declared with its window");
  expect_rule("aov > 80 within 90d", "E308", "within 90d", NULL);
  expect_rule("purchases ever >= 2 within 90d", "E308", "within 90d", NULL);
  expect_rule("purchases within 30d ever >= 2", "E308", "ever", NULL);
  expect_rule("aov in (1, 2) within 90d", "E308", "within 90d", NULL);
}

static void windows_over_groups(void **state) {
  (void)state;
  expect_rule("(purchases >= 2 and revenue > 80) within 90d", "E304", "within 90d",
              "`(purchases within 90d >= 2 and revenue within 90d > 80)`");
  expect_rule("(purchases >= 2 and revenue > 80) within 90d", "E304", "within 90d",
              "`(purchases ever >= 2 and revenue within 90d > 80)`");
  expect_rule("revenue > purchases within 90d", "E304", "within 90d",
              "`revenue within 90d > purchases within 90d`");
  expect_rule("revenue / purchases > 30 within 90d", "E304", "within 90d",
              "`revenue within 90d / purchases within 90d > 30`");
  expect_rule("(purchases) >= 2 within 90d", "E304", "within 90d", "`(purchases within 90d) >= 2`");
  expect_rule("2 within 90d <= purchases", "E304", "within 90d", "`2 <= purchases within 90d`");
  expect_rule("band(revenue / purchases, 10, 20) = 2 within 90d", "E304", "within 90d", NULL);
  expect_rule("band(revenue / purchases, 10, 20) within 90d = 2", "E304", "within 90d", NULL);
  expect_rule("visits >= 2 within 90d", "E304", "within 90d", "no aggregate");
  expect_rule("visits within 90d >= 2", "E304", "within 90d", "drop `within 90d`");
  expect_rule("(visits >= 2) within 90d", "E304", "within 90d", "drop it");
  expect_rule("count(purchase[amount > 50 within 30d]) ever > 1", "E304", "within 30d",
              "behind the aggregate");
  expect_declared("metric net = revenue - sum(purchase.discount) within 90d\n", "opt_in", "E304",
                  "within 90d", "revenue within 90d - sum(purchase.discount) within 90d");
}

static void candidates_are_right(void **state) {
  (void)state;
  static const char *const rules[] = {
      "(purchases >= 2 and revenue > 80) within 90d",
      "revenue >\n   purchases * 2 EUR and revenue > views * 1 EUR within 90d",
      "revenue / purchases > 30 within 90d",
      "(revenue + sum(purchase[channel = \"web\"].amount)) > 5 within 9w",
  };
  expect_fixes(rules[0], "E304", 2, true);
  expect_fixes(rules[2], "E304", 2, true);
  expect_fixes(rules[3], "E304", 2, true);
  expect_fixes("purchases > views within 90d", "E304", 2, true);
  expect_fixes("2 within 90d <= purchases", "E304", 1, true);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(days_of_windows),
      cmocka_unit_test(windows_that_are_wrong_by_themselves),
      cmocka_unit_test(where_windows_bind),
      cmocka_unit_test(a_missing_window),
      cmocka_unit_test(a_second_window),
      cmocka_unit_test(windows_over_groups),
      cmocka_unit_test(candidates_are_right),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
