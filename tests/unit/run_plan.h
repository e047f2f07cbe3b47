/**
 * A plan and its machine code, written by hand, for the tests of the executor.
 */
#ifndef SEG_TESTS_UNIT_RUN_PLAN_H
#define SEG_TESTS_UNIT_RUN_PLAN_H

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/entity/key_table.h"
#include "runtime/filter/mask_program.h"
#include "runtime/fold/fold_scratch.h"
#include "runtime/run/run.h"

/*
 * The plan.
 *   customer: key id; age (may be missing), country; carried: age, country.
 *   event 0 purchase: day, amount, channel, item (may be missing); keep neither -999 nor REFUSED;
 * filter 0: channel = 1; carried: amount * 2 (overflow is a fault), item. event 1 visit: day; all
 * kept; nothing carried. cells of purchase: count over 30 days, sum(amount * 2) of channel 1 ever,
 * distinct(item) ever, last day ever; of visit: count over 30 days. segments: 0 count >= 2; 1 sum >
 * 100; 2 age > 30; 3 distinct >= 2; 4 country = "DE" and visits
 * >= 1; 5 last day < as-of - 10. chain 0: 1 > 0 > 2; chain 1: 4.
 */

enum { AS_OF = 1000, DROPPED = -999, SEGMENTS = 6, CELLS = 4, MAX_ITEMS = 20 };

#define REFUSED (INT64_MIN + 7) // twice of it is an overflow

static const char *const item_names[MAX_ITEMS] = {
    "a", "b", "c", "d", "e",  "f",  "g",  "h",  "i",  "j",
    "k", "l", "m", "n", "oo", "pp", "qq", "rr", "ss", "a longer item"};

/* Kernels. */

static inline uint64_t known_bit(const uint64_t *known, int64_t i) {
  return known == NULL ? 1 : (known[i / 64] >> (i % 64)) & 1;
}

static inline void clear_words(uint64_t *words, int64_t rows) {
  memset(words, 0, seg_bitmap_words(rows) * sizeof *words);
}

static inline void purchase_scan(const struct seg_block_frame *frame) {
  const int64_t *amounts = frame->input_values[1];
  int64_t *doubled = frame->values[0];
  memset(frame->value_known[0], 0xff, seg_bitmap_words(frame->row_count) * 8);
  seg_bitmap_clear_tail(frame->value_known[0], frame->row_count);
  for (int64_t i = 0; i < frame->row_count; i++) {
    if (__builtin_mul_overflow(amounts[i], 2, &doubled[i]))
      seg_kernel_fault_raise(frame->fault, SEG_FAULT_OVERFLOW, 2, i);
  }
}

static inline bool in_window(const struct seg_fold_frame *frame, uint32_t window, uint64_t event) {
  int32_t day = ((const int32_t *)frame->days)[event];
  return day >= frame->windows[window * 2] && day <= frame->windows[window * 2 + 1];
}

static inline void purchase_fold(const struct seg_fold_frame *frame) {
  const int64_t *amounts = frame->columns[0];
  const int32_t *days = frame->days;
  const uint64_t *flags = frame->flags[0];
  for (uint32_t cell = 0; cell < CELLS; cell++)
    clear_words(frame->known[cell], frame->customer_count);
  for (int64_t c = 0; c < frame->customer_count; c++) {
    int64_t count = 0, sum = 0;
    int32_t last = 0;
    bool any = false;
    for (uint64_t e = frame->offsets[c]; e < frame->offsets[c + 1]; e++) {
      count += in_window(frame, 0, e);
      if (!in_window(frame, 1, e))
        continue;
      if ((flags[e] & 1) != 0 && __builtin_add_overflow(sum, amounts[e], &sum))
        seg_kernel_fault_raise(frame->fault, SEG_FAULT_OVERFLOW, 1, c);
      last = !any || days[e] > last ? days[e] : last;
      any = true;
    }
    uint32_t item_known = 1;
    ((int64_t *)frame->values[0])[c] = count;
    ((int64_t *)frame->values[1])[c] = sum;
    ((int64_t *)frame->values[2])[c] = seg_kernel_distinct(
        frame, 2, 1, SEG_LAYOUT_TEXT, SEG_WIDTH_FULL, SEG_WIDTH_FULL, SEG_WIDTH_FULL, 1,
        &item_known, 1, frame->offsets[c], frame->offsets[c + 1], c);
    ((int32_t *)frame->values[3])[c] = last;
    for (uint32_t cell = 0; cell < 3; cell++)
      seg_bitmap_set(frame->known[cell], c);
    if (any)
      seg_bitmap_set(frame->known[3], c);
  }
}

