// segc under faults: every command of scenarios.def, again and again, each time with another call
// that fails. Whatever fails, the command does what it does without the fault, or says that it
// could not (exit code 2) and leaves every file as it was; see README.md.
#include <duckdb.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <limits.h>
#include <llvm-c/Core.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <z3.h>

#include "tests/trust/faults/fault.h"
#include "tests/trust/faults/folder.h"
#include "tests/trust/faults/judge.h"

int segc_main(int argc, char **argv);

// Of a build that counts what runs (scripts/coverage); others have none.
__attribute__((weak)) int __llvm_profile_write_file(void);

enum {
  FILES =
      FAULT_OPEN | FAULT_MAKE | FAULT_READ | FAULT_WRITE | FAULT_SYNC | FAULT_NAME | FAULT_CLOSE,
  WRITING = FAULT_MAKE | FAULT_WRITE | FAULT_SYNC | FAULT_NAME | FAULT_CLOSE,
  STOPPABLE = FAULT_READ | FAULT_WRITE,
};

static const struct fault_mode modes[] = {
    {"memory", FAULT_MEMORY, ENOMEM, false},
    {"memory-gone", FAULT_MEMORY, ENOMEM, true},
    {"piece", FAULT_PIECE, ENOMEM, false},
    {"EIO", FILES, EIO, false},
    {"EIO-for-good", WRITING, EIO, true},
    {"ENOSPC", WRITING, ENOSPC, false},
    {"ENOSPC-for-good", WRITING, ENOSPC, true},
    {"EINTR", STOPPABLE, EINTR, false},
    {"short", STOPPABLE, 0, false},
    {"EIO-library", FAULT_LIBRARY_READ, EIO, false},
    {"short-library", FAULT_LIBRARY_READ, 0, false},
    {"no-page", FAULT_PAGE, EIO, false},
};
enum { MODE_COUNT = sizeof modes / sizeof *modes, WORDS = 24, LONGEST_SECONDS = 60 };

static const char *const setups[] = {
#define SETUP(command) command,
#define SCENARIO(name, command)
#include "tests/trust/faults/scenarios.def"
#undef SETUP
#undef SCENARIO
};

// Sweeps the store, whatever is in it.
static const char sweeper[] = "prepare shop --data data --store store --threads 1";

static const struct {
  const char *name, *command;
} scenarios[] = {
#define SETUP(command)
#define SCENARIO(name, command) {#name, command},
#include "tests/trust/faults/scenarios.def"
};
enum {
  SETUP_COUNT = sizeof setups / sizeof *setups,
  SCENARIO_COUNT = sizeof scenarios / sizeof *scenarios
};

struct driver {
  char place[64], base[80], work[80], said[80]; // folders
  struct fault_log *log;
  struct fault_map *map;
  bool only_count;
  bool by_place;  // every place once
  double seconds; // for all scenarios; 0: every point
  uint64_t seed;
  const char *only, *mode;
  uint64_t point;
  size_t swept_count; // entries of the folder behind `sweeper`
  uint64_t kills;     // of each command, instead of faults
  uint64_t tried, harmless, swept, wrong, killed;
  struct told {
    const char *what;
    const void *place;
  } told[256]; // one failure of each kind and place is told at length
  int told_count;
};

static void forget(struct outcome *outcome) {
  free(outcome->output);
  free(outcome->messages);
  folder_forget(&outcome->folder);
}

// --- one command ---------------------------------------------------------------------------------

static void redirect(const char *folder, const char *name, int to) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (file < 0 || dup2(file, to) < 0)
    _exit(99);
  close(file);
}

static _Noreturn void be_segc(const struct driver *driver, const char *command,
                              const struct fault_mode *mode, uint64_t at) {
  char text[512], *arguments[WORDS] = {"segc"}, *rest;
  int count = 1;
  snprintf(text, sizeof text, "%s", command);
  for (char *word = strtok_r(text, " ", &rest); word != NULL && count < WORDS - 1;
       word = strtok_r(NULL, " ", &rest))
    arguments[count++] = word;
  redirect(driver->said, "output", STDOUT_FILENO);
  redirect(driver->said, "messages", STDERR_FILENO);
  if (chdir(driver->work) != 0)
    _exit(99);
  alarm(LONGEST_SECONDS);
  if (mode != NULL)
    fault_begin(mode, at, driver->log, mode->kinds == FAULT_ALL ? NULL : driver->map);
  int code = segc_main(count, arguments);
  fault_end();
  if (__llvm_profile_write_file != NULL)
    __llvm_profile_write_file();
#ifdef __SANITIZE_ADDRESS__
  exit(code); // and look for what was not freed
#else
  fflush(NULL);
  _exit(code); // what libraries do at their end takes as long as the rest
#endif
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static pid_t start(const struct driver *driver, const char *command, const struct fault_mode *mode,
                   uint64_t at) {
  memset(driver->log, 0, sizeof *driver->log);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0)
    be_segc(driver, command, mode, at);
  return child;
}

