/**
 * The embedded DuckDB, private to this room: opening a locked one, quoting, reading its messages.
 *
 * Each source and each sink has its own database in memory. It can reach the files it was opened
 * for and nothing else (a query may read any file, as the user wrote it), installs and loads no
 * extension, keeps no temporary files, and cannot be reconfigured from SQL.
 */
#ifndef SEG_RUNTIME_IO_DUCK_H
#define SEG_RUNTIME_IO_DUCK_H

#include <duckdb.h>
#include <stdio.h>

#include "runtime/base/status.h"
#include "runtime/base/str.h"
#include "runtime/io/io_options.h"

struct seg_duck {
  duckdb_database database;
  duckdb_connection connection;
};

/** What the database may reach: these files only, or every file when `any_file`. */
struct seg_duck_reach {
  const struct seg_str *files;
  size_t file_count;
  bool any_file;
};

SEG_NODISCARD enum seg_status seg_duck_open(struct seg_duck *duck,
                                            const struct seg_io_options *options,
                                            const struct seg_duck_reach *reach,
                                            struct seg_error *error);

/** Fine for one that was never opened (all zero). */
void seg_duck_close(struct seg_duck *duck);

/** `"name"` with quotes doubled. */
void seg_sql_name(FILE *sql, struct seg_str name);

/** `'text'` with quotes doubled. */
void seg_sql_text(FILE *sql, struct seg_str text);

/** `['a', 'b']`. */
void seg_sql_text_list(FILE *sql, const struct seg_str *texts, size_t count);

enum { SEG_DUCK_REASON = 400 };

/** The most rows of one of DuckDB's vectors: checked when it is opened. */
enum { SEG_DUCK_VECTOR = 2048 };

/**
 * The first line of a DuckDB message, without its kind ("Binder Error: "), for the end of a
 * sentence of ours. Never for messages about values: they may quote personal data.
 */
void seg_duck_reason(const char *message, char out[SEG_DUCK_REASON]);

/** Does the message tell of a memory limit that was hit? */
bool seg_duck_is_memory(const char *message);

/** The number of threads of a run: the option, or the processors of the machine. */
unsigned seg_io_threads(const struct seg_io_options *options);

#endif
