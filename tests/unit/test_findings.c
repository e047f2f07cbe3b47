// compiler/findings: verdicts in words. The verdicts are made by hand: what is told must follow
// from them alone, whether they are true or not.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compiler/findings/findings.h"
#include "compiler/pipeline.h"
#include "runtime/base/json_writer.h"

static const char shop[] =
    "segc 1\ntimezone: \"UTC\"\n"
    "customer from \"customers\" key id { age: int plan: one of (\"free\", \"pro\") }\n"
    "segment a { when: age > 1 and plan = \"pro\" decision: \"a\" }\n"
    "segment b { when: age > 2 decision: \"b\" }\n"
    "segment c { when: age > 3 decision: \"c\" }\n"
    "segment d { when: age > 4 decision: \"d\" }\n"
    "segment `odd one` { when: age > 5 decision: \"e\" }\n";

enum { A, B, C, D, ODD };

struct fixture {
  struct seg_pipeline pipeline;
  struct seg_verdicts verdicts;
};

static int set_up(void **state) {
  struct fixture *fixture = calloc(1, sizeof *fixture);
  if (fixture == NULL)
    return -1;
  seg_pipeline_init(&fixture->pipeline);
  seg_arena_init(&fixture->verdicts.arena);
  *state = fixture;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *fixture = *state;
  seg_verdicts_deinit(&fixture->verdicts);
  seg_pipeline_deinit(&fixture->pipeline);
  free(fixture);
  return 0;
}

static void load(struct fixture *fixture, const char *declarations) {
  struct seg_error error = {0};
  uint32_t file;
  char text[4000];
  snprintf(text, sizeof text, "%s%s", shop, declarations);
  assert_int_equal(seg_source_map_add(&fixture->pipeline.map, seg_str_view("s.seg"),
                                      seg_str_view(text), &file, &error),
                   SEG_OK);
  assert_int_equal(seg_pipeline_run(&fixture->pipeline, SEG_PASS_SEMA, &error), SEG_OK);
  if (fixture->pipeline.sink.errors > 0)
    seg_diagnostics_write(&fixture->pipeline.sink, &fixture->pipeline.map, SEG_FORMAT_HUMAN, false,
                          stderr);
  assert_int_equal(fixture->pipeline.sink.errors, 0);
}

static struct seg_verdict *found(struct fixture *fixture, enum seg_verdict_kind kind,
                                 uint32_t segment, uint32_t other) {
  struct seg_verdict verdict = {
      .kind = kind, .asked = kind, .segment = segment, .other = other, .chain = SEG_ABSENT};
  assert_true(SEG_VEC_PUSH(&fixture->verdicts.items, verdict));
  fixture->verdicts.counts.kinds[kind]++;
  return &fixture->verdicts.items.items[fixture->verdicts.items.count - 1];
}

/** What is told, as a person reads it; the caller frees it. */
static char *told(struct fixture *fixture) {
  struct seg_error error = {0};
  const struct seg_findings_request request = {
      .program = &fixture->pipeline.program,
      .map = &fixture->pipeline.map,
      .verdicts = &fixture->verdicts,
  };
  assert_int_equal(seg_findings_report(&request, &fixture->pipeline.sink, &error), SEG_OK);
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  assert_non_null(out);
  seg_diagnostics_write(&fixture->pipeline.sink, &fixture->pipeline.map, SEG_FORMAT_HUMAN, false,
                        out);
  fclose(out);
  return text;
}

static void expect(struct fixture *fixture, const char *const *parts) {
  char *text = told(fixture);
  const char *at = text;
  for (; *parts != NULL; parts++) {
    const char *next = strstr(at, *parts);
    if (next == NULL)
      fail_msg("%s\nis not, in this order, in:\n%s", *parts, text);
    at = next + strlen(*parts);
  }
  free(text);
}

#define EXPECT(...) expect(fixture, (const char *const[]){__VA_ARGS__, NULL})

