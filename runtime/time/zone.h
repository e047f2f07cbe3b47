/**
 * Time zones of the IANA database, read from compiled TZif files (RFC 8536, versions 1 to 4): which
 * local day a moment falls on, and which moment a local time means.
 *
 * A zone never changes after loading and any number of threads may share it; what changes between
 * two look-ups sits in a seg_zone_cursor, one for each thread and zone. The environment (TZ, TZDIR)
 * is never read: the same rules and data give the same answer on every machine with the same
 * tzdata.
 *
 * A local time that does not exist (the clock jumps forward) or exists twice (it jumps back) is
 * read with the offset in force before the jump: 02:30 in a gap becomes 03:30 of the new time, and
 * of two 02:30 the first one is meant.
 */
#ifndef SEG_RUNTIME_TIME_ZONE_H
#define SEG_RUNTIME_TIME_ZONE_H

#include <stddef.h>
#include <stdint.h>

#include "runtime/base/status.h"
#include "runtime/base/str.h"
#include "runtime/time/civil.h"

struct seg_zone;

/** The stretch of constant offset of the last look-up. Zero-initialise it; use it with one zone
 * only. */
struct seg_zone_cursor {
  int64_t from;   // UTC microseconds, included
  int64_t until;  // UTC microseconds, not included; an empty stretch matches nothing
  int32_t offset; // seconds east of Greenwich
};

enum { SEG_ZONE_NAME = 64 }; // bytes of the longest name accepted, with its NUL

/**
 * Load `name`, such as "Europe/Berlin", from the system's folder /usr/share/zoneinfo. "UTC" needs
 * no file. `*zone` belongs to the caller: seg_zone_free. Errors: SEG_USAGE for a name that is no
 * zone (with a suggestion), SEG_BAD_DATA for a damaged file, SEG_IO when there is no zone folder or
 * the file cannot be read, SEG_OUT_OF_MEMORY.
 */
SEG_NODISCARD enum seg_status seg_zone_load(struct seg_str name, struct seg_zone **zone,
                                            struct seg_error *error);

/** The same from another folder; NULL is the system's. */
SEG_NODISCARD enum seg_status seg_zone_load_from(const char *folder, struct seg_str name,
                                                 struct seg_zone **zone, struct seg_error *error);

/** The same from the bytes of a TZif file; `name` is for messages. */
SEG_NODISCARD enum seg_status seg_zone_read(const void *bytes, size_t size, struct seg_str name,
                                            struct seg_zone **zone, struct seg_error *error);

/** NULL is fine. */
void seg_zone_free(struct seg_zone *zone);

/** The name it was loaded by, NUL-terminated; lives as long as the zone. */
const char *seg_zone_name(const struct seg_zone *zone);

/** The search behind seg_zone_offset: fills the cursor with the stretch that holds the moment. */
void seg_zone_seek(const struct seg_zone *zone, struct seg_zone_cursor *cursor,
                   int64_t utc_microseconds);

/** Seconds east of Greenwich at a moment. */
static inline int32_t seg_zone_offset(const struct seg_zone *zone, struct seg_zone_cursor *cursor,
                                      int64_t utc_microseconds) {
  if (utc_microseconds < cursor->from || utc_microseconds >= cursor->until)
    seg_zone_seek(zone, cursor, utc_microseconds);
  return cursor->offset;
}

/** The local calendar day of a moment, in days since 1970-01-01. */
static inline int32_t seg_zone_local_day(const struct seg_zone *zone,
                                         struct seg_zone_cursor *cursor, int64_t utc_microseconds) {
  int64_t offset = seg_zone_offset(zone, cursor, utc_microseconds) * SEG_MICROSECONDS_PER_SECOND;
  // Split first: a moment at the very end of the range must not overflow when the offset is added.
  int64_t day = utc_microseconds / SEG_MICROSECONDS_PER_DAY;
  int64_t rest = utc_microseconds % SEG_MICROSECONDS_PER_DAY;
  return (int32_t)day + seg_civil_day_of(rest + offset);
}

/** UTC microseconds of a local time given in microseconds since 1970-01-01T00:00 local. */
int64_t seg_zone_to_utc(const struct seg_zone *zone, int64_t local_microseconds);

/** The same with a cursor, for many local times in a row. */
int64_t seg_zone_to_utc_near(const struct seg_zone *zone, struct seg_zone_cursor *cursor,
                             int64_t local_microseconds);

/**
 * UTC microseconds at which the local day begins: the first moment that shows this date. A day
 * whose midnight is skipped begins at the jump; a day that is skipped entirely (Pacific/Apia
 * 2011-12-30) begins where the next one does. One oddity stays: where the clock jumps back over
 * midnight, the day before shows again for a while after this moment.
 */
int64_t seg_zone_midnight(const struct seg_zone *zone, int32_t day);

/** The tzdata release of the system's folder, such as "2025b", or "unknown"; always NUL-terminated.
 * False when it is there but cannot be read. */
bool seg_zone_version(char *out, size_t size);

/** The same for another folder; NULL is the system's. */
bool seg_zone_version_of(const char *folder, char *out, size_t size);

#endif
