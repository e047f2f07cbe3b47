// Which Parquet files are read without DuckDB, and their rows in morsels; see source_parquet.h. How
// the values become columns is in parquet_decode.c.
#include "runtime/io/source_parquet.h"

#include <string.h>

#include "runtime/io/io_errors.h"

enum {
  SHARES = 4,          // of a thread
  LEAST_SHARE = 16384, // rows
};

static bool is_timestamp(const struct seg_parquet_column *column, struct seg_reading *reading) {
  static const duckdb_type types[] = {
      [SEG_PARQUET_NO_UNIT] = DUCKDB_TYPE_INVALID,
      [SEG_PARQUET_MILLISECONDS] = DUCKDB_TYPE_TIMESTAMP_MS,
      [SEG_PARQUET_MICROSECONDS] = DUCKDB_TYPE_TIMESTAMP,
      [SEG_PARQUET_NANOSECONDS] = DUCKDB_TYPE_TIMESTAMP_NS,
  };
  reading->type = types[column->unit];
  return reading->type != DUCKDB_TYPE_INVALID;
}

static bool is_int32(struct seg_reading *reading) {
  switch ((int)reading->type) {
  case DUCKDB_TYPE_UTINYINT:
  case DUCKDB_TYPE_USMALLINT:
  case DUCKDB_TYPE_UINTEGER: reading->type = DUCKDB_TYPE_UINTEGER; return true;
  case DUCKDB_TYPE_TINYINT:
  case DUCKDB_TYPE_SMALLINT:
  case DUCKDB_TYPE_INTEGER: reading->type = DUCKDB_TYPE_INTEGER; return true;
  case DUCKDB_TYPE_DATE: return true;
  default: return false;
  }
}

static bool is_int64(const struct seg_parquet_column *column, struct seg_reading *reading) {
  switch (reading->family) {
  case SEG_FAMILY_LOCAL:
  case SEG_FAMILY_INSTANT: return is_timestamp(column, reading);
  case SEG_FAMILY_DECIMAL: reading->type = DUCKDB_TYPE_BIGINT; return true;
  case SEG_FAMILY_INT: return reading->type == DUCKDB_TYPE_BIGINT;
  case SEG_FAMILY_WIDE: return reading->type == DUCKDB_TYPE_UBIGINT;
  default: return false;
  }
}

// From how DuckDB delivers a column to how its values lie in the file; false when that is unknown.
static bool find_reading(const struct seg_parquet_column *column, struct seg_reading *reading) {
  switch (column->type) {
  case SEG_PARQUET_BOOLEAN: return reading->type == DUCKDB_TYPE_BOOLEAN;
  case SEG_PARQUET_INT32: return is_int32(reading);
  case SEG_PARQUET_INT64: return is_int64(column, reading);
  case SEG_PARQUET_FLOAT: return reading->type == DUCKDB_TYPE_FLOAT;
  case SEG_PARQUET_DOUBLE: return reading->type == DUCKDB_TYPE_DOUBLE;
  case SEG_PARQUET_TEXT: return reading->type == DUCKDB_TYPE_VARCHAR;
  case SEG_PARQUET_INT96:
  case SEG_PARQUET_FIXED: break;
  }
  return false;
}

// The one column of that name; NULL when there are several, which DuckDB renames.
static const struct seg_parquet_column *find_column(const struct seg_parquet_file *file,
                                                    struct seg_str name) {
  const struct seg_parquet_column *found = NULL;
  for (uint32_t i = 0; i < file->column_count; i++) {
    if (!seg_str_equal(file->columns[i].name, name))
      continue;
    if (found != NULL)
      return NULL;
    found = &file->columns[i];
  }
  return found;
}

static bool find_places(const struct seg_duck_source *source, const struct seg_parquet_file *file,
                        struct seg_parquet_place *places) {
  const struct seg_schema *schema = &source->schema;
  for (uint32_t c = 0; c < source->column_count; c++) {
    uint32_t column = source->columns[c];
    places[c].column = find_column(file, schema->names[column]);
    places[c].reading = schema->readings[column];
    if (places[c].column == NULL || schema->casts[column] ||
        !find_reading(places[c].column, &places[c].reading))
      return false;
    for (uint32_t g = 0; g < file->group_count; g++)
      if (!file->groups[g].chunks[places[c].column->place].readable)
        return false;
  }
  return true;
}

// A page is at most as large as its column in the row group; each worker holds one of each column.
static bool fits_memory(const struct seg_duck_source *source, const struct seg_parquet_file *file,
                        const struct seg_parquet_place *places) {
  double limit = (double)source->options.memory_bytes / seg_io_threads(&source->options);
  for (uint32_t g = 0; g < file->group_count && source->options.memory_bytes > 0; g++) {
    double bytes = 0;
    for (uint32_t c = 0; c < source->column_count; c++) {
      const struct seg_parquet_chunk *chunk = &file->groups[g].chunks[places[c].column->place];
      bytes += (double)chunk->size + (double)chunk->unpacked_size;
    }
    if (bytes > limit)
      return false;
  }
  return true;
}

