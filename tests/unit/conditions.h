/**
 * Conditions of every kind about the small shop of sema_case.h. No two mean the same, and
 * neighbours differ in one thing. Not a test by itself.
 */
#ifndef SEG_TESTS_UNIT_CONDITIONS_H
#define SEG_TESTS_UNIT_CONDITIONS_H

#include "tests/unit/sema_case.h"

static const char condition_declarations[] =
    "list friends from \"friends\" key id\n"
    "segment old { when: days_since(joined) > 900 decision: \"o\" }\n"
    "segment young { when: days_since(joined) < 9 decision: \"y\" }\n";

// Neighbours differ in one thing.
static const char *const conditions[] = {
    // columns, literals of each type, comparisons
    "opt_in",
    "member",
    "visits = 3",
    "visits >= 3",
    "visits = 4",
    "children = 3",
    "score > 1.5",
    "score > 2.5",
    "credit > 1",
    "credit > 2",
    "debt > 1",
    "dollars > 1",
    "rate > 5%",
    "rate > 6%",
    "city = \"Bonn\"",
    "city = \"Rome\"",
    "plan = \"free\"",
    "plan = \"pro\"",
    "joined > 2026-01-01",
    "joined > 2026-01-02",
    "plan = old_plan",
    "visits in (1, 2)",
    "visits in (1, 3)",
    "visits in (1, 2, 3)",
    "city in (\"Bonn\", \"Rome\")",
    "city in (\"Bonn\", \"Oslo\")",
    "children is known",
    "birth_date is known",
    // texts
    "starts_with(city, \"B\")",
    "starts_with(city, \"C\")",
    "ends_with(city, \"B\")",
    "contains(city, \"B\")",
    "matches(city, \"B+\")",
    "matches(city, \"B*\")",
    "lower(city) = \"bonn\"",
    "upper(city) = \"BONN\"",
    "trim(city) = \"bonn\"",
    "length(city) = 3",
    "length(country) = 3",
    // dates
    "days_since(joined) > 3",
    "days_since(birth_date) > 3",
    "days_until(joined) > 3",
    "year(joined) = 3",
    "month(joined) = 3",
    "weekday(joined) = 3",
    "anniversary(joined) = 3",
    "joined + 3d > 2026-01-01",
    "joined + 4d > 2026-01-01",
    "joined - birth_date > 3",
    "birth_date - joined > 3",
    // calculations
    "visits + children > 3",
    "visits - children > 3",
    "visits * children > 3",
    "children * children > 3",
    "visits / 2 > 3",
    "visits / 3 > 3",
    "-visits > 3",
    "abs(visits) > 3",
    "round(score) > 3",
    "floor(score) > 3",
    "ceil(score) > 3",
    "credit / 3 > 3 EUR",
    "debt + credit > 3",
    "(children else 1) = 3",
    "(children else 2) = 3",
    "band(visits, 1, 2) = 2",
    "band(visits, 1, 3) = 2",
    "band(visits, 1) = 2",
    "band(aov, 1, 2) = 2",
    "band(aov, 1, 3) = 2",
    "bucket(10) = 3",
    "bucket(11) = 3",
    "bucket(10, \"x\") = 3",
    "bucket(10, \"y\") = 3",
    // aggregates: what, of which event, when, which of them
    "purchases ever > 3",
    "purchases within 30d > 3",
    "purchases within 31d > 3",
    "purchases between 3d and 30d ago > 3",
    "purchases in this month > 3",
    "purchases in this year > 3",
    "purchases in last 2 months > 3",
    "purchases in last 3 months > 3",
    "purchases from 2026-01-01 through 2026-03-31 > 3",
    "purchases from 2026-01-01 through 2026-03-30 > 3",
    "views ever > 3",
    "active_days(purchase) ever > 3",
    "sum(purchase.pieces) ever > 3",
    "max(purchase.pieces) ever > 3",
    "sum(purchase.amount) ever > 3",
    "sum(purchase.weight) ever > 3",
    "aov > 3",
    "days_since(last(purchase)) ever > 3",
    "count(purchase[gift]) ever > 3",
    "count(purchase[not (gift else true)]) ever > 3",
    "count(purchase[delivered is known]) ever > 3",
    "count(purchase[ts > 2026-01-01]) ever > 3",
    "count(purchase[delivered > 2026-01-01]) ever > 3",
    "count(purchase then visit within 3d) ever > 3",
    "count(purchase then visit within 4d) ever > 3",
    "count(purchase then visit within 3h) ever > 3",
    "count(purchase without visit within 3d) ever > 3",
    "count(purchase then purchase within 3d) ever > 3",
    "count(purchase then visit[page = \"x\"] within 3d) ever > 3",
    "count(purchase then visit[page = \"y\"] within 3d) ever > 3",
    // places
    "ntile(5, visits) = 1",
    "ntile(4, visits) = 1",
    "ntile(5, joined) = 1",
    "quantile_band(5, visits) = 1",
    "percentile_rank(visits) > 0.5",
    "top(10, visits)",
    "top(11, visits)",
    "top(10%, visits)",
    "top(1%, visits)",
    "top(0.1%, visits)",
    "top_share(10%, visits)",
    "ntile(5, aov) = 1",
    // other rules, lists, and what joins conditions
    "member(old)",
    "member(young)",
    "not opt_in",
    "opt_in and visits > 3",
    "opt_in or visits > 3",
    "opt_in and visits > 3 and score > 1.5",
    "at_least(1, opt_in, visits > 3, score > 1.5)",
    "at_least(2, opt_in, visits > 3, score > 1.5)",
    "at_most(2, opt_in, visits > 3, score > 1.5)",
    "exactly(2, opt_in, visits > 3, score > 1.5)",
};
enum { CONDITION_COUNT = sizeof conditions / sizeof *conditions };

/** Each of them is the rule of two segments: condition i of segments 2 i and 2 i + 1 behind those
 * of the declarations. */
enum { FIRST_CONDITION = 2 };

/** The project, to be freed. */
static inline char *conditions_text(void) {
  size_t size = sizeof shop_head + sizeof condition_declarations;
  for (size_t i = 0; i < CONDITION_COUNT; i++)
    size += 2 * (strlen(conditions[i]) + 60);
  char *text = malloc(size);
  assert_non_null(text);
  int at = sprintf(text, "%s%s", shop_head, condition_declarations);
  for (size_t i = 0; i < CONDITION_COUNT; i++)
    for (int again = 0; again < 2; again++)
      at += sprintf(text + at, "segment s%zu_%d { when: %s\n decision: \"d\" }\n", i, again,
                    conditions[i]);
  return text;
}

#endif
