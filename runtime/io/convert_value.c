// Converters to bool, int, number and money. None of them changes a value: what does not fit
// exactly (or, for number, to the nearest double) is refused.
#include <math.h>
#include <string.h>
#include <strings.h>

#include "runtime/base/decimal.h"
#include "runtime/column/bitmap.h"
#include "runtime/io/convert.h"

#define EXACT_INTEGERS 9007199254740992.0 // 2^53: every integer up to here is a double of its own

/*
 * bool: bits, so the loop is written out. The column's bits are 0 before.
 */

// NOLINTBEGIN(bugprone-macro-parentheses): From is a type
#define CONVERT_BITS(conversion, From, one)                                                        \
  do {                                                                                             \
    const From *from_ = (conversion)->from;                                                        \
    for (int64_t row_ = 0; row_ < (conversion)->count; row_++) {                                   \
      bool value_ = false;                                                                         \
      if (!seg_conversion_has((conversion), row_))                                                 \
        continue;                                                                                  \
      if (!one(&from_[row_], &value_))                                                             \
        return seg_conversion_fail((conversion), row_, SEG_VERDICT_NOT_BOOL);                      \
      if (value_)                                                                                  \
        seg_bitmap_set((conversion)->to, (conversion)->at + row_);                                 \
    }                                                                                              \
    return SEG_OK;                                                                                 \
  } while (0)
// NOLINTEND(bugprone-macro-parentheses)

static bool bool_of_bool(const uint8_t *from, bool *to) {
  *to = *from != 0;
  return true;
}

static bool bool_of_int(const int64_t *from, bool *to) {
  *to = *from == 1;
  return *from == 0 || *from == 1;
}

static bool bool_of_text(const duckdb_string_t *from, bool *to) {
  static const struct {
    const char *word;
    bool value;
  } words[] = {{"true", true}, {"false", false}, {"t", true},   {"f", false}, {"1", true},
               {"0", false},   {"yes", true},    {"no", false}, {"y", true},  {"n", false}};
  struct seg_str text = seg_duck_text(from);
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strlen(words[i].word) == text.size &&
        strncasecmp(words[i].word, text.data, text.size) == 0) {
      *to = words[i].value;
      return true;
    }
  return false;
}

static enum seg_status to_bool_from_bool(struct seg_conversion *conversion) {
  CONVERT_BITS(conversion, uint8_t, bool_of_bool);
}

static enum seg_status to_bool_from_int(struct seg_conversion *conversion) {
  CONVERT_BITS(conversion, int64_t, bool_of_int);
}

static enum seg_status to_bool_from_text(struct seg_conversion *conversion) {
  CONVERT_BITS(conversion, duckdb_string_t, bool_of_text);
}

const seg_converter seg_convert_to_bool[SEG_FAMILY_COUNT] = {
    [SEG_FAMILY_BOOL] = to_bool_from_bool,
    [SEG_FAMILY_INT] = to_bool_from_int,
    [SEG_FAMILY_TEXT] = to_bool_from_text,
};

/*
 * Scaled integers: the exact value in another scale.
 */

enum rescaled { RESCALED, DIGITS_LOST, TOO_LARGE };

static enum rescaled rescale_wide(__int128 value, unsigned from, unsigned to, int64_t *out) {
  for (; from > to; from--) {
    if (value % 10 != 0)
      return DIGITS_LOST;
    value /= 10;
  }
  for (; from < to; from++)
    if (__builtin_mul_overflow(value, 10, &value))
      return TOO_LARGE;
  if (value < INT64_MIN || value > INT64_MAX)
    return TOO_LARGE;
  *out = (int64_t)value;
  return RESCALED;
}

// The same for the common case that all fits 64 bits.
static enum rescaled rescale(int64_t value, unsigned from, unsigned to, int64_t *out) {
  if (from == to) {
    *out = value;
    return RESCALED;
  }
  if (from < to)
    return __builtin_mul_overflow(value, seg_decimal_power(to - from), out) ? TOO_LARGE : RESCALED;
  int64_t power = seg_decimal_power(from - to);
  *out = value / power;
  return value % power == 0 ? RESCALED : DIGITS_LOST;
}

/*
 * int
 */

