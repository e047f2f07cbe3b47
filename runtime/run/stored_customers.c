// See stored_customers.h.
#include "runtime/run/stored_customers.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/column/text_codes.h"
#include "runtime/run/stored_events.h"
#include "runtime/store/store_errors.h"
#include "runtime/store/store_keys.h"

enum { KEYS_AT_ONCE = 65536 };

static const char what_for[] = "the columns of the customers";

// The width that integers of a type have in a column of the layout; false when they do not fit in.
static bool width_of(enum seg_layout layout, enum seg_store_type type, enum seg_width *width) {
  *width = SEG_WIDTH_FULL;
  switch (layout) {
  case SEG_LAYOUT_BIT: return type == SEG_STORE_U64;
  case SEG_LAYOUT_TEXT: return true; // text_width
  case SEG_LAYOUT_F64: return type == SEG_STORE_F64;
  case SEG_LAYOUT_I32:
  case SEG_LAYOUT_I64: break;
  }
  if (type == SEG_STORE_I8)
    *width = SEG_WIDTH_8;
  else if (type == SEG_STORE_I16)
    *width = SEG_WIDTH_16;
  else if (type == SEG_STORE_I32)
    *width = layout == SEG_LAYOUT_I64 ? SEG_WIDTH_32 : SEG_WIDTH_FULL;
  return *width != SEG_WIDTH_FULL || (layout == SEG_LAYOUT_I32 && type == SEG_STORE_I32) ||
         (layout == SEG_LAYOUT_I64 && type == SEG_STORE_I64);
}

// Texts that are numbered can stay so where nothing reads their bytes.
static enum seg_width text_width(const struct seg_plan *plan, uint32_t input,
                                 const struct seg_store_values *values) {
  const struct seg_plan_entity *customer = &plan->customer;
  uint64_t most = values->values.type == SEG_STORE_I8 ? INT8_MAX + 1 : SEG_TEXT_CODES_MOST;
  if (!seg_store_has(&values->entries) || values->entries.count < 2 ||
      values->entries.count - 1 > most)
    return SEG_WIDTH_FULL;
  for (uint32_t c = 0; c < customer->carried_count; c++) {
    const struct seg_step *step = &customer->scan.steps[customer->scan.value_roots[c]];
    if (step->op == SEG_OP_INPUT && step->slot == input &&
        (seg_block_reads_texts(&plan->customer_block, c) ||
         seg_block_reads_texts(&plan->first_block, c)))
      return SEG_WIDTH_FULL;
  }
  return seg_store_width(values->values.type, SEG_LAYOUT_I64);
}

// Does the scan keep every row, and carry inputs as they are? Bits it carries as codes, which no
// value can fail.
static bool is_plain(const struct seg_block *scan) {
  bool plain = scan->steps[scan->mask_roots[0]].op == SEG_OP_ALL;
  for (uint32_t r = 0; plain && r < scan->value_root_count; r++) {
    enum seg_op op = scan->steps[scan->value_roots[r]].op;
    plain = op == SEG_OP_INPUT || op == SEG_OP_BIT_TO_CODE;
  }
  return plain;
}

bool seg_stored_customers_fit(const struct seg_plan *plan, const struct seg_source *source,
                              enum seg_width *widths) {
  const struct seg_block *scan = &plan->customer.scan;
  struct seg_stored_source from;
  if (plan->customer_from_event >= 0 || !seg_source_stored(source, &from) ||
      from.entity->part_count != 1 || from.entity->parts[0].rows >= SEG_NO_NUMBER ||
      !is_plain(scan))
    return false;
  bool fits = true;
  for (uint32_t i = 0; fits && i < scan->input_count; i++) {
    const struct seg_store_values *values = &from.columns[i]->parts[0];
    fits = width_of(scan->input_layouts[i], values->values.type, &widths[i]);
    if (scan->input_layouts[i] == SEG_LAYOUT_TEXT)
      widths[i] = text_width(plan, i, values);
  }
  return fits;
}

bool seg_stored_customers_apply(const struct seg_run_state *state) {
  const struct seg_block *scan = &state->plan->customer.scan;
  enum seg_width *widths = calloc((size_t)scan->input_count + 1, sizeof *widths);
  bool apply =
      widths != NULL && seg_stored_customers_fit(state->plan, state->sources->customer, widths);
  for (uint32_t i = 0; apply && i < scan->input_count; i++)
    apply = widths[i] == seg_block_input_width(scan, i);
  free(widths);
  return apply;
}

