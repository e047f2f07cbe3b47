// The rows of a test; see test_rows.h.
#include "compiler/testing/test_rows.h"

#include <inttypes.h>
#include <string.h>

#include "compiler/explain/dataset_columns.h"

// --- zones ---

enum seg_status seg_test_zones_init(struct seg_test_zones *zones, const struct seg_program *program,
                                    struct seg_error *error) {
  *zones = (struct seg_test_zones){.event_count = program->event_count};
  zones->events = calloc(program->event_count + 1, sizeof(struct seg_zone *));
  if (zones->events == NULL)
    return seg_fail_memory(error, "the zones of the tests");
  enum seg_status status = seg_zone_load(program->timezone, &zones->project, error);
  for (uint32_t i = 0; status == SEG_OK && i < program->event_count; i++)
    if (program->events[i].zone.size > 0)
      status = seg_zone_load(program->events[i].zone, &zones->events[i], error);
  return status;
}

void seg_test_zones_deinit(struct seg_test_zones *zones) {
  seg_zone_free(zones->project);
  for (uint32_t i = 0; zones->events != NULL && i < zones->event_count; i++)
    seg_zone_free(zones->events[i]);
  free(zones->events);
}

/** The moment of a time, and the local day it falls on. */
static int64_t moment(const struct seg_test_zones *zones, const struct seg_zone *native,
                      const struct seg_timestamp_text *time, int32_t *day) {
  int64_t instant = 0;
  switch (time->kind) {
  case SEG_TIMESTAMP_DATE_ONLY: // its own day, also where the zone has no such midnight
    *day = time->day;
    return seg_zone_midnight(zones->project, time->day);
  case SEG_TIMESTAMP_NAIVE: instant = seg_zone_to_utc(native, time->microseconds); break;
  case SEG_TIMESTAMP_INSTANT: instant = time->microseconds; break;
  }
  struct seg_zone_cursor cursor = {0};
  *day = seg_zone_local_day(zones->project, &cursor, instant);
  return instant;
}

// --- the data set ---

struct builder {
  struct seg_customer_rows *rows;
  const struct seg_program *program;
  const struct seg_test_zones *zones;
  const struct seg_program_test *test;
  struct seg_stated_value key;
  struct seg_str key_text;
};

static struct seg_value value_of(const struct seg_test_zones *zones, const struct seg_zone *native,
                                 const struct seg_program_column *column,
                                 const struct seg_stated_value *stated) {
  struct seg_value value = {.known = stated->known || !column->optional};
  int32_t day;
  if (!value.known)
    return value;
  if (column->type.kind == SEG_TYPE_TIMESTAMP)
    value.integer = stated->known ? moment(zones, native, &stated->time, &day) : 0;
  else
    memcpy(&value.integer, &stated->literal.integer, sizeof value.integer); // or the number
  value.text = stated->literal.text.data != NULL ? stated->literal.text : seg_str_view("");
  return value;
}

/** `record` is NULL for a customer of whom nothing is stated. */
static enum seg_status add_row(struct builder *builder, const struct seg_program_entity *entity,
                               const struct seg_zone *native,
                               const struct seg_program_record *record, struct seg_rows *rows,
                               struct seg_error *error) {
  static const struct seg_stated_value nothing = {0};
  struct seg_row row = {.key = builder->key_text};
  row.values = SEG_NEW_ARRAY(&builder->rows->arena, struct seg_value, entity->column_count + 1);
  if (row.values == NULL)
    return seg_fail_memory(error, "the rows of a test");
  for (uint32_t i = 0; i < entity->column_count; i++)
    if (entity->columns[i].computed == NULL)
      row.values[i] = value_of(builder->zones, native, &entity->columns[i],
                               record != NULL ? &record->values[i] : &nothing);
  if (record != NULL && record->event >= 0)
    row.instant = moment(builder->zones, native, &record->time.time, &row.day);
  return SEG_VEC_PUSH(&rows->rows, row) ? SEG_OK : seg_fail_memory(error, "the rows of a test");
}

static enum seg_status take_key(struct builder *builder, const struct seg_program_record *customer,
                                struct seg_error *error) {
  builder->key = (struct seg_stated_value){.known = true, .type = {.kind = SEG_TYPE_TEXT}};
  builder->key_text = seg_str_view("customer");
  if (customer != NULL && customer->key.known) {
    builder->key = customer->key;
    builder->key_text = customer->key.literal.text;
  }
  if (builder->key.type.kind == SEG_TYPE_INT)
    builder->key_text =
        seg_arena_format(&builder->rows->arena, "%" PRId64, customer->key.literal.integer);
  return builder->key_text.data != NULL ? SEG_OK : seg_fail_memory(error, "the rows of a test");
}

static enum seg_status fill_dataset(struct builder *builder, struct seg_error *error) {
  const struct seg_program *program = builder->program;
  const struct seg_program_test *test = builder->test;
  struct seg_dataset *dataset = &builder->rows->dataset;
  const struct seg_program_record *customer = NULL;
  for (uint32_t i = 0; i < test->record_count; i++)
    if (test->records[i].event < 0)
      customer = &test->records[i];
  enum seg_status status = take_key(builder, customer, error);
  dataset->integer_keys = builder->key.type.kind == SEG_TYPE_INT;
  if (status == SEG_OK && program->customer_from_event < 0)
    status = add_row(builder, &program->customer, NULL, customer, &dataset->customers, error);
  for (uint32_t i = 0; status == SEG_OK && i < test->record_count; i++) {
    int32_t event = test->records[i].event;
    if (event >= 0)
      status = add_row(builder, &program->events[event], builder->zones->events[event],
                       &test->records[i], &dataset->events[event], error);
  }
  return status;
}

/** The lists that the customer is in hold this one key. */
static enum seg_status fill_lists(struct builder *builder, struct seg_error *error) {
  struct seg_dataset *dataset = &builder->rows->dataset;
  if (!seg_dataset_add_lists(dataset, builder->program->list_count))
    return seg_fail_memory(error, "the rows of a test");
  for (uint32_t i = 0; i < builder->test->listing_count; i++) {
    struct seg_row row = {.key = builder->key_text};
    if (!SEG_VEC_PUSH(&dataset->lists[builder->test->listings[i].list].rows, row))
      return seg_fail_memory(error, "the rows of a test");
  }
  return SEG_OK;
}

enum seg_status seg_test_rows_init(struct seg_customer_rows *rows,
                                   const struct seg_program *program, const struct seg_plan *plan,
                                   const struct seg_test_zones *zones,
                                   const struct seg_program_test *test, struct seg_error *error) {
  struct builder builder = {rows, program, zones, test, {0}, {0}};
  enum seg_status status = seg_customer_rows_init(rows, program->event_count, error);
  if (status == SEG_OK)
    status = fill_dataset(&builder, error);
  if (status == SEG_OK)
    status = fill_lists(&builder, error);
  return status == SEG_OK ? seg_rows_columns_fill(rows, program, plan, &rows->dataset, error)
                          : status;
}
