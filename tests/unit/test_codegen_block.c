// Generated code of blocks against the oracle of tests/support: random blocks over random columns,
// and the corner cases by hand. Each random test prints its seed; SEGC_SEED repeats it.
#include "tests/unit/compiled_block.h"

// Random blocks

/** A random earlier step of a layout; masks have layout BIT here. */
static uint32_t pick(const struct seg_test_block *builder, struct seg_random *random,
                     enum seg_layout layout, enum seg_stage stage) {
  for (;;) {
    uint32_t number = seg_random_below(random, builder->block.step_count);
    const struct seg_step *step = &builder->block.steps[number];
    if (step->layout == layout && seg_op_info[step->op].stage == stage)
      return number;
  }
}

static uint32_t pick_value(const struct seg_test_block *builder, struct seg_random *random,
                           enum seg_layout layout) {
  return pick(builder, random, layout, SEG_STAGE_VALUE);
}

static enum seg_layout pick_layout(struct seg_random *random, bool with_text) {
  static const enum seg_layout layouts[] = {SEG_LAYOUT_I32, SEG_LAYOUT_I64, SEG_LAYOUT_F64,
                                            SEG_LAYOUT_TEXT};
  return layouts[seg_random_below(random, with_text ? 4 : 3)];
}

enum { LONGEST_LIST = 40 };

/** Constants of a layout; rising and without repetition when `rising`. */
static uint32_t random_list(struct seg_random *random, enum seg_layout layout, bool rising,
                            struct seg_plan_constant *list) {
  uint32_t count = 1 + seg_random_below(random, seg_random_chance(random, 30) ? LONGEST_LIST : 6);
  int64_t integer = seg_random_between(random, -30, 0);
  memset(list, 0, LONGEST_LIST * sizeof *list);
  for (uint32_t i = 0; i < count; i++) {
    integer =
        rising ? integer + 1 + seg_random_below(random, 3) : seg_random_between(random, -9, 9);
    if (layout == SEG_LAYOUT_TEXT)
      list[i].text = seg_str_view(texts[seg_random_below(random, TEXTS)]);
    else if (layout == SEG_LAYOUT_F64)
      list[i].number = (double)integer / 4;
    else
      list[i].integer = integer;
  }
  return count;
}

static void add_value_step(struct seg_test_block *builder, struct seg_random *random) {
  struct seg_plan_constant list[LONGEST_LIST];
  struct seg_step step = {.list = list};
  static const enum seg_op two_of_a_kind[] = {SEG_OP_ADD, SEG_OP_SUBTRACT, SEG_OP_MULTIPLY,
                                              SEG_OP_NEGATE, SEG_OP_ABS};
  enum seg_layout of = SEG_LAYOUT_I64;
  switch (seg_random_below(random, 22)) {
  case 16: step.op = SEG_OP_ADD, step.layout = of = SEG_LAYOUT_I32; break;
  case 17: step.op = SEG_OP_ANNIVERSARY, step.layout = of = SEG_LAYOUT_I32; break;
  case 18:
    step.op = SEG_OP_NUMBER_TO_INTEGER, step.layout = SEG_LAYOUT_I64, of = SEG_LAYOUT_F64;
    step.rounding = (enum seg_plan_rounding)seg_random_below(random, SEG_TO_CEILING + 1);
    break;
  case 19:
    step.op = SEG_OP_ROUND, step.layout = SEG_LAYOUT_I64;
    step.rounding = (enum seg_plan_rounding)seg_random_below(random, SEG_TO_CEILING + 1);
    step.factor = 2 + seg_random_below(random, 9);
    break;
  case 10:
    step.op = SEG_OP_DATE_PART, step.layout = of = SEG_LAYOUT_I32;
    step.date_part = (enum seg_date_part)seg_random_below(random, SEG_PART_MONTH_COUNT + 1);
    break;
  case 0: step.op = SEG_OP_DAY_TO_INTEGER, step.layout = SEG_LAYOUT_I64, of = SEG_LAYOUT_I32; break;
  case 1: step.op = SEG_OP_BIT_TO_CODE, step.layout = SEG_LAYOUT_I32, of = SEG_LAYOUT_BIT; break;
  case 2:
    step.op = SEG_OP_INTEGER_TO_NUMBER, step.layout = SEG_LAYOUT_F64;
    step.scale = (uint8_t)seg_random_below(random, 23);
    break;
  case 3: step.op = SEG_OP_SUBTRACT, step.layout = of = SEG_LAYOUT_I32; break;
  case 4: step.op = SEG_OP_DIVIDE, step.layout = of = SEG_LAYOUT_F64; break;
  case 5:
  case 6: step.op = SEG_OP_ELSE, step.layout = of = pick_layout(random, true); break;
  case 7:
    step.op = SEG_OP_BAND, step.layout = SEG_LAYOUT_I64, of = pick_layout(random, false);
    step.list_count = random_list(random, of, true, list);
    break;
  case 8:
    step.op = SEG_OP_FRACTION_BAND, step.layout = SEG_LAYOUT_I64;
    step.factor = random_integer(random, 20);
    step.list_count = random_list(random, SEG_LAYOUT_I64, true, list);
    break;
  case 9:
  case 13:
    step.op = SEG_OP_TEXT_MAP, step.layout = of = SEG_LAYOUT_TEXT;
    step.text_map = (enum seg_plan_text_map)seg_random_below(random, 3);
    break;
  case 11: step.op = SEG_OP_TEXT_LENGTH, step.layout = SEG_LAYOUT_I64, of = SEG_LAYOUT_TEXT; break;
  case 12: step.op = SEG_OP_FRACTION_ORDER, step.layout = SEG_LAYOUT_I32; break;
  case 20: step.op = SEG_OP_FRACTION_HALVES, step.layout = SEG_LAYOUT_I64; break;
  default:
    step.op = two_of_a_kind[seg_random_below(random, 5)];
    step.layout = of = seg_random_chance(random, 50) ? SEG_LAYOUT_I64 : SEG_LAYOUT_F64;
  }
  for (uint32_t i = 0; i < seg_op_info[step.op].operand_count; i++)
    step.operands[i] = pick_value(builder, random, of);
  seg_test_block_step(builder, step);
}

