// Inline tables; see table.h. Written apart from runtime/io on purpose: both must read a value
// alike.
#include "tests/conformance/table.h"

#include <string.h>
#include <strings.h>

#include "runtime/base/decimal.h"
#include "runtime/base/utf8.h"
#include "runtime/time/timestamp_text.h"

// One field; `*at` goes behind it and its comma, `*last` says that the line ends there.
static const char *read_field(struct seg_arena *arena, const char **at, bool *last) {
  const char *field = "";
  bool quoted = **at == '"';
  *at += quoted;
  for (; **at != '\0' && **at != '\n'; ++*at) {
    if (quoted && **at == '"') {
      if ((*at)[1] != '"')
        break;
      ++*at;
    } else if (!quoted && **at == ',') {
      break;
    }
    field = case_format(arena, "%s%c", field, **at);
  }
  *at += quoted && **at == '"';
  *last = **at != ',';
  *at += !*last;
  return field[0] == '\0' && !quoted ? NULL : field;
}

static size_t read_fields(struct seg_arena *arena, const char **at, const char ***fields) {
  SEG_VEC(const char *) list = {0};
  for (bool last = false; !last;)
    CASE_PUSH(&list, read_field(arena, at, &last));
  *at += **at == '\n';
  *fields = seg_arena_array(arena, list.count, sizeof **fields);
  if (*fields == NULL)
    case_out_of_memory();
  memcpy(*fields, list.items, list.count * sizeof **fields);
  size_t count = list.count;
  SEG_VEC_FREE(&list);
  return count;
}

void table_read(struct seg_arena *arena, const char *csv, struct table *table) {
  *table = (struct table){0};
  table->column_count = read_fields(arena, &csv, &table->columns);
  while (*csv != '\0') {
    struct table_row row;
    size_t count = read_fields(arena, &csv, &row.fields);
    if (count == table->column_count)
      CASE_PUSH(&table->rows, row);
  }
}

void table_deinit(struct table *table) {
  SEG_VEC_FREE(&table->rows);
}

static struct seg_str normal(struct seg_arena *arena, const char *text) {
  struct seg_str in = seg_str_view(text), out = in;
  if (seg_utf8_nfc(arena, in, &out) == SEG_OUT_OF_MEMORY)
    case_out_of_memory();
  return out;
}

static bool read_bool(const char *text, int64_t *out) {
  static const char *const words[] = {"false", "true", "f", "t", "no", "yes", "n", "y", "0", "1"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strcasecmp(text, words[i]) == 0) {
      *out = i % 2;
      return true;
    }
  return false;
}

// "5%" is five times ten to the minus two.
static bool read_number(struct seg_arena *arena, const char *text, double *out) {
  size_t size = strlen(text);
  if (size > 1 && text[size - 1] == '%')
    text = case_format(arena, "%.*se-2", (int)(size - 1), text);
  return seg_double_parse(seg_str_view(text), out) == SEG_DECIMAL_OK;
}

// A moment: local times by the entity's zone, plain dates by the project's.
static bool read_moment(const char *text, const struct seg_zone *native,
                        const struct seg_zone *project, struct seg_timestamp_text *out) {
  if (!seg_timestamp_parse(seg_str_view(text), out))
    return false;
  if (out->kind == SEG_TIMESTAMP_INSTANT)
    return true;
  if (out->kind == SEG_TIMESTAMP_DATE_ONLY)
    out->microseconds = seg_zone_midnight(project, out->day);
  else if (native != NULL)
    out->microseconds = seg_zone_to_utc(native, out->microseconds);
  return native != NULL || out->kind == SEG_TIMESTAMP_DATE_ONLY;
}

static bool read_date(const char *text, int64_t *out) {
  struct seg_timestamp_text moment;
  if (!seg_timestamp_parse(seg_str_view(text), &moment) || moment.kind == SEG_TIMESTAMP_INSTANT ||
      moment.microseconds != moment.day * SEG_MICROSECONDS_PER_DAY)
    return false;
  *out = moment.day;
  return true;
}

