// The columns of Parquet files by their footers alone, as DuckDB would deliver them; see schema.h.
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "runtime/base/utf8.h"
#include "runtime/io/schema.h"

// Decimals by their digits: the smallest whole number that holds them.
static duckdb_type decimal_type(const struct seg_parquet_column *column) {
  bool is_wide = column->type == SEG_PARQUET_INT64;
  if (column->precision < 1 || column->precision > (is_wide ? 18 : 9) || column->scale < 0 ||
      column->scale > column->precision)
    return DUCKDB_TYPE_INVALID;
  if (column->precision <= 4)
    return DUCKDB_TYPE_SMALLINT;
  return column->precision <= 9 ? DUCKDB_TYPE_INTEGER : DUCKDB_TYPE_BIGINT;
}

static duckdb_type type_of_int32(const struct seg_parquet_column *column) {
  switch (column->meaning) {
  case SEG_PARQUET_AS_IT_IS:
  case SEG_PARQUET_INT_32: return DUCKDB_TYPE_INTEGER;
  case SEG_PARQUET_INT_8: return DUCKDB_TYPE_TINYINT;
  case SEG_PARQUET_INT_16: return DUCKDB_TYPE_SMALLINT;
  case SEG_PARQUET_UINT_8: return DUCKDB_TYPE_UTINYINT;
  case SEG_PARQUET_UINT_16: return DUCKDB_TYPE_USMALLINT;
  case SEG_PARQUET_UINT_32: return DUCKDB_TYPE_UINTEGER;
  case SEG_PARQUET_DATE: return DUCKDB_TYPE_DATE;
  case SEG_PARQUET_DECIMAL: return decimal_type(column);
  case SEG_PARQUET_STRING:
  case SEG_PARQUET_LOCAL_TIME:
  case SEG_PARQUET_INSTANT:
  case SEG_PARQUET_INT_64:
  case SEG_PARQUET_UINT_64:
  case SEG_PARQUET_OTHER: break;
  }
  return DUCKDB_TYPE_INVALID;
}

static duckdb_type type_of_int64(const struct seg_parquet_column *column) {
  switch (column->meaning) {
  case SEG_PARQUET_AS_IT_IS:
  case SEG_PARQUET_INT_64: return DUCKDB_TYPE_BIGINT;
  case SEG_PARQUET_UINT_64: return DUCKDB_TYPE_UBIGINT;
  case SEG_PARQUET_INSTANT: return DUCKDB_TYPE_TIMESTAMP_TZ;
  case SEG_PARQUET_LOCAL_TIME:
    return column->unit == SEG_PARQUET_NANOSECONDS ? DUCKDB_TYPE_TIMESTAMP_NS
                                                   : DUCKDB_TYPE_TIMESTAMP;
  case SEG_PARQUET_DECIMAL: return decimal_type(column);
  case SEG_PARQUET_DATE:
  case SEG_PARQUET_STRING:
  case SEG_PARQUET_INT_8:
  case SEG_PARQUET_INT_16:
  case SEG_PARQUET_INT_32:
  case SEG_PARQUET_UINT_8:
  case SEG_PARQUET_UINT_16:
  case SEG_PARQUET_UINT_32:
  case SEG_PARQUET_OTHER: break;
  }
  return DUCKDB_TYPE_INVALID;
}

// INVALID: that is for DuckDB to say.
static duckdb_type type_of(const struct seg_parquet_column *column) {
  bool plain = column->meaning == SEG_PARQUET_AS_IT_IS;
  switch (column->type) {
  case SEG_PARQUET_BOOLEAN: return plain ? DUCKDB_TYPE_BOOLEAN : DUCKDB_TYPE_INVALID;
  case SEG_PARQUET_INT32: return type_of_int32(column);
  case SEG_PARQUET_INT64: return type_of_int64(column);
  case SEG_PARQUET_FLOAT: return plain ? DUCKDB_TYPE_FLOAT : DUCKDB_TYPE_INVALID;
  case SEG_PARQUET_DOUBLE: return plain ? DUCKDB_TYPE_DOUBLE : DUCKDB_TYPE_INVALID;
  case SEG_PARQUET_TEXT:
    return column->meaning == SEG_PARQUET_STRING ? DUCKDB_TYPE_VARCHAR : DUCKDB_TYPE_INVALID;
  case SEG_PARQUET_INT96:
  case SEG_PARQUET_FIXED: break;
  }
  return DUCKDB_TYPE_INVALID;
}

