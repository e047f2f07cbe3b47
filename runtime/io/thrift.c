// Integers of seven bits a byte, fields by their distance from the one before; see thrift.h.
#include "runtime/io/thrift.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void put(struct seg_thrift *thrift, const void *bytes, size_t count) {
  if (thrift->count + count > thrift->capacity && !thrift->failed) {
    size_t capacity = 2 * (thrift->count + count) + 256;
    unsigned char *grown = realloc(thrift->bytes, capacity);
    thrift->failed = grown == NULL;
    if (grown != NULL) {
      thrift->bytes = grown;
      thrift->capacity = capacity;
    }
  }
  if (thrift->failed || count == 0)
    return;
  memcpy(thrift->bytes + thrift->count, bytes, count);
  thrift->count += count;
}

static void put_byte(struct seg_thrift *thrift, unsigned value) {
  unsigned char byte = (unsigned char)value;
  put(thrift, &byte, 1);
}

static void put_varint(struct seg_thrift *thrift, uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    put_byte(thrift, (unsigned)(value & 0x7f) | 0x80);
  put_byte(thrift, (unsigned)value);
}

static void put_field(struct seg_thrift *thrift, int field, enum seg_thrift_type type) {
  int *last = &thrift->last[thrift->depth];
  assert(field > *last && field - *last < 16);
  put_byte(thrift, (unsigned)(field - *last) << 4 | (unsigned)type);
  *last = field;
}

void seg_thrift_init(struct seg_thrift *thrift) {
  *thrift = (struct seg_thrift){0};
}

void seg_thrift_deinit(struct seg_thrift *thrift) {
  free(thrift->bytes);
  *thrift = (struct seg_thrift){0};
}

void seg_thrift_end(struct seg_thrift *thrift) {
  put_byte(thrift, 0);
  if (thrift->depth > 0)
    thrift->depth--;
}

void seg_thrift_item_integer(struct seg_thrift *thrift, int64_t value) {
  put_varint(thrift, (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0));
}

void seg_thrift_integer(struct seg_thrift *thrift, int field, enum seg_thrift_type type,
                        int64_t value) {
  put_field(thrift, field, type);
  seg_thrift_item_integer(thrift, value);
}

void seg_thrift_item_text(struct seg_thrift *thrift, struct seg_str text) {
  put_varint(thrift, text.size);
  put(thrift, text.data, text.size);
}

void seg_thrift_text(struct seg_thrift *thrift, int field, struct seg_str text) {
  put_field(thrift, field, SEG_THRIFT_BINARY);
  seg_thrift_item_text(thrift, text);
}

void seg_thrift_item_struct(struct seg_thrift *thrift) {
  assert(thrift->depth + 1 < SEG_THRIFT_DEPTH);
  thrift->last[++thrift->depth] = 0;
}

void seg_thrift_struct(struct seg_thrift *thrift, int field) {
  put_field(thrift, field, SEG_THRIFT_STRUCT);
  seg_thrift_item_struct(thrift);
}

void seg_thrift_list(struct seg_thrift *thrift, int field, enum seg_thrift_type items,
                     size_t count) {
  put_field(thrift, field, SEG_THRIFT_LIST);
  if (count < 15) {
    put_byte(thrift, (unsigned)count << 4 | (unsigned)items);
    return;
  }
  put_byte(thrift, 0xf0U | (unsigned)items);
  put_varint(thrift, count);
}
