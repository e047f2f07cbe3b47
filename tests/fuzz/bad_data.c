// Files that were changed or cut short: each is read as data, and what comes of it is a whole
// answer or a refusal that names the file. Nothing crashes, hangs, or leaves a part of an output.
//
//   bad_data csv|parquet|store [--count N] [--from FIRST] [--seed S] [--seconds T]
//   bad_data bytes [--step N] [--seed S]   every Nth byte of every file of a store: is it found?
//
// Trials run in a process of their own that tells where it is in shared memory: after a crash the
// next one goes on behind it, and the file is kept.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <segc.h>

#include "runtime/base/hash.h"
#include "tests/fuzz/kept_engine.h"
#include "tests/fuzz/shop.h"
#include "tests/fuzz/target.h"
#include "tests/support/random.h"

#define DEFAULT_SEED UINT64_C(20261123)

enum { LONGEST = 20 /* seconds of work for one file */, MOST_CRASHES = 20 };

struct options {
  enum shop_kind kind;
  bool bytes;
  uint64_t first, count, step, seed;
  double seconds;
};

struct tally {
  uint64_t at; // the trial that a worker is at
  uint64_t done, same, other, refused, unnamed, listed;
  bool finished;
  char wrong[700];
};

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

// --- changes ---

static const char *change(struct shop_file *file, struct seg_random *random, uint8_t *bytes,
                          size_t *size) {
  memcpy(bytes, file->data, file->size);
  *size = file->size;
  if (file->size == 0)
    return "nothing";
  size_t at = seg_random_below(random, (uint32_t)file->size);
  size_t rest = file->size - at;
  size_t count = 1 + seg_random_below(random, rest < 64 ? (uint32_t)rest : 64);
  switch (seg_random_below(random, 8)) {
  case 0: *size = at; return "cut short";
  case 1:
  case 2: bytes[at] ^= (uint8_t)(1u << seg_random_below(random, 8)); return "a bit";
  case 3: bytes[at] = (uint8_t)seg_random_below(random, 256); return "a byte";
  case 4: // those that mean something to whoever reads
    bytes[at] = (uint8_t)"\"\n\r,;\0\xff\x80\x7f-.0PAR1"[seg_random_below(random, 17)];
    return "a sign";
  case 5: memset(bytes + at, 0, count); return "a stretch of zeros";
  case 6:
    memmove(bytes + at, bytes + at + count, rest - count);
    *size -= count;
    return "a stretch is gone";
  default:
    for (size_t i = 0; i < count; i++)
      bytes[at + i] = (uint8_t)seg_random_below(random, 256);
    return "a stretch of anything";
  }
}

// --- one trial ---

struct worker {
  const struct options *options;
  struct shop *shop;
  struct tally *tally;
  uint8_t *bytes;
};

#define WRONG(worker, ...)                                                                         \
  (snprintf((worker)->tally->wrong, sizeof(worker)->tally->wrong, __VA_ARGS__), false)

/** A refusal has a code, says which file it is about, and leaves no output. */
static bool judge_refusal(struct worker *worker, const struct shop_file *file) {
  struct segc_error error = segc_last_error(worker->shop->session);
  if (error.code[0] != 'D')
    return WRONG(worker, "refused without a code: %s", error.message);
  if (access(worker->shop->out, F_OK) == 0)
    return WRONG(worker, "refused, and there is an output: %s", error.message);
  bool named = worker->options->kind == SHOP_STORE
                   ? strstr(error.message, worker->shop->store) != NULL
                   : strstr(error.message, file->name) != NULL;
  if (!named)
    return WRONG(worker, "the file is not named: %s %s", error.code, error.message);
  worker->tally->refused++;
  return true;
}

