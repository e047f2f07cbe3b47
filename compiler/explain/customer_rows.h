/**
 * The rows of one customer, read from the sources: as columns, for compiled rules, and row by row,
 * for the reference evaluator. Everybody else's rows are looked at and let go, so memory stays
 * small; a bad value in them is still reported, as in a run. Only when the rules compare all
 * customers are everybody's rows kept.
 */
#ifndef SEG_COMPILER_EXPLAIN_CUSTOMER_ROWS_H
#define SEG_COMPILER_EXPLAIN_CUSTOMER_ROWS_H

#include "compiler/reference/dataset.h"
#include "runtime/io/source.h"
#include "runtime/plan/plan.h"
#include "runtime/run/run.h"

/** The rows of one entity, in the layouts of its plan inputs. */
struct seg_customer_columns {
  struct seg_column key, days;
  uint32_t input_count;
  struct seg_column *inputs;
  struct seg_column_view *views;
  struct seg_memory_rows rows; // borrows from the columns
};

struct seg_customer_rows {
  struct seg_arena arena; // texts and values
  struct seg_customer_columns customer;
  uint32_t event_count;
  struct seg_customer_columns *events;
  uint32_t list_count;
  struct seg_customer_columns *lists; // NULL: all lists are empty
  struct seg_dataset dataset;         // borrows from all of the above
};

/** Empty: seg_rows_columns_init makes the columns of the entities that are read. Deinit in any
 * case. */
SEG_NODISCARD enum seg_status seg_customer_rows_init(struct seg_customer_rows *rows,
                                                     uint32_t event_count, struct seg_error *error);

/** Columns in the layouts of the entity's inputs, to be filled row by row. */
SEG_NODISCARD enum seg_status seg_rows_columns_init(struct seg_customer_columns *columns,
                                                    const struct seg_plan_entity *entity,
                                                    bool key_is_text, struct seg_error *error);

/** After the last row: set `rows`. */
void seg_rows_columns_finish(struct seg_customer_columns *columns);

/**
 * Read every source of `sources` to its end. A key is the customer's when it is the text `key`, or
 * the integer whose decimal form it is. Columns that no rule needs are not read; in the data set
 * they are missing. With ranks in the plan the rows are those of all customers. Errors: those of
 * the sources. Deinit in any case.
 */
SEG_NODISCARD enum seg_status seg_customer_rows_read(struct seg_customer_rows *rows,
                                                     const struct seg_program *program,
                                                     const struct seg_plan *plan,
                                                     const struct seg_run_sources *sources,
                                                     struct seg_str key, struct seg_error *error);
void seg_customer_rows_deinit(struct seg_customer_rows *rows);

#endif
