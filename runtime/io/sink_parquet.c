// Parquet by hand; see sink_parquet.h. Format: https://parquet.apache.org/docs/file-format/
//
// A file is groups of rows, a group a chunk a column, a chunk pages of values; behind them the
// footer says where everything lies. Numbers are little-endian, as in memory.
#include "runtime/io/sink_parquet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/vec.h"
#include "runtime/io/delta_packed.h"
#include "runtime/io/sink_stream.h"
#include "runtime/io/thrift.h"
#include "runtime/parquet/page_checksum.h"

enum {
  KEY_PAGE_ROWS = 1 << 16,
  // Numbers of the format
  TYPE_BOOLEAN = 0,
  TYPE_INT64 = 2,
  TYPE_BYTE_ARRAY = 6,
  ENCODING_PLAIN = 0,
  ENCODING_RLE = 3,
  ENCODING_DELTA = 5,
  ENCODING_DICTIONARY = 8,
  PAGE_DATA = 0,
  PAGE_DICTIONARY = 2,
};

static const char magic[4] = {'P', 'A', 'R', '1'};

struct chunk {
  int64_t dictionary_at, data_at, end; // bytes of the file; dictionary_at 0: without
  bool is_packed;                      // numbers as differences
};

struct seg_sink_parquet {
  struct seg_sink_stream file;
  const struct seg_result_view *result; // what is being put; before and behind that only names
  int64_t rows;                         // that were put
  int64_t at;                           // bytes written
  unsigned char *room;                  // of a page of winners, or of packed keys
  int64_t *counted;                     // a page of keys that nobody has written down
  uint32_t column_count;
  SEG_VEC(struct chunk) chunks; // [group][column]
  enum seg_sink_parquet_outcome outcome;
};

static void put(struct seg_sink_parquet *writer, const void *bytes, size_t count) {
  if (count == 0 || writer->outcome != SEG_SINK_PARQUET_DONE)
    return;
  seg_sink_stream_put(&writer->file, bytes, count);
  if (writer->file.reason != 0)
    writer->outcome = SEG_SINK_PARQUET_FAILED;
  writer->at += (int64_t)count;
}

static void put_thrift(struct seg_sink_parquet *writer, struct seg_thrift *thrift) {
  if (thrift->failed && writer->outcome == SEG_SINK_PARQUET_DONE)
    writer->outcome = SEG_SINK_PARQUET_MEMORY;
  put(writer, thrift->bytes, thrift->count);
  seg_thrift_deinit(thrift);
}

static void put_text(struct seg_sink_parquet *writer, struct seg_str text) {
  uint32_t size = (uint32_t)text.size;
  put(writer, &size, sizeof size);
  put(writer, text.data, text.size);
}

/** What a page holds: its bytes and their checksum. */
struct page {
  size_t bytes;
  uint32_t checksum;
};

static void add_bytes(struct page *page, const void *bytes, size_t count) {
  page->bytes += count;
  page->checksum = seg_page_checksum(page->checksum, bytes, count);
}

static void add_text(struct page *page, struct seg_str text) {
  uint32_t size = (uint32_t)text.size;
  add_bytes(page, &size, sizeof size);
  if (text.size > 0)
    add_bytes(page, text.data, text.size);
}

static void put_page_header(struct seg_sink_parquet *writer, int type, const struct page *page,
                            int64_t values, int encoding) {
  struct seg_thrift header;
  seg_thrift_init(&header);
  seg_thrift_integer(&header, 1, SEG_THRIFT_I32, type);
  seg_thrift_integer(&header, 2, SEG_THRIFT_I32, (int64_t)page->bytes);
  seg_thrift_integer(&header, 3, SEG_THRIFT_I32, (int64_t)page->bytes); // not compressed
  seg_thrift_integer(&header, 4, SEG_THRIFT_I32, (int32_t)page->checksum);
  seg_thrift_struct(&header, type == PAGE_DATA ? 5 : 7);
  seg_thrift_integer(&header, 1, SEG_THRIFT_I32, values);
  seg_thrift_integer(&header, 2, SEG_THRIFT_I32, encoding);
  if (type == PAGE_DATA) {
    seg_thrift_integer(&header, 3, SEG_THRIFT_I32, ENCODING_RLE);
    seg_thrift_integer(&header, 4, SEG_THRIFT_I32, ENCODING_RLE);
  }
  seg_thrift_end(&header);
  seg_thrift_end(&header);
  put_thrift(writer, &header);
}

