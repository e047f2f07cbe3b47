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

#define ANY_BY_HAND
KERNEL void any_i16(const int16_t *values, int64_t rows, const int16_t *wanted, uint32_t count,
                    uint64_t *words) {
  for (int64_t w = 0; w < rows / 64; w++) {
    __m256i holds[4];
    for (int q = 0; q < 4; q++)
      holds[q] = _mm256_setzero_si256();
    for (uint32_t i = 0; i < count; i++) {
      const __m256i one = _mm256_set1_epi16(wanted[i]);
#pragma GCC unroll 4
      for (int q = 0; q < 4; q++)
        holds[q] = _mm256_or_si256(holds[q], _mm256_cmpeq_epi16(load(values, 4 * w + q), one));
    }
    words[w] = bits_of(in_order(_mm256_packs_epi16(holds[0], holds[1]))) |
               bits_of(in_order(_mm256_packs_epi16(holds[2], holds[3]))) << 32;
  }
}

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

// All comparisons of a column in one pass. Values are loaded once, as quarters of such an order
// that packing makes them bytes in the order of rows.
#define TOGETHER_BY_HAND

INLINE __m256i low_quarters(__m256i a, __m256i b) {
  return _mm256_permute2x128_si256(a, b, 0x20);
}

INLINE __m256i high_quarters(__m256i a, __m256i b) {
  return _mm256_permute2x128_si256(a, b, 0x31);
}

INLINE void take_i8(const void *values, int64_t w, __m256i *taken) {
  taken[0] = load(values, 2 * w);
  taken[1] = load(values, 2 * w + 1);
}

INLINE void take_i16(const void *values, int64_t w, __m256i *taken) {
  for (int64_t h = 0; h < 2; h++) {
    const __m256i first = load(values, 4 * w + 2 * h), second = load(values, 4 * w + 2 * h + 1);
    taken[2 * h] = low_quarters(first, second);
    taken[2 * h + 1] = high_quarters(first, second);
  }
}

INLINE void take_i32(const void *values, int64_t w, __m256i *taken) {
#pragma GCC unroll 4
  for (int64_t i = 0; i < 4; i++) {
    const int64_t h = i / 2, q = i % 2;
    const __m256i first = load(values, 8 * w + 4 * h + q),
                  third = load(values, 8 * w + 4 * h + q + 2);
    taken[4 * h + 2 * q] = low_quarters(first, third);
    taken[4 * h + 2 * q + 1] = high_quarters(first, third);
  }
}

INLINE uint64_t word_i8(const __m256i *holds) {
  return bits_of(holds[0]) | bits_of(holds[1]) << 32;
}

INLINE uint64_t word_i16(const __m256i *holds) {
  return bits_of(_mm256_packs_epi16(holds[0], holds[1])) |
         bits_of(_mm256_packs_epi16(holds[2], holds[3])) << 32;
}

INLINE uint64_t word_i32(const __m256i *holds) {
  const __m256i pairs[4] = {
      _mm256_packs_epi32(holds[0], holds[1]), _mm256_packs_epi32(holds[2], holds[3]),
      _mm256_packs_epi32(holds[4], holds[5]), _mm256_packs_epi32(holds[6], holds[7])};
  return word_i16(pairs);
}