static bool judge_answer(struct worker *worker) {
  struct shop *shop = worker->shop;
  struct shop_file got = {0};
  if (!shop_read(shop->out, &got))
    return WRONG(worker, "no output");
  bool same = got.size == shop->answer.size && memcmp(got.data, shop->answer.data, got.size) == 0;
  bool whole = got.size > 0 && got.data[got.size - 1] == '\n';
  free(got.data);
  if (!whole)
    return WRONG(worker, "a part of an output");
  if (!same && worker->options->kind == SHOP_STORE)
    return WRONG(worker, "another answer without a word");
  worker->tally->same += same;
  worker->tally->other += !same;
  return true;
}

/** What is listed with its hash is never read otherwise. */
static bool judge_listed(struct worker *worker, bool differs) {
  struct shop *shop = worker->shop;
  enum segc_status status = shop_run(shop, true);
  if (differs ? status != SEGC_FAILURE : status != SEGC_OK)
    return WRONG(worker, "with --manifest: status %d", (int)status);
  worker->tally->listed += differs;
  return true;
}

static bool try_one(struct worker *worker, uint64_t number) {
  struct shop *shop = worker->shop;
  struct seg_random random;
  seg_random_init(&random, seg_hash_mix(worker->options->seed, number));
  struct shop_file *file = &shop->files[seg_random_below(&random, shop->file_count)];
  size_t size;
  const char *what = change(file, &random, worker->bytes, &size);
  bool differs = size != file->size || memcmp(worker->bytes, file->data, size) != 0;
  shop_write(file->path, worker->bytes, size);
  unlink(shop->out);
  enum segc_status status = shop_run(shop, false);
  bool right = status == SEGC_OK        ? judge_answer(worker)
               : status == SEGC_FAILURE ? judge_refusal(worker, file)
                                        : WRONG(worker, "status %d", (int)status);
  if (right && shop->manifest[0] != '\0' && number % 8 == 0)
    right = judge_listed(worker, differs);
  if (!right) {
    size_t length = strlen(worker->tally->wrong);
    snprintf(worker->tally->wrong + length, sizeof worker->tally->wrong - length,
             " (%s, %s: see %s)", file->name, what, file->path);
    return false;
  }
  shop_write(file->path, file->data, file->size);
  worker->tally->done++;
  return true;
}

/** Every byte of every file of the store, changed alone: --verify finds it. */
static bool try_bytes(struct worker *worker) {
  struct shop *shop = worker->shop;
  const struct options *options = worker->options;
  uint64_t place = 0;
  for (uint32_t f = 0; f < shop->file_count; f++) {
    struct shop_file *file = &shop->files[f];
    for (size_t i = 0; i < file->size; i++, place++) {
      uint64_t drawn = seg_hash_mix(options->seed, place);
      if (drawn % options->step != 0)
        continue;
      worker->tally->at = place;
      memcpy(worker->bytes, file->data, file->size);
      worker->bytes[i] ^= (uint8_t)(1 + (drawn >> 32) % 255);
      shop_write(file->path, worker->bytes, file->size);
      if (shop_verify(shop))
        return WRONG(worker, "byte %zu of %s was changed and not found", i, file->name);
      worker->tally->done++;
    }
    shop_write(file->path, file->data, file->size);
  }
  return shop_verify(shop) ? true : WRONG(worker, "the store as it was is refused");
}

static void limit_work(void) {
  // Begins anew with each file; a limit of the process counts otherwise than it tells.
  const struct itimerval most = {.it_value = {.tv_sec = LONGEST}};
  setitimer(ITIMER_PROF, &most, NULL);
  alarm(10 * LONGEST); // a process that only waits
}

static void work(const struct options *options, struct shop *shop, double end,
                 struct tally *tally) {
  struct worker worker = {.options = options, .shop = shop, .tally = tally};
  size_t largest = 0;
  for (uint32_t i = 0; i < shop->file_count; i++)
    largest = shop->files[i].size > largest ? shop->files[i].size : largest;
  worker.bytes = malloc(largest + 1);
  if (worker.bytes == NULL || !shop_open(shop))
    fuzz_stop("the shop cannot be opened");
  if (options->bytes) {
    if (!try_bytes(&worker))
      _exit(1);
  } else {
    for (; tally->at < options->count && now() < end; tally->at++) {
      limit_work();
      if (!try_one(&worker, options->first + tally->at))
        _exit(1);
    }
  }
  tally->finished = true;
  _exit(0);
}

