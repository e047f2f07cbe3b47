// compiler/diff: who leaves a changed segment and who is new, and rules and rows of one version in
// the other.
#include "compiler/diff/diff_proofs.h"
#include "compiler/diff/same_data.h"
#include "compiler/reference/evaluate.h"
#include "tests/unit/sema_case.h"

static const char earlier_head[] =
    "segc 1\ntimezone: \"UTC\"\ncurrency: EUR\n"
    "customer from \"people\" key id { country: text?  score: int  joined: date }\n"
    "event order from \"orders\" by id at day { pieces: int  value: money  channel: one of "
    "(\"web\", "
    "\"store\") }\n"
    "event visit from \"visits\" by id at day { page: text }\n"
    "list blocked from \"blocked\" key who\n"
    "list vips from \"vips\" key who\n"
    "metric orders = count(order)\n";

// The same declarations in another order, with more beside them.
static const char later_head[] =
    "segc 1\ntimezone: \"UTC\"\ncurrency: EUR\n"
    "list best from \"vips\" key who\n"
    "list blocked from \"blocked\" key who\n"
    "event call from \"calls\" by id at day { seconds: int }\n"
    "event visit from \"visits\" by id at day { page: text }\n"
    "event order from \"orders\" by id at day { comment: text?  channel: one of (\"web\", "
    "\"store\")  "
    "value: money  pieces: int }\n"
    "customer from \"people\" key id { joined: date  age: int?  country: text?  score: int }\n"
    "metric sold = count(order)\n";

struct pair {
  struct sema_case before, after;
  struct seg_arena arena;
  struct seg_same_data same;
};

static void check_rule(struct sema_case *c, const char *head, const char *rule) {
  char text[4000];
  snprintf(text, sizeof text, "%ssegment s { when: %s\n decision: \"d\" }\n", head, rule);
  check_text(c, text);
  if (c->sink.errors > 0)
    fail_with_reports(c, text);
}

static void begin_in(struct pair *pair, const char *head, const char *before, const char *later,
                     const char *after) {
  check_rule(&pair->before, head, before);
  check_rule(&pair->after, later, after);
  seg_arena_init(&pair->arena);
  pair->same = (struct seg_same_data){
      .from = &pair->before.program, .to = &pair->after.program, .arena = &pair->arena};
}

static void begin(struct pair *pair, const char *before, const char *after) {
  begin_in(pair, earlier_head, before, later_head, after);
}

static void end(struct pair *pair) {
  seg_arena_deinit(&pair->arena);
  end_case(&pair->before);
  end_case(&pair->after);
}

// --- rules and rows ---

static char *print_meaning(const struct seg_program *program, const struct seg_node *rule) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  assert_non_null(out);
  assert_true(
      seg_program_print_normal(program, &program->customer, rule, SEG_NORMAL_MEANING, NULL, out));
  fclose(out);
  return text;
}

/** The rule means in the later version what it meant in the earlier one. */
static void expect_brought(const char *rule, const char *same_rule) {
  struct pair pair;
  begin(&pair, rule, same_rule);
  const struct seg_node *brought =
      seg_same_data_rule(&pair.same, pair.before.program.segments[0].when);
  if (brought == NULL)
    fail_msg("%s: %s", rule, pair.same.refused);
  char *was = print_meaning(&pair.before.program, pair.before.program.segments[0].when);
  char *is = print_meaning(&pair.after.program, brought);
  char *written = print_meaning(&pair.after.program, pair.after.program.segments[0].when);
  assert_string_equal(is, written);
  assert_string_equal(is, was);
  free(was);
  free(is);
  free(written);
  end(&pair);
}

static void test_rules(void **state) {
  (void)state;
  expect_brought("score > 2 and country = \"DE\"", "country = \"DE\" and score > 2");
  expect_brought("orders >= 2 within 30d", "sold >= 2 within 30d");
  expect_brought("sum(order[channel = \"web\"].value) within 30d > 5",
                 "sum(order[channel = \"web\"].value) within 30d > 5");
  expect_brought("count(visit[page = \"a\"] then order[pieces > 1] within 2d) ever > 0",
                 "count(visit[page = \"a\"] then order[pieces > 1] within 2d) ever > 0");
  expect_brought("first(order.channel) = \"store\" or days_since(joined) > 5",
                 "first(order.channel) = \"store\" or days_since(joined) > 5");
}

