// Reading a manifest; see store_manifest.h. What is not understood is refused, never passed over.
#include "runtime/store/store_manifest.h"

#include <string.h>

#include "runtime/base/decimal.h"
#include "runtime/base/json_reader.h"
#include "runtime/store/store_errors.h"

static const char what_for[] = "the manifest of the store";

const struct seg_store_type_info seg_store_types[SEG_STORE_TYPE_COUNT] = {
    [SEG_STORE_I8] = {"|i1", 1},  [SEG_STORE_I16] = {"<i2", 2}, [SEG_STORE_I32] = {"<i4", 4},
    [SEG_STORE_I64] = {"<i8", 8}, [SEG_STORE_F64] = {"<f8", 8}, [SEG_STORE_U8] = {"|u1", 1},
    [SEG_STORE_U32] = {"<u4", 4}, [SEG_STORE_U64] = {"<u8", 8},
};

static const char *const type_words[] = {
    [SEG_COLUMN_BOOL] = "bool",
    [SEG_COLUMN_INT] = "int",
    [SEG_COLUMN_NUMBER] = "number",
    [SEG_COLUMN_MONEY] = "money",
    [SEG_COLUMN_TEXT] = "text",
    [SEG_COLUMN_DATE] = "date",
    [SEG_COLUMN_TIMESTAMP] = "timestamp",
    [SEG_COLUMN_ENUM] = "one of",
    [SEG_COLUMN_DAY] = "day",
    [SEG_COLUMN_INSTANT] = "instant",
};
enum { TYPE_WORDS = sizeof type_words / sizeof *type_words };

const char *seg_store_type_word(enum seg_column_type type) {
  return type_words[type];
}

/** What went wrong first. */
struct reading {
  struct seg_arena *arena;
  bool out_of_memory;
  bool damaged;
  struct seg_str unknown; // a member that this program does not know
};

static int64_t take_integer(struct reading *reading, struct seg_json_value *object,
                            const char *name) {
  const struct seg_json_value *value = seg_json_take(object, name);
  if (value == NULL || value->kind != SEG_JSON_INTEGER || value->integer < 0) {
    reading->damaged = true;
    return 0;
  }
  return value->integer;
}

// At most 2^32 - 1.
static uint32_t take_small(struct reading *reading, struct seg_json_value *object,
                           const char *name) {
  int64_t value = take_integer(reading, object, name);
  reading->damaged = reading->damaged || value > UINT32_MAX;
  return (uint32_t)value;
}

static bool take_truth(struct reading *reading, struct seg_json_value *object, const char *name) {
  const struct seg_json_value *value = seg_json_take(object, name);
  if (value != NULL && value->kind == SEG_JSON_BOOL)
    return value->truth;
  reading->damaged = true;
  return false;
}

static struct seg_str take_text(struct reading *reading, struct seg_json_value *object,
                                const char *name) {
  const struct seg_json_value *value = seg_json_take(object, name);
  if (value != NULL && value->kind == SEG_JSON_TEXT)
    return value->text;
  reading->damaged = true;
  return (struct seg_str){"", 0};
}

static uint64_t take_hex(struct reading *reading, struct seg_json_value *object, const char *name) {
  struct seg_str text = take_text(reading, object, name);
  uint64_t value = 0;
  reading->damaged = reading->damaged || text.size != 16;
  for (size_t i = 0; i < text.size; i++) {
    char c = text.data[i];
    bool digit = c >= '0' && c <= '9', letter = c >= 'a' && c <= 'f';
    reading->damaged = reading->damaged || (!digit && !letter);
    value = value << 4 | (uint64_t)(digit ? c - '0' : c - 'a' + 10);
  }
  return value;
}

// The items of an array; `*count` 0 when it is none.
static struct seg_json_value *take_items(struct reading *reading, struct seg_json_value *object,
                                         const char *name, uint32_t *count) {
  struct seg_json_value *value = seg_json_take(object, name);
  *count = 0;
  if (value == NULL || value->kind != SEG_JSON_ARRAY || value->count > UINT32_MAX) {
    reading->damaged = true;
    return NULL;
  }
  *count = (uint32_t)value->count;
  return value->items;
}

