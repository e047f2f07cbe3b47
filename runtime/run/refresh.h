/**
 * Refresh: the counts of a run out of those of an earlier one, by looking again only at customers
 * for whom something can be different.
 *
 * Those are the customers with events in parts that were added since, and those with an event on a
 * day that a window of the rules has at one of the two as-of days and not at the other. They are
 * folded and decided twice, as they were and as they are; the difference corrects the counts. Who
 * has no such event has the same value in every cell, as cells depend on the rows and on the days
 * of the windows alone, and the customer's own columns are the same.
 */
#ifndef SEG_RUNTIME_RUN_REFRESH_H
#define SEG_RUNTIME_RUN_REFRESH_H

#include "runtime/run/run_state.h"

/** Why the counts of this run cannot be refreshed, nor others by them: words for people; NULL: they
 * can. After stage 2. */
const char *seg_run_refresh_refusal(const struct seg_run_state *state);

/**
 * Try it, after stage 2. `*done` false: the result is as it was and stage 3 has to be done, for the
 * reason in result->whole_reason. What goes wrong here is left to stage 3, which says it better.
 */
SEG_NODISCARD enum seg_status seg_run_refresh(struct seg_run_state *state, bool *done,
                                              struct seg_error *error);

#endif