static enum seg_verdict int_verdict(const struct seg_conversion *conversion, enum rescaled result) {
  switch (result) {
  case RESCALED: return SEG_VERDICT_FINE;
  case DIGITS_LOST: return SEG_VERDICT_NOT_INT;
  case TOO_LARGE: break;
  }
  return conversion->target->is_key ? SEG_VERDICT_KEY_RANGE : SEG_VERDICT_INT_RANGE;
}

static enum seg_verdict int_of_int(const struct seg_conversion *conversion, const int64_t *from,
                                   int64_t *to) {
  (void)conversion;
  *to = *from;
  return SEG_VERDICT_FINE;
}

static enum seg_verdict int_of_decimal(const struct seg_conversion *conversion, const int64_t *from,
                                       int64_t *to) {
  return int_verdict(conversion, rescale(*from, conversion->target->reading.scale, 0, to));
}

static enum seg_verdict int_of_wide(const struct seg_conversion *conversion, const __int128 *from,
                                    int64_t *to) {
  return int_verdict(conversion, rescale_wide(*from, conversion->target->reading.scale, 0, to));
}

static enum seg_verdict int_of_float(const struct seg_conversion *conversion, const double *from,
                                     int64_t *to) {
  (void)conversion;
  if (!(fabs(*from) <= EXACT_INTEGERS))
    return isfinite(*from) ? SEG_VERDICT_INT_RANGE : SEG_VERDICT_NOT_INT;
  *to = (int64_t)*from;
  return (double)*to == *from ? SEG_VERDICT_FINE : SEG_VERDICT_NOT_INT;
}

static enum seg_verdict int_of_text(const struct seg_conversion *conversion,
                                    const duckdb_string_t *from, int64_t *to) {
  (void)conversion;
  switch (seg_integer_parse(seg_duck_text(from), to)) {
  case SEG_DECIMAL_OK: return SEG_VERDICT_FINE;
  case SEG_DECIMAL_OUT_OF_RANGE: return SEG_VERDICT_INT_RANGE;
  case SEG_DECIMAL_NOT_A_NUMBER:
  case SEG_DECIMAL_TOO_MANY_DECIMALS: break;
  }
  return SEG_VERDICT_NOT_INT;
}

// Values that stay what they are, with none missing.
static enum seg_status copy_integers(const struct seg_conversion *conversion) {
  memcpy((int64_t *)conversion->to + conversion->at, conversion->from,
         (size_t)conversion->count * sizeof(int64_t));
  return SEG_OK;
}

static enum seg_status to_int_from_int(struct seg_conversion *conversion) {
  if (conversion->validity == NULL)
    return copy_integers(conversion);
  SEG_CONVERT_EACH(conversion, int64_t, int64_t, int_of_int);
}

static enum seg_status to_int_from_decimal(struct seg_conversion *conversion) {
  SEG_CONVERT_EACH(conversion, int64_t, int64_t, int_of_decimal);
}

static enum seg_status to_int_from_wide(struct seg_conversion *conversion) {
  SEG_CONVERT_EACH(conversion, __int128, int64_t, int_of_wide);
}

static enum seg_status to_int_from_float(struct seg_conversion *conversion) {
  SEG_CONVERT_EACH(conversion, double, int64_t, int_of_float);
}

static enum seg_status to_int_from_text(struct seg_conversion *conversion) {
  SEG_CONVERT_EACH(conversion, duckdb_string_t, int64_t, int_of_text);
}

// NOLINTBEGIN(bugprone-macro-parentheses): Type is a type
#define NARROW(Type)                                                                               \
  static enum seg_verdict Type##_of_int(const struct seg_conversion *conversion,                   \
                                        const int64_t *from, Type *to) {                           \
    (void)conversion;                                                                              \
    *to = (Type) * from;                                                                           \
    return *to == *from ? SEG_VERDICT_FINE : SEG_VERDICT_FOOTER_RANGE;                             \
  }                                                                                                \
  static enum seg_status to_##Type##_from_int(struct seg_conversion *conversion) {                 \
    SEG_CONVERT_EACH(conversion, int64_t, Type, Type##_of_int);                                    \
  }
// NOLINTEND(bugprone-macro-parentheses)

NARROW(int8_t)
NARROW(int16_t)
NARROW(int32_t)

