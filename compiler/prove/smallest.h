/**
 * The plainest of all customers that a question allows: the same on every machine and with every
 * version of the solver.
 *
 * One thing after the other is settled, in a fixed order, by asking for the smallest that is
 * possible: how many events, the as-of day (near SEG_PROVE_USUAL_DAY), which events (recent ones
 * first), their ages, their sums and ends, then the columns of the customer. Numbers go to zero,
 * amounts to whole units first; dates come close to the as-of day; texts are short but not empty.
 * Values are known where they can be: a missing one would look like the point.
 */
#ifndef SEG_COMPILER_PROVE_SMALLEST_H
#define SEG_COMPILER_PROVE_SMALLEST_H

#include "compiler/prove/query.h"

/** What is still to be asked for one customer; then the rest is taken as it comes. */
struct seg_choosing {
  struct seg_query *query;
  uint32_t tries;
};

enum { SEG_MOST_TRIES = 1500 };

/** Assert the wishes of the query that can hold, one after the other. Leaves a model. */
void seg_grant_wishes(struct seg_query *query);

/** After a possible answer: the fewest events that a solution of the asserted facts has. False when
 * a question about it stays open. */
bool seg_fewest_events(struct seg_query *query, int64_t *fewest);

/** After a possible answer: assert all choices but those of the columns of events. The model is one
 * of what is asserted. */
void seg_choose_customer(struct seg_choosing *choosing);

/** The same for the columns of one row, on a settled as-of day. */
void seg_choose_columns(struct seg_choosing *choosing, const struct seg_row_terms *row,
                        int64_t as_of);

#endif
