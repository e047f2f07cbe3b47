// The canonical layout, rule by rule: what is written, and what comes out. The promises that hold
// for every text are in tests/format.
#include "grammar/format.h"
#include "tests/unit/parse_program.h"

struct example {
  const char *written;
  const char *laid_out;
};

/** The layout of a text; NULL with syntax errors, whose number is set. */
static char *lay_out(const char *text, uint32_t *errors) {
  struct seg_source_map map;
  struct seg_diagnostics sink;
  struct seg_arena arena;
  struct seg_str result;
  struct seg_error error = {0};
  uint32_t file;
  seg_source_map_init(&map);
  seg_diagnostics_init(&sink);
  seg_arena_init(&arena);
  assert_int_equal(
      seg_source_map_add(&map, seg_str_view("test.seg"), seg_str_view(text), &file, &error),
      SEG_OK);
  enum seg_status status = seg_format(&map, file, &arena, &sink, &result, &error);
  if (status != SEG_OK)
    fprintf(stderr, "%s\n%s\n", error.message, text);
  assert_int_equal(status, SEG_OK);
  char *copy = result.data == NULL ? NULL : strdup(result.data);
  *errors = sink.errors;
  seg_arena_deinit(&arena);
  seg_diagnostics_deinit(&sink);
  seg_source_map_deinit(&map);
  return copy;
}

static void check(const char *written, const char *laid_out) {
  uint32_t errors;
  char *first = lay_out(written, &errors);
  assert_int_equal(errors, 0);
  assert_string_equal(first, laid_out);
  char *second = lay_out(first, &errors);
  assert_string_equal(second, laid_out);
  free(first);
  free(second);
}

/** Both behind `segc 1` and a blank line. */
static void check_all(const struct example *examples, size_t count) {
  static const char header[] = "segc 1\n\n";
  for (size_t i = 0; i < count; i++) {
    char written[2048], laid_out[2048];
    assert_true((size_t)snprintf(written, sizeof written, "%s%s", header, examples[i].written) <
                sizeof written);
    assert_true((size_t)snprintf(laid_out, sizeof laid_out, "%s%s", header, examples[i].laid_out) <
                sizeof laid_out);
    check(written, laid_out);
  }
}

#define CHECK_ALL(examples) check_all((examples), sizeof(examples) / sizeof *(examples))

static void test_header(void **state) {
  (void)state;
  check("segc 1", "segc 1\n");
  check("\n\n  segc   1  \n\n\n", "segc 1\n");
  check("segc 1\r\nmetric a = b\r\n# c \t\r\n", "segc 1\n\nmetric a = b\n# c\n");
  check("\xef\xbb\xbfsegc 1\n", "segc 1\n");
  check("# first\n\n\n# second\nsegc 1 # third\n# fourth\n",
        "# first\n\n# second\nsegc 1  # third\n# fourth\n");
}

static void test_declarations(void **state) {
  static const struct example examples[] = {
      // a blank line between declarations; one-line ones of one kind stand as the author put them
      {"timezone:\"UTC\"\ncurrency : EUR\n\n\n\nuse std . rfm\nlet a=1\nlet long=2\n\n\nmetric "
       "b=3\n",
       "timezone: \"UTC\"\ncurrency: EUR\n\nuse std.rfm\n\nlet a    = 1\nlet long = 2\n\n"
       "metric b = 3\n"},
      {"customer from \"c\" key id{}event e from \"e\" by c at t zone \"UTC\"{ }",
       "customer from \"c\" key id { }\n\nevent e from \"e\" by c at t zone \"UTC\" { }\n"},
      {"priority p:a>b   otherwise c\nexclusive:a,b\noverlap : a with b ,c",
       "priority p: a > b otherwise c\n\nexclusive: a, b\noverlap: a with b, c\n"},
      // runs of `=` are aligned; a blank line, a comment or a long metric ends a run
      {"metric a = 1\nmetric long = 2\n\nmetric longer = 3\n# here\nmetric b = 4",
       "metric a    = 1\nmetric long = 2\n\nmetric longer = 3\n# here\nmetric b = 4\n"},
  };
  (void)state;
  check("segc 1\ncustomer from e\nmetric a = b", "segc 1\n\ncustomer from e\n\nmetric a = b\n");
  CHECK_ALL(examples);
}

