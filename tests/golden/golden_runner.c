// Runs a stage of the compiler on x.seg and compares what it prints with the file x.STAGE beside
// it. The extension of the expected file picks the stage: see the table below, and add a line to
// it for a new one.
//
//   golden_runner x.ast y.err ...            compare; 1 when something differs
//   golden_runner --update x.ast y.err ...   write what the stages print; read it before you commit
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/codegen/codegen.h"
#include "compiler/findings/findings.h"
#include "compiler/guards/guards.h"
#include "compiler/lower/lower.h"
#include "compiler/sema/sema.h"
#include "grammar/format.h"
#include "grammar/parse.h"

/** What a stage works on: one file, parsed. */
struct golden {
  struct seg_source_map map;
  uint32_t file;
  struct seg_ast ast;
  struct seg_diagnostics sink;
};

static void stage_tokens(struct golden *golden, FILE *out) {
  seg_dump_tokens(&golden->map, golden->file, out);
}

static void stage_ast(struct golden *golden, FILE *out) {
  seg_ast_print(&golden->ast, out);
}

static void stage_err(struct golden *golden, FILE *out) {
  seg_diagnostics_write(&golden->sink, &golden->map, SEG_FORMAT_HUMAN, false, out);
}

static void stage_fmt(struct golden *golden, FILE *out) {
  struct seg_arena arena;
  struct seg_diagnostics sink; // the other one knows the mistakes of this file already
  struct seg_str text;
  struct seg_error error = {0};
  seg_arena_init(&arena);
  seg_diagnostics_init(&sink);
  if (seg_format(&golden->map, golden->file, &arena, &sink, &text, &error) != SEG_OK)
    fprintf(out, "error: %s\n", error.message);
  else if (text.data != NULL)
    fwrite(text.data, 1, text.size, out);
  seg_diagnostics_deinit(&sink);
  seg_arena_deinit(&arena);
}

// Check the rules, as far as there is a tree without mistakes.
static bool check_rules(struct golden *golden, struct seg_program *program, FILE *out) {
  struct seg_error error = {0};
  seg_program_init(program);
  if (golden->sink.errors > 0)
    return false;
  if (seg_sema(&golden->ast, &golden->map, &(struct seg_sema_options){0}, &golden->sink, program,
               &error) != SEG_OK ||
      seg_guards_settle(program, &golden->sink, &error) != SEG_OK)
    fprintf(out, "error: %s\n", error.message);
  return golden->sink.errors == 0;
}

static void stage_check(struct golden *golden, FILE *out) {
  struct seg_program program;
  check_rules(golden, &program, out);
  stage_err(golden, out);
  seg_program_deinit(&program);
}

static void stage_types(struct golden *golden, FILE *out) {
  struct seg_program program;
  if (check_rules(golden, &program, out))
    seg_program_print(&program, out);
  else
    stage_err(golden, out);
  seg_program_deinit(&program);
}

static void stage_plan(struct golden *golden, FILE *out) {
  struct seg_program program;
  struct seg_plan plan;
  struct seg_error error = {0};
  seg_plan_init(&plan);
  if (!check_rules(golden, &program, out))
    stage_err(golden, out);
  else if (seg_lower(&program, &golden->map, &plan, &error) != SEG_OK)
    fprintf(out, "error: %s\n", error.message);
  else
    seg_plan_print(&plan, out);
  seg_plan_deinit(&plan);
  seg_program_deinit(&program);
}

// What the proofs find, with the compiled rules beside the reference evaluator.
static enum seg_status prove(struct golden *golden, const struct seg_program *program,
                             struct seg_error *error) {
  struct seg_verdicts verdicts = {0};
  struct seg_plan plan;
  struct seg_code *code = NULL;
  seg_plan_init(&plan);
  enum seg_status status = seg_lower(program, &golden->map, &plan, error);
  if (status == SEG_OK)
    status = seg_codegen(&plan, &(struct seg_codegen_options){0}, &code, error);
  if (status == SEG_OK)
    status = seg_verdicts_find(program, &(struct seg_verdict_options){.map = &golden->map},
                               &verdicts, error);
  if (status == SEG_OK) {
    const struct seg_replay replay = {program, &plan, seg_code_kernels(code)};
    const struct seg_findings_request request = {program, &golden->map, &verdicts, &replay};
    status = seg_findings_report(&request, &golden->sink, error);
  }
  seg_verdicts_deinit(&verdicts);
  seg_code_free(code);
  seg_plan_deinit(&plan);
  return status;
}

static void print_proofs(struct golden *golden, enum seg_diag_format format, FILE *out) {
  struct seg_program program;
  struct seg_error error = {0};
  if (check_rules(golden, &program, out) && prove(golden, &program, &error) != SEG_OK)
    fprintf(out, "error: %s\n", error.message);
  seg_diagnostics_write(&golden->sink, &golden->map, format, false, out);
  seg_program_deinit(&program);
}

