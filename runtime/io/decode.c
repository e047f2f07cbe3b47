// Decoding goes chunk by chunk and, in a chunk, column by column. A column stops at its first bad
// value; the smallest row over the columns of the chunk is the error of the morsel, so the order of
// the columns does not matter.
#include "runtime/io/decode.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/io/source_parquet.h"

struct seg_morsel_state *seg_morsel_state_new(const struct seg_decode_plan *plan) {
  struct seg_morsel_state *state = calloc(1, sizeof *state);
  if (state == NULL)
    return NULL;
  state->plan = plan;
  seg_arena_init(&state->scratch.arena);
  state->columns = calloc(plan->target_count, sizeof *state->columns);
  state->inputs = calloc(plan->input_count + 1, sizeof *state->inputs);
  state->widened = seg_column_memory(SEG_WIDEN_BYTES(SEG_DUCK_VECTOR));
  if (state->columns == NULL || state->inputs == NULL || state->widened == NULL) {
    seg_morsel_state_free(state);
    return NULL;
  }
  for (uint32_t i = 0; i < plan->target_count; i++) {
    const struct seg_target *target = &plan->targets[i];
    seg_column_init(&state->columns[i], seg_target_layout(target), target->optional);
  }
  return state;
}

void seg_morsel_state_release(struct seg_morsel_state *state) {
  for (uint32_t i = 0; i < state->chunk_count; i++)
    duckdb_destroy_data_chunk(&state->chunks[i]);
  state->chunk_count = 0;
  seg_parquet_readers_release(state->parquet);
  if (state->scratch.arena.bytes > 0) {
    seg_arena_deinit(&state->scratch.arena);
    seg_arena_init(&state->scratch.arena);
  }
}

void seg_morsel_state_free(struct seg_morsel_state *state) {
  if (state == NULL)
    return;
  seg_morsel_state_release(state);
  seg_parquet_readers_free(state->parquet);
  seg_arena_deinit(&state->scratch.arena);
  for (uint32_t i = 0; state->columns != NULL && i < state->plan->target_count; i++)
    seg_column_deinit(&state->columns[i]);
  free(state->columns);
  free(state->inputs);
  free(state->widened);
  free(state);
}

void seg_decode_known(uint64_t *known, int64_t at, const uint64_t *validity, int64_t count) {
  if ((at & 63) == 0) {
    if (validity == NULL)
      seg_bitmap_fill(known + at / 64, count);
    else
      memcpy(known + at / 64, validity, seg_bitmap_words(count) * sizeof *known);
    seg_bitmap_clear_tail(known, at + count);
    return;
  }
  for (int64_t i = 0; i < count; i++)
    if (validity == NULL || seg_bitmap_test(validity, i))
      seg_bitmap_set(known, at + i);
}

enum seg_status seg_decode_values(struct seg_morsel_state *state, uint32_t index,
                                  const struct seg_reading *reading, const void *values,
                                  const uint64_t *validity, int64_t at, int64_t count, int64_t *bad,
                                  struct seg_error *error) {
  const struct seg_target *target = &state->plan->targets[index];
  struct seg_column *column = &state->columns[index];
  int64_t hole = -1;
  if (!target->optional && validity != NULL)
    hole = seg_bitmap_first_zero(validity, count);
  struct seg_conversion conversion = {
      .target = target,
      .validity = target->optional ? validity : NULL,
      .count = hole >= 0 ? hole : count,
      .to = column->values,
      .at = at,
      .scratch = &state->scratch,
      .error = error,
  };
  conversion.from = seg_reading_widen(reading, values, conversion.count, state->widened);
  enum seg_status status = target->convert(&conversion);
  if (status == SEG_OK && hole >= 0)
    status = seg_conversion_fail(&conversion, hole, SEG_VERDICT_MISSING);
  *bad = conversion.bad;
  if (status == SEG_OK && column->known != NULL)
    seg_decode_known(column->known, at, validity, count);
  return status;
}