// Chunks

static void put_page(struct seg_sink_parquet *writer, const void *bytes, size_t size,
                     int64_t values, int encoding) {
  struct page page = {0};
  add_bytes(&page, bytes, size);
  put_page_header(writer, PAGE_DATA, &page, values, encoding);
  put(writer, bytes, size);
}

static const int64_t *count_keys(const struct seg_sink_parquet *writer, int64_t first,
                                 int64_t count) {
  uint64_t key = (uint64_t)writer->result->first_key + (uint64_t)first;
  for (int64_t i = 0; i < count; i++)
    writer->counted[i] = (int64_t)(key + (uint64_t)i);
  return writer->counted;
}

// Keys that are anything but random take less as differences, and most take next to nothing.
static void put_numbers(struct seg_sink_parquet *writer, const int64_t *numbers, int64_t first,
                        int64_t rows, struct chunk *chunk) {
  for (int64_t at = 0; at < rows; at += KEY_PAGE_ROWS) {
    int64_t count = rows - at < KEY_PAGE_ROWS ? rows - at : KEY_PAGE_ROWS;
    const int64_t *from =
        numbers == NULL ? count_keys(writer, first + at, count) : numbers + first + at;
    size_t plain = (size_t)count * sizeof *from, packed = plain;
    if (at == 0 || chunk->is_packed)
      packed = seg_delta_packed_write(from, count, writer->room);
    if (at == 0)
      chunk->is_packed = packed < plain;
    if (chunk->is_packed)
      put_page(writer, writer->room, packed, count, ENCODING_DELTA);
    else
      put_page(writer, from, plain, count, ENCODING_PLAIN);
  }
}

static void put_texts(struct seg_sink_parquet *writer, const struct seg_str *texts, int64_t first,
                      int64_t rows) {
  for (int64_t end = first + rows; first < end; first += KEY_PAGE_ROWS) {
    int64_t count = end - first < KEY_PAGE_ROWS ? end - first : KEY_PAGE_ROWS;
    struct page page = {0};
    for (int64_t i = 0; i < count; i++)
      add_text(&page, texts[first + i]);
    put_page_header(writer, PAGE_DATA, &page, count, ENCODING_PLAIN);
    for (int64_t i = 0; i < count; i++)
      put_text(writer, texts[first + i]);
  }
}

static void put_members(struct seg_sink_parquet *writer, const uint64_t *members, int64_t first,
                        int64_t rows) {
  put_page(writer, members + first / 64, ((size_t)rows + 7) / 8, rows, ENCODING_PLAIN);
}

/** Numbers of so many bits one behind the other, the lowest bit first. */
struct packer {
  unsigned char *out;
  size_t count;
  uint64_t pending;
  unsigned pending_bits;
};

static void pack(struct packer *packer, uint32_t value, unsigned bits) {
  packer->pending |= (uint64_t)value << packer->pending_bits;
  packer->pending_bits += bits;
  for (; packer->pending_bits >= 8; packer->pending_bits -= 8) {
    packer->out[packer->count++] = (unsigned char)packer->pending;
    packer->pending >>= 8;
  }
}

/** A run of packed numbers begins with how many groups of eight it has. */
static void begin_run(struct packer *packer, int64_t values) {
  uint64_t header = ((uint64_t)values + 7) / 8 << 1 | 1;
  for (; header >= 0x80; header >>= 7)
    packer->out[packer->count++] = (unsigned char)(header & 0x7f) | 0x80;
  packer->out[packer->count++] = (unsigned char)header;
}

static void end_run(struct packer *packer, int64_t values, unsigned bits) {
  for (; values % 8 != 0; values++)
    pack(packer, 0, bits);
}

static unsigned bits_of(uint32_t number) {
  unsigned bits = 1;
  while (number >> bits != 0)
    bits++;
  return bits;
}