// The most rows of a morsel: few enough for all threads to have something to do, and not so few
// that finding a part of a page takes longer than what is done with it.
static int64_t most_rows(const struct seg_duck_source *source,
                         const struct seg_parquet_scan *scan) {
  int64_t rows = 0, shares = (int64_t)seg_io_threads(&source->options) * SHARES;
  for (size_t f = 0; f < source->binding->file_count; f++)
    rows += scan->files[f].row_count;
  int64_t share = (rows + shares - 1) / shares;
  share = share > LEAST_SHARE ? share : LEAST_SHARE;
  return share < SEG_MORSEL_ROWS ? share : SEG_MORSEL_ROWS;
}

// As many parts of a row group as make morsels; all but the last have the same number of rows.
static int64_t part_rows(int64_t rows, int64_t most) {
  int64_t parts = (rows + most - 1) / most;
  return parts > 0 ? (rows + parts - 1) / parts : 1;
}

// What the parts of a row group share of each column.
static struct seg_shared_pages *share_pages(struct seg_duck_source *source, int64_t part_rows,
                                            int64_t parts) {
  struct seg_shared_pages *shared =
      SEG_NEW_ARRAY(&source->arena, struct seg_shared_pages, source->column_count);
  for (uint32_t c = 0; shared != NULL && c < source->column_count; c++)
    seg_shared_pages_init(&shared[c], part_rows, (uint32_t)parts);
  return shared;
}

static bool add_group(struct seg_duck_source *source, struct seg_parquet_scan *scan, uint32_t file,
                      uint32_t group, int64_t most, int64_t *first_row) {
  int64_t rows = scan->files[file].groups[group].row_count, size = part_rows(rows, most);
  struct seg_shared_pages *shared = NULL;
  if (size < rows) {
    shared = share_pages(source, size, (rows + size - 1) / size);
    if (shared == NULL)
      return false;
  }
  for (int64_t at = 0; at < rows; at += size) {
    int64_t part = rows - at < size ? rows - at : size;
    scan->parts[scan->part_count++] =
        (struct seg_parquet_part){file, group, at, *first_row, part, shared};
    *first_row += part;
  }
  return true;
}

static bool add_parts(struct seg_duck_source *source, struct seg_parquet_scan *scan) {
  size_t files = source->binding->file_count, count = 0;
  int64_t most = most_rows(source, scan);
  for (size_t f = 0; f < files; f++)
    for (uint32_t g = 0; g < scan->files[f].group_count; g++) {
      int64_t rows = scan->files[f].groups[g].row_count, size = part_rows(rows, most);
      count += (size_t)((rows + size - 1) / size);
    }
  scan->parts = SEG_NEW_ARRAY(&source->arena, struct seg_parquet_part, count + 1);
  if (scan->parts == NULL)
    return false;
  int64_t first_row = 0;
  for (size_t f = 0; f < files; f++)
    for (uint32_t g = 0; g < scan->files[f].group_count; g++)
      if (!add_group(source, scan, (uint32_t)f, g, most, &first_row))
        return false;
  return true;
}

// NULL: memory is out, or a file must be left to DuckDB, which says what is wrong with it.
static struct seg_parquet_scan *new_scan(struct seg_duck_source *source,
                                         struct seg_parquet_file *read) {
  size_t files = source->binding->file_count;
  struct seg_parquet_scan *scan = SEG_NEW(&source->arena, struct seg_parquet_scan);
  if (scan == NULL)
    return NULL;
  scan->files = read != NULL ? read : SEG_NEW_ARRAY(&source->arena, struct seg_parquet_file, files);
  scan->places =
      SEG_NEW_ARRAY(&source->arena, struct seg_parquet_place, files * source->column_count);
  if (scan->files == NULL || scan->places == NULL)
    return NULL;
  for (size_t f = 0; f < files; f++) {
    struct seg_parquet_place *places = scan->places + f * source->column_count;
    if ((read == NULL &&
         !seg_parquet_file_read(&source->arena, source->binding->files[f], &scan->files[f])) ||
        !find_places(source, &scan->files[f], places) ||
        !fits_memory(source, &scan->files[f], places))
      return NULL;
  }
  return add_parts(source, scan) ? scan : NULL;
}

void seg_parquet_scan_close(struct seg_duck_source *source) {
  const struct seg_parquet_scan *scan = source->parquet;
  for (size_t p = 0; scan != NULL && p < scan->part_count; p++)
    for (uint32_t c = 0; scan->parts[p].group_row == 0 && c < source->column_count; c++)
      if (scan->parts[p].shared != NULL)
        seg_shared_pages_deinit(&scan->parts[p].shared[c]);
}

