// See mask_groups.h.
#include "runtime/filter/mask_groups.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/column/column.h"

enum { PLACES = 2 * SEG_MASK_DIGITS_MOST };

enum seg_mask_type seg_mask_type_of(const struct seg_mask_column *column) {
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

int64_t seg_mask_least_of(enum seg_mask_type type) {
  return (int64_t)(UINT64_MAX << (8 * seg_mask_type_bytes[type] - 1));
}

static int64_t greatest_of(enum seg_mask_type type) {
  return (int64_t)(UINT64_MAX >> (65 - 8 * seg_mask_type_bytes[type]));
}

// Fractions that come from a source, which may have codes beside them.
static bool may_be_sketched(const struct seg_mask_program *program, uint32_t leaf) {
  const struct seg_mask_node *node = &program->leaves[leaf];
  return node->kind == SEG_MASK_COMPARE && node->right == SEG_MASK_NONE &&
         program->columns[node->left].is_input &&
         program->columns[node->left].layout == SEG_LAYOUT_F64;
}

static bool may_be_ranked(const struct seg_mask_groups *groups,
                          const struct seg_mask_group *group) {
  return may_be_sketched(groups->program, group->first) ||
         (!group->is_sign && groups->kernels->rank[group->type] != NULL &&
          group->end - group->first >= groups->kernels->costs.fewest_ranked / 2);
}

static bool add_rankings(struct seg_mask_groups *groups) {
  size_t count = 0;
  for (uint32_t g = 0; g < groups->count; g++)
    count += may_be_ranked(groups, &groups->items[g]);
  groups->rankings = calloc(count + 1, sizeof *groups->rankings);
  for (uint32_t g = 0; groups->rankings != NULL && g < groups->count; g++)
    if (may_be_ranked(groups, &groups->items[g]))
      groups->items[g].ranking = &groups->rankings[--count];
  return groups->rankings != NULL;
}

// A column with more comparisons than ranks can tell apart makes several groups.
static void build_groups(struct seg_mask_groups *groups) {
  const struct seg_mask_program *program = groups->program;
  uint32_t thresholds = 0;
  for (uint32_t i = 0; i < program->leaf_count; i++) {
    const struct seg_mask_node *leaf = &program->leaves[i];
    if (leaf->kind != SEG_MASK_COMPARE)
      continue;
    const struct seg_mask_node *before = i > 0 ? &program->leaves[i - 1] : leaf;
    bool is_sign = leaf->right != SEG_MASK_NONE;
    bool may_be_wide = !is_sign && seg_mask_type_of(&program->columns[leaf->left]) >= SEG_MASK_I64;
    thresholds += leaf->test >= SEG_MASK_EQUAL ? 2 : 1;
    bool follows = i > 0 && before->kind == SEG_MASK_COMPARE && before->left == leaf->left &&
                   before->right == leaf->right &&
                   (!may_be_wide || thresholds <= SEG_MASK_RANK_MOST);
    if (!follows) {
      thresholds = leaf->test >= SEG_MASK_EQUAL ? 2 : 1;
      groups->items[groups->count++] = (struct seg_mask_group){
          .first = i,
          .is_sign = is_sign,
          .is_text = !is_sign && program->columns[leaf->left].layout == SEG_LAYOUT_TEXT,
          .type = is_sign ? SEG_MASK_I8 : seg_mask_type_of(&program->columns[leaf->left])};
    }
    groups->items[groups->count - 1].end = i + 1;
  }
  for (uint32_t g = 0; g < groups->count; g++) {
    struct seg_mask_group *group = &groups->items[g];
    group->order = groups->order + group->first;
    group->grading.places = groups->places + (size_t)group->first * PLACES;
    group->grading.at = groups->at + group->first;
    for (uint32_t i = group->first; i < group->end; i++)
      group->shares_slots = group->shares_slots || program->targets[i].join != SEG_JOIN_PUT ||
                            program->targets[i].flipped;
  }
  if (groups->count > 0) {
    groups->compare_first = groups->items[0].first;
    groups->compare_end = groups->items[groups->count - 1].end;
  }
}

// A column has a group, or several of many comparisons each.
static uint64_t rankings_most(const struct seg_mask_program *program) {
  uint64_t columns = 0;
  for (uint32_t i = 0; i < program->leaf_count; i++)
    columns += program->leaves[i].kind == SEG_MASK_COMPARE &&
               (i == 0 || program->leaves[i - 1].kind != SEG_MASK_COMPARE ||
                program->leaves[i - 1].left != program->leaves[i].left);
  return columns + program->leaf_count / (SEG_MASK_RANK_MOST / 2);
}

uint64_t seg_mask_groups_bytes(const struct seg_mask_program *program) {
  return program->leaf_count *
             (PLACES * sizeof(uint16_t) + 2 * sizeof(uint32_t) + sizeof(struct seg_mask_joined) +
              sizeof(struct seg_mask_test_now) + sizeof(struct seg_mask_group)) +
         rankings_most(program) * sizeof(union seg_mask_ranking);
}

bool seg_mask_groups_init(struct seg_mask_groups *groups, const struct seg_mask_program *program,
                          const struct seg_mask_kernels *kernels, size_t slot_bytes) {
  *groups =
      (struct seg_mask_groups){.program = program, .kernels = kernels, .slot_bytes = slot_bytes};
  size_t leaves = (size_t)program->leaf_count + 1;
  groups->items = calloc(leaves, sizeof *groups->items);
  groups->tests = calloc(leaves, sizeof *groups->tests);
  groups->places = calloc(leaves * PLACES, sizeof *groups->places);
  groups->at = calloc(leaves, sizeof *groups->at);
  groups->order = calloc(leaves, sizeof *groups->order);
  groups->joined = calloc(leaves, sizeof *groups->joined);
  if (groups->items == NULL || groups->tests == NULL || groups->places == NULL ||
      groups->at == NULL || groups->order == NULL || groups->joined == NULL)
    return false;
  build_groups(groups);
  return add_rankings(groups);
}

void seg_mask_groups_deinit(struct seg_mask_groups *groups) {
  free(groups->items);
  free(groups->rankings);
  free(groups->places);
  free(groups->at);
  free(groups->order);
  free(groups->joined);
  free(groups->tests);
  *groups = (struct seg_mask_groups){0};
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
  int64_t least = seg_mask_least_of(type), greatest = greatest_of(type);
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
  int64_t least = seg_mask_least_of(type), greatest = greatest_of(type);
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
static uint32_t find_range(const struct seg_mask_groups *groups, const struct seg_mask_group *group,
                           int64_t *low, int64_t *high) {
  uint32_t count = 0;
  *low = INT64_MAX;
  *high = INT64_MIN;
  for (uint32_t i = group->first; i < group->end; i++) {
    const struct seg_mask_test_now *test = &groups->tests[i];
    if (test->is_decided)
      continue;
    count++;
    *low = test->constant.integer < *low ? test->constant.integer : *low;
    *high = highest_of(test) > *high ? highest_of(test) : *high;
  }
  return count;
}

/** The narrowest type that tells all constants of a group and their neighbours apart. */
static void choose_code(struct seg_mask_groups *groups, struct seg_mask_group *group) {
  int64_t low, high;
  group->code = group->type;
  if (group->type == SEG_MASK_I8 || group->type == SEG_MASK_F64 ||
      find_range(groups, group, &low, &high) < 2)
    return;
  group->low = low > seg_mask_least_of(group->type) ? low - 1 : low;
  group->high = high < greatest_of(group->type) ? high + 1 : high;
  uint64_t range = (uint64_t)group->high - (uint64_t)group->low;
  enum seg_mask_type code = range <= UINT8_MAX    ? SEG_MASK_I8
                            : range <= UINT16_MAX ? SEG_MASK_I16
                            : range <= UINT32_MAX ? SEG_MASK_I32
                                                  : SEG_MASK_I64;
  if (code < group->type)
    group->code = code;
}

static void use_code(struct seg_mask_groups *groups, const struct seg_mask_group *group) {
  uint64_t shift = (uint64_t)seg_mask_least_of(group->code) - (uint64_t)group->low;
  for (uint32_t i = group->first; group->code != group->type && i < group->end; i++) {
    struct seg_mask_test_now *test = &groups->tests[i];
    test->constant.integer = (int64_t)((uint64_t)test->constant.integer + shift);
    test->high = (int64_t)((uint64_t)test->high + shift);
  }
}

// Ranks

// What a value exceeds that passes, or the value it must equal; the least of those it may equal.
static int64_t threshold_of(const struct seg_mask_test_now *test, enum seg_mask_type type) {
  int64_t threshold =
      type == SEG_MASK_F64 ? seg_number_order(test->constant.number) : test->constant.integer;
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
static bool build_bins(const struct seg_mask_kernels *kernels, const struct seg_mask_group *group,
                       const struct seg_mask_thresholds *thresholds) {
  const int64_t first = thresholds->items[0], last = thresholds->items[thresholds->count - 1];
  uint32_t steps;
  if (!seg_mask_bins_build(group->ranking, kernels, thresholds, seg_mask_least_of(group->type),
                           greatest_of(group->type), &steps))
    return false;
  const uint32_t bits = bits_of((uint64_t)last - (uint64_t)first + 1);
  const uint64_t ranking = kernels->costs.ranking + (uint64_t)steps * kernels->costs.ranking_step;
  return seg_mask_digits_cost(bits, thresholds->count) >
         seg_mask_digits_cost(bits_of(thresholds->count), thresholds->count) + ranking;
}

static void use_places(struct seg_mask_groups *groups, struct seg_mask_group *group,
                       const struct seg_mask_thresholds *thresholds) {
  const bool are_bytes = thresholds->count <= SEG_MASK_RANK_MOST;
  group->code = are_bytes ? SEG_MASK_I8 : SEG_MASK_I16;
  for (uint32_t i = group->first; i < group->end; i++)
    rank_test(thresholds, &groups->tests[i], group->type, are_bytes ? INT8_MIN : 0);
}

static bool build_ranking(const struct seg_mask_groups *groups, const struct seg_mask_group *group,
                          const struct seg_mask_thresholds *thresholds) {
  const bool is_narrow = group->type < SEG_MASK_I64;
  if (groups->kernels->rank[group->type] == NULL ||
      thresholds->count < groups->kernels->costs.fewest_ranked ||
      (!is_narrow && (thresholds->count > SEG_MASK_RANK_MOST || group->code < SEG_MASK_I64)))
    return false;
  if (is_narrow)
    return build_bins(groups->kernels, group, thresholds);
  seg_mask_tree_build(&group->ranking->tree, thresholds, group->type == SEG_MASK_F64);
  return true;
}

/** Compare ranks instead of values, where that is faster: those of the column's own codes, which
 * are fewer bytes, or of its values. */
static void use_ranks(struct seg_mask_groups *groups, struct seg_mask_group *group) {
  struct seg_mask_thresholds thresholds = {.count = 0};
  group->is_sketched = group->is_ranked = false;
  if (group->ranking == NULL)
    return;
  for (uint32_t i = group->first; i < group->end; i++)
    if (!add_thresholds(&thresholds, &groups->tests[i], group->type))
      return;
  seg_mask_thresholds_finish(&thresholds);
  group->is_sketched =
      group->bounds != NULL &&
      seg_mask_sketch_build(&group->ranking->sketch, &thresholds, group->bounds, groups->kernels);
  group->is_ranked = group->is_sketched || build_ranking(groups, group, &thresholds);
  if (group->is_ranked)
    use_places(groups, group, &thresholds);
}

// Slices

static uint32_t fewest_sliced(const struct seg_mask_groups *groups,
                              const struct seg_mask_group *group) {
  const struct seg_mask_costs *costs = &groups->kernels->costs;
  return group->is_ranked ? costs->fewest_ranks_sliced : costs->fewest_sliced;
}

static bool may_be_sliced(const struct seg_mask_groups *groups, const struct seg_mask_group *group,
                          enum seg_mask_type code) {
  return !group->is_sign && code <= SEG_MASK_I32 &&
         group->end - group->first >= fewest_sliced(groups, group);
}

// The thresholds of a comparison, one or two: v > low, v > low and not v > high.
static int64_t low_threshold(const struct seg_mask_test_now *test) {
  return test->test == SEG_MASK_GREATER ? test->constant.integer : test->constant.integer - 1;
}

// A threshold that nothing exceeds stands for what is decided: its complement, where all rows pass.
static void place_tests(const struct seg_mask_groups *groups, struct seg_mask_group *group) {
  struct seg_mask_grading *grading = &group->grading;
  const uint32_t never = UINT32_MAX >> (32 - group->digits.bits);
  const uint32_t *order = group->order;
  uint16_t *places = grading->places;
  for (uint32_t r = 0; r < grading->run_count; r++) {
    const bool are_pairs = grading->runs[r].are_pairs;
    for (uint32_t i = 0; i < grading->runs[r].count; i++) {
      const struct seg_mask_test_now *test = &groups->tests[*order++];
      const int64_t low = low_threshold(test) - group->least;
      seg_mask_digits_place(&group->digits, test->is_decided ? never : (uint32_t)low, places);
      places += group->digits.count;
      if (!are_pairs)
        continue;
      const int64_t high = highest_of(test) - group->least;
      seg_mask_digits_place(&group->digits, test->is_decided ? never : (uint32_t)high, places);
      places += group->digits.count;
    }
  }
}

/** Compare on slices, where that is faster. Says whether it is. */
static bool use_slices(struct seg_mask_groups *groups, struct seg_mask_group *group) {
  int64_t least = INT64_MAX, most = INT64_MIN;
  uint32_t thresholds = 0;
  if (!may_be_sliced(groups, group, group->code))
    return false;
  for (uint32_t i = group->first; i < group->end; i++) {
    const struct seg_mask_test_now *test = &groups->tests[i];
    if (test->is_decided)
      continue;
    least = low_threshold(test) < least ? low_threshold(test) : least;
    most = highest_of(test) > most ? highest_of(test) : most;
    thresholds += test->test == SEG_MASK_GREATER ? 1 : 2;
  }
  if (thresholds < fewest_sliced(groups, group) || least < seg_mask_least_of(group->code))
    return false;
  group->least = least;
  group->most = most < greatest_of(group->code) ? most + 1 : most;
  uint64_t range = (uint64_t)group->most - (uint64_t)least;
  seg_mask_digits_choose(&group->digits, bits_of(range), thresholds);
  place_tests(groups, group);
  return true;
}

static int compare_joined(const void *left, const void *right) {
  const struct seg_mask_joined *a = left, *b = right;
#define BY(member)                                                                                 \
  if (a->member != b->member)                                                                      \
  return a->member < b->member ? -1 : 1
  BY(run.join);
  BY(run.are_pairs);
  BY(run.flipped);
  BY(slot);
  BY(leaf);
#undef BY
  return 0;
}

static bool are_alike(const struct seg_mask_run *a, const struct seg_mask_run *b) {
  return a->join == b->join && a->are_pairs == b->are_pairs && a->flipped == b->flipped;
}

/** What puts bits into slots comes before what is ORed and then what is ANDed to them. */
static void order_tests(const struct seg_mask_groups *groups, struct seg_mask_group *group) {
  struct seg_mask_grading *grading = &group->grading;
  const uint32_t count = group->end - group->first;
  bool is_ordered = true; // as they are where no leaves are joined
  for (uint32_t i = 0; i < count; i++) {
    const struct seg_mask_target *target = &groups->program->targets[group->first + i];
    const struct seg_mask_test_now *test = &groups->tests[group->first + i];
    groups->joined[i] = (struct seg_mask_joined){
        .run = {.join = target->join,
                .flipped = target->flipped != (test->is_decided && test->holds),
                .are_pairs = test->test != SEG_MASK_GREATER},
        .slot = target->slot,
        .leaf = group->first + i};
    is_ordered =
        is_ordered && (i == 0 || compare_joined(&groups->joined[i - 1], &groups->joined[i]) < 0);
  }
  if (!is_ordered)
    qsort(groups->joined, count, sizeof *groups->joined, compare_joined);
  grading->run_count = 0;
  group->singles = 0;
  group->is_joined = group->shares_slots;
  for (uint32_t i = 0; i < count; i++) {
    const struct seg_mask_joined *joined = &groups->joined[i];
    const struct seg_mask_run *run = &joined->run;
    group->order[i] = joined->leaf;
    grading->at[i] = joined->slot * (uint32_t)groups->slot_bytes;
    if (grading->run_count == 0 || !are_alike(&grading->runs[grading->run_count - 1], run))
      grading->runs[grading->run_count++] = *run;
    grading->runs[grading->run_count - 1].count++;
    group->singles += !run->are_pairs;
    group->is_joined = group->is_joined || run->flipped;
  }
}

// What the codes of a group's column mean, where the frame has some.
static const struct seg_code_bounds *bounds_of(const struct seg_mask_groups *groups,
                                               const struct seg_mask_group *group,
                                               const struct seg_block_frame *frame) {
  if (frame->codes == NULL || !may_be_sketched(groups->program, group->first))
    return NULL;
  const uint32_t slot = groups->program->columns[groups->program->leaves[group->first].left].slot;
  return frame->codes[slot] == NULL ? NULL : frame->bounds[slot];
}

bool seg_mask_groups_are_stale(const struct seg_mask_groups *groups,
                               const struct seg_block_frame *frame) {
  bool stale = !groups->is_bound || groups->as_of != frame->as_of ||
               groups->as_of_instant != frame->as_of_instant;
  for (uint32_t g = 0; !stale && g < groups->count; g++)
    stale = groups->items[g].bounds != bounds_of(groups, &groups->items[g], frame);
  return stale;
}

void seg_mask_groups_bind(struct seg_mask_groups *groups, const struct seg_block_frame *frame) {
  const struct seg_mask_program *program = groups->program;
  for (uint32_t g = 0; g < groups->count; g++) {
    struct seg_mask_group *group = &groups->items[g];
    group->bounds = bounds_of(groups, group, frame);
    for (uint32_t i = group->first; i < group->end; i++)
      bind_test(&groups->tests[i], &program->leaves[i], group->type, frame);
    choose_code(groups, group);
    use_ranks(groups, group);
    if (!group->is_ranked && may_be_sliced(groups, group, group->type))
      group->code = group->type;
    if (!group->is_ranked)
      use_code(groups, group);
    order_tests(groups, group);
    group->is_sliced = use_slices(groups, group);
  }
  for (uint32_t i = 0; i < program->leaf_count; i++) {
    if (program->leaves[i].kind == SEG_MASK_DECIDED)
      groups->tests[i] = (struct seg_mask_test_now){
          .is_decided = true, .holds = scalars_hold(&program->leaves[i], frame)};
  }
  groups->is_bound = true;
  groups->as_of = frame->as_of;
  groups->as_of_instant = frame->as_of_instant;
}
