/**
 * Verdicts about a small project, as lines of text: "overlap a b", "never a: plan = \"pro\"; ...".
 */
#ifndef SEG_TESTS_UNIT_VERDICT_CASE_H
#define SEG_TESTS_UNIT_VERDICT_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compiler/pipeline.h"
#include "compiler/reference/evaluate.h"
#include "compiler/verdicts/verdicts.h"

static const char verdict_shop[] =
    "segc 1\ntimezone: \"UTC\"\ncurrency: EUR\n"
    "customer from \"customers\" key id {\n  country: text?  plan: one of (\"free\", \"basic\", "
    "\"pro\")  age: int?\n  joined: date  opt_in: bool  score: int\n}\n"
    "event purchase from \"purchases\" by id at day { amount: money  channel: one of (\"web\", "
    "\"store\") }\n"
    "event visit from \"visits\" by id at day { page: text }\n"
    "metric purchases = count(purchase)\nmetric revenue = sum(purchase.amount)\n"
    "metric recency = days_since(last(purchase))\n";

struct verdict_case {
  struct seg_pipeline pipeline;
  struct seg_verdicts verdicts;
};

/** Of a whole project. */
static inline void verdict_case_init_text(struct verdict_case *test, const char *text,
                                          struct seg_verdict_options options) {
  struct seg_error error = {0};
  uint32_t file;
  seg_pipeline_init(&test->pipeline);
  assert_int_equal(seg_source_map_add(&test->pipeline.map, seg_str_view("a.seg"),
                                      seg_str_view(text), &file, &error),
                   SEG_OK);
  test->pipeline.sema_options.allow_no_decision = true;
  assert_int_equal(seg_pipeline_run(&test->pipeline, SEG_PASS_SEMA, &error), SEG_OK);
  if (test->pipeline.sink.errors > 0)
    seg_diagnostics_write(&test->pipeline.sink, &test->pipeline.map, SEG_FORMAT_HUMAN, false,
                          stderr);
  assert_int_equal(test->pipeline.sink.errors, 0);
  if (options.map == NULL)
    options.map = &test->pipeline.map;
  assert_int_equal(seg_verdicts_find(&test->pipeline.program, &options, &test->verdicts, &error),
                   SEG_OK);
}

/** Of rules of the shop. */
static inline void verdict_case_init(struct verdict_case *test, const char *rules,
                                     struct seg_verdict_options options) {
  size_t size = strlen(verdict_shop) + strlen(rules) + 1;
  char *text = malloc(size);
  assert_non_null(text);
  snprintf(text, size, "%s%s", verdict_shop, rules);
  verdict_case_init_text(test, text, options);
  free(text);
}

static inline void verdict_case_deinit(struct verdict_case *test) {
  seg_verdicts_deinit(&test->verdicts);
  seg_pipeline_deinit(&test->pipeline);
}

static inline void verdict_write(const struct verdict_case *test, const struct seg_verdict *verdict,
                                 FILE *out) {
  const struct seg_program *program = &test->pipeline.program;
  fputs(seg_verdict_kind_name(verdict->kind), out);
  if (verdict->kind == SEG_VERDICT_UNPROVED)
    fprintf(out, " %s", seg_verdict_kind_name(verdict->asked));
  if (verdict->segment != SEG_ABSENT)
    fprintf(out, " %.*s", SEG_STR(program->segments[verdict->segment].name.text));
  if (verdict->other != SEG_ABSENT)
    fprintf(out, " %.*s", SEG_STR(program->segments[verdict->other].name.text));
  if (verdict->chain != SEG_ABSENT)
    fprintf(out, " in %.*s", SEG_STR(program->chains[verdict->chain].name.text));
  for (uint32_t i = 0; i < verdict->other_count; i++)
    fprintf(out, "%s%.*s", i == 0 ? " by " : "+",
            SEG_STR(program->segments[verdict->others[i]].name.text));
  for (uint32_t i = 0; i < verdict->clause_count; i++)
    fprintf(out, "%s%.*s", i == 0 ? ": " : "; ",
            SEG_STR(seg_source_map_text(&test->pipeline.map, verdict->clauses[i]->span)));
  if (verdict->some_days)
    fputs(", some days", out);
  fputc('\n', out);
}

/** All verdicts, a line each; the caller frees it. */
static inline char *verdict_lines(const struct verdict_case *test) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  assert_non_null(out);
  for (size_t i = 0; i < test->verdicts.items.count; i++)
    verdict_write(test, &test->verdicts.items.items[i], out);
  fclose(out);
  return text;
}

/** Does the witness match the rule? */
static inline bool verdict_matches(const struct verdict_case *test,
                                   const struct seg_witness *witness, uint32_t segment) {
  struct seg_reference *reference;
  struct seg_error error = {0};
  assert_int_equal(seg_reference_new(&test->pipeline.program, &witness->dataset, witness->as_of,
                                     &reference, &error),
                   SEG_OK);
  assert_int_equal(seg_reference_customer_count(reference), 1);
  bool matches = seg_reference_member(reference, segment, 0);
  seg_reference_free(reference);
  return matches;
}

/** The verdicts about these rules are exactly these lines, pruned and unpruned. */
static inline void expect_verdicts(const char *rules, const char *lines) {
  for (int unpruned = 0; unpruned < 2; unpruned++) {
    struct verdict_case test;
    verdict_case_init(&test, rules, (struct seg_verdict_options){.unpruned = unpruned == 1});
    char *found = verdict_lines(&test);
    if (strcmp(found, lines) != 0)
      print_message("rules: %s\nunpruned: %d\n", rules, unpruned);
    assert_string_equal(found, lines);
    free(found);
    verdict_case_deinit(&test);
  }
}

#endif
