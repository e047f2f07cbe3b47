// The differential test: random programs over random rows must give the same answers in the
// reference evaluator and in compiled rules.
//
//   differential [--programs N] [--from FIRST] [--seed S] [--seconds T] [--jobs J]
//   differential --program SEED     one program again, printed, made small when it differs
//   differential --regressions DIR  the files of DIR
//   differential --fault ...        compiled rules have a fault: it must be found and made small
//
// Programs are spread over worker processes; what they find is shared memory, so that a crash of
// one leaves the seed of the program that did it. Each takes the next program, so that those done
// when the time is over are the first ones.
//
// Exit codes: 1 for a difference, 3 when nothing differs but too many programs were refused.
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "runtime/base/hash.h"
#include "tests/differential/generate.h"
#include "tests/differential/generate_data.h"
#include "tests/differential/regressions.h"
#include "tests/differential/shrink.h"
#include "tests/differential/tally.h"
#include "tests/support/patience.h"

#define DEFAULT_SEED UINT64_C(20261122)

enum { ROWS_PER_PROGRAM = 3, MOST_JOBS = 16, MOST_REFUSED_PERCENT = 5, LONGEST_PROGRAM = 100 };
enum { TOO_MANY_REFUSED = 3 };
enum { STORED = 6 };    // one run in so many goes through a prepared store
enum { SQUEEZED = 16 }; // one in so many is done with less memory, too; more rows than that always
enum { MANY_ROWS = 12000, MANY_CUSTOMERS = 140 };

struct options {
  uint64_t seed;
  uint32_t first, programs, jobs;
  double seconds;
  bool fault, one;
  const char *regressions;
};

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

