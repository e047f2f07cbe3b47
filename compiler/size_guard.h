/**
 * The guard behind the `size` clause: a segment whose share or count left its declared range trips
 * it.
 */
#ifndef SEG_COMPILER_SIZE_GUARD_H
#define SEG_COMPILER_SIZE_GUARD_H

#include "compiler/sema/program.h"

/** Does any segment declare a size that a run can leave? */
bool seg_size_guard_applies(const struct seg_program *program);

/**
 * Compare the members of every segment with its `size` clause, exactly. SEG_OK, or SEG_LIMIT with
 * the first segment that is outside. Shares are not checked for a run without customers.
 */
SEG_NODISCARD enum seg_status seg_size_guard(const struct seg_program *program,
                                             const uint64_t *members, uint64_t customers,
                                             struct seg_error *error);

#endif
