// Readings (what DuckDB delivers, widened into families), the table of converters, and the words
// for values that do not fit.
#include "runtime/io/convert.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "runtime/base/decimal.h"
#include "runtime/io/io_errors.h"
#include "runtime/io/near_name.h"
#include "runtime/time/civil.h"

static const struct {
  duckdb_type type;
  enum seg_family family;
  bool cast;
} readings[] = {
    {DUCKDB_TYPE_BOOLEAN, SEG_FAMILY_BOOL, false},
    {DUCKDB_TYPE_TINYINT, SEG_FAMILY_INT, false},
    {DUCKDB_TYPE_SMALLINT, SEG_FAMILY_INT, false},
    {DUCKDB_TYPE_INTEGER, SEG_FAMILY_INT, false},
    {DUCKDB_TYPE_BIGINT, SEG_FAMILY_INT, false},
    {DUCKDB_TYPE_UTINYINT, SEG_FAMILY_INT, false},
    {DUCKDB_TYPE_USMALLINT, SEG_FAMILY_INT, false},
    {DUCKDB_TYPE_UINTEGER, SEG_FAMILY_INT, false},
    {DUCKDB_TYPE_UBIGINT, SEG_FAMILY_WIDE, false},
    {DUCKDB_TYPE_HUGEINT, SEG_FAMILY_WIDE, false},
    {DUCKDB_TYPE_UHUGEINT, SEG_FAMILY_WIDE, false},
    {DUCKDB_TYPE_FLOAT, SEG_FAMILY_FLOAT, false},
    {DUCKDB_TYPE_DOUBLE, SEG_FAMILY_FLOAT, false},
    {DUCKDB_TYPE_VARCHAR, SEG_FAMILY_TEXT, false},
    {DUCKDB_TYPE_ENUM, SEG_FAMILY_TEXT, true},
    {DUCKDB_TYPE_UUID, SEG_FAMILY_TEXT, true},
    {DUCKDB_TYPE_SQLNULL, SEG_FAMILY_TEXT, true},
    {DUCKDB_TYPE_DATE, SEG_FAMILY_DAY, false},
    {DUCKDB_TYPE_TIMESTAMP, SEG_FAMILY_LOCAL, false},
    {DUCKDB_TYPE_TIMESTAMP_S, SEG_FAMILY_LOCAL, false},
    {DUCKDB_TYPE_TIMESTAMP_MS, SEG_FAMILY_LOCAL, false},
    {DUCKDB_TYPE_TIMESTAMP_NS, SEG_FAMILY_LOCAL, false},
    {DUCKDB_TYPE_TIMESTAMP_TZ, SEG_FAMILY_INSTANT, false},
};

bool seg_reading_of_type(duckdb_type type, struct seg_reading *reading, bool *cast) {
  for (size_t i = 0; i < sizeof readings / sizeof *readings; i++)
    if (readings[i].type == type) {
      *cast = readings[i].cast;
      *reading = (struct seg_reading){.type = *cast ? DUCKDB_TYPE_VARCHAR : type,
                                      .family = readings[i].family};
      return true;
    }
  return false;
}

bool seg_reading_choose(duckdb_logical_type type, struct seg_reading *reading, bool *cast) {
  duckdb_type id = duckdb_get_type_id(type);
  *cast = false;
  if (id == DUCKDB_TYPE_DECIMAL) {
    *reading = (struct seg_reading){.type = duckdb_decimal_internal_type(type),
                                    .family = SEG_FAMILY_DECIMAL,
                                    .scale = duckdb_decimal_scale(type)};
    if (reading->type == DUCKDB_TYPE_HUGEINT)
      reading->family = SEG_FAMILY_WIDE;
    return true;
  }
  return seg_reading_of_type(id, reading, cast);
}

