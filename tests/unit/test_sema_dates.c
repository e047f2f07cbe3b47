/**
 * Dates: functions, moving by days, days between; and rounding.
 */
#include "tests/unit/sema_case.h"

static void numbers_of_a_date(void **state) {
  (void)state;
  expect_typed("", "weekday(joined) in (6, 7)",
               "    in 6, 7 : bool\n"
               "      date-function weekday : int\n"
               "        attribute joined : date\n");
  expect_typed("", "anniversary(birth_date) <= 7",
               "    compare <= : bool\n"
               "      date-function anniversary : int?\n"
               "        attribute birth_date : date?\n"
               "      literal 7 : int\n");
  expect_right("year(joined) = 2026 and month(joined) = 2 and day(joined) = 29");
  expect_right(
      "days_until(joined) between 0 and 30 and count(purchase[weekday(ts) >= 6]) ever > 1");
  expect_right("joined = joined + 1d or year(last(purchase)) >= 2026");
  expect_rule("year(seen) = 2026", "E201", "seen", "declare the column as `date`");
  expect_rule("month(city) = 2", "E201", "city", "declare the column as `date`");
  expect_rule("weekday(visits) = 2", "E201", "visits", "takes a date, not an int");
  expect_rule("anniversary(joined, 2) = 2", "E206", "anniversary(joined, 2)",
              "anniversary(birth_date)");
  expect_rule("birthday(joined) = 2", "E107", "birthday", NULL);
  expect_rule("birth_date is known or not (month(birth_date) = 2)", "E401",
              "not (month(birth_date) = 2)", "is known and");
}

static void dates_are_moved_by_days(void **state) {
  (void)state;
  expect_typed("", "joined + 2w > birth_date - 1d",
               "    compare > : bool\n"
               "      add-days : date\n"
               "        attribute joined : date\n"
               "        literal 14 : int\n"
               "      add-days : date?\n"
               "        attribute birth_date : date?\n"
               "        literal -1 : int\n");
  expect_typed("", "30d + joined >= 2026-01-01 + (30d)",
               "    compare >= : bool\n"
               "      add-days : date\n"
               "        attribute joined : date\n"
               "        literal 30 : int\n"
               "      literal 2026-01-31 : date\n");
  expect_right_with("let start = 2026-01-01 - 1d\n", "joined between start and start + 7d");
  expect_rule("joined + 24h > 2026-01-01", "E201", "24h", "`1d`");
  expect_rule("joined + 2m > 2026-01-01", "E306", "2m", "`60d`");
  expect_rule("joined - 1y > 2026-01-01", "E306", "1y", "`365d`");
  expect_rule("joined + 36501d > 2026-01-01", "E209", "36501d", "36500");
  expect_rule("joined > 9999-12-01 + 31d", "E209", "9999-12-01 + 31d", "0001 to 9999");
  expect_rule("joined + 30 > 2026-01-01", "E201", "joined + 30", "`joined + 30d`");
  expect_rule("joined - visits > 2026-01-01", "E201", "joined - visits", "days_since(joined)");
  expect_rule("30d - joined > 5", "E201", "30d - joined", NULL);
  expect_rule("joined + 30d * 2 > 2026-01-01", "E201", "30d * 2", NULL);
  expect_rule("visits + 30d > 5", "E201", "visits + 30d", "without a unit");
  expect_rule("seen + 30d > seen", "E201", "seen + 30d", "declare the column as `date`");
  expect_rule("city + 30d > city", "E201", "city + 30d", "declare the column as `date`");
  expect_rule("30d + 30d > 5", "E201", "30d + 30d", NULL);
  expect_rule("joined + joined > 2026-01-01", "E201", "joined + joined",
              "a date and a date cannot be added");
}

static void days_between_dates(void **state) {
  (void)state;
  expect_typed("", "last(purchase) - first(purchase) >= 90",
               "    compare >= : bool\n"
               "      days-between : int?\n"
               "        aggregate last purchase ever : date?\n"
               "        aggregate first purchase ever : date?\n"
               "      literal 90 : int\n");
  expect_typed("", "visits > 2026-03-01 - 2026-02-01",
               "    compare > : bool\n"
               "      attribute visits : int\n"
               "      literal 28 : int\n");
  expect_right("(last(purchase) - first(purchase)) / (purchases ever - 1) < 30");
  expect_right("band(last(purchase) - joined, 30, 90) = 2");
  expect_rule("joined - seen > 3", "E201", "joined - seen", "declare the column as `date`");
  expect_rule("joined - birth_date > 90d", "E201", "90d", "write `90`");
  expect_rule("joined * 2 > joined", "E201", "joined * 2", NULL);
}

static void rounding(void **state) {
  (void)state;
  expect_typed("", "round(score) = 3 and floor(credit) >= 5 and ceil(aov) in (1)",
               "    and : bool\n"
               "      compare = : bool\n"
               "        round to nearest : int\n"
               "          attribute score : number\n"
               "        literal 3 : int\n"
               "      compare >= : bool\n"
               "        round down : money(EUR)\n"
               "          attribute credit : money(EUR)\n"
               "        literal 5.00 EUR : money(EUR)\n"
               "      in 1.00 EUR : bool\n"
               "        round up : money(EUR)?\n"
               "          aggregate avg purchase ever : amount(EUR)?\n"
               "            of\n"
               "              column amount : money(EUR)\n");
  expect_typed("", "abs(debt) < abs(-5) and abs(children - 1) > abs(2)",
               "    and : bool\n"
               "      compare < : bool\n"
               "        abs : money(EUR, 4)\n"
               "          attribute debt : money(EUR, 4)\n"
               "        literal 5.0000 EUR : money(EUR, 4)\n"
               "      compare > : bool\n"
               "        abs : int?\n"
               "          subtract : int?\n"
               "            attribute children : int?\n"
               "            literal 1 : int\n"
               "        literal 2 : int\n");
  expect_right("round(visits) = visits and round(2.5) > 2 and floor(visits / 3) in (1, 2)");
  expect_rule("round(city) = 3", "E201", "city", "takes a number or money");
  expect_rule("abs(joined) = 3", "E201", "joined", "takes a number or money");
  expect_rule("abs(score) = 3", "E310", "abs(score) = 3", "between");
  expect_rule("round(score, 2) = 3", "E206", "round(score, 2)", "round(aov)");
  expect_rule("round(opt_in) = 3", "E201", "opt_in", NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_of_a_date),
      cmocka_unit_test(dates_are_moved_by_days),
      cmocka_unit_test(days_between_dates),
      cmocka_unit_test(rounding),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
