/**
 * One check of one text, for the tests of compiler/sema: parse, check, look at what was reported.
 * Not a test by itself. Rules are put into a small shop (shop_head), so that a case is one line.
 */
#ifndef SEG_TESTS_UNIT_SEMA_CASE_H
#define SEG_TESTS_UNIT_SEMA_CASE_H

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
// clang-format on

#include "compiler/sema/sema.h"
#include "grammar/parse.h"

static const char shop_head[] = "segc 1\n"
                                "timezone: \"Europe/Berlin\"\n"
                                "currency: EUR\n"
                                "customer from \"customers\" key customer_id {\n"
                                "  country: text?\n"
                                "  city: text\n"
                                "  birth_date: date?\n"
                                "  joined: date\n"
                                "  seen: timestamp\n"
                                "  opt_in: bool\n"
                                "  member: bool?\n"
                                "  plan: one of (\"free\", \"basic\", \"pro\")\n"
                                "  tier: one of (\"gold\", \"silver\")?\n"
                                "  old_plan: one of (\"free\", \"basic\", \"pro\")\n"
                                "  visits: int\n"
                                "  children: int?\n"
                                "  score: number\n"
                                "  credit: money(EUR)\n"
                                "  debt: money(EUR, 4)\n"
                                "  dollars: money(USD)\n"
                                "  rate: percent\n"
                                "}\n"
                                "event purchase from \"purchases\" by customer_id at ts {\n"
                                "  order_id: text\n"
                                "  amount: money(EUR)\n"
                                "  discount: money(EUR)?\n"
                                "  pieces: int\n"
                                "  weight: number\n"
                                "  channel: one of (\"web\", \"store\")\n"
                                "  campaign: text?\n"
                                "  gift: bool?\n"
                                "  delivered: date?\n"
                                "}\n"
                                "event visit from \"visits\" by customer_id at day { page: text }\n"
                                "metric purchases = count(purchase)\n"
                                "metric revenue = sum(purchase.amount)\n"
                                "metric aov = avg(purchase.amount) ever\n"
                                "metric recency = days_since(last(purchase))\n"
                                "metric views = count(visit)\n";

struct sema_case {
  struct seg_source_map map;
  struct seg_ast ast;
  struct seg_diagnostics sink;
  struct seg_program program;
};

static inline void check_text_with(struct sema_case *c, const char *text,
                                   const struct seg_sema_options *options) {
  struct seg_error error = {0};
  uint32_t file = 0;
  seg_source_map_init(&c->map);
  seg_ast_init(&c->ast);
  seg_diagnostics_init(&c->sink);
  seg_program_init(&c->program);
  assert_int_equal(
      seg_source_map_add(&c->map, seg_str_view("case.seg"), seg_str_view(text), &file, &error),
      SEG_OK);
  assert_int_equal(seg_parse(&c->map, file, &c->ast, &c->sink, &error), SEG_OK);
  assert_int_equal(seg_sema(&c->ast, &c->map, options, &c->sink, &c->program, &error), SEG_OK);
  // Which doubts can be dispelled is asked elsewhere: here each one counts.
  uint32_t doubts = c->sink.errors == 0 ? c->program.doubt_count : 0;
  for (uint32_t i = 0; i < doubts; i++)
    seg_report_copy(&c->sink, c->program.doubts[i].diagnostic, (struct seg_str){"", 0});
}

static inline void check_text(struct sema_case *c, const char *text) {
  check_text_with(c, text, NULL);
}

static inline void end_case(struct sema_case *c) {
  seg_program_deinit(&c->program);
  seg_diagnostics_deinit(&c->sink);
  seg_ast_deinit(&c->ast);
  seg_source_map_deinit(&c->map);
}

/** The text of a project: the shop, more declarations, one segment with this condition. */
static inline char *shop_text(const char *more, const char *when) {
  size_t size = sizeof shop_head + strlen(more) + strlen(when) + 100;
  char *text = malloc(size);
  assert_non_null(text);
  snprintf(text, size, "%s%s\nsegment s { when: %s\n decision: \"d\" }\n", shop_head, more, when);
  return text;
}

/** Errors only: warnings about the shop's unused metrics are no part of a case. */
static inline const struct seg_diagnostic *nth_error(const struct sema_case *c, size_t n) {
  for (size_t i = 0; i < c->sink.list.count; i++)
    if (seg_diag_info[c->sink.list.items[i]->code].severity == SEG_ERROR && n-- == 0)
      return c->sink.list.items[i];
  return NULL;
}

static inline void fail_with_reports(const struct sema_case *c, const char *what) {
  print_error("%s\n", what);
  seg_diagnostics_write(&c->sink, &c->map, SEG_FORMAT_HUMAN, false, stderr);
  fail();
}

