// Two versions of the small shop of sema_case.h: what is no difference, and how one is told.
#include "compiler/diff/diff_write.h"
#include "tests/unit/sema_case.h"

/** Two checked texts and their difference. */
struct pair {
  struct sema_case before, after;
  struct seg_project_diff diff;
};

static void begin_texts(struct pair *pair, const char *before, const char *after) {
  struct seg_error error = {0};
  check_text(&pair->before, before);
  if (pair->before.sink.errors > 0)
    fail_with_reports(&pair->before, before);
  check_text(&pair->after, after);
  if (pair->after.sink.errors > 0)
    fail_with_reports(&pair->after, after);
  const struct seg_diff_version a = {&pair->before.program, &pair->before.ast, &pair->before.map};
  const struct seg_diff_version b = {&pair->after.program, &pair->after.ast, &pair->after.map};
  assert_int_equal(seg_project_diff_init(&pair->diff, &a, &b, &error), SEG_OK);
}

static void begin(struct pair *pair, const char *more_before, const char *before,
                  const char *more_after, const char *after) {
  char *a = shop_text(more_before, before), *b = shop_text(more_after, after);
  begin_texts(pair, a, b);
  free(a);
  free(b);
}

static void end(struct pair *pair) {
  seg_project_diff_deinit(&pair->diff);
  end_case(&pair->before);
  end_case(&pair->after);
}

static void expect_same_with(const char *more_before, const char *before, const char *more_after,
                             const char *after) {
  struct pair pair;
  begin(&pair, more_before, before, more_after, after);
  if (!seg_project_diff_is_empty(&pair.diff)) {
    seg_diff_write_text(&(struct seg_diff_report){.project = &pair.diff}, stderr);
    fail_msg("`%s` and `%s` mean the same", before, after);
  }
  assert_int_equal(pair.diff.same_segments, 1);
  end(&pair);
}

static void expect_same(const char *before, const char *after) {
  expect_same_with("", before, "", after);
}

static void test_no_difference(void **state) {
  (void)state;
  expect_same("opt_in and visits > 3", "visits > 3   # often\n and opt_in");
  expect_same("opt_in and (visits > 3 and score > 2)", "(score > 2 and opt_in) and visits > 3");
  expect_same("opt_in or visits > 3 or city = \"Bonn\"",
              "city = \"Bonn\" or (opt_in or visits > 3)");
  expect_same("opt_in and opt_in", "opt_in");
  expect_same("opt_in and visits > 3", "(opt_in and visits > 3) and visits > 3");
  expect_same("visits > 3", "3 < visits");
  expect_same("visits >= 3", "3 <= visits");
  expect_same("plan = old_plan", "old_plan = plan");
  expect_same("plan in (\"free\", \"pro\")", "plan in (\"pro\", \"free\")");
  expect_same("visits between 2 and 5", "visits <= 5 and visits >= 2");
  expect_same("visits + children > 3", "children + visits > 3");
  expect_same("purchases >= 2 within 2w", "purchases within 14d >= 2");
  expect_same("purchases >= 2 within 90d", "count(purchase) within 90d >= 2");
  expect_same("aov > 80", "80 < avg(purchase.amount) ever");
  expect_same("count(purchase[channel = \"web\" and pieces > 2]) ever > 4",
              "count(purchase[pieces > 2][channel = \"web\"]) ever > 4");
  expect_same_with("metric a = sum(purchase.pieces)", "a > 3 ever",
                   "metric pieces_bought = sum(purchase.pieces)", "pieces_bought ever > 3");
}

// "CHANGE what: old => new [in English]; ..." of the one segment that differs.
static void expect_parts(const char *before, const char *after, const char *expected) {
  struct pair pair;
  begin(&pair, "", before, "", after);
  char *told = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&told, &size);
  assert_non_null(out);
  assert_int_equal(pair.diff.segments.count, 1);
  const struct seg_diff_item *item = &pair.diff.segments.items[0];
  assert_int_equal(item->kind, SEG_DIFF_CHANGED);
  for (uint32_t i = 0; i < item->part_count; i++)
    fprintf(out, "%s%.*s: %.*s => %.*s", i == 0 ? "" : "; ", SEG_STR(item->parts[i].what),
            SEG_STR(item->parts[i].before.text), SEG_STR(item->parts[i].after.text));
  fclose(out);
  assert_string_equal(told, expected);
  free(told);
  end(&pair);
}

