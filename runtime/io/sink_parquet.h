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

/**
 * Not compressed. Keys are INT64, as differences where that is shorter, or texts; keys and truths
 * are required. Winners are texts out of a dictionary, optional where a chain has no `otherwise`.
 */
enum seg_sink_parquet_outcome seg_sink_parquet_write(const char *path,
                                                     const struct seg_result_view *result,
                                                     const atomic_bool *interrupted,
                                                     const struct seg_sink_watcher *watcher,
                                                     int *reason);

#endif
