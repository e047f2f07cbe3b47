/**
 * Types: columns, literals, arithmetic, comparisons, band, texts.
 */
#include "tests/unit/sema_case.h"

static void types_of_columns(void **state) {
  (void)state;
  expect_declared("event e from \"e\" by k at t { a: duration }\n", "opt_in", "E202", "duration",
                  "`minutes: int`");
  expect_declared("event e from \"e\" by k at t { a: integer }\n", "opt_in", "E202", "integer",
                  NULL);
  expect_declared("event e from \"e\" by k at t { a: txt }\n", "opt_in", "E202", "txt",
                  "`text` is spelt like it");
  expect_declared("event e from \"e\" by k at t { a: money(EUU) }\n", "opt_in", "E202", "EUU",
                  "EUR");
  expect_declared("event e from \"e\" by k at t { a: int(EUR) }\n", "opt_in", "E202", "int(EUR)",
                  NULL);
  expect_declared("event e from \"e\" by k at t { t: text }\n", "opt_in", "E201", "text",
                  "a date or a timestamp");
  expect_one("segc 1\ntimezone: \"UTC\"\ncustomer from \"a\" key b { m: money }\n", "E202", "money",
             "currency: EUR");
  expect_right_with("event e from \"e\" by k at t { a: money b: money(JPY) c: money(KWD) "
                    "d: money(EUR, 9) t: timestamp }\n",
                    "opt_in");
}

static void money_has_the_decimals_of_its_currency(void **state) {
  (void)state;
  struct sema_case c;
  check_text(&c, "segc 1\ntimezone: \"UTC\"\ncurrency: USD\ncustomer from \"a\" key b {\n"
                 "a: money b: money(JPY) c: money(KWD) d: money(EUR, 4) e: ratio }\n");
  assert_int_equal(c.sink.errors, 0);
  const struct seg_program_column *columns = c.program.customer.columns;
  char text[100];
  assert_string_equal(seg_type_describe(&columns[0].type, text, sizeof text), "money(USD)");
  assert_int_equal(columns[1].type.scale, 0);
  assert_int_equal(columns[2].type.scale, 3);
  assert_string_equal(seg_type_describe(&columns[3].type, text, sizeof text), "money(EUR, 4)");
  assert_string_equal(seg_type_describe(&columns[4].type, text, sizeof text), "number");
  // A text that does not fit is cut, never overrun.
  assert_string_equal(seg_type_describe(&columns[3].type, text, 6), "money");
  end_case(&c);
}

static void exact_comparisons(void **state) {
  (void)state;
  expect_typed("", "visits >= 3",
               "    compare >= : bool\n"
               "      attribute visits : int\n"
               "      literal 3 : int\n");
  expect_typed("", "credit > 80",
               "    compare > : bool\n"
               "      attribute credit : money(EUR)\n"
               "      literal 80.00 EUR : money(EUR)\n");
  expect_typed("", "12.5 EUR < credit",
               "    compare < : bool\n"
               "      literal 12.50 EUR : money(EUR)\n"
               "      attribute credit : money(EUR)\n");
  expect_typed("", "debt = 0.0001",
               "    compare = : bool\n"
               "      attribute debt : money(EUR, 4)\n"
               "      literal 0.0001 EUR : money(EUR, 4)\n");
  expect_typed("", "credit > debt",
               "    compare > : bool\n"
               "      rescale : money(EUR, 4)\n"
               "        attribute credit : money(EUR)\n"
               "      attribute debt : money(EUR, 4)\n");
  expect_typed("", "visits > 2.50",
               "    compare-fractions > : bool\n"
               "      attribute visits : int\n"
               "      literal 1 : int\n"
               "      literal 25 : int\n"
               "      literal 10 : int\n");
  expect_typed("", "visits > 2.0",
               "    compare > : bool\n"
               "      attribute visits : int\n"
               "      literal 2 : int\n");
  expect_typed("", "plan = \"basic\"",
               "    compare = : bool\n"
               "      attribute plan : one of\n"
               "      literal \"basic\" : one of\n");
  expect_right("plan = old_plan and opt_in = true and joined > 2026-01-01 and seen >= seen");
  expect_right("city < \"M\" and joined between 2026-01-01 and 2026-02-01");
  expect_right("-5 < visits and credit > -5 EUR");
}

