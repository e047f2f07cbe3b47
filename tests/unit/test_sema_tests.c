/**
 * Test blocks: each mistake is one error at its place, and whatever is left of a test when pieces
 * of it are gone or swapped is checked without a crash.
 */
#include "tests/unit/sema_case.h"

#include "tests/support/random.h"

/** One error of a test of the shop, whose rule needs nothing of the customer. */
static void expect_test(const char *body, const char *code, const char *span, const char *piece) {
  char more[1000];
  snprintf(more, sizeof more, "test \"t\" as of 2026-11-01 { %s }\n", body);
  if (code)
    expect_declared(more, "count(visit) ever > 1", code, span, piece);
  else
    expect_right_with(more, "count(visit) ever > 1");
}

static void right(void **state) {
  (void)state;
  expect_test("expect s", NULL, NULL, NULL);
  expect_test("customer { } expect s", NULL, NULL, NULL);
  expect_test("customer { country: \"DE\" birth_date: missing, credit: -3.5 } reject s", NULL, NULL,
              NULL);
  expect_test("visit { at: 2026-10-01 } visit { day: 2026-10-01 page: \"a\" } reject s", NULL, NULL,
              NULL);
  expect_test("customer { debt: 1.2345 EUR score: 1 / 3 rate: 5% visits: 3 * 4 } reject s", NULL,
              NULL, NULL);
  expect_test("customer { seen: \"2026-01-01T00:00Z\", joined: 2026-01-01 } reject s", NULL, NULL,
              NULL);
  expect_test("customer { customer_id: 5 } reject s", NULL, NULL, NULL);
}

static void values(void **state) {
  (void)state;
  expect_test("customer { contry: \"DE\" } expect s", "E101", "contry", "`country`");
  expect_test("customer { plan: pro } expect s", "E208", "pro", "`\"pro\"`");
  expect_test("customer { visits: visits } expect s", "E208", "visits", NULL);
  expect_test("customer { visits: visits + 1 } expect s", "E208", "visits + 1", NULL);
  expect_test("customer { visits: 1.5 } expect s", "E201", "1.5", "int");
  expect_test("customer { opt_in: 1 } expect s", "E201", "1", "bool");
  expect_test("customer { visits: true } expect s", "E201", "true", "int");
  expect_test("customer { visits: 1 = 1 } expect s", "E210", "1 = 1", NULL);
  expect_test("customer { plan: \"prro\" } expect s", "E204", "\"prro\"", "\"pro\"");
  expect_test("customer { dollars: 5 EUR } expect s", "E203", "5 EUR", "USD");
  expect_test("customer { credit: 0.001 } expect s", "E205", "0.001", "2 decimals");
  expect_test("customer { joined: \"2026-01-01\" } expect s", "E201", "\"2026-01-01\"",
              "without quotes");
  expect_test("customer { seen: \"2026-01-01 10:00\" } expect s", "E604", "\"2026-01-01 10:00\"",
              "offset");
  expect_test("customer { city: missing } expect s", "E402", "missing", "`?`");
  expect_test("customer { city: \"a\" city: \"b\" } expect s", "E602", "city", "first here");
  expect_test("customer { customer_id: 1.5 } expect s", "E201", "1.5", "keys");
  expect_test("visit { customer_id: 1 at: 2026-01-01 } expect s", "E105", "customer_id",
              "leave it out");
}

static void records_and_claims(void **state) {
  (void)state;
  expect_test("purchse { at: 2026-01-01 } expect s", "E101", "purchse", "`purchase`");
  expect_test("s { } expect s", "E105", "s", "no event");
  expect_test("revenue { } expect s", "E105", "revenue", "no event");
  expect_test("customer { } customer { } expect s", "E602", "customer", "one customer");
  expect_test("visit { } expect s", "E601", "visit", "`at: 2026-10-05`");
  expect_test("visit { at: 2026-01-01 day: 2026-01-01 } expect s", "E602", "day", "second time");
  expect_test("visit { at: \"noon\" } expect s", "E604", "\"noon\"", NULL);
  expect_test("visit { at: \"9999-12-31T23:00:00-05:00\" } expect s", "E604",
              "\"9999-12-31T23:00:00-05:00\"", "9999");
  expect_declared("test \"\" as of 2026-11-01 { expect s }\n", "count(visit) ever > 1", "E003",
                  "\"\"", "title");
  expect_test("customer { }", "E603", "\"t\"", "`expect`");
  expect_test("expect s expect s", "E602", "s", "first here");
  expect_test("expect s reject s", "E603", "s", "the other claim");
  expect_test("expect revenue", "E105", "revenue", "no segment");
  expect_test("expect ss", "E101", "ss", NULL);
}