static struct seg_stored_source source_of(const struct seg_run_state *state) {
  struct seg_stored_source from = {0};
  (void)seg_source_stored(state->sources->customer, &from);
  return from;
}

// --- keys ---

static bool looks_up_keys(const struct seg_run_state *state) {
  const struct seg_plan *plan = state->plan;
  bool any = state->options->finds_keys;
  for (uint32_t e = 0; e < plan->event_count; e++)
    any = any || (seg_run_reads_event(plan, e) && !seg_stored_events_apply(state, e));
  for (uint32_t l = 0; l < plan->list_count; l++)
    any = any || seg_run_reads_list(plan, l);
  return any;
}

static bool reads_keys(const struct seg_run_state *state) {
  const struct seg_plan *plan = state->plan;
  bool any = !state->options->counts_only || plan->rank_count > 0 || plan->holdout_count > 0;
  for (uint32_t d = 0; d < plan->derived_count; d++)
    any = any || plan->derived[d].kind == SEG_DERIVED_BUCKET;
  return any;
}

static void number_customers(const struct seg_stored_source *from, uint64_t first, uint64_t count,
                             uint32_t *numbers) {
  const uint32_t *stored = (const uint32_t *)from->entity->parts[0].numbers.data;
  for (uint64_t i = 0; i < count; i++)
    numbers[i] = stored == NULL ? (uint32_t)(first + i) : stored[first + i];
}

/** What one thread needs to read keys. */
struct key_reader {
  struct seg_stored_source from;
  struct seg_column keys;
  uint32_t *numbers; // in the store
  uint32_t *rows;    // 0, 1, ..
  uint32_t *found;
};

static enum seg_status load_keys(struct seg_run_state *state, struct key_reader *reader, bool find,
                                 struct seg_error *error) {
  uint64_t customers = reader->from.entity->parts[0].rows;
  enum seg_status status = SEG_OK;
  for (uint64_t first = 0; first < customers && status == SEG_OK; first += KEYS_AT_ONCE) {
    uint64_t left = customers - first, count = left < KEYS_AT_ONCE ? left : KEYS_AT_ONCE;
    number_customers(&reader->from, first, count, reader->numbers);
    status = seg_column_restart(&reader->keys, (int64_t)count, error);
    if (status == SEG_OK)
      status =
          seg_store_read_keys(reader->from.store, reader->numbers, count, &reader->keys, 0, error);
    struct seg_column_view view = seg_column_view(&reader->keys);
    if (status == SEG_OK)
      status = find ? seg_key_table_add(state->keys, &view, reader->rows, (uint32_t)count,
                                        reader->found, error)
                    : seg_key_table_append(state->keys, &view, error);
  }
  return status;
}

enum seg_status seg_stored_customers_load(struct seg_run_state *state, struct seg_error *error) {
  struct key_reader reader = {.from = source_of(state)};
  bool is_text = state->sources->customer->key_is_text;
  uint64_t customers = reader.from.entity->parts[0].rows;
  seg_key_table_init(state->keys, is_text, state->budget);
  seg_key_table_set_count(state->keys, (uint32_t)customers);
  bool find = looks_up_keys(state);
  seg_run_report(state, SEG_RUN_CUSTOMERS, state->plan->customer.name, customers,
                 state->sources->customer, 0);
  if (!find && !reads_keys(state))
    return SEG_OK;
  seg_key_table_init(state->keys, is_text, state->budget);
  seg_column_init(&reader.keys, is_text ? SEG_LAYOUT_TEXT : SEG_LAYOUT_I64, false);
  reader.numbers = malloc(KEYS_AT_ONCE * sizeof *reader.numbers);
  reader.rows = malloc(KEYS_AT_ONCE * sizeof *reader.rows);
  reader.found = malloc(KEYS_AT_ONCE * sizeof *reader.found);
  enum seg_status status = SEG_OK;
  if (reader.numbers == NULL || reader.rows == NULL || reader.found == NULL) {
    status = seg_fail_memory(error, "the keys of the customers");
    goto cleanup;
  }
  for (uint32_t i = 0; i < KEYS_AT_ONCE; i++)
    reader.rows[i] = i;
  status = load_keys(state, &reader, find, error);
  if (status == SEG_OK && find)
    seg_key_table_seal(state->keys);
cleanup:
  seg_column_deinit(&reader.keys);
  free(reader.numbers);
  free(reader.rows);
  free(reader.found);
  return status;
}

