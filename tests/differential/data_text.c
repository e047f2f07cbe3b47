// Rows as text, for regression files:
//
//   as of 2026-03-01
//   table customer text
//   key | country:text | born:date
//   k1 | "DE" | 1980-02-03
//   k2 | - | -
//   table purchase int
//   key | day | instant | amount:money
//   17 | 2026-02-27 | 1772150400000000 | 1250
//
// `-` is a missing value, texts stand in quotes (no quote inside), money is in minor units, a
// `one of` value is its number in the list from 0, a bool is 0 or 1, timestamps and instants are
// UTC microseconds.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/time/civil.h"
#include "tests/differential/data.h"

static const char *const kind_words[SEG_TYPE_KIND_COUNT] = {
    [SEG_TYPE_BOOL] = "bool",     [SEG_TYPE_INT] = "int",
    [SEG_TYPE_NUMBER] = "number", [SEG_TYPE_MONEY] = "money",
    [SEG_TYPE_AMOUNT] = "amount", [SEG_TYPE_TEXT] = "text",
    [SEG_TYPE_DATE] = "date",     [SEG_TYPE_TIMESTAMP] = "timestamp",
    [SEG_TYPE_ENUM] = "enum",
};

// --- writing ---

static void write_day(FILE *out, int64_t day) {
  char text[SEG_CIVIL_TEXT];
  seg_civil_format((int32_t)day, text);
  fputs(text, out);
}

static void write_value(FILE *out, enum seg_type_kind kind, const struct seg_value *value) {
  if (!value->known)
    fputs("-", out);
  else if (kind == SEG_TYPE_TEXT)
    fprintf(out, "\"%.*s\"", SEG_STR(value->text));
  else if (kind == SEG_TYPE_NUMBER || kind == SEG_TYPE_AMOUNT)
    fprintf(out, "%.17g", value->number);
  else if (kind == SEG_TYPE_DATE)
    write_day(out, value->integer);
  else
    fprintf(out, "%" PRId64, value->integer);
}

static void write_table(const struct data_table *table, FILE *out) {
  bool is_event = !seg_str_is(table->name, "customer");
  fprintf(out, "table %.*s %s\nkey", SEG_STR(table->name), table->key_is_text ? "text" : "int");
  if (is_event)
    fputs(" | day | instant", out);
  for (uint32_t i = 0; i < table->column_count; i++)
    fprintf(out, " | %.*s:%s", SEG_STR(table->columns[i].name), kind_words[table->columns[i].kind]);
  fputc('\n', out);
  for (size_t i = 0; i < table->rows.count; i++) {
    const struct seg_row *row = &table->rows.items[i];
    if (row->key.data == NULL)
      fputs("-", out);
    else
      fprintf(out, "\"%.*s\"", SEG_STR(row->key));
    if (is_event) {
      fputs(" | ", out);
      write_day(out, row->day);
      fprintf(out, " | %" PRId64, row->instant);
    }
    for (uint32_t j = 0; j < table->column_count; j++) {
      fputs(" | ", out);
      write_value(out, table->columns[j].kind, &row->values[j]);
    }
    fputc('\n', out);
  }
}

void data_write(const struct data *data, FILE *out) {
  fputs("as of ", out);
  write_day(out, data->as_of);
  fputc('\n', out);
  for (uint32_t i = 0; i < data->table_count; i++)
    if (data->tables[i].rows.count > 0)
      write_table(&data->tables[i], out);
}

// --- reading ---

enum { MAX_FIELDS = DATA_MAX_COLUMNS + 3 };

struct reader {
  struct data *data;
  struct data_table *table; // of the rows that follow
  bool header;              // the next line names the columns
  uint32_t line;
  bool failed;
};

static bool bad(struct reader *reader, const char *what, struct seg_str text) {
  fprintf(stderr, "data line %u: %s: %.*s\n", reader->line, what, SEG_STR(text));
  reader->failed = true;
  return false;
}

static struct seg_str trimmed(struct seg_str text) {
  while (text.size > 0 && text.data[0] == ' ')
    text = (struct seg_str){text.data + 1, text.size - 1};
  while (text.size > 0 && text.data[text.size - 1] == ' ')
    text.size--;
  return text;
}

static uint32_t split(struct seg_str line, char sign, struct seg_str *fields) {
  uint32_t count = 0;
  size_t begin = 0;
  bool quoted = false;
  for (size_t i = 0; i <= line.size; i++) {
    bool end = i == line.size;
    if (!end && line.data[i] == '"')
      quoted = !quoted;
    if (!end && (line.data[i] != sign || quoted))
      continue;
    if (count < MAX_FIELDS)
      fields[count++] = trimmed((struct seg_str){line.data + begin, i - begin});
    begin = i + 1;
  }
  return count;
}