#define TOGETHER(name, bits, spread, type)                                                         \
  KERNEL void name(const void *values, int64_t rows, const struct seg_mask_range *ranges,          \
                   uint32_t singles, uint32_t count, const void *ahead) {                          \
    enum { VECTORS = (bits) / 4 };                                                                 \
    __m256i lows[SEG_MASK_TOGETHER], spans[SEG_MASK_TOGETHER];                                     \
    for (uint32_t i = 0; i < count; i++) {                                                         \
      lows[i] = spread((type)ranges[i].low);                                                       \
      spans[i] = spread((type)((uint64_t)ranges[i].high - (uint64_t)ranges[i].low));               \
    }                                                                                              \
    for (int64_t w = 0; w < rows / 64; w++) {                                                      \
      __m256i taken[VECTORS], holds[VECTORS];                                                      \
      take_i##bits(values, w, taken);                                                              \
      for (int64_t line = 0; line < (bits) / 8; line++)                                            \
        __builtin_prefetch((const char *)ahead + ((bits) / 8 * w + line) * 64, 0, 3);              \
      uint32_t i = 0;                                                                              \
      for (; i < singles; i++) {                                                                   \
        _Pragma("GCC unroll 8") for (int v = 0; v < VECTORS; v++) holds[v] =                       \
            _mm256_cmpgt_epi##bits(taken[v], lows[i]);                                             \
        ranges[i].words[w] = word_i##bits(holds);                                                  \
      }                                                                                            \
      for (; i < count; i++) {                                                                     \
        _Pragma("GCC unroll 8") for (int v = 0; v < VECTORS; v++) {                                \
          const __m256i above = _mm256_sub_epi##bits(taken[v], lows[i]);                           \
          holds[v] = _mm256_cmpeq_epi##bits(_mm256_min_epu##bits(above, spans[i]), above);         \
        }                                                                                          \
        ranges[i].words[w] = word_i##bits(holds);                                                  \
      }                                                                                            \
    }                                                                                              \
  }
TOGETHER(together_i8, 8, _mm256_set1_epi8, char)
TOGETHER(together_i16, 16, _mm256_set1_epi16, short)
TOGETHER(together_i32, 32, _mm256_set1_epi32, int)

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

// Values of 8 bytes are nearly always near the constants that they are compared with: then their
// distances from these fit 4 bytes, and vectors hold twice as many. 64 rows in which one does not
// are made narrow one by one.
#define NARROW_I64_BY_HAND
INLINE bool are_near(__m256i seen) {
  return _mm256_testz_si256(seen, _mm256_set1_epi64x((int64_t)(UINT64_MAX << 32)));
}

// Eight values plus `shift`, in the order 0 1 4 5 2 3 6 7 and below the lowest number by as much as
// they are above 0. What does not fit leaves a bit in the high halves of `seen`.
INLINE __m256i near_eight(const int64_t *values, __m256i shift, __m256i *seen) {
  const __m256i low = _mm256_add_epi64(load(values, 0), shift);
  const __m256i high = _mm256_add_epi64(load(values, 1), shift);
  *seen = _mm256_or_si256(*seen, _mm256_or_si256(low, high));
  const __m256 halves = _mm256_shuffle_ps(_mm256_castsi256_ps(low), _mm256_castsi256_ps(high),
                                          _MM_SHUFFLE(2, 0, 2, 0));
  return _mm256_xor_si256(_mm256_castps_si256(halves), _mm256_set1_epi32(INT32_MIN));
}

INLINE __m256i near_sixteen(const int64_t *values, __m256i shift, __m256i *seen) {
  const __m256i first = near_eight(values, shift, seen);
  return _mm256_packs_epi32(first, near_eight(values + 8, shift, seen));
}

KERNEL bool narrow_near_i64_i8(const int64_t *values, int64_t low, int64_t high, int8_t *codes) {
  const __m256i shift = _mm256_set1_epi64x(-(int64_t)INT32_MIN + INT8_MIN - low);
  const __m256i top = _mm256_set1_epi8((char)(high - low + INT8_MIN));
  const __m256i order = _mm256_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15, 0, 1,
                                         8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15);
  __m256i seen = _mm256_setzero_si256();
  for (int i = 0; i < 2; i++) {
    const __m256i first = near_sixteen(values + 32 * i, shift, &seen);
    const __m256i packed =
        _mm256_packs_epi16(first, near_sixteen(values + 32 * i + 16, shift, &seen));
    const __m256i code = _mm256_shuffle_epi8(in_order(packed), order);
    _mm256_storeu_si256((__m256i *)codes + i, _mm256_min_epi8(code, top));
  }
  return are_near(seen);
}

