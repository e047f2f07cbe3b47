/**
 * The result as CSV, plain or gzip; private to this room. Written by hand: through DuckDB every
 * true and false is cast and escaped one by one, and a wide result takes ten times as long.
 */
#ifndef SEG_RUNTIME_IO_SINK_CSV_H
#define SEG_RUNTIME_IO_SINK_CSV_H

#include <stdatomic.h>
#include <stdbool.h>

#include "runtime/io/sink.h"

enum seg_sink_csv_outcome {
  SEG_SINK_CSV_DONE,
  SEG_SINK_CSV_MEMORY,
  SEG_SINK_CSV_INTERRUPTED,
  SEG_SINK_CSV_FAILED, // `*reason` is an errno
};

/**
 * RFC 4180 with `,` and LF: a header, then `true` and `false`, nothing for NULL. Texts are quoted
 * when they hold a delimiter, quote, line end or outer space, or are empty (to differ from NULL).
 */
enum seg_sink_csv_outcome seg_sink_csv_write(const char *path, bool gzip,
                                             const struct seg_result_view *result,
                                             const atomic_bool *interrupted,
                                             const struct seg_sink_watcher *watcher, int *reason);

#endif
