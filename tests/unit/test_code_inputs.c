// compiler/codegen: code of an earlier compile is found by what the emitters read of a plan. A plan
// is changed in one place at a time: whatever changes the emitted code must change the words, and
// what only masks, messages and the runtime read must not.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compiler/codegen/code_inputs.h"
#include "compiler/codegen/codegen.h"
#include "tests/support/plan_builder.h"

static void add_scans(struct seg_plan *plan) {
  struct seg_test_block scan;
  seg_test_block_init(&scan, &plan->arena);
  uint32_t all = seg_test_block_operation(&scan, SEG_OP_ALL, SEG_LAYOUT_BIT, 0, 0);
  static const enum seg_layout customer[] = {SEG_LAYOUT_I64, SEG_LAYOUT_I64, SEG_LAYOUT_F64,
                                             SEG_LAYOUT_I32, SEG_LAYOUT_TEXT};
  for (size_t i = 0; i < sizeof customer / sizeof *customer; i++)
    seg_test_block_value_root(&scan, seg_test_block_input(&scan, customer[i], i == 1 || i == 4));
  seg_test_block_mask_root(&scan, all);
  seg_plan_builder_scan(plan, &plan->customer, &scan);
  seg_test_block_init(&scan, &plan->arena);
  static const enum seg_layout event[] = {SEG_LAYOUT_I64, SEG_LAYOUT_I64, SEG_LAYOUT_I64,
                                          SEG_LAYOUT_F64};
  for (size_t i = 0; i < sizeof event / sizeof *event; i++)
    seg_test_block_value_root(&scan, seg_test_block_input(&scan, event[i], false));
  uint32_t first = seg_test_block_integer(&scan, SEG_LAYOUT_I64, 5);
  seg_test_block_mask_root(&scan,
                           seg_test_block_operation(&scan, SEG_OP_ALL, SEG_LAYOUT_BIT, 0, 0));
  seg_test_block_mask_root(&scan, seg_test_block_compare(&scan, SEG_IS_LESS, 0, first));
  seg_test_block_mask_root(&scan, seg_test_block_compare(&scan, SEG_IS_GREATER, 0, first));
  for (uint32_t e = 0; e < plan->event_count; e++)
    seg_plan_builder_scan(plan, &plan->events[e], &scan);
}

static const struct seg_fold_cell cells[] = {
    {.kind = SEG_FOLD_COUNT, .layout = SEG_LAYOUT_I64, .column = SEG_NO_COLUMN},
    {.kind = SEG_FOLD_SUM, .layout = SEG_LAYOUT_I64, .window = 1, .flag_count = 1},
    {.kind = SEG_FOLD_MIN, .layout = SEG_LAYOUT_I64, .column = 1, .flag_count = 1, .flags = {1}},
    {.kind = SEG_FOLD_LAST_VALUE, .layout = SEG_LAYOUT_I64, .order = 2, .known_flag = SEG_NO_FLAG},
    {.kind = SEG_FOLD_LAST_VALUE,
     .layout = SEG_LAYOUT_I32,
     .column = SEG_NO_COLUMN,
     .order = 2,
     .known_flag = 1},
    {.kind = SEG_FOLD_SUM, .layout = SEG_LAYOUT_F64, .column = 3},
};
enum { CELLS = sizeof cells / sizeof *cells };

// A comparison of each value with a limit.
static void limit(struct seg_test_block *block, uint32_t value) {
  uint32_t most = block->block.steps[value].layout == SEG_LAYOUT_F64
                      ? seg_test_block_number(block, 7.5)
                      : seg_test_block_integer(block, block->block.steps[value].layout, 7);
  seg_test_block_mask_root(block, seg_test_block_compare(block, SEG_IS_LESS, value, most));
}

