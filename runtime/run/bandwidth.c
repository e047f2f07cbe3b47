// Adding up large arrays; see bandwidth.h.
#include "runtime/run/bandwidth.h"

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "runtime/run/workers.h"

enum { ARRAY_BYTES = 64 << 20, PASSES = 4, LANES = 8 };

struct part {
  uint64_t *words;
  uint64_t sum;
};

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void fill(void *context, unsigned worker) {
  struct part *part = (struct part *)context + worker;
  part->words = malloc(ARRAY_BYTES);
  if (part->words != NULL)
    memset(part->words, 1, ARRAY_BYTES);
}

static void add_up(void *context, unsigned worker) {
  struct part *part = (struct part *)context + worker;
  uint64_t sums[LANES] = {0};
  for (size_t i = 0; i < ARRAY_BYTES / sizeof(uint64_t); i += LANES)
    for (int lane = 0; lane < LANES; lane++)
      sums[lane] += part->words[i + (size_t)lane];
  for (int lane = 0; lane < LANES; lane++)
    part->sum += sums[lane];
}

double seg_bandwidth_measure(unsigned threads) {
  threads = threads == 0 ? seg_workers_available() : threads;
  struct part *parts = calloc(threads, sizeof *parts);
  if (parts == NULL)
    return 0;
  seg_workers_run(threads, fill, parts);
  unsigned filled = 0;
  while (filled < threads && parts[filled].words != NULL)
    filled++;
  double best = 0;
  for (int pass = 0; pass < PASSES && filled == threads; pass++) {
    double begin = now();
    seg_workers_run(threads, add_up, parts);
    double rate = (double)threads * ARRAY_BYTES / (now() - begin);
    best = rate > best && parts[0].sum != 0 ? rate : best; // the sums are used, so they are made
  }
  for (unsigned i = 0; i < threads; i++)
    free(parts[i].words);
  free(parts);
  return best;
}
