/**
 * A table function "segc_result()" that hands the rows of a result to DuckDB, chunk by chunk in
 * customer order; private to this room.
 */
#ifndef SEG_RUNTIME_IO_SINK_ROWS_H
#define SEG_RUNTIME_IO_SINK_ROWS_H

#include <duckdb.h>
#include <stdatomic.h>

#include "runtime/io/sink.h"

#define SEG_SINK_FUNCTION "segc_result"

/** What the function reads; must live until the connection is closed. */
struct seg_sink_rows {
  const struct seg_result_view *result;
  const atomic_bool *interrupted; // may be NULL
};

/** Register the function on a connection; false when memory is out. */
bool seg_sink_rows_register(duckdb_connection connection, struct seg_sink_rows *rows);

#endif
