// SQLite, in memory.
#include <stdio.h>

#include "tests/sql/engine.h"

bool sql_open_sqlite(struct sql_engine *engine) {
  snprintf(engine->error, sizeof engine->error, "not built with SQLite");
  return false;
}
