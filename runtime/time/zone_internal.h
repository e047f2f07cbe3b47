/**
 * What zone.c and zone_folder.c share; nobody else includes it.
 */
#ifndef SEG_RUNTIME_TIME_ZONE_INTERNAL_H
#define SEG_RUNTIME_TIME_ZONE_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include "runtime/time/zone.h"
#include "runtime/time/zone_rule.h"

/** A change of the offset; it holds until the next one. */
struct seg_zone_transition {
  int64_t from; // UTC microseconds; INT64_MIN for the first
  int32_t offset;
};

/**
 * Invariants: count >= 1; transitions[0].from is INT64_MIN; `from` never falls. From `rule_from`
 * on, `rule` holds instead of the list, if `has_rule`.
 */
struct seg_zone {
  char name[SEG_ZONE_NAME];
  bool has_rule;
  struct seg_zone_rule rule;
  int64_t rule_from; // UTC microseconds
  size_t count;
  struct seg_zone_transition transitions[];
};

/** A zone with room for `count` transitions, zeroed but for name and count; NULL when memory is
 * out. */
struct seg_zone *seg_zone_new(struct seg_str name, size_t count);

/** Seconds to microseconds; what does not fit becomes the nearest end of the range. */
int64_t seg_zone_microseconds(int64_t seconds);

#endif
