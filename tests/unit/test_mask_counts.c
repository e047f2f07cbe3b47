// Rules that are only counted: programs that do not store them give the counts of the oracle, and
// the masks of those that somebody looks at.
#include "runtime/column/bitmap.h"
#include "runtime/filter/mask_program.h"
#include "tests/unit/compiled_block.h"

enum { ROWS = 8192 + 64 + 7, COLUMNS = 4, COMPARISONS = 14, PARTS = 40, ROOTS = 70, BLOCKS = 12 };

static const int64_t counted_rows[] = {0,    1,    63,   64,   65,   255,  511,  512,  513,
                                       1023, 1024, 2049, 4095, 4096, 4097, 8191, 8192, ROWS};

static const enum seg_vector_level levels[] = {SEG_VECTOR_BASELINE, SEG_VECTOR_AVX2,
                                               SEG_VECTOR_AVX512};

static uint32_t any_of(struct seg_random *random, const uint32_t *steps, uint32_t count) {
  return steps[seg_random_below(random, count)];
}

static uint32_t combined(struct seg_test_block *builder, struct seg_random *random,
                         const uint32_t *steps, uint32_t count) {
  const enum seg_op op = seg_random_chance(random, 60) ? SEG_OP_AND : SEG_OP_OR;
  return seg_test_block_operation(builder, op, SEG_LAYOUT_BIT, any_of(random, steps, count),
                                  any_of(random, steps, count));
}

static uint32_t complement(struct seg_test_block *builder, uint32_t step) {
  return seg_test_block_step(
      builder, (struct seg_step){.op = SEG_OP_NOT, .layout = SEG_LAYOUT_BIT, .operands = {step}});
}

/** Comparisons, which pairs share, which roots share; roots of all kinds: comparisons, constants,
 * complements, parts of others, the same again. */
static void build_rules(struct seg_test_block *builder, struct seg_random *random) {
  uint32_t steps[COMPARISONS + PARTS + ROOTS], count = 0;
  for (uint32_t c = 0; c < COLUMNS; c++)
    seg_test_block_input(builder, SEG_LAYOUT_I64, c == 0);
  for (; count < COMPARISONS; count++)
    steps[count] = seg_test_block_compare(
        builder, (enum seg_plan_comparison)seg_random_below(random, 6),
        (uint32_t)seg_random_below(random, COLUMNS),
        seg_test_block_integer(builder, SEG_LAYOUT_I64, seg_random_between(random, -9, 9)));
  for (; count < COMPARISONS + PARTS; count++)
    steps[count] =
        combined(builder, random, steps, seg_random_chance(random, 70) ? COMPARISONS : count);
  for (uint32_t r = 0; r < ROOTS; r++) {
    uint32_t root = any_of(random, steps, count);
    switch (seg_random_below(random, 10)) {
    case 0: break;
    case 1: root = any_of(random, steps, COMPARISONS); break;
    case 2: root = complement(builder, root); break;
    case 3:
      root = seg_test_block_operation(builder, SEG_OP_AND, SEG_LAYOUT_BIT, root,
                                      complement(builder, root));
      break;
    case 4: root = complement(builder, combined(builder, random, steps, count)); break;
    default: root = combined(builder, random, steps, count); break;
    }
    seg_test_block_mask_root(builder, root);
    steps[count++] = root;
  }
}

/** Which rows each root has: a bitmap a root. */
static uint64_t *find_members(const struct seg_block *block, const struct columns *columns) {
  const size_t words = seg_bitmap_words(ROWS);
  uint64_t *members = calloc(block->mask_root_count * words, sizeof *members);
  struct seg_oracle_value *values = calloc(block->step_count + 1, sizeof *values);
  assert_true(members != NULL && values != NULL);
  for (int64_t row = 0; row < ROWS; row++) {
    seg_block_oracle(block, &columns->inputs, row, values);
    for (uint32_t r = 0; r < block->mask_root_count; r++)
      if (values[block->mask_roots[r]].integer != 0)
        seg_bitmap_set(members + r * words, row);
  }
  free(values);
  return members;
}