// NOLINTBEGIN(bugprone-macro-parentheses): Source and Target are types
#define WIDEN(Source, Target, expression)                                                          \
  do {                                                                                             \
    const Source *from = data;                                                                     \
    Target *to = scratch;                                                                          \
    for (int64_t i = 0; i < rows; i++) {                                                           \
      Source value = from[i];                                                                      \
      to[i] = (expression);                                                                        \
    }                                                                                              \
    return scratch;                                                                                \
  } while (0)
// NOLINTEND(bugprone-macro-parentheses)

// Times outside what microseconds can hold become the largest ones, which no calendar accepts.
static int64_t to_microseconds(int64_t value, int64_t factor) {
  int64_t result;
  if (value == INT64_MAX || value == -INT64_MAX || __builtin_mul_overflow(value, factor, &result))
    return value < 0 ? -INT64_MAX : INT64_MAX;
  return result;
}

static int64_t from_nanoseconds(int64_t value) {
  if (value == INT64_MAX || value == -INT64_MAX)
    return value;
  return value / 1000 - (value % 1000 < 0);
}

static __int128 from_hugeint(duckdb_hugeint value) {
  return (__int128)(((unsigned __int128)(uint64_t)value.upper << 64) | value.lower);
}

// Out of every range that follows; what is beyond 127 bits becomes this.
static const __int128 largest_wide = (__int128)(~(unsigned __int128)0 >> 1);

static __int128 from_uhugeint(duckdb_uhugeint value) {
  if (value.upper > INT64_MAX)
    return largest_wide;
  return (__int128)(((unsigned __int128)value.upper << 64) | value.lower);
}

const void *seg_reading_widen(const struct seg_reading *reading, const void *data, int64_t rows,
                              void *scratch) {
  switch ((int)reading->type) {
  case DUCKDB_TYPE_TINYINT:
    WIDEN(int8_t, int64_t, (int64_t)value); // NOLINT(bugprone-signed-char-misuse): a number
  case DUCKDB_TYPE_SMALLINT: WIDEN(int16_t, int64_t, value);
  case DUCKDB_TYPE_INTEGER: WIDEN(int32_t, int64_t, value);
  case DUCKDB_TYPE_UTINYINT: WIDEN(uint8_t, int64_t, value);
  case DUCKDB_TYPE_USMALLINT: WIDEN(uint16_t, int64_t, value);
  case DUCKDB_TYPE_UINTEGER: WIDEN(uint32_t, int64_t, value);
  case DUCKDB_TYPE_UBIGINT: WIDEN(uint64_t, __int128, value);
  case DUCKDB_TYPE_HUGEINT: WIDEN(duckdb_hugeint, __int128, from_hugeint(value));
  case DUCKDB_TYPE_UHUGEINT: WIDEN(duckdb_uhugeint, __int128, from_uhugeint(value));
  case DUCKDB_TYPE_FLOAT: WIDEN(float, double, (double)value);
  case DUCKDB_TYPE_TIMESTAMP_S: WIDEN(int64_t, int64_t, to_microseconds(value, 1000000));
  case DUCKDB_TYPE_TIMESTAMP_MS: WIDEN(int64_t, int64_t, to_microseconds(value, 1000));
  case DUCKDB_TYPE_TIMESTAMP_NS: WIDEN(int64_t, int64_t, from_nanoseconds(value));
  default: return data; // BIGINT, DOUBLE, VARCHAR, DATE, ... are in the form of their family
  }
}

enum seg_layout seg_target_layout(const struct seg_target *target) {
  return target->width != SEG_WIDTH_FULL ? SEG_LAYOUT_I32 : seg_column_type_layout(target->type);
}

