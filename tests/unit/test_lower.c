// compiler/lower: what is shared, what is read, and what a plan no longer contains.
#include "tests/unit/conditions.h"

#include "compiler/lower/lower.h"

struct lower_case {
  struct sema_case sema;
  struct seg_plan plan;
};

static void lower_rule(struct lower_case *c, const char *more, const char *when) {
  struct seg_error error = {0};
  char *text = shop_text(more, when);
  check_text(&c->sema, text);
  free(text);
  if (c->sema.sink.errors > 0)
    fail_with_reports(&c->sema, when);
  seg_plan_init(&c->plan);
  if (seg_lower(&c->sema.program, &c->sema.map, &c->plan, &error) != SEG_OK)
    fail_msg("%s: %s", when, error.message);
}

static void end_lower(struct lower_case *c) {
  seg_plan_deinit(&c->plan);
  end_case(&c->sema);
}

static uint32_t count_steps(const struct seg_block *block, enum seg_op op) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < block->step_count; i++)
    count += block->steps[i].op == op;
  return count;
}

static void equal_aggregates_become_one_cell(void **state) {
  (void)state;
  struct lower_case c;
  lower_rule(&c,
             "segment t { when: purchases within 90d > 5 and revenue ever > 3 decision: \"t\" }",
             "purchases within 90d >= 2 and count(purchase) within 90d < 9 and revenue ever > 3");
  assert_int_equal(c.plan.folds[0].cell_count, 2); // one count, one sum
  assert_int_equal(c.plan.window_count, 2);
  // `revenue ever > 3` of both segments is one step; the three counts differ in their constants.
  assert_int_equal(count_steps(&c.plan.customer_block, SEG_OP_COMPARE), 4);
  assert_int_equal(c.plan.customer_block.mask_root_count, 2);
  end_lower(&c);
}

// Equal ranks are one, ranks of one value share it, and each pass folds what it reads: the total is
// only ordered, the number of purchases is ordered and compared, the number of visits is compared.
static void ranks_have_a_pass_of_their_own(void **state) {
  (void)state;
  struct lower_case c;
  lower_rule(&c, "segment t { when: top(5%, revenue ever) and views ever > 3 decision: \"t\" }",
             "ntile(5, revenue ever) = 1 and ntile(5, revenue ever) < 3 and "
             "percentile_rank(purchases ever) > 50% and purchases ever > 2");
  assert_int_equal(c.plan.rank_count, 3);
  assert_int_equal(c.plan.derived_count, 3);
  assert_int_equal(c.plan.first_block.value_root_count, 2);
  assert_int_equal(c.plan.first_block.mask_root_count, 0);
  assert_int_equal(c.plan.folds[0].cell_count, 2);
  assert_int_equal(c.plan.folds[0].cells[0].kind, SEG_FOLD_SUM);
  assert_int_equal(c.plan.folds[0].final_begin, 1);
  assert_int_equal(c.plan.folds[0].first_end, 2);
  assert_int_equal(c.plan.folds[1].cell_count, 1);
  assert_int_equal(c.plan.folds[1].first_end, 0);
  end_lower(&c);
}

static void expect_refused(const struct seg_plan *plan) {
  struct seg_error error = {0};
  assert_int_equal(seg_plan_verify(plan, &error), SEG_INTERNAL);
}

static void expect_accepted(const struct seg_plan *plan) {
  struct seg_error error = {0};
  if (seg_plan_verify(plan, &error) != SEG_OK)
    fail_msg("%s", error.message);
}

// What plan.h says of ranks, broken one by one.
static void broken_ranks_are_refused(void **state) {
  (void)state;
  struct lower_case c;
  lower_rule(&c, "",
             "ntile(5, revenue ever) = 1 and top(10%, aov) and quantile_band(2, visits) = 1");
  struct seg_plan *plan = &c.plan;
  struct seg_plan_rank tile = plan->ranks[0], best = plan->ranks[1];
  struct seg_plan_derived column = plan->derived[0];
  assert_int_equal(best.kind, SEG_PLAN_TOP);
  plan->ranks[0].count = 1;
  expect_refused(plan);
  plan->ranks[0] = tile;
  plan->ranks[0].value = plan->first_block.value_root_count;
  expect_refused(plan);
  plan->ranks[0] = tile;
  plan->ranks[1].share = best.whole;
  expect_refused(plan);
  plan->ranks[1] = best;
  plan->ranks[1].denominator = plan->first_block.value_root_count;
  expect_refused(plan);
  plan->ranks[1] = best;
  plan->derived[0].rank = plan->rank_count;
  expect_refused(plan);
  plan->derived[0] = column;
  plan->derived[0].layout = SEG_LAYOUT_F64;
  expect_refused(plan);
  plan->derived[0] = column;
  plan->folds[0].first_end = plan->folds[0].cell_count + 1;
  expect_refused(plan);
  plan->folds[0].first_end = plan->folds[0].cell_count;
  expect_accepted(plan);
  end_lower(&c);
}

