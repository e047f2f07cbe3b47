/**
 * From the typed program to the plan: which columns are read, which cells are folded, which steps
 * run.
 *
 * Equal expressions become one step, equal aggregates one cell, whichever segments they come from.
 * Columns that no rule needs are not read. Nothing here depends on the as-of day or on the data.
 */
#ifndef SEG_COMPILER_LOWER_LOWER_H
#define SEG_COMPILER_LOWER_LOWER_H

#include "compiler/diag/source_map.h"
#include "compiler/sema/program.h"
#include "runtime/plan/plan.h"

/** Fill `plan` (initialised, empty) from a program without errors. The plan owns copies of all
 * texts. */
SEG_NODISCARD enum seg_status seg_lower(const struct seg_program *program,
                                        const struct seg_source_map *map, struct seg_plan *plan,
                                        struct seg_error *error);

/**
 * The entities alone, with every declared column as an input, and events their instant: what
 * runtime/prepare reads. Nothing else of the plan is filled, and it is not verified.
 */
SEG_NODISCARD enum seg_status seg_lower_declared(const struct seg_program *program,
                                                 struct seg_plan *plan, struct seg_error *error);

#endif
