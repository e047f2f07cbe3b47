// The kernels for processors with AVX2: comparisons by hand, the rest as the compiler makes it.
#ifdef __x86_64__
#include <immintrin.h>
#include <stdbool.h>
#include <string.h>

#include "runtime/filter/mask_kernels_levels.h"

#define KERNEL       static __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define INLINE       static inline __attribute__((target("avx2,bmi,bmi2,popcnt"), always_inline))
#define KERNELS      seg_mask_kernels_avx2
#define VECTOR_BYTES 32
#define COMPARE_BY_HAND

INLINE __m256i load(const void *values, int64_t index) {
  return _mm256_loadu_si256((const __m256i *)values + index);
}

INLINE uint64_t bits_of(__m256i bytes) {
  return (uint32_t)_mm256_movemask_epi8(bytes);
}

// Packing works in both halves of a register apart: the halves' quarters change places.
INLINE __m256i in_order(__m256i packed) {
  return _mm256_permute4x64_epi64(packed, _MM_SHUFFLE(3, 1, 2, 0));
}

#define COMPARE_I8(name, test)                                                                     \
  KERNEL void name(const void *values, int64_t rows, union seg_mask_constant constant,             \
                   uint64_t *words) {                                                              \
    const __m256i limit = _mm256_set1_epi8((char)constant.integer);                                \
    for (int64_t w = 0; w < rows / 64; w++)                                                        \
      words[w] = bits_of(test(load(values, 2 * w), limit)) |                                       \
                 bits_of(test(load(values, 2 * w + 1), limit)) << 32;                              \
  }
COMPARE_I8(greater_i8, _mm256_cmpgt_epi8)
COMPARE_I8(equal_i8, _mm256_cmpeq_epi8)

#define COMPARE_I16(name, test)                                                                    \
  KERNEL void name(const void *values, int64_t rows, union seg_mask_constant constant,             \
                   uint64_t *words) {                                                              \
    const __m256i limit = _mm256_set1_epi16((short)constant.integer);                              \
    for (int64_t w = 0; w < rows / 64; w++) {                                                      \
      uint64_t half[2];                                                                            \
      for (int h = 0; h < 2; h++)                                                                  \
        half[h] =                                                                                  \
            bits_of(in_order(_mm256_packs_epi16(test(load(values, 4 * w + 2 * h), limit),          \
                                                test(load(values, 4 * w + 2 * h + 1), limit))));   \
      words[w] = half[0] | half[1] << 32;                                                          \
    }                                                                                              \
  }
COMPARE_I16(greater_i16, _mm256_cmpgt_epi16)
COMPARE_I16(equal_i16, _mm256_cmpeq_epi16)

#define COMPARE_I32(name, test)                                                                    \
  KERNEL void name(const void *values, int64_t rows, union seg_mask_constant constant,             \
                   uint64_t *words) {                                                              \
    const __m256i limit = _mm256_set1_epi32((int)constant.integer);                                \
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);                               \
    for (int64_t w = 0; w < rows / 64; w++) {                                                      \
      uint64_t half[2];                                                                            \
      for (int h = 0; h < 2; h++) {                                                                \
        int64_t at = 8 * w + 4 * h;                                                                \
        __m256i low =                                                                              \
            _mm256_packs_epi32(test(load(values, at), limit), test(load(values, at + 1), limit));  \
        __m256i high = _mm256_packs_epi32(test(load(values, at + 2), limit),                       \
                                          test(load(values, at + 3), limit));                      \
        __m256i bytes = _mm256_packs_epi16(low, high);                                             \
        half[h] = bits_of(_mm256_permutevar8x32_epi32(bytes, order));                              \
      }                                                                                            \
      words[w] = half[0] | half[1] << 32;                                                          \
    }                                                                                              \
  }
COMPARE_I32(greater_i32, _mm256_cmpgt_epi32)
COMPARE_I32(equal_i32, _mm256_cmpeq_epi32)

INLINE uint64_t four_bits(__m256d holds) {
  return (uint64_t)_mm256_movemask_pd(holds);
}

#define COMPARE_I64(name, test)                                                                    \
  KERNEL void name(const void *values, int64_t rows, union seg_mask_constant constant,             \
                   uint64_t *words) {                                                              \
    const __m256i limit = _mm256_set1_epi64x(constant.integer);                                    \
    for (int64_t w = 0; w < rows / 64; w++) {                                                      \
      uint64_t word = 0;                                                                           \
      for (int i = 0; i < 16; i++)                                                                 \
        word |= four_bits(_mm256_castsi256_pd(test(load(values, 16 * w + i), limit))) << (4 * i);  \
      words[w] = word;                                                                             \
    }                                                                                              \
  }
COMPARE_I64(greater_i64, _mm256_cmpgt_epi64)
COMPARE_I64(equal_i64, _mm256_cmpeq_epi64)

#define COMPARE_F64(name, test)                                                                    \
  KERNEL void name(const void *values, int64_t rows, union seg_mask_constant constant,             \
                   uint64_t *words) {                                                              \
    const __m256d limit = _mm256_set1_pd(constant.number);                                         \
    for (int64_t w = 0; w < rows / 64; w++) {                                                      \
      uint64_t word = 0;                                                                           \
      for (int i = 0; i < 16; i++) {                                                               \
        __m256d value = _mm256_loadu_pd((const double *)values + 64 * w + 4 * i);                  \
        word |= four_bits(_mm256_cmp_pd(value, limit, test)) << (4 * i);                           \
      }                                                                                            \
      words[w] = word;                                                                             \
    }                                                                                              \
  }
COMPARE_F64(greater_f64, _CMP_GT_OQ)
COMPARE_F64(equal_f64, _CMP_EQ_OQ)
COMPARE_F64(greater_equal_f64, _CMP_GE_OQ)

// Eight slices of the bytes of 64 rows: the highest bits, and again of the doubled bytes.
INLINE void turn(const uint8_t bytes[64], uint64_t *slices) {
  __m256i low = load(bytes, 0), high = load(bytes, 1);
  for (int b = 7; b >= 0; b--) {
    slices[8 * b] = bits_of(low) | bits_of(high) << 32;
    low = _mm256_add_epi8(low, low);
    high = _mm256_add_epi8(high, high);
  }
}
#define TURN_BY_HAND

#include "runtime/filter/mask_kernels_body.h"
#endif
