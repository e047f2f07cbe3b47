/**
 * Segments, clauses, chains, what does not run yet, warnings, the whole program of the reference.
 */
#include "tests/unit/sema_case.h"

/** A segment with one more clause. */
static void expect_clause(const char *clause, const char *code, const char *span,
                          const char *piece) {
  char more[500];
  snprintf(more, sizeof more, "segment t { when: opt_in decision: \"e\" %s }\n", clause);
  if (code)
    expect_declared(more, "opt_in", code, span, piece);
  else
    expect_right_with(more, "opt_in");
}

static void clauses(void **state) {
  (void)state;
  static const char *const right[] = {
      "owner: crm",
      "owner: \"crm team\"",
      "channel: email, meta",
      "campaign: autumn",
      "goal: revenue within 30d",
      "goal: purchases >= 1 within 30d",
      "size: 5%..25%",
      "size: 100..5000",
      "size: 0.5%..0.75%",
      "refresh: daily",
      "refresh: every 7d",
      "review: every 90d, last 2026-09-01",
      "review: last 2026-09-01, every 12w",
      "lens: behavioural",
      "value: revenue within 365d",
      "holdout: 10%",
      "holdout: 0.0001%",
      "holdout: 99.9999%",
  };
  for (size_t i = 0; i < sizeof right / sizeof *right; i++)
    expect_clause(right[i], NULL, NULL, NULL);
  expect_clause("ower: crm", "E106", "ower", "`owner` is spelt like it");
  expect_clause("decision: \"x\"", "E502", "decision", "first here");
  expect_clause("owner: crm, sales", "E503", "owner: crm, sales", "owner: crm");
  expect_clause("owner: 5", "E503", "5", NULL);
  expect_clause("channel: email, 5", "E503", "5", NULL);
  expect_clause("goal: 5", "E503", "5", NULL);
  expect_clause("goal: city", "E503", "city", NULL);
  expect_clause("goal: revenue", "E307", "revenue", NULL);
  expect_clause("value: purchases > 1 ever", "E210", "purchases > 1 ever", NULL);
  expect_clause("size: 5%", "E503", "5%", "size: 5%..25%");
  expect_clause("size: 25%..5%", "E503", "25%..5%", "smaller end first");
  expect_clause("size: 5%..101%", "E503", "5%..101%", NULL);
  expect_clause("size: 5%..100", "E503", "5%..100", NULL);
  expect_clause("size: 1.5..2", "E503", "1.5..2", NULL);
  expect_clause("refresh: dayly", "E503", "dayly", "`daily` is spelt like it");
  expect_clause("refresh: 5", "E503", "5", NULL);
  expect_clause("review: every 3 months, last 2026-09-01", "E503", "3 months", "days or weeks");
  expect_clause("review: last 2026-09-01", "E503", "review: last 2026-09-01", "every 90d");
  expect_clause("review: daily", "E503", "daily", NULL);
  expect_clause("lens: behavioral", "E503", "behavioral", "`behavioural` is spelt like it");
  expect_clause("holdout: 0%", "E503", "0%", "above 0% and below 100%");
  expect_clause("holdout: 100%", "E503", "100%", "holdout: 10%");
  expect_clause("holdout: 120%", "E503", "120%", NULL);
  expect_clause("holdout: 0.1", "E503", "0.1", "holdout: 10%");
  expect_clause("holdout: 10", "E503", "10", NULL);
  expect_clause("holdout: 1.00001%", "E503", "1.00001%", "4 decimals");
  expect_clause("holdout: 10%, 20%", "E503", "holdout: 10%, 20%", "one share");
}

static void required_clauses(void **state) {
  (void)state;
  expect_declared("segment t { when: opt_in }\n", "opt_in", "E501", "t", "decision");
  expect_declared("segment t { decision: \"e\" }\n", "opt_in", "E501", "t", "`when`");
  expect_declared("segment t { when: opt_in decision: \"\" }\n", "opt_in", "E503", "\"\"", NULL);
  expect_declared("segment t { when: opt_in decision: e }\n", "opt_in", "E503", "e", NULL);
  // A misspelt clause is one mistake.
  expect_declared("segment t { wen: opt_in decision: \"e\" }\n", "opt_in", "E106", "wen", "`when`");
  struct sema_case c;
  char *text = shop_text("segment t { when: opt_in }\n", "opt_in");
  check_text_with(&c, text, &(struct seg_sema_options){.allow_no_decision = true});
  assert_int_equal(c.sink.errors, 0);
  end_case(&c);
  free(text);
}

