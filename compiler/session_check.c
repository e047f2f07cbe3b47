// Proofs about the rules of a session; see segc.h.
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/findings/findings.h"
#include "compiler/replace_file.h"
#include "compiler/session.h"
#include "runtime/base/json_writer.h"

static void write_proofs(const void *context, struct seg_json *json) {
  const struct segc_session *session = context;
  seg_findings_write_json(&session->pipeline.program, &session->verdicts, json);
}

static bool has_witness(const struct seg_verdicts *verdicts) {
  for (size_t i = 0; i < verdicts->items.count; i++)
    if (verdicts->items.items[i].witness != NULL)
      return true;
  return false;
}

/** The file of the project at this path, or SEG_ABSENT. */
static uint32_t file_at(const struct seg_source_map *map, const char *path) {
  struct stat wanted, found;
  if (stat(path, &wanted) != 0)
    return SEG_ABSENT;
  for (uint32_t i = 0; i < map->files.count; i++) {
    const struct seg_source_file *file = &map->files.items[i];
    if (!file->bundled && stat(file->name.data, &found) == 0 && found.st_dev == wanted.st_dev &&
        found.st_ino == wanted.st_ino)
      return i;
  }
  return SEG_ABSENT;
}

static enum seg_status write_tests(struct segc_session *session, const char *path,
                                   const struct seg_findings_request *request) {
  struct seg_error *error = &session->error;
  struct seg_arena *arena = &session->arena;
  struct seg_str text;
  enum seg_status status =
      seg_findings_tests(request, file_at(&session->pipeline.map, path), arena, &text, error);
  if (status != SEG_OK)
    return status;
  return access(path, F_OK) == 0 ? seg_replace_file(arena, path, text, error)
                                 : seg_create_file(arena, path, text, error);
}

static enum seg_status report(struct segc_session *session, const char *tests) {
  struct seg_pipeline *pipeline = &session->pipeline;
  // Machine code is made only when there is somebody to try it on.
  enum seg_status status = SEG_OK;
  if (has_witness(&session->verdicts))
    status = seg_pipeline_run(pipeline, SEG_PASS_CODEGEN, &session->error);
  if (status != SEG_OK)
    return status;
  bool compiled = seg_pipeline_reached(pipeline, SEG_PASS_CODEGEN);
  const struct seg_replay replay = {
      .program = &pipeline->program,
      .plan = &pipeline->plan,
      .kernels = compiled ? seg_code_kernels(pipeline->code) : NULL,
  };
  const struct seg_findings_request request = {
      .program = &pipeline->program,
      .map = &pipeline->map,
      .verdicts = &session->verdicts,
      .replay = compiled ? &replay : NULL,
  };
  status = seg_findings_report(&request, &pipeline->sink, &session->error);
  return status == SEG_OK && tests != NULL ? write_tests(session, tests, &request) : status;
}

static enum seg_status prove(struct segc_session *session, const struct segc_check_options *given) {
  struct seg_pipeline *pipeline = &session->pipeline;
  if (!given->no_proof_cache)
    session->proof_cache = seg_proof_cache_open(given->proof_cache, SEGC_VERSION);
  const struct seg_verdict_options options = {
      .map = &pipeline->map,
      .budget = given->budget,
      .threads = given->threads,
      .witnesses = SEG_FINDINGS_SHOWN_PAIRS,
      .cache = session->proof_cache,
      .interrupted = &session->interrupted,
  };
  enum seg_status status =
      seg_verdicts_find(&pipeline->program, &options, &session->verdicts, &session->error);
  seg_proof_cache_write(session->proof_cache); // also what was found before an interruption
  if (status == SEG_OK)
    status = report(session, given->witness_tests);
  if (status == SEG_OK)
    pipeline->sink.appendix = (struct seg_diag_appendix){"proofs", write_proofs, session};
  return status;
}

enum segc_status segc_check(struct segc_session *session, const struct segc_check_options *options,
                            struct segc_proofs *proofs) {
  memset(&session->error, 0, sizeof session->error);
  *proofs = (struct segc_proofs){0};
  struct seg_pipeline *pipeline = &session->pipeline;
  if (session->checked)
    return seg_session_failed(
        seg_fail(&session->error, SEG_USAGE, "", "the rules of a session are proved only once"));
  session->checked = true;
  enum seg_status status = seg_pipeline_run(pipeline, SEG_PASS_SEMA, &session->error);
  if (status == SEG_OK && pipeline->sink.errors > 0)
    return SEGC_FINDINGS;
  if (status == SEG_OK)
    status = prove(session, options);
  if (status != SEG_OK)
    return seg_session_failed(status);
  struct seg_findings_counts counts = seg_findings_count(&session->verdicts);
  *proofs = (struct segc_proofs){
      .pairs = counts.pairs,
      .disjoint = counts.disjoint,
      .in_chain = counts.in_chain,
      .may_overlap = counts.may_overlap,
      .overlapping = counts.overlapping,
      .unproved = counts.unproved,
      .open = counts.open,
  };
  return pipeline->sink.errors > 0 ? SEGC_FINDINGS : SEGC_OK;
}
