/**
 * What one text can be, as far as rules look at it: no theory of strings, but classes.
 *
 * The tests of one text (equal to, before, begins with, ends with, contains) are small automata
 * that read it letter by letter; their product is walked from the empty text. Every combination of
 * answers that some text gives is a class, with the shortest such text as its sample. What no text
 * gives is no class: a proof may rest on that.
 *
 * A test may read the text in small or capital letters; letters are code points, and so are their
 * other cases (a letter whose other case is several letters is taken as itself).
 */
#ifndef SEG_COMPILER_PROVE_TEXT_CLASSES_H
#define SEG_COMPILER_PROVE_TEXT_CLASSES_H

#include "compiler/sema/program.h"
#include "runtime/base/arena.h"
#include "runtime/base/vec.h"

enum seg_text_question {
  SEG_TEXT_IS,       // equal to the literal
  SEG_TEXT_IS_BELOW, // before it in the order of code points, which is that of UTF-8 bytes
  SEG_TEXT_BEGINS,
  SEG_TEXT_CLOSES, // ends with
  SEG_TEXT_HOLDS,  // contains
};

enum { SEG_TEXT_AS_WRITTEN = -1, SEG_MAX_TEXT_TESTS = 64 };

/** One test of a text. */
struct seg_text_atom {
  enum seg_text_question question;
  int map; // SEG_LOWER, SEG_UPPER or SEG_TEXT_AS_WRITTEN: how the text is read
  struct seg_str literal;
};

struct seg_text_class {
  uint64_t answers;      // bit i: the answer of test i
  struct seg_str sample; // the shortest text of the class
};

struct seg_text_classes {
  SEG_VEC(struct seg_text_atom) atoms;
  SEG_VEC(struct seg_text_class) classes; // by length of the sample; the first holds the empty text
};

void seg_text_classes_deinit(struct seg_text_classes *classes);

/** The number of a test, added when it is new; -1 when there are too many or memory is out. */
int seg_text_classes_add(struct seg_text_classes *classes, struct seg_text_atom atom);

/** Find the classes of all tests, of which there is at least one. False when the product is too
 * large or memory is out; `classes` then says nothing. Samples live in `arena`. */
SEG_NODISCARD bool seg_text_classes_find(struct seg_text_classes *classes, struct seg_arena *arena);

#endif
