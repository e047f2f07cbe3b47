/**
 * Exact fractions of 64-bit integers; what does not fit raises a flag, after which values mean
 * nothing. Private to compiler/prove.
 */
#ifndef SEG_COMPILER_PROVE_RATIO_H
#define SEG_COMPILER_PROVE_RATIO_H

#include <stdbool.h>
#include <stdint.h>

/** Reduced; the denominator is above 0. */
struct seg_ratio {
  int64_t above, below;
};

static inline struct seg_ratio seg_ratio_whole(int64_t value) {
  return (struct seg_ratio){value, 1};
}

/** The greatest number that divides both, which are not negative. */
static inline __int128 seg_ratio_divisor(__int128 a, __int128 b) {
  while (b > UINT64_MAX) {
    __int128 rest = a % b;
    a = b;
    b = rest;
  }
  if (b == 0)
    return a;
  // From here on words of 64 bits are enough, which are much faster.
  uint64_t x = (uint64_t)b, y = (uint64_t)(a > UINT64_MAX ? a % b : a);
  while (y != 0) {
    uint64_t rest = x % y;
    x = y;
    y = rest;
  }
  return x;
}

static inline struct seg_ratio seg_ratio_reduce(__int128 above, __int128 below, bool *overflow) {
  __int128 divisor = seg_ratio_divisor(above < 0 ? -above : above, below < 0 ? -below : below);
  if (divisor > 1) {
    above /= divisor;
    below /= divisor;
  }
  if (below < 0) {
    above = -above;
    below = -below;
  }
  if (above > INT64_MAX || above < -INT64_MAX || below > INT64_MAX || below == 0) {
    *overflow = true;
    return seg_ratio_whole(0);
  }
  return (struct seg_ratio){(int64_t)above, (int64_t)below};
}

static inline struct seg_ratio seg_ratio_add(struct seg_ratio a, struct seg_ratio b,
                                             bool *overflow) {
  int64_t sum;
  if (a.below == 1 && b.below == 1 && !__builtin_add_overflow(a.above, b.above, &sum) &&
      sum != INT64_MIN)
    return seg_ratio_whole(sum);
  // Each product is below 2^126, so that their sum fits.
  return seg_ratio_reduce((__int128)a.above * b.below + (__int128)b.above * a.below,
                          (__int128)a.below * b.below, overflow);
}

static inline struct seg_ratio seg_ratio_multiply(struct seg_ratio a, struct seg_ratio b,
                                                  bool *overflow) {
  int64_t product;
  if (a.below == 1 && b.below == 1 && !__builtin_mul_overflow(a.above, b.above, &product) &&
      product != INT64_MIN)
    return seg_ratio_whole(product);
  return seg_ratio_reduce((__int128)a.above * b.above, (__int128)a.below * b.below, overflow);
}

static inline struct seg_ratio seg_ratio_negate(struct seg_ratio a) {
  return (struct seg_ratio){-a.above, a.below};
}

/** `a` is not 0. */
static inline struct seg_ratio seg_ratio_invert(struct seg_ratio a) {
  return a.above < 0 ? (struct seg_ratio){-a.below, -a.above}
                     : (struct seg_ratio){a.below, a.above};
}

static inline int seg_ratio_compare(struct seg_ratio a, struct seg_ratio b) {
  if (a.below == b.below)
    return (a.above > b.above) - (a.above < b.above);
  __int128 left = (__int128)a.above * b.below, right = (__int128)b.above * a.below;
  return (left > right) - (left < right);
}

static inline int64_t seg_ratio_floor(struct seg_ratio a) {
  return a.above / a.below - (a.above % a.below < 0);
}

static inline int64_t seg_ratio_ceil(struct seg_ratio a) {
  return a.above / a.below + (a.above % a.below > 0);
}

#endif
