// DuckDB, embedded, in memory.
#include <duckdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sql/engine.h"

struct duck {
  duckdb_database database;
  duckdb_connection connection;
};

void sql_answer_free(struct sql_answer *answer) {
  for (size_t i = 0; i < answer->columns * answer->rows; i++)
    free(answer->cells[i]);
  free(answer->cells);
  *answer = (struct sql_answer){0};
}

static void keep_error(struct sql_engine *engine, const char *message) {
  snprintf(engine->error, sizeof engine->error, "%s", message != NULL ? message : "?");
}

static bool run(struct sql_engine *engine, const char *script) {
  struct duck *duck = engine->state;
  duckdb_result result;
  bool done = duckdb_query(duck->connection, script, &result) == DuckDBSuccess;
  if (!done)
    keep_error(engine, duckdb_result_error(&result));
  duckdb_destroy_result(&result);
  return done;
}

static bool ask(struct sql_engine *engine, const char *query, struct sql_answer *answer) {
  struct duck *duck = engine->state;
  duckdb_result result;
  bool done = duckdb_query(duck->connection, query, &result) == DuckDBSuccess;
  if (!done) {
    keep_error(engine, duckdb_result_error(&result));
  } else {
    *answer = (struct sql_answer){.columns = duckdb_column_count(&result),
                                  .rows = duckdb_row_count(&result)};
    answer->cells = calloc(answer->columns * answer->rows + 1, sizeof *answer->cells);
    if (answer->cells == NULL)
      abort();
    for (size_t i = 0; i < answer->rows; i++)
      for (size_t j = 0; j < answer->columns; j++) {
        char *text =
            duckdb_value_is_null(&result, j, i) ? NULL : duckdb_value_varchar(&result, j, i);
        answer->cells[i * answer->columns + j] = text != NULL ? strdup(text) : NULL;
        duckdb_free(text);
      }
  }
  duckdb_destroy_result(&result);
  return done;
}

static void close_duck(struct sql_engine *engine) {
  struct duck *duck = engine->state;
  duckdb_disconnect(&duck->connection);
  duckdb_close(&duck->database);
  free(duck);
}

bool sql_open_duckdb(struct sql_engine *engine) {
  struct duck *duck = calloc(1, sizeof *duck);
  *engine = (struct sql_engine){
      .dialect = SEG_SQL_DUCKDB, .state = duck, .run = run, .ask = ask, .close = close_duck};
  if (duck == NULL || duckdb_open(NULL, &duck->database) != DuckDBSuccess ||
      duckdb_connect(duck->database, &duck->connection) != DuckDBSuccess) {
    keep_error(engine, "DuckDB does not open");
    free(duck);
    return false;
  }
  // Far from the zones of the programs, so that a query which leans on it is found out.
  return run(engine, "SET threads = 1; SET TimeZone = 'Pacific/Apia';");
}
