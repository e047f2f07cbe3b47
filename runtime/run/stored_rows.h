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
};
struct seg_stored_view seg_stored_view(const struct seg_run_state *state, uint32_t event);

/** Rows of one part that follow each other. */
struct seg_stored_stretch {
  uint32_t part;
  uint64_t first, count;
};

struct seg_stored_stretches {
  SEG_VEC(struct seg_stored_stretch) list;
  uint64_t *places; // per part: near the place where the last customer was found
};

/** Zero-initialise before. */
SEG_NODISCARD enum seg_status seg_stored_stretches_init(struct seg_stored_stretches *stretches,
                                                        const struct seg_stored_view *view,
                                                        struct seg_error *error);
void seg_stored_stretches_deinit(struct seg_stored_stretches *stretches);

/**
 * The rows of customers first .. first + count - 1 in their order, the parts of one customer after
 * each other. offsets[c] .. offsets[c + 1] - 1 are those of customer first + c, counted from the
 * first of the list.
 */
SEG_NODISCARD enum seg_status seg_stored_rows_find(const struct seg_stored_view *view,
                                                   struct seg_stored_stretches *stretches,
                                                   uint64_t first, uint32_t count,
                                                   uint64_t *offsets, struct seg_error *error);

/** How many rows they have. */
uint64_t seg_stored_rows_count(const struct seg_stored_view *view, uint64_t first, uint64_t count);

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
