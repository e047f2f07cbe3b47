// Explanations of the public interface: the sources are opened as for a run, one customer is read.
#include <string.h>

#include "compiler/explain/explanation.h"
#include "compiler/session_data.h"

static enum seg_status explain(struct segc_session *session, const char *segment,
                               const char *customer, const struct segc_run_options *options,
                               struct seg_session_data *data, struct seg_explanation *explanation) {
  struct seg_pipeline *pipeline = &session->pipeline;
  int32_t number = 0;
  enum seg_status status = seg_session_segment(session, segment, &number);
  seg_session_use_code_cache(session, options);
  if (status == SEG_OK)
    status = seg_pipeline_run(pipeline, SEG_PASS_CODEGEN, &session->error);
  if (status == SEG_OK)
    status = seg_session_data_open(data, &pipeline->plan, options, &session->error);
  if (status != SEG_OK)
    return status;
  struct seg_explain_request request = {
      .program = &pipeline->program,
      .map = &pipeline->map,
      .plan = &pipeline->plan,
      .kernels = seg_code_kernels(pipeline->code),
      .sources = &data->sources,
      .segment = (uint32_t)number,
      .customer = seg_str_view(customer),
      .as_of = data->as_of,
      .interrupted = &session->interrupted,
  };
  return seg_explanation_init(explanation, &request, &session->error);
}

enum segc_status segc_explain(struct segc_session *session, const char *segment,
                              const char *customer, const struct segc_run_options *options,
                              enum segc_format format, FILE *out) {
  memset(&session->error, 0, sizeof session->error);
  if (session->pipeline.sink.errors > 0)
    return SEGC_FINDINGS;
  struct seg_session_data data;
  struct seg_explanation explanation = {0};
  seg_arena_init(&explanation.arena);
  enum seg_status status = seg_session_data_init(&data, session, options, &session->error);
  if (status == SEG_OK)
    status = explain(session, segment, customer, options, &data, &explanation);
  if (status == SEG_OK && format == SEGC_FORMAT_JSON)
    seg_explanation_write_json(&explanation, out);
  else if (status == SEG_OK)
    seg_explanation_write_text(&explanation, out);
  seg_explanation_deinit(&explanation);
  seg_session_data_deinit(&data);
  return seg_session_failed(status);
}