// --- all ---

static void report(const struct options *options, const struct tally *tally, uint32_t crashes,
                   double seconds) {
  if (options->bytes)
    printf("%" PRIu64 " bytes changed, all found", tally->done);
  else
    printf("%" PRIu64 " damaged files: %" PRIu64 " refused, %" PRIu64
           " read with the same answer, %" PRIu64 " with another one; %" PRIu64
           " more asked with a manifest, all refused; %u crashes",
           tally->done, tally->refused, tally->same, tally->other, tally->listed, crashes);
  printf(", %.1f s\n", seconds);
}

static int run(const struct options *options) {
  struct tally *tally =
      mmap(NULL, sizeof *tally, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  struct shop shop;
  if (tally == MAP_FAILED || !shop_init(&shop, options->kind))
    fuzz_stop("no shop can be made");
  if (options->kind == SHOP_CSV) // of Parquet files some are read without it
    keep_engines();
  double start = now();
  uint32_t crashes = 0;
  while (!tally->finished && tally->wrong[0] == '\0' && crashes < MOST_CRASHES) {
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
      work(options, &shop, start + options->seconds, tally);
    int status = 0;
    waitpid(child, &status, 0);
    if (tally->finished || tally->wrong[0] != '\0')
      break;
    crashes++;
    printf("trial %" PRIu64 ": wait status %d; the files are in %s\n", options->first + tally->at,
           status, shop.folder);
    shop_keep(&shop, options->first + tally->at);
    tally->at++;
  }
  if (tally->wrong[0] != '\0') {
    printf("trial %" PRIu64 ": %s\n", options->first + tally->at, tally->wrong);
    return 1;
  }
  report(options, tally, crashes, now() - start);
  shop_deinit(&shop);
  return crashes > 0;
}

static bool read_options(int count, char **arguments, struct options *options) {
  static const char *const kinds[] = {"csv", "parquet", "store", "bytes"};
  size_t kind = 0;
  while (count > 1 && kind < 4 && strcmp(arguments[1], kinds[kind]) != 0)
    kind++;
  if (count < 2 || kind == 4)
    return false;
  options->bytes = kind == 3;
  options->kind = options->bytes ? SHOP_STORE : (enum shop_kind)kind;
  for (int i = 2; i + 1 < count; i += 2) {
    const char *name = arguments[i], *value = arguments[i + 1];
    if (strcmp(name, "--count") == 0)
      options->count = strtoull(value, NULL, 10);
    else if (strcmp(name, "--from") == 0)
      options->first = strtoull(value, NULL, 10);
    else if (strcmp(name, "--step") == 0)
      options->step = strtoull(value, NULL, 10);
    else if (strcmp(name, "--seed") == 0)
      options->seed = strtoull(value, NULL, 0);
    else if (strcmp(name, "--seconds") == 0)
      options->seconds = strtod(value, NULL);
    else
      return false;
  }
  return count % 2 == 0 && options->step > 0;
}

int main(int count, char **arguments) {
  struct options options = {
      .count = 1000, .step = 1, .seed = seg_random_seed("SEGC_SEED", DEFAULT_SEED), .seconds = 1e9};
  if (!read_options(count, arguments, &options)) {
    fputs("usage: bad_data csv|parquet|store [--count N] [--from FIRST] [--seed S] [--seconds T]\n"
          "       bad_data bytes [--step N] [--seed S]\n",
          stderr);
    return 2;
  }
  printf("bad_data: %s, seed %" PRIu64 "\n", arguments[1], options.seed);
  return run(&options);
}