/** The members in order, and behind them what stands for no winner. */
static void put_dictionary(struct seg_sink_parquet *writer, const struct seg_result_chain *chain) {
  bool has_otherwise = chain->otherwise.size > 0;
  struct page page = {0};
  for (uint32_t m = 0; m < chain->member_count; m++)
    add_text(&page, chain->members[m]);
  if (has_otherwise)
    add_text(&page, chain->otherwise);
  put_page_header(writer, PAGE_DICTIONARY, &page, (int64_t)chain->member_count + has_otherwise,
                  ENCODING_PLAIN);
  for (uint32_t m = 0; m < chain->member_count; m++)
    put_text(writer, chain->members[m]);
  if (has_otherwise)
    put_text(writer, chain->otherwise);
}

static void put_winners(struct seg_sink_parquet *writer, const struct seg_result_chain *chain,
                        int64_t first, int64_t rows) {
  bool optional = chain->otherwise.size == 0;
  const uint16_t *winners = chain->winners + first;
  unsigned bits = bits_of(chain->member_count);
  struct packer packer = {.out = writer->room};
  int64_t present = 0;
  for (int64_t i = 0; i < rows; i++)
    present += !optional || winners[i] != SEG_NO_WINNER;
  if (optional) { // which rows have a value
    packer.count = sizeof(uint32_t);
    begin_run(&packer, rows);
    for (int64_t i = 0; i < rows; i++)
      pack(&packer, winners[i] != SEG_NO_WINNER, 1);
    end_run(&packer, rows, 1);
    uint32_t size = (uint32_t)(packer.count - sizeof size);
    memcpy(writer->room, &size, sizeof size);
  }
  packer.out[packer.count++] = (unsigned char)bits;
  begin_run(&packer, present);
  for (int64_t i = 0; i < rows; i++) {
    if (winners[i] != SEG_NO_WINNER)
      pack(&packer, winners[i], bits);
    else if (!optional)
      pack(&packer, chain->member_count, bits);
  }
  end_run(&packer, present, bits);
  put_page(writer, writer->room, packer.count, rows, ENCODING_DICTIONARY);
}

static void put_chunk(struct seg_sink_parquet *writer, uint32_t column, int64_t first, int64_t rows,
                      struct chunk *chunk) {
  const struct seg_result_view *result = writer->result;
  chunk->data_at = writer->at;
  if (column == 0 && result->keys.layout == SEG_LAYOUT_I64) {
    put_numbers(writer, result->keys.values, first, rows, chunk);
  } else if (column == 0) {
    put_texts(writer, result->keys.values, first, rows);
  } else if (column <= result->segment_count) {
    put_members(writer, result->members[column - 1], first, rows);
  } else {
    const struct seg_result_chain *chain = &result->chains[column - 1 - result->segment_count];
    chunk->dictionary_at = writer->at;
    put_dictionary(writer, chain);
    chunk->data_at = writer->at;
    put_winners(writer, chain, first, rows);
  }
  chunk->end = writer->at;
}

// The footer

static int type_of(const struct seg_result_view *result, uint32_t column) {
  if (column == 0)
    return result->keys.layout == SEG_LAYOUT_TEXT ? TYPE_BYTE_ARRAY : TYPE_INT64;
  return column <= result->segment_count ? TYPE_BOOLEAN : TYPE_BYTE_ARRAY;
}

static struct seg_str name_of(const struct seg_result_view *result, uint32_t column) {
  if (column == 0)
    return result->key_name;
  return column <= result->segment_count ? result->segments[column - 1]
                                         : result->chains[column - 1 - result->segment_count].name;
}

static void describe_columns(struct seg_thrift *footer, const struct seg_result_view *result,
                             uint32_t count) {
  seg_thrift_list(footer, 2, SEG_THRIFT_STRUCT, (size_t)count + 1);
  seg_thrift_item_struct(footer);
  seg_thrift_text(footer, 4, seg_str_view("result"));
  seg_thrift_integer(footer, 5, SEG_THRIFT_I32, count);
  seg_thrift_end(footer);
  for (uint32_t c = 0; c < count; c++) {
    bool optional = c > result->segment_count &&
                    result->chains[c - 1 - result->segment_count].otherwise.size == 0;
    seg_thrift_item_struct(footer);
    seg_thrift_integer(footer, 1, SEG_THRIFT_I32, type_of(result, c));
    seg_thrift_integer(footer, 3, SEG_THRIFT_I32, optional ? 1 : 0);
    seg_thrift_text(footer, 4, name_of(result, c));
    if (type_of(result, c) == TYPE_BYTE_ARRAY) {
      seg_thrift_integer(footer, 6, SEG_THRIFT_I32, 0); // UTF8
      seg_thrift_struct(footer, 10);                    // the same, as newer readers want it
      seg_thrift_struct(footer, 1);
      seg_thrift_end(footer);
      seg_thrift_end(footer);
    }
    seg_thrift_end(footer);
  }
}