static void test_clauses(void **state) {
  (void)state;
  expect_parts("visits > 3", "visits >= 3", "clause: visits > 3 => visits >= 3");
  expect_parts("city = \"Bonn\"", "city = \"bonn\"", "clause: city = \"Bonn\" => city = \"bonn\"");
  expect_parts("opt_in and visits > 3", "visits > 3", "clause: opt_in => ");
  expect_parts("visits > 3", "visits > 3 and opt_in", "clause:  => opt_in");
  expect_parts("visits > 3 and city = \"Bonn\"", "city = \"Köln\" and visits > 4",
               "clause: visits > 3 => visits > 4; clause: city = \"Bonn\" => city = \"Köln\"");
  expect_parts("purchases >= 2 within 90d and opt_in", "opt_in and purchases >= 2 within 60d",
               "clause: purchases >= 2 within 90d => purchases >= 2 within 60d");
  expect_parts("visits between 2 and 5 and opt_in", "visits between 2 and 6 and opt_in",
               "clause: visits between 2 and 5 => visits between 2 and 6");
  expect_parts("opt_in and visits > 3", "opt_in or visits > 3",
               "clauses joined by: all of them => any of them");
  expect_parts("opt_in", "not opt_in", "clause: opt_in => not opt_in");
  expect_parts("opt_in and (visits > 3 or score > 2)", "opt_in and (visits > 3 or score > 1)",
               "clause: visits > 3 or score > 2 => visits > 3 or score > 1");
}

static void test_english(void **state) {
  (void)state;
  struct pair pair;
  begin(&pair, "metric half = revenue within 30d / 2", "half > 10",
        "metric half = revenue within 60d / 2", "half > 10");
  assert_int_equal(pair.diff.definitions.count, 1);
  assert_true(seg_str_is(pair.diff.definitions.items[0].name, "metric half"));
  assert_true(seg_str_is(pair.diff.definitions.items[0].through.items[0], "s"));
  const struct seg_diff_item *item = &pair.diff.segments.items[0];
  assert_int_equal(item->part_count, 1);
  assert_true(seg_str_is(item->parts[0].before.text, "half > 10"));
  assert_true(seg_str_is(item->parts[0].after.meaning,
                         "whose (total amount of purchases in the last 60 complete days divided "
                         "by 2) is above 10 EUR"));
  assert_true(seg_str_is(item->through.items[0], "metric half"));
  end(&pair);
}

// A rule that asks for another segment changes with it, and follows its new name.
static void test_member(void **state) {
  (void)state;
  struct pair pair;
  begin(&pair, "segment big { when: visits > 3 decision: \"x\" }", "member(big) and opt_in",
        "segment big { when: visits > 4 decision: \"x\" }", "opt_in and member(big)");
  assert_int_equal(pair.diff.segments.count, 2);
  assert_int_equal(pair.diff.segments.items[1].part_count, 0);
  assert_int_equal(pair.diff.segments.items[1].through.count, 1);
  assert_true(seg_str_is(pair.diff.segments.items[1].through.items[0], "segment big"));
  end(&pair);
  begin(&pair, "segment big { when: visits > 3 decision: \"x\" }", "member(big)",
        "segment large { when: visits > 3 decision: \"x\" }", "member(large)");
  assert_int_equal(pair.diff.segments.count, 1);
  assert_int_equal(pair.diff.segments.items[0].kind, SEG_DIFF_RENAMED);
  end(&pair);
}

// Both events of a sequence count, each with its filter and with what its rows are.
static void test_sequence(void **state) {
  (void)state;
  expect_same("count(visit then purchase[pieces > 2 and gift] within 7d) ever > 1",
              "count(visit then purchase[gift][pieces > 2] within 7d) ever >  1");
  expect_parts("count(visit then purchase within 7d) ever > 1",
               "count(visit then purchase within 8d) ever > 1",
               "clause: count(visit then purchase within 7d) ever > 1 => "
               "count(visit then purchase within 8d) ever > 1");
  expect_parts("count(visit then purchase within 7d) ever > 1",
               "count(visit without purchase within 7d) ever > 1",
               "clause: count(visit then purchase within 7d) ever > 1 => "
               "count(visit without purchase within 7d) ever > 1");
}