static void stage_proofs(struct golden *golden, FILE *out) {
  print_proofs(golden, SEG_FORMAT_HUMAN, out);
}

static void stage_json(struct golden *golden, FILE *out) {
  print_proofs(golden, SEG_FORMAT_JSON, out);
}

static const struct {
  const char *extension;
  void (*print)(struct golden *golden, FILE *out);
} stages[] = {
    {"tokens", stage_tokens}, // the tokens the grammar sees
    {"ast", stage_ast},       // the syntax tree
    {"err", stage_err},       // what parsing reports
    {"fmt", stage_fmt},       // the canonical layout; empty with syntax errors
    {"check", stage_check},   // what the checker reports
    {"proofs", stage_proofs}, // what the checker and the proofs report
    {"json", stage_json},     // the same, as JSON
    {"types", stage_types},   // the typed program
    {"plan", stage_plan},     // the plan
};

static int fail(const char *path, const char *reason) {
  fprintf(stderr, "%s: %s\n", path, reason);
  return 1;
}

/** x.ast -> x.seg and the stage `ast`; the name is the caller's to free. */
static char *input_of(const char *path, size_t *stage) {
  const char *dot = strrchr(path, '.');
  for (*stage = 0; dot != NULL && *stage < sizeof stages / sizeof *stages; ++*stage)
    if (strcmp(dot + 1, stages[*stage].extension) == 0) {
      size_t stem = (size_t)(dot - path);
      char *input = malloc(stem + sizeof ".seg");
      if (input != NULL) {
        memcpy(input, path, stem);
        memcpy(input + stem, ".seg", sizeof ".seg");
      }
      return input;
    }
  return NULL;
}

static char *read_all(const char *path) {
  FILE *in = fopen(path, "rb");
  char *text = NULL;
  size_t size = 0;
  FILE *copy = open_memstream(&text, &size);
  char block[4096];
  if (in != NULL && copy != NULL)
    for (size_t n; (n = fread(block, 1, sizeof block, in)) > 0;)
      fwrite(block, 1, n, copy);
  if (copy != NULL)
    fclose(copy);
  if (in == NULL) {
    free(text);
    return NULL;
  }
  fclose(in);
  return text;
}

/** What the stage prints; NULL when the input cannot be read. */
static char *run_stage(const char *input, size_t stage) {
  struct golden golden;
  struct seg_error error = {0};
  char *text = NULL;
  size_t size = 0;
  seg_source_map_init(&golden.map);
  seg_ast_init(&golden.ast);
  seg_diagnostics_init(&golden.sink);
  FILE *out = open_memstream(&text, &size);
  if (out != NULL && seg_source_map_read(&golden.map, input, &golden.file, &error) == SEG_OK &&
      seg_parse(&golden.map, golden.file, &golden.ast, &golden.sink, &error) == SEG_OK)
    stages[stage].print(&golden, out);
  if (out != NULL)
    fclose(out);
  seg_diagnostics_deinit(&golden.sink);
  seg_ast_deinit(&golden.ast);
  seg_source_map_deinit(&golden.map);
  if (error.status != SEG_OK) {
    fail(input, error.message);
    free(text);
    return NULL;
  }
  return text;
}

static void print_difference(const char *path, const char *expected, const char *actual) {
  size_t line = 1, begin = 0, i = 0;
  for (; expected[i] != '\0' && expected[i] == actual[i]; i++)
    if (expected[i] == '\n') {
      line++;
      begin = i + 1;
    }
  fprintf(stderr, "%s:%zu: differs\n  expected: %.*s\n  actual:   %.*s\n\n-- all of it:\n%s", path,
          line, (int)strcspn(expected + begin, "\n"), expected + begin,
          (int)strcspn(actual + begin, "\n"), actual + begin, actual);
}

static int write_expected(const char *path, const char *text) {
  FILE *out = fopen(path, "wb");
  if (out == NULL)
    return fail(path, "cannot be written");
  fputs(text, out);
  return fclose(out) == 0 ? 0 : fail(path, "cannot be written");
}

static int check(const char *path, bool update) {
  size_t stage;
  char *input = input_of(path, &stage);
  if (input == NULL)
    return fail(path, "no stage has this extension");
  char *actual = run_stage(input, stage);
  char *expected = update ? NULL : read_all(path);
  int result = 0;
  if (actual == NULL)
    result = 1;
  else if (update)
    result = write_expected(path, actual);
  else if (expected == NULL)
    result = fail(path, "cannot be read");
  else if (strcmp(expected, actual) != 0) {
    print_difference(path, expected, actual);
    result = 1;
  }
  free(expected);
  free(actual);
  free(input);
  return result;
}

int main(int count, char **arguments) {
  bool update = count > 1 && strcmp(arguments[1], "--update") == 0;
  int result = 0;
  for (int i = update ? 2 : 1; i < count; i++)
    result |= check(arguments[i], update);
  return result;
}
