// Diagnostics: the sink, the order, the four formats, spelling suggestions.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compiler/diag/diag.h"
#include "runtime/base/json_writer.h"

struct fixture {
  struct seg_source_map map;
  struct seg_diagnostics sink;
};

static int setup(void **state) {
  struct fixture *fixture = malloc(sizeof *fixture);
  if (fixture == NULL)
    return -1;
  seg_source_map_init(&fixture->map);
  seg_diagnostics_init(&fixture->sink);
  *state = fixture;
  return 0;
}

static int teardown(void **state) {
  struct fixture *fixture = *state;
  seg_diagnostics_deinit(&fixture->sink);
  seg_source_map_deinit(&fixture->map);
  free(fixture);
  return 0;
}

static uint32_t add(struct fixture *fixture, const char *name, const char *text) {
  uint32_t file = UINT32_MAX;
  assert_int_equal(
      seg_source_map_add(&fixture->map, seg_str_view(name), seg_str_view(text), &file, NULL),
      SEG_OK);
  return file;
}

/** The output of a format; the caller frees it. */
static char *written(struct fixture *fixture, enum seg_diag_format format, bool color) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  assert_non_null(out);
  seg_diagnostics_write(&fixture->sink, &fixture->map, format, color, out);
  assert_int_equal(fclose(out), 0);
  return text;
}

static void assert_output(struct fixture *fixture, enum seg_diag_format format,
                          const char *expected) {
  char *text = written(fixture, format, false);
  assert_string_equal(text, expected);
  free(text);
}

static void assert_contains(struct fixture *fixture, enum seg_diag_format format,
                            const char *expected) {
  char *text = written(fixture, format, false);
  if (strstr(text, expected) == NULL)
    fail_msg("%s\nis not in:\n%s", expected, text);
  free(text);
}

static void test_table(void **state) {
  (void)state;
  assert_string_equal(seg_diag_info[SEG_DIAG_UNKNOWN_NAME].code, "E101");
  for (int i = 0; i < SEG_DIAG_COUNT; i++) {
    const struct seg_diag_info *info = &seg_diag_info[i];
    if (info->code[0] != 'O') // proofs find both kinds
      assert_int_equal(info->code[0], info->severity == SEG_ERROR ? 'E' : 'W');
    for (int j = 0; j < i; j++)
      assert_string_not_equal(info->code, seg_diag_info[j].code);
  }
}

static void test_counts_and_repetition(void **state) {
  struct fixture *fixture = *state;
  struct seg_diagnostics *sink = &fixture->sink;
  add(fixture, "a.seg", "abc");
  struct seg_span span = {0, 0, 1};
  struct seg_diagnostic *first = seg_report(sink, SEG_DIAG_UNKNOWN_NAME, span, "one");
  seg_note(sink, first, "n");
  struct seg_diagnostic *again = seg_report(sink, SEG_DIAG_UNKNOWN_NAME, span, "two");
  assert_ptr_not_equal(first, again);
  seg_note(sink, again, "lost with the repetition");
  seg_report(sink, SEG_DIAG_UNUSED, span, "three");
  seg_report(sink, SEG_DIAG_UNKNOWN_NAME, (struct seg_span){0, 0, 2}, "four");
  assert_int_equal(sink->errors, 2);
  assert_int_equal(sink->warnings, 1);
  assert_int_equal(sink->list.count, 3);
  assert_null(first->parts->next);
  assert_false(sink->out_of_memory);
}

static void test_several_at_one_place(void **state) {
  struct fixture *fixture = *state;
  struct seg_diagnostics *sink = &fixture->sink;
  add(fixture, "a.seg", "abc");
  struct seg_span span = {0, 0, 1};
  seg_report_each(sink, SEG_DIAG_UNUSED, span, "one");
  struct seg_diagnostic *second = seg_report_each(sink, SEG_DIAG_UNUSED, span, "two");
  seg_note(sink, second, "n");
  assert_int_equal(sink->warnings, 2);
  assert_int_equal(sink->list.count, 2);
  assert_non_null(second->parts);
}

