// How fast this machine reads memory: a turn adds up an array of MEGABYTES with each of THREADS
// threads, and answers with bytes a second. bandwidth MEGABYTES THREADS
#include <inttypes.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "bench/turns.h"

enum { MAX_THREADS = 64, REPEATS = 4 };

struct share {
  const uint64_t *words;
  size_t count;
  uint64_t sum;
};

static void *add_up(void *context) {
  struct share *share = context;
  uint64_t sums[8] = {0};
  for (size_t i = 0; i + 8 <= share->count; i += 8)
    for (int lane = 0; lane < 8; lane++)
      sums[lane] += share->words[i + (size_t)lane];
  for (int lane = 0; lane < 8; lane++)
    share->sum += sums[lane];
  return NULL;
}

// The best of a few passes: what the machine can do, not what its neighbours leave.
static double measure(const uint64_t *words, size_t count, int threads) {
  double best = 0;
  for (int repeat = 0; repeat < REPEATS; repeat++) {
    pthread_t others[MAX_THREADS];
    struct share shares[MAX_THREADS];
    int started = 0;
    struct seg_bench_clock start = seg_bench_now();
    for (int i = 0; i < threads; i++) {
      size_t part = count / (size_t)threads;
      shares[i] = (struct share){words + part * (size_t)i, part, 0};
    }
    while (started < threads &&
           pthread_create(&others[started], NULL, add_up, &shares[started]) == 0)
      started++;
    for (int i = 0; i < started; i++)
      pthread_join(others[i], NULL);
    double seconds = seg_bench_now().wall - start.wall;
    size_t words_read = count / (size_t)threads * (size_t)started;
    double rate = (double)words_read * 8 / seconds;
    for (int i = 0; i < started; i++) // the sums are used, so they are computed
      best = rate > best && shares[i].sum != 1 ? rate : best;
  }
  return best;
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: bandwidth MEGABYTES THREADS\n");
    return 2;
  }
  size_t count = strtoull(argv[1], NULL, 10) * 131072;
  int threads = (int)strtol(argv[2], NULL, 10);
  if (count == 0 || threads < 1 || threads > MAX_THREADS)
    return 2;
  uint64_t *words = malloc(count * 8);
  if (words == NULL)
    return 2;
  for (size_t i = 0; i < count; i++)
    words[i] = i * 3;
  puts("ready 0");
  fflush(stdout);
  while (seg_bench_next_turn()) {
    struct seg_bench_clock start = seg_bench_now();
    double rate = measure(words, count, threads);
    seg_bench_say_time(start);
    printf("answer %" PRIu64 " bytes_a_second\n", (uint64_t)rate);
    seg_bench_say_done();
  }
  free(words);
  return 0;
}
