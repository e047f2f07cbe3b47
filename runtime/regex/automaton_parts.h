/**
 * What the files that build an automaton share: the steps of a pattern (Thompson's construction)
 * and the classes of characters. Private to runtime/regex.
 */
#ifndef SEG_RUNTIME_REGEX_AUTOMATON_PARTS_H
#define SEG_RUNTIME_REGEX_AUTOMATON_PARTS_H

#include "runtime/base/vec.h"
#include "runtime/regex/automaton.h"

enum { SEG_AUTOMATON_MOST_STEPS = 5000 };

enum seg_step_kind {
  SEG_STEP_LETTER, // one character of `set`, then `next`
  SEG_STEP_FORK,   // `next` or `other`
  SEG_STEP_BEGIN,  // `next`, at the beginning of the text only
  SEG_STEP_FINISH, // `next`, at the end of the text only
  SEG_STEP_MATCH,
};

/** A place in the pattern, with what comes next. */
struct seg_regex_step {
  enum seg_step_kind kind;
  const struct seg_regex *set;
  uint32_t next, other;
};

struct seg_regex_steps {
  SEG_VEC(struct seg_regex_step) list;
  uint32_t start;
};

/** The steps of a tree; the caller frees the list. SEG_USAGE: too many, SEG_OUT_OF_MEMORY. */
SEG_NODISCARD enum seg_status seg_regex_steps_build(const struct seg_regex *regex,
                                                    struct seg_regex_steps *out);

/** Fill the classes of the automaton: characters that the same sets of the steps hold. False when
 * memory is out. */
SEG_NODISCARD bool seg_letter_classes_build(struct seg_arena *arena,
                                            const struct seg_regex_steps *steps,
                                            struct seg_automaton *automaton);

/** Does the set hold the code point? */
bool seg_regex_set_holds(const struct seg_regex *set, uint32_t code_point);

#endif