static void test_overlap_without_chain(void **state) {
  struct fixture *fixture = *state;
  load(fixture, "");
  found(fixture, SEG_VERDICT_OVERLAP, B, ODD);
  EXPECT(
      "error[O201]: `b` and ``odd one`` can both match one customer, and nothing says which wins\n"
      "  --> s.seg:5:19\n",
      "= note: the rule of ``odd one``\n  --> s.seg:8:27\n",
      "= help: say which one wins: `priority lifecycle: b > `odd one``\n",
      "= help: or allow customers in both: `overlap: b with `odd one``\n");
}

static void test_overlap_says_what_is_inside(void **state) {
  struct fixture *fixture = *state;
  load(fixture, "");
  found(fixture, SEG_VERDICT_OVERLAP, B, C);
  found(fixture, SEG_VERDICT_INSIDE, C, B);
  // The narrow rule must come first, and is no warning of its own.
  EXPECT("error[O201]", "= note: every customer of `c` matches `b` too\n",
         "`priority lifecycle: c > b`");
  assert_int_equal(fixture->pipeline.sink.warnings, 0);
}

static void test_overlap_with_a_chain(void **state) {
  struct fixture *fixture = *state;
  load(fixture, "priority lifecycle: a > b otherwise rest\n");
  found(fixture, SEG_VERDICT_OVERLAP, A, D);
  found(fixture, SEG_VERDICT_OVERLAP, B, C);
  found(fixture, SEG_VERDICT_INSIDE, A, C);
  EXPECT("`a` and `d` can both",
         "put `d` into the chain of `a`: `priority lifecycle: d > a > b otherwise rest`\n",
         "`b` and `c` can both",
         "put `c` into the chain of `b`: `priority lifecycle: a > c > b otherwise rest`\n");
}

static void test_overlap_with_two_chains(void **state) {
  struct fixture *fixture = *state;
  load(fixture, "priority one: a > b otherwise rest\npriority two: c > d otherwise others\n");
  found(fixture, SEG_VERDICT_OVERLAP, A, D);
  EXPECT("error[O201]", "= help: or allow customers in both: `overlap: a with d`\n",
         "= help: or for all segments of both chains: `overlap: one with two`\n");
}

static void test_fresh_names(void **state) {
  struct fixture *fixture = *state;
  load(fixture, "priority Lifecycle: a > b otherwise lifecycle_2\n");
  found(fixture, SEG_VERDICT_OVERLAP, C, D);
  EXPECT("say which one wins: `priority lifecycle_3: c > d`");
}

static void test_many_overlaps(void **state) {
  struct fixture *fixture = *state;
  load(fixture, "");
  for (int i = 0; i < SEG_FINDINGS_SHOWN_PAIRS; i++)
    found(fixture, SEG_VERDICT_OVERLAP, A, B);
  found(fixture, SEG_VERDICT_OVERLAP, A, C);
  found(fixture, SEG_VERDICT_OVERLAP, A, D);
  found(fixture, SEG_VERDICT_NEVER, A, SEG_ABSENT);
  found(fixture, SEG_VERDICT_OVERLAP, B, D);
  EXPECT("error[O201]: 3 other pairs of segments can match one customer, and nothing says which "
         "wins\n  --> s.seg:4:19",
         "= note: `a` also meets `c` and `d`\n", "= note: `b` also meets `d`\n");
  assert_int_equal(fixture->pipeline.sink.errors, SEG_FINDINGS_SHOWN_PAIRS + 2);
}

static void test_exclusive(void **state) {
  struct fixture *fixture = *state;
  load(fixture, "exclusive: a, b\nexclusive: b, c, d\n");
  found(fixture, SEG_VERDICT_EXCLUSIVE_BROKEN, A, B);
  found(fixture, SEG_VERDICT_EXCLUSIVE_BROKEN, B, D);
  EXPECT("error[O202]: `a` and `b` are declared exclusive, and one customer can match both\n"
         "  --> s.seg:9:1",
         "the rule of `a`", "the rule of `b`", "instead: `priority lifecycle: a > b`",
         "error[O202]", "--> s.seg:10:1", "take one of the two out of this `exclusive`");
}