static bool read_day(struct seg_str text, int64_t *day) {
  int year, month, date;
  if (text.size < 8 || sscanf(text.data, "%d-%d-%d", &year, &month, &date) != 3 ||
      !seg_civil_valid(year, month, date))
    return false;
  *day = seg_civil_to_day(year, month, date);
  return true;
}

static bool read_text(struct seg_str text, struct seg_str *value) {
  if (text.size < 2 || text.data[0] != '"' || text.data[text.size - 1] != '"')
    return false;
  *value = (struct seg_str){text.data + 1, text.size - 2};
  return true;
}

static bool read_value(struct seg_str text, enum seg_type_kind kind, struct seg_value *value) {
  value->known = !seg_str_is(text, "-");
  if (!value->known)
    return true;
  if (kind == SEG_TYPE_TEXT)
    return read_text(text, &value->text);
  if (kind == SEG_TYPE_DATE)
    return read_day(text, &value->integer);
  char *end = NULL;
  if (kind == SEG_TYPE_NUMBER || kind == SEG_TYPE_AMOUNT)
    value->number = strtod(text.data, &end);
  else
    value->integer = strtoll(text.data, &end, 10);
  return text.size > 0 && end == text.data + text.size;
}

static bool is_event(const struct reader *reader) {
  return !seg_str_is(reader->table->name, "customer");
}

static bool read_header(struct reader *reader, const struct seg_str *fields, uint32_t count) {
  for (uint32_t i = is_event(reader) ? 3 : 1; i < count; i++) {
    struct seg_str parts[MAX_FIELDS];
    struct data_column column = {0};
    bool found = split(fields[i], ':', parts) == 2;
    for (int kind = 0; found && kind < SEG_TYPE_KIND_COUNT; kind++)
      if (seg_str_is(parts[1], kind_words[kind]))
        column = (struct data_column){parts[0], (enum seg_type_kind)kind};
    if (column.name.size == 0 || reader->table->column_count == DATA_MAX_COLUMNS)
      return bad(reader, "not a column", fields[i]);
    reader->table->columns[reader->table->column_count++] = column;
  }
  reader->header = false;
  return true;
}

static bool read_row(struct reader *reader, const struct seg_str *fields, uint32_t count) {
  struct data_table *table = reader->table;
  uint32_t first = is_event(reader) ? 3 : 1;
  struct seg_row row = {
      .values = SEG_NEW_ARRAY(&reader->data->arena, struct seg_value, table->column_count + 1)};
  if (row.values == NULL || count != first + table->column_count)
    return bad(reader, "a row with another number of values", fields[0]);
  if (!seg_str_is(fields[0], "-") && !read_text(fields[0], &row.key))
    return bad(reader, "not a key", fields[0]);
  if (first == 3) {
    int64_t day = 0;
    struct seg_value instant = {0};
    if (!read_day(fields[1], &day) || !read_value(fields[2], SEG_TYPE_TIMESTAMP, &instant))
      return bad(reader, "not a day and an instant", fields[1]);
    row.day = (int32_t)day;
    row.instant = instant.integer;
  }
  for (uint32_t i = 0; i < table->column_count; i++)
    if (!read_value(fields[first + i], table->columns[i].kind, &row.values[i]))
      return bad(reader, "not a value of its column", fields[first + i]);
  return SEG_VEC_PUSH(&table->rows, row) || bad(reader, "out of memory", fields[0]);
}

static bool read_line(struct reader *reader, struct seg_str line) {
  struct seg_str fields[MAX_FIELDS], words[MAX_FIELDS];
  uint32_t count = split(line, '|', fields), word_count = split(line, ' ', words);
  struct data *data = reader->data;
  if (word_count == 3 && seg_str_is(words[0], "as") && seg_str_is(words[1], "of")) {
    int64_t day;
    if (!read_day(words[2], &day))
      return bad(reader, "not a date", line);
    data->as_of = (int32_t)day;
    return true;
  }
  if (word_count == 3 && seg_str_is(words[0], "table")) {
    if (data->table_count == DATA_MAX_TABLES)
      return bad(reader, "too many tables", line);
    reader->table = &data->tables[data->table_count++];
    *reader->table =
        (struct data_table){.name = words[1], .key_is_text = seg_str_is(words[2], "text")};
    reader->header = true;
    return true;
  }
  if (reader->table == NULL)
    return bad(reader, "a row before the first table", line);
  return reader->header ? read_header(reader, fields, count) : read_row(reader, fields, count);
}

bool data_read(struct data *data, const char *text) {
  struct reader reader = {.data = data};
  while (*text != '\0' && !reader.failed) {
    size_t size = strcspn(text, "\n");
    struct seg_str line = trimmed((struct seg_str){text, size});
    reader.line++;
    if (line.size > 0 && line.data[0] != '#')
      read_line(&reader, line);
    text += size + (text[size] == '\n');
  }
  return !reader.failed;
}
