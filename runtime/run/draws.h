/**
 * Draws of a batch of customers by their keys (runtime/base/draw.h): buckets and control groups.
 * `keys` are those of all customers; the batch is customers first .. first + rows - 1.
 */
#ifndef SEG_RUNTIME_RUN_DRAWS_H
#define SEG_RUNTIME_RUN_DRAWS_H

#include "runtime/column/column.h"
#include "runtime/plan/plan.h"

void seg_draws_buckets(const struct seg_plan_derived *derived, const struct seg_column_view *keys,
                       uint64_t first, uint32_t rows, int64_t *values);

/** The control group among `members`, as a bitmap over the batch; how many they are. */
uint64_t seg_draws_hold_out(const struct seg_plan_holdout *holdout,
                            const struct seg_column_view *keys, uint64_t first, uint32_t rows,
                            const uint64_t *members, uint64_t *held_out);

#endif