KERNEL bool narrow_near_i64_i16(const int64_t *values, int64_t low, int64_t high, int16_t *codes) {
  const __m256i shift = _mm256_set1_epi64x(-(int64_t)INT32_MIN + INT16_MIN - low);
  const __m256i top = _mm256_set1_epi16((short)(high - low + INT16_MIN));
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  __m256i seen = _mm256_setzero_si256();
  for (int i = 0; i < 4; i++) {
    const __m256i code =
        _mm256_permutevar8x32_epi32(near_sixteen(values + 16 * i, shift, &seen), order);
    _mm256_storeu_si256((__m256i *)codes + i, _mm256_min_epi16(code, top));
  }
  return are_near(seen);
}

// Constants that span more than 2 bytes leave no room for a distance: the values themselves must
// fit.
KERNEL bool narrow_near_i64_i32(const int64_t *values, int64_t low, int64_t high, int32_t *codes) {
  if (low < INT32_MIN || high > INT32_MAX)
    return false;
  const __m256i shift = _mm256_set1_epi64x(-(int64_t)INT32_MIN);
  const __m256i bottom = _mm256_set1_epi32((int)low), top = _mm256_set1_epi32((int)high);
  const __m256i down = _mm256_set1_epi32((int)(low - INT32_MIN));
  __m256i seen = _mm256_setzero_si256();
  for (int i = 0; i < 8; i++) {
    const __m256i value = in_order(near_eight(values + 8 * i, shift, &seen));
    const __m256i within = _mm256_min_epi32(_mm256_max_epi32(value, bottom), top);
    _mm256_storeu_si256((__m256i *)codes + i, _mm256_sub_epi32(within, down));
  }
  return are_near(seen);
}

// A part of eight words, of 32 rows.
INLINE void put_bits(__m256i bytes, uint64_t *slices, int half) {
  const uint32_t bits = (uint32_t)_mm256_movemask_epi8(bytes);
  memcpy((char *)slices + sizeof bits * (size_t)half, &bits, sizeof bits);
}

INLINE void turn_some(__m256i low, __m256i high, uint32_t count, uint64_t *slices) {
#pragma GCC unroll 8
  for (uint32_t b = count; b-- > 0;) {
    put_bits(low, slices + (size_t)8 * b, 0);
    put_bits(high, slices + (size_t)8 * b, 1);
    low = _mm256_add_epi8(low, low);
    high = _mm256_add_epi8(high, high);
  }
}

// The highest `count` slices of bytes below 2^count, of 64 rows: their highest bits, and again of
// the doubled bytes.
INLINE void turn(__m256i low, __m256i high, uint32_t count, uint64_t *slices) {
  const __m128i unused = _mm_cvtsi32_si128((int)(8 - count));
  low = _mm256_sll_epi16(low, unused);
  high = _mm256_sll_epi16(high, unused);
  switch (count) {
  case 4: turn_some(low, high, 4, slices); break;
  case 5: turn_some(low, high, 5, slices); break;
  case 6: turn_some(low, high, 6, slices); break;
  case 7: turn_some(low, high, 7, slices); break;
  case 8: turn_some(low, high, 8, slices); break;
  default: turn_some(low, high, count, slices); break;
  }
}

INLINE uint32_t bits_of_byte(uint32_t bits, uint32_t byte) {
  return bits - 8 * byte < 8 ? bits - 8 * byte : 8;
}

KERNEL void slice_i8(const void *values, int64_t low, int64_t high, uint32_t bits,
                     uint64_t *slices) {
  const __m256i bottom = _mm256_set1_epi8((char)low), top = _mm256_set1_epi8((char)high);
  for (int64_t w = 0; w < 8; w++) {
    __m256i bytes[2];
#pragma GCC unroll 8
    for (int i = 0; i < 2; i++) {
      __m256i value = _mm256_max_epi8(load(values, 2 * w + i), bottom);
      bytes[i] = _mm256_sub_epi8(_mm256_min_epi8(value, top), bottom);
    }
    turn(bytes[0], bytes[1], bits, slices + w);
  }
}