static void averages_are_compared_as_fractions(void **state) {
  (void)state;
  expect_typed("", "avg(purchase.pieces) > 2.5 ever",
               "    compare-fractions > : bool\n"
               "      aggregate sum purchase ever : int\n"
               "        of\n"
               "          column pieces : int\n"
               "      aggregate count purchase ever : int\n"
               "        of\n"
               "          column pieces : int\n"
               "      literal 25 : int\n"
               "      literal 10 : int\n");
  expect_typed("", "(aov) <= 80.5",
               "    compare-fractions <= : bool\n"
               "      aggregate sum purchase ever : money(EUR)\n"
               "        of\n"
               "          column amount : money(EUR)\n"
               "      aggregate count purchase ever : int\n"
               "        of\n"
               "          column amount : money(EUR)\n"
               "      literal 80.50 EUR : money(EUR)\n"
               "      literal 1 : int\n");
  // In a calculation an average is an amount, and an average of numbers has no exact fraction.
  expect_typed("", "aov + 1 > 80",
               "    compare > : bool\n"
               "      add : amount(EUR)?\n"
               "        aggregate avg purchase ever : amount(EUR)?\n"
               "          of\n"
               "            column amount : money(EUR)\n"
               "        literal 1 EUR : amount(EUR)\n"
               "      literal 80 EUR : amount(EUR)\n");
  expect_typed("", "avg(purchase.weight) > 1 ever",
               "    compare > : bool\n"
               "      aggregate avg purchase ever : number?\n"
               "        of\n"
               "          column weight : number\n"
               "      literal 1 : number\n");
  expect_right("aov > credit and aov > aov and avg(purchase.amount) within 30d > aov");
  expect_rule("aov > 80.125", "E205", "80.125", "2 decimals");
  expect_rule("aov > 80 USD", "E203", "aov > 80 USD", NULL);
  expect_rule("aov > visits", "E201", "aov > visits", NULL);
}

static void equality_on_fractions(void **state) {
  (void)state;
  expect_rule("recency <= 30d", "E201", "30d", "write `30`");
  expect_rule("recency <= 2w", "E201", "2w", "write `14`");
  expect_rule("visits > 24h", "E201", "24h", "in days, without a unit");
  expect_rule("score = 0.3", "E310", "score = 0.3", "score between");
  expect_rule("score != 3", "E310", "score != 3", NULL);
  expect_rule("aov = 80", "E310", "aov = 80", NULL);
  expect_rule("rate in (5%, 6%)", "E310", "rate in (5%, 6%)", NULL);
  expect_rule("visits / 2 = 1", "E310", "visits / 2 = 1", NULL);
  expect_rule("visits = 2.5", "E201", "visits = 2.5", "never equal");
  expect_rule("visits in (1, 2.5)", "E201", "2.5", "never equal");
  expect_right("visits = 2.0 and credit = 5.50 and score between 0.1 and 0.2");
}

