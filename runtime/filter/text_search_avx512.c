// Text search where 64 bytes are looked up at once; see text_search.h.
//
// Texts that lie one behind the other, as those of a store do, are one stretch of bytes: many short
// ones cost as much as a long one. Others are brought together first, 64 at a time.
#ifdef __x86_64__
#include <immintrin.h>
#include <string.h>

#include "runtime/filter/text_search.h"

#define FEATURES "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,bmi,bmi2,popcnt"
#define KERNEL   __attribute__((target(FEATURES)))
#define INLINE   static inline __attribute__((target(FEATURES), always_inline))

// Looked up before what was found is compared, so that neither loop waits for the other.
enum { VECTORS = 16, CHUNK = VECTORS * 64, TOGETHER = 4096, AHEAD = 4096 };

/** Rows first .. end - 1 of a batch, whose bytes follow each other; empty texts may lie anywhere.
 */
struct stretch {
  const struct seg_str *texts; // of all rows
  int64_t first, end;
  const char *from, *to; // their bytes
};

struct masks {
  uint64_t *slots;
  size_t stride;
};

// The first `count` bytes of 64, and no byte behind them.
INLINE __mmask64 first_bytes(size_t count) {
  return count >= 64 ? UINT64_MAX : _bzhi_u64(UINT64_MAX, (unsigned)count);
}

INLINE __m512i buckets_of(const struct seg_text_search *search, int place, __m512i bytes) {
  const __m512i half = _mm512_set1_epi8(15);
  const __m128i *halves = (const __m128i *)search->halves[place];
  const __m512i low = _mm512_broadcast_i32x4(_mm_loadu_si128(halves));
  const __m512i high = _mm512_broadcast_i32x4(_mm_loadu_si128(halves + 1));
  return _mm512_and_si512(
      _mm512_shuffle_epi8(low, _mm512_and_si512(bytes, half)),
      _mm512_shuffle_epi8(high, _mm512_and_si512(_mm512_srli_epi16(bytes, 4), half)));
}

// The buckets of 64 places, of which `left` are left; a byte behind the last one is in all.
INLINE __m512i look_up(const struct seg_text_search *search, const char *at, size_t left) {
  __m512i buckets = buckets_of(search, 0, _mm512_maskz_loadu_epi8(first_bytes(left), at));
  for (int place = 1; place < SEG_SEARCH_PLACES && left > (size_t)place; place++) {
    __mmask64 some = first_bytes(left - (size_t)place);
    __m512i more = buckets_of(search, place, _mm512_maskz_loadu_epi8(some, at + place));
    buckets = _mm512_mask_and_epi64(buckets, 0xff, buckets, more);
  }
  return buckets;
}

INLINE bool begins_with(const char *at, size_t left, const struct seg_search_word *word) {
  if (word->size > left)
    return false;
  __mmask64 some = first_bytes(word->size);
  __m512i head = _mm512_loadu_si512(word->head);
  if (_mm512_mask_cmpneq_epi8_mask(some, _mm512_maskz_loadu_epi8(some, at), head) != 0)
    return false;
  return word->size <= SEG_SEARCH_HEAD || memcmp(at + SEG_SEARCH_HEAD, word->data + SEG_SEARCH_HEAD,
                                                 word->size - SEG_SEARCH_HEAD) == 0;
}

// The words of some buckets that begin at a place of a row.
INLINE void find_words(const struct seg_text_search *search, unsigned buckets, const char *at,
                       size_t left, int64_t row, const struct masks *masks) {
  uint64_t *slots = masks->slots + row / 64;
  for (; buckets != 0; buckets &= buckets - 1) {
    unsigned bucket = (unsigned)__builtin_ctz(buckets);
    for (uint32_t i = search->firsts[bucket]; i < search->firsts[bucket + 1]; i++)
      slots[search->words[i].slot * masks->stride] |=
          (uint64_t)begins_with(at, left, &search->words[i]) << (row % 64);
  }
}

KERNEL static void search_stretch(const struct seg_text_search *search,
                                  const struct stretch *stretch, const struct masks *masks) {
  unsigned char buckets[CHUNK];
  __mmask64 found[VECTORS];
  const struct seg_str *text = stretch->texts + stretch->first;
  while (text->size == 0)
    text++;
  for (const char *chunk = stretch->from; chunk < stretch->to; chunk += CHUNK) {
    size_t size = (size_t)(stretch->to - chunk) < CHUNK ? (size_t)(stretch->to - chunk) : CHUNK;
    size_t vectors = (size + 63) / 64;
    for (size_t v = 0; v < vectors; v++) {
      size_t left = (size_t)(stretch->to - chunk) - 64 * v;
      _mm_prefetch(chunk + 64 * v + AHEAD, _MM_HINT_T0);
      __m512i each = look_up(search, chunk + 64 * v, left);
      found[v] = _mm512_mask_test_epi8_mask(first_bytes(left), each, each);
      _mm512_storeu_si512(buckets + 64 * v, each);
    }
    for (size_t v = 0; v < vectors; v++)
      for (__mmask64 some = found[v]; some != 0; some &= some - 1) {
        size_t place = 64 * v + (size_t)__builtin_ctzll(some);
        const char *at = chunk + place;
        while (text->size == 0 || at >= text->data + text->size)
          text++;
        find_words(search, buckets[place], at, (size_t)(text->data + text->size - at),
                   text - stretch->texts, masks);
      }
  }
}

// The rows from `first` on whose bytes follow each other.
static struct stretch next_stretch(const struct seg_str *texts, int64_t first, int64_t rows) {
  struct stretch stretch = {.texts = texts, .first = first, .end = first};
  for (; stretch.end < rows; stretch.end++) {
    const struct seg_str *text = &texts[stretch.end];
    if (text->size == 0)
      continue;
    if (stretch.from == NULL)
      stretch.from = stretch.to = text->data;
    if (text->data != stretch.to)
      break;
    stretch.to += text->size;
  }
  return stretch;
}

// Texts of a word of rows, one behind the other in `room`; false when it is too small.
KERNEL static bool bring_together(const struct seg_str *texts, struct seg_str *moved, char *room) {
  size_t used = 0;
  for (int i = 0; i < 64; i++) {
    size_t size = texts[i].size;
    if (size > 64 || used + 64 > TOGETHER)
      return false;
    __m512i bytes = _mm512_maskz_loadu_epi8(first_bytes(size), texts[i].data);
    _mm512_storeu_si512(room + used, bytes);
    moved[i] = (struct seg_str){room + used, size};
    used += size;
  }
  return true;
}

static void search_rows(const struct seg_text_search *search, const struct seg_str *texts,
                        int64_t rows, const struct masks *masks) {
  for (int64_t first = 0; first < rows;) {
    struct stretch stretch = next_stretch(texts, first, rows);
    if (stretch.from != NULL)
      search_stretch(search, &stretch, masks);
    first = stretch.end;
  }
}

void seg_text_search_avx512(const struct seg_text_search *search, const struct seg_str *texts,
                            int64_t rows, uint64_t *slots, size_t stride) {
  char room[TOGETHER];
  struct seg_str moved[64];
  for (uint32_t i = 0; i < search->word_count; i++)
    memset(slots + search->words[i].slot * stride, 0, (size_t)rows / 8);
  struct masks masks = {slots, stride};
  if (next_stretch(texts, 0, rows).end > 64) {
    search_rows(search, texts, rows, &masks);
    return;
  }
  for (int64_t w = 0; w < rows / 64; w++, masks.slots++)
    search_rows(search, bring_together(texts + 64 * w, moved, room) ? moved : texts + 64 * w, 64,
                &masks);
}
#endif
