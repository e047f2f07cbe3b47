// Running mask programs; see mask_runner.h.
//
// Integers are compared as narrow as the constants of their column allow: values are first clamped
// to the range from just below the least constant to just above the greatest, which changes no
// comparison, and that range mostly fits 8 or 16 bits. One instruction then compares 64 or 32 rows.
// Where a column has many comparisons, they are made on slices of bits instead (mask_slices.h).
#include "runtime/filter/mask_runner.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/column/column.h"
#include "runtime/filter/kernel_text.h"
#include "runtime/filter/mask_calls.h"
#include "runtime/filter/mask_codes.h"
#include "runtime/filter/mask_ranks.h"
#include "runtime/filter/mask_slices.h"

/** A comparison against the constants of the run. */
struct seg_mask_test_now {
  bool is_decided; // holds for every row, or for none
  bool holds;
  enum seg_mask_test test;
  union seg_mask_constant constant; // what the kernel is given
  int64_t high;                     // of BETWEEN: the other one
};

/** The comparisons of one column, or of the signs of two: leaves first .. end - 1. */
struct seg_mask_group {
  uint32_t first, end;
  enum seg_mask_type type; // as it lies in memory
  enum seg_mask_type code; // as it is compared
  int64_t low, high;       // where it is made narrow: the range of values that matter
  bool is_sign;
  bool is_text;                    // compared by heads
  union seg_mask_ranking *ranking; // when its ranks could be compared
  bool is_ranked;                  // they are, as `code`
  bool is_sliced;                  // compared on slices of `code`
  bool is_all_sliced;              // all of them: nothing is decided
  int64_t least, most;             // the range that slices tell apart
  uint32_t singles;                // of the comparisons: with one threshold
  struct seg_mask_digits digits;
  uint16_t *places; // of thresholds in the grades
};

// From so many comparisons on, these are faster than one after the other.
enum { FEWEST_RANKED = 16, FEWEST_SLICED = 12 };

// Of ranks by bins, beside vectors that are read or written (mask_slices.h).
enum { RANKING_COST = 50, RANKING_STEP_COST = 20 };

// So many rows behind those that are compared, memory is asked for what comes next.
enum { FETCHED_AHEAD = 4096 };

enum { PLACES = 2 * SEG_MASK_DIGITS_MOST, SLICE_WORDS = 32 * 8 };

static const char what_for[] = "the masks of a batch";

static const size_t type_bytes[SEG_MASK_TYPE_COUNT] = {1, 2, 4, 8, 8};

static enum seg_mask_type type_of(const struct seg_mask_column *column) {
  switch (column->width) {
  case SEG_WIDTH_8: return SEG_MASK_I8;
  case SEG_WIDTH_16: return SEG_MASK_I16;
  case SEG_WIDTH_32: return SEG_MASK_I32;
  case SEG_WIDTH_FULL: break;
  }
  return column->layout == SEG_LAYOUT_I32   ? SEG_MASK_I32
         : column->layout == SEG_LAYOUT_F64 ? SEG_MASK_F64
                                            : SEG_MASK_I64;
}

static int64_t least_of(enum seg_mask_type type) {
  return (int64_t)(UINT64_MAX << (8 * type_bytes[type] - 1));
}

static int64_t greatest_of(enum seg_mask_type type) {
  return (int64_t)(UINT64_MAX >> (65 - 8 * type_bytes[type]));
}

static bool may_be_ranked(const struct seg_mask_runner *runner,
                          const struct seg_mask_group *group) {
  return !group->is_sign && runner->kernels->rank[group->type] != NULL &&
         group->end - group->first >= FEWEST_RANKED / 2;
}

static bool add_rankings(struct seg_mask_runner *runner) {
  size_t count = 0;
  for (uint32_t g = 0; g < runner->group_count; g++)
    count += may_be_ranked(runner, &runner->groups[g]);
  runner->rankings = calloc(count + 1, sizeof *runner->rankings);
  for (uint32_t g = 0; runner->rankings != NULL && g < runner->group_count; g++)
    if (may_be_ranked(runner, &runner->groups[g]))
      runner->groups[g].ranking = &runner->rankings[--count];
  return runner->rankings != NULL;
}

