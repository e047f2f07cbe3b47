/**
 * Numbers as text: exact decimals as scaled integers (money is 12345 for 123.45 at scale 2),
 * integers and doubles. No locale, no allocation, texts need no NUL at their end. Spaces, thousands
 * separators, hexadecimal, infinities and NaN are refused.
 */
#ifndef SEG_RUNTIME_BASE_DECIMAL_H
#define SEG_RUNTIME_BASE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/str.h"

enum {
  SEG_DECIMAL_MAX_SCALE = 18, // 10^18 is the last power of ten that fits an int64_t
  SEG_DECIMAL_TEXT = 32,      // bytes that seg_decimal_format needs
};

enum seg_decimal_result {
  SEG_DECIMAL_OK = 0,
  SEG_DECIMAL_NOT_A_NUMBER,
  SEG_DECIMAL_TOO_MANY_DECIMALS, // digits other than 0 behind the scale: rounding would lose money
  SEG_DECIMAL_OUT_OF_RANGE,
};

/** 10^scale, scale 0 to 18. */
int64_t seg_decimal_power(unsigned scale);

/**
 * An optional sign, digits, optionally `.` and digits (at least one digit in all): the value times
 * 10^scale, exactly. No exponent. `*out` is untouched unless the result is OK.
 */
enum seg_decimal_result seg_decimal_parse(struct seg_str text, unsigned scale, int64_t *out);

/**
 * The decimal that a double stands for: true when the double nearest to out / 10^scale is exactly
 * `value`, so 123.45 gives 12345 and 0.1 + 0.2 gives nothing. False also for NaN, infinities and
 * values beyond 15 significant digits (2^53 at scale 0), where several decimals share one double.
 */
bool seg_decimal_from_double(double value, unsigned scale, int64_t *out);

/** `value` / 10^scale with exactly `scale` decimals and a NUL; the size without the NUL. */
size_t seg_decimal_format(int64_t value, unsigned scale, char out[SEG_DECIMAL_TEXT]);

/** An optional sign and digits; never TOO_MANY_DECIMALS. `*out` is untouched unless OK. */
enum seg_decimal_result seg_integer_parse(struct seg_str text, int64_t *out);

/**
 * An optional sign, digits with an optional `.`, an optional exponent: the nearest double (ties to
 * even), as strtod in the C locale. OUT_OF_RANGE when it would be infinite; an underflow gives the
 * nearest small number or zero. Texts over 1000 bytes are NOT_A_NUMBER.
 */
enum seg_decimal_result seg_double_parse(struct seg_str text, double *out);

#endif