static inline void visit_fold(const struct seg_fold_frame *frame) {
  clear_words(frame->known[0], frame->customer_count);
  for (int64_t c = 0; c < frame->customer_count; c++) {
    int64_t count = 0;
    for (uint64_t e = frame->offsets[c]; e < frame->offsets[c + 1]; e++)
      count += in_window(frame, 0, e);
    ((int64_t *)frame->values[0])[c] = count;
    seg_bitmap_set(frame->known[0], c);
  }
}

static inline void decide(const struct seg_block_frame *frame, bool has_source) {
  int32_t *ten_days_ago = frame->values[0];
  for (int64_t i = 0; i < frame->row_count; i++) {
    ten_days_ago[i] = frame->as_of - 10;
    if (has_source && ((const int64_t *)frame->input_values[0])[i] == INT64_MAX)
      seg_kernel_fault_raise(frame->fault, SEG_FAULT_OVERFLOW, 0, i);
  }
}

static inline void decide_with_source(const struct seg_block_frame *frame) {
  decide(frame, true);
}

static inline void decide_without_source(const struct seg_block_frame *frame) {
  decide(frame, false);
}

enum { MAX_STEPS = 24 };

/** The steps of a block under construction. */
struct steps {
  struct seg_step *items;
  uint32_t count;
};

static inline uint32_t add_step(struct steps *steps, struct seg_step step) {
  assert_true(steps->count < MAX_STEPS);
  steps->items[steps->count] = step;
  return steps->count++;
}

static inline uint32_t add_constant(struct steps *steps, enum seg_layout layout, int64_t value) {
  return add_step(
      steps, (struct seg_step){.op = SEG_OP_CONSTANT, .layout = layout, .constant.integer = value});
}

static inline uint32_t add_mask(struct steps *steps, enum seg_op op,
                                enum seg_plan_comparison comparison, uint32_t a, uint32_t b) {
  return add_step(steps, (struct seg_step){.op = op, .comparison = comparison, .operands = {a, b}});
}

/** The plan and its kernels, for a test with one purchase and one visit source. */
struct fixture {
  struct seg_plan plan;
  struct seg_kernels kernels;
  struct seg_plan_input customer_inputs[2], purchase_inputs[4], visit_inputs[1];
  enum seg_layout customer_layouts[2], purchase_layouts[4], visit_layouts[1], carried[2][2];
  bool customer_optional[2], purchase_optional[4], visit_optional[1];
  struct seg_step customer_steps[MAX_STEPS], purchase_steps[MAX_STEPS], visit_steps[MAX_STEPS];
  struct seg_step rule_steps[MAX_STEPS];
  uint32_t customer_roots[2], customer_mask_roots[1], purchase_roots[2], purchase_mask_roots[2];
  uint32_t visit_mask_roots[1], rule_mask_roots[SEGMENTS];
  uint32_t customer_flags[2], purchase_flags[2], unique[2];
  struct seg_plan_entity events[2];
  struct seg_fold folds[2];
  struct seg_fold_cell purchase_cells[CELLS], visit_cells[1];
  struct seg_plan_window windows[2];
  struct seg_str segments[SEGMENTS];
  struct seg_plan_chain chains[2];
  uint32_t members[2][3];
  enum seg_layout rule_layouts[7];
  bool rule_optional[7];
  struct seg_block_kernel event_kernels[2];
  seg_fold_function fold_functions[2];
  seg_block_function functions[4];
  enum seg_layout doubled_layout[1];
  struct seg_value_place customer_places[2], purchase_places[2];
  enum seg_layout days_layout[1];
};

static inline void make_customer(struct fixture *f) {
  f->customer_inputs[0] = (struct seg_plan_input){
      .type = SEG_COLUMN_INT, .name = seg_str_view("age"), .optional = true};
  f->customer_inputs[1] =
      (struct seg_plan_input){.type = SEG_COLUMN_TEXT, .name = seg_str_view("country")};
  f->customer_layouts[0] = SEG_LAYOUT_I64;
  f->customer_layouts[1] = SEG_LAYOUT_TEXT;
  f->customer_optional[0] = true;
  f->customer_steps[0] =
      (struct seg_step){.op = SEG_OP_INPUT, .layout = SEG_LAYOUT_I64, .optional = true};
  f->customer_steps[1] =
      (struct seg_step){.op = SEG_OP_INPUT, .layout = SEG_LAYOUT_TEXT, .slot = 1};
  f->customer_steps[2] = (struct seg_step){.op = SEG_OP_ALL};
  f->customer_roots[1] = 1;
  f->customer_mask_roots[0] = 2;
  f->customer_flags[0] = f->customer_flags[1] = UINT32_MAX;
  f->plan.customer = (struct seg_plan_entity){
      .name = seg_str_view("customer"),
      .key = seg_str_view("id"),
      .input_count = 2,
      .inputs = f->customer_inputs,
      .scan = {.input_count = 2,
               .input_layouts = f->customer_layouts,
               .input_optional = f->customer_optional,
               .step_count = 3,
               .steps = f->customer_steps,
               .value_root_count = 2,
               .value_roots = f->customer_roots,
               .mask_root_count = 1,
               .mask_roots = f->customer_mask_roots},
      .carried_count = 2,
      .carried_flag = f->customer_flags,
      .carried_layout = f->customer_layouts,
  };
  f->customer_places[0] = (struct seg_value_place){.is_input = true, .slot = 0};
  f->customer_places[1] = (struct seg_value_place){.is_input = true, .slot = 1};
  f->kernels.customer_scan = (struct seg_block_kernel){.value_roots = f->customer_places};
}