seg_converter seg_converter_choose(enum seg_family family, enum seg_column_type type, bool is_key) {
  // A key that is a floating point number or a date is a mistake more often than a wish.
  if (is_key && family != SEG_FAMILY_INT && family != SEG_FAMILY_WIDE &&
      family != SEG_FAMILY_DECIMAL && family != SEG_FAMILY_TEXT)
    return NULL;
  switch (type) {
  case SEG_COLUMN_BOOL: return seg_convert_to_bool[family];
  case SEG_COLUMN_INT: return seg_convert_to_int[family];
  case SEG_COLUMN_NUMBER: return seg_convert_to_number[family];
  case SEG_COLUMN_MONEY: return seg_convert_to_money[family];
  case SEG_COLUMN_TEXT: return seg_convert_to_text[family];
  case SEG_COLUMN_ENUM: return seg_convert_to_enum[family];
  case SEG_COLUMN_DATE: return seg_convert_to_date[family];
  case SEG_COLUMN_TIMESTAMP: return seg_convert_to_timestamp[family];
  case SEG_COLUMN_DAY: return seg_convert_to_day[family];
  case SEG_COLUMN_INSTANT: return seg_convert_to_timestamp[family];
  }
  assert(!"a column type out of range");
  return NULL;
}

size_t seg_wide_format(__int128 value, char out[40]) {
  char digits[40];
  size_t count = 0;
  size_t size = 0;
  unsigned __int128 rest =
      value < 0 ? (unsigned __int128)0 - (unsigned __int128)value : (unsigned __int128)value;
  do
    digits[count++] = (char)('0' + (int)(rest % 10));
  while ((rest /= 10) > 0);
  if (value < 0)
    out[size++] = '-';
  while (count > 0)
    out[size++] = digits[--count];
  return size;
}

enum { VALUE_TEXT = 200, SHOWN_BYTES = 48 };

// A text in quotes, shortened, without characters that would move the cursor of a terminal.
static void show_text(struct seg_str text, char out[VALUE_TEXT]) {
  size_t size = 0;
  size_t shown = text.size;
  if (shown > SHOWN_BYTES)
    for (shown = SHOWN_BYTES; shown > 0 && ((unsigned char)text.data[shown] & 0xc0) == 0x80;)
      shown--;
  out[size++] = '"';
  for (size_t i = 0; i < shown && size < VALUE_TEXT - 10; i++) {
    unsigned char byte = (unsigned char)text.data[i];
    if (byte < 0x20 || byte == 0x7f)
      size += (size_t)snprintf(out + size, VALUE_TEXT - size, "\\x%02x", byte);
    else
      out[size++] = (char)byte;
  }
  snprintf(out + size, VALUE_TEXT - size, "%s\"", shown < text.size ? "..." : "");
}

// A scaled integer with its point where it belongs.
static void show_decimal(__int128 value, unsigned scale, char out[VALUE_TEXT]) {
  char digits[40];
  size_t count = seg_wide_format(value < 0 ? -value : value, digits);
  size_t size = 0;
  if (value < 0)
    out[size++] = '-';
  for (size_t i = count > scale ? count : scale + 1; i > 0; i--) {
    if (i == scale)
      out[size++] = '.';
    out[size++] = i > count ? '0' : digits[count - i];
  }
  out[size] = '\0';
}

static void show_moment(int64_t microseconds, const char *zone, char out[VALUE_TEXT]) {
  int32_t day = seg_civil_day_of(microseconds);
  int64_t second = (microseconds - day * SEG_MICROSECONDS_PER_DAY) / SEG_MICROSECONDS_PER_SECOND;
  char date[SEG_CIVIL_TEXT];
  seg_civil_format(day, date);
  snprintf(out, VALUE_TEXT, "%sT%02d:%02d:%02d%s", date, (int)(second / 3600),
           (int)(second / 60 % 60), (int)(second % 60), zone);
}

static void show_number(double value, char out[VALUE_TEXT]) {
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(out, VALUE_TEXT, "%.*g", digits, value);
    double back;
    if (seg_double_parse(seg_str_view(out), &back) == SEG_DECIMAL_OK && back == value)
      return;
  }
}