// Of this process: what compiling costs does not depend on what else the machine does.
static double busy(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

// How the rows numbered `which` of a program are run; drawn from the program's seed.
static struct run_manner manner_of(uint64_t seed, uint32_t which) {
  static const unsigned threads[] = {1, 1, 2, 2, 7};
  static const int64_t morsels[] = {0, 1, 3, 7, 64, 65, 1000};
  struct seg_random random;
  seg_random_init(&random, seg_hash_mix(seed, 77 + which));
  struct run_manner manner = {.threads = threads[seg_random_below(&random, 5)],
                              .morsel_rows = morsels[seg_random_below(&random, 7)]};
  if (seg_random_below(&random, STORED) == 0)
    manner.store_parts = 1 + (uint32_t)seg_random_below(&random, 6);
  return manner;
}

// The processor that the rules are compiled for.
static const char *level_of(uint64_t seed) {
  static const char *const levels[] = {NULL, NULL, NULL, "x86-64", "x86-64-v3", "x86-64-v4"};
  return levels[seg_hash_mix(seed, 76) % (sizeof levels / sizeof *levels)];
}

static uint64_t rows_seed(uint64_t seed, uint32_t which) {
  return seg_hash_mix(seed, 1 + which);
}

// --- one worker ---

/** A program on one set of rows. */
struct trial {
  const struct subject *subject;
  struct data *data;
  struct expected expected;
  struct tally *tally;
};

static bool run_manner(struct trial *trial, struct run_manner manner,
                       struct comparison_result *result) {
  trial->tally->running_manner = manner;
  compare_expected(trial->subject, trial->data, &trial->expected, &manner, result);
  tally_add(trial->tally, result);
  return result->verdict != VERDICT_DIFFERENT;
}

static uint64_t row_count(const struct data *data) {
  uint64_t rows = 0;
  for (uint32_t i = 0; i < data->table_count; i++)
    rows += data->tables[i].rows.count;
  return rows;
}

// Again and again with less memory, down to where it is refused and a little above: workers wait,
// then events go to disk. Few rows need hardly more than the fixed buffers.
static bool run_squeezed(struct trial *trial, struct run_manner manner, uint64_t peak) {
  struct comparison_result result = {0};
  bool right = true;
  for (manner.memory_bytes = peak / 2; right && manner.memory_bytes > 0; manner.memory_bytes /= 2) {
    right = run_manner(trial, manner, &result);
    if (result.verdict == VERDICT_LIMIT)
      break;
  }
  uint64_t refused = manner.memory_bytes;
  for (uint32_t eighths = 9; right && refused > 0 && eighths < 16; eighths += 2) {
    manner.memory_bytes = refused / 8 * eighths;
    right = run_manner(trial, manner, &result);
  }
  return right;
}

// False when the program differs on some rows.
static bool run_rows(struct model *model, struct subject *subject, uint64_t seed,
                     struct tally *tally) {
  bool right = true;
  for (uint32_t which = 0; right && which < ROWS_PER_PROGRAM; which++) {
    struct data data;
    struct comparison_result result;
    struct run_manner manner = manner_of(seed, which);
    tally->running_rows = which;
    double start = busy();
    generate_data(&data, model, rows_seed(seed, which));
    tally->seconds_rows += busy() - start;
    struct trial trial = {.subject = subject, .data = &data, .tally = tally};
    expected_init(&trial.expected, &subject->pipeline, &data);
    tally->seconds_reference += trial.expected.seconds;
    right = run_manner(&trial, manner, &result);
    bool squeezed = row_count(&data) > MANY_ROWS || seg_hash_mix(seed, 70 + which) % SQUEEZED == 0;
    if (right && squeezed && manner.store_parts == 0)
      right = run_squeezed(&trial, manner, result.peak_bytes);
    if (right && trial.expected.customers > MANY_CUSTOMERS) { // the other way, too
      manner.store_parts = manner.store_parts > 0 ? 0 : 1 + which;
      right = run_manner(&trial, manner, &result);
    }
    if (right && which % 2 == 1 && subject->pipeline.plan.chain_count > 0) {
      manner.winners_only = true;
      right = run_manner(&trial, manner, &result);
    }
    expected_deinit(&trial.expected);
    data_deinit(&data);
  }
  return right;
}

// False when something is wrong with the program.
static bool run_program(const struct options *options, uint64_t seed, struct tally *tally) {
  struct model model;
  struct subject subject;
  generate_program(&model, seed);
  char *text = model_print(&model);
  tally->programs++;
  tally->running_rows = 0;
  double start = busy();
  subject_init_for(&subject, text, level_of(seed), options->fault);
  tally->seconds_compile += busy() - start;
  bool right = true;
  if (subject.state == SUBJECT_REFUSED)
    tally_refused(tally, &subject.pipeline, seed);
  else if (subject.state == SUBJECT_FAILED)
    right = false;
  else
    right = run_rows(&model, &subject, seed, tally);
  subject_deinit(&subject);
  free(text);
  seg_arena_deinit(&model.arena);
  return right;
}

static uint64_t program_seed(const struct options *options, uint32_t number) {
  return seg_hash_mix(options->seed, number);
}

/** Shared by the workers. */
struct shared {
  atomic_uint_fast32_t next; // program, from 0
  struct tally tallies[MOST_JOBS];
};

static void work(const struct options *options, double end, struct shared *shared,
                 struct tally *tally) {
  while (now() < end) {
    uint32_t i = (uint32_t)atomic_fetch_add(&shared->next, 1);
    if (i >= options->programs)
      break;
    tally->running_seed = program_seed(options, options->first + i);
    limit_work(LONGEST_PROGRAM); // a run that never ends is a difference as well
    if (!run_program(options, tally->running_seed, tally))
      _exit(1);
  }
  tally->finished = true;
  _exit(0);
}

// --- what was found ---

static int shrink_and_tell(const struct options *options, uint64_t seed, uint32_t which,
                           struct run_manner manner) {
  struct model model;
  struct data data;
  generate_program(&model, seed);
  generate_data(&data, &model, rows_seed(seed, which));
  struct shrink shrink = {.model = &model,
                          .data = &data,
                          .manner = manner,
                          .level = level_of(seed),
                          .fault = options->fault,
                          .seconds = 120};
  printf("\nDIFFERENCE: program %" PRIu64 ", rows %u (run: differential --program %" PRIu64 ")\n",
         seed, which, seed);
  fflush(stdout);
  if (shrink_differs(&shrink))
    shrink_all(&shrink);
  else
    puts("(not again in a process of its own)");
  printf("after %u attempts:\n\n", shrink.attempts);
  shrink_report(&shrink, stdout);
  // The fault is one comparison: more than a handful of lines means that shrinking does not work.
  char *text = model_print(&model);
  size_t lines = 0;
  for (const char *at = text; *at != '\0'; at++)
    lines += *at == '\n';
  bool small = lines <= 25;
  free(text);
  data_deinit(&data);
  seg_arena_deinit(&model.arena);
  if (options->fault)
    printf("\nthe fault was found and made %s: %zu lines\n", small ? "small" : "NOT SMALL", lines);
  return options->fault && small ? 0 : 1;
}

static int run_one(struct options *options) {
  struct model model;
  struct subject subject;
  generate_program(&model, options->seed);
  char *text = model_print(&model);
  printf("%s\nas of day %d\n", text, model.as_of);
  subject_init_for(&subject, text, level_of(options->seed), options->fault);
  if (subject.state == SUBJECT_REFUSED)
    seg_diagnostics_write(&subject.pipeline.sink, &subject.pipeline.map, SEG_FORMAT_HUMAN, false,
                          stdout);
  subject_deinit(&subject);
  free(text);
  int status = 0;
  for (uint32_t which = 0; which < ROWS_PER_PROGRAM && status == 0; which++) {
    struct data data;
    generate_data(&data, &model, rows_seed(options->seed, which));
    struct shrink shrink = {.model = &model,
                            .data = &data,
                            .manner = manner_of(options->seed, which),
                            .level = level_of(options->seed),
                            .fault = options->fault};
    bool differs = shrink_differs(&shrink);
    shrink.manner.winners_only = !differs;
    if (differs || shrink_differs(&shrink))
      status = shrink_and_tell(options, options->seed, which, shrink.manner);
    data_deinit(&data);
  }
  seg_arena_deinit(&model.arena);
  return status;
}

static struct shared *new_shared(void) {
  void *memory =
      mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    abort();
  return memory;
}

static int run_many(const struct options *options) {
  struct shared *shared = new_shared();
  struct tally sum = {0};
  double start = now();
  printf("differential: seed %" PRIu64 ", %u programs, %u workers\n", options->seed,
         options->programs, options->jobs);
  fflush(NULL);
  for (uint32_t i = 0; i < options->jobs; i++)
    if (fork() == 0)
      work(options, start + options->seconds, shared, &shared->tallies[i]);
  while (wait(NULL) > 0)
    continue;
  int status = 0;
  const struct tally *stopped = NULL;
  for (uint32_t i = 0; i < options->jobs; i++) {
    tally_join(&sum, &shared->tallies[i]);
    if (!shared->tallies[i].finished && stopped == NULL)
      stopped = &shared->tallies[i];
  }
  tally_print(&sum, now() - start);
  if (stopped != NULL)
    status = shrink_and_tell(options, stopped->running_seed, stopped->running_rows,
                             stopped->running_manner);
  else if (options->fault)
    status = puts("the fault was not found") >= 0;
  if (sum.refused * 100 > sum.programs * MOST_REFUSED_PERCENT) {
    printf("more than %d%% of the programs were refused\n", MOST_REFUSED_PERCENT);
    status = status == 0 ? TOO_MANY_REFUSED : status;
  }
  munmap(shared, sizeof *shared);
  return status;
}

static bool read_options(int count, char **arguments, struct options *options) {
  for (int i = 1; i < count; i++) {
    const char *name = arguments[i], *value = i + 1 < count ? arguments[i + 1] : "";
    if (strcmp(name, "--fault") == 0) {
      options->fault = true;
      continue;
    }
    i++;
    if (strcmp(name, "--programs") == 0)
      options->programs = (uint32_t)strtoul(value, NULL, 10);
    else if (strcmp(name, "--from") == 0)
      options->first = (uint32_t)strtoul(value, NULL, 10);
    else if (strcmp(name, "--seed") == 0)
      options->seed = strtoull(value, NULL, 0);
    else if (strcmp(name, "--seconds") == 0)
      options->seconds = strtod(value, NULL);
    else if (strcmp(name, "--jobs") == 0)
      options->jobs = (uint32_t)strtoul(value, NULL, 10);
    else if (strcmp(name, "--program") == 0)
      options->seed = strtoull(value, NULL, 0), options->one = true;
    else if (strcmp(name, "--regressions") == 0)
      options->regressions = value;
    else
      return false;
  }
  return options->jobs >= 1 && options->jobs <= MOST_JOBS;
}

int main(int count, char **arguments) {
  struct options options = {.seed = seg_random_seed("SEGC_SEED", DEFAULT_SEED),
                            .programs = 2000,
                            .jobs = 2,
                            .seconds = 1e9};
  if (!read_options(count, arguments, &options)) {
    fputs("usage: differential [--programs N] [--from FIRST] [--seed S] [--seconds T] [--jobs J]\n"
          "                    [--fault] [--program SEED] [--regressions DIR]\n",
          stderr);
    return 2;
  }
  if (options.regressions != NULL)
    return regressions_run(options.regressions);
  return options.one ? run_one(&options) : run_many(&options);
}
