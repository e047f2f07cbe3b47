// The public interface: sessions, loading, diagnostics and dumps. Runs are in session_run.c.
#include "compiler/session.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/codegen/processor.h"
#include "compiler/project.h"
#include "compiler/session_code.h"
#include "runtime/base/text_stream.h"
#include "runtime/io/io_errors.h"

struct segc_session *segc_session_new(void) {
  struct segc_session *session = calloc(1, sizeof *session);
  if (session == NULL)
    return NULL;
  seg_pipeline_init(&session->pipeline);
  seg_arena_init(&session->arena);
  atomic_init(&session->interrupted, false);
  return session;
}

void segc_session_free(struct segc_session *session) {
  if (session == NULL)
    return;
  seg_verdicts_deinit(&session->verdicts);
  seg_proof_cache_close(session->proof_cache);
  seg_session_free_code(session);
  seg_pipeline_deinit(&session->pipeline);
  seg_arena_deinit(&session->arena);
  free(session);
}

struct segc_error segc_last_error(const struct segc_session *session) {
  return (struct segc_error){session->error.code, session->error.message, session->error.help};
}

void segc_interrupt(struct segc_session *session) {
  atomic_store(&session->interrupted, true);
}

enum segc_status seg_session_failed(enum seg_status status) {
  switch (status) {
  case SEG_OK: return SEGC_OK;
  case SEG_INTERRUPTED: return SEGC_INTERRUPTED;
  case SEG_OUT_OF_MEMORY:
  case SEG_IO:
  case SEG_BAD_DATA:
  case SEG_USAGE:
  case SEG_LIMIT:
  case SEG_INTERNAL: return SEGC_FAILURE;
  }
  return SEGC_FAILURE;
}

static enum segc_status usage(struct segc_session *session, const char *message) {
  return seg_session_failed(seg_fail(&session->error, SEG_USAGE, "", "%s", message));
}

enum segc_status segc_load(struct segc_session *session,
                           const struct segc_project_options *options) {
  memset(&session->error, 0, sizeof session->error);
  if (session->loaded)
    return usage(session, "a session loads one project only");
  session->loaded = true;
  if (options->path_count == 0)
    return usage(session, "no rule files or folders are named");
  struct seg_pipeline *pipeline = &session->pipeline;
  pipeline->sema_options.allow_no_decision = options->allow_no_decision;
  enum seg_status status =
      seg_processor_find(options->cpu, &pipeline->codegen_options.cpu, &session->error);
  if (status == SEG_OK)
    status = seg_project_read(&pipeline->map, options->paths, options->path_count, &session->error);
  if (status == SEG_OK)
    status = seg_pipeline_run(pipeline, SEG_PASS_SEMA, &session->error);
  if (status != SEG_OK)
    return seg_session_failed(status);
  return pipeline->sink.errors > 0 ? SEGC_FINDINGS : SEGC_OK;
}

void seg_session_use_code_cache(struct segc_session *session,
                                const struct segc_run_options *options) {
  if (!options->no_code_cache && seg_private_folder_open(&session->objects, options->code_cache))
    session->pipeline.codegen_options.objects = &session->objects;
}

void segc_write_diagnostics(const struct segc_session *session, enum segc_format format, bool color,
                            FILE *out) {
  static const enum seg_diag_format formats[] = {
      [SEGC_FORMAT_HUMAN] = SEG_FORMAT_HUMAN,
      [SEGC_FORMAT_JSON] = SEG_FORMAT_JSON,
      [SEGC_FORMAT_SARIF] = SEG_FORMAT_SARIF,
      [SEGC_FORMAT_GITHUB] = SEG_FORMAT_GITHUB,
  };
  // Written at once: standard error has no buffer of its own.
  char *text = NULL;
  size_t size = 0;
  FILE *whole = seg_text_stream(&text, &size);
  bool kept = whole != NULL;
  if (whole != NULL) {
    seg_diagnostics_write(&session->pipeline.sink, &session->pipeline.map, formats[format], color,
                          whole);
    kept = fclose(whole) == 0;
  }
  if (kept)
    fwrite(text, 1, size, out);
  else
    seg_diagnostics_write(&session->pipeline.sink, &session->pipeline.map, formats[format], color,
                          out);
  free(text);
}

