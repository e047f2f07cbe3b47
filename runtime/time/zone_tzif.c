// The compiled zone files of the IANA database: TZif, RFC 8536 (and its successor RFC 9636, which
// adds version 4). A file holds a header and a data block with 32-bit times, then, from version 2
// on, the same again with 64-bit times and a footer with a rule for all later times.
//
// The file may be damaged or hostile: every count is checked against the bytes that are there
// before anything is read, and every index before it is used.
#include <string.h>

#include "runtime/base/error_codes.h"
#include "runtime/time/zone_internal.h"

enum {
  HEADER_BYTES = 44,
  TYPE_BYTES = 6,
  MAGIC_BYTES = 4,
  LEAST_OFFSET = -25 * 3600 + 1, // RFC 8536, 3.2: the offsets that readers must accept
  GREATEST_OFFSET = 26 * 3600 - 1,
};

/** The six counts of a header, in the order of the file, and its version. */
struct header {
  unsigned char version; // 0 is version 1
  uint32_t ut_indicators;
  uint32_t standard_indicators;
  uint32_t leap_seconds;
  uint32_t times;
  uint32_t types;
  uint32_t name_bytes;
};

/** The parts of a data block that matter here. */
struct block {
  const unsigned char *times;
  const unsigned char *type_indexes;
  const unsigned char *types;
  size_t time_bytes;
  struct header header;
};

/** The unread rest of the file. */
struct reader {
  const unsigned char *at;
  size_t left;
};

static const unsigned char *take(struct reader *reader, uint64_t bytes) {
  if (bytes > reader->left)
    return NULL;
  const unsigned char *taken = reader->at;
  reader->at += bytes;
  reader->left -= (size_t)bytes;
  return taken;
}

static uint64_t big_endian(const unsigned char *bytes, size_t count) {
  uint64_t value = 0;
  for (size_t i = 0; i < count; i++)
    value = value << 8 | bytes[i];
  return value;
}

static const char *take_header(struct reader *reader, struct header *header) {
  const unsigned char *bytes = take(reader, HEADER_BYTES);
  if (bytes == NULL || memcmp(bytes, "TZif", MAGIC_BYTES) != 0)
    return "it does not begin like a TZif file";
  const unsigned char *counts = bytes + 20; // magic, version, 15 unused bytes
  *header = (struct header){
      .version = bytes[MAGIC_BYTES],
      .ut_indicators = (uint32_t)big_endian(counts, 4),
      .standard_indicators = (uint32_t)big_endian(counts + 4, 4),
      .leap_seconds = (uint32_t)big_endian(counts + 8, 4),
      .times = (uint32_t)big_endian(counts + 12, 4),
      .types = (uint32_t)big_endian(counts + 16, 4),
      .name_bytes = (uint32_t)big_endian(counts + 20, 4),
  };
  return NULL;
}

/** The block behind a header; `time_bytes` is 4 in the first block and 8 in the second. */
static const char *take_block(struct reader *reader, size_t time_bytes, struct block *block) {
  const struct header *header = &block->header;
  block->time_bytes = time_bytes;
  block->times = take(reader, (uint64_t)header->times * time_bytes);
  block->type_indexes = block->times == NULL ? NULL : take(reader, header->times);
  block->types =
      block->type_indexes == NULL ? NULL : take(reader, (uint64_t)header->types * TYPE_BYTES);
  if (block->types == NULL || take(reader, header->name_bytes) == NULL ||
      take(reader, (uint64_t)header->leap_seconds * (time_bytes + 4)) == NULL ||
      take(reader, header->standard_indicators) == NULL ||
      take(reader, header->ut_indicators) == NULL)
    return "it is shorter than its header says";
  return NULL;
}

static const char *type_offset(const struct block *block, size_t type, int32_t *offset) {
  if (type >= block->header.types)
    return "a transition names a type that is not there";
  uint32_t bits = (uint32_t)big_endian(block->types + type * TYPE_BYTES, 4);
  int64_t value = bits > INT32_MAX ? (int64_t)bits - (INT64_C(1) << 32) : (int64_t)bits;
  if (value < LEAST_OFFSET || value > GREATEST_OFFSET)
    return "an offset is more than 26 hours away from Greenwich";
  *offset = (int32_t)value;
  return NULL;
}

