/**
 * The sink: results of a run as one file, .parquet, .csv or .csv.gz by its name.
 *
 * One row a customer in the order of customer numbers: the key under its own name (BIGINT or
 * VARCHAR), a BOOLEAN a segment (and a control group), a VARCHAR a chain (the winning segment's
 * name, else the `otherwise` name, else NULL). The file appears whole or not at all: it is written
 * under a private name (mode 0600) in the same folder, synced, then renamed. On any failure the old
 * file is untouched and the private one is gone.
 */
#ifndef SEG_RUNTIME_IO_SINK_H
#define SEG_RUNTIME_IO_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/status.h"
#include "runtime/base/str.h"
#include "runtime/column/column.h"
#include "runtime/io/io_options.h"

enum {
  SEG_NO_WINNER = UINT16_MAX,
  SEG_SINK_GROUP_ROWS = 1 << 17, // of a group of rows in a Parquet file
};

struct seg_result_chain {
  struct seg_str name;
  uint32_t member_count;
  const struct seg_str *members; // names in chain order
  struct seg_str otherwise;      // empty: NULL is written
  const uint16_t *winners;       // per customer: position in `members`, or SEG_NO_WINNER
};

/** The results of a run; everything borrowed. Row = customer number. */
struct seg_result_view {
  int64_t customer_count;
  struct seg_str key_name;
  struct seg_column_view keys; // I64 or TEXT, all known; I64 without values: first_key + row
  int64_t first_key;
  uint32_t segment_count; // columns of truth: segments and their control groups
  const struct seg_str *segments;
  const uint64_t *const *members; // per column: a bitmap over the customers
  uint32_t chain_count;
  const struct seg_result_chain *chains;
};

/** Sees all bytes of a file on their way, in order. `look` may leave the work to another thread:
 * the bytes stay until `wait` has come back, and there is no second `look` before that. `consent`
 * is asked when the file is whole and has not got its name yet: after an error it does not get it.
 */
struct seg_sink_watcher {
  void (*look)(void *context, const void *bytes, size_t size);
  void (*wait)(void *context);
  enum seg_status (*consent)(void *context, struct seg_error *error);
  void *context;
};

/**
 * What can be known before the run: a known ending, a folder that exists and may be written, no
 * directory in the way, and no two columns with one name (names may differ by more than case:
 * DuckDB and most readers of Parquet do not tell "vip" from "VIP"). Only the names of `result` are
 * read.
 */
SEG_NODISCARD enum seg_status
seg_sink_check(struct seg_str path, const struct seg_result_view *result, struct seg_error *error);

/** Write the file. `watcher` may be NULL. Errors: D0xx of io_errors.def, SEG_INTERRUPTED,
 * those of the watcher. */
SEG_NODISCARD enum seg_status seg_sink_write(struct seg_str path,
                                             const struct seg_result_view *result,
                                             const struct seg_io_options *options,
                                             const struct seg_sink_watcher *watcher,
                                             struct seg_error *error);

/** An output that is written group by group while the run goes on. The bytes, and the errors, are
 * those of seg_sink_write for all customers at once. */
struct seg_sink;

/** Can a file of this name be written so? */
bool seg_sink_takes_groups(struct seg_str path);

/** Nothing is created yet. `names` is what seg_sink_check wants; it is borrowed until
 * seg_sink_close, and so are the others. NULL when memory is out. */
struct seg_sink *seg_sink_open(struct seg_str path, const struct seg_result_view *names,
                               const struct seg_io_options *options,
                               const struct seg_sink_watcher *watcher);

/** The next SEG_SINK_GROUP_ROWS customers; fewer are the last ones. */
SEG_NODISCARD enum seg_status
seg_sink_put(struct seg_sink *sink, const struct seg_result_view *group, struct seg_error *error);

/** After the last group, or without one when there are no customers: the file gets its name. */
SEG_NODISCARD enum seg_status seg_sink_finish(struct seg_sink *sink, struct seg_error *error);

/** NULL is fine. What is not finished disappears. */
void seg_sink_close(struct seg_sink *sink);

#endif
