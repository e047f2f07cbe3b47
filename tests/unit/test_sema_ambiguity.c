/**
 * Forms with two readings, and negations over missing values. Every fix that a message offers is
 * put in its place and checked.
 */
#include "tests/unit/sema_case.h"

static void and_beside_or(void **state) {
  (void)state;
  expect_rule("opt_in and visits > 1 or visits > 5", "E301", "opt_in and visits > 1 or visits > 5",
              "`(opt_in and visits > 1) or visits > 5`");
  expect_rule("opt_in and visits > 1 or visits > 5", "E301", "opt_in and visits > 1 or visits > 5",
              "`opt_in and (visits > 1 or visits > 5)`");
  expect_fixes("opt_in or visits > 1 and visits > 5", "E301", 2, false);
  expect_fixes("visits > 1 and not opt_in or visits > 5", "E301", 2, false);
  expect_fixes("opt_in and opt_in or visits > 1 and visits > 5 or opt_in", "E301", 2, false);
  // Another mistake inside is another error.
  char *text = shop_text("", "opt_in and visit > 1 or visits > 5");
  expect_codes(text, "E301 E105");
  free(text);
  expect_right("(opt_in and visits > 1) or visits > 5");
  expect_right("opt_in and (visits > 1 or visits > 5)");
}

static void not_before_and(void **state) {
  (void)state;
  expect_rule("not opt_in and visits > 1", "E302", "not opt_in and visits > 1",
              "`not (opt_in and visits > 1)`");
  expect_rule("visits > 1 or not opt_in or visits > 2", "E302", "not opt_in or visits > 2",
              "`(not opt_in) or visits > 2`");
  expect_fixes("not opt_in and visits > 1", "E302", 2, false);
  expect_fixes("visits > 1 or not opt_in or visits > 2", "E302", 2, false);
  expect_right("visits > 1 and not opt_in");
  expect_right("not opt_in");
  expect_right("(not opt_in) and visits > 1");
  expect_right("not (opt_in) and visits > 1");
}

static void comparisons_in_a_row(void **state) {
  (void)state;
  expect_rule("1 < visits < 5", "E303", "1 < visits < 5", "`1 < visits and visits < 5`");
  expect_rule("1 < visits < 5", "E303", "1 < visits < 5", "`(1 < visits) < 5`");
  expect_rule("1 < visits < 5 < 7", "E303", "1 < visits < 5 < 7", NULL);
  expect_rule("1 < purchases < 5 within 90d", "E303", "1 < purchases < 5 within 90d", NULL);
  expect_fixes("1 < visits < 5", "E303", 1, false);
}

static void long_chains(void **state) {
  (void)state;
  enum { LINKS = 10000 };
  static const char *const joints[] = {" and ", " or "};
  char *when = malloc(LINKS * 40);
  assert_non_null(when);
  for (int kind = 0; kind < 2; kind++) {
    char *at = when;
    for (int i = 0; i < LINKS; i++)
      at += sprintf(at, "%svisits != %d", i ? joints[kind] : "", i);
    expect_right(when);
  }
  char *at = when;
  for (int i = 0; i < LINKS; i++)
    at += sprintf(at, "%svisits != %d", i ? joints[i % 2] : "", i);
  expect_rule(when, "E301", when, "put parentheses");
  free(when);
}