/** The automaton of a pattern, which becomes the item of the list. */
static const struct seg_automaton *random_pattern(struct seg_test_block *builder,
                                                  struct seg_random *random,
                                                  struct seg_plan_constant *item) {
  static const char *const patterns[] = {"a[a-z]*", "(ab|b)+", "[^a]*", " ?[Aa]b", "(a|ab)(c|d)?"};
  struct seg_regex *regex;
  struct seg_automaton *automaton;
  struct seg_regex_fault fault;
  item->text = seg_str_view(patterns[seg_random_below(random, 5)]);
  assert_int_equal(seg_regex_parse(builder->arena, item->text, &regex, &fault), SEG_OK);
  assert_int_equal(seg_automaton_build(builder->arena, regex, &automaton, &fault), SEG_OK);
  return automaton;
}

static void add_mask_step(struct seg_test_block *builder, struct seg_random *random) {
  struct seg_plan_constant list[LONGEST_LIST];
  struct seg_step step = {.list = list, .layout = SEG_LAYOUT_BIT};
  static const enum seg_op logic[] = {SEG_OP_NOT, SEG_OP_AND, SEG_OP_OR, SEG_OP_AND};
  uint32_t kind = seg_random_below(random, 10);
  if (kind < 4) {
    step.op = logic[seg_random_below(random, 4)];
    for (uint32_t i = 0; i < 2; i++)
      step.operands[i] = pick(builder, random, SEG_LAYOUT_BIT, SEG_STAGE_MASK);
    seg_test_block_step(builder, step);
    return;
  }
  enum seg_layout of = pick_layout(random, true);
  if (kind == 4) {
    step.op = seg_random_chance(random, 50) ? SEG_OP_IS_TRUE : SEG_OP_IS_FALSE;
    of = SEG_LAYOUT_BIT;
  } else if (kind == 5) {
    static const enum seg_layout listed[] = {SEG_LAYOUT_I32, SEG_LAYOUT_I64, SEG_LAYOUT_TEXT};
    step.op = SEG_OP_IN_LIST, of = listed[seg_random_below(random, 3)];
    step.list_count = random_list(random, of, false, list);
  } else if (kind == 6) {
    step.op = SEG_OP_TEXT_TEST, of = SEG_LAYOUT_TEXT;
    random_list(random, of, false, list);
    step.list_count = 1;
    if (seg_random_chance(random, 40))
      step.op = SEG_OP_TEXT_MATCH, step.automaton = random_pattern(builder, random, list);
    else
      step.text_test = (enum seg_plan_text_test)seg_random_below(random, 3);
  } else if (kind == 7) {
    step.op = SEG_OP_IS_KNOWN;
    of = seg_random_chance(random, 20) ? SEG_LAYOUT_BIT : of;
  } else {
    step.op = SEG_OP_COMPARE;
    step.comparison = (enum seg_plan_comparison)seg_random_below(random, 6);
  }
  for (uint32_t i = 0; i < seg_op_info[step.op].operand_count; i++)
    step.operands[i] = pick_value(builder, random, of);
  seg_test_block_step(builder, step);
}

