// Customers and lists: read in file order, written as they come; see preparing.h.
#include <stdlib.h>
#include <string.h>

#include "runtime/entity/run_errors.h"
#include "runtime/prepare/preparing.h"
#include "runtime/run/fault_text.h"

static const char what_for[] = "the customers of the store";

/** The rows of a customer table or a list on their way into the store. */
struct writing {
  struct seg_preparing *state;
  const struct seg_plan_entity *wanted;
  bool is_list;
  uint32_t writer_count;
  struct seg_values_writer *writers; // per input
  struct seg_array_file numbers;
  bool identity; // row i has number i so far
  uint64_t rows;
  uint64_t *seen; // bitmap over the numbers
  uint64_t seen_capacity;
  uint32_t *all_rows, *row_numbers;
};

static enum seg_status fail_missing_key(const struct writing *writing, struct seg_error *error) {
  struct seg_str key = writing->wanted->key;
  if (writing->is_list)
    seg_fail(error, SEG_BAD_DATA, seg_run_code(SEG_RUN_ERROR_LIST_KEY),
             "column %.*s: each row of a list names a customer, and here the key is missing",
             SEG_STR(key));
  else
    seg_fail(error, SEG_BAD_DATA, seg_run_code(SEG_RUN_ERROR_NO_KEY),
             "column %.*s: a customer must have a key, and here it is missing", SEG_STR(key));
  seg_error_help(error, "fill in the key, or leave the row out of the data");
  return SEG_BAD_DATA;
}

static enum seg_status fail_key_twice(const struct writing *writing,
                                      const struct seg_morsel *morsel, uint32_t row,
                                      struct seg_error *error) {
  struct seg_fault_name name = seg_fault_name_key(&morsel->key, row, writing->wanted->key_personal);
  seg_fail(error, SEG_BAD_DATA, seg_run_code(SEG_RUN_ERROR_KEY_TWICE),
           "column %.*s: %s was in an earlier row already, and each customer has one row",
           SEG_STR(writing->wanted->key), name.text);
  seg_error_help(error, "leave one row a customer in the data, for example with a query that "
                        "keeps the newest");
  return SEG_BAD_DATA;
}

static enum seg_status see(struct writing *writing, uint32_t number, bool *again,
                           struct seg_error *error) {
  if (number >= writing->seen_capacity) {
    uint64_t capacity = writing->seen_capacity * 2 > number ? writing->seen_capacity * 2 : number;
    capacity = (capacity / 64 + 1024) * 64;
    uint64_t *grown = realloc(writing->seen, capacity / 8);
    if (grown == NULL)
      return seg_fail_memory(error, what_for);
    memset(grown + writing->seen_capacity / 64, 0, (capacity - writing->seen_capacity) / 8);
    writing->seen = grown;
    writing->seen_capacity = capacity;
  }
  *again = seg_bitmap_test(writing->seen, number);
  seg_bitmap_set(writing->seen, number);
  return SEG_OK;
}

static enum seg_status number_customers(struct writing *writing, struct seg_morsel *morsel,
                                        int64_t *row, struct seg_error *error) {
  uint32_t count = (uint32_t)morsel->row_count;
  enum seg_status status = seg_key_table_add(&writing->state->keys, &morsel->key, writing->all_rows,
                                             count, writing->row_numbers, error);
  for (uint32_t i = 0; status == SEG_OK && i < count; i++) {
    bool again = false;
    writing->identity = writing->identity && writing->row_numbers[i] == writing->rows + i;
    status = see(writing, writing->row_numbers[i], &again, error);
    if (status == SEG_OK && again) {
      *row = morsel->first_row + i;
      status = fail_key_twice(writing, morsel, i, error);
    }
  }
  return status;
}

