// A refuted proof made small; see reduce.h.
#include "tests/prover/reduce.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/reference/evaluate.h"
#include "tests/differential/shrink.h"

/** The question by the names of its segments: numbers move when segments go. */
struct reducing {
  const struct attack_options *options;
  uint32_t count;
  const char *names[MAX_PARTS];
  bool negated[MAX_PARTS];
};

static bool wanted_of(const struct reducing *reducing, const struct seg_program *program,
                      struct seg_wanted *wanted) {
  for (uint32_t i = 0; i < reducing->count; i++) {
    wanted[i] = (struct seg_wanted){NULL, reducing->negated[i]};
    for (uint32_t s = 0; s < program->segment_count; s++)
      if (seg_str_is(program->segments[s].name.text, reducing->names[i]))
        wanted[i].condition = program->segments[s].when;
    if (wanted[i].condition == NULL)
      return false;
  }
  return true;
}

/** Does the customer fulfil what the prover says nobody can? */
static bool refutes(const struct seg_program *program, const struct seg_wanted *wanted,
                    const struct seg_found *found, struct data *data) {
  bool reads[DATA_MAX_TABLES];
  struct seg_arena arena;
  struct seg_dataset dataset;
  struct seg_reference *reference = NULL;
  struct seg_error error;
  memset(reads, true, sizeof reads);
  seg_arena_init(&arena);
  data_dataset(data, program, reads, &arena, &dataset);
  bool holds = seg_reference_new(program, &dataset, data->as_of, &reference, &error) == SEG_OK &&
               seg_reference_customer_count(reference) > 0;
  for (uint32_t i = 0; i < found->core_count && holds; i++)
    holds = seg_reference_condition(reference, wanted[found->core[i]].condition, 0) !=
            wanted[found->core[i]].negated;
  holds = holds && !seg_reference_overflow(reference);
  seg_reference_free(reference);
  seg_dataset_deinit(&dataset);
  seg_arena_deinit(&arena);
  return holds;
}

static bool judge(void *context, const char *text, struct data *data, char *difference,
                  size_t size) {
  const struct reducing *reducing = context;
  struct seg_pipeline pipeline;
  struct seg_prover prover;
  struct seg_found found;
  struct seg_wanted wanted[MAX_PARTS];
  struct seg_error error;
  uint32_t file;
  seg_pipeline_init(&pipeline);
  if (seg_source_map_add(&pipeline.map, seg_str_view("random.seg"), seg_str_view(text), &file,
                         &error) != SEG_OK ||
      seg_pipeline_run(&pipeline, SEG_PASS_SEMA, &error) != SEG_OK || pipeline.sink.errors > 0 ||
      !wanted_of(reducing, &pipeline.program, wanted))
    return false; // the process ends here: nobody cleans up
  seg_prover_init(&prover, &pipeline.program, reducing->options->budget);
  if (seg_prover_find(&prover, wanted, reducing->count, &found, &error) != SEG_OK ||
      found.existence != SEG_NOBODY || !refutes(&pipeline.program, wanted, &found, data))
    return false;
  int length = snprintf(difference, size, "The prover says that nobody can be:");
  for (uint32_t i = 0; i < found.core_count && (size_t)length < size; i++)
    length += snprintf(difference + length, size - (size_t)length, " %s`%s`",
                       reducing->negated[found.core[i]] ? "outside " : "in ",
                       reducing->names[found.core[i]]);
  return true;
}

void reduce_and_tell(struct model *model, const struct failure *failure,
                     const struct attack_options *options, struct data *customer) {
  struct reducing reducing = {.options = options, .count = failure->part_count};
  for (uint32_t i = 0; i < failure->part_count; i++) {
    reducing.names[i] = model->segments[failure->parts[i].segment].name;
    reducing.negated[i] = failure->parts[i].negated;
  }
  printf("question: %s\n", failure->question);
  struct shrink shrink = {.model = model,
                          .data = customer,
                          .manner = {.threads = 1},
                          .seconds = 100,
                          .judge = judge,
                          .context = &reducing};
  if (failure->kind == FAILURE_WITNESS) {
    char *text = model_print(model);
    printf("the compiled rules do not take the witness:\n%s--- rows\n", text);
    data_write(customer, stdout);
    free(text);
    return;
  }
  if (shrink_differs(&shrink))
    shrink_all(&shrink);
  else
    puts("(the reference evaluator does not agree, or other customers matter)");
  shrink_report(&shrink, stdout);
}
