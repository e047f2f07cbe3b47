// By zlib, and in 64 bytes at a time where the processor multiplies without carry; see
// page_checksum.h.
#include "runtime/parquet/page_checksum.h"

#include <zlib.h>

#ifdef __x86_64__
#include <immintrin.h>

enum { LANE = 16, LANES = 4, STRIDE = LANE * LANES, SHORTEST = 4 * STRIDE };

// A polynomial of 128 bits, as many places further up as `powers` are for; the rest of the division
// stays the same.
__attribute__((target("pclmul,sse4.1"))) static inline __m128i further(__m128i value,
                                                                       __m128i powers) {
  return _mm_xor_si128(_mm_clmulepi64_si128(value, powers, 0x00),
                       _mm_clmulepi64_si128(value, powers, 0x11));
}

// All whole strides become 16 bytes with the same rest (Gopal and others, "Fast CRC Computation for
// Generic Polynomials Using PCLMULQDQ Instruction", Intel 2009), of which zlib makes the checksum.
__attribute__((target("pclmul,sse4.1"))) static uint32_t
fold_strides(uint32_t checksum, const unsigned char *at, size_t strides) {
  // x to the powers 544 and 480, and 160 and 96, modulo the polynomial, bits reversed.
  const __m128i by_stride = _mm_set_epi64x(0x1c6e41596, 0x154442bd4);
  const __m128i by_lane = _mm_set_epi64x(0x0ccaa009e, 0x1751997d0);
  __m128i lanes[LANES];
  unsigned char rest[LANE];
  for (int i = 0; i < LANES; i++)
    lanes[i] = _mm_loadu_si128((const __m128i *)at + i);
  lanes[0] = _mm_xor_si128(lanes[0], _mm_cvtsi32_si128((int)~checksum));
  for (at += STRIDE; strides > 1; strides--, at += STRIDE)
    for (int i = 0; i < LANES; i++)
      lanes[i] =
          _mm_xor_si128(further(lanes[i], by_stride), _mm_loadu_si128((const __m128i *)at + i));
  for (int i = 1; i < LANES; i++)
    lanes[0] = _mm_xor_si128(further(lanes[0], by_lane), lanes[i]);
  _mm_storeu_si128((__m128i *)rest, lanes[0]);
  return (uint32_t)crc32_z(UINT32_MAX, rest, sizeof rest);
}

uint32_t seg_page_checksum(uint32_t checksum, const void *bytes, size_t size) {
  const unsigned char *at = bytes;
  if (size >= SHORTEST && __builtin_cpu_supports("pclmul")) {
    checksum = fold_strides(checksum, at, size / STRIDE);
    at += size / STRIDE * STRIDE;
    size %= STRIDE;
  }
  return size == 0 ? checksum : (uint32_t)crc32_z(checksum, at, size);
}

#else

uint32_t seg_page_checksum(uint32_t checksum, const void *bytes, size_t size) {
  return size == 0 ? checksum : (uint32_t)crc32_z(checksum, bytes, size);
}

#endif
