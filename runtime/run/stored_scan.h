/**
 * Stored scan: the scan of an event over rows of a prepared store. What filters say becomes words
 * of flags, computed columns are computed, and rows that do not exist get a day that no window has.
 *
 * One thread each.
 */
#ifndef SEG_RUNTIME_RUN_STORED_SCAN_H
#define SEG_RUNTIME_RUN_STORED_SCAN_H

#include "runtime/run/row_scan.h"
#include "runtime/run/stored_columns.h"

/** The day of rows that do not exist: behind every window, since those end before the as-of day. */
#define SEG_STORED_NO_DAY INT32_MAX

struct seg_stored_scan {
  const struct seg_run_state *state;
  uint32_t event;
  const struct seg_plan_entity *entity;
  const struct seg_fold *fold;
  struct seg_row_scan scan;
  struct seg_column_view *views; // of a chunk: per input
  const uint64_t **flags;        // of a chunk: per flag, from the chunk's first word on
  struct seg_column wide_days;   // of a chunk
  uint64_t room;                 // rows of the buffers below
  int32_t *days;                 // NULL: every row exists, as far as windows do not say otherwise
  void **flag_words;             // per word
  void **computed;               // per carried column; NULL: an input
  const void **columns;          // per carried column, of the last run
};

/** Does the scan of this event do anything to rows that are carried as they are? */
bool seg_stored_scan_needed(const struct seg_plan *plan, uint32_t event);

/** Must it mark the rows that do not exist? Then days are FULL. */
bool seg_stored_scan_marks(const struct seg_plan *plan, uint32_t event);

SEG_NODISCARD enum seg_status seg_stored_scan_init(struct seg_stored_scan *scan,
                                                   const struct seg_run_state *state,
                                                   uint32_t event, struct seg_error *error);
void seg_stored_scan_deinit(struct seg_stored_scan *scan);

/** Scan all rows of the columns: fills `columns`, `flag_words`, `days`. An error names no place. */
SEG_NODISCARD enum seg_status seg_stored_scan_run(struct seg_stored_scan *scan,
                                                  const struct seg_stored_columns *columns,
                                                  struct seg_error *error);

/** What a row of a part is counted as. */
struct seg_stored_counts {
  uint64_t events, orphans;
};

/**
 * Rows of the columns that exist, of those that belong to nobody, without keeping anything else.
 * `first` is the row of the part of the first one behind the lead. After an error `*row` is the row
 * it is about, counted from there.
 */
SEG_NODISCARD enum seg_status
seg_stored_scan_count(struct seg_stored_scan *scan, const struct seg_stored_columns *columns,
                      const struct seg_stored_owned *owned, uint64_t first,
                      struct seg_stored_counts *counts, int64_t *row, struct seg_error *error);

/** Bytes of the buffers for so many rows. */
uint64_t seg_stored_scan_bytes(const struct seg_plan *plan, uint32_t event, uint64_t rows);

#endif
