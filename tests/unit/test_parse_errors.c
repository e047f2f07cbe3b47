// The parser on programs with mistakes: one error for each, at its line, and the rest is read.
#include "tests/unit/parse_program.h"

static void test_header(void **state) {
  static const struct {
    const char *text;
    uint32_t errors;
  } cases[] = {
      {"segc 1\nmetric a = 1", 0},   {"# c\n\nsegc 1 metric a = 1", 0},
      {"metric a = 1", 1},           {"segc 2\nmetric a = 1", 1},
      {"segc\nmetric a = 1", 1},     {"segc 1.0\nmetric a = 1", 1},
      {"`segc` 1\nmetric a = 1", 2},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct program program;
    program_begin(&program);
    program_add(&program, seg_str_view(cases[i].text));
    program_expect_errors(&program, cases[i].errors);
    if (cases[i].errors > 0)
      program_expect_error(&program, 0, SEG_DIAG_HEADER, 1);
    assert_int_equal(program_count(&program), 1);
    program_end(&program);
  }
}

/** A program in which every line that ends in `#!` has one mistake, reported in that line. */
static void expect_marked_errors(const char *text) {
  struct program program;
  program_parse(&program, text);
  uint32_t line = 2;
  size_t errors = 0;
  for (const char *at = text; *at != '\0'; line++) {
    const char *end = strchr(at, '\n');
    assert_non_null(end);
    if (end - at > 2 && end[-2] == '#' && end[-1] == '!') {
      if (errors >= program.sink.list.count)
        program_show(&program);
      struct seg_diagnostic *found = NULL;
      for (size_t i = 0; i < program.sink.list.count; i++) {
        struct seg_diagnostic *d = program.sink.list.items[i];
        if (seg_source_map_place(&program.map, program.file, d->span.begin).line == line) {
          assert_null(found); // one mistake gives one error
          found = d;
        }
      }
      if (found == NULL) {
        print_error("no error in line %u\n", line);
        program_show(&program);
      }
      assert_non_null(found);
      errors++;
    }
    at = end + 1;
  }
  program_expect_errors(&program, (uint32_t)errors);
  program_end(&program);
}

static void test_ten_mistakes_are_ten_errors(void **state) {
  (void)state;
  expect_marked_errors("customer from \"c\" key id {\n"
                       "  email text? #!\n"
                       "  a: int\n"
                       "  where a + #!\n"
                       "  unique by a\n"
                       "}\n"
                       "event e form \"e\" by id at ts { #!\n"
                       "  b: one of (x) #!\n"
                       "  c = b == 1 #!\n"
                       "}\n"
                       "metric m = sum(e.c #!\n"
                       "metric n = #!\n"
                       "segment s {\n"
                       "  when m > 1 #!\n"
                       "  decision: 'x' #!\n"
                       "  owner: #!\n"
                       "  size: 5%..25%\n"
                       "}\n");
}

static void test_missing_braces(void **state) {
  (void)state;
  expect_marked_errors("segment a { #!\n"
                       "  when: x\n"
                       "segment b #!\n"
                       "  when: y\n"
                       "}\n"
                       "customer from \"c\" key id #!\n"
                       "  a: int\n"
                       "}\n"
                       "test \"t\" as of 2026-01-01 {\n"
                       "  purchase #!\n"
                       "    at: 2026-01-01\n"
                       "  }\n"
                       "  expect a\n"
                       "}\n"
                       "segment c { when: x }} #!\n"
                       "metric m = 1\n"
                       "segment d { #!\n"
                       "  when: x\n");
}

static void test_clauses_go_on_after_a_mistake(void **state) {
  struct program program;
  (void)state;
  program_parse(&program, "segment a {\n"
                          "  when: x >\n"
                          "  decision: \"d\"\n"
                          "  owner: a b c d\n"
                          "  channel: email\n"
                          "  size 5%\n"
                          "  goal: g\n"
                          "}\n"
                          "metric m = 1\n");
  program_expect_errors(&program, 3);
  assert_int_equal(program_count(&program), 2);
  const struct seg_segment *segment = program.ast.first->segment;
  assert_int_equal(segment->clause_count, 4); // `size` is read without its colon
  assert_true(seg_str_is(segment->clauses[0].name.text, "decision"));
  assert_true(seg_str_is(segment->clauses[1].name.text, "channel"));
  assert_true(seg_str_is(segment->clauses[2].name.text, "size"));
  assert_true(seg_str_is(segment->clauses[3].name.text, "goal"));
  program_end(&program);
}

static void test_signs_of_other_languages_are_read(void **state) {
  struct program program;
  char *tree = NULL;
  size_t size = 0;
  (void)state;
  program_parse(&program, "metric x = a == 1 && b <> 2 || !c;\n");
  program_expect_errors(&program, 6);
  FILE *out = open_memstream(&tree, &size);
  assert_non_null(out);
  write_short(out, program.ast.first->metric->value);
  fclose(out);
  assert_string_equal(tree, "(or (and (= a 1) (!= b 2)) (not c))");
  free(tree);
  program_end(&program);
}

static void test_damaged_text_is_one_error(void **state) {
  static const struct {
    const char *text;
    size_t size;
  } cases[] = {
      {"segc 1\nmetric a = \xff == \xfe", 21},
      {"segc 1\nmetric a = \0 == \0", 21},
      {"segc 1\nmetric a = \"\xc3\"", 22},
      {"segc 1\nmetric a = \"\xed\xa0\x80\"", 24}, // a surrogate
      {"segc 1\nmetric a = \"\xc0\x80\"", 23},     // an overlong form
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct program program;
    program_begin(&program);
    program_add(&program, (struct seg_str){cases[i].text, cases[i].size});
    program_expect_errors(&program, 1);
    program_expect_error(&program, 0, SEG_DIAG_BAD_BYTE, 2);
    program_end(&program);
  }
}

