// A source over columns in memory. The rows are copied into the morsel, so that what a user sees is
// the same as from files: buffers of their own with zero padding and borrowed texts.
#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "runtime/io/decode.h"
#include "runtime/io/io_errors.h"
#include "runtime/io/source.h"

struct memory_source {
  struct seg_source head;
  struct seg_memory_rows rows;
  int64_t morsel_rows;
  atomic_int_fast64_t next; // number of the next morsel
};

// This file's own meaning of the buffers of a morsel.
struct memory_state {
  struct seg_column key, days;
  struct seg_column *inputs;
  struct seg_column_view *views;
};

static struct memory_source *from_head(struct seg_source *head) {
  return (struct memory_source *)head;
}

static struct memory_state *state_of(const struct seg_morsel *morsel) {
  return morsel->state;
}

static void memory_release(struct seg_morsel *morsel) {
  (void)morsel;
}

static void memory_deinit(struct seg_morsel *morsel) {
  struct memory_state *state = state_of(morsel);
  seg_column_deinit(&state->key);
  seg_column_deinit(&state->days);
  for (uint32_t i = 0; state->inputs != NULL && i < morsel->source->entity->input_count; i++)
    seg_column_deinit(&state->inputs[i]);
  free(state->inputs);
  free(state->views);
  free(state);
  morsel->state = NULL;
}

static enum seg_status make_state(struct memory_source *source, struct seg_morsel *morsel,
                                  struct seg_error *error) {
  const struct seg_plan_entity *entity = source->head.entity;
  struct memory_state *state = calloc(1, sizeof *state);
  if (state == NULL)
    return seg_fail_memory(error, "a batch of rows");
  morsel->state = state;
  state->inputs = calloc(entity->input_count + 1, sizeof *state->inputs);
  state->views = calloc(entity->input_count + 1, sizeof *state->views);
  if (state->inputs == NULL || state->views == NULL) {
    memory_deinit(morsel);
    return seg_fail_memory(error, "a batch of rows");
  }
  seg_column_init(&state->key, source->rows.key.layout, true);
  seg_column_init(&state->days, SEG_LAYOUT_I32, false);
  for (uint32_t i = 0; i < entity->input_count; i++)
    seg_column_init(&state->inputs[i], seg_column_type_layout(entity->inputs[i].type),
                    entity->inputs[i].optional);
  return SEG_OK;
}

static enum seg_status memory_next(struct seg_source *head, struct seg_morsel *morsel, bool *end,
                                   int64_t *row, struct seg_error *error) {
  struct memory_source *source = from_head(head);
  *row = 0;
  *end = false;
  if (morsel->state == NULL) {
    enum seg_status status = make_state(source, morsel, error);
    if (status != SEG_OK)
      return status;
  }
  int64_t number = atomic_fetch_add(&source->next, 1);
  if (number > source->rows.row_count / source->morsel_rows ||
      number * source->morsel_rows == source->rows.row_count) {
    atomic_fetch_sub(&source->next, 1);
    *end = true;
    return SEG_OK;
  }
  int64_t rest = source->rows.row_count - number * source->morsel_rows;
  morsel->number = number;
  morsel->first_row = number * source->morsel_rows;
  morsel->row_count = rest < source->morsel_rows ? rest : source->morsel_rows;
  return SEG_OK;
}

// The rows of one view; of a column that is not optional all must be known.
static enum seg_status copy_rows(struct seg_column *column, const struct seg_column_view *view,
                                 const struct seg_morsel *morsel, int64_t *row,
                                 struct seg_error *error) {
  struct seg_column_view all = *view;
  if (!column->has_known)
    all.known = NULL;
  enum seg_status status = seg_column_resize(column, 0, error);
  if (status == SEG_OK)
    status = seg_column_append(column, &all, morsel->first_row, morsel->row_count, error);
  for (int64_t i = 0; status == SEG_OK && all.known != view->known && i < morsel->row_count; i++)
    if (!seg_bitmap_test(view->known, morsel->first_row + i)) {
      *row = morsel->first_row + i;
      return SEG_IO_FAIL(error, SEG_BAD_DATA, MISSING, "the value is missing");
    }
  return status;
}

