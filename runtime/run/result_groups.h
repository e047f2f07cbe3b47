/**
 * Result groups: memberships that leave the run while it goes on, group after group of customers.
 *
 * Some groups have places at a time; workers fill them in any order, a thread of its own hands
 * those that are full to the taker, in order, and their places are used again. So the memberships
 * of everybody never lie in memory together, and are written while they are still in the cache.
 */
#ifndef SEG_RUNTIME_RUN_RESULT_GROUPS_H
#define SEG_RUNTIME_RUN_RESULT_GROUPS_H

#include <pthread.h>

#include "runtime/entity/memory_budget.h"
#include "runtime/run/run.h"

/** The places of one group. */
struct seg_result_places {
  uint32_t decided;   // customers whose bits are there; guarded by the lock
  uint64_t **members; // per segment
  uint16_t **winners; // per chain
  int64_t *keys;
};

struct seg_result_groups {
  const struct seg_run_taker *taker;
  uint32_t segment_count, chain_count, place_count;
  struct seg_result_places *places; // group g has places[g % place_count]
  void *memory;                     // where all of them lie
  uint64_t bytes;
  struct seg_memory_budget *budget;
  pthread_t thread;
  bool has_thread;
  pthread_mutex_t lock; // guards all below
  pthread_cond_t moved;
  uint64_t taken;         // groups that the taker has seen: the next place_count ones have places
  bool ended;             // all customers are decided
  bool given_up;          // nobody waits for a place any more, and nothing is taken
  enum seg_status status; // of the taker
  struct seg_error error;
};

/**
 * Begin, with places for `place_count` groups, if there is memory for them and a thread: otherwise
 * `*begun` is false and nothing was taken. Deinit what was begun.
 */
SEG_NODISCARD enum seg_status
seg_result_groups_init(struct seg_result_groups *groups, const struct seg_run_taker *taker,
                       const struct seg_run_result *result, uint32_t place_count,
                       struct seg_memory_budget *budget, bool *begun, struct seg_error *error);
void seg_result_groups_deinit(struct seg_result_groups *groups);

/** Wait until customers first .. first + rows - 1 have places, at most two groups; false when the
 * groups were given up. Whoever waits must have decided the customers before in his hands. */
bool seg_result_groups_wait(struct seg_result_groups *groups, uint64_t first, uint32_t rows);

/** Put down what was found of customers that have places: who is in a segment, a bit each; who won
 * a chain; and the keys, which are keys[rows_of_keys[0]], ... */
void seg_result_groups_put_members(struct seg_result_groups *groups, uint32_t segment,
                                   uint64_t first, const uint64_t *mask, uint32_t rows);
void seg_result_groups_put_winners(struct seg_result_groups *groups, uint32_t chain, uint64_t first,
                                   const uint16_t *winners, uint32_t rows);
void seg_result_groups_put_keys(struct seg_result_groups *groups, uint64_t first,
                                const int64_t *keys, const uint32_t *rows_of_keys, uint32_t rows);

/** All of these were put. */
void seg_result_groups_decided(struct seg_result_groups *groups, uint64_t first, uint32_t rows);

/** Some customers will never be decided. */
void seg_result_groups_give_up(struct seg_result_groups *groups);

/** All customers are decided: waits until the last group is taken. The first error of the taker. */
SEG_NODISCARD enum seg_status seg_result_groups_finish(struct seg_result_groups *groups,
                                                       struct seg_error *error);

#endif
