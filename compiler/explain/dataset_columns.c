// Rows of a data set as columns; see dataset_columns.h.
#include "compiler/explain/dataset_columns.h"

#include <stdlib.h>

#include "runtime/base/decimal.h"

static enum seg_status append(struct seg_column *column, const struct seg_value *value,
                              struct seg_error *error) {
  uint64_t known = value->known, bit = value->integer != 0;
  int32_t small = (int32_t)value->integer;
  const void *values[] = {
      [SEG_LAYOUT_BIT] = &bit,
      [SEG_LAYOUT_I32] = &small,
      [SEG_LAYOUT_I64] = &value->integer,
      [SEG_LAYOUT_F64] = &value->number,
      [SEG_LAYOUT_TEXT] = &value->text,
  };
  struct seg_column_view view = {.layout = column->layout,
                                 .values = values[column->layout],
                                 .known = column->has_known ? &known : NULL,
                                 .count = 1};
  return seg_column_append(column, &view, 0, 1, error);
}

/** What the row has for an input of the plan. */
static struct seg_value input_value(const struct seg_program_entity *entity,
                                    const struct seg_plan_input *input, const struct seg_row *row) {
  if (input->type == SEG_COLUMN_DAY)
    return (struct seg_value){.known = true, .integer = row->day};
  if (input->type == SEG_COLUMN_INSTANT)
    return (struct seg_value){.known = true, .integer = row->instant};
  for (uint32_t i = 0; i < entity->column_count; i++)
    if (entity->columns[i].computed == NULL &&
        seg_str_equal(entity->columns[i].name.text, input->name))
      return row->values[i];
  return (struct seg_value){.known = false};
}

static struct seg_value key_of(const struct seg_dataset *dataset, const struct seg_row *row) {
  struct seg_value key = {.known = true, .text = row->key};
  if (dataset->integer_keys && seg_integer_parse(row->key, &key.integer) != SEG_DECIMAL_OK)
    key.integer = 0; // keys of such a data set are whole numbers
  return key;
}

static enum seg_status fill(const struct seg_dataset *dataset,
                            const struct seg_program_entity *entity,
                            const struct seg_plan_entity *plan, const struct seg_rows *rows,
                            struct seg_customer_columns *columns, struct seg_error *error) {
  enum seg_status status = seg_rows_columns_init(columns, plan, !dataset->integer_keys, error);
  for (size_t i = 0; status == SEG_OK && i < rows->rows.count; i++) {
    const struct seg_row *row = &rows->rows.items[i];
    struct seg_value key = key_of(dataset, row), day = {.known = true, .integer = row->day};
    status = append(&columns->key, &key, error);
    if (status == SEG_OK && plan->time.size > 0)
      status = append(&columns->days, &day, error);
    for (uint32_t j = 0; status == SEG_OK && j < columns->input_count; j++) {
      struct seg_value value = input_value(entity, &plan->inputs[j], row);
      status = append(&columns->inputs[j], &value, error);
    }
  }
  seg_rows_columns_finish(columns);
  return status;
}

static enum seg_status fill_lists(struct seg_customer_rows *rows, const struct seg_program *program,
                                  const struct seg_plan *plan, const struct seg_dataset *dataset,
                                  struct seg_error *error) {
  static const struct seg_rows nobody = {0};
  rows->lists = calloc(plan->list_count + 1, sizeof *rows->lists);
  if (rows->lists == NULL)
    return seg_fail_memory(error, "the customer's rows");
  rows->list_count = plan->list_count;
  enum seg_status status = SEG_OK;
  for (uint32_t i = 0; status == SEG_OK && i < plan->list_count; i++)
    status = fill(dataset, &program->customer, &plan->lists[i],
                  dataset->lists != NULL ? &dataset->lists[i] : &nobody, &rows->lists[i], error);
  return status;
}

enum seg_status seg_rows_columns_fill(struct seg_customer_rows *rows,
                                      const struct seg_program *program,
                                      const struct seg_plan *plan,
                                      const struct seg_dataset *dataset, struct seg_error *error) {
  enum seg_status status = SEG_OK;
  if (plan->customer_from_event < 0)
    status = fill(dataset, &program->customer, &plan->customer, &dataset->customers,
                  &rows->customer, error);
  for (uint32_t i = 0; status == SEG_OK && i < plan->event_count; i++)
    if (seg_run_reads_event(plan, i))
      status = fill(dataset, &program->events[i], &plan->events[i], &dataset->events[i],
                    &rows->events[i], error);
  return status == SEG_OK ? fill_lists(rows, program, plan, dataset, error) : status;
}
