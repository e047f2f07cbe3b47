// The prover under attack: random projects, random customers, no proof may fall.
//
//   prover_attack [--projects N] [--customers N] [--segments N] [--questions N] [--budget N]
//                 [--seed S] [--jobs J] [--kind typical|varied|small] [--ask
//                 questions|verdicts|twice|orders|cvc5]
//   prover_attack --fault proof|core|witness|silence|answer ...    one is planted, and must be
//   found prover_attack --rules FILE                  rules that somebody wrote prover_attack
//   --project SEED --kind KIND    one project again, made small when a proof falls prover_attack
//   --print SEED --kind KIND      only its rules
//
// Projects are spread over worker processes; what they count is shared memory.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/base/hash.h"
#include "tests/prover/agree.h"
#include "tests/prover/orders.h"
#include "tests/prover/reduce.h"
#include "tests/prover/second_solver.h"
#include "tests/support/patience.h"
#include "tests/support/random.h"

#define DEFAULT_SEED UINT64_C(20261123)

enum { MOST_JOBS = 16, LONGEST_PROJECT = 240, MOST_REFUSED_PERCENT = 6, SKIPPED = 77 };

static const char *const kind_names[PROJECT_KINDS] = {"typical", "varied", "small"};
static const char *const mode_names[ASK_MODES] = {"questions", "verdicts", "twice", "orders",
                                                  "cvc5"};

static const char *const fault_names[FAULT_KINDS] = {"none",    "proof",   "core",
                                                     "witness", "silence", "answer"};

struct options {
  struct attack_options attack;
  uint64_t seed;
  uint32_t projects, jobs;
  int kind;          // -1: all in turn
  const char *rules; // a file, or NULL
  bool one, print;
};

static enum project_kind kind_of(const struct options *options, uint32_t number) {
  static const enum project_kind turns[] = {PROJECT_TYPICAL, PROJECT_SMALL, PROJECT_TYPICAL,
                                            PROJECT_VARIED};
  return options->kind >= 0 ? (enum project_kind)options->kind : turns[number % 4];
}

/** `failure->kind` says whether a proof fell, and `customer` holds who refutes it. */
static bool try_project(const struct options *options, struct model *model, enum project_kind kind,
                        uint64_t seed, struct attack_tally *tally, struct failure *failure,
                        struct data *customer) {
  const struct attack_options *attack = &options->attack;
  bool right = false;
  *failure = (struct failure){0};
  switch (attack->mode) {
  case ASK_QUESTIONS:
  case ASK_VERDICTS:
    right = attack_project(model, kind, seed, attack, tally, failure, customer);
    break;
  case ASK_TWICE: right = agree_project(model, kind, attack, tally); break;
  case ASK_ORDERS: right = orders_project(model, seed, attack, tally); break;
  case ASK_SECOND: right = second_solver_project(model, seed, attack, tally); break;
  case ASK_MODES: abort();
  }
  return right;
}

static int tell(const struct options *options, enum project_kind kind, uint64_t seed) {
  struct model model;
  struct attack_tally *tally = calloc(1, sizeof *tally);
  struct failure failure;
  struct data customer;
  if (tally == NULL)
    abort();
  attack_generate(&model, kind, seed, &options->attack);
  bool right = try_project(options, &model, kind, seed, tally, &failure, &customer);
  attack_print(tally);
  if (!right) {
    printf("\nWRONG: %s project %" PRIu64 " (run: prover_attack --project %" PRIu64
           " --kind %s --ask %s)\n",
           kind_names[kind], seed, seed, kind_names[kind], mode_names[options->attack.mode]);
  }
  if (failure.kind != NO_FAILURE) {
    reduce_and_tell(&model, &failure, &options->attack, &customer);
    data_deinit(&customer);
  }
  seg_arena_deinit(&model.arena);
  free(tally);
  return right ? 0 : 1;
}

static char *read_text(const char *path) {
  char *text = NULL;
  size_t size;
  FILE *file = fopen(path, "r");
  if (file == NULL || getdelim(&text, &size, '\0', file) < 0) {
    fprintf(stderr, "prover_attack: `%s` cannot be read\n", path);
    exit(2);
  }
  fclose(file);
  return text;
}

static int run_rules(const struct options *options) {
  struct attack_tally *tally = calloc(1, sizeof *tally);
  struct failure failure;
  struct data customer;
  char *text = read_text(options->rules);
  if (tally == NULL)
    abort();
  bool right = attack_rules(text, options->seed, &options->attack, tally, &failure, &customer);
  attack_print(tally);
  if (!right)
    printf("\nWRONG: %s\n", tally->refused > 0 ? "the rules are refused" : options->rules);
  if (failure.kind != NO_FAILURE) {
    printf("question: %s\n%s\n", failure.question,
           failure.kind == FAILURE_WITNESS ? "the compiled rules do not take the witness"
                                           : "a customer refutes that there is nobody");
    data_write(&customer, stdout);
    data_deinit(&customer);
  }
  free(text);
  free(tally);
  return right ? 0 : 1;
}

static int run_one(const struct options *options) {
  struct model model;
  enum project_kind kind = kind_of(options, 0);
  attack_generate(&model, kind, options->seed, &options->attack);
  char *text = model_print(&model);
  puts(text);
  fflush(stdout);
  free(text);
  seg_arena_deinit(&model.arena);
  return options->print ? 0 : tell(options, kind, options->seed);
}