static void *new_items(struct reading *reading, size_t count, size_t size) {
  void *items = seg_arena_array(reading->arena, count + 1, size);
  reading->out_of_memory = reading->out_of_memory || items == NULL;
  return items;
}

static void end_object(struct reading *reading, const struct seg_json_value *object) {
  if (object->kind != SEG_JSON_OBJECT) {
    reading->damaged = true;
    return;
  }
  const struct seg_json_value *left = seg_json_left_over(object);
  if (left != NULL && reading->unknown.size == 0)
    reading->unknown = left->name;
}

// A file of the store's own folders, never one outside.
static bool is_plain(struct seg_str file) {
  return file.size > 0 && file.data[0] != '.' && memchr(file.data, '/', file.size) == NULL &&
         memchr(file.data, '\0', file.size) == NULL;
}

static void take_array(struct reading *reading, struct seg_json_value *object, const char *name,
                       struct seg_store_array *array) {
  struct seg_json_value *value = seg_json_take(object, name);
  if (value == NULL)
    return;
  array->generation = take_small(reading, value, "generation");
  array->file = take_text(reading, value, "file");
  array->count = (uint64_t)take_integer(reading, value, "count");
  array->block = (uint64_t)take_integer(reading, value, "block");
  struct seg_str type = take_text(reading, value, "type");
  array->type = SEG_STORE_TYPE_COUNT;
  for (int i = 0; i < SEG_STORE_TYPE_COUNT; i++)
    if (seg_str_is(type, seg_store_types[i].name))
      array->type = (enum seg_store_type)i;
  if (array->type == SEG_STORE_TYPE_COUNT || array->generation == 0 || !is_plain(array->file) ||
      array->count > UINT64_C(1) << 56) {
    reading->damaged = true;
    *array = (struct seg_store_array){0};
  }
  end_object(reading, value);
}

static void read_values(struct reading *reading, struct seg_json_value *object,
                        struct seg_store_values *values) {
  take_array(reading, object, "values", &values->values);
  take_array(reading, object, "entries", &values->entries);
  take_array(reading, object, "bytes", &values->bytes);
  take_array(reading, object, "known", &values->known);
  take_array(reading, object, "codes", &values->codes);
  take_array(reading, object, "bounds", &values->bounds);
  const struct seg_json_value *first = seg_json_take(object, "counts_from");
  values->counts_up = first != NULL;
  if (first != NULL && first->kind == SEG_JSON_INTEGER)
    values->first = first->integer;
  else
    reading->damaged = reading->damaged || first != NULL;
  reading->damaged = reading->damaged || !seg_store_has(&values->values);
  if (seg_store_has(&values->entries)) // numbers of texts
    reading->damaged = reading->damaged || values->values.type > SEG_STORE_I32 ||
                       values->entries.type != SEG_STORE_U64;
  if (seg_store_has(&values->codes) || seg_store_has(&values->bounds))
    reading->damaged = reading->damaged || values->values.type != SEG_STORE_F64 ||
                       values->codes.type != SEG_STORE_I16 ||
                       values->codes.count != values->values.count ||
                       values->bounds.type != SEG_STORE_F64 || values->bounds.count == 0 ||
                       values->bounds.count > UINT16_MAX + 1 || !seg_store_has(&values->codes) ||
                       !seg_store_has(&values->bounds);
  end_object(reading, object);
}

static void read_column(struct reading *reading, struct seg_json_value *object, uint32_t part_count,
                        struct seg_store_column *column) {
  column->name = take_text(reading, object, "name");
  struct seg_str type = take_text(reading, object, "type");
  bool found = false;
  for (int i = 0; i < TYPE_WORDS && !found; i++) {
    found = seg_str_is(type, type_words[i]);
    column->type = (enum seg_column_type)i;
  }
  uint32_t scale = take_small(reading, object, "scale");
  reading->damaged = reading->damaged || scale > SEG_DECIMAL_MAX_SCALE;
  column->scale = (uint8_t)scale;
  column->optional = take_truth(reading, object, "optional");
  struct seg_json_value *items = take_items(reading, object, "values", &column->value_count);
  struct seg_str *values = new_items(reading, column->value_count, sizeof *values);
  for (uint32_t i = 0; values != NULL && i < column->value_count; i++) {
    values[i] = items[i].text;
    found = found && items[i].kind == SEG_JSON_TEXT;
  }
  column->values = values;
  uint32_t count;
  items = take_items(reading, object, "parts", &count);
  column->parts = new_items(reading, count, sizeof *column->parts);
  reading->damaged = reading->damaged || !found || count != part_count;
  for (uint32_t i = 0; column->parts != NULL && i < count; i++)
    read_values(reading, &items[i], &column->parts[i]);
  end_object(reading, object);
}