static void review_days(void **state) {
  (void)state;
  struct sema_case c;
  char *text = shop_text(
      "segment t { when: opt_in decision: \"e\" review: every 2w, last 2026-09-01 }\n", "opt_in");
  check_text(&c, text);
  assert_int_equal(c.sink.errors, 0);
  assert_int_equal(c.program.segments[0].review_day, 20697 + 14); // 2026-09-01 is day 20697
  assert_int_equal(c.program.segments[1].review_day, INT32_MAX);
  end_case(&c);
  free(text);
}

static void chains(void **state) {
  (void)state;
  static const char t[] = "segment t { when: opt_in decision: \"e\" }\n";
  char more[500];
  snprintf(more, sizeof more, "%spriority p: s > t > s\n", t);
  expect_declared(more, "opt_in", "E504", "s", "first here");
  snprintf(more, sizeof more, "%spriority p: s > tt\n", t);
  expect_declared(more, "opt_in", "E101", "tt", NULL);
  snprintf(more, sizeof more, "%spriority p: s > revenue\n", t);
  expect_declared(more, "opt_in", "E105", "revenue", "no segment");
  snprintf(more, sizeof more, "%soverlap: s with nobody\n", t);
  expect_declared(more, "opt_in", "E101", "nobody", NULL);
  snprintf(more, sizeof more, "%soverlap: s with t\npriority p: s > t otherwise rest\n", t);
  expect_right_with(more, "opt_in");
}

static void members_and_order(void **state) {
  (void)state;
  struct sema_case c;
  char *text = shop_text("priority p: s > t otherwise rest\n"
                         "segment t \"The title\" { when: opt_in decision: \"e\" }\n",
                         "opt_in");
  check_text(&c, text);
  assert_int_equal(c.sink.errors, 0);
  assert_int_equal(c.program.segment_count, 2);
  assert_true(seg_str_is(c.program.segments[0].name.text, "t"));
  assert_true(seg_str_is(c.program.segments[0].title, "The title"));
  assert_int_equal(c.program.chains[0].members[0], 1);
  assert_int_equal(c.program.chains[0].members[1], 0);
  assert_true(seg_str_is(c.program.chains[0].otherwise, "rest"));
  end_case(&c);
  free(text);
}

static void unique_events(void **state) {
  (void)state;
  struct sema_case c;
  char *text = shop_text("event e from \"e\" by k at t { a: int b = a + 1 unique by b, t, k, a }\n",
                         "count(e) ever > 1");
  check_text(&c, text);
  assert_int_equal(c.sink.errors, 0);
  const struct seg_program_entity *e = &c.program.events[2];
  assert_int_equal(e->unique_count, 3); // the key is the same for all events of a customer
  assert_int_equal(e->unique[0], 1);
  assert_int_equal(e->unique[1], SEG_UNIQUE_TIME);
  assert_int_equal(e->unique[2], 0);
  end_case(&c);
  free(text);
  expect_declared("event e from \"e\" by k at t { a: int unique by aa }\n", "opt_in", "E101", "aa",
                  NULL);
  expect_declared("event e from \"e\" by k at t { a: int unique by k }\n", "opt_in", "E206",
                  "unique by k", NULL);
}

static void unique_by_a_condition(void **state) {
  (void)state;
  expect_right_with("event e from \"e\" by k at t { a: int b = a > 1 unique by a, b }\n",
                    "count(e) ever > 1");
}

static void unique_where_it_cannot_be(void **state) {
  (void)state;
  expect_one("segc 1\ntimezone: \"UTC\"\ncustomer from \"a\" key b { x: int unique by x }\n",
             "E003", "unique by x", "query");
}

/** The warnings of a text without errors: "W101 W501". */
static void expect_warnings(const char *text, const char *codes, const char *span) {
  struct sema_case c;
  check_text(&c, text);
  assert_int_equal(c.sink.errors, 0);
  char found[100] = "";
  for (size_t i = 0; i < c.sink.list.count; i++) {
    strcat(found, i ? " " : "");
    strcat(found, seg_diag_info[c.sink.list.items[i]->code].code);
  }
  assert_string_equal(found, codes);
  if (span)
    assert_true(seg_str_is(seg_source_map_text(&c.map, c.sink.list.items[0]->span), span));
  end_case(&c);
}

