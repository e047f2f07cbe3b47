// What the reference evaluator says; see expected.h.
#include "tests/differential/expected.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "runtime/run/run.h"
#include "tests/differential/three_valued.h"

// Customers whose missing values are looked at once more, spread over all.
enum { LOOKED_AT_AGAIN = 300 };

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint64_t *new_bitmap(uint32_t customers) {
  uint64_t *bitmap = calloc((size_t)customers / 64 + 1, sizeof *bitmap);
  if (bitmap == NULL)
    abort();
  return bitmap;
}

static bool ask_members(struct expected *expected, uint32_t segment) {
  uint64_t *members = expected->members[segment] = new_bitmap(expected->customers);
  for (uint32_t i = 0; i < expected->customers; i++)
    if (seg_reference_member(expected->reference, segment, i))
      seg_bitmap_set(members, i);
  return !seg_reference_overflow(expected->reference);
}

static void ask_held_out(struct expected *expected, uint32_t segment) {
  uint64_t *held_out = expected->held_out[segment] = new_bitmap(expected->customers);
  for (uint32_t i = 0; i < expected->customers; i++)
    if (seg_reference_held_out(expected->reference, segment, i))
      seg_bitmap_set(held_out, i);
}

/** Does a missing value decide a membership? */
static void look_again(struct expected *expected, const struct seg_program *program,
                       uint32_t segment) {
  const struct seg_program_segment *rule = &program->segments[segment];
  uint32_t step = 1 + expected->customers / LOOKED_AT_AGAIN;
  for (uint32_t i = segment % step; i < expected->customers; i += step) {
    bool member = seg_bitmap_test(expected->members[segment], i);
    bool holds = three_valued(program, expected->reference, rule->when, i) == ANSWER_TRUE;
    if (member == holds || expected->wrong[0] != '\0')
      continue;
    struct seg_str key = seg_reference_customer_key(expected->reference, i);
    snprintf(expected->wrong, sizeof expected->wrong,
             "customer `%.*s` in `%.*s`: %s, though a missing value decides it", SEG_STR(key),
             SEG_STR(rule->name.text), member ? "yes" : "no");
  }
}

static void ask(struct expected *expected, const struct seg_program *program) {
  expected->customers = seg_reference_customer_count(expected->reference);
  bool fine = !seg_reference_overflow(expected->reference);
  for (uint32_t i = 0; fine && i < program->segment_count; i++)
    fine = ask_members(expected, i);
  expected->overflow = !fine;
  for (uint32_t i = 0; fine && i < program->segment_count; i++) {
    if (program->segments[i].holdout.whole != 0)
      ask_held_out(expected, i);
    look_again(expected, program, i);
  }
}

void expected_init(struct expected *expected, const struct seg_pipeline *pipeline,
                   struct data *data) {
  const struct seg_program *program = &pipeline->program;
  bool reads[DATA_MAX_TABLES] = {false};
  struct seg_error error = {0};
  double start = seconds();
  memset(expected, 0, sizeof *expected);
  seg_arena_init(&expected->arena);
  expected->segment_count = program->segment_count;
  expected->members = calloc(program->segment_count + 1, sizeof *expected->members);
  expected->held_out = calloc(program->segment_count + 1, sizeof *expected->held_out);
  if (expected->members == NULL || expected->held_out == NULL)
    abort();
  for (uint32_t i = 0; i < pipeline->plan.event_count; i++)
    reads[i] = seg_run_reads_event(&pipeline->plan, i);
  data_dataset(data, program, reads, &expected->arena, &expected->dataset);
  enum seg_status status =
      seg_reference_new(program, &expected->dataset, data->as_of, &expected->reference, &error);
  if (status == SEG_OK) {
    ask(expected, program);
    status = seg_reference_status(expected->reference, &error);
  }
  if (status != SEG_OK)
    snprintf(expected->wrong, sizeof expected->wrong, "the reference evaluator failed: %.400s",
             error.message);
  expected->seconds = seconds() - start;
}

void expected_deinit(struct expected *expected) {
  for (uint32_t i = 0; i < expected->segment_count; i++) {
    free(expected->members[i]);
    free(expected->held_out[i]);
  }
  free(expected->members);
  free(expected->held_out);
  seg_reference_free(expected->reference);
  seg_dataset_deinit(&expected->dataset);
  seg_arena_deinit(&expected->arena);
}
