/**
 * Stored columns: rows of an event of a prepared store as arrays: where they lie in the store when
 * they follow each other and are as wide as the plan says, otherwise copied together.
 *
 * One thread each.
 */
#ifndef SEG_RUNTIME_RUN_STORED_COLUMNS_H
#define SEG_RUNTIME_RUN_STORED_COLUMNS_H

#include "runtime/run/stored_copy.h"

/** Values of one input, or the days, of the rows at hand. */
struct seg_stored_array {
  const void *values;    // of the layout and width; readable up to a multiple of 64 rows
  const uint64_t *known; // NULL: all known
  void *copy;            // where `values` lie when they are copies
  uint64_t *known_copy;
  uint64_t copy_rows, known_rows; // that there is room for
};

struct seg_stored_columns {
  const struct seg_run_state *state;
  uint32_t event;
  struct seg_stored_view view;
  uint64_t lead;                    // rows of the arrays before the first one asked for: up to 63
  uint64_t rows;                    // of the arrays, with those
  struct seg_stored_array days;     // as wide as the fold's days
  struct seg_stored_array *inputs;  // per plan input
  struct seg_stored_reach *reaches; // per part: of the rows asked for
  const struct seg_store_values **parts; // of the column at hand, per part
  struct seg_stored_part_bytes *sources; // room for copying: per part
  struct seg_store_values *part_days;    // the days of each part as values
};

/** How wide an input of the event is in the store, over all its parts. */
enum seg_width seg_stored_input_width(const struct seg_plan_entity *entity,
                                      const struct seg_stored_source *from, uint32_t input);
/** The same of its days. */
enum seg_width seg_stored_day_width(const struct seg_stored_source *from);

SEG_NODISCARD enum seg_status seg_stored_columns_init(struct seg_stored_columns *columns,
                                                      const struct seg_run_state *state,
                                                      uint32_t event, struct seg_error *error);
void seg_stored_columns_deinit(struct seg_stored_columns *columns);

/**
 * Read the rows of the stretches, one after the other; rows of a single one may have others of the
 * store before them (`lead`). What is looked at is verified first.
 */
SEG_NODISCARD enum seg_status seg_stored_columns_read(struct seg_stored_columns *columns,
                                                      const struct seg_stored_stretch *stretches,
                                                      size_t count, struct seg_error *error);

/** Bytes of copies of so many rows. */
uint64_t seg_stored_columns_bytes(const struct seg_run_state *state, uint32_t event, uint64_t rows);

#endif
