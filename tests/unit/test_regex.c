// Regular expressions: what matches by reasoning, what is refused and where, POSIX regexec as a
// second opinion on random patterns, and time that grows with the text only.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <regex.h>
#include <time.h>

#include "runtime/regex/automaton.h"
#include "tests/support/random.h"

static enum seg_status compile(struct seg_arena *arena, const char *pattern,
                               struct seg_automaton **out, struct seg_regex_fault *fault) {
  struct seg_regex *regex;
  enum seg_status status = seg_regex_parse(arena, seg_str_view(pattern), &regex, fault);
  return status == SEG_OK ? seg_automaton_build(arena, regex, out, fault) : status;
}

static bool matches(const char *pattern, const char *text) {
  struct seg_arena arena;
  struct seg_automaton *automaton;
  struct seg_regex_fault fault;
  seg_arena_init(&arena);
  if (compile(&arena, pattern, &automaton, &fault) != SEG_OK)
    fail_msg("`%s`: %s", pattern, fault.message);
  bool result = seg_automaton_accepts(automaton, seg_str_view(text));
  seg_arena_deinit(&arena);
  return result;
}

/** `yes` and `no`: texts parted by a blank; `_` stands for the empty text. */
static void expect(const char *pattern, const char *yes, const char *no) {
  const char *const lists[] = {no, yes};
  for (int wanted = 0; wanted < 2; wanted++) {
    char copy[400], *rest = copy;
    snprintf(copy, sizeof copy, "%s", lists[wanted]);
    for (char *text; (text = strsep(&rest, " ")) != NULL;) {
      if (*text == '\0')
        continue;
      const char *real = strcmp(text, "_") == 0 ? "" : text;
      if (matches(pattern, real) != (wanted == 1))
        fail_msg("`%s` and \"%s\"", pattern, real);
    }
  }
}

static void characters(void **state) {
  (void)state;
  expect("", "_", "a");
  expect("abc", "abc", "_ ab abcd xabc abcx ABC");
  expect("a.c", "abc a.c aéc a日c a😀c", "ac abbc");
  expect(".", "a é 日 😀", "_ ab");
  expect("é+", "é éé", "e ée");
  expect("[abc]", "a b c", "_ d ab");
  expect("[a-cx-z]", "a b c x y z", "d w A");
  expect("[^a-c]", "d é 日 -", "_ a b c");
  expect("[à-ÿ]", "à é ÿ ñ", "a e z");
  expect("[日本]", "日 本", "日本 語");
  expect("[-a]", "- a", "b");
  expect("[a-]", "- a", "b");
  expect("[a^]", "a ^", "b");
  expect("[.*+?(){}|$]", ". * + ? ( ) { } | $", "a ab");
  expect("[\\]\\\\\\-\\^]", "] \\ - ^", "a");
  expect("[\\d=]", "0 9 =", "a");
  expect("[^\\d=]", "a é", "0 =");
  expect("\\d\\D", "1a 1é", "11 aa");
  expect("\\w\\W", "a- Z- 9é", "aa --");
  expect("\\S+", "a-b é", "_");
  assert_true(matches("\\s{6}", " \t\n\r\f\v"));
  assert_true(matches("a\\sb.c", "a b\nc")); // `.` is a line end too
  assert_true(matches("a\\nb\\tc\\r", "a\nb\tc\r"));
  expect("\\.\\*\\+\\?\\(\\)\\[\\]\\{\\}\\|\\^\\$\\\\\\/\\-", ".*+?()[]{}|^$\\/-", "a");
  expect("a-b,c:d<e>f=g!h\"i'j&k%l#m@n~", "a-b,c:d<e>f=g!h\"i'j&k%l#m@n~", "_");
}

static void joining(void **state) {
  (void)state;
  expect("a|b", "a b", "_ ab");
  expect("ab|cd", "ab cd", "abd acd abcd");
  expect("a(b|c)d", "abd acd", "ad abcd");
  expect("a(?:b|c)d", "abd acd", "ad abcd");
  expect("(a|)b", "ab b", "a aab");
  expect("()", "_", "a");
  expect("|a", "_ a", "b");
  expect("((a)|(b(c)))", "a bc", "b c abc");
}

