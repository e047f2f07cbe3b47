// The rule in the footer of a TZif file; see zone_rule.h.
#include "runtime/time/zone_rule.h"

#include <assert.h>

#include "runtime/time/civil.h"

enum { SECONDS_PER_DAY = 86400 };

// --- Reading -------------------------------------------------------------------------------------

/** The unread rest of the text. Every take_* moves it forward or returns false. */
struct reader {
  const char *at;
  const char *end;
};

static bool take(struct reader *reader, char wanted) {
  if (reader->at == reader->end || *reader->at != wanted)
    return false;
  reader->at++;
  return true;
}

static bool at_digit(const struct reader *reader) {
  return reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9';
}

static bool take_number(struct reader *reader, int least, int most, int *number) {
  int value = 0;
  if (!at_digit(reader))
    return false;
  for (; at_digit(reader); reader->at++) {
    value = value * 10 + (*reader->at - '0');
    if (value > most)
      return false;
  }
  *number = value;
  return value >= least;
}

/** An abbreviation: three letters or more, or any sign inside <>. It has no use here. */
static bool skip_name(struct reader *reader) {
  const char *first = reader->at;
  if (take(reader, '<')) {
    while (reader->at < reader->end && *reader->at != '>')
      reader->at++;
    return take(reader, '>');
  }
  while (reader->at < reader->end &&
         ((*reader->at >= 'A' && *reader->at <= 'Z') || (*reader->at >= 'a' && *reader->at <= 'z')))
    reader->at++;
  return reader->at - first >= 3;
}

/** [+-]hh[:mm[:ss]] in seconds. */
static bool take_time(struct reader *reader, int most_hours, int *seconds) {
  bool negative = take(reader, '-');
  if (!negative)
    take(reader, '+');
  int hours, minutes = 0, rest = 0;
  if (!take_number(reader, 0, most_hours, &hours))
    return false;
  if (take(reader, ':')) {
    if (!take_number(reader, 0, 59, &minutes))
      return false;
    if (take(reader, ':') && !take_number(reader, 0, 59, &rest))
      return false;
  }
  int total = (hours * 60 + minutes) * 60 + rest;
  *seconds = negative ? -total : total;
  return true;
}

/** POSIX counts offsets west of Greenwich; everything else here counts east. */
static bool take_offset(struct reader *reader, int32_t *east) {
  int west;
  if (!take_time(reader, 24, &west))
    return false;
  *east = -west;
  return true;
}

static bool take_change(struct reader *reader, struct seg_zone_change *change) {
  *change = (struct seg_zone_change){.seconds = 2 * 3600};
  if (!take(reader, ','))
    return false;
  if (take(reader, 'J')) {
    change->kind = SEG_ZONE_RULE_JULIAN;
    if (!take_number(reader, 1, 365, &change->day))
      return false;
  } else if (take(reader, 'M')) {
    change->kind = SEG_ZONE_RULE_WEEKDAY;
    if (!take_number(reader, 1, 12, &change->month) || !take(reader, '.') ||
        !take_number(reader, 1, 5, &change->week) || !take(reader, '.') ||
        !take_number(reader, 0, 6, &change->day))
      return false;
  } else {
    change->kind = SEG_ZONE_RULE_ORDINAL;
    if (!take_number(reader, 0, 365, &change->day))
      return false;
  }
  return !take(reader, '/') || take_time(reader, 167, &change->seconds);
}

bool seg_zone_rule_parse(struct seg_str text, struct seg_zone_rule *rule) {
  *rule = (struct seg_zone_rule){0};
  if (text.size == 0)
    return false;
  struct reader reader = {text.data, text.data + text.size};
  if (!skip_name(&reader) || !take_offset(&reader, &rule->standard))
    return false;
  if (reader.at == reader.end)
    return true;
  rule->changes = true;
  rule->daylight = rule->standard + 3600;
  if (!skip_name(&reader))
    return false;
  if (reader.at < reader.end && *reader.at != ',' && !take_offset(&reader, &rule->daylight))
    return false;
  return take_change(&reader, &rule->start) && take_change(&reader, &rule->end) &&
         reader.at == reader.end;
}

// --- Looking up ----------------------------------------------------------------------------------

/** The day, since 1970-01-01, of a change in a year. */
static int32_t change_day(const struct seg_zone_change *change, int year) {
  int32_t first = seg_civil_to_day(year, 1, 1);
  switch (change->kind) {
  case SEG_ZONE_RULE_JULIAN: {
    bool leap = seg_civil_month_days(year, 2) == 29;
    return first + change->day - 1 + (leap && change->day >= 60);
  }
  case SEG_ZONE_RULE_ORDINAL: return first + change->day;
  case SEG_ZONE_RULE_WEEKDAY: {
    int32_t month = seg_civil_to_day(year, change->month, 1);
    int ahead = (change->day - seg_civil_weekday(month) % 7 + 7) % 7;
    int day = ahead + (change->week - 1) * 7;
    return month + (day < seg_civil_month_days(year, change->month) ? day : day - 7);
  }
  }
  assert(!"unknown kind of change");
  return 0;
}

/** The moment of a change, in UTC seconds; `offset` is the one in force before it. */
static int64_t change_time(const struct seg_zone_change *change, int year, int32_t offset) {
  return (int64_t)change_day(change, year) * SECONDS_PER_DAY + change->seconds - offset;
}

/** The stretch around a moment between the years 1970 and 2370. */
static struct seg_zone_span span_near(const struct seg_zone_rule *rule, int64_t seconds) {
  enum { YEARS = 5 };
  int year;
  seg_civil_from_day((int32_t)(seconds / SECONDS_PER_DAY), &year, NULL, NULL);
  // Two years to each side: a time of day may lie a week outside its year.
  struct seg_zone_span span = {INT64_MIN, INT64_MAX, rule->standard};
  for (int i = 0; i < YEARS; i++) {
    int64_t start = change_time(&rule->start, year - 2 + i, rule->standard);
    int64_t end = change_time(&rule->end, year - 2 + i, rule->daylight);
    // Where one change ends daylight time and another starts it at once, daylight time wins: that
    // is how RFC 8536 writes daylight time all year.
    if (end <= seconds && end > span.from)
      span.from = end, span.offset = rule->standard;
    if (start <= seconds && start >= span.from)
      span.from = start, span.offset = rule->daylight;
    if (end > seconds && end < span.until)
      span.until = end;
    if (start > seconds && start < span.until)
      span.until = start;
  }
  return span;
}

struct seg_zone_span seg_zone_rule_span(const struct seg_zone_rule *rule, int64_t utc_seconds) {
  if (!rule->changes)
    return (struct seg_zone_span){INT64_MIN, INT64_MAX, rule->standard};
  // The calendar repeats after 400 years, which are whole weeks; so does every rule. Looking it up
  // in the years 1970 to 2370 keeps distant moments inside the range of the calendar functions.
  const int64_t cycle = INT64_C(146097) * SECONDS_PER_DAY;
  int64_t cycles = utc_seconds / cycle - (utc_seconds % cycle < 0);
  struct seg_zone_span span = span_near(rule, utc_seconds - cycles * cycle);
  span.from += cycles * cycle;
  span.until += cycles * cycle;
  return span;
}
