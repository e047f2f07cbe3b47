/**
 * Slices: many comparisons of one column with constants, on bits instead of numbers.
 *
 * What values exceed the least threshold by is a number of few bits. Bit b of 512 rows is a vector,
 * the b-th slice. The bits are cut into digits of some bits each. For every digit there is a table
 * of grades: vectors that say whose digit is at least 0, 1, 2 and so on, each of them one operation
 * on two others. A comparison with a threshold is then an operation or two a digit, for 512 rows.
 */
#ifndef SEG_RUNTIME_FILTER_MASK_SLICES_H
#define SEG_RUNTIME_FILTER_MASK_SLICES_H

#include "runtime/filter/mask_kernels.h"

/** The cheapest digits for so many thresholds; numbers have up to `bits` bits, at most 32. */
void seg_mask_digits_choose(struct seg_mask_digits *digits, uint32_t bits, uint32_t thresholds);

/** What so many thresholds of numbers of so many bits cost: vectors that are read or written. */
uint64_t seg_mask_digits_cost(uint32_t bits, uint32_t thresholds);

/** places[d] = where the grade of the threshold's digit d lies, in bytes of the table. */
void seg_mask_digits_place(const struct seg_mask_digits *digits, uint32_t threshold,
                           uint16_t *places);

#endif
