// See mask_runner.h.
#include "runtime/filter/mask_runner.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/column/bitmap.h"
#include "runtime/column/column.h"
#include "runtime/filter/kernel_text.h"
#include "runtime/filter/mask_calls.h"
#include "runtime/filter/mask_codes.h"

// So many rows behind those that are compared, memory is asked for what comes next.
enum { FETCHED_AHEAD = 4096 };

enum { SLICE_WORDS = 32 * 8 };

static const char what_for[] = "the masks of a batch";

uint64_t seg_mask_runner_bytes(const struct seg_mask_program *program, int64_t batch_rows,
                               bool only_counts) {
  uint64_t tables = 0;
  for (uint32_t i = 0; i < program->coded_count; i++)
    tables += seg_mask_codes_bytes(&program->coded[i]);
  return tables +
         (uint64_t)seg_mask_program_slots(program, only_counts) * (uint64_t)batch_rows / 8 +
         program->tally_count * sizeof(uint64_t) + 3 * 8 * (uint64_t)batch_rows +
         seg_mask_groups_bytes(program);
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
                                     bool only_counts, struct seg_error *error) {
  *runner = (struct seg_mask_runner){.program = program,
                                     .kernels = seg_mask_kernels(program->level),
                                     .fetched_inputs = UINT32_MAX,
                                     .only_counts = only_counts,
                                     .stride = (size_t)batch_rows / 64};
  const size_t slots = seg_mask_program_slots(program, only_counts);
  runner->slots = seg_column_memory(slots * runner->stride * sizeof(uint64_t));
  runner->tallies = calloc((size_t)program->tally_count + 1, sizeof *runner->tallies);
  runner->codes = seg_column_memory((size_t)batch_rows * 3 * sizeof(int64_t));
  runner->slices = seg_column_memory(SLICE_WORDS * sizeof *runner->slices);
  if (!seg_mask_groups_init(&runner->groups, program, runner->kernels,
                            runner->stride * sizeof(uint64_t)) ||
      runner->slots == NULL || runner->tallies == NULL || runner->codes == NULL ||
      runner->slices == NULL)
    return seg_fail_memory(error, what_for);
  return add_tables(runner, error);
}

void seg_mask_runner_deinit(struct seg_mask_runner *runner) {
  seg_mask_groups_deinit(&runner->groups);
  for (uint32_t i = 0; runner->tables != NULL && i < runner->program->coded_count; i++)
    seg_mask_codes_deinit(&runner->tables[i]);
  free(runner->tables);
  free(runner->slots);
  free(runner->tallies);
  free(runner->codes);
  free(runner->slices);
  *runner = (struct seg_mask_runner){0};
}

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
  enum seg_mask_type type = seg_mask_type_of(&runner->program->columns[step]);
  const void *values = values_of(runner, step, frame);
  if (type == SEG_MASK_I64)
    return values;
  for (int64_t i = 0; i < rows; i++)
    room[i] = seg_mask_integer(values, seg_mask_type_bytes[type], i);
  return room;
}