static void warnings(void **state) {
  (void)state;
#define HEAD                                                                                       \
  "segc 1\ntimezone: \"UTC\"\ncustomer from e\nevent e from \"e\" by k at t { }\n"                 \
  "metric m = count(e)\n"
  expect_warnings(HEAD "segment s { when: m > 1 ever decision: \"d\" }\n", "", NULL);
  expect_warnings(HEAD "segment s { when: count(e) > 1 ever decision: \"d\" }\n", "W101", "m");
  expect_warnings(HEAD "segment s { when: m > 1 ever decision: \"d\" }\n"
                       "segment t { when: m > 2 ever decision: \"d\" }\n"
                       "segment u { when: m > 2 ever decision: \"d\" }\n",
                  "W501", "\"d\"");
  char text[2000] = HEAD;
  for (int i = 0; i < 9; i++)
    sprintf(text + strlen(text), "segment s%d { when: m > %d ever decision: \"d%d\" }\n", i, i, i);
  strcat(text, "priority p: s0 > s1 > s2 > s3 > s4 > s5 > s6 > s7 > s8\n");
  expect_warnings(text, "W501", "p");
#undef HEAD
}

static void metrics_that_grow_too_large(void **state) {
  (void)state;
  char more[4000] = "metric m0 = purchases\n";
  for (int i = 1; i < 40; i++)
    sprintf(more + strlen(more), "metric m%d = m%d + m%d\n", i, i - 1, i - 1);
  char *text = shop_text(more, "m39 > 1 ever");
  expect_codes(text, "E004");
  free(text);
  char *deep = malloc(200000);
  assert_non_null(deep);
  strcpy(deep, "metric d0 = purchases\n");
  char *at = deep + strlen(deep);
  for (int i = 1; i < 3000; i++)
    at += sprintf(at, "metric d%d = d%d + 1\n", i, i - 1);
  text = shop_text(deep, "opt_in");
  expect_codes(text, "E004");
  free(text);
  // The other way round, each one needs the next.
  at = deep;
  for (int i = 0; i < 3000; i++)
    at += sprintf(at, "metric d%d = d%d + 1\n", i, i + 1);
  strcpy(at, "metric d3000 = purchases\n");
  text = shop_text(deep, "opt_in");
  struct sema_case c;
  check_text(&c, text);
  assert_true(c.sink.errors >= 1);
  assert_string_equal(seg_diag_info[nth_error(&c, 0)->code].code, "E004");
  end_case(&c);
  free(text);
  free(deep);
}

static void the_dump(void **state) {
  (void)state;
  struct sema_case c;
  check_text(
      &c, "segc 1\n"
          "timezone: \"UTC\"\n"
          "customer from \"people\" key id { mail: text? personal p: one of (\"a\", \"b\") }\n"
          "event e from \"things\" by person at day zone \"Europe/Berlin\" {\n"
          "  n: int? m: money(EUR)\n"
          "  double = n * 2\n"
          "  where n in (1, 2) or contains(note, \"x\")\n"
          "  note: text\n"
          "  unique by m, day\n"
          "}\n"
          "metric total = sum(e.m)\n"
          "metric top = max(e.double) from 2026-01-01 through 2026-01-31\n"
          "segment s \"Some\" {\n"
          "  when: (p = \"b\" or total > 5 within 9d) and ((top else 0) > 7 or mail is missing)\n"
          "  decision: \"write\" review: every 30d, last 2026-01-01\n"
          "}\n"
          "priority chain: s otherwise rest\n");
  assert_int_equal(c.sink.errors, 0);
  char *printed = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&printed, &size);
  assert_non_null(out);
  seg_program_print(&c.program, out);
  fclose(out);
  assert_string_equal(printed,
                      "timezone \"UTC\"\n"
                      "customer \"people\" key id\n"
                      "  mail: text? personal\n"
                      "  p: one of (\"a\", \"b\")\n"
                      "event e \"things\" key person at day zone Europe/Berlin\n"
                      "  n: int?\n"
                      "  m: money(EUR)\n"
                      "  double: int?\n"
                      "    multiply : int?\n"
                      "      column n : int?\n"
                      "      literal 2 : int\n"
                      "  note: text\n"
                      "  where\n"
                      "    or : bool\n"
                      "      in 1, 2 : bool\n"
                      "        column n : int?\n"
                      "      text-test contains : bool\n"
                      "        column note : text\n"
                      "        literal \"x\" : text\n"
                      "  unique by m, day\n"
                      "metric total: takes a window where it is used\n"
                      "metric top\n"
                      "  aggregate max e from 2026-01-01 through 2026-01-31 : int?\n"
                      "    of\n"
                      "      column double : int?\n"
                      "segment s\n"
                      "  title \"Some\"\n"
                      "  decision \"write\"\n"
                      "  review due 2026-01-31\n"
                      "  when\n"
                      "    and : bool\n"
                      "      or : bool\n"
                      "        compare = : bool\n"
                      "          attribute p : one of\n"
                      "          literal \"b\" : one of\n"
                      "        compare > : bool\n"
                      "          aggregate sum e 1..9 days ago : money(EUR)\n"
                      "            of\n"
                      "              column m : money(EUR)\n"
                      "          literal 5.00 EUR : money(EUR)\n"
                      "      or : bool\n"
                      "        compare > : bool\n"
                      "          else : int\n"
                      "            aggregate max e from 2026-01-01 through 2026-01-31 : int?\n"
                      "              of\n"
                      "                column double : int?\n"
                      "            literal 0 : int\n"
                      "          literal 7 : int\n"
                      "        not : bool\n"
                      "          is-known : bool\n"
                      "            attribute mail : text?\n"
                      "priority chain: s otherwise rest\n");
  free(printed);
  end_case(&c);
}

