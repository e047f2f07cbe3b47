// Cases that once differed; see regressions.h.
#include "tests/differential/regressions.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/reference/evaluate.h"
#include "tests/differential/compare.h"

static char *read_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL)
    return NULL;
  size_t room = 1 << 20;
  char *text = calloc(1, room + 1);
  size_t size = text == NULL ? 0 : fread(text, 1, room, file);
  fclose(file);
  if (text != NULL)
    text[size] = '\0';
  return text;
}

// Cut the text at a line that begins with `mark`; what follows that line, or NULL.
static char *cut(char *text, const char *mark) {
  char *at = text == NULL ? NULL : strstr(text, mark);
  if (at == NULL)
    return NULL;
  char *rest = strchr(at, '\n');
  *at = '\0';
  return rest == NULL ? at + strlen(mark) : rest + 1;
}

// --- expected members ---

struct expectation {
  const struct subject *subject;
  struct seg_reference *reference;
  const char *path;
  int wrong;
};

static bool names_key(const char *list, struct seg_str key) {
  for (const char *at = list; *at != '\0';) {
    size_t size = strcspn(at, " ");
    if (size == key.size && memcmp(at, key.data, size) == 0)
      return true;
    at += size + strspn(at + size, " ");
  }
  return false;
}

static void check_segment(struct expectation *expectation, const char *name, const char *keys) {
  const struct seg_program *program = &expectation->subject->pipeline.program;
  for (uint32_t i = 0; i < program->segment_count; i++) {
    if (!seg_str_is(program->segments[i].name.text, name))
      continue;
    for (uint32_t j = 0; j < seg_reference_customer_count(expectation->reference); j++) {
      struct seg_str key = seg_reference_customer_key(expectation->reference, j);
      if (seg_reference_member(expectation->reference, i, j) == names_key(keys, key))
        continue;
      printf("%s: customer `%.*s` in `%s` is not as expected\n", expectation->path, SEG_STR(key),
             name);
      expectation->wrong = 1;
    }
    return;
  }
  printf("%s: there is no segment `%s`\n", expectation->path, name);
  expectation->wrong = 1;
}

static int check_members(const char *path, const struct subject *subject, struct data *data,
                         char *expected) {
  const struct seg_program *program = &subject->pipeline.program;
  struct expectation expectation = {.subject = subject, .path = path};
  struct seg_dataset dataset;
  struct seg_arena arena;
  struct seg_error error;
  bool all[DATA_MAX_TABLES] = {true, true, true, true};
  seg_arena_init(&arena);
  data_dataset(data, program, all, &arena, &dataset);
  if (seg_reference_new(program, &dataset, data->as_of, &expectation.reference, &error) != SEG_OK)
    abort();
  for (char *line = strtok(expected, "\n"); line != NULL; line = strtok(NULL, "\n")) {
    char *colon = strchr(line, ':');
    if (colon == NULL)
      continue;
    *colon = '\0';
    check_segment(&expectation, line, colon + 1 + strspn(colon + 1, " "));
  }
  seg_reference_free(expectation.reference);
  seg_dataset_deinit(&dataset);
  seg_arena_deinit(&arena);
  return expectation.wrong;
}

// --- one file ---

static int run_manners(const char *path, const struct subject *subject, struct data *data) {
  static const struct run_manner manners[] = {{.threads = 1},
                                              {.threads = 2, .morsel_rows = 1},
                                              {.threads = 7, .morsel_rows = 65},
                                              {.threads = 2, .store_parts = 1},
                                              {.threads = 1, .store_parts = 3},
                                              {.threads = 2, .winners_only = true}};
  for (size_t i = 0; i < sizeof manners / sizeof *manners; i++) {
    struct comparison_result result;
    compare_run(subject, data, &manners[i], &result);
    if (result.verdict != VERDICT_DIFFERENT)
      continue;
    printf("%s: %s\n", path, result.difference);
    return 1;
  }
  return 0;
}

static int run_case(const char *path) {
  char *text = read_file(path);
  char *rows = cut(text, "--- rows"), *members = cut(rows, "--- members");
  struct subject subject;
  struct data data;
  int wrong = 1;
  (void)cut(rows, "--- difference");
  if (rows == NULL) {
    printf("%s: cannot be read, or has no rows\n", path);
    free(text);
    return 1;
  }
  data_init(&data);
  subject_init(&subject, text, false);
  if (subject.state != SUBJECT_READY) {
    printf("%s: does not compile: %s\n", path, subject.error.message);
    seg_diagnostics_write(&subject.pipeline.sink, &subject.pipeline.map, SEG_FORMAT_HUMAN, false,
                          stdout);
  } else if (data_read(&data, rows)) {
    wrong = run_manners(path, &subject, &data);
    if (members != NULL)
      wrong |= check_members(path, &subject, &data, members);
  }
  subject_deinit(&subject);
  data_deinit(&data);
  free(text);
  return wrong;
}

static int is_case(const struct dirent *entry) {
  size_t size = strlen(entry->d_name);
  return size > 5 && strcmp(entry->d_name + size - 5, ".case") == 0;
}

int regressions_run(const char *folder) {
  struct dirent **entries = NULL;
  int count = scandir(folder, &entries, is_case, alphasort), wrong = 0;
  if (count < 0) {
    printf("%s: cannot be read\n", folder);
    return 1;
  }
  for (int i = 0; i < count; i++) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
    wrong += run_case(path);
    free(entries[i]);
  }
  free(entries);
  printf("regressions: %d cases, %d wrong\n", count, wrong);
  return wrong == 0 ? 0 : 1;
}
