// The footer of a Parquet file; see parquet_file.h.
#include "runtime/parquet/parquet_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/parquet/parquet_page.h"
#include "runtime/parquet/thrift_reader.h"

enum {
  TAIL = 8, // the size of the footer and "PAR1"
  REQUIRED = 0,
  OPTIONAL = 1,
  OLDER_NONE =
      -1, // of the older form of saying what values mean; the others by the format's numbers
  TIMESTAMP_MILLIS = 9,
  TIMESTAMP_MICROS = 10,
  LOGICAL_STRING = 1, // of the newer form
  LOGICAL_DECIMAL = 5,
  LOGICAL_DATE = 6,
  LOGICAL_TIMESTAMP = 8,
  LOGICAL_INTEGER = 10,
};

/** One element of the schema, which is a tree written from the root down. */
struct element {
  struct seg_parquet_column column;
  int64_t repetition, children;
};

static enum seg_parquet_unit read_unit(struct seg_thrift_reader *reader,
                                       const struct seg_thrift_field *field) {
  enum seg_parquet_unit unit = SEG_PARQUET_NO_UNIT;
  struct seg_thrift_field inner = {0};
  seg_thrift_enter(reader, field);
  while (seg_thrift_next(reader, &inner)) {
    if (inner.number >= 1 && inner.number <= 3)
      unit = SEG_PARQUET_NO_UNIT + (unsigned)inner.number;
    seg_thrift_skip(reader, &inner);
  }
  return unit;
}

/** Which of the logical types it is, by its number in the format; 0: none is named. */
struct logical {
  int32_t kind;
  bool adjusted; // TIMESTAMP: to UTC
};

// Only of timestamps the details are looked at: the others have them in their older form, too.
static struct logical read_logical(struct seg_thrift_reader *reader,
                                   const struct seg_thrift_field *field,
                                   enum seg_parquet_unit *unit) {
  enum { ADJUSTED = 1, UNIT = 2 };
  struct logical logical = {0};
  struct seg_thrift_field inner = {0};
  seg_thrift_enter(reader, field);
  while (seg_thrift_next(reader, &inner)) {
    logical.kind = inner.number;
    if (inner.number != LOGICAL_TIMESTAMP) {
      seg_thrift_skip(reader, &inner);
      continue;
    }
    struct seg_thrift_field part = {0};
    seg_thrift_enter(reader, &inner);
    while (seg_thrift_next(reader, &part)) {
      if (part.number == ADJUSTED)
        logical.adjusted = seg_thrift_read_bool(reader, &part);
      else if (part.number == UNIT)
        *unit = read_unit(reader, &part);
      else
        seg_thrift_skip(reader, &part);
    }
  }
  return logical;
}

// Both forms of saying it, the older one (a number) and the newer, must fit together.
static enum seg_parquet_meaning find_meaning(int64_t older, const struct logical *newer) {
  static const struct {
    int64_t older;
    int32_t newer;
    enum seg_parquet_meaning meaning;
  } known[] = {
      {OLDER_NONE, 0, SEG_PARQUET_AS_IT_IS},         {0, LOGICAL_STRING, SEG_PARQUET_STRING},
      {5, LOGICAL_DECIMAL, SEG_PARQUET_DECIMAL},     {6, LOGICAL_DATE, SEG_PARQUET_DATE},
      {TIMESTAMP_MILLIS, 0, SEG_PARQUET_LOCAL_TIME}, {TIMESTAMP_MICROS, 0, SEG_PARQUET_LOCAL_TIME},
      {11, LOGICAL_INTEGER, SEG_PARQUET_UINT_8},     {12, LOGICAL_INTEGER, SEG_PARQUET_UINT_16},
      {13, LOGICAL_INTEGER, SEG_PARQUET_UINT_32},    {14, LOGICAL_INTEGER, SEG_PARQUET_UINT_64},
      {15, LOGICAL_INTEGER, SEG_PARQUET_INT_8},      {16, LOGICAL_INTEGER, SEG_PARQUET_INT_16},
      {17, LOGICAL_INTEGER, SEG_PARQUET_INT_32},     {18, LOGICAL_INTEGER, SEG_PARQUET_INT_64},
  };
  if (newer->kind == LOGICAL_TIMESTAMP)
    return newer->adjusted ? SEG_PARQUET_INSTANT : SEG_PARQUET_LOCAL_TIME;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (known[i].older == older && (newer->kind == 0 || newer->kind == known[i].newer))
      return known[i].meaning;
  return SEG_PARQUET_OTHER;
}

