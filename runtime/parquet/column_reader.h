/**
 * Column reader: the values of one column of a Parquet file, in stretches of rows.
 *
 * A reader stands at a row of a row group and gives the next rows, page by page, as codes into the
 * group's dictionary or as values. Its buffers are reused from page to page. One thread each.
 */
#ifndef SEG_RUNTIME_PARQUET_COLUMN_READER_H
#define SEG_RUNTIME_PARQUET_COLUMN_READER_H

#include "runtime/parquet/delta.h"
#include "runtime/parquet/hybrid.h"
#include "runtime/parquet/parquet_file.h"
#include "runtime/parquet/parquet_page.h"
#include "runtime/parquet/shared_pages.h"

enum { SEG_PARQUET_STRETCH = 2048 }; // rows, at most

/** Consecutive rows. Valid until the next call, what texts point to until seg_column_reader_keep or
 * seg_column_reader_seek. */
struct seg_parquet_stretch {
  uint32_t rows;
  const uint64_t *known; // a bit a row; NULL: none is missing
  /** Per row its place in the dictionary, or that of the count behind the last where it is missing;
   * NULL: `values`. */
  const uint32_t *codes;
  /** Per row: uint8_t (BOOLEAN), int32_t, int64_t, float, double, struct seg_str; of rows that are
   * missing 0. They may lie in the page. */
  const void *values;
};

struct seg_byte_buffer {
  uint8_t *bytes;
  size_t capacity;
};

struct seg_parquet_dictionary {
  uint64_t generation; // another one: other values
  uint32_t count;
  const void *values; // as in a stretch
  struct seg_byte_buffer page;
  struct seg_str *texts; // of TEXT
  size_t text_capacity;
};

enum seg_reader_result {
  SEG_READER_FINE,
  SEG_READER_DAMAGED,    // the file is not what its footer says
  SEG_READER_BAD_TEXT,   // a text is not UTF-8
  SEG_READER_UNREADABLE, // the system cannot read the file
  SEG_READER_NO_MEMORY,
};

struct seg_column_reader {
  int descriptor; // of the file; borrowed
  const struct seg_parquet_column *column;
  const struct seg_parquet_chunk *chunk;
  int64_t row, row_count; // of the group: next one, all
  int64_t offset;         // of the next page in the file
  struct seg_byte_buffer window;
  int64_t window_offset;
  size_t window_size;
  struct seg_shared_pages *shared; // by all threads that read the group; NULL: none
  /* The present page: */
  struct seg_byte_buffer page; // where it is unpacked, unless it is shared
  const uint8_t *page_bytes;
  struct seg_byte_buffer *kept; // pages before it that texts point to
  size_t kept_count, kept_capacity;
  uint32_t left; // rows
  bool has_levels, is_coded, is_rle, is_delta, is_split;
  struct seg_hybrid levels, codes;
  struct seg_delta differences;
  const uint8_t *at, *end; // plain values
  size_t split_count;      // bytes from one byte of a value to the next, where they are split
  uint32_t bit;            // BOOLEAN: of the next value in *at
  struct seg_parquet_dictionary dictionary;
  struct seg_parquet_stretch stretch;
  uint64_t *known; // room for a stretch of each
  uint32_t *row_codes;
  uint32_t *dense_codes;
  void *values;
  void *dense;
};

/** Zero bytes are a reader that was never used. */
void seg_column_reader_deinit(struct seg_column_reader *reader);

/** Go to a row of a row group. Where the reader stands before that row in the same group, it goes
 * on from there. `shared`, of the column in the group, is NULL when no other thread reads it; it is
 * not for TEXT, whose values point into pages. */
SEG_NODISCARD enum seg_reader_result seg_column_reader_seek(
    struct seg_column_reader *reader, int descriptor, const struct seg_parquet_column *column,
    const struct seg_parquet_group *group, int64_t row, struct seg_shared_pages *shared);

/** At most `most` rows of the group, at least one; there must be one. */
SEG_NODISCARD enum seg_reader_result seg_column_reader_next(struct seg_column_reader *reader,
                                                            uint32_t most);

/** A reader that has given all rows of its group lends its buffers to the next one, which has none:
 * what is read column by column goes through memory that is still in the cache. Of shared pages the
 * bytes of the file are lent as soon as all of them are unpacked. */
void seg_column_reader_lend(struct seg_column_reader *from, struct seg_column_reader *to);

/** Texts that were handed out are no longer needed. */
void seg_column_reader_release(struct seg_column_reader *reader);

#endif
