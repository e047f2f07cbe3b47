/**
 * Texts as codes: equal texts get the same number, 0, 1, 2, .. in the order in which they come. For
 * columns that have few different ones; whoever counts gives up when there are too many.
 */
#ifndef SEG_RUNTIME_COLUMN_TEXT_CODES_H
#define SEG_RUNTIME_COLUMN_TEXT_CODES_H

#include "runtime/base/arena.h"

enum { SEG_TEXT_CODES_MOST = 1 << 15, SEG_TEXT_CODES_BYTES = 4 << 20 };

struct seg_text_codes {
  struct seg_arena arena; // of the bytes
  struct seg_str *entries;
  uint32_t count, capacity;
  size_t bytes;    // of all entries
  uint32_t *table; // code + 1, open addressing; twice the capacity, a power of two
};

/** What became of a text. */
enum seg_text_coded { SEG_TEXT_CODED, SEG_TEXT_TOO_MANY, SEG_TEXT_NO_MEMORY };

void seg_text_codes_init(struct seg_text_codes *codes);
void seg_text_codes_deinit(struct seg_text_codes *codes);

/** The code of a text, which is copied when it is new. TOO_MANY: it would be one of more than
 * SEG_TEXT_CODES_MOST, or their bytes more than SEG_TEXT_CODES_BYTES; nothing has changed then. */
SEG_NODISCARD enum seg_text_coded seg_text_codes_add(struct seg_text_codes *codes,
                                                     struct seg_str text, uint32_t *code);

#endif
