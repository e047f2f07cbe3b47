// PostgreSQL, at a place that the caller names.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sql/engine.h"

#ifdef SEGC_HAS_POSTGRES
#include <libpq-fe.h>

static bool finished(struct sql_engine *engine, PGresult *result, ExecStatusType wanted) {
  bool done = PQresultStatus(result) == wanted;
  if (!done)
    snprintf(engine->error, sizeof engine->error, "%s", PQresultErrorMessage(result));
  return done;
}

static bool run(struct sql_engine *engine, const char *script) {
  PGresult *result = PQexec(engine->state, script);
  bool done = finished(engine, result, PGRES_COMMAND_OK);
  PQclear(result);
  return done;
}

static bool ask(struct sql_engine *engine, const char *query, struct sql_answer *answer) {
  PGresult *result = PQexec(engine->state, query);
  bool done = finished(engine, result, PGRES_TUPLES_OK);
  if (done) {
    *answer = (struct sql_answer){.columns = (size_t)PQnfields(result),
                                  .rows = (size_t)PQntuples(result)};
    answer->cells = calloc(answer->columns * answer->rows + 1, sizeof *answer->cells);
    if (answer->cells == NULL)
      abort();
    for (size_t i = 0; i < answer->rows; i++)
      for (size_t j = 0; j < answer->columns; j++)
        if (!PQgetisnull(result, (int)i, (int)j))
          answer->cells[i * answer->columns + j] = strdup(PQgetvalue(result, (int)i, (int)j));
  }
  PQclear(result);
  return done;
}

static void close_postgres(struct sql_engine *engine) {
  PQfinish(engine->state);
}

// What the server has to remark on tables that are not there is of no interest.
static void ignore(void *context, const PGresult *result) {
  (void)context, (void)result;
}

bool sql_open_postgres(struct sql_engine *engine, const char *place) {
  PGconn *connection = PQconnectdb(place != NULL ? place : "");
  *engine = (struct sql_engine){.dialect = SEG_SQL_POSTGRES,
                                .state = connection,
                                .run = run,
                                .ask = ask,
                                .close = close_postgres};
  if (PQstatus(connection) != CONNECTION_OK) {
    snprintf(engine->error, sizeof engine->error, "%s", PQerrorMessage(connection));
    PQfinish(connection);
    return false;
  }
  PQsetNoticeReceiver(connection, ignore, NULL);
  return run(engine, "SET TimeZone = 'Pacific/Apia'; SET jit = off;");
}
#else
bool sql_open_postgres(struct sql_engine *engine, const char *place) {
  (void)place;
  snprintf(engine->error, sizeof engine->error, "not built with the client library of PostgreSQL");
  return false;
}
#endif
