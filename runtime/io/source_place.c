// Where a row of the scan lies, and what went wrong when the scan itself failed. Both look at the
// files a second time, with one thread, only once there is an error.
#include <stdlib.h>
#include <string.h>

#include "runtime/base/text_stream.h"
#include "runtime/io/io_errors.h"
#include "runtime/io/source_parquet.h"

// Rows of a Parquet file by its own account; -1 when it cannot be asked.
static int64_t parquet_rows(struct seg_duck_source *source, struct seg_str file) {
  duckdb_result result;
  char *text = NULL;
  size_t size = 0;
  int64_t rows = -1;
  for (size_t f = 0; source->parquet != NULL && f < source->binding->file_count; f++)
    if (seg_str_equal(source->binding->files[f], file))
      return source->parquet->files[f].row_count;
  FILE *sql = seg_text_stream(&text, &size);
  if (sql == NULL)
    return -1;
  fputs("select num_rows from parquet_file_metadata(", sql);
  seg_sql_text_list(sql, &file, 1);
  fputc(')', sql);
  if (fclose(sql) == 0) {
    if (duckdb_query(source->duck.connection, text, &result) == DuckDBSuccess) {
      duckdb_data_chunk chunk = duckdb_fetch_chunk(result);
      if (chunk != NULL && duckdb_data_chunk_get_size(chunk) == 1)
        rows = *(int64_t *)duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0));
      duckdb_destroy_data_chunk(&chunk);
    }
    duckdb_destroy_result(&result);
  }
  free(text);
  return rows;
}

struct place {
  struct seg_str file;
  int64_t row;  // in the file, from 0
  int64_t line; // CSV, from 1; 0: not known
};

static struct place find_place(struct seg_duck_source *source, int64_t row) {
  const struct seg_binding *binding = source->binding;
  struct place place = {.file = source->schema.place, .row = row};
  for (size_t i = 0; i < binding->file_count; i++) {
    struct seg_csv_place found;
    int64_t rows;
    place.file = binding->files[i];
    if (binding->kind == SEG_BINDING_CSV) {
      if (!seg_csv_find(binding->files[i], &source->schema.csv, place.row, &found))
        break;
      if (!found.end) {
        place.line = found.line;
        break;
      }
      rows = found.row;
    } else {
      rows = i + 1 < binding->file_count ? parquet_rows(source, binding->files[i]) : INT64_MAX;
    }
    if (rows < 0 || place.row < rows)
      break;
    place.row -= rows;
  }
  return place;
}

// Put a place before the message of an error.
static void prefix(struct seg_error *error, const struct place *place) {
  struct seg_error plain = *error;
  char line[40] = "";
  if (place->line > 0)
    snprintf(line, sizeof line, " (line %lld)", (long long)place->line);
  seg_fail(error, plain.status, plain.code, "%.*s, row %lld%s, %s", SEG_STR(place->file),
           (long long)place->row + 1, line, plain.message);
  if (plain.help[0] != '\0')
    seg_error_help(error, "%s", plain.help);
}

void seg_duck_source_locate(struct seg_source *head, int64_t row, struct seg_error *error) {
  struct seg_duck_source *source = (struct seg_duck_source *)head;
  struct place place = find_place(source, row);
  prefix(error, &place);
}

