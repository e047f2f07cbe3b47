/**
 * Regular expressions: a pattern as text becomes a tree. Only what an automaton can decide in one
 * pass over the text: no backreferences, no looking around, nothing that depends on how the matcher
 * searches.
 *
 * Patterns are about characters (Unicode code points), not bytes. The syntax:
 *
 *     x y        x, then y                    x|y        x or y
 *     x* x+ x?   any number, one or more, none or one
 *     x{3} x{3,} x{3,5}                       so many times
 *     (x) (?:x)  a group                      .          any one character, line ends too
 *     [abc] [a-z] [^a-z]                      one character in the list, not in the list
 *     \d \w \s   a digit 0-9; a letter a-z, A-Z, digit or _; a blank (space, \t \n \r \f \v)
 *     \D \W \S   any other character          \n \r \t   line ends and the tab
 *     \. \* \\   the sign itself, of any ASCII sign
 *     ^ $        the beginning, the end of the text
 */
#ifndef SEG_RUNTIME_REGEX_REGEX_H
#define SEG_RUNTIME_REGEX_REGEX_H

#include <stdint.h>

#include "runtime/base/arena.h"

enum {
  SEG_REGEX_MOST_BYTES = 1000,   // of a pattern
  SEG_REGEX_MOST_REPEATS = 1000, // the largest number in braces
  SEG_REGEX_MOST_NESTING = 100,  // groups in one another
  SEG_REGEX_LAST_LETTER = 0x10ffff,
  SEG_REGEX_UNLIMITED = UINT32_MAX, // `most` of x*
};

/** Code points first .. last. */
struct seg_letter_range {
  uint32_t first, last;
};

enum seg_regex_kind {
  SEG_REGEX_SET,    // one character of the ranges
  SEG_REGEX_BEGIN,  // ^
  SEG_REGEX_END,    // $
  SEG_REGEX_JOIN,   // all parts, one after the other; none: the empty text
  SEG_REGEX_EITHER, // one of the parts
  SEG_REGEX_REPEAT, // part 0, `least` to `most` times
};

struct seg_regex {
  enum seg_regex_kind kind;
  uint32_t range_count; // SET: rising, apart
  const struct seg_letter_range *ranges;
  uint32_t part_count;
  struct seg_regex **parts;
  uint32_t least, most;
};

/** What is wrong with a pattern: bytes [begin, end) of it. `help` may be empty. */
struct seg_regex_fault {
  size_t begin, end;
  char message[160];
  char help[200];
};

/**
 * The tree of a pattern, in the arena. SEG_USAGE with the fault filled when the pattern is wrong,
 * SEG_OUT_OF_MEMORY.
 */
SEG_NODISCARD enum seg_status seg_regex_parse(struct seg_arena *arena, struct seg_str pattern,
                                              struct seg_regex **out,
                                              struct seg_regex_fault *fault);

/** Does it hold nothing but characters written out, such as `abc`? */
bool seg_regex_is_plain(const struct seg_regex *regex);

/** Note what is wrong, unless something is noted; returns SEG_USAGE. `help` may be NULL. */
enum seg_status seg_regex_refuse(struct seg_regex_fault *fault, size_t begin, size_t end,
                                 const char *message, const char *help);

#endif