/** Inputs of every layout, constants, then random steps; a random part of them are roots. */
static void random_block(struct seg_test_block *builder, struct seg_random *random, uint32_t steps,
                         uint32_t wild) {
  for (int layout = SEG_LAYOUT_BIT; layout <= SEG_LAYOUT_TEXT; layout++) {
    for (int i = 0; i < 4; i++)
      seg_test_block_input(builder, (enum seg_layout)layout, i % 2 == 0);
  }
  for (int i = 0; i < 2; i++) {
    seg_test_block_integer(builder, SEG_LAYOUT_I32, seg_random_between(random, -9, 9));
    seg_test_block_integer(builder, SEG_LAYOUT_I64, random_integer(random, wild));
    seg_test_block_number(builder, random_number(random, wild));
    seg_test_block_text(builder, texts[seg_random_below(random, TEXTS)]);
  }
  seg_test_block_operation(builder, SEG_OP_AS_OF, SEG_LAYOUT_I32, 0, 0);
  seg_test_block_operation(builder, SEG_OP_AS_OF_INSTANT, SEG_LAYOUT_I64, 0, 0);
  seg_test_block_step(
      builder,
      (struct seg_step){.op = SEG_OP_AS_OF_INSTANT, .layout = SEG_LAYOUT_I64, .factor = 3});
  seg_test_block_operation(builder, SEG_OP_ALL, SEG_LAYOUT_BIT, 0, 0);
  seg_test_block_operation(builder, SEG_OP_NONE, SEG_LAYOUT_BIT, 0, 0);
  while (builder->block.step_count < steps) {
    if (seg_random_chance(random, 45))
      add_value_step(builder, random);
    else
      add_mask_step(builder, random);
  }
  uint32_t share = 5 + seg_random_below(random, 60);
  for (uint32_t number = 0; number < builder->block.step_count; number++) {
    const struct seg_step *step = &builder->block.steps[number];
    if (!seg_random_chance(random, share))
      continue;
    if (seg_op_info[step->op].stage == SEG_STAGE_MASK)
      seg_test_block_mask_root(builder, number);
    else if (step->layout != SEG_LAYOUT_BIT)
      seg_test_block_value_root(builder, number);
  }
}

/** Integers as narrow as they may come. */
static void random_widths(struct seg_test_block *builder, struct seg_random *random) {
  enum seg_width *widths =
      SEG_NEW_ARRAY(builder->arena, enum seg_width, builder->block.input_count);
  assert_non_null(widths);
  for (uint32_t slot = 0; slot < builder->block.input_count; slot++) {
    enum seg_layout layout = builder->input_layouts[slot];
    if (layout == SEG_LAYOUT_I32 || layout == SEG_LAYOUT_I64)
      widths[slot] = (enum seg_width)seg_random_below(random, SEG_WIDTH_COUNT);
  }
  builder->input_widths = widths;
}

static void try_random_block(uint64_t seed, uint32_t steps, uint32_t runs) {
  struct seg_random random;
  seg_random_init(&random, seed);
  static const uint32_t wildness[] = {0, 0, 1, 20};
  uint32_t wild = wildness[seg_random_below(&random, 4)];
  struct compiled compiled;
  seg_plan_builder_init(&compiled.plan, 0);
  struct seg_test_block builder;
  seg_test_block_init(&builder, &compiled.plan.arena);
  random_block(&builder, &random, steps, wild);
  if (seg_random_chance(&random, 60))
    random_widths(&builder, &random);
  compile(&compiled, &builder, cpus[seg_random_below(&random, 3)]);
  for (uint32_t i = 0; i < runs; i++) {
    int64_t rows = seg_random_chance(&random, 50) ? seg_random_between(&random, 1, 200)
                                                  : row_counts[seg_random_below(&random, 7)];
    run_and_check(&compiled, rows, &random, wild);
  }
  compiled_deinit(&compiled);
}