static inline void make_purchase(struct fixture *f) {
  static const enum seg_layout layouts[4] = {SEG_LAYOUT_I32, SEG_LAYOUT_I64, SEG_LAYOUT_I32,
                                             SEG_LAYOUT_TEXT};
  static const enum seg_column_type types[4] = {SEG_COLUMN_DAY, SEG_COLUMN_INT, SEG_COLUMN_ENUM,
                                                SEG_COLUMN_TEXT};
  static const char *const names[4] = {"at", "amount", "channel", "item"};
  for (uint32_t i = 0; i < 4; i++) {
    f->purchase_layouts[i] = layouts[i];
    f->purchase_inputs[i] =
        (struct seg_plan_input){.type = types[i], .name = seg_str_view(names[i])};
    f->purchase_steps[i] = (struct seg_step){.layout = layouts[i], .slot = i};
  }
  f->purchase_optional[3] = f->purchase_inputs[3].optional = true;
  f->purchase_steps[3].optional = true;
  f->purchase_steps[2] = (struct seg_step){.op = SEG_OP_ADD,
                                           .layout = SEG_LAYOUT_I64,
                                           .operands = {1, 1},
                                           .source = seg_str_view("amount + amount")};
  f->purchase_roots[0] = 2;
  f->purchase_roots[1] = 3;
  struct steps steps = {f->purchase_steps, 4};
  uint32_t channel = add_step(&steps, (struct seg_step){.layout = SEG_LAYOUT_I32, .slot = 2});
  uint32_t dropped = add_constant(&steps, SEG_LAYOUT_I64, DROPPED);
  uint32_t one = add_constant(&steps, SEG_LAYOUT_I32, 1);
  uint32_t refused = add_constant(&steps, SEG_LAYOUT_I64, REFUSED);
  uint32_t kept = add_mask(&steps, SEG_OP_COMPARE, SEG_IS_NOT_EQUAL, 1, dropped);
  uint32_t taken = add_mask(&steps, SEG_OP_COMPARE, SEG_IS_NOT_EQUAL, 1, refused);
  f->purchase_mask_roots[0] = add_mask(&steps, SEG_OP_AND, SEG_IS_EQUAL, kept, taken);
  f->purchase_mask_roots[1] = add_mask(&steps, SEG_OP_COMPARE, SEG_IS_EQUAL, channel, one);
  f->carried[0][0] = SEG_LAYOUT_I64;
  f->carried[0][1] = SEG_LAYOUT_TEXT;
  f->purchase_flags[0] = UINT32_MAX;
  f->purchase_flags[1] = 1;
  f->unique[0] = 0;
  f->unique[1] = 1;
  f->events[0] = (struct seg_plan_entity){
      .name = seg_str_view("purchase"),
      .key = seg_str_view("id"),
      .time = seg_str_view("at"),
      .input_count = 4,
      .inputs = f->purchase_inputs,
      .scan = {.input_count = 4,
               .input_layouts = f->purchase_layouts,
               .input_optional = f->purchase_optional,
               .step_count = steps.count,
               .steps = f->purchase_steps,
               .value_root_count = 2,
               .value_roots = f->purchase_roots,
               .mask_root_count = 2,
               .mask_roots = f->purchase_mask_roots},
      .carried_count = 2,
      .carried_flag = f->purchase_flags,
      .carried_layout = f->carried[0],
      .filter_count = 1,
      .flag_count = 2,
      .unique = f->unique,
  };
  f->purchase_places[1] = (struct seg_value_place){.is_input = true, .slot = 3};
  f->functions[1] = purchase_scan;
  f->event_kernels[0] = (struct seg_block_kernel){.function_count = 1,
                                                  .functions = &f->functions[1],
                                                  .value_slot_count = 1,
                                                  .value_layouts = f->doubled_layout,
                                                  .value_roots = f->purchase_places};
  f->doubled_layout[0] = SEG_LAYOUT_I64;
  f->purchase_cells[0] = (struct seg_fold_cell){.kind = SEG_FOLD_COUNT, .layout = SEG_LAYOUT_I64};
  f->purchase_cells[1] = (struct seg_fold_cell){.kind = SEG_FOLD_SUM,
                                                .layout = SEG_LAYOUT_I64,
                                                .window = 1,
                                                .source = seg_str_view("sum(purchase.twice)")};
  f->purchase_cells[2] =
      (struct seg_fold_cell){.kind = SEG_FOLD_DISTINCT, .layout = SEG_LAYOUT_I64, .window = 1};
  f->purchase_cells[3] =
      (struct seg_fold_cell){.kind = SEG_FOLD_LAST_DAY, .layout = SEG_LAYOUT_I32, .window = 1};
  f->folds[0] = (struct seg_fold){.cell_count = CELLS, .cells = f->purchase_cells};
}

