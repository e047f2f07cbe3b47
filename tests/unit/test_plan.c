// Plans: what is printed, and that each broken invariant is found.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/plan/kernel.h"
#include "runtime/plan/plan.h"
#include "tests/support/plan_builder.h"

/**
 * One event with an optional carried amount (flag 1), a filter (flag 0), a count and a sum over 90
 * days; a customer with an optional text; two segments and a chain.
 */
static void build(struct seg_plan *plan) {
  seg_plan_builder_init(plan, 1);
  struct seg_test_block scan;
  seg_test_block_init(&scan, &plan->arena);
  uint32_t country = seg_test_block_input(&scan, SEG_LAYOUT_TEXT, true);
  seg_test_block_value_root(&scan, country);
  seg_test_block_mask_root(&scan,
                           seg_test_block_operation(&scan, SEG_OP_ALL, SEG_LAYOUT_BIT, 0, 0));
  seg_plan_builder_scan(plan, &plan->customer, &scan);

  seg_test_block_init(&scan, &plan->arena);
  uint32_t amount = seg_test_block_input(&scan, SEG_LAYOUT_I64, true);
  uint32_t zero = seg_test_block_integer(&scan, SEG_LAYOUT_I64, 0);
  uint32_t keep = seg_test_block_operation(&scan, SEG_OP_ALL, SEG_LAYOUT_BIT, 0, 0);
  uint32_t positive = seg_test_block_compare(&scan, SEG_IS_GREATER, amount, zero);
  seg_test_block_value_root(&scan, amount);
  seg_test_block_mask_root(&scan, keep);
  seg_test_block_mask_root(&scan, positive);
  seg_plan_builder_scan(plan, &plan->events[0], &scan);

  const struct seg_plan_window window = {.form = SEG_WINDOW_AGES, .near_age = 1, .far_age = 90};
  seg_plan_builder_windows(plan, &window, 1);
  const struct seg_fold_cell cells[] = {
      {.kind = SEG_FOLD_COUNT, .layout = SEG_LAYOUT_I64, .column = SEG_NO_COLUMN},
      {.kind = SEG_FOLD_SUM,
       .layout = SEG_LAYOUT_I64,
       .column = 0,
       .flag_count = 2,
       .flags = {0, 1},
       .source = {"sum(purchase.amount)", 20}},
  };
  seg_plan_builder_cells(plan, 0, cells, 2);

  struct seg_test_block customer;
  seg_plan_builder_customer_block(plan, &customer);
  uint32_t two = seg_test_block_integer(&customer, SEG_LAYOUT_I64, 2);
  uint32_t often = seg_test_block_compare(&customer, SEG_IS_GREATER_EQUAL, 1, two);
  uint32_t german =
      seg_test_block_compare(&customer, SEG_IS_EQUAL, 0, seg_test_block_text(&customer, "DE"));
  seg_test_block_mask_root(&customer, often);
  seg_test_block_mask_root(
      &customer, seg_test_block_operation(&customer, SEG_OP_AND, SEG_LAYOUT_BIT, often, german));
  seg_plan_builder_segments(plan, &customer);
  plan->chain_count = 1;
  plan->chains = SEG_NEW(&plan->arena, struct seg_plan_chain);
  assert_non_null(plan->chains);
  plan->chains[0].name = seg_str_view("lifecycle");
  plan->chains[0].member_count = 2;
  plan->chains[0].members = SEG_NEW_ARRAY(&plan->arena, uint32_t, 2);
  assert_non_null(plan->chains[0].members);
  plan->chains[0].members[0] = 1;
  plan->chains[0].otherwise = seg_str_view("nurture");
}

