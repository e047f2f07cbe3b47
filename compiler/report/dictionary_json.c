// The data dictionary as one JSON object.
#include "compiler/report/dictionary.h"
#include "runtime/base/json_writer.h"

static void texts(struct seg_json *json, const char *key, const struct seg_dictionary_texts *list) {
  seg_json_key(json, key);
  seg_json_begin_array(json);
  for (uint32_t i = 0; i < list->count; i++)
    seg_json_str(json, list->items[i]);
  seg_json_end_array(json);
}

static void number(struct seg_json *json, const char *key, uint32_t value) {
  seg_json_key(json, key);
  seg_json_uint(json, value);
}

static void reads(struct seg_json *json, const struct seg_dictionary_segment *segment) {
  seg_json_key(json, "reads");
  seg_json_begin_array(json);
  for (uint32_t i = 0; i < segment->read_count; i++) {
    seg_json_begin_object(json);
    seg_json_member(json, "entity", segment->reads[i].entity);
    seg_json_member(json, "source", segment->reads[i].source);
    texts(json, "columns", &segment->reads[i].columns);
    number(json, "aggregates", segment->reads[i].folds);
    seg_json_end_object(json);
  }
  seg_json_end_array(json);
}

static void places(struct seg_json *json, const struct seg_dictionary_segment *segment) {
  seg_json_key(json, "chains");
  seg_json_begin_array(json);
  for (uint32_t i = 0; i < segment->place_count; i++) {
    seg_json_begin_object(json);
    seg_json_member(json, "chain", segment->places[i].chain);
    number(json, "position", segment->places[i].position);
    number(json, "of", segment->places[i].members);
    seg_json_end_object(json);
  }
  seg_json_end_array(json);
}

static void segment_object(struct seg_json *json, const struct seg_dictionary_segment *segment) {
  seg_json_begin_object(json);
  seg_json_member(json, "name", segment->name);
  seg_json_member(json, "title", segment->title);
  seg_json_member(json, "meaning", segment->sentence);
  seg_json_member(json, "rule", segment->rule);
  seg_json_key(json, "clauses");
  seg_json_begin_array(json);
  for (uint32_t i = 0; i < segment->clause_count; i++) {
    seg_json_begin_object(json);
    seg_json_member(json, "name", segment->clauses[i].name);
    seg_json_member(json, "value", segment->clauses[i].value);
    seg_json_end_object(json);
  }
  seg_json_end_array(json);
  texts(json, "windows", &segment->windows);
  texts(json, "metrics", &segment->metrics);
  places(json, segment);
  texts(json, "exclusive_with", &segment->exclusive);
  texts(json, "overlaps_with", &segment->overlaps);
  reads(json, segment);
  seg_json_end_object(json);
}

static void metric_object(struct seg_json *json, const struct seg_dictionary_metric *metric) {
  seg_json_begin_object(json);
  seg_json_member(json, "name", metric->name);
  seg_json_member(json, "definition", metric->definition);
  seg_json_member(json, "meaning", metric->meaning);
  texts(json, "used_by", &metric->used_by);
  seg_json_end_object(json);
}

static void chain_object(struct seg_json *json, const struct seg_dictionary_chain *chain) {
  seg_json_begin_object(json);
  seg_json_member(json, "name", chain->name);
  texts(json, "segments", &chain->members);
  seg_json_member(json, "otherwise", chain->otherwise);
  seg_json_end_object(json);
}

static void pairs(struct seg_json *json, const struct seg_dictionary_texts *segments) {
  seg_json_key(json, "pairs");
  seg_json_begin_array(json);
  for (uint32_t i = 0; i + 1u < segments->count; i += 2u) {
    seg_json_begin_array(json);
    seg_json_str(json, segments->items[i]);
    seg_json_str(json, segments->items[i + 1u]);
    seg_json_end_array(json);
  }
  seg_json_end_array(json);
}

static void relation_object(struct seg_json *json, const struct seg_dictionary_relation *relation) {
  seg_json_begin_object(json);
  seg_json_member(json, "kind", seg_str_view(relation->exclusive ? "exclusive" : "overlap"));
  seg_json_member(json, "text", relation->text);
  if (relation->exclusive)
    texts(json, "segments", &relation->segments);
  else
    pairs(json, &relation->segments);
  seg_json_end_object(json);
}

static void entity_object(struct seg_json *json, const struct seg_dictionary_entity *entity) {
  seg_json_begin_object(json);
  seg_json_member(json, "name", entity->name);
  seg_json_member(json, "source", entity->source);
  seg_json_member(json, "key", entity->key);
  seg_json_member(json, "time", entity->time);
  seg_json_member(json, "where", entity->condition);
  texts(json, "unique_by", &entity->unique);
  seg_json_end_object(json);
}

static void constant_object(struct seg_json *json, const struct seg_dictionary_constant *constant) {
  seg_json_begin_object(json);
  seg_json_member(json, "name", constant->name);
  seg_json_member(json, "definition", constant->definition);
  seg_json_member(json, "value", constant->value);
  seg_json_end_object(json);
}

void seg_dictionary_write_json(const struct seg_dictionary *dictionary, FILE *out) {
  struct seg_json json;
  seg_json_init(&json, out);
  seg_json_begin_object(&json);
  seg_json_member(&json, "timezone", dictionary->timezone);
  seg_json_member(&json, "currency", dictionary->currency);
  seg_json_key(&json, "segments");
  seg_json_begin_array(&json);
  for (uint32_t i = 0; i < dictionary->segment_count; i++)
    segment_object(&json, &dictionary->segments[i]);
  seg_json_end_array(&json);
  seg_json_key(&json, "constants");
  seg_json_begin_array(&json);
  for (uint32_t i = 0; i < dictionary->constant_count; i++)
    constant_object(&json, &dictionary->constants[i]);
  seg_json_end_array(&json);
  seg_json_key(&json, "metrics");
  seg_json_begin_array(&json);
  for (uint32_t i = 0; i < dictionary->metric_count; i++)
    metric_object(&json, &dictionary->metrics[i]);
  seg_json_end_array(&json);
  seg_json_key(&json, "chains");
  seg_json_begin_array(&json);
  for (uint32_t i = 0; i < dictionary->chain_count; i++)
    chain_object(&json, &dictionary->chains[i]);
  seg_json_end_array(&json);
  seg_json_key(&json, "relations");
  seg_json_begin_array(&json);
  for (uint32_t i = 0; i < dictionary->relation_count; i++)
    relation_object(&json, &dictionary->relations[i]);
  seg_json_end_array(&json);
  seg_json_key(&json, "data");
  seg_json_begin_array(&json);
  for (uint32_t i = 0; i < dictionary->entity_count; i++)
    entity_object(&json, &dictionary->entities[i]);
  seg_json_end_array(&json);
  seg_json_end_object(&json);
  seg_json_finish(&json);
}