static void build(struct seg_plan *plan) {
  seg_plan_builder_init(plan, 2);
  add_scans(plan);
  static const struct seg_plan_window windows[] = {
      {.form = SEG_WINDOW_AGES, .near_age = 1, .far_age = 30},
      {.form = SEG_WINDOW_AGES, .near_age = 1, .far_age = 90}};
  seg_plan_builder_windows(plan, windows, 2);
  seg_plan_builder_cells(plan, 0, cells, CELLS);
  struct seg_test_block block; // steps 0 .. 4: the customer's columns, then the cells
  seg_plan_builder_customer_block(plan, &block);
  const struct seg_plan_constant cuts[] = {{.integer = 1}, {.integer = 4}};
  const struct seg_step computed[] = {
      {.op = SEG_OP_BAND, .layout = SEG_LAYOUT_I64, .list_count = 2, .list = cuts},
      {.op = SEG_OP_ROUND, .layout = SEG_LAYOUT_I64, .factor = 10},
      {.op = SEG_OP_INTEGER_TO_NUMBER, .layout = SEG_LAYOUT_F64, .scale = 2},
      {.op = SEG_OP_NUMBER_TO_INTEGER, .layout = SEG_LAYOUT_I64, .operands = {2}},
      {.op = SEG_OP_DATE_PART, .layout = SEG_LAYOUT_I32, .operands = {3}},
      {.op = SEG_OP_SUBTRACT, .layout = SEG_LAYOUT_I64, .operands = {0, 1}},
      {.op = SEG_OP_AS_OF_INSTANT, .layout = SEG_LAYOUT_I64, .factor = 100},
  };
  for (size_t i = 0; i < sizeof computed / sizeof *computed; i++) {
    uint32_t step = seg_test_block_step(&block, computed[i]);
    if (computed[i].op == SEG_OP_AS_OF_INSTANT)
      step = seg_test_block_operation(&block, SEG_OP_SUBTRACT, SEG_LAYOUT_I64, step, 0);
    limit(&block, step);
  }
  uint32_t lower = seg_test_block_operation(&block, SEG_OP_TEXT_MAP, SEG_LAYOUT_TEXT, 4, 0);
  uint32_t or_none = seg_test_block_operation(&block, SEG_OP_ELSE, SEG_LAYOUT_TEXT, lower,
                                              seg_test_block_text(&block, "none"));
  limit(&block, seg_test_block_operation(&block, SEG_OP_TEXT_LENGTH, SEG_LAYOUT_I64, or_none, 0));
  uint32_t more = seg_test_block_operation(&block, SEG_OP_ADD, SEG_LAYOUT_I64, 0,
                                           seg_test_block_integer(&block, SEG_LAYOUT_I64, 3));
  limit(&block, more);
  seg_plan_builder_segments(plan, &block);
}

// The first step of an operation.
static struct seg_step *step_of(struct seg_plan *plan, enum seg_op op) {
  struct seg_block *block = &plan->customer_block;
  for (uint32_t i = 0; i < block->step_count; i++)
    if (block->steps[i].op == op)
      return &block->steps[i];
  fail();
  return block->steps;
}

// The constant that a value is added to.
static struct seg_step *added(struct seg_plan *plan) {
  struct seg_step *add = step_of(plan, SEG_OP_ADD);
  return &plan->customer_block.steps[add->operands[1]];
}

static struct seg_step *first_text(struct seg_plan *plan) {
  struct seg_step *otherwise = step_of(plan, SEG_OP_ELSE);
  return &plan->customer_block.steps[otherwise->operands[1]];
}

static void widths(struct seg_plan *plan, struct seg_block *block, uint32_t slot) {
  enum seg_width *made = SEG_NEW_ARRAY(&plan->arena, enum seg_width, block->input_count);
  assert_non_null(made);
  made[slot] = SEG_WIDTH_16;
  block->input_widths = made;
}

static void carried_width(struct seg_plan *plan, uint32_t column) {
  enum seg_width *made = SEG_NEW_ARRAY(&plan->arena, enum seg_width, 4);
  assert_non_null(made);
  made[column] = SEG_WIDTH_16;
  plan->events[0].carried_width = made;
}

static struct seg_plan_constant other_cuts[] = {{.integer = 1}, {.integer = 5}, {.integer = 9}};
static struct seg_plan_constant late_cuts[] = {{.integer = 1}, {.integer = 5}};

/** Changes of plans, by name. */
struct change {
  const char *name;
  bool is_read; // by the emitters
  void (*make)(struct seg_plan *plan);
};

