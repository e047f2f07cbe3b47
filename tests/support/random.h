/**
 * Random numbers for tests: SplitMix64 (Steele, Lea, Flood 2014), one 64-bit word of state, so that
 * a seed printed after a failure brings back the same test on every machine.
 *
 * Not for secrets, and not thread-safe: one generator belongs to one thread.
 */
#ifndef SEG_TESTS_SUPPORT_RANDOM_H
#define SEG_TESTS_SUPPORT_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seg_random {
  uint64_t state;
};

void seg_random_init(struct seg_random *random, uint64_t seed);

/** The next 64 bits. */
uint64_t seg_random_next(struct seg_random *random);

/** 0 .. count - 1, evenly; count > 0. */
uint32_t seg_random_below(struct seg_random *random, uint32_t count);

/** least .. greatest, both included. */
int64_t seg_random_between(struct seg_random *random, int64_t least, int64_t greatest);

/** True `percent` times out of 100. */
bool seg_random_chance(struct seg_random *random, uint32_t percent);

/** A generator of its own, for a part whose draws must not shift those of its neighbours. */
struct seg_random seg_random_fork(struct seg_random *random);

/** The seed named by an environment variable (decimal, or hexadecimal after 0x), else `otherwise`.
 */
uint64_t seg_random_seed(const char *variable, uint64_t otherwise);

#endif