static void random_blocks_agree_with_the_oracle(void **state) {
  (void)state;
  uint64_t seed = seg_random_seed("SEGC_SEED", 20261101);
  print_message("seed %" PRIu64 "\n", seed);
  for (uint64_t i = 0; i < 60; i++)
    try_random_block(seed + i, 30 + (uint32_t)(i % 5) * 20, 4);
}

/** Enough steps for several tiles of both kinds. */
static void large_blocks_agree_with_the_oracle(void **state) {
  (void)state;
  uint64_t seed = seg_random_seed("SEGC_SEED", 20261102);
  print_message("seed %" PRIu64 "\n", seed);
  for (uint64_t i = 0; i < 2; i++)
    try_random_block(seed + i, 900, 3);
}

// By hand

/** Every comparison of every layout: column with column, constant on either side, two constants. */
static void build_comparisons(struct seg_test_block *builder) {
  for (int layout = SEG_LAYOUT_I32; layout <= SEG_LAYOUT_TEXT; layout++) {
    uint32_t a = seg_test_block_input(builder, (enum seg_layout)layout, false);
    uint32_t b = seg_test_block_input(builder, (enum seg_layout)layout, true);
    uint32_t constant;
    if (layout == SEG_LAYOUT_TEXT)
      constant = seg_test_block_text(builder, "abc");
    else if (layout == SEG_LAYOUT_F64)
      constant = seg_test_block_number(builder, 0.125);
    else
      constant = seg_test_block_integer(builder, (enum seg_layout)layout, 3);
    for (int comparison = SEG_IS_EQUAL; comparison <= SEG_IS_GREATER_EQUAL; comparison++) {
      const uint32_t pairs[][2] = {
          {a, b}, {b, a}, {a, constant}, {constant, b}, {constant, constant}};
      for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        seg_test_block_mask_root(
            builder, seg_test_block_compare(builder, (enum seg_plan_comparison)comparison,
                                            pairs[i][0], pairs[i][1]));
    }
  }
  uint32_t today = seg_test_block_operation(builder, SEG_OP_AS_OF, SEG_LAYOUT_I32, 0, 0);
  uint32_t day = seg_test_block_input(builder, SEG_LAYOUT_I32, true);
  for (int comparison = SEG_IS_EQUAL; comparison <= SEG_IS_GREATER_EQUAL; comparison++) {
    enum seg_plan_comparison as = (enum seg_plan_comparison)comparison;
    seg_test_block_mask_root(builder, seg_test_block_compare(builder, as, today, day));
    seg_test_block_mask_root(builder, seg_test_block_compare(builder, as, today, today));
  }
}

static void comparisons_in_every_form(void **state) {
  (void)state;
  try_everywhere(build_comparisons, 1);
}

/** I64 columns of every width against the edges from both sides, in short and long lists, and
 * against each other; and what maps compute from them. */
static void build_widths(struct seg_test_block *builder) {
  static const enum seg_width widths[] = {SEG_WIDTH_FULL, SEG_WIDTH_8,  SEG_WIDTH_16, SEG_WIDTH_32,
                                          SEG_WIDTH_FULL, SEG_WIDTH_16, SEG_WIDTH_32};
  struct seg_plan_constant list[EDGES];
  memset(list, 0, sizeof list);
  for (int i = 0; i < EDGES; i++)
    list[i].integer = edges[i];
  uint32_t columns[7];
  for (uint32_t c = 0; c < 7; c++)
    columns[c] = seg_test_block_input(builder, SEG_LAYOUT_I64, c % 2 == 0);
  for (uint32_t c = 0; c < 7; c++) {
    uint32_t before = columns[(c + 6) % 7];
    for (int comparison = SEG_IS_EQUAL; comparison <= SEG_IS_GREATER_EQUAL; comparison++) {
      enum seg_plan_comparison as = (enum seg_plan_comparison)comparison;
      for (int i = 0; i < EDGES; i++) {
        uint32_t edge = seg_test_block_integer(builder, SEG_LAYOUT_I64, edges[i]);
        seg_test_block_mask_root(builder, seg_test_block_compare(builder, as, columns[c], edge));
        seg_test_block_mask_root(builder, seg_test_block_compare(builder, as, edge, columns[c]));
      }
      seg_test_block_mask_root(builder, seg_test_block_compare(builder, as, columns[c], before));
    }
    for (uint32_t count = 5; count <= EDGES; count += EDGES - 5)
      seg_test_block_mask_root(
          builder, seg_test_block_step(builder, (struct seg_step){.op = SEG_OP_IN_LIST,
                                                                  .layout = SEG_LAYOUT_BIT,
                                                                  .operands = {columns[c]},
                                                                  .list_count = count,
                                                                  .list = list}));
    seg_test_block_value_root(
        builder,
        seg_test_block_operation(builder, SEG_OP_ELSE, SEG_LAYOUT_I64, columns[c], before));
  }
  builder->input_widths = widths;
}

