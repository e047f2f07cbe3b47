// The kernels for processors with AVX-512: comparisons give bits as they are.
#ifdef __x86_64__
#include <immintrin.h>
#include <stdbool.h>
#include <string.h>

#include "runtime/filter/mask_kernels_levels.h"
#include "runtime/filter/mask_ranks.h"

#define FEATURES                                                                                   \
  "avx512f,avx512bw,avx512dq,avx512vl,avx512vpopcntdq,avx512vbmi,gfni,bmi,bmi2,popcnt"
#define KERNEL       static __attribute__((target(FEATURES)))
#define INLINE       static inline __attribute__((target(FEATURES), always_inline))
#define KERNELS      seg_mask_kernels_avx512
#define VECTOR_BYTES 64
#define COMPARE_BY_HAND
#define COUNT_BY_HAND
#define PICK_BY_HAND
#define SEARCH_BY_HAND seg_text_search_avx512

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

// `least` and `most` are vectors of the bounds.
#define WITHIN(type, at)                                                                           \
  _mm512_mask_cmple_##type##_mask(_mm512_cmpge_##type##_mask(load(values, at), least),             \
                                  load(values, at), most)

#define BETWEEN(name, broadcast, from, word)                                                       \
  KERNEL void name(const void *values, int64_t rows, int64_t low, int64_t high, uint64_t *words) { \
    const __m512i least = broadcast((from)low), most = broadcast((from)high);                      \
    for (int64_t w = 0; w < rows / 64; w++)                                                        \
      words[w] = (word);                                                                           \
  }
BETWEEN(between_i8, _mm512_set1_epi8, char, WITHIN(epi8, w))
BETWEEN(between_i16, _mm512_set1_epi16, short,
        _mm512_kunpackd(WITHIN(epi16, 2 * w + 1), WITHIN(epi16, 2 * w)))
BETWEEN(between_i32, _mm512_set1_epi32, int,
        _mm512_kunpackd(_mm512_kunpackw(WITHIN(epi32, 4 * w + 3), WITHIN(epi32, 4 * w + 2)),
                        _mm512_kunpackw(WITHIN(epi32, 4 * w + 1), WITHIN(epi32, 4 * w))))

KERNEL void between_i64(const void *values, int64_t rows, int64_t low, int64_t high,
                        uint64_t *words) {
  const __m512i least = _mm512_set1_epi64(low), most = _mm512_set1_epi64(high);
  uint8_t *bytes = (uint8_t *)words;
  for (int64_t i = 0; i < rows / 8; i++)
    bytes[i] = WITHIN(epi64, i);
}

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

#define ANY_BY_HAND
KERNEL void any_i16(const int16_t *values, int64_t rows, const int16_t *wanted, uint32_t count,
                    uint64_t *words) {
  for (int64_t w = 0; w < rows / 64; w++) {
    const __m512i low = load(values, 2 * w), high = load(values, 2 * w + 1);
    __mmask32 in_low = 0, in_high = 0;
    for (uint32_t i = 0; i < count; i++) {
      const __m512i one = _mm512_set1_epi16(wanted[i]);
      in_low |= _mm512_cmpeq_epi16_mask(low, one);
      in_high |= _mm512_cmpeq_epi16_mask(high, one);
    }
    words[w] = _mm512_kunpackd(in_high, in_low);
  }
}

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

// How many bits are 1, in eight parts.
INLINE __m512i parts_of(const uint64_t *words, size_t count) {
  __m512i bits = _mm512_setzero_si512();
  size_t w = 0;
  for (; w + 8 <= count; w += 8)
    bits = _mm512_add_epi64(bits, _mm512_popcnt_epi64(_mm512_loadu_si512(words + w)));
  return w == count ? bits
                    : _mm512_add_epi64(bits, _mm512_popcnt_epi64(load_words(words + w, count - w)));
}

KERNEL uint64_t count_bits(const uint64_t *words, size_t count) {
  return (uint64_t)_mm512_reduce_add_epi64(parts_of(words, count));
}

