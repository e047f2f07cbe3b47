// Random rows; see generate_data.h.
#include "tests/differential/generate_data.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/time/zone.h"
#include "tests/differential/generate.h"
#include "tests/support/random.h"

struct filler {
  struct data *data;
  const struct model *model;
  struct seg_random random;
  struct seg_zone *zone;
  struct seg_zone_cursor cursor;
  bool extremes; // values at the ends of their ranges are drawn too
  bool digits;   // keys are decimal numbers
  bool large;    // so many events that a small memory limit must send them to disk
  uint32_t customer_count;
};

static uint32_t below(struct filler *filler, uint32_t count) {
  return seg_random_below(&filler->random, count);
}

static bool flip(struct filler *filler, uint32_t percent) {
  return seg_random_chance(&filler->random, percent);
}

static int64_t between(struct filler *filler, int64_t least, int64_t greatest) {
  return seg_random_between(&filler->random, least, greatest);
}

static void *room(struct filler *filler, size_t count, size_t size) {
  void *memory = seg_arena_array(&filler->data->arena, count + 1, size);
  if (memory == NULL)
    abort();
  return memory;
}

// --- values ---

static int32_t some_day(struct filler *filler) {
  const struct model *model = filler->model;
  if (model->day_count > 0 && flip(filler, 45))
    return model->days[below(filler, model->day_count)] + (int32_t)between(filler, -1, 1);
  if (flip(filler, 20))
    return model->as_of + (int32_t)between(filler, -2, 1);
  return model->as_of - (int32_t)below(filler, 130);
}

static int64_t some_instant(struct filler *filler, int32_t day) {
  const struct model *model = filler->model;
  if (model->hour_count > 0 && flip(filler, 40))
    return seg_zone_midnight(filler->zone, model->as_of) -
           model->hours[below(filler, model->hour_count)] * INT64_C(3600000000) -
           between(filler, -1, 1);
  int64_t last = SEG_MICROSECONDS_PER_DAY - 1;
  int64_t hours[] = {0, last, 2 * INT64_C(3600000000), 12 * INT64_C(3600000000),
                     between(filler, 0, last)};
  int64_t local = day * SEG_MICROSECONDS_PER_DAY + hours[below(filler, 5)];
  return seg_zone_to_utc(filler->zone, local);
}

static int64_t extreme_integer(struct filler *filler) {
  static const int64_t ends[] = {INT64_MAX,
                                 INT64_MIN,
                                 INT64_MAX / 2,
                                 INT64_MIN / 2,
                                 INT64_MAX - 1,
                                 INT64_C(4611686018427387904),
                                 -1,
                                 0};
  return ends[below(filler, sizeof ends / sizeof *ends)];
}

static double extreme_number(struct filler *filler) {
  static const double ends[] = {1.7e308, -1.7e308, 5e-324, -0.0, 0.0, 1e16, 0x1p-1022};
  return ends[below(filler, sizeof ends / sizeof *ends)];
}

static struct seg_str some_text(struct filler *filler) {
  const char *word = generate_word(&filler->random);
  if (flip(filler, 75))
    return seg_str_view(word);
  const char *other = generate_word(&filler->random);
  size_t size = strlen(word) + strlen(other);
  char *joined = room(filler, size, 1);
  strcpy(joined, word);
  strcat(joined, other);
  return (struct seg_str){joined, size};
}

static struct seg_value some_value(struct filler *filler, struct model_type type) {
  struct seg_value value = {.known = true};
  bool extreme = filler->extremes && flip(filler, 3);
  switch (type.kind) {
  case SEG_TYPE_BOOL: value.integer = flip(filler, 50); break;
  case SEG_TYPE_INT:
    value.integer = extreme ? extreme_integer(filler) : between(filler, -3, 12);
    break;
  case SEG_TYPE_MONEY:
    value.integer = extreme ? extreme_integer(filler) : between(filler, -300, 3000);
    if (!extreme && flip(filler, 40)) // whole and half units, which rules are likely to name
      value.integer -= value.integer % 50;
    break;
  case SEG_TYPE_NUMBER:
  case SEG_TYPE_AMOUNT:
    value.number = extreme ? extreme_number(filler) : (double)between(filler, -2000, 12000) / 100;
    if (!extreme && flip(filler, 30))
      value.number = trunc(value.number);
    break;
  case SEG_TYPE_TEXT: value.text = some_text(filler); break;
  case SEG_TYPE_DATE:
    value.integer = some_day(filler);
    if (extreme)
      value.integer = flip(filler, 50) ? SEG_CIVIL_FIRST_DAY : SEG_CIVIL_LAST_DAY;
    break;
  case SEG_TYPE_TIMESTAMP: value.integer = some_instant(filler, some_day(filler)); break;
  case SEG_TYPE_ENUM: value.integer = below(filler, type.list->count); break;
  case SEG_TYPE_KIND_COUNT: break;
  }
  return value;
}