static void test_deceptive_characters(void **state) {
  static const char *const texts[] = {
      "metric a = b \xe2\x80\xae\n",     // in the open
      "metric a = \"x\xe2\x81\xa6y\"\n", // in a string
      "metric a = b # \xe2\x80\x8f\n",   // in a comment
      "metric a = b\xe2\x80\x8b"
      "c\n", // a zero-width space in a name
      "metric a = `b\xc2\xad"
      "c`\n",                                     // a soft hyphen in a quoted name
      "metric a = b\xc2\xa0+ c\n",                // a no-break space
      "metric a = b # \xe2\x80\xa8 metric c =\n", // a line separator, which editors show as one
  };
  (void)state;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct program program;
    program_parse(&program, texts[i]);
    program_expect_errors(&program, 1);
    program_expect_error(&program, 0, SEG_DIAG_BAD_BYTE, 2);
    assert_int_equal(program_count(&program), 1);
    program_end(&program);
  }
}

// --- limits --------------------------------------------------------------------------------------

/** `metric x = ` and `count` times `before`, then the middle, then `count` times `after`. */
static void parse_repeated(struct program *program, const char *before, const char *middle,
                           const char *after, size_t count) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  assert_non_null(out);
  fputs("metric x = ", out);
  for (size_t i = 0; i < count; i++)
    fputs(before, out);
  fputs(middle, out);
  for (size_t i = 0; i < count; i++)
    fputs(after, out);
  fputs("\nmetric y = 1\n", out);
  fclose(out);
  program_parse(program, text);
  free(text);
}

static void test_nesting_is_capped(void **state) {
  static const struct {
    const char *before, *middle, *after;
  } cases[] = {
      {"(", "a", ")"},
      {"not ", "a", ""},
      {"- ", "a", ""},
      {"f(", "a", ")"},
      {"a[", "b", "]"},
      {"", "a", " + b"},
      {"", "a", " else b"},
      {"", "a", ".b"},
      {"", "a", "[b]"},
      {"", "a", " < b"},
      {"", "a", " ever"},
      {"", "a", " in (b)"},
      {"not (", "a", ")"},
      {"- f(", "a", ")"},
      {"", "a", " - b * c"},
      {"(a + ", "b", ")"},
      {"a and (b or ", "c", ")"},
  };
  static const size_t counts[] = {300, 5000, 100000};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    for (size_t j = 0; j < sizeof counts / sizeof *counts; j++) {
      struct program program;
      parse_repeated(&program, cases[i].before, cases[i].middle, cases[i].after, counts[j]);
      program_expect_errors(&program, 1);
      program_expect_error(&program, 0, SEG_DIAG_TOO_DEEP, 2);
      assert_int_equal(program_count(&program), 2);
      assert_true(program.ast.first->metric->value->depth <= SEG_MAX_NESTING);
      program_end(&program);
    }
}

static void test_nesting_below_the_cap(void **state) {
  struct program program;
  (void)state;
  parse_repeated(&program, "(", "a", ")", SEG_MAX_NESTING - 1);
  program_expect_errors(&program, 0);
  assert_int_equal(program.ast.first->metric->value->depth, SEG_MAX_NESTING);
  program_end(&program);
  parse_repeated(&program, "(", "a", ")", SEG_MAX_NESTING);
  program_expect_errors(&program, 1);
  program_end(&program);
}

static void test_long_chains_stay_shallow(void **state) {
  static const char *const links[] = {" and b", " or b"};
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    struct program program;
    parse_repeated(&program, "", "a", links[i], 10000 - 1);
    program_expect_errors(&program, 0);
    assert_int_equal(program.ast.first->metric->value->depth, 15); // 2^13 < 10000 <= 2^14
    assert_int_equal(program.ast.expression_count, 10000 + 9999 + 1);
    program_end(&program);
  }
}

static void test_long_lists(void **state) {
  struct program program;
  (void)state;
  parse_repeated(&program, "f(a", "", ", a", 1); // `f(a, a`: the bracket is missing
  program_expect_errors(&program, 1);
  program_end(&program);
  parse_repeated(&program, "", "a in (1", ", 1", 20000);
  program_expect_errors(&program, 1);
  assert_int_equal(program.ast.first->metric->value->operand_count, 20002);
  program_end(&program);
}

static void test_errors_are_capped(void **state) {
  struct program program;
  char *text = NULL;
  size_t size = 0;
  (void)state;
  FILE *out = open_memstream(&text, &size);
  assert_non_null(out);
  for (int i = 0; i < 1000; i++)
    fprintf(out, "metric m%d = +\n", i);
  fclose(out);
  program_parse(&program, text);
  program_expect_errors(&program, 100);
  free(text);
  program_end(&program);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_header),
      cmocka_unit_test(test_ten_mistakes_are_ten_errors),
      cmocka_unit_test(test_missing_braces),
      cmocka_unit_test(test_clauses_go_on_after_a_mistake),
      cmocka_unit_test(test_signs_of_other_languages_are_read),
      cmocka_unit_test(test_damaged_text_is_one_error),
      cmocka_unit_test(test_deceptive_characters),
      cmocka_unit_test(test_nesting_is_capped),
      cmocka_unit_test(test_nesting_below_the_cap),
      cmocka_unit_test(test_long_chains_stay_shallow),
      cmocka_unit_test(test_long_lists),
      cmocka_unit_test(test_errors_are_capped),
  };
  return cmocka_run_group_tests_name("parse_errors", tests, NULL, NULL);
}