/** What the rule needs, with the code that is missing. */
static void needs(void **state) {
  (void)state;
  static const char test[] =
      "test \"t\" as of 2026-11-01 { customer { } purchase { at: 2026-10-01 } "
      "expect s }\n";
  expect_declared(test, "opt_in", "E601", "customer", "`opt_in: true`");
  expect_declared(test, "plan = \"pro\"", "E601", "customer", "`plan: \"free\"`");
  expect_declared(test, "credit > 5 and visits > 1", "E601", "customer",
                  "`visits: 1, credit: 10 EUR`");
  expect_declared(test, "revenue within 30d > 5", "E601", "purchase", "`amount: 10 EUR`");
  expect_declared(test, "count(purchase[channel = \"web\"]) ever > 5", "E601", "purchase",
                  "`channel: \"web\"`");
  expect_declared("test \"t\" as of 2026-11-01 { expect s }\n", "opt_in", "E601", "\"t\"",
                  "`customer { opt_in: true }`");
  expect_declared("test \"t\" as of 2026-11-01 { expect s }\n", "bucket(2) = 1", "E601", "\"t\"",
                  "`customer { customer_id: 1 }`");
  expect_right_with(test, "country = \"DE\" and count(purchase) ever > 1");
}

// --- what is left ---

static const char block[] =
    "test \"two orders\" as of 2026-11-01 {\n"
    "  customer { country: \"DE\", opt_in: true, plan: \"pro\", credit: 5 EUR, seen: 2026-01-01 }\n"
    "  purchase { at: \"2026-10-05T10:00:00Z\", amount: 120 EUR, pieces: -3, delivered: missing }\n"
    "  expect s\n"
    "  reject vip\n"
    "}\n";

/** Whatever it is, it is checked; the program is complete when nothing was wrong. */
static void check_any(const char *more) {
  char *text = shop_text(more, "opt_in and revenue within 30d > 5");
  struct sema_case c;
  check_text(&c, text);
  for (uint32_t i = 0; c.sink.errors == 0 && i < c.program.test_count; i++)
    assert_true(c.program.tests[i].claim_count > 0);
  end_case(&c);
  free(text);
}

static void pieces_gone(void **state) {
  (void)state;
  static const size_t sizes[] = {1, 2, 7, 23};
  for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
    for (size_t at = 0; at + sizes[k] < sizeof block; at++) {
      char more[sizeof block];
      snprintf(more, sizeof more, "%.*s%s", (int)at, block, block + at + sizes[k]);
      check_any(more);
    }
}

static void pieces_swapped(void **state) {
  (void)state;
  uint64_t seed = seg_random_seed("SEGC_SEED", 20261122);
  print_message("seed %llu\n", (unsigned long long)seed);
  struct seg_random random;
  seg_random_init(&random, seed);
  for (int i = 0; i < 400; i++) {
    char more[sizeof block];
    memcpy(more, block, sizeof block);
    for (int j = 0; j < 4; j++) {
      size_t size = 1 + seg_random_below(&random, 8);
      size_t from = seg_random_below(&random, (uint32_t)(sizeof block - size));
      size_t to = seg_random_below(&random, (uint32_t)(sizeof block - size));
      memmove(more + to, block + from, size);
      more[sizeof block - 1] = '\0';
    }
    check_any(more);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(right),       cmocka_unit_test(values),
      cmocka_unit_test(needs),       cmocka_unit_test(records_and_claims),
      cmocka_unit_test(pieces_gone), cmocka_unit_test(pieces_swapped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
