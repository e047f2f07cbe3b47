// DuckDB through its C library: a turn runs the query. duckdb_peer DATABASE|- THREADS SETUP QUERY
// SETUP (run once) and QUERY are files. A query answers with one row of counts, or with rows of a
// name and a count.
#include <duckdb.h>
#include <inttypes.h>

#include "bench/read_text.h"
#include "bench/turns.h"

static int run(duckdb_connection connection, const char *sql, duckdb_result *result) {
  if (duckdb_query(connection, sql, result) == DuckDBSuccess)
    return 0;
  fprintf(stderr, "duckdb_peer: %s\n", duckdb_result_error(result));
  duckdb_destroy_result(result);
  return 1;
}

static void say_answer(duckdb_result *result) {
  idx_t columns = duckdb_column_count(result);
  if (columns != 2 || strcmp(duckdb_column_name(result, 0), "name") != 0) {
    for (idx_t i = 0; i < columns; i++)
      printf("answer %" PRId64 " %s\n", duckdb_value_int64(result, i, 0),
             duckdb_column_name(result, i));
    return;
  }
  for (idx_t row = 0; row < duckdb_row_count(result); row++) {
    char *name = duckdb_value_varchar(result, 0, row);
    printf("answer %" PRId64 " %s\n", duckdb_value_int64(result, 1, row), name);
    duckdb_free(name);
  }
}

static int take_turns(duckdb_connection connection, const char *query) {
  while (seg_bench_next_turn()) {
    duckdb_result result;
    struct seg_bench_clock start = seg_bench_now();
    if (run(connection, query, &result) != 0)
      return 1;
    seg_bench_say_time(start);
    say_answer(&result);
    duckdb_destroy_result(&result);
    seg_bench_say_done();
  }
  return 0;
}

static int start_duckdb(const char *path, const char *threads, duckdb_database *database,
                        duckdb_connection *connection) {
  duckdb_config config;
  char *message = NULL;
  if (duckdb_create_config(&config) != DuckDBSuccess)
    return 1;
  duckdb_set_config(config, "threads", threads);
  int failed = duckdb_open_ext(strcmp(path, "-") == 0 ? NULL : path, database, config, &message) !=
                   DuckDBSuccess ||
               duckdb_connect(*database, connection) != DuckDBSuccess;
  if (failed)
    fprintf(stderr, "duckdb_peer: %s\n", message == NULL ? "DuckDB does not start" : message);
  duckdb_free(message);
  duckdb_destroy_config(&config);
  return failed;
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "--version") == 0) {
    puts(duckdb_library_version());
    return 0;
  }
  if (argc != 5) {
    fprintf(stderr, "usage: duckdb_peer DATABASE|- THREADS SETUP.sql QUERY.sql\n");
    return 2;
  }
  duckdb_database database = NULL;
  duckdb_connection connection = NULL;
  duckdb_result made;
  struct seg_bench_clock start = seg_bench_now();
  char *setup = seg_bench_read_text(argv[3]);
  char *query = seg_bench_read_text(argv[4]);
  int failed = setup == NULL || query == NULL ||
               start_duckdb(argv[1], argv[2], &database, &connection) ||
               run(connection, setup, &made);
  if (!failed) {
    duckdb_destroy_result(&made);
    printf("ready %.9f\n", seg_bench_now().wall - start.wall);
    fflush(stdout);
    failed = take_turns(connection, query);
  }
  duckdb_disconnect(&connection);
  duckdb_close(&database);
  free(setup);
  free(query);
  return failed ? 2 : 0;
}