static int64_t time_at(const struct block *block, size_t index) {
  uint64_t bits = big_endian(block->times + index * block->time_bytes, block->time_bytes);
  if (block->time_bytes == 4)
    return (int64_t)bits - ((bits & 0x80000000u) != 0 ? INT64_C(1) << 32 : 0);
  int64_t time;
  memcpy(&time, &bits, sizeof time);
  return time;
}

/** Copies the transitions of the block into `zone`, which has room for all and one more. */
static const char *fill_transitions(const struct block *block, struct seg_zone *zone) {
  int32_t offset;
  // Before the first transition the first type holds (RFC 8536, 3.2).
  const char *problem = type_offset(block, 0, &offset);
  if (problem != NULL)
    return problem;
  zone->transitions[0] = (struct seg_zone_transition){INT64_MIN, offset};
  zone->count = 1;
  int64_t last = INT64_MIN;
  for (size_t i = 0; i < block->header.times; i++) {
    int64_t seconds = time_at(block, i);
    if (i > 0 && seconds <= last)
      return "its transitions are not in order";
    last = seconds;
    problem = type_offset(block, block->type_indexes[i], &offset);
    if (problem != NULL)
      return problem;
    int64_t from = seg_zone_microseconds(seconds);
    zone->rule_from = from;
    // Many transitions change the abbreviation only; fewer steps make longer stretches.
    if (offset != zone->transitions[zone->count - 1].offset)
      zone->transitions[zone->count++] = (struct seg_zone_transition){from, offset};
  }
  if (block->header.times == 0)
    zone->rule_from = INT64_MIN;
  return NULL;
}

/** The rule between two newlines; an empty one says that nothing is known. */
static const char *take_footer(struct reader *reader, struct seg_zone *zone) {
  const unsigned char *first = take(reader, 1);
  const unsigned char *end = reader->left == 0 ? NULL : memchr(reader->at, '\n', reader->left);
  if (first == NULL || *first != '\n' || end == NULL)
    return "its last line is missing";
  struct seg_str text = {(const char *)reader->at, (size_t)(end - reader->at)};
  if (text.size == 0)
    return NULL;
  zone->has_rule = seg_zone_rule_parse(text, &zone->rule);
  return zone->has_rule ? NULL : "its rule for later years cannot be read";
}

/** The block to use, 64-bit if there is one; the reader is left behind it. */
static const char *find_block(struct reader *reader, struct block *block) {
  const char *problem = take_header(reader, &block->header);
  if (problem == NULL)
    problem = take_block(reader, 4, block);
  if (problem == NULL && block->header.version != 0) {
    problem = take_header(reader, &block->header);
    if (problem == NULL)
      problem = take_block(reader, 8, block);
  }
  if (problem != NULL)
    return problem;
  if (block->header.leap_seconds != 0)
    return "it counts leap seconds, which calendar days do not";
  return NULL;
}

enum seg_status seg_zone_read(const void *bytes, size_t size, struct seg_str name,
                              struct seg_zone **zone, struct seg_error *error) {
  struct reader reader = {bytes, size};
  struct block block = {0};
  struct seg_zone *made = NULL;
  *zone = NULL;
  const char *problem = find_block(&reader, &block);
  if (problem == NULL) {
    made = seg_zone_new(name, block.header.times);
    if (made == NULL)
      return seg_fail_memory(error, "a time zone");
    problem = fill_transitions(&block, made);
  }
  if (problem == NULL && block.time_bytes == 8)
    problem = take_footer(&reader, made);
  if (problem != NULL) {
    seg_zone_free(made);
    enum seg_status status =
        seg_fail(error, SEG_BAD_DATA, seg_error_code(SEG_ERROR_ZONE_DATA),
                 "the file of the time zone \"%.*s\" is damaged: %s", SEG_STR(name), problem);
    seg_error_help(error, "install the package tzdata again");
    return status;
  }
  *zone = made;
  return SEG_OK;
}
