// The emitted SQL against the rules: random programs over random rows must give the same answers in
// a database.
//
//   sql_differential DIALECT [--programs N] [--from FIRST] [--seed S] [--seconds T]
//                            [--place CONNECTION]
//   sql_differential DIALECT ... --fault        the first >= of each query becomes >: is it found?
//   sql_differential DIALECT --program SEED     one again: printed, with its query, made small
//
// The seed is printed first; SEGC_SEED in the environment replaces it. Exit codes: 1 for a
// difference, 3 when nothing differs but too many programs were refused, 77 without the database.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "runtime/base/hash.h"
#include "runtime/time/zone.h"
#include "tests/differential/generate.h"
#include "tests/differential/generate_data.h"
#include "tests/differential/shrink.h"
#include "tests/sql/judge.h"

#define DEFAULT_SEED UINT64_C(20261123)

enum { ROWS_PER_PROGRAM = 3, MOST_REASONS = 40, TOO_MANY_REFUSED = 3, SKIPPED = 77 };

struct options {
  enum seg_sql_dialect dialect;
  uint64_t seed;
  uint32_t first, programs;
  double seconds;
  uint32_t most_refused; // percent
  const char *place;
  bool one, fault;
};

struct counts {
  uint64_t programs, unfit, refused, runs, overflows, decisions;
  struct {
    uint64_t count, seed;
    char text[160];
  } reasons[MOST_REASONS];
};

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool open_engine(const struct options *options, struct sql_engine *engine) {
  switch (options->dialect) {
  case SEG_SQL_DUCKDB: return sql_open_duckdb(engine);
  case SEG_SQL_POSTGRES: return sql_open_postgres(engine, options->place);
  case SEG_SQL_SQLITE: return sql_open_sqlite(engine);
  case SEG_SQL_DIALECT_COUNT: break;
  }
  return false;
}

static uint64_t rows_seed(uint64_t seed, uint32_t which) {
  return seg_hash_mix(seed, 1 + which);
}

static void count_refusal(struct counts *counts, const struct seg_diagnostics *sink,
                          uint64_t seed) {
  const struct seg_diagnostic *diagnostic = NULL;
  for (size_t i = 0; i < sink->list.count && diagnostic == NULL; i++)
    if (sink->list.items[i]->code == SEG_DIAG_NOT_IN_SQL)
      diagnostic = sink->list.items[i];
  counts->refused++;
  if (diagnostic == NULL || diagnostic->parts == NULL)
    return;
  char text[160];
  snprintf(text, sizeof text, "%.*s", SEG_STR(diagnostic->parts->text));
  for (int i = 0; i < MOST_REASONS; i++) {
    if (counts->reasons[i].count > 0 && strcmp(counts->reasons[i].text, text) != 0)
      continue;
    if (counts->reasons[i].count++ == 0) {
      memcpy(counts->reasons[i].text, text, sizeof text);
      counts->reasons[i].seed = seed;
    }
    return;
  }
}

// Of the events only the days are known.
static void make_dates(struct data *data, const struct model *model) {
  struct seg_zone *zone = NULL;
  struct seg_error error;
  if (seg_zone_load(seg_str_view(model->timezone), &zone, &error) != SEG_OK)
    abort();
  for (uint32_t i = 0; i < data->table_count; i++)
    for (size_t j = 0; j < data->tables[i].rows.count; j++)
      data->tables[i].rows.items[j].instant =
          seg_zone_midnight(zone, data->tables[i].rows.items[j].day);
  seg_zone_free(zone);
}

// --- making a difference small ---

struct again {
  const struct options *options;
};

static bool differs_again(void *context, const char *program, struct data *data, char *difference,
                          size_t size) {
  const struct again *again = context;
  struct subject subject;
  struct sql_engine engine;
  struct sql_judgement judgement = {0};
  subject_init(&subject, program, false);
  if (subject.state != SUBJECT_READY)
    return false;
  char *query = sql_query_of(&subject, again->options->dialect, data->as_of);
  if (query == NULL || !open_engine(again->options, &engine))
    return false;
  sql_judge(&engine, &subject, query, data, false, &judgement);
  snprintf(difference, size, "%s", judgement.difference);
  engine.close(&engine);
  return judgement.verdict == SQL_DIFFERENT;
}

static void tell(const struct options *options, struct model *model, struct data *data,
                 uint64_t seed, uint32_t which) {
  struct again again = {options};
  struct shrink shrink = {
      .model = model, .data = data, .seconds = 60, .judge = differs_again, .context = &again};
  printf("\nDIFFERENCE: program %" PRIu64 ", rows %u (run: sql_differential %s --program %" PRIu64
         ")\n",
         seed, which, seg_sql_dialect_word(options->dialect), seed);
  fflush(stdout);
  if (shrink_differs(&shrink))
    shrink_all(&shrink);
  else
    puts("(not again in a process of its own)");
  shrink_report(&shrink, stdout);
  struct subject subject;
  char *text = model_print(model);
  subject_init(&subject, text, false);
  char *query =
      subject.state == SUBJECT_READY ? sql_query_of(&subject, options->dialect, data->as_of) : NULL;
  printf("--- query\n%s\n", query != NULL ? query : "");
  free(query);
  free(text);
  subject_deinit(&subject);
}

// --- one program ---

