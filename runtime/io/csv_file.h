/**
 * A look of our own at a CSV file, plain or gzip: its delimiter and header before the scan, and the
 * place of a row or of a broken line after DuckDB has refused it. DuckDB does the reading in
 * between; it is never asked to guess.
 *
 * The form: RFC 4180 with `,`, `;`, a tab or `|`, whichever occurs most in the header line outside
 * quotes (`,` when none does). The first line is the header. Empty lines are skipped, except in a
 * file with one column, where each is a missing value. Fields behind the last column are allowed as
 * long as they are empty and not quoted. A byte order mark in front is skipped.
 */
#ifndef SEG_RUNTIME_IO_CSV_FILE_H
#define SEG_RUNTIME_IO_CSV_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/arena.h"
#include "runtime/base/status.h"
#include "runtime/base/str.h"

struct seg_csv_header {
  char delimiter;
  size_t count;
  struct seg_str *names; // as written, unquoted, in Unicode normalization form C; may be empty
};

/** Errors: EMPTY_FILE, BAD_LINE, BAD_TEXT, COLUMN_TWICE, UNREADABLE of io_errors.def. */
SEG_NODISCARD enum seg_status seg_csv_read_header(struct seg_arena *arena, struct seg_str path,
                                                  struct seg_csv_header *header,
                                                  struct seg_error *error);

enum seg_csv_fault {
  SEG_CSV_FINE,
  SEG_CSV_TOO_FEW,   // fields
  SEG_CSV_TOO_MANY,  // fields
  SEG_CSV_OPEN,      // a quoted field without its end
  SEG_CSV_QUOTE,     // something between a closing quote and the next delimiter
  SEG_CSV_LINE_END,  // a line ends otherwise than the first line
  SEG_CSV_BAD_TEXT,  // not UTF-8
  SEG_CSV_UNREADABLE // a broken gzip stream, or `reason`
};

/** A data row: its number in the file from 0, and the line it begins on, from 1. */
struct seg_csv_place {
  int64_t row;
  int64_t line;
  bool end; // the file has only `row` rows, none of them broken
  enum seg_csv_fault fault;
  int64_t fields; // found, for TOO_FEW and TOO_MANY
  int reason; // why the system could not read on (errno), for UNREADABLE; 0: the stream is broken
};

/**
 * Walk to data row `row` of the file, or to its first broken row if that comes before, or to the
 * end. Returns false when the file cannot be opened or memory is out.
 */
bool seg_csv_find(struct seg_str path, const struct seg_csv_header *header, int64_t row,
                  struct seg_csv_place *place);

#endif
