// Running a block's machine code batch by batch; see block_runner.h.
#include "runtime/filter/block_runner.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/column/column.h"
#include "runtime/filter/block_halves.h"

static const char what_for[] = "the columns of a batch";

static int64_t rounded(int64_t rows) {
  return (rows + SEG_COLUMN_ROUND - 1) / SEG_COLUMN_ROUND * SEG_COLUMN_ROUND;
}

// Masks want batches of whole groups of words.
static int64_t batch_of(const struct seg_block_kernel *kernel, int64_t batch_rows,
                        bool only_counts) {
  int64_t most = seg_mask_program_batch(kernel->masks, only_counts);
  int64_t wanted = (batch_rows + SEG_MASK_ROUND - 1) / SEG_MASK_ROUND * SEG_MASK_ROUND;
  return wanted < most ? wanted : most;
}

static enum seg_status allocate(struct seg_block_runner *runner, struct seg_error *error) {
  const struct seg_block_kernel *kernel = runner->kernel;
  size_t inputs = (size_t)runner->block->input_count + 1; // never an allocation of nothing
  size_t values = (size_t)kernel->value_slot_count + 1;
  size_t masks = (size_t)runner->block->mask_root_count + 1;
  runner->value_slots = calloc(values, sizeof *runner->value_slots);
  runner->root_masks = calloc(masks, sizeof *runner->root_masks);
  runner->input_values = calloc(inputs, sizeof *runner->input_values);
  runner->input_known = calloc(inputs, sizeof *runner->input_known);
  runner->input_dictionaries = calloc(inputs, sizeof *runner->input_dictionaries);
  runner->input_codes = calloc(inputs, sizeof *runner->input_codes);
  runner->input_bounds = calloc(inputs, sizeof *runner->input_bounds);
  runner->frame_input_codes = calloc(inputs, sizeof *runner->frame_input_codes);
  runner->frame_input_values = calloc(inputs, sizeof *runner->frame_input_values);
  runner->frame_input_known = calloc(inputs, sizeof *runner->frame_input_known);
  runner->frame_values = calloc(values, sizeof *runner->frame_values);
  runner->frame_value_known = calloc(values, sizeof *runner->frame_value_known);
  runner->all_known = seg_column_memory((size_t)runner->batch_rows / 8);
  if (runner->value_slots == NULL || runner->root_masks == NULL || runner->input_values == NULL ||
      runner->input_known == NULL || runner->input_dictionaries == NULL ||
      runner->input_codes == NULL || runner->input_bounds == NULL ||
      runner->frame_input_codes == NULL || runner->frame_input_values == NULL ||
      runner->frame_input_known == NULL || runner->frame_values == NULL ||
      runner->frame_value_known == NULL || runner->all_known == NULL)
    return seg_fail_memory(error, what_for);
  return SEG_OK;
}

enum seg_status seg_block_runner_init_values(struct seg_block_runner *runner,
                                             const struct seg_block *block,
                                             const struct seg_block_kernel *kernel,
                                             int64_t batch_rows, struct seg_error *error) {
  *runner = (struct seg_block_runner){
      .block = block, .kernel = kernel, .batch_rows = rounded(batch_rows)};
  seg_text_room_init(&runner->texts);
  enum seg_status status = allocate(runner, error);
  if (status != SEG_OK)
    return status;
  memset(runner->all_known, 0xff, (size_t)runner->batch_rows / 8);
  for (uint32_t r = 0; r < block->value_root_count; r++)
    if (!kernel->value_roots[r].is_input)
      runner->value_slots[kernel->value_roots[r].slot].is_root = true;
  return SEG_OK;
}

enum seg_status seg_block_runner_init(struct seg_block_runner *runner,
                                      const struct seg_block *block,
                                      const struct seg_block_kernel *kernel, int64_t batch_rows,
                                      bool only_counts, struct seg_error *error) {
  enum seg_status status = seg_block_runner_init_values(
      runner, block, kernel, batch_of(kernel, batch_rows, only_counts), error);
  return status == SEG_OK ? seg_mask_runner_init(&runner->masks, kernel->masks, runner->batch_rows,
                                                 only_counts, error)
                          : status;
}

// The buffers of all rows.
static void free_rows(struct seg_block_runner *runner) {
  for (uint32_t s = 0; runner->value_slots != NULL && s < runner->kernel->value_slot_count; s++) {
    free(runner->value_slots[s].values);
    free(runner->value_slots[s].known);
    runner->value_slots[s].values = NULL;
    runner->value_slots[s].known = NULL;
  }
  for (uint32_t r = 0; runner->root_masks != NULL && r < runner->block->mask_root_count; r++) {
    free(runner->root_masks[r]);
    runner->root_masks[r] = NULL;
  }
}

