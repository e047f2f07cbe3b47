// The comparison; see judge.h.
#include "tests/sql/judge.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/reference/evaluate.h"
#include "compiler/sql/sql.h"
#include "runtime/run/run.h"
#include "tests/sql/tables.h"

struct judge {
  const struct seg_program *program;
  struct seg_reference *reference;
  struct sql_answer answer;
  struct sql_judgement *judgement;
};

SEG_PRINTF(2, 3)
static void differ(struct sql_judgement *judgement, const char *format, ...) {
  if (judgement->verdict == SQL_DIFFERENT)
    return; // the first one is told
  judgement->verdict = SQL_DIFFERENT;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(judgement->difference, sizeof judgement->difference, format, arguments);
  va_end(arguments);
}

char *sql_query_of(struct subject *subject, enum seg_sql_dialect dialect, int32_t as_of) {
  char *query = NULL;
  size_t size = 0;
  struct seg_error error = {0};
  FILE *out = open_memstream(&query, &size);
  struct seg_sql_request request = {.program = &subject->pipeline.program,
                                    .map = &subject->pipeline.map,
                                    .dialect = dialect,
                                    .has_as_of = true,
                                    .as_of = as_of,
                                    .order = seg_str_view("row in order"),
                                    .version = "test"};
  if (out == NULL || seg_sql_write(&request, &subject->pipeline.sink, out, &error) != SEG_OK) {
    fprintf(stderr, "the query cannot be written: %s\n", error.message);
    abort();
  }
  fclose(out);
  if (size > 0)
    return query;
  free(query);
  return NULL;
}

// The customer of a row of the answer; customers beyond the last when there is none.
static uint32_t customer_of(const struct judge *judge, const char *key, uint32_t near) {
  uint32_t count = seg_reference_customer_count(judge->reference);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t customer = (near + i) % count;
    if (seg_str_is(seg_reference_customer_key(judge->reference, customer), key))
      return customer;
  }
  return count;
}

static bool is_true(const char *cell) {
  return cell != NULL &&
         (strcmp(cell, "true") == 0 || strcmp(cell, "t") == 0 || strcmp(cell, "1") == 0);
}

static void compare_chain(struct judge *judge, uint32_t number, uint32_t customer,
                          const char *cell) {
  const struct seg_program_chain *chain = &judge->program->chains[number];
  int32_t winner = seg_reference_winner(judge->reference, number, customer);
  struct seg_str expected =
      winner < 0 ? chain->otherwise : judge->program->segments[chain->members[winner]].name.text;
  if (!seg_str_is(expected, cell != NULL ? cell : ""))
    differ(judge->judgement, "customer `%.*s` in chain `%.*s`: `%.*s`, in SQL `%s`",
           SEG_STR(seg_reference_customer_key(judge->reference, customer)),
           SEG_STR(chain->name.text), SEG_STR(expected), cell != NULL ? cell : "");
}

static void compare_row(struct judge *judge, size_t row) {
  const struct seg_program *program = judge->program;
  char **cells = &judge->answer.cells[row * judge->answer.columns];
  uint32_t customer = customer_of(judge, cells[0] != NULL ? cells[0] : "", (uint32_t)row);
  if (customer == seg_reference_customer_count(judge->reference)) {
    differ(judge->judgement, "customer `%s` is in SQL only", cells[0] != NULL ? cells[0] : "");
    return;
  }
  uint32_t column = 1;
  for (uint32_t i = 0; i < program->segment_count; i++, column++) {
    bool expected = seg_reference_member(judge->reference, i, customer);
    if (cells[column] == NULL || expected != is_true(cells[column]))
      differ(judge->judgement, "customer `%.*s` in `%.*s`: %s, in SQL %s",
             SEG_STR(seg_reference_customer_key(judge->reference, customer)),
             SEG_STR(program->segments[i].name.text), expected ? "yes" : "no",
             cells[column] == NULL ? "NULL" : cells[column]);
    if (program->segments[i].holdout.whole == 0)
      continue;
    column++;
    expected = seg_reference_held_out(judge->reference, i, customer);
    if (cells[column] == NULL || expected != is_true(cells[column]))
      differ(judge->judgement, "customer `%.*s` held out of `%.*s`: %s, in SQL %s",
             SEG_STR(seg_reference_customer_key(judge->reference, customer)),
             SEG_STR(program->segments[i].name.text), expected ? "yes" : "no",
             cells[column] == NULL ? "NULL" : cells[column]);
  }
  for (uint32_t i = 0; i < program->chain_count; i++)
    compare_chain(judge, i, customer, cells[column + i]);
  judge->judgement->decisions += program->segment_count;
}

