// The rows of one customer; see customer_rows.h.
#include "compiler/explain/customer_rows.h"

#include "runtime/entity/key_table.h"
#include "runtime/time/civil.h"

// --- reading ---

/** The key to look for, in both of its forms. */
struct wanted {
  struct seg_str text;
  int64_t integer;
  bool is_integer;
  bool everybody; // whatever the key is
};

static bool is_wanted(const struct wanted *wanted, const struct seg_column_view *key, int64_t row) {
  if (key->known != NULL && !seg_bitmap_test(key->known, row))
    return false;
  if (wanted->everybody)
    return true;
  if (key->layout == SEG_LAYOUT_TEXT)
    return seg_str_equal(((const struct seg_str *)key->values)[row], wanted->text);
  return wanted->is_integer && ((const int64_t *)key->values)[row] == wanted->integer;
}

enum seg_status seg_rows_columns_init(struct seg_customer_columns *columns,
                                      const struct seg_plan_entity *entity, bool key_is_text,
                                      struct seg_error *error) {
  uint32_t count = entity->input_count;
  columns->inputs = calloc(count + 1, sizeof *columns->inputs);
  columns->views = calloc(count + 1, sizeof *columns->views);
  if (columns->inputs == NULL || columns->views == NULL)
    return seg_fail_memory(error, "the customer's rows");
  columns->input_count = count;
  seg_column_init(&columns->key, key_is_text ? SEG_LAYOUT_TEXT : SEG_LAYOUT_I64, false);
  seg_column_init(&columns->days, SEG_LAYOUT_I32, false);
  for (uint32_t i = 0; i < count; i++)
    seg_column_init(&columns->inputs[i], entity->scan.input_layouts[i],
                    entity->scan.input_optional[i]);
  return SEG_OK;
}

void seg_rows_columns_finish(struct seg_customer_columns *columns) {
  for (uint32_t i = 0; i < columns->input_count; i++)
    columns->views[i] = seg_column_view(&columns->inputs[i]);
  columns->rows = (struct seg_memory_rows){.row_count = columns->key.count,
                                           .key = seg_column_view(&columns->key),
                                           .days = seg_column_view(&columns->days),
                                           .inputs = columns->views};
}

static void columns_deinit(struct seg_customer_columns *columns) {
  seg_column_deinit(&columns->key);
  seg_column_deinit(&columns->days);
  for (uint32_t i = 0; columns->inputs != NULL && i < columns->input_count; i++)
    seg_column_deinit(&columns->inputs[i]);
  free(columns->inputs);
  free(columns->views);
}

// Append one row; texts outlive the morsel.
static enum seg_status append(struct seg_arena *arena, struct seg_column *column,
                              const struct seg_column_view *view, int64_t row,
                              struct seg_error *error) {
  enum seg_status status = seg_column_append(column, view, row, 1, error);
  if (status != SEG_OK || column->layout != SEG_LAYOUT_TEXT)
    return status;
  struct seg_str *text = &((struct seg_str *)column->values)[column->count - 1];
  *text = seg_arena_str(arena, *text);
  return text->data == NULL ? seg_fail_memory(error, "the customer's rows") : SEG_OK;
}

static enum seg_status keep_row(struct seg_arena *arena, struct seg_customer_columns *columns,
                                const struct seg_morsel *morsel, int64_t row,
                                struct seg_error *error) {
  // A key that is known in this row may be missing in others; the kept column has no bitmap.
  struct seg_column_view key = morsel->key;
  key.known = NULL;
  enum seg_status status = append(arena, &columns->key, &key, row, error);
  if (status == SEG_OK && morsel->source->entity->time.size > 0)
    status = append(arena, &columns->days, &morsel->days, row, error);
  for (uint32_t i = 0; status == SEG_OK && i < columns->input_count; i++)
    status = append(arena, &columns->inputs[i], &morsel->inputs[i], row, error);
  return status;
}

