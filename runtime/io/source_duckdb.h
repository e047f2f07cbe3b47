/**
 * What the files of the DuckDB source share; private to this room.
 */
#ifndef SEG_RUNTIME_IO_SOURCE_DUCKDB_H
#define SEG_RUNTIME_IO_SOURCE_DUCKDB_H

#include <pthread.h>

#include "runtime/base/arena.h"
#include "runtime/io/decode.h"
#include "runtime/io/duck.h"
#include "runtime/io/gzip_check.h"
#include "runtime/io/schema.h"
#include "runtime/io/source.h"

/** The query while it runs. */
struct seg_duck_scan {
  duckdb_prepared_statement statement;
  duckdb_pending_result pending;
  duckdb_result result;
  bool has_result;
};

enum seg_duck_scan_state {
  SEG_SCAN_FRESH,
  SEG_SCAN_RUNNING,
  SEG_SCAN_BROKEN,   // it failed at a row, and rows before that are still to be handed out
  SEG_SCAN_DRAINING, // those are being read again
  SEG_SCAN_FAILED,
  SEG_SCAN_ENDED,
};

struct seg_duck_source {
  struct seg_source head;
  struct seg_arena arena;
  const struct seg_binding *binding;
  struct seg_io_options options;
  struct seg_duck duck;
  struct seg_schema schema;
  struct seg_zone *native_zone; // of the entity; NULL when none is declared
  struct seg_decode_plan plan;
  uint32_t *columns; // of the data, in the order of the query
  uint32_t column_count;
  struct seg_parquet_scan *parquet; // NULL: the query below delivers the rows

  atomic_bool finished; // every row has been handed out

  pthread_mutex_t lock; // guards all below
  enum seg_duck_scan_state state;
  struct seg_duck_scan scan;
  struct seg_gzip_check gzip;
  int64_t next_number, next_row;
  int64_t failure_row; // BROKEN, DRAINING, FAILED: the row of the scan that `failure` is about
  struct seg_error failure;
};

/**
 * After the scan failed with `reason`: fill source->failure with words of ours and its place, and
 * failure_row with the row of the scan (`row` when it is not known). Of a query only
 * DuckDB's kind of error is kept, since its words quote values.
 */
void seg_duck_source_explain(struct seg_duck_source *source, const char *reason, int64_t row);

/** Fill source->failure for a gzip file that its checksum or its end betrays. */
void seg_duck_source_explain_gzip(struct seg_duck_source *source, struct seg_str file);

/** `release`, `deinit` and `close` of the class, and of that of Parquet files. */
void seg_duck_source_release(struct seg_morsel *morsel);
void seg_duck_source_deinit(struct seg_morsel *morsel);
void seg_duck_source_close(struct seg_source *head);

/** The `locate` of the class. */
void seg_duck_source_locate(struct seg_source *head, int64_t row, struct seg_error *error);

/** Choose what to read and how; fills plan, columns and key_is_text. */
SEG_NODISCARD enum seg_status seg_duck_source_bind(struct seg_duck_source *source,
                                                   const struct seg_zone *zone,
                                                   struct seg_error *error);

#endif