static void compare_answer(struct judge *judge) {
  const struct seg_program *program = judge->program;
  uint32_t customers = seg_reference_customer_count(judge->reference);
  uint32_t columns = 1 + program->segment_count + program->chain_count;
  for (uint32_t i = 0; i < program->segment_count; i++)
    columns += program->segments[i].holdout.whole != 0;
  if (judge->answer.columns != columns)
    differ(judge->judgement, "%zu columns, wanted %u", judge->answer.columns, columns);
  else if (judge->answer.rows != customers)
    differ(judge->judgement, "customers: %u, in SQL %zu", customers, judge->answer.rows);
  for (size_t i = 0; judge->judgement->verdict == SQL_SAME && i < judge->answer.rows; i++)
    compare_row(judge, i);
}

static void evaluate_all(struct judge *judge) {
  uint32_t customers = seg_reference_customer_count(judge->reference);
  for (uint32_t i = 0; i < customers && !seg_reference_overflow(judge->reference); i++)
    for (uint32_t j = 0; j < judge->program->segment_count; j++)
      (void)seg_reference_member(judge->reference, j, i);
}

// SQLite holds an amount as a double: beyond that nothing is compared.
static bool fits(const struct data *data, enum seg_sql_dialect dialect) {
  for (uint32_t i = 0; dialect == SEG_SQL_SQLITE && i < data->table_count; i++)
    for (size_t j = 0; j < data->tables[i].rows.count; j++)
      for (uint32_t k = 0; k < data->tables[i].column_count; k++) {
        const struct seg_value *value = &data->tables[i].rows.items[j].values[k];
        bool money = data->tables[i].columns[k].kind == SEG_TYPE_MONEY && value->known;
        if (money && (value->integer > INT64_C(1) << 50 || value->integer < -(INT64_C(1) << 50)))
          return false;
      }
  return true;
}

/** PostgreSQL takes a result that is too close to zero for an error, where everybody else says 0;
 * docs/sql.md says so. */
static bool is_underflow(const struct sql_engine *engine) {
  return strstr(engine->error, "value out of range: underflow") != NULL;
}

static void run_query(struct judge *judge, struct sql_engine *engine, const char *query,
                      struct data *data) {
  char *script = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&script, &size);
  if (out == NULL)
    abort();
  sql_write_tables(data, judge->program, engine->dialect, out);
  fclose(out);
  if (!engine->run(engine, script))
    differ(judge->judgement, "the tables cannot be made: %s", engine->error);
  else if (!engine->ask(engine, query, &judge->answer)) {
    if (is_underflow(engine))
      judge->judgement->verdict = SQL_OVERFLOW;
    else
      differ(judge->judgement, "the query fails: %s", engine->error);
  } else {
    compare_answer(judge);
  }
  free(script);
}

static bool compiled_agree(struct subject *subject, struct data *data,
                           struct sql_judgement *judgement) {
  struct run_manner manner = {.threads = 1};
  struct comparison_result result;
  compare_run(subject, data, &manner, &result);
  if (result.verdict == VERDICT_DIFFERENT)
    differ(judgement, "reference and compiled rules differ: %s", result.difference);
  return result.verdict != VERDICT_DIFFERENT;
}

void sql_judge(struct sql_engine *engine, struct subject *subject, const char *query,
               struct data *data, bool compiled, struct sql_judgement *judgement) {
  *judgement = (struct sql_judgement){.verdict = SQL_SAME};
  if (compiled && !compiled_agree(subject, data, judgement))
    return;
  struct judge judge = {.program = &subject->pipeline.program, .judgement = judgement};
  bool reads[DATA_MAX_TABLES];
  for (uint32_t i = 0; i < subject->pipeline.plan.event_count; i++)
    reads[i] = seg_run_reads_event(&subject->pipeline.plan, i);
  struct seg_dataset dataset;
  struct seg_arena arena;
  struct seg_error error = {0};
  seg_arena_init(&arena);
  data_dataset(data, judge.program, reads, &arena, &dataset);
  if (seg_reference_new(judge.program, &dataset, data->as_of, &judge.reference, &error) != SEG_OK)
    abort();
  evaluate_all(&judge);
  if (seg_reference_overflow(judge.reference) || !fits(data, engine->dialect))
    judgement->verdict = SQL_OVERFLOW;
  else
    run_query(&judge, engine, query, data);
  sql_answer_free(&judge.answer);
  seg_reference_free(judge.reference);
  seg_dataset_deinit(&dataset);
  seg_arena_deinit(&arena);
}