static void test_bodies(void **state) {
  static const struct example examples[] = {
      {"event e from \"e\" by c at t { a:int long:money( EUR,4 )? personal x=a*2 y2=x where a>1 "
       "where not x=2 unique by a,long }",
       "event e from \"e\" by c at t {\n  a:    int\n  long: money(EUR, 4)? personal\n  x  = a * "
       "2\n"
       "  y2 = x\n  where a > 1\n  where not x = 2\n  unique by a, long\n}\n"},
      {"segment s \"S\" { when:a decision:\"b\" channel:x,y size:5%..25% review:every 90 days,last "
       "2026-09-01 }",
       "segment s \"S\" {\n  when:     a\n  decision: \"b\"\n  channel:  x, y\n  size:     "
       "5%..25%\n"
       "  review:   every 90d, last 2026-09-01\n}\n"},
      // blank lines within: one where the author had some, none at the ends
      {"segment s {\n\n\n  when: a\n\n\n  owner: b\n\n}\n",
       "segment s {\n  when:  a\n\n  owner: b\n}\n"},
  };
  (void)state;
  CHECK_ALL(examples);
}

static void test_tests(void **state) {
  static const struct example examples[] = {
      {"test \"t\" as of 2026-11-01{customer{}purchase{at:2026-10-05 amount:120 EUR,}expect vip "
       "reject x}",
       "test \"t\" as of 2026-11-01 {\n  customer { }\n  purchase { at: 2026-10-05, amount: 120 "
       "EUR "
       "}\n  expect vip\n  reject x\n}\n"},
      // a record with a comment, or too long for one line: a value a line
      {"test \"t\" as of 2026-11-01 { a { at: 1 # one\nlonger: 2 } }",
       "test \"t\" as of 2026-11-01 {\n  a {\n    at:     1,  # one\n    longer: 2,\n  }\n}\n"},
  };
  (void)state;
  CHECK_ALL(examples);
}

static void test_spaces(void **state) {
  static const struct example examples[] = {
      {"metric a=b+c*-d-e/(f-1)", "metric a = b + c * -d - e / (f - 1)\n"},
      {"metric a = count( purchase [ channel=\"web\" and amount>50 ] ) within 90 days",
       "metric a = count(purchase[channel = \"web\" and amount > 50]) within 90d\n"},
      {"metric a = sum( e . p )between 31 days and 2 weeks ago",
       "metric a = sum(e.p) between 31d and 2w ago\n"},
      {"metric a = b in(1,2) or c not in ( 3 )", "metric a = b in (1, 2) or c not in (3)\n"},
      {"metric a = b is known and(c else\"??\")!=\"US\"",
       "metric a = b is known and (c else \"??\") != \"US\"\n"},
      {"metric a = last (order) - then(1) - last - 1",
       "metric a = last(order) - then(1) - last - 1\n"},
      {"metric a = count(cart then (purchase) within 24hours)",
       "metric a = count(cart then (purchase) within 24h)\n"},
      // numbers and strings as written; what the checker will refuse, too
      {"metric a = f(1_000, 12.50, \"a  \\u{e9}\", 007) within 3 months",
       "metric a = f(1_000, 12.50, \"a  \\u{e9}\", 007) within 3 months\n"},
      // backquotes only where they are needed
      {"metric `a` = `b c` + `5` + `and` + `ever` + e.`and` + `\xc3\xa4`",
       "metric a = `b c` + `5` + `and` + `ever` + e.and + \xc3\xa4\n"},
      {"segment `s` { `when`: `AND` }", "segment s {\n  when: `AND`\n}\n"},
  };
  (void)state;
  CHECK_ALL(examples);
}

