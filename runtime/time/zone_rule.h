/**
 * The rule in the footer of a TZif file: offsets for all times after the last transition the file
 * lists, such as "CET-1CEST,M3.5.0,M10.5.0/3". The format is the TZ variable of POSIX with the
 * extension of RFC 8536 (a time of day from -167 to 167 hours).
 */
#ifndef SEG_RUNTIME_TIME_ZONE_RULE_H
#define SEG_RUNTIME_TIME_ZONE_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/str.h"

enum seg_zone_rule_kind {
  SEG_ZONE_RULE_JULIAN,  // J60: day 1 to 365, 29 February never counted
  SEG_ZONE_RULE_ORDINAL, // 59: day 0 to 365, 29 February counted
  SEG_ZONE_RULE_WEEKDAY, // M3.5.0: month, week 1 to 5 (5 is the last), weekday with Sunday 0
};

/** One of the two moments of a year at which the offset changes. */
struct seg_zone_change {
  enum seg_zone_rule_kind kind;
  int month;
  int week;
  int day;     // by kind
  int seconds; // local time of day; may be negative or beyond a day
};

struct seg_zone_rule {
  int32_t standard; // seconds east of Greenwich
  int32_t daylight;
  bool changes; // false: `standard` for ever, and the rest means nothing
  struct seg_zone_change start;
  struct seg_zone_change end;
};

/** A stretch of constant offset, in UTC seconds: from <= t < until. */
struct seg_zone_span {
  int64_t from;
  int64_t until;
  int32_t offset;
};

/** False when the text is no rule. */
bool seg_zone_rule_parse(struct seg_str text, struct seg_zone_rule *rule);

/** The stretch that holds a moment; |utc_seconds| below 2^62. */
struct seg_zone_span seg_zone_rule_span(const struct seg_zone_rule *rule, int64_t utc_seconds);

#endif
