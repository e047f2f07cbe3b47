/**
 * What two versions of a project mean differently.
 *
 * Compared are typed programs, in their normal form: what only looks different (layout, comments,
 * the order of `and`, a metric under another name) is no difference. Where a rule differs, the
 * clauses that do are paired. A declaration that differs is listed with the segments through which
 * it acts; such a segment has changed, although its own text may be the same.
 */
#ifndef SEG_COMPILER_DIFF_PROJECT_DIFF_H
#define SEG_COMPILER_DIFF_PROJECT_DIFF_H

#include <stdio.h>

#include "compiler/sema/program.h"

/** One version: a project without errors. */
struct seg_diff_version {
  const struct seg_program *program;
  const struct seg_ast *ast;
  const struct seg_source_map *map;
};

struct seg_diff_texts {
  uint32_t count;
  struct seg_str *items;
};

/** A part as it is in one version; all empty where it is absent. */
struct seg_diff_side {
  struct seg_str text;    // as written, in one line
  struct seg_str meaning; // conditions: in English, metrics expanded
  struct seg_str place;   // "rules/vip.seg:12"
};

/** Something that was added, removed or changed: by which sides have a text. */
struct seg_diff_part {
  struct seg_str what; // "clause", "decision", "column amount"
  struct seg_diff_side before, after;
};

enum seg_diff_kind { SEG_DIFF_ADDED, SEG_DIFF_REMOVED, SEG_DIFF_CHANGED, SEG_DIFF_RENAMED };

/** A customer on whom two versions of a rule disagree. */
struct seg_diff_witness {
  bool leaves;           // else is new
  struct seg_str text;   // "leaves, as of 2026-06-01: purchase 2026-05-31 amount 5.00 EUR"
  struct seg_str object; // the customer as JSON
};

/** A declaration that differs. */
struct seg_diff_item {
  enum seg_diff_kind kind;
  struct seg_str name;     // the later one
  struct seg_str old_name; // RENAMED: the earlier one
  struct seg_str place_before, place_after;
  uint32_t part_count;
  struct seg_diff_part *parts;
  /* Segments: declarations behind the rule that differ. Other declarations: changed segments that
   * they act through. */
  struct seg_diff_texts through;
  struct seg_str sentence; // added and removed segments: the rule in English
  /* Segments whose rule means something else: where they are in each program, and how their rules
   * relate (diff_proofs.h). */
  bool means_other;
  int32_t segment_before, segment_after;
  struct seg_str relation; // equivalent, narrower, wider, different or unproved; empty: not asked
  struct seg_str verdict;  // the same in words, with what is not proved and why
  uint32_t witness_count;
  struct seg_diff_witness witnesses[2]; // a customer who leaves, and one who is new
};

struct seg_diff_list {
  uint32_t count;
  struct seg_diff_item *items;
};

struct seg_project_diff {
  struct seg_arena arena;
  struct seg_diff_list settings, entities, definitions, segments, chains, relations;
  uint32_t same_segments;  // neither meaning nor clauses differ
  int32_t *segment_before; // per later segment: the earlier one it continues, or -1
  int32_t *chain_before;   // per later chain
};

/** Deinit in any case. Fails only for want of memory. */
SEG_NODISCARD enum seg_status seg_project_diff_init(struct seg_project_diff *diff,
                                                    const struct seg_diff_version *before,
                                                    const struct seg_diff_version *after,
                                                    struct seg_error *error);
void seg_project_diff_deinit(struct seg_project_diff *diff);

bool seg_project_diff_is_empty(const struct seg_project_diff *diff);

#endif