static void show_value(const struct seg_conversion *conversion, int64_t row, char out[VALUE_TEXT]) {
  const struct seg_reading *reading = &conversion->target->reading;
  const void *from = conversion->from;
  switch (reading->family) {
  case SEG_FAMILY_BOOL:
    snprintf(out, VALUE_TEXT, "%s", ((const uint8_t *)from)[row] ? "true" : "false");
    return;
  case SEG_FAMILY_INT: show_decimal(((const int64_t *)from)[row], 0, out); return;
  case SEG_FAMILY_DECIMAL: show_decimal(((const int64_t *)from)[row], reading->scale, out); return;
  case SEG_FAMILY_WIDE:
    if (((const __int128 *)from)[row] == largest_wide)
      snprintf(out, VALUE_TEXT, "2^127 - 1 or more");
    else
      show_decimal(((const __int128 *)from)[row], reading->scale, out);
    return;
  case SEG_FAMILY_FLOAT: show_number(((const double *)from)[row], out); return;
  case SEG_FAMILY_TEXT: show_text(seg_duck_text((const duckdb_string_t *)from + row), out); return;
  case SEG_FAMILY_DAY: seg_civil_format(((const int32_t *)from)[row], out); return;
  case SEG_FAMILY_LOCAL: show_moment(((const int64_t *)from)[row], "", out); return;
  case SEG_FAMILY_INSTANT: show_moment(((const int64_t *)from)[row], "Z", out); return;
  case SEG_FAMILY_COUNT: break;
  }
  assert(!"a family out of range");
}

static const struct {
  enum seg_io_error_kind kind;
  const char *words;
  const char *help;
} verdicts[] = {
#define SEG_VERDICT(name, kind, words, help) {SEG_IO_##kind, words, help},
#include "runtime/io/verdicts.def"
#undef SEG_VERDICT
};

// Behind "is not in the column's list": the list, and the value that may be meant.
static void help_list(const struct seg_conversion *conversion, int64_t row) {
  const struct seg_plan_input *input = conversion->target->input;
  char list[256];
  seg_name_list(input->values, input->value_count, list, sizeof list);
  size_t near = input->value_count;
  if (!conversion->target->personal && conversion->target->reading.family == SEG_FAMILY_TEXT)
    near = seg_near_name(seg_duck_text((const duckdb_string_t *)conversion->from + row),
                         input->values, input->value_count);
  if (near < input->value_count)
    seg_error_help(conversion->error, "did you mean \"%.*s\"? The list is: %s",
                   SEG_STR(input->values[near]), list);
  else
    seg_error_help(conversion->error,
                   "add it to the list in the rules, or clean the data; the "
                   "list is: %s",
                   list);
}

enum seg_status seg_conversion_fail(struct seg_conversion *conversion, int64_t row,
                                    enum seg_verdict verdict) {
  const struct seg_target *target = conversion->target;
  char value[VALUE_TEXT];
  conversion->bad = row;
  if (verdict == SEG_VERDICT_MEMORY)
    return seg_fail_memory(conversion->error, "the texts of a column");
  const char *code = seg_io_errors[verdicts[verdict].kind].code;
  const char *words = verdicts[verdict].words;
  if (verdict == SEG_VERDICT_MISSING || verdict == SEG_VERDICT_BAD_TEXT) {
    seg_fail(conversion->error, SEG_BAD_DATA, code, "column %.*s: %s", SEG_STR(target->name),
             words);
  } else {
    if (target->personal)
      snprintf(value, sizeof value, "a value (personal, not shown)");
    else
      show_value(conversion, row, value);
    seg_fail(conversion->error, SEG_BAD_DATA, code, "column %.*s: %s %s", SEG_STR(target->name),
             value, words);
  }
  if (verdict == SEG_VERDICT_NOT_LISTED)
    help_list(conversion, row);
  else if (verdicts[verdict].help[0] != '\0')
    seg_error_help(conversion->error, "%s", verdicts[verdict].help);
  return SEG_BAD_DATA;
}
