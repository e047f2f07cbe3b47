/**
 * Conversion of one column of a DuckDB chunk into a typed column, private to this room.
 *
 * Two steps keep the table small. A *reading* widens what DuckDB delivers into one of nine families
 * (every integer width becomes int64_t). A *converter* per (family, column type) turns the family
 * into the plan's type, strictly: a value that would change is a data error, never rounded, cut or
 * guessed. A pair without a converter is refused when the source is opened.
 */
#ifndef SEG_RUNTIME_IO_CONVERT_H
#define SEG_RUNTIME_IO_CONVERT_H

#include <duckdb.h>
#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/arena.h"
#include "runtime/base/status.h"
#include "runtime/base/str.h"
#include "runtime/plan/plan.h"
#include "runtime/time/zone.h"

enum seg_family {
  SEG_FAMILY_BOOL,    // uint8_t, 0 or 1
  SEG_FAMILY_INT,     // int64_t
  SEG_FAMILY_DECIMAL, // int64_t in units of 10^-scale
  SEG_FAMILY_WIDE,    // __int128 in units of 10^-scale; also unsigned and huge integers (scale 0)
  SEG_FAMILY_FLOAT,   // double
  SEG_FAMILY_TEXT,    // duckdb_string_t
  SEG_FAMILY_DAY,     // int32_t, days since 1970-01-01
  SEG_FAMILY_LOCAL,   // int64_t, microseconds since 1970-01-01T00:00 of a clock without zone
  SEG_FAMILY_INSTANT, // int64_t, UTC microseconds
  SEG_FAMILY_COUNT,
};

/** How a column of the data arrives. */
struct seg_reading {
  duckdb_type type; // for DECIMAL: of the integers that hold it
  enum seg_family family;
  uint8_t scale;
};

/** False when no column of that type can be read. `*cast` is set when the query must cast to
 * VARCHAR first (enumerations, UUIDs). */
bool seg_reading_choose(duckdb_logical_type type, struct seg_reading *reading, bool *cast);

/** The same for a type without parameters. */
bool seg_reading_of_type(duckdb_type type, struct seg_reading *reading, bool *cast);

/** Bytes a chunk of `rows` rows may need in seg_reading_widen. */
#define SEG_WIDEN_BYTES(rows) ((size_t)(rows) * sizeof(__int128))

/** The values of a flat vector in the form of the family: `data` itself or `scratch` (16-byte
 * aligned). */
const void *seg_reading_widen(const struct seg_reading *reading, const void *data, int64_t rows,
                              void *scratch);

/** The values of an enumeration by their bytes. Immutable, shared by the workers. */
struct seg_enum_table;
SEG_NODISCARD enum seg_status seg_enum_table_new(struct seg_arena *arena,
                                                 const struct seg_plan_input *input,
                                                 const struct seg_enum_table **table,
                                                 struct seg_error *error);

/** What one worker needs beside the data. Zero-initialise all but the arena. */
struct seg_convert_scratch {
  struct seg_arena arena;                 // texts that had to be made
  struct seg_zone_cursor project, native; // of the two zones of a target
  bool has_midnight;                      // of the last day that was asked for
  int32_t midnight_day;
  int64_t midnight;
};

struct seg_conversion;
typedef enum seg_status (*seg_converter)(struct seg_conversion *conversion);

/** A column that the morsel shall have. Immutable after opening, shared by the workers. */
struct seg_target {
  struct seg_str name;
  enum seg_column_type type;
  enum seg_width width; // INT: of its values, which fit; FULL: as its layout says
  uint8_t scale;        // MONEY
  bool optional;        // unknown values are allowed
  bool personal;
  bool is_key;
  uint32_t column; // of the chunk
  struct seg_reading reading;
  seg_converter convert;
  const struct seg_plan_input *input; // ENUM
  const struct seg_enum_table *list;  // ENUM
  const struct seg_zone *zone;        // the project's
  const struct seg_zone *native_zone; // of timestamps without one; NULL when none is declared
};

