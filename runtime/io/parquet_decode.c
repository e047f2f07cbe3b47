// From the columns of a Parquet file to those of a morsel. The values of a dictionary are converted
// once, and the rows pick theirs by code; what a dictionary cannot say (which row is the first to
// use a bad value) is found by converting the rows themselves.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/io/io_errors.h"
#include "runtime/io/source_parquet.h"
#include "runtime/parquet/column_reader.h"

/** The dictionary of a row group as a target has its values; one more behind the last: zero, of
 * rows where the value is missing. */
struct converted {
  uint64_t generation; // of the reader's dictionary; 0: none
  bool usable;         // every value could be converted
  void *values;
  size_t capacity; // values
  struct seg_convert_scratch scratch;
};

struct seg_parquet_readers {
  uint32_t column_count, target_count;
  struct seg_column_reader *columns; // per column of the query
  struct converted *dictionaries;    // per target
  void *raw;                         // a stretch of values by row
  duckdb_string_t *texts;            // the same as DuckDB has texts
  uint32_t file;                     // which one is open
  int descriptor;                    // of it; -1: none
};

/** The first error of a morsel: of the smallest row; of one row, what is wrong with the bytes of a
 * column, of the first column, then with values, of the first target. */
struct found {
  int64_t row; // of the morsel
  uint32_t place;
  enum seg_status status;
};

void seg_parquet_readers_free(struct seg_parquet_readers *readers) {
  if (readers == NULL)
    return;
  for (uint32_t c = 0; readers->columns != NULL && c < readers->column_count; c++)
    seg_column_reader_deinit(&readers->columns[c]);
  for (uint32_t t = 0; readers->dictionaries != NULL && t < readers->target_count; t++) {
    free(readers->dictionaries[t].values);
    seg_arena_deinit(&readers->dictionaries[t].scratch.arena);
  }
  if (readers->descriptor >= 0)
    close(readers->descriptor);
  free(readers->columns);
  free(readers->dictionaries);
  free(readers->raw);
  free(readers->texts);
  free(readers);
}

void seg_parquet_readers_release(struct seg_parquet_readers *readers) {
  for (uint32_t c = 0; readers != NULL && c < readers->column_count; c++)
    seg_column_reader_release(&readers->columns[c]);
}

static struct seg_parquet_readers *new_readers(const struct seg_duck_source *source) {
  struct seg_parquet_readers *readers = calloc(1, sizeof *readers);
  if (readers == NULL)
    return NULL;
  readers->descriptor = -1;
  readers->column_count = source->column_count;
  readers->target_count = source->plan.target_count;
  readers->columns = calloc((size_t)readers->column_count + 1, sizeof *readers->columns);
  readers->dictionaries = calloc(readers->target_count, sizeof *readers->dictionaries);
  readers->raw = malloc(SEG_PARQUET_STRETCH * sizeof(struct seg_str));
  readers->texts = malloc(SEG_PARQUET_STRETCH * sizeof *readers->texts);
  for (uint32_t t = 0; readers->dictionaries != NULL && t < readers->target_count; t++)
    seg_arena_init(&readers->dictionaries[t].scratch.arena);
  if (readers->columns == NULL || readers->dictionaries == NULL || readers->raw == NULL ||
      readers->texts == NULL) {
    seg_parquet_readers_free(readers);
    return NULL;
  }
  return readers;
}

static enum seg_status fail_reading(struct seg_str path, enum seg_reader_result result,
                                    struct seg_error *error) {
  switch (result) {
  case SEG_READER_FINE: return SEG_OK;
  case SEG_READER_NO_MEMORY: return seg_fail_memory(error, "the reading of a source");
  case SEG_READER_BAD_TEXT:
    SEG_IO_FAIL(error, SEG_BAD_DATA, BAD_TEXT, "the Parquet file %.*s holds text that is not UTF-8",
                SEG_STR(path));
    seg_error_help(error, "write the file again with text in UTF-8");
    return SEG_BAD_DATA;
  case SEG_READER_DAMAGED:
  case SEG_READER_UNREADABLE: break;
  }
  SEG_IO_FAIL(error, SEG_BAD_DATA, BAD_FILE, "the Parquet file %.*s is damaged: %s", SEG_STR(path),
              result == SEG_READER_DAMAGED ? "a page is not what its header or the footer says"
                                           : "the system cannot read all of it");
  seg_error_help(error, "check that the file was copied completely, or write it again");
  return SEG_BAD_DATA;
}

static enum seg_status open_file(struct seg_parquet_readers *readers, uint32_t file,
                                 struct seg_str path, struct seg_error *error) {
  if (readers->descriptor >= 0 && readers->file == file)
    return SEG_OK;
  if (readers->descriptor >= 0)
    close(readers->descriptor);
  readers->file = file;
  do
    readers->descriptor = open(path.data, O_RDONLY | O_CLOEXEC);
  while (readers->descriptor < 0 && errno == EINTR);
  return readers->descriptor >= 0 ? SEG_OK : fail_reading(path, SEG_READER_UNREADABLE, error);
}