static void test_never(void **state) {
  struct fixture *fixture = *state;
  load(fixture, "");
  struct seg_node *rule = fixture->pipeline.program.segments[A].when;
  const struct seg_node *clauses[] = {rule->operands[0], rule->operands[1]};
  struct seg_verdict *verdict = found(fixture, SEG_VERDICT_NEVER, A, SEG_ABSENT);
  verdict->clauses = clauses;
  verdict->clause_count = 2;
  EXPECT("error[O203]: `a` matches no customer, whatever the data\n  --> s.seg:4:19",
         "= note: this cannot hold\n  --> s.seg:4:19", "^^^^^^^\n",
         "= note: together with this\n  --> s.seg:4:31", "^^^^^^^^^^^^\n", "= help: ");
}

static void test_hidden(void **state) {
  struct fixture *fixture = *state;
  load(fixture, "priority p: a > b > c > d\n");
  uint32_t one[] = {B}, two[] = {A, B};
  struct seg_verdict *verdict = found(fixture, SEG_VERDICT_HIDDEN, C, SEG_ABSENT);
  verdict->chain = 0;
  verdict->others = one;
  verdict->other_count = 1;
  verdict = found(fixture, SEG_VERDICT_HIDDEN, D, SEG_ABSENT);
  verdict->chain = 0;
  verdict->others = two;
  verdict->other_count = 2;
  EXPECT("error[O204]: `c` wins nobody in the chain `p`\n  --> s.seg:9:21\n",
         "whoever matches this rule of `c`\n", "matches this one of `b` too, which stands earlier",
         "put it first, if it shall win: `priority p: a > c > b > d`", "error[O204]: `d`",
         "whoever matches this rule of `d` matches an earlier one",
         "the rule of `a`, which stands earlier", "the rule of `b`, which stands earlier",
         "`priority p: d > a > b > c`");
}

static void test_always(void **state) {
  struct fixture *fixture = *state;
  load(fixture, "segment plain { when: true decision: \"f\" }\n");
  found(fixture, SEG_VERDICT_ALWAYS, B, SEG_ABSENT);
  found(fixture, SEG_VERDICT_ALWAYS, ODD + 1, SEG_ABSENT);
  EXPECT("warning[O205]: `b` matches every customer", "`when: true`");
  assert_int_equal(fixture->pipeline.sink.warnings, 1);
}

static void test_same_and_inside(void **state) {
  struct fixture *fixture = *state;
  load(fixture, "overlap: a with b, c\n");
  found(fixture, SEG_VERDICT_EQUIVALENT, B, A);
  found(fixture, SEG_VERDICT_INSIDE, C, A);
  EXPECT("warning[O206]: `b` matches the same customers as `a`\n  --> s.seg:5:19",
         "the rule of `a`\n  --> s.seg:4:19",
         "warning[O207]: every customer of `c` matches `a` too\n  --> s.seg:6:19",
         "= help: if this is meant, say so: `when: member(a) and (...)`");
}

static void test_redundant(void **state) {
  struct fixture *fixture = *state;
  load(fixture, "");
  const struct seg_node *clause = fixture->pipeline.program.segments[A].when->operands[0];
  struct seg_verdict *verdict = found(fixture, SEG_VERDICT_REDUNDANT, A, SEG_ABSENT);
  verdict->clauses = &clause;
  verdict->clause_count = 1;
  EXPECT(
      "warning[O208]: this condition changes nothing: without it `a` matches the same customers\n"
      "  --> s.seg:4:19",
      "^^^^^^^\n", "= help: delete it");
}

