// Chains decided stage by stage against all masks of the block, row by row: chains of all lengths,
// rules that match often and hardly ever, columns of every layout, batches of odd sizes, winners
// and counts alone.
#include "runtime/column/column.h"
#include "runtime/filter/block_runner.h"
#include "runtime/filter/chain_racer.h"
#include "runtime/filter/chain_winners.h"
#include "tests/unit/compiled_block.h"

enum { RULES = 700, CHAINS = 5, ROWS = 30000 };

/** A rule of how many: a comparison that so many of 100 pass, twice. */
static void build_rules(struct seg_test_block *builder, uint32_t percent, bool has_texts,
                        struct seg_random *random) {
  static const enum seg_width widths[] = {SEG_WIDTH_8,    SEG_WIDTH_16,   SEG_WIDTH_32,
                                          SEG_WIDTH_FULL, SEG_WIDTH_FULL, SEG_WIDTH_FULL,
                                          SEG_WIDTH_FULL};
  uint32_t columns[] = {seg_test_block_input(builder, SEG_LAYOUT_I64, false),
                        seg_test_block_input(builder, SEG_LAYOUT_I64, true),
                        seg_test_block_input(builder, SEG_LAYOUT_I64, false),
                        seg_test_block_input(builder, SEG_LAYOUT_I32, true)};
  uint32_t yes = seg_test_block_input(builder, SEG_LAYOUT_BIT, true);
  uint32_t ratio = seg_test_block_input(builder, SEG_LAYOUT_F64, true);
  uint32_t text = has_texts ? seg_test_block_input(builder, SEG_LAYOUT_TEXT, true) : 0;
  uint32_t sum = seg_test_block_operation(builder, SEG_OP_ADD, SEG_LAYOUT_I64, columns[0],
                                          columns[1]); // computed, and never too large
  for (uint32_t r = 0; r < RULES; r++) {
    int64_t most = (int64_t)seg_random_below(random, 2 * percent);
    uint32_t column = seg_random_below(random, 5);
    uint32_t mask = seg_test_block_compare(
        builder, column == 3 ? SEG_IS_LESS_EQUAL : SEG_IS_LESS, column == 4 ? sum : columns[column],
        seg_test_block_integer(builder, column == 3 ? SEG_LAYOUT_I32 : SEG_LAYOUT_I64, most));
    uint32_t other;
    switch (seg_random_below(random, has_texts ? 4 : 3)) {
    case 0:
      other = seg_test_block_operation(builder, SEG_OP_IS_TRUE, SEG_LAYOUT_BIT, yes, 0);
      break;
    case 1:
      other = seg_test_block_operation(builder, SEG_OP_IS_FALSE, SEG_LAYOUT_BIT, yes, 0);
      break;
    case 2:
      other = seg_test_block_compare(builder, SEG_IS_GREATER, ratio,
                                     seg_test_block_number(builder, (double)(r % 50) / 100));
      break;
    default:
      other = seg_test_block_compare(builder, SEG_IS_GREATER, text,
                                     seg_test_block_text(builder, "a text of some length"));
    }
    seg_test_block_mask_root(
        builder, seg_test_block_operation(builder, SEG_OP_AND, SEG_LAYOUT_BIT, mask, other));
  }
  builder->input_widths = widths;
}

static const char *const some_texts[] = {"", "a", "a text of some length", "a text of some more",
                                         "b"};

static void fill_columns(struct columns *columns, const struct seg_block *block,
                         struct seg_random *random) {
  columns_init(columns, block, ROWS, random, 0);
  for (uint32_t slot = 0; slot < block->input_count; slot++)
    for (int64_t row = 0; row < ROWS; row++) {
      enum seg_layout layout = block->input_layouts[slot];
      bool known = columns->known[slot] == NULL || seg_bitmap_test(columns->known[slot], row);
      if (layout == SEG_LAYOUT_F64 && known)
        ((double *)columns->values[slot])[row] = (double)seg_random_below(random, 100) / 100;
      else if (layout == SEG_LAYOUT_TEXT && known)
        ((struct seg_str *)columns->values[slot])[row] =
            seg_str_view(some_texts[seg_random_below(random, 5)]);
      else if ((layout == SEG_LAYOUT_I64 || layout == SEG_LAYOUT_I32) && known)
        put_integer(columns->values[slot], row,
                    seg_width_bytes(layout, seg_block_input_width(block, slot)),
                    (int64_t)seg_random_below(random, 100));
    }
}

