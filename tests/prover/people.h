/**
 * Customers worth trying: at random from the values that the rules look at, by small changes of
 * customers that are known to match, or all of a small world.
 */
#ifndef SEG_TESTS_PROVER_PEOPLE_H
#define SEG_TESTS_PROVER_PEOPLE_H

#include "runtime/time/zone.h"
#include "tests/prover/crowd.h"
#include "tests/prover/interest.h"

/** Customers that match something, to be changed a little; ages are kept, not days. */
struct models {
  SEG_VEC(struct person) people;
};

struct people {
  const struct seg_program *program;
  const struct interest *interest;
  const struct models *models; // may be NULL
  int32_t as_of;
  int64_t midnight; // where the as-of day begins
  struct pools pools;
  struct seg_zone *zone;
  struct seg_zone_cursor cursor;
  struct seg_random random;
};

void people_init(struct people *people, const struct seg_program *program,
                 const struct interest *interest, const struct models *models, int32_t as_of,
                 uint64_t seed);
void people_deinit(struct people *people);

/** Draw one. Texts live as long as the interest and the models. */
void people_draw(struct people *people, struct person *person);

/** A witness of one customer as a person; false when it is too large. Texts are copied. */
bool person_of_dataset(const struct seg_program *program, const struct seg_dataset *dataset,
                       struct seg_arena *arena, struct person *person);

/**
 * All customers of a small world into a crowd: at most `events` events of the first kind, values
 * and ages out of the pools, every value of the customer's columns. Stops at `limit` customers;
 * false then: it is a part only.
 */
bool people_all(struct people *people, uint32_t events, int64_t limit, struct crowd *crowd);

#endif
