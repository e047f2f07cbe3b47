// From the bytes of a page to values by row; see page_values.h. Values that are missing are not
// written: those that are there lie densely, and are spread over the rows afterwards.
#include "runtime/parquet/page_values.h"

#include <string.h>

#include "runtime/base/utf8.h"
#include "runtime/column/bitmap.h"

size_t seg_parquet_value_size(enum seg_parquet_type type) {
  switch (type) {
  case SEG_PARQUET_INT32:
  case SEG_PARQUET_FLOAT: return 4;
  case SEG_PARQUET_INT64:
  case SEG_PARQUET_DOUBLE: return 8;
  case SEG_PARQUET_BOOLEAN:
  case SEG_PARQUET_INT96:
  case SEG_PARQUET_TEXT:
  case SEG_PARQUET_FIXED: break;
  }
  return 0;
}

enum seg_reader_result seg_parquet_read_texts(const uint8_t **at, const uint8_t *end,
                                              uint32_t count, struct seg_str *texts) {
  const uint8_t *from = *at;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t size;
    if ((size_t)(end - from) < sizeof size)
      return SEG_READER_DAMAGED;
    memcpy(&size, from, sizeof size);
    from += sizeof size;
    if ((size_t)(end - from) < size)
      return SEG_READER_DAMAGED;
    texts[i] = (struct seg_str){(const char *)from, size};
    from += size;
    if (!seg_utf8_is_ascii(texts[i]) && !seg_utf8_valid(texts[i]))
      return SEG_READER_BAD_TEXT;
  }
  *at = from;
  return SEG_READER_FINE;
}

// A size of four bytes, and that many bytes behind it.
static bool take_sized(struct seg_column_reader *reader, const uint8_t **bytes, uint32_t *size) {
  if ((size_t)(reader->end - reader->at) < sizeof *size)
    return false;
  memcpy(size, reader->at, sizeof *size);
  *bytes = reader->at + sizeof *size;
  if ((size_t)(reader->end - *bytes) < *size)
    return false;
  reader->at = *bytes + *size;
  return true;
}

static bool begin_levels(struct seg_column_reader *reader, const struct seg_parquet_page *page) {
  const uint8_t *levels = reader->at;
  uint32_t size = page->level_size;
  if (page->kind == SEG_PAGE_DATA_V2)
    reader->at += size;
  else if (reader->has_levels &&
           (page->level_encoding != SEG_ENCODING_RLE || !take_sized(reader, &levels, &size)))
    return false;
  if (reader->has_levels)
    seg_hybrid_init(&reader->levels, levels, size, 1);
  return true;
}

static bool begin_codes(struct seg_column_reader *reader) {
  enum { WIDEST = 32 };
  uint32_t width = 0;
  if (reader->at < reader->end) // without any value there may be no width either
    width = *reader->at++;
  seg_hybrid_init(&reader->codes, reader->at, (size_t)(reader->end - reader->at), width);
  return width <= WIDEST && reader->dictionary.values != NULL;
}

static bool begin_differences(struct seg_column_reader *reader) {
  enum seg_parquet_type type = reader->column->type;
  size_t size = (size_t)(reader->end - reader->at);
  if (size == 0) // without any value there may be nothing
    reader->differences = (struct seg_delta){0};
  return (type == SEG_PARQUET_INT32 || type == SEG_PARQUET_INT64) &&
         (size == 0 || seg_delta_init(&reader->differences, reader->at, size));
}

// As many streams as a value has bytes, of one length each; `end` becomes that of the first.
static bool begin_split(struct seg_column_reader *reader) {
  size_t size = seg_parquet_value_size(reader->column->type);
  size_t bytes = (size_t)(reader->end - reader->at);
  if (size == 0 || bytes % size != 0)
    return false;
  reader->split_count = bytes / size;
  reader->end = reader->at + reader->split_count;
  return true;
}

enum seg_reader_result seg_parquet_begin_values(struct seg_column_reader *reader,
                                                const struct seg_parquet_page *page) {
  bool fine;
  reader->left = page->count;
  reader->at = reader->page_bytes;
  reader->end = reader->page_bytes + page->unpacked_size;
  reader->bit = 0;
  reader->has_levels = reader->column->optional;
  reader->is_coded = reader->is_rle = reader->is_delta = reader->is_split = false;
  fine = begin_levels(reader, page);
  switch (page->encoding) {
  case SEG_ENCODING_PLAIN: break;
  case SEG_ENCODING_PLAIN_DICTIONARY:
  case SEG_ENCODING_RLE_DICTIONARY:
    reader->is_coded = true;
    fine = fine && begin_codes(reader);
    break;
  case SEG_ENCODING_RLE: {
    const uint8_t *bytes = NULL;
    uint32_t size = 0;
    reader->is_rle = true;
    fine = fine && reader->column->type == SEG_PARQUET_BOOLEAN && take_sized(reader, &bytes, &size);
    seg_hybrid_init(&reader->codes, bytes, size, 1);
    break;
  }
  case SEG_ENCODING_DELTA:
    reader->is_delta = true;
    fine = fine && begin_differences(reader);
    break;
  case SEG_ENCODING_SPLIT:
    reader->is_split = true;
    fine = fine && begin_split(reader);
    break;
  default: fine = false;
  }
  return fine ? SEG_READER_FINE : SEG_READER_DAMAGED;
}

