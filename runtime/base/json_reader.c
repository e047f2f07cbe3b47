// Parsed by jansson, copied into the arena; see json_reader.h.
#include "runtime/base/json_reader.h"

#include <jansson.h>

enum { DEEPEST = 32 };

/** Where the values go. */
struct copying {
  struct seg_arena *arena;
  bool out_of_memory;
  unsigned depth;
};

static bool copy_value(struct copying *copying, json_t *from, struct seg_json_value *to);

static bool copy_text(struct copying *copying, const char *data, size_t size, struct seg_str *to) {
  *to = seg_arena_str(copying->arena, (struct seg_str){data, size});
  copying->out_of_memory = copying->out_of_memory || to->data == NULL;
  return to->data != NULL;
}

static bool copy_items(struct copying *copying, json_t *from, struct seg_json_value *to) {
  bool is_object = json_is_object(from);
  to->kind = is_object ? SEG_JSON_OBJECT : SEG_JSON_ARRAY;
  to->count = is_object ? json_object_size(from) : json_array_size(from);
  to->items = SEG_NEW_ARRAY(copying->arena, struct seg_json_value, to->count);
  copying->out_of_memory = to->items == NULL;
  if (to->items == NULL || copying->depth == DEEPEST)
    return false;
  bool fine = true;
  copying->depth++;
  for (size_t i = 0; fine && !is_object && i < to->count; i++)
    fine = copy_value(copying, json_array_get(from, i), &to->items[i]);
  void *member = json_object_iter(from);
  for (size_t i = 0; fine && member != NULL; i++, member = json_object_iter_next(from, member))
    fine = copy_text(copying, json_object_iter_key(member), json_object_iter_key_len(member),
                     &to->items[i].name) &&
           copy_value(copying, json_object_iter_value(member), &to->items[i]);
  copying->depth--;
  return fine;
}

static bool copy_value(struct copying *copying, json_t *from, struct seg_json_value *to) {
  switch (json_typeof(from)) {
  case JSON_OBJECT:
  case JSON_ARRAY: return copy_items(copying, from, to);
  case JSON_STRING:
    to->kind = SEG_JSON_TEXT;
    return copy_text(copying, json_string_value(from), json_string_length(from), &to->text);
  case JSON_INTEGER:
    to->kind = SEG_JSON_INTEGER;
    to->integer = json_integer_value(from);
    return true;
  case JSON_TRUE:
  case JSON_FALSE:
    to->kind = SEG_JSON_BOOL;
    to->truth = json_is_true(from);
    return true;
  case JSON_NULL: to->kind = SEG_JSON_NULL; return true;
  case JSON_REAL: return false;
  }
  return false;
}

enum seg_status seg_json_read(struct seg_arena *arena, struct seg_str text,
                              struct seg_json_value **value) {
  struct copying copying = {.arena = arena};
  json_error_t error;
  json_t *parsed = json_loadb(text.data, text.size,
                              JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
  if (parsed == NULL)
    return json_error_code(&error) == json_error_out_of_memory ? SEG_OUT_OF_MEMORY : SEG_BAD_DATA;
  *value = SEG_NEW(arena, struct seg_json_value);
  copying.out_of_memory = *value == NULL;
  bool fine = *value != NULL && copy_value(&copying, parsed, *value);
  json_decref(parsed);
  if (copying.out_of_memory)
    return SEG_OUT_OF_MEMORY;
  return fine ? SEG_OK : SEG_BAD_DATA;
}

struct seg_json_value *seg_json_take(struct seg_json_value *object, const char *name) {
  if (object == NULL || object->kind != SEG_JSON_OBJECT)
    return NULL;
  for (size_t i = 0; i < object->count; i++) {
    struct seg_json_value *item = &object->items[i];
    if (!item->taken && seg_str_is(item->name, name)) {
      item->taken = true;
      return item;
    }
  }
  return NULL;
}

const struct seg_json_value *seg_json_left_over(const struct seg_json_value *object) {
  for (size_t i = 0; i < object->count; i++)
    if (!object->items[i].taken)
      return &object->items[i];
  return NULL;
}
