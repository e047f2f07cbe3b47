// Which columns of the data an entity needs, and a converter for each. All that a declaration says
// about columns is checked here, before a row is read.
#include <assert.h>

#include "runtime/io/io_errors.h"
#include "runtime/io/source_duckdb.h"

static const char *const family_words[SEG_FAMILY_COUNT] = {
    [SEG_FAMILY_BOOL] = "true or false",
    [SEG_FAMILY_INT] = "whole numbers",
    [SEG_FAMILY_DECIMAL] = "decimal numbers",
    [SEG_FAMILY_WIDE] = "large whole or decimal numbers",
    [SEG_FAMILY_FLOAT] = "floating-point numbers",
    [SEG_FAMILY_TEXT] = "text",
    [SEG_FAMILY_DAY] = "dates",
    [SEG_FAMILY_LOCAL] = "timestamps without a time zone",
    [SEG_FAMILY_INSTANT] = "timestamps",
};

static const char *type_words(enum seg_column_type type) {
  switch (type) {
  case SEG_COLUMN_BOOL: return "bool";
  case SEG_COLUMN_INT: return "int";
  case SEG_COLUMN_NUMBER: return "number";
  case SEG_COLUMN_MONEY: return "money";
  case SEG_COLUMN_TEXT: return "text";
  case SEG_COLUMN_DATE: return "date";
  case SEG_COLUMN_TIMESTAMP: return "timestamp";
  case SEG_COLUMN_ENUM: return "one of a list";
  case SEG_COLUMN_DAY: return "the time of the event";
  case SEG_COLUMN_INSTANT: return "the time of the event";
  }
  assert(!"a column type out of range");
  return "";
}

// The place of a data column in the query; it is added on first use.
static uint32_t query_column(struct seg_duck_source *source, uint32_t column) {
  for (uint32_t i = 0; i < source->column_count; i++)
    if (source->columns[i] == column)
      return i;
  source->columns[source->column_count] = column;
  return source->column_count++;
}

static enum seg_status fail_type(const struct seg_duck_source *source,
                                 const struct seg_target *target, bool unreadable,
                                 struct seg_error *error) {
  SEG_IO_FAIL(error, SEG_BAD_DATA, COLUMN_TYPE,
              "%.*s: column \"%.*s\" holds %s, but the rules %s %s", SEG_STR(source->schema.place),
              SEG_STR(target->name),
              unreadable ? "nested, binary or other values that cannot be read"
                         : family_words[target->reading.family],
              target->is_key ? "use it as" : "declare it as",
              target->is_key ? "a key, which is whole numbers or text" : type_words(target->type));
  seg_error_help(error,
                 "change the declaration, or convert the column in a query: --source "
                 "%.*s=\"select ...\"",
                 SEG_STR(source->binding->source));
  return SEG_BAD_DATA;
}

// Fill column, reading and converter of a target whose name, type and flags are set.
static enum seg_status bind_target(struct seg_duck_source *source, struct seg_target *target,
                                   struct seg_error *error) {
  const struct seg_schema *schema = &source->schema;
  uint32_t column = 0;
  enum seg_status status = seg_schema_find(schema, target->name, &column, error);
  if (status != SEG_OK)
    return status;
  if (schema->unreadable[column])
    return fail_type(source, target, true, error);
  target->reading = schema->readings[column];
  if (target->is_key)
    target->type = target->reading.family == SEG_FAMILY_TEXT ? SEG_COLUMN_TEXT : SEG_COLUMN_INT;
  target->column = query_column(source, column);
  target->native_zone = source->native_zone;
  target->convert = seg_converter_choose(target->reading.family, target->type, target->is_key);
  if (target->convert == NULL)
    return fail_type(source, target, false, error);
  bool moment = target->type == SEG_COLUMN_DAY || target->type == SEG_COLUMN_INSTANT ||
                target->type == SEG_COLUMN_TIMESTAMP;
  if (moment && target->reading.family == SEG_FAMILY_LOCAL && source->native_zone == NULL) {
    SEG_IO_FAIL(error, SEG_BAD_DATA, NO_ZONE,
                "%.*s: column \"%.*s\" holds timestamps without a time zone, and none is declared",
                SEG_STR(schema->place), SEG_STR(target->name));
    seg_error_help(error, "declare the zone they are meant in, such as `at %.*s zone \"UTC\"`",
                   SEG_STR(target->name));
    return SEG_BAD_DATA;
  }
  if (target->type == SEG_COLUMN_ENUM)
    return seg_enum_table_new(&source->arena, target->input, &target->list, error);
  return SEG_OK;
}

static enum seg_status check_declared(const struct seg_duck_source *source,
                                      struct seg_error *error) {
  const struct seg_plan_entity *entity = source->head.entity;
  uint32_t column;
  enum seg_status status = seg_schema_find(&source->schema, entity->key, &column, error);
  if (status == SEG_OK && entity->time.size > 0)
    status = seg_schema_find(&source->schema, entity->time, &column, error);
  for (uint32_t i = 0; status == SEG_OK && i < entity->declared_count; i++)
    status = seg_schema_find(&source->schema, entity->declared[i], &column, error);
  return status;
}

static enum seg_status allocate(struct seg_duck_source *source, struct seg_error *error) {
  const struct seg_plan_entity *entity = source->head.entity;
  struct seg_decode_plan *plan = &source->plan;
  size_t most = (size_t)entity->input_count + 2;
  plan->targets = SEG_NEW_ARRAY(&source->arena, struct seg_target, most);
  plan->input_targets = SEG_NEW_ARRAY(&source->arena, uint32_t, most);
  source->columns = SEG_NEW_ARRAY(&source->arena, uint32_t, most);
  if (plan->targets == NULL || plan->input_targets == NULL || source->columns == NULL)
    return seg_fail_memory(error, "a source");
  return SEG_OK;
}

enum seg_status seg_duck_source_bind(struct seg_duck_source *source, const struct seg_zone *zone,
                                     struct seg_error *error) {
  const struct seg_plan_entity *entity = source->head.entity;
  struct seg_decode_plan *plan = &source->plan;
  enum seg_status status = check_declared(source, error);
  if (status == SEG_OK)
    status = allocate(source, error);
  if (status != SEG_OK)
    return status;
  plan->input_count = entity->input_count;
  plan->has_days = entity->time.size > 0;
  plan->targets[plan->target_count++] = (struct seg_target){
      .name = entity->key, .is_key = true, .optional = true, .personal = entity->key_personal};
  if (plan->has_days)
    plan->targets[plan->target_count++] =
        (struct seg_target){.name = entity->time, .type = SEG_COLUMN_DAY};
  for (uint32_t i = 0; i < entity->input_count; i++) {
    const struct seg_plan_input *input = &entity->inputs[i];
    plan->input_targets[i] = plan->target_count;
    if (input->type == SEG_COLUMN_DAY) {
      assert(plan->has_days);
      plan->input_targets[i] = 1;
      continue;
    }
    plan->targets[plan->target_count++] = (struct seg_target){.name = input->name,
                                                              .type = input->type,
                                                              .scale = input->scale,
                                                              .optional = input->optional,
                                                              .personal = input->personal,
                                                              .input = input};
  }
  for (uint32_t i = 0; status == SEG_OK && i < plan->target_count; i++) {
    plan->targets[i].zone = zone;
    status = bind_target(source, &plan->targets[i], error);
  }
  source->head.key_is_text = plan->targets[0].type == SEG_COLUMN_TEXT;
  return status;
}
