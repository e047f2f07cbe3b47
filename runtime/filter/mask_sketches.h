/**
 * Sketches: a column of fractions with many comparisons, or few, compared by 16-bit codes that a
 * prepared store has beside its values (after B. Hentschel, M. Kester and S. Idreos, "Column
 * Sketches", SIGMOD 2018).
 *
 * Codes rise with the values. A value whose code is below or above that of a threshold is decided.
 * One with the same code is looked up and compared in full, unless the code begins just where
 * values exceed the threshold. So a quarter of the bytes is read, and little else.
 */
#ifndef SEG_RUNTIME_FILTER_MASK_SKETCHES_H
#define SEG_RUNTIME_FILTER_MASK_SKETCHES_H

#include "runtime/filter/mask_ranks.h"

/** Of 1 to SEG_MASK_RANK_MOST - 1 finished thresholds of seg_number_order; as the kernels want it.
 * False when there are more, or too many in one place. */
bool seg_mask_sketch_build(struct seg_mask_sketch *sketch,
                           const struct seg_mask_thresholds *thresholds,
                           const struct seg_code_bounds *bounds,
                           const struct seg_mask_kernels *kernels);

/** Ask memory for the values that are doubtful. */
void seg_mask_sketch_fetch(const double *values, int64_t rows, const uint64_t *doubtful);

/** Rank those of `rows` values in full that are doubtful (bits, as the kernel found them). */
void seg_mask_sketch_settle(const struct seg_mask_sketch *sketch, const double *values,
                            int64_t rows, const uint64_t *doubtful, int8_t *ranks);

#endif
