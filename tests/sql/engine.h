/**
 * A database that runs the emitted query: tables are made from a script, the answer is text.
 */
#ifndef SEG_TESTS_SQL_ENGINE_H
#define SEG_TESTS_SQL_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include "compiler/sql/dialect.h"

/** The rows of an answer: texts, or NULL for what is missing; row by row. */
struct sql_answer {
  size_t columns, rows;
  char **cells;
};

void sql_answer_free(struct sql_answer *answer);

struct sql_engine {
  enum seg_sql_dialect dialect;
  void *state;
  char error[400]; // of the last call that failed
  /** Statements, one after the other. */
  bool (*run)(struct sql_engine *engine, const char *script);
  bool (*ask)(struct sql_engine *engine, const char *query, struct sql_answer *answer);
  void (*close)(struct sql_engine *engine);
};

/** An empty database. False with the error filled. */
bool sql_open_duckdb(struct sql_engine *engine);
bool sql_open_sqlite(struct sql_engine *engine);
/** `place` is a connection string of libpq. */
bool sql_open_postgres(struct sql_engine *engine, const char *place);

#endif
