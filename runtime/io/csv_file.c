// One small state machine over the bytes of a CSV file; see csv_file.h for the form it accepts,
// which is the one DuckDB accepts in strict mode (tests/unit/test_csv_file.c holds them together).
#include "runtime/io/csv_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "runtime/base/utf8.h"
#include "runtime/base/vec.h"
#include "runtime/io/io_errors.h"

enum { BUFFER_SIZE = 1 << 16, END = -1, BROKEN = -2 };

enum line_end { NO_LINE_END, LINE_END_LF, LINE_END_CRLF, LINE_END_CR };

typedef SEG_VEC(char) byte_list;

struct reader {
  gzFile file;
  unsigned char *buffer;
  size_t at, size;
  int64_t line; // of the next byte, from 1
  enum line_end line_end;
  char delimiter;
  byte_list record; // bytes of the record being read, for the check of UTF-8
  bool memory_out;
  int reason; // why the system could not read on
};

static void reader_close(struct reader *reader) {
  if (reader->file != NULL)
    gzclose_r(reader->file);
  free(reader->buffer);
  SEG_VEC_FREE(&reader->record);
  *reader = (struct reader){0};
}

static int peek(struct reader *reader) {
  if (reader->at == reader->size) {
    int size = gzread(reader->file, reader->buffer, BUFFER_SIZE);
    int state = Z_OK;
    if (size <= 0)
      gzerror(reader->file, &state);
    if (state == Z_ERRNO)
      reader->reason = errno;
    if (size < 0 || (size == 0 && state != Z_OK && state != Z_STREAM_END))
      return BROKEN;
    if (size == 0)
      return END;
    reader->at = 0;
    reader->size = (size_t)size;
  }
  return reader->buffer[reader->at];
}

static int take(struct reader *reader) {
  int byte = peek(reader);
  if (byte < 0)
    return byte;
  reader->at++;
  if (!SEG_VEC_PUSH(&reader->record, (char)byte))
    reader->memory_out = true;
  return byte;
}

// False with errno, ENOMEM without memory.
static bool reader_open(struct reader *reader, const char *path, char delimiter) {
  *reader = (struct reader){.line = 1, .delimiter = delimiter};
  reader->buffer = malloc(BUFFER_SIZE);
  errno = ENOMEM; // gzopen says nothing when memory is out
  reader->file = gzopen(path, "rbe");
  if (reader->buffer == NULL || reader->file == NULL) {
    int reason = reader->buffer == NULL ? ENOMEM : errno;
    reader_close(reader);
    errno = reason;
    return false;
  }
  static const unsigned char mark[] = {0xef, 0xbb, 0xbf};
  if (peek(reader) == mark[0] && reader->size >= sizeof mark &&
      memcmp(reader->buffer, mark, sizeof mark) == 0)
    reader->at = sizeof mark;
  return true;
}

// The rest of a line end whose first byte was taken; false when it is of another kind than before.
static bool finish_line(struct reader *reader, int first) {
  enum line_end kind = LINE_END_LF;
  if (first == '\r')
    kind = peek(reader) == '\n' ? take(reader), LINE_END_CRLF : LINE_END_CR;
  reader->line++;
  if (reader->line_end == NO_LINE_END)
    reader->line_end = kind;
  return reader->line_end == kind;
}

// A quoted field behind its opening quote, up to the byte that ends the field (taken, returned).
static int skip_quoted(struct reader *reader, enum seg_csv_fault *fault) {
  for (;;) {
    int byte = take(reader);
    if (byte == BROKEN)
      return byte;
    if (byte == END) {
      if (*fault == SEG_CSV_FINE)
        *fault = SEG_CSV_OPEN;
      return byte;
    }
    if (byte == '\n' || (byte == '\r' && peek(reader) != '\n'))
      reader->line++;
    if (byte != '"')
      continue;
    if (peek(reader) == '"') {
      take(reader);
      continue;
    }
    do
      byte = take(reader);
    while (byte == ' ');
    if (byte == END || byte == BROKEN || byte == '\n' || byte == '\r' || byte == reader->delimiter)
      return byte;
    *fault = SEG_CSV_QUOTE;
  }
}

struct field_count {
  int64_t fields;
  int64_t last_full; // number of the last field that is not empty, or is quoted
};

