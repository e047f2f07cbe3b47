// compiler/verdicts: each kind of verdict about rules of a small shop; what is expected follows
// from the rules by reasoning.
#include "compiler/verdicts/pool.h"
#include "tests/unit/verdict_case.h"

static void overlaps(void **state) {
  (void)state;
  expect_verdicts("segment a { when: plan = \"pro\" }\nsegment b { when: score >= 18 }\n",
                  "overlap a b\n");
  expect_verdicts("segment a { when: score < 18 }\nsegment b { when: score >= 18 }\n", "");
  expect_verdicts("segment a { when: plan = \"pro\" }\nsegment b { when: score >= 18 }\n"
                  "priority p: a > b otherwise c\n",
                  "");
  expect_verdicts("segment a { when: purchases >= 3 within 30d }\n"
                  "segment b { when: purchases <= 2 within 90d }\n",
                  "");
  expect_verdicts("segment a { when: purchases >= 3 within 30d }\n"
                  "segment b { when: revenue >= 10 within 90d }\n"
                  "segment c { when: purchases = 0 within 30d }\n",
                  "overlap a b\noverlap b c\n");
}

static void declared_relations(void **state) {
  (void)state;
  expect_verdicts("segment a { when: plan = \"pro\" }\nsegment b { when: score >= 18 }\n"
                  "overlap: a with b\n",
                  "");
  expect_verdicts("segment a { when: plan = \"pro\" }\nsegment b { when: plan = \"free\" }\n"
                  "overlap: a with b\n",
                  "stale-overlap a b\n");
  // A chain: one of its segments is enough. Of the other chain no segment meets `b`.
  expect_verdicts("segment a { when: plan = \"pro\" }\nsegment b { when: plan = \"free\" }\n"
                  "segment c { when: plan = \"pro\" or score > 5 }\n"
                  "segment d { when: plan = \"pro\" and score > 7 }\n"
                  "priority p: a > c otherwise n\npriority q: d > a otherwise m\n"
                  "overlap: p with b\noverlap: d with c\noverlap: b with d\n",
                  "stale-overlap b d\ninside d c\n");
  expect_verdicts("segment a { when: plan = \"pro\" }\nsegment b { when: plan = \"free\" }\n"
                  "segment c { when: plan = \"pro\" or plan = \"basic\" }\n"
                  "priority p: a > c otherwise n\noverlap: b with p\n",
                  "stale-overlap a b\n");
  expect_verdicts("segment a { when: plan = \"pro\" }\nsegment b { when: plan = \"free\" }\n"
                  "segment c { when: score > 5 and plan != \"free\" }\nexclusive: a, b, c\n",
                  "exclusive-broken a c\n");
  expect_verdicts("segment a { when: plan = \"pro\" }\nsegment b { when: plan = \"free\" }\n"
                  "priority p: a > b\n",
                  "stale-chain in p\ngap a in p: plan = \"pro\"\n");
}

static void witnesses(void **state) {
  (void)state;
  struct verdict_case test;
  verdict_case_init(&test,
                    "segment a { when: purchases >= 2 within 30d }\n"
                    "segment b { when: revenue >= 100 within 90d }\n"
                    "segment c { when: opt_in }\n"
                    "overlap: c with a, b\n",
                    (struct seg_verdict_options){0});
  assert_int_equal(test.verdicts.items.count, 1);
  const struct seg_verdict *verdict = &test.verdicts.items.items[0];
  assert_int_equal(verdict->kind, SEG_VERDICT_OVERLAP);
  assert_non_null(verdict->witness);
  assert_true(verdict_matches(&test, verdict->witness, verdict->segment));
  assert_true(verdict_matches(&test, verdict->witness, verdict->other));
  assert_int_equal(test.verdicts.counts.pairs, 3);
  assert_int_equal(test.verdicts.counts.meeting, 3);
  assert_int_equal(test.verdicts.counts.declared_meeting, 2);
  assert_int_equal(test.verdicts.counts.kinds[SEG_VERDICT_OVERLAP], 1);
  verdict_case_deinit(&test);
}

