/**
 * Runs SQL files with DuckDB, so that expected numbers come from another program than segc.
 *
 *   query NAME=VALUE... FILE.sql...
 *
 * Each NAME=VALUE becomes a variable (getvariable('NAME') in SQL). The files share one database in
 * memory. Rows of every statement that is a query go to stdout, columns apart by tabs, a missing
 * value as an empty text. Exit code 1 with a message when anything fails.
 */
#include <duckdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_rows(duckdb_result *result) {
  idx_t columns = duckdb_column_count(result);
  for (idx_t row = 0; row < duckdb_row_count(result); row++)
    for (idx_t column = 0; column < columns; column++) {
      char *text = duckdb_value_varchar(result, column, row);
      printf("%s%c", text ? text : "", column + 1 < columns ? '\t' : '\n');
      duckdb_free(text);
    }
}

static bool run_statement(duckdb_connection connection, duckdb_extracted_statements statements,
                          idx_t index) {
  duckdb_prepared_statement statement = NULL;
  duckdb_result result;
  bool fine = false;
  memset(&result, 0, sizeof result);
  if (duckdb_prepare_extracted_statement(connection, statements, index, &statement) !=
      DuckDBSuccess)
    fprintf(stderr, "%s\n", duckdb_prepare_error(statement));
  else if (duckdb_execute_prepared(statement, &result) != DuckDBSuccess)
    fprintf(stderr, "%s\n", duckdb_result_error(&result));
  else
    fine = true;
  if (fine && duckdb_result_statement_type(result) == DUCKDB_STATEMENT_TYPE_SELECT)
    print_rows(&result);
  duckdb_destroy_result(&result);
  duckdb_destroy_prepare(&statement);
  return fine;
}

static bool run_sql(duckdb_connection connection, const char *sql) {
  duckdb_extracted_statements statements = NULL;
  idx_t count = duckdb_extract_statements(connection, sql, &statements);
  bool fine = count > 0;
  if (!fine)
    fprintf(stderr, "%s\n", duckdb_extract_statements_error(statements));
  for (idx_t i = 0; i < count && fine; i++)
    fine = run_statement(connection, statements, i);
  duckdb_destroy_extracted(&statements);
  return fine;
}

static bool run_file(duckdb_connection connection, const char *path) {
  char sql[32768];
  FILE *file = fopen(path, "r");
  size_t size = file ? fread(sql, 1, sizeof sql, file) : 0;
  bool read = file != NULL && !ferror(file) && size < sizeof sql;
  if (file != NULL)
    fclose(file);
  if (!read) {
    fprintf(stderr, "%s cannot be read, or is longer than %zu bytes\n", path, sizeof sql - 1);
    return false;
  }
  sql[size] = '\0';
  if (run_sql(connection, sql))
    return true;
  fprintf(stderr, "in %s\n", path);
  return false;
}

static bool set_variable(duckdb_connection connection, const char *argument, size_t name_size) {
  char sql[4096];
  const char *value = argument + name_size + 1;
  if (strchr(value, '\'') != NULL)
    return false;
  int size = snprintf(sql, sizeof sql, "set variable %.*s = '%s'", (int)name_size, argument, value);
  return size > 0 && (size_t)size < sizeof sql && run_sql(connection, sql);
}

int main(int argc, char **argv) {
  duckdb_database database = NULL;
  duckdb_connection connection = NULL;
  bool fine = duckdb_open(NULL, &database) == DuckDBSuccess &&
              duckdb_connect(database, &connection) == DuckDBSuccess;
  for (int i = 1; i < argc && fine; i++) {
    const char *equal = strchr(argv[i], '=');
    fine = equal ? set_variable(connection, argv[i], (size_t)(equal - argv[i]))
                 : run_file(connection, argv[i]);
  }
  duckdb_disconnect(&connection);
  duckdb_close(&database);
  return fine && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