/** Where a runner finds rows from `first` on, a multiple of 64. */
static void point(struct seg_block_runner *runner, const struct columns *columns, int64_t first) {
  const struct seg_block *block = runner->block;
  for (uint32_t slot = 0; slot < block->input_count; slot++) {
    runner->input_values[slot] =
        (const char *)columns->values[slot] +
        seg_width_size(block->input_layouts[slot], seg_block_input_width(block, slot), first);
    runner->input_known[slot] =
        columns->known[slot] == NULL ? NULL : columns->known[slot] + first / 64;
  }
}

struct chains {
  struct seg_plan_chain list[CHAINS];
  uint32_t members[CHAINS][RULES];
};

static void draw_chains(struct chains *chains, struct seg_random *random) {
  static const uint32_t lengths[CHAINS] = {1, 128, 129, 300, RULES};
  for (uint32_t c = 0; c < CHAINS; c++) {
    for (uint32_t m = 0; m < RULES; m++)
      chains->members[c][m] = m;
    for (uint32_t m = RULES; m-- > 1;) {
      uint32_t other = seg_random_below(random, m + 1), kept = chains->members[c][m];
      chains->members[c][m] = chains->members[c][other];
      chains->members[c][other] = kept;
    }
    chains->list[c] =
        (struct seg_plan_chain){.member_count = lengths[c], .members = chains->members[c]};
  }
}

/** The winners of all rows, from every mask of the block. */
static void expect_winners(const struct compiled *compiled, const struct columns *columns,
                           const struct chains *chains, uint16_t *expected[CHAINS]) {
  const struct seg_block *block = &compiled->plan.customer.scan;
  struct seg_block_runner runner;
  struct seg_kernel_fault fault;
  assert_int_equal(seg_block_runner_init(&runner, block,
                                         &seg_code_kernels(compiled->code)->customer_scan, 4096,
                                         false, NULL),
                   SEG_OK);
  point(&runner, columns, 0);
  assert_int_equal(seg_block_runner_apply(&runner, ROWS, 0, &fault, NULL), SEG_OK);
  assert_int_equal(fault.kind, SEG_FAULT_NONE);
  for (uint32_t c = 0; c < CHAINS; c++)
    for (int64_t row = 0; row < ROWS; row++) {
      const struct seg_plan_chain *chain = &chains->list[c];
      uint32_t m = 0;
      while (m < chain->member_count &&
             !seg_bitmap_test(seg_block_runner_mask(&runner, chain->members[m]), row))
        m++;
      expected[c][row] = m < chain->member_count ? (uint16_t)m : SEG_CHAIN_NO_WINNER;
    }
  seg_block_runner_deinit(&runner);
}

static void check_counts(const struct seg_chain_racer *racer, const struct chains *chains,
                         uint16_t *const expected[CHAINS]) {
  for (uint32_t c = 0; c < CHAINS; c++) {
    uint64_t won[RULES] = {0}, unmatched = 0;
    for (int64_t row = 0; row < ROWS; row++)
      if (expected[c][row] == SEG_CHAIN_NO_WINNER)
        unmatched++;
      else
        won[expected[c][row]]++;
    assert_int_equal(racer->unmatched[c], unmatched);
    for (uint32_t m = 0; m < chains->list[c].member_count; m++)
      assert_int_equal(racer->won[c][m], won[m]);
  }
}

static void race(const struct compiled *compiled, const struct columns *columns,
                 const struct chains *chains, uint16_t *const expected[CHAINS], bool with_winners,
                 struct seg_random *random) {
  const struct seg_block *block = &compiled->plan.customer.scan;
  const struct seg_block_kernel *kernel = &seg_code_kernels(compiled->code)->customer_scan;
  struct seg_chain_stages stages;
  struct seg_chain_racer racer;
  struct seg_block_runner runner;
  struct seg_kernel_fault fault;
  assert_int_equal(seg_chain_stages_init(&stages, block, kernel, chains->list, CHAINS, NULL),
                   SEG_OK);
  int64_t batch = seg_chain_stages_batch(&stages);
  assert_int_equal(seg_block_runner_init_values(&runner, block, kernel, batch, NULL), SEG_OK);
  assert_int_equal(seg_chain_racer_init(&racer, &stages, batch, NULL), SEG_OK);
  assert_true(seg_chain_racer_bytes(&stages, batch) > 0);
  uint16_t *winners[CHAINS];
  for (uint32_t c = 0; c < CHAINS; c++) {
    winners[c] = malloc(ROWS * sizeof *winners[c]);
    assert_non_null(winners[c]);
    memset(winners[c], 0x5a, ROWS * sizeof *winners[c]);
    racer.winners[c] = with_winners ? winners[c] : NULL;
  }
  for (int64_t first = 0, rows; first < ROWS; first += rows) {
    rows = seg_random_chance(random, 50) ? batch : 64 * (1 + seg_random_below(random, 8));
    rows = rows < ROWS - first ? rows : ROWS - first;
    point(&runner, columns, first);
    assert_int_equal(seg_block_runner_apply(&runner, rows, 0, &fault, NULL), SEG_OK);
    assert_int_equal(seg_chain_racer_run(&racer, &runner.frame, (uint64_t)first, NULL), SEG_OK);
  }
  assert_int_equal(seg_chain_racer_finish(&racer, NULL), SEG_OK);
  check_counts(&racer, chains, expected);
  for (uint32_t c = 0; c < CHAINS; c++) {
    if (with_winners)
      assert_memory_equal(winners[c], expected[c], ROWS * sizeof *winners[c]);
    free(winners[c]);
  }
  seg_chain_racer_deinit(&racer);
  seg_block_runner_deinit(&runner);
  seg_chain_stages_deinit(&stages);
}