static void negations_over_missing_values(void **state) {
  (void)state;
  expect_rule("country != \"US\"", "E401", "country != \"US\"",
              "`(country is known and country != \"US\")`");
  expect_rule("not (country = \"US\")", "E401", "not (country = \"US\")",
              "`(country is missing or not (country = \"US\"))`");
  expect_rule("country not in (\"US\", \"CA\")", "E401", "country not in (\"US\", \"CA\")",
              "`(country else \"unknown\") not in (\"US\", \"CA\")`");
  expect_rule("children not between 1 and 2", "E401", "children not between 1 and 2",
              "(children else 0)");
  expect_rule("not member", "E401", "not member", "not (member else false)");
  expect_rule("not starts_with(country, \"U\")", "E401", "not starts_with(country, \"U\")", NULL);
  expect_rule("not (opt_in and country = \"US\")", "E401", "country = \"US\"",
              "to take them in: `(country is known and");
  expect_rule("tier != \"gold\"", "E401", "tier != \"gold\"", "(tier else \"gold\")");
  expect_rule("not (days_since(birth_date) > 9000)", "E401", "not (days_since(birth_date) > 9000)",
              "days_since(birth_date) is known");
  expect_rule("not (aov > 80)", "E401", "not (aov > 80)", "aov is known");
  expect_rule("band(aov, 50, 80) != 2", "E401", "band(aov, 50, 80) != 2", NULL);
  expect_rule("visits / children != 2 or opt_in", "E310", "visits / children != 2", NULL);
  expect_rule("not (visits / visits > 2)", "E401", "not (visits / visits > 2)", NULL);
  expect_rule("not (visits + children > 3)", "E401", "not (visits + children > 3)", NULL);
  expect_rule("(min(purchase.pieces) ever else children) != 3", "E401",
              "(min(purchase.pieces) ever else children) != 3", NULL);
  expect_rule("recency != 5 within 30d", "E401", "recency != 5 within 30d",
              "`(recency within 30d is known and recency != 5 within 30d)`");
  expect_rule("count(purchase[campaign != \"x\"]) ever > 1", "E401", "campaign != \"x\"", NULL);
  expect_declared("event e from \"e\" by k at t { a: int? where a != 5 }\n", "opt_in", "E401",
                  "a != 5", NULL);
  expect_declared("event e from \"e\" by k at t { a: int? b = not (a > 5) }\n", "opt_in", "E401",
                  "not (a > 5)", NULL);
  // A computed condition is never missing; what it asks for may be.
  static const char computed[] =
      "event e from \"e\" by k at t { a: int? five = a = 5 known_five = a is known and a = 5 }\n";
  expect_declared(computed, "count(e[not five]) > 1 ever", "E401", "not five",
                  "`(a is known and not five)`");
  expect_declared(computed, "count(e[five = false]) > 1 ever", "E401", "five = false", NULL);
  expect_declared(computed, "count(e[five != known_five]) > 1 ever", "E401", "five != known_five",
                  NULL);
  expect_declared("metric web = count(purchase[not gift])\n", "web > 1 ever", "E401", "not gift",
                  NULL);
}

static void their_fixes_are_right(void **state) {
  (void)state;
  static const char *const rules[] = {
      "country != \"US\"",
      "not (country = \"US\")",
      "country not in (\"US\", \"CA\")",
      "children not between 1 and 2",
      "not member",
      "not starts_with(country, \"U\")",
      "not (opt_in and country = \"US\")",
      "tier != \"gold\"",
      "not (birth_date > 2000-01-01)",
      "not (aov > 80)",
      "count(purchase[discount != 5]) ever > 1",
      "recency != 5 within 30d",
  };
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
    expect_fixes(rules[i], "E401", 3, false);
  }
}

static void negations_that_say_what_they_want(void **state) {
  (void)state;
  expect_right("country is known and country != \"US\"");
  expect_right("country != \"US\" and country is known");
  expect_right("country is missing or country != \"US\"");
  expect_right("(country else \"??\") != \"US\"");
  expect_right("children is known and (min(purchase.pieces) ever else children) != 3");
  expect_right("purchases >= 1 ever and (min(purchase.pieces) ever else children) != 3");
  expect_right("country in (\"US\", \"CA\") and country != \"US\"");
  expect_right("country = \"US\" and (visits > 1 or country != \"CA\")");
  expect_right("(country = \"US\" or country = \"CA\") and country != \"US\"");
  expect_right("not (country is missing or country = \"US\")");
  expect_right("not (country is known and country = \"US\")");
  expect_right("member is known and not member");
  expect_right("children > 1 and children * 2 != 6");
  expect_right("birth_date is known and not (days_since(birth_date) > 9000)");
  expect_right("days_since(birth_date) > 1 and birth_date != 2000-01-01");
  expect_right("not (country is known)");
  expect_right("not (city = \"Bonn\")");
  expect_right("count(purchase[campaign is known and campaign != \"x\"]) ever > 1");
  expect_right_with("event e from \"e\" by k at t { a: int? where a is known }\n",
                    "count(e[a != 5]) ever > 1");
  // Neither a second negation nor a sibling that is false just the same vouches for a value.
  char *text = shop_text("", "country != \"US\" and country != \"CA\"");
  expect_codes(text, "E401 E401");
  free(text);
  text = shop_text("", "not (country = \"US\" or country = \"CA\")");
  expect_codes(text, "E401 E401");
  free(text);
  text = shop_text("", "not (country = \"US\" and country = \"CA\")");
  expect_codes(text, "E401 E401");
  free(text);
  text = shop_text("", "not (country = \"US\") or not (country = \"CA\")");
  expect_codes(text, "E401 E401");
  free(text);
  expect_right("country is missing or not (country = \"US\") or not (country = \"CA\")");
  expect_right("not (country is known) or not (country = \"US\")");
  expect_rule("(country = \"US\" or opt_in) and country != \"CA\"", "E401", "country != \"CA\"",
              NULL);
}