// The sums of eight vectors.
INLINE __m512i add_across(const __m512i vectors[8]) {
  __m512i pairs[4], fours[2];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++)
    pairs[i] = _mm512_add_epi64(_mm512_unpacklo_epi64(vectors[2 * i], vectors[2 * i + 1]),
                                _mm512_unpackhi_epi64(vectors[2 * i], vectors[2 * i + 1]));
#pragma GCC unroll 2
  for (int i = 0; i < 2; i++)
    fours[i] = _mm512_add_epi64(_mm512_shuffle_i64x2(pairs[2 * i], pairs[2 * i + 1], 0x88),
                                _mm512_shuffle_i64x2(pairs[2 * i], pairs[2 * i + 1], 0xdd));
  return _mm512_add_epi64(_mm512_shuffle_i64x2(fours[0], fours[1], 0x88),
                          _mm512_shuffle_i64x2(fours[0], fours[1], 0xdd));
}

KERNEL void count_each(const uint64_t *slots, size_t stride, size_t words, const uint32_t *roots,
                       uint32_t root_count, uint64_t *counts) {
  uint32_t r = 0;
  for (; r + 8 <= root_count; r += 8) {
    __m512i parts[8];
#pragma GCC unroll 8
    for (uint32_t i = 0; i < 8; i++)
      parts[i] = parts_of(slots + roots[r + i] * stride, words);
    __m512i before = _mm512_loadu_si512(counts + r);
    _mm512_storeu_si512(counts + r, _mm512_add_epi64(before, add_across(parts)));
  }
  for (; r < root_count; r++)
    counts[r] += count_bits(slots + roots[r] * stride, words);
}

// Counting what operations give (mask_kernels_tally.h): their words are counted as they come.

typedef uint64_t tallied_words __attribute__((vector_size(64), aligned(8), may_alias));

INLINE tallied_words count_parts(tallied_words bits) {
  return (tallied_words)_mm512_popcnt_epi64((__m512i)bits);
}

INLINE tallied_words sum_parts(tallied_words parts) {
  return parts;
}

KERNEL void add_sums(const tallied_words *sums, uint32_t count, uint64_t *counts) {
  if (count == 8) {
    __m512i parts[8];
#pragma GCC unroll 8
    for (uint32_t i = 0; i < 8; i++)
      parts[i] = (__m512i)sums[i];
    const __m512i before = _mm512_loadu_si512(counts);
    _mm512_storeu_si512(counts, _mm512_add_epi64(before, add_across(parts)));
    return;
  }
  for (uint32_t i = 0; i < count; i++)
    counts[i] += (uint64_t)_mm512_reduce_add_epi64((__m512i)sums[i]);
}
#define PARTS_BY_HAND
#define TALLIES_SHAPES
#define ADD_SUMS_BY_HAND
#define COUNTS_WORDS

// Where nobody asks who won whom, without branches: they would be hard to foresee.
INLINE uint64_t claim_only(const uint64_t *mask, size_t words, uint64_t *unassigned) {
  __m512i bits = _mm512_setzero_si512();
  for (size_t w = 0; w < words; w += 8) {
    const __mmask8 here = words - w >= 8 ? 0xff : (__mmask8)((1U << (words - w)) - 1);
    __m512i free_rows = _mm512_maskz_loadu_epi64(here, unassigned + w);
    __m512i win = _mm512_and_si512(_mm512_maskz_loadu_epi64(here, mask + w), free_rows);
    bits = _mm512_add_epi64(bits, _mm512_popcnt_epi64(win));
    _mm512_mask_storeu_epi64(unassigned + w, here, _mm512_xor_si512(free_rows, win));
  }
  return (uint64_t)_mm512_reduce_add_epi64(bits);
}

