/**
 * Stored stretches: the rows of customers in an event of a prepared store, as pieces of its parts.
 *
 * A store that was made at once has all rows of customers that follow each other in one piece. One
 * that days were added to has some of each customer in every part. There, and where most rows are
 * too old for every window, old rows are left out, when the days of a key are known to rise.
 */
#ifndef SEG_RUNTIME_RUN_STORED_STRETCHES_H
#define SEG_RUNTIME_RUN_STORED_STRETCHES_H

#include "runtime/base/vec.h"
#include "runtime/run/stored_rows.h"

/** Rows of one part that follow each other. */
struct seg_stored_stretch {
  uint32_t part;
  uint64_t first, count;
};

/** Where the rows of the next customer are looked for in a part. */
struct seg_stored_cursor {
  const uint64_t *offsets;
  const uint32_t *numbers; // of the offsets; NULL: 0, 1, ...
  uint64_t count;          // of both
  uint64_t place;
  bool skips; // rows before `from_day` are left out
};

/** Rows that one of some customers has in a part. */
struct seg_stored_hit {
  uint64_t first, end;
  uint32_t at; // which of them
};

/** What one of them has in all parts. */
struct seg_stored_tally {
  uint64_t rows;
  uint64_t next; // place of his next stretch in the list
};

/** One thread's. Zero-initialise. */
struct seg_stored_stretches {
  const struct seg_stored_view *view;
  SEG_VEC(struct seg_stored_stretch) list;
  struct seg_stored_cursor *cursors; // per part
  /* Of some customers: what they have, part after part; */
  struct seg_stored_hit *hits;
  uint32_t found; // how many hits there are;
  uint32_t *ends; // where those of each part end;
  struct seg_stored_tally *tallies;
  uint16_t *places; // of their numbers, by how far they are from the first; else behind them all
  int32_t from_day;
};

/** Are the rows of several customers many pieces? Days before `from_day` are asked for by nobody;
 * INT32_MIN: all are. */
bool seg_stored_stretches_scatter(const struct seg_stored_view *view, int32_t from_day);

/** `view` must outlive it. */
SEG_NODISCARD enum seg_status seg_stored_stretches_init(struct seg_stored_stretches *stretches,
                                                        const struct seg_stored_view *view,
                                                        int32_t from_day, struct seg_error *error);
void seg_stored_stretches_deinit(struct seg_stored_stretches *stretches);

/**
 * Fill the list with the rows of customers from `first` on, in their order, the parts of one
 * customer after each other: of `count` customers, or of some multiple of 64 that have `most` rows.
 * offsets[c] .. offsets[c + 1] - 1 are those of customer first + c, counted from the first of the
 * list; `*taken` customers are in it. Days that are looked at are verified. Errors: a damaged
 * store; memory.
 */
SEG_NODISCARD enum seg_status seg_stored_stretches_find(struct seg_stored_stretches *stretches,
                                                        uint64_t first, uint32_t count,
                                                        uint64_t most, uint64_t *offsets,
                                                        uint32_t *taken, struct seg_error *error);

#endif