// A column with more comparisons than ranks can tell apart makes several groups.
static void build_groups(struct seg_mask_runner *runner) {
  const struct seg_mask_program *program = runner->program;
  uint32_t thresholds = 0;
  for (uint32_t i = 0; i < program->leaf_count; i++) {
    const struct seg_mask_node *leaf = &program->leaves[i];
    if (leaf->kind != SEG_MASK_COMPARE)
      continue;
    const struct seg_mask_node *before = i > 0 ? &program->leaves[i - 1] : leaf;
    bool is_sign = leaf->right != SEG_MASK_NONE;
    bool may_be_wide = !is_sign && type_of(&program->columns[leaf->left]) >= SEG_MASK_I64;
    thresholds += leaf->test >= SEG_MASK_EQUAL ? 2 : 1;
    bool follows = i > 0 && before->kind == SEG_MASK_COMPARE && before->left == leaf->left &&
                   before->right == leaf->right &&
                   (!may_be_wide || thresholds <= SEG_MASK_RANK_MOST);
    if (!follows) {
      thresholds = leaf->test >= SEG_MASK_EQUAL ? 2 : 1;
      runner->groups[runner->group_count++] = (struct seg_mask_group){
          .first = i,
          .is_sign = is_sign,
          .is_text = !is_sign && program->columns[leaf->left].layout == SEG_LAYOUT_TEXT,
          .type = is_sign ? SEG_MASK_I8 : type_of(&program->columns[leaf->left])};
    }
    runner->groups[runner->group_count - 1].end = i + 1;
  }
  if (runner->group_count > 0) {
    runner->compare_first = runner->groups[0].first;
    runner->compare_end = runner->groups[runner->group_count - 1].end;
  }
}

uint64_t seg_mask_runner_bytes(const struct seg_mask_program *program, int64_t batch_rows) {
  uint64_t tables = 0;
  for (uint32_t i = 0; i < program->coded_count; i++)
    tables += seg_mask_codes_bytes(&program->coded[i]);
  return tables + (uint64_t)program->slot_count * (uint64_t)batch_rows / 8 +
         3 * 8 * (uint64_t)batch_rows +
         program->leaf_count * (PLACES * sizeof(uint16_t) + sizeof(struct seg_mask_test_now) +
                                sizeof(struct seg_mask_group)) +
         program->leaf_count / (FEWEST_RANKED / 2) * sizeof(union seg_mask_ranking);
}

static enum seg_status add_tables(struct seg_mask_runner *runner, struct seg_error *error) {
  const struct seg_mask_program *program = runner->program;
  enum seg_status status = SEG_OK;
  runner->tables = calloc((size_t)program->coded_count + 1, sizeof *runner->tables);
  if (runner->tables == NULL)
    return seg_fail_memory(error, what_for);
  for (uint32_t i = 0; status == SEG_OK && i < program->coded_count; i++)
    status = seg_mask_codes_init(&runner->tables[i], &program->coded[i], error);
  return status;
}

enum seg_status seg_mask_runner_init(struct seg_mask_runner *runner,
                                     const struct seg_mask_program *program, int64_t batch_rows,
                                     struct seg_error *error) {
  *runner = (struct seg_mask_runner){.program = program,
                                     .kernels = seg_mask_kernels(program->level),
                                     .stride = (size_t)batch_rows / 64};
  size_t leaves = (size_t)program->leaf_count + 1;
  runner->slots = seg_column_memory(program->slot_count * runner->stride * sizeof(uint64_t));
  runner->codes = seg_column_memory((size_t)batch_rows * 3 * sizeof(int64_t));
  runner->groups = calloc(leaves, sizeof *runner->groups);
  runner->tests = calloc(leaves, sizeof *runner->tests);
  runner->places = calloc(leaves * PLACES, sizeof *runner->places);
  runner->slices = seg_column_memory(SLICE_WORDS * sizeof *runner->slices);
  if (runner->slots == NULL || runner->codes == NULL || runner->groups == NULL ||
      runner->tests == NULL || runner->places == NULL || runner->slices == NULL)
    return seg_fail_memory(error, what_for);
  build_groups(runner);
  return add_rankings(runner) ? add_tables(runner, error) : seg_fail_memory(error, what_for);
}