static void prints_every_part(void **state) {
  (void)state;
  struct seg_plan plan;
  build(&plan);
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  assert_non_null(out);
  seg_plan_print(&plan, out);
  fclose(out);
  static const char *const parts[] = {
      "plan timezone \"Europe/Berlin\"\n",
      "customer \"customer\" from \"customer\" key \"id\"\n",
      "input 0: \"c0\" text optional\n",
      "event 0 \"event0\" from \"event0\" key \"id\" time \"at\"\n",
      "%3 = compare > %0 %1\n",
      "flag 0: %3\n",
      "carry 0: %0 known by flag 1\n",
      "cell 1: sum i64 carried 0 window 0 flags 0,1  # \"sum(purchase.amount)\"\n",
      "window 0: ages 1 .. 90\n",
      "slot 2: event 0 cell 1\n",
      "= constant text \"DE\"\n",
      "segment 1 \"s1\": %7\n",
      "chain \"lifecycle\": \"s1\" > \"s0\" otherwise \"nurture\"\n",
  };
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    if (strstr(text, parts[i]) == NULL)
      fail_msg("missing: %s in\n%s", parts[i], text);
  }
  free(text);
  seg_plan_deinit(&plan);
}

static void accepts_a_sound_plan(void **state) {
  (void)state;
  struct seg_plan plan;
  struct seg_error error = {0};
  build(&plan);
  if (seg_plan_verify(&plan, &error) != SEG_OK)
    fail_msg("%s", error.message);
  seg_plan_deinit(&plan);
}

/** Break a sound plan and expect a message that contains `expected`. */
typedef void damage(struct seg_plan *plan);

static void operand_not_before(struct seg_plan *plan) {
  plan->events[0].scan.steps[3].operands[0] = 3;
}
static void wrong_layouts(struct seg_plan *plan) {
  plan->events[0].scan.steps[1].layout = SEG_LAYOUT_I32;
}
static void optional_mask(struct seg_plan *plan) {
  plan->events[0].scan.steps[3].optional = true;
}
static void unmarked_optional(struct seg_plan *plan) {
  plan->events[0].scan.steps[0].optional = false;
}
static void value_as_mask(struct seg_plan *plan) {
  plan->customer_block.steps[7].operands[0] = 0;
}
static void repeated_step(struct seg_plan *plan) {
  plan->customer_block.steps[6] = plan->customer_block.steps[4];
}
static void mask_as_value_root(struct seg_plan *plan) {
  plan->events[0].scan.value_roots[0] = 3;
}
static void value_as_mask_root(struct seg_plan *plan) {
  plan->events[0].scan.mask_roots[1] = 0;
}
static void wrong_known_flag(struct seg_plan *plan) {
  plan->events[0].carried_flag[0] = 0;
}
static void wrong_flag_count(struct seg_plan *plan) {
  plan->events[0].flag_count = 1;
}
static void untested_known(struct seg_plan *plan) {
  plan->folds[0].cells[1].flag_count = 1;
}
static void cell_without_window(struct seg_plan *plan) {
  plan->folds[0].cells[0].window = 1;
}
static void count_of_column(struct seg_plan *plan) {
  plan->folds[0].cells[0].column = 0;
}
static void day_of_event_counts_today(struct seg_plan *plan) {
  plan->windows[0].near_age = 0;
}
static void days_in_reverse(struct seg_plan *plan) {
  plan->windows[0] =
      (struct seg_plan_window){.form = SEG_WINDOW_DAYS, .first_day = 2, .last_day = 1};
}
static void periods_of_the_future(struct seg_plan *plan) {
  plan->windows[0] = (struct seg_plan_window){
      .form = SEG_WINDOW_CALENDAR, .unit = SEG_PERIOD_UNIT_MONTH, .count = -1};
}
static void no_such_period(struct seg_plan *plan) {
  plan->windows[0] = (struct seg_plan_window){.form = SEG_WINDOW_CALENDAR};
  plan->windows[0].unit = (enum seg_period_unit)(SEG_PERIOD_UNIT_YEAR + 1);
}
/** The constant 0 of the scan becomes a moment. */
static struct seg_step *make_instant(struct seg_plan *plan) {
  struct seg_step *step = plan->events[0].scan.steps;
  while (step->op != SEG_OP_CONSTANT)
    step++;
  *step = (struct seg_step){.op = SEG_OP_AS_OF_INSTANT, .layout = SEG_LAYOUT_I64};
  return step;
}
static void instant_of_the_future(struct seg_plan *plan) {
  make_instant(plan)->factor = -1;
}
static void instant_of_another_layout(struct seg_plan *plan) {
  make_instant(plan)->layout = SEG_LAYOUT_I32;
}
static void slots_missing(struct seg_plan *plan) {
  plan->folds[0].cell_count = 1;
}
static void segment_without_mask(struct seg_plan *plan) {
  plan->segment_count = 1;
}
static void member_twice(struct seg_plan *plan) {
  plan->chains[0].members[1] = 1;
}
static void no_such_member(struct seg_plan *plan) {
  plan->chains[0].members[1] = 2;
}
static void customers_from_nowhere(struct seg_plan *plan) {
  plan->customer_from_event = 1;
}
static void customers_with_columns_from_event(struct seg_plan *plan) {
  plan->customer_from_event = 0;
}
static void input_of_wrong_type(struct seg_plan *plan) {
  plan->events[0].inputs[0].type = SEG_COLUMN_NUMBER;
}
static void unique_by_nothing(struct seg_plan *plan) {
  plan->events[0].unique_count = 1;
  plan->events[0].unique = SEG_NEW(&plan->arena, uint32_t);
  assert_non_null(plan->events[0].unique);
  plan->events[0].unique[0] = 7;
}

