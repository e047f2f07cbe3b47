/**
 * A set of characters while its list is read: ranges in any order, brought into order at the end.
 * Private to runtime/regex.
 */
#ifndef SEG_RUNTIME_REGEX_REGEX_SET_H
#define SEG_RUNTIME_REGEX_REGEX_SET_H

#include "runtime/base/vec.h"
#include "runtime/regex/regex.h"

struct seg_letter_set {
  SEG_VEC(struct seg_letter_range) ranges; // the caller frees it
  bool out_of_memory;
};

/** False when memory is out. */
SEG_NODISCARD bool seg_letter_set_add(struct seg_letter_set *set, uint32_t first, uint32_t last);

/** The characters of \d, \w, \s or, negated, \D, \W, \S; false for other letters, or no memory. */
SEG_NODISCARD bool seg_letter_set_add_class(struct seg_letter_set *set, char letter);

/** The ranges of a SET node: rising, apart, or all others when `negated`. False: memory is out. */
SEG_NODISCARD bool seg_letter_set_finish(struct seg_letter_set *set, bool negated,
                                         struct seg_arena *arena, struct seg_regex *node);

#endif
