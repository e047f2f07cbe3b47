// See session_code.h.
#include "compiler/session_code.h"

#include "runtime/run/narrow.h"

static enum seg_status compile_narrow(struct segc_session *session, const struct seg_plan *narrow,
                                      struct seg_error *error) {
  if (session->narrow_code != NULL && seg_run_equally_narrow(narrow, &session->narrow_plan))
    return SEG_OK;
  seg_session_free_code(session);
  session->narrow_plan = *narrow;
  enum seg_status status = seg_plan_verify(narrow, error);
  return status == SEG_OK
             ? seg_codegen(narrow, &session->pipeline.codegen_options, &session->narrow_code, error)
             : status;
}

enum seg_status seg_session_compile(struct segc_session *session,
                                    const struct seg_run_sources *sources,
                                    const struct seg_plan **plan,
                                    const struct seg_kernels **kernels, struct seg_error *error) {
  struct seg_pipeline *pipeline = &session->pipeline;
  struct seg_plan narrow;
  enum seg_status status =
      seg_run_narrow(&session->arena, &pipeline->plan, sources, &narrow, error);
  if (status != SEG_OK)
    return status;
  bool is_narrow = !seg_run_equally_narrow(&narrow, &pipeline->plan);
  status = is_narrow ? compile_narrow(session, &narrow, error)
                     : seg_pipeline_run(pipeline, SEG_PASS_CODEGEN, error);
  if (status != SEG_OK)
    return status;
  *plan = is_narrow ? &session->narrow_plan : &pipeline->plan;
  *kernels = seg_code_kernels(is_narrow ? session->narrow_code : pipeline->code);
  return SEG_OK;
}

void seg_session_free_code(struct segc_session *session) {
  seg_code_free(session->narrow_code);
  session->narrow_code = NULL;
}
