// Cut points of quantiles; see quantile_cut.h.
#include "runtime/rank/quantile_cut.h"

#include <math.h>

int seg_fraction_compare(struct seg_fraction a, struct seg_fraction b) {
  __int128 left = (__int128)a.numerator * b.denominator;
  __int128 right = (__int128)b.numerator * a.denominator;
  return (left > right) - (left < right);
}

struct seg_cut_place seg_cut_place(uint64_t count, uint32_t number, uint32_t parts) {
  unsigned __int128 h = (unsigned __int128)(count - 1) * number;
  struct seg_cut_place place = {
      .low = (uint64_t)(h / parts), .part = (uint32_t)(h % parts), .parts = parts};
  place.high = place.low + (place.part > 0);
  return place;
}

bool seg_cut_below_integer(const struct seg_cut_place *place, int64_t low, int64_t high,
                           int64_t x) {
  __int128 cut = (__int128)place->parts * low + (__int128)place->part * ((__int128)high - low);
  return cut < (__int128)place->parts * x;
}

bool seg_cut_below_number(const struct seg_cut_place *place, double low, double high, double x) {
  if (place->part == 0)
    return low < x;
  double share = (double)place->part / (double)place->parts;
  double distance = high - low;
  // Halves of numbers that far apart are exact.
  double cut =
      isfinite(distance) ? low + share * distance : 2 * (low / 2 + share * (high / 2 - low / 2));
  return cut < x;
}

/** 256 bits in two's complement, the lowest first: a product of three numbers of 64 bits. */
struct wide {
  uint64_t words[4];
};

static struct wide wide_of(int64_t value) {
  uint64_t sign = value < 0 ? UINT64_MAX : 0;
  return (struct wide){{(uint64_t)value, sign, sign, sign}};
}

static struct wide times(struct wide a, uint64_t factor) {
  unsigned __int128 carry = 0;
  for (int i = 0; i < 4; i++) {
    carry += (unsigned __int128)a.words[i] * factor;
    a.words[i] = (uint64_t)carry;
    carry >>= 64;
  }
  return a;
}

static struct wide plus(struct wide a, struct wide b) {
  unsigned __int128 carry = 0;
  for (int i = 0; i < 4; i++) {
    carry += (unsigned __int128)a.words[i] + b.words[i];
    a.words[i] = (uint64_t)carry;
    carry >>= 64;
  }
  return a;
}

static bool is_below(struct wide a, struct wide b) {
  if (a.words[3] != b.words[3])
    return (int64_t)a.words[3] < (int64_t)b.words[3];
  for (int i = 2; i > 0; i--)
    if (a.words[i] != b.words[i])
      return a.words[i] < b.words[i];
  return a.words[0] < b.words[0];
}

// ((parts - part) * low + part * high) / parts < x, multiplied by parts and all denominators.
bool seg_cut_below_fraction(const struct seg_cut_place *place, struct seg_fraction low,
                            struct seg_fraction high, struct seg_fraction x) {
  struct wide from_low = times(wide_of(low.numerator), place->parts - place->part);
  from_low = times(times(from_low, (uint64_t)high.denominator), (uint64_t)x.denominator);
  struct wide from_high = times(wide_of(high.numerator), place->part);
  from_high = times(times(from_high, (uint64_t)low.denominator), (uint64_t)x.denominator);
  struct wide right = times(wide_of(x.numerator), place->parts);
  right = times(times(right, (uint64_t)low.denominator), (uint64_t)high.denominator);
  return is_below(plus(from_low, from_high), right);
}
