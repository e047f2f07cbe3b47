/**
 * Parsing a text in a test: the tree, the diagnostics, and a short form of expressions in which
 * every operator stands before its operands in parentheses: (and a (not b)).
 */
#ifndef SEG_TESTS_UNIT_PARSE_PROGRAM_H
#define SEG_TESTS_UNIT_PARSE_PROGRAM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h> // needs the ones above

#include "grammar/parse.h"

struct program {
  struct seg_source_map map;
  uint32_t file;
  struct seg_ast ast;
  struct seg_diagnostics sink;
};

static void program_begin(struct program *program) {
  seg_source_map_init(&program->map);
  seg_ast_init(&program->ast);
  seg_diagnostics_init(&program->sink);
}

static void program_add(struct program *program, struct seg_str text) {
  struct seg_error error = {0};
  assert_int_equal(
      seg_source_map_add(&program->map, seg_str_view("test.seg"), text, &program->file, &error),
      SEG_OK);
  assert_int_equal(seg_parse(&program->map, program->file, &program->ast, &program->sink, &error),
                   SEG_OK);
}

static void program_end(struct program *program) {
  seg_diagnostics_deinit(&program->sink);
  seg_ast_deinit(&program->ast);
  seg_source_map_deinit(&program->map);
}

/** Parse `segc 1` and the text. */
static inline void program_parse(struct program *program, const char *text) {
  size_t size = strlen(text) + sizeof "segc 1\n";
  char *whole = malloc(size);
  assert_non_null(whole);
  snprintf(whole, size, "segc 1\n%s", text);
  program_begin(program);
  program_add(program, seg_str_view(whole));
  free(whole);
}

static inline uint32_t program_count(const struct program *program) {
  uint32_t count = 0;
  for (const struct seg_declaration *d = program->ast.first; d != NULL; d = d->next)
    count++;
  return count;
}

/** Show what was reported, for a failing test. */
static inline void program_show(const struct program *program) {
  seg_diagnostics_write(&program->sink, &program->map, SEG_FORMAT_HUMAN, false, stderr);
}

static inline void program_expect_errors(const struct program *program, uint32_t errors) {
  if (program->sink.errors != errors)
    program_show(program);
  assert_int_equal(program->sink.errors, errors);
}

/** The code and the line of error number `index`, in the order of the source. */
static inline void program_expect_error(const struct program *program, size_t index,
                                        enum seg_diag_code code, uint32_t line) {
  struct seg_diagnostic **list = program->sink.list.items;
  size_t count = program->sink.list.count;
  assert_true(index < count);
  for (size_t i = 0; i < count; i++) {
    size_t before = 0;
    for (size_t j = 0; j < count; j++)
      before += list[j]->span.begin < list[i]->span.begin;
    if (before != index)
      continue;
    struct seg_place place =
        seg_source_map_place(&program->map, program->file, list[i]->span.begin);
    if (list[i]->code != code || place.line != line)
      program_show(program);
    assert_int_equal(list[i]->code, code);
    assert_int_equal(place.line, line);
    return;
  }
  fail();
}

static inline void write_short(FILE *out, const struct seg_expr *expr) {
  static const char *const comparisons[] = {"=", "!=", "<", "<=", ">", ">="};
  static const char *const arithmetic[] = {"+", "-", "*", "/"};
  if (expr->kind == SEG_EXPR_NAME)
    fprintf(out, "%.*s", SEG_STR(expr->name.text));
  else if (expr->kind == SEG_EXPR_NUMBER)
    fprintf(out, "%lld", (long long)expr->decimal.digits);
  if (expr->operand_count == 0 && expr->kind != SEG_EXPR_CALL)
    return;
  if (expr->kind == SEG_EXPR_COMPARE)
    fprintf(out, "(%s", comparisons[expr->comparison]);
  else if (expr->kind == SEG_EXPR_ARITHMETIC)
    fprintf(out, "(%s", arithmetic[expr->arithmetic]);
  else if (expr->kind == SEG_EXPR_CALL || expr->kind == SEG_EXPR_FIELD)
    fprintf(out, "(%s%.*s", expr->kind == SEG_EXPR_FIELD ? "." : "", SEG_STR(expr->name.text));
  else if (expr->kind == SEG_EXPR_IS)
    fprintf(out, "(%s", expr->known ? "known" : "missing");
  else if (expr->kind == SEG_EXPR_SEQUENCE)
    fprintf(out, "(%s", expr->without ? "without" : "then");
  else
    fprintf(out, "(%s%s",
            (expr->kind == SEG_EXPR_IN || expr->kind == SEG_EXPR_BETWEEN) && expr->negated ? "not-"
                                                                                           : "",
            seg_expr_kind_name(expr->kind));
  for (uint32_t i = 0; i < expr->operand_count; i++) {
    fputc(' ', out);
    write_short(out, expr->operands[i]);
  }
  fputc(')', out);
}

/** The expression of the metric `metric x = TEXT`, in short form; the caller frees it. */
static inline char *short_form(const char *text) {
  struct program program;
  char *result = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&result, &size);
  char source[512];
  assert_non_null(out);
  snprintf(source, sizeof source, "metric x = %s", text);
  program_parse(&program, source);
  program_expect_errors(&program, 0);
  assert_int_equal(program_count(&program), 1);
  write_short(out, program.ast.first->metric->value);
  fclose(out);
  program_end(&program);
  return result;
}

#endif