// --- whole projects ---

static const char plain[] = "segc 1\n"
                            "timezone: \"UTC\"\n"
                            "currency: EUR\n"
                            "customer from \"people\" key id { country: text? }\n"
                            "event sale from \"sales\" by id at day {\n"
                            "  amount: money\n"
                            "  pieces: int\n"
                            "  value = pieces * amount\n"
                            "  where amount > 0\n"
                            "}\n"
                            "event visit from \"visits\" by id at day { page: text }\n"
                            "segment a \"A\" { when: sum(sale.value) ever > 5 decision: \"x\" }\n"
                            "segment b { when: count(visit) ever > 5 decision: \"y\" owner: crm }\n"
                            "segment c { when: country is known decision: \"z\" }\n"
                            "priority p: a > b > c otherwise rest\n"
                            "overlap: a with b\n";

// The plain project with one text in it replaced; caller frees.
static char *with(const char *find, const char *put) {
  const char *at = strstr(plain, find);
  assert_non_null(at);
  char *text = malloc(sizeof plain + strlen(put));
  assert_non_null(text);
  sprintf(text, "%.*s%s%s", (int)(at - plain), plain, put, at + strlen(find));
  return text;
}

/** The report of plain against a change of it must have all these lines (empty: none at all). */
static void expect_report(const char *find, const char *put, const char *const *lines,
                          size_t count) {
  struct pair pair;
  char *changed = with(find, put), *told = NULL;
  size_t size = 0;
  begin_texts(&pair, plain, changed);
  FILE *out = open_memstream(&told, &size);
  assert_non_null(out);
  seg_diff_write_text(&(struct seg_diff_report){.project = &pair.diff}, out);
  fclose(out);
  for (size_t i = 0; i < count; i++)
    if (strstr(told, lines[i]) == NULL)
      fail_msg("missing: %s\nin\n%s", lines[i], told);
  free(told);
  free(changed);
  end(&pair);
}
#define EXPECT(find, put, ...)                                                                     \
  do {                                                                                             \
    const char *const lines[] = {__VA_ARGS__};                                                     \
    expect_report(find, put, lines, sizeof lines / sizeof *lines);                                 \
  } while (0)

static void test_declarations(void **state) {
  (void)state;
  EXPECT("amount > 0", "amount > 1", "sale changed", "- amount > 0", "+ amount > 1", "acts on: a\n",
         "segment a changed", "through: where of sale", "1 changed, 2 the same");
  EXPECT("  where amount > 0\n", "", "  where\n    - amount > 0", "acts on: a\n");
  EXPECT("where amount > 0\n", "where 0 < amount\n", "the rules mean the same");
  EXPECT("  where amount > 0\n", "  where amount > 0\n  unique by pieces\n",
         "  unique by\n    + pieces", "acts on: a\n");
  EXPECT("pieces * amount", "pieces * amount * 2", "- value = pieces * amount  ",
         "+ value = pieces * amount * 2", "acts on: a\n", "through: column value of sale");
  EXPECT("pieces * amount", "amount * pieces", "the rules mean the same");
  EXPECT("amount: money\n", "amount: money(EUR, 4)\n", "- amount: money  ",
         "+ amount: money(EUR, 4)", "through: column amount of sale");
  EXPECT("country: text?", "country: text? personal", "column country", "3 the same");
  EXPECT("page: text", "page: text?", "column page", "3 the same");
  EXPECT("\"UTC\"", "\"Europe/Berlin\"", "setting timezone changed", "acts on: a, b\n",
         "2 changed, 1 the same");
  EXPECT("currency: EUR", "currency: USD", "setting currency changed", "- amount: money(EUR)",
         "+ amount: money(USD)");
  EXPECT("from \"sales\" by id at day", "from \"orders\" by id at day", "- \"sales\"",
         "+ \"orders\"", "acts on: a\n");
  EXPECT("by id at day { page", "by id at day zone \"UTC\" { page", "  zone\n    + UTC",
         "acts on: b\n");
  EXPECT("event visit", "event other from \"o\" by id at day { k: int }\nevent visit",
         "other added", "3 the same");
}