static bool judge_rows(const struct options *options, struct sql_engine *engine,
                       struct model *model, struct subject *subject, uint64_t seed,
                       struct counts *counts) {
  char *query = sql_query_of(subject, options->dialect, model->as_of);
  if (query == NULL) {
    count_refusal(counts, &subject->pipeline.sink, seed);
    return true;
  }
  if (options->one)
    puts(query);
  char *sign = options->fault ? strstr(query, " >= ") : NULL;
  if (sign != NULL)
    memcpy(sign, " >  ", 4);
  bool same = true;
  for (uint32_t which = 0; same && which < ROWS_PER_PROGRAM; which++) {
    struct data data;
    struct sql_judgement judgement;
    generate_data(&data, model, rows_seed(seed, which));
    if (which == ROWS_PER_PROGRAM - 1)
      make_dates(&data, model);
    sql_judge(engine, subject, query, &data, true, &judgement);
    counts->runs++;
    counts->decisions += judgement.decisions;
    counts->overflows += judgement.verdict == SQL_OVERFLOW;
    same = judgement.verdict != SQL_DIFFERENT;
    if (!same && options->fault)
      printf("the fault was found: %s\n", judgement.difference);
    else if (!same) {
      printf("\n%s\n", judgement.difference);
      tell(options, model, &data, seed, which);
    }
    data_deinit(&data);
  }
  free(query);
  return same;
}

static bool judge_program(const struct options *options, struct sql_engine *engine, uint64_t seed,
                          struct counts *counts) {
  struct model model;
  struct subject subject;
  generate_program_for(&model, seed, options->dialect == SEG_SQL_SQLITE);
  char *text = model_print(&model);
  if (options->one)
    puts(text);
  counts->programs++;
  subject_init(&subject, text, false);
  bool same = true;
  if (subject.state == SUBJECT_READY)
    same = judge_rows(options, engine, &model, &subject, seed, counts);
  else
    counts->unfit++;
  subject_deinit(&subject);
  free(text);
  seg_arena_deinit(&model.arena);
  return same;
}

static int report(const struct options *options, const struct counts *counts, double seconds) {
  printf("%" PRIu64 " programs (%" PRIu64 " not accepted by the checker), %" PRIu64
         " refused by the dialect, %" PRIu64 " runs (%" PRIu64
         " with an overflow), decisions %" PRIu64 ", %.1f s\n",
         counts->programs, counts->unfit, counts->refused, counts->runs, counts->overflows,
         counts->decisions, seconds);
  for (int i = 0; i < MOST_REASONS && counts->reasons[i].count > 0; i++)
    printf("  refused %" PRIu64 " (first %" PRIu64 "): %s\n", counts->reasons[i].count,
           counts->reasons[i].seed, counts->reasons[i].text);
  if (counts->refused * 100 > counts->programs * options->most_refused) {
    printf("more than %u%% of the programs were refused\n", options->most_refused);
    return TOO_MANY_REFUSED;
  }
  return 0;
}

static bool read_options(int count, char **arguments, struct options *options) {
  static const uint32_t most_refused[] = {
      [SEG_SQL_DUCKDB] = 25, [SEG_SQL_POSTGRES] = 25, [SEG_SQL_SQLITE] = 45};
  int dialect = 0;
  while (count > 1 && dialect < SEG_SQL_DIALECT_COUNT &&
         strcmp(arguments[1], seg_sql_dialect_word((enum seg_sql_dialect)dialect)) != 0)
    dialect++;
  if (count < 2 || dialect == SEG_SQL_DIALECT_COUNT)
    return false;
  options->dialect = (enum seg_sql_dialect)dialect;
  options->most_refused = most_refused[dialect];
  if (strcmp(arguments[count - 1], "--fault") == 0) {
    options->fault = true;
    count--;
  }
  for (int i = 2; i + 1 < count; i += 2) {
    const char *name = arguments[i], *value = arguments[i + 1];
    if (strcmp(name, "--programs") == 0)
      options->programs = (uint32_t)strtoul(value, NULL, 10);
    else if (strcmp(name, "--from") == 0)
      options->first = (uint32_t)strtoul(value, NULL, 10);
    else if (strcmp(name, "--seed") == 0)
      options->seed = strtoull(value, NULL, 0);
    else if (strcmp(name, "--seconds") == 0)
      options->seconds = strtod(value, NULL);
    else if (strcmp(name, "--place") == 0)
      options->place = value;
    else if (strcmp(name, "--program") == 0)
      options->seed = strtoull(value, NULL, 0), options->one = true;
    else
      return false;
  }
  return count % 2 == 0;
}

int main(int count, char **arguments) {
  struct options options = {
      .seed = seg_random_seed("SEGC_SEED", DEFAULT_SEED), .programs = 300, .seconds = 1e9};
  if (!read_options(count, arguments, &options)) {
    fputs(
        "usage: sql_differential duckdb|postgres|sqlite [--programs N] [--from FIRST] [--seed S]\n"
        "                        [--seconds T] [--place CONNECTION] [--program SEED]\n"
        "                        [--fault]\n",
        stderr);
    return 2;
  }
  struct sql_engine engine;
  struct counts counts = {0};
  if (!open_engine(&options, &engine)) {
    printf("skipped: %s\n", engine.error);
    return SKIPPED;
  }
  printf("sql_differential: %s, seed %" PRIu64 "\n", arguments[1], options.seed);
  double start = now();
  bool same = true;
  if (options.one)
    same = judge_program(&options, &engine, options.seed, &counts);
  for (uint32_t i = 0;
       !options.one && same && i < options.programs && now() - start < options.seconds; i++)
    same = judge_program(&options, &engine, seg_hash_mix(options.seed, options.first + i), &counts);
  engine.close(&engine);
  if (options.fault)
    return same ? 1 : 0;
  int status = options.one ? 0 : report(&options, &counts, now() - start);
  return same ? status : 1;
}
