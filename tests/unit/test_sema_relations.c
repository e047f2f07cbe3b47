/**
 * compiler/sema: what is said about segments: chains that must agree, `exclusive`, `overlap`.
 */
#include "tests/unit/sema_case.h"

// Five segments of which nothing is said yet; what is said stands in front, so that codes come in
// the order of the text.
static char *five(const char *said) {
  static const char segments[] = "segment a { when: visits > 1 decision: \"a\" }\n"
                                 "segment b { when: visits > 2 decision: \"b\" }\n"
                                 "segment c { when: visits > 3 decision: \"c\" }\n"
                                 "segment d { when: visits > 4 decision: \"d\" }\n";
  char more[2000];
  snprintf(more, sizeof more, "%s\n%s", said, segments);
  return shop_text(more, "opt_in");
}

static void expect_said(const char *said, const char *code, const char *span, const char *piece) {
  char *text = five(said);
  expect_one(text, code, span, piece);
  free(text);
}

static void expect_fine(const char *said) {
  char *text = five(said);
  expect_codes(text, "");
  free(text);
}

/** How often W503 is reported, and where first; there are no errors. */
static void expect_repeated(const char *said, size_t times, const char *span) {
  struct sema_case c;
  char *text = five(said);
  check_text(&c, text);
  size_t found = 0;
  for (size_t i = 0; i < c.sink.list.count; i++)
    if (c.sink.list.items[i]->code == SEG_DIAG_SAID_BEFORE && found++ == 0)
      assert_true(seg_str_is(seg_source_map_text(&c.map, c.sink.list.items[i]->span), span));
  if (c.sink.errors > 0 || found != times)
    fail_with_reports(&c, said);
  end_case(&c);
  free(text);
}

static void chains_that_agree(void **state) {
  (void)state;
  expect_fine("priority p: a > b > c\npriority q: a > c > d\npriority r: b > d");
  expect_fine("priority p: a\npriority q: a");
  expect_fine("priority p: a > b\npriority q: c > d\npriority r: a > d\npriority t: c > b");
}

static void two_chains_that_do_not(void **state) {
  (void)state;
  expect_said("priority p: a > b\npriority q: b > a", "E506", "b > a",
              "the other way round in `p`");
  // What stands between them does not matter.
  expect_said("priority p: a > b > c > d\npriority q: d > a", "E506", "d > a", "in `p`");
  expect_said("priority q: d > s > a\npriority p: a > b > d", "E506", "a > b > d", "in `q`");
}

static void circles_of_chains(void **state) {
  (void)state;
  expect_said("priority p: a > b\npriority q: b > c\npriority r: c > a", "E506", "c > a",
              "`b` stands before `c`");
  expect_said("priority p: a > b\npriority q: b > c\npriority r: c > a", "E506", "c > a",
              "2 other chains lead back");
  // The shortest circle is shown: p and r alone make one.
  expect_said("priority p: a > b > d\npriority q: b > c\npriority r: c > d > a", "E506", "d > a",
              "in `p`");
  // Each circle once, and what hangs on it is no circle.
  char *text = five("priority p: a > b\npriority q: b > a\npriority r: c > d\npriority t: d > c\n"
                    "priority u: a > c\npriority v: s > a");
  expect_codes(text, "E506 E506");
  free(text);
}

static void many_chains(void **state) {
  (void)state;
  // n chains of two around a circle of n segments: one error that names every chain.
  enum { COUNT = 60 };
  char text[12000];
  strcpy(text, shop_head);
  for (int i = 0; i < COUNT; i++)
    sprintf(text + strlen(text), "segment s%d { when: visits > %d decision: \"d\" }\n", i, i);
  for (int i = 0; i < COUNT; i++)
    sprintf(text + strlen(text), "priority p%d: s%d > s%d\n", i, i, (i + 1) % COUNT);
  struct sema_case c;
  check_text(&c, text);
  assert_int_equal(c.sink.errors, 1);
  size_t places = 0;
  for (const struct seg_diag_part *part = nth_error(&c, 0)->parts; part; part = part->next)
    places += part->has_span;
  assert_int_equal(places, COUNT - 1);
  end_case(&c);
}

static void members_of_relations(void **state) {
  (void)state;
  expect_said("exclusive: a, bb", "E101", "bb", NULL);
  expect_said("exclusive: a, revenue", "E105", "revenue", "it is a metric");
  expect_said("exclusive: a, p\npriority p: b > c", "E105", "p", "it is a priority chain");
  expect_said("exclusive: a, b, a", "E504", "a", "first here");
  expect_said("exclusive: a", "E507", "exclusive: a", "`a` stands alone");
  expect_said("overlap: a with bb", "E101", "bb", "segment or chain");
  expect_said("overlap: lifecyle with a\npriority lifecycle: b > c", "E101", "lifecyle",
              "`lifecycle` is spelt like it");
  expect_said("overlap: purchase with a", "E105", "purchase", "no segment and no chain");
  expect_said("overlap: a with a", "E504", "a", "both sides of `with`");
  expect_said("overlap: a with b, c, b", "E504", "b", "twice in one list");
}