enum seg_status seg_stored_customers_key(const struct seg_run_state *state, uint64_t customer,
                                         struct seg_column *key, struct seg_error *error) {
  struct seg_stored_source from = source_of(state);
  uint32_t number = 0;
  number_customers(&from, customer, 1, &number);
  seg_column_init(key, state->keys->is_text ? SEG_LAYOUT_TEXT : SEG_LAYOUT_I64, false);
  enum seg_status status = seg_column_restart(key, 1, error);
  return status == SEG_OK ? seg_store_read_keys(from.store, &number, 1, key, 0, error) : status;
}

// --- columns ---

static bool add_chosen(struct seg_stored_batch *batch, uint32_t batch_rows) {
  const struct seg_block *scan = &batch->state->plan->customer.scan;
  batch->chosen_values = calloc((size_t)scan->input_count + 1, sizeof *batch->chosen_values);
  batch->chosen_known = calloc((size_t)scan->input_count + 1, sizeof *batch->chosen_known);
  bool fine = batch->chosen_values != NULL && batch->chosen_known != NULL;
  for (uint32_t i = 0; fine && i < scan->input_count; i++) {
    batch->chosen_values[i] =
        seg_column_memory(seg_layout_size(scan->input_layouts[i], batch_rows));
    batch->chosen_known[i] = seg_column_memory(batch_rows / 8);
    fine = batch->chosen_values[i] != NULL && batch->chosen_known[i] != NULL;
  }
  return fine;
}

static bool is_coded(const struct seg_block *scan, uint32_t input) {
  return scan->input_layouts[input] == SEG_LAYOUT_TEXT &&
         seg_block_input_width(scan, input) != SEG_WIDTH_FULL;
}

static enum seg_status fail_texts(const struct seg_store *store, struct seg_error *error) {
  return SEG_STORE_FAIL(error, SEG_BAD_DATA, DAMAGED,
                        "the store %s is damaged: its texts do not fit together", store->path);
}

static enum seg_status add_dictionary(struct seg_stored_batch *batch, uint32_t input,
                                      struct seg_error *error) {
  const struct seg_store *store = batch->from.store;
  const struct seg_store_values *values = &batch->from.columns[input]->parts[0];
  const uint64_t *offsets = (const uint64_t *)values->entries.data;
  struct seg_text_dictionary *dictionary = &batch->dictionaries[input];
  uint32_t count = (uint32_t)(values->entries.count - 1);
  struct seg_str *entries = malloc(count * sizeof *entries);
  *dictionary = (struct seg_text_dictionary){entries, count};
  if (entries == NULL)
    return seg_fail_memory(error, what_for);
  enum seg_status status = seg_store_verify_entries(store, values, error);
  for (uint32_t i = 0; status == SEG_OK && i < count; i++) {
    if (offsets[i + 1] < offsets[i] || offsets[i + 1] > values->bytes.count)
      return fail_texts(store, error);
    entries[i] = (struct seg_str){(const char *)values->bytes.data + offsets[i],
                                  offsets[i + 1] - offsets[i]};
  }
  batch->scan.input_dictionaries[input] = dictionary;
  return status;
}

static bool has_codes(const struct seg_stored_batch *batch, uint32_t input) {
  return batch->bounds[input].count > 0;
}

// Codes of fractions, where the rows that are read follow each other.
static enum seg_status add_bounds(struct seg_stored_batch *batch, struct seg_error *error) {
  const struct seg_run_state *state = batch->state;
  const struct seg_block *scan = &state->plan->customer.scan;
  enum seg_status status = SEG_OK;
  batch->bounds = calloc((size_t)scan->input_count + 1, sizeof *batch->bounds);
  if (batch->bounds == NULL)
    return seg_fail_memory(error, what_for);
  if (state->chosen != NULL)
    return SEG_OK;
  for (uint32_t i = 0; status == SEG_OK && i < scan->input_count; i++) {
    const struct seg_store_values *values = &batch->from.columns[i]->parts[0];
    if (!seg_store_has(&values->codes))
      continue;
    status = seg_store_verify(batch->from.store, &values->bounds, 0, values->bounds.count, error);
    batch->bounds[i] = (struct seg_code_bounds){(const double *)values->bounds.data,
                                                (uint32_t)values->bounds.count};
    batch->scan.input_bounds[i] = &batch->bounds[i];
  }
  return status;
}