void seg_mask_runner_deinit(struct seg_mask_runner *runner) {
  for (uint32_t i = 0; runner->tables != NULL && i < runner->program->coded_count; i++)
    seg_mask_codes_deinit(&runner->tables[i]);
  free(runner->tables);
  free(runner->slots);
  free(runner->codes);
  free(runner->groups);
  free(runner->rankings);
  free(runner->places);
  free(runner->slices);
  free(runner->tests);
  *runner = (struct seg_mask_runner){0};
}

// Constants

static int64_t scalar_now(const struct seg_step *step, const struct seg_block_frame *frame) {
  if (step->op == SEG_OP_AS_OF)
    return frame->as_of;
  if (step->op == SEG_OP_AS_OF_INSTANT)
    return (int64_t)((uint64_t)frame->as_of_instant - (uint64_t)step->factor);
  return step->constant.integer;
}

static bool order_holds(int order, enum seg_plan_comparison comparison) {
  switch (comparison) {
  case SEG_IS_EQUAL: return order == 0;
  case SEG_IS_NOT_EQUAL: return order != 0;
  case SEG_IS_LESS: return order < 0;
  case SEG_IS_LESS_EQUAL: return order <= 0;
  case SEG_IS_GREATER: return order > 0;
  case SEG_IS_GREATER_EQUAL: return order >= 0;
  }
  return false;
}

static bool scalars_hold(const struct seg_mask_node *leaf, const struct seg_block_frame *frame) {
  const struct seg_step *a = &frame->steps[leaf->left], *b = &frame->steps[leaf->right];
  int order = 0;
  if (a->layout == SEG_LAYOUT_TEXT) {
    order = seg_str_compare(a->constant.text, b->constant.text);
  } else if (a->layout == SEG_LAYOUT_F64) {
    order = (a->constant.number > b->constant.number) - (a->constant.number < b->constant.number);
  } else {
    int64_t x = scalar_now(a, frame), y = scalar_now(b, frame);
    order = (x > y) - (x < y);
  }
  return order_holds(order, (enum seg_plan_comparison)leaf->test);
}

static void bind_between(struct seg_mask_test_now *now, const struct seg_mask_node *leaf,
                         enum seg_mask_type type) {
  int64_t least = least_of(type), greatest = greatest_of(type);
  now->is_decided = leaf->constant > greatest || leaf->upper < least ||
                    (leaf->constant <= least && leaf->upper >= greatest);
  now->holds = leaf->constant <= least && leaf->upper >= greatest;
  now->constant.integer = leaf->constant < least ? least : leaf->constant;
  now->high = leaf->upper > greatest ? greatest : leaf->upper;
}

/** An integer constant, or the decision where no value of the type makes a difference. */
static void bind_test(struct seg_mask_test_now *now, const struct seg_mask_node *leaf,
                      enum seg_mask_type type, const struct seg_block_frame *frame) {
  *now = (struct seg_mask_test_now){.test = (enum seg_mask_test)leaf->test,
                                    .constant.integer = leaf->constant};
  if (type == SEG_MASK_F64) {
    memcpy(&now->constant.number, &leaf->constant, sizeof leaf->constant);
    return;
  }
  if (leaf->test == SEG_MASK_BETWEEN) {
    bind_between(now, leaf, type);
    return;
  }
  int64_t constant = leaf->scalar == SEG_MASK_NONE ? leaf->constant
                                                   : scalar_now(&frame->steps[leaf->scalar], frame);
  int64_t least = least_of(type), greatest = greatest_of(type);
  if (leaf->test == SEG_MASK_EQUAL) {
    now->is_decided = constant < least || constant > greatest;
  } else if (leaf->less_one && constant == INT64_MIN) {
    now->is_decided = now->holds = true;
  } else {
    constant -= leaf->less_one ? 1 : 0;
    now->is_decided = constant < least || constant >= greatest;
    now->holds = constant < least;
  }
  now->constant.integer = constant;
}