void seg_block_runner_deinit(struct seg_block_runner *runner) {
  if (runner->kernel == NULL)
    return;
  free_rows(runner);
  seg_mask_runner_deinit(&runner->masks);
  seg_text_room_deinit(&runner->texts);
  free(runner->all_known);
  free(runner->value_slots);
  free(runner->root_masks);
  free(runner->input_values);
  free(runner->input_known);
  free(runner->input_dictionaries);
  free(runner->input_codes);
  free(runner->input_bounds);
  free(runner->frame_input_codes);
  free(runner->frame_input_values);
  free(runner->frame_input_known);
  free(runner->frame_values);
  free(runner->frame_value_known);
  *runner = (struct seg_block_runner){0};
}

static bool is_value_root(const struct seg_block *block, const struct seg_block_kernel *kernel,
                          uint32_t slot) {
  for (uint32_t r = 0; r < block->value_root_count; r++)
    if (!kernel->value_roots[r].is_input && kernel->value_roots[r].slot == slot)
      return true;
  return false;
}

static uint64_t value_bytes(const struct seg_block *block, const struct seg_block_kernel *kernel,
                            int64_t batch, int64_t rows) {
  int64_t between = rows < batch ? rounded(rows) : batch;
  uint64_t bytes = 0;
  for (uint32_t s = 0; s < kernel->value_slot_count; s++) {
    int64_t room = is_value_root(block, kernel, s) ? rounded(rows) : between;
    bytes += seg_layout_size(kernel->value_layouts[s], room) + (uint64_t)room / 8;
  }
  return bytes;
}

uint64_t seg_block_runner_value_bytes(const struct seg_block *block,
                                      const struct seg_block_kernel *kernel, int64_t batch_rows) {
  return value_bytes(block, kernel, rounded(batch_rows), batch_rows);
}

uint64_t seg_block_runner_bytes(const struct seg_block *block,
                                const struct seg_block_kernel *kernel, int64_t batch_rows,
                                int64_t rows, bool only_counts) {
  int64_t batch = batch_of(kernel, batch_rows, only_counts);
  uint64_t bytes = seg_mask_runner_bytes(kernel->masks, batch, only_counts) +
                   value_bytes(block, kernel, batch, rows);
  if (rows > batch)
    bytes += (uint64_t)block->mask_root_count * (uint64_t)rounded(rows) / 8;
  return bytes;
}

// Zeroed by seg_column_memory: text behind the last row must be empty.
static enum seg_status reserve(struct seg_block_runner *runner, int64_t rows,
                               struct seg_error *error) {
  if (rows <= runner->capacity)
    return SEG_OK;
  runner->capacity = 0;
  const struct seg_block_kernel *kernel = runner->kernel;
  free_rows(runner);
  int64_t all = rounded(rows);
  int64_t between = all < runner->batch_rows ? all : runner->batch_rows;
  for (uint32_t s = 0; s < kernel->value_slot_count; s++) {
    struct seg_block_slot *slot = &runner->value_slots[s];
    int64_t room = slot->is_root ? all : between;
    slot->values = seg_column_memory(seg_layout_size(kernel->value_layouts[s], room));
    slot->known = seg_column_memory((size_t)room / 8);
    if (slot->values == NULL || slot->known == NULL)
      return seg_fail_memory(error, what_for);
  }
  bool many = all > runner->batch_rows;
  for (uint32_t r = 0; many && r < runner->block->mask_root_count; r++) {
    runner->root_masks[r] = seg_column_memory((size_t)all / 8);
    if (runner->root_masks[r] == NULL)
      return seg_fail_memory(error, what_for);
  }
  runner->capacity = all;
  return SEG_OK;
}

// Where the frame's arrays point for the batch that begins at `first`, a multiple of 64.
static void point_frame(struct seg_block_runner *runner, int64_t first) {
  const struct seg_block *block = runner->block;
  const struct seg_block_kernel *kernel = runner->kernel;
  for (uint32_t i = 0; i < block->input_count; i++) {
    const char *values = runner->input_values[i];
    const uint64_t *known = runner->input_known[i];
    runner->frame_input_values[i] =
        values == NULL ? NULL
                       : values + seg_width_size(block->input_layouts[i],
                                                 seg_block_input_width(block, i), first);
    const int16_t *codes = runner->input_codes[i];
    runner->frame_input_codes[i] = codes == NULL ? NULL : codes + first;
    runner->frame_input_known[i] = known == NULL ? runner->all_known : known + first / 64;
  }
  for (uint32_t s = 0; s < kernel->value_slot_count; s++) {
    const struct seg_block_slot *slot = &runner->value_slots[s];
    int64_t offset = slot->is_root ? first : 0;
    runner->frame_values[s] =
        (char *)slot->values + seg_layout_size(kernel->value_layouts[s], offset);
    runner->frame_value_known[s] = slot->known + offset / 64;
  }
}