static void integers_of_every_width(void **state) {
  (void)state;
  try_everywhere(build_widths, 9);
}

/** Every arithmetic operation on known and on possibly unknown operands. */
static void build_arithmetic(struct seg_test_block *builder) {
  static const enum seg_op operations[] = {SEG_OP_ADD, SEG_OP_SUBTRACT, SEG_OP_MULTIPLY,
                                           SEG_OP_NEGATE, SEG_OP_DIVIDE};
  for (int layout = SEG_LAYOUT_I64; layout <= SEG_LAYOUT_F64; layout++) {
    uint32_t a = seg_test_block_input(builder, (enum seg_layout)layout, false);
    uint32_t b = seg_test_block_input(builder, (enum seg_layout)layout, true);
    for (size_t i = 0; i < (layout == SEG_LAYOUT_F64 ? 5 : 4); i++) {
      const uint32_t pairs[][2] = {{a, a}, {a, b}, {b, a}, {b, b}};
      for (size_t pair = 0; pair < 4; pair++)
        seg_test_block_value_root(
            builder, seg_test_block_operation(builder, operations[i], (enum seg_layout)layout,
                                              pairs[pair][0], pairs[pair][1]));
    }
  }
}

static void arithmetic_known_and_unknown(void **state) {
  (void)state;
  try_everywhere(build_arithmetic, 2);
}

/** Constants and inputs as value roots, `else` on every layout, masks that look at constants. */
static void build_odd_roots(struct seg_test_block *builder) {
  uint32_t inputs[2][SEG_LAYOUT_TEXT + 1];
  for (int layout = SEG_LAYOUT_I32; layout <= SEG_LAYOUT_TEXT; layout++) {
    for (int optional = 0; optional < 2; optional++)
      inputs[optional][layout] =
          seg_test_block_input(builder, (enum seg_layout)layout, optional == 1);
    uint32_t other = seg_test_block_input(builder, (enum seg_layout)layout, true);
    const uint32_t pairs[][2] = {{inputs[1][layout], inputs[0][layout]},
                                 {inputs[1][layout], other},
                                 {inputs[0][layout], other}};
    for (size_t i = 0; i < 3; i++)
      seg_test_block_value_root(builder, seg_test_block_operation(builder, SEG_OP_ELSE,
                                                                  (enum seg_layout)layout,
                                                                  pairs[i][0], pairs[i][1]));
    seg_test_block_value_root(builder, other);
  }
  uint32_t text = seg_test_block_text(builder, "abc");
  uint32_t today = seg_test_block_operation(builder, SEG_OP_AS_OF, SEG_LAYOUT_I32, 0, 0);
  seg_test_block_value_root(builder, text);
  seg_test_block_value_root(builder, today);
  seg_test_block_value_root(builder, seg_test_block_number(builder, 2.5));
  const struct seg_plan_constant starts[] = {{.text = {"ab", 2}}};
  seg_test_block_mask_root(builder,
                           seg_test_block_step(builder, (struct seg_step){.op = SEG_OP_TEXT_TEST,
                                                                          .layout = SEG_LAYOUT_BIT,
                                                                          .operands = {text},
                                                                          .list_count = 1,
                                                                          .list = starts}));
  struct seg_plan_constant days[20];
  memset(days, 0, sizeof days);
  for (int i = 0; i < 20; i++)
    days[i].integer = 2 * i - 20;
  for (uint32_t count = 3; count <= 20; count += 17)
    seg_test_block_mask_root(
        builder, seg_test_block_step(builder, (struct seg_step){.op = SEG_OP_IN_LIST,
                                                                .layout = SEG_LAYOUT_BIT,
                                                                .operands = {today},
                                                                .list_count = count,
                                                                .list = days}));
  seg_test_block_mask_root(
      builder, seg_test_block_operation(builder, SEG_OP_IS_KNOWN, SEG_LAYOUT_BIT, text, 0));
}

