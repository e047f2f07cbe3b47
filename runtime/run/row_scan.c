// The scan block over one morsel; see row_scan.h.
#include "runtime/run/row_scan.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/run/fault_text.h"

static const char what_for[] = "reading rows";

static void mark_keep_steps(const struct seg_block *block, bool *marks) {
  marks[block->mask_roots[0]] = true;
  for (uint32_t i = block->step_count; i > 0; i--) {
    const struct seg_step *step = &block->steps[i - 1]; // operands have smaller numbers
    for (uint32_t o = 0; marks[i - 1] && o < seg_op_info[step->op].operand_count; o++)
      marks[step->operands[o]] = true;
  }
}

enum seg_status seg_row_scan_init(struct seg_row_scan *scan, const struct seg_plan_entity *entity,
                                  const struct seg_block_kernel *kernel, bool is_event,
                                  int32_t as_of, struct seg_error *error) {
  *scan = (struct seg_row_scan){.entity = entity, .is_event = is_event, .as_of = as_of};
  scan->rows = malloc(SEG_MORSEL_ROWS * sizeof *scan->rows);
  scan->columns = calloc((size_t)entity->carried_count + 1, sizeof *scan->columns);
  scan->known = calloc((size_t)entity->carried_count + 1, sizeof *scan->known);
  scan->flags = calloc((size_t)entity->flag_count + 1, sizeof *scan->flags);
  scan->keep_steps = calloc((size_t)entity->scan.step_count + 1, sizeof *scan->keep_steps);
  if (scan->rows == NULL || scan->columns == NULL || scan->known == NULL || scan->flags == NULL ||
      scan->keep_steps == NULL)
    return seg_fail_memory(error, what_for);
  mark_keep_steps(&entity->scan, scan->keep_steps);
  return seg_block_runner_init(&scan->runner, &entity->scan, kernel, SEG_SCAN_BATCH, false, error);
}

static uint32_t copy_count(const struct seg_plan_entity *entity) {
  return entity->input_count + 2;
}

void seg_row_scan_deinit(struct seg_row_scan *scan) {
  if (scan->entity == NULL)
    return;
  for (uint32_t c = 0; scan->copies != NULL && c < copy_count(scan->entity); c++)
    seg_column_deinit(&scan->copies[c]);
  free(scan->copies);
  free(scan->origin);
  free(scan->rows);
  free(scan->columns);
  free(scan->known);
  free(scan->flags);
  free(scan->ones);
  free(scan->keep_steps);
  seg_block_runner_deinit(&scan->runner);
  *scan = (struct seg_row_scan){0};
}

// Bit i: day i lies before the as-of day.
static uint64_t days_before(const int32_t *days, int64_t count, int32_t as_of) {
  uint64_t bits = 0;
  for (int64_t i = 0; i < count; i++)
    bits |= (uint64_t)(days[i] < as_of) << i;
  return bits;
}

// Of `count` rows: those that have a day before the as-of day and the bit of keep (NULL: all have).
static void choose_rows(struct seg_row_scan *scan, int64_t count, const uint64_t *keep) {
  const int32_t *days = scan->days.values;
  uint32_t chosen = 0;
  for (int64_t first = 0; first < count; first += 64) {
    int64_t rows = count - first < 64 ? count - first : 64;
    uint64_t bits = rows == 64 ? UINT64_MAX : (UINT64_C(1) << rows) - 1;
    if (keep != NULL)
      bits &= keep[first / 64];
    if (scan->is_event)
      bits &= days_before(days + first, rows, scan->as_of);
    for (; bits != 0; bits &= bits - 1)
      scan->rows[chosen++] = (uint32_t)first + (uint32_t)__builtin_ctzll(bits);
  }
  scan->row_count = chosen;
}

static enum seg_status copy_view(const struct seg_column_view *from, const uint32_t *rows,
                                 uint32_t count, struct seg_column *to, struct seg_error *error) {
  seg_column_deinit(to);
  seg_column_init(to, from->layout, from->known != NULL);
  enum seg_status status = seg_column_resize(to, count, error);
  if (status != SEG_OK)
    return status;
  for (uint32_t i = 0; i < count; i++) {
    switch (from->layout) {
    case SEG_LAYOUT_BIT:
      seg_bitmap_put(to->values, i, seg_bitmap_test(from->values, rows[i]));
      break;
    case SEG_LAYOUT_I32:
    case SEG_LAYOUT_I64: {
      size_t bytes = seg_width_bytes(from->layout, from->width);
      memcpy((char *)to->values + i * bytes, (const char *)from->values + rows[i] * bytes, bytes);
      break;
    }
    case SEG_LAYOUT_F64: ((double *)to->values)[i] = ((const double *)from->values)[rows[i]]; break;
    case SEG_LAYOUT_TEXT:
      ((struct seg_str *)to->values)[i] = ((const struct seg_str *)from->values)[rows[i]];
      break;
    }
    if (from->known != NULL)
      seg_bitmap_put(to->known, i, seg_bitmap_test(from->known, rows[i]));
  }
  return SEG_OK;
}

