/**
 * Sources: where the rows of an entity come from. One interface, two implementations: DuckDB
 * (Parquet, CSV, SQL) and memory (columns handed over: tests, witness checks).
 *
 * A source hands out *morsels*: consecutive rows in file order, numbered without gaps. Any worker
 * takes the next one (under the source's own lock) and decodes it into typed columns (outside it):
 *
 *   struct seg_morsel morsel;
 *   seg_morsel_init(&morsel, source);
 *   for (;;) {
 *     if (seg_source_next(source, &morsel, &end, &row, &error) != SEG_OK) ... offer (row, error)
 *     if (end) break;
 *     if (seg_morsel_decode(&morsel, &row, &error) != SEG_OK) ... offer (row, error)
 *     ... morsel.key, morsel.days, morsel.inputs ...
 *   }
 *   seg_morsel_deinit(&morsel);
 *
 * The first bad row in file order is the one reported, whatever the number of threads: morsels are
 * handed out in order, so every row before a bad one is in a morsel that some worker holds already.
 * A worker that meets an error offers it to a struct seg_first_error (first_error.h) and takes no
 * further morsel; the others finish what they hold. What remains is the smallest row;
 * seg_source_locate then turns the row into a place.
 */
#ifndef SEG_RUNTIME_IO_SOURCE_H
#define SEG_RUNTIME_IO_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/status.h"
#include "runtime/column/column.h"
#include "runtime/io/binding.h"
#include "runtime/io/io_options.h"
#include "runtime/plan/plan.h"
#include "runtime/time/zone.h"

enum { SEG_MORSEL_ROWS = 131072 }; // at most: a row group as most tools write it

struct seg_source;

/** Consecutive rows. The views borrow from the morsel: valid until the next seg_source_next with
 * it, or its release. */
struct seg_morsel {
  int64_t number;    // 0, 1, 2, ... in file order
  int64_t first_row; // row of the scan, counted from 0 over all files
  int64_t row_count; // 1 .. SEG_MORSEL_ROWS
  /* After seg_morsel_decode: */
  struct seg_column_view key;           // I64 or TEXT; `known` is NULL when no key is missing
  struct seg_column_view days;          // I32, local days in the project's zone; events only
  const struct seg_column_view *inputs; // per plan input, by its layout; `known` of optional inputs
                                        // always, of others never (NULL)
  struct seg_source *source;
  void *state; // buffers, of the implementation
};

/** What an implementation provides; the functions below call it. */
struct seg_source_class {
  enum seg_status (*next)(struct seg_source *source, struct seg_morsel *morsel, bool *end,
                          int64_t *row, struct seg_error *error);
  enum seg_status (*decode)(struct seg_morsel *morsel, int64_t *row, struct seg_error *error);
  void (*release)(struct seg_morsel *morsel);
  void (*deinit)(struct seg_morsel *morsel);
  void (*locate)(struct seg_source *source, int64_t row, struct seg_error *error);
  double (*progress)(struct seg_source *source);
  int64_t (*rows)(const struct seg_source *source); // NULL: not known
  void (*close)(struct seg_source *source);
};

/** The common head of every source. Read only for users. */
struct seg_source {
  const struct seg_source_class *class;
  const struct seg_plan_entity *entity; // borrowed
  bool key_is_text;                     // morsel.key is TEXT; otherwise I64
  const enum seg_width *input_widths;   // per plan input, of the morsels' columns; NULL: all FULL
};

/**
 * Open the files or the query of a binding for one entity: check that every declared column is
 * there, choose a converter per column, start the scan. `zone` is the project's. Everything
 * borrowed must outlive the source. The entity's own `zone` (of timestamps without one) is loaded
 * here. Errors: D1xx (binding and columns), D2xx, D0xx of io_errors.def.
 */
SEG_NODISCARD enum seg_status
seg_source_open_duckdb(const struct seg_binding *binding, const struct seg_plan_entity *entity,
                       const struct seg_zone *zone, const struct seg_io_options *options,
                       struct seg_source **source, struct seg_error *error);

/** Rows in memory, decoded already; borrowed for the life of the source. */
struct seg_memory_rows {
  int64_t row_count;
  struct seg_column_view key;           // I64 or TEXT
  struct seg_column_view days;          // I32; events only
  const struct seg_column_view *inputs; // per plan input of the entity
  int64_t morsel_rows;                  // 0: SEG_MORSEL_ROWS; tests want small and odd ones
};

SEG_NODISCARD enum seg_status seg_source_open_memory(const struct seg_memory_rows *rows,
                                                     const struct seg_plan_entity *entity,
                                                     struct seg_source **source,
                                                     struct seg_error *error);

/** NULL is fine. All morsels must be gone before. */
void seg_source_close(struct seg_source *source);

void seg_morsel_init(struct seg_morsel *morsel, struct seg_source *source);

/** Give the rows back early and keep the buffers for the next seg_source_next (which does it too).
 */
void seg_morsel_release(struct seg_morsel *morsel);
void seg_morsel_deinit(struct seg_morsel *morsel);

/**
 * Thread-safe. The next rows in file order, or `*end`; still to be decoded. After an error or the
 * end, every further call says the same. An error sets `*row` to the row of the scan it belongs to
 * (the first one not handed out, unless the place is known better) and its message needs no
 * seg_source_locate.
 */
SEG_NODISCARD enum seg_status seg_source_next(struct seg_source *source, struct seg_morsel *morsel,
                                              bool *end, int64_t *row, struct seg_error *error);

/**
 * Typed columns of the rows taken last. Threads may decode different morsels at once. An error is
 * about the first bad row of the morsel: `*row` is its row of the scan, the message begins with
 * "column NAME: ..." and still lacks the place (seg_source_locate). SEG_OUT_OF_MEMORY sets `*row`
 * to the first row.
 */
SEG_NODISCARD enum seg_status seg_morsel_decode(struct seg_morsel *morsel, int64_t *row,
                                                struct seg_error *error);

/**
 * Put the place before the message of an error about a row of the scan: "orders.csv, row 42
 * (line 43), ". Also for faults that the executor finds itself. May read the files again; one
 * thread, after all others have stopped. Does nothing for errors that are not SEG_BAD_DATA.
 */
void seg_source_locate(struct seg_source *source, int64_t row, struct seg_error *error);

/** How many rows there will be in all, or -1 when nobody knows. */
int64_t seg_source_rows(const struct seg_source *source);

/** How much has been handed out, 0 to 1, or -1 when nobody knows. Thread-safe. */
double seg_source_progress(struct seg_source *source);

#endif