static void describe_chunk(struct seg_thrift *footer, const struct seg_result_view *result,
                           uint32_t column, int64_t rows, const struct chunk *chunk) {
  bool has_dictionary = chunk->dictionary_at != 0;
  int64_t bytes = chunk->end - (has_dictionary ? chunk->dictionary_at : chunk->data_at);
  seg_thrift_item_struct(footer);
  seg_thrift_integer(footer, 2, SEG_THRIFT_I64, 0);
  seg_thrift_struct(footer, 3);
  seg_thrift_integer(footer, 1, SEG_THRIFT_I32, type_of(result, column));
  seg_thrift_list(footer, 2, SEG_THRIFT_I32, has_dictionary ? 3 : 1);
  seg_thrift_item_integer(footer, chunk->is_packed ? ENCODING_DELTA : ENCODING_PLAIN);
  if (has_dictionary) {
    seg_thrift_item_integer(footer, ENCODING_RLE);
    seg_thrift_item_integer(footer, ENCODING_DICTIONARY);
  }
  seg_thrift_list(footer, 3, SEG_THRIFT_BINARY, 1);
  seg_thrift_item_text(footer, name_of(result, column));
  seg_thrift_integer(footer, 4, SEG_THRIFT_I32, 0); // not compressed
  seg_thrift_integer(footer, 5, SEG_THRIFT_I64, rows);
  seg_thrift_integer(footer, 6, SEG_THRIFT_I64, bytes);
  seg_thrift_integer(footer, 7, SEG_THRIFT_I64, bytes);
  seg_thrift_integer(footer, 9, SEG_THRIFT_I64, chunk->data_at);
  if (has_dictionary)
    seg_thrift_integer(footer, 11, SEG_THRIFT_I64, chunk->dictionary_at);
  seg_thrift_end(footer);
  seg_thrift_end(footer);
}

// All groups but the last one have the same number of rows.
static int64_t rows_of_group(const struct seg_sink_parquet *writer, int64_t group) {
  int64_t left = writer->rows - group * SEG_SINK_GROUP_ROWS;
  return left < SEG_SINK_GROUP_ROWS ? left : SEG_SINK_GROUP_ROWS;
}

static void put_footer(struct seg_sink_parquet *writer) {
  const struct seg_result_view *result = writer->result;
  uint32_t columns = writer->column_count;
  int64_t groups = (writer->rows + SEG_SINK_GROUP_ROWS - 1) / SEG_SINK_GROUP_ROWS;
  struct seg_thrift footer;
  seg_thrift_init(&footer);
  seg_thrift_integer(&footer, 1, SEG_THRIFT_I32, 1); // the version of the format
  describe_columns(&footer, result, columns);
  seg_thrift_integer(&footer, 3, SEG_THRIFT_I64, writer->rows);
  seg_thrift_list(&footer, 4, SEG_THRIFT_STRUCT, (size_t)groups);
  for (int64_t g = 0; g < groups; g++) {
    const struct chunk *chunks = writer->chunks.items + g * columns;
    seg_thrift_item_struct(&footer);
    seg_thrift_list(&footer, 1, SEG_THRIFT_STRUCT, columns);
    for (uint32_t c = 0; c < columns; c++)
      describe_chunk(&footer, result, c, rows_of_group(writer, g), &chunks[c]);
    seg_thrift_integer(&footer, 2, SEG_THRIFT_I64, chunks[columns - 1].end - chunks[0].data_at);
    seg_thrift_integer(&footer, 3, SEG_THRIFT_I64, rows_of_group(writer, g));
    seg_thrift_end(&footer);
  }
  seg_thrift_text(&footer, 6, seg_str_view("segc"));
  seg_thrift_end(&footer);
  int64_t begin = writer->at;
  put_thrift(writer, &footer);
  uint32_t size = (uint32_t)(writer->at - begin);
  put(writer, &size, sizeof size);
  put(writer, magic, sizeof magic);
}