static void the_whole_program(void **state) {
  (void)state;
  expect_codes(
      "segc 1                                     # language version, first line of every file\n"
      "timezone: \"Europe/Berlin\"\n"
      "currency: EUR\n"
      "customer from \"customers\" key customer_id {\n"
      "  email:        text? personal\n"
      "  country:      text\n"
      "  birth_date:   date?\n"
      "  email_opt_in: bool\n"
      "  plan:         one of (\"free\", \"basic\", \"pro\")\n"
      "}\n"
      "event purchase from \"purchases\" by customer_id at ts {\n"
      "  order_id: text\n"
      "  amount:   money(EUR)\n"
      "  channel:  one of (\"web\", \"store\", \"app\")\n"
      "}\n"
      "event line from \"order_lines\" by customer_id at invoice_date {\n"
      "  invoice:    text\n"
      "  quantity:   int\n"
      "  unit_price: money(EUR)\n"
      "  value = quantity * unit_price\n"
      "  where     not starts_with(invoice, \"C\")\n"
      "  unique by invoice, quantity, unit_price, invoice_date\n"
      "}\n"
      "metric purchases = count(purchase)\n"
      "metric revenue   = sum(purchase.amount)\n"
      "metric aov       = avg(purchase.amount) ever\n"
      "metric recency   = days_since(last(purchase))\n"
      "segment vip \"VIP customers\" {\n"
      "  when:     purchases >= 2 within 90d and aov > 80\n"
      "  decision: \"offer early access\"\n"
      "  owner:    crm\n"
      "  channel:  email\n"
      "  goal:     revenue within 30d\n"
      "  size:     5%..25%\n"
      "  refresh:  daily\n"
      "}\n"
      "segment lapsing \"Win back\" {\n"
      "  when:     purchases >= 1 ever and recency >= 90\n"
      "  decision: \"win-back voucher\"\n"
      "  owner:    crm\n"
      "  channel:  email, meta\n"
      "}\n"
      "segment browsing { when: purchases = 0 ever and email_opt_in   decision: \"nudge\" }\n"
      "priority lifecycle: vip > lapsing > browsing otherwise nurture\n",
      "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(clauses),
      cmocka_unit_test(required_clauses),
      cmocka_unit_test(review_days),
      cmocka_unit_test(chains),
      cmocka_unit_test(members_and_order),
      cmocka_unit_test(unique_events),
      cmocka_unit_test(unique_by_a_condition),
      cmocka_unit_test(unique_where_it_cannot_be),
      cmocka_unit_test(warnings),
      cmocka_unit_test(metrics_that_grow_too_large),
      cmocka_unit_test(the_dump),
      cmocka_unit_test(the_whole_program),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
