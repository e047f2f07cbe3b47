// The passes of the compiler, in order; see pipeline.h.
#include "compiler/pipeline.h"

#include <string.h>

#include "compiler/guards/guards.h"
#include "compiler/lower/lower.h"
#include "compiler/modules/modules.h"

static enum seg_status parse(struct seg_pipeline *pipeline, struct seg_error *error) {
  uint32_t files = (uint32_t)pipeline->map.files.count;
  for (uint32_t file = 0; file < files; file++) {
    enum seg_status status =
        seg_parse(&pipeline->map, file, &pipeline->ast, &pipeline->sink, error);
    if (status != SEG_OK)
      return status;
  }
  return seg_modules_load(&pipeline->map, &pipeline->ast, &pipeline->sink, error);
}

static enum seg_status sema(struct seg_pipeline *pipeline, struct seg_error *error) {
  enum seg_status status = seg_sema(&pipeline->ast, &pipeline->map, &pipeline->sema_options,
                                    &pipeline->sink, &pipeline->program, error);
  if (status == SEG_OK)
    status = seg_guards_settle(&pipeline->program, &pipeline->sink, error);
  return status;
}

static enum seg_status lower(struct seg_pipeline *pipeline, struct seg_error *error) {
  return seg_lower(&pipeline->program, &pipeline->map, &pipeline->plan, error);
}

static enum seg_status codegen(struct seg_pipeline *pipeline, struct seg_error *error) {
  return seg_codegen(&pipeline->plan, &pipeline->codegen_options, &pipeline->code, error);
}

// In order. Every pass wants rules without errors: after a syntax error, a name that could not be
// read would be reported again as unknown.
static enum seg_status (*const passes[SEG_PASS_COUNT])(struct seg_pipeline *,
                                                       struct seg_error *) = {
    [SEG_PASS_PARSE] = parse,
    [SEG_PASS_SEMA] = sema,
    [SEG_PASS_LOWER] = lower,
    [SEG_PASS_CODEGEN] = codegen,
};

void seg_pipeline_init(struct seg_pipeline *pipeline) {
  memset(pipeline, 0, sizeof *pipeline);
  seg_source_map_init(&pipeline->map);
  seg_diagnostics_init(&pipeline->sink);
  seg_ast_init(&pipeline->ast);
  seg_program_init(&pipeline->program);
  seg_plan_init(&pipeline->plan);
}

void seg_pipeline_deinit(struct seg_pipeline *pipeline) {
  seg_code_free(pipeline->code);
  seg_plan_deinit(&pipeline->plan);
  seg_program_deinit(&pipeline->program);
  seg_ast_deinit(&pipeline->ast);
  seg_diagnostics_deinit(&pipeline->sink);
  seg_source_map_deinit(&pipeline->map);
}

enum seg_status seg_pipeline_run(struct seg_pipeline *pipeline, enum seg_pass last,
                                 struct seg_error *error) {
  while (pipeline->passes_done <= (uint32_t)last && pipeline->sink.errors == 0) {
    enum seg_status status = passes[pipeline->passes_done](pipeline, error);
    if (status != SEG_OK)
      return status;
    if (pipeline->sink.out_of_memory)
      return seg_fail_memory(error, "the list of what is wrong with the rules");
    pipeline->passes_done++;
  }
  return SEG_OK;
}

bool seg_pipeline_reached(const struct seg_pipeline *pipeline, enum seg_pass pass) {
  return pipeline->passes_done > (uint32_t)pass;
}
