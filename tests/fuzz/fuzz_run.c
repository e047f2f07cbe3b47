// Any text compiled and run over made-up rows: the compiled rules say of every customer what the
// reference evaluator says.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/lower/lower.h"
#include "runtime/base/hash.h"
#include "runtime/run/run.h"
#include "tests/differential/compare.h"
#include "tests/fuzz/declared.h"
#include "tests/fuzz/random_rows.h"
#include "tests/fuzz/target.h"

// To make machine code, or to ask the solver about negations in doubt, takes ten times as long as
// all else: of the texts that need it one in so many is tried.
enum { MOST_BYTES = 16384, SLOW = 64 };

// What came of all inputs.
static struct {
  bool told;
  unsigned long long compiled, with_code, compared, decisions;
} all;

static void tell(void) {
  fprintf(stderr, "%llu inputs compiled, %llu with machine code; %llu run, %llu decisions\n",
          all.compiled, all.with_code, all.compared, all.decisions);
}

static bool calculates(const struct seg_block *block) {
  bool found = false;
  for (uint32_t i = 0; i < block->step_count; i++)
    found = found ||
            (block->steps[i].op > SEG_OP_AS_OF_INSTANT && block->steps[i].layout != SEG_LAYOUT_BIT);
  return found;
}

/** Rules that only compare columns need no machine code. */
static bool needs_code(const struct seg_plan *plan) {
  bool needs = calculates(&plan->customer.scan) || calculates(&plan->customer_block);
  for (uint32_t i = 0; i < plan->event_count; i++)
    needs = needs || seg_run_reads_event(plan, i);
  return needs;
}

static void compare(const struct subject *subject, uint64_t seed) {
  struct data data;
  if (!random_rows(&data, &subject->pipeline.program, seed))
    return;
  const struct run_manner manner = {.threads = seed % 8 == 0 ? 2 : 1,
                                    .morsel_rows = 1 + (int64_t)(seed % 29)};
  struct comparison_result result;
  compare_run(subject, &data, &manner, &result);
  if (result.verdict == VERDICT_DIFFERENT)
    fuzz_stop("%s", result.difference);
  all.compared++;
  all.decisions += result.decisions;
  data_deinit(&data);
}

/** Is a program without errors one that is run quickly? */
static bool is_quick(struct seg_pipeline *pipeline) {
  struct seg_error error = {0};
  return pipeline->program.doubt_count == 0 &&
         seg_lower(&pipeline->program, &pipeline->map, &pipeline->plan, &error) == SEG_OK &&
         !needs_code(&pipeline->plan);
}

bool fuzz_is_worth(const uint8_t *data, size_t size) {
  struct seg_pipeline pipeline;
  struct seg_arena arena;
  struct seg_error error = {0};
  uint32_t file;
  seg_arena_init(&arena);
  seg_pipeline_init(&pipeline);
  bool worth =
      size <= MOST_BYTES && memchr(data, '\0', size) == NULL &&
      seg_source_map_add(&pipeline.map, seg_str_view("fuzz.seg"), declared_text(&arena, data, size),
                         &file, &error) == SEG_OK &&
      seg_pipeline_run(&pipeline, SEG_PASS_PARSE, &error) == SEG_OK && pipeline.sink.errors == 0 &&
      seg_sema(&pipeline.ast, &pipeline.map, &pipeline.sema_options, &pipeline.sink,
               &pipeline.program, &error) == SEG_OK &&
      pipeline.sink.errors == 0 && (seg_hash_bytes(data, size) % SLOW == 0 || is_quick(&pipeline));
  seg_pipeline_deinit(&pipeline);
  seg_arena_deinit(&arena);
  return worth;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size > MOST_BYTES || memchr(data, '\0', size) != NULL)
    return 0;
  if (!all.told)
    all.told = atexit(tell) == 0;
  struct seg_arena arena;
  struct subject subject;
  seg_arena_init(&arena);
  subject_init(&subject, declared_text(&arena, data, size).data, false);
  if (subject.state == SUBJECT_READY) {
    all.compiled++;
    all.with_code += needs_code(&subject.pipeline.plan);
    compare(&subject, seg_hash_bytes(data, size));
  }
  subject_deinit(&subject);
  seg_arena_deinit(&arena);
  return 0;
}