static void test_stale_overlap(void **state) {
  struct fixture *fixture = *state;
  load(fixture, "overlap: a with b\n");
  found(fixture, SEG_VERDICT_STALE_OVERLAP, A, B);
  EXPECT("warning[O209]: `a` and `b` may overlap, and no customer can match both\n  --> s.seg:9:17",
         "write `exclusive: a, b`");
}

static void test_stale_overlap_of_a_chain(void **state) {
  struct fixture *fixture = *state;
  load(fixture, "priority p: a > b otherwise rest\noverlap: p with d\n");
  found(fixture, SEG_VERDICT_STALE_OVERLAP, A, D);
  EXPECT("warning[O209]: none of the 2 pairs of segments that may overlap here can meet\n"
         "  --> s.seg:10:17");
  assert_int_equal(fixture->pipeline.sink.warnings, 1);
}

static void test_chains(void **state) {
  struct fixture *fixture = *state;
  load(fixture, "priority p: a > b\n");
  found(fixture, SEG_VERDICT_STALE_CHAIN, SEG_ABSENT, SEG_ABSENT)->chain = 0;
  const struct seg_node *clauses[] = {fixture->pipeline.program.segments[A].when->operands[1],
                                      fixture->pipeline.program.segments[A].when->operands[0]};
  struct seg_verdict *verdict = found(fixture, SEG_VERDICT_GAP, SEG_ABSENT, A);
  verdict->chain = 0;
  verdict->clauses = clauses;
  verdict->clause_count = 2;
  EXPECT("warning[O211]: a customer can match no segment of the chain `p`\n  --> s.seg:9:10",
         "`a` comes nearest, and this does not hold\n  --> s.seg:4:31",
         "nor does this of `a`\n  --> s.seg:4:19", "so their order decides nothing",
         "`priority p: a > b otherwise rest`", "`exclusive: a, b`");
  assert_int_equal(fixture->pipeline.sink.warnings, 1);
}

static void test_idle_chain(void **state) {
  struct fixture *fixture = *state;
  load(fixture, "priority p: a > b\n");
  found(fixture, SEG_VERDICT_STALE_CHAIN, SEG_ABSENT, SEG_ABSENT)->chain = 0;
  EXPECT("warning[O210]: no two segments of the chain `p` can match one customer\n  --> s.seg:9:10",
         "`exclusive: a, b`", "`priority p: a > b otherwise rest`");
}

static void unproved(struct fixture *fixture, enum seg_verdict_kind asked, uint32_t segment,
                     uint32_t other, uint32_t chain, const char *reason) {
  struct seg_verdict *verdict = found(fixture, SEG_VERDICT_UNPROVED, segment, other);
  verdict->asked = asked;
  verdict->chain = chain;
  verdict->reason = reason;
}

static void test_unproved_errors(void **state) {
  struct fixture *fixture = *state;
  load(fixture, "exclusive: c, d\n");
  unproved(fixture, SEG_VERDICT_OVERLAP, A, B, SEG_ABSENT, "it rains");
  unproved(fixture, SEG_VERDICT_EXCLUSIVE_BROKEN, C, D, SEG_ABSENT, "it snows");
  EXPECT("error[O212]: not proved: no customer matches both `a` and `b`\n  --> s.seg:4:19",
         "it is neither proved nor refuted, because it rains\n", "`priority lifecycle: a > b`",
         "`overlap: a with b`",
         "error[O212]: not proved: `c` and `d` are exclusive, as declared\n  --> s.seg:9:1",
         "because it snows");
  assert_int_equal(fixture->pipeline.sink.errors, 2);
}

