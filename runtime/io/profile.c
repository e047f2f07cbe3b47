// Profiles are one query over a source, and a second one for the columns whose different values
// must be counted exactly. Columns are looked at as text, in the forms that the converters read.
#include "runtime/io/profile.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/text_stream.h"
#include "runtime/base/vec.h"
#include "runtime/io/io_errors.h"
#include "runtime/io/schema.h"
#include "runtime/time/timestamp_text.h"

// Up to this many values, and from this share of the rows on, different values are counted exactly.
enum { FEW = 50 };
static const double nearly_all = 0.8;

/** A source that is open for queries, and the answer of the last one: a row of texts. */
struct reader {
  struct seg_arena *arena;
  const struct seg_binding *binding;
  const struct seg_io_options *options;
  struct seg_duck duck;
  struct seg_schema schema;
  duckdb_result result;
  bool has_result;
};

static enum seg_status open_reader(struct reader *reader, struct seg_error *error) {
  const struct seg_binding *binding = reader->binding;
  struct seg_duck_reach reach = {.files = binding->files, .file_count = binding->file_count};
  enum seg_status status = seg_duck_open(&reader->duck, reader->options, &reach, error);
  return status == SEG_OK
             ? seg_schema_read(reader->arena, &reader->duck, binding, &reader->schema, error)
             : status;
}

static void drop_result(struct reader *reader) {
  if (reader->has_result)
    duckdb_destroy_result(&reader->result);
  reader->has_result = false;
}

static void close_reader(struct reader *reader) {
  drop_result(reader);
  seg_duck_close(&reader->duck);
}

// The engine's own words may quote values, so only the place is told.
static enum seg_status fail_read(const struct reader *reader, const char *reason,
                                 struct seg_error *error) {
  const struct seg_binding *binding = reader->binding;
  if (seg_duck_is_memory(reason))
    return SEG_IO_FAIL(error, SEG_LIMIT, ENGINE_MEMORY,
                       "looking at %.*s needs more memory than allowed",
                       SEG_STR(reader->schema.place));
  for (size_t i = 0; binding->kind == SEG_BINDING_CSV && i < binding->file_count; i++) {
    struct seg_csv_place place;
    if (!seg_csv_find(binding->files[i], &reader->schema.csv, INT64_MAX, &place) || place.end)
      continue;
    return SEG_IO_FAIL(error, SEG_BAD_DATA, BAD_LINE, "%.*s has a broken row in line %" PRId64,
                       SEG_STR(binding->files[i]), place.line);
  }
  return SEG_IO_FAIL(error, SEG_BAD_DATA, BAD_FILE, "%.*s cannot be read",
                     SEG_STR(reader->schema.place));
}

static enum seg_status run_query(struct reader *reader, const char *sql, struct seg_error *error) {
  duckdb_prepared_statement statement = NULL;
  duckdb_pending_result pending = NULL;
  enum seg_status status = SEG_OK;
  drop_result(reader);
  if (duckdb_prepare(reader->duck.connection, sql, &statement) != DuckDBSuccess) {
    status = fail_read(reader, duckdb_prepare_error(statement), error);
    goto cleanup;
  }
  if (duckdb_pending_prepared(statement, &pending) != DuckDBSuccess) {
    status = fail_read(reader, duckdb_pending_error(pending), error);
    goto cleanup;
  }
  for (;;) {
    duckdb_pending_state state = duckdb_pending_execute_task(pending);
    if (state == DUCKDB_PENDING_ERROR || duckdb_pending_execution_is_finished(state))
      break;
    if (reader->options->interrupted != NULL && atomic_load(reader->options->interrupted)) {
      // The engine frees a query that has begun only when it comes to an end.
      duckdb_interrupt(reader->duck.connection);
      status = SEG_IO_FAIL(error, SEG_INTERRUPTED, INTERRUPTED, "interrupted");
      break;
    }
    if (state == DUCKDB_PENDING_NO_TASKS_AVAILABLE)
      usleep(200);
  }
  reader->has_result = true;
  if (duckdb_execute_pending(pending, &reader->result) != DuckDBSuccess && status == SEG_OK)
    status = fail_read(reader, duckdb_result_error(&reader->result), error);
cleanup:
  duckdb_destroy_pending(&pending);
  duckdb_destroy_prepare(&statement);
  return status;
}

