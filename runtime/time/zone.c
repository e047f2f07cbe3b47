// Time zones: look-ups; see zone.h. Loading is in zone_folder.c, the file format in zone_tzif.c.
#include "runtime/time/zone.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/time/zone_internal.h"

// No offset lies further from Greenwich than this (RFC 8536, 3.2: less than 26 hours); zone_tzif.c
// refuses files that say otherwise.
#define WIDEST_OFFSET (INT64_C(26) * 3600 * SEG_MICROSECONDS_PER_SECOND)

struct seg_zone *seg_zone_new(struct seg_str name, size_t count) {
  struct seg_zone *zone =
      calloc(1, sizeof *zone + (count + 1) * sizeof(struct seg_zone_transition));
  if (zone == NULL)
    return NULL;
  size_t size = name.size < SEG_ZONE_NAME ? name.size : SEG_ZONE_NAME - 1;
  if (size > 0)
    memcpy(zone->name, name.data, size);
  zone->count = count;
  return zone;
}

void seg_zone_free(struct seg_zone *zone) {
  free(zone);
}

const char *seg_zone_name(const struct seg_zone *zone) {
  return zone->name;
}

static int64_t saturating_add(int64_t a, int64_t b) {
  int64_t sum;
  if (__builtin_add_overflow(a, b, &sum))
    return b < 0 ? INT64_MIN : INT64_MAX;
  return sum;
}

int64_t seg_zone_microseconds(int64_t seconds) {
  int64_t product;
  if (__builtin_mul_overflow(seconds, SEG_MICROSECONDS_PER_SECOND, &product))
    return seconds < 0 ? INT64_MIN : INT64_MAX;
  return product;
}

static void seek_rule(const struct seg_zone *zone, struct seg_zone_cursor *cursor,
                      int64_t utc_microseconds) {
  int64_t seconds = utc_microseconds / SEG_MICROSECONDS_PER_SECOND -
                    (utc_microseconds % SEG_MICROSECONDS_PER_SECOND < 0);
  struct seg_zone_span span = seg_zone_rule_span(&zone->rule, seconds);
  int64_t from = seg_zone_microseconds(span.from);
  cursor->from = from > zone->rule_from ? from : zone->rule_from;
  cursor->until = seg_zone_microseconds(span.until);
  cursor->offset = span.offset;
}

void seg_zone_seek(const struct seg_zone *zone, struct seg_zone_cursor *cursor,
                   int64_t utc_microseconds) {
  if (zone->has_rule && utc_microseconds >= zone->rule_from) {
    seek_rule(zone, cursor, utc_microseconds);
    return;
  }
  // The last transition at or before the moment; the first one is before everything.
  size_t low = 0, high = zone->count;
  while (high - low > 1) {
    size_t middle = low + (high - low) / 2;
    if (zone->transitions[middle].from <= utc_microseconds)
      low = middle;
    else
      high = middle;
  }
  cursor->from = zone->transitions[low].from;
  cursor->offset = zone->transitions[low].offset;
  cursor->until = INT64_MAX;
  if (low + 1 < zone->count)
    cursor->until = zone->transitions[low + 1].from;
  else if (zone->has_rule)
    cursor->until = zone->rule_from;
}

int64_t seg_zone_to_utc_near(const struct seg_zone *zone, struct seg_zone_cursor *cursor,
                             int64_t local_microseconds) {
  int64_t offset = cursor->offset * SEG_MICROSECONDS_PER_SECOND;
  int64_t utc = saturating_add(local_microseconds, -offset);
  // Far from the beginning of the stretch no earlier stretch can show this local time as well.
  if (utc < cursor->until && utc >= saturating_add(cursor->from, 2 * WIDEST_OFFSET))
    return utc;
  // The first stretch whose end lies, on the local clock, after this time either holds it for the
  // first time or, if the time lies in a gap, begins after it.
  seg_zone_seek(zone, cursor, saturating_add(local_microseconds, -WIDEST_OFFSET));
  int64_t before = cursor->offset * SEG_MICROSECONDS_PER_SECOND;
  for (;;) {
    offset = cursor->offset * SEG_MICROSECONDS_PER_SECOND;
    if (cursor->until == INT64_MAX || local_microseconds < saturating_add(cursor->until, offset))
      break;
    before = offset;
    seg_zone_seek(zone, cursor, cursor->until);
  }
  utc = saturating_add(local_microseconds, -offset);
  return utc >= cursor->from ? utc : saturating_add(local_microseconds, -before);
}

int64_t seg_zone_to_utc(const struct seg_zone *zone, int64_t local_microseconds) {
  struct seg_zone_cursor cursor = {0};
  return seg_zone_to_utc_near(zone, &cursor, local_microseconds);
}

int64_t seg_zone_midnight(const struct seg_zone *zone, int32_t day) {
  int64_t local;
  if (__builtin_mul_overflow((int64_t)day, SEG_MICROSECONDS_PER_DAY, &local))
    local = day < 0 ? INT64_MIN : INT64_MAX;
  return seg_zone_to_utc(zone, local);
}
