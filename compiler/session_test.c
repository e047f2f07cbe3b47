// Tests of the public interface; see segc.h.
#include <string.h>

#include "compiler/session.h"
#include "compiler/testing/testing.h"
#include "runtime/io/io_errors.h"

static enum seg_status write(struct segc_session *session, const struct seg_testing *testing,
                             enum segc_format format, FILE *out) {
  if (format == SEGC_FORMAT_JSON)
    seg_testing_write_json(testing, out);
  else if (format == SEGC_FORMAT_JUNIT && !seg_testing_write_junit(testing, out))
    return seg_fail_memory(&session->error, "the results of the tests");
  else if (format != SEGC_FORMAT_JUNIT)
    seg_testing_write_text(testing, out);
  return ferror(out) ? seg_fail(&session->error, SEG_IO, seg_io_code(SEG_IO_OUTPUT_WRITE),
                                "the results of the tests cannot be written")
                     : SEG_OK;
}

enum segc_status segc_test(struct segc_session *session, const struct segc_test_options *options,
                           enum segc_format format, FILE *out) {
  memset(&session->error, 0, sizeof session->error);
  struct seg_pipeline *pipeline = &session->pipeline;
  enum seg_status status = seg_pipeline_run(pipeline, SEG_PASS_SEMA, &session->error);
  // Machine code is made only when there is something to run it on.
  if (status == SEG_OK && pipeline->sink.errors == 0 && pipeline->program.test_count > 0)
    status = seg_pipeline_run(pipeline, SEG_PASS_CODEGEN, &session->error);
  if (status != SEG_OK)
    return seg_session_failed(status);
  if (pipeline->sink.errors > 0)
    return SEGC_FINDINGS;
  struct seg_testing_request request = {
      .program = &pipeline->program,
      .map = &pipeline->map,
      .plan = &pipeline->plan,
      .kernels = pipeline->code != NULL ? seg_code_kernels(pipeline->code) : NULL,
      .filter = seg_str_view(options->filter),
      .coverage = options->coverage,
      .interrupted = &session->interrupted,
  };
  struct seg_testing testing;
  status = seg_testing_init(&testing, &request, &session->error);
  if (status == SEG_OK)
    status = write(session, &testing, format, out);
  bool failed = testing.outcomes[SEG_TEST_PASSED] < testing.test_count;
  seg_testing_deinit(&testing);
  return status == SEG_OK && failed ? SEGC_FINDINGS : seg_session_failed(status);
}