struct seg_sink_parquet *seg_sink_parquet_open(const char *path,
                                               const struct seg_result_view *result,
                                               const struct seg_sink_watcher *watcher) {
  struct seg_sink_parquet *writer = calloc(1, sizeof *writer);
  if (writer == NULL)
    return NULL;
  writer->result = result;
  writer->column_count = 1 + result->segment_count + result->chain_count;
  // At most 17 bits a winner, a bit for whether there is one, and what runs begin with.
  size_t winners = (size_t)SEG_SINK_GROUP_ROWS * 18 / 8 + 64;
  size_t keys = seg_delta_packed_most(KEY_PAGE_ROWS);
  writer->room = malloc(winners < keys ? keys : winners);
  writer->counted = malloc(KEY_PAGE_ROWS * sizeof *writer->counted);
  if (writer->room == NULL || writer->counted == NULL)
    writer->outcome = SEG_SINK_PARQUET_MEMORY;
  seg_sink_stream_open(&writer->file, path, false, watcher);
  put(writer, magic, sizeof magic);
  return writer;
}

void seg_sink_parquet_put(struct seg_sink_parquet *writer, const struct seg_result_view *result,
                          int64_t first, int64_t rows, const atomic_bool *interrupted) {
  uint32_t columns = writer->column_count;
  writer->result = result;
  if (!SEG_VEC_RESERVE(&writer->chunks, columns) && writer->outcome == SEG_SINK_PARQUET_DONE)
    writer->outcome = SEG_SINK_PARQUET_MEMORY;
  for (uint32_t c = 0; c < columns; c++) {
    if (writer->outcome != SEG_SINK_PARQUET_DONE)
      return;
    if (interrupted != NULL && atomic_load(interrupted))
      writer->outcome = SEG_SINK_PARQUET_INTERRUPTED;
    struct chunk *chunk = &writer->chunks.items[writer->chunks.count++];
    *chunk = (struct chunk){0};
    put_chunk(writer, c, first, rows, chunk);
  }
  writer->rows += rows;
}

enum seg_sink_parquet_outcome seg_sink_parquet_outcome(const struct seg_sink_parquet *writer,
                                                       int *reason) {
  *reason = writer->file.reason;
  return writer->outcome == SEG_SINK_PARQUET_FAILED && *reason == ENOMEM ? SEG_SINK_PARQUET_MEMORY
                                                                         : writer->outcome;
}

enum seg_sink_parquet_outcome seg_sink_parquet_close(struct seg_sink_parquet *writer,
                                                     const struct seg_result_view *result,
                                                     int *reason) {
  writer->result = result;
  if (writer->outcome == SEG_SINK_PARQUET_DONE)
    put_footer(writer);
  if (seg_sink_stream_close(&writer->file) != 0 && writer->outcome == SEG_SINK_PARQUET_DONE)
    writer->outcome = SEG_SINK_PARQUET_FAILED;
  enum seg_sink_parquet_outcome outcome = seg_sink_parquet_outcome(writer, reason);
  SEG_VEC_FREE(&writer->chunks);
  free(writer->room);
  free(writer->counted);
  free(writer);
  return outcome;
}

enum seg_sink_parquet_outcome seg_sink_parquet_write(const char *path,
                                                     const struct seg_result_view *result,
                                                     const atomic_bool *interrupted,
                                                     const struct seg_sink_watcher *watcher,
                                                     int *reason) {
  struct seg_sink_parquet *writer = seg_sink_parquet_open(path, result, watcher);
  if (writer == NULL)
    return SEG_SINK_PARQUET_MEMORY;
  for (int64_t at = 0; at < result->customer_count; at += SEG_SINK_GROUP_ROWS) {
    int64_t rest = result->customer_count - at;
    seg_sink_parquet_put(writer, result, at,
                         rest < SEG_SINK_GROUP_ROWS ? rest : SEG_SINK_GROUP_ROWS, interrupted);
  }
  return seg_sink_parquet_close(writer, result, reason);
}