static enum seg_status add_dictionaries(struct seg_stored_batch *batch, struct seg_error *error) {
  const struct seg_block *scan = &batch->state->plan->customer.scan;
  enum seg_status status = SEG_OK;
  batch->dictionaries = calloc((size_t)scan->input_count + 1, sizeof *batch->dictionaries);
  if (batch->dictionaries == NULL)
    return seg_fail_memory(error, what_for);
  for (uint32_t i = 0; status == SEG_OK && i < scan->input_count; i++)
    if (is_coded(scan, i))
      status = add_dictionary(batch, i, error);
  return status;
}

enum seg_status seg_stored_batch_init(struct seg_stored_batch *batch,
                                      const struct seg_run_state *state, uint32_t batch_rows,
                                      struct seg_error *error) {
  const struct seg_block *scan = &state->plan->customer.scan;
  *batch = (struct seg_stored_batch){.state = state, .from = source_of(state)};
  batch->texts = calloc((size_t)scan->input_count + 1, sizeof *batch->texts);
  if (batch->texts == NULL)
    return seg_fail_memory(error, what_for);
  for (uint32_t i = 0; i < scan->input_count; i++)
    seg_column_init(&batch->texts[i], SEG_LAYOUT_TEXT, false);
  if (state->chosen != NULL && !add_chosen(batch, batch_rows))
    return seg_fail_memory(error, what_for);
  enum seg_status status = seg_block_runner_init(&batch->scan, scan, &state->kernels->customer_scan,
                                                 batch_rows, false, error);
  batch->scan.as_of_instant = state->as_of_instant;
  if (status == SEG_OK)
    status = add_bounds(batch, error);
  return status == SEG_OK ? add_dictionaries(batch, error) : status;
}

void seg_stored_batch_deinit(struct seg_stored_batch *batch) {
  if (batch->state == NULL)
    return;
  for (uint32_t i = 0; batch->texts != NULL && i < batch->state->plan->customer.input_count; i++)
    seg_column_deinit(&batch->texts[i]);
  for (uint32_t i = 0; batch->dictionaries != NULL && i < batch->state->plan->customer.input_count;
       i++)
    free((struct seg_str *)batch->dictionaries[i].entries);
  free(batch->dictionaries);
  free(batch->bounds);
  for (uint32_t i = 0; batch->chosen_known != NULL && i < batch->state->plan->customer.input_count;
       i++) {
    free(batch->chosen_values[i]);
    free(batch->chosen_known[i]);
  }
  free(batch->chosen_values);
  free(batch->chosen_known);
  free(batch->texts);
  seg_block_runner_deinit(&batch->scan);
  *batch = (struct seg_stored_batch){0};
}

uint64_t seg_stored_batch_bytes(const struct seg_run_state *state, uint32_t batch_rows) {
  const struct seg_block *scan = &state->plan->customer.scan;
  struct seg_stored_source source = source_of(state);
  uint64_t bytes =
      seg_block_runner_bytes(scan, &state->kernels->customer_scan, batch_rows, batch_rows, false);
  for (uint32_t i = 0; i < scan->input_count; i++)
    if (is_coded(scan, i))
      bytes += source.columns[i]->parts[0].entries.count * sizeof(struct seg_str);
    else if (scan->input_layouts[i] == SEG_LAYOUT_TEXT || state->chosen != NULL)
      bytes += seg_layout_size(scan->input_layouts[i], batch_rows) + batch_rows / 8;
  return bytes;
}

// Rows as elements of an array; bits lie in words.
static enum seg_status verify(const struct seg_store *store, const struct seg_store_array *array,
                              bool is_bits, uint64_t first, uint32_t rows, bool wait,
                              struct seg_error *error) {
  uint64_t begin = is_bits ? first / 64 : first;
  uint64_t count = is_bits ? (first + rows + 63) / 64 - begin : rows;
  return wait ? seg_store_verify(store, array, begin, count, error)
              : seg_store_verify_idle(store, array, begin, count, error);
}

