// compiler/modules: what `use` adds to the tree, and under which names.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "compiler/pipeline.h"

static void load(struct seg_pipeline *pipeline, const char *text) {
  uint32_t file;
  struct seg_error error;
  seg_pipeline_init(pipeline);
  assert_int_equal(
      seg_source_map_add(&pipeline->map, seg_str_view("a.seg"), seg_str_view(text), &file, &error),
      SEG_OK);
  assert_int_equal(seg_pipeline_run(pipeline, SEG_PASS_SEMA, &error), SEG_OK);
}

#define HEAD                                                                                       \
  "segc 1\ntimezone: \"UTC\"\ncurrency: EUR\ncustomer from line\n"                                 \
  "event line from \"lines\" by id at ts { value: money }\n"
#define RULE "segment s { when: rfm_monetary > 5 decision: \"d\" }\n"

static const struct seg_declaration *find(const struct seg_pipeline *pipeline,
                                          enum seg_declaration_kind kind, const char *name) {
  for (const struct seg_declaration *d = pipeline->ast.first; d != NULL; d = d->next)
    if (d->kind == kind && (kind == SEG_DECLARE_NEED ? seg_str_is(d->need->event.text, name)
                                                     : seg_str_is(d->metric->name.text, name)))
      return d;
  return NULL;
}

static void names_of_the_project(void **state) {
  (void)state;
  struct seg_pipeline pipeline;
  load(&pipeline, HEAD "use std.rfm with purchase = line, purchase.amount = value\n" RULE);
  assert_int_equal(pipeline.sink.errors, 0);
  const struct seg_declaration *need = find(&pipeline, SEG_DECLARE_NEED, "purchase");
  assert_non_null(need);
  assert_true(seg_str_is(need->need->entity->name.text, "line"));
  assert_true(seg_str_is(need->need->entity->columns[0].name.text, "value"));
  assert_true(seg_str_is(need->need->columns[0].text, "amount"));
  assert_int_equal(need->need->use->span.file, 0);
  assert_true(pipeline.map.files.items[need->span.file].bundled);
  assert_false(pipeline.map.files.items[0].bundled);
  seg_pipeline_deinit(&pipeline);
}

static void only_what_is_used(void **state) {
  (void)state;
  struct seg_pipeline pipeline;
  load(&pipeline, HEAD "use std.rfm with purchase = line, purchase.amount = value\n" RULE);
  assert_int_equal(pipeline.program.metric_count, 1);
  assert_true(seg_str_is(pipeline.program.metrics[0].name.text, "rfm_monetary"));
  assert_non_null(pipeline.program.metrics[0].value);
  assert_int_equal(pipeline.sink.warnings, 0); // unused metrics of a module are no mistake
  seg_pipeline_deinit(&pipeline);
}

static void once(void **state) {
  (void)state;
  struct seg_pipeline pipeline;
  load(&pipeline, HEAD "use std.rfm with purchase = line, purchase.amount = value\n"
                       "use std.rfm with purchase = line, purchase.amount = value\n" RULE);
  assert_int_equal(pipeline.sink.errors, 0);
  assert_int_equal(pipeline.map.files.count, 2);
  seg_pipeline_deinit(&pipeline);
}

static void the_needs_are_reported_at_the_use(void **state) {
  (void)state;
  struct seg_pipeline pipeline;
  load(&pipeline, HEAD "use std.rfm\n" RULE);
  assert_int_equal(pipeline.sink.errors, 1);
  const struct seg_diagnostic *d = pipeline.sink.list.items[0];
  assert_int_equal(d->code, SEG_DIAG_MODULE_NEED);
  assert_true(seg_str_is(seg_source_map_text(&pipeline.map, d->span), "use std.rfm"));
  seg_pipeline_deinit(&pipeline);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_of_the_project),
      cmocka_unit_test(only_what_is_used),
      cmocka_unit_test(once),
      cmocka_unit_test(the_needs_are_reported_at_the_use),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