// Keys of a list that can be nobody's are passed over: `*count` rows remain.
static enum seg_status number_listed(struct writing *writing, struct seg_morsel *morsel,
                                     uint32_t *count, struct seg_error *error) {
  struct seg_preparing *state = writing->state;
  uint32_t all = (uint32_t)morsel->row_count;
  *count = 0;
  seg_key_table_find(&state->keys, &morsel->key, writing->all_rows, all, writing->row_numbers);
  enum seg_status status = seg_prepare_number_more(state, &morsel->key, writing->all_rows, all,
                                                   writing->row_numbers, error);
  for (uint32_t i = 0; status == SEG_OK && i < all; i++)
    if (writing->row_numbers[i] != SEG_NO_NUMBER)
      writing->row_numbers[(*count)++] = writing->row_numbers[i];
  writing->identity = false;
  return status;
}

static enum seg_status write_morsel(struct writing *writing, struct seg_morsel *morsel,
                                    int64_t *row, struct seg_error *error) {
  uint32_t count = (uint32_t)morsel->row_count;
  enum seg_status status = writing->is_list ? number_listed(writing, morsel, &count, error)
                                            : number_customers(writing, morsel, row, error);
  if (status == SEG_OK)
    status = seg_array_file_append(&writing->numbers, writing->row_numbers, count, error);
  for (uint32_t c = 0; status == SEG_OK && c < writing->writer_count; c++)
    status = seg_values_writer_append(&writing->writers[c], morsel->inputs[c].values,
                                      morsel->inputs[c].known, count, error);
  writing->rows += count;
  return status;
}

static enum seg_status take_morsel(struct seg_prepare_scan *scan, unsigned worker,
                                   struct seg_morsel *morsel, int64_t *row,
                                   struct seg_error *error) {
  (void)worker;
  struct writing *writing = scan->context;
  *row = morsel->first_row;
  if (morsel->key.known != NULL) {
    int64_t missing = seg_bitmap_first_zero(morsel->key.known, morsel->row_count);
    if (missing >= 0) {
      *row = morsel->first_row + missing;
      return fail_missing_key(writing, error);
    }
  }
  if (!seg_ticket_wait(&scan->ticket, morsel->number))
    return SEG_OK; // an earlier morsel has the error to report
  enum seg_status status = write_morsel(writing, morsel, row, error);
  if (status == SEG_OK)
    seg_ticket_pass(&scan->ticket);
  return status;
}

static enum seg_status begin(struct writing *writing, struct seg_error *error) {
  const struct seg_plan_entity *wanted = writing->wanted;
  struct seg_build *build = &writing->state->build;
  writing->writers = calloc((size_t)wanted->input_count + 1, sizeof *writing->writers);
  writing->all_rows = malloc(SEG_MORSEL_ROWS * sizeof *writing->all_rows);
  writing->row_numbers = malloc(SEG_MORSEL_ROWS * sizeof *writing->row_numbers);
  if (writing->writers == NULL || writing->all_rows == NULL || writing->row_numbers == NULL)
    return seg_fail_memory(error, what_for);
  for (uint32_t i = 0; i < SEG_MORSEL_ROWS; i++)
    writing->all_rows[i] = i;
  struct seg_str name = seg_values_name(build, wanted->name, (struct seg_str){"", 0}, "numbers");
  if (name.data == NULL)
    return seg_fail_memory(error, what_for);
  enum seg_status status =
      seg_array_file_create(&writing->numbers, build, name, SEG_STORE_U32, error);
  for (; status == SEG_OK && writing->writer_count < wanted->input_count; writing->writer_count++) {
    const struct seg_plan_input *input = &wanted->inputs[writing->writer_count];
    status = seg_values_writer_begin(&writing->writers[writing->writer_count], build,
                                     seg_column_type_layout(input->type), wanted->name, input->name,
                                     "", error);
    writing->writers[writing->writer_count].makes_codes = !writing->is_list;
  }
  return status;
}

static void drop_values(struct seg_build *build, struct seg_store_values *values) {
  seg_build_drop(build, &values->values);
  seg_build_drop(build, &values->entries);
  seg_build_drop(build, &values->bytes);
  seg_build_drop(build, &values->known);
  seg_build_drop(build, &values->codes);
  seg_build_drop(build, &values->bounds);
}

