// DuckDB, kept open from one run to the next: to open and to close it takes ten times as long as to
// read a small file. The linker puts these functions in the place of DuckDB's.
//
// What was opened as the n-th of a run is opened as the n-th of the next one, and must then be
// locked to the same files: the settings of the first time stay.
#include "tests/fuzz/kept_engine.h"

#include <duckdb.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fuzz/target.h"

enum { MOST = 8 };

struct kept {
  duckdb_database database;
  duckdb_connection connection; // of the run at work
  char *settings;               // as they were locked
  bool in_use;
};

static struct kept kept[MOST];
static pid_t owner; // a child of a fork begins anew
static bool keeps;

void keep_engines(void) {
  keeps = true;
}

duckdb_state __real_duckdb_open_ext(const char *path, duckdb_database *database,
                                    duckdb_config config, char **error);
void __real_duckdb_close(duckdb_database *database);
duckdb_state __real_duckdb_connect(duckdb_database database, duckdb_connection *connection);
duckdb_state __real_duckdb_query(duckdb_connection connection, const char *query,
                                 duckdb_result *result);
duckdb_state __wrap_duckdb_open_ext(const char *path, duckdb_database *database,
                                    duckdb_config config, char **error);
void __wrap_duckdb_close(duckdb_database *database);
duckdb_state __wrap_duckdb_connect(duckdb_database database, duckdb_connection *connection);
duckdb_state __wrap_duckdb_query(duckdb_connection connection, const char *query,
                                 duckdb_result *result);

duckdb_state __wrap_duckdb_open_ext(const char *path, duckdb_database *database,
                                    duckdb_config config, char **error) {
  int i = 0;
  if (!keeps)
    return __real_duckdb_open_ext(path, database, config, error);
  if (owner != getpid())
    memset(kept, 0, sizeof kept);
  owner = getpid();
  while (i < MOST && kept[i].in_use)
    i++;
  if (i == MOST)
    fuzz_stop("more databases at a time than are kept");
  duckdb_state state = DuckDBSuccess;
  if (kept[i].database == NULL)
    state = __real_duckdb_open_ext(path, &kept[i].database, config, error);
  kept[i].in_use = state == DuckDBSuccess;
  *database = kept[i].database;
  return state;
}

void __wrap_duckdb_close(duckdb_database *database) {
  for (int i = 0; i < MOST; i++)
    if (kept[i].in_use && kept[i].database == *database) {
      kept[i].in_use = false;
      *database = NULL;
      return;
    }
  __real_duckdb_close(database);
}

duckdb_state __wrap_duckdb_connect(duckdb_database database, duckdb_connection *connection) {
  duckdb_state state = __real_duckdb_connect(database, connection);
  for (int i = 0; i < MOST; i++)
    if (kept[i].in_use && kept[i].database == database)
      kept[i].connection = *connection;
  return state;
}

duckdb_state __wrap_duckdb_query(duckdb_connection connection, const char *query,
                                 duckdb_result *result) {
  struct kept *of = NULL;
  for (int i = 0; i < MOST && strncmp(query, "set ", 4) == 0; i++)
    if (kept[i].in_use && kept[i].connection == connection)
      of = &kept[i];
  if (of == NULL)
    return __real_duckdb_query(connection, query, result);
  if (of->settings == NULL) {
    of->settings = strdup(query);
    return __real_duckdb_query(connection, query, result);
  }
  if (strcmp(of->settings, query) != 0)
    fuzz_stop("a kept database is wanted with other settings");
  return __real_duckdb_query(connection, "select 1", result);
}
