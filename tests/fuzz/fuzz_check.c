// Any text through the checker and, when it has no errors, through the prover with little budget:
// they come back, with diagnostics or without, and witnesses hold.
#include "compiler/pipeline.h"
#include "compiler/verdicts/verdicts.h"
#include "tests/fuzz/target.h"

enum { BUDGET = 3000, MOST_SEGMENTS = 12, MOST_BYTES = 16384 };

static void prove(const struct seg_pipeline *pipeline) {
  struct seg_verdicts verdicts = {0};
  struct seg_error error = {0};
  const struct seg_verdict_options options = {
      .map = &pipeline->map, .budget = BUDGET, .witnesses = 2};
  if (seg_verdicts_find(&pipeline->program, &options, &verdicts, &error) != SEG_OK)
    fuzz_stop("%s", error.message);
  seg_verdicts_deinit(&verdicts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct seg_pipeline pipeline;
  struct seg_error error = {0};
  struct seg_str text = {(const char *)data, size};
  uint32_t file;
  if (size > MOST_BYTES)
    return 0;
  seg_pipeline_init(&pipeline);
  pipeline.sema_options.allow_no_decision = true;
  if (seg_source_map_add(&pipeline.map, seg_str_view("fuzz.seg"), text, &file, &error) == SEG_OK) {
    enum seg_status status = seg_pipeline_run(&pipeline, SEG_PASS_LOWER, &error);
    if (status != SEG_OK && status != SEG_LIMIT && status != SEG_USAGE)
      fuzz_stop("%s", error.message);
    if (status == SEG_OK && seg_pipeline_reached(&pipeline, SEG_PASS_LOWER) &&
        pipeline.program.segment_count <= MOST_SEGMENTS)
      prove(&pipeline);
  }
  seg_pipeline_deinit(&pipeline);
  return 0;
}