static enum seg_status memory_decode(struct seg_morsel *morsel, int64_t *row,
                                     struct seg_error *error) {
  struct memory_source *source = from_head(morsel->source);
  const struct seg_plan_entity *entity = source->head.entity;
  struct memory_state *state = state_of(morsel);
  int64_t first_bad = INT64_MAX;
  enum seg_status status = SEG_OK;
  *row = morsel->first_row;
  status = copy_rows(&state->key, &source->rows.key, morsel, row, error);
  if (status == SEG_OK && entity->time.size > 0)
    status = copy_rows(&state->days, &source->rows.days, morsel, row, error);
  if (status != SEG_OK)
    return status;
  for (uint32_t i = 0; i < entity->input_count; i++) {
    struct seg_error found;
    int64_t bad = morsel->first_row;
    enum seg_status result =
        copy_rows(&state->inputs[i], &source->rows.inputs[i], morsel, &bad, &found);
    state->views[i] = seg_column_view(&state->inputs[i]);
    if (result == SEG_OK || bad >= first_bad)
      continue;
    first_bad = *row = bad;
    status = result;
    seg_fail(error, result, found.code, "column %.*s: %s", SEG_STR(entity->inputs[i].name),
             found.message);
  }
  morsel->key = seg_column_view(&state->key);
  if (seg_bitmap_all(morsel->key.known, morsel->row_count))
    morsel->key.known = NULL;
  if (entity->time.size > 0)
    morsel->days = seg_column_view(&state->days);
  morsel->inputs = state->views;
  return status;
}

static void memory_locate(struct seg_source *head, int64_t row, struct seg_error *error) {
  struct seg_error plain = *error;
  seg_fail(error, plain.status, plain.code, "%.*s, row %lld, %s", SEG_STR(head->entity->name),
           (long long)row + 1, plain.message);
  seg_error_help(error, "%s", plain.help);
}

static double memory_progress(struct seg_source *head) {
  struct memory_source *source = from_head(head);
  int64_t rows = atomic_load(&source->next) * source->morsel_rows;
  return rows < source->rows.row_count ? (double)rows / (double)source->rows.row_count : 1;
}

static int64_t memory_rows(const struct seg_source *head) {
  return ((const struct memory_source *)head)->rows.row_count;
}

static void memory_close(struct seg_source *head) {
  free(from_head(head));
}

static const struct seg_source_class memory_class = {
    .next = memory_next,
    .decode = memory_decode,
    .release = memory_release,
    .deinit = memory_deinit,
    .locate = memory_locate,
    .progress = memory_progress,
    .rows = memory_rows,
    .close = memory_close,
};

enum seg_status seg_source_open_memory(const struct seg_memory_rows *rows,
                                       const struct seg_plan_entity *entity,
                                       struct seg_source **source, struct seg_error *error) {
  assert(rows->key.layout == SEG_LAYOUT_I64 || rows->key.layout == SEG_LAYOUT_TEXT);
  assert(rows->morsel_rows <= SEG_MORSEL_ROWS);
  struct memory_source *made = calloc(1, sizeof *made);
  *source = NULL;
  if (made == NULL)
    return seg_fail_memory(error, "a source");
  made->head = (struct seg_source){
      .class = &memory_class, .entity = entity, .key_is_text = rows->key.layout == SEG_LAYOUT_TEXT};
  made->rows = *rows;
  made->morsel_rows = rows->morsel_rows > 0 ? rows->morsel_rows : SEG_MORSEL_ROWS;
  atomic_init(&made->next, 0);
  *source = &made->head;
  return SEG_OK;
}