// Begin "select" of a query about all columns; finish_query puts the source behind it and runs it.
static enum seg_status finish_query(struct reader *reader, FILE *sql, char **text, const char *tail,
                                    struct seg_error *error) {
  uint32_t *columns = SEG_NEW_ARRAY(reader->arena, uint32_t, (size_t)reader->schema.count + 1);
  char *rows = NULL;
  for (uint32_t i = 0; columns != NULL && i < reader->schema.count; i++)
    columns[i] = i;
  if (columns != NULL)
    rows = seg_schema_query(&reader->schema, reader->binding, columns, reader->schema.count,
                            &(struct seg_read_range){0});
  if (rows != NULL) {
    fprintf(sql, " from (%s) as rows(", rows);
    for (uint32_t i = 0; i < reader->schema.count; i++) // what is cast has lost its name
      fprintf(sql, "%sc%" PRIu32, i == 0 ? "" : ", ", i);
    fprintf(sql, ")%s", tail);
  }
  bool failed = fclose(sql) != 0 || rows == NULL;
  free(rows);
  enum seg_status status =
      failed ? seg_fail_memory(error, "a query") : run_query(reader, *text, error);
  free(*text);
  return status;
}

static uint64_t count_at(struct reader *reader, uint32_t column) {
  int64_t value = duckdb_value_int64(&reader->result, column, 0);
  return value > 0 ? (uint64_t)value : 0;
}

static struct seg_str text_at(struct reader *reader, uint32_t column, uint64_t row) {
  char *text = duckdb_value_varchar(&reader->result, column, row);
  struct seg_str copy = seg_arena_str(reader->arena, seg_str_view(text));
  duckdb_free(text);
  return copy;
}

// --- the first query ---

// How a question is asked: of the text of any values, or cheaper, of values whose type says enough.
enum asking { OF_TEXT, OF_WHOLE, OF_DECIMAL, OF_BOOL, OF_TIME, ASKINGS };

// What is asked of a column, `$`; nothing where the answer would be 0 or is not looked at. A cast
// that fails makes a sentence that nobody reads, so that it is only tried where the form is right;
// `and` would try it everywhere.
enum {
  KNOWN,
  BOOLS,
  INTS,
  LEADING_ZEROS,
  NUMBERS,
  DECIMALS,
  SCALE,
  DATES,
  CLOCKS,
  INSTANTS,
  SIZE,
  CONTROLS,
  DISTINCT,
  FIRST,
  LAST,
  SUM,
  QUESTIONS
};

#define COUNT     "count($)"
#define DIFFERENT "approx_count_distinct($)"
#define WIDEST    "greatest(length(min($)::varchar), length(max($)::varchar))"
#define DIGITS_15 "count_if($ > -1000000000000000 and $ < 1000000000000000)"
static const char *const questions[QUESTIONS][ASKINGS] = {
    [KNOWN] = {COUNT, COUNT, COUNT, COUNT, COUNT},
    [BOOLS] = {"count_if(lower($) in ('true','false','t','f','yes','no','y','n'))"},
    [INTS] = {"count_if(regexp_full_match($, '[+-]?[0-9]{1,18}'))",
              "count_if($ between -999999999999999999 and 999999999999999999)"},
    [LEADING_ZEROS] = {"count_if(regexp_full_match($, '[+-]?0[0-9]+'))"},
    [NUMBERS] = {"count_if(regexp_full_match($, "
                 "'[+-]?([0-9]{1,15}([.][0-9]{0,15})?|[.][0-9]{1,15})([eE][+-]?[0-9]{1,2})?'))",
                 DIGITS_15, DIGITS_15},
    [DECIMALS] = {"count_if(regexp_full_match($, '[+-]?[0-9]{1,15}([.][0-9]{1,9})?'))", DIGITS_15,
                  DIGITS_15},
    [SCALE] = {[OF_TEXT] = "max(length(rtrim(split_part($, '.', 2), '0')))",
               [OF_DECIMAL] = "max(length(rtrim(split_part($::varchar, '.', 2), '0')))"},
    [DATES] = {"count(case when regexp_full_match($, '[0-9]{4}-[0-9]{2}-[0-9]{2}') "
               "then try_cast($ as date) end)"},
    [CLOCKS] = {"count(case when regexp_full_match($, '[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]"
                "[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?') "
                "then try_cast(left($, 10) as date) end)"},
    [INSTANTS] = {"count(case when regexp_full_match($, '[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]"
                  "[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)') "
                  "then try_cast(left($, 10) as date) end)"},
    [SIZE] = {"max(length($))", WIDEST, WIDEST},
    [CONTROLS] = {"count_if(regexp_matches($, '[[:cntrl:]]'))"},
    [DISTINCT] = {DIFFERENT, DIFFERENT, DIFFERENT, DIFFERENT, DIFFERENT},
    [FIRST] = {[OF_TEXT] = "min(left($, 10))", [OF_TIME] = "left(min($)::varchar, 10)"},
    [LAST] = {[OF_TEXT] = "max(left($, 10))", [OF_TIME] = "left(max($)::varchar, 10)"},
    [SUM] = {"sum(case when regexp_full_match($, '[0-9.+-]+([eE][0-9+-]+)?') "
             "then try_cast($ as double) end)",
             "sum($::double)", "sum($::double)"},
};