static int64_t highest_of(const struct seg_mask_test_now *test) {
  return test->test == SEG_MASK_BETWEEN ? test->high : test->constant.integer;
}

/** The range of a group's constants, whatever is decided left out; how many are left. */
static uint32_t find_range(const struct seg_mask_runner *runner, const struct seg_mask_group *group,
                           int64_t *low, int64_t *high) {
  uint32_t count = 0;
  *low = INT64_MAX;
  *high = INT64_MIN;
  for (uint32_t i = group->first; i < group->end; i++) {
    const struct seg_mask_test_now *test = &runner->tests[i];
    if (test->is_decided)
      continue;
    count++;
    *low = test->constant.integer < *low ? test->constant.integer : *low;
    *high = highest_of(test) > *high ? highest_of(test) : *high;
  }
  return count;
}

/** The narrowest type that tells all constants of a group and their neighbours apart. */
static void choose_code(struct seg_mask_runner *runner, struct seg_mask_group *group) {
  int64_t low, high;
  group->code = group->type;
  if (group->type == SEG_MASK_I8 || group->type == SEG_MASK_F64 ||
      find_range(runner, group, &low, &high) < 2)
    return;
  group->low = low > least_of(group->type) ? low - 1 : low;
  group->high = high < greatest_of(group->type) ? high + 1 : high;
  uint64_t range = (uint64_t)group->high - (uint64_t)group->low;
  enum seg_mask_type code = range <= UINT8_MAX    ? SEG_MASK_I8
                            : range <= UINT16_MAX ? SEG_MASK_I16
                            : range <= UINT32_MAX ? SEG_MASK_I32
                                                  : SEG_MASK_I64;
  if (code < group->type)
    group->code = code;
}

static void use_code(struct seg_mask_runner *runner, const struct seg_mask_group *group) {
  uint64_t shift = (uint64_t)least_of(group->code) - (uint64_t)group->low;
  for (uint32_t i = group->first; group->code != group->type && i < group->end; i++) {
    struct seg_mask_test_now *test = &runner->tests[i];
    test->constant.integer = (int64_t)((uint64_t)test->constant.integer + shift);
    test->high = (int64_t)((uint64_t)test->high + shift);
  }
}

// Ranks

// What a value exceeds that passes, or the value it must equal; the least of those it may equal.
static int64_t threshold_of(const struct seg_mask_test_now *test, enum seg_mask_type type) {
  int64_t threshold =
      type == SEG_MASK_F64 ? seg_mask_order_of(test->constant.number) : test->constant.integer;
  return test->test == SEG_MASK_GREATER_EQUAL ? threshold - 1 : threshold;
}

// Values from a to b exceed a - 1 and not b.
static bool add_thresholds(struct seg_mask_thresholds *thresholds,
                           const struct seg_mask_test_now *test, enum seg_mask_type type) {
  int64_t threshold = threshold_of(test, type);
  if (test->is_decided)
    return true;
  if (test->test < SEG_MASK_EQUAL)
    return seg_mask_thresholds_add(thresholds, threshold);
  return (threshold == INT64_MIN || seg_mask_thresholds_add(thresholds, threshold - 1)) &&
         seg_mask_thresholds_add(thresholds, test->test == SEG_MASK_EQUAL ? threshold : test->high);
}

/** `first` is the code of rank 0. */
static void rank_test(const struct seg_mask_thresholds *thresholds, struct seg_mask_test_now *test,
                      enum seg_mask_type type, int64_t first) {
  int64_t threshold = threshold_of(test, type);
  if (test->is_decided)
    return;
  if (test->test == SEG_MASK_BETWEEN) {
    bool is_least = threshold == INT64_MIN;
    test->constant.integer =
        is_least ? first
                 : first + 1 + (int64_t)seg_mask_thresholds_place(thresholds, threshold - 1);
    test->high = first + (int64_t)seg_mask_thresholds_place(thresholds, test->high);
    return;
  }
  test->constant.integer = first + (int64_t)seg_mask_thresholds_place(thresholds, threshold);
  if (test->test == SEG_MASK_GREATER_EQUAL)
    test->test = SEG_MASK_GREATER;
}

