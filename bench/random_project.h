/**
 * Random projects for measuring proofs: any number of segments over 20 attributes of a customer
 * (enumerations, whole numbers, money, texts, truths, dates, fractional numbers) and 10 metrics of
 * two kinds of events (counts, sums, averages, different values, recency, filtered ones) in four
 * windows. Rules are two to five clauses joined by `and`, some of them a group of two by `or`.
 */
#ifndef SEG_BENCH_RANDOM_PROJECT_H
#define SEG_BENCH_RANDOM_PROJECT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct seg_bench_random {
  uint64_t state; // not 0
};

/** At least 0 and less than `limit`; the same numbers on every machine. */
uint32_t seg_bench_pick(struct seg_bench_random *random, uint32_t limit);

/** Segments are called s00001, s00002, ... */
void seg_bench_project(FILE *out, uint64_t seed, uint32_t segments);

/** Chains behind it: each `length` segments one after the other are the members of one. */
void seg_bench_chains(FILE *out, uint32_t segments, uint32_t length);

#endif
