// Rules that are only counted: programs that do not store them give the counts of the oracle, and
// the masks of those that somebody looks at; so do programs whose comparisons share slots.
#include "runtime/column/bitmap.h"
#include "runtime/filter/mask_program.h"
#include "runtime/filter/mask_slices.h"
#include "tests/unit/compiled_block.h"

enum { ROWS = 8192 + 64 + 7, COLUMNS = 4, COMPARISONS = 14, PARTS = 40, ROOTS = 70, BLOCKS = 12 };
enum { ROOTS_MOST = 500 };

/** Columns for many rules: their values and constants lie this far around 0, some of them many
 * times as far. */
enum { SPREAD_COLUMNS = 6, SPREAD = 400 };

static int64_t spread_of(uint32_t column) {
  return column == 2 ? 300 : column == 4 ? INT64_C(1) << 40 : 1;
}

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

/** A comparison of columns of all widths, some of them decided by the width, some too far apart for
 * slices; numbers of the last column are fractions. */
static uint32_t any_comparison(struct seg_test_block *builder, struct seg_random *random) {
  const uint32_t column = (uint32_t)seg_random_below(random, SPREAD_COLUMNS);
  const int64_t number = seg_random_between(random, -SPREAD, SPREAD);
  const uint32_t constant =
      column == SPREAD_COLUMNS - 1
          ? seg_test_block_number(builder, (double)number / 4)
          : seg_test_block_integer(builder, SEG_LAYOUT_I64, number * spread_of(column));
  return seg_test_block_compare(builder, (enum seg_plan_comparison)seg_random_below(random, 6),
                                column, constant);
}

static uint32_t maybe_not(struct seg_test_block *builder, struct seg_random *random,
                          uint32_t step) {
  return seg_random_chance(random, 25) ? complement(builder, step) : step;
}

/** So many rules of so many comparisons that those which one operation reads share its slot: an
 * AND and an OR of up to three each, with complements of all parts, some of them shared. */
static void build_many_rules(struct seg_test_block *builder, struct seg_random *random) {
  static const enum seg_width widths[SPREAD_COLUMNS] = {
      SEG_WIDTH_8, SEG_WIDTH_16, SEG_WIDTH_32, SEG_WIDTH_FULL, SEG_WIDTH_FULL, SEG_WIDTH_FULL};
  uint32_t shared[COMPARISONS];
  for (uint32_t c = 0; c < SPREAD_COLUMNS; c++)
    seg_test_block_input(builder, c == SPREAD_COLUMNS - 1 ? SEG_LAYOUT_F64 : SEG_LAYOUT_I64,
                         c == 2);
  for (uint32_t i = 0; i < COMPARISONS; i++)
    shared[i] = any_comparison(builder, random);
  for (uint32_t r = 0; r < ROOTS_MOST; r++) {
    uint32_t parts[2];
    for (int kind = 0; kind < 2; kind++) {
      const uint64_t count = 1 + seg_random_below(random, 3);
      for (uint64_t i = 0; i < count; i++) {
        const uint32_t part = seg_random_chance(random, 5) ? any_of(random, shared, COMPARISONS)
                                                           : any_comparison(builder, random);
        const uint32_t step = maybe_not(builder, random, part);
        parts[kind] = i == 0 ? step
                             : seg_test_block_operation(builder, kind == 0 ? SEG_OP_AND : SEG_OP_OR,
                                                        SEG_LAYOUT_BIT, parts[kind], step);
      }
    }
    const enum seg_op op = seg_random_chance(random, 80) ? SEG_OP_AND : SEG_OP_OR;
    const uint32_t root = seg_test_block_operation(builder, op, SEG_LAYOUT_BIT, parts[0], parts[1]);
    seg_test_block_mask_root(builder, maybe_not(builder, random, root));
  }
  builder->input_widths = widths;
}

