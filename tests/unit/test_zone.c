// Time zones: published facts, the footer rule, damaged files, and agreement with the C library.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "runtime/time/civil.h"
#include "runtime/time/timestamp_text.h"
#include "runtime/time/zone.h"
#include "runtime/time/zone_rule.h"

#define SECOND INT64_C(1000000)

static struct seg_zone *load(const char *name) {
  struct seg_zone *zone = NULL;
  struct seg_error error = {0};
  if (seg_zone_load(seg_str_view(name), &zone, &error) != SEG_OK)
    fail_msg("%s: %s", name, error.message);
  return zone;
}

/** Microseconds of "2024-03-31 01:00", in whatever zone is meant. */
static int64_t at(const char *text) {
  struct seg_timestamp_text parsed;
  if (!seg_timestamp_parse(seg_str_view(text), &parsed))
    fail_msg("bad test: %s", text);
  return parsed.microseconds;
}

static int32_t offset(const struct seg_zone *zone, const char *utc) {
  struct seg_zone_cursor cursor = {0};
  return seg_zone_offset(zone, &cursor, at(utc));
}

static void check_local_day(const struct seg_zone *zone, const char *utc, const char *date) {
  struct seg_zone_cursor cursor = {0};
  char text[SEG_CIVIL_TEXT];
  seg_civil_format(seg_zone_local_day(zone, &cursor, at(utc)), text);
  assert_string_equal(text, date);
}

static void check_to_utc(const struct seg_zone *zone, const char *local, const char *utc) {
  int64_t got = seg_zone_to_utc(zone, at(local));
  if (got != at(utc))
    fail_msg("%s is %+lld s from the expected %s", local, (long long)((got - at(utc)) / SECOND),
             utc);
}

// --- Published facts -----------------------------------------------------------------------------

static void berlin(void **state) {
  (void)state;
  struct seg_zone *zone = load("Europe/Berlin");
  assert_string_equal(seg_zone_name(zone), "Europe/Berlin");
  // The European Union changes at 01:00 UTC on the last Sundays of March and October.
  assert_int_equal(offset(zone, "2024-03-31 00:59:59"), 3600);
  assert_int_equal(offset(zone, "2024-03-31 01:00:00"), 7200);
  assert_int_equal(offset(zone, "2024-10-27 00:59:59.999999"), 7200);
  assert_int_equal(offset(zone, "2024-10-27 01:00:00"), 3600);
  assert_int_equal(offset(zone, "1975-07-01 12:00"), 3600); // no summer time before 1980
  check_local_day(zone, "2024-06-30 21:59:59", "2024-06-30");
  check_local_day(zone, "2024-06-30 22:00", "2024-07-01");
  check_local_day(zone, "2024-12-31 22:59:59", "2024-12-31");
  check_local_day(zone, "2024-12-31 23:00", "2025-01-01");
  check_to_utc(zone, "2024-07-01 00:00", "2024-06-30 22:00");
  check_to_utc(zone, "2024-03-31 02:30", "2024-03-31 01:30"); // in the gap: reads 03:30 CEST
  check_to_utc(zone, "2024-03-31 02:00", "2024-03-31 01:00");
  check_to_utc(zone, "2024-03-31 03:00", "2024-03-31 01:00");
  check_to_utc(zone, "2024-10-27 02:30", "2024-10-27 00:30"); // twice: the first one
  check_to_utc(zone, "2024-10-27 01:59:59", "2024-10-26 23:59:59");
  check_to_utc(zone, "2024-10-27 03:00", "2024-10-27 02:00");
  seg_zone_free(zone);
}

static void new_york(void **state) {
  (void)state;
  struct seg_zone *zone = load("America/New_York");
  // Second Sunday of March and first Sunday of November since 2007 (Energy Policy Act of 2005).
  assert_int_equal(offset(zone, "2017-03-12 06:59:59"), -5 * 3600);
  assert_int_equal(offset(zone, "2017-03-12 07:00"), -4 * 3600);
  assert_int_equal(offset(zone, "2017-11-05 05:59:59"), -4 * 3600);
  assert_int_equal(offset(zone, "2017-11-05 06:00"), -5 * 3600);
  // First Sunday of April before that.
  assert_int_equal(offset(zone, "2006-03-20 12:00"), -5 * 3600);
  assert_int_equal(offset(zone, "2006-04-02 07:00"), -4 * 3600);
  check_local_day(zone, "2017-01-01 04:59", "2016-12-31");
  check_local_day(zone, "2017-01-01 05:00", "2017-01-01");
  check_to_utc(zone, "2017-03-12 02:30", "2017-03-12 07:30");
  check_to_utc(zone, "2017-11-05 01:30", "2017-11-05 05:30");
  seg_zone_free(zone);
}

