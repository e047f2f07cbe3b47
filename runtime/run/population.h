/**
 * Population: everybody's values, put in order before the first rule is decided. Only for plans
 * with ranks.
 *
 * A first pass over the partitions fills one dense column a value root of the first block; each is
 * then sorted once, and every rank over it gets a column of results, which the final pass reads.
 * Memory, counted in the budget: 8 bytes and a bit a customer and value (16 bytes for an exact
 * average, less for dates), 36 bytes a customer while one value is sorted, 4 bytes a customer and
 * rank.
 */
#ifndef SEG_RUNTIME_RUN_POPULATION_H
#define SEG_RUNTIME_RUN_POPULATION_H

#include <stdint.h>

#include "runtime/base/status.h"
#include "runtime/plan/plan.h"

struct seg_run_state;

/** A value of every customer; NULL and freed once nothing is sorted by it any more. */
struct seg_population_column {
  void *values;
  uint64_t *known;
};

struct seg_population {
  struct seg_population_column *columns; // per value root of the first block
  uint32_t **results;                    // per rank: what comes of it, by customer number
  uint64_t column_bytes, result_bytes;   // counted in the budget
};

/** The first pass and all orders. Fills state->population. Errors: as seg_run. */
SEG_NODISCARD enum seg_status seg_run_population(struct seg_run_state *state,
                                                 struct seg_error *error);

void seg_population_deinit(struct seg_run_state *state);

/** First pass: the values of customers first .. first + rows - 1 of a value root, integers as wide
 * as `width`. `first` is a multiple of 64. */
void seg_population_store(struct seg_run_state *state, uint32_t root, uint64_t first, uint32_t rows,
                          const void *values, enum seg_width width, const uint64_t *known);

/** Final pass: what comes of a rank, as values and known bits of a batch. */
void seg_population_read(const struct seg_run_state *state, uint32_t rank, uint64_t first,
                         uint32_t rows, void *values, uint64_t *known);

#endif
