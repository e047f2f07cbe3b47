// Rows in the forms that the two evaluators read.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/entity/key_table.h"
#include "tests/differential/data.h"

static void stop(const char *what, struct seg_str name) {
  fprintf(stderr, "differential: %s `%.*s`\n", what, SEG_STR(name));
  abort();
}

static void must(bool done) {
  if (!done)
    stop("out of memory in", seg_str_view("the test"));
}

static uint32_t find_column(const struct data_table *table, struct seg_str name) {
  for (uint32_t i = 0; i < table->column_count; i++)
    if (seg_str_equal(table->columns[i].name, name))
      return i;
  stop("the data lacks the column", name);
  return 0;
}

static void fill(struct data *data, const struct seg_program_entity *entity, struct seg_str name,
                 struct seg_arena *arena, struct seg_rows *rows) {
  const struct data_table *table = data_table(data, name);
  if (table == NULL)
    return;
  uint32_t *columns = SEG_NEW_ARRAY(arena, uint32_t, entity->column_count + 1);
  must(columns != NULL);
  for (uint32_t i = 0; i < entity->column_count; i++)
    if (entity->columns[i].computed == NULL)
      columns[i] = find_column(table, entity->columns[i].name.text);
  for (size_t i = 0; i < table->rows.count; i++) {
    struct seg_row row = table->rows.items[i];
    struct seg_value *values = SEG_NEW_ARRAY(arena, struct seg_value, entity->column_count + 1);
    must(values != NULL);
    for (uint32_t j = 0; j < entity->column_count; j++)
      if (entity->columns[j].computed == NULL)
        values[j] = row.values[columns[j]];
    row.values = values;
    must(SEG_VEC_PUSH(&rows->rows, row));
  }
}

void data_dataset(struct data *data, const struct seg_program *program, const bool *reads_event,
                  struct seg_arena *arena, struct seg_dataset *dataset) {
  must(seg_dataset_init(dataset, program->event_count));
  bool from_event = program->customer_from_event >= 0;
  const struct data_table *keys =
      data_table(data, from_event ? program->events[program->customer_from_event].name.text
                                  : seg_str_view("customer"));
  dataset->integer_keys = keys != NULL && !keys->key_is_text;
  if (program->customer_from_event < 0)
    fill(data, &program->customer, seg_str_view("customer"), arena, &dataset->customers);
  for (uint32_t i = 0; i < program->event_count; i++)
    if (reads_event[i])
      fill(data, &program->events[i], program->events[i].name.text, arena, &dataset->events[i]);
  must(seg_dataset_add_lists(dataset, program->list_count));
  static const struct seg_program_entity keys_only = {.column_count = 0};
  for (uint32_t i = 0; i < program->list_count; i++)
    fill(data, &keys_only, program->lists[i].name.text, arena, &dataset->lists[i]);
}

// --- columns ---

static void make_column(struct seg_column *column, enum seg_layout layout, bool known,
                        int64_t rows) {
  struct seg_error error;
  seg_column_init(column, layout, known);
  must(seg_column_resize(column, rows, &error) == SEG_OK);
}

static void put(struct seg_column *column, int64_t row, const struct seg_value *value) {
  if (column->has_known)
    seg_bitmap_put(column->known, row, value->known);
  if (!value->known)
    return;
  switch (column->layout) {
  case SEG_LAYOUT_BIT: seg_bitmap_put(column->values, row, value->integer != 0); return;
  case SEG_LAYOUT_I32: ((int32_t *)column->values)[row] = (int32_t)value->integer; return;
  case SEG_LAYOUT_I64: ((int64_t *)column->values)[row] = value->integer; return;
  case SEG_LAYOUT_F64: ((double *)column->values)[row] = value->number; return;
  case SEG_LAYOUT_TEXT: ((struct seg_str *)column->values)[row] = value->text; return;
  }
}

static void put_key(struct seg_column *column, int64_t row, struct seg_str key) {
  struct seg_value value = {.known = key.data != NULL};
  if (column->layout == SEG_LAYOUT_TEXT)
    value.text = key;
  else if (value.known && !seg_key_parse_integer(key, &value.integer))
    stop("no whole number for a key:", key);
  put(column, row, &value);
}

static void fill_input(struct seg_column *column, const struct data_table *table,
                       const struct seg_plan_input *input) {
  bool day = input->type == SEG_COLUMN_DAY, instant = input->type == SEG_COLUMN_INSTANT;
  uint32_t from = day || instant ? 0 : find_column(table, input->name);
  for (size_t i = 0; i < table->rows.count; i++) {
    const struct seg_row *row = &table->rows.items[i];
    struct seg_value value = {.known = true, .integer = day ? row->day : row->instant};
    put(column, (int64_t)i, day || instant ? &value : &row->values[from]);
  }
}

static bool any_key_missing(const struct data_table *table) {
  for (size_t i = 0; i < table->rows.count; i++)
    if (table->rows.items[i].key.data == NULL)
      return true;
  return false;
}

void data_columns_init(struct data_columns *columns, struct data *data,
                       const struct seg_plan_entity *entity, int64_t morsel_rows) {
  *columns = (struct data_columns){.input_count = entity->input_count};
  const struct data_table none = {.key_is_text = true};
  const struct data_table *table = data_table(data, entity->name);
  if (table == NULL)
    table = &none;
  int64_t rows = (int64_t)table->rows.count;
  make_column(&columns->key, table->key_is_text ? SEG_LAYOUT_TEXT : SEG_LAYOUT_I64,
              any_key_missing(table), rows);
  make_column(&columns->days, SEG_LAYOUT_I32, false, rows);
  for (int64_t i = 0; i < rows; i++) {
    put_key(&columns->key, i, table->rows.items[i].key);
    ((int32_t *)columns->days.values)[i] = table->rows.items[i].day;
  }
  columns->inputs = calloc(entity->input_count + 1, sizeof *columns->inputs);
  columns->views = calloc(entity->input_count + 1, sizeof *columns->views);
  must(columns->inputs != NULL && columns->views != NULL);
  for (uint32_t i = 0; i < entity->input_count; i++) {
    make_column(&columns->inputs[i], entity->scan.input_layouts[i], entity->scan.input_optional[i],
                rows);
    if (rows > 0)
      fill_input(&columns->inputs[i], table, &entity->inputs[i]);
    columns->views[i] = seg_column_view(&columns->inputs[i]);
  }
  columns->rows = (struct seg_memory_rows){.row_count = rows,
                                           .key = seg_column_view(&columns->key),
                                           .days = seg_column_view(&columns->days),
                                           .inputs = columns->views,
                                           .morsel_rows = morsel_rows};
}

void data_columns_deinit(struct data_columns *columns) {
  seg_column_deinit(&columns->key);
  seg_column_deinit(&columns->days);
  for (uint32_t i = 0; columns->inputs != NULL && i < columns->input_count; i++)
    seg_column_deinit(&columns->inputs[i]);
  free(columns->inputs);
  free(columns->views);
}
