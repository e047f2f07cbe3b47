// The data dictionary of a session; see segc.h.
#include <stdlib.h>
#include <string.h>

#include "compiler/report/dictionary.h"
#include "compiler/session.h"

enum seg_status seg_session_segment(struct segc_session *session, const char *name,
                                    int32_t *segment) {
  const struct seg_program *program = &session->pipeline.program;
  struct seg_str wanted = seg_str_view(name);
  for (uint32_t i = 0; i < program->segment_count; i++)
    if (seg_str_equal(program->segments[i].name.text, wanted)) {
      *segment = (int32_t)i;
      return SEG_OK;
    }
  seg_fail(&session->error, SEG_USAGE, "", "the project has no segment `%s`", name);
  struct seg_str *names = calloc(program->segment_count + 1, sizeof *names);
  for (uint32_t i = 0; names != NULL && i < program->segment_count; i++)
    names[i] = program->segments[i].name.text;
  struct seg_str near = {0};
  if (names != NULL)
    near = seg_suggest(wanted, names, program->segment_count);
  free(names);
  if (near.data != NULL)
    seg_error_help(&session->error, "did you mean `%.*s`?", SEG_STR(near));
  else
    seg_error_help(&session->error, "`segc show` lists the segments of a project");
  return SEG_USAGE;
}

enum segc_status segc_show(struct segc_session *session, const char *segment,
                           enum segc_format format, FILE *out) {
  memset(&session->error, 0, sizeof session->error);
  struct seg_pipeline *pipeline = &session->pipeline;
  if (pipeline->sink.errors > 0)
    return SEGC_FINDINGS;
  int32_t only = -1;
  enum seg_status status = segment == NULL ? SEG_OK : seg_session_segment(session, segment, &only);
  if (status != SEG_OK)
    return seg_session_failed(status);
  struct seg_dictionary dictionary;
  status =
      seg_dictionary_init(&dictionary, &pipeline->program, &pipeline->map, only, &session->error);
  if (status == SEG_OK && format == SEGC_FORMAT_JSON)
    seg_dictionary_write_json(&dictionary, out);
  else if (status == SEG_OK && format == SEGC_FORMAT_MARKDOWN)
    seg_dictionary_write_markdown(&dictionary, out);
  else if (status == SEG_OK)
    seg_dictionary_write_text(&dictionary, out);
  seg_dictionary_deinit(&dictionary);
  return seg_session_failed(status);
}