static void test_limit(void **state) {
  struct fixture *fixture = *state;
  add(fixture, "a.seg", "abc");
  for (uint32_t i = 0; i < SEG_DIAG_LIMIT + 3; i++)
    seg_report(&fixture->sink, SEG_DIAG_BAD_BYTE, (struct seg_span){0, i, i + 1}, "x");
  assert_int_equal(fixture->sink.list.count, SEG_DIAG_LIMIT);
  assert_int_equal(fixture->sink.errors, SEG_DIAG_LIMIT + 3);
  assert_int_equal(fixture->sink.dropped, 3);
  assert_contains(fixture, SEG_FORMAT_HUMAN, "3 more are not shown.\n");
}

static void test_order(void **state) {
  struct fixture *fixture = *state;
  struct seg_diagnostics *sink = &fixture->sink;
  add(fixture, "a.seg", "abc");
  add(fixture, "b.seg", "abc");
  seg_report(sink, SEG_DIAG_UNKNOWN_NAME, (struct seg_span){1, 0, 1}, "4");
  seg_report(sink, SEG_DIAG_UNKNOWN_NAME, (struct seg_span){0, 2, 3}, "3");
  seg_report(sink, SEG_DIAG_CYCLE, (struct seg_span){0, 1, 2}, "2");
  seg_report(sink, SEG_DIAG_UNKNOWN_NAME, (struct seg_span){0, 1, 2}, "1");
  seg_report(sink, SEG_DIAG_NO_CUSTOMER, SEG_NO_PLACE, "5");
  assert_output(fixture, SEG_FORMAT_HUMAN,
                "error[E101]: 1\n"
                "  --> a.seg:1:2\n"
                "  1 | abc\n"
                "    |  ^\n"
                "\n"
                "error[E104]: 2\n"
                "  --> a.seg:1:2\n"
                "  1 | abc\n"
                "    |  ^\n"
                "\n"
                "error[E101]: 3\n"
                "  --> a.seg:1:3\n"
                "  1 | abc\n"
                "    |   ^\n"
                "\n"
                "error[E101]: 4\n"
                "  --> b.seg:1:1\n"
                "  1 | abc\n"
                "    | ^\n"
                "\n"
                "error[E108]: 5\n"
                "\n");
}

static void test_human_parts(void **state) {
  struct fixture *fixture = *state;
  struct seg_diagnostics *sink = &fixture->sink;
  add(fixture, "r.seg", "segc 1\nsegment vip {\n}\nsegment vip {\n}\n");
  struct seg_diagnostic *diagnostic = seg_report(
      sink, SEG_DIAG_DUPLICATE_NAME, (struct seg_span){0, 31, 34}, "`%s` is there", "vip");
  seg_note_at(sink, diagnostic, (struct seg_span){0, 15, 18}, "the first one");
  seg_note(sink, diagnostic, "one name, one meaning");
  seg_help(sink, diagnostic, "rename one:\nsegment vip_2 {\n}");
  assert_output(fixture, SEG_FORMAT_HUMAN,
                "error[E102]: `vip` is there\n"
                "  --> r.seg:4:9\n"
                "  4 | segment vip {\n"
                "    |         ^^^\n"
                "  = note: the first one\n"
                "  --> r.seg:2:9\n"
                "  2 | segment vip {\n"
                "    |         ^^^\n"
                "  = note: one name, one meaning\n"
                "  = help: rename one:\n"
                "          segment vip_2 {\n"
                "          }\n"
                "\n");
}

/** One diagnostic over one text; the lines below the message. */
static void assert_snippet(struct fixture *fixture, const char *text, uint32_t begin, uint32_t end,
                           const char *expected) {
  uint32_t file = add(fixture, "s.seg", text);
  seg_diagnostics_deinit(&fixture->sink);
  seg_diagnostics_init(&fixture->sink);
  seg_report(&fixture->sink, SEG_DIAG_SYNTAX, (struct seg_span){file, begin, end}, "m");
  char *output = written(fixture, SEG_FORMAT_HUMAN, false);
  const char *first = "error[E003]: m\n";
  assert_memory_equal(output, first, strlen(first));
  assert_string_equal(output + strlen(first), expected);
  free(output);
}

