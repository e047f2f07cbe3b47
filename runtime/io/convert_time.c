// Converters to dates, instants and local days.
//
// A date (or a text that is only a date) is a local day of the project's zone and, where an instant
// is asked for, the first moment of that day. A clock time without zone is read in the zone that
// the entity declares; without one it is refused, because the day it falls on would be a guess.
#include "runtime/io/convert.h"
#include "runtime/time/civil.h"
#include "runtime/time/timestamp_text.h"

#define FIRST_MOMENT (SEG_CIVIL_FIRST_DAY * SEG_MICROSECONDS_PER_DAY)
#define LAST_MOMENT  ((SEG_CIVIL_LAST_DAY + 1) * SEG_MICROSECONDS_PER_DAY - 1)

static bool is_day(int32_t day) {
  return day >= SEG_CIVIL_FIRST_DAY && day <= SEG_CIVIL_LAST_DAY;
}

static bool is_moment(int64_t microseconds) {
  return microseconds >= FIRST_MOMENT && microseconds <= LAST_MOMENT;
}

/*
 * date
 */

static enum seg_verdict date_of_day(const struct seg_conversion *conversion, const int32_t *from,
                                    int32_t *to) {
  (void)conversion;
  *to = *from;
  return is_day(*from) ? SEG_VERDICT_FINE : SEG_VERDICT_DATE_RANGE;
}

// Tools that have no date type write midnights.
static enum seg_verdict date_of_local(const struct seg_conversion *conversion, const int64_t *from,
                                      int32_t *to) {
  (void)conversion;
  if (!is_moment(*from))
    return SEG_VERDICT_DATE_RANGE;
  *to = seg_civil_day_of(*from);
  return *to * SEG_MICROSECONDS_PER_DAY == *from ? SEG_VERDICT_FINE : SEG_VERDICT_DATE_WITH_TIME;
}

static enum seg_verdict date_of_text(const struct seg_conversion *conversion,
                                     const duckdb_string_t *from, int32_t *to) {
  struct seg_str text = seg_duck_text(from);
  struct seg_timestamp_text parsed;
  if (seg_date_parse(text, to))
    return SEG_VERDICT_FINE;
  if (!seg_timestamp_parse(text, &parsed))
    return SEG_VERDICT_NOT_DATE;
  if (parsed.kind == SEG_TIMESTAMP_INSTANT)
    return SEG_VERDICT_DATE_WITH_TIME;
  return date_of_local(conversion, &parsed.microseconds, to);
}

// Days of the calendar, with none missing: the machine copies and checks many at once. False: one
// of them is none, or is missing.
static bool copy_days(const struct seg_conversion *conversion) {
  const int32_t *from = conversion->from;
  int32_t *to = (int32_t *)conversion->to + conversion->at;
  bool broken = conversion->validity != NULL;
  for (int64_t i = 0; i < conversion->count; i++) {
    to[i] = from[i];
    broken |= !is_day(from[i]);
  }
  return !broken;
}

static enum seg_status to_date_from_day(struct seg_conversion *conversion) {
  if (copy_days(conversion))
    return SEG_OK;
  SEG_CONVERT_EACH(conversion, int32_t, int32_t, date_of_day);
}

static enum seg_status to_date_from_local(struct seg_conversion *conversion) {
  SEG_CONVERT_EACH(conversion, int64_t, int32_t, date_of_local);
}

static enum seg_status to_date_from_text(struct seg_conversion *conversion) {
  SEG_CONVERT_EACH(conversion, duckdb_string_t, int32_t, date_of_text);
}

const seg_converter seg_convert_to_date[SEG_FAMILY_COUNT] = {
    [SEG_FAMILY_DAY] = to_date_from_day,
    [SEG_FAMILY_LOCAL] = to_date_from_local,
    [SEG_FAMILY_TEXT] = to_date_from_text,
};

/*
 * instant
 */

// Remembers the last day: events of one day often stand together, and midnights need a search.
static enum seg_verdict instant_of_day(struct seg_conversion *conversion, const int32_t *from,
                                       int64_t *to) {
  struct seg_convert_scratch *scratch = conversion->scratch;
  if (!is_day(*from))
    return SEG_VERDICT_DATE_RANGE;
  if (!scratch->has_midnight || scratch->midnight_day != *from) {
    scratch->midnight = seg_zone_midnight(conversion->target->zone, *from);
    scratch->midnight_day = *from;
    scratch->has_midnight = true;
  }
  *to = scratch->midnight;
  return SEG_VERDICT_FINE;
}

static enum seg_verdict instant_of_local(struct seg_conversion *conversion, const int64_t *from,
                                         int64_t *to) {
  const struct seg_zone *native = conversion->target->native_zone;
  if (!is_moment(*from))
    return SEG_VERDICT_DATE_RANGE;
  if (native == NULL)
    return SEG_VERDICT_NO_ZONE;
  *to = seg_zone_to_utc_near(native, &conversion->scratch->native, *from);
  return SEG_VERDICT_FINE;
}