static void lord_howe(void **state) {
  (void)state;
  struct seg_zone *zone = load("Australia/Lord_Howe");
  // Half an hour of daylight time: +10:30 in winter, +11 in summer, changing at 02:00 local time on
  // the first Sundays of October and April.
  assert_int_equal(offset(zone, "2023-07-01 00:00"), 10 * 3600 + 1800);
  assert_int_equal(offset(zone, "2023-09-30 15:29:59"), 10 * 3600 + 1800);
  assert_int_equal(offset(zone, "2023-09-30 15:30"), 11 * 3600);
  assert_int_equal(offset(zone, "2024-04-06 14:59:59"), 11 * 3600);
  assert_int_equal(offset(zone, "2024-04-06 15:00"), 10 * 3600 + 1800);
  check_to_utc(zone, "2023-10-01 02:15", "2023-09-30 15:45"); // gap of 30 minutes
  check_to_utc(zone, "2024-04-07 01:45", "2024-04-06 14:45"); // twice: the first one
  check_to_utc(zone, "2024-04-07 02:00", "2024-04-06 15:30");
  seg_zone_free(zone);
}

static void other_zones(void **state) {
  (void)state;
  struct seg_zone *zone = load("Asia/Kathmandu");
  assert_int_equal(offset(zone, "2024-01-01 00:00"), 5 * 3600 + 45 * 60);
  assert_int_equal(offset(zone, "1985-12-31 00:00"), 5 * 3600 + 30 * 60); // until 1986
  check_local_day(zone, "2024-01-01 18:14:59", "2024-01-01");
  check_local_day(zone, "2024-01-01 18:15", "2024-01-02");
  seg_zone_free(zone);

  zone = load("Pacific/Apia"); // crossed the date line: there was no 2011-12-30
  check_local_day(zone, "2011-12-30 09:59:59", "2011-12-29");
  check_local_day(zone, "2011-12-30 10:00", "2011-12-31");
  int32_t skipped = seg_civil_to_day(2011, 12, 30);
  assert_int_equal(seg_zone_midnight(zone, skipped), at("2011-12-30 10:00"));
  assert_int_equal(seg_zone_midnight(zone, skipped + 1), at("2011-12-30 10:00"));
  assert_int_equal(seg_zone_midnight(zone, skipped - 1), at("2011-12-29 10:00"));
  assert_int_equal(seg_zone_midnight(zone, skipped + 2), at("2011-12-31 10:00"));
  seg_zone_free(zone);

  zone = load("America/Sao_Paulo"); // 2018-11-04 began at 01:00, clocks went from 00:00 to 01:00
  assert_int_equal(seg_zone_midnight(zone, seg_civil_to_day(2018, 11, 4)), at("2018-11-04 03:00"));
  check_local_day(zone, "2018-11-04 02:59:59", "2018-11-03");
  check_local_day(zone, "2018-11-04 03:00", "2018-11-04");
  seg_zone_free(zone);

  zone = load("America/Havana"); // 2024-11-03 has two midnights, 01:00 goes back to 00:00
  assert_int_equal(seg_zone_midnight(zone, seg_civil_to_day(2024, 11, 3)), at("2024-11-03 04:00"));
  seg_zone_free(zone);
}

static void utc_needs_no_file(void **state) {
  (void)state;
  struct seg_zone *zone = NULL;
  struct seg_error error;
  assert_int_equal(seg_zone_load_from("/nonexistent", seg_str_view("UTC"), &zone, &error), SEG_OK);
  struct seg_zone_cursor cursor = {0};
  static const int64_t moments[] = {INT64_MIN, -1, 0, 1, INT64_MAX};
  for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
    assert_int_equal(seg_zone_offset(zone, &cursor, moments[i]), 0);
    assert_int_equal(seg_zone_to_utc(zone, moments[i]), moments[i]);
    assert_int_equal(seg_zone_local_day(zone, &cursor, moments[i]), seg_civil_day_of(moments[i]));
  }
  assert_int_equal(seg_zone_midnight(zone, -3), -3 * SEG_MICROSECONDS_PER_DAY);
  seg_zone_free(zone);
  seg_zone_free(NULL);
}

