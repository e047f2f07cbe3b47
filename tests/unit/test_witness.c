// compiler/witness: the customers of proofs as lines, JSON and tests; what is written as a test
// passes beside the rules.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compiler/pipeline.h"
#include "compiler/prove/prover.h"
#include "compiler/testing/testing.h"
#include "compiler/witness/replay.h"

static const char shop[] =
    "segc 1\ntimezone: \"America/New_York\"\ncurrency: EUR\n"
    "customer from \"customers\" key id {\n  country: text?  plan: one of (\"free\", \"pro\")  "
    "age: int?\n  joined: date  seen: timestamp?  email: text? personal  ratio: number  "
    "never_read: text\n  `odd name`: bool  opt_in: bool\n}\n"
    "event purchase from \"purchases\" by id at day {\n  amount: money  order: text  "
    "channel: one of (\"web\", \"store\")  unique by order, day\n}\n"
    "event visit from \"visits\" by id at seen { at: int  page: text? }\n"
    "list blocked from \"blocked\" key id\n"
    "metric purchases = count(purchase)\nmetric revenue = sum(purchase.amount)\n"
    "metric recency = days_since(last(purchase))\n";

/** The shop with two segments, and perhaps a test. */
struct project {
  struct seg_pipeline pipeline;
  struct seg_zone *zone;
  struct seg_arena arena;
  struct seg_error error;
};

static void project_init(struct project *project, const char *a, const char *b,
                         struct seg_str test) {
  char text[8000];
  uint32_t file;
  *project = (struct project){0};
  seg_arena_init(&project->arena);
  seg_pipeline_init(&project->pipeline);
  snprintf(text, sizeof text,
           "%ssegment a { when: %s decision: \"a\" }\nsegment `and` { when: %s decision: \"b\" }\n"
           "%.*s",
           shop, a, b, SEG_STR(test));
  assert_int_equal(seg_source_map_add(&project->pipeline.map, seg_str_view("a.seg"),
                                      seg_str_view(text), &file, &project->error),
                   SEG_OK);
  assert_int_equal(seg_pipeline_run(&project->pipeline, SEG_PASS_CODEGEN, &project->error), SEG_OK);
  if (project->pipeline.sink.errors > 0) {
    print_message("%s", text);
    seg_diagnostics_write(&project->pipeline.sink, &project->pipeline.map, SEG_FORMAT_HUMAN, false,
                          stderr);
  }
  assert_int_equal(project->pipeline.sink.errors, 0);
  assert_int_equal(
      seg_zone_load(project->pipeline.program.timezone, &project->zone, &project->error), SEG_OK);
}

static void project_deinit(struct project *project) {
  seg_zone_free(project->zone);
  seg_pipeline_deinit(&project->pipeline);
  seg_arena_deinit(&project->arena);
}

static const uint32_t both[] = {0, 1};

static struct seg_witness_view view_of(const struct project *project,
                                       const struct seg_dataset *dataset, int32_t as_of) {
  return (struct seg_witness_view){
      &project->pipeline.program, project->zone, dataset, as_of, 2, both, NULL};
}

static struct seg_str lines_of(struct project *project, const struct seg_witness_view *view) {
  struct seg_witness_lines lines;
  assert_int_equal(seg_witness_to_lines(view, &project->arena, &lines, &project->error), SEG_OK);
  struct seg_str all = {"", 0};
  for (uint32_t i = 0; i < lines.count; i++)
    all = seg_arena_format(&project->arena, "%.*s%.*s\n", SEG_STR(all), SEG_STR(lines.items[i]));
  return all;
}

static struct seg_str test_of(struct project *project, const struct seg_witness_view *view,
                              const char *title, bool first, bool second) {
  const struct seg_witness_claim claims[] = {{0, first}, {1, second}};
  struct seg_str test;
  assert_int_equal(seg_witness_to_test(view, seg_str_view(title), claims, 2, &project->arena, &test,
                                       &project->error),
                   SEG_OK);
  return test;
}

