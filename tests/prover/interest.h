/**
 * What a program looks at: the constants of its rules, its windows and what it compares texts with.
 * Customers drawn from these values and their neighbours stand at the edges of the rules, where a
 * wrong proof shows.
 */
#ifndef SEG_TESTS_PROVER_INTEREST_H
#define SEG_TESTS_PROVER_INTEREST_H

#include "compiler/sema/program.h"
#include "runtime/base/vec.h"
#include "tests/support/random.h"

/** A whole number of so many decimal places. */
struct interest_decimal {
  int64_t value;
  uint8_t scale;
};

struct interest {
  struct seg_arena arena;
  SEG_VEC(int64_t) wholes;
  SEG_VEC(struct interest_decimal) amounts;
  SEG_VEC(double) numbers;
  SEG_VEC(int32_t) days; // named days, and the first days behind calendar windows
  SEG_VEC(int64_t) instants;
  SEG_VEC(struct seg_str) texts;
  SEG_VEC(const struct seg_day_window *) windows;
  SEG_VEC(int64_t) spans;   // microseconds that a sequence allows
  bool calendar, sequences; // windows of the calendar, sequences
  bool ranks;               // customers are compared with each other
};

/** Read the rules; the program must outlive it. */
void interest_init(struct interest *interest, const struct seg_program *program);
void interest_deinit(struct interest *interest);

/** The values worth trying on one as-of day. */
struct pools {
  SEG_VEC(int64_t) wholes;
  SEG_VEC(int64_t) amounts[20]; // by scale: minor units
  SEG_VEC(double) numbers;
  SEG_VEC(int64_t) days; // for columns: dates
  SEG_VEC(int64_t) ages; // of events
  SEG_VEC(struct seg_str) texts;
};

void pools_init(struct pools *pools, const struct interest *interest, int32_t as_of);
void pools_deinit(struct pools *pools);

/** As-of days on which the program's windows and dates turn over, and some others. */
int32_t interest_as_of(const struct interest *interest, struct seg_random *random);

#endif
