// Two mistakes of the kind that the thread sanitizer is there to find, so that a test can see that
// it finds them: workers add to one number without a lock, on their own (`planted_race plain`) and
// between calls of DuckDB, whose own code is not instrumented (`planted_race duckdb`).
#include <duckdb.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "runtime/run/workers.h"

struct shared {
  duckdb_database database; // NULL: nobody calls it
  int64_t sum;              // every worker writes it: the race
};

static void query(duckdb_database database) {
  duckdb_connection connection;
  if (duckdb_connect(database, &connection) != DuckDBSuccess)
    return;
  duckdb_result result;
  duckdb_query(connection, "select sum(i) from range(100000) as r(i)", &result);
  duckdb_destroy_result(&result);
  duckdb_disconnect(&connection);
}

static void add(void *context, unsigned worker) {
  struct shared *shared = context;
  for (int i = 0; i < 10; i++) {
    if (shared->database != NULL)
      query(shared->database);
    shared->sum += worker + 1;
  }
}

int main(int argc, char **argv) {
  struct shared shared = {0};
  if (argc == 2 && strcmp(argv[1], "duckdb") == 0 &&
      duckdb_open(NULL, &shared.database) != DuckDBSuccess)
    return 2;
  seg_workers_run(4, add, &shared);
  printf("%lld\n", (long long)shared.sum);
  if (shared.database != NULL)
    duckdb_close(&shared.database);
  return 0;
}
