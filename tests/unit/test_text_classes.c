// compiler/prove: the answers that some text gives to tests must be those of a class, and the
// sample of a class must give its answers. Answers come from the reference evaluator, text by text.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compiler/prove/text_classes.h"
#include "compiler/reference/internal.h"
#include "runtime/base/utf8.h"
#include "runtime/base/utf8_walk.h"
#include "tests/support/random.h"

enum { ROUNDS = 300, TEXTS = 400 };

struct world {
  struct seg_reference reference;
  struct seg_arena arena;
  struct seg_random random;
};

static uint32_t pick(struct world *world, uint32_t below) {
  return seg_random_below(&world->random, below);
}

/** A short text of letters that are hard to tell apart, in normalization form C. */
static struct seg_str some_text(struct world *world) {
  static const uint32_t letters[] = {'a',   'A',   'b',   's',   'S',   'i',    'I',    'j',
                                     'J',   'k',   ' ',   '!',   '~',   '0',    '9',    0x17f,
                                     0x130, 0x131, 0xe9,  0xc9,  0xdf,  0x1f0,  0xa0,   0x301,
                                     0x30c, 0x307, 0x3c2, 0x3c3, 0x3a3, 0xffff, 0x1f600};
  struct seg_str normal;
  char *text = seg_arena_alloc(&world->arena, 40);
  assert_non_null(text);
  struct seg_str written = {text, 0};
  for (uint32_t i = pick(world, 6); i > 0; i--)
    written.size +=
        seg_utf8_put(letters[pick(world, sizeof letters / sizeof *letters)], text + written.size);
  assert_int_equal(seg_utf8_nfc(&world->arena, written, &normal), SEG_OK);
  return normal;
}

static struct seg_text_atom some_test(struct world *world) {
  static const char *const patterns[] = {"[a-z]*",   ".",     "[^ ]+", "a|b|\xc3\xa9",
                                         "\\w{2,3}", ".*s.*", "(ab)*", "[A-Z]?[0-9]*",
                                         "\\s*",     "s{2}"};
  struct seg_text_atom atom = {.question = pick(world, SEG_TEXT_MATCHES + 1),
                               .reading = pick(world, 2) ? SEG_READ_AS_WRITTEN : pick(world, 3),
                               .trimmed = pick(world, 4) == 0,
                               .literal = some_text(world)};
  if (atom.question == SEG_TEXT_HAS_LENGTH) {
    atom.length = 1 + pick(world, 4);
    atom.literal = (struct seg_str){"", 0};
  }
  if (atom.question == SEG_TEXT_MATCHES) {
    struct seg_regex *pattern;
    struct seg_regex_fault fault;
    atom.literal = seg_str_view(patterns[pick(world, sizeof patterns / sizeof *patterns)]);
    assert_int_equal(seg_regex_parse(&world->arena, atom.literal, &pattern, &fault), SEG_OK);
    atom.pattern = pattern;
  }
  return atom;
}

static bool answer(struct world *world, const struct seg_text_atom *atom, struct seg_str text) {
  struct seg_subject subject = {.reference = &world->reference};
  if (atom->reading != SEG_READ_AS_WRITTEN)
    text = seg_evaluate_map(&subject, atom->reading == SEG_READ_SMALL ? SEG_LOWER : SEG_UPPER, text)
               .text;
  if (atom->trimmed)
    text = seg_evaluate_map(&subject, SEG_TRIM, text).text;
  switch (atom->question) {
  case SEG_TEXT_IS: return seg_str_equal(text, atom->literal);
  case SEG_TEXT_IS_BELOW: return seg_str_compare(text, atom->literal) < 0;
  case SEG_TEXT_BEGINS: return seg_evaluate_text_test(SEG_STARTS_WITH, text, atom->literal);
  case SEG_TEXT_CLOSES: return seg_evaluate_text_test(SEG_ENDS_WITH, text, atom->literal);
  case SEG_TEXT_HOLDS: return seg_evaluate_text_test(SEG_CONTAINS, text, atom->literal);
  case SEG_TEXT_HAS_LENGTH: return seg_evaluate_length(text) >= atom->length;
  case SEG_TEXT_MATCHES: return seg_evaluate_matches(&subject, atom->pattern, text);
  }
  return false;
}

static bool answers_as(struct world *world, const struct seg_text_classes *classes,
                       const struct seg_text_class *class, struct seg_str text) {
  for (size_t i = 0; i < classes->atoms.count; i++)
    if (answer(world, &classes->atoms.items[i], text) != seg_text_class_answer(class, (int)i))
      return false;
  return true;
}

static void check_round(struct world *world, uint64_t seed) {
  struct seg_text_classes classes = {0};
  for (uint32_t i = 1 + pick(world, 4); i > 0; i--)
    assert_true(seg_text_classes_add(&classes, some_test(world)) >= 0);
  if (!seg_text_classes_find(&classes, &world->arena))
    fail_msg("seed %llu: no classes", (unsigned long long)seed);
  for (size_t c = 0; c < classes.classes.count; c++)
    if (classes.classes.items[c].proper &&
        !answers_as(world, &classes, &classes.classes.items[c], classes.classes.items[c].sample))
      fail_msg("seed %llu: sample `%.*s` of class %zu answers otherwise", (unsigned long long)seed,
               SEG_STR(classes.classes.items[c].sample), c);
  for (int t = 0; t < TEXTS; t++) {
    struct seg_str text = some_text(world);
    bool found = false;
    for (size_t c = 0; c < classes.classes.count && !found; c++)
      found = answers_as(world, &classes, &classes.classes.items[c], text);
    if (!found) {
      for (size_t i = 0; i < classes.atoms.count; i++)
        print_message("question %d reading %d trimmed %d `%.*s` %lld\n",
                      (int)classes.atoms.items[i].question, (int)classes.atoms.items[i].reading,
                      classes.atoms.items[i].trimmed, SEG_STR(classes.atoms.items[i].literal),
                      (long long)classes.atoms.items[i].length);
      fail_msg("seed %llu: `%.*s` is in no class", (unsigned long long)seed, SEG_STR(text));
    }
  }
  seg_text_classes_deinit(&classes);
}

static void every_text_has_a_class(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
    struct world world = {0};
    seg_arena_init(&world.arena);
    seg_arena_init(&world.reference.texts);
    seg_random_init(&world.random, seed);
    check_round(&world, seed);
    seg_arena_deinit(&world.arena);
    seg_arena_deinit(&world.reference.texts);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_text_has_a_class)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