/** The counts and masks of the first `rows` rows. */
static void check_rows(const struct seg_mask_program *program, const struct seg_block *block,
                       const struct columns *columns, const bool *looked_at,
                       const uint64_t *members, int64_t rows, bool only_counts) {
  const struct seg_block_frame frame = {.input_values = columns->inputs.values,
                                        .input_known = columns->inputs.known,
                                        .row_count = rows,
                                        .as_of = columns->inputs.as_of,
                                        .steps = block->steps};
  const int64_t batch = (rows / SEG_MASK_ROUND + 1) * SEG_MASK_ROUND;
  struct seg_mask_runner runner;
  uint64_t counts[ROOTS], expected[ROWS / 64 + 1];
  assert_int_equal(seg_mask_runner_init(&runner, program, batch, only_counts, NULL), SEG_OK);
  seg_mask_runner_run(&runner, &frame);
  for (uint32_t r = 0; r < ROOTS; r++) {
    counts[r] = r;
    assert_true(seg_mask_runner_has_root(&runner, r) || (only_counts && !looked_at[r]));
    if (seg_mask_runner_has_root(&runner, r))
      seg_bitmap_clear_tail(seg_mask_runner_root(&runner, r), rows);
  }
  seg_mask_runner_count(&runner, rows, ROOTS, counts);
  for (uint32_t r = 0; r < ROOTS; r++) {
    uint64_t count = 0;
    memcpy(expected, members + r * seg_bitmap_words(ROWS), sizeof expected);
    seg_bitmap_clear_tail(expected, rows);
    for (size_t w = 0; w < seg_bitmap_words(rows); w++)
      count += (uint64_t)__builtin_popcountll(expected[w]);
    if (counts[r] != r + count)
      fail_msg("root %" PRIu32 " of %" PRId64 " rows: %" PRIu64 ", not %" PRIu64, r, rows,
               counts[r] - r, count);
    if (seg_mask_runner_has_root(&runner, r))
      assert_memory_equal(seg_mask_runner_root(&runner, r), expected,
                          seg_bitmap_words(rows) * sizeof *expected);
  }
  seg_mask_runner_deinit(&runner);
}

static void check_block(struct seg_random *random, uint32_t looked_at_percent) {
  struct seg_plan plan;
  struct seg_test_block builder;
  struct columns columns;
  bool looked_at[ROOTS];
  seg_plan_builder_init(&plan, 0);
  seg_test_block_init(&builder, &plan.arena);
  build_rules(&builder, random);
  plan.customer.scan = seg_test_block_finish(&builder);
  const struct seg_block *block = &plan.customer.scan;
  columns_init(&columns, block, ROWS, random, 0);
  uint64_t *members = find_members(block, &columns);
  uint32_t *slots = calloc(block->step_count, sizeof *slots);
  assert_non_null(slots);
  for (uint32_t r = 0; r < ROOTS; r++)
    looked_at[r] = seg_random_chance(random, looked_at_percent);
  for (size_t level = 0; level < sizeof levels / sizeof *levels; level++) {
    const struct seg_mask_program *program;
    assert_int_equal(
        seg_mask_program_build(&plan.arena, block, slots, levels[level], looked_at, &program, NULL),
        SEG_OK);
    assert_true(program->inner_slot_count < program->slot_count);
    for (size_t i = level; i < sizeof counted_rows / sizeof *counted_rows; i += 3) {
      check_rows(program, block, &columns, looked_at, members, counted_rows[i], true);
      check_rows(program, block, &columns, looked_at, members, counted_rows[i], false);
    }
  }
  free(slots);
  free(members);
  columns_deinit(&columns);
  seg_plan_deinit(&plan);
}

static void rules_that_are_only_counted(void **state) {
  (void)state;
  struct seg_random random;
  seg_random_init(&random, 41);
  for (uint32_t i = 0; i < BLOCKS; i++)
    check_block(&random, i % 3 == 0 ? 0 : 20);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(rules_that_are_only_counted)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