static void far_future(void **state) {
  (void)state;
  // Nothing is known about 2500, so the rules of today go on: the last Sundays of March and
  // October, which are the 28th and the 31st then.
  struct seg_zone *zone = load("Europe/Berlin");
  assert_int_equal(seg_civil_weekday(seg_civil_to_day(2500, 3, 28)), 7);
  assert_int_equal(seg_civil_weekday(seg_civil_to_day(2500, 10, 31)), 7);
  assert_int_equal(offset(zone, "2500-03-28 00:59:59"), 3600);
  assert_int_equal(offset(zone, "2500-03-28 01:00"), 7200);
  assert_int_equal(offset(zone, "2500-10-31 00:59:59"), 7200);
  assert_int_equal(offset(zone, "2500-10-31 01:00"), 3600);
  check_to_utc(zone, "2500-07-01 00:00", "2500-06-30 22:00");
  // The ends of the range are no reason to stop.
  struct seg_zone_cursor cursor = {0};
  seg_zone_offset(zone, &cursor, INT64_MAX);
  seg_zone_local_day(zone, &cursor, INT64_MAX);
  seg_zone_local_day(zone, &cursor, INT64_MIN);
  seg_zone_to_utc(zone, INT64_MAX);
  seg_zone_to_utc(zone, INT64_MIN);
  seg_zone_midnight(zone, INT32_MAX);
  seg_zone_midnight(zone, INT32_MIN);
  seg_zone_free(zone);
}

/** Beyond what microseconds can say, the last moment stands for all later ones. */
static void ends_of_the_range(void **state) {
  (void)state;
  struct seg_zone *east = load("Europe/Berlin"), *west = load("America/New_York");
  assert_int_equal(seg_zone_to_utc(west, INT64_MAX), INT64_MAX);
  assert_int_equal(seg_zone_to_utc(east, INT64_MIN), INT64_MIN);
  assert_int_equal(seg_zone_midnight(west, INT32_MAX), INT64_MAX);
  assert_int_equal(seg_zone_midnight(east, INT32_MIN), INT64_MIN);
  seg_zone_free(east);
  seg_zone_free(west);
}

// --- Rules ---------------------------------------------------------------------------------------

static int32_t rule_offset(const char *text, const char *utc) {
  struct seg_zone_rule rule;
  if (!seg_zone_rule_parse(seg_str_view(text), &rule))
    fail_msg("%s is refused", text);
  int64_t seconds = at(utc) / SECOND;
  struct seg_zone_span span = seg_zone_rule_span(&rule, seconds);
  assert_true(span.from <= seconds && seconds < span.until);
  return span.offset;
}

