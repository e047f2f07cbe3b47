/**
 * Mask program: how the mask roots of a block are computed, batch by batch.
 *
 * Leaves first: comparisons with constants grouped by column, known bits, and what calls compute.
 * Then one AND after the other, each over any number of leaves and earlier ANDs, complemented or
 * not. Every leaf and every AND that is read more than once has a slot: the bits of one batch.
 * Leaves that only one AND reads may share one (mask_joins.h).
 *
 * Made with the code of a block; holds no data and does not refer to the plan, so that threads
 * share it. What runs it is struct seg_mask_runner.
 */
#ifndef SEG_RUNTIME_FILTER_MASK_PROGRAM_H
#define SEG_RUNTIME_FILTER_MASK_PROGRAM_H

#include "runtime/base/arena.h"
#include "runtime/filter/mask_graph.h"
#include "runtime/filter/mask_kernels.h"
#include "runtime/filter/text_search.h"
#include "runtime/plan/kernel.h"

/** A column that masks read. */
struct seg_mask_column {
  bool is_input;
  uint32_t slot; // of the inputs, or of the values
  enum seg_layout layout;
  enum seg_width width;
};

/** The integers of a long list, rising. */
struct seg_mask_table {
  uint32_t count;
  int64_t *items;
};

/** The conditions about one column of coded texts: leaves that follow each other. */
struct seg_mask_coded {
  uint32_t slot; // of the inputs
  enum seg_width width;
  uint32_t first, count;                  // their slots
  const struct seg_mask_program *program; // of the dictionary's entries: a root a leaf
};

/** Where the bits of a leaf go: where its complement goes, if it is flipped. */
struct seg_mask_target {
  uint32_t slot;
  enum seg_mask_join join; // with what leaves before it have put there
  bool flipped;
};

struct seg_mask_program {
  enum seg_vector_level level;
  uint32_t slot_count;
  uint32_t leaf_count; // comparisons of one column follow each other
  struct seg_mask_node *leaves;
  struct seg_mask_target *targets; // per leaf; slots rise, but for those that are joined
  uint32_t op_count;
  struct seg_mask_op *ops;
  uint32_t *operands; // slots
  uint32_t root_count;
  uint32_t *root_slots; // per mask root of the block
  /* A run that only counts some roots, and looks at others, does without the operations and slots
   * from these on, and tallies operations: those, and one for every other root, behind them. */
  uint32_t inner_op_count, inner_slot_count;
  uint32_t tally_count;
  uint32_t *root_tallies;          // per mask root; NULL: all are looked at
  struct seg_mask_column *columns; // per step; of steps that are read as columns
  struct seg_mask_table *tables;   // per step; of long lists of integers
  uint32_t search_count;           // together they fill the slots of all SEARCH leaves
  struct seg_text_search *searches;
  uint32_t coded_count; // together they fill the slots of all CODED leaves
  struct seg_mask_coded *coded;
};

/** `value_slots[s]` is the value slot of step s, where it has one. `looked_at[r]`: somebody reads
 * mask root r itself even when members are only counted; NULL: each. Everything comes from the
 * arena. SEG_OUT_OF_MEMORY. */
SEG_NODISCARD enum seg_status
seg_mask_program_build(struct seg_arena *arena, const struct seg_block *block,
                       const uint32_t *value_slots, enum seg_vector_level level,
                       const bool *looked_at, const struct seg_mask_program **out,
                       struct seg_error *error);

/** The integer of a row of a column whose integers have so many bytes. */
static inline int64_t seg_mask_integer(const void *values, size_t bytes, int64_t row) {
  switch (bytes) {
  case 1: return ((const int8_t *)values)[row];
  case 2: return ((const int16_t *)values)[row];
  case 4: return ((const int32_t *)values)[row];
  default: return ((const int64_t *)values)[row];
  }
}

/** The slots of a run. `only_counts`: nobody asks for the roots that are not looked at. */
static inline uint32_t seg_mask_program_slots(const struct seg_mask_program *program,
                                              bool only_counts) {
  return only_counts ? program->inner_slot_count : program->slot_count;
}

/** The rows of a batch whose slots stay in the second-level cache: a multiple of 512. */
int64_t seg_mask_program_batch(const struct seg_mask_program *program, bool only_counts);

#endif
