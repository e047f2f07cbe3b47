/**
 * The automaton of a pattern: one state a character, in one pass over the text, whatever the
 * pattern. It accepts a text when the whole text matches.
 *
 * Characters that no part of the pattern tells apart form a class; the table says the next state by
 * state and class. Every character has a class and every state a next state for it, so that
 * automata can be joined state by state (product), complemented (swap `accepting`), and searched
 * for an accepting state (emptiness). State 0 is the dead state: no text leads out of it. Every
 * other state can still reach an accepting one.
 */
#ifndef SEG_RUNTIME_REGEX_AUTOMATON_H
#define SEG_RUNTIME_REGEX_AUTOMATON_H

#include "runtime/regex/regex.h"

enum {
  SEG_AUTOMATON_DEAD = 0,
  SEG_AUTOMATON_ASCII = 128,
  SEG_AUTOMATON_MOST_STATES = 10000,
  SEG_AUTOMATON_MOST_ENTRIES = 1 << 20, // of the table: states times classes
};

struct seg_automaton {
  uint32_t class_count;
  uint16_t ascii_classes[SEG_AUTOMATON_ASCII];
  /** Range i holds code points range_starts[i] .. range_starts[i + 1] - 1, the last one the rest;
   * range_starts[0] is 0. */
  uint32_t range_count;
  const uint32_t *range_starts;
  const uint16_t *range_classes;
  uint32_t state_count;
  uint32_t start;        // SEG_AUTOMATON_DEAD: no text matches
  const uint16_t *next;  // [state * class_count + class]
  const bool *accepting; // per state
};

/**
 * Build it, in the arena. SEG_USAGE with the fault filled when it would be too large: its size can
 * grow with a power of the pattern's. SEG_OUT_OF_MEMORY.
 */
SEG_NODISCARD enum seg_status seg_automaton_build(struct seg_arena *arena,
                                                  const struct seg_regex *regex,
                                                  struct seg_automaton **out,
                                                  struct seg_regex_fault *fault);

/** The class of a code point. */
uint32_t seg_automaton_class(const struct seg_automaton *automaton, uint32_t code_point);

/** Does the whole text (UTF-8) match? */
bool seg_automaton_accepts(const struct seg_automaton *automaton, struct seg_str text);

#endif
