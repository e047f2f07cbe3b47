// Lists of keys: each is read once its customers have their numbers, by one thread, into a bitmap
// over the customers. Keys are looked up as those of events are; who is no customer is passed over.
#include <stdlib.h>

#include "runtime/entity/run_errors.h"
#include "runtime/run/run_state.h"

static const char what_for[] = "the lists of customers";

bool seg_run_reads_list(const struct seg_plan *plan, uint32_t list) {
  for (uint32_t i = 0; i < plan->derived_count; i++)
    if (plan->derived[i].kind == SEG_DERIVED_LISTED && plan->derived[i].list == list)
      return true;
  return false;
}

/** What the reading of one list needs. */
struct list_reader {
  struct seg_run_state *state;
  struct seg_source *source;
  struct seg_morsel morsel;
  uint64_t *listed;
  uint32_t *rows; // 0, 1, 2, ...
  uint32_t *numbers;
};

// A list is made to keep people out or in: a row that names nobody is a mistake, not a blank.
static enum seg_status check_keys(const struct list_reader *reader, int64_t *row,
                                  struct seg_error *error) {
  const struct seg_morsel *morsel = &reader->morsel;
  if (morsel->key.known == NULL)
    return SEG_OK;
  int64_t missing = seg_bitmap_first_zero(morsel->key.known, morsel->row_count);
  if (missing < 0)
    return SEG_OK;
  *row = morsel->first_row + missing;
  seg_fail(error, SEG_BAD_DATA, seg_run_code(SEG_RUN_ERROR_LIST_KEY),
           "column %.*s: each row of a list names a customer, and here the key is missing",
           SEG_STR(reader->source->entity->key));
  seg_error_help(error, "fill in the key, or leave the row out of the data");
  return SEG_BAD_DATA;
}

static void mark(struct list_reader *reader) {
  const struct seg_morsel *morsel = &reader->morsel;
  seg_key_table_find(reader->state->keys, &morsel->key, reader->rows, (uint32_t)morsel->row_count,
                     reader->numbers);
  for (int64_t i = 0; i < morsel->row_count; i++)
    if (reader->numbers[i] != SEG_NO_NUMBER)
      seg_bitmap_set(reader->listed, reader->numbers[i]);
}

static enum seg_status read_morsels(struct list_reader *reader, struct seg_error *error) {
  for (;;) {
    bool end = false;
    int64_t row = -1;
    if (seg_run_interrupted(reader->state))
      return seg_run_fail_interrupted(error);
    enum seg_status status = seg_source_next(reader->source, &reader->morsel, &end, &row, error);
    if (status == SEG_OK && end)
      return SEG_OK;
    if (status == SEG_OK)
      status = seg_morsel_decode(&reader->morsel, &row, error);
    if (status == SEG_OK)
      status = check_keys(reader, &row, error);
    if (status != SEG_OK) {
      seg_morsel_release(&reader->morsel);
      seg_source_locate(reader->source, row, error);
      return status;
    }
    mark(reader);
    seg_run_report(reader->state, SEG_RUN_CUSTOMERS, reader->source->entity->name,
                   (uint64_t)reader->morsel.row_count, reader->source, 0);
  }
}

static enum seg_status load_list(struct seg_run_state *state, uint32_t list, uint32_t *rows,
                                 uint32_t *numbers, struct seg_error *error) {
  size_t size = seg_layout_size(SEG_LAYOUT_BIT, (int64_t)state->keys->count);
  enum seg_status status = seg_run_take_memory(state, size, what_for, error);
  if (status != SEG_OK)
    return status;
  state->listed[list] = seg_column_memory(size);
  if (state->listed[list] == NULL)
    return seg_fail_memory(error, what_for);
  struct list_reader reader = {.state = state,
                               .source = state->sources->lists[list],
                               .listed = state->listed[list],
                               .rows = rows,
                               .numbers = numbers};
  seg_morsel_init(&reader.morsel, reader.source);
  status = read_morsels(&reader, error);
  seg_morsel_deinit(&reader.morsel);
  return status;
}

enum seg_status seg_run_load_lists(struct seg_run_state *state, struct seg_error *error) {
  const struct seg_plan *plan = state->plan;
  if (plan->list_count == 0)
    return SEG_OK;
  uint32_t *rows = malloc(SEG_MORSEL_ROWS * sizeof *rows);
  uint32_t *numbers = malloc(SEG_MORSEL_ROWS * sizeof *numbers);
  state->listed = calloc(plan->list_count, sizeof *state->listed);
  enum seg_status status = SEG_OK;
  if (rows == NULL || numbers == NULL || state->listed == NULL) {
    status = seg_fail_memory(error, what_for);
    goto cleanup;
  }
  for (uint32_t i = 0; i < SEG_MORSEL_ROWS; i++)
    rows[i] = i;
  for (uint32_t i = 0; status == SEG_OK && i < plan->list_count; i++)
    if (seg_run_reads_list(plan, i))
      status = load_list(state, i, rows, numbers, error);
cleanup:
  free(rows);
  free(numbers);
  return status;
}

void seg_run_free_lists(struct seg_run_state *state) {
  for (uint32_t i = 0; state->listed != NULL && i < state->plan->list_count; i++)
    free(state->listed[i]);
  free(state->listed);
}
