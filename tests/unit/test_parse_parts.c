// A long file is read in parts: the same tree, and the same complaints, as when it is read as a
// whole. A file that has a tab behind the word `segment` is not cut, and has the same places.
#include "tests/support/random.h"
#include "tests/unit/parse_program.h"

enum { SEGMENTS = 1500 };

/** Segments, one a line, but for line `odd`, which is `instead`. The caller frees it. */
static char *long_text(const char *header, uint32_t odd, const char *instead) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  assert_non_null(out);
  fputs(header, out);
  for (uint32_t i = 0; i < SEGMENTS; i++) {
    if (i == odd)
      fprintf(out, "%s\n", instead);
    else
      fprintf(out, "segment s%u \"%u\" { when: a > %u and (b between 1 and %u or c) x: \"y\" }\n",
              i, i, i, i + 1);
  }
  fputs("priority all: s1 > s2\n", out);
  fclose(out);
  return text;
}

/** Parses the text twice: as it is, and with tabs, so that it is not cut. */
static void parse_both(char *text, struct program *cut, struct program *whole) {
  program_begin(cut);
  program_begin(whole);
  program_add(cut, seg_str_view(text));
  for (char *at = text; (at = strstr(at, "segment ")) != NULL; at++)
    at[sizeof "segment" - 1] = '\t';
  program_add(whole, seg_str_view(text));
}

static void check_same_span(struct seg_span a, struct seg_span b) {
  assert_int_equal(a.begin, b.begin);
  assert_int_equal(a.end, b.end);
}

static void check_same_expression(const struct seg_expr *a, const struct seg_expr *b) {
  assert_int_equal(a->kind, b->kind);
  assert_int_equal(a->id, b->id);
  assert_int_equal(a->depth, b->depth);
  check_same_span(a->span, b->span);
  assert_int_equal(a->operand_count, b->operand_count);
  for (uint32_t i = 0; i < a->operand_count; i++)
    check_same_expression(a->operands[i], b->operands[i]);
}

static void check_same_tree(const struct program *cut, const struct program *whole) {
  const struct seg_declaration *b = whole->ast.first;
  assert_int_equal(program_count(cut), program_count(whole));
  assert_int_equal(cut->ast.expression_count, whole->ast.expression_count);
  for (const struct seg_declaration *a = cut->ast.first; a != NULL; a = a->next, b = b->next) {
    assert_int_equal(a->kind, b->kind);
    check_same_span(a->span, b->span);
    if (a->kind != SEG_DECLARE_SEGMENT)
      continue;
    assert_true(seg_str_equal(a->segment->name.text, b->segment->name.text));
    assert_int_equal(a->segment->clause_count, b->segment->clause_count);
    for (uint32_t c = 0; c < a->segment->clause_count; c++)
      check_same_expression(a->segment->clauses[c].values[0], b->segment->clauses[c].values[0]);
  }
}

static void long_files_have_the_tree_of_the_whole(void **state) {
  (void)state;
  struct program cut, whole;
  char *text = long_text("segc 1\n", 0, "customer from \"c\" key k { a: int }");
  parse_both(text, &cut, &whole);
  program_expect_errors(&cut, 0);
  assert_int_equal(program_count(&cut), SEGMENTS + 1);
  assert_int_equal(cut.ast.last->kind, SEG_DECLARE_PRIORITY);
  check_same_tree(&cut, &whole);
  program_end(&cut);
  program_end(&whole);
  free(text);
}

static void files_follow_each_other(void **state) {
  (void)state;
  struct program program;
  char *text = long_text("segc 1\n", 0, "");
  program_begin(&program);
  program_add(&program, seg_str_view("segc 1\nmetric m = 1 + 2\n"));
  program_add(&program, seg_str_view(text));
  program_expect_errors(&program, 0);
  assert_int_equal(program_count(&program), SEGMENTS + 1);
  assert_int_equal(program.ast.first->kind, SEG_DECLARE_METRIC);
  // A comparison, its two sides; a range, its three; c; `or` in parentheses; `and`; the text.
  assert_int_equal(program.ast.expression_count, 3 + (SEGMENTS - 1) * (3 + 4 + 1 + 2 + 1 + 1));
  program_end(&program);
  free(text);
}

static void check_same_complaints(const struct program *cut, const struct program *whole) {
  assert_int_equal(cut->sink.errors, whole->sink.errors);
  assert_int_equal(cut->sink.list.count, whole->sink.list.count);
  for (size_t i = 0; i < cut->sink.list.count; i++) {
    assert_int_equal(cut->sink.list.items[i]->code, whole->sink.list.items[i]->code);
    check_same_span(cut->sink.list.items[i]->span, whole->sink.list.items[i]->span);
  }
}

static void mistakes_are_told_as_in_the_whole(void **state) {
  (void)state;
  static const char *const odd[] = {"segment t { when: a > }",
                                    "segment t { when: a",
                                    "segment",
                                    "segment or { when: a }",
                                    "exclusive: s1,",
                                    "exclusive: s1, s2",
                                    "segment t { when: \"a }",
                                    "priority p: s1 >",
                                    "}",
                                    "use std.",
                                    "segment t { when: a and",
                                    "/* segment",
                                    "segment : \"x\"",
                                    "let segment = 4",
                                    "segment `t { when: a }",
                                    "segment t { when: a == 1 }",
                                    "customer from \"c\" key k {"};
  uint32_t failing = 0;
  for (size_t i = 0; i < 2 * sizeof odd / sizeof *odd; i++) {
    struct program cut, whole;
    uint32_t line = i % 2 == 0 ? SEGMENTS / 2 : SEGMENTS - 1;
    char *text = long_text("segc 1\n", line, odd[i / 2]);
    parse_both(text, &cut, &whole);
    check_same_complaints(&cut, &whole);
    failing += whole.sink.errors > 0;
    if (whole.sink.errors == 0)
      check_same_tree(&cut, &whole);
    program_end(&cut);
    program_end(&whole);
    free(text);
  }
  assert_in_range(failing, 20, 2 * sizeof odd / sizeof *odd);
}

/** Every place where a file can be cut: a mistake on any line, also the ones around the middle. */
static void mistakes_anywhere_are_told_as_in_the_whole(void **state) {
  (void)state;
  struct seg_random random;
  seg_random_init(&random, 7);
  for (int round = 0; round < 6; round++) {
    struct program cut, whole;
    uint32_t line = (uint32_t)seg_random_below(&random, SEGMENTS);
    char *text = long_text("segc 1\n", line, "segment t { when: a");
    parse_both(text, &cut, &whole);
    assert_true(whole.sink.errors > 0);
    check_same_complaints(&cut, &whole);
    program_end(&cut);
    program_end(&whole);
    free(text);
  }
}

static void only_the_begin_of_a_file_has_a_header(void **state) {
  (void)state;
  struct program cut, whole;
  char *text = long_text("", 0, "");
  parse_both(text, &cut, &whole);
  program_expect_errors(&cut, 1);
  program_expect_error(&cut, 0, SEG_DIAG_HEADER, 2); // line 1 is empty
  check_same_complaints(&cut, &whole);
  program_end(&cut);
  program_end(&whole);
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(long_files_have_the_tree_of_the_whole),
      cmocka_unit_test(files_follow_each_other),
      cmocka_unit_test(mistakes_are_told_as_in_the_whole),
      cmocka_unit_test(mistakes_anywhere_are_told_as_in_the_whole),
      cmocka_unit_test(only_the_begin_of_a_file_has_a_header),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
