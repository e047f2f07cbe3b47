/**
 * Rows for a generated program, in the three forms the test needs: the data set of the reference
 * evaluator, columns for the memory source, and text for people and for regression files.
 *
 * A table's columns are found by name, so that a program from which columns were dropped, or one
 * that was written by hand, can be run on the same rows.
 */
#ifndef SEG_TESTS_DIFFERENTIAL_DATA_H
#define SEG_TESTS_DIFFERENTIAL_DATA_H

#include <stdio.h>

#include "compiler/reference/dataset.h"
#include "runtime/column/column.h"
#include "runtime/io/source.h"

enum { DATA_MAX_COLUMNS = 16, DATA_MAX_TABLES = 6 };

struct data_column {
  struct seg_str name;
  enum seg_type_kind kind;
};

struct data_table {
  struct seg_str name; // "customer", or the event's or list's
  bool key_is_text;
  uint32_t column_count;
  struct data_column columns[DATA_MAX_COLUMNS];
  SEG_VEC(struct seg_row) rows; // values in the order of the columns above
};

struct data {
  struct seg_arena arena;
  int32_t as_of;
  uint32_t table_count;
  struct data_table tables[DATA_MAX_TABLES];
};

void data_init(struct data *data);
void data_deinit(struct data *data);

/** NULL when there is none. */
struct data_table *data_table(struct data *data, struct seg_str name);

// data_dataset.c
/**
 * The rows as the program's columns want them; events that the plan does not read stay empty, as
 * they do in a run. Lives in the arena, besides the row lists: seg_dataset_deinit.
 */
void data_dataset(struct data *data, const struct seg_program *program, const bool *reads_event,
                  struct seg_arena *arena, struct seg_dataset *dataset);

/** The columns of one entity of the plan. */
struct data_columns {
  struct seg_column key, days;
  uint32_t input_count;
  struct seg_column *inputs;
  struct seg_column_view *views;
  struct seg_memory_rows rows;
};

void data_columns_init(struct data_columns *columns, struct data *data,
                       const struct seg_plan_entity *entity, int64_t morsel_rows);
void data_columns_deinit(struct data_columns *columns);

// data_text.c
/** Tables without rows are left out. */
void data_write(const struct data *data, FILE *out);

/** Read what data_write wrote, from a text that ends with NUL and outlives the data; false with a
 * line on stderr. */
bool data_read(struct data *data, const char *text);

#endif