static void test_passes(const char *a, const char *b, struct seg_str test) {
  struct project project;
  struct seg_testing testing;
  project_init(&project, a, b, test);
  struct seg_testing_request request = {.program = &project.pipeline.program,
                                        .map = &project.pipeline.map,
                                        .plan = &project.pipeline.plan,
                                        .kernels = seg_code_kernels(project.pipeline.code)};
  assert_int_equal(seg_testing_init(&testing, &request, &project.error), SEG_OK);
  if (testing.outcomes[SEG_TEST_PASSED] != 1) {
    print_message("%.*s", SEG_STR(test));
    seg_testing_write_text(&testing, stderr);
  }
  assert_int_equal(testing.outcomes[SEG_TEST_PASSED], 1);
  seg_testing_deinit(&testing);
  project_deinit(&project);
}

static void assert_text(struct seg_str text, const char *expected) {
  if (!seg_str_is(text, expected))
    print_message("found:\n%.*s\nexpected:\n%s\n", SEG_STR(text), expected);
  assert_true(seg_str_is(text, expected));
}

// --- a customer made by hand ---

enum { COUNTRY, PLAN, AGE, JOINED, SEEN, EMAIL, RATIO, NEVER_READ, ODD_NAME, OPT_IN, COLUMNS };

static struct seg_value whole(int64_t value) {
  return (struct seg_value){.known = true, .integer = value};
}

static struct seg_value text(const char *value) {
  return (struct seg_value){.known = true, .text = seg_str_view(value)};
}

