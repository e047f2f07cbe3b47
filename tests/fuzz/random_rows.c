// Rows for any typed program; see random_rows.h.
#include "tests/fuzz/random_rows.h"

#include <stdlib.h>

#include "runtime/time/zone.h"
#include "tests/support/random.h"

enum { CUSTOMERS = 70, EVENTS = 200, KEYS = 80, AS_OF = 20758 /* 2026-11-01 */ };

struct filler {
  struct data *data;
  struct seg_random random;
  struct seg_zone *zone;
  bool text_keys;
};

static struct seg_value some_value(struct filler *filler, const struct seg_program_column *column) {
  static const char *const texts[] = {"", "a", "b", "ab", "DE", "x@y.example", "Ärger", "aab"};
  static const int64_t integers[] = {0, 1, 2, 3, 5, 10, 18, 30, 100, -1, 1000, 12345};
  struct seg_random *random = &filler->random;
  struct seg_value value = {.known = !column->optional || seg_random_chance(random, 80)};
  if (!value.known)
    return value;
  switch (column->type.kind) {
  case SEG_TYPE_BOOL: value.integer = seg_random_chance(random, 50); break;
  case SEG_TYPE_INT:
  case SEG_TYPE_MONEY:
    value.integer = integers[seg_random_below(random, sizeof integers / sizeof *integers)];
    break;
  case SEG_TYPE_NUMBER:
  case SEG_TYPE_AMOUNT: value.number = (double)seg_random_between(random, -20, 400) / 4; break;
  case SEG_TYPE_TEXT:
    value.text = seg_str_view(texts[seg_random_below(random, sizeof texts / sizeof *texts)]);
    break;
  case SEG_TYPE_DATE: value.integer = AS_OF - seg_random_between(random, -3, 400); break;
  case SEG_TYPE_TIMESTAMP:
    value.integer = (AS_OF - seg_random_between(random, -3, 400)) * SEG_MICROSECONDS_PER_DAY +
                    seg_random_between(random, 0, SEG_MICROSECONDS_PER_DAY - 1);
    break;
  case SEG_TYPE_ENUM:
    value.integer = seg_random_below(random, column->type.enumeration->count);
    break;
  case SEG_TYPE_KIND_COUNT: break;
  }
  return value;
}

static struct seg_str key_of(struct filler *filler, uint32_t number) {
  struct seg_str key =
      seg_arena_format(&filler->data->arena, filler->text_keys ? "k%u" : "%u", number);
  if (key.data == NULL)
    abort();
  return key;
}

static void add_row(struct filler *filler, const struct seg_program_entity *entity,
                    struct data_table *table, struct seg_row row) {
  row.values = SEG_NEW_ARRAY(&filler->data->arena, struct seg_value, entity->column_count + 1);
  if (row.values == NULL)
    abort();
  uint32_t next = 0;
  for (uint32_t i = 0; i < entity->column_count; i++)
    if (entity->columns[i].computed == NULL)
      row.values[next++] = some_value(filler, &entity->columns[i]);
  if (!SEG_VEC_PUSH(&table->rows, row))
    abort();
}

static struct data_table *add_table(struct filler *filler, struct seg_str name,
                                    const struct seg_program_entity *entity) {
  struct data *data = filler->data;
  if (data->table_count == DATA_MAX_TABLES)
    return NULL;
  struct data_table *table = &data->tables[data->table_count];
  *table = (struct data_table){.name = name, .key_is_text = filler->text_keys};
  for (uint32_t i = 0; entity != NULL && i < entity->column_count; i++) {
    const struct seg_program_column *column = &entity->columns[i];
    if (column->computed != NULL)
      continue;
    if (table->column_count == DATA_MAX_COLUMNS)
      return NULL;
    table->columns[table->column_count++] =
        (struct data_column){column->name.text, column->type.kind};
  }
  data->table_count++;
  return table;
}

static bool add_customers(struct filler *filler, const struct seg_program *program) {
  struct data_table *table = add_table(filler, seg_str_view("customer"), &program->customer);
  for (uint32_t i = 0; table != NULL && i < CUSTOMERS; i++)
    add_row(filler, &program->customer, table, (struct seg_row){.key = key_of(filler, i)});
  return table != NULL;
}

static bool add_events(struct filler *filler, const struct seg_program_entity *event) {
  struct data_table *table = add_table(filler, event->name.text, event);
  for (uint32_t i = 0; table != NULL && i < EVENTS; i++) {
    uint32_t customer = seg_random_below(&filler->random, KEYS);
    int32_t day = AS_OF - (int32_t)seg_random_between(&filler->random, -2, 1) -
                  (int32_t)seg_random_below(&filler->random, i % 2 == 0 ? 40 : 500);
    int64_t time = seg_random_chance(&filler->random, 20)
                       ? 0
                       : seg_random_between(&filler->random, 0, SEG_MICROSECONDS_PER_DAY - 1);
    add_row(filler, event, table,
            (struct seg_row){
                .key = key_of(filler, customer),
                .day = day,
                .instant = seg_zone_to_utc(filler->zone, day * SEG_MICROSECONDS_PER_DAY + time)});
  }
  return table != NULL;
}

static bool add_list(struct filler *filler, struct seg_str name) {
  struct data_table *table = add_table(filler, name, NULL);
  for (uint32_t i = 0; table != NULL && i < KEYS; i += 3)
    if (!SEG_VEC_PUSH(&table->rows, (struct seg_row){.key = key_of(filler, i)}))
      abort();
  return table != NULL;
}

/** A column that has the key's name holds the key: it cannot be drawn. */
static bool reads_key(const struct seg_program_entity *entity) {
  for (uint32_t i = 0; i < entity->column_count; i++)
    if (seg_str_equal(entity->columns[i].name.text, entity->key) ||
        seg_str_equal(entity->columns[i].name.text, entity->time))
      return true;
  return false;
}

bool random_rows(struct data *data, const struct seg_program *program, uint64_t seed) {
  struct filler filler = {.data = data, .text_keys = seed % 2 == 0};
  struct seg_error error;
  bool fits = program->customer_from_event >= 0 || !reads_key(&program->customer);
  for (uint32_t i = 0; i < program->event_count; i++)
    fits = fits && !reads_key(&program->events[i]);
  if (!fits || seg_zone_load(program->timezone, &filler.zone, &error) != SEG_OK)
    return false;
  data_init(data);
  data->as_of = AS_OF;
  seg_random_init(&filler.random, seed);
  if (program->customer_from_event < 0)
    fits = add_customers(&filler, program);
  for (uint32_t i = 0; i < program->event_count && fits; i++)
    fits = add_events(&filler, &program->events[i]);
  for (uint32_t i = 0; i < program->list_count && fits; i++)
    fits = add_list(&filler, program->lists[i].name.text);
  seg_zone_free(filler.zone);
  if (!fits)
    data_deinit(data);
  return fits;
}