static void few_witnesses(void **state) {
  (void)state;
  struct verdict_case test;
  verdict_case_init(&test,
                    "segment a { when: score > 1 }\nsegment b { when: opt_in }\n"
                    "segment c { when: plan = \"pro\" }\nsegment d { when: age > 5 }\n",
                    (struct seg_verdict_options){.witnesses = 2});
  assert_int_equal(test.verdicts.items.count, 6);
  for (size_t i = 0; i < 6; i++) {
    assert_int_equal(test.verdicts.items.items[i].kind, SEG_VERDICT_OVERLAP);
    assert_int_equal(test.verdicts.items.items[i].witness != NULL, i < 2);
  }
  verdict_case_deinit(&test);
}

static void never(void **state) {
  (void)state;
  expect_verdicts("segment a { when: opt_in and score > 5 and plan = \"pro\" and score < 5 }\n"
                  "segment b { when: opt_in }\n",
                  "never a: score > 5; score < 5\n");
  // Across windows: three in thirty days are at least three in ninety.
  expect_verdicts("segment a { when: plan = \"pro\" and purchases >= 3 within 30d\n"
                  "  and purchases < 3 within 90d }\n",
                  "never a: purchases >= 3 within 30d; purchases < 3 within 90d\n");
  // What `member` asks for belongs to the rule.
  expect_verdicts("segment a { when: member(b) and plan = \"free\" }\n"
                  "segment b { when: score > 3 and plan = \"pro\" }\n",
                  "never a: plan = \"pro\"; plan = \"free\"\n");
  // A clause that contradicts itself.
  expect_verdicts(
      "segment a { when: score > 1 and ((age < 5 and age > 9) or (age = 3 and age > 4)) }\n",
      "never a: (age < 5 and age > 9) or (age = 3 and age > 4)\n");
}

static void always(void **state) {
  (void)state;
  expect_verdicts("segment a { when: score > 5 or score < 10 }\n", "always a\n");
  expect_verdicts("segment a { when: purchases >= 0 ever }\n", "always a\n");
  expect_verdicts("segment a { when: age > 5 or age <= 5 }\n", ""); // it may be missing
}

static void same_and_inside(void **state) {
  (void)state;
  expect_verdicts(
      "segment a { when: score >= 5 }\nsegment b { when: score > 4 }\noverlap: a with b\n",
      "equivalent b a\n");
  // All three mean the same: each is reported against the first.
  expect_verdicts("segment a { when: score >= 5 }\nsegment b { when: score > 4 }\n"
                  "segment c { when: not score <= 4 }\noverlap: a with b, c\noverlap: b with c\n",
                  "equivalent b a\nequivalent c a\n");
  expect_verdicts("segment a { when: purchases >= 2 within 30d }\n"
                  "segment b { when: purchases >= 1 within 90d }\noverlap: a with b\n",
                  "inside a b\n");
  // A chain that puts the smaller one first says so; so does a rule that asks for the larger one.
  expect_verdicts("segment a { when: score > 7 }\nsegment b { when: score > 5 }\n"
                  "priority p: a > b otherwise c\n",
                  "");
  expect_verdicts("segment a { when: member(b) and opt_in }\nsegment b { when: score > 5 }\n"
                  "overlap: a with b\n",
                  "");
  expect_verdicts("segment a { when: score > 7 }\nsegment b { when: score > 5 }\n",
                  "overlap a b\ninside a b\n");
}

static void hidden(void **state) {
  (void)state;
  expect_verdicts("segment a { when: score > 5 }\nsegment b { when: score > 7 }\n"
                  "priority p: a > b otherwise c\n",
                  "hidden b in p by a\n");
  // Only both together: each leaves a part of it over.
  expect_verdicts("segment a { when: score > 5 }\nsegment b { when: plan = \"pro\" }\n"
                  "segment c { when: score <= 5 }\nsegment d { when: opt_in }\n"
                  "priority p: a > b > c > d otherwise e\n",
                  "hidden d in p by a+c\n");
  // One that can never match hides nobody and is hidden by nobody.
  expect_verdicts("segment a { when: score > 5 and score < 3 }\nsegment b { when: score > 2 }\n"
                  "priority p: b > a otherwise c\n",
                  "never a: score > 5; score < 3\n");
}