static int32_t read_day(struct reading *reading, const struct seg_json_value *value) {
  if (value != NULL && value->kind == SEG_JSON_INTEGER && value->integer >= INT32_MIN &&
      value->integer <= INT32_MAX)
    return (int32_t)value->integer;
  reading->damaged = true;
  return 0;
}

static struct seg_store_days read_span(struct reading *reading, struct seg_json_value *object) {
  struct seg_store_days span = {.is_known = true};
  span.first = read_day(reading, seg_json_take(object, "first"));
  span.last = read_day(reading, seg_json_take(object, "last"));
  span.rise = take_truth(reading, object, "rise");
  end_object(reading, object);
  return span;
}

static void read_part(struct reading *reading, struct seg_json_value *object,
                      struct seg_store_part *part) {
  part->rows = (uint64_t)take_integer(reading, object, "rows");
  part->keyed = (uint64_t)take_integer(reading, object, "keyed");
  struct seg_json_value *span = seg_json_take(object, "span");
  if (span != NULL)
    part->span = read_span(reading, span);
  take_array(reading, object, "numbers", &part->numbers);
  take_array(reading, object, "offsets", &part->offsets);
  take_array(reading, object, "days", &part->days);
  struct seg_json_value *instant = seg_json_take(object, "instant");
  if (instant != NULL)
    read_values(reading, instant, &part->instant);
  take_array(reading, object, "rows_of", &part->rows_of);
  end_object(reading, object);
}

static void read_entity(struct reading *reading, struct seg_json_value *object,
                        struct seg_store_entity *entity) {
  entity->name = take_text(reading, object, "name");
  entity->source = take_text(reading, object, "source");
  entity->key = take_text(reading, object, "key");
  entity->time = take_text(reading, object, "time");
  entity->zone = take_text(reading, object, "zone");
  entity->gives_customers = take_truth(reading, object, "gives_customers");
  struct seg_json_value *items = take_items(reading, object, "parts", &entity->part_count);
  entity->parts = new_items(reading, entity->part_count, sizeof *entity->parts);
  for (uint32_t i = 0; entity->parts != NULL && i < entity->part_count; i++)
    read_part(reading, &items[i], &entity->parts[i]);
  items = take_items(reading, object, "columns", &entity->column_count);
  entity->columns = new_items(reading, entity->column_count, sizeof *entity->columns);
  for (uint32_t i = 0; entity->columns != NULL && i < entity->column_count; i++)
    read_column(reading, &items[i], entity->part_count, &entity->columns[i]);
  end_object(reading, object);
}

static struct seg_store_entity *take_entities(struct reading *reading,
                                              struct seg_json_value *object, const char *name,
                                              uint32_t *count) {
  struct seg_json_value *items = take_items(reading, object, name, count);
  struct seg_store_entity *entities = new_items(reading, *count, sizeof *entities);
  for (uint32_t i = 0; entities != NULL && i < *count; i++)
    read_entity(reading, &items[i], &entities[i]);
  return entities;
}

static void take_keys(struct reading *reading, struct seg_json_value *object,
                      struct seg_store_manifest *manifest) {
  struct seg_json_value *keys = seg_json_take(object, "keys");
  if (keys == NULL) {
    reading->damaged = true;
    return;
  }
  manifest->key_is_text = take_truth(reading, keys, "text");
  manifest->key_count = (uint64_t)take_integer(reading, keys, "count");
  struct seg_json_value *items = take_items(reading, keys, "parts", &manifest->key_part_count);
  manifest->keys = new_items(reading, manifest->key_part_count, sizeof *manifest->keys);
  for (uint32_t i = 0; manifest->keys != NULL && i < manifest->key_part_count; i++)
    read_values(reading, &items[i], &manifest->keys[i]);
  end_object(reading, keys);
}

