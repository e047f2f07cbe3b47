// Numbers as text; see decimal.h.
#define _GNU_SOURCE // strtod_l, which POSIX adopted in 2024 only
#include "runtime/base/decimal.h"

#include <assert.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(DBL_MANT_DIG == 53, "money from doubles counts on IEEE 754 binary64");

int64_t seg_decimal_power(unsigned scale) {
  static const int64_t powers[] = {
      1,
      10,
      100,
      1000,
      10000,
      100000,
      1000000,
      10000000,
      100000000,
      1000000000,
      10000000000,
      100000000000,
      1000000000000,
      10000000000000,
      100000000000000,
      1000000000000000,
      10000000000000000,
      100000000000000000,
      1000000000000000000,
  };
  assert(scale <= SEG_DECIMAL_MAX_SCALE);
  return powers[scale];
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/** A sign in front, taken off the text. */
static bool take_sign(struct seg_str *text) {
  if (text->size == 0 || (text->data[0] != '-' && text->data[0] != '+'))
    return false;
  bool negative = text->data[0] == '-';
  text->data++;
  text->size--;
  return negative;
}

/** An unsigned magnitude that remembers whether it ran over. */
struct magnitude {
  uint64_t value;
  bool overflow;
};

static void push_digit(struct magnitude *magnitude, unsigned digit) {
  uint64_t value = magnitude->value;
  if (__builtin_mul_overflow(value, 10u, &value) || __builtin_add_overflow(value, digit, &value))
    magnitude->overflow = true;
  magnitude->value = value;
}

static enum seg_decimal_result signed_result(struct magnitude magnitude, bool negative,
                                             int64_t *out) {
  uint64_t limit = (uint64_t)INT64_MAX + negative;
  if (magnitude.overflow || magnitude.value > limit)
    return SEG_DECIMAL_OUT_OF_RANGE;
  // The detour over the complement avoids negating INT64_MIN as a signed number.
  *out = (int64_t)(negative ? ~magnitude.value + 1 : magnitude.value);
  return SEG_DECIMAL_OK;
}

enum seg_decimal_result seg_decimal_parse(struct seg_str text, unsigned scale, int64_t *out) {
  assert(scale <= SEG_DECIMAL_MAX_SCALE);
  bool negative = take_sign(&text);
  struct magnitude magnitude = {0};
  bool lost = false, point = false, digits = false;
  unsigned decimals = 0;
  for (size_t i = 0; i < text.size; i++) {
    char c = text.data[i];
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (!is_digit(c))
      return SEG_DECIMAL_NOT_A_NUMBER;
    digits = true;
    if (point && decimals == scale) {
      lost |= c != '0';
      continue;
    }
    decimals += point;
    push_digit(&magnitude, (unsigned)(c - '0'));
  }
  if (!digits)
    return SEG_DECIMAL_NOT_A_NUMBER;
  if (lost)
    return SEG_DECIMAL_TOO_MANY_DECIMALS;
  for (; decimals < scale; decimals++)
    push_digit(&magnitude, 0);
  return signed_result(magnitude, negative, out);
}

enum seg_decimal_result seg_integer_parse(struct seg_str text, int64_t *out) {
  bool negative = take_sign(&text);
  if (text.size == 0)
    return SEG_DECIMAL_NOT_A_NUMBER;
  struct magnitude magnitude = {0};
  for (size_t i = 0; i < text.size; i++) {
    if (!is_digit(text.data[i]))
      return SEG_DECIMAL_NOT_A_NUMBER;
    push_digit(&magnitude, (unsigned)(text.data[i] - '0'));
  }
  return signed_result(magnitude, negative, out);
}

/** Rounded half away from zero, like llround, without linking the library of mathematics for it. */
static int64_t nearest_integer(double value) {
  int64_t whole = (int64_t)value;
  double rest = value - (double)whole; // exact: both share their leading bits
  return whole + (rest >= 0.5) - (rest <= -0.5);
}

bool seg_decimal_from_double(double value, unsigned scale, int64_t *out) {
  // Fifteen significant digits survive the way from decimal to double and back (DBL_DIG); whole
  // numbers are exact up to 2^53. Inside these limits the rounded product below is the only
  // candidate.
  double limit = scale == 0 ? 0x1p53 : 1e15;
  double power = (double)seg_decimal_power(scale);
  double scaled = value * power;
  if (!(fabs(scaled) <= limit)) // also refuses NaN
    return false;
  int64_t candidate = nearest_integer(scaled);
  // Both operands are exact, so this division is correctly rounded: the double nearest to the
  // decimal.
  if ((double)candidate / power != value)
    return false;
  *out = candidate;
  return true;
}

size_t seg_decimal_format(int64_t value, unsigned scale, char out[SEG_DECIMAL_TEXT]) {
  assert(scale <= SEG_DECIMAL_MAX_SCALE);
  char reversed[SEG_DECIMAL_TEXT];
  size_t count = 0;
  uint64_t magnitude = value < 0 ? ~(uint64_t)value + 1 : (uint64_t)value;
  for (unsigned digit = 0; magnitude > 0 || digit <= scale; digit++) {
    if (digit == scale && scale > 0)
      reversed[count++] = '.';
    reversed[count++] = (char)('0' + magnitude % 10);
    magnitude /= 10;
  }
  if (value < 0)
    reversed[count++] = '-';
  for (size_t i = 0; i < count; i++)
    out[i] = reversed[count - 1 - i];
  out[count] = '\0';
  return count;
}

/** The parts of [digits][.digits][e[sign]digits]. */
struct double_parts {
  struct magnitude mantissa;
  int64_t exponent; // of ten
};

static bool exponent_part(struct seg_str text, int64_t *exponent) {
  bool negative = take_sign(&text);
  if (text.size == 0)
    return false;
  int64_t value = 0;
  for (size_t i = 0; i < text.size; i++) {
    if (!is_digit(text.data[i]))
      return false;
    if (value < 1000000) // anything above is out of reach anyway
      value = value * 10 + (text.data[i] - '0');
  }
  *exponent = negative ? -value : value;
  return true;
}

static bool double_parts(struct seg_str text, struct double_parts *parts) {
  bool digits = false, point = false;
  int64_t decimals = 0;
  for (size_t i = 0; i < text.size; i++) {
    char c = text.data[i];
    if (is_digit(c)) {
      digits = true;
      decimals += point;
      push_digit(&parts->mantissa, (unsigned)(c - '0'));
    } else if (c == '.' && !point) {
      point = true;
    } else if (digits && (c == 'e' || c == 'E')) {
      if (!exponent_part((struct seg_str){text.data + i + 1, text.size - i - 1}, &parts->exponent))
        return false;
      break;
    } else {
      return false;
    }
  }
  parts->exponent -= decimals;
  return digits;
}

enum { LONGEST_DOUBLE = 1000 };

/** The C library rounds long mantissas and large exponents right; only its locale must be pinned.
 */
static enum seg_decimal_result slow_double(struct seg_str text, double *out) {
  char copy[LONGEST_DOUBLE + 1];
  memcpy(copy, text.data, text.size);
  copy[text.size] = '\0';
  locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  if (plain == (locale_t)0)
    return SEG_DECIMAL_NOT_A_NUMBER;
  double value = strtod_l(copy, NULL, plain);
  freelocale(plain);
  if (isinf(value))
    return SEG_DECIMAL_OUT_OF_RANGE;
  *out = value;
  return SEG_DECIMAL_OK;
}

enum seg_decimal_result seg_double_parse(struct seg_str text, double *out) {
  // 10^0 to 10^22 are the powers of ten that a double holds exactly.
  static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  if (text.size > LONGEST_DOUBLE)
    return SEG_DECIMAL_NOT_A_NUMBER;
  struct seg_str whole = text;
  bool negative = take_sign(&text);
  struct double_parts parts = {0};
  if (!double_parts(text, &parts))
    return SEG_DECIMAL_NOT_A_NUMBER;
  // Two exact operands and one operation round once: the nearest double (Clinger, 1990).
  bool exact = !parts.mantissa.overflow && parts.mantissa.value <= (uint64_t)1 << 53 &&
               parts.exponent >= -22 && parts.exponent <= 22;
  if (!exact)
    return slow_double(whole, out);
  double value = (double)parts.mantissa.value;
  value = parts.exponent < 0 ? value / powers[-parts.exponent] : value * powers[parts.exponent];
  *out = negative ? -value : value;
  return SEG_DECIMAL_OK;
}
