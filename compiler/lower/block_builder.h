/**
 * Builds the steps of one block, hash-consed: asking twice for the same step gives the same number.
 *
 * Memory failures are sticky: the builder then hands out step 0 and `failed` is set; callers check
 * once at the end.
 */
#ifndef SEG_COMPILER_LOWER_BLOCK_BUILDER_H
#define SEG_COMPILER_LOWER_BLOCK_BUILDER_H

#include "runtime/base/vec.h"
#include "runtime/plan/plan.h"

struct seg_block_place {
  uint32_t hash;
  uint32_t number; // of the step, + 1; 0 = free
};

struct seg_block_builder {
  struct seg_arena *arena; // the plan's
  SEG_VEC(struct seg_step) steps;
  struct seg_block_place *table; // open addressing
  uint32_t table_size;
  bool failed;
};

void seg_block_builder_init(struct seg_block_builder *builder, struct seg_arena *arena);
void seg_block_builder_deinit(struct seg_block_builder *builder);

/** The number of this step, new or old. `source` does not take part in the comparison. */
uint32_t seg_build_step(struct seg_block_builder *builder, struct seg_step step);

uint32_t seg_build_input(struct seg_block_builder *builder, uint32_t slot, enum seg_layout layout,
                         bool optional);
uint32_t seg_build_integer(struct seg_block_builder *builder, enum seg_layout layout,
                           int64_t value);

/** Masks. What changes nothing is left out: `x and all`, `x or none`, `x and x`, `not not x`. */
uint32_t seg_build_truth(struct seg_block_builder *builder, bool truth);
uint32_t seg_build_not(struct seg_block_builder *builder, uint32_t mask);
uint32_t seg_build_and(struct seg_block_builder *builder, uint32_t left, uint32_t right);
uint32_t seg_build_or(struct seg_block_builder *builder, uint32_t left, uint32_t right);
uint32_t seg_build_unary(struct seg_block_builder *builder, enum seg_op op, uint32_t operand);

#endif