static void unique_by_no_flag(struct seg_plan *plan) {
  plan->events[0].unique_flag_count = 1;
  plan->events[0].unique_flags = SEG_NEW(&plan->arena, uint32_t);
  assert_non_null(plan->events[0].unique_flags);
  plan->events[0].unique_flags[0] = 7;
}
/** A first value of the amount, ordered by the amount: which may be missing, so is no instant. */
static struct seg_fold_cell *edge_cell(struct seg_plan *plan) {
  struct seg_fold_cell *cell = &plan->folds[0].cells[1];
  *cell = (struct seg_fold_cell){
      .kind = SEG_FOLD_FIRST_VALUE, .layout = SEG_LAYOUT_I64, .known_flag = 1};
  return cell;
}
static void edge_without_order(struct seg_plan *plan) {
  edge_cell(plan)->order = 7;
}
static void edge_by_what_may_be_missing(struct seg_plan *plan) {
  edge_cell(plan);
}
/** As if the amount were never missing, so that it can be the order. */
static struct seg_fold_cell *ordered_edge(struct seg_plan *plan) {
  struct seg_plan_entity *event = &plan->events[0];
  event->inputs[0].optional = false;
  ((bool *)event->scan.input_optional)[0] = false;
  event->scan.steps[0].optional = false;
  event->carried_flag[0] = UINT32_MAX;
  event->flag_count = 1;
  struct seg_fold_cell *cell = edge_cell(plan);
  cell->known_flag = UINT32_MAX;
  return cell;
}
static void edge_known_by_another_flag(struct seg_plan *plan) {
  ordered_edge(plan)->known_flag = 0;
}
static void edge_of_no_flag(struct seg_plan *plan) {
  struct seg_fold_cell *cell = ordered_edge(plan);
  cell->column = SEG_NO_COLUMN;
  cell->layout = SEG_LAYOUT_I32;
  cell->value_flag = 7;
}
static void edge_flag_of_another_layout(struct seg_plan *plan) {
  ordered_edge(plan)->column = SEG_NO_COLUMN;
}

