/**
 * Who is where under two versions of a project: two runs over the same data, joined by key.
 *
 * A customer that exists in one version only (the `where` of the customer differs, say) counts as a
 * member of nothing in the other.
 */
#ifndef SEG_COMPILER_DIFF_MEMBERSHIP_DIFF_H
#define SEG_COMPILER_DIFF_MEMBERSHIP_DIFF_H

#include "compiler/diff/project_diff.h"
#include "runtime/io/sink.h"
#include "runtime/run/run.h"

/** A segment of either version; index -1 where it does not exist. */
struct seg_membership_segment {
  struct seg_str name;
  int32_t before, after;
  uint64_t members_before, members_after;
  uint64_t entered, left;
};

struct seg_membership_move {
  struct seg_str from, to; // segments, or what stands for no segment
  uint64_t customers;
};

struct seg_membership_chain {
  struct seg_str name;
  int32_t before, after;
  uint32_t move_count;
  struct seg_membership_move *moves; // from != to; in the order of the earlier chain
};

/** One customer under both versions: numbers in the runs, SEG_NO_NUMBER where there is none. */
struct seg_membership_customer {
  uint32_t before, after;
};

struct seg_membership_diff {
  struct seg_arena arena;
  uint64_t customers_before, customers_after; // of the runs
  uint64_t appeared, disappeared;             // customers of one version only
  uint64_t moved;                             // that enter or leave a segment, or change in a chain
  uint32_t segment_count;
  struct seg_membership_segment *segments; // the later ones in order, then those that are gone
  uint32_t chain_count;
  struct seg_membership_chain *chains; // the later ones in order
  uint64_t row_count;
  struct seg_membership_customer *rows; // the moved customers: later numbers first
};

/** One side: the project and what its run gave, with memberships of every customer. */
struct seg_membership_side {
  const struct seg_program *program;
  const struct seg_run_result *result;
};

/** Deinit in any case. Fails only for want of memory. */
SEG_NODISCARD enum seg_status seg_membership_diff_init(struct seg_membership_diff *diff,
                                                       const struct seg_project_diff *project,
                                                       const struct seg_membership_side *before,
                                                       const struct seg_membership_side *after,
                                                       struct seg_error *error);
void seg_membership_diff_deinit(struct seg_membership_diff *diff);

/**
 * The moved customers as a result that the sink can write: the key, then NAME_before and NAME_after
 * of every segment and chain. Lives in the arena of the difference; borrows from the runs.
 */
SEG_NODISCARD enum seg_status seg_membership_diff_view(struct seg_membership_diff *diff,
                                                       const struct seg_membership_side *before,
                                                       const struct seg_membership_side *after,
                                                       struct seg_result_view *view,
                                                       struct seg_error *error);

#endif