// Columns of texts are verified as they are read, where they are no codes.
static enum seg_status verify_columns(const struct seg_stored_batch *batch, uint64_t first,
                                      uint32_t rows, bool wait, struct seg_error *error) {
  const struct seg_block *scan = &batch->state->plan->customer.scan;
  enum seg_status status = SEG_OK;
  for (uint32_t i = 0; status == SEG_OK && i < scan->input_count; i++) {
    const struct seg_store_values *values = &batch->from.columns[i]->parts[0];
    enum seg_layout layout = scan->input_layouts[i];
    if (layout != SEG_LAYOUT_TEXT || is_coded(scan, i))
      status = verify(batch->from.store, &values->values, layout == SEG_LAYOUT_BIT, first, rows,
                      wait, error);
    if (status == SEG_OK)
      status = verify(batch->from.store, &values->known, true, first, rows, wait, error);
    if (status == SEG_OK && has_codes(batch, i))
      status = verify(batch->from.store, &values->codes, false, first, rows, wait, error);
  }
  return status;
}

// NOLINTBEGIN(bugprone-macro-parentheses): type is a type
// What lies behind the last row, up to 64 of them, is 0 or a code, too.
#define GREATEST(name, type)                                                                       \
  static uint32_t name(const void *codes, int64_t rows) {                                          \
    type most[64] = {0}, greatest = 0;                                                             \
    for (const type *at = codes; at < (const type *)codes + rows; at += 64)                        \
      for (int i = 0; i < 64; i++)                                                                 \
        most[i] = at[i] > most[i] ? at[i] : most[i];                                               \
    for (int i = 0; i < 64; i++)                                                                   \
      greatest = most[i] > greatest ? most[i] : greatest;                                          \
    return greatest;                                                                               \
  }
GREATEST(greatest_8, uint8_t)
GREATEST(greatest_16, uint16_t)
GREATEST(greatest_32, uint32_t)
#undef GREATEST
// NOLINTEND(bugprone-macro-parentheses)

// Are all codes of a batch those of entries? A negative one is a large one.
static enum seg_status check_codes(const struct seg_stored_batch *batch, uint32_t input,
                                   int64_t rows, struct seg_error *error) {
  const struct seg_block *scan = &batch->state->plan->customer.scan;
  const void *codes = batch->scan.input_values[input];
  uint32_t greatest = 0;
  switch (seg_block_input_width(scan, input)) {
  case SEG_WIDTH_8: greatest = greatest_8(codes, rows); break;
  case SEG_WIDTH_16: greatest = greatest_16(codes, rows); break;
  case SEG_WIDTH_32: greatest = greatest_32(codes, rows); break;
  case SEG_WIDTH_FULL: break;
  }
  return greatest < batch->dictionaries[input].count ? SEG_OK
                                                     : fail_texts(batch->from.store, error);
}

static enum seg_status find_column(struct seg_stored_batch *batch, uint32_t input, uint64_t first,
                                   uint32_t rows, struct seg_error *error) {
  const struct seg_block *scan = &batch->state->plan->customer.scan;
  const struct seg_store_values *values = &batch->from.columns[input]->parts[0];
  enum seg_layout layout = scan->input_layouts[input];
  batch->scan.input_known[input] =
      seg_store_has(&values->known) ? (const uint64_t *)values->known.data + first / 64 : NULL;
  if (has_codes(batch, input))
    batch->scan.input_codes[input] = (const int16_t *)values->codes.data + first;
  if (layout != SEG_LAYOUT_TEXT || is_coded(scan, input)) {
    batch->scan.input_values[input] =
        values->values.data +
        seg_width_size(layout, seg_block_input_width(scan, input), (int64_t)first);
    return is_coded(scan, input) ? check_codes(batch, input, rows, error) : SEG_OK;
  }
  struct seg_column *texts = &batch->texts[input];
  enum seg_status status = seg_column_restart(texts, rows, error);
  batch->scan.input_values[input] = texts->values;
  return status == SEG_OK ? seg_store_read(batch->from.store, values, first, rows, texts, 0, error)
                          : status;
}

// --- of chosen customers ---

