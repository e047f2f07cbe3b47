// Dates and timestamps written as text; see timestamp_text.h.
#include "runtime/time/timestamp_text.h"

#include "runtime/time/civil.h"

enum { LARGEST_OFFSET_HOURS = 18 }; // wider than any zone has ever been, as in Java and SQL

static bool digit_at(struct seg_str text, size_t at, int *digit) {
  if (at >= text.size || text.data[at] < '0' || text.data[at] > '9')
    return false;
  *digit = text.data[at] - '0';
  return true;
}

static bool two_digits(struct seg_str text, size_t at, int *value) {
  int tens, ones;
  if (!digit_at(text, at, &tens) || !digit_at(text, at + 1, &ones))
    return false;
  *value = tens * 10 + ones;
  return true;
}

static bool sign_at(struct seg_str text, size_t at, char sign) {
  return at < text.size && text.data[at] == sign;
}

/** The date that the first ten bytes hold. */
static bool leading_date(struct seg_str text, int32_t *day) {
  int century, year, month, day_of_month;
  if (!two_digits(text, 0, &century) || !two_digits(text, 2, &year) || !sign_at(text, 4, '-') ||
      !two_digits(text, 5, &month) || !sign_at(text, 7, '-') || !two_digits(text, 8, &day_of_month))
    return false;
  year += century * 100;
  if (!seg_civil_valid(year, month, day_of_month))
    return false;
  *day = seg_civil_to_day(year, month, day_of_month);
  return true;
}

bool seg_date_parse(struct seg_str text, int32_t *day) {
  return text.size == 10 && leading_date(text, day);
}

/** `.` and 1 to 9 digits, if a `.` stands at `*at`; `*microseconds` stays 0 otherwise. */
static bool fraction(struct seg_str text, size_t *at, int *microseconds) {
  *microseconds = 0;
  if (!sign_at(text, *at, '.'))
    return true;
  size_t first = ++*at;
  int weight = 100000;
  int digit;
  while (digit_at(text, *at, &digit)) {
    *microseconds += digit * weight;
    weight /= 10; // zero from the seventh digit on: the rest is cut
    ++*at;
  }
  return *at > first && *at - first <= 9;
}

/** HH:MM[:SS[.f]] at `*at`, in microseconds since midnight. */
static bool time_of_day(struct seg_str text, size_t *at, int64_t *microseconds) {
  int hour, minute, second = 0, part = 0;
  if (!two_digits(text, *at, &hour) || !sign_at(text, *at + 2, ':') ||
      !two_digits(text, *at + 3, &minute) || hour > 23 || minute > 59)
    return false;
  *at += 5;
  if (sign_at(text, *at, ':')) {
    if (!two_digits(text, *at + 1, &second) || second > 59)
      return false;
    *at += 3;
    if (!fraction(text, at, &part))
      return false;
  }
  *microseconds = ((hour * 60 + minute) * 60 + second) * SEG_MICROSECONDS_PER_SECOND + part;
  return true;
}

/** Z or an offset, which must be the rest of the text; seconds east of Greenwich. */
static bool zone_suffix(struct seg_str text, size_t at, int *offset) {
  *offset = 0;
  if (text.size == at + 1)
    return text.data[at] == 'Z' || text.data[at] == 'z';
  if (!sign_at(text, at, '+') && !sign_at(text, at, '-'))
    return false;
  int hours, minutes = 0;
  if (!two_digits(text, at + 1, &hours))
    return false;
  size_t rest = at + 3;
  if (rest < text.size) {
    rest += sign_at(text, rest, ':');
    if (!two_digits(text, rest, &minutes) || rest + 2 != text.size || minutes > 59)
      return false;
  }
  if (hours * 60 + minutes > LARGEST_OFFSET_HOURS * 60)
    return false;
  *offset = (hours * 60 + minutes) * 60 * (text.data[at] == '-' ? -1 : 1);
  return true;
}

bool seg_timestamp_parse(struct seg_str text, struct seg_timestamp_text *out) {
  int32_t day;
  if (!leading_date(text, &day))
    return false;
  int64_t midnight = day * SEG_MICROSECONDS_PER_DAY;
  if (text.size == 10) {
    *out = (struct seg_timestamp_text){SEG_TIMESTAMP_DATE_ONLY, day, midnight};
    return true;
  }
  if (!sign_at(text, 10, 'T') && !sign_at(text, 10, ' ') && !sign_at(text, 10, 't'))
    return false;
  size_t at = 11;
  int64_t time;
  if (!time_of_day(text, &at, &time))
    return false;
  if (at == text.size) {
    *out = (struct seg_timestamp_text){SEG_TIMESTAMP_NAIVE, day, midnight + time};
    return true;
  }
  int offset;
  if (!zone_suffix(text, at, &offset))
    return false;
  *out = (struct seg_timestamp_text){SEG_TIMESTAMP_INSTANT, day,
                                     midnight + time - offset * SEG_MICROSECONDS_PER_SECOND};
  return true;
}