enum { MOST_DECIMALS = 9 }; // that DECIMALS asks for

static enum asking asking_of(const struct seg_reading *reading, bool cast) {
  switch (reading->family) {
  case SEG_FAMILY_BOOL: return OF_BOOL;
  case SEG_FAMILY_INT: return OF_WHOLE;
  case SEG_FAMILY_DECIMAL:
    return reading->scale > 0 && reading->scale <= MOST_DECIMALS ? OF_DECIMAL : OF_TEXT;
  case SEG_FAMILY_DAY:
  case SEG_FAMILY_LOCAL:
  case SEG_FAMILY_INSTANT: return cast ? OF_TEXT : OF_TIME;
  case SEG_FAMILY_WIDE:
  case SEG_FAMILY_FLOAT:
  case SEG_FAMILY_TEXT:
  case SEG_FAMILY_COUNT: break;
  }
  return OF_TEXT;
}

static void ask(FILE *sql, const struct reader *reader, int number, uint32_t column) {
  enum asking asking = asking_of(&reader->schema.readings[column], reader->schema.casts[column]);
  const char *question = questions[number][asking];
  if (reader->schema.unreadable[column] || question == NULL)
    question = "null";
  for (const char *at = question; *at != '\0'; at++)
    if (*at == '$')
      fprintf(sql, "c%" PRIu32 "%s", column, asking == OF_TEXT ? "::varchar" : "");
    else
      fputc(*at, sql);
}

static enum seg_profile_kind kind_of_text(struct reader *reader, uint32_t base, uint64_t known) {
  uint64_t times = count_at(reader, base + DATES) + count_at(reader, base + CLOCKS) +
                   count_at(reader, base + INSTANTS);
  if (count_at(reader, base + DATES) == known)
    return SEG_PROFILE_DATE;
  if (times == known)
    return count_at(reader, base + INSTANTS) == known ? SEG_PROFILE_INSTANT : SEG_PROFILE_CLOCK;
  if (count_at(reader, base + BOOLS) == known)
    return SEG_PROFILE_BOOL;
  if (count_at(reader, base + INTS) == known)
    return SEG_PROFILE_INT;
  return count_at(reader, base + NUMBERS) == known ? SEG_PROFILE_NUMBER : SEG_PROFILE_TEXT;
}

static enum seg_profile_kind kind_of(struct reader *reader, uint32_t column, uint64_t known) {
  if (reader->schema.unreadable[column])
    return SEG_PROFILE_UNREADABLE;
  if (known == 0)
    return SEG_PROFILE_EMPTY;
  switch (reader->schema.readings[column].family) {
  case SEG_FAMILY_BOOL: return SEG_PROFILE_BOOL;
  case SEG_FAMILY_DAY: return SEG_PROFILE_DATE;
  case SEG_FAMILY_LOCAL: return SEG_PROFILE_CLOCK;
  case SEG_FAMILY_INSTANT: return SEG_PROFILE_INSTANT;
  case SEG_FAMILY_INT:
  case SEG_FAMILY_DECIMAL:
  case SEG_FAMILY_WIDE:
  case SEG_FAMILY_FLOAT:
  case SEG_FAMILY_TEXT:
  case SEG_FAMILY_COUNT: break;
  }
  return kind_of_text(reader, column * QUESTIONS + 1, known);
}

static void take_answers(struct reader *reader, uint64_t rows, uint32_t number,
                         struct seg_profile_column *column) {
  uint32_t base = number * QUESTIONS + 1;
  uint64_t known = count_at(reader, base + KNOWN);
  *column = (struct seg_profile_column){
      .name = reader->schema.names[number],
      .kind = kind_of(reader, number, known),
      .known = known,
      .missing = rows - known,
      .distinct = count_at(reader, base + DISTINCT),
      .leading_zeros = count_at(reader, base + LEADING_ZEROS) > 0,
      .exact = count_at(reader, base + DECIMALS) == known,
      .decimals = (uint8_t)count_at(reader, base + SCALE),
      .control = count_at(reader, base + CONTROLS) > 0,
      .max_size = count_at(reader, base + SIZE),
      .sum = duckdb_value_double(&reader->result, base + SUM, 0),
  };
  if (column->kind != SEG_PROFILE_DATE && column->kind != SEG_PROFILE_CLOCK &&
      column->kind != SEG_PROFILE_INSTANT)
    return;
  if (!seg_date_parse(text_at(reader, base + FIRST, 0), &column->first_day) ||
      !seg_date_parse(text_at(reader, base + LAST, 0), &column->last_day))
    column->kind = SEG_PROFILE_UNREADABLE; // a year that no calendar of ours has
}

