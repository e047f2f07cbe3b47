/**
 * When the events of a witness happen, where rules look at more than their bands: the order of
 * events, what follows what, hours, different days and different values.
 *
 * What the model says is read first; the rows are then moved within their bands. What cannot be had
 * in this way is refused by the reference evaluator, as ever.
 */
#ifndef SEG_COMPILER_PROVE_MOMENTS_H
#define SEG_COMPILER_PROVE_MOMENTS_H

#include "compiler/prove/witness.h"

/** Where a row of a witness comes from: it is the `number`-th of `count` of its cell and band, from
 * the nearest on. */
struct seg_row_origin {
  uint32_t event, cell, band;
  int64_t number, count;
};

/** What the model says of one place. */
struct seg_place_moments {
  int32_t near, far;              // ages
  double first_place, last_place; // as fractions of days
  bool exact_ends;                // `near` and `far` are ages of events
};

struct seg_moments {
  struct seg_query *query;
  bool needed;
  struct seg_place_moments **places; // per event: [cell * bands + band]
  int64_t **parts;                   // per part: [cell * bands + band]
  int64_t *differents;
};

/** The first event of a day begins it; those behind it are hours, then minutes, then seconds later:
 * when, in seconds, the one that has so many before it. 3,700 fit into a day of 23 hours. */
int64_t seg_moment_in_day(int64_t before);

/** Read the present model. False when memory is out. */
SEG_NODISCARD bool seg_moments_read(struct seg_moments *moments, struct seg_query *query);

/** Move the rows of a witness; `origins` has an entry for each row of event 0, then of event 1, ...
 */
SEG_NODISCARD enum seg_status seg_moments_apply(const struct seg_moments *moments,
                                                struct seg_witness *witness,
                                                const struct seg_row_origin *const *origins,
                                                struct seg_error *error);

#endif
