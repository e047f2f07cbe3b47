// The library's answer: the way a run goes, from rule files and CSV files to an output file.
#include <segc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/conformance/table.h"
#include "tests/conformance/ways.h"

// Everything a function writes, as text.
static const char *diagnostics(struct seg_arena *arena, const struct segc_session *session,
                               enum segc_format format) {
  char *bytes = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&bytes, &size);
  if (out == NULL)
    case_out_of_memory();
  segc_write_diagnostics(session, format, false, out);
  fclose(out);
  const char *text = case_format(arena, "%s", bytes);
  free(bytes);
  return text;
}

// The codes of a JSON report that begin with `letter`.
static const char *codes(struct seg_arena *arena, const char *json, char letter) {
  static const char mark[] = "\"code\":";
  const char *found = "";
  for (const char *at = json; (at = strstr(at, mark)) != NULL;) {
    at += sizeof mark - 1;
    at += strspn(at, " \"");
    if (*at == letter)
      found = case_format(arena, "%s%s%.4s", found, found[0] == '\0' ? "" : " ", at);
  }
  return found;
}

static const char *read_whole(struct seg_arena *arena, const char *path) {
  FILE *in = fopen(path, "r");
  if (in == NULL)
    return NULL;
  const char *text = "";
  char buffer[4096];
  for (size_t size; (size = fread(buffer, 1, sizeof buffer, in)) > 0;)
    text = case_format(arena, "%s%.*s", text, (int)size, buffer);
  fclose(in);
  return text;
}

// The output: the key, a column a segment and a control group, a column a chain, in that order.
static void read_output(struct answer *answer, const struct segc_summary *summary) {
  struct table table;
  table_read(&answer->arena, answer->output, &table);
  answer_line(answer, "customers");
  for (size_t j = 1; j + summary->chain_count < table.column_count; j++)
    answer_line(answer, table.columns[j]);
  for (size_t i = 0; i < summary->chain_count; i++)
    answer_line(answer, case_format(&answer->arena, "chain %s", summary->chains[i].name));
  for (size_t i = 0; i < table.rows.count; i++) {
    const char **fields = table.rows.items[i].fields;
    const char *key = fields[0] == NULL ? "" : fields[0];
    answer_add(answer, answer_line(answer, "customers"), key);
    for (size_t j = 1; j < table.column_count; j++) {
      const char *value = fields[j] == NULL ? "" : fields[j];
      bool chain = j + summary->chain_count >= table.column_count;
      if (chain)
        answer_add(answer,
                   answer_line(answer, case_format(&answer->arena, "chain %s", table.columns[j])),
                   case_format(&answer->arena, "%s=%s", key, value));
      else if (strcmp(value, "true") == 0)
        answer_add(answer, answer_line(answer, table.columns[j]), key);
    }
  }
  table_deinit(&table);
  answer_add(answer, answer_line(answer, "orphans"),
             case_format(&answer->arena, "%llu", (unsigned long long)summary->orphan_events));
  answer->has_lines = true;
}

static void keep_failure(struct answer *answer, const struct segc_session *session,
                         enum segc_status status) {
  struct segc_error error = segc_last_error(session);
  answer->messages = case_format(&answer->arena, "%s%s %s: %s\n", answer->messages, error.code,
                                 error.message, error.help);
  answer->guard = status == SEGC_GUARD;
  if (status == SEGC_FAILURE)
    answer->failure = error.code[0] == '\0' ? "?" : case_format(&answer->arena, "%s", error.code);
}

static void run(const struct conformance_case *c, const char *folder, struct segc_session *session,
                struct answer *answer) {
  const char *out = case_format(&answer->arena, "%s/library.csv", folder);
  const char *data = case_format(&answer->arena, "%s/data", folder);
  const char **sources = seg_arena_array(&answer->arena, c->sources.count + 1, sizeof *sources);
  if (sources == NULL)
    case_out_of_memory();
  for (size_t i = 0; i < c->sources.count; i++)
    sources[i] =
        case_format(&answer->arena, "%s=%s", c->sources.items[i].name, c->sources.items[i].text);
  struct segc_run_options options = {.size = sizeof options,
                                     .as_of = c->as_of,
                                     .data_folder = data,
                                     .sources = sources,
                                     .source_count = c->sources.count,
                                     .out_path = out,
                                     .threads = 2,
                                     .memory_bytes = 1000000000};
  const struct segc_summary *summary = NULL;
  enum segc_status status = segc_run(session, &options, &summary);
  answer->output = read_whole(&answer->arena, out);
  if (status == SEGC_OK && answer->output != NULL) {
    read_output(answer, summary);
    return;
  }
  keep_failure(answer, session, status);
  if (status == SEGC_OK || answer->output != NULL)
    answer->failure = status == SEGC_OK ? "no output file" : "an output file after a failure";
}

void by_library(const struct conformance_case *c, const char *folder, struct answer *answer) {
  struct segc_session *session = segc_session_new();
  if (session == NULL)
    case_out_of_memory();
  const char *rules = case_format(&answer->arena, "%s/rules", folder);
  struct segc_project_options options = {.size = sizeof options,
                                         .paths = &rules,
                                         .path_count = 1,
                                         .allow_no_decision = c->allow_no_decision};
  enum segc_status status = segc_load(session, &options);
  if (status != SEGC_OK && status != SEGC_FINDINGS)
    keep_failure(answer, session, status);
  bool asks_for_run =
      c->expected != NULL || c->output != NULL || c->data_error != NULL || c->guard != NULL;
  if (status == SEGC_OK && asks_for_run)
    run(c, folder, session, answer);
  const char *json = diagnostics(&answer->arena, session, SEGC_FORMAT_JSON);
  answer->errors = codes(&answer->arena, json, 'E');
  answer->warnings = codes(&answer->arena, json, 'W');
  answer->messages = case_format(&answer->arena, "%s%s", answer->messages,
                                 diagnostics(&answer->arena, session, SEGC_FORMAT_HUMAN));
  segc_session_free(session);
}
