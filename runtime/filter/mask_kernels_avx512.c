// The kernels for processors with AVX-512: comparisons give bits as they are.
#ifdef __x86_64__
#include <immintrin.h>
#include <string.h>

#include "runtime/filter/mask_kernels_levels.h"

#define FEATURES "avx512f,avx512bw,avx512dq,avx512vl,avx512vpopcntdq,bmi,bmi2,popcnt"
#define KERNEL   static __attribute__((target(FEATURES)))
#define INLINE   static inline __attribute__((target(FEATURES), always_inline))
#define KERNELS  seg_mask_kernels_avx512
#define COMPARE_BY_HAND
#define COUNT_BY_HAND

INLINE __m512i load(const void *values, int64_t index) {
  return _mm512_loadu_si512((const char *)values + 64 * index);
}

#define COMPARE_I8(name, test)                                                                     \
  KERNEL void name(const void *values, int64_t rows, union seg_mask_constant constant,             \
                   uint64_t *words) {                                                              \
    const __m512i limit = _mm512_set1_epi8((char)constant.integer);                                \
    for (int64_t w = 0; w < rows / 64; w++)                                                        \
      words[w] = test(load(values, w), limit);                                                     \
  }
COMPARE_I8(greater_i8, _mm512_cmpgt_epi8_mask)
COMPARE_I8(equal_i8, _mm512_cmpeq_epi8_mask)

#define COMPARE_I16(name, test)                                                                    \
  KERNEL void name(const void *values, int64_t rows, union seg_mask_constant constant,             \
                   uint64_t *words) {                                                              \
    const __m512i limit = _mm512_set1_epi16((short)constant.integer);                              \
    for (int64_t w = 0; w < rows / 64; w++)                                                        \
      words[w] =                                                                                   \
          _mm512_kunpackd(test(load(values, 2 * w + 1), limit), test(load(values, 2 * w), limit)); \
  }
COMPARE_I16(greater_i16, _mm512_cmpgt_epi16_mask)
COMPARE_I16(equal_i16, _mm512_cmpeq_epi16_mask)

#define COMPARE_I32(name, test)                                                                    \
  KERNEL void name(const void *values, int64_t rows, union seg_mask_constant constant,             \
                   uint64_t *words) {                                                              \
    const __m512i limit = _mm512_set1_epi32((int)constant.integer);                                \
    for (int64_t w = 0; w < rows / 64; w++) {                                                      \
      __mmask32 low =                                                                              \
          _mm512_kunpackw(test(load(values, 4 * w + 1), limit), test(load(values, 4 * w), limit)); \
      __mmask32 high = _mm512_kunpackw(test(load(values, 4 * w + 3), limit),                       \
                                       test(load(values, 4 * w + 2), limit));                      \
      words[w] = _mm512_kunpackd(high, low);                                                       \
    }                                                                                              \
  }
COMPARE_I32(greater_i32, _mm512_cmpgt_epi32_mask)
COMPARE_I32(equal_i32, _mm512_cmpeq_epi32_mask)

// Eight comparisons of eight values: a byte of the word each.
#define COMPARE_EIGHT(name, limit_of, holds)                                                       \
  KERNEL void name(const void *values, int64_t rows, union seg_mask_constant constant,             \
                   uint64_t *words) {                                                              \
    limit_of;                                                                                      \
    uint8_t *bytes = (uint8_t *)words;                                                             \
    for (int64_t i = 0; i < rows / 8; i++)                                                         \
      bytes[i] = holds;                                                                            \
  }
