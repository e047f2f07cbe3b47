/**
 * Mask groups: the comparisons of a mask program by column, with the constants of a run.
 *
 * Integers are compared as narrow as the constants of their column allow: values are first clamped
 * to the range from just below the least constant to just above the greatest, which changes no
 * comparison, and that range mostly fits 8 or 16 bits. One instruction then compares 64 or 32 rows.
 * Where a column has many comparisons, they are made on slices of bits instead (mask_slices.h).
 */
#ifndef SEG_RUNTIME_FILTER_MASK_GROUPS_H
#define SEG_RUNTIME_FILTER_MASK_GROUPS_H

#include "runtime/filter/mask_program.h"
#include "runtime/filter/mask_ranks.h"
#include "runtime/filter/mask_sketches.h"
#include "runtime/filter/mask_slices.h"

/** A comparison against the constants of the run. */
struct seg_mask_test_now {
  bool is_decided; // holds for every row, or for none
  bool holds;
  enum seg_mask_test test;
  union seg_mask_constant constant; // what the kernel is given
  int64_t high;                     // of BETWEEN: the other one
};

/** The comparisons of one column, or of the signs of two: leaves first .. end - 1. */
struct seg_mask_group {
  uint32_t first, end;
  enum seg_mask_type type; // as it lies in memory
  enum seg_mask_type code; // as it is compared
  int64_t low, high;       // where it is made narrow: the range of values that matter
  bool is_sign;
  bool is_text;                         // compared by heads
  union seg_mask_ranking *ranking;      // when its ranks could be compared
  bool is_ranked;                       // they are, as `code`
  bool is_sketched;                     // the ranks come from the column's own codes
  const struct seg_code_bounds *bounds; // of the frame it was bound for; NULL: values are read
  bool is_sliced;                       // compared on slices of `code`
  bool shares_slots;                    // leaves of the program are joined
  bool is_joined;                       // on slices: for that, or for complements
  int64_t least, most;                  // the range that slices tell apart
  uint32_t singles;                     // of the comparisons: with one threshold
  struct seg_mask_digits digits;
  struct seg_mask_grading grading;
  uint32_t *order; // its leaves in the order in which they are joined
};

/** How a comparison is made, and where it goes. */
struct seg_mask_joined {
  struct seg_mask_run run;
  uint32_t slot, leaf;
};

struct seg_mask_groups {
  const struct seg_mask_program *program;
  const struct seg_mask_kernels *kernels;
  uint32_t compare_first, compare_end; // leaves of groups; they follow each other
  uint32_t count;
  struct seg_mask_group *items;
  union seg_mask_ranking *rankings; // of groups
  struct seg_mask_test_now *tests;  // per leaf
  uint16_t *places;                 // of thresholds in grades
  size_t slot_bytes;
  uint32_t *at;                   // per place of a leaf in its group's order: where it goes
  uint32_t *order;                // per such place: the leaf
  struct seg_mask_joined *joined; // room for the leaves of a group
  /* The day for which constants are bound. */
  bool is_bound;
  int32_t as_of;
  int64_t as_of_instant;
};

static const size_t seg_mask_type_bytes[SEG_MASK_TYPE_COUNT] = {1, 2, 4, 8, 8};

/** How the values of a column lie in memory. */
enum seg_mask_type seg_mask_type_of(const struct seg_mask_column *column);

/** Of the integers of a type. */
int64_t seg_mask_least_of(enum seg_mask_type type);

/** False when there is no memory; deinit in any case. The program must outlive the groups, whose
 * slots have so many bytes. */
SEG_NODISCARD bool seg_mask_groups_init(struct seg_mask_groups *groups,
                                        const struct seg_mask_program *program,
                                        const struct seg_mask_kernels *kernels, size_t slot_bytes);
void seg_mask_groups_deinit(struct seg_mask_groups *groups);

/** Bytes of the arrays. */
uint64_t seg_mask_groups_bytes(const struct seg_mask_program *program);

/** Must the groups be bound (anew) before a batch? */
bool seg_mask_groups_are_stale(const struct seg_mask_groups *groups,
                               const struct seg_block_frame *frame);

/** Take the constants and the as-of day of a run, and choose how each group is compared. */
void seg_mask_groups_bind(struct seg_mask_groups *groups, const struct seg_block_frame *frame);

#endif
