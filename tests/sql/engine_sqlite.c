// SQLite, embedded, in memory.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sql/engine.h"

#ifdef SEGC_HAS_SQLITE
#include <sqlite3.h>

static void keep_error(struct sql_engine *engine) {
  snprintf(engine->error, sizeof engine->error, "%s", sqlite3_errmsg(engine->state));
}

static bool run(struct sql_engine *engine, const char *script) {
  bool done = sqlite3_exec(engine->state, script, NULL, NULL, NULL) == SQLITE_OK;
  if (!done)
    keep_error(engine);
  return done;
}

static void take_row(sqlite3_stmt *statement, struct sql_answer *answer) {
  size_t size = (answer->rows + 1) * answer->columns;
  answer->cells = realloc(answer->cells, size * sizeof *answer->cells);
  if (answer->cells == NULL)
    abort();
  for (size_t i = 0; i < answer->columns; i++) {
    const char *text = (const char *)sqlite3_column_text(statement, (int)i);
    answer->cells[answer->rows * answer->columns + i] = text != NULL ? strdup(text) : NULL;
  }
  answer->rows++;
}

static bool ask(struct sql_engine *engine, const char *query, struct sql_answer *answer) {
  sqlite3_stmt *statement = NULL;
  if (sqlite3_prepare_v2(engine->state, query, -1, &statement, NULL) != SQLITE_OK) {
    keep_error(engine);
    return false;
  }
  *answer = (struct sql_answer){.columns = (size_t)sqlite3_column_count(statement)};
  int step;
  while ((step = sqlite3_step(statement)) == SQLITE_ROW)
    take_row(statement, answer);
  if (step != SQLITE_DONE)
    keep_error(engine);
  sqlite3_finalize(statement);
  return step == SQLITE_DONE;
}

static void close_sqlite(struct sql_engine *engine) {
  sqlite3_close(engine->state);
}

bool sql_open_sqlite(struct sql_engine *engine) {
  sqlite3 *database = NULL;
  bool open = sqlite3_open(":memory:", &database) == SQLITE_OK;
  *engine = (struct sql_engine){
      .dialect = SEG_SQL_SQLITE, .state = database, .run = run, .ask = ask, .close = close_sqlite};
  if (!open)
    snprintf(engine->error, sizeof engine->error, "SQLite does not open");
  return open;
}
#else
bool sql_open_sqlite(struct sql_engine *engine) {
  snprintf(engine->error, sizeof engine->error, "not built with SQLite");
  return false;
}
#endif