static void comparisons_that_have_no_meaning(void **state) {
  (void)state;
  expect_rule("city > 5", "E201", "city > 5", NULL);
  expect_rule("joined > 90", "E201", "joined > 90", "days_since(joined)");
  expect_rule("joined > \"2026-01-01\"", "E201", "joined > \"2026-01-01\"", "without quotes");
  expect_rule("seen > 2026-01-01", "E201", "seen > 2026-01-01", "declare the column as `date`");
  expect_rule("days_since(joined) >= 90d", "E201", "90d", "write `90`");
  expect_rule("joined = 2026-10", "E201", "2026-10", "write a date");
  expect_rule("plan > \"basic\"", "E201", "plan > \"basic\"", "no order");
  expect_rule("opt_in > false", "E201", "opt_in > false", NULL);
  expect_rule("plan = tier", "E201", "plan = tier", NULL);
  expect_rule("plan = city", "E201", "plan = city", NULL);
  expect_rule("credit > visits", "E201", "credit > visits", NULL);
  expect_rule("credit > dollars", "E203", "credit > dollars", "no exchange rate");
  expect_rule("credit > 5 USD", "E203", "credit > 5 USD", NULL);
  expect_rule("credit > 5 EUU", "E202", "EUU", NULL);
  expect_rule("credit > 5.001", "E205", "5.001", NULL);
  expect_rule("credit > 100000000000000000", "E209", "100000000000000000", NULL);
  expect_rule("plan = \"gld\"", "E204", "\"gld\"", "one of");
  expect_rule("plan in (\"free\", \"bsic\")", "E204", "\"bsic\"", "\"basic\" is spelt like it");
  expect_rule("visits in (1, children)", "E208", "children", NULL);
  expect_rule("opt_in in (true, false)", "E201", "opt_in in (true, false)", NULL);
  expect_rule("visits between 5 and 2", "E309", "visits between 5 and 2", "between 2 and 5");
  expect_rule("credit between 5 EUR and 4.99", "E309", "credit between 5 EUR and 4.99", NULL);
  expect_rule("joined not between 2026-02-01 and 2026-01-01", "E309",
              "joined not between 2026-02-01 and 2026-01-01", NULL);
}

static void conditions_and_values(void **state) {
  (void)state;
  expect_rule("purchases ever", "E210", "purchases ever", "`purchases ever >= 1`");
  expect_rule("city and opt_in", "E210", "city", NULL);
  expect_rule("not plan", "E210", "plan", "plan = \"free\"");
  expect_rule("joined", "E210", "joined", "days_since(joined)");
  expect_rule("(visits > 1) = true", "E210", "(visits > 1)", NULL);
  expect_rule("(visits > 1) + 1 > 1", "E210", "(visits > 1)", NULL);
  expect_rule("(visits > 1) is known", "E210", "(visits > 1)", NULL);
  expect_rule("visits > (opt_in and opt_in)", "E210", "(opt_in and opt_in)", NULL);
  // A metric may be a condition and is used as one.
  expect_right_with("metric active = purchases >= 1\n", "active within 90d and opt_in");
}

static void sums_and_products(void **state) {
  (void)state;
  expect_typed("", "visits * 2 + 1 > 3",
               "    compare > : bool\n"
               "      add : int\n"
               "        multiply : int\n"
               "          attribute visits : int\n"
               "          literal 2 : int\n"
               "        literal 1 : int\n"
               "      literal 3 : int\n");
  expect_typed("", "2 * credit - 5 > debt",
               "    compare > : bool\n"
               "      rescale : money(EUR, 4)\n"
               "        subtract : money(EUR)\n"
               "          multiply : money(EUR)\n"
               "            literal 2 : int\n"
               "            attribute credit : money(EUR)\n"
               "          literal 5.00 EUR : money(EUR)\n"
               "      attribute debt : money(EUR, 4)\n");
  expect_typed("", "credit * 5% > 1",
               "    compare > : bool\n"
               "      multiply : amount(EUR)\n"
               "        to-number : amount(EUR)\n"
               "          attribute credit : money(EUR)\n"
               "        literal 0.050000000000000003 : number\n"
               "      literal 1 EUR : amount(EUR)\n");
  expect_typed("", "credit / debt > 0.5",
               "    compare > : bool\n"
               "      divide : number?\n"
               "        to-number : amount(EUR)\n"
               "          attribute credit : money(EUR)\n"
               "        to-number : amount(EUR)\n"
               "          attribute debt : money(EUR, 4)\n"
               "      literal 0.5 : number\n");
  expect_typed("", "-visits < visits / 2",
               "    compare < : bool\n"
               "      to-number : number\n"
               "        negate : int\n"
               "          attribute visits : int\n"
               "      divide : number\n"
               "        to-number : number\n"
               "          attribute visits : int\n"
               "        literal 2 : number\n");
  expect_right("credit + debt > 1 and visits + score > 1 and credit / visits > 3 EUR");
  expect_rule("credit * debt > 1", "E201", "credit * debt", "money times money");
  expect_rule("city + 1 > 1", "E201", "city + 1", NULL);
  expect_rule("credit + visits > 1", "E201", "credit + visits", NULL);
  expect_rule("1 / credit > 1", "E201", "1 / credit", NULL);
  expect_rule("credit + dollars > 1", "E203", "credit + dollars", NULL);
  expect_rule("credit + 0.001 > 1", "E205", "0.001", NULL);
  expect_rule("visits / 0 > 1", "E209", "visits / 0", "zero");
  expect_rule("-city = \"x\"", "E201", "-city", NULL);
  expect_rule("-opt_in", "E201", "-opt_in", "not opt_in");
}