static void repeating(void **state) {
  (void)state;
  expect("a*", "_ a aaaaa", "b ab");
  expect("a+", "a aa", "_ b");
  expect("a?b", "b ab", "aab a");
  expect("a{3}", "aaa", "_ aa aaaa");
  expect("a{2,}", "aa aaa aaaaaa", "_ a");
  expect("a{2,4}", "aa aaa aaaa", "_ a aaaaa");
  expect("a{0,1}b", "b ab", "aab");
  expect("a{0}b", "b", "ab");
  expect("(ab){2}", "abab", "ab ababab aabb");
  expect("(a|b)*c", "c ac bc ababc", "_ ab abca");
  expect("(a*)*", "_ a aaa", "b");
  expect("(a*)+", "_ a aaa", "b");
  expect("(a?){3}", "_ a aa aaa", "aaaa");
  expect("(a*b|c)+", "b c ab aabcab", "_ a ba");
  expect("(){1000}", "_", "a");
  expect("((((){1000}){1000}){1000}){1000}", "_", "a");
  expect("x*y*z*", "_ x xyz xxz yz", "zx yx");
  expect(".*a.{2}", "abb aab xxabc", "ab aabbb _"); // the third from the end
  expect("\\d{3}-\\d{4}", "555-1234", "5555-123 555-12345 a55-1234");
  expect("[A-Z]{2}\\d{2}( ?\\w{1,4}){4,}", "DE8937040044053201300044 DE89370400440532013000",
         "DE89 D189370400440532013000");
}

static void ends(void **state) {
  (void)state;
  expect("^abc$", "abc", "xabc abcx");
  expect("^", "_", "a");
  expect("$", "_", "a");
  expect("$^", "_", "a");
  expect("(^a|b)+", "a b ab abb", "aa ba _");
  expect("(a|b$)*", "_ a aa aab", "ba aba");
  expect("a*$", "_ a aa", "b");
  expect("(^|.*-)sale(-.*|$)", "sale big-sale sale-2 a-sale-b", "resale sales _");
  expect("^^a$$", "a", "aa");
}

static void emptiness(void **state) {
  (void)state;
  static const char *const none[] = {"a^b", "a$b", "[^\\d\\D]", "x[^\\s\\S]*y[^\\w\\W]", "a{0}b^c"};
  for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
    struct seg_arena arena;
    struct seg_automaton *automaton;
    struct seg_regex_fault fault;
    seg_arena_init(&arena);
    assert_int_equal(compile(&arena, none[i], &automaton, &fault), SEG_OK);
    assert_int_equal(automaton->start, SEG_AUTOMATON_DEAD);
    seg_arena_deinit(&arena);
  }
}

/** The pattern is refused; its bytes [begin, end) are pointed at, and the message holds `words`. */
static void refused(const char *pattern, size_t begin, size_t end, const char *words) {
  struct seg_arena arena;
  struct seg_automaton *automaton;
  struct seg_regex_fault fault = {0};
  seg_arena_init(&arena);
  if (compile(&arena, pattern, &automaton, &fault) != SEG_USAGE)
    fail_msg("`%s` is not refused", pattern);
  if (fault.begin != begin || fault.end != end || strstr(fault.message, words) == NULL)
    fail_msg("`%s`: %zu to %zu, %s", pattern, fault.begin, fault.end, fault.message);
  seg_arena_deinit(&arena);
}