static void test_segments(void **state) {
  (void)state;
  EXPECT("segment c {", "segment d { when: country is missing decision: \"w\" }\nsegment c {",
         "segments: 1 added, 3 the same", "segment d added  (case.seg:14)",
         "Customers whose country is missing.");
  EXPECT("owner: crm", "owner: sales", "segment b changed", "  owner\n    - crm", "+ sales");
  EXPECT(" owner: crm", "", "  owner\n    - crm");
  EXPECT("decision: \"y\"", "channel: email, post decision: \"y\"", "  channel\n    + email, post");
  EXPECT("c { when: country is known decision: \"z\" }\npriority p: a > b > c",
         "d { when: country is known decision: \"z\" holdout: 5% }\npriority p: a > b > d",
         "segment d renamed from c", "  holdout\n    + 5%");
  EXPECT("\"A\"", "\"B\"", "  title\n    - \"A\"  (case.seg:12)\n    + \"B\"");
  EXPECT("a > b > c", "b > a > c", "chain p changed", "  order\n    - a > b > c", "+ b > a > c");
  EXPECT("a > b > c", "a > b", "  segments\n    - a > b > c", "+ a > b  ");
  EXPECT("otherwise rest", "otherwise others", "  otherwise\n    - rest", "+ others");
  EXPECT(" otherwise rest", "", "  otherwise\n    - rest");
  EXPECT("priority p", "priority q", "chain q renamed from p");
  EXPECT("a with b", "c with a", "overlap: a with b removed");
  EXPECT("overlap: a with b", "overlap: b with a", "the rules mean the same");
  EXPECT("overlap: a with b", "overlap: a with b, c", "overlap: a with c added  (case.seg:16)");
  EXPECT("overlap: a with b", "exclusive: b, c, a", "overlap: a with b removed",
         "exclusive: a, b, c added");
  // A chain stands for its segments: of these pairs, one is said before.
  EXPECT("overlap: a with b", "priority q: b > c\noverlap: a with q", "overlap: a with c added");
  EXPECT("overlap: a with b", "overlap: a with b\npriority q: b > c\noverlap: p with q",
         "overlap: p with q added");
  EXPECT("segment c {",
         "segment d { when: country is missing decision: \"w\" }\noverlap: d with p\nsegment c {",
         "overlap: d with p added  (case.seg:15)");
}

// Everything that names the segment follows its new name.
static void test_renamed(void **state) {
  (void)state;
  struct pair pair;
  static const char renamed[] =
      "segc 1\n"
      "timezone: \"UTC\"\n"
      "currency: EUR\n"
      "customer from \"people\" key id { country: text? }\n"
      "event purchase from \"sales\" by id at day {\n"
      "  amount: money\n  pieces: int\n  worth = pieces * amount\n  where amount > 0\n}\n"
      "event visit from \"visits\" by id at day { page: text }\n"
      "segment rich \"A\" { when: sum(purchase.worth) ever > 5 decision: \"x\" }\n"
      "segment b { when: count(visit) ever > 5 decision: \"y\" owner: crm }\n"
      "segment c { when: country is known decision: \"z\" }\n"
      "priority p: rich > b > c otherwise rest\n"
      "overlap: rich with b\n";
  begin_texts(&pair, plain, renamed);
  assert_int_equal(pair.diff.segments.count, 1);
  assert_int_equal(pair.diff.segments.items[0].kind, SEG_DIFF_RENAMED);
  assert_true(seg_str_is(pair.diff.segments.items[0].name, "rich"));
  assert_true(seg_str_is(pair.diff.segments.items[0].old_name, "a"));
  assert_int_equal(pair.diff.segments.items[0].part_count, 0);
  assert_int_equal(pair.diff.segment_before[0], 0);
  assert_int_equal(pair.diff.chains.count, 0);
  assert_int_equal(pair.diff.relations.count, 0);
  assert_int_equal(pair.diff.entities.count, 1);
  assert_int_equal(pair.diff.entities.items[0].kind, SEG_DIFF_RENAMED);
  end(&pair);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_no_difference), cmocka_unit_test(test_clauses),
      cmocka_unit_test(test_english),       cmocka_unit_test(test_declarations),
      cmocka_unit_test(test_segments),      cmocka_unit_test(test_renamed),
      cmocka_unit_test(test_member),        cmocka_unit_test(test_sequence),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