#define LIMIT_I64 const __m512i limit = _mm512_set1_epi64(constant.integer)
#define LIMIT_F64 const __m512d limit = _mm512_set1_pd(constant.number)
#define NUMBERS   _mm512_loadu_pd((const double *)values + 8 * i)
COMPARE_EIGHT(greater_i64, LIMIT_I64, _mm512_cmpgt_epi64_mask(load(values, i), limit))
COMPARE_EIGHT(equal_i64, LIMIT_I64, _mm512_cmpeq_epi64_mask(load(values, i), limit))
COMPARE_EIGHT(greater_f64, LIMIT_F64, _mm512_cmp_pd_mask(NUMBERS, limit, _CMP_GT_OQ))
COMPARE_EIGHT(equal_f64, LIMIT_F64, _mm512_cmp_pd_mask(NUMBERS, limit, _CMP_EQ_OQ))
COMPARE_EIGHT(greater_equal_f64, LIMIT_F64, _mm512_cmp_pd_mask(NUMBERS, limit, _CMP_GE_OQ))

// The first `count` words of eight.
INLINE __m512i load_words(const uint64_t *words, size_t count) {
  return count >= 8 ? _mm512_loadu_si512(words)
                    : _mm512_maskz_loadu_epi64((__mmask8)((1U << count) - 1), words);
}

KERNEL uint64_t count_bits(const uint64_t *words, size_t count) {
  __m512i bits = _mm512_setzero_si512();
  for (size_t w = 0; w < count; w += 8)
    bits = _mm512_add_epi64(bits, _mm512_popcnt_epi64(load_words(words + w, count - w)));
  return (uint64_t)_mm512_reduce_add_epi64(bits);
}

KERNEL uint64_t claim(const uint64_t *mask, size_t words, uint64_t *unassigned, uint32_t number,
                      uint64_t *slices, size_t stride) {
  __m512i bits = _mm512_setzero_si512();
  for (size_t w = 0; w < words; w += 8) {
    const __mmask8 here = words - w >= 8 ? 0xff : (__mmask8)((1U << (words - w)) - 1);
    __m512i free_rows = _mm512_maskz_loadu_epi64(here, unassigned + w);
    __m512i win = _mm512_and_si512(_mm512_maskz_loadu_epi64(here, mask + w), free_rows);
    if (_mm512_test_epi64_mask(win, win) == 0)
      continue;
    bits = _mm512_add_epi64(bits, _mm512_popcnt_epi64(win));
    _mm512_mask_storeu_epi64(unassigned + w, here, _mm512_xor_si512(free_rows, win));
    for (uint32_t left = slices == NULL ? 0 : number; left != 0; left &= left - 1) {
      uint64_t *slice = slices + (size_t)__builtin_ctz(left) * stride + w;
      __m512i old = _mm512_maskz_loadu_epi64(here, slice);
      _mm512_mask_storeu_epi64(slice, here, _mm512_or_si512(old, win));
    }
  }
  return (uint64_t)_mm512_reduce_add_epi64(bits);
}

KERNEL void expand(const uint64_t *slices, size_t stride, uint32_t count, uint64_t none,
                   uint16_t *codes) {
  __m512i low = _mm512_setzero_si512(), high = low;
  for (uint32_t b = 0; b < count; b++) {
    const __m512i bit = _mm512_set1_epi16((short)(1U << b));
    const uint64_t slice = slices[b * stride];
    low = _mm512_mask_add_epi16(low, (__mmask32)slice, low, bit);
    high = _mm512_mask_add_epi16(high, (__mmask32)(slice >> 32), high, bit);
  }
  const __m512i ones = _mm512_set1_epi16(-1);
  low = _mm512_mask_mov_epi16(low, (__mmask32)none, ones);
  high = _mm512_mask_mov_epi16(high, (__mmask32)(none >> 32), ones);
  _mm512_storeu_si512(codes, low);
  _mm512_storeu_si512(codes + 32, high);
}