static inline void make_visit(struct fixture *f) {
  f->visit_inputs[0] = (struct seg_plan_input){.type = SEG_COLUMN_DAY, .name = seg_str_view("day")};
  f->visit_layouts[0] = SEG_LAYOUT_I32;
  f->visit_steps[0] = (struct seg_step){.op = SEG_OP_INPUT, .layout = SEG_LAYOUT_I32};
  f->visit_steps[1] = (struct seg_step){.op = SEG_OP_ALL};
  f->visit_mask_roots[0] = 1;
  f->events[1] = (struct seg_plan_entity){
      .name = seg_str_view("visit"),
      .key = seg_str_view("who"),
      .time = seg_str_view("day"),
      .input_count = 1,
      .inputs = f->visit_inputs,
      .scan = {.input_count = 1,
               .input_layouts = f->visit_layouts,
               .input_optional = f->visit_optional,
               .step_count = 2,
               .steps = f->visit_steps,
               .mask_root_count = 1,
               .mask_roots = f->visit_mask_roots},
  };
  f->visit_cells[0] = (struct seg_fold_cell){.kind = SEG_FOLD_COUNT, .layout = SEG_LAYOUT_I64};
  f->folds[1] = (struct seg_fold){.cell_count = 1, .cells = f->visit_cells};
}

/** The masks of the segments, and what they read. */
static inline uint32_t make_rule_steps(struct fixture *f, uint32_t skip) {
  struct steps steps = {f->rule_steps, 0};
  uint32_t inputs[7];
  for (uint32_t i = skip; i < 7; i++)
    inputs[i] = add_step(&steps, (struct seg_step){.op = SEG_OP_INPUT,
                                                   .layout = f->rule_layouts[i],
                                                   .optional = f->rule_optional[i],
                                                   .slot = i - skip});
  uint32_t one = add_constant(&steps, SEG_LAYOUT_I64, 1);
  uint32_t two = add_constant(&steps, SEG_LAYOUT_I64, 2);
  uint32_t thirty = add_constant(&steps, SEG_LAYOUT_I64, 30);
  uint32_t hundred = add_constant(&steps, SEG_LAYOUT_I64, 100);
  uint32_t ago = add_step(&steps, (struct seg_step){.op = SEG_OP_SUBTRACT, // value slot 0
                                                    .layout = SEG_LAYOUT_I32});
  uint32_t none = add_step(&steps, (struct seg_step){.op = SEG_OP_NONE});
  uint32_t *roots = f->rule_mask_roots;
  roots[0] = add_mask(&steps, SEG_OP_COMPARE, SEG_IS_GREATER_EQUAL, inputs[2], two);
  roots[1] = add_mask(&steps, SEG_OP_COMPARE, SEG_IS_GREATER, inputs[3], hundred);
  roots[2] = roots[4] = none;
  roots[3] = add_mask(&steps, SEG_OP_COMPARE, SEG_IS_GREATER_EQUAL, inputs[4], two);
  roots[5] = add_mask(&steps, SEG_OP_COMPARE, SEG_IS_LESS, inputs[5], ago);
  if (skip == 0) {
    uint32_t country = add_step(&steps, (struct seg_step){.op = SEG_OP_CONSTANT,
                                                          .layout = SEG_LAYOUT_TEXT,
                                                          .constant.text = seg_str_view("DE")});
    roots[2] = add_mask(&steps, SEG_OP_COMPARE, SEG_IS_GREATER, inputs[0], thirty);
    uint32_t german = add_mask(&steps, SEG_OP_COMPARE, SEG_IS_EQUAL, inputs[1], country);
    uint32_t visits = add_mask(&steps, SEG_OP_COMPARE, SEG_IS_GREATER_EQUAL, inputs[6], one);
    roots[4] = add_mask(&steps, SEG_OP_AND, SEG_IS_EQUAL, german, visits);
  }
  f->rule_steps[0].source = seg_str_view("age + 1 > 30");
  return steps.count;
}

