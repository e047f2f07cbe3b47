// Reading a column page by page; see column_reader.h. The values of a page are in page_values.c.
#include "runtime/parquet/column_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/parquet/page_checksum.h"
#include "runtime/parquet/page_values.h"

enum {
  READ_AHEAD = 1 << 20,      // bytes read at once, as long as they belong to the column
  LARGEST_HEADER = 16 << 20, // statistics of a page may hold long texts
};

static bool reserve(struct seg_byte_buffer *buffer, size_t size) {
  if (size <= buffer->capacity && buffer->bytes != NULL)
    return true;
  uint8_t *grown = realloc(buffer->bytes, size);
  if (grown == NULL)
    return false;
  *buffer = (struct seg_byte_buffer){.bytes = grown, .capacity = size};
  return true;
}

void seg_column_reader_release(struct seg_column_reader *reader) {
  for (size_t i = 0; i < reader->kept_count; i++)
    free(reader->kept[i].bytes);
  reader->kept_count = 0;
}

void seg_column_reader_deinit(struct seg_column_reader *reader) {
  seg_column_reader_release(reader);
  free(reader->kept);
  free(reader->window.bytes);
  free(reader->page.bytes);
  free(reader->dictionary.page.bytes);
  free(reader->dictionary.texts);
  free(reader->known);
  free(reader->row_codes);
  free(reader->dense_codes);
  free(reader->values);
  free(reader->dense);
  *reader = (struct seg_column_reader){0};
}

#define LEND(member)                                                                               \
  do {                                                                                             \
    to->member = from->member;                                                                     \
    memset(&from->member, 0, sizeof from->member);                                                 \
  } while (0)

// Bytes of the file that are unpacked, and that nobody needs again.
static void lend_window(struct seg_column_reader *from, struct seg_column_reader *to) {
  if (from->chunk == NULL || from->window.bytes == NULL || to->window.bytes != NULL ||
      from->offset < from->window_offset + (int64_t)from->window_size)
    return;
  LEND(window);
  from->window_size = 0;
}

void seg_column_reader_lend(struct seg_column_reader *from, struct seg_column_reader *to) {
  if (from->shared != NULL)
    lend_window(from, to);
  if (from->chunk == NULL || from->row < from->row_count || from->dense == NULL ||
      to->dense != NULL)
    return;
  from->chunk = NULL; // it stands nowhere
  if (to->window.bytes == NULL)
    LEND(window);
  LEND(known);
  LEND(row_codes);
  LEND(dense_codes);
  LEND(values);
  LEND(dense);
  if (from->column->type != SEG_PARQUET_TEXT && to->page.bytes == NULL)
    LEND(page); // texts may point into it
}

static bool allocate(struct seg_column_reader *reader) {
  if (reader->dense != NULL)
    return true;
  size_t widest = sizeof(struct seg_str);
  reader->known = calloc(SEG_PARQUET_STRETCH / 64 + 1, sizeof *reader->known);
  reader->row_codes = malloc(SEG_PARQUET_STRETCH * sizeof *reader->row_codes);
  reader->dense_codes = malloc(SEG_PARQUET_STRETCH * sizeof *reader->dense_codes);
  reader->values = malloc(SEG_PARQUET_STRETCH * widest);
  if (reader->known == NULL || reader->row_codes == NULL || reader->dense_codes == NULL ||
      reader->values == NULL)
    return false;
  reader->dense = malloc(SEG_PARQUET_STRETCH * widest);
  return reader->dense != NULL;
}

// Read until `size` bytes are in the window; those behind it are slack.
static enum seg_reader_result read_more(struct seg_column_reader *reader, size_t size,
                                        size_t wanted) {
  while (reader->window_size < wanted) {
    ssize_t got =
        pread(reader->descriptor, reader->window.bytes + reader->window_size,
              wanted - reader->window_size, reader->window_offset + (int64_t)reader->window_size);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return SEG_READER_UNREADABLE;
    if (got == 0)
      break;
    reader->window_size += (size_t)got;
  }
  return reader->window_size >= size ? SEG_READER_FINE : SEG_READER_DAMAGED;
}

// Bring `size` bytes of the file into the window.
static enum seg_reader_result look_at(struct seg_column_reader *reader, int64_t offset,
                                      size_t size) {
  int64_t inside = offset - reader->window_offset;
  if (inside >= 0 && inside < (int64_t)reader->window_size) {
    if (reader->window_size - (size_t)inside >= size)
      return SEG_READER_FINE;
    reader->window_size -= (size_t)inside;
    memmove(reader->window.bytes, reader->window.bytes + inside, reader->window_size);
  } else {
    reader->window_size = 0;
  }
  reader->window_offset = offset;
  int64_t left = reader->chunk->offset + reader->chunk->size - offset;
  size_t wanted = left > READ_AHEAD ? READ_AHEAD : left > 0 ? (size_t)left : 0;
  wanted = wanted < size ? size : wanted;
  if (!reserve(&reader->window, wanted + SEG_PARQUET_SLACK))
    return SEG_READER_NO_MEMORY;
  return read_more(reader, size, wanted);
}