const seg_converter seg_convert_to_narrow_int[SEG_WIDTH_COUNT] = {
    [SEG_WIDTH_8] = to_int8_t_from_int,
    [SEG_WIDTH_16] = to_int16_t_from_int,
    [SEG_WIDTH_32] = to_int32_t_from_int,
};

const seg_converter seg_convert_to_int[SEG_FAMILY_COUNT] = {
    [SEG_FAMILY_INT] = to_int_from_int,   [SEG_FAMILY_DECIMAL] = to_int_from_decimal,
    [SEG_FAMILY_WIDE] = to_int_from_wide, [SEG_FAMILY_FLOAT] = to_int_from_float,
    [SEG_FAMILY_TEXT] = to_int_from_text,
};

/*
 * number
 */

static enum seg_verdict number_of_int(const struct seg_conversion *conversion, const int64_t *from,
                                      double *to) {
  (void)conversion;
  *to = (double)*from;
  return SEG_VERDICT_FINE;
}

// One division of two exact doubles rounds once; beyond that the digits go through the parser,
// which rounds once as well.
static enum seg_verdict number_of_wide(const struct seg_conversion *conversion,
                                       const __int128 *from, double *to) {
  unsigned scale = conversion->target->reading.scale;
  if (*from <= (__int128)EXACT_INTEGERS && *from >= -(__int128)EXACT_INTEGERS &&
      scale <= SEG_DECIMAL_MAX_SCALE) {
    *to = (double)(int64_t)*from / (double)seg_decimal_power(scale);
    return SEG_VERDICT_FINE;
  }
  char text[48];
  size_t size = seg_wide_format(*from, text);
  text[size++] = 'e';
  size += seg_wide_format(-(__int128)scale, text + size);
  bool fine = seg_double_parse((struct seg_str){text, size}, to) == SEG_DECIMAL_OK;
  return fine ? SEG_VERDICT_FINE : SEG_VERDICT_NUMBER_RANGE;
}

static enum seg_verdict number_of_decimal(const struct seg_conversion *conversion,
                                          const int64_t *from, double *to) {
  __int128 wide = *from;
  return number_of_wide(conversion, &wide, to);
}

static enum seg_verdict number_of_float(const struct seg_conversion *conversion, const double *from,
                                        double *to) {
  (void)conversion;
  *to = *from;
  return isfinite(*from) ? SEG_VERDICT_FINE : SEG_VERDICT_NOT_FINITE;
}

// "5.1%" is the double nearest to 0.051: the exponent is put into the text, because a division
// behind the parser would round twice.
static enum seg_decimal_result parse_percent(struct seg_str text, double *to) {
  char copy[64];
  if (text.size + 3 > sizeof copy || memchr(text.data, 'e', text.size) != NULL ||
      memchr(text.data, 'E', text.size) != NULL)
    return SEG_DECIMAL_NOT_A_NUMBER;
  memcpy(copy, text.data, text.size);
  memcpy(copy + text.size, "e-2", 3);
  return seg_double_parse((struct seg_str){copy, text.size + 3}, to);
}

static enum seg_verdict number_of_text(const struct seg_conversion *conversion,
                                       const duckdb_string_t *from, double *to) {
  (void)conversion;
  struct seg_str text = seg_duck_text(from);
  bool percent = text.size > 1 && text.data[text.size - 1] == '%';
  enum seg_decimal_result result =
      percent ? parse_percent((struct seg_str){text.data, text.size - 1}, to)
              : seg_double_parse(text, to);
  switch (result) {
  case SEG_DECIMAL_OK: return SEG_VERDICT_FINE;
  case SEG_DECIMAL_OUT_OF_RANGE: return SEG_VERDICT_NUMBER_RANGE;
  case SEG_DECIMAL_NOT_A_NUMBER:
  case SEG_DECIMAL_TOO_MANY_DECIMALS: break;
  }
  return SEG_VERDICT_NOT_NUMBER;
}

static enum seg_status to_number_from_int(struct seg_conversion *conversion) {
  SEG_CONVERT_EACH(conversion, int64_t, double, number_of_int);
}

static enum seg_status to_number_from_decimal(struct seg_conversion *conversion) {
  SEG_CONVERT_EACH(conversion, int64_t, double, number_of_decimal);
}

static enum seg_status to_number_from_wide(struct seg_conversion *conversion) {
  SEG_CONVERT_EACH(conversion, __int128, double, number_of_wide);
}