static void every_kind_of_value(void **state) {
  (void)state;
  static const char a[] = "country = \"a\\\"\\\\\\u{7}\" and plan = \"pro\" and age < 0 and "
                          "joined >= 2026-01-01 and email is known and `odd name`\n"
                          "and revenue < -5 ever and member(blocked) and bucket(4) >= 1";
  static const char b[] = "ratio > 0.1 and seen is missing\n"
                          "and count(visit[at = 7]) >= 1 ever and purchases >= 2 within 30d";
  struct project project;
  struct seg_value customer[COLUMNS] = {
      [COUNTRY] = text("a\"\\\a"),
      [PLAN] = whole(1),
      [AGE] = whole(-3),
      [JOINED] = whole(20454),
      [EMAIL] = text("a@b"),
      [RATIO] = {.known = true, .number = 0.15},
      [NEVER_READ] = text("quiet"),
      [ODD_NAME] = whole(1),
      [OPT_IN] = whole(0),
  };
  struct seg_value first[] = {whole(-1050), text("x"), whole(0), whole(0)};
  struct seg_value second[] = {whole(500), text("y"), whole(1), whole(0)};
  struct seg_value visit[] = {whole(7), {.known = false}};
  struct seg_dataset dataset;
  struct seg_str key = seg_str_view("k 1");
  project_init(&project, a, b, (struct seg_str){"", 0});
  assert_true(seg_dataset_init(&dataset, 2) && seg_dataset_add_lists(&dataset, 1));
  // In New York the clock jumped forward on 2026-03-08, day 20520: the day began at 05:00 UTC, and
  // the one behind it at 04:00.
  int64_t hour = 3600000000, day = 24 * hour;
  struct seg_row rows[] = {{.key = key, .values = customer},
                           {key, first, 20521, 20521 * day + 4 * hour},
                           {key, second, 20520, 20520 * day + 5 * hour},
                           {key, visit, 20520, 20520 * day + 18 * hour + 1500000}};
  assert_true(SEG_VEC_PUSH(&dataset.customers.rows, rows[0]));
  assert_true(SEG_VEC_PUSH(&dataset.events[0].rows, rows[1]));
  assert_true(SEG_VEC_PUSH(&dataset.events[0].rows, rows[2]));
  assert_true(SEG_VEC_PUSH(&dataset.events[1].rows, rows[3]));
  assert_true(SEG_VEC_PUSH(&dataset.lists[0].rows, rows[0]));

  struct seg_witness_view view = view_of(&project, &dataset, 20530);
  assert_text(lines_of(&project, &view),
              "customer id \"k 1\", country \"a\\\"\\\\\\u{7}\", plan \"pro\", age -3, joined "
              "2026-01-01, seen missing, email (personal) set, ratio 0.15, odd name true\n"
              "in the list blocked\n"
              "purchase 2026-03-08 amount 5.00 EUR, order \"y\"\n"
              "visit 2026-03-08 14:00:01.500000 at 7\n"
              "purchase 2026-03-09 amount -10.50 EUR, order \"x\"\n");
  struct seg_str test = test_of(&project, &view, "they \"meet\"", true, true);
  assert_text(test, "test \"they \\\"meet\\\"\" as of 2026-03-18 {\n"
                    "  customer {\n"
                    "    id:         \"k 1\",\n"
                    "    country:    \"a\\\"\\\\\\u{7}\",\n"
                    "    plan:       \"pro\",\n"
                    "    age:        -3,\n"
                    "    joined:     2026-01-01,\n"
                    "    seen:       missing,\n"
                    "    email:      \"a@b\",\n"
                    "    ratio:      0.15,\n"
                    "    `odd name`: true,\n"
                    "  }\n"
                    "  blocked { }\n"
                    "  purchase { at: 2026-03-08, amount: 5 EUR, order: \"y\" }\n"
                    "  visit { seen: \"2026-03-08T18:00:01.500000Z\", at: 7 }\n"
                    "  purchase { at: 2026-03-09, amount: -10.50 EUR, order: \"x\" }\n"
                    "  expect a\n"
                    "  expect `and`\n"
                    "}\n");
  test_passes(a, b, test);

  struct seg_arena arena;
  struct seg_str json;
  seg_arena_init(&arena);
  assert_int_equal(seg_witness_to_json(&view, &arena, &json, &project.error), SEG_OK);
  assert_text(json,
              "{\"as_of\":\"2026-03-18\",\"customer\":{\"country\":\"a\\\"\\\\\\u0007\",\"plan\":"
              "\"pro\",\"age\":-3,\"joined\":\"2026-01-01\",\"seen\":null,\"email\":\"(personal)\","
              "\"ratio\":0.15,\"odd name\":true},\"lists\":[\"blocked\"],\"events\":["
              "{\"event\":\"purchase\",\"at\":\"2026-03-08\",\"values\":{\"amount\":\"5.00 EUR\","
              "\"order\":\"y\"}},{\"event\":\"visit\",\"at\":\"2026-03-08 14:00:01.500000\","
              "\"values\":{\"at\":7}},{\"event\":\"purchase\",\"at\":\"2026-03-09\",\"values\":{"
              "\"amount\":\"-10.50 EUR\",\"order\":\"x\"}}]}");
  seg_arena_deinit(&arena);

  struct seg_replay replay = {&project.pipeline.program, &project.pipeline.plan,
                              seg_code_kernels(project.pipeline.code)};
  const struct seg_witness_claim right[] = {{0, true}, {1, true}}, wrong[] = {{1, false}};
  assert_int_equal(seg_replay_witness(&replay, &dataset, 20530, right, 2, &project.error), SEG_OK);
  assert_int_equal(seg_replay_witness(&replay, &dataset, 20530, wrong, 1, &project.error),
                   SEG_INTERNAL);
  assert_non_null(strstr(project.error.message, "`and` holds"));
  assert_non_null(strstr(project.error.help, "bug in segc"));
  seg_dataset_deinit(&dataset);
  project_deinit(&project);
}

// --- customers of the prover ---

static struct seg_str found_lines(const char *a, bool first, const char *b, bool second,
                                  struct seg_arena *arena) {
  struct project project;
  struct seg_prover prover;
  struct seg_found found;
  project_init(&project, a, b, (struct seg_str){"", 0});
  const struct seg_program *program = &project.pipeline.program;
  seg_prover_init(&prover, program, 20000000);
  struct seg_wanted wanted[] = {{program->segments[0].when, !first},
                                {program->segments[1].when, !second}};
  assert_int_equal(seg_prover_find(&prover, wanted, 2, &found, &project.error), SEG_OK);
  if (found.existence != SEG_SOMEBODY)
    print_message("%s | %s: %s\n", a, b, found.reason ? found.reason : "nobody");
  assert_int_equal(found.existence, SEG_SOMEBODY);
  struct seg_witness_view view = view_of(&project, &found.witness.dataset, found.witness.as_of);
  struct seg_replay replay = {program, &project.pipeline.plan,
                              seg_code_kernels(project.pipeline.code)};
  const struct seg_witness_claim claims[] = {{0, first}, {1, second}};
  assert_int_equal(seg_replay_witness(&replay, &found.witness.dataset, found.witness.as_of, claims,
                                      2, &project.error),
                   SEG_OK);
  test_passes(a, b, test_of(&project, &view, "they meet", first, second));
  struct seg_str lines = seg_arena_str(arena, lines_of(&project, &view));
  seg_found_deinit(&found);
  seg_prover_deinit(&prover);
  project_deinit(&project);
  return lines;
}