struct segc_counts segc_counts(const struct segc_session *session) {
  const struct seg_pipeline *pipeline = &session->pipeline;
  size_t files = 0;
  for (size_t i = 0; i < pipeline->map.files.count; i++)
    files += !pipeline->map.files.items[i].bundled;
  return (struct segc_counts){
      .files = files,
      .segments = pipeline->program.segment_count,
      .metrics = pipeline->program.metric_count,
      .events = pipeline->program.event_count,
      .chains = pipeline->program.chain_count,
      .errors = pipeline->sink.errors,
      .warnings = pipeline->sink.warnings,
      .tests = pipeline->program.test_count,
  };
}

static enum seg_status dump_tokens(struct seg_pipeline *pipeline, FILE *out,
                                   struct seg_error *error) {
  (void)error;
  for (uint32_t file = 0; file < pipeline->map.files.count; file++)
    seg_dump_tokens(&pipeline->map, file, out);
  return SEG_OK;
}

static enum seg_status dump_ast(struct seg_pipeline *pipeline, FILE *out, struct seg_error *error) {
  (void)error;
  seg_ast_print(&pipeline->ast, out);
  return SEG_OK;
}

static enum seg_status dump_types(struct seg_pipeline *pipeline, FILE *out,
                                  struct seg_error *error) {
  (void)error;
  seg_program_print(&pipeline->program, out);
  return SEG_OK;
}

static enum seg_status dump_plan(struct seg_pipeline *pipeline, FILE *out,
                                 struct seg_error *error) {
  (void)error;
  seg_plan_print(&pipeline->plan, out);
  return SEG_OK;
}

static enum seg_status dump_llvm(struct seg_pipeline *pipeline, FILE *out,
                                 struct seg_error *error) {
  return seg_code_dump_llvm(&pipeline->plan, &pipeline->codegen_options, out, error);
}

static enum seg_status dump_asm(struct seg_pipeline *pipeline, FILE *out, struct seg_error *error) {
  return seg_code_dump_asm(&pipeline->plan, &pipeline->codegen_options, out, error);
}

// What a stage shows and the pass that must have run before. Tokens and tree are shown for broken
// rules too.
static const struct {
  enum seg_pass pass;
  bool wants_clean_rules;
  enum seg_status (*write)(struct seg_pipeline *, FILE *, struct seg_error *);
} stages[] = {
    [SEGC_STAGE_TOKENS] = {SEG_PASS_PARSE, false, dump_tokens},
    [SEGC_STAGE_AST] = {SEG_PASS_PARSE, false, dump_ast},
    [SEGC_STAGE_TYPES] = {SEG_PASS_SEMA, true, dump_types},
    [SEGC_STAGE_PLAN] = {SEG_PASS_LOWER, true, dump_plan},
    [SEGC_STAGE_LLVM] = {SEG_PASS_LOWER, true, dump_llvm},
    [SEGC_STAGE_ASM] = {SEG_PASS_LOWER, true, dump_asm},
};

enum segc_status segc_dump(struct segc_session *session, enum segc_stage stage, FILE *out) {
  memset(&session->error, 0, sizeof session->error);
  struct seg_pipeline *pipeline = &session->pipeline;
  enum seg_status status = seg_pipeline_run(pipeline, stages[stage].pass, &session->error);
  if (status != SEG_OK)
    return seg_session_failed(status);
  if (stages[stage].wants_clean_rules && pipeline->sink.errors > 0)
    return SEGC_FINDINGS;
  status = stages[stage].write(pipeline, out, &session->error);
  if (status == SEG_OK && ferror(out))
    status = seg_fail(&session->error, SEG_IO, seg_io_code(SEG_IO_OUTPUT_WRITE),
                      "the dump cannot be written");
  return seg_session_failed(status);
}
