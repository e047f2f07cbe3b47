/**
 * What the footer of a Parquet file says: its columns, and where the values of each lie.
 *
 * Format: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift.
 * Only flat columns are known: those of nested ones are left out. The file is not kept open.
 */
#ifndef SEG_RUNTIME_PARQUET_PARQUET_FILE_H
#define SEG_RUNTIME_PARQUET_PARQUET_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/arena.h"

/** How values lie in the file; numbers of the format. */
enum seg_parquet_type {
  SEG_PARQUET_BOOLEAN = 0,
  SEG_PARQUET_INT32 = 1,
  SEG_PARQUET_INT64 = 2,
  SEG_PARQUET_INT96 = 3,
  SEG_PARQUET_FLOAT = 4,
  SEG_PARQUET_DOUBLE = 5,
  SEG_PARQUET_TEXT = 6, // BYTE_ARRAY
  SEG_PARQUET_FIXED = 7,
};

enum seg_parquet_codec { SEG_PARQUET_PLAIN = 0, SEG_PARQUET_SNAPPY = 1, SEG_PARQUET_GZIP = 2 };

/** Units of timestamps, when the file names one. */
enum seg_parquet_unit {
  SEG_PARQUET_NO_UNIT,
  SEG_PARQUET_MILLISECONDS,
  SEG_PARQUET_MICROSECONDS,
  SEG_PARQUET_NANOSECONDS,
};

/** What values mean, where the file says more than how they lie there. */
enum seg_parquet_meaning {
  SEG_PARQUET_AS_IT_IS,
  SEG_PARQUET_STRING,
  SEG_PARQUET_DECIMAL,
  SEG_PARQUET_DATE,
  SEG_PARQUET_LOCAL_TIME, // a timestamp without a zone
  SEG_PARQUET_INSTANT,
  SEG_PARQUET_INT_8,
  SEG_PARQUET_INT_16,
  SEG_PARQUET_INT_32,
  SEG_PARQUET_INT_64,
  SEG_PARQUET_UINT_8,
  SEG_PARQUET_UINT_16,
  SEG_PARQUET_UINT_32,
  SEG_PARQUET_UINT_64,
  SEG_PARQUET_OTHER, // not known here
};

/** A column of the file, not nested. */
struct seg_parquet_column {
  struct seg_str name; // as it is written
  enum seg_parquet_type type;
  enum seg_parquet_unit unit;
  enum seg_parquet_meaning meaning;
  int64_t precision, scale; // DECIMAL: digits in all, and behind the point
  bool optional;            // values may be missing
  uint32_t place;           // among the columns of a row group
};

/** The values of one column in one row group. */
struct seg_parquet_chunk {
  int64_t offset, size;  // bytes of the file, with the headers of the pages
  int64_t unpacked_size; // as the file says
  enum seg_parquet_codec codec;
  bool readable; // codec and encodings are known here
  /** All values lie between these, says the file: signed numbers of so many bytes each; 0 bytes: it
   * says nothing. Whoever counts on it looks at every value. */
  uint8_t range_bytes;
  int64_t least, most;
};

struct seg_parquet_group {
  int64_t row_count;
  struct seg_parquet_chunk *chunks; // per place
};

struct seg_parquet_file {
  struct seg_str path; // NUL-terminated; borrowed
  int64_t row_count;
  uint32_t column_count;
  struct seg_parquet_column *columns;
  uint32_t chunk_count; // of each group
  uint32_t group_count;
  struct seg_parquet_group *groups;
};

/** False when the file is none that this room can read, or memory is out. What `file` points to
 * lives in the arena. */
SEG_NODISCARD bool seg_parquet_file_read(struct seg_arena *arena, struct seg_str path,
                                         struct seg_parquet_file *file);

#endif
