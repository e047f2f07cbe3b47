// Makes the data of the benchmarks: customers.parquet with 16 attributes, purchases.parquet with
// events in time order. DuckDB writes both from hashed row numbers, so the same arguments give the
// same values.
#include <duckdb.h>
#include <stdio.h>
#include <stdlib.h>

static int run(duckdb_connection connection, const char *sql) {
  duckdb_result result;
  if (duckdb_query(connection, sql, &result) == DuckDBSuccess) {
    duckdb_destroy_result(&result);
    return 0;
  }
  fprintf(stderr, "generate: %s\n", duckdb_result_error(&result));
  duckdb_destroy_result(&result);
  return 1;
}

// 16 whole-number attributes a01 .. a16 with values below 1,000, and one amount.
static int customers(duckdb_connection connection, const char *folder, const char *count) {
  char sql[4096];
  int size = snprintf(sql, sizeof sql, "COPY (SELECT i AS customer_id");
  for (int i = 1; i <= 16; i++)
    size += snprintf(sql + size, sizeof sql - (size_t)size,
                     ", (hash(i * 16 + %d) %% 1000)::INT AS a%02d", i, i);
  snprintf(sql + size, sizeof sql - (size_t)size,
           " FROM range(%s) AS rows(i)) TO '%s/customers.parquet' (FORMAT parquet)", count, folder);
  return run(connection, sql);
}

// Two years of events before 2026-11-01, in time order; customers uniform, so unclustered.
static int purchases(duckdb_connection connection, const char *folder, const char *customer_count,
                     const char *count) {
  char sql[4096];
  snprintf(sql, sizeof sql,
           "COPY (SELECT (hash(i) %% %s)::BIGINT AS customer_id,"
           " DATE '2024-11-01' + (i * 730 // %s)::INT AS day,"
           " ((hash(i + 1000000007) %% 20000) / 100.0)::DECIMAL(9, 2) AS amount,"
           " CASE hash(i + 7) %% 4 WHEN 0 THEN 'app' WHEN 1 THEN 'store' ELSE 'web' END AS channel"
           " FROM range(%s) AS rows(i)) TO '%s/purchases.parquet' (FORMAT parquet)",
           customer_count, count, count, folder);
  return run(connection, sql);
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: generate FOLDER CUSTOMERS EVENTS\n");
    return 2;
  }
  duckdb_database database;
  duckdb_connection connection;
  if (duckdb_open(NULL, &database) != DuckDBSuccess ||
      duckdb_connect(database, &connection) != DuckDBSuccess) {
    fprintf(stderr, "generate: DuckDB does not start\n");
    return 2;
  }
  int failed = customers(connection, argv[1], argv[2]) != 0 ||
               purchases(connection, argv[1], argv[2], argv[3]) != 0;
  duckdb_disconnect(&connection);
  duckdb_close(&database);
  return failed ? 2 : 0;
}