// Which of the next rows have a value; NULL: all. `*dense`: how many.
static bool take_known(struct seg_column_reader *reader, uint32_t rows, const uint64_t **known,
                       uint32_t *dense) {
  *known = NULL;
  *dense = rows;
  if (!reader->has_levels)
    return true;
  if (seg_hybrid_is_run(&reader->levels, rows, 1))
    return seg_hybrid_skip(&reader->levels, rows);
  memset(reader->known, 0, seg_bitmap_words(rows) * sizeof *reader->known);
  if (!seg_hybrid_read_bits(&reader->levels, rows, reader->known))
    return false;
  *dense = (uint32_t)seg_bitmap_count(reader->known, rows);
  if (*dense < rows)
    *known = reader->known;
  return true;
}

/*
 * Spreading: from[0], from[1], ... to the rows that are known, `missing` to the others.
 */

// NOLINTBEGIN(bugprone-macro-parentheses): Type is a type
#define SPREAD(Type, dense_values, row_values, missing)                                            \
  do {                                                                                             \
    const Type *from_ = (dense_values);                                                            \
    Type *to_ = (row_values);                                                                      \
    for (uint32_t row_ = 0; row_ < rows; row_++) {                                                 \
      if (seg_bitmap_test(known, row_))                                                            \
        to_[row_] = *from_++;                                                                      \
      else                                                                                         \
        to_[row_] = (missing);                                                                     \
    }                                                                                              \
  } while (0)
// NOLINTEND(bugprone-macro-parentheses)

static void spread(const void *dense, size_t size, const uint64_t *known, uint32_t rows, void *to) {
  switch (size) {
  case sizeof(uint8_t): SPREAD(uint8_t, dense, to, 0); break;
  case sizeof(uint32_t): SPREAD(uint32_t, dense, to, 0); break;
  case sizeof(uint64_t): SPREAD(uint64_t, dense, to, 0); break;
  default: SPREAD(struct seg_str, dense, to, ((struct seg_str){"", 0})); break;
  }
}

static bool take_codes(struct seg_column_reader *reader, uint32_t rows, const uint64_t *known,
                       uint32_t dense) {
  uint32_t *codes = known == NULL ? reader->row_codes : reader->dense_codes;
  uint32_t count = reader->dictionary.count, largest;
  if (!seg_hybrid_read(&reader->codes, dense, codes, &largest))
    return false;
  if (dense > 0 && largest >= count)
    return false;
  if (known != NULL)
    SPREAD(uint32_t, reader->dense_codes, reader->row_codes, count);
  reader->stretch.codes = reader->row_codes;
  return true;
}

static bool take_bools(struct seg_column_reader *reader, uint32_t count, uint8_t *to) {
  if (reader->is_rle) {
    uint32_t largest;
    if (!seg_hybrid_read(&reader->codes, count, reader->dense_codes, &largest))
      return false;
    for (uint32_t i = 0; i < count; i++)
      to[i] = reader->dense_codes[i] != 0;
    return true;
  }
  if (((uint64_t)reader->bit + count + 7) / 8 > (uint64_t)(reader->end - reader->at))
    return false;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t bit = reader->bit + i;
    to[i] = reader->at[bit / 8] >> (bit % 8) & 1;
  }
  reader->at += (reader->bit + count) / 8;
  reader->bit = (reader->bit + count) % 8;
  return true;
}

static bool take_differences(struct seg_column_reader *reader, uint32_t count, void *to) {
  if (reader->column->type == SEG_PARQUET_INT64)
    return seg_delta_read(&reader->differences, count, to);
  int64_t *wide =
      (int64_t *)reader->row_codes; // room for half a stretch, used for nothing else now
  int32_t *narrow = to;
  enum { MOST = SEG_PARQUET_STRETCH / 2 };
  for (uint32_t at = 0; at < count; at += MOST) {
    uint32_t some = count - at < MOST ? count - at : MOST;
    if (!seg_delta_read(&reader->differences, some, wide))
      return false;
    for (uint32_t i = 0; i < some; i++)
      narrow[at + i] = (int32_t)wide[i];
  }
  return true;
}