static void test_human_carets(void **state) {
  struct fixture *fixture = *state;
  // A tab is one character in the column and four columns in the picture.
  assert_snippet(fixture, "\ta\tb", 3, 4,
                 "  --> s.seg:1:4\n  1 |     a    b\n    |          ^\n\n");
  // Two ideographs of two columns each before the span, one inside it.
  assert_snippet(fixture, "\xe6\x9d\xb1\xe4\xba\xac = \xe6\x9d\xb1", 9, 12,
                 "  --> s.seg:1:6\n  1 | \xe6\x9d\xb1\xe4\xba\xac = \xe6\x9d\xb1\n"
                 "    |        ^^\n\n");
  // A span over lines: the first line of it.
  assert_snippet(fixture, "ab cd\nef", 3, 8, "  --> s.seg:1:4\n  1 | ab cd\n    |    ^^\n\n");
  // Empty spans: at the end without and with a last line end, in an empty file, at a line end.
  assert_snippet(fixture, "ab", 2, 2, "  --> s.seg:1:3\n  1 | ab\n    |   ^\n\n");
  assert_snippet(fixture, "ab\n", 3, 3, "  --> s.seg:2:1\n  2 |\n    | ^\n\n");
  assert_snippet(fixture, "", 0, 0, "  --> s.seg:1:1\n  1 |\n    | ^\n\n");
  assert_snippet(fixture, "ab\r\ncd", 3, 4, "  --> s.seg:1:4\n  1 | ab\n    |   ^\n\n");
  // Offsets past the end stay at the end.
  assert_snippet(fixture, "ab", 90, 99, "  --> s.seg:1:3\n  1 | ab\n    |   ^\n\n");
}

static void test_human_gutter(void **state) {
  struct fixture *fixture = *state;
  char text[1300];
  memset(text, '\n', 1233);
  strcpy(text + 1233, "x");
  assert_snippet(fixture, text, 1233, 1234, "  --> s.seg:1234:1\n1234 | x\n     | ^\n\n");
}

static void test_human_shows_no_control_characters(void **state) {
  struct fixture *fixture = *state;
#define BAD "\xef\xbf\xbd"
  // Escape, a damaged byte, and right-to-left override.
  assert_snippet(fixture, "\x1b\xff\xe2\x80\xaex", 5, 6,
                 "  --> s.seg:1:4\n  1 | " BAD BAD BAD "x\n    |    ^\n\n");
  seg_report(&fixture->sink, SEG_DIAG_SYNTAX, SEG_NO_PLACE, "\x1b[2J");
  assert_contains(fixture, SEG_FORMAT_HUMAN, "error[E003]: " BAD "[2J\n");
#undef BAD
}

static void test_human_cuts_long_lines(void **state) {
  struct fixture *fixture = *state;
  char text[2001];
  memset(text, 'a', 1000);
  memset(text + 1000, 'b', 1000);
  text[2000] = '\0';
  char expected[500] = "  --> s.seg:1:1001\n  1 | ...";
  char *at = expected + strlen(expected);
  memset(at, 'a', 60);
  memset(at + 60, 'b', 100);
  strcpy(at + 160, "...\n    | ");
  at += strlen(at);
  memset(at, ' ', 63);
  memset(at + 63, '^', 100);
  strcpy(at + 163, "\n\n");
  assert_snippet(fixture, text, 1000, 2000, expected);
}

static void test_human_color(void **state) {
  struct fixture *fixture = *state;
  add(fixture, "a.seg", "abc");
  seg_report(&fixture->sink, SEG_DIAG_UNKNOWN_NAME, (struct seg_span){0, 0, 1}, "m");
  char *plain = written(fixture, SEG_FORMAT_HUMAN, false);
  assert_null(strchr(plain, '\x1b'));
  char *colored = written(fixture, SEG_FORMAT_HUMAN, true);
  assert_non_null(strstr(colored, "\x1b[1;31merror[E101]\x1b[0m"));
  // Without the colour codes both are the same.
  char *stripped = colored;
  size_t size = 0;
  for (const char *at = colored; *at != '\0'; at++) {
    if (*at == '\x1b')
      at = strchr(at, 'm');
    else
      stripped[size++] = *at;
  }
  stripped[size] = '\0';
  assert_string_equal(stripped, plain);
  free(plain);
  free(colored);
}