static void rules(void **state) {
  (void)state;
  assert_int_equal(rule_offset("UTC0", "2024-01-01 00:00"), 0);
  assert_int_equal(rule_offset("<+0545>-5:45", "2024-01-01 00:00"), 20700);
  assert_int_equal(rule_offset("LMT-0:53:28", "2024-01-01 00:00"), 53 * 60 + 28); // Berlin's
  assert_int_equal(rule_offset("LMT4:56:02", "2024-01-01 00:00"), -(4 * 60 + 56) * 60 - 2);
  // J60 is 1 March in every year, 59 is 29 February in leap years (POSIX, 8.3).
  assert_int_equal(rule_offset("AAA0BBB,J60/0,J300/0", "2024-02-29 23:59:59"), 0);
  assert_int_equal(rule_offset("AAA0BBB,J60/0,J300/0", "2024-03-01 00:00"), 3600);
  assert_int_equal(rule_offset("AAA0BBB,J60/0,J300/0", "2023-03-01 00:00"), 3600);
  assert_int_equal(rule_offset("AAA0BBB,59/0,300/0", "2024-02-28 23:59:59"), 0);
  assert_int_equal(rule_offset("AAA0BBB,59/0,300/0", "2024-02-29 00:00"), 3600);
  // South: daylight time over the turn of the year.
  assert_int_equal(rule_offset("NZST-12NZDT,M9.5.0,M4.1.0/3", "2024-01-01 00:00"), 13 * 3600);
  assert_int_equal(rule_offset("NZST-12NZDT,M9.5.0,M4.1.0/3", "2024-07-01 00:00"), 12 * 3600);
  // Hours beyond a day: Godthab's Saturday evening before the last Sunday of March, -1 o'clock.
  assert_int_equal(rule_offset("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2024-03-31 00:59:59"), -7200);
  assert_int_equal(rule_offset("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2024-03-31 01:00"), -3600);
  // Daylight time all year, as RFC 8536 writes it.
  assert_int_equal(rule_offset("EST5EDT,0/0,J365/25", "2024-01-01 04:30"), -4 * 3600);
  assert_int_equal(rule_offset("EST5EDT,0/0,J365/25", "2023-12-31 23:59:59"), -4 * 3600);
  assert_int_equal(rule_offset("EST5EDT,0/0,J365/25", "2024-07-01 00:00"), -4 * 3600);
  // Negative daylight time: Ireland's winter.
  assert_int_equal(rule_offset("IST-1GMT0,M10.5.0,M3.5.0/1", "2024-01-01 00:00"), 0);
  assert_int_equal(rule_offset("IST-1GMT0,M10.5.0,M3.5.0/1", "2024-07-01 00:00"), 3600);

  static const char *const bad[] = {
      "",
      "C",
      "CET",
      "CET-",
      "CET-25",
      "CET-1:60",
      "CET-1:00:60",
      "CET-1CEST,M0.5.0,M10.5.0",
      "CET-1CEST,M3.0.0,M10.5.0",
      "CET-1CEST,J366,J300",
      "CET-1CEST",
      "CET-1CEST,",
      "CET-1CEST,M3.5.0",
      "CET-1CEST,M3.5.0,M13.5.0",
      "CET-1CEST,M3.6.0,M10.5.0",
      "CET-1CEST,M3.5.7,M10.5.0",
      "CET-1CEST,J0,J300",
      "CET-1CEST,366,3",
      "CET-1CEST,M3.5.0/168,M10.5.0",
      "CET-1CEST,M3.5.0,M10.5.0x",
      "<+01-1",
      "99999999999999",
      "CET-99999999999999999999",
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct seg_zone_rule rule;
    if (seg_zone_rule_parse(seg_str_view(bad[i]), &rule))
      fail_msg("\"%s\" is accepted", bad[i]);
  }
}

// --- Wrong names and damaged files
// -----------------------------------------------------------------

static void unknown_names(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {"Europe/Berlim", "did you mean \"Europe/Berlin\"?"},
      {"europe/berlin", "did you mean \"Europe/Berlin\"?"},
      {"Berlin", "did you mean \"Europe/Berlin\"?"},
      {"new york", "did you mean \"America/New_York\"?"},
      {"America/NewYork", "did you mean \"America/New_York\"?"},
      {"Europe", ""},
      {"../../../etc/passwd", ""},
      {"/etc/passwd", ""},
      {"Europe//Berlin", ""},
      {"Europe/../Europe/Berlin", ""},
      {"localtime", ""},
      {"tzdata.zi", ""},
      {"", ""},
      {"/", ""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct seg_zone *zone = (struct seg_zone *)&cases;
    struct seg_error error = {0};
    assert_int_equal(seg_zone_load(seg_str_view(cases[i][0]), &zone, &error), SEG_USAGE);
    assert_null(zone);
    assert_int_equal(error.status, SEG_USAGE);
    assert_true(strlen(error.message) > 0 && strlen(error.help) > 0);
    // Only a distribution that ships tzdata.zi can suggest.
    if (cases[i][1][0] != '\0' && access("/usr/share/zoneinfo/tzdata.zi", R_OK) == 0)
      assert_string_equal(error.help, cases[i][1]);
  }
  char longest[400];
  memset(longest, 'a', sizeof longest);
  struct seg_zone *zone;
  struct seg_error error;
  assert_int_equal(seg_zone_load((struct seg_str){longest, sizeof longest}, &zone, &error),
                   SEG_USAGE);
  assert_int_equal(seg_zone_load(seg_str_view("Nowhere"), &zone, NULL), SEG_USAGE);
}