static void try_rules(uint32_t percent, bool has_texts, const char *cpu, uint64_t seed) {
  struct seg_random random;
  struct compiled compiled;
  struct columns columns;
  struct chains chains;
  uint16_t *expected[CHAINS];
  seg_random_init(&random, seed);
  seg_plan_builder_init(&compiled.plan, 0);
  struct seg_test_block builder;
  seg_test_block_init(&builder, &compiled.plan.arena);
  build_rules(&builder, percent, has_texts, &random);
  compile(&compiled, &builder, cpu);
  fill_columns(&columns, &compiled.plan.customer.scan, &random);
  draw_chains(&chains, &random);
  for (uint32_t c = 0; c < CHAINS; c++) {
    expected[c] = malloc(ROWS * sizeof *expected[c]);
    assert_non_null(expected[c]);
  }
  expect_winners(&compiled, &columns, &chains, expected);
  race(&compiled, &columns, &chains, expected, true, &random);
  race(&compiled, &columns, &chains, expected, false, &random);
  for (uint32_t c = 0; c < CHAINS; c++)
    free(expected[c]);
  columns_deinit(&columns);
  compiled_deinit(&compiled);
}

static void stages_find_the_first_match(void **state) {
  (void)state;
  for (size_t cpu = 0; cpu < 3; cpu++) {
    try_rules(8, false, cpus[cpu], 21);
    try_rules(2, false, cpus[cpu], 22);
    try_rules(8, true, cpus[cpu], 23);
    try_rules(1, true, cpus[cpu], 24);
  }
}

/** A rule is two comparisons, with so many different constants. */
static void expect_openings(uint32_t constants, const uint32_t ends[CHAINS]) {
  struct seg_random random;
  struct compiled compiled;
  struct seg_test_block builder;
  struct seg_chain_stages stages;
  struct chains chains;
  seg_random_init(&random, 25);
  seg_plan_builder_init(&compiled.plan, 0);
  seg_test_block_init(&builder, &compiled.plan.arena);
  uint32_t column = seg_test_block_input(&builder, SEG_LAYOUT_I64, false);
  for (uint32_t r = 0; r < RULES; r++) {
    uint32_t sides[2];
    for (uint32_t i = 0; i < 2; i++)
      sides[i] = seg_test_block_compare(
          &builder, i == 0 ? SEG_IS_LESS : SEG_IS_GREATER, column,
          seg_test_block_integer(&builder, SEG_LAYOUT_I64, (int64_t)(r % constants)));
    seg_test_block_mask_root(
        &builder,
        seg_test_block_operation(&builder, SEG_OP_AND, SEG_LAYOUT_BIT, sides[0], sides[1]));
  }
  compile(&compiled, &builder, cpus[0]);
  draw_chains(&chains, &random);
  assert_int_equal(seg_chain_stages_init(&stages, &compiled.plan.customer.scan,
                                         &seg_code_kernels(compiled.code)->customer_scan,
                                         chains.list, CHAINS, NULL),
                   SEG_OK);
  for (uint32_t c = 0; c < CHAINS; c++)
    assert_int_equal(stages.openings[c].end, ends[c]);
  seg_chain_stages_deinit(&stages);
  compiled_deinit(&compiled);
}

static void first_stages_have_more_members_where_these_cost_little(void **state) {
  (void)state;
  expect_openings(RULES, (const uint32_t[CHAINS]){1, 128, 64, 64, 64});
  expect_openings(10, (const uint32_t[CHAINS]){1, 128, 128, 128, 128});
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(stages_find_the_first_match),
      cmocka_unit_test(first_stages_have_more_members_where_these_cost_little)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
