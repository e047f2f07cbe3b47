/**
 * Thrift's compact protocol, as much of it as Parquet's headers need; private to this room.
 *
 * Format: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md. Fields
 * of a struct are written in rising order of their numbers.
 */
#ifndef SEG_RUNTIME_IO_THRIFT_H
#define SEG_RUNTIME_IO_THRIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/str.h"

enum seg_thrift_type {
  SEG_THRIFT_I32 = 5,
  SEG_THRIFT_I64 = 6,
  SEG_THRIFT_BINARY = 8,
  SEG_THRIFT_LIST = 9,
  SEG_THRIFT_STRUCT = 12,
};

enum { SEG_THRIFT_DEPTH = 8 };

struct seg_thrift {
  unsigned char *bytes;
  size_t count, capacity;
  unsigned depth;
  int last[SEG_THRIFT_DEPTH]; // the number of the last field, of each struct that is open
  bool failed;                // memory is out
};

void seg_thrift_init(struct seg_thrift *thrift);
void seg_thrift_deinit(struct seg_thrift *thrift);

/** One struct is open from the beginning; seg_thrift_end closes the innermost. */
void seg_thrift_end(struct seg_thrift *thrift);
void seg_thrift_integer(struct seg_thrift *thrift, int field, enum seg_thrift_type type,
                        int64_t value);
void seg_thrift_text(struct seg_thrift *thrift, int field, struct seg_str text);
void seg_thrift_struct(struct seg_thrift *thrift, int field);
void seg_thrift_list(struct seg_thrift *thrift, int field, enum seg_thrift_type items,
                     size_t count);
/** Items of a list. A struct is closed with seg_thrift_end. */
void seg_thrift_item_struct(struct seg_thrift *thrift);
void seg_thrift_item_integer(struct seg_thrift *thrift, int64_t value);
void seg_thrift_item_text(struct seg_thrift *thrift, struct seg_str text);

#endif