static enum seg_status choose_texts(struct seg_stored_batch *batch, uint32_t input,
                                    const uint32_t *numbers, uint32_t rows,
                                    struct seg_error *error) {
  const struct seg_store_values *values = &batch->from.columns[input]->parts[0];
  struct seg_column *texts = &batch->texts[input];
  enum seg_status status = seg_column_restart(texts, rows, error);
  for (uint32_t i = 0; status == SEG_OK && i < rows; i++)
    status = seg_store_read(batch->from.store, values, numbers[i], 1, texts, i, error);
  batch->scan.input_values[input] = texts->values;
  return status;
}

static enum seg_status choose_bits(const struct seg_stored_batch *batch,
                                   const struct seg_store_array *array, const uint32_t *numbers,
                                   uint32_t rows, uint64_t *to, struct seg_error *error) {
  memset(to, 0, seg_bitmap_words(rows) * sizeof *to);
  enum seg_status status = SEG_OK;
  for (uint32_t i = 0; status == SEG_OK && i < rows; i++) {
    status = seg_store_verify(batch->from.store, array, numbers[i] / 64, 1, error);
    if (status == SEG_OK && seg_bitmap_test((const uint64_t *)array->data, numbers[i]))
      seg_bitmap_set(to, i);
  }
  return status;
}

static enum seg_status choose_values(const struct seg_stored_batch *batch,
                                     const struct seg_store_array *array, const uint32_t *numbers,
                                     uint32_t rows, unsigned char *to, struct seg_error *error) {
  size_t size = seg_store_types[array->type].size;
  enum seg_status status = SEG_OK;
  for (uint32_t i = 0; status == SEG_OK && i < rows; i++) {
    status = seg_store_verify(batch->from.store, array, numbers[i], 1, error);
    if (status == SEG_OK)
      memcpy(to + i * size, array->data + numbers[i] * size, size);
  }
  return status;
}

static enum seg_status choose_column(struct seg_stored_batch *batch, uint32_t input,
                                     const uint32_t *numbers, uint32_t rows,
                                     struct seg_error *error) {
  const struct seg_block *scan = &batch->state->plan->customer.scan;
  enum seg_layout layout = scan->input_layouts[input];
  const struct seg_store_values *values = &batch->from.columns[input]->parts[0];
  enum seg_status status = SEG_OK;
  batch->scan.input_known[input] = NULL;
  if (seg_store_has(&values->known)) {
    batch->scan.input_known[input] = batch->chosen_known[input];
    status = choose_bits(batch, &values->known, numbers, rows, batch->chosen_known[input], error);
  }
  if (status != SEG_OK)
    return status;
  if (layout == SEG_LAYOUT_TEXT && !is_coded(scan, input))
    return choose_texts(batch, input, numbers, rows, error);
  batch->scan.input_values[input] = batch->chosen_values[input];
  status = layout == SEG_LAYOUT_BIT ? choose_bits(batch, &values->values, numbers, rows,
                                                  batch->chosen_values[input], error)
                                    : choose_values(batch, &values->values, numbers, rows,
                                                    batch->chosen_values[input], error);
  return status == SEG_OK && is_coded(scan, input) ? check_codes(batch, input, rows, error)
                                                   : status;
}

static enum seg_status find_columns(struct seg_stored_batch *batch, uint64_t first, uint32_t rows,
                                    struct seg_error *error) {
  enum seg_status status = verify_columns(batch, first, rows, false, error);
  if (status == SEG_OK)
    status = verify_columns(batch, first, rows, true, error);
  for (uint32_t i = 0; status == SEG_OK && i < batch->state->plan->customer.input_count; i++)
    status = find_column(batch, i, first, rows, error);
  return status;
}

enum seg_status seg_stored_batch_read(struct seg_stored_batch *batch, uint64_t first, uint32_t rows,
                                      struct seg_error *error) {
  const uint32_t *chosen = batch->state->chosen;
  struct seg_kernel_fault fault;
  enum seg_status status = SEG_OK;
  if (chosen == NULL)
    status = find_columns(batch, first, rows, error);
  for (uint32_t i = 0;
       chosen != NULL && status == SEG_OK && i < batch->state->plan->customer.input_count; i++)
    status = choose_column(batch, i, chosen + first, rows, error);
  if (status == SEG_OK)
    status =
        seg_block_runner_apply(&batch->scan, rows, batch->state->options->as_of, &fault, error);
  assert(status != SEG_OK || fault.kind == SEG_FAULT_NONE);
  return status;
}
