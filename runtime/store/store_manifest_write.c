// The manifest as JSON; see store_manifest.h.
#include <inttypes.h>

#include "runtime/base/json_writer.h"
#include "runtime/store/store_manifest.h"

static void write_hex(struct seg_json *json, const char *name, uint64_t value) {
  char text[24];
  int size = snprintf(text, sizeof text, "%016" PRIx64, value);
  seg_json_key(json, name);
  seg_json_str(json, (struct seg_str){text, (size_t)size});
}

static void write_number(struct seg_json *json, const char *name, uint64_t value) {
  seg_json_key(json, name);
  seg_json_uint(json, value);
}

static void write_text(struct seg_json *json, const char *name, struct seg_str text) {
  seg_json_key(json, name);
  seg_json_str(json, text);
}

static void write_array(struct seg_json *json, const char *name,
                        const struct seg_store_array *array) {
  if (!seg_store_has(array))
    return;
  seg_json_key(json, name);
  seg_json_begin_object(json);
  write_number(json, "generation", array->generation);
  write_text(json, "file", array->file);
  seg_json_key(json, "type");
  seg_json_text(json, seg_store_types[array->type].name);
  write_number(json, "count", array->count);
  write_number(json, "block", array->block);
  seg_json_end_object(json);
}

static void write_value_members(struct seg_json *json, const struct seg_store_values *values) {
  write_array(json, "values", &values->values);
  write_array(json, "entries", &values->entries);
  write_array(json, "bytes", &values->bytes);
  write_array(json, "known", &values->known);
  write_array(json, "codes", &values->codes);
  write_array(json, "bounds", &values->bounds);
  if (values->counts_up) {
    seg_json_key(json, "counts_from");
    seg_json_int(json, values->first);
  }
}

static void write_values(struct seg_json *json, const struct seg_store_values *values) {
  seg_json_begin_object(json);
  write_value_members(json, values);
  seg_json_end_object(json);
}

static void write_column(struct seg_json *json, const struct seg_store_column *column,
                         uint32_t part_count) {
  seg_json_begin_object(json);
  write_text(json, "name", column->name);
  seg_json_key(json, "type");
  seg_json_text(json, seg_store_type_word(column->type));
  write_number(json, "scale", column->scale);
  seg_json_key(json, "optional");
  seg_json_bool(json, column->optional);
  seg_json_key(json, "values");
  seg_json_begin_array(json);
  for (uint32_t i = 0; i < column->value_count; i++)
    seg_json_str(json, column->values[i]);
  seg_json_end_array(json);
  seg_json_key(json, "parts");
  seg_json_begin_array(json);
  for (uint32_t i = 0; i < part_count; i++)
    write_values(json, &column->parts[i]);
  seg_json_end_array(json);
  seg_json_end_object(json);
}

static void write_span(struct seg_json *json, const struct seg_store_days *span) {
  seg_json_key(json, "span");
  seg_json_begin_object(json);
  seg_json_key(json, "first");
  seg_json_int(json, span->first);
  seg_json_key(json, "last");
  seg_json_int(json, span->last);
  seg_json_key(json, "rise");
  seg_json_bool(json, span->rise);
  seg_json_end_object(json);
}

static void write_part(struct seg_json *json, const struct seg_store_part *part) {
  seg_json_begin_object(json);
  write_number(json, "rows", part->rows);
  write_number(json, "keyed", part->keyed);
  if (part->span.is_known)
    write_span(json, &part->span);
  write_array(json, "numbers", &part->numbers);
  write_array(json, "offsets", &part->offsets);
  write_array(json, "days", &part->days);
  if (seg_store_has(&part->instant.values)) {
    seg_json_key(json, "instant");
    write_values(json, &part->instant);
  }
  write_array(json, "rows_of", &part->rows_of);
  seg_json_end_object(json);
}

