/**
 * A first project for a folder of data: what the files are taken for, and its text.
 *
 * Only proposals: the roles of files follow from names, unique columns and dates, types from the
 * values. Values appear in the project in lists of few (`one of`) and as thresholds, never those of
 * columns that look personal.
 */
#ifndef SEG_COMPILER_STARTER_STARTER_H
#define SEG_COMPILER_STARTER_STARTER_H

#include "runtime/io/profile.h"

struct seg_starter_options {
  struct seg_str data_folder;
  struct seg_str command;  // that runs the project, up to its as-of date
  struct seg_str currency; // empty: EUR is assumed
  struct seg_str timezone; // empty: UTC is assumed
  struct seg_str key;      // the column that holds the customer's key; empty: it is looked for
  int32_t today;           // the as-of day where the data has no dates
  const struct seg_io_options *io;
};

enum seg_starter_role { SEG_STARTER_LEFT_OUT, SEG_STARTER_CUSTOMERS, SEG_STARTER_EVENT };

/** A column as it will be declared. */
struct seg_starter_column {
  struct seg_str name; // as it stands in rules, in backquotes where it must
  struct seg_str type; // with `?` and `personal`; empty: not declared
  struct seg_str note; // a comment, or empty
  bool personal;
  bool optional;
  bool number, money; // can be summed and compared with numbers
  uint32_t value_count;
  struct seg_str *values; // of a `one of`, the most frequent first
};

/** A source and what it is taken for. */
struct seg_starter_source {
  struct seg_str name;
  struct seg_profile profile;
  enum seg_starter_role role;
  struct seg_str reason; // LEFT_OUT: why
  uint32_t key, time;    // columns; `time` of an event
  struct seg_str event;  // name of an event, as it stands in rules
  bool needs_zone;       // an event with times without an offset
  struct seg_starter_column *columns;
};

struct seg_starter {
  struct seg_arena *arena;
  const struct seg_starter_options *options;
  uint32_t source_count;
  struct seg_starter_source *sources;
  int32_t customers;      // index of the customers' source, or -1
  int32_t customer_event; // without one: the event that gives the customers
  int32_t as_of;          // the day after the newest event
  bool has_money;
  struct seg_str text; // the project
};

/**
 * Look at the folder and write the project's text, not yet laid out. Everything lives in the arena.
 * Errors: an unreadable folder; SEG_USAGE when no customers can be found, with what was looked for.
 */
SEG_NODISCARD enum seg_status seg_starter_init(struct seg_starter *starter, struct seg_arena *arena,
                                               const struct seg_starter_options *options,
                                               struct seg_error *error);

#endif