// Leave only the chosen rows, in copies.
static enum seg_status compact(struct seg_row_scan *scan, const struct seg_morsel *morsel,
                               struct seg_error *error) {
  const struct seg_plan_entity *entity = scan->entity;
  uint32_t inputs = entity->input_count;
  if (scan->copies == NULL) {
    scan->copies = calloc(copy_count(entity), sizeof *scan->copies);
    scan->origin = malloc(SEG_MORSEL_ROWS * sizeof *scan->origin);
    if (scan->copies == NULL || scan->origin == NULL)
      return seg_fail_memory(error, what_for);
  }
  enum seg_status status = SEG_OK;
  for (uint32_t i = 0; i < inputs && status == SEG_OK; i++) {
    status = copy_view(&morsel->inputs[i], scan->rows, scan->row_count, &scan->copies[i], error);
    scan->runner.input_values[i] = scan->copies[i].values;
    scan->runner.input_known[i] = scan->copies[i].known;
  }
  if (status == SEG_OK)
    status = copy_view(&morsel->key, scan->rows, scan->row_count, &scan->copies[inputs], error);
  if (status == SEG_OK && scan->is_event)
    status =
        copy_view(&morsel->days, scan->rows, scan->row_count, &scan->copies[inputs + 1], error);
  if (status != SEG_OK)
    return status;
  scan->key = seg_column_view(&scan->copies[inputs]);
  if (scan->is_event)
    scan->days = seg_column_view(&scan->copies[inputs + 1]);
  memcpy(scan->origin, scan->rows, scan->row_count * sizeof *scan->origin);
  scan->has_origin = true;
  return SEG_OK;
}

// The chosen rows of the morsel, by themselves.
static enum seg_status apply_chosen(struct seg_row_scan *scan, const struct seg_morsel *morsel,
                                    struct seg_kernel_fault *fault, struct seg_error *error) {
  enum seg_status status = compact(scan, morsel, error);
  return status != SEG_OK
             ? status
             : seg_block_runner_apply(&scan->runner, scan->row_count, scan->as_of, fault, error);
}

// A fault in a row that keep refuses, and not of keep itself.
static bool is_refused(const struct seg_row_scan *scan, const struct seg_kernel_fault *fault) {
  return fault->kind == SEG_FAULT_OVERFLOW && !scan->keep_steps[fault->step] &&
         !seg_bitmap_test(seg_block_runner_mask(&scan->runner, 0), fault->row);
}

// Take the rows with a refused fault out of a few `rows`, until there are none or a fault is real.
static enum seg_status drop_refused(struct seg_row_scan *scan, const struct seg_morsel *morsel,
                                    uint32_t *rows, uint32_t *count, bool *real,
                                    struct seg_error *error) {
  struct seg_kernel_fault fault = {.kind = SEG_FAULT_OVERFLOW};
  while (fault.kind != SEG_FAULT_NONE && *count > 0) {
    memcpy(scan->rows, rows, *count * sizeof *rows);
    scan->row_count = *count;
    enum seg_status status = apply_chosen(scan, morsel, &fault, error);
    if (status != SEG_OK)
      return status;
    *real = fault.kind != SEG_FAULT_NONE && !is_refused(scan, &fault);
    if (*real || fault.kind == SEG_FAULT_NONE)
      return SEG_OK;
    uint32_t behind = --*count - (uint32_t)fault.row;
    memmove(rows + fault.row, rows + fault.row + 1, behind * sizeof *rows);
  }
  return SEG_OK;
}

// The same for all rows of the last apply from row `from` on, a few at a time: each refused fault
// costs another look at those few, not at the whole morsel. Leaves the rows that remain in
// scan->rows, by their numbers in the morsel.
static enum seg_status drop_all_refused(struct seg_row_scan *scan, const struct seg_morsel *morsel,
                                        uint32_t from, struct seg_error *error) {
  enum { FEW = 64 };
  uint32_t count = scan->row_count, kept = from;
  uint32_t *rows = malloc(((size_t)count + 1) * sizeof *rows);
  if (rows == NULL)
    return seg_fail_memory(error, what_for);
  memcpy(rows, scan->origin, count * sizeof *rows);
  enum seg_status status = SEG_OK;
  bool real = false;
  for (uint32_t at = from; at < count && status == SEG_OK; at += FEW) {
    uint32_t few = count - at < FEW ? count - at : FEW;
    if (!real) // what comes behind a real fault does not matter any more
      status = drop_refused(scan, morsel, rows + at, &few, &real, error);
    memmove(rows + kept, rows + at, few * sizeof *rows);
    kept += few;
  }
  memcpy(scan->rows, rows, kept * sizeof *rows);
  scan->row_count = kept;
  free(rows);
  return status;
}