static void expect_refused(const char *rule, const char *head, const char *reason) {
  struct pair pair;
  begin_in(&pair, earlier_head, rule, head, "true");
  assert_null(seg_same_data_rule(&pair.same, pair.before.program.segments[0].when));
  assert_false(pair.same.out_of_memory);
  assert_string_equal(pair.same.refused, reason);
  end(&pair);
}

static void test_refused(void **state) {
  (void)state;
  static const char few[] = "segc 1\ntimezone: \"UTC\"\n"
                            "customer from \"people\" key id { country: text }\n";
  expect_refused("score > 2", few, "there is no column `score` any more");
  expect_refused("country = \"DE\"", few,
                 "the two rules look at different values: the `?` of the column `country` changed");
  expect_refused("orders > 2 ever", few, "there is no event `order` any more");
  expect_refused("member(vips)", few, "no list is read from \"vips\" by `who` any more");
  expect_refused("top(10, score)", earlier_head, "it compares all customers");
  expect_refused(
      "true",
      "segc 1\ntimezone: \"UTC\"\ncustomer from \"people\" key id { where x > 1  x: int }\n",
      "the two rules look at different rows: the `where` of the customer changed");
  expect_refused(
      "true",
      "segc 1\ntimezone: \"UTC\"\nevent e from \"people\" by id at day { }\ncustomer from e\n",
      "the two rules look at different rows: the source of the customer changed");
}

static void test_rows(void **state) {
  (void)state;
  struct pair pair;
  begin(&pair, "true", "true");
  struct seg_dataset rows = {0}, dataset;
  assert_true(seg_dataset_init(&rows, pair.after.program.event_count));
  assert_true(seg_dataset_add_lists(&rows, pair.after.program.list_count));
  // joined, age, country, score; comment, channel, value, pieces.
  struct seg_value person[] = {{.known = true, .integer = 100},
                               {.known = true, .integer = 44},
                               {.known = true, .text = seg_str_view("DE")},
                               {.known = true, .integer = 7}};
  struct seg_value order[] = {{.known = false},
                              {.known = true, .integer = 1},
                              {.known = true, .integer = 950},
                              {.known = true, .integer = 3}};
  struct seg_row customer = {.key = seg_str_view("k"), .values = person};
  struct seg_row event = {.key = seg_str_view("k"), .values = order, .day = 99, .instant = 5};
  struct seg_row vip = {.key = seg_str_view("k")};
  assert_true(SEG_VEC_PUSH(&rows.customers.rows, customer));
  assert_true(SEG_VEC_PUSH(&rows.events[2].rows, event));
  assert_true(SEG_VEC_PUSH(&rows.lists[0].rows, vip)); // `best`, which was `vips`
  assert_true(seg_same_data_rows(&pair.same, &rows, &dataset));
  // country, score, joined.
  const struct seg_row *was = &dataset.customers.rows.items[0];
  assert_int_equal(dataset.customers.rows.count, 1);
  assert_true(seg_str_is(was->values[0].text, "DE"));
  assert_int_equal(was->values[1].integer, 7);
  assert_int_equal(was->values[2].integer, 100);
  // pieces, value, channel.
  was = &dataset.events[0].rows.items[0];
  assert_int_equal(dataset.events[0].rows.count, 1);
  assert_int_equal(dataset.events[1].rows.count, 0);
  assert_int_equal(was->day, 99);
  assert_int_equal(was->values[0].integer, 3);
  assert_int_equal(was->values[1].integer, 950);
  assert_int_equal(was->values[2].integer, 1);
  assert_int_equal(dataset.lists[0].rows.count, 0);
  assert_int_equal(dataset.lists[1].rows.count, 1);
  seg_dataset_deinit(&dataset);
  seg_dataset_deinit(&rows);
  end(&pair);
}

// --- proofs ---

/** Is the customer in the segment of this version, for the reference evaluator? */
static bool is_member(const struct seg_program *program, const struct seg_dataset *rows,
                      int32_t as_of) {
  struct seg_reference *reference;
  struct seg_error error = {0};
  assert_int_equal(seg_reference_new(program, rows, as_of, &reference, &error), SEG_OK);
  assert_int_equal(seg_reference_customer_count(reference), 1);
  bool member = seg_reference_member(reference, 0, 0);
  seg_reference_free(reference);
  return member;
}

