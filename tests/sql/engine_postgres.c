// PostgreSQL.
#include <stdio.h>

#include "tests/sql/engine.h"

bool sql_open_postgres(struct sql_engine *engine, const char *place) {
  snprintf(engine->error, sizeof engine->error, "not built with PostgreSQL: %s", place);
  return false;
}