// The fault may lie in a row that does not exist. Once more without those after the as-of day, then
// without those that have a fault and are refused by keep. Rows are asked a few at a time, because
// behind a fault keep itself may have one and cannot be asked yet. A fault that remains is real.
static enum seg_status apply_again(struct seg_row_scan *scan, const struct seg_morsel *morsel,
                                   struct seg_kernel_fault *fault, struct seg_error *error) {
  choose_rows(scan, morsel->row_count, NULL);
  enum seg_status status = apply_chosen(scan, morsel, fault, error);
  if (status == SEG_OK && fault->kind != SEG_FAULT_NONE && is_refused(scan, fault)) {
    status = drop_all_refused(scan, morsel, (uint32_t)fault->row, error);
    if (status == SEG_OK)
      status = apply_chosen(scan, morsel, fault, error);
  }
  if (status == SEG_OK)
    choose_rows(scan, scan->row_count, seg_block_runner_mask(&scan->runner, 0));
  return status;
}

static enum seg_status all_known(struct seg_row_scan *scan, const uint64_t **bits,
                                 struct seg_error *error) {
  if (scan->ones == NULL) {
    scan->ones = malloc(SEG_MORSEL_ROWS / 8);
    if (scan->ones == NULL)
      return seg_fail_memory(error, what_for);
    memset(scan->ones, 0xff, SEG_MORSEL_ROWS / 8);
  }
  *bits = scan->ones;
  return SEG_OK;
}

// Where the carried columns and the flags lie after the block ran.
static enum seg_status find_results(struct seg_row_scan *scan, struct seg_error *error) {
  const struct seg_plan_entity *entity = scan->entity;
  for (uint32_t f = 0; f < entity->filter_count; f++)
    scan->flags[f] = seg_block_runner_mask(&scan->runner, 1 + f);
  for (uint32_t c = 0; c < entity->carried_count; c++) {
    scan->columns[c] = seg_block_runner_values(&scan->runner, c, &scan->known[c]);
    uint32_t flag = entity->carried_flag == NULL ? UINT32_MAX : entity->carried_flag[c];
    if (flag == UINT32_MAX || flag >= entity->flag_count)
      continue;
    scan->flags[flag] = scan->known[c];
    if (scan->known[c] == NULL) {
      enum seg_status status = all_known(scan, &scan->flags[flag], error);
      if (status != SEG_OK)
        return status;
    }
  }
  return SEG_OK;
}

enum seg_status seg_row_scan_apply(struct seg_row_scan *scan, const struct seg_morsel *morsel,
                                   int64_t *row, struct seg_error *error) {
  *row = morsel->first_row;
  scan->key = morsel->key;
  scan->days = morsel->days;
  scan->has_origin = false;
  for (uint32_t i = 0; i < scan->entity->input_count; i++) {
    scan->runner.input_values[i] = morsel->inputs[i].values;
    scan->runner.input_known[i] = morsel->inputs[i].known;
  }
  struct seg_kernel_fault fault;
  enum seg_status status =
      seg_block_runner_apply(&scan->runner, morsel->row_count, scan->as_of, &fault, error);
  if (status == SEG_OK && fault.kind == SEG_FAULT_NONE)
    choose_rows(scan, morsel->row_count, seg_block_runner_mask(&scan->runner, 0));
  else if (status == SEG_OK)
    status = apply_again(scan, morsel, &fault, error);
  if (status != SEG_OK)
    return status;
  if (fault.kind != SEG_FAULT_NONE) {
    *row = seg_row_scan_place(scan, morsel, (uint32_t)fault.row);
    return seg_fault_of_row(&scan->entity->scan, &fault, error);
  }
  return find_results(scan, error);
}

uint32_t seg_row_scan_first_missing_key(const struct seg_row_scan *scan) {
  if (scan->key.known == NULL)
    return scan->row_count;
  uint32_t i = 0;
  while (i < scan->row_count && seg_bitmap_test(scan->key.known, scan->rows[i]))
    i++;
  return i;
}