static struct element read_element(struct seg_thrift_reader *reader,
                                   const struct seg_thrift_field *item) {
  struct element element = {.column.type = SEG_PARQUET_FIXED};
  int64_t older = OLDER_NONE, value;
  struct logical newer = {0};
  struct seg_thrift_field field = {0};
  seg_thrift_enter(reader, item);
  while (seg_thrift_next(reader, &field)) {
    switch (field.number) {
    case 1:
      value = seg_thrift_read_integer(reader, &field);
      element.column.type = value >= 0 && value <= SEG_PARQUET_FIXED ? (enum seg_parquet_type)value
                                                                     : SEG_PARQUET_FIXED;
      break;
    case 3: element.repetition = seg_thrift_read_integer(reader, &field); break;
    case 4: element.column.name = seg_thrift_read_text(reader, &field); break;
    case 5: element.children = seg_thrift_read_integer(reader, &field); break;
    case 6: older = seg_thrift_read_integer(reader, &field); break;
    case 7: element.column.scale = seg_thrift_read_integer(reader, &field); break;
    case 8: element.column.precision = seg_thrift_read_integer(reader, &field); break;
    case 10: newer = read_logical(reader, &field, &element.column.unit); break;
    default: seg_thrift_skip(reader, &field);
    }
  }
  element.column.meaning = find_meaning(older, &newer);
  if (element.column.unit == SEG_PARQUET_NO_UNIT && older == TIMESTAMP_MILLIS)
    element.column.unit = SEG_PARQUET_MILLISECONDS;
  if (element.column.unit == SEG_PARQUET_NO_UNIT && older == TIMESTAMP_MICROS)
    element.column.unit = SEG_PARQUET_MICROSECONDS;
  return element;
}

// The leaves below the root: those directly below it are the columns. `left` counts the elements
// that are still to come, level by level.
static bool read_schema(struct seg_arena *arena, struct seg_thrift_reader *reader,
                        const struct seg_thrift_field *field, struct seg_parquet_file *file) {
  struct seg_thrift_field item;
  size_t count = seg_thrift_read_list(reader, field, &item);
  if (count == 0)
    return false;
  (void)read_element(reader, &item);
  file->columns = SEG_NEW_ARRAY(arena, struct seg_parquet_column, count);
  if (file->columns == NULL)
    return false;
  int64_t nested = 0; // elements below one of the root's children
  for (size_t i = 1; i < count && !reader->failed; i++) {
    struct element element = read_element(reader, &item);
    bool is_top = nested == 0;
    if (element.children < 0 || element.children > (int64_t)count)
      return false;
    nested += element.children - !is_top;
    if (element.children > 0)
      continue;
    element.column.place = file->chunk_count++;
    element.column.optional = element.repetition == OPTIONAL;
    if (!is_top || (element.repetition != REQUIRED && element.repetition != OPTIONAL))
      continue;
    element.column.name = seg_arena_str(arena, element.column.name);
    if (element.column.name.data == NULL)
      return false;
    file->columns[file->column_count++] = element.column;
  }
  return !reader->failed && nested == 0;
}

static bool known_encodings(struct seg_thrift_reader *reader,
                            const struct seg_thrift_field *field) {
  bool known = true;
  struct seg_thrift_field item;
  size_t count = seg_thrift_read_list(reader, field, &item);
  for (size_t i = 0; i < count; i++) {
    int64_t encoding = seg_thrift_read_integer(reader, &item);
    known = known && (encoding == SEG_ENCODING_PLAIN || encoding == SEG_ENCODING_PLAIN_DICTIONARY ||
                      encoding == SEG_ENCODING_RLE || encoding == SEG_ENCODING_BIT_PACKED ||
                      encoding == SEG_ENCODING_DELTA || encoding == SEG_ENCODING_RLE_DICTIONARY ||
                      encoding == SEG_ENCODING_SPLIT);
  }
  return known;
}

