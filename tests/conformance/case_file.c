// Reading case files: lines at the margin say what follows, indented lines are the body of the last
// one, `---` begins the next case.
#include "tests/conformance/case_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What stands in front of a `program:`, so that cases show only what they are about.
#define PREFACE       "segc 1\ntimezone: \"Europe/Berlin\"\ncurrency: EUR\n"
#define DEFAULT_AS_OF "2026-06-01"

void case_out_of_memory(void) {
  fprintf(stderr, "conformance: not enough memory\n");
  exit(2);
}

const char *case_format(struct seg_arena *arena, const char *format, ...) {
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  int size = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  char *text = size < 0 ? NULL : seg_arena_alloc(arena, (size_t)size + 1);
  if (text == NULL)
    case_out_of_memory();
  vsnprintf(text, (size_t)size + 1, format, again);
  va_end(again);
  return text;
}

struct reading {
  struct case_file *file;
  const char *name;
  unsigned line;
  struct conformance_case *current;
  const char **body; // where indented lines go; NULL: nowhere
};

static struct seg_arena *arena(struct reading *reading) {
  return &reading->file->arena;
}

static void mistake(struct reading *reading, const char *what) {
  if (reading->current->mistake == NULL)
    reading->current->mistake = case_format(arena(reading), "line %u: %s", reading->line, what);
}

static void begin_case(struct reading *reading) {
  struct conformance_case fresh = {
      .name = case_format(arena(reading), "%s:%u", reading->name, reading->line),
      .as_of = DEFAULT_AS_OF,
      .exit_code = -1};
  CASE_PUSH(&reading->file->cases, fresh);
  reading->current = &reading->file->cases.items[reading->file->cases.count - 1];
  reading->body = NULL;
}

static void append(struct reading *reading, const char **text, const char *more) {
  *text = case_format(arena(reading), "%s%s\n", *text == NULL ? "" : *text, more);
}

static struct case_text *add(struct reading *reading, case_texts *texts, const char *name,
                             const char *text) {
  CASE_PUSH(texts, (struct case_text){name, text});
  (void)reading;
  return &texts->items[texts->count - 1];
}

static const char **main_file(struct reading *reading, const char *preface) {
  struct conformance_case *c = reading->current;
  if (c->files.count == 0)
    add(reading, &c->files, "main.seg", preface);
  return &c->files.items[0].text;
}

// `when NAME: CONDITION` is a segment without more to say.
static void add_when(struct reading *reading, const char *name, const char *condition) {
  const char **text = main_file(reading, PREFACE);
  append(reading, text,
         case_format(arena(reading), "segment %s { when: %s decision: \"of %s\" }", name, condition,
                     name));
}

// Lines of one word and a value.
static bool read_value(struct reading *reading, const char *key, const char *value) {
  struct conformance_case *c = reading->current;
  const struct {
    const char *key;
    const char **member;
  } values[] = {{"as-of", &c->as_of},
                {"expect-error", &c->errors},
                {"expect-warning", &c->warnings},
                {"expect-data-error", &c->data_error},
                {"expect-guard", &c->guard}};
  for (size_t i = 0; i < sizeof values / sizeof *values; i++)
    if (strcmp(key, values[i].key) == 0) {
      *values[i].member = value;
      return true;
    }
  if (strcmp(key, "expect-message") == 0)
    add(reading, &c->messages, "", value);
  else if (strcmp(key, "expect-no-message") == 0)
    add(reading, &c->absent, "", value);
  else if (strcmp(key, "exit") == 0)
    c->exit_code = atoi(value);
  else if (strcmp(key, "allow-no-decision") == 0)
    c->allow_no_decision = true;
  else
    return false;
  return true;
}

