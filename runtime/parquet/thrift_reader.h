/**
 * Reading Thrift's compact protocol, as much of it as the headers of Parquet files need.
 *
 * Format: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md. Fields
 * that nobody asks for are skipped. After a failure every call says that there is nothing more.
 *
 *   while (seg_thrift_next(&reader, &field))
 *     switch (field.number) {
 *     case 1: rows = seg_thrift_read_integer(&reader, &field); break;
 *     default: seg_thrift_skip(&reader, &field);
 *     }
 */
#ifndef SEG_RUNTIME_PARQUET_THRIFT_READER_H
#define SEG_RUNTIME_PARQUET_THRIFT_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/str.h"

struct seg_thrift_reader {
  const uint8_t *at, *end;
  bool failed;  // what was read so far means nothing
  bool cut_off; // because the bytes ended: more of them may help
  unsigned depth;
};

struct seg_thrift_field {
  int32_t number;
  uint8_t type; // as the protocol numbers them
};

void seg_thrift_reader_init(struct seg_thrift_reader *reader, const uint8_t *bytes, size_t size);

/** The next field of the present struct; zero-initialise `field` at its beginning. False at the end
 * of the struct, and after a failure. */
bool seg_thrift_next(struct seg_thrift_reader *reader, struct seg_thrift_field *field);

/** The value of the field; a value of another type is a failure. */
int64_t seg_thrift_read_integer(struct seg_thrift_reader *reader,
                                const struct seg_thrift_field *field);
bool seg_thrift_read_bool(struct seg_thrift_reader *reader, const struct seg_thrift_field *field);
struct seg_str seg_thrift_read_text(struct seg_thrift_reader *reader,
                                    const struct seg_thrift_field *field);

/** A struct's fields come next, until seg_thrift_next says false. */
void seg_thrift_enter(struct seg_thrift_reader *reader, const struct seg_thrift_field *field);

/** How many items come next, which `item` is the type of: integers, texts and structs are read with
 * the calls above and `item`. At least a byte an item is left. */
size_t seg_thrift_read_list(struct seg_thrift_reader *reader, const struct seg_thrift_field *field,
                            struct seg_thrift_field *item);

void seg_thrift_skip(struct seg_thrift_reader *reader, const struct seg_thrift_field *field);

#endif