// A number as plain values have it; its bytes, 0 when it is none.
static uint8_t read_number(struct seg_thrift_reader *reader, const struct seg_thrift_field *field,
                           int64_t *number) {
  struct seg_str bytes = seg_thrift_read_text(reader, field);
  int32_t narrow = 0;
  if (bytes.size == sizeof narrow) {
    memcpy(&narrow, bytes.data, sizeof narrow);
    *number = narrow;
  } else if (bytes.size == sizeof *number) {
    memcpy(number, bytes.data, sizeof *number);
  } else {
    return 0;
  }
  return (uint8_t)bytes.size;
}

// Only what newer writers say, whose order of values is that of the column's type.
static void read_statistics(struct seg_thrift_reader *reader, const struct seg_thrift_field *field,
                            struct seg_parquet_chunk *chunk) {
  enum { MOST = 5, LEAST = 6 };
  uint8_t most_bytes = 0, least_bytes = 0;
  struct seg_thrift_field inner = {0};
  seg_thrift_enter(reader, field);
  while (seg_thrift_next(reader, &inner)) {
    if (inner.number == MOST)
      most_bytes = read_number(reader, &inner, &chunk->most);
    else if (inner.number == LEAST)
      least_bytes = read_number(reader, &inner, &chunk->least);
    else
      seg_thrift_skip(reader, &inner);
  }
  chunk->range_bytes = most_bytes == least_bytes ? most_bytes : 0;
}

static void read_meta_data(struct seg_thrift_reader *reader, const struct seg_thrift_field *field,
                           struct seg_parquet_chunk *chunk) {
  int64_t codec = -1, data = -1, dictionary = 0;
  bool known = false;
  struct seg_thrift_field inner = {0};
  seg_thrift_enter(reader, field);
  while (seg_thrift_next(reader, &inner)) {
    switch (inner.number) {
    case 2: known = known_encodings(reader, &inner); break;
    case 4: codec = seg_thrift_read_integer(reader, &inner); break;
    case 6: chunk->unpacked_size = seg_thrift_read_integer(reader, &inner); break;
    case 7: chunk->size = seg_thrift_read_integer(reader, &inner); break;
    case 9: data = seg_thrift_read_integer(reader, &inner); break;
    case 11: dictionary = seg_thrift_read_integer(reader, &inner); break;
    case 12: read_statistics(reader, &inner, chunk); break;
    default: seg_thrift_skip(reader, &inner);
    }
  }
  // Some writers give 0 for "no dictionary".
  chunk->offset = dictionary > 0 && dictionary < data ? dictionary : data;
  chunk->codec = (enum seg_parquet_codec)codec;
  chunk->readable = known && (codec == SEG_PARQUET_PLAIN || codec == SEG_PARQUET_SNAPPY ||
                              codec == SEG_PARQUET_GZIP);
}

static void read_chunk(struct seg_thrift_reader *reader, const struct seg_thrift_field *item,
                       struct seg_parquet_chunk *chunk) {
  enum { FILE_PATH = 1, META_DATA = 3, CRYPTO = 8, ENCRYPTED = 9 };
  bool elsewhere = false;
  struct seg_thrift_field field = {0};
  seg_thrift_enter(reader, item);
  while (seg_thrift_next(reader, &field)) {
    elsewhere = elsewhere || field.number == FILE_PATH || field.number == CRYPTO ||
                field.number == ENCRYPTED;
    if (field.number == META_DATA)
      read_meta_data(reader, &field, chunk);
    else
      seg_thrift_skip(reader, &field);
  }
  chunk->readable = chunk->readable && !elsewhere;
}

static bool read_group(struct seg_arena *arena, struct seg_thrift_reader *reader,
                       const struct seg_thrift_field *item, const struct seg_parquet_file *file,
                       struct seg_parquet_group *group) {
  enum { COLUMNS = 1, ROWS = 3 };
  size_t count = 0;
  group->row_count = -1;
  struct seg_thrift_field field = {0}, chunk;
  seg_thrift_enter(reader, item);
  while (seg_thrift_next(reader, &field)) {
    if (field.number == ROWS) {
      group->row_count = seg_thrift_read_integer(reader, &field);
    } else if (field.number == COLUMNS) {
      count = seg_thrift_read_list(reader, &field, &chunk);
      group->chunks = SEG_NEW_ARRAY(arena, struct seg_parquet_chunk, count + 1);
      if (group->chunks == NULL)
        return false;
      for (size_t i = 0; i < count && !reader->failed; i++)
        read_chunk(reader, &chunk, &group->chunks[i]);
    } else {
      seg_thrift_skip(reader, &field);
    }
  }
  return !reader->failed && count == file->chunk_count && group->row_count >= 0;
}

