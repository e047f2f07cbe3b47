// Columns of the data behind a binding. Each file is opened by itself first: that names the file
// when one cannot be read, and lets all of them be compared.
#include "runtime/io/schema.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/base/text_stream.h"
#include "runtime/base/utf8.h"
#include "runtime/io/io_errors.h"
#include "runtime/io/near_name.h"

bool seg_schema_allocate(struct seg_arena *arena, struct seg_schema *schema, size_t count) {
  schema->count = (uint32_t)count;
  schema->names = SEG_NEW_ARRAY(arena, struct seg_str, count);
  schema->readings = SEG_NEW_ARRAY(arena, struct seg_reading, count);
  schema->casts = SEG_NEW_ARRAY(arena, bool, count);
  schema->unreadable = SEG_NEW_ARRAY(arena, bool, count);
  return schema->names != NULL && schema->readings != NULL && schema->casts != NULL &&
         schema->unreadable != NULL;
}

static enum seg_status allocate(struct seg_arena *arena, struct seg_schema *schema, size_t count,
                                struct seg_error *error) {
  return seg_schema_allocate(arena, schema, count)
             ? SEG_OK
             : seg_fail_memory(error, "the columns of a source");
}

// The columns of a prepared statement.
static enum seg_status take_columns(struct seg_arena *arena, duckdb_prepared_statement statement,
                                    struct seg_schema *schema, struct seg_error *error) {
  size_t count = duckdb_prepared_statement_column_count(statement);
  enum seg_status status = allocate(arena, schema, count, error);
  for (uint32_t i = 0; status == SEG_OK && i < count; i++) {
    const char *name = duckdb_prepared_statement_column_name(statement, i);
    duckdb_logical_type type = duckdb_prepared_statement_column_logical_type(statement, i);
    struct seg_str copy = seg_arena_str(arena, seg_str_view(name));
    if (copy.data == NULL || seg_utf8_nfc(arena, copy, &schema->names[i]) == SEG_OUT_OF_MEMORY)
      status = seg_fail_memory(error, "the columns of a source");
    schema->unreadable[i] = !seg_reading_choose(type, &schema->readings[i], &schema->casts[i]);
    duckdb_free((void *)name);
    duckdb_destroy_logical_type(&type);
  }
  return status;
}

static void write_parquet(FILE *sql, const struct seg_str *files, size_t count) {
  fputs("read_parquet(", sql);
  seg_sql_text_list(sql, files, count);
  fputs(", hive_partitioning = false, union_by_name = false)", sql);
}

static enum seg_status prepare(struct seg_duck *duck, const char *sql,
                               duckdb_prepared_statement *statement, char reason[SEG_DUCK_REASON]) {
  if (duckdb_prepare(duck->connection, sql, statement) == DuckDBSuccess)
    return SEG_OK;
  seg_duck_reason(duckdb_prepare_error(*statement), reason);
  return SEG_BAD_DATA;
}

static enum seg_status read_parquet_file(struct seg_arena *arena, struct seg_duck *duck,
                                         const struct seg_str *file, struct seg_schema *schema,
                                         struct seg_error *error) {
  duckdb_prepared_statement statement = NULL;
  char reason[SEG_DUCK_REASON];
  char *text = NULL;
  size_t size = 0;
  FILE *sql = seg_text_stream(&text, &size);
  if (sql == NULL)
    return seg_fail_memory(error, "a query");
  fputs("select * from ", sql);
  write_parquet(sql, file, 1);
  if (fclose(sql) != 0) {
    free(text);
    return seg_fail_memory(error, "a query");
  }
  enum seg_status status = prepare(duck, text, &statement, reason);
  if (status == SEG_OK) {
    status = take_columns(arena, statement, schema, error);
  } else {
    SEG_IO_FAIL(error, status, BAD_FILE, "the file %.*s cannot be read as Parquet: %s",
                SEG_STR(*file), reason);
    seg_error_help(error, "check that it is a Parquet file and was copied completely");
  }
  duckdb_destroy_prepare(&statement);
  free(text);
  return status;
}

static bool equal_reading(const struct seg_schema *a, const struct seg_schema *b, uint32_t i,
                          uint32_t j) {
  return a->unreadable[i] == b->unreadable[j] && a->readings[i].type == b->readings[j].type &&
         a->readings[i].scale == b->readings[j].scale;
}

static enum seg_status fail_differ(struct seg_str first, struct seg_str other, struct seg_str name,
                                   const char *how, struct seg_error *error) {
  SEG_IO_FAIL(error, SEG_BAD_DATA, FILES_DIFFER,
              "%.*s and %.*s do not fit together: column "
              "\"%.*s\" %s",
              SEG_STR(first), SEG_STR(other), SEG_STR(name), how);
  seg_error_help(error, "make the files alike, or bring them together in a query: --source "
                        "NAME=\"select ...\"");
  return SEG_BAD_DATA;
}