/** The signs of one column against another; of the same type where both lie alike. */
static const void *signs_of(const struct seg_mask_runner *runner, const struct seg_mask_node *leaf,
                            const struct seg_block_frame *frame, int64_t rows) {
  enum seg_mask_type left = seg_mask_type_of(&runner->program->columns[leaf->left]);
  enum seg_mask_type right = seg_mask_type_of(&runner->program->columns[leaf->right]);
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

/** Where the bits of a leaf go. */
static uint64_t *slot_of(const struct seg_mask_runner *runner, uint32_t leaf) {
  return runner->slots + runner->program->targets[leaf].slot * runner->stride;
}

static void fill(uint64_t *words, int64_t rows, bool holds) {
  memset(words, holds ? 0xff : 0, (size_t)rows / 8);
}

// Values that were computed lie in a buffer of one batch.
static bool is_fetched(const struct seg_mask_runner *runner, const struct seg_mask_group *group) {
  const struct seg_mask_node *leaf = &runner->program->leaves[group->first];
  const struct seg_mask_column *column = &runner->program->columns[leaf->left];
  return !group->is_sign && !group->is_text && column->is_input &&
         column->slot < runner->fetched_inputs;
}

// The rows of the next batch lie behind those of this one. Batches are too short for processors to
// notice by themselves what will be read. A few rows at a time: memory works while they are
// compared, and can be asked for no more than some lines at once.
static void fetch_ahead(const char *values, size_t value_bytes, int64_t first, int64_t rows) {
  const char *ahead = values + (size_t)(first + FETCHED_AHEAD) * value_bytes;
  for (size_t i = 0; i < (size_t)rows * value_bytes; i += 64)
    __builtin_prefetch(ahead + i, 0, 3);
}

// Slices are of 512 rows; what lies behind the last rows cannot be read where others' values lie.
static void run_slices(const struct seg_mask_runner *runner, const struct seg_mask_group *group,
                       const char *values, int64_t rows) {
  const struct seg_mask_kernels *kernels = runner->kernels;
  size_t bytes = seg_mask_type_bytes[group->code];
  uint64_t *words = slot_of(runner, group->first);
  const uint32_t pairs = group->end - group->first - group->singles;
  const bool is_joined = group->is_joined;
  bool fetched = values != runner->codes && is_fetched(runner, group);
  for (int64_t first = 0; first < rows; first += SEG_MASK_ROUND) {
    const char *at = values + (size_t)first * bytes;
    if (rows - first < SEG_MASK_ROUND && values != runner->codes)
      at = memcpy(runner->codes, at, (size_t)(rows - first) * bytes);
    kernels->slice[group->code](at, group->least, group->most, group->digits.bits, runner->slices);
    if (fetched)
      fetch_ahead(values, bytes, first, SEG_MASK_ROUND / 2);
    if (is_joined)
      kernels->grade_joined(runner->slices, &group->digits, &group->grading,
                            runner->slots + first / 64);
    else
      kernels->grade(runner->slices, &group->digits, group->grading.places, group->singles, pairs,
                     words + first / 64, runner->stride);
    if (fetched)
      fetch_ahead(values, bytes, first + SEG_MASK_ROUND / 2, SEG_MASK_ROUND / 2);
  }
}

// Columns are fetched as fast as they are ranked.
static void run_ranks(const struct seg_mask_runner *runner, const struct seg_mask_group *group,
                      const char *values, int64_t rows) {
  const size_t bytes = seg_mask_type_bytes[group->type];
  const int64_t step = bytes == 8 ? 64 : 128; // eight lines of them
  const bool fetched = is_fetched(runner, group);
  for (int64_t first = 0; first < rows; first += step) {
    const char *at = values + (size_t)first * bytes;
    const int64_t some = rows - first < step ? rows - first : step;
    if (fetched)
      fetch_ahead(values, bytes, first, some);
    runner->kernels->rank[group->type](at, some, group->ranking,
                                       (char *)runner->codes +
                                           (size_t)first * seg_mask_type_bytes[group->code]);
  }
}

// The codes of a column stand for its values but where they leave a doubt.
static void run_codes(const struct seg_mask_runner *runner, const struct seg_mask_group *group,
                      const struct seg_block_frame *frame, const double *values, int64_t rows) {
  const uint32_t step = runner->program->leaves[group->first].left;
  const int16_t *codes = frame->codes[runner->program->columns[step].slot];
  const struct seg_mask_sketch *sketch = &group->ranking->sketch;
  int8_t *ranks = runner->codes;
  uint64_t *doubtful = (uint64_t *)runner->codes + 64 * runner->stride; // behind all ranks
  for (int64_t first = 0; first < rows; first += SEG_MASK_ROUND) {
    const int64_t some = rows - first < SEG_MASK_ROUND ? rows - first : SEG_MASK_ROUND;
    fetch_ahead((const char *)codes, sizeof *codes, first, some);
    runner->kernels->rank_codes(codes + first, some, sketch, ranks + first, doubtful + first / 64);
    seg_mask_sketch_fetch(values + first, some, doubtful + first / 64);
  }
  seg_mask_sketch_settle(sketch, values, rows, doubtful, ranks);
}

static void join(const struct seg_mask_target *target, const uint64_t *bits, int64_t rows,
                 uint64_t *words) {
  const uint64_t flip = -(uint64_t)target->flipped;
  for (int64_t w = 0; w < rows / 64; w++) {
    const uint64_t word = bits[w] ^ flip;
    words[w] = target->join == SEG_JOIN_PUT  ? word
               : target->join == SEG_JOIN_OR ? words[w] | word
                                             : words[w] & word;
  }
}

/** At most SEG_MASK_ROUND rows. */
static void run_test(const struct seg_mask_runner *runner, const struct seg_mask_group *group,
                     uint32_t number, const void *values, int64_t first, int64_t rows) {
  const struct seg_mask_test_now *now = &runner->groups.tests[number];
  const struct seg_mask_target *target = &runner->program->targets[number];
  uint64_t bits[SEG_MASK_ROUND / 64], *slot = slot_of(runner, number);
  const bool is_put = target->join == SEG_JOIN_PUT && !target->flipped;
  uint64_t *words = is_put ? slot + first / 64 : bits;
  values = (const char *)values + (size_t)first * seg_mask_type_bytes[group->code];
  if (now->is_decided)
    fill(words, rows, now->holds);
  else if (now->test == SEG_MASK_BETWEEN)
    runner->kernels->between[group->code](values, rows, now->constant.integer, now->high, words);
  else
    runner->kernels->compare[group->code][now->test](values, rows, now->constant, words);
  if (!is_put)
    join(target, bits, rows, slot + first / 64);
}

// Every comparison is followed by a part of the rows ahead.
static void run_tests(const struct seg_mask_runner *runner, const struct seg_mask_group *group,
                      const void *values, int64_t first, int64_t rows, bool fetched) {
  const size_t bytes = seg_mask_type_bytes[group->type];
  const int64_t count = group->end - group->first;
  for (int64_t i = 0, from = 0, to; i < count; i++, from = to) {
    run_test(runner, group, group->order[i], values, first, rows);
    to = rows / 64 * (i + 1) / count * 64;
    if (fetched)
      fetch_ahead(values, bytes, first + from, to - from);
  }
}

// All comparisons of a column, some at a time. The first pass fetches the rows ahead; what a later
// one would fetch, the values themselves, is in the cache.
static void run_together(const struct seg_mask_runner *runner, const struct seg_mask_group *group,
                         const void *values, int64_t rows, bool fetched) {
  const size_t ahead = fetched ? FETCHED_AHEAD * seg_mask_type_bytes[group->type] : 0;
  const void *next = (const char *)values + ahead;
  struct seg_mask_range ranges[SEG_MASK_TOGETHER];
  uint32_t singles = 0, count = 0;
  for (int kind = 0; kind < 2; kind++)
    for (uint32_t i = group->first; i < group->end; i++) {
      const struct seg_mask_test_now *now = &runner->groups.tests[i];
      const bool is_single = now->test == SEG_MASK_GREATER;
      if (now->is_decided || is_single != (kind == 0))
        continue;
      ranges[count++] = (struct seg_mask_range){
          now->constant.integer, now->test == SEG_MASK_BETWEEN ? now->high : now->constant.integer,
          slot_of(runner, i)};
      singles += is_single;
      if (count < SEG_MASK_TOGETHER)
        continue;
      runner->kernels->together[group->code](values, rows, ranges, singles, count, next);
      next = values;
      singles = count = 0;
    }
  if (count > 0)
    runner->kernels->together[group->code](values, rows, ranges, singles, count, next);
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
  bool fetched = is_fetched(runner, group);
  bool is_compared = group->code == group->type && !group->is_ranked && !group->is_sliced;
  if (fetched && !is_compared && !group->is_sliced && !group->is_ranked)
    fetch_ahead(values, seg_mask_type_bytes[group->type], 0, rows);
  if (group->is_sketched) {
    run_codes(runner, group, frame, values, rows);
    values = runner->codes;
  } else if (group->is_ranked) {
    run_ranks(runner, group, values, rows);
    values = runner->codes;
  } else if (group->code != group->type) {
    kernels->narrow[group->type][group->code](values, rows, group->low, group->high,
                                              seg_mask_least_of(group->code), runner->codes);
    values = runner->codes;
  }
  if (group->is_sliced) {
    run_slices(runner, group, values, rows);
    return;
  }
  if (!group->shares_slots && group->code < SEG_MASK_I64 &&
      kernels->together[group->code] != NULL) {
    for (uint32_t i = group->first; i < group->end; i++)
      if (runner->groups.tests[i].is_decided)
        run_test(runner, group, i, values, 0, rows);
    run_together(runner, group, values, rows, fetched && is_compared);
    return;
  }
  for (int64_t first = 0, some; first < rows; first += some) {
    some = rows - first < SEG_MASK_ROUND ? rows - first : SEG_MASK_ROUND;
    run_tests(runner, group, values, first, some, fetched && is_compared);
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
  uint64_t *words = slot_of(runner, number);
  switch (leaf->kind) {
  case SEG_MASK_NEVER: fill(words, rows, false); break;
  case SEG_MASK_KNOWN: copy_bits(words, known_of(runner, leaf->left, frame), rows); break;
  case SEG_MASK_BITS: copy_bits(words, values_of(runner, leaf->left, frame), rows); break;
  case SEG_MASK_DECIDED: fill(words, rows, runner->groups.tests[number].holds); break;
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
  struct seg_mask_groups *groups = &runner->groups;
  if (seg_mask_groups_are_stale(groups, frame))
    seg_mask_groups_bind(groups, frame);
  for (uint32_t i = 0; i < groups->compare_first; i++)
    run_leaf(runner, i, frame, rows);
  for (uint32_t i = groups->compare_end; i < program->leaf_count; i++)
    run_leaf(runner, i, frame, rows);
  run_searches(runner, frame, rows);
  for (uint32_t i = 0; i < program->coded_count; i++)
    seg_mask_codes_run(&runner->tables[i], frame, rows, runner->slots, runner->stride);
  for (uint32_t g = 0; g < groups->count; g++)
    run_group(runner, &groups->items[g], frame, rows);
  size_t words = ((size_t)rows / 64 + 7) / 8 * 8;
  runner->kernels->combine(runner->slots, runner->stride, words, program->ops,
                           runner->only_counts ? program->inner_op_count : program->op_count,
                           program->operands);
}

void seg_mask_runner_count(struct seg_mask_runner *runner, int64_t rows, uint32_t root_count,
                           uint64_t *counts) {
  const struct seg_mask_program *program = runner->program;
  uint64_t *tallies = runner->tallies;
  if (!runner->only_counts || program->root_tallies == NULL) {
    runner->kernels->count_each(runner->slots, runner->stride, seg_bitmap_words(rows),
                                program->root_slots, root_count, counts);
    return;
  }
  memset(tallies, 0, program->tally_count * sizeof *tallies);
  runner->kernels->tally(runner->slots, runner->stride, rows,
                         program->ops + program->inner_op_count, program->tally_count,
                         program->operands, tallies);
  for (uint32_t r = 0; r < root_count; r++)
    counts[r] += tallies[program->root_tallies[r]];
}
