// Any text through the checker and, for one text in a hundred, on through what needs the solver:
// the negations in doubt and, without errors, verdicts with little budget. They come back, with
// diagnostics or without, and witnesses hold.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/pipeline.h"
#include "compiler/verdicts/verdicts.h"
#include "runtime/base/hash.h"
#include "tests/fuzz/declared.h"
#include "tests/fuzz/target.h"

// A context of the solver takes as long as twenty short texts in the checker.
enum { BUDGET = 3000, MOST_SEGMENTS = 12, MOST_BYTES = 16384, PROVED = 100 };

// What came of all inputs.
static struct {
  bool told;
  unsigned long long parsed, right, proved;
} all;

static void tell(void) {
  fprintf(stderr, "%llu inputs without syntax errors, %llu without errors, %llu proved\n",
          all.parsed, all.right, all.proved);
}

static void prove(const struct seg_pipeline *pipeline) {
  struct seg_verdicts verdicts = {0};
  struct seg_error error = {0};
  const struct seg_verdict_options options = {
      .map = &pipeline->map, .budget = BUDGET, .witnesses = 2};
  if (seg_verdicts_find(&pipeline->program, &options, &verdicts, &error) != SEG_OK)
    fuzz_stop("%s", error.message);
  seg_verdicts_deinit(&verdicts);
  all.proved++;
}

/** Read a text into a pipeline and run it through the passes up to `last`. */
static bool pass(struct seg_pipeline *pipeline, struct seg_str text, enum seg_pass last) {
  struct seg_error error = {0};
  uint32_t file;
  seg_pipeline_init(pipeline);
  pipeline->sema_options.allow_no_decision = true;
  if (seg_source_map_add(&pipeline->map, seg_str_view("fuzz.seg"), text, &file, &error) != SEG_OK)
    return false;
  enum seg_status status = seg_pipeline_run(pipeline, last, &error);
  if (status != SEG_OK && status != SEG_LIMIT && status != SEG_USAGE)
    fuzz_stop("%s", error.message);
  return status == SEG_OK && pipeline->sink.errors == 0;
}

static bool check(struct seg_pipeline *pipeline) {
  struct seg_error error = {0};
  enum seg_status status = seg_sema(&pipeline->ast, &pipeline->map, &pipeline->sema_options,
                                    &pipeline->sink, &pipeline->program, &error);
  if (status != SEG_OK && status != SEG_LIMIT && status != SEG_USAGE)
    fuzz_stop("%s", error.message);
  return status == SEG_OK && pipeline->sink.errors == 0;
}

bool fuzz_is_worth(const uint8_t *data, size_t size) {
  static const char header[] = "segc 1\n"; // of inputs that stand behind declarations
  struct seg_pipeline pipeline;
  struct seg_arena arena;
  seg_arena_init(&arena);
  char *text = seg_arena_alloc(&arena, sizeof header + size);
  if (text == NULL)
    fuzz_stop("out of memory");
  size_t before = declared_is_whole(data, size) ? 0 : sizeof header - 1;
  memcpy(text, header, before);
  if (size > 0)
    memcpy(text + before, data, size);
  bool worth = pass(&pipeline, (struct seg_str){text, before + size}, SEG_PASS_PARSE);
  seg_pipeline_deinit(&pipeline);
  seg_arena_deinit(&arena);
  return worth;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct seg_pipeline pipeline;
  struct seg_arena arena;
  if (size > MOST_BYTES)
    return 0;
  if (!all.told)
    all.told = atexit(tell) == 0;
  seg_arena_init(&arena);
  bool whole = seg_hash_bytes(data, size) % PROVED == 0;
  bool right =
      pass(&pipeline, declared_text(&arena, data, size), whole ? SEG_PASS_LOWER : SEG_PASS_PARSE);
  all.parsed += whole ? seg_pipeline_reached(&pipeline, SEG_PASS_SEMA) : right;
  if (right && !whole)
    right = check(&pipeline);
  all.right += right;
  if (right && whole && pipeline.program.segment_count <= MOST_SEGMENTS)
    prove(&pipeline);
  seg_pipeline_deinit(&pipeline);
  seg_arena_deinit(&arena);
  return 0;
}
