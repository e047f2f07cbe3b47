/**
 * Rows out of models: the values of the customer's columns, and events of a cell.
 */
#ifndef SEG_COMPILER_PROVE_SAMPLES_H
#define SEG_COMPILER_PROVE_SAMPLES_H

#include "compiler/prove/query.h"
#include "compiler/reference/dataset.h"

enum seg_sampled { SEG_SAMPLE_MADE, SEG_SAMPLE_NONE, SEG_SAMPLE_NO_MEMORY };

/** The values of a row in the present model, per column of its entity; what no rule looks at is
 * missing or plain. All of it lives in `arena`. NONE: a value that does not fit. */
enum seg_sampled seg_sample_row(const struct seg_query *query, const struct seg_row_terms *row,
                                int32_t as_of, struct seg_arena *arena, struct seg_value **values);

/**
 * On an as-of day: the values of one event of a cell whose arguments have these values, per
 * argument of its space (looked at where the cell sums them or asks for their ends). Asked of the
 * vocabulary's solver, and kept there; the values live in `arena`. It differs from the `earlier`
 * ones in what is looked at of `unique by` (NULL: it need not). NONE: no such event was found.
 */
enum seg_sampled seg_sample_event(struct seg_query *query, struct seg_event_space *space,
                                  const struct seg_cell *cell, const int64_t *arguments,
                                  int32_t as_of, const struct seg_rows *earlier,
                                  struct seg_arena *arena, struct seg_value **values);

#endif
