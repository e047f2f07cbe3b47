// Random numbers for tests; see random.h.
#include "tests/support/random.h"

#include <assert.h>
#include <stdlib.h>

void seg_random_init(struct seg_random *random, uint64_t seed) {
  random->state = seed;
}

uint64_t seg_random_next(struct seg_random *random) {
  uint64_t value = random->state += 0x9e3779b97f4a7c15u;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

uint32_t seg_random_below(struct seg_random *random, uint32_t count) {
  assert(count > 0);
  // The high half of a 32 by 32 bit product: even enough, and no division.
  return (uint32_t)(((seg_random_next(random) >> 32) * count) >> 32);
}

int64_t seg_random_between(struct seg_random *random, int64_t least, int64_t greatest) {
  assert(least <= greatest);
  uint64_t span = (uint64_t)greatest - (uint64_t)least + 1;
  uint64_t offset = span == 0 ? seg_random_next(random) : seg_random_next(random) % span;
  return (int64_t)((uint64_t)least + offset);
}

bool seg_random_chance(struct seg_random *random, uint32_t percent) {
  return seg_random_below(random, 100) < percent;
}

struct seg_random seg_random_fork(struct seg_random *random) {
  return (struct seg_random){.state = seg_random_next(random)};
}

uint64_t seg_random_seed(const char *variable, uint64_t otherwise) {
  const char *text = getenv(variable);
  if (text == NULL || text[0] == '\0')
    return otherwise;
  char *end = NULL;
  uint64_t seed = strtoull(text, &end, 0);
  return *end == '\0' ? seed : otherwise;
}