static struct outcome finish(const struct driver *driver, pid_t child) {
  int status;
  size_t size;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR)
    ;
  struct outcome outcome = {.code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status)};
  outcome.output = folder_read(driver->said, "output", &size);
  outcome.messages = folder_read(driver->said, "messages", &size);
  outcome.folder = folder_look(driver->work);
  return outcome;
}

static struct outcome run(const struct driver *driver, const char *command,
                          const struct fault_mode *mode, uint64_t at) {
  return finish(driver, start(driver, command, mode, at));
}

static void renew(const struct driver *driver) {
  folder_remove(driver->work);
  folder_copy(driver->base, driver->work);
}

// --- telling -------------------------------------------------------------------------------------

static void tell_place(const char *what, const struct fault_place *place, int from) {
  char command[2048], line[512];
  size_t size =
      (size_t)snprintf(command, sizeof command, "addr2line -fps -e /proc/%ld/exe", (long)getpid());
  // The program is loaded somewhere else than it was linked for.
  extern const char __executable_start;
  for (int i = from; i < place->depth && i < from + 9 && size < sizeof command - 32; i++)
    size += (size_t)snprintf(command + size, sizeof command - size, " %p",
                             (void *)((const char *)place->calls[i] - &__executable_start - 1));
  FILE *out = place->depth > from ? popen(command, "r") : NULL;
  if (out != NULL)
    printf("  %s:", what);
  while (out != NULL && fgets(line, sizeof line, out) != NULL)
    if (line[0] != '?')
      printf(" %.*s;", (int)strcspn(line, "(\n"), line);
  if (out != NULL) {
    pclose(out);
    printf("\n");
  }
}

// Failures with the same one are told once.
static const void *place_of(const struct fault_log *log) {
  return log->crashed.depth > 4 ? log->crashed.calls[3] : log->failed.calls[4];
}

static void tell(struct driver *driver, const char *name, const char *mode, uint64_t at,
                 const struct verdict *verdict, const struct outcome *found,
                 const struct fault_log *log) {
  driver->wrong++;
  for (int i = 0; i < driver->told_count; i++)
    if (driver->told[i].what == verdict->wrong && driver->told[i].place == place_of(log))
      return;
  if (driver->told_count < 256)
    driver->told[driver->told_count++] = (struct told){verdict->wrong, place_of(log)};
  printf("\nFAILED: %s, %s at %llu: %s %s (exit code %d)\n", name, mode, (unsigned long long)at,
         verdict->wrong, verdict->place, found->code);
  tell_place("the call", &log->failed, 3);
  tell_place("the crash", &log->crashed, 2);
  if (found->messages[0] != '\0')
    printf("  %.400s", found->messages);
}

// --- points --------------------------------------------------------------------------------------

// The next run is to sweep what was left: a store's that of the store, else the command itself.
static struct outcome sweep(struct driver *driver, int which, struct verdict *verdict,
                            const struct expected *expected) {
  const char *left = verdict->leftover;
  bool store = judge_is_below(left, "store");
  struct outcome next = run(driver, store ? sweeper : scenarios[which].command, NULL, 0);
  driver->swept++;
  // A store's next generation may have the number, and so the names, of the one that was given
  // up.
  bool lies =
      store ? next.folder.count > driver->swept_count : folder_find(&next.folder, left) != NULL;
  if (next.code != (store ? 0 : expected->normal.code))
    verdict->wrong = "the run behind it fails, which is to sweep";
  else if (lies)
    verdict->wrong = "what it leaves is not swept:";
  if (verdict->wrong != NULL)
    memcpy(verdict->place, left, sizeof verdict->place);
  return next;
}