static void report_example(struct fixture *fixture) {
  struct seg_diagnostics *sink = &fixture->sink;
  add(fixture, "dir/a b.seg", "K\xc3\xb6ln x\nyy\n");
  struct seg_diagnostic *diagnostic =
      seg_report(sink, SEG_DIAG_UNKNOWN_NAME, (struct seg_span){0, 6, 7}, "`x`\n100%%, \"no\"");
  seg_note_at(sink, diagnostic, (struct seg_span){0, 8, 10}, "here: a, b");
  seg_note(sink, diagnostic, "why");
  seg_help(sink, diagnostic, "write `y`");
  seg_report(sink, SEG_DIAG_UNUSED, SEG_NO_PLACE, "idle");
}

static void test_json(void **state) {
  struct fixture *fixture = *state;
  assert_output(fixture, SEG_FORMAT_JSON, "{\"diagnostics\":[],\"errors\":0,\"warnings\":0}\n");
  report_example(fixture);
  assert_output(
      fixture, SEG_FORMAT_JSON,
      "{\"diagnostics\":[{\"code\":\"E101\",\"severity\":\"error\","
      "\"message\":\"`x`\\n100%, \\\"no\\\"\",\"file\":\"dir/a b.seg\",\"line\":1,\"column\":6,"
      "\"endLine\":1,\"endColumn\":7,\"notes\":[{\"message\":\"here: a, b\","
      "\"file\":\"dir/a b.seg\",\"line\":2,\"column\":1,\"endLine\":2,\"endColumn\":3},"
      "{\"message\":\"why\"}],\"help\":[\"write `y`\"]},"
      "{\"code\":\"W101\",\"severity\":\"warning\",\"message\":\"idle\",\"notes\":[],\"help\":[]}],"
      "\"errors\":1,\"warnings\":1}\n");
}

static void write_seven(const void *context, struct seg_json *json) {
  assert_string_equal(context, "context");
  seg_json_uint(json, 7);
}

static void test_json_appendix(void **state) {
  struct fixture *fixture = *state;
  fixture->sink.appendix = (struct seg_diag_appendix){"days", write_seven, "context"};
  assert_output(fixture, SEG_FORMAT_JSON,
                "{\"diagnostics\":[],\"errors\":0,\"warnings\":0,\"days\":7}\n");
}

static void test_sarif(void **state) {
  struct fixture *fixture = *state;
  report_example(fixture);
  assert_contains(fixture, SEG_FORMAT_SARIF, "\"version\":\"2.1.0\",\"runs\":[{\"tool\":");
  assert_contains(fixture, SEG_FORMAT_SARIF,
                  "{\"id\":\"E101\",\"shortDescription\":{\"text\":\"a name that nothing "
                  "declares\"},\"defaultConfiguration\":{\"level\":\"error\"}}");
  assert_contains(
      fixture, SEG_FORMAT_SARIF,
      "\"level\":\"error\",\"message\":{\"text\":\"`x`\\n100%, \\\"no\\\"\\nnote: why\\nhelp: "
      "write `y`\"},\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":"
      "\"dir/a%20b.seg\"},\"region\":{\"startLine\":1,\"startColumn\":6,\"endLine\":1,"
      "\"endColumn\":7}}}],\"relatedLocations\":[{\"id\":1,\"message\":{\"text\":\"here: a, b\"},"
      "\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"dir/a%20b.seg\"},\"region\":{"
      "\"startLine\":2,\"startColumn\":1,\"endLine\":2,\"endColumn\":3}}}]}");
  assert_contains(fixture, SEG_FORMAT_SARIF,
                  "\"level\":\"warning\",\"message\":{\"text\":\"idle\"},\"locations\":[]}");
}

static void test_sarif_rule_index(void **state) {
  struct fixture *fixture = *state;
  report_example(fixture);
  char expected[64];
  snprintf(expected, sizeof expected, "\"ruleId\":\"W101\",\"ruleIndex\":%d", SEG_DIAG_UNUSED);
  assert_contains(fixture, SEG_FORMAT_SARIF, expected);
}

