// Thrift's compact protocol; see thrift_reader.h.
#include "runtime/parquet/thrift_reader.h"

enum {
  STOP = 0,
  BOOL_TRUE = 1,
  BOOL_FALSE = 2,
  BYTE = 3,
  I16 = 4,
  I32 = 5,
  I64 = 6,
  DOUBLE = 7,
  BINARY = 8,
  LIST = 9,
  SET = 10,
  MAP = 11,
  STRUCT = 12,
  DEEPEST = 32, // structs and lists in each other
};

void seg_thrift_reader_init(struct seg_thrift_reader *reader, const uint8_t *bytes, size_t size) {
  *reader = (struct seg_thrift_reader){.at = bytes, .end = bytes + size};
}

static void fail(struct seg_thrift_reader *reader) {
  reader->failed = true;
  reader->at = reader->end;
}

static bool has(struct seg_thrift_reader *reader, uint64_t bytes) {
  if (!reader->failed && (uint64_t)(reader->end - reader->at) >= bytes)
    return true;
  reader->cut_off = reader->cut_off || !reader->failed;
  fail(reader);
  return false;
}

static uint8_t read_byte(struct seg_thrift_reader *reader) {
  return has(reader, 1) ? *reader->at++ : 0;
}

static uint64_t read_varint(struct seg_thrift_reader *reader) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    uint8_t byte = read_byte(reader);
    value |= (uint64_t)(byte & 0x7f) << shift;
    if (byte < 0x80)
      return value;
  }
  fail(reader);
  return 0;
}

// Signed numbers are written with the sign as the last bit.
static int64_t read_signed(struct seg_thrift_reader *reader) {
  uint64_t value = read_varint(reader);
  return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

bool seg_thrift_next(struct seg_thrift_reader *reader, struct seg_thrift_field *field) {
  uint8_t head = read_byte(reader);
  if (reader->failed)
    return false;
  field->type = head & 15;
  if (field->type == STOP) {
    reader->depth -= reader->depth > 0;
    return false;
  }
  int64_t number = head >> 4 != 0 ? field->number + (head >> 4) : read_signed(reader);
  if (number < INT16_MIN || number > INT16_MAX)
    fail(reader);
  field->number = (int32_t)number;
  return !reader->failed;
}

int64_t seg_thrift_read_integer(struct seg_thrift_reader *reader,
                                const struct seg_thrift_field *field) {
  if (field->type == BYTE)
    return (int8_t)read_byte(reader);
  if (field->type == I16 || field->type == I32 || field->type == I64)
    return read_signed(reader);
  fail(reader);
  return 0;
}

bool seg_thrift_read_bool(struct seg_thrift_reader *reader, const struct seg_thrift_field *field) {
  if (field->type != BOOL_TRUE && field->type != BOOL_FALSE)
    fail(reader);
  return field->type == BOOL_TRUE;
}

struct seg_str seg_thrift_read_text(struct seg_thrift_reader *reader,
                                    const struct seg_thrift_field *field) {
  if (field->type != BINARY)
    fail(reader);
  uint64_t size = read_varint(reader);
  if (!has(reader, size))
    return (struct seg_str){"", 0};
  struct seg_str text = {(const char *)reader->at, (size_t)size};
  reader->at += size;
  return text;
}

static void deeper(struct seg_thrift_reader *reader) {
  if (++reader->depth > DEEPEST)
    fail(reader);
}

void seg_thrift_enter(struct seg_thrift_reader *reader, const struct seg_thrift_field *field) {
  if (field->type != STRUCT)
    fail(reader);
  deeper(reader);
}

size_t seg_thrift_read_list(struct seg_thrift_reader *reader, const struct seg_thrift_field *field,
                            struct seg_thrift_field *item) {
  if (field->type != LIST && field->type != SET)
    fail(reader);
  uint8_t head = read_byte(reader);
  uint64_t count = head >> 4 == 15 ? read_varint(reader) : head >> 4;
  *item = (struct seg_thrift_field){.type = head & 15};
  return has(reader, count) ? (size_t)count : 0;
}

static void skip_struct(struct seg_thrift_reader *reader, const struct seg_thrift_field *field);

// In a list, unlike in a field, a truth value takes a byte.
static void skip_item(struct seg_thrift_reader *reader, const struct seg_thrift_field *item) {
  if (item->type == BOOL_TRUE || item->type == BOOL_FALSE)
    (void)read_byte(reader);
  else
    seg_thrift_skip(reader, item);
}

static void skip_list(struct seg_thrift_reader *reader, const struct seg_thrift_field *field) {
  struct seg_thrift_field item;
  size_t count = seg_thrift_read_list(reader, field, &item);
  deeper(reader);
  for (size_t i = 0; i < count && !reader->failed; i++)
    skip_item(reader, &item);
  reader->depth--;
}

static void skip_map(struct seg_thrift_reader *reader) {
  uint64_t count = read_varint(reader);
  uint8_t types = count > 0 ? read_byte(reader) : 0;
  struct seg_thrift_field key = {.type = types >> 4}, value = {.type = types & 15};
  deeper(reader);
  for (uint64_t i = 0; i < count && !reader->failed; i++) {
    skip_item(reader, &key);
    skip_item(reader, &value);
  }
  reader->depth--;
}

static void skip_struct(struct seg_thrift_reader *reader, const struct seg_thrift_field *field) {
  struct seg_thrift_field inner = {0};
  seg_thrift_enter(reader, field);
  while (seg_thrift_next(reader, &inner))
    seg_thrift_skip(reader, &inner);
}

void seg_thrift_skip(struct seg_thrift_reader *reader, const struct seg_thrift_field *field) {
  switch (field->type) {
  case BOOL_TRUE:
  case BOOL_FALSE: return;
  case BYTE: (void)read_byte(reader); return;
  case I16:
  case I32:
  case I64: (void)read_varint(reader); return;
  case DOUBLE:
    if (has(reader, sizeof(double)))
      reader->at += sizeof(double);
    return;
  case BINARY: (void)seg_thrift_read_text(reader, field); return;
  case LIST:
  case SET: skip_list(reader, field); return;
  case MAP: skip_map(reader); return;
  case STRUCT: skip_struct(reader, field); return;
  default: fail(reader);
  }
}