static void without_ranks_there_is_one_pass(void **state) {
  (void)state;
  struct lower_case c;
  lower_rule(&c, "", "revenue ever > 2");
  assert_int_equal(c.plan.first_block.step_count, 0);
  assert_int_equal(c.plan.folds[0].first_end, 0);
  assert_int_equal(c.plan.folds[0].final_begin, 0);
  end_lower(&c);
}

static void only_what_rules_need_is_read(void **state) {
  (void)state;
  struct lower_case c;
  lower_rule(&c, "", "children > 2");
  assert_int_equal(c.plan.customer.input_count, 1);
  assert_true(seg_str_is(c.plan.customer.inputs[0].name, "children"));
  // All 17 declared columns are there, to be looked for in the data.
  assert_int_equal(c.plan.customer.declared_count, 17);
  for (uint32_t i = 0; i < c.plan.event_count; i++) {
    assert_int_equal(c.plan.folds[i].cell_count, 0);
    assert_int_equal(c.plan.events[i].input_count, 0);
  }
  end_lower(&c);
}

static void an_average_against_a_constant_is_a_fraction(void **state) {
  (void)state;
  struct lower_case c;
  lower_rule(&c, "", "aov > 80");
  const struct seg_block *block = &c.plan.customer_block;
  assert_int_equal(count_steps(block, SEG_OP_FRACTION_HALVES), 1);
  assert_int_equal(count_steps(block, SEG_OP_DIVIDE), 0);
  assert_int_equal(count_steps(block, SEG_OP_INTEGER_TO_NUMBER), 0);
  end_lower(&c);

  lower_rule(&c, "", "aov * 1.5 > 80");
  assert_int_equal(count_steps(&c.plan.customer_block, SEG_OP_DIVIDE), 1);
  end_lower(&c);
}

static void equal_draws_become_one_derived_column(void **state) {
  (void)state;
  struct lower_case c;
  lower_rule(&c, "segment t { when: bucket(10, \"x\") > 3 decision: \"t\" }",
             "purchases ever > 1 and bucket(10, \"x\") < 9 and bucket(10) < 9 and bucket(9) < 9");
  assert_int_equal(c.plan.derived_count, 3);
  // Behind the one cell.
  assert_int_equal(c.plan.customer_block.input_count, 4);
  assert_int_equal(c.plan.derived[0].buckets, 10);
  assert_true(seg_str_is(c.plan.derived[0].salt, "x"));
  assert_int_equal(c.plan.derived[1].salt.size, 0);
  assert_int_equal(c.plan.derived[2].buckets, 9);
  end_lower(&c);
}

static void filters_and_known_bits_become_flags(void **state) {
  (void)state;
  struct lower_case c;
  lower_rule(&c, "", "sum(purchase[channel = \"web\"].discount) ever > 5");
  const struct seg_plan_entity *event = &c.plan.events[0];
  assert_int_equal(event->filter_count, 1);
  assert_int_equal(event->flag_count, 2); // the filter, and "discount is known"
  assert_int_equal(event->carried_count, 1);
  assert_int_equal(event->carried_flag[0], 1);
  const struct seg_fold_cell *cell = &c.plan.folds[0].cells[0];
  assert_int_equal(cell->kind, SEG_FOLD_SUM);
  assert_int_equal(cell->flag_count, 2);
  assert_int_equal(cell->flags[0], 0);
  assert_int_equal(cell->flags[1], 1);
  end_lower(&c);
}

static void hours_are_filters(void **state) {
  (void)state;
  struct lower_case c;
  lower_rule(&c, "",
             "purchases within 24h > 1 and purchases between 1h and 24h ago > 1 and "
             "revenue within 24h > 5 and purchases[channel = \"web\"] within 24h > 1");
  const struct seg_plan_entity *event = &c.plan.events[0];
  assert_int_equal(c.plan.window_count, 1);
  assert_int_equal(c.plan.windows[0].form, SEG_WINDOW_ALL);
  assert_int_equal(event->filter_count, 3); // one is shared by count and sum
  uint32_t instants = 0, bounds = 0;
  for (uint32_t i = 0; i < event->input_count; i++)
    instants += event->inputs[i].type == SEG_COLUMN_INSTANT;
  for (uint32_t i = 0; i < event->scan.step_count; i++)
    bounds += event->scan.steps[i].op == SEG_OP_AS_OF_INSTANT;
  assert_int_equal(instants, 1);
  assert_int_equal(bounds, 2); // 1 and 24 hours before
  end_lower(&c);
}

