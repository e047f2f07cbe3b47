/**
 * Running the compiled functions of one block over given columns, in buffers that are filled with a
 * pattern before and have a guard page behind: what a kernel leaves unwritten shows, and what it
 * writes behind the end stops the program.
 */
#ifndef SEG_TESTS_SUPPORT_KERNEL_RUN_H
#define SEG_TESTS_SUPPORT_KERNEL_RUN_H

#include "runtime/filter/mask_runner.h"
#include "runtime/filter/text_room.h"
#include "runtime/plan/kernel.h"

/** The inputs of a run. Every array has room for the rows rounded up to 64. */
struct seg_kernel_inputs {
  int64_t row_count;
  int32_t as_of;
  int64_t as_of_instant;
  const void *const *values;                             // per input slot
  const uint64_t *const *known;                          // per input slot
  const struct seg_text_dictionary *const *dictionaries; // per input slot: of texts with a width
};

struct seg_kernel_run {
  const struct seg_block *block;
  const struct seg_block_kernel *kernel;
  const struct seg_kernel_inputs *inputs;
  void **values; // per value slot
  uint64_t **known;
  struct seg_mask_runner masks;
  struct seg_text_room texts;
  struct seg_kernel_fault fault;
};

/** Bytes of one value in memory; BIT has none. */
size_t seg_layout_bytes(enum seg_layout layout);

/** Allocate and run; ends the program when memory is out. */
void seg_kernel_run_init(struct seg_kernel_run *run, const struct seg_block *block,
                         const struct seg_block_kernel *kernel,
                         const struct seg_kernel_inputs *inputs);
void seg_kernel_run_deinit(struct seg_kernel_run *run);

const void *seg_kernel_run_root_values(const struct seg_kernel_run *run, uint32_t root);
bool seg_kernel_run_root_known(const struct seg_kernel_run *run, uint32_t root, int64_t row);
bool seg_kernel_run_root_mask(const struct seg_kernel_run *run, uint32_t root, int64_t row);

#endif