static uint32_t bits_of(uint64_t number) {
  return number == 0 ? 1 : 64 - (uint32_t)__builtin_clzll(number);
}

/** Ranks of columns that could be sliced as they are, where they save more than they cost. */
static bool build_bins(const struct seg_mask_group *group,
                       const struct seg_mask_thresholds *thresholds) {
  struct seg_mask_bins *bins = &group->ranking->bins;
  if (!seg_mask_bins_build(bins, thresholds, least_of(group->type), greatest_of(group->type)))
    return false;
  const uint32_t bits = bits_of((uint64_t)bins->most - (uint64_t)bins->least);
  const uint64_t ranking = RANKING_COST + (uint64_t)bins->steps * RANKING_STEP_COST;
  return seg_mask_digits_cost(bits, thresholds->count) >
         seg_mask_digits_cost(bits_of(thresholds->count), thresholds->count) + ranking;
}

/** Compare ranks instead of values, where that is faster. Says whether it is. */
static bool use_ranks(struct seg_mask_runner *runner, struct seg_mask_group *group) {
  struct seg_mask_thresholds thresholds = {.count = 0};
  const bool is_narrow = group->type < SEG_MASK_I64;
  if (group->ranking == NULL || (!is_narrow && group->code < SEG_MASK_I64))
    return false;
  for (uint32_t i = group->first; i < group->end; i++)
    if (!add_thresholds(&thresholds, &runner->tests[i], group->type))
      return false;
  seg_mask_thresholds_finish(&thresholds);
  const bool are_bytes = thresholds.count <= SEG_MASK_RANK_MOST;
  if (thresholds.count < FEWEST_RANKED || (!is_narrow && !are_bytes))
    return false;
  if (!is_narrow)
    seg_mask_tree_build(&group->ranking->tree, &thresholds, group->type == SEG_MASK_F64);
  else if (!build_bins(group, &thresholds))
    return false;
  group->code = are_bytes ? SEG_MASK_I8 : SEG_MASK_I16;
  for (uint32_t i = group->first; i < group->end; i++)
    rank_test(&thresholds, &runner->tests[i], group->type, are_bytes ? INT8_MIN : 0);
  return true;
}

// Slices

static bool may_be_sliced(const struct seg_mask_group *group, enum seg_mask_type code) {
  return !group->is_sign && code <= SEG_MASK_I32 && group->end - group->first >= FEWEST_SLICED;
}

// The thresholds of a comparison, one or two: v > low, v > low and not v > high.
static int64_t low_threshold(const struct seg_mask_test_now *test) {
  return test->test == SEG_MASK_GREATER ? test->constant.integer : test->constant.integer - 1;
}

static void place_tests(struct seg_mask_runner *runner, struct seg_mask_group *group) {
  uint16_t *places = group->places = runner->places + (size_t)group->first * PLACES;
  group->singles = 0;
  group->is_all_sliced = true;
  for (uint32_t i = group->first; i < group->end; i++) {
    const struct seg_mask_test_now *test = &runner->tests[i];
    group->is_all_sliced = group->is_all_sliced && !test->is_decided;
    int64_t low = test->is_decided ? group->least : low_threshold(test);
    int64_t high = test->is_decided ? group->least : highest_of(test);
    seg_mask_digits_place(&group->digits, (uint32_t)(low - group->least), places);
    places += group->digits.count;
    if (test->test == SEG_MASK_GREATER) {
      group->singles++;
      continue;
    }
    seg_mask_digits_place(&group->digits, (uint32_t)(high - group->least), places);
    places += group->digits.count;
  }
}