static void test_open_questions_are_told_together(void **state) {
  struct fixture *fixture = *state;
  load(fixture, "priority p: a > b\n");
  unproved(fixture, SEG_VERDICT_NEVER, A, SEG_ABSENT, SEG_ABSENT, "it rains");
  unproved(fixture, SEG_VERDICT_NEVER, B, SEG_ABSENT, SEG_ABSENT, "it snows");
  unproved(fixture, SEG_VERDICT_NEVER, C, SEG_ABSENT, SEG_ABSENT, "it rains");
  unproved(fixture, SEG_VERDICT_NEVER, D, SEG_ABSENT, SEG_ABSENT, "it rains");
  unproved(fixture, SEG_VERDICT_GAP, SEG_ABSENT, SEG_ABSENT, 0, "it rains");
  unproved(fixture, SEG_VERDICT_HIDDEN, B, SEG_ABSENT, 0, "it rains");
  unproved(fixture, SEG_VERDICT_INSIDE, B, A, SEG_ABSENT, "it rains");
  unproved(fixture, SEG_VERDICT_INSIDE, A, B, SEG_ABSENT, "it rains");
  EXPECT("warning[O213]: not proved: a customer can match `a`\n", "because it rains",
         "nor, for the same reason:\n            a customer can match `c`\n",
         "            every customer matches a segment of the chain `p`\n",
         "            `b` can win a customer in the chain `p`\n", "            and 1 more\n",
         "warning[O213]: not proved: a customer can match `b`\n", "because it snows");
  assert_int_equal(fixture->pipeline.sink.warnings, 2);
}

static void test_counts(void **state) {
  struct fixture *fixture = *state;
  load(fixture, "");
  fixture->verdicts.counts.pairs = 10;
  fixture->verdicts.counts.disjoint = 3;
  fixture->verdicts.counts.may_overlap = 2;
  found(fixture, SEG_VERDICT_OVERLAP, A, B);
  found(fixture, SEG_VERDICT_EXCLUSIVE_BROKEN, A, C);
  unproved(fixture, SEG_VERDICT_OVERLAP, A, D, SEG_ABSENT, "it rains");
  unproved(fixture, SEG_VERDICT_NEVER, A, SEG_ABSENT, SEG_ABSENT, "it rains");
  struct seg_findings_counts counts = seg_findings_count(&fixture->verdicts);
  assert_int_equal(counts.overlapping, 2);
  assert_int_equal(counts.unproved, 1);
  assert_int_equal(counts.open, 1);
  assert_int_equal(counts.in_chain, 10 - 3 - 2 - 2 - 1);
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  struct seg_json json;
  assert_non_null(out);
  seg_json_init(&json, out);
  seg_findings_write_json(&fixture->pipeline.program, &fixture->verdicts, &json);
  seg_json_finish(&json);
  fclose(out);
  assert_string_equal(text, "{\"pairs\":10,\"disjoint\":3,\"inChain\":2,\"mayOverlap\":2,"
                            "\"overlapping\":2,\"unproved\":1,\"open\":1,"
                            "\"overlaps\":[[\"a\",\"b\"]]}\n");
  free(text);
}

#define FINDINGS_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      FINDINGS_TEST(test_overlap_without_chain),
      FINDINGS_TEST(test_overlap_says_what_is_inside),
      FINDINGS_TEST(test_overlap_with_a_chain),
      FINDINGS_TEST(test_overlap_with_two_chains),
      FINDINGS_TEST(test_fresh_names),
      FINDINGS_TEST(test_many_overlaps),
      FINDINGS_TEST(test_exclusive),
      FINDINGS_TEST(test_never),
      FINDINGS_TEST(test_hidden),
      FINDINGS_TEST(test_always),
      FINDINGS_TEST(test_same_and_inside),
      FINDINGS_TEST(test_redundant),
      FINDINGS_TEST(test_stale_overlap),
      FINDINGS_TEST(test_stale_overlap_of_a_chain),
      FINDINGS_TEST(test_chains),
      FINDINGS_TEST(test_idle_chain),
      FINDINGS_TEST(test_unproved_errors),
      FINDINGS_TEST(test_open_questions_are_told_together),
      FINDINGS_TEST(test_counts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