static void expect_witness(struct pair *pair, const struct seg_witness *witness, bool leaves) {
  struct seg_dataset earlier;
  assert_true(seg_same_data_rows(&pair->same, &witness->dataset, &earlier));
  assert_int_equal(is_member(&pair->before.program, &earlier, witness->as_of), leaves);
  assert_int_equal(is_member(&pair->after.program, &witness->dataset, witness->as_of), !leaves);
  seg_dataset_deinit(&earlier);
}

static void expect_relation(const char *before, const char *after, unsigned budget,
                            const char *relation) {
  struct pair pair;
  struct seg_project_diff diff;
  struct seg_diff_proofs proofs;
  struct seg_error error = {0};
  begin(&pair, before, after);
  const struct seg_diff_version a = {&pair.before.program, &pair.before.ast, &pair.before.map},
                                b = {&pair.after.program, &pair.after.ast, &pair.after.map};
  assert_int_equal(seg_project_diff_init(&diff, &a, &b, &error), SEG_OK);
  assert_int_equal(seg_diff_proofs_init(&proofs, &diff, &a, &b, budget, NULL, &error), SEG_OK);
  assert_int_equal(diff.segments.count, 1);
  assert_int_equal(proofs.count, 1);
  const struct seg_diff_item *item = &diff.segments.items[0];
  if (!seg_str_is(item->relation, relation))
    fail_msg("%s -> %s: %.*s, not %s", before, after, SEG_STR(item->verdict), relation);
  uint32_t shown = 0;
  for (int i = 0; i < 2; i++) {
    if (proofs.items[0].found[i].existence != SEG_SOMEBODY)
      continue;
    assert_int_equal(item->witnesses[shown].leaves, i == 0);
    assert_true(item->witnesses[shown].text.size > 0 && item->witnesses[shown].object.size > 0);
    expect_witness(&pair, &proofs.items[0].found[i].witness, i == 0);
    shown++;
  }
  assert_int_equal(item->witness_count, shown);
  assert_int_equal(seg_diff_proofs_has_witness(&proofs), shown > 0);
  seg_diff_proofs_deinit(&proofs);
  seg_project_diff_deinit(&diff);
  end(&pair);
}

static void test_relations(void **state) {
  (void)state;
  expect_relation("score > 2", "score >= 3", 0, "equivalent");
  expect_relation("score > 2", "score > 3", 0, "narrower");
  expect_relation("score > 3", "score > 2", 0, "wider");
  expect_relation("score > 3", "score < 3", 0, "different");
  expect_relation("orders >= 2 within 30d", "sold >= 2 within 60d", 0, "wider");
  expect_relation("orders >= 2 within 30d", "count(order[channel = \"web\"]) >= 2 within 30d", 0,
                  "narrower");
  expect_relation("orders >= 1 ever", "days_since(last(order)) >= 1", 0, "equivalent");
  expect_relation("orders in this month >= 1", "sold within 31d >= 1", 0, "wider");
  expect_relation("member(vips)", "member(best) and not member(blocked)", 0, "narrower");
  expect_relation("country = \"DE\"", "country in (\"DE\", \"AT\") and age is known", 0,
                  "different");
  expect_relation("top(10, score)", "top(20, score)", 0, "unproved");
}

// One step of the solver settles nothing that the quick search leaves open.
static void test_budget(void **state) {
  (void)state;
  static const char rule[] =
      "round(score / 3) + 2 * orders ever > 9 and distinct(order.pieces) ever "
      "< 3 and sum(order.value) ever > 7 and month(joined) = 2";
  static const char wider[] =
      "round(score / 3) + 2 * sold ever > 9 and distinct(order.pieces) ever < "
      "4 and sum(order.value) ever > 7 and month(joined) = 2";
  expect_relation(rule, wider, 1, "unproved");
  expect_relation(rule, wider, 0, "wider");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_rules),     cmocka_unit_test(test_refused), cmocka_unit_test(test_rows),
      cmocka_unit_test(test_relations), cmocka_unit_test(test_budget),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