// Lines that begin a body.
static bool begin_body(struct reading *reading, const char *key, const char *name) {
  struct conformance_case *c = reading->current;
  if (strcmp(key, "program") == 0)
    reading->body = main_file(reading, PREFACE);
  else if (strcmp(key, "raw-program") == 0)
    reading->body = main_file(reading, "");
  else if (strcmp(key, "file") == 0)
    reading->body = &add(reading, &c->files, name, "")->text;
  else if (strcmp(key, "table") == 0)
    reading->body = &add(reading, &c->tables, name, "")->text;
  else if (strcmp(key, "expect") == 0)
    reading->body = &c->expected;
  else if (strcmp(key, "expect-output") == 0)
    reading->body = &c->output;
  else if (strcmp(key, "expect-tests") == 0)
    reading->body = &c->tests;
  else
    return false;
  if (*reading->body == NULL)
    *reading->body = "";
  return true;
}

static void read_header(struct reading *reading, const char *line) {
  const char *colon = strchr(line, ':');
  reading->body = NULL;
  if (colon == NULL) {
    mistake(reading, "a line at the margin has the form `WORD:` or `WORD NAME:`");
    return;
  }
  const char *key = case_format(arena(reading), "%.*s", (int)(colon - line), line), *name = "";
  char *blank = strchr(key, ' ');
  if (blank != NULL) {
    *blank = '\0';
    name = blank + 1;
  }
  const char *value = colon + 1 + strspn(colon + 1, " ");
  if (strcmp(key, "when") == 0)
    add_when(reading, name, value);
  else if (strcmp(key, "source") == 0)
    add(reading, &reading->current->sources, name, case_format(arena(reading), "%s", value));
  else if (value[0] == '\0' ? !begin_body(reading, key, name)
                            : !read_value(reading, key, case_format(arena(reading), "%s", value)))
    mistake(reading, "this word at the margin is unknown");
}

static void read_line(struct reading *reading, const char *line) {
  if (strcmp(line, "---") == 0) {
    begin_case(reading);
    return;
  }
  if (line[0] == '#')
    return;
  bool indented = line[0] == ' ' && line[1] == ' ';
  if (!indented && line[0] != '\0') {
    read_header(reading, line);
    return;
  }
  if (reading->body != NULL)
    append(reading, reading->body, indented ? line + 2 : "");
  else if (indented)
    mistake(reading, "nothing above takes an indented line");
}

static void check_complete(struct conformance_case *c) {
  int expectations = (c->expected != NULL || c->output != NULL) + (c->errors != NULL) +
                     (c->data_error != NULL) + (c->guard != NULL) + (c->tests != NULL);
  bool only_warnings = expectations == 0 && c->warnings != NULL;
  if (c->mistake != NULL)
    return;
  if (c->files.count == 0)
    c->mistake = "the case has no program";
  else if (expectations != 1 && !only_warnings)
    c->mistake = "the case must expect one thing: an answer, errors, a data error, a guard, "
                 "results of tests, or warnings alone";
}

bool case_file_read(struct case_file *file, const char *path) {
  *file = (struct case_file){0};
  seg_arena_init(&file->arena);
  FILE *in = fopen(path, "r");
  if (in == NULL)
    return false;
  const char *slash = strrchr(path, '/');
  struct reading reading = {.file = file, .name = slash == NULL ? path : slash + 1, .line = 1};
  begin_case(&reading);
  char *line = NULL;
  size_t capacity = 0;
  for (ssize_t size; (size = getline(&line, &capacity, in)) >= 0; reading.line++) {
    if (size > 0 && line[size - 1] == '\n')
      line[size - 1] = '\0';
    read_line(&reading, line);
  }
  free(line);
  bool fine = ferror(in) == 0;
  fclose(in);
  for (size_t i = 0; i < file->cases.count; i++)
    check_complete(&file->cases.items[i]);
  return fine;
}

void case_file_deinit(struct case_file *file) {
  for (size_t i = 0; i < file->cases.count; i++) {
    struct conformance_case *c = &file->cases.items[i];
    SEG_VEC_FREE(&c->files);
    SEG_VEC_FREE(&c->tables);
    SEG_VEC_FREE(&c->sources);
    SEG_VEC_FREE(&c->messages);
    SEG_VEC_FREE(&c->absent);
  }
  SEG_VEC_FREE(&file->cases);
  seg_arena_deinit(&file->arena);
}
