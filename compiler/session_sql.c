// A project as SQL; see segc.h.
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/replace_file.h"
#include "compiler/session.h"
#include "compiler/sql/sql.h"
#include "runtime/base/text_stream.h"
#include "runtime/io/io_errors.h"
#include "runtime/time/timestamp_text.h"

static enum seg_status find_dialect(struct segc_session *session, const char *word,
                                    enum seg_sql_dialect *dialect) {
  for (int i = 0; i < SEG_SQL_DIALECT_COUNT; i++)
    if (word != NULL && strcmp(word, seg_sql_dialect_word((enum seg_sql_dialect)i)) == 0) {
      *dialect = (enum seg_sql_dialect)i;
      return SEG_OK;
    }
  seg_fail(&session->error, SEG_USAGE, "", "`%s` is no dialect of SQL that segc writes",
           word != NULL ? word : "");
  seg_error_help(&session->error, "write duckdb, postgres or sqlite");
  return SEG_USAGE;
}

static enum seg_status find_as_of(struct segc_session *session, const char *text,
                                  struct seg_sql_request *request) {
  request->has_as_of = text != NULL;
  if (text == NULL || seg_date_parse(seg_str_view(text), &request->as_of))
    return SEG_OK;
  seg_fail(&session->error, SEG_USAGE, "", "`%s` is not a date", text);
  seg_error_help(&session->error, "write year-month-day, such as --as-of 2026-11-01");
  return SEG_USAGE;
}

static enum seg_status save(struct segc_session *session, const char *path, struct seg_str text,
                            FILE *out) {
  if (path != NULL && access(path, F_OK) == 0)
    return seg_replace_file(&session->arena, path, text, &session->error);
  if (path != NULL)
    return seg_create_file(&session->arena, path, text, &session->error);
  fwrite(text.data, 1, text.size, out);
  return SEG_OK;
}

enum segc_status segc_emit_sql(struct segc_session *session, const struct segc_sql_options *options,
                               FILE *out) {
  memset(&session->error, 0, sizeof session->error);
  struct seg_pipeline *pipeline = &session->pipeline;
  if (pipeline->sink.errors > 0)
    return SEGC_FINDINGS;
  struct seg_sql_request request = {.program = &pipeline->program,
                                    .map = &pipeline->map,
                                    .order = seg_str_view(options->order),
                                    .version = SEGC_VERSION};
  enum seg_status status = find_dialect(session, options->dialect, &request.dialect);
  if (status == SEG_OK)
    status = find_as_of(session, options->as_of, &request);
  if (status != SEG_OK)
    return seg_session_failed(status);
  char *text = NULL;
  size_t size = 0;
  FILE *memory = seg_text_stream(&text, &size);
  status = memory == NULL ? seg_fail_memory(&session->error, "the query")
                          : seg_sql_write(&request, &pipeline->sink, memory, &session->error);
  if (memory != NULL && fclose(memory) != 0 && status == SEG_OK)
    status = seg_fail_memory(&session->error, "the query");
  bool refused = pipeline->sink.errors > 0;
  if (status == SEG_OK && !refused)
    status = save(session, options->out_path, (struct seg_str){text, size}, out);
  free(text);
  return status == SEG_OK && refused ? SEGC_FINDINGS : seg_session_failed(status);
}
