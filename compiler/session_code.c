// See session_code.h.
#include "compiler/session_code.h"

#include "runtime/run/narrow.h"

static enum seg_status compile_own(struct segc_session *session, const struct seg_plan *plan,
                                   bool winners_only, struct seg_error *error) {
  if (session->own_code != NULL && session->own_winners_only == winners_only &&
      seg_run_equally_narrow(plan, &session->own_plan))
    return SEG_OK;
  seg_session_free_code(session);
  session->own_plan = *plan;
  session->own_winners_only = winners_only;
  struct seg_codegen_options options = session->pipeline.codegen_options;
  options.winners_only = winners_only;
  enum seg_status status = seg_plan_verify_widths(plan, error); // the rest is the pipeline's
  return status == SEG_OK ? seg_codegen(plan, &options, &session->own_code, error) : status;
}

enum seg_status seg_session_compile(struct segc_session *session,
                                    const struct seg_run_sources *sources, bool winners_only,
                                    const struct seg_plan **plan,
                                    const struct seg_kernels **kernels, struct seg_error *error) {
  struct seg_pipeline *pipeline = &session->pipeline;
  struct seg_plan narrow;
  enum seg_status status =
      seg_run_narrow(&session->arena, &pipeline->plan, sources, &narrow, error);
  if (status != SEG_OK)
    return status;
  bool is_own = winners_only || !seg_run_equally_narrow(&narrow, &pipeline->plan);
  status = is_own ? compile_own(session, &narrow, winners_only, error)
                  : seg_pipeline_run(pipeline, SEG_PASS_CODEGEN, error);
  if (status != SEG_OK)
    return status;
  *plan = is_own ? &session->own_plan : &pipeline->plan;
  *kernels = seg_code_kernels(is_own ? session->own_code : pipeline->code);
  return SEG_OK;
}

void seg_session_free_code(struct segc_session *session) {
  seg_code_free(session->own_code);
  session->own_code = NULL;
}