#define CHANGE(name, is_read, ...)                                                                 \
  static void name(struct seg_plan *plan) {                                                        \
    __VA_ARGS__;                                                                                   \
  }                                                                                                \
  enum { name##_is_read = is_read };

CHANGE(constant, true, added(plan)->constant.integer = 4)
CHANGE(text, true, first_text(plan)->constant.text = seg_str_view("some"))
CHANGE(cut, true, step_of(plan, SEG_OP_BAND)->list = late_cuts)
CHANGE(cut_count, true, step_of(plan, SEG_OP_BAND)->list = other_cuts;
       step_of(plan, SEG_OP_BAND)->list_count = 3)
CHANGE(factor, true, step_of(plan, SEG_OP_ROUND)->factor = 12)
CHANGE(rounding, true, step_of(plan, SEG_OP_ROUND)->rounding = SEG_TO_FLOOR)
CHANGE(rounded_number, true, step_of(plan, SEG_OP_NUMBER_TO_INTEGER)->rounding = SEG_TO_CEILING)
CHANGE(scale, true, step_of(plan, SEG_OP_INTEGER_TO_NUMBER)->scale = 3)
CHANGE(date_part, true, step_of(plan, SEG_OP_DATE_PART)->date_part = SEG_PART_MONTH)
CHANGE(text_map, true, step_of(plan, SEG_OP_TEXT_MAP)->text_map = SEG_TEXT_TRIM)
CHANGE(operand, true, step_of(plan, SEG_OP_SUBTRACT)->operands[0] = 1)
CHANGE(operation, true, step_of(plan, SEG_OP_SUBTRACT)->op = SEG_OP_MULTIPLY)
CHANGE(moment, true, step_of(plan, SEG_OP_AS_OF_INSTANT)->factor = 200)
CHANGE(slot, true, plan->customer_block.steps[0].slot = 1)
CHANGE(optional, true, plan->customer_block.steps[0].optional = true)
CHANGE(width, true, widths(plan, &plan->customer_block, 0))
CHANGE(width_of_cell, true, plan->folds[0].cells[0].width = SEG_WIDTH_32)
CHANGE(kind, true, plan->folds[0].cells[2].kind = SEG_FOLD_MAX)
CHANGE(column, true, plan->folds[0].cells[2].column = 0)
CHANGE(layout, true, plan->folds[0].cells[5].layout = SEG_LAYOUT_I64;
       plan->folds[0].cells[5].column = 2)
CHANGE(window, true, plan->folds[0].cells[1].window = 0)
CHANGE(flag, true, plan->folds[0].cells[2].flags[0] = 0)
CHANGE(flag_count, true, plan->folds[0].cells[2].flag_count = 2)
CHANGE(order, true, plan->folds[0].cells[3].order = 1)
CHANGE(value_flag, true, plan->folds[0].cells[4].value_flag = 1)
CHANGE(known_flag, true, plan->folds[0].cells[4].known_flag = 0)
CHANGE(day_width, true, plan->folds[0].day_width = SEG_WIDTH_16)
CHANGE(flag_width, true, plan->folds[0].flag_width = SEG_WIDTH_8)
CHANGE(width_of_column, true, carried_width(plan, 1))
CHANGE(cell_count, true, plan->folds[0].cell_count = CELLS - 1)
CHANGE(final_begin, true, plan->folds[0].final_begin = 1)
CHANGE(first_end, true, plan->folds[0].first_end = 1)
CHANGE(event, true, struct seg_fold fold = plan->folds[0]; plan->folds[0] = plan->folds[1];
       plan->folds[1] = fold)
CHANGE(comparison, false, step_of(plan, SEG_OP_COMPARE)->comparison = SEG_IS_GREATER)
CHANGE(limits, false, uint32_t most = step_of(plan, SEG_OP_COMPARE)->operands[1];
       plan->customer_block.steps[most].constant.integer = 8)
CHANGE(rule_text, false, step_of(plan, SEG_OP_ADD)->source = seg_str_view("x + 3");
       plan->folds[0].cells[0].source = seg_str_view("count(event)"))
CHANGE(days_of_window, false, plan->windows[0].far_age = 60)
CHANGE(names, false, plan->events[0].name = seg_str_view("other");
       plan->segments[0] = seg_str_view("other"))
CHANGE(filter, false, plan->events[0].scan.steps[4].constant.integer = 6)

#define LISTED(name) {#name, name##_is_read, name}
static const struct change changes[] = {
    LISTED(constant),        LISTED(text),       LISTED(cut),
    LISTED(cut_count),       LISTED(factor),     LISTED(rounding),
    LISTED(rounded_number),  LISTED(scale),      LISTED(date_part),
    LISTED(text_map),        LISTED(operand),    LISTED(operation),
    LISTED(moment),          LISTED(slot),       LISTED(optional),
    LISTED(width),           LISTED(kind),       LISTED(column),
    LISTED(layout),          LISTED(window),     LISTED(flag),
    LISTED(flag_count),      LISTED(order),      LISTED(value_flag),
    LISTED(known_flag),      LISTED(day_width),  LISTED(flag_width),
    LISTED(width_of_column), LISTED(cell_count), LISTED(final_begin),
    LISTED(first_end),       LISTED(event),      LISTED(comparison),
    LISTED(limits),          LISTED(rule_text),  LISTED(days_of_window),
    LISTED(names),           LISTED(filter),     LISTED(width_of_cell),
};

static void add_block(struct seg_code_inputs *inputs, struct seg_arena *arena,
                      const struct seg_block *block) {
  struct seg_block_layout layout;
  struct seg_error error;
  assert_int_equal(seg_block_layout_build(arena, block, &layout, &error), SEG_OK);
  seg_code_inputs_add_block(inputs, block, &layout);
}

static struct seg_code_inputs words_of(const struct seg_plan *plan) {
  struct seg_code_inputs inputs = {0};
  struct seg_arena arena;
  seg_arena_init(&arena);
  add_block(&inputs, &arena, &plan->customer.scan);
  for (uint32_t e = 0; e < plan->event_count; e++) {
    add_block(&inputs, &arena, &plan->events[e].scan);
    for (enum seg_fold_pass pass = SEG_FIRST_PASS; pass <= SEG_FINAL_PASS; pass++) {
      struct seg_cell_range range = seg_fold_range(&plan->folds[e], pass);
      if (range.begin < range.end)
        seg_code_inputs_add_fold(&inputs, plan, e, pass);
    }
  }
  add_block(&inputs, &arena, &plan->customer_block);
  seg_arena_deinit(&arena);
  assert_false(inputs.out_of_memory);
  return inputs;
}

static char *code_of(const struct seg_plan *plan) {
  char *text = NULL;
  size_t size = 0;
  struct seg_error error;
  FILE *out = open_memstream(&text, &size);
  assert_non_null(out);
  if (seg_code_dump_llvm(plan, NULL, out, &error) != SEG_OK)
    fail_msg("%s", error.message);
  assert_int_equal(fclose(out), 0);
  return text;
}

static bool same_words(const struct seg_code_inputs *a, const struct seg_code_inputs *b) {
  return a->words.count == b->words.count &&
         memcmp(a->words.items, b->words.items, a->words.count * sizeof *a->words.items) == 0;
}

static void words_differ_where_code_does(void **unused) {
  (void)unused;
  struct seg_plan before;
  build(&before);
  struct seg_code_inputs words = words_of(&before);
  char *code = code_of(&before);
  for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
    struct seg_plan after;
    build(&after);
    struct seg_code_inputs again = words_of(&after);
    assert_true(same_words(&words, &again)); // of the same plan, made another time
    SEG_VEC_FREE(&again.words);
    changes[i].make(&after);
    again = words_of(&after);
    char *other = code_of(&after);
    if ((strcmp(code, other) != 0) != changes[i].is_read)
      fail_msg("%s: is the code another?", changes[i].name);
    if (same_words(&words, &again) == changes[i].is_read)
      fail_msg("%s: are the words others?", changes[i].name);
    free(other);
    SEG_VEC_FREE(&again.words);
    seg_plan_deinit(&after);
  }
  free(code);
  SEG_VEC_FREE(&words.words);
  seg_plan_deinit(&before);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(words_differ_where_code_does),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