static void write_entity(struct seg_json *json, const struct seg_store_entity *entity) {
  seg_json_begin_object(json);
  write_text(json, "name", entity->name);
  write_text(json, "source", entity->source);
  write_text(json, "key", entity->key);
  write_text(json, "time", entity->time);
  write_text(json, "zone", entity->zone);
  seg_json_key(json, "gives_customers");
  seg_json_bool(json, entity->gives_customers);
  seg_json_key(json, "parts");
  seg_json_begin_array(json);
  for (uint32_t i = 0; i < entity->part_count; i++)
    write_part(json, &entity->parts[i]);
  seg_json_end_array(json);
  seg_json_key(json, "columns");
  seg_json_begin_array(json);
  for (uint32_t i = 0; i < entity->column_count; i++)
    write_column(json, &entity->columns[i], entity->part_count);
  seg_json_end_array(json);
  seg_json_end_object(json);
}

static void write_entities(struct seg_json *json, const char *name,
                           const struct seg_store_entity *entities, uint32_t count) {
  seg_json_key(json, name);
  seg_json_begin_array(json);
  for (uint32_t i = 0; i < count; i++)
    write_entity(json, &entities[i]);
  seg_json_end_array(json);
}

static void write_keys(struct seg_json *json, const struct seg_store_manifest *manifest) {
  seg_json_key(json, "keys");
  seg_json_begin_object(json);
  seg_json_key(json, "text");
  seg_json_bool(json, manifest->key_is_text);
  write_number(json, "count", manifest->key_count);
  seg_json_key(json, "parts");
  seg_json_begin_array(json);
  for (uint32_t i = 0; i < manifest->key_part_count; i++)
    write_values(json, &manifest->keys[i]);
  seg_json_end_array(json);
  seg_json_end_object(json);
}

static void write_generations(struct seg_json *json, const struct seg_store_manifest *manifest) {
  seg_json_key(json, "generations");
  seg_json_begin_array(json);
  for (uint32_t i = 0; i < manifest->generation_count; i++) {
    const struct seg_store_generation *generation = &manifest->generations[i];
    seg_json_begin_object(json);
    write_number(json, "number", generation->number);
    write_number(json, "blocks", generation->block_count);
    write_hex(json, "checksum", generation->checksum);
    seg_json_end_object(json);
  }
  seg_json_end_array(json);
}

static void write_inputs(struct seg_json *json, const struct seg_store_manifest *manifest) {
  seg_json_key(json, "inputs");
  seg_json_begin_array(json);
  for (uint32_t i = 0; i < manifest->input_count; i++) {
    const struct seg_store_input *input = &manifest->inputs[i];
    seg_json_begin_object(json);
    write_text(json, "source", input->source);
    write_text(json, "file", input->file);
    write_number(json, "size", input->size);
    write_hex(json, "fingerprint", input->fingerprint);
    seg_json_end_object(json);
  }
  seg_json_end_array(json);
}

static void write_states(struct seg_json *json, const struct seg_store_manifest *manifest) {
  if (manifest->state_count == 0)
    return;
  seg_json_key(json, "states");
  seg_json_begin_array(json);
  for (uint32_t i = 0; i < manifest->state_count; i++) {
    seg_json_begin_object(json);
    write_hex(json, "manifest", manifest->states[i].manifest_hash);
    seg_json_key(json, "parts");
    seg_json_begin_array(json);
    for (uint32_t e = 0; e < manifest->event_count; e++)
      seg_json_uint(json, manifest->states[i].parts[e]);
    seg_json_end_array(json);
    seg_json_end_object(json);
  }
  seg_json_end_array(json);
}

void seg_store_manifest_write(const struct seg_store_manifest *manifest, FILE *out) {
  struct seg_json json;
  seg_json_init(&json, out);
  seg_json_begin_object(&json);
  seg_json_key(&json, "format");
  seg_json_text(&json, "segc store");
  write_number(&json, "version", SEG_STORE_VERSION);
  write_text(&json, "engine", manifest->engine);
  write_number(&json, "number", manifest->number);
  write_text(&json, "timezone", manifest->timezone);
  write_keys(&json, manifest);
  if (manifest->has_customers) {
    seg_json_key(&json, "customer");
    write_entity(&json, &manifest->customer);
  }
  write_entities(&json, "events", manifest->events, manifest->event_count);
  write_entities(&json, "lists", manifest->lists, manifest->list_count);
  write_generations(&json, manifest);
  write_inputs(&json, manifest);
  write_states(&json, manifest);
  seg_json_end_object(&json);
  seg_json_finish(&json);
}