// One record up to its end (END or BROKEN or a line end is returned). Counting starts at 0 and an
// empty line has one empty field.
static int skip_record(struct reader *reader, struct field_count *count,
                       enum seg_csv_fault *fault) {
  *count = (struct field_count){0};
  for (;;) {
    int byte = take(reader);
    while (byte == ' ' && peek(reader) == ' ')
      byte = take(reader);
    if (byte == ' ' && peek(reader) == '"')
      byte = take(reader);
    count->fields++;
    bool full = byte >= 0 && byte != '\n' && byte != '\r' && byte != reader->delimiter;
    if (full)
      count->last_full = count->fields;
    if (byte == '"')
      byte = skip_quoted(reader, fault);
    else
      while (byte >= 0 && byte != '\n' && byte != '\r' && byte != reader->delimiter)
        byte = take(reader);
    if (byte == '\n' || byte == '\r') {
      if (!finish_line(reader, byte) && *fault == SEG_CSV_FINE)
        *fault = SEG_CSV_LINE_END;
      return byte;
    }
    if (byte < 0)
      return byte;
  }
}

static void judge_record(const struct reader *reader, const struct field_count *count,
                         int64_t columns, struct seg_csv_place *place) {
  struct seg_str text = {reader->record.items, reader->record.count};
  if (place->fault != SEG_CSV_FINE)
    return;
  if (!seg_utf8_valid(text)) {
    place->fault = SEG_CSV_BAD_TEXT;
  } else if (count->last_full > columns) {
    place->fault = SEG_CSV_TOO_MANY;
    place->fields = count->fields;
  } else if (count->fields < columns) {
    place->fault = SEG_CSV_TOO_FEW;
    place->fields = count->fields;
  }
}

bool seg_csv_find(struct seg_str path, const struct seg_csv_header *header, int64_t row,
                  struct seg_csv_place *place) {
  struct reader reader;
  struct field_count count;
  struct seg_csv_place mixed = {0};
  *place = (struct seg_csv_place){0};
  if (!reader_open(&reader, path.data, header->delimiter))
    return false;
  int end = skip_record(&reader, &count, &place->fault); // the header was read before
  place->fault = SEG_CSV_FINE;
  place->end = true;
  while (end >= 0 && !reader.memory_out) {
    reader.record.count = 0;
    place->line = reader.line;
    end = skip_record(&reader, &count, &place->fault);
    if (end == BROKEN)
      break;
    if (place->fault == SEG_CSV_LINE_END) {
      if (mixed.fault == SEG_CSV_FINE)
        mixed = *place;
      place->fault = SEG_CSV_FINE;
    }
    bool empty = count.fields == 1 && count.last_full == 0;
    if (empty && (end == END || header->count > 1) && place->fault == SEG_CSV_FINE)
      continue;
    judge_record(&reader, &count, (int64_t)header->count, place);
    if (place->fault != SEG_CSV_FINE || place->row == row) {
      place->end = false;
      break;
    }
    place->row++;
  }
  if (end == BROKEN) {
    place->fault = SEG_CSV_UNREADABLE;
    place->reason = reader.reason;
    place->end = false;
  }
  // DuckDB lets some mixed line ends pass, so they are to blame only when nothing else is.
  if (place->end && mixed.fault != SEG_CSV_FINE) {
    *place = mixed;
    place->end = false;
  }
  bool fine = !reader.memory_out;
  reader_close(&reader);
  return fine;
}

// The delimiter that occurs most outside quotes; ties and none: the first of the list.
static char choose_delimiter(struct seg_str line) {
  static const char candidates[] = {',', ';', '\t', '|'};
  size_t best = 0;
  size_t best_count = 0;
  for (size_t i = 0; i < sizeof candidates; i++) {
    size_t count = 0;
    bool quoted = false;
    for (size_t at = 0; at < line.size; at++) {
      if (line.data[at] == '"')
        quoted = !quoted;
      count += !quoted && line.data[at] == candidates[i];
    }
    if (count > best_count) {
      best = i;
      best_count = count;
    }
  }
  return candidates[best];
}

// One name of the header from `*at` on; `*at` ends behind its delimiter.
static enum seg_status take_name(struct seg_arena *arena, struct seg_str line, char delimiter,
                                 size_t *at, struct seg_str *name, struct seg_error *error) {
  char *text = seg_arena_alloc(arena, line.size + 1);
  size_t size = 0;
  if (text == NULL)
    return seg_fail_memory(error, "the header of a CSV file");
  while (*at < line.size && line.data[*at] == ' ')
    ++*at;
  bool quoted = *at < line.size && line.data[*at] == '"';
  if (quoted) {
    for (++*at; *at < line.size; ++*at) {
      bool quote = line.data[*at] == '"';
      if (quote && (*at + 1 == line.size || line.data[*at + 1] != '"'))
        break;
      text[size++] = line.data[*at];
      *at += quote;
    }
    ++*at;
  }
  for (; *at < line.size && line.data[*at] != delimiter; ++*at)
    if (!quoted)
      text[size++] = line.data[*at];
  while (!quoted && size > 0 && text[size - 1] == ' ')
    size--;
  ++*at;
  if (seg_utf8_nfc(arena, (struct seg_str){text, size}, name) == SEG_OUT_OF_MEMORY)
    return seg_fail_memory(error, "the header of a CSV file");
  return SEG_OK;
}