static bool read_groups(struct seg_arena *arena, struct seg_thrift_reader *reader,
                        const struct seg_thrift_field *field, struct seg_parquet_file *file) {
  struct seg_thrift_field item;
  size_t count = seg_thrift_read_list(reader, field, &item);
  file->groups = SEG_NEW_ARRAY(arena, struct seg_parquet_group, count + 1);
  if (file->groups == NULL || count > UINT32_MAX)
    return false;
  for (size_t i = 0; i < count && !reader->failed; i++)
    if (!read_group(arena, reader, &item, file, &file->groups[i]))
      return false;
  file->group_count = (uint32_t)count;
  return !reader->failed;
}

// The row counts of the groups must make up that of the file, and all chunks lie in it.
static bool is_whole(const struct seg_parquet_file *file, int64_t size) {
  int64_t rows = 0;
  for (uint32_t g = 0; g < file->group_count; g++) {
    const struct seg_parquet_group *group = &file->groups[g];
    if (__builtin_add_overflow(rows, group->row_count, &rows))
      return false;
    for (uint32_t c = 0; c < file->chunk_count; c++) {
      const struct seg_parquet_chunk *chunk = &group->chunks[c];
      if (chunk->offset < 0 || chunk->size < 0 || chunk->offset > size ||
          chunk->size > size - chunk->offset || chunk->unpacked_size < 0)
        return false;
    }
  }
  return rows == file->row_count;
}

static bool parse(struct seg_arena *arena, const uint8_t *bytes, size_t size,
                  struct seg_parquet_file *file) {
  enum { SCHEMA = 2, ROWS = 3, GROUPS = 4, ENCRYPTION = 8 };
  struct seg_thrift_reader reader;
  struct seg_thrift_field field = {0};
  bool fine = true;
  file->row_count = -1;
  seg_thrift_reader_init(&reader, bytes, size);
  while (fine && seg_thrift_next(&reader, &field)) {
    switch (field.number) {
    case SCHEMA: fine = read_schema(arena, &reader, &field, file); break;
    case ROWS: file->row_count = seg_thrift_read_integer(&reader, &field); break;
    case GROUPS: fine = read_groups(arena, &reader, &field, file); break;
    case ENCRYPTION: return false;
    default: seg_thrift_skip(&reader, &field);
    }
  }
  return fine && !reader.failed && file->columns != NULL;
}

static uint8_t *read_footer(int descriptor, int64_t file_size, size_t *size) {
  uint8_t tail[TAIL];
  uint32_t footer;
  if (file_size < 2 * TAIL || pread(descriptor, tail, TAIL, file_size - TAIL) != TAIL ||
      memcmp(tail + 4, "PAR1", 4) != 0)
    return NULL;
  memcpy(&footer, tail, sizeof footer);
  if (footer == 0 || footer > file_size - TAIL)
    return NULL;
  uint8_t *bytes = malloc(footer);
  if (bytes == NULL)
    return NULL;
  if (pread(descriptor, bytes, footer, file_size - TAIL - footer) != (ssize_t)footer) {
    free(bytes);
    return NULL;
  }
  *size = footer;
  return bytes;
}

bool seg_parquet_file_read(struct seg_arena *arena, struct seg_str path,
                           struct seg_parquet_file *file) {
  *file = (struct seg_parquet_file){.path = path};
  struct stat info;
  size_t size = 0;
  bool fine = false;
  int descriptor = open(path.data, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return false;
  uint8_t *footer = fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode)
                        ? NULL
                        : read_footer(descriptor, info.st_size, &size);
  close(descriptor);
  if (footer != NULL)
    fine = parse(arena, footer, size, file) && is_whole(file, info.st_size);
  free(footer);
  return fine;
}