static void take_generations(struct reading *reading, struct seg_json_value *object,
                             struct seg_store_manifest *manifest) {
  struct seg_json_value *items =
      take_items(reading, object, "generations", &manifest->generation_count);
  manifest->generations =
      new_items(reading, manifest->generation_count, sizeof *manifest->generations);
  for (uint32_t i = 0; manifest->generations != NULL && i < manifest->generation_count; i++) {
    struct seg_store_generation *generation = &manifest->generations[i];
    generation->number = take_small(reading, &items[i], "number");
    generation->block_count = (uint64_t)take_integer(reading, &items[i], "blocks");
    generation->checksum = take_hex(reading, &items[i], "checksum");
    end_object(reading, &items[i]);
  }
}

static void take_inputs(struct reading *reading, struct seg_json_value *object,
                        struct seg_store_manifest *manifest) {
  struct seg_json_value *items = take_items(reading, object, "inputs", &manifest->input_count);
  manifest->inputs = new_items(reading, manifest->input_count, sizeof *manifest->inputs);
  for (uint32_t i = 0; manifest->inputs != NULL && i < manifest->input_count; i++) {
    struct seg_store_input *input = &manifest->inputs[i];
    input->source = take_text(reading, &items[i], "source");
    input->file = take_text(reading, &items[i], "file");
    input->size = (uint64_t)take_integer(reading, &items[i], "size");
    input->fingerprint = take_hex(reading, &items[i], "fingerprint");
    end_object(reading, &items[i]);
  }
}

// The parts of each event that there were; there cannot be more than there are.
static void read_state(struct reading *reading, struct seg_json_value *object,
                       const struct seg_store_manifest *manifest, struct seg_store_state *state) {
  uint32_t count;
  state->manifest_hash = take_hex(reading, object, "manifest");
  const struct seg_json_value *parts = take_items(reading, object, "parts", &count);
  state->parts = new_items(reading, count, sizeof *state->parts);
  reading->damaged = reading->damaged || count != manifest->event_count;
  for (uint32_t e = 0; !reading->damaged && state->parts != NULL && e < count; e++) {
    reading->damaged = parts[e].kind != SEG_JSON_INTEGER || parts[e].integer < 0 ||
                       parts[e].integer > manifest->events[e].part_count;
    state->parts[e] = (uint32_t)parts[e].integer;
  }
  end_object(reading, object);
}

static void take_states(struct reading *reading, struct seg_json_value *object,
                        struct seg_store_manifest *manifest) {
  struct seg_json_value *value = seg_json_take(object, "states");
  if (value == NULL)
    return;
  reading->damaged = reading->damaged || value->kind != SEG_JSON_ARRAY ||
                     value->count > SEG_STORE_STATES_MOST || manifest->events == NULL;
  if (reading->damaged)
    return;
  manifest->state_count = (uint32_t)value->count;
  manifest->states = new_items(reading, value->count, sizeof *manifest->states);
  for (uint32_t i = 0; manifest->states != NULL && i < manifest->state_count; i++)
    read_state(reading, &value->items[i], manifest, &manifest->states[i]);
}

static void read_manifest(struct reading *reading, struct seg_json_value *object,
                          struct seg_store_manifest *manifest) {
  manifest->engine = take_text(reading, object, "engine");
  manifest->number = take_small(reading, object, "number");
  manifest->timezone = take_text(reading, object, "timezone");
  take_keys(reading, object, manifest);
  struct seg_json_value *customer = seg_json_take(object, "customer");
  manifest->has_customers = customer != NULL;
  if (customer != NULL)
    read_entity(reading, customer, &manifest->customer);
  manifest->events = take_entities(reading, object, "events", &manifest->event_count);
  manifest->lists = take_entities(reading, object, "lists", &manifest->list_count);
  take_generations(reading, object, manifest);
  take_inputs(reading, object, manifest);
  take_states(reading, object, manifest);
  end_object(reading, object);
}