static inline void make_rules(struct fixture *f, bool from_event) {
  static const enum seg_layout layouts[7] = {SEG_LAYOUT_I64, SEG_LAYOUT_TEXT, SEG_LAYOUT_I64,
                                             SEG_LAYOUT_I64, SEG_LAYOUT_I64,  SEG_LAYOUT_I32,
                                             SEG_LAYOUT_I64};
  uint32_t skip = from_event ? 2 : 0;
  memcpy(f->rule_layouts, layouts, sizeof layouts);
  f->rule_optional[0] = f->rule_optional[5] = true;
  for (uint32_t s = 0; s < SEGMENTS; s++)
    f->segments[s] = seg_str_view("s");
  f->plan.customer_block = (struct seg_block){.input_count = 7 - skip,
                                              .input_layouts = f->rule_layouts + skip,
                                              .input_optional = f->rule_optional + skip,
                                              .step_count = make_rule_steps(f, skip),
                                              .steps = f->rule_steps,
                                              .mask_root_count = SEGMENTS,
                                              .mask_roots = f->rule_mask_roots};
  f->functions[3] = from_event ? decide_without_source : decide_with_source;
  f->days_layout[0] = SEG_LAYOUT_I32;
  f->kernels.customer_block = (struct seg_block_kernel){.function_count = 1,
                                                        .functions = &f->functions[3],
                                                        .value_slot_count = 1,
                                                        .value_layouts = f->days_layout};
  static const uint32_t first[3] = {1, 0, 2};
  memcpy(f->members[0], first, sizeof first);
  f->members[1][0] = 4;
  f->chains[0] = (struct seg_plan_chain){.member_count = 3, .members = f->members[0]};
  f->chains[1] = (struct seg_plan_chain){.member_count = 1, .members = f->members[1]};
}

/** What is computed has value slot 0. */
static inline void make_masks(struct fixture *f, const struct seg_block *block,
                              const bool *looked_at, struct seg_block_kernel *kernel) {
  static const uint32_t slots[MAX_STEPS];
  kernel->level = SEG_VECTOR_AVX512;
  assert_int_equal(seg_mask_program_build(&f->plan.arena, block, slots, kernel->level, looked_at,
                                          &kernel->masks, NULL),
                   SEG_OK);
}

static inline void fixture_init(struct fixture *f, bool from_event) {
  memset(f, 0, sizeof *f);
  make_customer(f);
  make_purchase(f);
  make_visit(f);
  make_rules(f, from_event);
  f->windows[0] = (struct seg_plan_window){.form = SEG_WINDOW_AGES, .near_age = 1, .far_age = 30};
  f->windows[1] = (struct seg_plan_window){.form = SEG_WINDOW_ALL};
  f->plan.customer_from_event = from_event ? 0 : -1;
  if (from_event)
    f->plan.customer = (struct seg_plan_entity){.name = seg_str_view("customer")};
  f->plan.event_count = 2;
  f->plan.events = f->events;
  f->plan.folds = f->folds;
  f->plan.window_count = 2;
  f->plan.windows = f->windows;
  f->plan.segment_count = SEGMENTS;
  f->plan.segments = f->segments;
  f->plan.chain_count = 2;
  f->plan.chains = f->chains;
  f->fold_functions[0] = purchase_fold;
  f->fold_functions[1] = visit_fold;
  f->kernels.event_scans = f->event_kernels;
  f->kernels.folds = f->fold_functions;
  static const bool in_chains[SEGMENTS] = {true, true, true, false, true, false};
  make_masks(f, &f->plan.customer.scan, NULL, &f->kernels.customer_scan);
  make_masks(f, &f->events[0].scan, NULL, &f->event_kernels[0]);
  make_masks(f, &f->events[1].scan, NULL, &f->event_kernels[1]);
  make_masks(f, &f->plan.customer_block, in_chains, &f->kernels.customer_block);
  make_masks(f, &f->plan.first_block, NULL, &f->kernels.first_block);
}

static inline void fixture_deinit(struct fixture *f) {
  seg_arena_deinit(&f->plan.arena);
}

#endif
