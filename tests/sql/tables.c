// Rows as tables; see tables.h.
#include "tests/sql/tables.h"

#include <inttypes.h>
#include <stdlib.h>

#include "runtime/base/decimal.h"
#include "runtime/time/civil.h"
#include "runtime/time/zone.h"

enum { ROWS_PER_STATEMENT = 500 };

static void write_quoted(FILE *out, struct seg_str text, char quote) {
  fputc(quote, out);
  for (size_t i = 0; i < text.size; i++) {
    if (text.data[i] == quote)
      fputc(quote, out);
    fputc(text.data[i], out);
  }
  fputc(quote, out);
}

static void write_type(FILE *out, const struct seg_type *type, enum seg_sql_dialect dialect) {
  static const char *const words[SEG_TYPE_KIND_COUNT][SEG_SQL_DIALECT_COUNT] = {
      [SEG_TYPE_BOOL] = {"BOOLEAN", "boolean", "INTEGER"},
      [SEG_TYPE_INT] = {"BIGINT", "bigint", "INTEGER"},
      [SEG_TYPE_NUMBER] = {"DOUBLE", "double precision", "REAL"},
      [SEG_TYPE_AMOUNT] = {"DOUBLE", "double precision", "REAL"},
      [SEG_TYPE_TEXT] = {"VARCHAR", "text", "TEXT"},
      [SEG_TYPE_DATE] = {"DATE", "date", "TEXT"},
      [SEG_TYPE_TIMESTAMP] = {"TIMESTAMPTZ", "timestamptz", "INTEGER"},
      [SEG_TYPE_ENUM] = {"VARCHAR", "text", "TEXT"},
  };
  if (type->kind == SEG_TYPE_MONEY)
    fprintf(out, dialect == SEG_SQL_SQLITE ? "REAL" : "DECIMAL(28, %u)", type->scale);
  else
    fputs(words[type->kind][dialect], out);
}

static void write_day(FILE *out, int64_t day) {
  char text[SEG_CIVIL_TEXT];
  seg_civil_format((int32_t)day, text);
  fputs(text, out);
}

static void write_instant(FILE *out, int64_t instant, enum seg_sql_dialect dialect) {
  if (dialect == SEG_SQL_SQLITE) {
    fprintf(out, "%" PRId64, instant);
    return;
  }
  int64_t rest = instant % SEG_MICROSECONDS_PER_DAY;
  rest += rest < 0 ? SEG_MICROSECONDS_PER_DAY : 0;
  int64_t seconds = rest / SEG_MICROSECONDS_PER_SECOND;
  fputc('\'', out);
  write_day(out, seg_civil_day_of(instant));
  fprintf(out, " %02d:%02d:%02d.%06d+00'", (int)(seconds / 3600), (int)(seconds / 60 % 60),
          (int)(seconds % 60), (int)(rest % SEG_MICROSECONDS_PER_SECOND));
}

static void write_value(FILE *out, const struct seg_type *type, const struct seg_value *value,
                        enum seg_sql_dialect dialect) {
  char text[SEG_DECIMAL_TEXT];
  if (!value->known) {
    fputs("NULL", out);
    return;
  }
  switch (type->kind) {
  case SEG_TYPE_BOOL:
    fputs(dialect == SEG_SQL_SQLITE ? (value->integer ? "1" : "0")
                                    : (value->integer ? "TRUE" : "FALSE"),
          out);
    return;
  case SEG_TYPE_INT: fprintf(out, "%" PRId64, value->integer); return;
  case SEG_TYPE_MONEY:
    seg_decimal_format(value->integer, type->scale, text);
    fputs(text, out);
    return;
  case SEG_TYPE_NUMBER:
  case SEG_TYPE_AMOUNT: fprintf(out, "'%.17g'", value->number); return;
  case SEG_TYPE_TEXT: write_quoted(out, value->text, '\''); return;
  case SEG_TYPE_DATE:
    fputc('\'', out);
    write_day(out, value->integer);
    fputc('\'', out);
    return;
  case SEG_TYPE_TIMESTAMP: write_instant(out, value->integer, dialect); return;
  case SEG_TYPE_ENUM: write_quoted(out, type->enumeration->values[value->integer], '\''); return;
  case SEG_TYPE_KIND_COUNT: return;
  }
}

static void write_key(FILE *out, const struct data_table *table, struct seg_str key) {
  if (key.data == NULL)
    fputs("NULL", out);
  else if (table->key_is_text)
    write_quoted(out, key, '\'');
  else
    fprintf(out, "%.*s", SEG_STR(key));
}

struct columns {
  const struct seg_program_entity *entity;
  bool is_event;
  bool has_dates; // instead of times
  uint32_t count;
  uint32_t from[DATA_MAX_COLUMNS]; // column of the data
  uint32_t to[DATA_MAX_COLUMNS];   // of the entity
};