// A level of the search for 16 values: places are nodes, and become those of the level below.
// Levels 0 to 3 lie in one vector, level 4 in one, 5 in two, 6 in four, 7 in eight.
INLINE __m512i nodes_i32(const int32_t *nodes, uint32_t level, __m512i places) {
  const int32_t *at = nodes + (level < 4 ? 0 : (size_t)1 << level);
  if (level < 5)
    return _mm512_permutexvar_epi32(places, load(at, 0));
  __m512i found = _mm512_permutex2var_epi32(load(at, 0), places, load(at, 1));
  for (uint32_t part = 1; part < 1U << (level - 5); part++) {
    __m512i high = _mm512_permutex2var_epi32(load(at, 2 * part), places, load(at, 2 * part + 1));
    __m512i wanted = _mm512_set1_epi32((int)((1U << level) / 32 + part));
    __mmask16 here = _mm512_cmpeq_epi32_mask(_mm512_srli_epi32(places, 5), wanted);
    found = _mm512_mask_mov_epi32(found, here, high);
  }
  return found;
}

INLINE __m512i step_i32(const int32_t *nodes, uint32_t level, __m512i values, __m512i places) {
  __mmask16 exceeds = _mm512_cmpgt_epi32_mask(values, nodes_i32(nodes, level, places));
  __m512i left = _mm512_add_epi32(places, places);
  return _mm512_mask_add_epi32(left, exceeds, left, _mm512_set1_epi32(1));
}

INLINE void search_i32(const __m512i values[4], const struct seg_mask_tree *tree, int8_t *ranks) {
  __m512i places[4];
  for (int i = 0; i < 4; i++)
    places[i] = _mm512_set1_epi32(1);
  for (uint32_t level = 0; level < tree->levels; level++)
    for (int i = 0; i < 4; i++)
      places[i] = step_i32(tree->nodes.i32, level, values[i], places[i]);
  const __m512i first = _mm512_set1_epi32((1 << tree->levels) + 128);
  for (int i = 0; i < 4; i++) {
    const __m128i bytes = _mm512_cvtepi32_epi8(_mm512_sub_epi32(places[i], first));
    memcpy(ranks + 16 * i, &bytes, sizeof bytes);
  }
}

// The same for 32 values: levels 0 to 4 in one vector, level 5 in one, 6 in two, 7 in four.
INLINE __m512i nodes_i16(const int16_t *nodes, uint32_t level, __m512i places) {
  if (level < 6)
    return _mm512_permutexvar_epi16(places, load(nodes, level < 5 ? 0 : 1));
  const int16_t *at = nodes + ((size_t)1 << level);
  __m512i found = _mm512_permutex2var_epi16(load(at, 0), places, load(at, 1));
  if (level == 6)
    return found;
  __m512i high = _mm512_permutex2var_epi16(load(at, 2), places, load(at, 3));
  return _mm512_mask_mov_epi16(found, _mm512_test_epi16_mask(places, _mm512_set1_epi16(64)), high);
}

KERNEL void rank_i16(const void *values, int64_t rows, const struct seg_mask_tree *tree,
                     int8_t *ranks) {
  const __m512i one = _mm512_set1_epi16(1);
  const __m512i first = _mm512_set1_epi16((short)((1 << tree->levels) + 128));
  for (int64_t half = 0; half < rows / 32; half++) {
    __m512i found = load(values, half), places = one;
    for (uint32_t level = 0; level < tree->levels; level++) {
      __m512i nodes = nodes_i16(tree->nodes.i16, level, places);
      __m512i left = _mm512_add_epi16(places, places);
      places = _mm512_mask_add_epi16(left, _mm512_cmpgt_epi16_mask(found, nodes), left, one);
    }
    const __m256i bytes = _mm512_cvtepi16_epi8(_mm512_sub_epi16(places, first));
    memcpy(ranks + 32 * half, &bytes, sizeof bytes);
  }
}

KERNEL void rank_i32(const void *values, int64_t rows, const struct seg_mask_tree *tree,
                     int8_t *ranks) {
  for (int64_t w = 0; w < rows / 64; w++) {
    __m512i four[4];
    for (int i = 0; i < 4; i++)
      four[i] = load(values, 4 * w + i);
    search_i32(four, tree, ranks + 64 * w);
  }
}