static void fail_csv(struct seg_duck_source *source, const struct seg_csv_place *found) {
  struct seg_error *error = &source->failure;
  size_t columns = source->schema.csv.count;
  switch (found->fault) {
  case SEG_CSV_TOO_FEW:
  case SEG_CSV_TOO_MANY:
    SEG_IO_FAIL(error, SEG_BAD_DATA, BAD_LINE,
                "the row has %lld field%s, but the first line names %zu column%s",
                (long long)found->fields, found->fields == 1 ? "" : "s", columns,
                columns == 1 ? "" : "s");
    seg_error_help(error,
                   "put quotes around a value that contains the delimiter, or repair the row");
    return;
  case SEG_CSV_OPEN:
    SEG_IO_FAIL(error, SEG_BAD_DATA, BAD_LINE, "a quote is opened and never closed");
    seg_error_help(error, "close the quoted value; a quote inside one is written twice: \"\"");
    return;
  case SEG_CSV_QUOTE:
    SEG_IO_FAIL(error, SEG_BAD_DATA, BAD_LINE, "text follows the closing quote of a value");
    seg_error_help(error, "a quote inside a quoted value is written twice: \"\"");
    return;
  case SEG_CSV_LINE_END:
    SEG_IO_FAIL(error, SEG_BAD_DATA, BAD_LINE,
                "the line ends in another way than the first line (Windows and Unix line ends are "
                "mixed)");
    seg_error_help(error, "convert the file to one kind of line ends");
    return;
  case SEG_CSV_BAD_TEXT:
    SEG_IO_FAIL(error, SEG_BAD_DATA, BAD_TEXT, "the row is not UTF-8 text");
    seg_error_help(error, "save the file as UTF-8, for example: iconv -f cp1252 -t utf-8");
    return;
  case SEG_CSV_UNREADABLE:
    if (found->reason != 0) {
      SEG_IO_FAIL(error, SEG_IO, UNREADABLE, "the file cannot be read on: %s",
                  seg_io_reason(found->reason));
      return;
    }
    SEG_IO_FAIL(error, SEG_BAD_DATA, BAD_FILE, "the file is damaged here: it cannot be unpacked");
    seg_error_help(error, "check that the file was copied completely");
    return;
  case SEG_CSV_FINE: return;
  }
}

// Find the first broken row of CSV files by our own reading; false when it finds none.
static bool explain_csv(struct seg_duck_source *source) {
  int64_t before = 0;
  for (size_t i = 0; i < source->binding->file_count; i++) {
    struct seg_csv_place found;
    if (!seg_csv_find(source->binding->files[i], &source->schema.csv, INT64_MAX, &found))
      return false;
    if (found.fault != SEG_CSV_FINE) {
      struct place place = {source->binding->files[i], found.row, found.line};
      fail_csv(source, &found);
      prefix(&source->failure, &place);
      source->failure_row = before + found.row;
      return true;
    }
    before += found.row;
  }
  return false;
}

// Read one Parquet file from end to end; false when that fails.
static bool parquet_readable(struct seg_duck_source *source, size_t index) {
  struct seg_binding one = *source->binding;
  struct seg_read_range all = {0};
  duckdb_prepared_statement statement = NULL;
  duckdb_pending_result pending = NULL;
  duckdb_result result;
  bool fine = false;
  one.files = &source->binding->files[index];
  one.file_count = 1;
  char *sql = seg_schema_query(&source->schema, &one, source->columns, source->column_count, &all);
  if (sql != NULL && duckdb_prepare(source->duck.connection, sql, &statement) == DuckDBSuccess &&
      duckdb_pending_prepared_streaming(statement, &pending) == DuckDBSuccess) {
    if (duckdb_execute_pending(pending, &result) == DuckDBSuccess) {
      duckdb_data_chunk chunk;
      while ((chunk = duckdb_fetch_chunk(result)) != NULL)
        duckdb_destroy_data_chunk(&chunk);
      fine = duckdb_result_error(&result) == NULL;
    }
    duckdb_destroy_result(&result);
  }
  duckdb_destroy_pending(&pending);
  duckdb_destroy_prepare(&statement);
  free(sql);
  return fine;
}

// The kind in front of DuckDB's words, such as "Conversion Error"; empty when there is none.
static struct seg_str kind_of(const char *reason) {
  static const char end[] = " Error: ";
  const char *found = reason == NULL ? NULL : strstr(reason, end);
  if (found == NULL || found - reason > 32)
    return (struct seg_str){0};
  return (struct seg_str){reason, (size_t)(found - reason) + strlen(" Error")};
}