static duckdb_string_t duck_text(struct seg_str text) {
  enum { INLINED = 12, PREFIX = 4 };
  duckdb_string_t made;
  memset(&made, 0, sizeof made);
  made.value.inlined.length = (uint32_t)text.size;
  if (text.size == 0)
    return made; // and perhaps no bytes to point at
  if (text.size <= INLINED) {
    memcpy(made.value.inlined.inlined, text.data, text.size);
  } else {
    memcpy(made.value.pointer.prefix, text.data, PREFIX);
    made.value.pointer.ptr = (char *)(uintptr_t)text.data;
  }
  return made;
}

// Values of a stretch or a dictionary in the form of DuckDB's vectors; `room` is for texts.
static const void *in_duck_form(const struct seg_parquet_place *place, const void *values,
                                uint32_t count, duckdb_string_t *room) {
  if (place->column->type != SEG_PARQUET_TEXT)
    return values;
  const struct seg_str *texts = values;
  for (uint32_t i = 0; i < count; i++)
    room[i] = duck_text(texts[i]);
  return room;
}

// A text that was short enough to lie in `room` itself is where it lies in the file from now on.
static void point_at_file(struct seg_str *to, uint32_t count, const struct seg_str *texts,
                          const duckdb_string_t *room) {
  for (uint32_t i = 0; i < count; i++)
    if (to[i].data == room[i].value.inlined.inlined)
      to[i].data = texts[i].data;
}

static size_t raw_size(enum seg_parquet_type type) {
  switch (type) {
  case SEG_PARQUET_INT32:
  case SEG_PARQUET_FLOAT: return sizeof(int32_t);
  case SEG_PARQUET_INT64:
  case SEG_PARQUET_DOUBLE: return sizeof(int64_t);
  default: return sizeof(struct seg_str);
  }
}

/*
 * Picking: to[i] = values[codes[i]].
 */

// NOLINTBEGIN(bugprone-macro-parentheses): Type is a type
#define PICK(Type, values, codes, count, to)                                                       \
  do {                                                                                             \
    const Type *from_ = (values);                                                                  \
    Type *to_ = (Type *)(to);                                                                      \
    for (int64_t row_ = 0; row_ < (count); row_++)                                                 \
      to_[row_] = from_[(codes)[row_]];                                                            \
  } while (0)
// NOLINTEND(bugprone-macro-parentheses)

static void pick_narrow(size_t size, const void *values, const uint32_t *codes, int64_t count,
                        void *to, int64_t at) {
  switch (size) {
  case sizeof(int8_t): PICK(int8_t, values, codes, count, (int8_t *)to + at); break;
  case sizeof(int16_t): PICK(int16_t, values, codes, count, (int16_t *)to + at); break;
  default: PICK(int32_t, values, codes, count, (int32_t *)to + at); break;
  }
}

static void pick(enum seg_layout layout, const void *values, const uint32_t *codes, int64_t count,
                 void *to, int64_t at) {
  switch (layout) {
  case SEG_LAYOUT_BIT: break; // never converted as a dictionary
  case SEG_LAYOUT_I32: PICK(int32_t, values, codes, count, (int32_t *)to + at); break;
  case SEG_LAYOUT_I64: PICK(int64_t, values, codes, count, (int64_t *)to + at); break;
  case SEG_LAYOUT_F64: PICK(double, values, codes, count, (double *)to + at); break;
  case SEG_LAYOUT_TEXT:
    PICK(struct seg_str, values, codes, count, (struct seg_str *)to + at);
    break;
  }
}

/*
 * Narrowing: to[i] = values[i]; false when a value does not fit.
 */

// NOLINTBEGIN(bugprone-macro-parentheses): From and To are types
#define NARROW(From, To)                                                                           \
  do {                                                                                             \
    const From *from_ = (values);                                                                  \
    To *to_ = (To *)(to) + at;                                                                     \
    From lost_ = 0;                                                                                \
    for (uint32_t row_ = 0; row_ < count; row_++) {                                                \
      to_[row_] = (To)from_[row_];                                                                 \
      lost_ |= from_[row_] ^ (From)to_[row_];                                                      \
    }                                                                                              \
    return lost_ == 0;                                                                             \
  } while (0)
// NOLINTEND(bugprone-macro-parentheses)