static void missing_folder(void **state) {
  (void)state;
  struct seg_zone *zone;
  struct seg_error error;
  assert_int_equal(seg_zone_load_from("/nonexistent", seg_str_view("Europe/Berlin"), &zone, &error),
                   SEG_IO);
  assert_non_null(strstr(error.help, "tzdata"));
  char version[16];
  seg_zone_version_of("/nonexistent", version, sizeof version);
  assert_string_equal(version, "unknown");
  seg_zone_version(version, sizeof version);
  assert_true(strlen(version) > 0);
}

/** A TZif file as RFC 8536 draws it, put together by hand: one jump from +1 to +2 at second 100. */
static size_t small_file(unsigned char out[256], char version, const char *footer) {
  static const unsigned char counts[24] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                           0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 4};
  static const unsigned char types[16] = {0, 0, 14, 16, 0, 0, 0, 0, 28, 32, 1, 0, 'A', 'A', 'A', 0};
  size_t size = 0;
  for (int bytes = 4; bytes <= (version == 0 ? 4 : 8); bytes += 4) {
    memset(out + size, 0, 20);
    memcpy(out + size, "TZif", 4);
    out[size + 4] = (unsigned char)version;
    memcpy(out + size + 20, counts, 24);
    size += 44;
    memset(out + size, 0, 8);
    out[size + (size_t)bytes - 1] = 100;
    size += (size_t)bytes;
    out[size++] = 1;
    memcpy(out + size, types, 16);
    size += 16;
  }
  if (version != 0) {
    memcpy(out + size, footer, strlen(footer));
    size += strlen(footer);
  }
  return size;
}

static enum seg_status read_bytes(const unsigned char *bytes, size_t size, struct seg_zone **zone) {
  // An allocation of its own, so that the address sanitizer sees a read behind the end.
  unsigned char *copy = malloc(size + (size == 0));
  assert_non_null(copy);
  memcpy(copy, bytes, size);
  struct seg_error error = {0};
  enum seg_status status = seg_zone_read(copy, size, seg_str_view("Test/Zone"), zone, &error);
  assert_true((status == SEG_OK) == (*zone != NULL));
  free(copy);
  return status;
}

static void versions(void **state) {
  (void)state;
  static const char all[] = {0, '2', '3', '4'};
  for (size_t i = 0; i < sizeof all; i++) {
    unsigned char bytes[256];
    struct seg_zone *zone;
    size_t size = small_file(bytes, all[i], "\nBBB-2\n");
    assert_int_equal(read_bytes(bytes, size, &zone), SEG_OK);
    assert_int_equal(offset(zone, "1970-01-01 00:01:39"), 3600);
    assert_int_equal(offset(zone, "1970-01-01 00:01:40"), 7200);
    assert_int_equal(offset(zone, "2999-01-01 00:00"), 7200);
    seg_zone_free(zone);
    for (size_t cut = 0; cut < size; cut++)
      assert_int_equal(read_bytes(bytes, cut, &zone), SEG_BAD_DATA);
  }
  unsigned char bytes[256];
  struct seg_zone *zone;
  size_t size = small_file(bytes, '2', "\n\n"); // nothing known: the last offset goes on
  assert_int_equal(read_bytes(bytes, size, &zone), SEG_OK);
  assert_int_equal(offset(zone, "2999-01-01 00:00"), 7200);
  seg_zone_free(zone);
}

/** No change was ever written down: the rule holds for all times. */
static void rule_alone(void **state) {
  (void)state;
  static const char footer[] = "\nAAA0BBB,J60/0,J300/0\n";
  unsigned char bytes[256] = {0};
  size_t size = 0;
  for (int block = 0; block < 2; block++) { // 44 bytes of header: 1 type, 4 bytes of names
    memcpy(bytes + size, "TZif2", 5);
    bytes[size + 39] = 1;
    bytes[size + 43] = 4;
    memcpy(bytes + size + 44, "\0\0\0\0\0\0AAA", 10);
    size += 54;
  }
  memcpy(bytes + size, footer, sizeof footer - 1);
  struct seg_zone *zone;
  assert_int_equal(read_bytes(bytes, size + sizeof footer - 1, &zone), SEG_OK);
  assert_int_equal(offset(zone, "1969-02-28 23:59:59.999999"), 0);
  assert_int_equal(offset(zone, "1969-03-01 00:00"), 3600);
  assert_int_equal(offset(zone, "1600-07-01 00:00"), 3600);
  assert_int_equal(offset(zone, "1600-12-01 00:00"), 0);
  seg_zone_free(zone);
}