static enum seg_status look_at_all(struct reader *reader, struct seg_profile *profile,
                                   struct seg_error *error) {
  char *text = NULL;
  size_t size = 0;
  FILE *sql = seg_text_stream(&text, &size);
  if (sql == NULL)
    return seg_fail_memory(error, "a query");
  fputs("select count(*)", sql);
  for (uint32_t i = 0; i < profile->column_count; i++)
    for (int j = 0; j < QUESTIONS; j++) {
      fputs(", ", sql);
      ask(sql, reader, j, i);
    }
  enum seg_status status = finish_query(reader, sql, &text, "", error);
  if (status != SEG_OK)
    return status;
  profile->rows = count_at(reader, 0);
  for (uint32_t i = 0; i < profile->column_count; i++)
    take_answers(reader, profile->rows, i, &profile->columns[i]);
  return SEG_OK;
}

// --- the second query ---

static bool wants_exact(const struct seg_profile_column *column) {
  bool could_be_key = column->kind == SEG_PROFILE_INT || column->kind == SEG_PROFILE_TEXT;
  return could_be_key && (column->distinct <= FEW ||
                          (double)column->distinct >= nearly_all * (double)column->known);
}

static enum seg_status count_exactly(struct reader *reader, struct seg_profile *profile,
                                     struct seg_error *error) {
  char *text = NULL;
  size_t size = 0;
  FILE *sql = seg_text_stream(&text, &size);
  if (sql == NULL)
    return seg_fail_memory(error, "a query");
  fputs("select 0", sql);
  for (uint32_t i = 0; i < profile->column_count; i++)
    if (wants_exact(&profile->columns[i]))
      fprintf(sql, ", count(distinct c%" PRIu32 ")", i);
  enum seg_status status = finish_query(reader, sql, &text, "", error);
  uint32_t at = 1;
  for (uint32_t i = 0; status == SEG_OK && i < profile->column_count; i++)
    if (wants_exact(&profile->columns[i])) {
      profile->columns[i].distinct = count_at(reader, at++);
      profile->columns[i].exact_distinct = true;
    }
  return status;
}

enum seg_status seg_profile_read(struct seg_arena *arena, const struct seg_binding *binding,
                                 const struct seg_io_options *options, struct seg_profile *profile,
                                 struct seg_error *error) {
  struct reader reader = {.arena = arena, .binding = binding, .options = options};
  *profile = (struct seg_profile){.binding = *binding};
  enum seg_status status = open_reader(&reader, error);
  if (status == SEG_OK) {
    profile->column_count = reader.schema.count;
    profile->columns =
        SEG_NEW_ARRAY(arena, struct seg_profile_column, (size_t)reader.schema.count + 1);
    if (profile->columns == NULL)
      status = seg_fail_memory(error, "the columns of a source");
  }
  if (status == SEG_OK)
    status = look_at_all(&reader, profile, error);
  if (status == SEG_OK && profile->rows > 0)
    status = count_exactly(&reader, profile, error);
  close_reader(&reader);
  return status;
}

static enum seg_status ask_values(struct reader *reader, uint32_t column, uint32_t most,
                                  struct seg_error *error) {
  char *text = NULL, tail[120];
  size_t size = 0;
  FILE *sql = seg_text_stream(&text, &size);
  if (sql == NULL)
    return seg_fail_memory(error, "a query");
  fprintf(sql, "select c%" PRIu32 "::varchar", column);
  snprintf(tail, sizeof tail,
           " where c%" PRIu32 " is not null group by 1 order by count(*) desc, 1 limit %" PRIu32,
           column, most);
  return finish_query(reader, sql, &text, tail, error);
}

enum seg_status seg_profile_values(struct seg_arena *arena, const struct seg_profile *profile,
                                   uint32_t column, uint32_t most,
                                   const struct seg_io_options *options, struct seg_str **values,
                                   uint32_t *count, struct seg_error *error) {
  struct reader reader = {.arena = arena, .binding = &profile->binding, .options = options};
  struct seg_str *items = SEG_NEW_ARRAY(arena, struct seg_str, (size_t)most + 1);
  *values = items;
  *count = 0;
  if (items == NULL)
    return seg_fail_memory(error, "the values of a column");
  enum seg_status status = open_reader(&reader, error);
  if (status == SEG_OK)
    status = ask_values(&reader, column, most, error);
  uint64_t rows = status == SEG_OK ? duckdb_row_count(&reader.result) : 0;
  for (uint64_t i = 0; status == SEG_OK && i < rows && i < most; i++) {
    items[i] = text_at(&reader, 0, i);
    if (items[i].data == NULL)
      status = seg_fail_memory(error, "the values of a column");
    (*count)++;
  }
  close_reader(&reader);
  return status;
}
