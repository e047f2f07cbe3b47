/**
 * Cut points of quantiles, and fractions in their order. Exact: nothing here rounds but the cut of
 * two doubles. The compiled rules and the reference evaluator both ask these functions, so that a
 * value beside a cut is never decided in two ways.
 *
 * Cut i of n over m known values v_0 <= ... <= v_(m-1) lies at h = (m - 1) * i / n: between v_k and
 * v_(k+1), k = floor(h), by linear interpolation (Hyndman and Fan 1996, definition 7). So a cut is
 * low + part / parts * (high - low), with part / parts = h - k; for part = 0 it is `low` itself.
 */
#ifndef SEG_RUNTIME_RANK_QUANTILE_CUT_H
#define SEG_RUNTIME_RANK_QUANTILE_CUT_H

#include <stdbool.h>
#include <stdint.h>

/** denominator > 0 */
struct seg_fraction {
  int64_t numerator, denominator;
};

/** Negative, zero or positive, exactly. */
int seg_fraction_compare(struct seg_fraction a, struct seg_fraction b);

/** Where cut `number` of `parts` lies among `count` > 0 values in rising order. */
struct seg_cut_place {
  uint64_t low, high;   // positions from 0; equal when part is 0
  uint32_t part, parts; // part < parts
};
struct seg_cut_place seg_cut_place(uint64_t count, uint32_t number, uint32_t parts);

/** Is the cut between low <= high smaller than x? */
bool seg_cut_below_integer(const struct seg_cut_place *place, int64_t low, int64_t high, int64_t x);
bool seg_cut_below_number(const struct seg_cut_place *place, double low, double high, double x);
bool seg_cut_below_fraction(const struct seg_cut_place *place, struct seg_fraction low,
                            struct seg_fraction high, struct seg_fraction x);

#endif