static void constants_are_computed_exactly(void **state) {
  (void)state;
  expect_typed("", "credit > 80 EUR * 1.5",
               "    compare > : bool\n"
               "      attribute credit : money(EUR)\n"
               "      literal 120.00 EUR : money(EUR)\n");
  expect_typed("", "visits > 0.1 + 0.2 + 2.7",
               "    compare > : bool\n"
               "      attribute visits : int\n"
               "      literal 3 : int\n");
  expect_typed("", "visits < 2 * 365 - -10",
               "    compare < : bool\n"
               "      attribute visits : int\n"
               "      literal 740 : int\n");
  expect_typed("", "visits > 1 / 4",
               "    compare-fractions > : bool\n"
               "      attribute visits : int\n"
               "      literal 1 : int\n"
               "      literal 25 : int\n"
               "      literal 100 : int\n");
  expect_typed("", "score > 1 / 3",
               "    compare > : bool\n"
               "      attribute score : number\n"
               "      literal 0.33333333333333331 : number\n");
  expect_typed("", "rate > 5%",
               "    compare > : bool\n"
               "      attribute rate : number\n"
               "      literal 0.050000000000000003 : number\n");
  // What does not end is the nearest double, and so is what is made of it.
  expect_typed("", "score > 3 / 2 + 1 / 3 - 0.5",
               "    compare > : bool\n"
               "      attribute score : number\n"
               "      literal 1.3333333333333333 : number\n");
  expect_typed("", "score > 1 / -3 * 3",
               "    compare > : bool\n"
               "      attribute score : number\n"
               "      literal -1 : number\n");
  expect_typed("", "score > -(2 / 3) / 2",
               "    compare > : bool\n"
               "      attribute score : number\n"
               "      literal -0.33333333333333331 : number\n");
  // Money by a number stays money's, money by money is a number.
  expect_typed("", "score * 1 EUR > 1 EUR / 3 + 1",
               "    compare > : bool\n"
               "      multiply : amount(EUR)\n"
               "        attribute score : number\n"
               "        literal 1 EUR : amount(EUR)\n"
               "      literal 1.3333333333333333 EUR : amount(EUR)\n");
  expect_typed("", "score > 2 EUR / (1 EUR / 3)",
               "    compare > : bool\n"
               "      attribute score : number\n"
               "      literal 6 : number\n");
  expect_typed("", "score > 1 EUR / 3 EUR",
               "    compare > : bool\n"
               "      attribute score : number\n"
               "      literal 0.33333333333333331 : number\n");
  expect_typed("", "visits > 1.5 - 0.25 and visits > 10 * 0.5",
               "    and : bool\n"
               "      compare-fractions > : bool\n"
               "        attribute visits : int\n"
               "        literal 1 : int\n"
               "        literal 125 : int\n"
               "        literal 100 : int\n"
               "      compare > : bool\n"
               "        attribute visits : int\n"
               "        literal 5 : int\n");
  expect_rule("visits > 0.000000001 * 0.000000000000000001", "E209",
              "0.000000001 * 0.000000000000000001", NULL);
  expect_rule("visits > 999999999999999999 * 9 + 999999999999999999", "E209",
              "999999999999999999 * 9 + 999999999999999999", NULL);
  expect_rule("visits > 999999999999999999 * 1000", "E209", "999999999999999999 * 1000", NULL);
  expect_rule("credit > 1 EUR + 1 USD", "E203", "1 EUR + 1 USD", NULL);
}

