// A fuzz target without libFuzzer: fuzz_NAME [--mutate COUNT] [--seed SEED] [--seconds S]
// FILE|DIR... All files, then COUNT changed ones. Before each input is tried it is written to a
// file that stays when the process ends badly.
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "runtime/base/vec.h"
#include "tests/fuzz/target.h"
#include "tests/support/random.h"

enum { LARGEST = 1 << 16, OPEN_FOLDERS = 16 };

struct seed_file {
  uint8_t *data;
  size_t size;
};

static SEG_VEC(struct seed_file) seeds;
static const char *kept; // path of the input at work

static int add_seed(const char *path, const struct stat *about, int kind, struct FTW *place) {
  (void)place;
  if (kind != FTW_F || about->st_size > LARGEST)
    return 0;
  FILE *file = fopen(path, "rb");
  struct seed_file seed = {.data = malloc(LARGEST)};
  if (file == NULL || seed.data == NULL)
    fuzz_stop("cannot read %s", path);
  seed.size = fread(seed.data, 1, LARGEST, file);
  fclose(file);
  if (!SEG_VEC_PUSH(&seeds, seed))
    fuzz_stop("out of memory");
  return 0;
}

static void try_out(const uint8_t *data, size_t size) {
  FILE *file = fopen(kept, "wb");
  if (file == NULL || fwrite(data, 1, size, file) != size || fclose(file) != 0)
    fuzz_stop("cannot write %s", kept);
  LLVMFuzzerTestOneInput(data, size);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
  uint64_t seed = seg_random_seed("SEGC_SEED", 20261101), count = 0;
  double seconds = 1e9;
  char path[64];
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "--mutate") == 0 && i + 1 < argc)
      count = strtoull(argv[++i], NULL, 10);
    else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
      seed = strtoull(argv[++i], NULL, 0);
    else if (strcmp(argv[i], "--seconds") == 0 && i + 1 < argc)
      seconds = strtod(argv[++i], NULL);
    else if (nftw(argv[i], add_seed, OPEN_FOLDERS, FTW_PHYS) != 0)
      fuzz_stop("cannot read %s", argv[i]);
  }
  if (seeds.count == 0)
    fuzz_stop("no inputs are named");
  snprintf(path, sizeof path, "/tmp/segc-fuzz-input-%ld", (long)getpid());
  kept = path;
  printf("seed %llu; the input at work is in %s\n", (unsigned long long)seed, kept);
  fflush(stdout);
  for (size_t i = 0; i < seeds.count; i++)
    try_out(seeds.items[i].data, seeds.items[i].size);
  struct seg_random random;
  seg_random_init(&random, seed);
  static uint8_t input[LARGEST];
  double begin = now();
  uint64_t done = 0;
  for (; done < count && now() - begin < seconds; done++) {
    const struct seed_file *from = &seeds.items[seg_random_below(&random, (uint32_t)seeds.count)];
    memcpy(input, from->data, from->size);
    try_out(input, LLVMFuzzerCustomMutator(input, from->size, LARGEST,
                                           (unsigned)seg_random_next(&random)));
  }
  printf("%zu inputs, %llu changed ones\n", seeds.count, (unsigned long long)done);
  for (size_t i = 0; i < seeds.count; i++)
    free(seeds.items[i].data);
  SEG_VEC_FREE(&seeds);
  unlink(kept);
  return 0;
}
