/**
 * Which letters the tests of one text tell apart: an alphabet in which every letter stands for all
 * that are read alike.
 *
 * A test reads the text as it is written, in small letters or in capitals. Where two letters join
 * to one once their case has changed (J and a caron, small: ǰ), they are one letter of the alphabet
 * that is written with two. Private to compiler/prove.
 */
#ifndef SEG_COMPILER_PROVE_TEXT_LETTERS_H
#define SEG_COMPILER_PROVE_TEXT_LETTERS_H

#include "runtime/base/arena.h"
#include "runtime/base/vec.h"

enum seg_reading { SEG_READ_AS_WRITTEN, SEG_READ_SMALL, SEG_READ_CAPITAL, SEG_READING_COUNT };

enum { SEG_MOST_LETTERS = 600 };

/** One letter, or two that may join, by how it is read. */
struct seg_text_letter {
  uint8_t sizes[SEG_READING_COUNT];
  uint32_t read[SEG_READING_COUNT][2];
};

struct seg_text_letters {
  bool used[SEG_READING_COUNT];
  SEG_VEC(uint32_t) bounds[SEG_READING_COUNT]; // code points where another sort of letters begins
  SEG_VEC(uint32_t) liked;                     // letters to take where there is a choice
  SEG_VEC(struct seg_text_letter) letters;
};

/** Letters first .. last are told apart from the others by a test that reads so. False when memory
 * is out, here and below. */
SEG_NODISCARD bool seg_text_letters_tell(struct seg_text_letters *letters, enum seg_reading reading,
                                         uint32_t first, uint32_t last);

/** Find the alphabet. False also when it has too many letters. */
SEG_NODISCARD bool seg_text_letters_find(struct seg_text_letters *letters);
void seg_text_letters_deinit(struct seg_text_letters *letters);

#endif
