// The parser on noise: whatever the bytes, it ends, reports and leaves a tree that can be printed.
// Run with sanitizers to see memory errors. SEG_TEST_SEED and SEG_TEST_SOUPS repeat and lengthen.
#include "tests/support/random.h"
#include "tests/unit/parse_program.h"

static const char *const pieces[] = {
    "a",
    "b",
    "x1",
    "`odd name`",
    "count",
    "purchase",
    "1",
    "12.50",
    "5%",
    "80 EUR",
    "90d",
    "2w",
    "90 days",
    "2026-11-01",
    "2026-10",
    "2026-Q3",
    "\"s\"",
    "'s'",
    "\"open",
    "`open",
    "and",
    "or",
    "not",
    "in",
    "is",
    "between",
    "within",
    "ever",
    "from",
    "else",
    "true",
    "false",
    "then",
    "without",
    "known",
    "missing",
    "this",
    "last",
    "every",
    "ago",
    "through",
    "where",
    "unique",
    "by",
    "at",
    "key",
    "zone",
    "personal",
    "one",
    "of",
    "otherwise",
    "with",
    "as",
    "expect",
    "reject",
    "AND",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ",",
    ":",
    "?",
    ".",
    "..",
    "=",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "+",
    "-",
    "*",
    "/",
    "==",
    ";",
    "!",
    "\n",
    "\n",
    "\n",
    "name: ",
    "when:",
    "decision: \"x\"",
    "customer from \"c\" key id {",
    "customer from purchase",
    "event e from \"e\" by id at ts {",
    "metric m =",
    "let l =",
    "segment s {",
    "segment s \"S\" {",
    "priority p: a > b",
    "exclusive: a, b",
    "overlap: a with b",
    "use std.rfm",
    "test \"t\" as of 2026-01-01 {",
    "purchase {",
    "segc 1",
    "# comment\n",
    "\xc3\xa4",
    "\xe2\x80\x8b",
    "\xf0\x9f\x98\x80",
    "@",
    "%",
    "in last 3 months",
    "in (",
    "between 1d and 2d ago",
    "one of (\"a\")",
    "money(EUR)",
    "}\n",
    "}\n",
};

/** Parse it, print everything, and check what every tree must be. */
static void swallow(struct seg_str text, FILE *nowhere) {
  struct program program;
  program_begin(&program);
  program_add(&program, text);
  assert_true(program.sink.errors <= 2 * 100);
  seg_ast_print(&program.ast, nowhere);
  seg_dump_tokens(&program.map, program.file, nowhere);
  seg_diagnostics_write(&program.sink, &program.map, SEG_FORMAT_HUMAN, false, nowhere);
  program_end(&program);
}

static void soups(void (*cook)(struct seg_random *random, FILE *pot)) {
  uint64_t seed = seg_random_seed("SEG_TEST_SEED", 20261122);
  uint64_t count = seg_random_seed("SEG_TEST_SOUPS", 3000);
  FILE *nowhere = fopen("/dev/null", "w");
  assert_non_null(nowhere);
  print_message("seed %llu, %llu soups\n", (unsigned long long)seed, (unsigned long long)count);
  for (uint64_t i = 0; i < count; i++) {
    struct seg_random random;
    char *text = NULL;
    size_t size = 0;
    FILE *pot = open_memstream(&text, &size);
    assert_non_null(pot);
    seg_random_init(&random, seed + i);
    cook(&random, pot);
    fclose(pot);
    swallow((struct seg_str){text, size}, nowhere);
    free(text);
  }
  fclose(nowhere);
}

static void cook_bytes(struct seg_random *random, FILE *pot) {
  uint32_t size = seg_random_below(random, 400);
  bool text_only = seg_random_chance(random, 70);
  fputs(seg_random_chance(random, 50) ? "segc 1\n" : "", pot);
  for (uint32_t i = 0; i < size; i++)
    fputc((int)(text_only ? 10 + seg_random_below(random, 117) : seg_random_below(random, 256)),
          pot);
}

