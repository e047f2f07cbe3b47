// Running compiled blocks in tests; see kernel_run.h.
#include "tests/support/kernel_run.h"

#include <stdio.h>
#include <stdlib.h>

#include "runtime/filter/block_halves.h"
#include "tests/support/guarded_memory.h"

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

enum { PATTERN = 0xA5 };

static size_t value_bytes(const struct seg_kernel_run *run, uint32_t slot) {
  size_t words = (size_t)(run->inputs->row_count + 63) / 64;
  return words * 64 * seg_layout_bytes(run->kernel->value_layouts[slot]);
}

static size_t word_bytes(const struct seg_kernel_run *run) {
  return (size_t)(run->inputs->row_count + 63) / 64 * sizeof(uint64_t);
}

static void *pointers(size_t count) {
  void *memory = calloc(count + 1, sizeof(void *));
  if (memory == NULL) {
    fputs("kernel_run: out of memory\n", stderr);
    abort();
  }
  return memory;
}

void seg_kernel_run_init(struct seg_kernel_run *run, const struct seg_block *block,
                         const struct seg_block_kernel *kernel,
                         const struct seg_kernel_inputs *inputs) {
  *run = (struct seg_kernel_run){.block = block, .kernel = kernel, .inputs = inputs};
  run->values = pointers(kernel->value_slot_count);
  run->known = pointers(kernel->value_slot_count);
  for (uint32_t i = 0; i < kernel->value_slot_count; i++) {
    run->values[i] = seg_guarded_memory(value_bytes(run, i), PATTERN);
    run->known[i] = seg_guarded_memory(word_bytes(run), PATTERN);
  }
  const struct seg_block_frame frame = {
      .input_values = inputs->values,
      .input_known = inputs->known,
      .values = run->values,
      .value_known = run->known,
      .row_count = inputs->row_count,
      .as_of = inputs->as_of,
      .as_of_instant = inputs->as_of_instant,
      .steps = block->steps,
      .texts = &run->texts,
      .fault = &run->fault,
      .dictionaries = inputs->dictionaries,
  };
  for (uint32_t i = 0; i < kernel->function_count; i++)
    kernel->functions[i](&frame);
  seg_block_halves_run(kernel, &frame);
  int64_t batch = (inputs->row_count / SEG_MASK_ROUND + 1) * SEG_MASK_ROUND;
  if (seg_mask_runner_init(&run->masks, kernel->masks, batch, false, NULL) != SEG_OK) {
    fputs("kernel_run: out of memory\n", stderr);
    abort();
  }
  seg_mask_runner_run(&run->masks, &frame);
}

void seg_kernel_run_deinit(struct seg_kernel_run *run) {
  for (uint32_t i = 0; i < run->kernel->value_slot_count; i++) {
    seg_guarded_memory_free(run->values[i], value_bytes(run, i));
    seg_guarded_memory_free(run->known[i], word_bytes(run));
  }
  seg_mask_runner_deinit(&run->masks);
  seg_text_room_deinit(&run->texts);
  free(run->values);
  free(run->known);
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
  return bit(seg_mask_runner_root(&run->masks, root), row);
}