/** Compare on slices, where that is faster. Says whether it is. */
static bool use_slices(struct seg_mask_runner *runner, struct seg_mask_group *group) {
  int64_t least = INT64_MAX, most = INT64_MIN;
  uint32_t thresholds = 0;
  if (!may_be_sliced(group, group->code))
    return false;
  for (uint32_t i = group->first; i < group->end; i++) {
    const struct seg_mask_test_now *test = &runner->tests[i];
    if (test->is_decided)
      continue;
    least = low_threshold(test) < least ? low_threshold(test) : least;
    most = highest_of(test) > most ? highest_of(test) : most;
    thresholds += test->test == SEG_MASK_GREATER ? 1 : 2;
  }
  if (thresholds < FEWEST_SLICED || least < least_of(group->code))
    return false;
  group->least = least;
  group->most = most < greatest_of(group->code) ? most + 1 : most;
  uint64_t range = (uint64_t)group->most - (uint64_t)least;
  seg_mask_digits_choose(&group->digits, bits_of(range), thresholds);
  place_tests(runner, group);
  return true;
}

static void bind(struct seg_mask_runner *runner, const struct seg_block_frame *frame) {
  const struct seg_mask_program *program = runner->program;
  for (uint32_t g = 0; g < runner->group_count; g++) {
    struct seg_mask_group *group = &runner->groups[g];
    for (uint32_t i = group->first; i < group->end; i++)
      bind_test(&runner->tests[i], &program->leaves[i], group->type, frame);
    choose_code(runner, group);
    group->is_ranked = use_ranks(runner, group);
    if (!group->is_ranked && may_be_sliced(group, group->type))
      group->code = group->type;
    if (!group->is_ranked)
      use_code(runner, group);
    group->is_sliced = use_slices(runner, group);
  }
  for (uint32_t i = 0; i < program->leaf_count; i++) {
    if (program->leaves[i].kind == SEG_MASK_DECIDED)
      runner->tests[i] = (struct seg_mask_test_now){
          .is_decided = true, .holds = scalars_hold(&program->leaves[i], frame)};
  }
  runner->is_bound = true;
  runner->as_of = frame->as_of;
  runner->as_of_instant = frame->as_of_instant;
}

// Batches

static const void *values_of(const struct seg_mask_runner *runner, uint32_t step,
                             const struct seg_block_frame *frame) {
  const struct seg_mask_column *column = &runner->program->columns[step];
  return column->is_input ? frame->input_values[column->slot] : frame->values[column->slot];
}

static const uint64_t *known_of(const struct seg_mask_runner *runner, uint32_t step,
                                const struct seg_block_frame *frame) {
  const struct seg_mask_column *column = &runner->program->columns[step];
  return column->is_input ? frame->input_known[column->slot] : frame->value_known[column->slot];
}

/** `rows` integers as I64: where they lie, or in `room`. */
static const void *full_values(const struct seg_mask_runner *runner, uint32_t step,
                               const struct seg_block_frame *frame, int64_t rows, int64_t *room) {
  enum seg_mask_type type = type_of(&runner->program->columns[step]);
  const void *values = values_of(runner, step, frame);
  if (type == SEG_MASK_I64)
    return values;
  for (int64_t i = 0; i < rows; i++)
    room[i] = seg_mask_integer(values, type_bytes[type], i);
  return room;
}

/** The signs of one column against another; of the same type where both lie alike. */
static const void *signs_of(const struct seg_mask_runner *runner, const struct seg_mask_node *leaf,
                            const struct seg_block_frame *frame, int64_t rows) {
  enum seg_mask_type left = type_of(&runner->program->columns[leaf->left]);
  enum seg_mask_type right = type_of(&runner->program->columns[leaf->right]);
  const void *a = values_of(runner, leaf->left, frame);
  const void *b = values_of(runner, leaf->right, frame);
  int64_t *room = runner->codes;
  int8_t *signs = (int8_t *)(room + 128 * runner->stride);
  if (left != right) {
    a = full_values(runner, leaf->left, frame, rows, room);
    b = full_values(runner, leaf->right, frame, rows, room + 64 * runner->stride);
    left = SEG_MASK_I64;
  }
  runner->kernels->sign[left](a, b, rows, signs);
  return signs;
}