static void long_and_short_names(void **state) {
  (void)state;
  unsigned char bytes[256];
  size_t size = small_file(bytes, 0, "");
  char name[SEG_ZONE_NAME + 10];
  memset(name, 'a', sizeof name);
  struct seg_zone *zone;
  struct seg_error error;
  static const size_t sizes[] = {0, 1, 2, SEG_ZONE_NAME - 1, SEG_ZONE_NAME, sizeof name};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    struct seg_str text = {sizes[i] > 0 ? name : NULL, sizes[i]};
    assert_int_equal(seg_zone_read(bytes, size, text, &zone, &error), SEG_OK);
    size_t kept = sizes[i] < SEG_ZONE_NAME ? sizes[i] : SEG_ZONE_NAME - 1;
    assert_int_equal(strlen(seg_zone_name(zone)), kept);
    assert_memory_equal(seg_zone_name(zone), name, kept);
    seg_zone_free(zone);
  }
}

static uint64_t random_bits(uint64_t *seed) { // xorshift64*, Vigna 2016
  *seed ^= *seed >> 12;
  *seed ^= *seed << 25;
  *seed ^= *seed >> 27;
  return *seed * 2685821657736338717u;
}

static uint64_t new_seed(void) {
  uint64_t seed = (uint64_t)time(NULL) * 1000003u ^ (uint64_t)getpid();
  seed |= 1;
  print_message("seed %llu\n", (unsigned long long)seed);
  return seed;
}

/** Damaged files are refused or read, and a zone that was read answers everything and ends. */
static void damaged_files(void **state) {
  (void)state;
  uint64_t seed = new_seed();
  unsigned char whole[8192];
  FILE *file = fopen("/usr/share/zoneinfo/America/New_York", "rb");
  assert_non_null(file);
  size_t size = fread(whole, 1, sizeof whole, file);
  fclose(file);
  for (int i = 0; i < 20000; i++) {
    unsigned char small[256], bytes[sizeof whole];
    size_t used = size;
    if (i % 2 == 0) {
      used = small_file(small, '3', "\nAAA1BBB,M3.2.0,M11.1.0\n");
      memcpy(bytes, small, used);
    } else {
      memcpy(bytes, whole, used);
    }
    for (uint64_t change = random_bits(&seed) % 4 + 1; change > 0; change--)
      bytes[random_bits(&seed) % used] = (unsigned char)random_bits(&seed);
    struct seg_zone *zone;
    if (read_bytes(bytes, used, &zone) != SEG_OK)
      continue;
    struct seg_zone_cursor cursor = {0};
    for (int look = 0; look < 20; look++) {
      int64_t moment = (int64_t)random_bits(&seed) >> random_bits(&seed) % 30;
      int32_t found = seg_zone_offset(zone, &cursor, moment);
      assert_true(found > -26 * 3600 && found < 26 * 3600);
      seg_zone_to_utc(zone, moment);
      seg_zone_local_day(zone, &cursor, moment);
    }
    seg_zone_free(zone);
  }
}

// --- Against the C library and against themselves
// --------------------------------------------------

static const char *const many[] = {
    "Europe/Berlin",   "America/New_York",  "Australia/Lord_Howe", "Asia/Kathmandu",
    "Pacific/Apia",    "Europe/Dublin",     "America/Sao_Paulo",   "Africa/Casablanca",
    "Asia/Tehran",     "America/St_Johns",  "Pacific/Chatham",     "Antarctica/Troll",
    "America/Nuuk",    "Asia/Gaza",         "Africa/Cairo",        "Europe/London",
    "America/Havana",  "Pacific/Kwajalein", "Asia/Pyongyang",      "America/Caracas",
    "Asia/Beirut",     "Etc/GMT+12",        "Europe/Lisbon",       "Atlantic/Azores",
    "Africa/Monrovia", "Asia/Kolkata",      "America/Asuncion",    "UTC",
};

