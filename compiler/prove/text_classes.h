/**
 * What one text can be, as far as rules look at it: no theory of strings, but classes.
 *
 * The tests of one text are small automata that read it letter by letter; their product is walked
 * from the empty text. Every combination of answers that some text gives is a class, with the
 * shortest such text as its sample. What no text gives is no class: a proof may rest on that.
 */
#ifndef SEG_COMPILER_PROVE_TEXT_CLASSES_H
#define SEG_COMPILER_PROVE_TEXT_CLASSES_H

#include "compiler/prove/text_letters.h"
#include "compiler/sema/program.h"
#include "runtime/base/arena.h"
#include "runtime/base/vec.h"

enum seg_text_question {
  SEG_TEXT_IS,       // equal to the literal
  SEG_TEXT_IS_BELOW, // before it in the order of code points, which is that of UTF-8 bytes
  SEG_TEXT_BEGINS,
  SEG_TEXT_CLOSES,     // ends with
  SEG_TEXT_HOLDS,      // contains
  SEG_TEXT_HAS_LENGTH, // at least so many letters
  SEG_TEXT_MATCHES,    // the pattern, as a whole
};

enum { SEG_MAX_TEXT_TESTS = 256 };

/** One test of a text. */
struct seg_text_atom {
  enum seg_text_question question;
  enum seg_reading reading;
  bool trimmed; // without the blanks at its ends
  struct seg_str literal;
  int64_t length;
  const struct seg_regex *pattern; // MATCHES: what the literal says
};

struct seg_text_class {
  uint64_t answers[SEG_MAX_TEXT_TESTS / 64]; // bit i: the answer of test i
  struct seg_str sample;                     // the shortest text of the class
  struct seg_str shown; // for people: a letter, where the shortest one is empty and a letter is as
                        // good
  bool proper;          // the sample is in normalization form C, as texts of data are
  bool single;          // no other text is in the class
};

struct seg_text_classes {
  SEG_VEC(struct seg_text_atom) atoms;
  SEG_VEC(struct seg_text_class) classes; // by length of the sample; the first holds the empty text
};

void seg_text_classes_deinit(struct seg_text_classes *classes);

/** The number of a test, added when it is new; -1 when there are too many or memory is out. */
int seg_text_classes_add(struct seg_text_classes *classes, struct seg_text_atom atom);

/** The same without adding; -1 when it is not there. */
int seg_text_classes_number(const struct seg_text_classes *classes,
                            const struct seg_text_atom *atom);

/** One order for all lists of tests: equal tests then have equal classes and samples. */
void seg_text_classes_sort(struct seg_text_classes *classes);

static inline bool seg_text_class_answer(const struct seg_text_class *class, int atom) {
  return (class->answers[atom / 64] >> (atom % 64) & 1) != 0;
}

/** Find the classes of all tests, of which there is at least one. False when the product is too
 * large or memory is out; `classes` then says nothing. Samples live in `arena`. */
SEG_NODISCARD bool seg_text_classes_find(struct seg_text_classes *classes, struct seg_arena *arena);

#endif
