/**
 * Two programs over the same data: a rule of one brought into the other, and rows of one as rows of
 * the other. Private to this room.
 */
#ifndef SEG_COMPILER_DIFF_SAME_DATA_H
#define SEG_COMPILER_DIFF_SAME_DATA_H

#include "compiler/reference/dataset.h"
#include "compiler/sema/program.h"

struct seg_same_data {
  const struct seg_program *from, *to;
  struct seg_arena *arena;
  const char *refused; // why a rule cannot be brought over, in words behind "because"
  bool out_of_memory;
};

/** The rule over `to`, or NULL: then `refused` says why, unless memory is out. Rules of other
 * segments that it asks for are part of it. */
struct seg_node *seg_same_data_rule(struct seg_same_data *same, const struct seg_node *rule);

/** Rows of `to` as rows of `from`: columns by their names, those of another type and unknown ones
 * missing or empty. Texts and values are borrowed or live in the arena. `dataset` belongs to the
 * caller. False when memory is out. */
SEG_NODISCARD bool seg_same_data_rows(struct seg_same_data *same, const struct seg_dataset *rows,
                                      struct seg_dataset *dataset);

#endif