static enum seg_status check_names(struct seg_str path, const struct seg_csv_header *header,
                                   struct seg_error *error) {
  for (size_t i = 0; i < header->count; i++)
    for (size_t j = 0; j < i && header->names[i].size > 0; j++)
      if (seg_str_equal(header->names[i], header->names[j])) {
        SEG_IO_FAIL(error, SEG_BAD_DATA, COLUMN_TWICE,
                    "%.*s, line 1: the columns %zu and %zu are both called \"%.*s\"", SEG_STR(path),
                    j + 1, i + 1, SEG_STR(header->names[i]));
        seg_error_help(error, "give every column its own name in the first line");
        return SEG_BAD_DATA;
      }
  return SEG_OK;
}

static enum seg_status split_header(struct seg_arena *arena, struct seg_str path,
                                    struct seg_str line, struct seg_csv_header *header,
                                    struct seg_error *error) {
  header->delimiter = choose_delimiter(line);
  size_t most = 1;
  for (size_t i = 0; i < line.size; i++)
    most += line.data[i] == header->delimiter;
  header->names = SEG_NEW_ARRAY(arena, struct seg_str, most);
  if (header->names == NULL)
    return seg_fail_memory(error, "the header of a CSV file");
  // A delimiter at the very end leaves `at` one short of its final place: that last name is empty.
  for (size_t at = 0; at <= line.size;) {
    enum seg_status status =
        take_name(arena, line, header->delimiter, &at, &header->names[header->count], error);
    if (status != SEG_OK)
      return status;
    header->count++;
  }
  return check_names(path, header, error);
}

// What is wrong with the first line before it is split: `last` is the byte that ended it.
static enum seg_status check_header_line(struct seg_str path, const struct reader *reader,
                                         struct seg_str line, int last, bool quoted,
                                         struct seg_error *error) {
  if (last == BROKEN && reader->reason != 0)
    return SEG_IO_FAIL(error, SEG_IO, UNREADABLE, "the file %.*s cannot be read: %s", SEG_STR(path),
                       seg_io_reason(reader->reason));
  if (last == BROKEN)
    return SEG_IO_FAIL(error, SEG_BAD_DATA, BAD_FILE,
                       "the file %.*s is damaged: it cannot be unpacked", SEG_STR(path));
  if (last == END && line.size == 0)
    return SEG_IO_FAIL(error, SEG_BAD_DATA, EMPTY_FILE, "the file %.*s is empty: it has no columns",
                       SEG_STR(path));
  if (line.size == 0)
    return SEG_IO_FAIL(error, SEG_BAD_DATA, BAD_LINE,
                       "%.*s, line 1 is empty: it must name the columns", SEG_STR(path));
  if (quoted)
    return SEG_IO_FAIL(error, SEG_BAD_DATA, BAD_LINE,
                       "%.*s, line 1: a quote is not closed before the end of the line",
                       SEG_STR(path));
  if (!seg_utf8_valid(line)) {
    SEG_IO_FAIL(error, SEG_BAD_DATA, BAD_TEXT,
                "%.*s, line 1: the names of the columns are not UTF-8", SEG_STR(path));
    seg_error_help(error, "save the file as UTF-8");
    return SEG_BAD_DATA;
  }
  return SEG_OK;
}

enum seg_status seg_csv_read_header(struct seg_arena *arena, struct seg_str path,
                                    struct seg_csv_header *header, struct seg_error *error) {
  struct reader reader;
  bool quoted = false;
  int byte;
  *header = (struct seg_csv_header){0};
  if (!reader_open(&reader, path.data, ','))
    return errno == ENOMEM ? seg_fail_memory(error, "the header of a CSV file")
                           : SEG_IO_FAIL(error, SEG_IO, UNREADABLE,
                                         "the file %.*s cannot be opened", SEG_STR(path));
  while ((byte = take(&reader)) >= 0 && byte != '\n' && byte != '\r' && !reader.memory_out)
    if (byte == '"')
      quoted = !quoted;
  struct seg_str line = {reader.record.items, reader.record.count - (byte >= 0)};
  enum seg_status status = reader.memory_out
                               ? seg_fail_memory(error, "the header of a CSV file")
                               : check_header_line(path, &reader, line, byte, quoted, error);
  if (status == SEG_OK)
    status = split_header(arena, path, line, header, error);
  reader_close(&reader);
  return status;
}