static void keep_masks(struct seg_block_runner *runner, int64_t first, int64_t rows) {
  size_t bytes = seg_bitmap_words(rows) * sizeof(uint64_t);
  for (uint32_t r = 0; r < runner->block->mask_root_count; r++)
    memcpy(runner->root_masks[r] + first / 64, seg_mask_runner_root(&runner->masks, r), bytes);
}

enum seg_status seg_block_runner_apply(struct seg_block_runner *runner, int64_t rows, int32_t as_of,
                                       struct seg_kernel_fault *fault, struct seg_error *error) {
  enum seg_status status = reserve(runner, rows, error);
  if (status != SEG_OK)
    return status;
  bool has_masks = runner->masks.program != NULL;
  assert((has_masks && !runner->masks.only_counts) || rows <= runner->batch_rows);
  *fault = (struct seg_kernel_fault){.kind = SEG_FAULT_NONE};
  runner->is_one_batch = rows <= runner->batch_rows;
  seg_text_room_empty(&runner->texts);
  for (int64_t first = 0; first < rows; first += runner->batch_rows) {
    point_frame(runner, first);
    if (runner->block->value_root_count == 0) // nobody reads the texts of the batch before
      seg_text_room_empty(&runner->texts);
    struct seg_kernel_fault found = {.kind = SEG_FAULT_NONE};
    struct seg_block_frame frame = {
        .input_values = runner->frame_input_values,
        .input_known = runner->frame_input_known,
        .values = runner->frame_values,
        .value_known = runner->frame_value_known,
        .row_count = rows - first < runner->batch_rows ? rows - first : runner->batch_rows,
        .as_of = as_of,
        .as_of_instant = runner->as_of_instant,
        .steps = runner->block->steps,
        .texts = &runner->texts,
        .fault = &found,
        .dictionaries = runner->input_dictionaries,
        .codes = runner->frame_input_codes,
        .bounds = runner->input_bounds,
    };
    for (uint32_t f = 0; f < runner->kernel->function_count; f++)
      runner->kernel->functions[f](&frame);
    seg_block_halves_run(runner->kernel, &frame);
    if (has_masks)
      seg_mask_runner_run(&runner->masks, &frame);
    runner->frame = frame;
    runner->frame.fault = NULL;
    if (!runner->is_one_batch)
      keep_masks(runner, first, frame.row_count);
    if (found.kind != SEG_FAULT_NONE && fault->kind == SEG_FAULT_NONE) {
      *fault = found;
      fault->row += first;
    }
  }
  for (uint32_t r = 0; has_masks && rows % 64 != 0 && r < runner->block->mask_root_count; r++)
    if (seg_mask_runner_has_root(&runner->masks, r))
      seg_bitmap_clear_tail(runner->is_one_batch ? seg_mask_runner_root(&runner->masks, r)
                                                 : runner->root_masks[r],
                            rows);
  return SEG_OK;
}

const void *seg_block_runner_values(const struct seg_block_runner *runner, uint32_t root,
                                    const uint64_t **known) {
  struct seg_value_place place = runner->kernel->value_roots[root];
  if (place.is_input) {
    *known = runner->input_known[place.slot];
    return runner->input_values[place.slot];
  }
  *known = runner->value_slots[place.slot].known;
  return runner->value_slots[place.slot].values;
}

const struct seg_text_dictionary *seg_block_runner_dictionary(const struct seg_block_runner *runner,
                                                              uint32_t root) {
  struct seg_value_place place = runner->kernel->value_roots[root];
  return place.is_input ? runner->input_dictionaries[place.slot] : NULL;
}

const int16_t *seg_block_runner_codes(const struct seg_block_runner *runner, uint32_t root,
                                      const struct seg_code_bounds **bounds) {
  struct seg_value_place place = runner->kernel->value_roots[root];
  *bounds = place.is_input ? runner->input_bounds[place.slot] : NULL;
  return place.is_input ? runner->input_codes[place.slot] : NULL;
}

void seg_block_runner_count(struct seg_block_runner *runner, int64_t rows, uint32_t root_count,
                            uint64_t *counts) {
  if (runner->is_one_batch)
    seg_mask_runner_count(&runner->masks, rows, root_count, counts);
  for (uint32_t r = 0; !runner->is_one_batch && r < root_count; r++)
    counts[r] += runner->masks.kernels->count(runner->root_masks[r], seg_bitmap_words(rows));
}