static void both_ends_of_between(void **state) {
  (void)state;
  expect_rule("city between \"b\" and \"a\"", "E309", "city between \"b\" and \"a\"",
              "write `between \"a\" and \"b\"`");
  expect_rule("joined between 2026-02-01 and 2026-01-01", "E309",
              "joined between 2026-02-01 and 2026-01-01", NULL);
  expect_rule("visits between 5 and 4.5", "E309", "visits between 5 and 4.5", NULL);
  expect_rule("score between 1 and 1 / 3", "E309", "score between 1 and 1 / 3", NULL);
  expect_right("city between \"a\" and \"b\" and joined between 2026-01-01 and 2026-01-01");
  expect_right("score between 1 / 3 and 1 and visits between 4.5 and 5");
  expect_right("visits between children and 5 and visits between 5 and children");
  expect_rule("visits between 1 and \"b\"", "E201", "visits between 1 and \"b\"", NULL);
}

static void sums_of_amounts(void **state) {
  (void)state;
  static const char line[] = "event line from \"l\" by k at t { price: money net = price * 0.9 }\n";
  expect_typed(line, "avg(line.net) ever > 5",
               "    compare > : bool\n"
               "      aggregate avg line ever : amount(EUR)?\n"
               "        of\n"
               "          column net : amount(EUR)\n"
               "      literal 5 EUR : amount(EUR)\n");
  expect_right_with(line, "sum(line.net) ever > 5 EUR and max(line.net) ever > credit");
  expect_declared(line, "distinct(line.net) ever > 5", "E201", "line.net", "`round`");
  expect_declared(line, "sum(line.net) ever = 5", "E310", "sum(line.net) ever = 5", "between");
  expect_declared(line, "sum(line.net) ever > 5 USD", "E203", "sum(line.net) ever > 5 USD", NULL);
}

static void active_periods(void **state) {
  (void)state;
  expect_typed("", "active_weeks(purchase[pieces > 1]) >= 2 within 4w",
               "    compare >= : bool\n"
               "      aggregate active_weeks purchase 1..28 days ago : int\n"
               "        where\n"
               "          compare > : bool\n"
               "            column pieces : int\n"
               "            literal 1 : int\n"
               "      literal 2 : int\n");
  expect_rule("active_days(purchase.amount) ever > 1", "E206", "purchase.amount",
              "active_days(purchase)");
  expect_rule("active_days(purchase) > 1", "E307", "active_days(purchase)", "within 90d");
  expect_rule("active_dais(purchase) ever > 1", "E107", "active_dais", "active_days");
  // Days with events say that there are events.
  expect_right("active_days(purchase) >= 1 ever and not (aov > 80)");
}