INLINE __m256i byte_of_16(__m256i number, uint32_t byte) {
  return byte == 0 ? _mm256_and_si256(number, _mm256_set1_epi16(0xff))
                   : _mm256_srli_epi16(number, 8);
}

KERNEL void slice_i16(const void *values, int64_t low, int64_t high, uint32_t bits,
                      uint64_t *slices) {
  const __m256i bottom = _mm256_set1_epi16((short)low), top = _mm256_set1_epi16((short)high);
  for (int64_t w = 0; w < 8; w++) {
    __m256i number[4];
#pragma GCC unroll 8
    for (int i = 0; i < 4; i++) {
      __m256i value = _mm256_max_epi16(load(values, 4 * w + i), bottom);
      number[i] = _mm256_sub_epi16(_mm256_min_epi16(value, top), bottom);
    }
    for (uint32_t byte = 0; 8 * byte < bits; byte++) {
      __m256i bytes[2];
#pragma GCC unroll 8
      for (int i = 0; i < 2; i++)
        bytes[i] = in_order(_mm256_packus_epi16(byte_of_16(number[2 * i], byte),
                                                byte_of_16(number[2 * i + 1], byte)));
      turn(bytes[0], bytes[1], bits_of_byte(bits, byte), slices + (size_t)64 * byte + w);
    }
  }
}

// The least bytes of 32 numbers, in order.
INLINE __m256i least_bytes(const __m256i number[4]) {
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  const __m256i least = _mm256_set1_epi32(0xff);
  __m256i bytes[4];
#pragma GCC unroll 8
  for (int i = 0; i < 4; i++)
    bytes[i] = _mm256_and_si256(number[i], least);
  __m256i packed = _mm256_packus_epi16(_mm256_packus_epi32(bytes[0], bytes[1]),
                                       _mm256_packus_epi32(bytes[2], bytes[3]));
  return _mm256_permutevar8x32_epi32(packed, order);
}

KERNEL void slice_i32(const void *values, int64_t low, int64_t high, uint32_t bits,
                      uint64_t *slices) {
  const __m256i bottom = _mm256_set1_epi32((int)low), top = _mm256_set1_epi32((int)high);
  for (int64_t w = 0; w < 8; w++) {
    __m256i number[8];
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++) {
      __m256i value = _mm256_max_epi32(load(values, 8 * w + i), bottom);
      number[i] = _mm256_sub_epi32(_mm256_min_epi32(value, top), bottom);
    }
    for (uint32_t byte = 0; 8 * byte < bits; byte++) {
      turn(least_bytes(number), least_bytes(number + 4), bits_of_byte(bits, byte),
           slices + (size_t)64 * byte + w);
#pragma GCC unroll 8
      for (int i = 0; i < 8; i++)
        number[i] = _mm256_srli_epi32(number[i], 8);
    }
  }
}
#define SLICE_BY_HAND

// Ranks, of 64 values at once (mask_ranks.h). 32 values are words in four quarters of two
// registers, or bytes of one, whose order is put right when all is done.

enum { HALVES = 2 };

struct binned {
  __m256i bins[HALVES], highs[HALVES], lows[HALVES]; // bytes; those to compare less 128
};

// The bins of 32 values, and what is compared in them.
INLINE void split_words(const __m256i places[2], const __m256i numbers[2], __m256i factor,
                        struct binned *binned, int half) {
  const __m256i low = _mm256_set1_epi16(0xff), middle = _mm256_set1_epi8(INT8_MIN);
  binned->bins[half] = _mm256_packus_epi16(_mm256_mulhi_epu16(places[0], factor),
                                           _mm256_mulhi_epu16(places[1], factor));
  binned->highs[half] = _mm256_xor_si256(
      _mm256_packus_epi16(_mm256_srli_epi16(numbers[0], 8), _mm256_srli_epi16(numbers[1], 8)),
      middle);
  binned->lows[half] = _mm256_xor_si256(
      _mm256_packus_epi16(_mm256_and_si256(numbers[0], low), _mm256_and_si256(numbers[1], low)),
      middle);
}

