/**
 * The conformance test: every sentence of docs/language.md that promises something, against the
 * reference evaluator, the compiled rules and, where exit codes matter, the program.
 *
 *   conformance --anchors docs/language.md tests/conformance/cases
 *   conformance tests/conformance/cases L7          the cases of section 7
 *   conformance tests/conformance/cases L7.1        those of one sentence
 */
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/conformance/ways.h"

struct run {
  struct seg_arena arena;
  unsigned cases;
  int differences;
};

// --- the temporary folder ---

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *walk) {
  (void)info;
  (void)kind;
  (void)walk;
  return remove(path);
}

static bool make_parents(char *path) {
  for (char *at = strchr(path + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
    *at = '\0';
    bool made = mkdir(path, 0700) == 0 || errno == EEXIST;
    *at = '/';
    if (!made)
      return false;
  }
  return true;
}

static bool write_text(struct seg_arena *arena, const char *folder, const struct case_text *text,
                       const char *ending) {
  char *path = (char *)case_format(arena, "%s/%s%s", folder, text->name, ending);
  FILE *out = make_parents(path) ? fopen(path, "w") : NULL;
  if (out == NULL)
    return false;
  bool fine = fputs(text->text, out) >= 0;
  return fclose(out) == 0 && fine;
}

static bool write_case(struct seg_arena *arena, const struct conformance_case *c,
                       const char *folder) {
  const char *rules = case_format(arena, "%s/rules", folder);
  const char *data = case_format(arena, "%s/data", folder);
  bool fine = mkdir(data, 0700) == 0;
  for (size_t i = 0; fine && i < c->files.count; i++)
    fine = write_text(arena, rules, &c->files.items[i], "");
  for (size_t i = 0; fine && i < c->tables.count; i++)
    fine = write_text(arena, data, &c->tables.items[i], ".csv");
  return fine;
}

// --- one case ---

static int ask_all(const struct conformance_case *c, const char *folder) {
  struct answer answer;
  int differences = 0;
  if (c->tests != NULL)
    return by_tests(c, folder);
  answer_init(&answer);
  if (by_reference(c, folder, &answer))
    differences += answer_check(&answer, c, "reference");
  answer_deinit(&answer);
  answer_init(&answer);
  by_library(c, folder, &answer);
  differences += answer_check(&answer, c, "compiled");
  answer_deinit(&answer);
  return c->exit_code >= 0 ? differences + by_program(c, folder) : differences;
}

static void run_case(struct run *run, const struct conformance_case *c) {
  const char *parent = getenv("TMPDIR");
  char *folder = (char *)case_format(&run->arena, "%s/segc-conformance-XXXXXX",
                                     parent == NULL ? "/tmp" : parent);
  run->cases++;
  if (c->mistake != NULL) {
    run->differences++;
    fprintf(stderr, "%s: %s\n", c->name, c->mistake);
    return;
  }
  if (mkdtemp(folder) == NULL || !write_case(&run->arena, c, folder)) {
    run->differences++;
    fprintf(stderr, "%s: the files of the case cannot be written to %s\n", c->name, folder);
    return;
  }
  int differences = ask_all(c, folder);
  run->differences += differences;
  if (getenv("SEGC_KEEP") != NULL && differences > 0)
    fprintf(stderr, "  kept:     %s\n", folder);
  else
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

// --- the cases of a folder ---

static bool is_case(const char *name) {
  size_t size = strlen(name);
  return size > 5 && strcmp(name + size - 5, ".case") == 0;
}

// "L7" fits L7.1-within, "L7.1" too, but not L7.10.
static bool fits(const char *name, const char *wanted) {
  size_t size = strlen(wanted);
  return strncmp(name, wanted, size) == 0 && (name[size] == '.' || name[size] == '-');
}

static int by_text(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool list_cases(struct seg_arena *arena, const char *folder, answer_words *names) {
  DIR *directory = opendir(folder);
  if (directory == NULL)
    return false;
  for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
    if (is_case(entry->d_name))
      CASE_PUSH(names, case_format(arena, "%s", entry->d_name));
  closedir(directory);
  if (names->count > 0)
    qsort(names->items, names->count, sizeof *names->items, by_text);
  return names->count > 0;
}

static void run_file(struct run *run, const char *folder, const char *name) {
  struct case_file file;
  if (!case_file_read(&file, case_format(&run->arena, "%s/%s", folder, name))) {
    run->differences++;
    fprintf(stderr, "%s: the file cannot be read\n", name);
  }
  for (size_t i = 0; i < file.cases.count; i++)
    run_case(run, &file.cases.items[i]);
  case_file_deinit(&file);
}

static int run_cases(struct run *run, const char *folder, char **wanted, int wanted_count) {
  answer_words names = {0};
  if (!list_cases(&run->arena, folder, &names)) {
    fprintf(stderr, "%s: no cases here\n", folder);
    run->differences++;
  }
  for (size_t i = 0; i < names.count; i++) {
    bool asked = wanted_count == 0;
    for (int j = 0; j < wanted_count && !asked; j++)
      asked = fits(names.items[i], wanted[j]);
    if (asked)
      run_file(run, folder, names.items[i]);
  }
  SEG_VEC_FREE(&names);
  printf("%u cases, %d differences\n", run->cases, run->differences);
  return run->differences > 0 || run->cases == 0;
}

// --- anchors ---

// Anchors stand at the begin of a line or of a row of a table.
static void list_anchors(struct run *run, const char *page, answer_words *anchors) {
  FILE *in = fopen(page, "r");
  char *line = NULL;
  size_t capacity = 0;
  while (in != NULL && getline(&line, &capacity, in) >= 0) {
    unsigned section, number;
    int size = 0;
    const char *at = line + (strncmp(line, "| ", 2) == 0 ? 2 : 0);
    if (sscanf(at, "[L%u.%u] %n", &section, &number, &size) == 2 && size > 0)
      CASE_PUSH(anchors, case_format(&run->arena, "L%u.%u", section, number));
  }
  free(line);
  if (in != NULL)
    fclose(in);
}

static int check_anchors(struct run *run, const char *page, const char *folder) {
  answer_words anchors = {0}, names = {0};
  list_anchors(run, page, &anchors);
  if (anchors.count == 0 || !list_cases(&run->arena, folder, &names)) {
    fprintf(stderr, "%s has no anchors, or %s no cases\n", page, folder);
    run->differences++;
  }
  for (size_t i = 0; i < anchors.count; i++) {
    bool found = false;
    for (size_t j = 0; j < names.count && !found; j++)
      found = fits(names.items[j], anchors.items[i]);
    bool repeated = false;
    for (size_t j = 0; j < i && !repeated; j++)
      repeated = strcmp(anchors.items[i], anchors.items[j]) == 0;
    if (found && !repeated)
      continue;
    run->differences++;
    fprintf(stderr, "%s: [%s] %s\n", page, anchors.items[i],
            found ? "stands there twice" : "has no case");
  }
  for (size_t i = 0; i < names.count; i++) {
    bool found = false;
    for (size_t j = 0; j < anchors.count && !found; j++)
      found =
          fits(names.items[i], anchors.items[j]) && names.items[i][strlen(anchors.items[j])] == '-';
    if (found)
      continue;
    run->differences++;
    fprintf(stderr, "%s: %s does not have this sentence\n", names.items[i], page);
  }
  printf("%zu sentences, %zu files of cases, %d differences\n", anchors.count, names.count,
         run->differences);
  SEG_VEC_FREE(&anchors);
  SEG_VEC_FREE(&names);
  return run->differences > 0;
}

int main(int argc, char **argv) {
  struct run run = {0};
  seg_arena_init(&run.arena);
  int status = 2;
  if (argc == 4 && strcmp(argv[1], "--anchors") == 0)
    status = check_anchors(&run, argv[2], argv[3]);
  else if (argc >= 2 && argv[1][0] != '-')
    status = run_cases(&run, argv[1], argv + 2, argc - 2);
  else
    fprintf(stderr, "usage: conformance CASES [SECTION|SENTENCE]...\n"
                    "       conformance --anchors PAGE CASES\n");
  seg_arena_deinit(&run.arena);
  return status;
}
