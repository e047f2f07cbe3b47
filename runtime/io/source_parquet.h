/**
 * Parquet files that this program reads itself (runtime/parquet), without a query; private to this
 * room. Each morsel is a row group or a part of one, which any worker can read without the others.
 *
 * What is read and what is refused is the same as through DuckDB, which is asked about files with
 * types, encodings or codecs that runtime/parquet does not know, and when anything is wrong.
 */
#ifndef SEG_RUNTIME_IO_SOURCE_PARQUET_H
#define SEG_RUNTIME_IO_SOURCE_PARQUET_H

#include "runtime/io/source_duckdb.h"
#include "runtime/parquet/parquet_file.h"
#include "runtime/parquet/shared_pages.h"

/** A column of the query in one file. */
struct seg_parquet_place {
  const struct seg_parquet_column *column;
  struct seg_reading reading; // how its values lie there
};

struct seg_parquet_part {
  uint32_t file, group;
  int64_t group_row; // its first row in the group
  int64_t first_row; // the same in the scan
  int64_t row_count;
  struct seg_shared_pages *shared; // per column of the query; NULL: it is the whole group
};

struct seg_parquet_scan {
  struct seg_parquet_file *files;
  struct seg_parquet_place *places; // [file][column of the query]
  struct seg_parquet_part *parts;
  size_t part_count;
  _Atomic size_t next; // part
};

/** After the columns are bound: let source->parquet deliver the rows, where that is possible.
 * `files` have been read before, and live as long as the source; NULL: they are read here. */
void seg_parquet_scan_open(struct seg_duck_source *source, struct seg_parquet_file *files);

/** NULL is fine. */
void seg_parquet_scan_close(struct seg_duck_source *source);

/** The readers of one morsel. NULL is fine. */
void seg_parquet_readers_free(struct seg_parquet_readers *readers);

/** The rows are no longer needed; the buffers stay. */
void seg_parquet_readers_release(struct seg_parquet_readers *readers);

/** The `decode` of the class. */
SEG_NODISCARD enum seg_status seg_parquet_decode(struct seg_morsel *morsel, int64_t *row,
                                                 struct seg_error *error);

#endif