static void gaps(void **state) {
  (void)state;
  // Nobody under 5; b is nearer: it fails in one clause.
  expect_verdicts("segment a { when: score > 7 and plan = \"pro\" and opt_in }\n"
                  "segment b { when: score > 5 }\npriority p: a > b\n",
                  "gap b in p: score > 5\n");
  expect_verdicts(
      "segment a { when: score > 7 }\nsegment b { when: score <= 9 }\npriority p: a > b\n", "");
}

static void redundant(void **state) {
  (void)state;
  expect_verdicts("segment a { when: score >= 5 and plan = \"pro\" and score >= 3 }\n",
                  "redundant a: score >= 3\n");
  expect_verdicts("segment a { when: purchases >= 2 within 30d and purchases >= 1 within 90d }\n",
                  "redundant a: purchases >= 1 within 90d\n");
  // Two that say the same: one of them can go, not both.
  expect_verdicts("segment a { when: opt_in and score > 4 and score >= 5 }\n",
                  "redundant a: score >= 5\n");
  expect_verdicts("segment a { when: opt_in and (score > 4 or score > 6) }\n",
                  "redundant a: score > 6\n");
  // A branch that the rest excludes.
  expect_verdicts("segment a { when: plan = \"pro\" and (score > 4 or plan = \"free\") }\n",
                  "redundant a: plan = \"free\"\n");
  expect_verdicts("segment a { when: at_least(1, score > 4, score > 6, opt_in) }\n",
                  "redundant a: score > 6\n");
  expect_verdicts("segment a { when: score between 3 and 8 and score < 6 }\n", "");
  expect_verdicts("segment a { when: score between 3 and 8 and score between 2 and 9 }\n",
                  "redundant a: score between 2 and 9\n");
  expect_verdicts("segment a { when: not (score > 4 or score > 6) }\n", "redundant a: score > 6\n");
  expect_verdicts("segment a { when: exactly(1, opt_in, score > 4) and opt_in }\n", "");
  // The language asks for this guard, although a comparison with a missing value is false.
  expect_verdicts("segment a { when: country is known and country != \"US\" }\n", "");
  expect_verdicts("segment a { when: country is known and country = \"US\" and age != 5 and age is "
                  "known }\n",
                  "redundant a: country is known\n");
}

// 70 values, of which 64 are named: there are customers with the others.
static void long_lists(void **state) {
  (void)state;
  struct verdict_case test;
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  assert_non_null(out);
  fputs("segc 1\ntimezone: \"UTC\"\ncurrency: EUR\ncustomer from \"customers\" key id {\n"
        "  kind: one of (",
        out);
  for (int i = 0; i < 70; i++)
    fprintf(out, "%s\"k%d\"", i == 0 ? "" : ", ", i);
  fputs(")\n}\nsegment few { when: kind not in (", out);
  for (int i = 0; i < 64; i++)
    fprintf(out, "%s\"k%d\"", i == 0 ? "" : ", ", i);
  fputs(") }\nsegment one { when: kind = \"k69\" }\npriority p: one > few otherwise rest\n", out);
  assert_int_equal(fclose(out), 0);
  verdict_case_init_text(&test, text, (struct seg_verdict_options){0});
  assert_int_equal(test.verdicts.items.count, 0);
  verdict_case_deinit(&test);
  free(text);
}

static void days(void **state) {
  (void)state;
  // On the first of a month nobody has bought anything in it yet.
  expect_verdicts("segment a { when: purchases >= 1 in this month }\nsegment b { when: opt_in }\n",
                  "overlap a b, some days\n");
  expect_verdicts("segment a { when: purchases >= 1 in last month }\nsegment b { when: opt_in }\n",
                  "overlap a b\n");
  expect_verdicts("segment a { when: purchases >= 1 within 30d }\nsegment b { when: opt_in }\n",
                  "overlap a b\n");
  // A month has 31 days at most.
  expect_verdicts("segment a { when: purchases >= 1 in this month and purchases = 0 within 31d }\n",
                  "never a: purchases >= 1 in this month; purchases = 0 within 31d\n");
  expect_verdicts("segment a { when: purchases >= 1 in 2026-07 and purchases = 0 in 2026-Q3 }\n",
                  "never a: purchases >= 1 in 2026-07; purchases = 0 in 2026-Q3\n");
}