static void events_that_are_there(void **state) {
  (void)state;
  expect_right("purchases >= 2 ever and not (aov > 80)");
  expect_right("not (aov > 80) and purchases > 0 ever");
  expect_right("purchases >= 1 within 30d and not (aov > 80)"); // in the 30 days, so ever
  expect_right("2 <= purchases within 30d and recency != 5");
  expect_right("purchases >= 1 in this month and not (avg(purchase.amount) > 80 in this year)");
  expect_right("purchases >= 1 in this week and not (avg(purchase.amount) > 80 within 6d)");
  expect_right(
      "purchases >= 1 in last 2 weeks and not (avg(purchase.amount) > 80 in last 3 weeks)");
  expect_right("purchases != 0 ever and recency != 5");
  expect_right("purchases = 0 ever or recency != 5");
  expect_right("revenue > 0 ever and not (aov > 80)");
  expect_right("purchases between 1 and 5 ever and not (aov > 80)");
  expect_right("purchases in (1, 2) ever and not (aov > 80)");
  expect_right("recency > 5 and not (aov > 80)");
  expect_right("purchases[channel = \"web\"] >= 1 ever and not (aov > 80)");
  expect_right("purchases[channel = \"web\"] >= 1 ever and not (aov[channel = \"web\"] > 80)");
  expect_right("not (purchases >= 1 ever and aov > 80)");
  expect_right("purchases >= 1 ever and not (revenue ever / purchases ever > 5)");
  expect_right("purchases >= 1 from 2026-02-01 through 2026-02-28 and "
               "not (avg(purchase.amount) > 1 from 2026-01-01 through 2026-03-31)");
  static const char *const wrong[] = {
      "purchases >= 0 ever and not (aov > 80)",
      "views >= 1 ever and not (aov > 80)",
      "purchases >= 1 ever and not (avg(purchase.amount) > 80 within 30d)",
      "purchases >= 1 within 40d and not (avg(purchase.amount) > 80 within 30d)",
      "purchases >= 1 in this week and not (avg(purchase.amount) > 80 within 5d)",
      "purchases >= 1 in this week and not (avg(purchase.amount) > 80 in this year)",
      "purchases >= 1 within 30d and not (avg(purchase.amount) > 80 in last 2 months)",
      "purchases >= 1 in last month and not (avg(purchase.amount) > 80 in this quarter)",
      "purchases >= 1 in last 3 weeks and not (avg(purchase.amount) > 80 in last 3 months)",
      "purchases >= 1 ever and not (aov[channel = \"web\"] > 80)",
      "purchases >= 1 ever and not (avg(purchase.discount) > 8 ever)", // all may be missing
      "purchases >= 1 ever or not (aov > 80)",
      "purchases >= 1 ever and not (visits / revenue ever * 5 EUR > 5)",
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    char *text = shop_text("", wrong[i]);
    expect_codes(text, i + 1 == sizeof wrong / sizeof *wrong ? "E201" : "E401");
    free(text);
  }
  // Events do not make a sum of money a denominator that is not zero.
  char *text = shop_text("", "purchases >= 1 ever and not (credit / revenue ever > 5)");
  expect_codes(text, "E401");
  free(text);
  expect_right("revenue > 0 ever and not (credit / revenue ever > 5)");
  expect_right("views > 1 ever and revenue > 0 ever and not (credit / revenue ever > 5)");
}

static void expect_all(const char *const *rules, size_t count, const char *codes) {
  for (size_t i = 0; i < count; i++) {
    char *text = shop_text("", rules[i]);
    expect_codes(text, codes);
    free(text);
  }
}

