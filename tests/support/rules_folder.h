/** A folder with rules, data and a prepared store, as tests of stores use it through segc.h.
 * Include it behind cmocka.h. */
#ifndef SEG_TESTS_SUPPORT_RULES_FOLDER_H
#define SEG_TESTS_SUPPORT_RULES_FOLDER_H

#include <segc.h>
#include <stdbool.h>
#include <stdio.h>

enum { RULES_FOLDER_PATH = 4096 };

/** A session with FOLDER/rules.seg, for a processor or, NULL, for this one; the caller frees it. */
static inline struct segc_session *open_rules(const char *folder, const char *cpu) {
  char path[RULES_FOLDER_PATH];
  const char *paths[] = {path};
  snprintf(path, sizeof path, "%s/rules.seg", folder);
  struct segc_session *session = segc_session_new();
  assert_non_null(session);
  const struct segc_project_options options = {.size = sizeof options,
                                               .paths = paths,
                                               .path_count = 1,
                                               .allow_no_decision = true,
                                               .cpu = cpu};
  if (segc_load(session, &options) != SEGC_OK) {
    segc_write_diagnostics(session, SEGC_FORMAT_HUMAN, false, stderr);
    fail_msg("the rules have errors");
  }
  return session;
}

/** Bring FOLDER/DATA into FOLDER/store. */
static inline void prepare(const char *folder, const char *data, bool append) {
  char store[RULES_FOLDER_PATH], from[RULES_FOLDER_PATH];
  snprintf(store, sizeof store, "%s/store", folder);
  snprintf(from, sizeof from, "%s/%s", folder, data);
  struct segc_session *session = open_rules(folder, NULL);
  const struct segc_prepare_options options = {
      .size = sizeof options, .store = store, .append = append, .data_folder = from, .threads = 2};
  struct segc_prepared prepared;
  if (segc_prepare(session, &options, &prepared) != SEGC_OK)
    fail_msg("%s", segc_last_error(session).message);
  segc_session_free(session);
}

#endif