/** One event that follows itself; the only carried column is an amount that may be missing. */
static struct seg_plan_sequence *add_sequence(struct seg_plan *plan) {
  struct seg_plan_sequence *sequence = SEG_NEW(&plan->arena, struct seg_plan_sequence);
  assert_non_null(sequence);
  *sequence = (struct seg_plan_sequence){.next_flag = SEG_NO_FLAG, .limit = 1};
  plan->folds[0].sequence_count = 1;
  plan->folds[0].sequences = sequence;
  plan->folds[0].is_followed = true;
  return sequence;
}
static void sequence_of_no_event(struct seg_plan *plan) {
  add_sequence(plan)->next = 7;
}
static void sequence_of_unread_event(struct seg_plan *plan) {
  add_sequence(plan);
  plan->folds[0].is_followed = false;
}
static void sequence_without_instants(struct seg_plan *plan) {
  add_sequence(plan);
}

static void refuses_every_damage(void **state) {
  (void)state;
  static const struct {
    damage *damage;
    const char *expected;
  } cases[] = {
      {operand_not_before, "does not come before"},
      {wrong_layouts, "share a layout"},
      {optional_mask, "never optional"},
      {unmarked_optional, "differs from its input slot"},
      {value_as_mask, "wrong stage"},
      {repeated_step, "repeats an earlier step"},
      {mask_as_value_root, "value root is a mask"},
      {value_as_mask_root, "mask root is a value"},
      {wrong_known_flag, "known flag of carried column 0"},
      {wrong_flag_count, "has 1 flags instead of 2"},
      {untested_known, "does not test that its column is known"},
      {cell_without_window, "names no window"},
      {count_of_column, "takes a column"},
      {day_of_event_counts_today, "wrong order"},
      {days_in_reverse, "ends before it begins"},
      {periods_of_the_future, "no such period"},
      {no_such_period, "no such period"},
      {instant_of_the_future, "100 years back"},
      {instant_of_another_layout, "a known I64"},
      {slots_missing, "3 input slots instead of 2"},
      {segment_without_mask, "2 mask roots for 1 segments"},
      {member_twice, "stands twice"},
      {no_such_member, "names no segment"},
      {customers_from_nowhere, "event that does not exist"},
      {customers_with_columns_from_event, "cannot have columns"},
      {input_of_wrong_type, "does not fit its type"},
      {sequence_of_no_event, "names no event"},
      {sequence_of_unread_event, "not read for it"},
      {sequence_without_instants, "does not carry the instants"},
      {unique_by_nothing, "not carried"},
      {unique_by_no_flag, "flag that does not exist"},
      {edge_without_order, "no instant"},
      {edge_by_what_may_be_missing, "no instant"},
      {edge_known_by_another_flag, "another flag"},
      {edge_of_no_flag, "is no flag"},
      {edge_flag_of_another_layout, "is I32"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct seg_plan plan;
    struct seg_error error = {0};
    build(&plan);
    cases[i].damage(&plan);
    assert_int_equal(seg_plan_verify(&plan, &error), SEG_INTERNAL);
    if (strstr(error.message, cases[i].expected) == NULL)
      fail_msg("case %zu: %s", i, error.message);
    seg_plan_deinit(&plan);
  }
}

/** What is known of a plan that was verified with other widths. */
static void refuses_widths_that_do_not_fit(void **state) {
  (void)state;
  struct seg_plan plan;
  struct seg_error error = {0};
  build(&plan);
  assert_int_equal(seg_plan_verify_widths(&plan, &error), SEG_OK);
  uint32_t inputs = plan.customer_block.input_count;
  enum seg_width *widths = SEG_NEW_ARRAY(&plan.arena, enum seg_width, inputs);
  assert_non_null(widths);
  plan.customer_block.input_widths = widths;
  assert_int_equal(seg_plan_verify_widths(&plan, &error), SEG_OK);
  for (uint32_t slot = 0; slot < plan.customer.carried_count; slot++) {
    widths[slot] = SEG_WIDTH_8;
    assert_int_equal(seg_plan_verify_widths(&plan, &error), SEG_INTERNAL);
    widths[slot] = SEG_WIDTH_FULL;
  }
  struct seg_fold_cell *cell = &plan.folds[0].cells[0];
  uint32_t slot = plan.customer.carried_count;
  assert_int_equal(cell->layout, SEG_LAYOUT_I64);
  widths[slot] = SEG_WIDTH_32;
  assert_int_equal(seg_plan_verify_widths(&plan, &error), SEG_INTERNAL);
  cell->width = SEG_WIDTH_32;
  assert_int_equal(seg_plan_verify_widths(&plan, &error), SEG_OK);
  widths[slot] = cell->width = SEG_WIDTH_16;
  assert_int_equal(seg_plan_verify_widths(&plan, &error), SEG_INTERNAL);
  widths[slot] = cell->width = SEG_WIDTH_FULL;
  enum seg_width *carried =
      SEG_NEW_ARRAY(&plan.arena, enum seg_width, plan.events[0].carried_count);
  assert_non_null(carried);
  carried[0] = SEG_WIDTH_8;
  plan.events[0].carried_width = carried;
  assert_int_equal(seg_plan_verify_widths(&plan, &error), SEG_INTERNAL);
  seg_plan_deinit(&plan);
}

/** Division by a column or by the constant 0 may be unknown; by another constant it need not. */
static void division_is_optional_unless_by_a_constant(void **state) {
  (void)state;
  static const struct {
    double denominator;
    enum seg_status expected;
  } cases[] = {{2, SEG_OK}, {0, SEG_INTERNAL}};
  for (size_t i = 0; i < 2; i++) {
    struct seg_plan plan;
    struct seg_error error = {0};
    seg_plan_builder_init(&plan, 0);
    struct seg_test_block scan;
    seg_test_block_init(&scan, &plan.arena);
    uint32_t x = seg_test_block_input(&scan, SEG_LAYOUT_F64, false);
    uint32_t d = seg_test_block_number(&scan, cases[i].denominator);
    uint32_t q = seg_test_block_operation(&scan, SEG_OP_DIVIDE, SEG_LAYOUT_F64, x, d);
    scan.block.steps[q].optional = false;
    seg_test_block_value_root(&scan, q);
    seg_test_block_mask_root(&scan,
                             seg_test_block_operation(&scan, SEG_OP_ALL, SEG_LAYOUT_BIT, 0, 0));
    seg_plan_builder_scan(&plan, &plan.customer, &scan);
    struct seg_test_block customer;
    seg_plan_builder_customer_block(&plan, &customer);
    seg_plan_builder_segments(&plan, &customer);
    assert_int_equal(seg_plan_verify(&plan, &error), cases[i].expected);
    seg_plan_deinit(&plan);
  }
}

static void first_fault_wins(void **state) {
  (void)state;
  struct seg_kernel_fault fault = {0};
  seg_kernel_fault_raise(&fault, SEG_FAULT_OVERFLOW, 5, 100);
  seg_kernel_fault_raise(&fault, SEG_FAULT_OVERFLOW, 1, 101);
  assert_int_equal(fault.row, 100);
  assert_int_equal(fault.step, 5);
  seg_kernel_fault_raise(&fault, SEG_FAULT_OVERFLOW, 6, 100);
  assert_int_equal(fault.step, 5);
  seg_kernel_fault_raise(&fault, SEG_FAULT_MEMORY, 4, 100);
  assert_int_equal(fault.step, 4);
  assert_int_equal(fault.kind, SEG_FAULT_MEMORY);
  seg_kernel_fault_raise(&fault, SEG_FAULT_OVERFLOW, 9, 99);
  assert_int_equal(fault.row, 99);
  assert_int_equal(fault.step, 9);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(prints_every_part),
      cmocka_unit_test(accepts_a_sound_plan),
      cmocka_unit_test(refuses_every_damage),
      cmocka_unit_test(refuses_widths_that_do_not_fit),
      cmocka_unit_test(division_is_optional_unless_by_a_constant),
      cmocka_unit_test(first_fault_wins),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