static void work(const struct options *options, uint32_t worker, struct attack_tally *tally) {
  for (uint32_t i = worker; i < options->projects; i += options->jobs) {
    struct model model;
    struct failure failure;
    tally->running_kind = kind_of(options, i);
    tally->running_seed = seg_hash_mix(options->seed, i);
    limit_work(LONGEST_PROJECT);
    attack_generate(&model, tally->running_kind, tally->running_seed, &options->attack);
    bool right = try_project(options, &model, tally->running_kind, tally->running_seed, tally,
                             &failure, NULL);
    seg_arena_deinit(&model.arena);
    if (!right) {
      tally->failed = true;
      _exit(1);
    }
  }
  tally->finished = true;
  _exit(0);
}

static int run_many(const struct options *options) {
  struct attack_tally *tallies = mmap(NULL, MOST_JOBS * sizeof *tallies, PROT_READ | PROT_WRITE,
                                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  struct attack_tally *sum = calloc(1, sizeof *sum);
  if (tallies == MAP_FAILED || sum == NULL)
    abort();
  printf("prover_attack: seed %" PRIu64 ", %u projects, %" PRId64 " customers each, %u workers\n",
         options->seed, options->projects, options->attack.customers, options->jobs);
  fflush(NULL);
  for (uint32_t i = 0; i < options->jobs; i++)
    if (fork() == 0)
      work(options, i, &tallies[i]);
  while (wait(NULL) > 0)
    continue;
  int status = 0;
  for (uint32_t i = 0; i < options->jobs; i++)
    attack_join(sum, &tallies[i]);
  attack_print(sum);
  for (uint32_t i = 0; i < options->jobs && status == 0; i++) {
    if (tallies[i].failed)
      status = tell(options, tallies[i].running_kind, tallies[i].running_seed);
    else if (!tallies[i].finished)
      status = printf("CRASHED or without end: prover_attack --project %" PRIu64 " --kind %s\n",
                      tallies[i].running_seed, kind_names[tallies[i].running_kind]) > 0;
  }
  if (sum->refused * 100 > sum->projects * MOST_REFUSED_PERCENT) {
    printf("more than %d%% of the projects were refused\n", MOST_REFUSED_PERCENT);
    status = 1;
  }
  munmap(tallies, MOST_JOBS * sizeof *tallies);
  free(sum);
  return status;
}

static bool read_word(const char *const *names, int count, const char *word, int *number) {
  for (int i = 0; i < count; i++)
    if (strcmp(word, names[i]) == 0) {
      *number = i;
      return true;
    }
  return false;
}

static bool read_option(struct options *options, const char *name, const char *value) {
  struct attack_options *attack = &options->attack;
  if (strcmp(name, "--projects") == 0)
    options->projects = (uint32_t)strtoul(value, NULL, 10);
  else if (strcmp(name, "--customers") == 0)
    attack->customers = strtoll(value, NULL, 10);
  else if (strcmp(name, "--segments") == 0)
    attack->segments = (uint32_t)strtoul(value, NULL, 10);
  else if (strcmp(name, "--questions") == 0)
    attack->questions = (uint32_t)strtoul(value, NULL, 10);
  else if (strcmp(name, "--ask") == 0)
    return read_word(mode_names, ASK_MODES, value, (int *)&attack->mode);
  else if (strcmp(name, "--budget") == 0)
    attack->budget = (unsigned)strtoul(value, NULL, 10);
  else if (strcmp(name, "--seed") == 0)
    options->seed = strtoull(value, NULL, 0);
  else if (strcmp(name, "--jobs") == 0)
    options->jobs = (uint32_t)strtoul(value, NULL, 10);
  else if (strcmp(name, "--project") == 0)
    options->seed = strtoull(value, NULL, 0), options->one = true;
  else if (strcmp(name, "--print") == 0)
    options->seed = strtoull(value, NULL, 0), options->one = options->print = true;
  else if (strcmp(name, "--rules") == 0)
    options->rules = value;
  else if (strcmp(name, "--fault") == 0)
    return read_word(fault_names, FAULT_KINDS, value, (int *)&attack->fault);
  else if (strcmp(name, "--kind") == 0)
    return read_word(kind_names, PROJECT_KINDS, value, &options->kind);
  else
    return false;
  return true;
}

int main(int count, char **arguments) {
  struct options options = {
      .attack = {.segments = 7, .questions = 60, .customers = 100000, .budget = 200000},
      .seed = seg_random_seed("SEGC_SEED", DEFAULT_SEED),
      .projects = 200,
      .jobs = 2,
      .kind = -1};
  bool right = count % 2 == 1;
  for (int i = 1; i + 1 < count && right; i += 2)
    right = read_option(&options, arguments[i], arguments[i + 1]);
  right = right && options.jobs >= 1 && options.jobs <= MOST_JOBS && options.attack.segments >= 2 &&
          options.attack.segments <= MODEL_MAX_SEGMENTS;
  if (!right) {
    fputs("usage: prover_attack [--projects N] [--customers N] [--segments N] [--questions N]\n"
          "                     [--budget N] [--seed S] [--jobs J] [--kind typical|varied|small]\n"
          "                     [--ask questions|verdicts|twice|orders|cvc5]\n"
          "                     [--fault proof|core|witness|silence|answer] [--rules FILE]\n"
          "                     [--project SEED --kind KIND] [--print SEED --kind KIND]\n",
          stderr);
    return 2;
  }
  if (options.attack.mode == ASK_SECOND && !second_solver_is_there()) {
    puts("skipped: the program cvc5 is not installed");
    return SKIPPED;
  }
  if (options.rules != NULL)
    return run_rules(&options);
  return options.one ? run_one(&options) : run_many(&options);
}