// One table stays: the old one when the new one says the same. Another one changes the answer of
// customers who have no new events.
static void settle(struct seg_preparing *state, struct seg_store_entity *entity) {
  struct seg_build *build = &state->build;
  bool is_second = entity->part_count > 0;
  bool same = is_second && seg_prepare_is_same_table(state, entity);
  entity->part_count = 1;
  if (!same)
    build->store.manifest.state_count = 0;
  if (same)
    seg_build_drop(build, &entity->parts[1].numbers);
  else if (is_second)
    entity->parts[0] = entity->parts[1];
  for (uint32_t c = 0; is_second && c < entity->column_count; c++) {
    struct seg_store_values *parts = entity->columns[c].parts;
    if (same)
      drop_values(build, &parts[1]);
    else
      parts[0] = parts[1];
  }
}

static enum seg_status finish(struct writing *writing, struct seg_store_entity *entity,
                              struct seg_error *error) {
  uint32_t number = entity->part_count > 0;
  struct seg_store_part *part = &entity->parts[number];
  *part = (struct seg_store_part){.rows = writing->rows, .keyed = writing->rows};
  enum seg_status status = seg_array_file_finish(&writing->numbers, &part->numbers, error);
  for (uint32_t c = 0; status == SEG_OK && c < writing->writer_count; c++)
    status =
        seg_values_writer_finish(&writing->writers[c], &entity->columns[c].parts[number], error);
  if (status == SEG_OK && writing->identity)
    seg_build_drop(&writing->state->build, &part->numbers);
  if (status == SEG_OK)
    settle(writing->state, entity);
  return status;
}

static enum seg_status write_rows(struct seg_preparing *state, enum seg_store_kind kind,
                                  const struct seg_plan_entity *wanted, struct seg_source *source,
                                  struct seg_store_entity *entity, struct seg_error *error) {
  struct writing writing = {.state = state,
                            .wanted = wanted,
                            .is_list = kind == SEG_STORE_LIST,
                            .numbers = {.file = -1},
                            .identity = true};
  struct seg_prepare_scan scan = {
      .state = state, .source = source, .work = take_morsel, .context = &writing};
  enum seg_status status = seg_prepare_entity(state, kind, wanted, entity, error);
  if (status == SEG_OK)
    status = begin(&writing, error);
  if (status == SEG_OK)
    status = seg_prepare_scan_run(&scan, error);
  if (status == SEG_OK)
    status = finish(&writing, entity, error);
  for (uint32_t c = 0; writing.writers != NULL && c < wanted->input_count; c++)
    seg_values_writer_discard(&writing.writers[c]);
  seg_array_file_discard(&writing.numbers);
  free(writing.writers);
  free(writing.all_rows);
  free(writing.row_numbers);
  free(writing.seen);
  return status;
}

enum seg_status seg_prepare_customers(struct seg_preparing *state, struct seg_error *error) {
  struct seg_source *source = state->sources->customer;
  enum seg_status status = seg_prepare_key_type(state, source, error);
  if (status == SEG_OK)
    status = write_rows(state, SEG_STORE_CUSTOMER, &state->plan->customer, source,
                        &state->build.store.manifest.customer, error);
  state->build.store.manifest.has_customers = true;
  return status;
}

enum seg_status seg_prepare_list(struct seg_preparing *state, uint32_t list,
                                 struct seg_error *error) {
  const struct seg_plan_entity *wanted = &state->plan->lists[list];
  struct seg_store_manifest *manifest = &state->build.store.manifest;
  struct seg_store_entity *entity =
      seg_store_manifest_find(manifest->lists, manifest->list_count, wanted->name);
  if (entity == NULL)
    entity = &manifest->lists[manifest->list_count++]; // there is room
  return write_rows(state, SEG_STORE_LIST, wanted, state->sources->lists[list], entity, error);
}
