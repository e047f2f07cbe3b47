// Page headers and codecs; see parquet_page.h.
#include "runtime/parquet/parquet_page.h"

#include <snappy-c.h>
#include <string.h>
#include <zlib.h>

#include "runtime/parquet/thrift_reader.h"

// A number that must not be negative nor beyond 31 bits.
static uint32_t read_size(struct seg_thrift_reader *reader, const struct seg_thrift_field *field,
                          bool *bad) {
  int64_t value = seg_thrift_read_integer(reader, field);
  *bad = *bad || value < 0 || value > INT32_MAX;
  return (uint32_t)value;
}

// Of a page of data (version 1) or of a dictionary, which has no levels.
static void read_plain(struct seg_thrift_reader *reader, const struct seg_thrift_field *field,
                       bool has_levels, struct seg_parquet_page *page, bool *bad) {
  struct seg_thrift_field inner = {0};
  seg_thrift_enter(reader, field);
  while (seg_thrift_next(reader, &inner)) {
    if (inner.number == 1)
      page->count = read_size(reader, &inner, bad);
    else if (inner.number == 2)
      page->encoding = (int32_t)read_size(reader, &inner, bad);
    else if (inner.number == 3 && has_levels)
      page->level_encoding = (int32_t)read_size(reader, &inner, bad);
    else
      seg_thrift_skip(reader, &inner);
  }
}

static void read_data_v2(struct seg_thrift_reader *reader, const struct seg_thrift_field *field,
                         struct seg_parquet_page *page, bool *bad) {
  struct seg_thrift_field inner = {0};
  seg_thrift_enter(reader, field);
  while (seg_thrift_next(reader, &inner)) {
    switch (inner.number) {
    case 1: page->count = read_size(reader, &inner, bad); break;
    case 4: page->encoding = (int32_t)read_size(reader, &inner, bad); break;
    case 5: page->level_size = read_size(reader, &inner, bad); break;
    case 6: *bad = *bad || read_size(reader, &inner, bad) != 0; break; // of nested columns only
    case 7: page->is_packed = seg_thrift_read_bool(reader, &inner); break;
    default: seg_thrift_skip(reader, &inner);
    }
  }
  *bad = *bad || page->level_size > page->size || page->level_size > page->unpacked_size;
}

enum seg_page_result seg_parquet_page_read(const uint8_t *bytes, size_t size,
                                           struct seg_parquet_page *page) {
  enum { KIND = 1, UNPACKED = 2, SIZE = 3, CHECKSUM = 4, DATA = 5, DICTIONARY = 7, DATA_V2 = 8 };
  static const enum seg_parquet_page_kind kinds[] = {SEG_PAGE_DATA, SEG_PAGE_OTHER,
                                                     SEG_PAGE_DICTIONARY, SEG_PAGE_DATA_V2};
  struct seg_thrift_reader reader;
  struct seg_thrift_field field = {0};
  bool bad = false;
  uint32_t kind = UINT32_MAX;
  *page = (struct seg_parquet_page){.kind = SEG_PAGE_OTHER, .is_packed = true, .encoding = -1};
  seg_thrift_reader_init(&reader, bytes, size);
  while (seg_thrift_next(&reader, &field)) {
    switch (field.number) {
    case KIND: kind = read_size(&reader, &field, &bad); break;
    case UNPACKED: page->unpacked_size = read_size(&reader, &field, &bad); break;
    case SIZE: page->size = read_size(&reader, &field, &bad); break;
    case CHECKSUM:
      page->has_checksum = true;
      page->checksum = (uint32_t)seg_thrift_read_integer(&reader, &field);
      break;
    case DICTIONARY: read_plain(&reader, &field, false, page, &bad); break;
    case DATA: read_plain(&reader, &field, true, page, &bad); break;
    case DATA_V2: read_data_v2(&reader, &field, page, &bad); break;
    default: seg_thrift_skip(&reader, &field);
    }
  }
  if (reader.cut_off)
    return SEG_PAGE_CUT_OFF;
  if (reader.failed || bad || kind == UINT32_MAX)
    return SEG_PAGE_BAD;
  page->header_size = (uint32_t)(reader.at - bytes);
  page->kind = kind < sizeof kinds / sizeof *kinds ? kinds[kind] : SEG_PAGE_OTHER;
  return SEG_PAGE_FINE;
}

static bool unpack_gzip(const uint8_t *from, size_t from_size, uint8_t *to, size_t to_size) {
  enum { GZIP_OR_ZLIB = 32 };
  z_stream stream = {.next_in = (Bytef *)(uintptr_t)from,
                     .avail_in = (uInt)from_size,
                     .next_out = to,
                     .avail_out = (uInt)to_size};
  if (inflateInit2(&stream, MAX_WBITS + GZIP_OR_ZLIB) != Z_OK)
    return false;
  bool fine = inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_out == 0;
  return inflateEnd(&stream) == Z_OK && fine;
}

static bool unpack_snappy(const uint8_t *from, size_t from_size, uint8_t *to, size_t to_size) {
  size_t size = to_size; // room in, what came out
  return snappy_uncompress((const char *)from, from_size, (char *)to, &size) == SNAPPY_OK &&
         size == to_size;
}

bool seg_parquet_unpack(enum seg_parquet_codec codec, const uint8_t *from, size_t from_size,
                        uint8_t *to, size_t to_size) {
  switch (codec) {
  case SEG_PARQUET_PLAIN:
    if (from_size == to_size)
      memcpy(to, from, to_size);
    return from_size == to_size;
  case SEG_PARQUET_SNAPPY: return unpack_snappy(from, from_size, to, to_size);
  case SEG_PARQUET_GZIP: return unpack_gzip(from, from_size, to, to_size);
  }
  return false;
}

bool seg_parquet_may_unpack(enum seg_parquet_codec codec, size_t size, size_t unpacked_size) {
  // The longest copy of Snappy makes 64 bytes of 3; deflate makes at most 1,032 of one.
  static const size_t most[] = {
      [SEG_PARQUET_PLAIN] = 1, [SEG_PARQUET_SNAPPY] = 22, [SEG_PARQUET_GZIP] = 1032};
  return unpacked_size <= (size + 1) * most[codec];
}