// The same for 8 values: levels 0 to 2 in one vector, 3 in one, 4 in two; the others are gathered.
INLINE __m512i nodes_i64(const int64_t *nodes, uint32_t level, __m512i places) {
  if (level < 4)
    return _mm512_permutexvar_epi64(places, load(nodes, level < 3 ? 0 : 1));
  if (level == 4)
    return _mm512_permutex2var_epi64(load(nodes, 2), places, load(nodes, 3));
  return _mm512_i64gather_epi64(places, nodes, 8);
}

INLINE void search_i64(const __m512i values[8], const struct seg_mask_tree *tree, int8_t *ranks) {
  const __m512i one = _mm512_set1_epi64(1);
  __m512i places[8];
  for (int i = 0; i < 8; i++)
    places[i] = one;
  for (uint32_t level = 0; level < tree->levels; level++)
    for (int i = 0; i < 8; i++) {
      __m512i nodes = nodes_i64(tree->nodes.i64, level, places[i]);
      __m512i left = _mm512_add_epi64(places[i], places[i]);
      places[i] = _mm512_mask_add_epi64(left, _mm512_cmpgt_epi64_mask(values[i], nodes), left, one);
    }
  const __m512i first = _mm512_set1_epi64((1 << tree->levels) + 128);
  for (int i = 0; i < 8; i++) {
    const __m128i bytes = _mm512_cvtepi64_epi8(_mm512_sub_epi64(places[i], first));
    memcpy(ranks + 8 * i, &bytes, 8);
  }
}

KERNEL void rank_i64(const void *values, int64_t rows, const struct seg_mask_tree *tree,
                     int8_t *ranks) {
  for (int64_t w = 0; w < rows / 64; w++) {
    __m512i eight[8];
    for (int i = 0; i < 8; i++)
      eight[i] = load(values, 8 * w + i);
    search_i64(eight, tree, ranks + 64 * w);
  }
}

// Doubles as integers of the same order: seg_mask_order_of.
KERNEL void rank_f64(const void *values, int64_t rows, const struct seg_mask_tree *tree,
                     int8_t *ranks) {
  for (int64_t w = 0; w < rows / 64; w++) {
    __m512i eight[8];
    for (int i = 0; i < 8; i++) {
      __m512d numbers = _mm512_loadu_pd((const double *)values + 64 * w + 8 * i);
      __m512i bits = _mm512_castpd_si512(_mm512_add_pd(numbers, _mm512_setzero_pd()));
      __m512i signs = _mm512_srli_epi64(_mm512_srai_epi64(bits, 63), 1);
      eight[i] = _mm512_xor_si512(bits, signs);
    }
    search_i64(eight, tree, ranks + 64 * w);
  }
}

// Values stay in registers while the constants pass by.
KERNEL void greater_each(const int8_t *values, int64_t rows, const int8_t *constants,
                         uint32_t count, uint64_t *words, size_t stride) {
  int64_t w = 0;
  for (; w + 8 <= rows / 64; w += 8) {
    __m512i eight[8];
    for (int i = 0; i < 8; i++)
      eight[i] = load(values, w + i);
    for (uint32_t c = 0; c < count; c++) {
      const __m512i limit = _mm512_set1_epi8(constants[c]);
      for (int i = 0; i < 8; i++)
        words[c * stride + (size_t)w + i] = _mm512_cmpgt_epi8_mask(eight[i], limit);
    }
  }
  for (; w < rows / 64; w++)
    for (uint32_t c = 0; c < count; c++)
      words[c * stride + (size_t)w] =
          _mm512_cmpgt_epi8_mask(load(values, w), _mm512_set1_epi8(constants[c]));
}
#define RANK_BY_HAND

#include "runtime/filter/mask_kernels_body.h"
#endif
