/**
 * The result as Parquet; private to this room. Written by hand: a column of truth is a bitmap in
 * Parquet as it is here, and goes into the file as it lies, where DuckDB takes one value after the
 * other and ten times as long.
 */
#ifndef SEG_RUNTIME_IO_SINK_PARQUET_H
#define SEG_RUNTIME_IO_SINK_PARQUET_H

#include <stdatomic.h>
#include <stdbool.h>

#include "runtime/io/sink.h"

enum seg_sink_parquet_outcome {
  SEG_SINK_PARQUET_DONE,
  SEG_SINK_PARQUET_MEMORY,
  SEG_SINK_PARQUET_INTERRUPTED,
  SEG_SINK_PARQUET_FAILED, // `*reason` is an errno
};

struct seg_sink_parquet;

/** Begin a file that is there, empty. Only the names of `result` are read. NULL when memory is out;
 * otherwise close in any case. */
struct seg_sink_parquet *seg_sink_parquet_open(const char *path,
                                               const struct seg_result_view *result,
                                               const struct seg_sink_watcher *watcher);

/** The customers first .. first + rows - 1 of `result` as the next group of rows: as many as
 * SEG_SINK_GROUP_ROWS, fewer only in the last group. After a failure nothing happens. */
void seg_sink_parquet_put(struct seg_sink_parquet *writer, const struct seg_result_view *result,
                          int64_t first, int64_t rows, const atomic_bool *interrupted);

/** How it went so far. */
enum seg_sink_parquet_outcome seg_sink_parquet_outcome(const struct seg_sink_parquet *writer,
                                                       int *reason);

/** Write the footer, if all went well, and free the writer. Names are read from `result`. */
enum seg_sink_parquet_outcome seg_sink_parquet_close(struct seg_sink_parquet *writer,
                                                     const struct seg_result_view *result,
                                                     int *reason);

/**
 * All of it: open, put, close. Not compressed. Keys are INT64, as differences where that is
 * shorter, or texts; keys and truths are required. Winners are texts out of a dictionary, optional
 * where a chain has no `otherwise`.
 */
enum seg_sink_parquet_outcome seg_sink_parquet_write(const char *path,
                                                     const struct seg_result_view *result,
                                                     const atomic_bool *interrupted,
                                                     const struct seg_sink_watcher *watcher,
                                                     int *reason);

#endif