static void refusals(void **state) {
  (void)state;
  refused("(a)\\1", 3, 5, "referred to again");
  refused("a(?=b)", 1, 4, "linear time");
  refused("a(?!b)", 1, 4, "linear time");
  refused("(?<=a)b", 0, 4, "linear time");
  refused("(?<!a)b", 0, 4, "linear time");
  refused("(?<name>a)", 0, 3, "no names");
  refused("(?P<name>a)", 0, 3, "no names");
  refused("(?i)a", 0, 3, "no such group");
  refused("(?>a)", 0, 3, "no such group");
  refused("\\bword", 0, 2, "ends of words");
  refused("é\\pL", 2, 4, "Unicode");
  refused("\\Aa", 0, 2, "`^` and `$`");
  refused("a\\q", 1, 3, "no such escape");
  refused("a\\é", 1, 4, "no such escape");
  refused("a\\", 1, 2, "at the end");
  refused("*a", 0, 1, "nothing stands before");
  refused("a|*", 2, 3, "nothing stands before");
  refused("(+)", 1, 2, "nothing stands before");
  refused("{2}", 0, 1, "nothing stands before");
  refused("a**", 2, 3, "twice");
  refused("a+?", 2, 3, "twice");
  refused("a{2}{3}", 4, 5, "twice");
  refused("^*", 1, 2, "an end of the text");
  refused("a{", 1, 2, "not well formed");
  refused("a{x}", 1, 2, "not well formed");
  refused("a{,3}", 1, 2, "not well formed");
  refused("a{3", 1, 2, "not well formed");
  refused("a{3,2}", 1, 6, "larger number");
  refused("a{1001}", 1, 7, "1000");
  refused("a{99999999999999999999}", 1, 23, "1000");
  refused("a{1,1001}", 1, 9, "1000");
  refused("(a", 0, 1, "not closed");
  refused("a)", 1, 2, "nothing was opened");
  refused("a]", 1, 2, "nothing was opened");
  refused("a}", 1, 2, "nothing was opened");
  refused("[a", 0, 1, "not closed");
  refused("[]", 0, 2, "empty");
  refused("[^]", 0, 3, "empty");
  refused("[z-a]", 1, 4, "before it begins");
  refused("[a-\\d]", 1, 5, "from one character");
  refused("[\\d-z]", 1, 5, "from one character");
  refused("[[:alpha:]]", 1, 3, "named classes");
  refused("[a\\b]", 2, 4, "ends of words");
}