static void contradictions(void **state) {
  (void)state;
  expect_said("exclusive: a, b\noverlap: a with c, b", "E505", "b", "`a` is exclusive here");
  expect_said("overlap: b with a\nexclusive: c, a, b", "E505", "a", NULL);
  expect_said("priority p: b > c\noverlap: p with a\nexclusive: a, c", "E505", "a", "`c`");
  // A chain and `exclusive` go together: the chain never has to decide.
  expect_fine("priority p: a > b\nexclusive: a, b");
}

static void said_before(void **state) {
  (void)state;
  expect_repeated("overlap: a with b\noverlap: c with d, b", 0, "");
  expect_repeated("overlap: a with b\noverlap: b with a", 1, "a");
  expect_repeated("overlap: a with b, c\noverlap: c with d, a", 1, "a");
  expect_repeated("priority p: a > b\noverlap: a with b, c", 1, "b");
  // Some of the pairs are new: that a chain is meant is no repetition.
  expect_repeated("priority p: a > b\noverlap: p with c\noverlap: d with p", 0, "");
  expect_repeated("overlap: a with c\npriority p: a > b\noverlap: p with c", 0, "");
  expect_repeated("priority p: a > b\noverlap: p with a", 1, "a");
  expect_repeated("priority p: a > b\npriority q: a > c\noverlap: p with q", 0, "");
  expect_repeated("exclusive: a, b, c\nexclusive: c, a", 1, "exclusive: c, a");
  expect_repeated("exclusive: a, b, c\nexclusive: c, d", 0, "");
}

static void the_relation_of_two(void **state) {
  (void)state;
  struct sema_case c;
  char *text = five("exclusive: a, b\npriority p: a > b > c\noverlap: d with p\noverlap: b with c");
  check_text(&c, text);
  assert_int_equal(c.sink.errors, 0);
  enum { A, B, C, D, S };
  static const enum seg_relation expected[5][5] = {
      [A][B] = SEG_EXCLUSIVE,   [A][C] = SEG_IN_CHAIN,    [A][D] = SEG_MAY_OVERLAP,
      [B][C] = SEG_MAY_OVERLAP, [B][D] = SEG_MAY_OVERLAP, [C][D] = SEG_MAY_OVERLAP,
      [D][S] = SEG_UNRELATED,
  };
  for (uint32_t i = 0; i < 5; i++)
    for (uint32_t j = i + 1; j < 5; j++) {
      assert_int_equal(seg_program_relation(&c.program, i, j), expected[i][j]);
      assert_int_equal(seg_program_relation(&c.program, j, i), expected[i][j]);
    }
  assert_int_equal(c.program.exclusive_count, 1);
  assert_int_equal(c.program.exclusives[0].members[1], B);
  // d with a, b and c, then b with c.
  assert_int_equal(c.program.overlap_count, 4);
  assert_int_equal(c.program.overlaps[2].segment, D);
  assert_int_equal(c.program.overlaps[2].other, C);
  assert_int_equal(c.program.overlaps[3].segment, B);
  assert_int_equal(seg_program_common_chain(&c.program, A, C), 0);
  assert_int_equal(seg_program_common_chain(&c.program, A, D), SEG_NO_DECLARATION);
  end_case(&c);
  free(text);
}

static void the_dump(void **state) {
  (void)state;
  struct sema_case c;
  char *text = five("exclusive: b, a\npriority p: a > b\noverlap: p with d, c");
  check_text(&c, text);
  char *printed = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&printed, &size);
  assert_non_null(out);
  seg_program_print(&c.program, out);
  fclose(out);
  assert_non_null(strstr(printed, "priority p: a > b\n"
                                  "exclusive: b, a\n"
                                  "overlap: a with d\n"
                                  "overlap: b with d\n"
                                  "overlap: a with c\n"
                                  "overlap: b with c\n"));
  free(printed);
  end_case(&c);
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(chains_that_agree),
      cmocka_unit_test(two_chains_that_do_not),
      cmocka_unit_test(circles_of_chains),
      cmocka_unit_test(many_chains),
      cmocka_unit_test(members_of_relations),
      cmocka_unit_test(contradictions),
      cmocka_unit_test(said_before),
      cmocka_unit_test(the_relation_of_two),
      cmocka_unit_test(the_dump),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