/** Values on both sides of the constants. */
static void spread(struct columns *columns, const struct seg_block *block,
                   struct seg_random *random) {
  for (uint32_t c = 0; c < SPREAD_COLUMNS; c++) {
    const size_t bytes = seg_width_bytes(block->input_layouts[c], seg_block_input_width(block, c));
    for (int64_t row = 0; row < ROWS; row++) {
      const int64_t number = seg_random_between(random, -SPREAD, SPREAD);
      if (c == SPREAD_COLUMNS - 1)
        ((double *)columns->values[c])[row] = (double)number / 4;
      else
        put_integer(columns->values[c], row, bytes, number * spread_of(c));
    }
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
  uint64_t counts[ROOTS_MOST], expected[ROWS / 64 + 1];
  assert_int_equal(seg_mask_runner_init(&runner, program, batch, only_counts, NULL), SEG_OK);
  seg_mask_runner_run(&runner, &frame);
  for (uint32_t r = 0; r < block->mask_root_count; r++) {
    counts[r] = r;
    assert_true(seg_mask_runner_has_root(&runner, r) || (only_counts && !looked_at[r]));
    if (seg_mask_runner_has_root(&runner, r))
      seg_bitmap_clear_tail(seg_mask_runner_root(&runner, r), rows);
  }
  seg_mask_runner_count(&runner, rows, block->mask_root_count, counts);
  for (uint32_t r = 0; r < block->mask_root_count; r++) {
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

/** How many leaves are joined to others in each way. */
static void count_joins(const struct seg_mask_program *program, uint32_t joins[SEG_JOIN_COUNT],
                        uint32_t *flipped) {
  for (uint32_t i = 0; i < program->leaf_count; i++) {
    joins[program->targets[i].join]++;
    *flipped += program->targets[i].flipped;
  }
}

static void check_joins(const struct seg_mask_program *program, enum seg_vector_level level,
                        bool are_many) {
  uint32_t joins[SEG_JOIN_COUNT] = {0}, flipped = 0;
  count_joins(program, joins, &flipped);
  if (!are_many || seg_mask_kernels(level)->costs.fewest_joined > program->leaf_count) {
    assert_int_equal(joins[SEG_JOIN_PUT], program->leaf_count);
    assert_int_equal(flipped, 0);
    return;
  }
  assert_true(joins[SEG_JOIN_OR] > 100 && joins[SEG_JOIN_AND] > 100 && flipped > 100);
}

static void check_block(struct seg_random *random, bool are_many, uint32_t looked_at_percent) {
  struct seg_plan plan;
  struct seg_test_block builder;
  struct columns columns;
  bool looked_at[ROOTS_MOST];
  seg_plan_builder_init(&plan, 0);
  seg_test_block_init(&builder, &plan.arena);
  (are_many ? build_many_rules : build_rules)(&builder, random);
  plan.customer.scan = seg_test_block_finish(&builder);
  const struct seg_block *block = &plan.customer.scan;
  columns_init(&columns, block, ROWS, random, 0);
  if (are_many)
    spread(&columns, block, random);
  uint64_t *members = find_members(block, &columns);
  uint32_t *slots = calloc(block->step_count, sizeof *slots);
  assert_non_null(slots);
  for (uint32_t r = 0; r < block->mask_root_count; r++)
    looked_at[r] = seg_random_chance(random, looked_at_percent);
  for (size_t level = 0; level < sizeof levels / sizeof *levels; level++) {
    const struct seg_mask_program *program;
    assert_int_equal(
        seg_mask_program_build(&plan.arena, block, slots, levels[level], looked_at, &program, NULL),
        SEG_OK);
    assert_true(program->inner_slot_count < program->slot_count);
    check_joins(program, levels[level], are_many);
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
    check_block(&random, false, i % 3 == 0 ? 0 : 20);
}

static void many_rules_share_slots(void **state) {
  (void)state;
  struct seg_random random;
  seg_random_init(&random, 43);
  check_block(&random, true, 20);
}

// What the loop over shared slots does, on every level, whether it pays there or not.

/** The naive way: row by row, comparison by comparison. */
static void join_plainly(const struct seg_mask_grading *grading, const uint32_t *rows,
                         const uint32_t *thresholds, uint64_t *slots) {
  uint32_t i = 0;
  for (uint32_t r = 0; r < grading->run_count; r++) {
    const struct seg_mask_run *run = &grading->runs[r];
    for (uint32_t c = 0; c < run->count; c++, i++) {
      uint64_t *words = slots + grading->at[i] / sizeof *slots;
      for (uint32_t row = 0; row < SEG_MASK_ROUND; row++) {
        bool holds = rows[row] > thresholds[2 * i];
        const bool before = (words[row / 64] >> row % 64 & 1) != 0;
        if (run->are_pairs)
          holds = holds && rows[row] <= thresholds[2 * i + 1];
        holds = holds != run->flipped;
        if (run->join == SEG_JOIN_OR)
          holds = holds || before;
        if (run->join == SEG_JOIN_AND)
          holds = holds && before;
        words[row / 64] &= ~(UINT64_C(1) << row % 64);
        words[row / 64] |= (uint64_t)holds << row % 64;
      }
    }
  }
}

enum { JOINED_SLOTS = 6, JOINED_RUNS = 7, JOINED_TESTS = JOINED_RUNS * 5, ROUND_WORDS = 8 };

static void check_grades(struct seg_random *random, uint32_t bits, uint32_t digit_thresholds) {
  uint64_t slices[32 * ROUND_WORDS] __attribute__((aligned(64))) = {0};
  uint64_t slots[JOINED_SLOTS * ROUND_WORDS] __attribute__((aligned(64)));
  uint64_t before[JOINED_SLOTS * ROUND_WORDS], expected[JOINED_SLOTS * ROUND_WORDS];
  uint32_t rows[SEG_MASK_ROUND], thresholds[2 * JOINED_TESTS], at[JOINED_TESTS], count = 0;
  uint16_t places[2 * JOINED_TESTS * SEG_MASK_DIGITS_MOST], *place = places;
  struct seg_mask_digits digits;
  struct seg_mask_grading grading = {.places = places, .at = at};
  seg_mask_digits_choose(&digits, bits, digit_thresholds);
  for (uint32_t row = 0; row < SEG_MASK_ROUND; row++) {
    rows[row] = (uint32_t)seg_random_next(random) >> (32 - bits);
    for (uint32_t bit = 0; bit < bits; bit++)
      slices[ROUND_WORDS * bit + row / 64] |= (uint64_t)(rows[row] >> bit & 1) << row % 64;
  }
  for (size_t w = 0; w < sizeof before / sizeof *before; w++)
    before[w] = expected[w] = seg_random_next(random);
  for (; grading.run_count < JOINED_RUNS; grading.run_count++) {
    struct seg_mask_run *run = &grading.runs[grading.run_count];
    *run = (struct seg_mask_run){.join = (enum seg_mask_join)seg_random_below(random, 3),
                                 .are_pairs = seg_random_chance(random, 50),
                                 .flipped = seg_random_chance(random, 50),
                                 .count = 1 + (uint32_t)seg_random_below(random, 5)};
    for (uint32_t c = 0; c < run->count; c++, count++) {
      at[count] = (uint32_t)(seg_random_below(random, JOINED_SLOTS) * ROUND_WORDS * 8);
      for (uint32_t t = 0; t < (run->are_pairs ? 2 : 1); t++, place += digits.count) {
        thresholds[2 * count + t] = rows[seg_random_below(random, SEG_MASK_ROUND)];
        seg_mask_digits_place(&digits, thresholds[2 * count + t], place);
      }
    }
  }
  join_plainly(&grading, rows, thresholds, expected);
  for (size_t level = 0; level < sizeof levels / sizeof *levels; level++) {
    memcpy(slots, before, sizeof slots);
    seg_mask_kernels(levels[level])->grade_joined(slices, &digits, &grading, slots);
    assert_memory_equal(slots, expected, sizeof slots);
  }
}

static void comparisons_are_joined_on_every_level(void **state) {
  (void)state;
  struct seg_random random;
  seg_random_init(&random, 44);
  for (uint32_t bits = 1; bits <= 32; bits++)
    for (uint32_t thresholds = 1; thresholds <= 1000; thresholds *= 10)
      check_grades(&random, bits, thresholds);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(rules_that_are_only_counted),
                                     cmocka_unit_test(many_rules_share_slots),
                                     cmocka_unit_test(comparisons_are_joined_on_every_level)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