static enum seg_status read_morsels(struct seg_arena *arena, struct seg_customer_columns *columns,
                                    struct seg_morsel *morsel, struct seg_source *source,
                                    const struct wanted *wanted, struct seg_error *error) {
  for (;;) {
    bool end;
    int64_t row;
    enum seg_status status = seg_source_next(source, morsel, &end, &row, error);
    if (status != SEG_OK || end)
      return status;
    status = seg_morsel_decode(morsel, &row, error);
    if (status != SEG_OK) {
      seg_morsel_release(morsel);
      seg_source_locate(source, row, error);
      return status;
    }
    for (int64_t i = 0; status == SEG_OK && i < morsel->row_count; i++)
      if (is_wanted(wanted, &morsel->key, i))
        status = keep_row(arena, columns, morsel, i, error);
    if (status != SEG_OK)
      return status;
  }
}

static enum seg_status read_entity(struct seg_arena *arena, struct seg_customer_columns *columns,
                                   struct seg_source *source, const struct wanted *wanted,
                                   struct seg_error *error) {
  enum seg_status status =
      seg_rows_columns_init(columns, source->entity, source->key_is_text, error);
  if (status != SEG_OK)
    return status;
  struct seg_morsel morsel;
  seg_morsel_init(&morsel, source);
  status = read_morsels(arena, columns, &morsel, source, wanted, error);
  seg_morsel_deinit(&morsel);
  seg_rows_columns_finish(columns);
  return status;
}

// --- the data set ---

static struct seg_value value_of(const struct seg_column *column, int64_t row) {
  struct seg_value value = {.known = column->known == NULL || seg_bitmap_test(column->known, row)};
  if (!value.known)
    return value;
  switch (column->layout) {
  case SEG_LAYOUT_BIT: value.integer = seg_bitmap_test(column->values, row); break;
  case SEG_LAYOUT_I32: value.integer = ((const int32_t *)column->values)[row]; break;
  case SEG_LAYOUT_I64: value.integer = ((const int64_t *)column->values)[row]; break;
  case SEG_LAYOUT_F64: value.number = ((const double *)column->values)[row]; break;
  case SEG_LAYOUT_TEXT: value.text = ((const struct seg_str *)column->values)[row]; break;
  }
  return value;
}

static void fill_values(const struct seg_program_entity *entity, const struct seg_plan_entity *plan,
                        const struct seg_customer_columns *columns, int64_t row,
                        struct seg_row *out) {
  for (uint32_t i = 0; i < columns->input_count; i++) {
    struct seg_value value = value_of(&columns->inputs[i], row);
    if (plan->inputs[i].type == SEG_COLUMN_INSTANT)
      out->instant = value.integer;
    if (plan->inputs[i].type == SEG_COLUMN_INSTANT || plan->inputs[i].type == SEG_COLUMN_DAY)
      continue;
    for (uint32_t j = 0; j < entity->column_count; j++)
      if (entity->columns[j].computed == NULL &&
          seg_str_equal(entity->columns[j].name.text, plan->inputs[i].name))
        out->values[j] = value;
  }
}

static struct seg_str key_text(struct seg_arena *arena, const struct seg_column *keys,
                               int64_t row) {
  if (keys->layout == SEG_LAYOUT_TEXT)
    return ((const struct seg_str *)keys->values)[row];
  char digits[SEG_KEY_INTEGER_TEXT];
  return seg_arena_str(arena, seg_key_format_integer(((const int64_t *)keys->values)[row], digits));
}

static enum seg_status fill_rows(struct seg_arena *arena, const struct seg_program_entity *entity,
                                 const struct seg_plan_entity *plan,
                                 const struct seg_customer_columns *columns, struct seg_rows *rows,
                                 struct seg_error *error) {
  for (int64_t i = 0; i < columns->rows.row_count; i++) {
    struct seg_row row = {.key = key_text(arena, &columns->key, i)};
    row.values = SEG_NEW_ARRAY(arena, struct seg_value, entity->column_count + 1);
    if (row.values == NULL || row.key.data == NULL)
      return seg_fail_memory(error, "the customer's rows");
    if (plan->time.size > 0) {
      row.day = ((const int32_t *)columns->days.values)[i];
      row.instant = row.day * SEG_MICROSECONDS_PER_DAY; // unless the rules need the moment itself
    }
    fill_values(entity, plan, columns, i, &row);
    if (!SEG_VEC_PUSH(&rows->rows, row))
      return seg_fail_memory(error, "the customer's rows");
  }
  return SEG_OK;
}