static void windows_stay_relative(void **state) {
  (void)state;
  struct lower_case c;
  lower_rule(&c, "",
             "purchases between 31d and 60d ago > 1 and purchases ever > 1 and "
             "purchases from 2026-01-01 through 2026-01-31 > 1 and purchases in 2026-01 > 2 and "
             "purchases in last 2 months > 1 and purchases in this month > 1");
  assert_int_equal(c.plan.window_count, 5); // January 2026 is one window, written either way
  assert_int_equal(c.plan.windows[0].form, SEG_WINDOW_AGES);
  assert_int_equal(c.plan.windows[0].near_age, 31);
  assert_int_equal(c.plan.windows[0].far_age, 60);
  assert_int_equal(c.plan.windows[1].form, SEG_WINDOW_ALL);
  assert_int_equal(c.plan.windows[2].form, SEG_WINDOW_DAYS);
  // 2026-01-01 is day 20454: 56 years of 365 days and 14 leap days (1972 .. 2024) after 1970-01-01.
  assert_int_equal(c.plan.windows[2].first_day, 20454);
  assert_int_equal(c.plan.windows[2].last_day, 20484);
  assert_int_equal(c.plan.windows[3].form, SEG_WINDOW_CALENDAR);
  assert_int_equal(c.plan.windows[3].unit, SEG_PERIOD_UNIT_MONTH);
  assert_int_equal(c.plan.windows[3].count, 2);
  assert_int_equal(c.plan.windows[4].count, 0);
  end_lower(&c);
}

static void a_bool_that_may_be_missing_is_two_valued(void **state) {
  (void)state;
  struct lower_case c;
  lower_rule(&c, "", "member");
  // Carried as a code, compared with 1: false where it is unknown.
  assert_int_equal(count_steps(&c.plan.customer.scan, SEG_OP_BIT_TO_CODE), 1);
  const struct seg_block *block = &c.plan.customer_block;
  const struct seg_step *root = &block->steps[block->mask_roots[0]];
  assert_int_equal(root->op, SEG_OP_COMPARE);
  assert_int_equal(root->comparison, SEG_IS_EQUAL);
  assert_int_equal(block->steps[root->operands[1]].constant.integer, 1);
  end_lower(&c);
}

// Of each condition twice, the second one adds nothing; of different ones each has a mask.
static void the_same_is_computed_once(void **state) {
  (void)state;
  struct sema_case c;
  struct seg_plan plan;
  struct seg_error error = {0};
  char *text = conditions_text();
  check_text(&c, text);
  seg_plan_init(&plan);
  if (seg_lower(&c.program, &c.map, &plan, &error) != SEG_OK ||
      seg_plan_verify(&plan, &error) != SEG_OK)
    fail_msg("%s", error.message);
  const struct seg_block *block = &plan.customer_block;
  assert_int_equal(block->mask_root_count, FIRST_CONDITION + 2 * CONDITION_COUNT);
  const uint32_t *roots = block->mask_roots + FIRST_CONDITION;
  for (size_t i = 0; i < 2 * CONDITION_COUNT; i++)
    for (size_t j = 0; j < 2 * CONDITION_COUNT; j++)
      if ((roots[i] == roots[j]) != (i / 2 == j / 2))
        fail_msg("%s and %s have %s", conditions[i / 2], conditions[j / 2],
                 i / 2 == j / 2 ? "two masks" : "one mask");
  char *printed = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&printed, &size);
  assert_non_null(out);
  seg_plan_print(&plan, out);
  fclose(out);
  for (size_t i = 0; i < 2 * CONDITION_COUNT; i++) {
    char line[60];
    snprintf(line, sizeof line, "\"s%zu_%zu\": %%%u\n", i / 2, i % 2, (unsigned)roots[i]);
    if (strstr(printed, line) == NULL)
      fail_msg("the printed plan has no %s", line);
  }
  free(printed);
  seg_plan_deinit(&plan);
  end_case(&c);
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(equal_aggregates_become_one_cell),
      cmocka_unit_test(the_same_is_computed_once),
      cmocka_unit_test(ranks_have_a_pass_of_their_own),
      cmocka_unit_test(broken_ranks_are_refused),
      cmocka_unit_test(without_ranks_there_is_one_pass),
      cmocka_unit_test(only_what_rules_need_is_read),
      cmocka_unit_test(an_average_against_a_constant_is_a_fraction),
      cmocka_unit_test(equal_draws_become_one_derived_column),
      cmocka_unit_test(filters_and_known_bits_become_flags),
      cmocka_unit_test(hours_are_filters),
      cmocka_unit_test(windows_stay_relative),
      cmocka_unit_test(a_bool_that_may_be_missing_is_two_valued),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