// What is left is to be swept. Then everything is made as it was.
static void settle(struct driver *driver, int which, const char *mode, uint64_t at,
                   struct verdict *verdict, const struct expected *expected,
                   const struct outcome *found) {
  struct fault_log log = *driver->log;
  struct outcome next = {0};
  bool leaves = verdict->leftover[0] != '\0';
  driver->tried++;
  driver->harmless += verdict->harmless;
  if (verdict->wrong == NULL && leaves) {
    next = sweep(driver, which, verdict, expected);
    if (verdict->wrong != NULL)
      found = &next;
  }
  if (verdict->wrong != NULL)
    tell(driver, scenarios[which].name, mode, log.struck_at > 0 ? log.struck_at : at, verdict,
         found, &log);
  if (leaves || !judge_same_folder(&found->folder, &expected->before))
    renew(driver);
  forget(&next);
}

// One point; false when the command is over before it.
static bool try_point(struct driver *driver, int which, const struct fault_mode *mode, uint64_t at,
                      const struct expected *expected) {
  struct outcome found = run(driver, scenarios[which].command, mode, at);
  bool struck = atomic_load(&driver->log->struck);
  if (struck) {
    struct verdict verdict = judge_fault(mode, expected, &found);
    settle(driver, which, mode->name, at, &verdict, expected, &found);
  } else {
    renew(driver);
  }
  forget(&found);
  return struck;
}

// Killed somewhere between the beginning and a little after the end. How long a command takes
// depends on what else the machine does: it is learnt on the way, so that four in five are killed
// in time.
static void try_kill(struct driver *driver, int which, uint64_t number, struct expected *expected) {
  double at = (double)(number + 1) * 0.6180339887498949;
  double moment = (at - (double)(uint64_t)at) * expected->seconds;
  pid_t child = start(driver, scenarios[which].command, NULL, 0);
  usleep((useconds_t)(moment * 1e6));
  kill(child, SIGKILL);
  struct outcome found = finish(driver, child);
  struct verdict verdict = judge_kill(expected, &found);
  driver->killed += found.code == -SIGKILL;
  expected->seconds *= found.code == -SIGKILL ? 1.01 : 0.96;
  settle(driver, which, "a kill", number, &verdict, expected, &found);
  forget(&found);
}

static uint64_t points_of(const struct expected *expected, const struct fault_mode *mode) {
  uint64_t points = 0;
  for (int k = 0; k < FAULT_KINDS; k++)
    if ((mode->kinds & 1u << k) != 0)
      points += expected->points[k];
  return points;
}

static bool is_wanted(const struct driver *driver, const struct fault_mode *mode) {
  return driver->mode == NULL || strcmp(driver->mode, mode->name) == 0;
}

// Every point of every mode. A run in several threads has now more calls, now fewer.
static void try_all(struct driver *driver, int which, const struct expected *expected) {
  for (int m = 0; m < MODE_COUNT; m++) {
    uint64_t tried = 0;
    if (!is_wanted(driver, &modes[m]))
      continue;
    while (try_point(driver, which, &modes[m], tried + 1, expected))
      tried++;
    printf(", %s %llu", modes[m].name, (unsigned long long)tried);
    fflush(stdout);
  }
}

// Every place where a call can fail once and where no scenario before came, once.
static void try_places(struct driver *driver, int which, const struct expected *expected) {
  for (int m = 0; m < MODE_COUNT; m++) {
    if (!is_wanted(driver, &modes[m]) || modes[m].onwards)
      continue;
    uint64_t from = atomic_load(&driver->map->count);
    struct outcome counted = run(driver, scenarios[which].command, &modes[m], 0);
    uint64_t until = atomic_load(&driver->map->count);
    forget(&counted);
    renew(driver);
    for (uint64_t i = from; i < until; i++)
      try_point(driver, which, &modes[m], i + 1, expected);
    printf(", %s %llu", modes[m].name, (unsigned long long)(until - from));
    fflush(stdout);
  }
}

// As many points as time allows, in turn of every mode, spread evenly by the golden ratio.
static void try_some(struct driver *driver, int which, const struct expected *expected,
                     double until) {
  uint64_t first = driver->seed + (uint64_t)which;
  double at = (double)(driver->seed * 2654435761u % 1000003) / 1000003;
  for (uint64_t i = 0;; i++) {
    const struct fault_mode *mode = &modes[(first + i) % MODE_COUNT];
    uint64_t points = points_of(expected, mode);
    at += 0.6180339887498949;
    at -= (double)(at >= 1);
    if (points > 0 && is_wanted(driver, mode))
      try_point(driver, which, mode, 1 + (uint64_t)(at * (double)points), expected);
    if (now() >= until)
      break;
  }
}

