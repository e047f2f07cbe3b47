/**
 * From the raw chunks of a morsel to its typed columns, private to this room.
 */
#ifndef SEG_RUNTIME_IO_DECODE_H
#define SEG_RUNTIME_IO_DECODE_H

#include <duckdb.h>
#include <stdint.h>

#include "runtime/base/status.h"
#include "runtime/column/column.h"
#include "runtime/io/convert.h"
#include "runtime/io/source.h"

/** What to make of the columns of a chunk. Immutable after opening, shared by the workers. */
struct seg_decode_plan {
  uint32_t target_count; // 0: the key; 1: the day of the event, if any; then inputs
  struct seg_target *targets;
  bool has_days;
  uint32_t input_count;
  uint32_t *input_targets; // per plan input: its target (1 for DAY)
};

enum { SEG_MORSEL_CHUNKS = 64 };

struct seg_parquet_readers;

/** The buffers of one morsel. */
struct seg_morsel_state {
  const struct seg_decode_plan *plan;
  uint32_t chunk_count;
  duckdb_data_chunk chunks[SEG_MORSEL_CHUNKS]; // alive until release: texts are borrowed from them
  struct seg_column *columns;                  // per target
  struct seg_column_view *inputs;              // per plan input
  struct seg_parquet_readers *parquet;         // of source_parquet.h; NULL before it is used
  void *widened;
  struct seg_convert_scratch scratch;
};

/** NULL when memory is out. */
struct seg_morsel_state *seg_morsel_state_new(const struct seg_decode_plan *plan);

/** Give the chunks and texts back, keep the buffers. */
void seg_morsel_state_release(struct seg_morsel_state *state);
void seg_morsel_state_free(struct seg_morsel_state *state);

/**
 * `count` values as the reading has them become rows `at` and further of a target's column. Bits of
 * `validity` (NULL: all) say which are there. `*bad` is the value that an error is about.
 */
SEG_NODISCARD enum seg_status seg_decode_values(struct seg_morsel_state *state, uint32_t target,
                                                const struct seg_reading *reading,
                                                const void *values, const uint64_t *validity,
                                                int64_t at, int64_t count, int64_t *bad,
                                                struct seg_error *error);

/** The known bits of rows `at` and further, which are 0 before: those of `validity` (NULL: all 1).
 */
void seg_decode_known(uint64_t *known, int64_t at, const uint64_t *validity, int64_t count);

/** Room for the rows of the morsel in every column. */
SEG_NODISCARD enum seg_status seg_decode_begin(struct seg_morsel *morsel, struct seg_error *error);

/** The columns are filled: fill key, days and inputs of the morsel. */
void seg_decode_show(struct seg_morsel *morsel);

/** Fill the columns from the chunks, then key, days and inputs of the morsel. */
SEG_NODISCARD enum seg_status seg_decode(struct seg_morsel *morsel, int64_t *row,
                                         struct seg_error *error);

#endif