/** One column of one chunk. */
struct seg_conversion {
  const struct seg_target *target;
  const void *from;         // `count` values of the family
  const uint64_t *validity; // a bit a value; NULL: all are there
  int64_t count;
  void *to;   // the column's values
  int64_t at; // row of the column that the first value becomes
  struct seg_convert_scratch *scratch;
  int64_t bad; // the row of this chunk an error is about
  struct seg_error *error;
};

static inline bool seg_conversion_has(const struct seg_conversion *conversion, int64_t row) {
  return conversion->validity == NULL || (conversion->validity[row >> 6] >> (row & 63) & 1) != 0;
}

/** The converter for a pair; NULL when the type cannot be read from that family. */
seg_converter seg_converter_choose(enum seg_family family, enum seg_column_type type, bool is_key);

/** What the column of a target has room for: where it is not FULL, at least its width. */
enum seg_layout seg_target_layout(const struct seg_target *target);

/** The converters of targets that are not FULL, by width. A value that does not fit is an error. */
extern const seg_converter seg_convert_to_narrow_int[SEG_WIDTH_COUNT];

/** What can be wrong with a value. */
enum seg_verdict {
#define SEG_VERDICT(name, kind, words, help) SEG_VERDICT_##name,
#include "runtime/io/verdicts.def"
#undef SEG_VERDICT
};

/** Fill the error: "column NAME: VALUE WORDS". The value of a personal column is not shown. */
SEG_NODISCARD enum seg_status seg_conversion_fail(struct seg_conversion *conversion, int64_t row,
                                                  enum seg_verdict verdict);

// NOLINTBEGIN(bugprone-macro-parentheses): From and To are types
/** Values one by one through `one(conversion, &from, &to)`; those that are missing become 0. */
#define SEG_CONVERT_EACH(conversion, From, To, one)                                                \
  do {                                                                                             \
    const From *from_ = (conversion)->from;                                                        \
    To *to_ = (To *)(conversion)->to + (conversion)->at;                                           \
    for (int64_t row_ = 0; row_ < (conversion)->count; row_++) {                                   \
      if (!seg_conversion_has((conversion), row_)) {                                               \
        to_[row_] = (To){0};                                                                       \
        continue;                                                                                  \
      }                                                                                            \
      enum seg_verdict verdict_ = one((conversion), &from_[row_], &to_[row_]);                     \
      if (verdict_ != SEG_VERDICT_FINE)                                                            \
        return seg_conversion_fail((conversion), row_, verdict_);                                  \
    }                                                                                              \
    return SEG_OK;                                                                                 \
  } while (0)
// NOLINTEND(bugprone-macro-parentheses)

/** The bytes of a DuckDB text; they live in `text` itself when short. */
static inline struct seg_str seg_duck_text(const duckdb_string_t *text) {
  uint32_t size = text->value.inlined.length;
  return (struct seg_str){size <= 12 ? text->value.inlined.inlined : text->value.pointer.ptr, size};
}

/* The rows of the table, one file each. */
extern const seg_converter seg_convert_to_bool[SEG_FAMILY_COUNT];
extern const seg_converter seg_convert_to_int[SEG_FAMILY_COUNT];
extern const seg_converter seg_convert_to_number[SEG_FAMILY_COUNT];
extern const seg_converter seg_convert_to_money[SEG_FAMILY_COUNT];
extern const seg_converter seg_convert_to_text[SEG_FAMILY_COUNT];
extern const seg_converter seg_convert_to_enum[SEG_FAMILY_COUNT];
extern const seg_converter seg_convert_to_date[SEG_FAMILY_COUNT];
extern const seg_converter seg_convert_to_timestamp[SEG_FAMILY_COUNT];
extern const seg_converter seg_convert_to_day[SEG_FAMILY_COUNT];

/** Decimal digits of an integer, as a key or a code is written; the size (at most 40), no NUL. */
size_t seg_wide_format(__int128 value, char out[40]);

#endif