/** The plainest customer of all for whom a and b hold, or do not hold. */
static void expect_witness(const char *a, bool first, const char *b, bool second,
                           const char *expected) {
  struct seg_arena arena;
  seg_arena_init(&arena);
  assert_text(found_lines(a, first, b, second, &arena), expected);
  seg_arena_deinit(&arena);
}

// As of 2026-06-01, unless the rules speak of days.
static void the_plainest_customer(void **state) {
  (void)state;
  expect_witness("purchases >= 2 within 90d", true, "recency >= 30", true,
                 "purchase 2026-05-01 order \"1\"\npurchase 2026-05-02 order \"2\"\n");
  expect_witness("purchases >= 2 within 90d", true, "recency >= 30", false,
                 "purchase 2026-05-30 order \"1\"\npurchase 2026-05-31 order \"2\"\n");
  expect_witness("purchases >= 2 within 90d", false, "recency >= 30", true,
                 "purchase 2026-05-02 order \"1\"\n");
  expect_witness("country is known and country != \"DE\"", true, "plan = \"pro\"", true,
                 "customer country \"x\", plan \"pro\"\n");
  expect_witness("country is missing or country != \"DE\"", true, "plan = \"pro\"", false,
                 "customer country \"x\", plan \"free\"\n");
  expect_witness("age is missing", true, "ratio > 0.5", true, "customer age missing, ratio 1\n");
  expect_witness("age >= -7", true, "ratio < 0.51 and ratio > 0.5", true,
                 "customer age 0, ratio 0.501\n");
  expect_witness("age <= -7", true, "joined < 2026-06-01", false,
                 "customer age -7, joined 2026-06-01\n");
  expect_witness("days_since(joined) >= 0", true, "opt_in", false,
                 "customer joined 2026-05-31, opt_in false\n");
  expect_witness("email is known", true, "seen is known", true,
                 "customer seen 2026-05-31, email (personal) set\n");
  expect_witness("revenue > 160 within 30d and purchases = 2 ever", true, "`odd name`", true,
                 "customer odd name true\n"
                 "purchase 2026-05-30 amount 80.00 EUR, order \"1\"\n"
                 "purchase 2026-05-31 amount 81.00 EUR, order \"2\"\n");
  // The smaller amount as small as the larger one allows, in whole euros; the larger one follows.
  expect_witness("revenue > 160.50 ever and revenue < 160.60 ever", true,
                 "max(purchase.amount) ever < 100", true,
                 "purchase 2026-05-30 amount 99.51 EUR, order \"1\"\n"
                 "purchase 2026-05-31 amount 61.00 EUR, order \"2\"\n");
  expect_witness("count(visit[at > 3]) >= 2 within 7d", true, "purchases = 0 ever", true,
                 "visit 2026-05-30 at 4\nvisit 2026-05-31 at 4\nno purchase\n");
  expect_witness("active_days(purchase) = 1 ever and purchases >= 2 ever", true, "recency >= 30",
                 true, "purchase 2026-05-02 order \"1\"\npurchase 2026-05-02 01:00 order \"2\"\n");
  expect_witness("bucket(10) <= 3", true, "member(blocked)", true,
                 "customer id \"5\"\nin the list blocked\n");
  expect_witness("purchases >= 1 in 2026-Q1", true, "recency < 5", true,
                 "purchase 2026-03-31 order \"1\"\n"); // as of 2026-04-01
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_kind_of_value),
      cmocka_unit_test(the_plainest_customer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
