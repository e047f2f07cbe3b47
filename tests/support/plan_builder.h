/**
 * Plans built by hand, for tests of whoever reads plans.
 *
 * A block builder collects inputs, steps and roots; equal steps are one step, and `optional` is
 * worked out from the operands. Everything lives in the arena that it is given. Out of memory ends
 * the test program.
 */
#ifndef SEG_TESTS_SUPPORT_PLAN_BUILDER_H
#define SEG_TESTS_SUPPORT_PLAN_BUILDER_H

#include "runtime/base/arena.h"
#include "runtime/plan/plan.h"

struct seg_test_block {
  struct seg_arena *arena;
  struct seg_block block; // arrays have room for the capacities
  uint32_t input_capacity, step_capacity, value_root_capacity, mask_root_capacity;
  enum seg_layout *input_layouts;
  bool *input_optional;
  const enum seg_width *input_widths; // NULL: all FULL; set by the test when all inputs are there
};

void seg_test_block_init(struct seg_test_block *builder, struct seg_arena *arena);

/** Each returns the number of the step. */
uint32_t seg_test_block_input(struct seg_test_block *builder, enum seg_layout layout,
                              bool optional);
uint32_t seg_test_block_integer(struct seg_test_block *builder, enum seg_layout layout,
                                int64_t value); // I32, I64
uint32_t seg_test_block_number(struct seg_test_block *builder, double value);
uint32_t seg_test_block_text(struct seg_test_block *builder, const char *text);
/** An operation whose only members are its operands (unused ones are ignored). */
uint32_t seg_test_block_operation(struct seg_test_block *builder, enum seg_op op,
                                  enum seg_layout layout, uint32_t a, uint32_t b);
uint32_t seg_test_block_compare(struct seg_test_block *builder, enum seg_plan_comparison comparison,
                                uint32_t a, uint32_t b);
/** IN_LIST, BAND, FRACTION_BAND, TEXT_TEST, ...: any step, with `list` copied. */
uint32_t seg_test_block_step(struct seg_test_block *builder, struct seg_step step);

void seg_test_block_value_root(struct seg_test_block *builder, uint32_t step);
void seg_test_block_mask_root(struct seg_test_block *builder, uint32_t step);

/** The finished block; the builder may go on afterwards. */
struct seg_block seg_test_block_finish(const struct seg_test_block *builder);

/**
 * A valid plan with nothing in it: a customer with a source, no columns, `event_count` events that
 * keep every row and carry nothing, no windows, segments or chains. Released with seg_plan_deinit.
 */
void seg_plan_builder_init(struct seg_plan *plan, uint32_t event_count);

/**
 * Give an entity a scan: inputs c0, c1, ... of a type that fits each slot, carried columns = value
 * roots, filters = mask roots but the first, flags as plan.h numbers them.
 */
void seg_plan_builder_scan(struct seg_plan *plan, struct seg_plan_entity *entity,
                           const struct seg_test_block *scan);

/** Windows and the cells of an event (copied). */
void seg_plan_builder_windows(struct seg_plan *plan, const struct seg_plan_window *windows,
                              uint32_t count);
void seg_plan_builder_cells(struct seg_plan *plan, uint32_t event,
                            const struct seg_fold_cell *cells, uint32_t count);

/**
 * A builder for the customer block, its inputs in place for what the plan carries and folds by now;
 * input slot i is step i. Hand it back to seg_plan_builder_segments: its mask roots become segments
 * s0, s1, ...
 */
void seg_plan_builder_customer_block(struct seg_plan *plan, struct seg_test_block *builder);
void seg_plan_builder_segments(struct seg_plan *plan, const struct seg_test_block *builder);

#endif