static int compare_names(const void *a, const void *b) {
  const struct seg_parquet_column *const *left = a, *const *right = b;
  return strcasecmp((*left)->name.data, (*right)->name.data);
}

// DuckDB gives other names to columns that differ in small and capital letters only.
static bool names_differ(struct seg_arena *arena, const struct seg_parquet_file *file) {
  const struct seg_parquet_column **sorted =
      SEG_NEW_ARRAY(arena, const struct seg_parquet_column *, file->column_count);
  if (sorted == NULL)
    return false;
  for (uint32_t i = 0; i < file->column_count; i++)
    sorted[i] = &file->columns[i];
  qsort(sorted, file->column_count, sizeof *sorted, compare_names);
  for (uint32_t i = 1; i < file->column_count; i++)
    if (compare_names(&sorted[i - 1], &sorted[i]) == 0)
      return false;
  return true;
}

static bool take_column(struct seg_arena *arena, const struct seg_parquet_column *column,
                        uint32_t place, struct seg_schema *schema) {
  duckdb_type type = type_of(column);
  if (!seg_utf8_valid(column->name) || memchr(column->name.data, 0, column->name.size) != NULL ||
      seg_utf8_nfc(arena, column->name, &schema->names[place]) != SEG_OK)
    return false;
  schema->unreadable[place] = type == DUCKDB_TYPE_INVALID;
  if (type == DUCKDB_TYPE_INVALID)
    return true;
  if (column->meaning == SEG_PARQUET_DECIMAL) {
    schema->readings[place] = (struct seg_reading){
        .type = type, .family = SEG_FAMILY_DECIMAL, .scale = (uint8_t)column->scale};
    return true;
  }
  return seg_reading_of_type(type, &schema->readings[place], &schema->casts[place]);
}

// Several files are left to DuckDB as soon as they differ in anything.
static bool same_columns(const struct seg_parquet_file *a, const struct seg_parquet_file *b) {
  if (a->column_count != b->column_count || a->chunk_count != b->chunk_count)
    return false;
  for (uint32_t i = 0; i < a->column_count; i++) {
    const struct seg_parquet_column *left = &a->columns[i], *right = &b->columns[i];
    if (!seg_str_equal(left->name, right->name) || left->type != right->type ||
        left->unit != right->unit || left->meaning != right->meaning ||
        left->precision != right->precision || left->scale != right->scale ||
        type_of(left) == DUCKDB_TYPE_INVALID)
      return false;
  }
  return a->column_count == a->chunk_count; // none is nested
}

bool seg_schema_read_footers(struct seg_arena *arena, const struct seg_binding *binding,
                             struct seg_parquet_file *files, struct seg_schema *schema) {
  for (size_t f = 0; f < binding->file_count; f++)
    if (!seg_parquet_file_read(arena, binding->files[f], &files[f]) ||
        (f > 0 && !same_columns(&files[0], &files[f])))
      return false;
  const struct seg_parquet_file *file = &files[0];
  if (file->column_count == 0 || !names_differ(arena, file) ||
      !seg_schema_allocate(arena, schema, file->column_count))
    return false;
  for (uint32_t i = 0; i < file->column_count; i++)
    if (!take_column(arena, &file->columns[i], i, schema))
      return false;
  schema->place = seg_arena_str(arena, binding->files[0]);
  return schema->place.data != NULL;
}
