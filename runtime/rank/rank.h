/**
 * Ranks: the place of each customer among all of them, out of their order.
 *
 * Results are numbers of 32 bits by customer number: NTILE the tile, QUANTILE_BAND the band or 0
 * without a value, TOP and TOP_SHARE 1 for
 * those who are in and 0, PERCENTILE the position from 0.
 */
#ifndef SEG_RUNTIME_RANK_RANK_H
#define SEG_RUNTIME_RANK_RANK_H

#include "runtime/plan/plan.h"
#include "runtime/rank/customer_order.h"

/** Customers ordered by one value: `entries` as seg_order_values left them. */
struct seg_ranked {
  const struct seg_ordered_values *values;
  const struct seg_order_entry *entries;
  uint32_t count; // all customers
  uint32_t known; // of them with a value: the first ones
};

/** How many customers TOP takes, out of so many. */
uint64_t seg_rank_top_size(const struct seg_plan_rank *rank, uint64_t customers);

/** Fill results[customer] for every customer. */
void seg_rank_apply(const struct seg_plan_rank *rank, const struct seg_ranked *ranked,
                    uint32_t *results);

#endif
