// The reference evaluator's answer.
#include <string.h>

#include "compiler/pipeline.h"
#include "compiler/project.h"
#include "compiler/reference/evaluate.h"
#include "runtime/run/run.h"
#include "runtime/time/timestamp_text.h"
#include "tests/conformance/table.h"
#include "tests/conformance/ways.h"

static const char *error_codes(struct seg_arena *arena, const struct seg_diagnostics *sink) {
  const char *codes = "";
  for (size_t i = 0; i < sink->list.count; i++) {
    const struct seg_diag_info *info = &seg_diag_info[sink->list.items[i]->code];
    if (info->severity == SEG_ERROR)
      codes = case_format(arena, "%s%s%s", codes, codes[0] == '\0' ? "" : " ", info->code);
  }
  return codes;
}

static bool fill(struct answer *answer, const struct conformance_case *c,
                 const struct seg_program_entity *entity, const struct seg_zone *zone,
                 struct seg_rows *rows) {
  for (size_t i = 0; i < c->tables.count; i++) {
    if (!seg_str_is(entity->source, c->tables.items[i].name))
      continue;
    struct table table;
    table_read(&answer->arena, c->tables.items[i].text, &table);
    bool fine = table_fill(&answer->arena, &table, entity, zone, rows);
    table_deinit(&table);
    return fine;
  }
  return true; // a source that no rule needs
}

static bool fill_all(struct answer *answer, const struct conformance_case *c,
                     const struct seg_program *program, struct seg_dataset *dataset) {
  struct seg_zone *zone = NULL;
  struct seg_error error = {0};
  if (seg_zone_load(program->timezone, &zone, &error) != SEG_OK)
    return false;
  bool fine = program->customer_from_event >= 0 ||
              fill(answer, c, &program->customer, zone, &dataset->customers);
  for (uint32_t i = 0; fine && i < program->event_count; i++)
    fine = fill(answer, c, &program->events[i], zone, &dataset->events[i]);
  if (!seg_dataset_add_lists(dataset, program->list_count))
    case_out_of_memory();
  for (uint32_t i = 0; fine && i < program->list_count; i++) {
    const struct seg_program_entity list = {.source = program->lists[i].source,
                                            .key = program->lists[i].key};
    fine = fill(answer, c, &list, zone, &dataset->lists[i]);
  }
  seg_zone_free(zone);
  return fine;
}

static const char *text_of(struct answer *answer, struct seg_str text) {
  return case_format(&answer->arena, "%.*s", SEG_STR(text));
}

// A run counts the orphans of the events it reads; the evaluator has no such bounds.
static bool reads_all(const struct seg_plan *plan) {
  for (uint32_t i = 0; i < plan->event_count; i++)
    if (!seg_run_reads_event(plan, i))
      return false;
  return true;
}

static void decide(struct answer *answer, const struct seg_pipeline *pipeline,
                   struct seg_reference *reference) {
  const struct seg_program *program = &pipeline->program;
  uint32_t count = seg_reference_customer_count(reference);
  struct answer_line *line = answer_line(answer, "customers");
  for (uint32_t customer = 0; customer < count; customer++)
    answer_add(answer, line, text_of(answer, seg_reference_customer_key(reference, customer)));
  for (uint32_t s = 0; s < program->segment_count; s++) {
    line = answer_line(answer, text_of(answer, program->segments[s].name.text));
    for (uint32_t customer = 0; customer < count; customer++)
      if (seg_reference_member(reference, s, customer))
        answer_add(answer, line, text_of(answer, seg_reference_customer_key(reference, customer)));
  }
  for (uint32_t s = 0; s < program->segment_count; s++) {
    if (program->segments[s].holdout.whole == 0)
      continue;
    line = answer_line(answer, case_format(&answer->arena, "%.*s_holdout",
                                           SEG_STR(program->segments[s].name.text)));
    for (uint32_t customer = 0; customer < count; customer++)
      if (seg_reference_held_out(reference, s, customer))
        answer_add(answer, line, text_of(answer, seg_reference_customer_key(reference, customer)));
  }
  for (uint32_t i = 0; i < program->chain_count; i++) {
    const struct seg_program_chain *chain = &program->chains[i];
    line =
        answer_line(answer, case_format(&answer->arena, "chain %.*s", SEG_STR(chain->name.text)));
    for (uint32_t customer = 0; customer < count; customer++) {
      int32_t winner = seg_reference_winner(reference, i, customer);
      struct seg_str name =
          winner < 0 ? chain->otherwise : program->segments[chain->members[winner]].name.text;
      struct seg_str key = seg_reference_customer_key(reference, customer);
      answer_add(answer, line,
                 case_format(&answer->arena, "%.*s=%.*s", SEG_STR(key), SEG_STR(name)));
    }
  }
  if (reads_all(&pipeline->plan))
    answer_add(answer, answer_line(answer, "orphans"),
               case_format(&answer->arena, "%llu",
                           (unsigned long long)seg_reference_orphan_count(reference)));
  if (seg_reference_overflow(reference))
    answer->failure = "D301";
  answer->has_lines = !seg_reference_overflow(reference);
}

