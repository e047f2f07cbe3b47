/**
 * Tests of one text as automata that read it letter by letter. Private to compiler/prove.
 *
 * All comparisons with literals that read the text alike are one automaton, and so are all
 * questions about its length. A test of the text without the blanks at its ends reads on behind
 * them, but remembers where it stood before.
 */
#ifndef SEG_COMPILER_PROVE_TEXT_AUTOMATON_H
#define SEG_COMPILER_PROVE_TEXT_AUTOMATON_H

#include "compiler/prove/text_classes.h"
#include "compiler/prove/text_letters.h"
#include "runtime/regex/automaton.h"

/** Where the words of WORDS part: a letter behind others. */
struct seg_word_node {
  uint32_t letter;
  uint16_t first, next; // node below it, beside it; 0: none
};

struct seg_text_automaton {
  enum seg_text_question question;
  enum seg_reading reading;
  bool trimmed;
  uint32_t *letters; // of the literal
  uint16_t *border;  // of the first i letters: the longest proper prefix that is a suffix too
  uint16_t size;
  SEG_VEC(struct seg_word_node) words; // IS; node 0 is the beginning
  uint16_t longest;                    // HAS_LENGTH: above all lengths that are asked for
  struct seg_automaton *pattern;       // MATCHES
};

/** Which automaton answers a test, and what it must have reached. */
struct seg_text_answerer {
  uint32_t automaton;
  uint16_t place; // IS: the node; HAS_LENGTH: the length
};

enum { SEG_TEXT_PLACES = 3 }; // of an automaton, at most

/** False when memory is out or the pattern is too large. `*automaton` is new, or one that takes the
 * test in. */
SEG_NODISCARD bool seg_text_automaton_take(struct seg_text_automaton *automaton, bool is_new,
                                           const struct seg_text_atom *atom,
                                           struct seg_arena *arena, uint16_t *place);
void seg_text_automaton_deinit(struct seg_text_automaton *automaton);
/** Does it take the test in? */
bool seg_text_automaton_fits(const struct seg_text_automaton *automaton,
                             const struct seg_text_atom *atom);

/** How many numbers say where it stands, and where it begins. */
size_t seg_text_automaton_places(const struct seg_text_automaton *automaton);
void seg_text_automaton_begin(const struct seg_text_automaton *automaton, uint16_t *at);
void seg_text_automaton_step(const struct seg_text_automaton *automaton, uint16_t *at,
                             const struct seg_text_letter *letter);
bool seg_text_automaton_answer(const struct seg_text_automaton *automaton, const uint16_t *at,
                               uint16_t place);

/** The letters that it tells apart. False when memory is out. */
SEG_NODISCARD bool seg_text_automaton_tell(const struct seg_text_automaton *automaton,
                                           struct seg_text_letters *letters);

#endif
