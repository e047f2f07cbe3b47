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

#include "runtime/filter/mask_kernels_body.h"
#endif