static void limits(void **state) {
  (void)state;
  char pattern[2000];
  memset(pattern, 'a', sizeof pattern);
  pattern[1001] = '\0';
  refused(pattern, 0, 1001, "longer than 1000");
  pattern[1000] = '\0';
  assert_true(matches(pattern, pattern));
  memset(pattern, '(', 101);
  strcpy(pattern + 101, "a");
  memset(pattern + 102, ')', 101);
  pattern[203] = '\0';
  refused(pattern, 100, 101, "too deeply");
  refused("(a{100}){100}", 0, 0, "too large");                                     // 10,000 steps
  refused("(a|b)*a(a|b){13}", 0, 0, "too large");                                  // 16,384 states
  expect("(a|b)*a(a|b){10}", "abbbbbbbbbb aaaaaaaaaaa", "bbbbbbbbbbb aaaaaaaaaa"); // 2,048
  expect("a{1000}", "", "a _");
  assert_true(matches(".{0,1000}", "日本"));
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/** Matchers that try and go back take longer than the world lasts here. */
static void linear_time(void **state) {
  (void)state;
  static const char *const patterns[] = {"(a*)*b", "(a|a)*b", "(a|aa)+b", "(a?){500}a{500}b",
                                         "(.*)(.*)(.*)(.*)b"};
  enum { SIZE = 100000 };
  char *text = malloc(SIZE + 1);
  assert_non_null(text);
  memset(text, 'a', SIZE);
  text[SIZE] = '\0';
  double begin = seconds();
  for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
    assert_false(matches(patterns[i], text));
  text[SIZE - 1] = 'b';
  assert_true(matches("(a*)*b", text));
  assert_true(seconds() - begin < 5); // about 10 ms on a free machine
  free(text);
}

// --- against POSIX ---

struct maker {
  struct seg_random *random;
  char text[200];
  size_t size;
};

static void put(struct maker *maker, const char *text) {
  maker->size +=
      (size_t)snprintf(maker->text + maker->size, sizeof maker->text - maker->size, "%s", text);
}

static void make(struct maker *maker, unsigned depth) {
  static const char *const atoms[] = {"a", "b", "c", ".", "[ab]", "[^a]", "[a-c]", "[^bc]", "\\."};
  static const char *const repeats[] = {"*", "+", "?", "{2}", "{1,2}", "{0,2}", "{1,}"};
  uint32_t parts = 1 + seg_random_below(maker->random, 3);
  for (uint32_t i = 0; i < parts; i++) {
    if (depth > 0 && seg_random_chance(maker->random, 40)) {
      put(maker, "(");
      make(maker, depth - 1);
      if (seg_random_chance(maker->random, 50)) {
        put(maker, "|");
        make(maker, depth - 1);
      }
      put(maker, ")");
    } else {
      put(maker, atoms[seg_random_below(maker->random, 9)]);
    }
    if (seg_random_chance(maker->random, 35))
      put(maker, repeats[seg_random_below(maker->random, 7)]);
  }
}

static void against_posix(void **state) {
  (void)state;
  uint64_t seed = seg_random_seed("SEGC_SEED", 20261104);
  struct seg_random random;
  seg_random_init(&random, seed);
  printf("seed %llu\n", (unsigned long long)seed);
  enum { PATTERNS = 1500, TEXTS = 60 };
  unsigned matched = 0, asked = 0, refused = 0;
  for (int p = 0; p < PATTERNS; p++) {
    struct maker maker = {.random = &random};
    make(&maker, 2);
    if (maker.size > 120) // long repeats of repeats keep regexec busy
      continue;
    char whole[300];
    snprintf(whole, sizeof whole, "^(%s)$", maker.text);
    regex_t posix;
    assert_int_equal(regcomp(&posix, whole, REG_EXTENDED | REG_NOSUB), 0);
    struct seg_arena arena;
    struct seg_automaton *automaton;
    struct seg_regex_fault fault;
    seg_arena_init(&arena);
    bool fits = compile(&arena, maker.text, &automaton, &fault) == SEG_OK;
    if (!fits && strstr(fault.message, "too large") == NULL)
      fail_msg("`%s`: %s", maker.text, fault.message);
    refused += !fits;
    for (int t = 0; fits && t < TEXTS; t++) {
      char text[16];
      size_t size = seg_random_below(&random, 9);
      for (size_t i = 0; i < size; i++)
        text[i] = "aaabbc.x"[seg_random_below(&random, 8)];
      text[size] = '\0';
      bool wanted = regexec(&posix, text, 0, NULL, 0) == 0;
      if (seg_automaton_accepts(automaton, (struct seg_str){text, size}) != wanted)
        fail_msg("`%s` and \"%s\": regexec says %d", maker.text, text, wanted);
      matched += wanted;
      asked++;
    }
    regfree(&posix);
    seg_arena_deinit(&arena);
  }
  assert_true(refused < PATTERNS / 100);
  assert_true(matched > asked / 50 && matched < asked / 2);
}

/** Whatever is written: a pattern, or a fault at a place inside of it. */
static void noise(void **state) {
  (void)state;
  uint64_t seed = seg_random_seed("SEGC_SEED", 20261105);
  struct seg_random random;
  seg_random_init(&random, seed);
  printf("seed %llu\n", (unsigned long long)seed);
  static const char *const pieces[] = {
      "a", "b", "é",  "(",   ")",   "[",     "]",   "{",  "}", "*", "+", "?", "|",    "^", "$",
      ".", "-", "\\", "\\d", "{2}", "{1,3}", "(?:", "[^", "]", ")", ",", "1", "\x01", ":", "="};
  for (int i = 0; i < 20000; i++) {
    char text[200] = "";
    uint32_t count = seg_random_below(&random, 14);
    for (uint32_t p = 0; p < count; p++)
      strcat(text, pieces[seg_random_below(&random, 30)]);
    struct seg_arena arena;
    struct seg_automaton *automaton = NULL;
    struct seg_regex_fault fault = {0};
    seg_arena_init(&arena);
    enum seg_status status = compile(&arena, text, &automaton, &fault);
    bool right = status == SEG_OK ? automaton != NULL
                                  : status == SEG_USAGE && fault.begin <= fault.end &&
                                        fault.end <= strlen(text) && fault.message[0] != '\0';
    if (!right)
      fail_msg("`%s`: %zu to %zu, %s", text, fault.begin, fault.end, fault.message);
    seg_arena_deinit(&arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(characters), cmocka_unit_test(joining),     cmocka_unit_test(repeating),
      cmocka_unit_test(ends),       cmocka_unit_test(emptiness),   cmocka_unit_test(refusals),
      cmocka_unit_test(limits),     cmocka_unit_test(linear_time), cmocka_unit_test(against_posix),
      cmocka_unit_test(noise),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
