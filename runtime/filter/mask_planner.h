/**
 * From a block's rules to mask programs: one of all its mask roots, or several of some of them.
 *
 * The graph is made once; a program then costs what its own roots need.
 */
#ifndef SEG_RUNTIME_FILTER_MASK_PLANNER_H
#define SEG_RUNTIME_FILTER_MASK_PLANNER_H

#include "runtime/base/status.h"
#include "runtime/filter/mask_program.h"

enum { SEG_MASK_COPIES = 4 }; // of an AND of two leaves, where that is all an operation needs

/** What the program that is being made knows of a node of the graph; zero between programs. */
struct seg_mask_planned {
  uint32_t uses;
  uint32_t root_uses;            // of these: by roots
  uint32_t complement_root_uses; // of these: of its complement
  uint32_t owner;                // the operation it belongs to; 0: it belongs to the OR of one
  uint32_t or_of;                // of operations: the AND whose complement is their OR; 0: none
  uint32_t slot;
  uint32_t stamps[2]; // of the node and of its complement: when it was gathered last
  seg_mask_literal readers[SEG_MASK_COPIES]; // the first of other nodes; complement: they read that
  bool stored;                               // has a slot
  bool complement;                           // somebody reads the complement
  bool looked_at;                            // a root that somebody reads
  bool is_complement_root;                   // that is all that is read of it
};

struct seg_mask_planner {
  struct seg_arena *arena;  // of the programs
  struct seg_arena scratch; // of everything else
  const struct seg_block *block;
  const uint32_t *value_slots;
  enum seg_vector_level level;
  struct seg_mask_column *columns; // per step, as in programs, which share them
  struct seg_mask_table *tables;
  struct seg_mask_graph graph;
  seg_mask_literal *literals; // per step
  uint32_t *leaves;           // nodes that are no ANDs, in the order of programs
  uint32_t *ranks;            // per node: its place among these
  uint32_t leaf_count;
  struct seg_mask_planned *nodes; // per node
  uint32_t *levels;               // per slot of the program that is being made
  uint32_t gathers;               // done so far
  uint64_t *used;                 // bits of nodes that it uses
  uint64_t *used_leaves;          // bits of their ranks
  /* The operands of one operation, and what is still to be looked at. */
  seg_mask_literal *gathered, *pending;
};

/** `value_slots[s]` is the value slot of step s, where it has one. Programs come from the arena;
 * whoever makes them has the planner, which may be deinitialised after a failure, for itself.
 * SEG_OUT_OF_MEMORY. */
SEG_NODISCARD enum seg_status
seg_mask_planner_init(struct seg_mask_planner *planner, struct seg_arena *arena,
                      const struct seg_block *block, const uint32_t *value_slots,
                      enum seg_vector_level level, struct seg_error *error);
void seg_mask_planner_deinit(struct seg_mask_planner *planner);

/** The program of some of the block's mask roots (steps). `looked_at` as in mask_program.h.
 * SEG_OUT_OF_MEMORY. */
SEG_NODISCARD enum seg_status seg_mask_planner_build(struct seg_mask_planner *planner,
                                                     const uint32_t *roots, uint32_t root_count,
                                                     const bool *looked_at,
                                                     const struct seg_mask_program **out,
                                                     struct seg_error *error);

#endif
