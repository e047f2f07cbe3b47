/**
 * What a block means, row by row, written as plainly as the comments of plan_ops.def: the yardstick
 * for generated code. Shares no code with the compiler.
 */
#ifndef SEG_TESTS_SUPPORT_BLOCK_ORACLE_H
#define SEG_TESTS_SUPPORT_BLOCK_ORACLE_H

#include "tests/support/kernel_run.h"

/** The result of one step for one row. Masks use `integer` as 0 or 1 and are always known. */
struct seg_oracle_value {
  bool known;
  bool fault; // this step itself overflows here
  int64_t integer;
  double number;
  struct seg_str text;
};

/** All steps of the block for one row into `out` (step_count values). */
void seg_block_oracle(const struct seg_block *block, const struct seg_kernel_inputs *inputs,
                      int64_t row, struct seg_oracle_value *out);

#endif
