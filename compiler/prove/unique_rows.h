/**
 * Events that `unique by` would take for one must be told apart, for a witness has as many as were
 * asked for.
 */
#ifndef SEG_COMPILER_PROVE_UNIQUE_ROWS_H
#define SEG_COMPILER_PROVE_UNIQUE_ROWS_H

#include "compiler/prove/query.h"
#include "compiler/reference/dataset.h"

/** Does an expression over the event read this column? `node` may be NULL. */
bool seg_looks_at_column(const struct seg_program_entity *entity, const struct seg_node *node,
                         uint32_t column);

/** Does the question look at this column of the event? */
bool seg_event_looks_at(const struct seg_event_space *space, uint32_t column);

/** Number a row in a column of `unique by` that the question does not look at. False when memory is
 * out. */
SEG_NODISCARD bool seg_unique_number(const struct seg_event_space *space, size_t number,
                                     struct seg_value *values, struct seg_arena *arena);

/** Is it one of the earlier rows again? Moments never are. */
bool seg_unique_repeats(const struct seg_program_entity *entity, const struct seg_value *values,
                        const struct seg_rows *earlier);

/** Assert that the row differs from the earlier ones in what the question looks at. */
void seg_unique_assert(struct seg_solver *solver, const struct seg_row_terms *row,
                       const struct seg_rows *earlier);

#endif
