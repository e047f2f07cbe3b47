// Makes the data of the benchmarks: runs the SQL of a file in DuckDB, which is given one function
// more, draw(row, stream): 64 random bits that depend on its arguments only. So the same SQL makes
// the same values on every machine, with every version of DuckDB and any number of threads.
#include <duckdb.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/read_text.h"

// SplitMix64 (Steele, Lea and Flood 2014); the seed is the day of the benchmarks.
static uint64_t draw(uint64_t row, uint64_t stream) {
  uint64_t x = 20261101 + row * 0x9e3779b97f4a7c15u + stream * 0xd1b54a32d192ed03u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

static void draw_chunk(duckdb_function_info info, duckdb_data_chunk chunk, duckdb_vector out) {
  (void)info;
  const int64_t *rows = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0));
  const int64_t *streams = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 1));
  uint64_t *values = duckdb_vector_get_data(out);
  for (idx_t i = 0; i < duckdb_data_chunk_get_size(chunk); i++)
    values[i] = draw((uint64_t)rows[i], (uint64_t)streams[i]);
}

static duckdb_state add_draw(duckdb_connection connection) {
  duckdb_scalar_function function = duckdb_create_scalar_function();
  duckdb_logical_type whole = duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
  duckdb_logical_type bits = duckdb_create_logical_type(DUCKDB_TYPE_UBIGINT);
  duckdb_scalar_function_set_name(function, "draw");
  duckdb_scalar_function_add_parameter(function, whole);
  duckdb_scalar_function_add_parameter(function, whole);
  duckdb_scalar_function_set_return_type(function, bits);
  duckdb_scalar_function_set_function(function, draw_chunk);
  duckdb_state state = duckdb_register_scalar_function(connection, function);
  duckdb_destroy_logical_type(&whole);
  duckdb_destroy_logical_type(&bits);
  duckdb_destroy_scalar_function(&function);
  return state;
}

static int run(duckdb_connection connection, const char *sql) {
  duckdb_result result;
  int failed = duckdb_query(connection, sql, &result) != DuckDBSuccess;
  if (failed)
    fprintf(stderr, "bench_generate: %s\n", duckdb_result_error(&result));
  duckdb_destroy_result(&result);
  return failed;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: bench_generate FILE.sql\n");
    return 2;
  }
  char *sql = seg_bench_read_text(argv[1]);
  duckdb_database database = NULL;
  duckdb_connection connection = NULL;
  int failed = sql == NULL;
  if (!failed && (duckdb_open(NULL, &database) != DuckDBSuccess ||
                  duckdb_connect(database, &connection) != DuckDBSuccess ||
                  add_draw(connection) != DuckDBSuccess)) {
    fprintf(stderr, "bench_generate: DuckDB does not start\n");
    failed = 1;
  }
  failed = failed || run(connection, sql);
  duckdb_disconnect(&connection);
  duckdb_close(&database);
  free(sql);
  return failed ? 2 : 0;
}