// Which comparisons of counts and sums cannot hold without events.
static void comparisons_that_tell_of_events(void **state) {
  (void)state;
  static const char *const right[] = {
      "purchases = 2 ever and not (aov > 80)",
      "purchases = 1 ever and not (aov > 80)",
      "1 = purchases ever and not (aov > 80)",
      "0 < purchases ever and not (aov > 80)",
      "0 != purchases ever and not (aov > 80)",
      "revenue < 0 ever and not (aov > 80)",
      "revenue < -1 ever and not (aov > 80)",
      "revenue <= -1 ever and not (aov > 80)",
      "0 > revenue ever and not (aov > 80)",
      "-1 >= revenue ever and not (aov > 80)",
      "sum(purchase.weight) > 0.5 ever and not (aov > 80)",
      "sum(purchase.weight) < -0.5 ever and not (aov > 80)",
      "aov > 80 and recency != 5",
      "80 < aov and recency != 5",
      "(not (purchases = 0 ever)) and recency != 5",
      "sum(purchase.discount) > 0 ever and not (avg(purchase.discount) > 8 ever)",
      "purchases >= 1 ever and last(purchase.channel) ever != \"web\"",
      "count(purchase then visit within 3d) >= 1 ever and not (aov > 80)",
      "purchases >= 1 ever and not (score / purchases ever > 2)",
      "count(purchase[channel = \"web\" and pieces > 2]) >= 1 ever and "
      "not (avg(purchase[pieces > 2].amount) > 80 ever)",
      "count(purchase[channel = \"web\" and pieces > 2 and weight > 3]) >= 1 ever and "
      "not (avg(purchase[weight > 3 and channel = \"web\"].amount) > 80 ever)",
  };
  static const char *const wrong[] = {
      "purchases > -1 ever and not (aov > 80)",
      "purchases = 0 ever and not (aov > 80)",
      "purchases != 1 ever and not (aov > 80)",
      "0 <= purchases ever and not (aov > 80)",
      "purchases < 0 ever and not (aov > 80)",
      "purchases <= -1 ever and not (aov > 80)",
      "purchases in (0, 1) ever and not (aov > 80)",
      "revenue < 0.01 ever and not (aov > 80)",
      "revenue <= 0 ever and not (aov > 80)",
      "0 >= revenue ever and not (aov > 80)",
      "sum(purchase.weight) < 0.5 ever and not (aov > 80)",
      "sum(purchase.weight) > -0.5 ever and not (aov > 80)",
      "purchases = 1 ever or recency != 5",
      "purchases >= 1 ever and last(purchase.campaign) ever != \"x\"",
      "distinct(purchase.campaign) >= 1 ever and last(purchase.campaign) ever != \"x\"",
      "distinct(purchase.campaign) >= 1 ever and not (avg(purchase.discount) > 8 ever)",
      "count(purchase[pieces > 2]) >= 1 ever and "
      "not (avg(purchase[channel = \"web\" and pieces > 2].amount) > 80 ever)",
      "count(purchase[channel = \"web\" and weight > 3]) >= 1 ever and "
      "not (avg(purchase[channel = \"web\" and pieces > 2].amount) > 80 ever)",
  };
  expect_all(right, sizeof right / sizeof *right, "");
  expect_all(wrong, sizeof wrong / sizeof *wrong, "E401");
}

// What each part of an `or` says is said by all of it.
static void parts_that_say_the_same(void **state) {
  (void)state;
  static const char *const right[] = {
      "(children = 1 or children > 4 or children < -1) and children != 3",
      "((children > 1 and country = \"DE\") or (country = \"AT\" and visits > 2)) and "
      "country != \"CH\"",
      "starts_with(country, \"U\") and country != \"US\"",
      "matches(country, \"U.*\") and country != \"US\"",
      "children in (1, 2) and children != 1",
      "children is known and not (children / 2 > 1)",
  };
  static const char *const wrong[] = {
      "(children = 1 or children > 4 or opt_in) and children != 3",
      "((children > 1 and country = \"DE\") or (country = \"AT\" and visits > 2)) and "
      "children != 3",
      "starts_with(city, \"U\") and country != \"US\"",
  };
  expect_all(right, sizeof right / sizeof *right, "");
  expect_all(wrong, sizeof wrong / sizeof *wrong, "E401");
  static const char base[] = "segment base { when: children > 1 decision: \"x\" }\n";
  expect_right_with(base, "member(base) and children != 3");
  expect_declared(base, "(not member(base)) and children != 3", "E401", "children != 3", NULL);
}