static void odd_roots(void **state) {
  (void)state;
  try_everywhere(build_odd_roots, 3);
}

/** One I64 operation on two given numbers; returns the fault and the result. */
static struct seg_kernel_fault once(enum seg_op op, int64_t a, int64_t b, int64_t *result) {
  struct compiled compiled;
  seg_plan_builder_init(&compiled.plan, 0);
  struct seg_test_block builder;
  seg_test_block_init(&builder, &compiled.plan.arena);
  uint32_t left = seg_test_block_input(&builder, SEG_LAYOUT_I64, false);
  uint32_t right = seg_test_block_input(&builder, SEG_LAYOUT_I64, false);
  uint32_t step = seg_test_block_operation(&builder, op, SEG_LAYOUT_I64, left, right);
  seg_test_block_value_root(&builder, step);
  compile(&compiled, &builder, NULL);
  int64_t columns[2][64] = {{0}};
  // Row 3 of 5 holds the numbers.
  columns[0][3] = a;
  columns[1][3] = b;
  const void *const values[] = {columns[0], columns[1]};
  const uint64_t *const known[] = {NULL, NULL};
  const struct seg_kernel_inputs inputs = {.row_count = 5, .values = values, .known = known};
  struct seg_kernel_run run;
  seg_kernel_run_init(&run, &compiled.plan.customer.scan,
                      &seg_code_kernels(compiled.code)->customer_scan, &inputs);
  *result = ((const int64_t *)seg_kernel_run_root_values(&run, 0))[3];
  struct seg_kernel_fault fault = run.fault;
  seg_kernel_run_deinit(&run);
  compiled_deinit(&compiled);
  return fault;
}