// Parquet columns are found by name, so their order may differ, and further columns are ignored.
static enum seg_status compare_parquet(const struct seg_binding *binding, size_t index,
                                       const struct seg_schema *first,
                                       const struct seg_schema *other, struct seg_error *error) {
  for (uint32_t i = 0; i < first->count; i++) {
    uint32_t j = 0;
    while (j < other->count && !seg_str_equal(first->names[i], other->names[j]))
      j++;
    if (j == other->count)
      return fail_differ(binding->files[0], binding->files[index], first->names[i],
                         "is missing in the second", error);
    if (!equal_reading(first, other, i, j))
      return fail_differ(binding->files[0], binding->files[index], first->names[i],
                         "has another type in the second", error);
  }
  return SEG_OK;
}

static enum seg_status read_parquet(struct seg_arena *arena, struct seg_duck *duck,
                                    const struct seg_binding *binding, struct seg_schema *schema,
                                    struct seg_error *error) {
  enum seg_status status = read_parquet_file(arena, duck, &binding->files[0], schema, error);
  for (size_t i = 1; status == SEG_OK && i < binding->file_count; i++) {
    struct seg_arena scratch;
    struct seg_schema other = {0};
    seg_arena_init(&scratch);
    status = read_parquet_file(&scratch, duck, &binding->files[i], &other, error);
    if (status == SEG_OK)
      status = compare_parquet(binding, i, schema, &other, error);
    seg_arena_deinit(&scratch);
  }
  return status;
}

// CSV columns are found by position, so all headers must be the same.
static enum seg_status compare_csv(const struct seg_binding *binding, size_t index,
                                   const struct seg_csv_header *first,
                                   const struct seg_csv_header *other, struct seg_error *error) {
  struct seg_str name = {"", 0};
  struct seg_str a = binding->files[0], b = binding->files[index];
  for (size_t i = 0; i < first->count && i < other->count; i++)
    if (!seg_str_equal(first->names[i], other->names[i]))
      return fail_differ(a, b, first->names[i], "stands elsewhere in the second, or nowhere",
                         error);
  if (first->count != other->count) {
    bool more = first->count > other->count;
    name = more ? first->names[other->count] : other->names[first->count];
    return fail_differ(a, b, name, more ? "is missing in the second" : "is missing in the first",
                       error);
  }
  if (first->delimiter != other->delimiter)
    return fail_differ(a, b, first->names[0], "ends with another delimiter in the second", error);
  return SEG_OK;
}

static enum seg_status read_csv(struct seg_arena *arena, const struct seg_binding *binding,
                                struct seg_schema *schema, struct seg_error *error) {
  enum seg_status status = seg_csv_read_header(arena, binding->files[0], &schema->csv, error);
  for (size_t i = 1; status == SEG_OK && i < binding->file_count; i++) {
    struct seg_arena scratch;
    struct seg_csv_header other;
    seg_arena_init(&scratch);
    status = seg_csv_read_header(&scratch, binding->files[i], &other, error);
    if (status == SEG_OK)
      status = compare_csv(binding, i, &schema->csv, &other, error);
    seg_arena_deinit(&scratch);
  }
  if (status == SEG_OK)
    status = allocate(arena, schema, schema->csv.count, error);
  for (uint32_t i = 0; status == SEG_OK && i < schema->count; i++) {
    schema->names[i] = schema->csv.names[i];
    schema->readings[i] =
        (struct seg_reading){.type = DUCKDB_TYPE_VARCHAR, .family = SEG_FAMILY_TEXT};
  }
  return status;
}

static enum seg_status read_query(struct seg_arena *arena, struct seg_duck *duck,
                                  const struct seg_binding *binding, struct seg_schema *schema,
                                  struct seg_error *error) {
  duckdb_prepared_statement statement = NULL;
  char reason[SEG_DUCK_REASON];
  enum seg_status status = prepare(duck, binding->sql.data, &statement, reason);
  if (status != SEG_OK)
    status = SEG_IO_FAIL(error, SEG_USAGE, SQL, "the query of source \"%.*s\" failed: %s",
                         SEG_STR(binding->source), reason);
  else if (duckdb_prepared_statement_type(statement) != DUCKDB_STATEMENT_TYPE_SELECT)
    status = SEG_IO_FAIL(error, SEG_USAGE, SQL,
                         "the query of source \"%.*s\" does not only read: it must be a select",
                         SEG_STR(binding->source));
  else
    status = take_columns(arena, statement, schema, error);
  duckdb_destroy_prepare(&statement);
  return status;
}

