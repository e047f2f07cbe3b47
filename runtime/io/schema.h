/**
 * The columns that a binding's data has, and the query that reads some of them; private to this
 * room.
 *
 * In the query columns are called c0, c1, ... by their position: names of the data never meet SQL,
 * whose own rules (case, doubles, quotes) would get between an exact name and its column.
 */
#ifndef SEG_RUNTIME_IO_SCHEMA_H
#define SEG_RUNTIME_IO_SCHEMA_H

#include <stdint.h>

#include "runtime/base/arena.h"
#include "runtime/io/binding.h"
#include "runtime/io/convert.h"
#include "runtime/io/csv_file.h"
#include "runtime/io/duck.h"
#include "runtime/parquet/parquet_file.h"

struct seg_schema {
  uint32_t count;
  struct seg_str *names;        // in Unicode normalization form C
  struct seg_reading *readings; // how each arrives
  bool *casts;                  // must be cast to VARCHAR in the query
  bool *unreadable;             // nested types, BLOB, TIME, INTERVAL: no reading
  struct seg_csv_header csv;    // CSV: common to all files
  struct seg_str place;         // what a message calls the data: a file, a pattern's first file ...
};

/** Look at every file (or prepare the query) and check that all files agree. */
SEG_NODISCARD enum seg_status seg_schema_read(struct seg_arena *arena, struct seg_duck *duck,
                                              const struct seg_binding *binding,
                                              struct seg_schema *schema, struct seg_error *error);

/**
 * The same for Parquet files by their footers, which `files` keeps (one a file of the binding).
 * False when only DuckDB can say what the columns are, or what is wrong with a file. A column that
 * is not known here counts as unreadable.
 */
SEG_NODISCARD bool seg_schema_read_footers(struct seg_arena *arena,
                                           const struct seg_binding *binding,
                                           struct seg_parquet_file *files,
                                           struct seg_schema *schema);

/** Room for so many columns; false when memory is out. */
SEG_NODISCARD bool seg_schema_allocate(struct seg_arena *arena, struct seg_schema *schema,
                                       size_t count);

/** The number of a column; an error with a suggestion when it is not there. */
SEG_NODISCARD enum seg_status seg_schema_find(const struct seg_schema *schema, struct seg_str name,
                                              uint32_t *column, struct seg_error *error);

/**
 * The query that reads `columns` in order; allocated with malloc, NULL when memory is out. With
 * `tolerant` (CSV only) broken rows are skipped and rows `first` .. `last` - 1 are read.
 */
struct seg_read_range {
  bool tolerant;
  int64_t first, last;
};
char *seg_schema_query(const struct seg_schema *schema, const struct seg_binding *binding,
                       const uint32_t *columns, uint32_t column_count,
                       const struct seg_read_range *range);

#endif