// Whatever the tables say of a customer, a test block must be able to say.
static void state(struct answer *answer, const struct conformance_case *c, const char *folder,
                  const struct seg_program *program, const struct seg_dataset *dataset,
                  struct seg_reference *reference, int32_t as_of) {
  const char *rules = case_format(&answer->arena, "%s/rules", folder);
  const char *file = case_format(&answer->arena, "%s/stated.seg", folder);
  FILE *out = fopen(file, "w");
  bool stated = out != NULL && state_tests(program, dataset, reference, as_of, out);
  if (out != NULL)
    fclose(out);
  const char *problem = stated ? run_stated_tests(c, rules, file, &answer->arena) : NULL;
  if (problem != NULL)
    answer->failure = case_format(&answer->arena, "as test blocks: %s", problem);
}

static bool evaluate(struct answer *answer, const struct conformance_case *c, const char *folder,
                     const struct seg_pipeline *pipeline) {
  const struct seg_program *program = &pipeline->program;
  struct seg_error error = {0};
  struct seg_dataset dataset;
  struct seg_reference *reference = NULL;
  int32_t as_of = 0;
  if (!seg_date_parse(seg_str_view(c->as_of), &as_of))
    return false;
  if (!seg_dataset_init(&dataset, program->event_count))
    case_out_of_memory();
  bool fine = fill_all(answer, c, program, &dataset) &&
              seg_reference_new(program, &dataset, as_of, &reference, &error) == SEG_OK;
  if (fine)
    decide(answer, pipeline, reference);
  if (fine && answer->has_lines)
    state(answer, c, folder, program, &dataset, reference, as_of);
  seg_reference_free(reference);
  seg_dataset_deinit(&dataset);
  return fine;
}

// What the reference evaluator cannot know: values that do not fit, files, queries, sizes.
static bool is_its_business(const struct conformance_case *c) {
  return c->sources.count == 0 && (c->data_error == NULL || strcmp(c->data_error, "D301") == 0) &&
         (c->errors != NULL || c->expected != NULL || c->data_error != NULL);
}

bool by_reference(const struct conformance_case *c, const char *folder, struct answer *answer) {
  if (!is_its_business(c))
    return false;
  struct seg_pipeline pipeline;
  struct seg_error error = {0};
  seg_pipeline_init(&pipeline);
  pipeline.sema_options.allow_no_decision = c->allow_no_decision;
  const char *rules = case_format(&answer->arena, "%s/rules", folder);
  answer->members_only = true;
  enum seg_status status = seg_project_read(&pipeline.map, &rules, 1, &error);
  if (status == SEG_OK)
    status = seg_pipeline_run(&pipeline, SEG_PASS_LOWER, &error);
  if (status != SEG_OK)
    answer->failure = case_format(&answer->arena, "%s", error.message);
  else
    answer->errors = error_codes(&answer->arena, &pipeline.sink);
  if (status == SEG_OK && pipeline.sink.errors == 0 && c->errors == NULL &&
      !evaluate(answer, c, folder, &pipeline))
    answer->failure = "the tables cannot be read by hand";
  seg_pipeline_deinit(&pipeline);
  return true;
}