// Who is somewhere in an order of known values has one; everybody is in a group of equal size.
static void places_that_are_taken(void **state) {
  (void)state;
  expect_right("quantile_band(4, children) = 2 and children != 3");
  expect_right("quantile_band(4, visits + children) = 2 and children != 3");
  expect_right("quantile_band(4, aov) = 2 and not (aov > 80)");
  expect_right("top(10, children) and children != 3");
  expect_right("top(10, visits * children) and children != 3");
  expect_right("top(10, aov) and not (aov > 80)");
  expect_right("band(aov, 50, 80) = 2 and not (aov > 80)");
  expect_right("band(children, 5, 8) = 2 and children != 3");
  static const char *const wrong[] = {
      "ntile(4, children) = 2 and children != 3",
      "ntile(4, aov) = 2 and not (aov > 80)",
      "percentile_rank(children) > 0.5 and children != 3",
      "quantile_band(4, children else 1) = 2 and children != 3",
      "top(10, visits) and children != 3",
      "top(10, aov) and children != 3",
      "(not top(10, visits)) and children != 3",
      "(children else 1) > 3 and children != 3",
      "band(aov, 50, 80) = 2 and children != 3",
      "quantile_band(4, aov) = 2 and not (credit / revenue ever > 5)",
      "band(aov, 50, 80) = 2 and views >= 1 ever and not (avg(purchase.amount) > 1 within 9d)",
      "(aov else children * 1 EUR) > 3 EUR and children != 3",
  };
  expect_all(wrong, sizeof wrong / sizeof *wrong, "E401");
}

// What a computed column that is known was computed from is known.
static void computed_columns_that_are_known(void **state) {
  (void)state;
  static const char event[] =
      "event e from \"e\" by k at t {\n"
      "  a: int?\n  b: int?\n  c = a + 1\n  d = 1 + b * c\n  f = (a else 1) + 1\n  g = a / b\n"
      "}\n";
  expect_right_with(event, "count(e[c > 3 and a != 5]) ever > 1");
  expect_right_with(event, "count(e[d > 3 and a != 5 and b != 5 and c != 5]) ever > 1");
  expect_right_with(event, "count(e[a > 3 and c != 5]) ever > 1");
  expect_right_with(event, "count(e[a > 3 and b > 3 and d != 5]) ever > 1");
  expect_right_with(event, "count(e[f != 5]) ever > 1");
  expect_right_with(event, "count(e[g > 0.5 and a != 5 and b != 5]) ever > 1");
  expect_declared(event, "count(e[f > 3 and a != 5]) ever > 1", "E401", "a != 5", NULL);
  expect_declared(event, "count(e[a > 3 and d != 5]) ever > 1", "E401", "d != 5", NULL);
  expect_declared(event, "count(e[b > 3 and c != 5]) ever > 1", "E401", "c != 5", NULL);
  expect_declared(event, "count(e[a > 3 and b > 3 and not (g > 0.5)]) ever > 1", "E401",
                  "not (g > 0.5)", NULL);
}

static void values_that_are_never_missing(void **state) {
  (void)state;
  expect_rule("city is known", "E402", "city is known", "without `?`");
  expect_rule("purchases ever is missing", "E402", "purchases ever is missing", "never holds");
  expect_rule("(city else \"x\") = \"y\"", "E402", "city else \"x\"", "drop `else`");
  expect_right("country is known and (country else city) = \"y\" and aov is missing");
  expect_rule("(country else 5) = \"y\"", "E201", "5", NULL);
  expect_rule("(tier else \"x\") = \"gold\"", "E204", "\"x\"", NULL);
  expect_rule("(children else 2.5) > 1", "E201", "2.5", NULL);
  expect_right("(children else 2) > 1 and (aov else 0) > 5 and (aov else 0.5 EUR) > 5");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(and_beside_or),
      cmocka_unit_test(not_before_and),
      cmocka_unit_test(comparisons_in_a_row),
      cmocka_unit_test(long_chains),
      cmocka_unit_test(negations_over_missing_values),
      cmocka_unit_test(their_fixes_are_right),
      cmocka_unit_test(negations_that_say_what_they_want),
      cmocka_unit_test(events_that_are_there),
      cmocka_unit_test(comparisons_that_tell_of_events),
      cmocka_unit_test(parts_that_say_the_same),
      cmocka_unit_test(places_that_are_taken),
      cmocka_unit_test(computed_columns_that_are_known),
      cmocka_unit_test(values_that_are_never_missing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