static void fill(uint64_t *words, int64_t rows, bool holds) {
  memset(words, holds ? 0xff : 0, (size_t)rows / 8);
}

// The rows of the next batch lie behind those of this one. Batches are too short for processors to
// notice by themselves what will be read. A few rows at a time: memory works while they are
// compared.
static void fetch_ahead(const char *values, size_t value_bytes, int64_t rows) {
  const char *ahead = values + FETCHED_AHEAD * value_bytes;
  for (size_t i = 0; i < (size_t)rows * value_bytes; i += 64)
    __builtin_prefetch(ahead + i, 0, 3);
}

// Slices are of 512 rows; what lies behind the last rows cannot be read where others' values lie.
static void run_slices(const struct seg_mask_runner *runner, const struct seg_mask_group *group,
                       const char *values, int64_t rows) {
  const struct seg_mask_kernels *kernels = runner->kernels;
  size_t bytes = type_bytes[group->code];
  uint64_t *words = runner->slots + group->first * runner->stride;
  uint32_t pairs = group->end - group->first - group->singles;
  for (int64_t first = 0; first < rows; first += SEG_MASK_ROUND) {
    const char *at = values + (size_t)first * bytes;
    if (rows - first < SEG_MASK_ROUND && values != runner->codes)
      at = memcpy(runner->codes, at, (size_t)(rows - first) * bytes);
    kernels->slice[group->code](at, group->least, group->most, group->digits.bits, runner->slices);
    kernels->grade(runner->slices, &group->digits, group->places, group->singles, pairs,
                   words + first / 64, runner->stride);
    if (values != runner->codes)
      fetch_ahead(values + (size_t)first * bytes, bytes, SEG_MASK_ROUND);
  }
}

// Columns are fetched as fast as they are ranked.
static void run_ranks(const struct seg_mask_runner *runner, const struct seg_mask_group *group,
                      const char *values, int64_t rows) {
  const size_t bytes = type_bytes[group->type];
  const int64_t step = bytes == 8 ? 64 : SEG_MASK_ROUND;
  for (int64_t first = 0; first < rows; first += step) {
    const char *at = values + (size_t)first * bytes;
    const int64_t some = rows - first < step ? rows - first : step;
    if (!group->is_text)
      fetch_ahead(at, bytes, some);
    runner->kernels->rank[group->type](
        at, some, group->ranking, (char *)runner->codes + (size_t)first * type_bytes[group->code]);
  }
}

static void run_test(const struct seg_mask_runner *runner, const struct seg_mask_group *group,
                     uint32_t number, const void *values, int64_t first, int64_t rows) {
  const struct seg_mask_test_now *now = &runner->tests[number];
  uint64_t *words = runner->slots + number * runner->stride + first / 64;
  values = (const char *)values + (size_t)first * type_bytes[group->code];
  if (now->is_decided)
    fill(words, rows, now->holds);
  else if (group->is_sliced)
    return;
  else if (now->test == SEG_MASK_BETWEEN)
    runner->kernels->between[group->code](values, rows, now->constant.integer, now->high, words);
  else
    runner->kernels->compare[group->code][now->test](values, rows, now->constant, words);
}

/** What a group compares, as it lies in memory or, for this batch, behind the room for codes. */
static const void *group_values(const struct seg_mask_runner *runner,
                                const struct seg_mask_group *group,
                                const struct seg_block_frame *frame, int64_t rows) {
  const struct seg_mask_node *leaf = &runner->program->leaves[group->first];
  if (group->is_sign)
    return signs_of(runner, leaf, frame, rows);
  const void *values = values_of(runner, leaf->left, frame);
  if (!group->is_text)
    return values;
  int64_t *heads = (int64_t *)runner->codes + 64 * runner->stride;
  seg_kernel_text_heads(values, rows, heads);
  return heads;
}