static bool take_split(struct seg_column_reader *reader, uint32_t count, uint8_t *to) {
  size_t size = seg_parquet_value_size(reader->column->type);
  if ((size_t)(reader->end - reader->at) < count)
    return false;
  for (size_t byte = 0; byte < size; byte++) {
    const uint8_t *from = reader->at + byte * reader->split_count;
    for (uint32_t i = 0; i < count; i++)
      to[i * size + byte] = from[i];
  }
  reader->at += count;
  return true;
}

// `count` values as they are written, densely.
static enum seg_reader_result take_plain(struct seg_column_reader *reader, uint32_t count,
                                         void *to) {
  enum seg_parquet_type type = reader->column->type;
  if (type == SEG_PARQUET_TEXT)
    return seg_parquet_read_texts(&reader->at, reader->end, count, to);
  if (reader->is_delta)
    return take_differences(reader, count, to) ? SEG_READER_FINE : SEG_READER_DAMAGED;
  if (reader->is_split)
    return take_split(reader, count, to) ? SEG_READER_FINE : SEG_READER_DAMAGED;
  if (type == SEG_PARQUET_BOOLEAN)
    return take_bools(reader, count, to) ? SEG_READER_FINE : SEG_READER_DAMAGED;
  size_t bytes = count * seg_parquet_value_size(type);
  if ((size_t)(reader->end - reader->at) < bytes)
    return SEG_READER_DAMAGED;
  if (bytes > 0)
    memcpy(to, reader->at, bytes);
  reader->at += bytes;
  return SEG_READER_FINE;
}

// Values that can be read where they lie.
static bool lie_ready(const struct seg_column_reader *reader, uint32_t count) {
  size_t size = seg_parquet_value_size(reader->column->type);
  return size > 0 && !reader->is_delta && !reader->is_split && (uintptr_t)reader->at % size == 0 &&
         (size_t)(reader->end - reader->at) >= count * size;
}

static size_t stretch_value_size(enum seg_parquet_type type) {
  if (type == SEG_PARQUET_TEXT)
    return sizeof(struct seg_str);
  return type == SEG_PARQUET_BOOLEAN ? sizeof(uint8_t) : seg_parquet_value_size(type);
}

enum seg_reader_result seg_parquet_take_values(struct seg_column_reader *reader, uint32_t rows) {
  const uint64_t *known;
  uint32_t dense;
  if (!take_known(reader, rows, &known, &dense))
    return SEG_READER_DAMAGED;
  reader->stretch = (struct seg_parquet_stretch){.rows = rows, .known = known};
  enum seg_reader_result result = SEG_READER_FINE;
  if (reader->is_coded) {
    result = take_codes(reader, rows, known, dense) ? SEG_READER_FINE : SEG_READER_DAMAGED;
  } else if (known == NULL && lie_ready(reader, rows)) {
    reader->stretch.values = reader->at;
    reader->at += rows * seg_parquet_value_size(reader->column->type);
  } else {
    result = take_plain(reader, dense, known == NULL ? reader->values : reader->dense);
    if (result == SEG_READER_FINE && known != NULL)
      spread(reader->dense, stretch_value_size(reader->column->type), known, rows, reader->values);
    reader->stretch.values = reader->values;
  }
  reader->left -= rows;
  reader->row += rows;
  return result;
}

// Of differences, plain texts and truth values a stretch at a time is read, as nothing tells where
// they end.
static enum seg_reader_result skip_plain(struct seg_column_reader *reader, uint32_t count) {
  size_t size = seg_parquet_value_size(reader->column->type);
  if (reader->is_split)
    size = 1; // all streams move together
  if (size == 0 || reader->is_delta)
    return take_plain(reader, count, reader->dense);
  if ((size_t)(reader->end - reader->at) / size < count)
    return SEG_READER_DAMAGED;
  reader->at += count * size;
  return SEG_READER_FINE;
}

enum seg_reader_result seg_parquet_skip_values(struct seg_column_reader *reader, uint32_t rows) {
  while (rows > 0) {
    uint32_t some = rows < SEG_PARQUET_STRETCH ? rows : SEG_PARQUET_STRETCH, dense;
    const uint64_t *known;
    if (!take_known(reader, some, &known, &dense))
      return SEG_READER_DAMAGED;
    enum seg_reader_result result = SEG_READER_FINE;
    if (!reader->is_coded)
      result = skip_plain(reader, dense);
    else if (!seg_hybrid_skip(&reader->codes, dense))
      result = SEG_READER_DAMAGED;
    if (result != SEG_READER_FINE)
      return result;
    reader->left -= some;
    reader->row += some;
    rows -= some;
  }
  return SEG_READER_FINE;
}
