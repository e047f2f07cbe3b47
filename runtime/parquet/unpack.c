// Unpacking one number after the other, and eight at once where the processor can; see unpack.h.
#include "runtime/parquet/unpack.h"

#include <stdbool.h>
#include <string.h>

static uint64_t load(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

static uint32_t unpack_each(const uint8_t *packed, uint64_t bit, uint32_t width, uint32_t count,
                            uint32_t *to) {
  uint64_t mask = (UINT64_C(1) << width) - 1;
  uint32_t largest = 0;
  for (uint32_t i = 0; i < count; i++, bit += width) {
    to[i] = (uint32_t)(load(packed + (bit >> 3)) >> (bit & 7) & mask);
    largest = to[i] > largest ? to[i] : largest;
  }
  return largest;
}

#ifdef __x86_64__
#include <immintrin.h>

// Eight numbers begin and end with a byte. Four of them lie in each half of a register, where the
// four bytes of each come to its place and are shifted: numbers of at most 25 bits lie in four
// bytes wherever they begin.
enum { GROUP = 8, WIDEST_GROUPED = 25 };

__attribute__((target("avx2"))) static uint32_t unpack_groups(const uint8_t *at, uint32_t width,
                                                              uint32_t groups, uint32_t *to) {
  uint8_t bytes[4 * GROUP];
  uint32_t shifts[GROUP], half = 4 * width / 8;
  for (uint32_t i = 0; i < GROUP; i++) {
    uint32_t bit = i < GROUP / 2 ? i * width : i * width - 8 * half;
    shifts[i] = bit % 8;
    for (uint32_t b = 0; b < 4; b++)
      bytes[4 * i + b] = (uint8_t)(bit / 8 + b);
  }
  const __m256i places = _mm256_loadu_si256((const __m256i *)bytes);
  const __m256i shift = _mm256_loadu_si256((const __m256i *)shifts);
  const __m256i mask = _mm256_set1_epi32((int)((UINT32_C(1) << width) - 1));
  __m256i largest = _mm256_setzero_si256();
  for (uint32_t g = 0; g < groups; g++, at += width, to += GROUP) {
    __m128i low = _mm_loadu_si128((const __m128i *)at);
    __m128i high = _mm_loadu_si128((const __m128i *)(at + half));
    __m256i values = _mm256_shuffle_epi8(_mm256_set_m128i(high, low), places);
    values = _mm256_and_si256(_mm256_srlv_epi32(values, shift), mask);
    largest = _mm256_max_epu32(largest, values);
    _mm256_storeu_si256((__m256i *)to, values);
  }
  uint32_t each[GROUP], most = 0;
  _mm256_storeu_si256((__m256i *)each, largest);
  for (uint32_t i = 0; i < GROUP; i++)
    most = each[i] > most ? each[i] : most;
  return most;
}

uint32_t seg_unpack(const uint8_t *packed, uint64_t bit, uint32_t width, uint32_t count,
                    uint32_t *to) {
  uint32_t groups = count / GROUP;
  if (bit % 8 != 0 || groups == 0 || width > WIDEST_GROUPED || !__builtin_cpu_supports("avx2"))
    return unpack_each(packed, bit, width, count, to);
  uint32_t most = unpack_groups(packed + bit / 8, width, groups, to);
  uint32_t done = groups * GROUP;
  uint32_t rest = unpack_each(packed, bit + (uint64_t)done * width, width, count - done, to + done);
  return most > rest ? most : rest;
}
#else
uint32_t seg_unpack(const uint8_t *packed, uint64_t bit, uint32_t width, uint32_t count,
                    uint32_t *to) {
  return unpack_each(packed, bit, width, count, to);
}
#endif
