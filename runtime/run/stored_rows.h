/**
 * Stored rows: where the rows of customers lie in an event of a prepared store.
 */
#ifndef SEG_RUNTIME_RUN_STORED_ROWS_H
#define SEG_RUNTIME_RUN_STORED_ROWS_H

#include "runtime/base/vec.h"
#include "runtime/run/run_state.h"
#include "runtime/store/source_store.h"

/** The event in the store, and the customers' numbers there. */
struct seg_stored_view {
  struct seg_stored_source from;
  const uint32_t *numbers; // per customer; NULL: the same
  bool rise;               // of numbers: each is larger than the one before
};
struct seg_stored_view seg_stored_view(const struct seg_run_state *state, uint32_t event);

/** The first day that the folds of an event look at; they end before the as-of day. */
int32_t seg_stored_first_day(const struct seg_run_state *state, uint32_t event);

/** The place among a part's offsets of a number, or of the first one behind it. */
uint64_t seg_stored_place(const struct seg_store_part *part, uint64_t number);

/** How many rows the number has that is looked for at a place, and the first of them. */
uint64_t seg_stored_rows_at(const struct seg_store_part *part, uint64_t number, uint64_t place,
                            uint64_t *first);

/** How many rows customers first .. first + count - 1 have; where numbers rise, with those of the
 * numbers between them. */
uint64_t seg_stored_rows_count(const struct seg_stored_view *view, uint64_t first, uint64_t count);

/** The most rows that neighbours have who are taken `lot` at a time, of the first `customers`: the
 * largest of seg_stored_rows_count for a view without numbers. */
SEG_NODISCARD enum seg_status seg_stored_rows_most(const struct seg_store_entity *entity,
                                                   uint64_t customers, uint64_t lot, uint64_t *most,
                                                   struct seg_error *error);

/** Which rows of a part belong to a customer of the run. */
struct seg_stored_owned {
  uint64_t end;   // those before are a customer's
  uint64_t *bits; // and those of these; NULL: no other
};

/** Of each part; to be released with seg_stored_owned_free. */
SEG_NODISCARD enum seg_status seg_stored_owned_new(const struct seg_run_state *state,
                                                   const struct seg_stored_view *view,
                                                   struct seg_stored_owned **owned,
                                                   struct seg_error *error);
void seg_stored_owned_free(struct seg_stored_owned *owned, uint32_t parts);

/** Does the row belong to one? */
static inline bool seg_stored_is_owned(const struct seg_stored_owned *owned, uint64_t row) {
  return row < owned->end || (owned->bits != NULL && seg_bitmap_test(owned->bits, (int64_t)row));
}

/**
 * The numbers of the run's customers in the store, when not every row of its table became one:
 * state->stored_numbers. Needs the keys of both.
 */
SEG_NODISCARD enum seg_status seg_stored_numbers_find(struct seg_run_state *state,
                                                      struct seg_error *error);

#endif