static void values_of_the_first_and_last_event(void **state) {
  (void)state;
  expect_typed("", "last(purchase[pieces > 1].campaign) = \"spring\"",
               "    compare = : bool\n"
               "      aggregate last purchase ever : text?\n"
               "        of\n"
               "          column campaign : text?\n"
               "        where\n"
               "          compare > : bool\n"
               "            column pieces : int\n"
               "            literal 1 : int\n"
               "      literal \"spring\" : text\n");
  expect_typed("", "first(purchase.gift) within 30d",
               "    aggregate first purchase 1..30 days ago : bool?\n"
               "      of\n"
               "        column gift : bool?\n");
  expect_right("first(purchase.channel) in (\"web\") and last(purchase.delivered) > joined");
  expect_right("purchases >= 1 ever and not (last(purchase.amount) > 5)");
  expect_right("last(purchase.ts) > 2026-01-01 and band(first(purchase.amount), 5, 10) = 2");
  expect_rule("purchases >= 1 ever and not last(purchase.gift)", "E401", "not last(purchase.gift)",
              "is known and");
  expect_rule("first(purchase.amount[pieces > 1]) > 5", "E206", "purchase.amount[pieces > 1]",
              "first(event[...].column)");
  expect_rule("first(purchase.amont) > 5", "E101", "amont", "amount");
  expect_rule("first(purchase.amount, 2) > 5", "E206", "first(purchase.amount, 2)", NULL);
  expect_rule("last(purchase.campaign) ever", "E210", "last(purchase.campaign) ever", "compare it");
}

static void aggregates_and_their_columns(void **state) {
  (void)state;
  expect_rule("sum(purchase.order_id) ever > 1", "E201", "purchase.order_id", "distinct(");
  expect_rule("avg(purchase.delivered) ever > 1", "E201", "purchase.delivered", NULL);
  expect_rule("min(purchase.channel) ever = \"web\"", "E201", "purchase.channel", NULL);
  expect_rule("distinct(purchase.gift) ever > 1", "E201", "purchase.gift", "filter");
  expect_rule("distinct(purchase.weight) ever > 1", "E201", "purchase.weight", NULL);
  expect_typed("", "distinct(purchase[channel = \"web\"].ts) >= 2 within 4w",
               "    compare >= : bool\n"
               "      aggregate distinct purchase 1..28 days ago : int\n"
               "        of\n"
               "          event-date : date\n"
               "        where\n"
               "          compare = : bool\n"
               "            column channel : one of\n"
               "            literal \"web\" : one of\n"
               "      literal 2 : int\n");
  expect_right("min(purchase.amount) > 5 ever and max(purchase.delivered) > 2026-01-01 ever and "
               "distinct(purchase.amount) > 1 ever and first(purchase) > 2026-01-01");
}

static void filters_join(void **state) {
  (void)state;
  expect_typed("metric big = count(purchase[amount > 50])\n",
               "big[channel = \"web\"] >= 1 within 30d",
               "    compare >= : bool\n"
               "      aggregate count purchase 1..30 days ago : int\n"
               "        where\n"
               "          and : bool\n"
               "            compare > : bool\n"
               "              column amount : money(EUR)\n"
               "              literal 50.00 EUR : money(EUR)\n"
               "            compare = : bool\n"
               "              column channel : one of\n"
               "              literal \"web\" : one of\n"
               "      literal 1 : int\n");
  expect_right("aov[channel = \"web\"] > 80 and recency[channel = \"web\"] < 30 and "
               "count(purchase[channel = \"web\"][pieces > 1]) > 1 ever");
}