static enum seg_status fail_version(const char *path, struct seg_str what,
                                    struct seg_error *error) {
  SEG_STORE_FAIL(error, SEG_BAD_DATA, VERSION,
                 "the store %s was made by another version of segc: this one does not know %.*s",
                 path, SEG_STR(what));
  seg_error_help(error, "make it again with this version: segc prepare ... --store %s", path);
  return SEG_BAD_DATA;
}

enum seg_status seg_store_manifest_read(struct seg_arena *arena, struct seg_str text,
                                        const char *path, struct seg_store_manifest *manifest,
                                        struct seg_error *error) {
  struct reading reading = {.arena = arena};
  struct seg_store_manifest found = {0};
  *manifest = found;
  struct seg_json_value *object = NULL;
  if (seg_json_read(arena, text, &object) == SEG_OUT_OF_MEMORY)
    return seg_fail_memory(error, what_for);
  const struct seg_json_value *format = seg_json_take(object, "format");
  const struct seg_json_value *version = seg_json_take(object, "version");
  if (format != NULL && format->kind == SEG_JSON_TEXT && seg_str_is(format->text, "segc store") &&
      version != NULL && version->kind == SEG_JSON_INTEGER) {
    if (version->integer != SEG_STORE_VERSION)
      return fail_version(path, seg_str_view("its form"), error);
    read_manifest(&reading, object, &found);
    if (reading.out_of_memory)
      return seg_fail_memory(error, what_for);
    if (!reading.damaged && reading.unknown.size == 0) {
      *manifest = found;
      return SEG_OK;
    }
    if (!reading.damaged)
      return fail_version(path, reading.unknown, error);
  }
  return SEG_STORE_FAIL(error, SEG_BAD_DATA, DAMAGED,
                        "the store %s is damaged: its manifest cannot be understood", path);
}

struct seg_store_entity *seg_store_manifest_find(struct seg_store_entity *entities, uint32_t count,
                                                 struct seg_str name) {
  for (uint32_t i = 0; i < count; i++)
    if (seg_str_equal(entities[i].name, name))
      return &entities[i];
  return NULL;
}

/** What is done with every array. */
struct walk {
  enum seg_status (*visit)(void *context, struct seg_store_array *array, struct seg_error *error);
  void *context;
  struct seg_error *error;
  enum seg_status status;
};

static void walk_array(struct walk *walk, struct seg_store_array *array) {
  if (walk->status == SEG_OK && seg_store_has(array))
    walk->status = walk->visit(walk->context, array, walk->error);
}

static void walk_values(struct walk *walk, struct seg_store_values *values) {
  walk_array(walk, &values->values);
  walk_array(walk, &values->entries);
  walk_array(walk, &values->bytes);
  walk_array(walk, &values->known);
  walk_array(walk, &values->codes);
  walk_array(walk, &values->bounds);
}

static void walk_entity(struct walk *walk, struct seg_store_entity *entity) {
  for (uint32_t p = 0; p < entity->part_count; p++) {
    struct seg_store_part *part = &entity->parts[p];
    walk_array(walk, &part->numbers);
    walk_array(walk, &part->offsets);
    walk_array(walk, &part->days);
    walk_values(walk, &part->instant);
    walk_array(walk, &part->rows_of);
    for (uint32_t c = 0; c < entity->column_count; c++)
      walk_values(walk, &entity->columns[c].parts[p]);
  }
}

enum seg_status seg_store_manifest_each_array(
    struct seg_store_manifest *manifest,
    enum seg_status (*visit)(void *context, struct seg_store_array *array, struct seg_error *error),
    void *context, struct seg_error *error) {
  struct walk walk = {visit, context, error, SEG_OK};
  for (uint32_t i = 0; i < manifest->key_part_count; i++)
    walk_values(&walk, &manifest->keys[i]);
  walk_entity(&walk, &manifest->customer);
  for (uint32_t i = 0; i < manifest->event_count; i++)
    walk_entity(&walk, &manifest->events[i]);
  for (uint32_t i = 0; i < manifest->list_count; i++)
    walk_entity(&walk, &manifest->lists[i]);
  return walk.status;
}