static void tell_points(const struct driver *driver, const struct expected *expected) {
  for (int m = 0; m < MODE_COUNT; m++)
    if (is_wanted(driver, &modes[m]))
      printf(", %s %llu", modes[m].name, (unsigned long long)points_of(expected, &modes[m]));
}

static void try_scenario(struct driver *driver, int which, double seconds) {
  static const struct fault_mode none = {"none", FAULT_ALL, 0, false};
  struct expected expected = {0};
  uint64_t tried = driver->tried;
  double first = now();
  renew(driver);
  expected.before = folder_look(driver->work);
  double begin = now();
  expected.normal = run(driver, scenarios[which].command, &none, 0);
  expected.seconds = now() - begin;
  for (int k = 0; k < FAULT_KINDS; k++)
    expected.points[k] = atomic_load(&driver->log->by_kind[k]);
  renew(driver);
  if (expected.normal.code != 0 && expected.normal.code != 1) {
    printf("FAILED: %s without a fault: exit code %d\n%s", scenarios[which].name,
           expected.normal.code, expected.normal.messages);
    driver->wrong++;
  } else {
    printf("%-14s", scenarios[which].name);
    for (uint64_t k = 0; k < driver->kills; k++)
      try_kill(driver, which, driver->seed + k, &expected);
    if (driver->only_count)
      tell_points(driver, &expected);
    else if (driver->kills > 0)
      printf(" %llu of %llu killed in time,", (unsigned long long)driver->killed,
             (unsigned long long)driver->kills);
    else if (driver->point > 0) {
      for (int m = 0; m < MODE_COUNT; m++)
        if (is_wanted(driver, &modes[m]))
          try_point(driver, which, &modes[m], driver->point, &expected);
    } else if (driver->by_place)
      try_places(driver, which, &expected);
    else if (driver->seconds > 0)
      try_some(driver, which, &expected, first + seconds);
    else
      try_all(driver, which, &expected);
    printf(" %llu points, %.1f s\n", (unsigned long long)(driver->tried - tried), now() - first);
  }
  folder_forget(&expected.before);
  forget(&expected.normal);
}

// --- the program ---------------------------------------------------------------------------------

// More customers and purchases than little memory holds.
static bool write_many(const struct driver *driver) {
  enum { CUSTOMERS = 5000, PURCHASES = 20000 };
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/many", driver->base);
  mkdir(path, 0700);
  snprintf(path, sizeof path, "%s/many/customers.csv", driver->base);
  FILE *customers = fopen(path, "w");
  snprintf(path, sizeof path, "%s/many/purchases.csv", driver->base);
  FILE *purchases = fopen(path, "w");
  if (customers == NULL || purchases == NULL)
    return false;
  fputs("id,mail,country,plan,joined,vip\n", customers);
  for (int i = 0; i < CUSTOMERS; i++)
    fprintf(customers, "m%d,,DE,pro,2026-01-%02d,\n", i, 1 + i % 28);
  fputs("customer,day,amount,shop,pieces,receipt\n", purchases);
  for (int i = 0; i < PURCHASES; i++)
    fprintf(purchases, "m%d,2026-10-%02d,%d.50,shop %d,1,r%d\n", i * 7919 % CUSTOMERS, 1 + i % 28,
            i % 90, i % 7, i);
  bool fine = fclose(customers) == 0;
  return fclose(purchases) == 0 && fine;
}

// The address sanitizer ends a program with the code that findings have.
static bool says_sanitizer(const char *messages) {
  return strstr(messages, "Sanitizer") != NULL || strstr(messages, "runtime error:") != NULL;
}

// Once, here, and not in every command: to load them takes longer than most commands do.
static void load_libraries(void) {
  unsigned version[4];
  LLVMGetVersion(&version[0], &version[1], &version[2]);
  Z3_get_version(&version[0], &version[1], &version[2], &version[3]);
  (void)duckdb_library_version();
}