KERNEL uint64_t claim(const uint64_t *mask, size_t words, uint64_t *unassigned, uint32_t number,
                      uint64_t *slices, size_t stride) {
  if (slices == NULL)
    return claim_only(mask, words, unassigned);
  __m512i bits = _mm512_setzero_si512();
  for (size_t w = 0; w < words; w += 8) {
    const __mmask8 here = words - w >= 8 ? 0xff : (__mmask8)((1U << (words - w)) - 1);
    __m512i free_rows = _mm512_maskz_loadu_epi64(here, unassigned + w);
    __m512i win = _mm512_and_si512(_mm512_maskz_loadu_epi64(here, mask + w), free_rows);
    if (_mm512_test_epi64_mask(win, win) == 0)
      continue;
    bits = _mm512_add_epi64(bits, _mm512_popcnt_epi64(win));
    _mm512_mask_storeu_epi64(unassigned + w, here, _mm512_xor_si512(free_rows, win));
    for (uint32_t left = number; left != 0; left &= left - 1) {
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

// Ranks, of 16 values at once: first as floats that are not above them (mask_ranks.h).

enum { QUARTERS = 4 }; // of 64 values

// What lies at each place of a table: the lowest bits of `places` count.
INLINE __m512 lookup_32(const float *table, __m512i places) {
  return _mm512_permutex2var_ps(_mm512_loadu_ps(table), places, _mm512_loadu_ps(table + 16));
}

#define LOOKUP(name, half, below)                                                                  \
  INLINE __m512 name(const float *table, __m512i places) {                                         \
    const __mmask16 upper = _mm512_test_epi32_mask(places, _mm512_set1_epi32(half));               \
    return _mm512_mask_blend_ps(upper, below(table, places), below(table + (half), places));       \
  }
LOOKUP(lookup_64, 32, lookup_32)
LOOKUP(lookup_128, 64, lookup_64)
LOOKUP(lookup_256, 128, lookup_128)
#undef LOOKUP

// The level `level` of a tree, or what lies behind its last.
INLINE __m512 lookup_level(const float *table, uint32_t level, __m512i places) {
  switch (level) {
  case 0:
  case 1:
  case 2:
  case 3: return _mm512_permutexvar_ps(places, _mm512_loadu_ps(table));
  case 4: return _mm512_permutexvar_ps(places, _mm512_loadu_ps(table + 16));
  case 5: return lookup_32(table + 32, places);
  case 6: return lookup_64(table + 64, places);
  case 7: return lookup_128(table + 128, places);
  default: return lookup_256(table + 256, places);
  }
}

// The ranks of 64 floats; which of them may be too low.
INLINE uint64_t search(const __m512 floats[QUARTERS], const struct seg_mask_tree *tree,
                       uint32_t levels, int8_t *ranks) {
  const __m512i one = _mm512_set1_epi32(1), first = _mm512_set1_epi32((1 << levels) + 128);
  __m512i places[QUARTERS];
  uint64_t ties = 0;
#pragma GCC unroll 4
  for (int i = 0; i < QUARTERS; i++)
    places[i] = one;
#pragma GCC unroll 8
  for (uint32_t level = 0; level < levels; level++)
#pragma GCC unroll 4
    for (int i = 0; i < QUARTERS; i++) {
      const __m512 nodes = lookup_level(tree->floats, level, places[i]);
      const __m512i left = _mm512_add_epi32(places[i], places[i]);
      const __mmask16 exceeds = _mm512_cmp_ps_mask(floats[i], nodes, _CMP_GT_OQ);
      places[i] = _mm512_mask_add_epi32(left, exceeds, left, one);
    }
#pragma GCC unroll 4
  for (int i = 0; i < QUARTERS; i++) {
    const __m512 doubtful = lookup_level(tree->floats, levels < 4 ? 4 : levels, places[i]);
    const __mmask16 tie = _mm512_cmp_ps_mask(floats[i], doubtful, _CMP_EQ_OQ);
    ties |= (uint64_t)tie << 16 * i;
    const __m128i bytes = _mm512_cvtepi32_epi8(_mm512_sub_epi32(places[i], first));
    _mm_storeu_si128((__m128i *)ranks + i, bytes);
  }
  return ties;
}

INLINE int64_t order_at(const void *values, bool are_doubles, int64_t row) {
  return are_doubles ? seg_number_order(((const double *)values)[row])
                     : ((const int64_t *)values)[row];
}

// What is not known by its float climbs over the thresholds whose floats are its own.
KERNEL void break_ties(const void *values, bool are_doubles, uint64_t ties,
                       const struct seg_mask_tree *tree, int8_t *ranks) {
  for (; ties != 0; ties &= ties - 1) {
    const int row = __builtin_ctzll(ties);
    const int64_t value = order_at(values, are_doubles, row);
    uint32_t rank = (uint32_t)(ranks[row] + 128);
    while (rank < tree->count && value > tree->thresholds[rank])
      rank++;
    ranks[row] = (int8_t)((int)rank - 128);
  }
}

INLINE void rank_all(const void *values, bool are_doubles, int64_t rows,
                     const struct seg_mask_tree *tree, uint32_t levels, int8_t *ranks) {
  for (int64_t first = 0; first < rows; first += 64) {
    const char *at = (const char *)values + 8 * first;
    __m512 floats[QUARTERS];
#pragma GCC unroll 4
    for (int i = 0; i < QUARTERS; i++) {
      enum { DOWN = _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC };
      __m256 half[2];
#pragma GCC unroll 2
      for (int h = 0; h < 2; h++)
        half[h] = are_doubles
                      ? _mm512_cvt_roundpd_ps(_mm512_castsi512_pd(load(at, 2 * i + h)), DOWN)
                      : _mm512_cvt_roundepi64_ps(load(at, 2 * i + h), DOWN);
      floats[i] = _mm512_insertf32x8(_mm512_castps256_ps512(half[0]), half[1], 1);
    }
    const uint64_t ties = search(floats, tree, levels, ranks + first);
    if (ties != 0)
      break_ties(at, are_doubles, ties, tree, ranks + first);
  }
}

#define RANK(name, are_doubles)                                                                    \
  KERNEL void name(const void *values, int64_t rows, const union seg_mask_ranking *ranking,        \
                   void *ranks) {                                                                  \
    const struct seg_mask_tree *tree = &ranking->tree;                                             \
    switch (tree->levels) {                                                                        \
    case 4: rank_all(values, are_doubles, rows, tree, 4, ranks); break;                            \
    case 5: rank_all(values, are_doubles, rows, tree, 5, ranks); break;                            \
    case 6: rank_all(values, are_doubles, rows, tree, 6, ranks); break;                            \
    case 7: rank_all(values, are_doubles, rows, tree, 7, ranks); break;                            \
    default: rank_all(values, are_doubles, rows, tree, 8, ranks); break;                           \
    }                                                                                              \
  }
RANK(rank_i64, false)
RANK(rank_f64, true)
#undef RANK

KERNEL void pick_bytes(const int8_t *codes, const uint8_t *numbers, uint32_t count,
                       uint8_t *picked) {
  const __mmask64 low = _bzhi_u64(UINT64_MAX, count < 64 ? count : 64);
  const __mmask64 high = _bzhi_u64(UINT64_MAX, count < 64 ? 0 : count - 64);
  const __m512i first = _mm512_maskz_loadu_epi8(low, numbers);
  const __m512i second = _mm512_maskz_loadu_epi8(high, numbers + 64);
  for (int i = 0; i < SEG_MASK_ROUND / 64; i++)
    _mm512_storeu_si512(picked + 64 * i, _mm512_permutex2var_epi8(first, load(codes, i), second));
}

// 64 bins of two bytes each.
INLINE __m512i lookup_bin(const uint16_t bins[SEG_MASK_BINS], __m512i numbers) {
  return _mm512_permutex2var_epi16(load(bins, 0), numbers, load(bins, 1));
}

// The ranks of 64 values, whose bins and lower bits are words.
INLINE void rank_words(const __m512i numbers[2], const __m512i lows[2],
                       const struct seg_mask_bins *bins, void *ranks, int64_t first) {
  const __m512i one = _mm512_set1_epi16(1);
  __m512i found[2];
#pragma GCC unroll 2
  for (int h = 0; h < 2; h++)
    found[h] = lookup_bin(bins->bases, numbers[h]);
  for (uint32_t step = 0; step < bins->steps; step++) {
#pragma GCC unroll 2
    for (int h = 0; h < 2; h++) {
      const __m512i threshold = lookup_bin(bins->lows[step], numbers[h]);
      const __mmask32 exceeds = _mm512_cmpgt_epu16_mask(lows[h], threshold);
      found[h] = _mm512_mask_add_epi16(found[h], exceeds, found[h], one);
    }
  }
#pragma GCC unroll 2
  for (int h = 0; h < 2; h++) {
    const __m512i near_zero = _mm512_sub_epi16(found[h], _mm512_set1_epi16(128));
    if (bins->count > SEG_MASK_RANK_MOST)
      _mm512_storeu_si512((uint16_t *)ranks + first + 32 * h, found[h]);
    else
      _mm256_storeu_si256((__m256i *)((int8_t *)ranks + first) + h,
                          _mm512_cvtepi16_epi8(near_zero));
  }
}

KERNEL void rank_i16(const void *values, int64_t rows, const union seg_mask_ranking *ranking,
                     void *ranks) {
  const struct seg_mask_bins *bins = &ranking->bins;
  const __m512i least = _mm512_set1_epi16((short)bins->least);
  const __m512i most = _mm512_set1_epi16((short)bins->most);
  const __m512i mask = _mm512_set1_epi16((short)((1U << bins->shift) - 1));
  for (int64_t w = 0; w < rows / 64; w++) {
    __m512i numbers[2], lows[2];
#pragma GCC unroll 2
    for (int h = 0; h < 2; h++) {
      __m512i value = _mm512_min_epi16(_mm512_max_epi16(load(values, 2 * w + h), least), most);
      value = _mm512_sub_epi16(value, least);
      numbers[h] = _mm512_srli_epi16(value, bins->shift);
      lows[h] = _mm512_and_si512(value, mask);
    }
    rank_words(numbers, lows, bins, ranks, 64 * w);
  }
}

KERNEL void rank_codes(const int16_t *codes, int64_t rows, const struct seg_mask_sketch *sketch,
                       int8_t *ranks, uint64_t *doubtful) {
  const struct seg_mask_bins *bins = &sketch->bins;
  const __m512i least = _mm512_set1_epi16((short)bins->least);
  const __m512i most = _mm512_set1_epi16((short)bins->most);
  const __m512i mask = _mm512_set1_epi16((short)((1U << bins->shift) - 1));
  const __m512i one = _mm512_set1_epi16(1);
  for (int64_t w = 0; w < rows / 64; w++) {
    __m512i numbers[2], lows[2], found[2];
    __mmask32 equal[2] = {0, 0};
#pragma GCC unroll 2
    for (int h = 0; h < 2; h++) {
      __m512i code = _mm512_min_epi16(_mm512_max_epi16(load(codes, 2 * w + h), least), most);
      code = _mm512_sub_epi16(code, least);
      numbers[h] = _mm512_srli_epi16(code, bins->shift);
      lows[h] = _mm512_slli_epi16(_mm512_and_si512(code, mask), 1);
      found[h] = lookup_bin(bins->bases, numbers[h]);
    }
    for (uint32_t step = 0; step < bins->steps; step++) {
#pragma GCC unroll 2
      for (int h = 0; h < 2; h++) {
        const __m512i threshold = lookup_bin(bins->lows[step], numbers[h]);
        const __mmask32 exceeds = _mm512_cmpgt_epu16_mask(lows[h], threshold);
        equal[h] |= _mm512_cmpeq_epi16_mask(lows[h], threshold);
        found[h] = _mm512_mask_add_epi16(found[h], exceeds, found[h], one);
      }
    }
#pragma GCC unroll 2
    for (int h = 0; h < 2; h++)
      _mm256_storeu_si256((__m256i *)(ranks + 64 * w) + h,
                          _mm512_cvtepi16_epi8(_mm512_sub_epi16(found[h], _mm512_set1_epi16(128))));
    doubtful[w] = _mm512_kunpackd(equal[1], equal[0]);
  }
}

KERNEL void rank_i32(const void *values, int64_t rows, const union seg_mask_ranking *ranking,
                     void *ranks) {
  const struct seg_mask_bins *bins = &ranking->bins;
  const __m512i least = _mm512_set1_epi32((int)bins->least);
  const __m512i most = _mm512_set1_epi32((int)bins->most);
  const __m512i mask = _mm512_set1_epi32((int)((1U << bins->shift) - 1));
  // The lower words of two vectors.
  const __m512i words =
      _mm512_set_epi16(62, 60, 58, 56, 54, 52, 50, 48, 46, 44, 42, 40, 38, 36, 34, 32, 30, 28, 26,
                       24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
  for (int64_t w = 0; w < rows / 64; w++) {
    __m512i numbers[2], lows[2];
#pragma GCC unroll 2
    for (int h = 0; h < 2; h++) {
      __m512i bin[2], low[2];
#pragma GCC unroll 2
      for (int q = 0; q < 2; q++) {
        const __m512i at = load(values, 4 * w + 2 * h + q);
        __m512i value = _mm512_min_epi32(_mm512_max_epi32(at, least), most);
        value = _mm512_sub_epi32(value, least);
        bin[q] = _mm512_srli_epi32(value, bins->shift);
        low[q] = _mm512_and_si512(value, mask);
      }
      numbers[h] = _mm512_permutex2var_epi16(bin[0], words, bin[1]);
      lows[h] = _mm512_permutex2var_epi16(low[0], words, low[1]);
    }
    rank_words(numbers, lows, bins, ranks, 64 * w);
  }
}

// Slices

enum { EIGHT = 8 };
#define BYTES(number) ((number) * INT64_C(0x0101010101010101))
#define EACH_WORD(first, by)                                                                       \
  (first) + 7 * (by), (first) + 6 * (by), (first) + 5 * (by), (first) + 4 * (by),                  \
      (first) + 3 * (by), (first) + 2 * (by), (first) + (by), (first)

// The words of eight vectors: word w of vector v becomes word v of vector w.
INLINE void transpose_words(__m512i vectors[EIGHT]) {
  __m512i pairs[EIGHT], fours[EIGHT];
#pragma GCC unroll 4
  for (int i = 0; i < 8; i += 2) {
    pairs[i / 2] = _mm512_unpacklo_epi64(vectors[i], vectors[i + 1]);
    pairs[i / 2 + 4] = _mm512_unpackhi_epi64(vectors[i], vectors[i + 1]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 8; i += 2) {
    fours[i] = _mm512_shuffle_i64x2(pairs[i], pairs[i + 1], 0x44);
    fours[i + 1] = _mm512_shuffle_i64x2(pairs[i], pairs[i + 1], 0xee);
  }
#pragma GCC unroll 2
  for (int odd = 0; odd < 2; odd++)
#pragma GCC unroll 2
    for (int i = 0; i < 2; i++) {
      const __m512i low = fours[4 * odd + i], high = fours[4 * odd + 2 + i];
      vectors[4 * i + odd] = _mm512_shuffle_i64x2(low, high, 0x88);
      vectors[4 * i + 2 + odd] = _mm512_shuffle_i64x2(low, high, 0xdd);
    }
}

// A byte of each of 512 numbers, every eight bytes in reverse order, as slices. The bits of eight
// bytes are a matrix that the multiplication turns; equal bits then come together.
INLINE void turn(__m512i bytes[EIGHT], uint64_t *slices) {
  const __m512i unit = _mm512_set1_epi64(INT64_C(-0x7fbfdfeff7fbfdff));
  const __m512i together = _mm512_set_epi64(EACH_WORD(INT64_C(0x3830282018100800), BYTES(1)));
#pragma GCC unroll 8
  for (int i = 0; i < EIGHT; i++)
    bytes[i] = _mm512_permutexvar_epi8(together, _mm512_gf2p8affine_epi64_epi8(unit, bytes[i], 0));
  transpose_words(bytes);
#pragma GCC unroll 8
  for (uint32_t b = 0; b < EIGHT; b++)
    _mm512_storeu_si512(slices + (size_t)8 * b, bytes[b]);
}

KERNEL void slice_i8(const void *values, int64_t low, int64_t high, uint32_t bits,
                     uint64_t *slices) {
  (void)bits;
  const __m512i least = _mm512_set1_epi8((char)low), most = _mm512_set1_epi8((char)high);
  const __m512i reverse = _mm512_set1_epi64(0x0001020304050607);
  const __m512i order = _mm512_or_si512(
      reverse, _mm512_set_epi64(BYTES(8), 0, BYTES(8), 0, BYTES(8), 0, BYTES(8), 0));
  __m512i bytes[EIGHT];
#pragma GCC unroll 8
  for (int i = 0; i < EIGHT; i++) {
    __m512i value = _mm512_min_epi8(_mm512_max_epi8(load(values, i), least), most);
    bytes[i] = _mm512_shuffle_epi8(_mm512_sub_epi8(value, least), order);
  }
  turn(bytes, slices);
}

KERNEL void slice_i16(const void *values, int64_t low, int64_t high, uint32_t bits,
                      uint64_t *slices) {
  const __m512i least = _mm512_set1_epi16((short)low), most = _mm512_set1_epi16((short)high);
  const __m512i first = _mm512_set_epi64(EACH_WORD(INT64_C(0x00020406080a0c0e), BYTES(16)));
  const __m512i second = _mm512_add_epi8(first, _mm512_set1_epi8(1));
  __m512i bytes[2][EIGHT];
  for (int i = 0; i < EIGHT; i++) {
    __m512i half[2];
    for (int h = 0; h < 2; h++) {
      half[h] = _mm512_min_epi16(_mm512_max_epi16(load(values, 2 * i + h), least), most);
      half[h] = _mm512_sub_epi16(half[h], least);
    }
    bytes[0][i] = _mm512_permutex2var_epi8(half[0], first, half[1]);
    bytes[1][i] = _mm512_permutex2var_epi8(half[0], second, half[1]);
  }
  turn(bytes[0], slices);
  if (bits > EIGHT)
    turn(bytes[1], slices + 64);
}

KERNEL void slice_i32(const void *values, int64_t low, int64_t high, uint32_t bits,
                      uint64_t *slices) {
  const __m512i least = _mm512_set1_epi32((int)low), most = _mm512_set1_epi32((int)high);
  const int64_t start = INT64_C(0x0004080c1014181c);
  const __m512i first = _mm512_set_epi64(
      start + BYTES(97), start + BYTES(65), start + BYTES(33), start + BYTES(1), start + BYTES(96),
      start + BYTES(64), start + BYTES(32), start); // the lowest bytes, then those behind them
  const __m512i third = _mm512_add_epi8(first, _mm512_set1_epi8(2));
  __m512i bytes[4][EIGHT];
  for (int i = 0; i < EIGHT; i++) {
    __m512i quarter[4];
    for (int q = 0; q < 4; q++) {
      quarter[q] = _mm512_min_epi32(_mm512_max_epi32(load(values, 4 * i + q), least), most);
      quarter[q] = _mm512_sub_epi32(quarter[q], least);
    }
    for (int upper = 0; upper < 2; upper++) {
      const __m512i wanted = upper ? third : first;
      __m512i low_rows = _mm512_permutex2var_epi8(quarter[0], wanted, quarter[1]);
      __m512i high_rows = _mm512_permutex2var_epi8(quarter[2], wanted, quarter[3]);
      bytes[2 * upper][i] = _mm512_shuffle_i64x2(low_rows, high_rows, 0x44);
      bytes[2 * upper + 1][i] = _mm512_shuffle_i64x2(low_rows, high_rows, 0xee);
    }
  }
  for (uint32_t byte = 0; byte * EIGHT < bits; byte++)
    turn(bytes[byte], slices + (size_t)byte * 64);
}
#define SLICE_BY_HAND
#define RANK_CODES_BY_HAND
#define BINS      SEG_MASK_BINS
#define RANK_WIDE rank_i64, rank_f64

#include "runtime/filter/mask_kernels_body.h"
#endif