static void test_github(void **state) {
  struct fixture *fixture = *state;
  report_example(fixture);
  assert_output(fixture, SEG_FORMAT_GITHUB,
                "::error file=dir/a b.seg,line=1,col=6,title=E101%3A a name that nothing declares::"
                "`x`%0A100%25, \"no\"%0Anote: here: a, b (dir/a b.seg:2:1)%0Anote: why%0Ahelp: "
                "write `y`\n"
                "::warning title=W101%3A a declaration that nothing uses::idle\n");
}

static void test_github_escapes_properties(void **state) {
  struct fixture *fixture = *state;
  add(fixture, "a,b:c%\n.seg", "x");
  seg_report(&fixture->sink, SEG_DIAG_SYNTAX, (struct seg_span){0, 0, 1}, "m\r\n::error::forged");
  assert_output(fixture, SEG_FORMAT_GITHUB,
                "::error file=a%2Cb%3Ac%25%0A.seg,line=1,col=1,title=E003%3A a word or sign that "
                "does not fit here::m%0D%0A::error::forged\n");
}

static void assert_suggestion(const char *name, const char *const *names, size_t count,
                              const char *expected) {
  struct seg_str candidates[8];
  assert_true(count <= 8);
  for (size_t i = 0; i < count; i++)
    candidates[i] = seg_str_view(names[i]);
  struct seg_str best = seg_suggest(seg_str_view(name), candidates, count);
  if (expected == NULL)
    assert_null(best.data);
  else if (best.data == NULL || !seg_str_is(best, expected))
    fail_msg("for `%s`: `%.*s` instead of `%s`", name, SEG_STR(best), expected);
}

static void test_suggestions(void **state) {
  (void)state;
  const char *const metrics[] = {"purchases", "revenue", "recency", "aov", "Revenue_Net", "vip"};
  size_t count = sizeof metrics / sizeof *metrics;
  assert_suggestion("purchasse", metrics, count, "purchases"); // neighbours swapped
  assert_suggestion("reveneu", metrics, count, "revenue");
  assert_suggestion("RECENCY", metrics, count, "recency");
  assert_suggestion("revenue_net", metrics, count, "Revenue_Net"); // equal but for case
  assert_suggestion("vup", metrics, count, "vip");
  assert_suggestion("aovs", metrics, count, "aov");
  assert_suggestion("country", metrics, count, NULL);
  assert_suggestion("xyz", metrics, count, NULL);
  assert_suggestion("", metrics, count, NULL);
  assert_suggestion("vip", metrics, 0, NULL);
  const char *const ties[] = {"bat", "cat", "bat"};
  assert_suggestion("hat", ties, 3, "bat"); // the earlier one
  const char *const cases[] = {"amounts", "AMOUNT", "amount"};
  assert_suggestion("Amount", cases, 3, "AMOUNT"); // case first, although `amounts` is earlier
  assert_suggestion("amount", cases, 3, "AMOUNT"); // never the name itself
  const char *const letters[] = {"a", "b"};
  assert_suggestion("c", letters, 2, NULL); // nothing of it is left
  // A third of six letters is two.
  const char *const third[] = {"abcdef"};
  assert_suggestion("abcdxy", third, 1, "abcdef");
  assert_suggestion("abcxyz", third, 1, NULL);
}

#define DIAG_TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_table),
      DIAG_TEST(test_counts_and_repetition),
      DIAG_TEST(test_several_at_one_place),
      DIAG_TEST(test_limit),
      DIAG_TEST(test_order),
      DIAG_TEST(test_human_parts),
      DIAG_TEST(test_human_carets),
      DIAG_TEST(test_human_gutter),
      DIAG_TEST(test_human_shows_no_control_characters),
      DIAG_TEST(test_human_cuts_long_lines),
      DIAG_TEST(test_human_color),
      DIAG_TEST(test_json),
      DIAG_TEST(test_json_appendix),
      DIAG_TEST(test_sarif),
      DIAG_TEST(test_sarif_rule_index),
      DIAG_TEST(test_github),
      DIAG_TEST(test_github_escapes_properties),
      cmocka_unit_test(test_suggestions),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