static void agrees_with_c_library(void **state) {
  (void)state;
  uint64_t seed = new_seed();
  for (size_t i = 0; i < sizeof many / sizeof *many; i++) {
    char variable[80];
    snprintf(variable, sizeof variable, ":%s", many[i]);
    assert_int_equal(setenv("TZ", variable, 1), 0);
    tzset();
    struct seg_zone *zone = load(many[i]);
    struct seg_zone_cursor cursor = {0};
    for (int look = 0; look < 20000; look++) {
      // Years 1850 to 2500, or close to now, where rules change often.
      int64_t range = look % 2 == 0 ? INT64_C(20512224000) : INT64_C(3155760000);
      int64_t first = look % 2 == 0 ? INT64_C(-3786825600) : 0;
      time_t moment = (time_t)(first + (int64_t)(random_bits(&seed) % (uint64_t)range));
      struct tm local;
      assert_non_null(localtime_r(&moment, &local));
      int64_t part = (int64_t)(random_bits(&seed) % 1000000);
      int32_t found = seg_zone_offset(zone, &cursor, moment * SECOND + part);
      if (found != local.tm_gmtoff)
        fail_msg("%s at %lld: %d, the C library says %ld", many[i], (long long)moment, found,
                 local.tm_gmtoff);
      int32_t day = seg_zone_local_day(zone, &cursor, moment * SECOND + part);
      assert_int_equal(day,
                       seg_civil_to_day(local.tm_year + 1900, local.tm_mon + 1, local.tm_mday));
    }
    seg_zone_free(zone);
  }
  unsetenv("TZ");
  tzset();
}

/** The definition, by brute force: the first moment that shows the local time, or else the gap. */
static int64_t slow_to_utc(const struct seg_zone *zone, int64_t local) {
  struct seg_zone_cursor cursor = {0};
  int64_t stretch = local - 30 * 3600 * SECOND;
  int64_t before = 0;
  for (;;) {
    int64_t east = seg_zone_offset(zone, &cursor, stretch) * SECOND;
    int64_t utc = local - east;
    if (utc >= cursor.from && utc < cursor.until)
      return utc;
    if (utc < cursor.from)
      return local - before;
    before = east;
    stretch = cursor.until;
  }
}

static void local_times(void **state) {
  (void)state;
  uint64_t seed = new_seed();
  for (size_t i = 0; i < sizeof many / sizeof *many; i++) {
    struct seg_zone *zone = load(many[i]);
    struct seg_zone_cursor near = {0};
    for (int look = 0; look < 5000; look++) {
      int64_t local = (int64_t)(random_bits(&seed) % 20512224000000000u) - 3786825600000000;
      if (look % 2 == 0) { // near a transition, where it matters
        struct seg_zone_cursor cursor = {0};
        seg_zone_seek(zone, &cursor, local);
        if (cursor.from > INT64_MIN / 2)
          local = cursor.from + cursor.offset * SECOND +
                  (int64_t)(random_bits(&seed) % (8 * 3600)) * SECOND - 4 * 3600 * SECOND;
      }
      int64_t expected = slow_to_utc(zone, local);
      assert_int_equal(seg_zone_to_utc(zone, local), expected);
      assert_int_equal(seg_zone_to_utc_near(zone, &near, local), expected);

      int32_t day = seg_civil_day_of(local);
      int64_t midnight = seg_zone_midnight(zone, day);
      assert_true(midnight <= seg_zone_midnight(zone, day + 1));
      struct seg_zone_cursor cursor = {0};
      // Before midnight it is never this day or a later one.
      assert_true(seg_zone_local_day(zone, &cursor, midnight - 1) < day);
    }
    seg_zone_free(zone);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(berlin),
      cmocka_unit_test(new_york),
      cmocka_unit_test(lord_howe),
      cmocka_unit_test(other_zones),
      cmocka_unit_test(utc_needs_no_file),
      cmocka_unit_test(far_future),
      cmocka_unit_test(ends_of_the_range),
      cmocka_unit_test(rules),
      cmocka_unit_test(unknown_names),
      cmocka_unit_test(missing_folder),
      cmocka_unit_test(versions),
      cmocka_unit_test(rule_alone),
      cmocka_unit_test(long_and_short_names),
      cmocka_unit_test(damaged_files),
      cmocka_unit_test(agrees_with_c_library),
      cmocka_unit_test(local_times),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