INLINE __m256i look_up(const int8_t table[SEG_MASK_BYTE_BINS], __m256i places) {
  const __m128i half = _mm_loadu_si128((const __m128i *)table);
  return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(half), places);
}

// The ranks; which values are equal to a threshold, where somebody asks.
INLINE void find_ranks(const struct binned *binned, const struct seg_mask_byte_bins *bins,
                       __m256i found[HALVES], __m256i equal[HALVES]) {
#pragma GCC unroll 2
  for (int h = 0; h < HALVES; h++)
    found[h] = look_up(bins->bases, binned->bins[h]);
  for (uint32_t step = 0; step < bins->steps; step++) {
#pragma GCC unroll 2
    for (int h = 0; h < HALVES; h++) {
      const __m256i high = look_up(bins->highs[step], binned->bins[h]);
      const __m256i low = look_up(bins->lows[step], binned->bins[h]);
      const __m256i alike = _mm256_cmpeq_epi8(binned->highs[h], high);
      const __m256i exceeds = _mm256_and_si256(alike, _mm256_cmpgt_epi8(binned->lows[h], low));
      found[h] = _mm256_sub_epi8(found[h], _mm256_cmpgt_epi8(binned->highs[h], high));
      found[h] = _mm256_sub_epi8(found[h], exceeds);
      if (equal != NULL)
        equal[h] = _mm256_or_si256(
            equal[h], _mm256_and_si256(alike, _mm256_cmpeq_epi8(binned->lows[h], low)));
    }
  }
}

INLINE __m256i within_16(const void *values, int64_t index, __m256i least, __m256i most) {
  const __m256i value = _mm256_max_epi16(load(values, index), least);
  return _mm256_sub_epi16(_mm256_min_epi16(value, most), least);
}

// The ranks of the w-th 64 words.
INLINE void put_ranks(const __m256i found[HALVES], void *ranks, int64_t w) {
#pragma GCC unroll 2
  for (int h = 0; h < HALVES; h++)
    _mm256_storeu_si256((__m256i *)ranks + 2 * w + h, in_order(found[h]));
}

KERNEL void rank_i16(const void *values, int64_t rows, const union seg_mask_ranking *ranking,
                     void *ranks) {
  const struct seg_mask_byte_bins *bins = &ranking->byte_bins;
  const __m256i least = _mm256_set1_epi16((short)bins->least);
  const __m256i most = _mm256_set1_epi16((short)bins->most);
  const __m256i factor = _mm256_set1_epi16((short)bins->factor);
  for (int64_t w = 0; w < rows / 64; w++) {
    struct binned binned;
    __m256i found[HALVES];
#pragma GCC unroll 2
    for (int h = 0; h < HALVES; h++) {
      const __m256i places[2] = {within_16(values, 4 * w + 2 * h, least, most),
                                 within_16(values, 4 * w + 2 * h + 1, least, most)};
      split_words(places, places, factor, &binned, h);
    }
    find_ranks(&binned, bins, found, NULL);
    put_ranks(found, ranks, w);
  }
}

KERNEL void bin_codes(const int16_t *codes, int64_t rows, const struct seg_mask_byte_bins *bins,
                      int8_t *ranks, uint64_t *doubtful) {
  const __m256i least = _mm256_set1_epi16((short)bins->least);
  const __m256i most = _mm256_set1_epi16((short)bins->most);
  const __m256i factor = _mm256_set1_epi16((short)bins->factor);
  for (int64_t w = 0; w < rows / 64; w++) {
    struct binned binned;
    __m256i found[HALVES], equal[HALVES] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
#pragma GCC unroll 2
    for (int h = 0; h < HALVES; h++) {
      const __m256i places[2] = {within_16(codes, 4 * w + 2 * h, least, most),
                                 within_16(codes, 4 * w + 2 * h + 1, least, most)};
      const __m256i doubled[2] = {_mm256_add_epi16(places[0], places[0]),
                                  _mm256_add_epi16(places[1], places[1])};
      split_words(places, doubled, factor, &binned, h);
    }
    find_ranks(&binned, bins, found, equal);
    put_ranks(found, ranks, w);
    doubtful[w] = bits_of(in_order(equal[0])) | bits_of(in_order(equal[1])) << 32;
  }
}
#define RANK_CODES_IN_BINS bin_codes

