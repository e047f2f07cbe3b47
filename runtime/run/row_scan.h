/**
 * Row scan: the scan block of an entity over one morsel. What comes out: the rows that exist, their
 * carried columns and flags. One thread each.
 *
 * A row that does not exist (on or after the as-of day, or refused by keep) has no faults: when a
 * fault shows up, the rows that exist are computed again by themselves. The columns of the morsel
 * are then copies of fewer rows; `origin` says which. A fault inside of keep itself is one of every
 * row before the as-of day: whether that row exists cannot be said.
 */
#ifndef SEG_RUNTIME_RUN_ROW_SCAN_H
#define SEG_RUNTIME_RUN_ROW_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/status.h"
#include "runtime/column/column.h"
#include "runtime/filter/block_runner.h"
#include "runtime/io/source.h"

struct seg_row_scan {
  const struct seg_plan_entity *entity;
  bool is_event; // rows have days
  int32_t as_of;
  struct seg_block_runner runner;
  /* Of the last apply; rows are numbered from 0 in these views. */
  struct seg_column_view key;
  struct seg_column_view days;
  uint32_t *rows; // those that exist, rising
  uint32_t row_count;
  uint32_t *origin; // row of the morsel per row; valid when has_origin
  bool has_origin;
  const void **columns;      // per carried column
  const uint64_t **known;    // per carried column; NULL: all known
  const uint64_t **flags;    // per flag
  struct seg_column *copies; // inputs, then key, then days
  uint64_t *ones;
  bool *keep_steps; // per step of the scan block: keep depends on it
};

enum { SEG_SCAN_BATCH = 4096 };

SEG_NODISCARD enum seg_status seg_row_scan_init(struct seg_row_scan *scan,
                                                const struct seg_plan_entity *entity,
                                                const struct seg_block_kernel *kernel,
                                                bool is_event, int32_t as_of,
                                                struct seg_error *error);
void seg_row_scan_deinit(struct seg_row_scan *scan);

/** Scan a decoded morsel. The views borrow from it. An error sets `*row` to its row of the source.
 */
SEG_NODISCARD enum seg_status seg_row_scan_apply(struct seg_row_scan *scan,
                                                 const struct seg_morsel *morsel, int64_t *row,
                                                 struct seg_error *error);

/** Row of the source of one of the rows. */
static inline int64_t seg_row_scan_place(const struct seg_row_scan *scan,
                                         const struct seg_morsel *morsel, uint32_t row) {
  return morsel->first_row + (scan->has_origin ? scan->origin[row] : row);
}

/** The first of the rows that exist whose key is missing, as an index into `rows`; row_count when
 * none is. */
uint32_t seg_row_scan_first_missing_key(const struct seg_row_scan *scan);

#endif