// While a query reads rows, DuckDB's words quote values, and the query may read any column of a
// file: none can be trusted not to be personal. Only the kind of error is taken over.
static void explain_sql(struct seg_duck_source *source, const char *reason) {
  struct seg_str kind = kind_of(reason);
  SEG_IO_FAIL(
      &source->failure, SEG_BAD_DATA, SQL,
      "%.*s failed while reading rows%s%.*s; the value is not shown, for it may be personal",
      SEG_STR(source->schema.place), kind.size > 0 ? ": " : "", SEG_STR(kind));
  seg_error_help(&source->failure,
                 "look for a cast or a calculation that not every value allows; try_cast gives "
                 "NULL where cast fails");
}

// A file may be fine and still hold what DuckDB does not know: an encoding, a way of packing.
static bool is_unsupported(const char *reason) {
  static const char *const marks[] = {"nsupported", "not supported", "only supported",
                                      "not implemented"};
  for (size_t i = 0; reason != NULL && i < sizeof marks / sizeof *marks; i++)
    if (strstr(reason, marks[i]) != NULL)
      return true;
  return false;
}

static void explain_parquet(struct seg_duck_source *source, const char *reason, const char *words) {
  const struct seg_binding *binding = source->binding;
  size_t bad = 0;
  while (bad + 1 < binding->file_count && parquet_readable(source, bad))
    bad++;
  if (reason != NULL && strstr(reason, "Invalid string encoding") != NULL) { // quotes the text
    SEG_IO_FAIL(&source->failure, SEG_BAD_DATA, BAD_TEXT,
                "the Parquet file %.*s holds text that is not UTF-8", SEG_STR(binding->files[bad]));
    seg_error_help(&source->failure, "write the file again with text in UTF-8");
    return;
  }
  if (is_unsupported(reason)) {
    SEG_IO_FAIL(&source->failure, SEG_BAD_DATA, BAD_FILE,
                "the Parquet file %.*s is written in a way that cannot be read here: %s",
                SEG_STR(binding->files[bad]), words);
    seg_error_help(&source->failure,
                   "write the file again with plain values or dictionaries, packed with Snappy");
    return;
  }
  SEG_IO_FAIL(&source->failure, SEG_BAD_DATA, BAD_FILE, "the Parquet file %.*s is damaged: %s",
              SEG_STR(binding->files[bad]), words);
  seg_error_help(&source->failure, "check that the file was copied completely, or write it again");
}

void seg_duck_source_explain(struct seg_duck_source *source, const char *reason, int64_t row) {
  struct seg_error *error = &source->failure;
  char words[SEG_DUCK_REASON];
  source->failure_row = row;
  seg_duck_reason(reason, words);
  if (seg_duck_is_memory(reason)) {
    SEG_IO_FAIL(error, SEG_LIMIT, ENGINE_MEMORY, "reading %.*s needs more memory than allowed",
                SEG_STR(source->schema.place));
    seg_error_help(error, "allow more with --memory");
    return;
  }
  switch (source->binding->kind) {
  case SEG_BINDING_SQL: explain_sql(source, reason); return;
  case SEG_BINDING_PARQUET: explain_parquet(source, reason, words); return;
  case SEG_BINDING_CSV: break;
  }
  if (explain_csv(source))
    return;
  // What DuckDB says about CSV quotes the line, which may hold personal data: only its number is
  // taken over.
  static const char mark[] = "on Line: ";
  const char *line = reason != NULL ? strstr(reason, mark) : NULL;
  if (line != NULL)
    SEG_IO_FAIL(error, SEG_BAD_DATA, BAD_LINE, "%.*s, line %lld cannot be read as CSV",
                SEG_STR(source->schema.place), strtoll(line + sizeof mark - 1, NULL, 10));
  else
    SEG_IO_FAIL(error, SEG_BAD_DATA, BAD_LINE, "%.*s cannot be read as CSV",
                SEG_STR(source->schema.place));
  seg_error_help(error, "look for unusually long lines or wrong quotes there");
}

void seg_duck_source_explain_gzip(struct seg_duck_source *source, struct seg_str file) {
  SEG_IO_FAIL(&source->failure, SEG_BAD_DATA, BAD_FILE,
              "the file %.*s is damaged: it ends too early or its checksum does not fit",
              SEG_STR(file));
  seg_error_help(&source->failure, "check that the file was copied completely");
}