static enum seg_status fill_dataset(struct seg_customer_rows *rows,
                                    const struct seg_program *program, const struct seg_plan *plan,
                                    struct seg_error *error) {
  enum seg_status status = SEG_OK;
  const struct seg_customer_columns *keys =
      plan->customer_from_event < 0 ? &rows->customer : &rows->events[plan->customer_from_event];
  rows->dataset.integer_keys = keys->key.layout == SEG_LAYOUT_I64;
  if (plan->customer_from_event < 0)
    status = fill_rows(&rows->arena, &program->customer, &plan->customer, &rows->customer,
                       &rows->dataset.customers, error);
  for (uint32_t i = 0; status == SEG_OK && i < plan->event_count; i++)
    if (rows->events[i].inputs != NULL)
      status = fill_rows(&rows->arena, &program->events[i], &plan->events[i], &rows->events[i],
                         &rows->dataset.events[i], error);
  return status;
}

enum seg_status seg_customer_rows_init(struct seg_customer_rows *rows, uint32_t event_count,
                                       struct seg_error *error) {
  *rows = (struct seg_customer_rows){.event_count = event_count};
  seg_arena_init(&rows->arena);
  bool dataset = seg_dataset_init(&rows->dataset, event_count);
  rows->events = calloc(event_count + 1, sizeof *rows->events);
  return dataset && rows->events != NULL ? SEG_OK : seg_fail_memory(error, "the customer's rows");
}

static enum seg_status read_lists(struct seg_customer_rows *rows, const struct seg_plan *plan,
                                  const struct seg_run_sources *sources,
                                  const struct wanted *wanted, struct seg_error *error) {
  static const struct seg_program_entity keys_only = {.column_count = 0};
  rows->list_count = plan->list_count;
  rows->lists = calloc(plan->list_count + 1, sizeof *rows->lists);
  if (rows->lists == NULL || !seg_dataset_add_lists(&rows->dataset, plan->list_count))
    return seg_fail_memory(error, "the customer's rows");
  enum seg_status status = SEG_OK;
  for (uint32_t i = 0; status == SEG_OK && i < plan->list_count; i++) {
    if (sources->lists == NULL || sources->lists[i] == NULL)
      continue;
    status = read_entity(&rows->arena, &rows->lists[i], sources->lists[i], wanted, error);
    if (status == SEG_OK)
      status = fill_rows(&rows->arena, &keys_only, &plan->lists[i], &rows->lists[i],
                         &rows->dataset.lists[i], error);
  }
  return status;
}

enum seg_status seg_customer_rows_read(struct seg_customer_rows *rows,
                                       const struct seg_program *program,
                                       const struct seg_plan *plan,
                                       const struct seg_run_sources *sources, struct seg_str key,
                                       struct seg_error *error) {
  struct wanted wanted = {.text = key, .everybody = plan->rank_count > 0};
  wanted.is_integer = seg_key_parse_integer(key, &wanted.integer);
  enum seg_status status = seg_customer_rows_init(rows, plan->event_count, error);
  if (status == SEG_OK && sources->customer != NULL)
    status = read_entity(&rows->arena, &rows->customer, sources->customer, &wanted, error);
  for (uint32_t i = 0; status == SEG_OK && i < plan->event_count; i++)
    if (sources->events[i] != NULL)
      status = read_entity(&rows->arena, &rows->events[i], sources->events[i], &wanted, error);
  if (status == SEG_OK)
    status = read_lists(rows, plan, sources, &wanted, error);
  return status == SEG_OK ? fill_dataset(rows, program, plan, error) : status;
}

void seg_customer_rows_deinit(struct seg_customer_rows *rows) {
  columns_deinit(&rows->customer);
  for (uint32_t i = 0; rows->events != NULL && i < rows->event_count; i++)
    columns_deinit(&rows->events[i]);
  for (uint32_t i = 0; rows->lists != NULL && i < rows->list_count; i++)
    columns_deinit(&rows->lists[i]);
  free(rows->lists);
  free(rows->events);
  if (rows->dataset.events != NULL)
    seg_dataset_deinit(&rows->dataset);
  seg_arena_deinit(&rows->arena);
}
