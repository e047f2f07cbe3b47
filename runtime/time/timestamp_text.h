/**
 * Dates and timestamps written as text, in the forms of ISO 8601 and SQL. Strict: a text that does
 * not fit entirely is refused, spaces at its ends included. Made for columns of millions of values:
 * no locale, no allocation, no library parser.
 */
#ifndef SEG_RUNTIME_TIME_TIMESTAMP_TEXT_H
#define SEG_RUNTIME_TIME_TIMESTAMP_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/str.h"

enum seg_timestamp_kind {
  SEG_TIMESTAMP_DATE_ONLY, // a date; `microseconds` is its midnight, as for NAIVE
  SEG_TIMESTAMP_NAIVE,     // date and time without a zone: local time of whatever zone is declared
  SEG_TIMESTAMP_INSTANT,   // date and time with `Z` or an offset: one moment
};

struct seg_timestamp_text {
  enum seg_timestamp_kind kind;
  int32_t day; // the date as written, days since 1970-01-01
  int64_t
      microseconds; // since 1970-01-01T00:00; local time when NAIVE or DATE_ONLY, UTC when INSTANT
};

/** `YYYY-MM-DD`, years 0001 to 9999; false when the text is anything else. */
bool seg_date_parse(struct seg_str text, int32_t *day);

/**
 * `YYYY-MM-DD`, or that followed by `T`, `t` or one space, `HH:MM`, optionally `:SS` and `.` with 1
 * to 9 digits, and optionally `Z`, `z` or an offset `+HH`, `+HHMM`, `+HH:MM` (or `-`), at most 18
 * hours. The fraction is cut, not rounded, to microseconds. 24:00 and second 60 are refused. False,
 * and `out` untouched, when the text is anything else.
 */
bool seg_timestamp_parse(struct seg_str text, struct seg_timestamp_text *out);

#endif