static bool prepare(struct driver *driver, const char *source) {
  char projects[PATH_MAX], path[PATH_MAX];
  snprintf(driver->place, sizeof driver->place, "%s/segc-faults-XXXXXX",
           access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
  if (mkdtemp(driver->place) == NULL)
    return false;
  snprintf(driver->base, sizeof driver->base, "%s/base", driver->place);
  snprintf(driver->work, sizeof driver->work, "%s/work", driver->place);
  snprintf(driver->said, sizeof driver->said, "%s/said", driver->place);
  snprintf(projects, sizeof projects, "%s/tests/trust/faults/projects", source);
  mkdir(driver->said, 0700);
  folder_copy(projects, driver->base);
  for (int i = 0; i < 2; i++) {
    snprintf(path, sizeof path, "%s/%s", driver->base, i == 0 ? "temporary" : "cache");
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/%s", driver->work, i == 0 ? "temporary" : "cache");
    setenv(i == 0 ? "TMPDIR" : "XDG_CACHE_HOME", path, 1);
  }
  if (!write_many(driver))
    return false;
  renew(driver);
  for (int i = 0; i < SETUP_COUNT; i++) {
    struct outcome outcome = run(driver, setups[i], NULL, 0);
    bool fine = outcome.code == 0 || (outcome.code == 1 && !says_sanitizer(outcome.messages));
    if (!fine)
      printf("FAILED: %s: exit code %d\n%s", setups[i], outcome.code, outcome.messages);
    forget(&outcome);
    if (!fine)
      return false;
  }
  folder_remove(driver->base);
  folder_copy(driver->work, driver->base);
  struct outcome swept = run(driver, sweeper, NULL, 0);
  driver->swept_count = swept.folder.count;
  forget(&swept);
  return true;
}

static bool read_arguments(struct driver *driver, int argc, char **argv) {
  for (int i = 2; i < argc; i++) {
    const char *value = i + 1 < argc ? argv[i + 1] : "";
    if (strcmp(argv[i], "--all") == 0) {
      driver->seconds = 0;
      continue;
    }
    if (strcmp(argv[i], "--count") == 0) {
      driver->only_count = true;
      continue;
    }
    if (strcmp(argv[i], "--places") == 0) {
      driver->by_place = true;
      continue;
    }
    if (strcmp(argv[i], "--only") == 0)
      driver->only = value;
    else if (strcmp(argv[i], "--mode") == 0)
      driver->mode = value;
    else if (strcmp(argv[i], "--point") == 0)
      driver->point = strtoull(value, NULL, 10);
    else if (strcmp(argv[i], "--kills") == 0)
      driver->kills = strtoull(value, NULL, 10);
    else if (strcmp(argv[i], "--seconds") == 0)
      driver->seconds = strtod(value, NULL);
    else if (strcmp(argv[i], "--seed") == 0)
      driver->seed = strtoull(value, NULL, 10);
    else
      return false;
    i++;
  }
  return argc >= 2;
}

int main(int argc, char **argv) {
  struct driver driver = {.seconds = 10, .seed = (uint64_t)time(NULL) % 1000000};
  void *warm[4];
  if (!read_arguments(&driver, argc, argv)) {
    fprintf(stderr, "usage: faults SOURCE_FOLDER [--all|--places|--count|--seconds N] [--seed N] "
                    "[--only SCENARIO] [--mode MODE] [--point N] [--kills N]\n");
    return 2;
  }
  load_libraries();
  backtrace(warm, 4); // the first one loads a library
  driver.log =
      mmap(NULL, sizeof *driver.log, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (driver.by_place)
    driver.map =
        mmap(NULL, sizeof *driver.map, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  setenv("NO_COLOR", "1", 1);
  if (!prepare(&driver, argv[1]))
    return 2;
  if (driver.seconds > 0 && !driver.by_place && !driver.only_count)
    printf("a sample of the points, --seed %llu; all of them: --all\n",
           (unsigned long long)driver.seed);
  for (int i = 0; i < SCENARIO_COUNT; i++)
    if (driver.only == NULL || strcmp(driver.only, scenarios[i].name) == 0)
      try_scenario(&driver, i, driver.seconds / (driver.only == NULL ? SCENARIO_COUNT : 1));
  folder_remove(driver.place);
  printf("%llu points: %llu without consequence, %llu left a file that the next run swept\n",
         (unsigned long long)driver.tried, (unsigned long long)driver.harmless,
         (unsigned long long)driver.swept);
  printf("%llu passed, %llu failed\n", (unsigned long long)(driver.tried - driver.wrong),
         (unsigned long long)driver.wrong);
  return driver.wrong > 0;
}
