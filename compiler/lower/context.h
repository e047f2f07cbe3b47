/**
 * What the files of the lowering share while one plan is built. Private to compiler/lower.
 */
#ifndef SEG_COMPILER_LOWER_CONTEXT_H
#define SEG_COMPILER_LOWER_CONTEXT_H

#include "compiler/diag/source_map.h"
#include "compiler/lower/block_builder.h"
#include "compiler/sema/program.h"
#include "runtime/plan/plan.h"

enum { SEG_NO_FILTER = UINT32_MAX, SEG_NO_SEQUENCE = UINT32_MAX };

/** A cell before its flag numbers are known. */
struct seg_cell_draft {
  struct seg_fold_cell cell;
  uint32_t filters[2]; // filter numbers or SEG_NO_FILTER: the rule's filter, "argument is known"
  uint32_t sequence;   // number among the event's sequences, or SEG_NO_SEQUENCE
  // For first and last values of conditions, `value_flag` and `known_flag` of the cell are filters.
  bool passes[2];  // by enum seg_fold_pass: who reads it
  uint32_t number; // in the plan; set when the fold is finished
};

/** The step of a column in a customer block, once it has one. */
struct seg_lowered_column {
  const struct seg_block_builder *builder; // of the block; NULL: none yet
  uint32_t step;
};

/** An entity's scan while it grows: inputs, carried columns and filters are added as rules need
 * them. */
struct seg_entity_draft {
  const struct seg_program_entity *entity;
  struct seg_block_builder scan;
  uint32_t keep; // mask step of the scan block: does the row exist
  SEG_VEC(struct seg_plan_input) inputs;
  SEG_VEC(uint32_t) carried; // steps of the scan block
  SEG_VEC(uint32_t) filters; // mask steps of the scan block
  SEG_VEC(struct seg_cell_draft) cells;
  SEG_VEC(struct seg_plan_sequence) sequences;
  bool is_followed;                   // some sequence looks for its rows
  struct seg_lowered_column *lowered; // the customer's, per column: what was last asked for
};

/** Input slots of the customer blocks are numbered in order of need and renumbered at the end. */
enum seg_slot_kind { SEG_SLOT_CARRIED, SEG_SLOT_CELL, SEG_SLOT_DERIVED };

struct seg_slot_draft {
  enum seg_slot_kind kind;
  uint32_t event; // cells
  uint32_t index; // carried column of the customer, cell of the event, or derived column
  enum seg_layout layout;
  bool optional;
};

struct seg_lowering {
  const struct seg_program *program;
  const struct seg_source_map *map;
  struct seg_plan *plan;
  struct seg_entity_draft customer;
  struct seg_entity_draft *events;
  struct seg_block_builder block; // the customer block
  struct seg_block_builder first; // the first block
  SEG_VEC(uint32_t) first_roots;  // steps of the first block
  SEG_VEC(struct seg_plan_rank) ranks;
  SEG_VEC(struct seg_slot_draft) slots;
  SEG_VEC(struct seg_plan_window) windows;
  SEG_VEC(struct seg_plan_derived) derived;
  bool failed; // out of memory
};

/** Where an expression is evaluated: the block that gets its steps and how its columns are found.
 */
enum seg_scope_kind {
  SEG_SCOPE_SCAN,     // rows of an entity's source
  SEG_SCOPE_CUSTOMER, // customers, after the folds
};

struct seg_scope {
  struct seg_lowering *lowering;
  enum seg_scope_kind kind;
  struct seg_entity_draft *draft; // SCAN: the entity; CUSTOMER: the customer
  struct seg_block_builder *builder;
};

enum seg_layout seg_lower_layout(const struct seg_type *type);

/** The rule's text behind a node, owned by the plan; one line. */
struct seg_str seg_lower_source(struct seg_lowering *lowering, struct seg_span span);

/**
 * The step of a value, never of a condition. A bool column gives its BIT input in a scan and its
 * code (I32: 0 or 1) in the customer block.
 */
uint32_t seg_lower_value(const struct seg_scope *scope, const struct seg_node *node);

/** Dates and rounding: lower_date.c. */
uint32_t seg_lower_days_since(const struct seg_scope *scope, const struct seg_node *node);
uint32_t seg_lower_days_between(const struct seg_scope *scope, const struct seg_node *node);
uint32_t seg_lower_add_days(const struct seg_scope *scope, const struct seg_node *node);
uint32_t seg_lower_date_function(const struct seg_scope *scope, const struct seg_node *node);
uint32_t seg_lower_round(const struct seg_scope *scope, const struct seg_node *node);

/** The mask step of a condition; a bool column holds when it is known and true. */
uint32_t seg_lower_condition(const struct seg_scope *scope, const struct seg_node *node);

/** The mask step "is known" of any value, a bool one too. */
uint32_t seg_lower_known(const struct seg_scope *scope, const struct seg_node *node);

/** The literals as constants of the plan, in order. */
const struct seg_plan_constant *seg_lower_list(struct seg_lowering *lowering,
                                               enum seg_layout layout,
                                               const struct seg_literal *literals, uint32_t count);

/** The customer-block steps of aggregates: lower_aggregate.c. */
uint32_t seg_lower_aggregate(const struct seg_scope *scope, const struct seg_node *node);

/** The input for a derived column, new or old: lower_derived.c. */
uint32_t seg_lower_derived(const struct seg_scope *scope, struct seg_plan_derived derived);

/** The customer-block step of a bucket: lower_derived.c. */
uint32_t seg_lower_bucket(const struct seg_scope *scope, const struct seg_node *node);

/** The same of being in a list: I32, 0 or 1. */
uint32_t seg_lower_listed(const struct seg_scope *scope, const struct seg_node *node);

/** The scan's input slot for a source column, new or old. */
uint32_t seg_lower_input(struct seg_lowering *lowering, struct seg_entity_draft *draft,
                         const struct seg_program_column *column);

/** Names, key and time of an entity, and the inputs of its draft, into the plan. */
void seg_lower_describe(struct seg_lowering *lowering, const struct seg_program_entity *source,
                        struct seg_plan_entity *entity);
void seg_lower_finish_inputs(struct seg_lowering *lowering, struct seg_entity_draft *draft,
                             struct seg_plan_entity *entity);
void seg_lower_lists(struct seg_lowering *lowering);

/** The step of column `index` of the scope's entity, a computed one expanded: lower_column.c. */
uint32_t seg_lower_column(const struct seg_scope *scope, uint32_t index);
bool seg_column_is_computed(const struct seg_scope *scope, uint32_t index);

/** Input of the scan block for the event's day (DAY) or instant (INSTANT). */
uint32_t seg_lower_time(struct seg_entity_draft *draft, enum seg_column_type type);

/** A step that can be carried: bits become codes 0 and 1, everything else stays itself. */
uint32_t seg_lower_carriable(struct seg_entity_draft *draft, uint32_t step);

/** The number of the filter with this mask of the scan, new or old; also that of its flag. */
uint32_t seg_lower_filter(struct seg_lowering *lowering, struct seg_entity_draft *draft,
                          uint32_t mask);

/** The number of the carried column with this scan step, new or old. */
uint32_t seg_lower_carry(struct seg_lowering *lowering, struct seg_entity_draft *draft,
                         uint32_t step);

/** The input of the scope's block (customer or first block) for a draft slot, new or old. */
uint32_t seg_lower_slot(const struct seg_scope *scope, struct seg_slot_draft slot);

/** The customer-block step of a rank: lower_rank.c. */
uint32_t seg_lower_rank(const struct seg_scope *scope, const struct seg_node *node);

#endif
