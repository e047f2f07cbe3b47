// See text_search.h.
#include "runtime/filter/text_search.h"

#include <stdlib.h>
#include <string.h>

static int compare_words(const void *left, const void *right) {
  const struct seg_search_word *a = left, *b = right;
  return seg_str_compare((struct seg_str){a->data, a->size}, (struct seg_str){b->data, b->size});
}

// In the words of a bucket, a byte at a place. Behind the end of a short word any byte may follow.
static void add_byte(struct seg_text_search *search, const struct seg_search_word *word,
                     uint32_t place, uint8_t bucket) {
  for (unsigned byte = 0; byte < 256; byte++) {
    if (place < word->size && byte != (unsigned char)word->data[place])
      continue;
    search->bytes[place][byte] |= bucket;
    search->halves[place][0][byte % 16] |= bucket;
    search->halves[place][1][byte / 16] |= bucket;
  }
}

bool seg_text_search_build(struct seg_text_search *search, struct seg_arena *arena, uint32_t column,
                           const struct seg_str *words, uint32_t count, uint32_t slot) {
  *search = (struct seg_text_search){.column = column, .word_count = count, .least = SIZE_MAX};
  search->words = SEG_NEW_ARRAY(arena, struct seg_search_word, count);
  for (uint32_t i = 0; search->words != NULL && i < count; i++) {
    struct seg_search_word *word = &search->words[i];
    struct seg_str copy = seg_arena_str(arena, words[i]);
    if (copy.data == NULL)
      return false;
    *word = (struct seg_search_word){.data = copy.data, .size = copy.size, .slot = slot + i};
    memcpy(word->head, copy.data, copy.size < sizeof word->head ? copy.size : sizeof word->head);
    search->least = copy.size < search->least ? copy.size : search->least;
  }
  if (search->words == NULL)
    return false;
  // Words that begin alike share a bucket.
  qsort(search->words, count, sizeof *search->words, compare_words);
  for (uint32_t b = 0; b <= SEG_SEARCH_BUCKETS; b++)
    search->firsts[b] = (uint8_t)((b * count + SEG_SEARCH_BUCKETS - 1) / SEG_SEARCH_BUCKETS);
  for (uint32_t b = 0; b < SEG_SEARCH_BUCKETS; b++)
    for (uint32_t i = search->firsts[b]; i < search->firsts[b + 1]; i++)
      for (uint32_t place = 0; place < SEG_SEARCH_PLACES; place++)
        add_byte(search, &search->words[i], place, (uint8_t)(1U << b));
  return true;
}

// The words of some buckets that begin where `left` bytes are left.
static void find_words(const struct seg_text_search *search, unsigned buckets, const char *at,
                       size_t left, unsigned row, uint64_t *slots, size_t stride) {
  for (; buckets != 0; buckets &= buckets - 1) {
    unsigned bucket = (unsigned)__builtin_ctz(buckets);
    for (uint32_t i = search->firsts[bucket]; i < search->firsts[bucket + 1]; i++) {
      const struct seg_search_word *word = &search->words[i];
      if (word->size <= left && memcmp(at, word->data, word->size) == 0)
        slots[word->slot * stride] |= UINT64_C(1) << row;
    }
  }
}

void seg_text_search_baseline(const struct seg_text_search *search, const struct seg_str *texts,
                              int64_t rows, uint64_t *slots, size_t stride) {
  uint32_t places = search->least < SEG_SEARCH_PLACES ? (uint32_t)search->least : SEG_SEARCH_PLACES;
  for (int64_t w = 0; w < rows / 64; w++, slots++) {
    for (uint32_t i = 0; i < search->word_count; i++)
      slots[search->words[i].slot * stride] = 0;
    for (unsigned row = 0; row < 64; row++) {
      const struct seg_str text = texts[64 * w + row];
      const unsigned char *bytes = (const unsigned char *)text.data;
      for (size_t at = 0; at + search->least <= text.size; at++) {
        unsigned buckets = search->bytes[0][bytes[at]];
        for (uint32_t place = 1; place < places && buckets != 0; place++)
          buckets &= search->bytes[place][bytes[at + place]];
        if (buckets != 0)
          find_words(search, buckets, text.data + at, text.size - at, row, slots, stride);
      }
    }
  }
}