static enum seg_verdict instant_of_instant(struct seg_conversion *conversion, const int64_t *from,
                                           int64_t *to) {
  (void)conversion;
  *to = *from;
  return is_moment(*from) ? SEG_VERDICT_FINE : SEG_VERDICT_DATE_RANGE;
}

static enum seg_verdict instant_of_text(struct seg_conversion *conversion,
                                        const duckdb_string_t *from, int64_t *to) {
  struct seg_timestamp_text parsed;
  if (!seg_timestamp_parse(seg_duck_text(from), &parsed))
    return SEG_VERDICT_NOT_TIME;
  switch (parsed.kind) {
  case SEG_TIMESTAMP_DATE_ONLY: return instant_of_day(conversion, &parsed.day, to);
  case SEG_TIMESTAMP_NAIVE: return instant_of_local(conversion, &parsed.microseconds, to);
  case SEG_TIMESTAMP_INSTANT: break;
  }
  return instant_of_instant(conversion, &parsed.microseconds, to);
}

static enum seg_status to_instant_from_day(struct seg_conversion *conversion) {
  SEG_CONVERT_EACH(conversion, int32_t, int64_t, instant_of_day);
}

static enum seg_status to_instant_from_local(struct seg_conversion *conversion) {
  SEG_CONVERT_EACH(conversion, int64_t, int64_t, instant_of_local);
}

static enum seg_status to_instant_from_instant(struct seg_conversion *conversion) {
  SEG_CONVERT_EACH(conversion, int64_t, int64_t, instant_of_instant);
}

static enum seg_status to_instant_from_text(struct seg_conversion *conversion) {
  SEG_CONVERT_EACH(conversion, duckdb_string_t, int64_t, instant_of_text);
}

const seg_converter seg_convert_to_timestamp[SEG_FAMILY_COUNT] = {
    [SEG_FAMILY_DAY] = to_instant_from_day,
    [SEG_FAMILY_LOCAL] = to_instant_from_local,
    [SEG_FAMILY_INSTANT] = to_instant_from_instant,
    [SEG_FAMILY_TEXT] = to_instant_from_text,
};

/*
 * The local day of an event. A date is its own day, also where the zone has no such midnight.
 */

static enum seg_verdict day_of_instant(struct seg_conversion *conversion, const int64_t *from,
                                       int32_t *to) {
  if (!is_moment(*from))
    return SEG_VERDICT_DATE_RANGE;
  *to = seg_zone_local_day(conversion->target->zone, &conversion->scratch->project, *from);
  return SEG_VERDICT_FINE;
}

static enum seg_verdict day_of_local(struct seg_conversion *conversion, const int64_t *from,
                                     int32_t *to) {
  int64_t instant;
  enum seg_verdict verdict = instant_of_local(conversion, from, &instant);
  return verdict == SEG_VERDICT_FINE ? day_of_instant(conversion, &instant, to) : verdict;
}

static enum seg_verdict day_of_text(struct seg_conversion *conversion, const duckdb_string_t *from,
                                    int32_t *to) {
  struct seg_timestamp_text parsed;
  if (!seg_timestamp_parse(seg_duck_text(from), &parsed))
    return SEG_VERDICT_NOT_TIME;
  switch (parsed.kind) {
  case SEG_TIMESTAMP_DATE_ONLY: *to = parsed.day; return SEG_VERDICT_FINE;
  case SEG_TIMESTAMP_NAIVE: return day_of_local(conversion, &parsed.microseconds, to);
  case SEG_TIMESTAMP_INSTANT: break;
  }
  return day_of_instant(conversion, &parsed.microseconds, to);
}

static enum seg_status to_day_from_day(struct seg_conversion *conversion) {
  if (copy_days(conversion))
    return SEG_OK;
  SEG_CONVERT_EACH(conversion, int32_t, int32_t, date_of_day);
}

static enum seg_status to_day_from_local(struct seg_conversion *conversion) {
  SEG_CONVERT_EACH(conversion, int64_t, int32_t, day_of_local);
}

static enum seg_status to_day_from_instant(struct seg_conversion *conversion) {
  SEG_CONVERT_EACH(conversion, int64_t, int32_t, day_of_instant);
}

static enum seg_status to_day_from_text(struct seg_conversion *conversion) {
  SEG_CONVERT_EACH(conversion, duckdb_string_t, int32_t, day_of_text);
}

const seg_converter seg_convert_to_day[SEG_FAMILY_COUNT] = {
    [SEG_FAMILY_DAY] = to_day_from_day,
    [SEG_FAMILY_LOCAL] = to_day_from_local,
    [SEG_FAMILY_INSTANT] = to_day_from_instant,
    [SEG_FAMILY_TEXT] = to_day_from_text,
};