/** Exactly these codes, in any order of appearance; "E101 E203". */
static inline void expect_codes(const char *text, const char *codes) {
  struct sema_case c;
  check_text(&c, text);
  char found[200] = "";
  for (size_t i = 0; nth_error(&c, i); i++) {
    strcat(found, i ? " " : "");
    strcat(found, seg_diag_info[nth_error(&c, i)->code].code);
  }
  if (strcmp(found, codes) != 0) {
    print_error("expected \"%s\", found \"%s\" in\n%s\n", codes, found, text);
    fail_with_reports(&c, "other errors");
  }
  end_case(&c);
}

/** Exactly one error: its code, the text it points at, and a piece of its notes and helps. */
static inline void expect_one(const char *text, const char *code, const char *span,
                              const char *piece) {
  struct sema_case c;
  check_text(&c, text);
  const struct seg_diagnostic *d = nth_error(&c, 0);
  if (!d || nth_error(&c, 1) || strcmp(seg_diag_info[d->code].code, code) != 0) {
    print_error("expected one %s in\n%s\n", code, text);
    fail_with_reports(&c, "other errors");
    return;
  }
  struct seg_str at = seg_source_map_text(&c.map, d->span);
  if (!seg_str_is(at, span)) {
    print_error("expected %s at \"%s\", it is at \"%.*s\"\n", code, span, SEG_STR(at));
    fail_with_reports(&c, "another place");
  }
  bool found = piece == NULL || strstr(d->message.data, piece) != NULL;
  for (const struct seg_diag_part *part = d->parts; part && !found; part = part->next)
    found = strstr(part->text.data, piece) != NULL;
  if (!found) {
    print_error("expected the words \"%s\"\n", piece);
    fail_with_reports(&c, "other words");
  }
  end_case(&c);
}

static inline void expect_rule(const char *when, const char *code, const char *span,
                               const char *piece) {
  char *text = shop_text("", when);
  expect_one(text, code, span, piece);
  free(text);
}

static inline void expect_declared(const char *more, const char *when, const char *code,
                                   const char *span, const char *piece) {
  char *text = shop_text(more, when);
  expect_one(text, code, span, piece);
  free(text);
}

static inline void expect_right_with(const char *more, const char *when) {
  char *text = shop_text(more, when);
  expect_codes(text, "");
  free(text);
}

static inline void expect_right(const char *when) {
  expect_right_with("", when);
}

/** The rule of the segment as the dump prints it, without the first line. */
static inline void expect_typed(const char *more, const char *when, const char *expected) {
  char *text = shop_text(more, when);
  struct sema_case c;
  check_text(&c, text);
  if (c.sink.errors > 0)
    fail_with_reports(&c, text);
  char *printed = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&printed, &size);
  assert_non_null(out);
  seg_program_print(&c.program, out);
  fclose(out);
  const char *rule = strstr(printed, "  when\n");
  assert_non_null(rule);
  assert_string_equal(rule + strlen("  when\n"), expected);
  free(printed);
  end_case(&c);
  free(text);
}

/** Every fix in backquotes of the one error of this rule, put in its place, must be right. */
static inline void expect_fixes(const char *when, const char *code, unsigned fixes,
                                bool whole_rule) {
  struct sema_case c;
  char *text = shop_text("", when);
  check_text(&c, text);
  const struct seg_diagnostic *d = nth_error(&c, 0);
  if (!d || nth_error(&c, 1) || strcmp(seg_diag_info[d->code].code, code) != 0) {
    print_error("expected one %s\n", code);
    fail_with_reports(&c, text);
    return;
  }
  size_t begin = d->span.begin, end = d->span.end;
  if (whole_rule) {
    begin = (size_t)(strstr(text, "when: ") - text) + strlen("when: ");
    end = begin + strlen(when);
  }
  unsigned tried = 0;
  for (const struct seg_diag_part *part = d->parts; part; part = part->next) {
    const char *open = part->kind == SEG_PART_HELP ? strchr(part->text.data, '`') : NULL;
    for (; open; open = strchr(strchr(open + 1, '`') + 1, '`')) {
      size_t size = (size_t)(strchr(open + 1, '`') - open - 1);
      char *fixed = malloc(strlen(text) + size + 1);
      assert_non_null(fixed);
      sprintf(fixed, "%.*s%.*s%s", (int)begin, text, (int)size, open + 1, text + end);
      expect_codes(fixed, "");
      free(fixed);
      tried++;
    }
  }
  assert_int_equal(tried, fixes);
  end_case(&c);
  free(text);
}

#endif