static void band(void **state) {
  (void)state;
  expect_typed("", "band(visits, 1.5, 3) = 2",
               "    compare = : bool\n"
               "      band 2, 3 : int\n"
               "        attribute visits : int\n"
               "      literal 2 : int\n");
  expect_typed("", "band(credit, -5.555, 10, 10.001 EUR) = 2",
               "    compare = : bool\n"
               "      band -5.55 EUR, 10.00 EUR, 10.01 EUR : int\n"
               "        attribute credit : money(EUR)\n"
               "      literal 2 : int\n");
  expect_typed("", "band(score, 0.5, 1) = 2",
               "    compare = : bool\n"
               "      band 0.5, 1 : int\n"
               "        attribute score : number\n"
               "      literal 2 : int\n");
  expect_typed("", "band(joined, 2026-01-01) = 2",
               "    compare = : bool\n"
               "      band 2026-01-01 : int\n"
               "        attribute joined : date\n"
               "      literal 2 : int\n");
  // 80.125 and 100 with the sum in cents: cuts in tenths of a cent, the sum times 10.
  expect_typed("", "band(aov, 80.125, 100) = 2",
               "    compare = : bool\n"
               "      band-fraction 80125, 100000 : int?\n"
               "        aggregate sum purchase ever : money(EUR)\n"
               "          of\n"
               "            column amount : money(EUR)\n"
               "        aggregate count purchase ever : int\n"
               "          of\n"
               "            column amount : money(EUR)\n"
               "        literal 10 : int\n"
               "      literal 2 : int\n");
  expect_rule("band(visits, 3, 3) = 1", "E207", "3", "do not rise");
  expect_rule("band(visits, 3, 2) = 1", "E207", "2", NULL);
  expect_rule("band(visits, children) = 1", "E207", "children", "constant");
  expect_rule("band(credit, 3 USD) = 1", "E203", "3 USD", NULL);
  expect_rule("band(visits, 3 EUR) = 1", "E207", "3 EUR", NULL);
  expect_rule("band(joined, 3) = 1", "E207", "3", NULL);
  expect_rule("band(city, \"a\") = 1", "E201", "city", NULL);
  expect_rule("band(visits) = 1", "E206", "band(visits)", NULL);
}

static void texts_and_dates(void **state) {
  (void)state;
  expect_right("starts_with(city, \"B\") or ends_with(city, \"x\") or contains(country, \"y\")");
  expect_rule("starts_with(visits, \"B\")", "E201", "visits", NULL);
  expect_rule("starts_with(plan, \"B\")", "E201", "plan", NULL);
  expect_rule("contains(city, 3)", "E201", "3", NULL);
  expect_rule("contains(city, city)", "E208", "city", NULL);
  expect_right("lower(city) = \"x\" and upper(trim(city)) != \"x\" and length(city) > 3");
  expect_right("lower(country else \"\") != \"x\" and length(city) * 2 between 1 and 9");
  expect_right("country is known and not starts_with(lower(country), \"u\")");
  expect_rule("not starts_with(lower(country), \"u\")", "E401",
              "not starts_with(lower(country), \"u\")", "lower(country)");
  expect_rule("length(country) != 2", "E401", "length(country) != 2", "length(country)");
  expect_rule("lower(visits) = \"x\"", "E201", "visits", NULL);
  expect_rule("lower(plan) = \"pro\"", "E201", "plan", "listed");
  expect_rule("length(5) > 1", "E201", "5", NULL);
  expect_rule("length(city) = \"x\"", "E201", "length(city) = \"x\"", NULL);
  expect_rule("trim(city, city) = \"x\"", "E206", "trim(city, city)", "trim(city)");
  expect_rule("lower(city)", "E210", "lower(city)", NULL);
  expect_rule("lowr(city) = \"x\"", "E107", "lowr", "lower");
  expect_right(
      "matches(city, \"B.*\") and country is known and not matches(country, \"[A-Z]{2}\")");
  expect_right("matches(country, \"D.\") and country != \"DE\"");
  expect_rule("not matches(country, \"D.\")", "E401", "not matches(country, \"D.\")", "country");
  expect_rule("matches(visits, \"1.\")", "E201", "visits", NULL);
  expect_rule("matches(plan, \"p.*\")", "E201", "plan", "listed");
  expect_rule("matches(city, city)", "E208", "city", "A-[0-9]+");
  expect_rule("matches(city, \"Bonn\")", "E313", "\"Bonn\"", "contains(city, \"Bonn\")");
  expect_rule("matches(city, \"Bo\\\\.n\\\\\\\\\")", "E313", "\"Bo\\\\.n\\\\\\\\\"",
              "city = \"Bo.n\\\\\"");
  // Where in the pattern: behind escapes of the text, too.
  expect_rule("matches(city, \"a(b\")", "E212", "(", "\\\\(");
  expect_rule("matches(city, \"é*+\")", "E212", "+", NULL);
  expect_rule("matches(city, \"\\\"\\\\d{5\")", "E212", "{", "{3,5}");
  expect_rule("matches(city, \"(\\\\d)\\\\1\")", "E212", "\\\\1", "linear time");
  expect_rule("matches(city, \"\\u{41}**\")", "E212", "\"\\u{41}**\"", NULL);
  expect_rule("matches(city, \"a^b\")", "E212", "\"a^b\"", NULL);
  expect_rule("matches(city, \"(a|b)*a(a|b){20}\")", "E212", "\"(a|b)*a(a|b){20}\"", "fewer");
  expect_rule("days_since(visits) > 1", "E201", "visits", NULL);
  expect_rule("days_since(seen) > 1", "E201", "seen", "`date`");
  expect_rule("days_since(city) > 1", "E201", "city", "`date`");
  expect_right("days_since(joined) > 1 and days_since(birth_date) > 1 and "
               "count(purchase[days_since(ts) > 3 and ts > 2026-01-01]) ever > 1");
}

