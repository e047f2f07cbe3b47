/**
 * Rows that are in memory already, as columns for compiled rules: those of tests and witnesses.
 */
#ifndef SEG_COMPILER_EXPLAIN_DATASET_COLUMNS_H
#define SEG_COMPILER_EXPLAIN_DATASET_COLUMNS_H

#include "compiler/explain/customer_rows.h"

/**
 * The columns of everything that the plan reads, out of a data set, which lends its texts. `rows`
 * is initialised; its own data set is not touched. SEG_OUT_OF_MEMORY.
 */
SEG_NODISCARD enum seg_status seg_rows_columns_fill(struct seg_customer_rows *rows,
                                                    const struct seg_program *program,
                                                    const struct seg_plan *plan,
                                                    const struct seg_dataset *dataset,
                                                    struct seg_error *error);

#endif
