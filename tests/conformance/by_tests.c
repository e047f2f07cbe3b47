// What comes of the `test` blocks of a case.
#include <segc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/conformance/ways.h"

// What the library writes about the tests; NULL when they could not be run.
static const char *results(struct seg_arena *arena, struct segc_session *session,
                           enum segc_format format) {
  char *bytes = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&bytes, &size);
  if (out == NULL)
    case_out_of_memory();
  struct segc_test_options options = {.size = sizeof options};
  enum segc_status status = segc_test(session, &options, format, out);
  fclose(out);
  const char *text = case_format(arena, "%s", bytes);
  free(bytes);
  return status == SEGC_OK || status == SEGC_FINDINGS ? text : NULL;
}

// The text behind a mark, up to the next quote; `*at` moves behind it.
static const char *member(struct seg_arena *arena, const char **at, const char *mark) {
  const char *begin = strstr(*at, mark);
  if (begin == NULL)
    return NULL;
  begin += strlen(mark);
  *at = begin + strcspn(begin, "\"");
  return case_format(arena, "%.*s", (int)(*at - begin), begin);
}

static const char *outcomes(struct seg_arena *arena, const char *json) {
  const char *lines = "", *at = json;
  for (;;) {
    const char *title = member(arena, &at, "\"title\":\"");
    const char *outcome = title == NULL ? NULL : member(arena, &at, "\"outcome\":\"");
    if (outcome == NULL)
      return lines;
    lines = case_format(arena, "%s%s %s\n", lines, outcome, title);
  }
}

static int compare(const struct conformance_case *c, const char *found, const char *words) {
  int differences = 0;
  size_t size = strlen(c->tests);
  while (size > 0 && c->tests[size - 1] == '\n')
    size--;
  bool same = strlen(found) > size && strncmp(found, c->tests, size) == 0 && found[size + 1] == 0;
  if (!same) {
    fprintf(stderr, "%s (tests)\n  expected:\n%s  found:\n%s%s", c->name, c->tests, found, words);
    differences++;
  }
  for (size_t i = 0; i < c->messages.count; i++)
    if (strstr(words, c->messages.items[i].text) == NULL) {
      fprintf(stderr, "%s (tests): nothing says \"%s\"\n%s", c->name, c->messages.items[i].text,
              words);
      differences++;
    }
  for (size_t i = 0; i < c->absent.count; i++)
    if (strstr(words, c->absent.items[i].text) != NULL) {
      fprintf(stderr, "%s (tests): something says \"%s\"\n", c->name, c->absent.items[i].text);
      differences++;
    }
  return differences;
}

int by_tests(const struct conformance_case *c, const char *folder) {
  struct seg_arena arena;
  seg_arena_init(&arena);
  struct segc_session *session = segc_session_new();
  if (session == NULL)
    case_out_of_memory();
  const char *rules = case_format(&arena, "%s/rules", folder), *json = NULL, *words = NULL;
  struct segc_project_options options = {.size = sizeof options,
                                         .paths = &rules,
                                         .path_count = 1,
                                         .allow_no_decision = c->allow_no_decision};
  if (segc_load(session, &options) == SEGC_OK) {
    json = results(&arena, session, SEGC_FORMAT_JSON);
    words = results(&arena, session, SEGC_FORMAT_HUMAN);
  }
  int differences = 1;
  if (json != NULL && words != NULL) {
    differences = compare(c, outcomes(&arena, json), words);
  } else {
    fprintf(stderr, "%s (tests): the tests cannot be run: %s\n", c->name,
            segc_last_error(session).message);
    segc_write_diagnostics(session, SEGC_FORMAT_HUMAN, false, stderr);
  }
  segc_session_free(session);
  seg_arena_deinit(&arena);
  return differences;
}
