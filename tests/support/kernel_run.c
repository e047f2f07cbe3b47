// Running compiled blocks in tests; see kernel_run.h.
#include "tests/support/kernel_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t seg_layout_bytes(enum seg_layout layout) {
  switch (layout) {
  case SEG_LAYOUT_BIT: return 0;
  case SEG_LAYOUT_I32: return sizeof(int32_t);
  case SEG_LAYOUT_I64: return sizeof(int64_t);
  case SEG_LAYOUT_F64: return sizeof(double);
  case SEG_LAYOUT_TEXT: return sizeof(struct seg_str);
  }
  return 0;
}

/** Exactly as many bytes as the contract promises, so that a sanitizer sees a step beyond. */
static void *patterned(size_t bytes) {
  void *memory = malloc(bytes == 0 ? 1 : bytes);
  if (memory == NULL) {
    fputs("kernel_run: out of memory\n", stderr);
    abort();
  }
  memset(memory, 0xA5, bytes);
  return memory;
}

void seg_kernel_run_init(struct seg_kernel_run *run, const struct seg_block *block,
                         const struct seg_block_kernel *kernel,
                         const struct seg_kernel_inputs *inputs) {
  size_t words = (size_t)(inputs->row_count + 63) / 64;
  *run = (struct seg_kernel_run){.block = block, .kernel = kernel, .inputs = inputs};
  run->values = patterned(kernel->value_slot_count * sizeof *run->values);
  run->known = patterned(kernel->value_slot_count * sizeof *run->known);
  run->masks = patterned(kernel->mask_slot_count * sizeof *run->masks);
  for (uint32_t i = 0; i < kernel->value_slot_count; i++) {
    run->values[i] = patterned(words * 64 * seg_layout_bytes(kernel->value_layouts[i]));
    run->known[i] = patterned(words * sizeof(uint64_t));
  }
  for (uint32_t i = 0; i < kernel->mask_slot_count; i++)
    run->masks[i] = patterned(words * sizeof(uint64_t));
  const struct seg_block_frame frame = {
      .input_values = inputs->values,
      .input_known = inputs->known,
      .values = run->values,
      .value_known = run->known,
      .masks = run->masks,
      .row_count = inputs->row_count,
      .as_of = inputs->as_of,
      .fault = &run->fault,
  };
  for (uint32_t i = 0; i < kernel->function_count; i++)
    kernel->functions[i](&frame);
}

void seg_kernel_run_deinit(struct seg_kernel_run *run) {
  for (uint32_t i = 0; i < run->kernel->value_slot_count; i++) {
    free(run->values[i]);
    free(run->known[i]);
  }
  for (uint32_t i = 0; i < run->kernel->mask_slot_count; i++)
    free(run->masks[i]);
  free(run->values);
  free(run->known);
  free(run->masks);
}

const void *seg_kernel_run_root_values(const struct seg_kernel_run *run, uint32_t root) {
  struct seg_value_place place = run->kernel->value_roots[root];
  return place.is_input ? run->inputs->values[place.slot] : run->values[place.slot];
}

static bool bit(const uint64_t *words, int64_t row) {
  return (words[row / 64] >> (row % 64) & 1) != 0;
}

bool seg_kernel_run_root_known(const struct seg_kernel_run *run, uint32_t root, int64_t row) {
  struct seg_value_place place = run->kernel->value_roots[root];
  if (!place.is_input)
    return bit(run->known[place.slot], row);
  return !run->block->input_optional[place.slot] || bit(run->inputs->known[place.slot], row);
}

bool seg_kernel_run_root_mask(const struct seg_kernel_run *run, uint32_t root, int64_t row) {
  return bit(run->masks[run->kernel->mask_roots[root]], row);
}