#define LONG_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" // 40
#define LONG_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void test_long_lines(void **state) {
  static const struct example examples[] = {
      // 100 columns fit, 101 do not
      {"segment s { when: " LONG_A " and " LONG_B "bb decision: x }",
       "segment s {\n  when:     " LONG_A " and " LONG_B "bb\n  decision: x\n}\n"},
      {"segment s { when: " LONG_A " and " LONG_B "bbbb decision: x }",
       "segment s {\n  when:     " LONG_A "\n            and " LONG_B "bbbb\n  decision: x\n}\n"},
      // only the outermost, unless that is not enough
      {"segment s { when: (" LONG_A " or x) and (" LONG_B " or y) }",
       "segment s {\n  when: (" LONG_A " or x)\n        and (" LONG_B " or y)\n}\n"},
      {"metric m = count(e[" LONG_A " or " LONG_B "b or c])",
       "metric m = count(e[" LONG_A "\n  or " LONG_B "b\n  or c])\n"},
      // the `and` of a `between` stays
      {"metric m = " LONG_A " between 1 and 2 and " LONG_B " between 3 and 4",
       "metric m = " LONG_A " between 1 and 2\n  and " LONG_B " between 3 and 4\n"},
      // lists are filled
      {"overlap: a with " LONG_A ", " LONG_B ", cccc, dddd",
       "overlap: a with " LONG_A ", " LONG_B ",\n  cccc, dddd\n"},
      {"priority p: " LONG_A " > " LONG_B " > cccc > dddd > eeee otherwise f",
       "priority p:\n  " LONG_A " > " LONG_B " > cccc > dddd\n  > eeee\n  otherwise f\n"},
      // sums, when there is nothing else
      {"metric m = " LONG_A " + " LONG_B " * 2 - cccccccc",
       "metric m = " LONG_A " + " LONG_B " * 2\n  - cccccccc\n"},
      // alignment does not make lines too long
      {"metric m = 1\nmetric mmmmmmmmmmmm = 2\nmetric n = " LONG_A " + " LONG_B "bb",
       "metric m = 1\nmetric mmmmmmmmmmmm = 2\nmetric n = " LONG_A " + " LONG_B "bb\n"},
      {"test \"t\" as of 2026-11-01 { e { a: \"" LONG_A "\", b: \"" LONG_B "\", long: 1 } }",
       "test \"t\" as of 2026-11-01 {\n  e {\n    a:    \"" LONG_A "\",\n    b:    \"" LONG_B
       "\",\n    long: 1,\n  }\n}\n"},
  };
  (void)state;
  CHECK_ALL(examples);
}

static void test_comments(void **state) {
  static const struct example examples[] = {
      // before what they precede, at the end of their line, at the end of the file
      {"# a\nmetric m = 1# b\n    # c\n\n\n# d\n", "# a\nmetric m = 1  # b\n# c\n\n# d\n"},
      // within braces, first and last
      {"segment s{# a\n# b\nwhen: x # c\n# d\n} # e\n",
       "segment s {  # a\n  # b\n  when: x  # c\n  # d\n}  # e\n"},
      {"segment s{\n# a\n}", "segment s {\n  # a\n}\n"},
      // aligned within a block
      {"segment s { when: a # one\ndecision: \"bbb\"\nowner: c # two\n\nlens: d # three\n}",
       "segment s {\n  when:     a  # one\n  decision: \"bbb\"\n  owner:    c  # two\n\n"
       "  lens:     d  # three\n}\n"},
      // inside an expression they break it, as if it were too long
      {"segment s { when: a # one\nand b\n# two\nand c }",
       "segment s {\n  when: a  # one\n        and b\n        # two\n        and c\n}\n"},
      {"metric m = f(a, # one\nb # two\n)",
       "metric m = f(a,  # one\n  b              # two\n  )\n"},
      // before a colon or a comma: behind it
      {"segment s { when # one\n: a # two\n, b }",
       "segment s {\n  when:     # one\n        a,  # two\n        b\n}\n"},
      // no comment
      {"metric m = \"# a\"", "metric m = \"# a\"\n"},
  };
  (void)state;
  CHECK_ALL(examples);
}

static void test_syntax_errors(void **state) {
  static const char *const texts[] = {"",
                                      "metric a = 1",
                                      "segc 1\nmetric a =",
                                      "segc 1\nsegment {",
                                      "segc 1\n\x01",
                                      "segc 1\n// no comment\n"};
  (void)state;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    uint32_t errors;
    assert_null(lay_out(texts[i], &errors));
    assert_true(errors > 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_header),   cmocka_unit_test(test_declarations),
      cmocka_unit_test(test_bodies),   cmocka_unit_test(test_tests),
      cmocka_unit_test(test_spaces),   cmocka_unit_test(test_long_lines),
      cmocka_unit_test(test_comments), cmocka_unit_test(test_syntax_errors),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