// Does every row happen at the first moment of its day?
static bool has_dates(const struct data_table *table, const struct seg_zone *zone) {
  for (size_t i = 0; i < table->rows.count; i++)
    if (table->rows.items[i].instant != seg_zone_midnight(zone, table->rows.items[i].day))
      return false;
  return table->rows.count > 0;
}

// The columns that are read from the data; the key has a column of its own.
static void match_columns(struct columns *columns, const struct data_table *table) {
  for (uint32_t i = 0; i < columns->entity->column_count; i++) {
    const struct seg_program_column *column = &columns->entity->columns[i];
    if (column->computed != NULL || seg_str_equal(column->name.text, columns->entity->key))
      continue;
    for (uint32_t j = 0; j < table->column_count; j++)
      if (seg_str_equal(table->columns[j].name, column->name.text)) {
        columns->from[columns->count] = j;
        columns->to[columns->count++] = i;
        break;
      }
  }
}

static const struct seg_type *time_type(bool date) {
  static const struct seg_type types[] = {{.kind = SEG_TYPE_TIMESTAMP}, {.kind = SEG_TYPE_DATE}};
  return &types[date];
}

static void write_row(FILE *out, const struct columns *columns, const struct data_table *table,
                      size_t number, enum seg_sql_dialect dialect) {
  const struct seg_row *row = &table->rows.items[number];
  fputc('(', out);
  write_key(out, table, row->key);
  if (columns->is_event) {
    fprintf(out, ", %zu, ", number);
    struct seg_value time = {.known = true,
                             .integer = columns->has_dates ? row->day : row->instant};
    write_value(out, time_type(columns->has_dates), &time, dialect);
  }
  for (uint32_t i = 0; i < columns->count; i++) {
    fputs(", ", out);
    write_value(out, &columns->entity->columns[columns->to[i]].type, &row->values[columns->from[i]],
                dialect);
  }
  fputc(')', out);
}

static void write_table(FILE *out, struct data *data, const struct seg_program_entity *entity,
                        struct seg_str name, const struct seg_zone *zone,
                        enum seg_sql_dialect dialect) {
  static const struct data_table none = {.key_is_text = true};
  bool is_event = zone != NULL;
  const struct data_table *table = data_table(data, name);
  struct columns columns = {.entity = entity, .is_event = is_event};
  if (table == NULL)
    table = &none;
  columns.has_dates = is_event && has_dates(table, zone);
  match_columns(&columns, table);
  fputs("DROP TABLE IF EXISTS ", out);
  write_quoted(out, entity->source, '"');
  fputs(";\nCREATE TABLE ", out);
  write_quoted(out, entity->source, '"');
  fputs(" (", out);
  write_quoted(out, entity->key, '"');
  fputs(table->key_is_text ? (dialect == SEG_SQL_DUCKDB ? " VARCHAR" : " TEXT") : " BIGINT", out);
  if (is_event) {
    fputs(", \"row in order\" INTEGER, ", out);
    write_quoted(out, entity->time, '"');
    fputc(' ', out);
    write_type(out, time_type(columns.has_dates), dialect);
  }
  for (uint32_t i = 0; i < columns.count; i++) {
    const struct seg_program_column *column = &entity->columns[columns.to[i]];
    fputs(", ", out);
    write_quoted(out, column->name.text, '"');
    fputc(' ', out);
    write_type(out, &column->type, dialect);
  }
  fputs(");\n", out);
  for (size_t i = 0; i < table->rows.count; i++) {
    if (i % ROWS_PER_STATEMENT == 0) {
      fputs(i > 0 ? ";\nINSERT INTO " : "INSERT INTO ", out);
      write_quoted(out, entity->source, '"');
      fputs(" VALUES\n", out);
    } else {
      fputs(",\n", out);
    }
    write_row(out, &columns, table, i, dialect);
  }
  fputs(";\n", out);
}

void sql_write_tables(struct data *data, const struct seg_program *program,
                      enum seg_sql_dialect dialect, FILE *out) {
  struct seg_zone *zone = NULL;
  struct seg_error error;
  if (seg_zone_load(program->timezone, &zone, &error) != SEG_OK)
    abort();
  if (program->customer_from_event < 0)
    write_table(out, data, &program->customer, seg_str_view("customer"), NULL, dialect);
  for (uint32_t i = 0; i < program->event_count; i++)
    write_table(out, data, &program->events[i], program->events[i].name.text, zone, dialect);
  for (uint32_t i = 0; i < program->list_count; i++) {
    const struct seg_program_entity keys = {.source = program->lists[i].source,
                                            .key = program->lists[i].key};
    write_table(out, data, &keys, program->lists[i].name.text, NULL, dialect);
  }
  seg_zone_free(zone);
}
