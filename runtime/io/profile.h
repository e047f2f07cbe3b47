/**
 * What a file of data looks like: columns, what their values could be, how many are missing, how
 * many differ. For proposing declarations; a run never looks at it.
 *
 * A kind is given only when every known value of the column has it, in the forms that a run reads
 * (README.md of this room). Numbers of different values are exact where `exact_distinct` says so,
 * estimates otherwise. Values themselves are read on request only: seg_profile_values.
 */
#ifndef SEG_RUNTIME_IO_PROFILE_H
#define SEG_RUNTIME_IO_PROFILE_H

#include "runtime/io/binding.h"
#include "runtime/io/io_options.h"

enum seg_profile_kind {
  SEG_PROFILE_EMPTY,      // no value is known
  SEG_PROFILE_UNREADABLE, // lists, times of day and the like
  SEG_PROFILE_BOOL,
  SEG_PROFILE_INT,
  SEG_PROFILE_NUMBER,
  SEG_PROFILE_DATE,
  SEG_PROFILE_CLOCK,   // points in time, some or all without an offset
  SEG_PROFILE_INSTANT, // points in time, all with an offset
  SEG_PROFILE_TEXT,
};

struct seg_profile_column {
  struct seg_str name;
  enum seg_profile_kind kind;
  uint64_t known, missing;
  uint64_t distinct;
  bool exact_distinct;
  bool leading_zeros; // INT: some values are written like 007
  bool exact;         // NUMBER: all are written without an exponent, with at most 9 decimals
  uint8_t decimals;   // NUMBER: the most that any value needs
  bool control;       // TEXT: line ends and the like occur
  uint64_t max_size;  // TEXT: characters of the longest
  int32_t first_day, last_day; // DATE, CLOCK, INSTANT: as written, without regard to zones
  double sum;                  // INT, NUMBER
};

struct seg_profile {
  struct seg_binding binding;
  uint64_t rows;
  uint32_t column_count;
  struct seg_profile_column *columns;
};

/** Read all of it once, some columns twice. Errors: those of a source that cannot be read. */
SEG_NODISCARD enum seg_status seg_profile_read(struct seg_arena *arena,
                                               const struct seg_binding *binding,
                                               const struct seg_io_options *options,
                                               struct seg_profile *profile,
                                               struct seg_error *error);

/** At most `most` different values of a column as text, the most frequent first. */
SEG_NODISCARD enum seg_status
seg_profile_values(struct seg_arena *arena, const struct seg_profile *profile, uint32_t column,
                   uint32_t most, const struct seg_io_options *options, struct seg_str **values,
                   uint32_t *count, struct seg_error *error);

/** The names of the sources that a data folder has, sorted, each once. */
SEG_NODISCARD enum seg_status seg_profile_sources(struct seg_arena *arena, struct seg_str folder,
                                                  struct seg_str **names, uint32_t *count,
                                                  struct seg_error *error);

#endif