enum seg_status seg_schema_read(struct seg_arena *arena, struct seg_duck *duck,
                                const struct seg_binding *binding, struct seg_schema *schema,
                                struct seg_error *error) {
  *schema = (struct seg_schema){0};
  if (binding->kind == SEG_BINDING_SQL)
    schema->place =
        seg_arena_format(arena, "the query of source \"%.*s\"", SEG_STR(binding->source));
  else
    schema->place = seg_arena_str(arena, binding->files[0]);
  if (schema->place.data == NULL)
    return seg_fail_memory(error, "a file's name");
  switch (binding->kind) {
  case SEG_BINDING_PARQUET: return read_parquet(arena, duck, binding, schema, error);
  case SEG_BINDING_CSV: return read_csv(arena, binding, schema, error);
  case SEG_BINDING_SQL: break;
  }
  return read_query(arena, duck, binding, schema, error);
}

enum seg_status seg_schema_find(const struct seg_schema *schema, struct seg_str name,
                                uint32_t *column, struct seg_error *error) {
  uint32_t found = 0;
  for (uint32_t i = 0; i < schema->count; i++)
    if (seg_str_equal(schema->names[i], name)) {
      *column = i;
      found++;
    }
  if (found == 1)
    return SEG_OK;
  if (found > 1)
    return SEG_IO_FAIL(error, SEG_BAD_DATA, COLUMN_TWICE, "%.*s has %u columns called \"%.*s\"",
                       SEG_STR(schema->place), found, SEG_STR(name));
  SEG_IO_FAIL(error, SEG_BAD_DATA, NO_COLUMN, "%.*s has no column \"%.*s\"", SEG_STR(schema->place),
              SEG_STR(name));
  char list[320];
  seg_name_list(schema->names, schema->count, list, sizeof list);
  size_t near = seg_near_name(name, schema->names, schema->count);
  if (near < schema->count)
    seg_error_help(error, "did you mean \"%.*s\"? The columns are: %s",
                   SEG_STR(schema->names[near]), list);
  else
    seg_error_help(error, "the columns are: %s", list);
  return SEG_BAD_DATA;
}

static void write_csv(FILE *sql, const struct seg_schema *schema, const struct seg_binding *binding,
                      bool tolerant) {
  fputs("read_csv(", sql);
  seg_sql_text_list(sql, binding->files, binding->file_count);
  fputs(", auto_detect = false, header = true, quote = '\"', escape = '\"', delim = '", sql);
  fputc(schema->csv.delimiter, sql);
  fprintf(sql,
          "', strict_mode = true, null_padding = false, nullstr = '', allow_quoted_nulls = false, "
          "hive_partitioning = false, ignore_errors = %s, columns = {",
          tolerant ? "true" : "false");
  for (uint32_t i = 0; i < schema->count; i++)
    fprintf(sql, "%s'c%u': 'VARCHAR'", i > 0 ? ", " : "", i);
  fputs("})", sql);
}

// A query of the user in parentheses; a semicolon at its end would end ours as well.
static void write_query(FILE *sql, struct seg_str text) {
  while (text.size > 0 && strchr("; \t\r\n", text.data[text.size - 1]) != NULL)
    text.size--;
  fprintf(sql, "(\n%.*s\n)", SEG_STR(text));
}

char *seg_schema_query(const struct seg_schema *schema, const struct seg_binding *binding,
                       const uint32_t *columns, uint32_t column_count,
                       const struct seg_read_range *range) {
  char *text = NULL;
  size_t size = 0;
  FILE *sql = seg_text_stream(&text, &size);
  if (sql == NULL)
    return NULL;
  fputs("select ", sql);
  for (uint32_t i = 0; i < column_count; i++)
    fprintf(sql, "%sc%u%s", i > 0 ? ", " : "", columns[i],
            schema->casts[columns[i]] ? "::varchar" : "");
  fputs(" from ", sql);
  switch (binding->kind) {
  case SEG_BINDING_PARQUET: write_parquet(sql, binding->files, binding->file_count); break;
  case SEG_BINDING_CSV: write_csv(sql, schema, binding, range->tolerant); break;
  case SEG_BINDING_SQL: write_query(sql, binding->sql); break;
  }
  fputs(" as data(", sql);
  for (uint32_t i = 0; i < schema->count; i++)
    fprintf(sql, "%sc%u", i > 0 ? ", " : "", i);
  fputc(')', sql);
  if (range->tolerant)
    fprintf(sql, " limit %lld offset %lld", (long long)(range->last - range->first),
            (long long)range->first);
  if (fclose(sql) == 0)
    return text;
  free(text);
  return NULL;
}