static void modules(void **state) {
  (void)state;
  // What a module's own segments have in common is not the project's business; what it has with
  // them is.
  expect_verdicts("use std.lifecycle\nsegment a { when: opt_in and purchases = 0 ever }\n", "");
  expect_verdicts("use std.lifecycle\nsegment a { when: lifecycle_age <= 20 }\n"
                  "overlap: a with lifecycle_new, lifecycle_active, lifecycle_lapsed\n",
                  "inside a lifecycle_new\ninside a lifecycle_active\n"
                  "stale-overlap a lifecycle_lapsed\n");
}

static void unproved(void **state) {
  (void)state;
  // The product of two attributes is beyond linear arithmetic.
  struct verdict_case test;
  verdict_case_init(&test,
                    "segment a { when: score * score * score = 50 }\nsegment b { when: opt_in }\n",
                    (struct seg_verdict_options){0});
  assert_true(test.verdicts.counts.kinds[SEG_VERDICT_UNPROVED] > 0);
  for (size_t i = 0; i < test.verdicts.items.count; i++)
    if (test.verdicts.items.items[i].kind == SEG_VERDICT_UNPROVED) {
      assert_non_null(test.verdicts.items.items[i].reason);
      assert_int_not_equal(test.verdicts.items.items[i].asked, SEG_VERDICT_UNPROVED);
    }
  verdict_case_deinit(&test);
}

// Customers who were made up are put together and shown much later: their texts must last.
static void invented_texts(void **state) {
  (void)state;
  struct verdict_case test;
  struct seg_circuit circuit;
  struct seg_pool pool;
  struct seg_error error = {0};
  size_t texts = 0;
  verdict_case_init(&test, "segment a { when: country = \"Denmark\" }\n",
                    (struct seg_verdict_options){0});
  assert_true(seg_circuit_init(&circuit, &test.pipeline.program));
  assert_int_equal(seg_pool_init(&pool, &circuit, &error), SEG_OK);
  assert_int_equal(seg_pool_invent(&pool, 40, &error), SEG_OK);
  char *others[16]; // what was freed is used again
  for (size_t i = 0; i < 16; i++) {
    size_t size = (size_t)1 << (10 + i / 2);
    others[i] = malloc(size);
    assert_non_null(others[i]);
    memset(others[i], '?', size);
  }
  for (uint32_t i = 0; i < pool.customers; i++) {
    const struct seg_value *country = &pool.rows[i].dataset.customers.rows.items[0].values[0];
    if (!country->known || country->text.size == 0)
      continue;
    assert_true(seg_str_is(country->text, "Denmark") || seg_str_is(country->text, "Denmarkx") ||
                seg_str_is(country->text, "xDenmark"));
    texts += country->text.size > strlen("Denmark");
  }
  assert_true(texts > 0);
  for (size_t i = 0; i < 16; i++)
    free(others[i]);
  seg_pool_deinit(&pool);
  seg_circuit_deinit(&circuit);
  verdict_case_deinit(&test);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(overlaps),       cmocka_unit_test(declared_relations),
      cmocka_unit_test(witnesses),      cmocka_unit_test(few_witnesses),
      cmocka_unit_test(invented_texts), cmocka_unit_test(never),
      cmocka_unit_test(always),         cmocka_unit_test(same_and_inside),
      cmocka_unit_test(hidden),         cmocka_unit_test(gaps),
      cmocka_unit_test(redundant),      cmocka_unit_test(long_lists),
      cmocka_unit_test(days),           cmocka_unit_test(modules),
      cmocka_unit_test(unproved),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