static bool narrow(enum seg_parquet_type type, enum seg_width width, const void *values,
                   uint32_t count, void *to, int64_t at) {
  bool is_wide = type == SEG_PARQUET_INT64;
  switch (width) {
  case SEG_WIDTH_FULL: return false;
  case SEG_WIDTH_8:
    if (is_wide)
      NARROW(int64_t, int8_t);
    NARROW(int32_t, int8_t);
  case SEG_WIDTH_16:
    if (is_wide)
      NARROW(int64_t, int16_t);
    NARROW(int32_t, int16_t);
  case SEG_WIDTH_32:
    if (is_wide)
      NARROW(int64_t, int32_t);
    NARROW(int32_t, int32_t);
  }
  return false;
}

// The raw values of coded rows; what stands in rows without one is never looked at.
static const void *pick_raw(const struct seg_parquet_readers *readers,
                            const struct seg_column_reader *reader) {
  const struct seg_parquet_stretch *stretch = &reader->stretch;
  size_t size = raw_size(reader->column->type);
  const char *from = reader->dictionary.values;
  char *to = readers->raw;
  for (uint32_t i = 0; i < stretch->rows; i++)
    if (stretch->codes[i] < reader->dictionary.count)
      memcpy(to + i * size, from + stretch->codes[i] * size, size);
    else
      memset(to + i * size, 0, size);
  return readers->raw;
}

// Convert the dictionary for a target; it is not usable when one value is bad.
static enum seg_status convert_dictionary(struct seg_morsel_state *state, uint32_t index,
                                          const struct seg_column_reader *reader,
                                          const struct seg_parquet_place *place,
                                          struct seg_error *error) {
  const struct seg_target *target = &state->plan->targets[index];
  const struct seg_parquet_dictionary *dictionary = &reader->dictionary;
  struct converted *made = &state->parquet->dictionaries[index];
  enum seg_layout layout = seg_target_layout(target);
  size_t size = raw_size(place->column->type), made_size = seg_layout_size(layout, 64) / 64;
  if (target->width != SEG_WIDTH_FULL)
    made_size = seg_width_bytes(layout, target->width);
  made->generation = dictionary->generation;
  made->usable = layout != SEG_LAYOUT_BIT;
  seg_arena_deinit(&made->scratch.arena);
  seg_arena_init(&made->scratch.arena);
  if (made->capacity <= dictionary->count) {
    free(made->values);
    made->capacity = (size_t)dictionary->count + dictionary->count / 4 + 1;
    made->values = malloc(made->capacity * sizeof(struct seg_str));
    if (made->values == NULL) {
      made->capacity = 0;
      made->generation = 0;
      return seg_fail_memory(error, "the values of a column");
    }
  }
  memset((char *)made->values + dictionary->count * made_size, 0, made_size);
  for (uint32_t at = 0; made->usable && at < dictionary->count; at += SEG_PARQUET_STRETCH) {
    uint32_t rest = dictionary->count - at;
    uint32_t count = rest < SEG_PARQUET_STRETCH ? rest : SEG_PARQUET_STRETCH;
    const void *raw = (const char *)dictionary->values + at * size;
    const void *values = in_duck_form(place, raw, count, state->parquet->texts);
    struct seg_error unused;
    struct seg_conversion conversion = {.target = target,
                                        .count = count,
                                        .to = made->values,
                                        .at = at,
                                        .scratch = &made->scratch,
                                        .error = &unused};
    conversion.from = seg_reading_widen(&place->reading, values, count, state->widened);
    made->usable = target->convert(&conversion) == SEG_OK;
    if (layout == SEG_LAYOUT_TEXT && values != raw)
      point_at_file((struct seg_str *)made->values + at, count, raw, values);
  }
  return SEG_OK;
}

// One target of a stretch, from row `at` of the morsel on. `*bad` is a row of the stretch.
static enum seg_status take_target(struct seg_morsel_state *state, uint32_t index,
                                   const struct seg_column_reader *reader,
                                   const struct seg_parquet_place *place, int64_t at, int64_t *bad,
                                   struct seg_error *error) {
  const struct seg_target *target = &state->plan->targets[index];
  const struct seg_parquet_stretch *stretch = &reader->stretch;
  struct converted *dictionary = &state->parquet->dictionaries[index];
  struct seg_column *column = &state->columns[index];
  const void *values = stretch->values;
  *bad = 0;
  if (stretch->codes != NULL) {
    if (dictionary->generation != reader->dictionary.generation) {
      enum seg_status status = convert_dictionary(state, index, reader, place, error);
      if (status != SEG_OK)
        return status;
    }
    bool has_hole = stretch->known != NULL && !target->optional;
    if (dictionary->usable && !has_hole) {
      if (target->width == SEG_WIDTH_FULL)
        pick(column->layout, dictionary->values, stretch->codes, stretch->rows, column->values, at);
      else
        pick_narrow(seg_width_bytes(column->layout, target->width), dictionary->values,
                    stretch->codes, stretch->rows, column->values, at);
      if (column->known != NULL)
        seg_decode_known(column->known, at, stretch->known, stretch->rows);
      return SEG_OK;
    }
    values = pick_raw(state->parquet, reader);
  }
  if (target->width != SEG_WIDTH_FULL && !(stretch->known != NULL && !target->optional) &&
      narrow(place->column->type, target->width, values, stretch->rows, column->values, at)) {
    if (column->known != NULL)
      seg_decode_known(column->known, at, stretch->known, stretch->rows);
    return SEG_OK;
  }
  const void *given = in_duck_form(place, values, stretch->rows, state->parquet->texts);
  enum seg_status status = seg_decode_values(state, index, &place->reading, given, stretch->known,
                                             at, stretch->rows, bad, error);
  if (status == SEG_OK && column->layout == SEG_LAYOUT_TEXT && given != values)
    point_at_file((struct seg_str *)column->values + at, stretch->rows, values, given);
  return status;
}