static enum seg_status parquet_next(struct seg_source *head, struct seg_morsel *morsel, bool *end,
                                    int64_t *row, struct seg_error *error) {
  struct seg_duck_source *source = (struct seg_duck_source *)head;
  struct seg_parquet_scan *scan = source->parquet;
  *end = false;
  *row = 0;
  morsel->row_count = 0;
  if (morsel->state == NULL)
    morsel->state = seg_morsel_state_new(&source->plan);
  if (morsel->state == NULL)
    return seg_fail_memory(error, "a batch of rows");
  if (source->options.interrupted != NULL && atomic_load(source->options.interrupted))
    return SEG_IO_FAIL(error, SEG_INTERRUPTED, INTERRUPTED, "interrupted");
  size_t number = atomic_load(&scan->next);
  while (number < scan->part_count &&
         !atomic_compare_exchange_weak(&scan->next, &number, number + 1))
    continue;
  *end = number == scan->part_count;
  if (*end)
    return SEG_OK;
  morsel->number = (int64_t)number;
  morsel->first_row = scan->parts[number].first_row;
  morsel->row_count = scan->parts[number].row_count;
  return SEG_OK;
}

// What is wrong with a whole file has its place already.
static void parquet_locate(struct seg_source *head, int64_t row, struct seg_error *error) {
  if (strcmp(error->code, seg_io_code(SEG_IO_BAD_FILE)) != 0 &&
      strcmp(error->code, seg_io_code(SEG_IO_BAD_TEXT)) != 0)
    seg_duck_source_locate(head, row, error);
}

static double parquet_progress(struct seg_source *head) {
  struct seg_parquet_scan *scan = ((struct seg_duck_source *)head)->parquet;
  return scan->part_count == 0 ? 1 : (double)atomic_load(&scan->next) / (double)scan->part_count;
}

static int64_t parquet_rows(const struct seg_source *head) {
  const struct seg_duck_source *source = (const struct seg_duck_source *)head;
  int64_t rows = 0;
  for (size_t f = 0; f < source->binding->file_count; f++)
    rows += source->parquet->files[f].row_count;
  return rows;
}

static const struct seg_source_class parquet_class = {
    .next = parquet_next,
    .decode = seg_parquet_decode,
    .release = seg_duck_source_release,
    .deinit = seg_duck_source_deinit,
    .locate = parquet_locate,
    .progress = parquet_progress,
    .rows = parquet_rows,
    .close = seg_duck_source_close,
};

/** What the values of a column lie between. */
struct range {
  int64_t least, most;
};

static void widen(struct range *range, int64_t least, int64_t most) {
  range->least = least < range->least ? least : range->least;
  range->most = most > range->most ? most : range->most;
}

// What the footer of a file says: of each row group, or by the column's type.
static void add_range(const struct seg_parquet_file *file, const struct seg_parquet_column *column,
                      struct range *range) {
  bool is_wide = column->type == SEG_PARQUET_INT64;
  for (uint32_t g = 0; g < file->group_count; g++) {
    const struct seg_parquet_chunk *chunk = &file->groups[g].chunks[column->place];
    if (chunk->range_bytes == (is_wide ? sizeof(int64_t) : sizeof(int32_t)))
      widen(range, chunk->least, chunk->most);
    else
      widen(range, is_wide ? INT64_MIN : INT32_MIN, is_wide ? INT64_MAX : INT32_MAX);
  }
}

// How wide a declared whole number is that all files have as one; FULL for all others.
static enum seg_width find_width(const struct seg_duck_source *source,
                                 const struct seg_target *target) {
  struct range range = {0, 0}; // and of rows where it is missing
  if (target->type != SEG_COLUMN_INT || target->is_key)
    return SEG_WIDTH_FULL;
  for (size_t f = 0; f < source->binding->file_count; f++) {
    const struct seg_parquet_place *place =
        &source->parquet->places[f * source->column_count + target->column];
    if (place->reading.family != SEG_FAMILY_INT ||
        (place->reading.type != DUCKDB_TYPE_INTEGER && place->reading.type != DUCKDB_TYPE_BIGINT))
      return SEG_WIDTH_FULL;
    add_range(&source->parquet->files[f], place->column, &range);
  }
  if (range.least >= INT8_MIN && range.most <= INT8_MAX)
    return SEG_WIDTH_8;
  if (range.least >= INT16_MIN && range.most <= INT16_MAX)
    return SEG_WIDTH_16;
  return range.least >= INT32_MIN && range.most <= INT32_MAX ? SEG_WIDTH_32 : SEG_WIDTH_FULL;
}

// Memory that is out leaves the columns as wide as they are.
static void make_narrow(struct seg_duck_source *source) {
  const struct seg_decode_plan *plan = &source->plan;
  enum seg_width *widths =
      SEG_NEW_ARRAY(&source->arena, enum seg_width, (size_t)plan->input_count + 1);
  for (uint32_t i = 0; widths != NULL && i < plan->input_count; i++) {
    struct seg_target *target = &plan->targets[plan->input_targets[i]];
    target->width = find_width(source, target);
    widths[i] = target->width;
    if (target->width != SEG_WIDTH_FULL)
      target->convert = seg_convert_to_narrow_int[target->width];
  }
  source->head.input_widths = widths;
}

void seg_parquet_scan_open(struct seg_duck_source *source, struct seg_parquet_file *files) {
  if (source->binding->kind != SEG_BINDING_PARQUET)
    return;
  source->parquet = new_scan(source, files);
  if (source->parquet == NULL)
    return;
  source->head.class = &parquet_class;
  if (source->options.narrow)
    make_narrow(source);
}