static void clause_forms_are_no_conditions(void **state) {
  (void)state;
  expect_rule("every 30d", "E503", "every 30d", NULL);
}

static void places_among_all_customers(void **state) {
  (void)state;
  expect_rule("ntile(visits, score) = 1", "E208", "visits", "ntile(5, ...)");
  expect_rule("top(visits, score)", "E208", "visits", "top(10%, ...)");
  expect_rule("ntile(1, score) = 1", "E209", "1", NULL);
  expect_rule("top(1.5, score)", "E209", "1.5", "top(1000, ...)");
  expect_rule("top(100%, score)", "E209", "100%", NULL);
  expect_rule("top(10 EUR, score)", "E201", "10 EUR", "top(10%, ...)");
  expect_rule("top(10%, city)", "E201", "city", NULL);
  expect_rule("top(10%, 5)", "E201", "5", "a metric or a column");
  expect_rule("top(10%, ntile(5, score))", "E211", "ntile(5, score)", "the value itself");
  expect_rule("top(10%, revenue)", "E307", "revenue", "revenue within 90d");
  expect_rule("count(purchase[top(10%, weight)]) ever > 1", "E105", "top(10%, weight)",
              "declare it as a metric");
  expect_rule("not top(10%, aov)", "E401", "not top(10%, aov)", "aov is known");
  expect_rule("percentile_rank(score) = 50%", "E310", "percentile_rank(score) = 50%", NULL);
  expect_rule("ntile(5, aov) is known", "E402", "ntile(5, aov) is known", NULL);
  expect_right("top(10%, revenue within 365d) and ntile(5, aov) = 1 and not (ntile(5, aov) = 2)");
  expect_right("top(10%, revenue) within 30d and quantile_band(4, joined) in (1, 2)");
  expect_right("(top(5%, aov) and aov > 3 EUR) or aov is missing");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(types_of_columns),
      cmocka_unit_test(money_has_the_decimals_of_its_currency),
      cmocka_unit_test(exact_comparisons),
      cmocka_unit_test(averages_are_compared_as_fractions),
      cmocka_unit_test(equality_on_fractions),
      cmocka_unit_test(comparisons_that_have_no_meaning),
      cmocka_unit_test(conditions_and_values),
      cmocka_unit_test(sums_and_products),
      cmocka_unit_test(constants_are_computed_exactly),
      cmocka_unit_test(both_ends_of_between),
      cmocka_unit_test(sums_of_amounts),
      cmocka_unit_test(active_periods),
      cmocka_unit_test(values_of_the_first_and_last_event),
      cmocka_unit_test(aggregates_and_their_columns),
      cmocka_unit_test(filters_join),
      cmocka_unit_test(band),
      cmocka_unit_test(texts_and_dates),
      cmocka_unit_test(clause_forms_are_no_conditions),
      cmocka_unit_test(places_among_all_customers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
