// Making a difference small; see shrink.h. Programs are in shrink_program.c.
#include "tests/differential/shrink.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/differential/shrink_program.h"
#include "tests/support/patience.h"

// What the child of an attempt tells.
struct outcome {
  bool finished;
  bool differs;
  char difference[1024];
};

static struct outcome *shared_outcome(void) {
  void *memory =
      mmap(NULL, sizeof(struct outcome), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    abort();
  return memory;
}

static void try_here(struct shrink *shrink, const char *text, struct outcome *outcome) {
  struct subject subject;
  if (shrink->judge != NULL) {
    outcome->differs = shrink->judge(shrink->context, text, shrink->data, outcome->difference,
                                     sizeof outcome->difference);
    outcome->finished = true;
    _exit(0);
  }
  struct comparison_result result;
  subject_init_for(&subject, text, shrink->level, shrink->fault);
  if (subject.state == SUBJECT_READY) {
    compare_run(&subject, shrink->data, &shrink->manner, &result);
    outcome->differs = result.verdict == VERDICT_DIFFERENT;
    memcpy(outcome->difference, result.difference, sizeof result.difference);
  }
  if (subject.state == SUBJECT_FAILED) {
    outcome->differs = true;
    snprintf(outcome->difference, sizeof outcome->difference, "compiling failed: %.900s",
             subject.error.message);
  }
  outcome->finished = true;
  _exit(0); // no clean-up: the parent owns everything
}

static struct outcome try_apart(struct shrink *shrink) {
  struct outcome *shared = shared_outcome();
  char *text = model_print(shrink->model);
  fflush(NULL);
  pid_t child = fork();
  if (child < 0)
    abort();
  if (child == 0) {
    limit_work(20); // an endless loop is a difference as well
    if (!freopen("/dev/null", "w", stderr))
      _exit(1);
    try_here(shrink, text, shared);
  }
  int status = 0;
  waitpid(child, &status, 0);
  free(text);
  struct outcome outcome = *shared;
  munmap(shared, sizeof *shared);
  if (!outcome.finished) {
    outcome.differs = true;
    snprintf(outcome.difference, sizeof outcome.difference, "crashed (wait status %d)", status);
  }
  shrink->attempts++;
  return outcome;
}

bool shrink_differs(struct shrink *shrink) {
  return try_apart(shrink).differs;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

// --- rows ---

// Take `count` rows from `first` on away, when the difference stays.
static bool drop_rows(struct shrink *shrink, struct data_table *table, size_t first, size_t count) {
  size_t rest = table->rows.count - first - count;
  struct seg_row *kept = malloc((count + 1) * sizeof *kept);
  if (kept == NULL)
    abort();
  struct seg_row *at = table->rows.items + first;
  memcpy(kept, at, count * sizeof *kept);
  memmove(at, at + count, rest * sizeof *at);
  table->rows.count -= count;
  bool still = shrink_differs(shrink);
  if (!still) {
    memmove(at + count, at, rest * sizeof *at);
    memcpy(at, kept, count * sizeof *kept);
    table->rows.count += count;
  }
  free(kept);
  return still;
}

static bool shrink_table(struct shrink *shrink, struct data_table *table, double end) {
  bool changed = false;
  for (size_t piece = table->rows.count; piece > 0; piece /= 2) {
    size_t first = 0;
    while (first < table->rows.count && now() < end) {
      size_t count = table->rows.count - first < piece ? table->rows.count - first : piece;
      if (drop_rows(shrink, table, first, count))
        changed = true;
      else
        first += count;
    }
  }
  return changed;
}

static bool simplify_value(struct shrink *shrink, struct seg_value *value) {
  struct seg_value old = *value, empty = {.known = true, .text = {"", 0}};
  bool small = value->known && value->integer == 0 && value->text.size == 0;
  if (!value->known || small)
    return false;
  *value = empty;
  if (shrink_differs(shrink))
    return true;
  *value = old;
  return false;
}

// Only when few are left: one attempt a value.
static bool simplify_values(struct shrink *shrink, struct data_table *table) {
  bool changed = false;
  for (size_t i = 0; i < table->rows.count && table->rows.count <= 8; i++)
    for (uint32_t j = 0; j < table->column_count; j++)
      changed = simplify_value(shrink, &table->rows.items[i].values[j]) || changed;
  return changed;
}

static bool shrink_rows(struct shrink *shrink, double end) {
  bool changed = false;
  for (uint32_t i = 0; i < shrink->data->table_count; i++)
    changed = shrink_table(shrink, &shrink->data->tables[i], end) || changed;
  return changed;
}

static void simplify_manner(struct shrink *shrink) {
  const struct run_manner manners[] = {{.threads = 1},
                                       {.threads = 1, .morsel_rows = shrink->manner.morsel_rows},
                                       {.threads = shrink->manner.threads},
                                       {.threads = 1, .store_parts = 1},
                                       {.threads = 1, .store_parts = shrink->manner.store_parts}};
  struct run_manner old = shrink->manner;
  const char *level = shrink->level;
  shrink->level = NULL;
  if (level != NULL && !shrink_differs(shrink))
    shrink->level = level;
  for (size_t i = 0; i < sizeof manners / sizeof *manners; i++) {
    shrink->manner = manners[i];
    shrink->manner.winners_only = old.winners_only;
    if (shrink_differs(shrink))
      return;
  }
  shrink->manner = old;
}

// Columns that the program no longer declares.
static void forget_columns(struct shrink *shrink) {
  for (uint32_t i = 0; i < shrink->data->table_count; i++) {
    struct data_table *table = &shrink->data->tables[i];
    for (uint32_t j = 0; j < table->column_count;) {
      if (shrink_column_used(shrink->model, table->name, table->columns[j].name)) {
        j++;
        continue;
      }
      table->column_count--;
      for (uint32_t k = j; k < table->column_count; k++) {
        table->columns[k] = table->columns[k + 1];
        for (size_t row = 0; row < table->rows.count; row++)
          table->rows.items[row].values[k] = table->rows.items[row].values[k + 1];
      }
    }
  }
}

void shrink_all(struct shrink *shrink) {
  double end = now() + shrink->seconds;
  simplify_manner(shrink);
  bool changed = true;
  while (changed && now() < end) {
    changed = shrink_rows(shrink, end);
    changed = shrink_program(shrink, end) || changed;
  }
  forget_columns(shrink);
  for (uint32_t i = 0; i < shrink->data->table_count && now() < end; i++)
    simplify_values(shrink, &shrink->data->tables[i]);
}

void shrink_report(struct shrink *shrink, FILE *out) {
  char *text = model_print(shrink->model);
  struct outcome outcome = try_apart(shrink);
  fprintf(out, "%s--- rows\n", text);
  data_write(shrink->data, out);
  fprintf(
      out,
      "--- difference with %u threads, %llu bytes, morsels of %lld rows, %u parts, %scode for %s\n"
      "%s\n",
      shrink->manner.threads, (unsigned long long)shrink->manner.memory_bytes,
      (long long)shrink->manner.morsel_rows, shrink->manner.store_parts,
      shrink->manner.winners_only ? "winners only, " : "",
      shrink->level == NULL ? "the processor at hand" : shrink->level, outcome.difference);
  free(text);
}
