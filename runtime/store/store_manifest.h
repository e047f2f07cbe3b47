/**
 * The manifest of a store: which arrays there are and what they mean. As JSON in the store's
 * folder; see docs/store.md for the form.
 *
 * Every key that was ever seen, of a customer, an event or a list, has a number: its place in
 * `keys`. The rows of an event are clustered by that number, in file order inside one; rows without
 * a usable key come last. What `--append` adds is a part of its own: a row of part 1 comes behind
 * all rows of part 0 in the order of the files.
 */
#ifndef SEG_RUNTIME_STORE_STORE_MANIFEST_H
#define SEG_RUNTIME_STORE_STORE_MANIFEST_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "runtime/base/arena.h"
#include "runtime/base/status.h"
#include "runtime/plan/plan.h"

/** Of a store's form. A change that an older program would misread gets a new number. */
enum { SEG_STORE_VERSION = 1 };

/** Elements of an array, little-endian. */
enum seg_store_type {
  SEG_STORE_I8,
  SEG_STORE_I16,
  SEG_STORE_I32,
  SEG_STORE_I64,
  SEG_STORE_F64,
  SEG_STORE_U8,
  SEG_STORE_U32,
  SEG_STORE_U64,
  SEG_STORE_TYPE_COUNT
};

/** As NumPy names it, such as "<i4", and its bytes. */
struct seg_store_type_info {
  const char *name;
  uint32_t size;
};
extern const struct seg_store_type_info seg_store_types[SEG_STORE_TYPE_COUNT];

/** One file. Absent when `generation` is 0. */
struct seg_store_array {
  uint32_t generation; // the folder
  struct seg_str file; // in that folder
  enum seg_store_type type;
  uint64_t count;
  uint64_t block; // its first checksum among those of the generation
  /* When it is open; see store.h. */
  const unsigned char *data;
  _Atomic unsigned char *verified;
};

static inline bool seg_store_has(const struct seg_store_array *array) {
  return array->generation != 0;
}

/** Bytes behind the header: the elements, with zeros up to a multiple of 64 of them. */
static inline uint64_t seg_store_array_bytes(const struct seg_store_array *array) {
  return (array->count + 63) / 64 * 64 * seg_store_types[array->type].size;
}

/**
 * The values of one column in one part. Whole numbers, dates, amounts, instants and codes in the
 * narrowest type that holds them all; bool: bits in words; text: where each begins in `bytes`, one
 * more than there are rows. Few different texts: each row has the number of one of them, and
 * `entries` is where those begin. Values that are not known are 0 or empty. Fractions of customers
 * may have `codes`, 16 bits that rise with the value: `bounds` has the least value of each code
 * (struct seg_code_bounds).
 */
struct seg_store_values {
  struct seg_store_array values;
  struct seg_store_array entries; // of texts that are numbered
  struct seg_store_array bytes;   // of texts
  struct seg_store_array known;   // bits in words; absent: all known
  struct seg_store_array codes;   // of fractions
  struct seg_store_array bounds;  // of codes
  bool counts_up;                 // of keys: value i is known to be first + i
  int64_t first;
};

struct seg_store_column {
  struct seg_str name;
  enum seg_column_type type;
  uint8_t scale;
  bool optional;
  uint32_t value_count;
  const struct seg_str *values;   // ENUM
  struct seg_store_values *parts; // as many as the entity has
};

/** What is known of the days of a part's rows without reading them. */
struct seg_store_days {
  bool is_known; // not for an empty part, nor one made before they were noted
  bool rise;     // from row to row of one key
  int32_t first, last;
};

struct seg_store_part {
  uint64_t rows;
  uint64_t keyed;             // of those: with a key; the others come last
  struct seg_store_days span; // events
  /**
   * Of a customer or a list: the number of the key of each row, absent when row i has number i. Of
   * an event: the numbers that have rows, rising, absent when all numbers below the count of
   * offsets have some.
   */
  struct seg_store_array numbers;
  struct seg_store_array offsets;  // events: where the rows of each number begin; and the end
  bool offsets_right;              // they rise and lie inside: looked at since the store was opened
  uint64_t most_rows;              // then: no number has more; fewer than twice as many as one has
  struct seg_store_array days;     // events
  struct seg_store_values instant; // events
  struct seg_store_array rows_of;  // of the event that gives the customers: row in the files
};

struct seg_store_entity {
  struct seg_str name, source, key, time, zone;
  bool gives_customers; // an event that stands for the customers
  uint32_t column_count;
  struct seg_store_column *columns;
  uint32_t part_count;
  struct seg_store_part *parts;
};

/** A folder of arrays, written by one run of segc prepare. */
struct seg_store_generation {
  uint32_t number;
  uint64_t block_count;
  uint64_t checksum;         // of its checksums
  const uint64_t *checksums; // when the store is open
};

/**
 * What the store was before days were added to it: the first parts of each event, as long as their
 * rows are not brought together with later ones, and the same customers and lists.
 */
struct seg_store_state {
  uint64_t manifest_hash;
  uint32_t *parts; // per event of the manifest
};
enum { SEG_STORE_STATES_MOST = 8 }; // that are noted

/** A file that was read. */
struct seg_store_input {
  struct seg_str source, file;
  uint64_t size, fingerprint;
};

struct seg_store_manifest {
  struct seg_str engine;
  struct seg_str timezone;
  uint64_t key_count;
  struct seg_store_values *keys; // one behind the other
  uint32_t key_part_count;
  uint32_t number; // of the newest generation
  uint32_t event_count, list_count, generation_count, input_count, state_count;
  struct seg_store_entity customer;
  struct seg_store_entity *events;
  struct seg_store_entity *lists;
  struct seg_store_generation *generations;
  struct seg_store_input *inputs;
  struct seg_store_state *states; // the oldest first
  bool key_is_text;
  bool has_customers;
};

/** The word of a column type in the manifest, such as "money". */
const char *seg_store_type_word(enum seg_column_type type);

/** Write it as JSON; a failure stays in the stream's error flag. */
void seg_store_manifest_write(const struct seg_store_manifest *manifest, FILE *out);

/**
 * Read it; it is empty where that fails. Everything lives in the arena. `path` is for messages.
 * Errors: VERSION for a form this program does not know, DAMAGED for a text that is none.
 */
SEG_NODISCARD enum seg_status seg_store_manifest_read(struct seg_arena *arena, struct seg_str text,
                                                      const char *path,
                                                      struct seg_store_manifest *manifest,
                                                      struct seg_error *error);

/** The entity of that name, or NULL. */
struct seg_store_entity *seg_store_manifest_find(struct seg_store_entity *entities, uint32_t count,
                                                 struct seg_str name);

/** Call `visit` for every array of the manifest that is there, until it fails. */
SEG_NODISCARD enum seg_status seg_store_manifest_each_array(
    struct seg_store_manifest *manifest,
    enum seg_status (*visit)(void *context, struct seg_store_array *array, struct seg_error *error),
    void *context, struct seg_error *error);

#endif
