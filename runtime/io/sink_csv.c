// Rows are put together in a buffer and go out in large pieces.
#include "runtime/io/sink_csv.h"

#include <errno.h>
#include <string.h>

#include "runtime/base/decimal.h"
#include "runtime/base/vec.h"
#include "runtime/io/sink_stream.h"

enum { PIECE = 1 << 16, ROWS_BETWEEN_POLLS = 2048 };

struct writer {
  struct seg_sink_stream file;
  SEG_VEC(char) buffer;
  enum seg_sink_csv_outcome outcome;
};

static void put(struct writer *writer, const char *text, size_t size) {
  if (!SEG_VEC_RESERVE(&writer->buffer, size)) {
    writer->outcome = SEG_SINK_CSV_MEMORY;
    return;
  }
  memcpy(writer->buffer.items + writer->buffer.count, text, size);
  writer->buffer.count += size;
}

static bool needs_quotes(struct seg_str text) {
  if (text.size == 0 || text.data[0] == ' ' || text.data[text.size - 1] == ' ')
    return true;
  for (size_t i = 0; i < text.size; i++)
    if (strchr(",\"\r\n", text.data[i]) != NULL)
      return true;
  return false;
}

static void put_text(struct writer *writer, struct seg_str text) {
  if (!needs_quotes(text)) {
    put(writer, text.data, text.size);
    return;
  }
  put(writer, "\"", 1);
  for (size_t i = 0; i < text.size; i++) {
    if (text.data[i] == '"')
      put(writer, "\"", 1);
    put(writer, text.data + i, 1);
  }
  put(writer, "\"", 1);
}

static void flush(struct writer *writer) {
  if (writer->outcome == SEG_SINK_CSV_DONE && writer->buffer.count > 0)
    seg_sink_stream_put(&writer->file, writer->buffer.items, writer->buffer.count);
  if (writer->file.reason != 0 && writer->outcome == SEG_SINK_CSV_DONE)
    writer->outcome = SEG_SINK_CSV_FAILED;
  writer->buffer.count = 0;
}

static void put_header(struct writer *writer, const struct seg_result_view *result) {
  put_text(writer, result->key_name);
  for (uint32_t i = 0; i < result->segment_count; i++) {
    put(writer, ",", 1);
    put_text(writer, result->segments[i]);
  }
  for (uint32_t i = 0; i < result->chain_count; i++) {
    put(writer, ",", 1);
    put_text(writer, result->chains[i].name);
  }
  put(writer, "\n", 1);
}

static int64_t key_of(const struct seg_result_view *result, int64_t row) {
  const int64_t *keys = result->keys.values;
  return keys == NULL ? result->first_key + row : keys[row];
}

// All the truths of a row: room is made once, and each is copied as the eight bytes of its room.
static void put_truths(struct writer *writer, const struct seg_result_view *result, int64_t row) {
  static const char words[2][8] = {",false", ",true"};
  static const uint8_t sizes[2] = {6, 5};
  if (!SEG_VEC_RESERVE(&writer->buffer, (size_t)result->segment_count * 6 + sizeof *words)) {
    writer->outcome = SEG_SINK_CSV_MEMORY;
    return;
  }
  char *at = writer->buffer.items + writer->buffer.count;
  for (uint32_t i = 0; i < result->segment_count; i++) {
    bool member = seg_bitmap_test(result->members[i], row);
    memcpy(at, words[member], sizeof *words);
    at += sizes[member];
  }
  writer->buffer.count = (size_t)(at - writer->buffer.items);
}

static void put_row(struct writer *writer, const struct seg_result_view *result, int64_t row) {
  if (result->keys.layout == SEG_LAYOUT_TEXT) {
    put_text(writer, ((const struct seg_str *)result->keys.values)[row]);
  } else {
    char digits[SEG_DECIMAL_TEXT];
    put(writer, digits, seg_decimal_format(key_of(result, row), 0, digits));
  }
  put_truths(writer, result, row);
  for (uint32_t i = 0; i < result->chain_count; i++) {
    const struct seg_result_chain *chain = &result->chains[i];
    uint16_t winner = chain->winners[row];
    put(writer, ",", 1);
    if (winner != SEG_NO_WINNER)
      put_text(writer, chain->members[winner]);
    else if (chain->otherwise.size > 0)
      put_text(writer, chain->otherwise);
  }
  put(writer, "\n", 1);
}

enum seg_sink_csv_outcome seg_sink_csv_write(const char *path, bool gzip,
                                             const struct seg_result_view *result,
                                             const atomic_bool *interrupted,
                                             const struct seg_sink_watcher *watcher, int *reason) {
  struct writer writer = {0};
  seg_sink_stream_open(&writer.file, path, gzip, watcher);
  put_header(&writer, result);
  for (int64_t row = 0; row < result->customer_count && writer.outcome == SEG_SINK_CSV_DONE;
       row++) {
    if (row % ROWS_BETWEEN_POLLS == 0 && interrupted != NULL && atomic_load(interrupted))
      writer.outcome = SEG_SINK_CSV_INTERRUPTED;
    put_row(&writer, result, row);
    if (writer.buffer.count >= PIECE)
      flush(&writer);
  }
  flush(&writer);
  *reason = seg_sink_stream_close(&writer.file);
  SEG_VEC_FREE(&writer.buffer);
  if (*reason != 0 && writer.outcome == SEG_SINK_CSV_DONE)
    writer.outcome = SEG_SINK_CSV_FAILED;
  return writer.outcome == SEG_SINK_CSV_FAILED && *reason == ENOMEM ? SEG_SINK_CSV_MEMORY
                                                                    : writer.outcome;
}