static void run_group(const struct seg_mask_runner *runner, const struct seg_mask_group *group,
                      const struct seg_block_frame *frame, int64_t rows) {
  const struct seg_mask_kernels *kernels = runner->kernels;
  const void *values = group_values(runner, group, frame, rows);
  bool is_stored = !group->is_sign && !group->is_text;
  bool is_compared = group->code == group->type && !group->is_ranked && !group->is_sliced;
  if (is_stored && !is_compared && !group->is_sliced && !group->is_ranked)
    fetch_ahead(values, type_bytes[group->type], rows);
  if (group->is_ranked) {
    run_ranks(runner, group, values, rows);
    values = runner->codes;
  } else if (group->code != group->type) {
    kernels->narrow[group->type][group->code](values, rows, group->low, group->high,
                                              least_of(group->code), runner->codes);
    values = runner->codes;
  }
  if (group->is_sliced)
    run_slices(runner, group, values, rows);
  if (group->is_sliced && group->is_all_sliced)
    return;
  for (int64_t first = 0, some; first < rows; first += some) {
    some = rows - first < SEG_MASK_ROUND ? rows - first : SEG_MASK_ROUND;
    if (is_stored && is_compared)
      fetch_ahead((const char *)values + (size_t)first * type_bytes[group->type],
                  type_bytes[group->type], some);
    for (uint32_t i = group->first; i < group->end; i++)
      run_test(runner, group, i, values, first, some);
  }
}

static void copy_bits(uint64_t *words, const uint64_t *bits, int64_t rows) {
  if (bits == NULL)
    fill(words, rows, true);
  else
    memcpy(words, bits, (size_t)rows / 8);
}

static void run_leaf(const struct seg_mask_runner *runner, uint32_t number,
                     const struct seg_block_frame *frame, int64_t rows) {
  const struct seg_mask_node *leaf = &runner->program->leaves[number];
  uint64_t *words = runner->slots + number * runner->stride;
  switch (leaf->kind) {
  case SEG_MASK_NEVER: fill(words, rows, false); break;
  case SEG_MASK_KNOWN: copy_bits(words, known_of(runner, leaf->left, frame), rows); break;
  case SEG_MASK_BITS: copy_bits(words, values_of(runner, leaf->left, frame), rows); break;
  case SEG_MASK_DECIDED: fill(words, rows, runner->tests[number].holds); break;
  case SEG_MASK_CALL:
    seg_mask_calls_run(runner->program, leaf->left, leaf->right, frame, rows, words);
    break;
  case SEG_MASK_COMPARE: // with its group
  case SEG_MASK_SEARCH:  // with others of its column
  case SEG_MASK_CODED:   // the same
  case SEG_MASK_AND: break;
  }
}

static void run_searches(const struct seg_mask_runner *runner, const struct seg_block_frame *frame,
                         int64_t rows) {
  const struct seg_mask_program *program = runner->program;
  for (uint32_t s = 0; s < program->search_count; s++) {
    const struct seg_text_search *search = &program->searches[s];
    runner->kernels->search(search, values_of(runner, search->column, frame), rows, runner->slots,
                            runner->stride);
  }
}

void seg_mask_runner_run(struct seg_mask_runner *runner, const struct seg_block_frame *frame) {
  const struct seg_mask_program *program = runner->program;
  int64_t rows = (frame->row_count + 63) / 64 * 64;
  assert((size_t)rows / 64 <= runner->stride);
  if (!runner->is_bound || runner->as_of != frame->as_of ||
      runner->as_of_instant != frame->as_of_instant)
    bind(runner, frame);
  for (uint32_t i = 0; i < runner->compare_first; i++)
    run_leaf(runner, i, frame, rows);
  for (uint32_t i = runner->compare_end; i < program->leaf_count; i++)
    run_leaf(runner, i, frame, rows);
  run_searches(runner, frame, rows);
  for (uint32_t i = 0; i < program->coded_count; i++)
    seg_mask_codes_run(&runner->tables[i], frame, rows, runner->slots, runner->stride);
  for (uint32_t g = 0; g < runner->group_count; g++)
    run_group(runner, &runner->groups[g], frame, rows);
  size_t words = ((size_t)rows / 64 + 7) / 8 * 8;
  runner->kernels->combine(runner->slots, runner->stride, words, program->ops, program->op_count,
                           program->operands);
}