static enum seg_status to_number_from_float(struct seg_conversion *conversion) {
  SEG_CONVERT_EACH(conversion, double, double, number_of_float);
}

static enum seg_status to_number_from_text(struct seg_conversion *conversion) {
  SEG_CONVERT_EACH(conversion, duckdb_string_t, double, number_of_text);
}

const seg_converter seg_convert_to_number[SEG_FAMILY_COUNT] = {
    [SEG_FAMILY_INT] = to_number_from_int,   [SEG_FAMILY_DECIMAL] = to_number_from_decimal,
    [SEG_FAMILY_WIDE] = to_number_from_wide, [SEG_FAMILY_FLOAT] = to_number_from_float,
    [SEG_FAMILY_TEXT] = to_number_from_text,
};

/*
 * money
 */

static enum seg_verdict money_verdict(enum rescaled result) {
  switch (result) {
  case RESCALED: return SEG_VERDICT_FINE;
  case DIGITS_LOST: return SEG_VERDICT_AMOUNT_DECIMALS;
  case TOO_LARGE: break;
  }
  return SEG_VERDICT_AMOUNT_RANGE;
}

static enum seg_verdict money_of_decimal(const struct seg_conversion *conversion,
                                         const int64_t *from, int64_t *to) {
  const struct seg_target *target = conversion->target;
  return money_verdict(rescale(*from, target->reading.scale, target->scale, to));
}

static enum seg_verdict money_of_wide(const struct seg_conversion *conversion, const __int128 *from,
                                      int64_t *to) {
  const struct seg_target *target = conversion->target;
  return money_verdict(rescale_wide(*from, target->reading.scale, target->scale, to));
}

static enum seg_verdict money_of_float(const struct seg_conversion *conversion, const double *from,
                                       int64_t *to) {
  if (!isfinite(*from))
    return SEG_VERDICT_NOT_AMOUNT;
  return seg_decimal_from_double(*from, conversion->target->scale, to) ? SEG_VERDICT_FINE
                                                                       : SEG_VERDICT_AMOUNT_INEXACT;
}

static enum seg_verdict money_of_text(const struct seg_conversion *conversion,
                                      const duckdb_string_t *from, int64_t *to) {
  struct seg_str text = seg_duck_text(from);
  switch (seg_decimal_parse(text, conversion->target->scale, to)) {
  case SEG_DECIMAL_OK: return SEG_VERDICT_FINE;
  case SEG_DECIMAL_TOO_MANY_DECIMALS: return SEG_VERDICT_AMOUNT_DECIMALS;
  case SEG_DECIMAL_OUT_OF_RANGE: return SEG_VERDICT_AMOUNT_RANGE;
  case SEG_DECIMAL_NOT_A_NUMBER: break;
  }
  return text.size > 0 && memchr(text.data, ',', text.size) != NULL ? SEG_VERDICT_AMOUNT_COMMA
                                                                    : SEG_VERDICT_NOT_AMOUNT;
}

static enum seg_status to_money_from_decimal(struct seg_conversion *conversion) {
  const struct seg_target *target = conversion->target;
  if (conversion->validity == NULL && target->reading.scale == target->scale)
    return copy_integers(conversion);
  SEG_CONVERT_EACH(conversion, int64_t, int64_t, money_of_decimal);
}

static enum seg_status to_money_from_wide(struct seg_conversion *conversion) {
  SEG_CONVERT_EACH(conversion, __int128, int64_t, money_of_wide);
}

static enum seg_status to_money_from_float(struct seg_conversion *conversion) {
  SEG_CONVERT_EACH(conversion, double, int64_t, money_of_float);
}

static enum seg_status to_money_from_text(struct seg_conversion *conversion) {
  SEG_CONVERT_EACH(conversion, duckdb_string_t, int64_t, money_of_text);
}

// An integer is a decimal of scale 0: whole units, not cents.
const seg_converter seg_convert_to_money[SEG_FAMILY_COUNT] = {
    [SEG_FAMILY_INT] = to_money_from_decimal, [SEG_FAMILY_DECIMAL] = to_money_from_decimal,
    [SEG_FAMILY_WIDE] = to_money_from_wide,   [SEG_FAMILY_FLOAT] = to_money_from_float,
    [SEG_FAMILY_TEXT] = to_money_from_text,
};
