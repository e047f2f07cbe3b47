// Comparing an answer with its case; see answer.h.
#include "tests/conformance/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void answer_init(struct answer *answer) {
  *answer = (struct answer){.errors = "", .warnings = "", .failure = "", .messages = ""};
  seg_arena_init(&answer->arena);
}

void answer_deinit(struct answer *answer) {
  for (size_t i = 0; i < answer->lines.count; i++)
    SEG_VEC_FREE(&answer->lines.items[i].words);
  SEG_VEC_FREE(&answer->lines);
  seg_arena_deinit(&answer->arena);
}

struct answer_line *answer_line(struct answer *answer, const char *name) {
  for (size_t i = 0; i < answer->lines.count; i++)
    if (strcmp(answer->lines.items[i].name, name) == 0)
      return &answer->lines.items[i];
  CASE_PUSH(&answer->lines, (struct answer_line){.name = case_format(&answer->arena, "%s", name)});
  return &answer->lines.items[answer->lines.count - 1];
}

void answer_add(struct answer *answer, struct answer_line *line, const char *word) {
  CASE_PUSH(&line->words, case_format(&answer->arena, "%s", word));
}

struct check {
  const struct conformance_case *c;
  const char *how;
  int differences;
};

static void differ(struct check *check, const char *what, const char *expected, const char *found) {
  check->differences++;
  fprintf(stderr, "%s (%s): %s\n  expected: %s\n  found:    %s\n", check->c->name, check->how, what,
          expected, found);
}

static int by_text(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// Words in order, with a blank between them.
static const char *sorted(struct seg_arena *arena, answer_words *words) {
  if (words->count > 0)
    qsort(words->items, words->count, sizeof *words->items, by_text);
  const char *text = "";
  for (size_t i = 0; i < words->count; i++)
    text = case_format(arena, "%s%s%s", text, i == 0 ? "" : " ", words->items[i]);
  return text;
}

static const char *sorted_text(struct seg_arena *arena, const char *text, const char *separators) {
  answer_words words = {0};
  char *rest, *copy = (char *)case_format(arena, "%s", text);
  for (char *word = strtok_r(copy, separators, &rest); word != NULL;
       word = strtok_r(NULL, separators, &rest))
    CASE_PUSH(&words, word);
  const char *result = sorted(arena, &words);
  SEG_VEC_FREE(&words);
  return result;
}

static void check_line(struct check *check, struct answer *answer, const char *line) {
  const char *colon = strchr(line, ':');
  if (colon == NULL) {
    differ(check, "a line of `expect:` has no colon", line, "");
    return;
  }
  const char *name = case_format(&answer->arena, "%.*s", (int)(colon - line), line);
  for (size_t i = 0; i < answer->lines.count; i++) {
    if (strcmp(answer->lines.items[i].name, name) != 0)
      continue;
    const char *expected = sorted_text(&answer->arena, colon + 1, " ");
    const char *found = sorted(&answer->arena, &answer->lines.items[i].words);
    if (strcmp(expected, found) != 0)
      differ(check, name, expected, found);
    return;
  }
  if (!answer->members_only || strcmp(name, "orphans") != 0)
    differ(check, name, line, "no such segment or chain");
}

static void check_lines(struct check *check, struct answer *answer, const char *lines) {
  char *rest, *copy = (char *)case_format(&answer->arena, "%s", lines);
  for (char *line = strtok_r(copy, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
    check_line(check, answer, line);
}

// A case without rows is about the rules alone.
static bool is_run(const struct conformance_case *c) {
  return c->expected != NULL || c->output != NULL || c->data_error != NULL || c->guard != NULL;
}

// Codes in any order: a run gives them in the order of the source, the checker in its own.
static void check_codes(struct check *check, struct seg_arena *arena, const char *what,
                        const char *expected, const char *found) {
  size_t size = strlen(expected);
  bool open = size >= 4 && strcmp(expected + size - 4, " ...") == 0;
  const char *wanted =
      sorted_text(arena, case_format(arena, "%.*s", (int)(open ? size - 4 : size), expected), " ");
  const char *codes = sorted_text(arena, found, " ");
  if (open ? strstr(codes, wanted) == NULL : strcmp(wanted, codes) != 0)
    differ(check, what, expected[0] == '\0' ? "none" : expected, found[0] == '\0' ? "none" : found);
}

static void check_messages(struct check *check, const char *messages) {
  const struct conformance_case *c = check->c;
  for (size_t i = 0; i < c->messages.count; i++)
    if (strstr(messages, c->messages.items[i].text) == NULL)
      differ(check, "messages", c->messages.items[i].text, messages);
  for (size_t i = 0; i < c->absent.count; i++)
    if (strstr(messages, c->absent.items[i].text) != NULL)
      differ(check, "messages that do not hold", c->absent.items[i].text, messages);
}

static void check_output(struct check *check, struct answer *answer) {
  if (answer->output == NULL) {
    differ(check, "output", check->c->output, "no file");
    return;
  }
  // The header first, the customers in any order.
  const char *expected = check->c->output, *found = answer->output;
  size_t header = strcspn(expected, "\n");
  if (strncmp(expected, found, header + 1) != 0 ||
      strcmp(sorted_text(&answer->arena, expected, "\n"),
             sorted_text(&answer->arena, found, "\n")) != 0)
    differ(check, "output", expected, found);
}

static void check_failure(struct check *check, const struct answer *answer) {
  const struct conformance_case *c = check->c;
  const char *expected = c->data_error == NULL ? "" : c->data_error;
  if (strcmp(expected, answer->failure) != 0)
    differ(check, "data error", expected[0] == '\0' ? "none" : expected,
           answer->messages[0] == '\0' ? answer->failure : answer->messages);
  if (answer->members_only)
    return;
  if (answer->guard != (c->guard != NULL) ||
      (answer->guard && strstr(answer->messages, c->guard) == NULL))
    differ(check, "segment outside its size", c->guard == NULL ? "none" : c->guard,
           answer->messages);
}

int answer_check(struct answer *answer, const struct conformance_case *c, const char *how) {
  struct check check = {c, how, 0};
  check_codes(&check, &answer->arena, "errors of the rules", c->errors == NULL ? "" : c->errors,
              answer->errors);
  if (is_run(c) && answer->errors[0] == '\0')
    check_failure(&check, answer);
  if (c->expected != NULL && answer->has_lines)
    check_lines(&check, answer, c->expected);
  if (answer->members_only)
    return check.differences;
  if (c->warnings != NULL)
    check_codes(&check, &answer->arena, "warnings",
                strcmp(c->warnings, "none") == 0 ? "" : c->warnings, answer->warnings);
  check_messages(&check, answer->messages);
  if (c->output != NULL && answer->has_lines)
    check_output(&check, answer);
  return check.differences;
}