static void offer(struct found *found, int64_t row, uint32_t place, enum seg_status status,
                  const struct seg_error *reason, struct seg_error *error) {
  if (row > found->row || (row == found->row && place > found->place))
    return;
  *found = (struct found){.row = row, .place = place, .status = status};
  if (error != NULL)
    *error = *reason;
}

// One column of the query, for all targets that want it, up to the first error known so far.
static void take_column(struct seg_morsel *morsel, const struct seg_parquet_part *part, uint32_t c,
                        struct found *found, struct seg_error *error) {
  const struct seg_duck_source *source = (const struct seg_duck_source *)morsel->source;
  const struct seg_parquet_file *file = &source->parquet->files[part->file];
  const struct seg_parquet_place *place =
      &source->parquet->places[(size_t)part->file * source->column_count + c];
  struct seg_morsel_state *state = morsel->state;
  struct seg_column_reader *reader = &state->parquet->columns[c];
  // Texts point into pages, which must stay as long as the rows do.
  struct seg_shared_pages *shared =
      part->shared == NULL || place->column->type == SEG_PARQUET_TEXT ? NULL : &part->shared[c];
  struct seg_error reason;
  int64_t at = 0;
  enum seg_reader_result result =
      seg_column_reader_seek(reader, state->parquet->descriptor, place->column,
                             &file->groups[part->group], part->group_row, shared);
  while (result == SEG_READER_FINE && at < part->row_count && at <= found->row) {
    int64_t rest = part->row_count - at;
    result = seg_column_reader_next(reader, rest < SEG_PARQUET_STRETCH ? (uint32_t)rest
                                                                       : SEG_PARQUET_STRETCH);
    if (result != SEG_READER_FINE)
      break;
    for (uint32_t t = 0; t < state->plan->target_count; t++) {
      int64_t bad = 0;
      if (state->plan->targets[t].column != c)
        continue;
      enum seg_status status = take_target(state, t, reader, place, at, &bad, &reason);
      if (status != SEG_OK)
        offer(found, at + bad, source->column_count + t, status, &reason, error);
    }
    at += reader->stretch.rows;
  }
  if (result != SEG_READER_FINE) {
    enum seg_status status = fail_reading(file->path, result, &reason);
    offer(found, at, c, status, &reason, error);
  }
  if (shared != NULL)
    seg_shared_pages_part_done(shared);
}

enum seg_status seg_parquet_decode(struct seg_morsel *morsel, int64_t *row,
                                   struct seg_error *error) {
  const struct seg_duck_source *source = (const struct seg_duck_source *)morsel->source;
  const struct seg_parquet_part *part = &source->parquet->parts[morsel->number];
  struct seg_morsel_state *state = morsel->state;
  struct found found = {.row = INT64_MAX, .status = SEG_OK};
  *row = morsel->first_row;
  if (state->parquet == NULL)
    state->parquet = new_readers(source);
  if (state->parquet == NULL)
    return seg_fail_memory(error, "a batch of rows");
  enum seg_status status = seg_decode_begin(morsel, error);
  if (status == SEG_OK)
    status = open_file(state->parquet, part->file, source->binding->files[part->file], error);
  if (status != SEG_OK)
    return status;
  struct seg_column_reader *readers = state->parquet->columns;
  // Those who read parts of one group begin with different columns, and unpack different pages.
  for (uint32_t i = 0; i < source->column_count; i++) {
    uint32_t c = (uint32_t)((size_t)morsel->number + i) % source->column_count;
    take_column(morsel, part, c, &found, error);
    seg_column_reader_lend(&readers[c], &readers[(c + 1) % source->column_count]);
  }
  if (found.status != SEG_OK) {
    *row = morsel->first_row + found.row;
    return found.status;
  }
  seg_decode_show(morsel);
  return SEG_OK;
}