// The lower words of two vectors of numbers.
INLINE __m256i low_words(__m256i first, __m256i second) {
  const __m256i zero = _mm256_setzero_si256();
  return _mm256_packus_epi32(_mm256_blend_epi16(first, zero, 0xaa),
                             _mm256_blend_epi16(second, zero, 0xaa));
}

KERNEL void rank_i32(const void *values, int64_t rows, const union seg_mask_ranking *ranking,
                     void *ranks) {
  const struct seg_mask_byte_bins *bins = &ranking->byte_bins;
  const __m256i least = _mm256_set1_epi32((int)bins->least);
  const __m256i most = _mm256_set1_epi32((int)bins->most);
  const __m256i factor = _mm256_set1_epi16((short)bins->factor);
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  const __m128i cut = _mm_cvtsi32_si128((int)bins->cut);
  for (int64_t w = 0; w < rows / 64; w++) {
    struct binned binned;
    __m256i found[HALVES];
#pragma GCC unroll 2
    for (int h = 0; h < HALVES; h++) {
      __m256i places[2], numbers[2];
#pragma GCC unroll 2
      for (int i = 0; i < 2; i++) {
        __m256i some[2];
#pragma GCC unroll 2
        for (int q = 0; q < 2; q++) {
          some[q] = _mm256_max_epi32(load(values, 8 * w + 4 * h + 2 * i + q), least);
          some[q] = _mm256_sub_epi32(_mm256_min_epi32(some[q], most), least);
        }
        numbers[i] = low_words(some[0], some[1]);
        places[i] =
            _mm256_packus_epi32(_mm256_srl_epi32(some[0], cut), _mm256_srl_epi32(some[1], cut));
      }
      split_words(places, numbers, factor, &binned, h);
    }
    find_ranks(&binned, bins, found, NULL);
#pragma GCC unroll 2
    for (int h = 0; h < HALVES; h++)
      _mm256_storeu_si256((__m256i *)ranks + 2 * w + h,
                          _mm256_permutevar8x32_epi32(found[h], order));
  }
}

// Counting what operations give (mask_kernels_tally.h)

typedef uint64_t tallied_words __attribute__((vector_size(32), aligned(8), may_alias));

// The bits that are 1, of every byte: those of its halves are looked up.
INLINE tallied_words count_parts(tallied_words bits) {
  const __m256i counts = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1,
                                          2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
  const __m256i half = _mm256_set1_epi8(0x0f), words = (__m256i)bits;
  const __m256i low = _mm256_shuffle_epi8(counts, _mm256_and_si256(words, half));
  const __m256i high =
      _mm256_shuffle_epi8(counts, _mm256_and_si256(_mm256_srli_epi16(words, 4), half));
  return (tallied_words)_mm256_add_epi8(low, high);
}

INLINE tallied_words sum_parts(tallied_words parts) {
  return (tallied_words)_mm256_sad_epu8((__m256i)parts, _mm256_setzero_si256());
}
#define PARTS_BY_HAND
#define TALLIES_SHAPES

#define BINS      SEG_MASK_BYTE_BINS
#define RANK_WIDE NULL, NULL
#define COSTS                                                                                      \
  {.fewest_ranked = 8,                                                                             \
   .fewest_sliced = 9,                                                                             \
   .fewest_ranks_sliced = 6,                                                                       \
   .fewest_joined = 1024,                                                                          \
   .ranking = 10,                                                                                  \
   .ranking_step = 5}

#include "runtime/filter/mask_kernels_body.h"
#endif