static void cook_pieces(struct seg_random *random, FILE *pot) {
  uint32_t size = seg_random_below(random, 200);
  fputs(seg_random_chance(random, 90) ? "segc 1\n" : "", pot);
  for (uint32_t i = 0; i < size; i++)
    fprintf(pot, "%s%s", pieces[seg_random_below(random, sizeof pieces / sizeof *pieces)],
            seg_random_chance(random, 90) ? " " : "");
}

static const char whole[] =
    "segc 1\ntimezone: \"Europe/Berlin\"\ncurrency: EUR\n"
    "customer from \"customers\" key customer_id {\n  email: text? personal\n  birth: date?\n"
    "  plan: one of (\"free\", \"pro\")\n}\n"
    "event purchase from \"purchases\" by customer_id at ts {\n  amount: money(EUR)\n"
    "  value = amount * 2\n  where not starts_with(plan, \"C\")\n  unique by amount, value\n}\n"
    "metric purchases = count(purchase)\nmetric aov = avg(purchase.amount) ever\n"
    "segment vip \"VIP\" {\n  when: purchases >= 2 within 90d and (aov > 80 or plan in (\"a\"))\n"
    "  decision: \"x\"\n  size: 5%..25%\n}\n"
    "priority p: vip > b otherwise c\n"
    "test \"t\" as of 2026-11-01 {\n  customer { plan: \"pro\" }\n"
    "  purchase { at: 2026-10-05, amount: 120 EUR }\n  expect vip\n}\n";

/** A right program with a few bytes changed, cut out or doubled. */
static void cook_damage(struct seg_random *random, FILE *pot) {
  char text[2 * sizeof whole];
  size_t size = sizeof whole - 1;
  memcpy(text, whole, size);
  for (uint32_t hits = 1 + seg_random_below(random, 4); hits > 0; hits--) {
    size_t at = seg_random_below(random, (uint32_t)size - 20);
    size_t length = 1 + seg_random_below(random, 12);
    switch (seg_random_below(random, 3)) {
    case 0: text[at] = (char)(32 + seg_random_below(random, 95)); break;
    case 1:
      memmove(text + at, text + at + length, size - at - length);
      size -= length;
      break;
    default: memmove(text + at + length, text + at, size - at); size += length;
    }
  }
  fwrite(text, 1, size, pot);
}

static void test_byte_soup(void **state) {
  (void)state;
  soups(cook_bytes);
}

static void test_token_soup(void **state) {
  (void)state;
  soups(cook_pieces);
}

static void test_damaged_programs(void **state) {
  (void)state;
  soups(cook_damage);
}

static void test_every_prefix(void **state) {
  FILE *nowhere = fopen("/dev/null", "w");
  (void)state;
  assert_non_null(nowhere);
  for (size_t size = 0; size < sizeof whole; size++)
    swallow((struct seg_str){whole, size}, nowhere);
  fclose(nowhere);
}

/** One byte changed gives few errors: mistakes do not cascade. */
static void test_one_hit_stays_small(void **state) {
  (void)state;
  size_t total = 0, most = 0, damaged = 0;
  for (size_t at = 7; at + 1 < sizeof whole; at++) {
    char text[sizeof whole];
    struct program program;
    memcpy(text, whole, sizeof whole);
    if (text[at] == '\n' || text[at] == ' ')
      continue;
    text[at] = ' ';
    program_begin(&program);
    program_add(&program, (struct seg_str){text, sizeof whole - 1});
    total += program.sink.errors;
    damaged += program.sink.errors > 0;
    if (program.sink.errors > most)
      most = program.sink.errors;
    if (program.sink.errors > 1)
      program_show(&program);
    program_end(&program);
  }
  print_message("%zu errors for %zu damaged programs, at most %zu\n", total, damaged, most);
  assert_int_equal(most, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_byte_soup),           cmocka_unit_test(test_token_soup),
      cmocka_unit_test(test_damaged_programs),    cmocka_unit_test(test_every_prefix),
      cmocka_unit_test(test_one_hit_stays_small),
  };
  return cmocka_run_group_tests_name("parse_soup", tests, NULL, NULL);
}
