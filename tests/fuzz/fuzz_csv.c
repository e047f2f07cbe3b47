// Any bytes as a CSV file of customers: they are read, or refused with a place; nothing else
// happens.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <segc.h>

#include "tests/fuzz/target.h"

static const char rules[] =
    "segc 1\n"
    "timezone: \"Europe/Berlin\"\n"
    "currency: EUR\n"
    "customer from \"customers\" key id {\n"
    "  age: int?\n  spent: money(EUR)?\n  share: number?\n  mail: text?\n"
    "  born: date?\n  seen: timestamp?\n  plan: one of (\"free\", \"pro\")?\n"
    "  active: bool?\n}\n"
    "segment s { when: (age >= 18 and spent > 10) or mail = \"a\" "
    "decision: \"d\" }\n";

/** A file in memory, by its path. */
static const char *file_of(const char *name, const void *bytes, size_t size, char path[64]) {
  snprintf(path, 64, "/dev/shm/segc-fuzz-%ld-%s", (long)getpid(), name);
  FILE *file = fopen(path, "wb");
  if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
    fuzz_stop("no file in /dev/shm");
  return path;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char rules_path[64], data_path[64], source[96];
  const char *paths[] = {file_of("rules.seg", rules, sizeof rules - 1, rules_path)};
  snprintf(source, sizeof source, "customers=%s", file_of("customers.csv", data, size, data_path));
  const char *sources[] = {source};
  const struct segc_project_options project = {
      .size = sizeof project, .paths = paths, .path_count = 1};
  const struct segc_run_options options = {.size = sizeof options,
                                           .as_of = "2026-11-01",
                                           .sources = sources,
                                           .source_count = 1,
                                           .threads = 1,
                                           .no_code_cache = true};
  struct segc_session *session = segc_session_new();
  const struct segc_summary *summary = NULL;
  if (session == NULL || segc_load(session, &project) != SEGC_OK)
    fuzz_stop("the rules are refused");
  enum segc_status status = segc_run(session, &options, &summary);
  struct segc_error error = segc_last_error(session);
  if (status == SEGC_OK ? summary == NULL : status != SEGC_FAILURE || error.code[0] != 'D')
    fuzz_stop("status %d, code %s: %s", (int)status, error.code, error.message);
  segc_session_free(session);
  (void)unlink(rules_path);
  (void)unlink(data_path);
  return 0;
}
