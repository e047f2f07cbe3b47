/**
 * Derived columns: what the run itself knows of a customer and rules can ask for. Filled a batch at
 * a time, beside the fold cells.
 */
#ifndef SEG_RUNTIME_RUN_DERIVED_H
#define SEG_RUNTIME_RUN_DERIVED_H

#include "runtime/column/column.h"
#include "runtime/plan/plan.h"

/** Values and known bits of one derived column for customers first .. first + rows - 1, whose keys
 * are `keys`, into a worker's own buffers. */
void seg_derived_fill(const struct seg_plan_derived *derived, const struct seg_column_view *keys,
                      uint64_t first, uint32_t rows, void *values, uint64_t *known);

#endif
