/**
 * The header of a page: how many values come, how they are written and packed.
 */
#ifndef SEG_RUNTIME_PARQUET_PARQUET_PAGE_H
#define SEG_RUNTIME_PARQUET_PARQUET_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/parquet/parquet_file.h"

/** Ways of writing values; numbers of the format. */
enum seg_parquet_encoding {
  SEG_ENCODING_PLAIN = 0,
  SEG_ENCODING_PLAIN_DICTIONARY = 2,
  SEG_ENCODING_RLE = 3,
  SEG_ENCODING_BIT_PACKED = 4,
  SEG_ENCODING_DELTA = 5, // whole numbers as differences
  SEG_ENCODING_RLE_DICTIONARY = 8,
  SEG_ENCODING_SPLIT = 9, // BYTE_STREAM_SPLIT: the first bytes of all values, then the second ones
};

enum seg_parquet_page_kind { SEG_PAGE_DATA, SEG_PAGE_DICTIONARY, SEG_PAGE_DATA_V2, SEG_PAGE_OTHER };

struct seg_parquet_page {
  enum seg_parquet_page_kind kind;
  uint32_t header_size;         // bytes
  uint32_t size, unpacked_size; // bytes behind the header, in the file and unpacked
  uint32_t count;               // values, missing ones too
  int32_t encoding;             // of the values
  int32_t level_encoding;       // of the levels in front of them; SEG_PAGE_DATA
  uint32_t level_size;          // bytes of the levels, which are never packed; SEG_PAGE_DATA_V2
  bool is_packed;               // by the codec of the chunk
  bool has_checksum;
  uint32_t checksum; // that of gzip, of the bytes behind the header as they are in the file
};

enum seg_page_result { SEG_PAGE_FINE, SEG_PAGE_CUT_OFF, SEG_PAGE_BAD };

/** SEG_PAGE_CUT_OFF: the header goes on behind `size` bytes. */
enum seg_page_result seg_parquet_page_read(const uint8_t *bytes, size_t size,
                                           struct seg_parquet_page *page);

/** Unpack `from` to exactly `to_size` bytes; false when that is not what it holds. */
bool seg_parquet_unpack(enum seg_parquet_codec codec, const uint8_t *from, size_t from_size,
                        uint8_t *to, size_t to_size);

/** Can a page of `size` bytes hold `unpacked_size` bytes at all? Keeps damaged sizes small. */
bool seg_parquet_may_unpack(enum seg_parquet_codec codec, size_t size, size_t unpacked_size);

#endif
