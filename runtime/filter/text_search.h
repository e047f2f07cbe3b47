/**
 * Text search: which of several words each of many texts contains, in one pass over each text.
 *
 * Words lie in eight buckets. Tables say of a byte in which buckets a word has it as its first,
 * second or third: where bytes that follow each other have a bucket in common, one of its words may
 * begin, and is compared. (The idea is that of Teddy, in Intel's Hyperscan.)
 */
#ifndef SEG_RUNTIME_FILTER_TEXT_SEARCH_H
#define SEG_RUNTIME_FILTER_TEXT_SEARCH_H

#include "runtime/base/arena.h"
#include "runtime/plan/kernel.h"

enum { SEG_SEARCH_BUCKETS = 8, SEG_SEARCH_PLACES = 3, SEG_SEARCH_HEAD = 64 };
enum { SEG_SEARCH_WORDS_MOST = 32 }; // of one search: more of them would meet in buckets

struct seg_search_word {
  char head[SEG_SEARCH_HEAD]; // its first bytes
  const char *data;
  size_t size;   // at least 1
  uint32_t slot; // of the masks
};

struct seg_text_search {
  uint32_t column; // the step that has the texts
  uint32_t word_count;
  size_t least; // bytes of the shortest word
  struct seg_search_word *words;
  uint8_t firsts[SEG_SEARCH_BUCKETS + 1];   // words of bucket b: firsts[b] .. [b + 1] - 1
  uint8_t bytes[SEG_SEARCH_PLACES][256];    // by byte: buckets
  uint8_t halves[SEG_SEARCH_PLACES][2][16]; // the same by its low and its high half
};

/** Words `words`, their masks in the slots from `slot` on, in their order; 1 to
 * SEG_SEARCH_WORDS_MOST of them, none empty. They are copied; everything comes from the arena.
 * False when memory is out. */
SEG_NODISCARD bool seg_text_search_build(struct seg_text_search *search, struct seg_arena *arena,
                                         uint32_t column, const struct seg_str *words,
                                         uint32_t count, uint32_t slot);

/** Bit i of slots[slot * stride + w]: text 64 w + i has the word of that slot. `rows` is a multiple
 * of 64. */
typedef void seg_text_search_kernel(const struct seg_text_search *search,
                                    const struct seg_str *texts, int64_t rows, uint64_t *slots,
                                    size_t stride);

seg_text_search_kernel seg_text_search_baseline;
#ifdef __x86_64__
seg_text_search_kernel seg_text_search_avx512;
#endif

#endif