// One column of one chunk. `*bad` is the row of the chunk an error is about.
static enum seg_status decode_column(struct seg_morsel_state *state, duckdb_data_chunk chunk,
                                     uint32_t index, int64_t at, int64_t count, int64_t *bad,
                                     struct seg_error *error) {
  const struct seg_target *target = &state->plan->targets[index];
  duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, target->column);
  return seg_decode_values(state, index, &target->reading, duckdb_vector_get_data(vector),
                           duckdb_vector_get_validity(vector), at, count, bad, error);
}

static enum seg_status decode_chunk(struct seg_morsel_state *state, duckdb_data_chunk chunk,
                                    int64_t at, int64_t *row, struct seg_error *error) {
  int64_t count = (int64_t)duckdb_data_chunk_get_size(chunk);
  int64_t first = INT64_MAX;
  enum seg_status status = SEG_OK;
  for (uint32_t i = 0; i < state->plan->target_count; i++) {
    struct seg_error found;
    int64_t bad = 0;
    enum seg_status result = decode_column(state, chunk, i, at, count, &bad, &found);
    if (result == SEG_OK || bad >= first)
      continue;
    first = bad;
    status = result;
    *row = at + bad;
    if (error != NULL)
      *error = found;
  }
  return status;
}

static struct seg_column_view view_of(const struct seg_morsel_state *state, uint32_t index) {
  struct seg_column_view view = seg_column_view(&state->columns[index]);
  if (state->plan->targets[index].width != SEG_WIDTH_FULL) {
    view.layout = seg_column_type_layout(state->plan->targets[index].type);
    view.width = state->plan->targets[index].width;
  }
  return view;
}

void seg_decode_show(struct seg_morsel *morsel) {
  struct seg_morsel_state *state = morsel->state;
  const struct seg_decode_plan *plan = state->plan;
  morsel->key = seg_column_view(&state->columns[0]);
  if (seg_bitmap_all(morsel->key.known, morsel->row_count))
    morsel->key.known = NULL;
  if (plan->has_days)
    morsel->days = seg_column_view(&state->columns[1]);
  for (uint32_t i = 0; i < plan->input_count; i++)
    state->inputs[i] = view_of(state, plan->input_targets[i]);
  morsel->inputs = state->inputs;
}

// Behind the last row of a column whose values take less than it has room for: 0, as everywhere.
static void clear_padding(struct seg_column *column, const struct seg_target *target) {
  size_t size = seg_width_bytes(column->layout, target->width);
  if (target->width != SEG_WIDTH_FULL)
    memset((char *)column->values + (size_t)column->count * size, 0,
           (seg_bitmap_words(column->count) * 64 - (size_t)column->count) * size);
}

enum seg_status seg_decode_begin(struct seg_morsel *morsel, struct seg_error *error) {
  struct seg_morsel_state *state = morsel->state;
  enum seg_status status = SEG_OK;
  for (uint32_t i = 0; i < state->plan->target_count && status == SEG_OK; i++) {
    status = seg_column_restart(&state->columns[i], morsel->row_count, error);
    if (status == SEG_OK)
      clear_padding(&state->columns[i], &state->plan->targets[i]);
  }
  return status;
}

enum seg_status seg_decode(struct seg_morsel *morsel, int64_t *row, struct seg_error *error) {
  struct seg_morsel_state *state = morsel->state;
  int64_t at = 0;
  *row = morsel->first_row;
  enum seg_status begun = seg_decode_begin(morsel, error);
  if (begun != SEG_OK)
    return begun;
  for (uint32_t i = 0; i < state->chunk_count; i++) {
    int64_t bad = 0;
    enum seg_status status = decode_chunk(state, state->chunks[i], at, &bad, error);
    if (status != SEG_OK) {
      *row = morsel->first_row + bad;
      return status;
    }
    at += (int64_t)duckdb_data_chunk_get_size(state->chunks[i]);
  }
  assert(at == morsel->row_count);
  seg_decode_show(morsel);
  return SEG_OK;
}