// --- keys ---

// The key of customer `number`; numbers behind the last customer give keys that nobody has.
static struct seg_str key_of(struct filler *filler, uint32_t number) {
  char text[64];
  static const char *const forms[] = {"k%u", "é%u", "a rather long key, number %u"};
  if (filler->digits && number % 97 == 5)
    snprintf(text, sizeof text, "%" PRId64, INT64_MIN + (int64_t)number);
  else if (filler->digits)
    snprintf(text, sizeof text, "%" PRId64, (int64_t)number * 7 - 20);
  else
    snprintf(text, sizeof text, forms[number % 3], number);
  struct seg_str key = seg_arena_str(&filler->data->arena, seg_str_view(text));
  if (key.data == NULL)
    abort();
  return key;
}

static struct seg_str event_key(struct filler *filler, bool is_text, uint32_t favourite) {
  static const char *const strangers[] = {
      "007", "+1", " 1", "1.0", "", "K1", "9223372036854775808"};
  if (flip(filler, 3))
    return (struct seg_str){0};
  if (flip(filler, 5))
    return is_text && flip(filler, 50) ? seg_str_view(strangers[below(filler, 7)])
                                       : key_of(filler, filler->customer_count + below(filler, 3));
  if (filler->customer_count == 0)
    return key_of(filler, below(filler, 3));
  // Some customers stay without events, one has many.
  uint32_t number = below(filler, filler->customer_count);
  if (!filler->large && (number % 5 == 2 || flip(filler, 5)))
    number = favourite;
  return key_of(filler, number);
}

// --- tables ---

static struct seg_str plain_name(const char *name) {
  struct seg_str text = seg_str_view(name);
  if (text.data[0] == '`')
    text = (struct seg_str){text.data + 1, text.size - 2};
  return text;
}

static struct data_table *add_table(struct filler *filler, const char *name,
                                    const struct model_entity *entity) {
  struct data_table *table = &filler->data->tables[filler->data->table_count++];
  *table = (struct data_table){.name = seg_str_view(name), .key_is_text = entity->key_is_text};
  for (uint32_t i = 0; i < entity->column_count; i++)
    if (entity->columns[i].computed == NULL)
      table->columns[table->column_count++] =
          (struct data_column){plain_name(entity->columns[i].name), entity->columns[i].type.kind};
  return table;
}

// How often each column is missing: mostly a third, sometimes never or always.
static void missing_rates(struct filler *filler, const struct model_entity *entity,
                          uint32_t *rates) {
  static const uint32_t some[] = {30, 30, 30, 5, 90, 0, 100};
  for (uint32_t i = 0; i < entity->column_count; i++)
    rates[i] = entity->columns[i].optional ? some[below(filler, 7)] : 0;
}

static void fill_values(struct filler *filler, const struct model_entity *entity,
                        const uint32_t *rates, struct seg_row *row) {
  row->values = room(filler, entity->column_count, sizeof *row->values);
  uint32_t to = 0;
  for (uint32_t i = 0; i < entity->column_count; i++) {
    const struct model_column *column = &entity->columns[i];
    if (column->computed != NULL)
      continue;
    struct seg_value *value = &row->values[to++];
    if (!flip(filler, rates[i]))
      *value = some_value(filler, column->type);
  }
}

// The customer's key may be declared as a column too: then it has the key's value.
static void repeat_key(const struct model_entity *entity, struct seg_row *row) {
  if (entity->column_count == 0 || strcmp(entity->columns[0].name, entity->key) != 0)
    return;
  row->values[0].known = true;
  if (entity->key_is_text)
    row->values[0].text = row->key;
  else
    row->values[0].integer = strtoll(row->key.data, NULL, 10);
}

static void add_row(struct data_table *table, struct seg_row row) {
  if (!SEG_VEC_PUSH(&table->rows, row))
    abort();
}

static void fill_customers(struct filler *filler) {
  const struct model_entity *entity = &filler->model->customer;
  struct data_table *table = add_table(filler, "customer", entity);
  uint32_t rates[MODEL_MAX_COLUMNS];
  missing_rates(filler, entity, rates);
  uint32_t shift = filler->customer_count == 0 ? 0 : below(filler, filler->customer_count);
  for (uint32_t i = 0; i < filler->customer_count; i++) {
    struct seg_row row = {.key = key_of(filler, (i + shift) % filler->customer_count)};
    fill_values(filler, entity, rates, &row);
    repeat_key(entity, &row);
    add_row(table, row);
  }
}

static uint32_t event_rows(struct filler *filler) {
  static const uint32_t edges[] = {0, 1, 63, 64, 65, 127, 129};
  if (filler->large)
    return 5000 + below(filler, 20000);
  if (flip(filler, 20))
    return edges[below(filler, sizeof edges / sizeof *edges)];
  return 1 + below(filler, 3 * filler->customer_count + 20);
}