static bool read_listed(const struct seg_enumeration *list, struct seg_str text, int64_t *out) {
  for (uint32_t i = 0; i < list->count; i++)
    if (seg_str_equal(list->values[i], text)) {
      *out = i;
      return true;
    }
  return false;
}

struct filling {
  struct seg_arena *arena;
  const struct seg_zone *project;
  struct seg_zone *native; // NULL when the entity declares none
};

static bool read_value(const struct filling *filling, const char *text, const struct seg_type *type,
                       struct seg_value *out) {
  struct seg_timestamp_text moment;
  switch (type->kind) {
  case SEG_TYPE_BOOL: return read_bool(text, &out->integer);
  case SEG_TYPE_INT: return seg_integer_parse(seg_str_view(text), &out->integer) == SEG_DECIMAL_OK;
  case SEG_TYPE_NUMBER: return read_number(filling->arena, text, &out->number);
  case SEG_TYPE_MONEY:
    return seg_decimal_parse(seg_str_view(text), type->scale, &out->integer) == SEG_DECIMAL_OK;
  case SEG_TYPE_TEXT: out->text = normal(filling->arena, text); return true;
  case SEG_TYPE_DATE: return read_date(text, &out->integer);
  case SEG_TYPE_TIMESTAMP:
    if (!read_moment(text, filling->native, filling->project, &moment))
      return false;
    out->integer = moment.microseconds;
    return true;
  case SEG_TYPE_ENUM:
    return read_listed(type->enumeration, normal(filling->arena, text), &out->integer);
  case SEG_TYPE_AMOUNT: // never a column's
  case SEG_TYPE_KIND_COUNT: break;
  }
  return false;
}

static const char *field_of(const struct table *table, const struct table_row *row,
                            struct seg_str column) {
  for (size_t i = 0; i < table->column_count; i++)
    if (table->columns[i] != NULL && seg_str_is(column, table->columns[i]))
      return row->fields[i];
  return NULL;
}

static bool fill_row(const struct filling *filling, const struct table *table,
                     const struct table_row *fields, const struct seg_program_entity *entity,
                     struct seg_row *row) {
  row->values = seg_arena_array(filling->arena, entity->column_count + 1, sizeof *row->values);
  if (row->values == NULL)
    case_out_of_memory();
  for (uint32_t i = 0; i < entity->column_count; i++) {
    const char *text = field_of(table, fields, entity->columns[i].name.text);
    if (entity->columns[i].computed == NULL && text != NULL)
      row->values[i].known = read_value(filling, text, &entity->columns[i].type, &row->values[i]);
  }
  const char *key = field_of(table, fields, entity->key);
  if (key != NULL)
    row->key = normal(filling->arena, key);
  if (entity->time.size == 0)
    return true;
  struct seg_timestamp_text moment;
  const char *time = field_of(table, fields, entity->time);
  if (time == NULL || !read_moment(time, filling->native, filling->project, &moment))
    return false;
  struct seg_zone_cursor cursor = {0};
  row->instant = moment.microseconds;
  row->day = moment.kind == SEG_TIMESTAMP_DATE_ONLY
                 ? moment.day
                 : seg_zone_local_day(filling->project, &cursor, moment.microseconds);
  return true;
}

bool table_fill(struct seg_arena *arena, const struct table *table,
                const struct seg_program_entity *entity, const struct seg_zone *zone,
                struct seg_rows *rows) {
  struct filling filling = {arena, zone, NULL};
  struct seg_error error = {0};
  bool fine =
      entity->zone.size == 0 || seg_zone_load(entity->zone, &filling.native, &error) == SEG_OK;
  for (size_t i = 0; fine && i < table->rows.count; i++) {
    struct seg_row row = {0};
    fine = fill_row(&filling, table, &table->rows.items[i], entity, &row);
    if (fine)
      CASE_PUSH(&rows->rows, row);
  }
  seg_zone_free(filling.native);
  return fine;
}
