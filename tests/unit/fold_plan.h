/**
 * A plan of one event with columns of all layouts, some of which may be narrow, and given cells.
 */
#ifndef SEG_TESTS_UNIT_FOLD_PLAN_H
#define SEG_TESTS_UNIT_FOLD_PLAN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/plan_builder.h"

enum {
  MOST_FILTERS = 66, // flags beyond the first word
  COLUMNS = 8,
  ORDER = 7, // the column of instants: few different ones, so that many events tie
  WINDOWS = 9,
  MOST_CELLS = 80,
};

/** Carried columns; the optional ones have known flags, the three behind the filters. */
static const enum seg_layout column_layouts[COLUMNS] = {
    SEG_LAYOUT_I32, SEG_LAYOUT_I64, SEG_LAYOUT_F64,  SEG_LAYOUT_TEXT,
    SEG_LAYOUT_I64, SEG_LAYOUT_F64, SEG_LAYOUT_TEXT, SEG_LAYOUT_I64,
};
static const bool column_optional[COLUMNS] = {false, false, false, false, true, true, true, false};

/** First and last day of each window; most events lie on days 0 .. 99, some at the ends of what
 * their days can say. The fourth is empty, and two lie beyond what narrow days can say. */
static const int32_t windows[WINDOWS * 2] = {
    INT32_MIN, 99,        0,      0,     40,        60,     50,  49,   99,
    INT32_MAX, INT32_MIN, -40000, 40000, INT32_MAX, -32767, 126, -127, 32766};

/** How wide days, columns and words of flags are in memory, and how many filters there are. The
 * narrow ones hold everything but wild amounts. */
struct widths {
  uint32_t filters;
  enum seg_width flags, days, columns[COLUMNS];
};
static const struct widths full = {.filters = MOST_FILTERS};
static const struct widths narrow[] = {
    {13,
     SEG_WIDTH_16,
     SEG_WIDTH_16,
     {SEG_WIDTH_8, SEG_WIDTH_16, [4] = SEG_WIDTH_16, [7] = SEG_WIDTH_8}},
    {5,
     SEG_WIDTH_8,
     SEG_WIDTH_8,
     {SEG_WIDTH_16, SEG_WIDTH_32, [4] = SEG_WIDTH_32, [7] = SEG_WIDTH_16}},
    {29,
     SEG_WIDTH_32,
     SEG_WIDTH_32,
     {SEG_WIDTH_32, SEG_WIDTH_16, [4] = SEG_WIDTH_FULL, [7] = SEG_WIDTH_32}},
};

static inline void fold_plan_build(struct seg_plan *plan, const struct seg_fold_cell *cells,
                                   uint32_t count, const struct widths *widths) {
  seg_plan_builder_init(plan, 1);
  struct seg_test_block scan;
  seg_test_block_init(&scan, &plan->arena);
  for (uint32_t i = 0; i < COLUMNS; i++)
    seg_test_block_value_root(&scan,
                              seg_test_block_input(&scan, column_layouts[i], column_optional[i]));
  uint32_t all = seg_test_block_operation(&scan, SEG_OP_ALL, SEG_LAYOUT_BIT, 0, 0);
  for (uint32_t i = 0; i < 1 + widths->filters; i++)
    seg_test_block_mask_root(&scan, all);
  scan.input_widths = widths->columns;
  seg_plan_builder_scan(plan, &plan->events[0], &scan);
  plan->events[0].carried_width = widths->columns;
  plan->folds[0].day_width = widths->days;
  plan->folds[0].flag_width = widths->flags;
  struct seg_plan_window relative[WINDOWS] = {{.form = SEG_WINDOW_ALL}};
  seg_plan_builder_windows(plan, relative, WINDOWS);
  seg_plan_builder_cells(plan, 0, cells, count);
  struct seg_test_block customer;
  seg_plan_builder_customer_block(plan, &customer);
  enum seg_width *of_cells = SEG_NEW_ARRAY(&plan->arena, enum seg_width, (size_t)count + 1);
  assert_non_null(of_cells);
  for (uint32_t i = 0; i < count; i++)
    of_cells[i] = cells[i].width;
  customer.input_widths = of_cells;
  seg_plan_builder_segments(plan, &customer);
  struct seg_error error = {0};
  if (seg_plan_verify(plan, &error) != SEG_OK)
    fail_msg("%s", error.message);
}

#endif