// At the end of the time that a sequence allows after an event of anybody's, or before the as-of
// day; a little earlier, then, or later.
static void place_at_limit(struct filler *filler, bool key_is_text, struct seg_row *row) {
  const struct model *model = filler->model;
  const struct data_table *table = &filler->data->tables[below(filler, filler->data->table_count)];
  int64_t time = model->hours[below(filler, model->hour_count)] * SEG_MICROSECONDS_PER_HOUR;
  bool events = table->rows.count > 0 && !seg_str_is(table->name, "customer");
  if (events && flip(filler, 70)) {
    const struct seg_row *old = &table->rows.items[below(filler, (uint32_t)table->rows.count)];
    row->instant = old->instant + time;
    if (table->key_is_text == key_is_text)
      row->key = old->key;
  } else {
    row->instant = seg_zone_midnight(filler->zone, model->as_of) - time;
  }
  row->instant += between(filler, -1, 1);
}

static void fill_events(struct filler *filler, const struct model_entity *entity) {
  struct data_table *table = add_table(filler, entity->name, entity);
  uint32_t rates[MODEL_MAX_COLUMNS];
  missing_rates(filler, entity, rates);
  uint32_t count = event_rows(filler);
  uint32_t favourite = filler->customer_count == 0 ? 0 : below(filler, filler->customer_count);
  uint32_t repeats = entity->unique_count > 0 ? 30 : 5;
  for (uint32_t i = 0; i < count; i++) {
    struct seg_row row = {.instant = some_instant(filler, some_day(filler))};
    const struct seg_row *old = i > 0 ? &table->rows.items[below(filler, i)] : NULL;
    if (old != NULL && flip(filler, repeats)) {
      row = *old;
      if (flip(filler, 30))
        row.instant = some_instant(filler, some_day(filler));
    } else {
      row.key = event_key(filler, entity->key_is_text, favourite);
      fill_values(filler, entity, rates, &row);
      if (old != NULL && flip(filler, 10))
        row.instant = old->instant;
    }
    if (filler->model->hour_count > 0 && flip(filler, 15))
      place_at_limit(filler, entity->key_is_text, &row);
    row.day = seg_zone_local_day(filler->zone, &filler->cursor, row.instant);
    add_row(table, row);
  }
}

// Some customers, some of them twice, and some keys that are nobody's.
static void fill_list(struct filler *filler, const struct model_entity *entity) {
  struct data_table *table = add_table(filler, entity->name, entity);
  uint32_t count = flip(filler, 10) ? 0 : below(filler, filler->customer_count + 20);
  for (uint32_t i = 0; i < count; i++) {
    struct seg_row row = {.key = event_key(filler, entity->key_is_text, 0)};
    if (row.key.data != NULL) // a list names somebody in each row
      add_row(table, row);
  }
}

static uint32_t customer_rows(struct filler *filler) {
  static const uint32_t edges[] = {0, 1, 63, 64, 65, 128};
  static const uint32_t batches[] = {2047, 2048, 2049};
  if (filler->large || flip(filler, 2))
    return batches[below(filler, 3)];
  if (flip(filler, 15))
    return 150 + below(filler, 2900);
  if (flip(filler, 25))
    return edges[below(filler, sizeof edges / sizeof *edges)];
  return 1 + below(filler, flip(filler, 30) ? 150 : 25);
}

static bool all_keys_are_texts(const struct model *model) {
  bool all = model->from_event || model->customer.key_is_text;
  for (uint32_t i = 0; i < model->event_count; i++)
    all = all && model->events[i].key_is_text;
  for (uint32_t i = 0; i < model->list_count; i++)
    all = all && model->lists[i].key_is_text;
  return all;
}

void generate_data(struct data *data, struct model *model, uint64_t seed) {
  data_init(data);
  data->as_of = model->as_of;
  struct filler filler = {.data = data, .model = model};
  seg_random_init(&filler.random, seed);
  struct seg_error error;
  if (seg_zone_load(seg_str_view(model->timezone), &filler.zone, &error) != SEG_OK) {
    fprintf(stderr, "differential: %s\n", error.message);
    abort();
  }
  filler.extremes = flip(&filler, 15);
  filler.digits = !all_keys_are_texts(model) || flip(&filler, 40);
  filler.large = !filler.extremes && below(&filler, 50) == 0;
  filler.customer_count = customer_rows(&filler);
  if (!model->from_event)
    fill_customers(&filler);
  for (uint32_t i = 0; i < model->event_count; i++)
    fill_events(&filler, &model->events[i]);
  for (uint32_t i = 0; i < model->list_count; i++)
    fill_list(&filler, &model->lists[i]);
  seg_zone_free(filler.zone);
}
