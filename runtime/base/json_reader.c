// A recursive descent over the text; see json_reader.h.
#include "runtime/base/json_reader.h"

#include <string.h>

#include "runtime/base/vec.h"

enum { DEEPEST = 32 };

struct reader {
  struct seg_arena *arena;
  const char *at, *end;
  unsigned depth;
};

static bool read_value(struct reader *reader, struct seg_json_value *value);

static void skip_blanks(struct reader *reader) {
  while (reader->at < reader->end && strchr(" \t\r\n", *reader->at) != NULL && *reader->at != '\0')
    reader->at++;
}

static bool accept(struct reader *reader, const char *word) {
  size_t size = strlen(word);
  if ((size_t)(reader->end - reader->at) < size || memcmp(reader->at, word, size) != 0)
    return false;
  reader->at += size;
  return true;
}

static bool read_hex(struct reader *reader, uint32_t *code) {
  *code = 0;
  for (int i = 0; i < 4; i++, reader->at++) {
    if (reader->at == reader->end)
      return false;
    char c = *reader->at;
    uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                     : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                     : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                            : 16;
    if (digit == 16)
      return false;
    *code = *code * 16 + digit;
  }
  return true;
}

static size_t put_utf8(char *out, uint32_t code) {
  if (code < 0x80) {
    out[0] = (char)code;
    return 1;
  }
  if (code < 0x800) {
    out[0] = (char)(0xC0 | code >> 6);
    out[1] = (char)(0x80 | (code & 0x3F));
    return 2;
  }
  out[0] = (char)(0xE0 | code >> 12);
  out[1] = (char)(0x80 | (code >> 6 & 0x3F));
  out[2] = (char)(0x80 | (code & 0x3F));
  return 3;
}

// Behind the backslash. The writer escapes control characters only, so there are no surrogates.
static bool read_escape(struct reader *reader, char *out, size_t *size) {
  static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
  if (reader->at == reader->end)
    return false;
  char c = *reader->at++;
  if (c == 'u') {
    uint32_t code;
    if (!read_hex(reader, &code) || (code >= 0xD800 && code < 0xE000))
      return false;
    *size += put_utf8(out + *size, code);
    return true;
  }
  const char *letter = c == '\0' ? NULL : strchr(letters, c);
  if (letter == NULL)
    return false;
  out[(*size)++] = meanings[letter - letters];
  return true;
}

static bool read_text(struct reader *reader, struct seg_str *text) {
  if (!accept(reader, "\""))
    return false;
  const char *end = reader->at;
  while (end < reader->end && *end != '"')
    end += *end == '\\' && end + 1 < reader->end ? 2 : 1;
  char *out = seg_arena_alloc(reader->arena, (size_t)(end - reader->at) + 1);
  size_t size = 0;
  if (out == NULL)
    return false;
  while (reader->at < reader->end && *reader->at != '"') {
    if ((unsigned char)*reader->at < 0x20)
      return false;
    if (*reader->at == '\\') {
      reader->at++;
      if (!read_escape(reader, out, &size))
        return false;
    } else
      out[size++] = *reader->at++;
  }
  *text = (struct seg_str){out, size};
  return accept(reader, "\"");
}

static bool read_integer(struct reader *reader, int64_t *value) {
  bool negative = accept(reader, "-");
  const char *first = reader->at;
  *value = 0;
  for (; reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9'; reader->at++) {
    int64_t digit = *reader->at - '0';
    if (__builtin_mul_overflow(*value, 10, value) ||
        __builtin_add_overflow(*value, negative ? -digit : digit, value))
      return false;
  }
  return reader->at > first && (*first != '0' || reader->at == first + 1);
}

typedef SEG_VEC(struct seg_json_value) json_values;

// Items up to the closing bracket; of an object each with a name.
static bool read_items(struct reader *reader, bool named, const char *close, json_values *items) {
  skip_blanks(reader);
  if (accept(reader, close))
    return true;
  for (;;) {
    struct seg_json_value item = {0};
    skip_blanks(reader);
    if (named) {
      if (!read_text(reader, &item.name))
        return false;
      skip_blanks(reader);
      if (!accept(reader, ":"))
        return false;
    }
    if (!read_value(reader, &item) || !SEG_VEC_PUSH(items, item))
      return false;
    skip_blanks(reader);
    if (accept(reader, close))
      return true;
    if (!accept(reader, ","))
      return false;
  }
}

static bool read_many(struct reader *reader, bool named, const char *close,
                      struct seg_json_value *value) {
  json_values items = {0};
  bool fine = reader->depth < DEEPEST;
  reader->depth++;
  fine = fine && read_items(reader, named, close, &items);
  reader->depth--;
  if (fine) {
    value->kind = named ? SEG_JSON_OBJECT : SEG_JSON_ARRAY;
    value->count = items.count;
    value->items = SEG_NEW_ARRAY(reader->arena, struct seg_json_value, items.count);
    fine = value->items != NULL;
  }
  if (fine && items.count > 0)
    memcpy(value->items, items.items, items.count * sizeof *items.items);
  SEG_VEC_FREE(&items);
  return fine;
}

static bool read_value(struct reader *reader, struct seg_json_value *value) {
  skip_blanks(reader);
  if (reader->at == reader->end)
    return false;
  if (accept(reader, "{"))
    return read_many(reader, true, "}", value);
  if (accept(reader, "["))
    return read_many(reader, false, "]", value);
  if (*reader->at == '"') {
    value->kind = SEG_JSON_TEXT;
    return read_text(reader, &value->text);
  }
  value->kind = SEG_JSON_BOOL;
  value->truth = accept(reader, "true");
  if (value->truth || accept(reader, "false"))
    return true;
  value->kind = SEG_JSON_NULL;
  if (accept(reader, "null"))
    return true;
  value->kind = SEG_JSON_INTEGER;
  return read_integer(reader, &value->integer);
}

struct seg_json_value *seg_json_read(struct seg_arena *arena, struct seg_str text) {
  struct reader reader = {.arena = arena, .at = text.data, .end = text.data + text.size};
  struct seg_json_value *value = SEG_NEW(arena, struct seg_json_value);
  if (value == NULL || !read_value(&reader, value))
    return NULL;
  skip_blanks(&reader);
  return reader.at == reader.end ? value : NULL;
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