static const uint8_t *window_at(const struct seg_column_reader *reader, int64_t offset) {
  return reader->window.bytes + (offset - reader->window_offset);
}

static enum seg_reader_result read_header(struct seg_column_reader *reader,
                                          struct seg_parquet_page *page) {
  const struct seg_shared_page *found =
      reader->shared == NULL ? NULL : seg_shared_pages_find(reader->shared, reader->offset);
  if (found != NULL) {
    *page = found->page;
    return SEG_READER_FINE;
  }
  size_t least = 1;
  for (;;) {
    enum seg_reader_result result = look_at(reader, reader->offset, least);
    if (result != SEG_READER_FINE)
      return result;
    size_t size = reader->window_size - (size_t)(reader->offset - reader->window_offset);
    switch (seg_parquet_page_read(window_at(reader, reader->offset), size, page)) {
    case SEG_PAGE_FINE: return SEG_READER_FINE;
    case SEG_PAGE_BAD: return SEG_READER_DAMAGED;
    case SEG_PAGE_CUT_OFF: break;
    }
    if (size >= LARGEST_HEADER)
      return SEG_READER_DAMAGED;
    least = size < 1024 ? 4096 : size * 4;
    if (look_at(reader, reader->offset, least) == SEG_READER_DAMAGED) // near the file's end
      least = size + 1;
  }
}

// The page's bytes, unpacked, into `buffer`.
static enum seg_reader_result unpack_into(struct seg_column_reader *reader,
                                          const struct seg_parquet_page *page,
                                          struct seg_byte_buffer *buffer) {
  enum seg_parquet_codec codec = page->is_packed ? reader->chunk->codec : SEG_PARQUET_PLAIN;
  uint32_t levels = page->level_size; // always as they are
  if (!seg_parquet_may_unpack(codec, page->size, page->unpacked_size))
    return SEG_READER_DAMAGED;
  int64_t offset = reader->offset + page->header_size;
  enum seg_reader_result result = look_at(reader, offset, page->size);
  if (result != SEG_READER_FINE)
    return result;
  const uint8_t *from = window_at(reader, offset);
  if (page->has_checksum && seg_page_checksum(0, from, page->size) != page->checksum)
    return SEG_READER_DAMAGED;
  if (!reserve(buffer, (size_t)page->unpacked_size + SEG_PARQUET_SLACK))
    return SEG_READER_NO_MEMORY;
  memcpy(buffer->bytes, from, levels);
  memset(buffer->bytes + page->unpacked_size, 0, SEG_PARQUET_SLACK);
  if (page->unpacked_size == levels)
    return SEG_READER_FINE;
  return seg_parquet_unpack(codec, from + levels, page->size - levels, buffer->bytes + levels,
                            page->unpacked_size - levels)
             ? SEG_READER_FINE
             : SEG_READER_DAMAGED;
}

static enum seg_reader_result unpack_shared(struct seg_column_reader *reader,
                                            const struct seg_parquet_page *page,
                                            const uint8_t **bytes) {
  const struct seg_shared_page *found = seg_shared_pages_find(reader->shared, reader->offset);
  if (found != NULL) {
    *bytes = found->bytes;
    return SEG_READER_FINE;
  }
  struct seg_byte_buffer own = {0};
  enum seg_reader_result result = unpack_into(reader, page, &own);
  struct seg_shared_page made = {reader->offset, *page, own.bytes};
  if (result == SEG_READER_FINE && !SEG_VEC_PUSH(&reader->shared->pages, made))
    result = SEG_READER_NO_MEMORY;
  if (result != SEG_READER_FINE)
    free(own.bytes);
  *bytes = own.bytes;
  return result;
}

// The page's bytes, unpacked: in `buffer`, or those that all threads have.
static enum seg_reader_result unpack(struct seg_column_reader *reader,
                                     const struct seg_parquet_page *page,
                                     struct seg_byte_buffer *buffer, const uint8_t **bytes) {
  if (reader->shared != NULL && seg_shared_pages_wants(reader->shared, page, reader->row))
    return unpack_shared(reader, page, bytes);
  enum seg_reader_result result = unpack_into(reader, page, buffer);
  *bytes = buffer->bytes;
  return result;
}

static enum seg_reader_result read_dictionary(struct seg_column_reader *reader,
                                              const struct seg_parquet_page *page) {
  struct seg_parquet_dictionary *dictionary = &reader->dictionary;
  bool is_second = dictionary->values != NULL; // and texts may point into the first
  if (is_second ||
      (page->encoding != SEG_ENCODING_PLAIN && page->encoding != SEG_ENCODING_PLAIN_DICTIONARY))
    return SEG_READER_DAMAGED;
  dictionary->generation++;
  const uint8_t *at;
  enum seg_reader_result result = unpack(reader, page, &dictionary->page, &at);
  if (result != SEG_READER_FINE)
    return result;
  size_t size = seg_parquet_value_size(reader->column->type);
  dictionary->count = page->count;
  dictionary->values = at;
  if (reader->column->type != SEG_PARQUET_TEXT)
    return size > 0 && page->count <= page->unpacked_size / size ? SEG_READER_FINE
                                                                 : SEG_READER_DAMAGED;
  if (page->count > page->unpacked_size / sizeof(uint32_t))
    return SEG_READER_DAMAGED;
  if (page->count >= dictionary->text_capacity) {
    free(dictionary->texts);
    dictionary->text_capacity = 0;
    dictionary->texts = malloc(((size_t)page->count + 1) * sizeof *dictionary->texts);
    if (dictionary->texts == NULL)
      return SEG_READER_NO_MEMORY;
    dictionary->text_capacity = (size_t)page->count + 1;
  }
  dictionary->values = dictionary->texts;
  return seg_parquet_read_texts(&at, at + page->unpacked_size, page->count, dictionary->texts);
}

