/**
 * Answers that are remembered with a store: what rules counted, and in which state of the store, so
 * that the next run can start from it. In the store's folder `answers`, a file for the rules and
 * the state.
 *
 * Nothing there is needed: what cannot be read, belongs to somebody else, was changed, or was made
 * by another program, other rules or another state of the store is as if it were not there.
 */
#ifndef SEG_RUNTIME_STORE_STORE_ANSWER_H
#define SEG_RUNTIME_STORE_STORE_ANSWER_H

#include "runtime/store/store.h"

#define SEG_STORE_ANSWERS "answers"

/** What the counts depend on beside the store: two hashes of the rules, the program, the time
 * zone data. */
struct seg_store_answer_key {
  uint64_t first, second;
};

struct seg_store_answer {
  int32_t as_of;
  uint64_t customers;
  uint64_t count;
  uint64_t *counts; // the caller frees them
};

/**
 * The newest answer for this key, of the state in which the store is or of one before it; false
 * when there is none. `*state` is that one, NULL: the present one. `count`: how many counts it must
 * have.
 */
bool seg_store_answer_find(const struct seg_store *store, struct seg_store_answer_key key,
                           uint64_t count, struct seg_store_answer *answer,
                           const struct seg_store_state **state);

/** Remember it for the present state. A failure is no error: then nothing is remembered. */
void seg_store_answer_keep(const struct seg_store *store, struct seg_store_answer_key key,
                           const struct seg_store_answer *answer);

#endif