static void overflow_at_the_edges(void **state) {
  (void)state;
  static const struct {
    enum seg_op op;
    int64_t a, b, result; // result 0 = a fault
  } cases[] = {
      {SEG_OP_ADD, INT64_MAX, 1, 0},
      {SEG_OP_ADD, INT64_MAX - 1, 1, INT64_MAX},
      {SEG_OP_ADD, INT64_MIN, -1, 0},
      {SEG_OP_SUBTRACT, INT64_MIN, 1, 0},
      {SEG_OP_SUBTRACT, -2, INT64_MAX, 0},
      {SEG_OP_SUBTRACT, -1, INT64_MAX, INT64_MIN},
      {SEG_OP_NEGATE, INT64_MIN, 0, 0},
      {SEG_OP_NEGATE, INT64_MAX, 0, -INT64_MAX},
      {SEG_OP_MULTIPLY, 3037000500, 3037000500, 0},
      {SEG_OP_MULTIPLY, 3037000499, 3037000499, 9223372030926249001},
      {SEG_OP_MULTIPLY, INT64_MIN, -1, 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t result;
    struct seg_kernel_fault fault = once(cases[i].op, cases[i].a, cases[i].b, &result);
    bool faults = cases[i].result == 0;
    assert_int_equal(fault.kind, faults ? SEG_FAULT_OVERFLOW : SEG_FAULT_NONE);
    if (faults) {
      assert_int_equal(fault.row, 3);
      assert_int_equal(fault.step, 2);
    } else {
      assert_true(result == cases[i].result);
    }
  }
}

/** The published cuts of a band: 115, 181 and 297.4 begin the next band (lower end inclusive). */
static void bands_begin_at_their_cut(void **state) {
  (void)state;
  struct compiled compiled;
  seg_plan_builder_init(&compiled.plan, 0);
  struct seg_test_block builder;
  seg_test_block_init(&builder, &compiled.plan.arena);
  uint32_t x = seg_test_block_input(&builder, SEG_LAYOUT_F64, false);
  const struct seg_plan_constant cuts[] = {{.number = 115}, {.number = 181}, {.number = 297.4}};
  seg_test_block_value_root(
      &builder, seg_test_block_step(&builder, (struct seg_step){.op = SEG_OP_BAND,
                                                                .layout = SEG_LAYOUT_I64,
                                                                .operands = {x},
                                                                .list_count = 3,
                                                                .list = cuts}));
  compile(&compiled, &builder, NULL);
  const double column[64] = {114.9, 115, 180.9, 181, 297.3, 297.4, 1e9};
  static const int64_t expected[] = {1, 2, 2, 3, 3, 4, 4};
  const void *const values[] = {column};
  const uint64_t *const known[] = {NULL};
  const struct seg_kernel_inputs inputs = {.row_count = 7, .values = values, .known = known};
  struct seg_kernel_run run;
  seg_kernel_run_init(&run, &compiled.plan.customer.scan,
                      &seg_code_kernels(compiled.code)->customer_scan, &inputs);
  assert_memory_equal(seg_kernel_run_root_values(&run, 0), expected, sizeof expected);
  seg_kernel_run_deinit(&run);
  compiled_deinit(&compiled);
}

/** Fractions of plain columns, which are divided in vectors, beside those that are not. */
static void build_fractions(struct seg_test_block *builder) {
  uint32_t a = seg_test_block_input(builder, SEG_LAYOUT_I64, false);
  uint32_t b = seg_test_block_input(builder, SEG_LAYOUT_I64, false);
  uint32_t maybe = seg_test_block_input(builder, SEG_LAYOUT_I64, true);
  const uint32_t pairs[][2] = {{a, b}, {b, a}, {a, maybe}};
  for (size_t pair = 0; pair < 3; pair++)
    seg_test_block_value_root(builder, seg_test_block_operation(builder, SEG_OP_FRACTION_HALVES,
                                                                SEG_LAYOUT_I64, pairs[pair][0],
                                                                pairs[pair][1]));
}

/** Next to a whole number, with as many digits as there may be, and with one more. */
static void make_close_fractions(struct columns *columns, struct seg_random *random) {
  int64_t *a = columns->values[0], *b = columns->values[1];
  for (int64_t row = 0; row < columns->inputs.row_count; row++) {
    unsigned bits = 1 + seg_random_below(random, 50);
    b[row] = (int64_t)(seg_random_next(random) >> (63 - bits)) + 1;
    int64_t most = ((INT64_C(1) << 51) - 1 + seg_random_chance(random, 2)) / b[row];
    int64_t whole = most - (int64_t)seg_random_below(random, 2);
    a[row] = whole * b[row] + (int64_t)seg_random_below(random, 3) - 1;
    a[row] = seg_random_chance(random, 50) ? a[row] : -a[row];
  }
}

static void fractions_next_to_whole_numbers(void **state) {
  (void)state;
  try_everywhere(build_fractions, 7);
  struct compiled compiled;
  seg_plan_builder_init(&compiled.plan, 0);
  struct seg_test_block builder;
  seg_test_block_init(&builder, &compiled.plan.arena);
  build_fractions(&builder);
  compile(&compiled, &builder, NULL);
  struct seg_random random;
  seg_random_init(&random, 20261123);
  const struct seg_block *block = &compiled.plan.customer.scan;
  for (int i = 0; i < 20; i++) {
    struct columns columns;
    columns_init(&columns, block, 1000 + i, &random, 0);
    make_close_fractions(&columns, &random);
    struct seg_kernel_run run;
    seg_kernel_run_init(&run, block, &seg_code_kernels(compiled.code)->customer_scan,
                        &columns.inputs);
    check_run(&run);
    seg_kernel_run_deinit(&run);
    columns_deinit(&columns);
  }
  compiled_deinit(&compiled);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(comparisons_in_every_form),
      cmocka_unit_test(integers_of_every_width),
      cmocka_unit_test(arithmetic_known_and_unknown),
      cmocka_unit_test(odd_roots),
      cmocka_unit_test(overflow_at_the_edges),
      cmocka_unit_test(bands_begin_at_their_cut),
      cmocka_unit_test(fractions_next_to_whole_numbers),
      cmocka_unit_test(random_blocks_agree_with_the_oracle),
      cmocka_unit_test(large_blocks_agree_with_the_oracle),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