// Texts that were handed out may point into the last page: it stays, and another one is begun.
static bool keep_page(struct seg_column_reader *reader) {
  if (reader->column->type != SEG_PARQUET_TEXT || reader->is_coded || reader->page.bytes == NULL)
    return true;
  if (reader->kept_count == reader->kept_capacity) {
    size_t capacity = reader->kept_capacity * 2 + 8;
    struct seg_byte_buffer *grown = realloc(reader->kept, capacity * sizeof *grown);
    if (grown == NULL)
      return false;
    reader->kept = grown;
    reader->kept_capacity = capacity;
  }
  reader->kept[reader->kept_count++] = reader->page;
  reader->page = (struct seg_byte_buffer){0};
  return true;
}

static enum seg_reader_result begin_page(struct seg_column_reader *reader,
                                         const struct seg_parquet_page *page) {
  if (!keep_page(reader))
    return SEG_READER_NO_MEMORY;
  enum seg_reader_result result = unpack(reader, page, &reader->page, &reader->page_bytes);
  return result == SEG_READER_FINE ? seg_parquet_begin_values(reader, page) : result;
}

// Go on to the page that has the row `row`, which is not in the present one.
static enum seg_reader_result find_page_alone(struct seg_column_reader *reader, int64_t row) {
  for (;;) {
    struct seg_parquet_page page;
    enum seg_reader_result result = read_header(reader, &page);
    if (result != SEG_READER_FINE)
      return result;
    bool is_data = page.kind == SEG_PAGE_DATA || page.kind == SEG_PAGE_DATA_V2;
    if (is_data && (int64_t)page.count > reader->row_count - reader->row)
      return SEG_READER_DAMAGED;
    bool is_wanted = is_data && page.count > row - reader->row;
    if (page.kind == SEG_PAGE_DICTIONARY)
      result = read_dictionary(reader, &page);
    else if (is_wanted)
      result = begin_page(reader, &page);
    reader->offset += (int64_t)page.header_size + page.size;
    if (result != SEG_READER_FINE || is_wanted)
      return result;
    if (is_data)
      reader->row += page.count;
  }
}

static enum seg_reader_result find_page(struct seg_column_reader *reader, int64_t row) {
  if (reader->shared == NULL)
    return find_page_alone(reader, row);
  pthread_mutex_lock(&reader->shared->lock);
  enum seg_reader_result result = find_page_alone(reader, row);
  pthread_mutex_unlock(&reader->shared->lock);
  return result;
}

enum seg_reader_result seg_column_reader_seek(struct seg_column_reader *reader, int descriptor,
                                              const struct seg_parquet_column *column,
                                              const struct seg_parquet_group *group, int64_t row,
                                              struct seg_shared_pages *shared) {
  const struct seg_parquet_chunk *chunk = &group->chunks[column->place];
  if (!allocate(reader))
    return SEG_READER_NO_MEMORY;
  if (reader->chunk != chunk || reader->row > row) {
    seg_column_reader_release(reader);
    reader->column = column;
    reader->chunk = chunk;
    reader->row = 0;
    reader->row_count = group->row_count;
    reader->offset = chunk->offset;
    reader->window_size = 0;
    reader->left = 0;
    reader->is_coded = true; // no page whose texts must be kept
    reader->dictionary.values = NULL;
  }
  reader->descriptor = descriptor;
  reader->shared = shared;
  while (reader->row < row) {
    enum seg_reader_result result = SEG_READER_FINE;
    int64_t rest = row - reader->row;
    if (reader->left == 0)
      result = find_page(reader, row);
    else
      result = seg_parquet_skip_values(reader, rest < reader->left ? (uint32_t)rest : reader->left);
    if (result != SEG_READER_FINE) {
      reader->chunk = NULL; // it stands nowhere
      return result;
    }
  }
  return SEG_READER_FINE;
}

enum seg_reader_result seg_column_reader_next(struct seg_column_reader *reader, uint32_t most) {
  enum seg_reader_result result = SEG_READER_FINE;
  if (reader->left == 0)
    result = find_page(reader, reader->row);
  if (result == SEG_READER_FINE) {
    most = most < SEG_PARQUET_STRETCH ? most : SEG_PARQUET_STRETCH;
    result = seg_parquet_take_values(reader, most < reader->left ? most : reader->left);
  }
  if (result != SEG_READER_FINE)
    reader->chunk = NULL;
  return result;
}
