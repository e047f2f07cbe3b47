// The members of chains, cut into stages; see chain_stages.h.
#include "runtime/filter/chain_stages.h"

#include <pthread.h>
#include <string.h>

#include "runtime/filter/mask_leaves.h"
#include "runtime/filter/mask_planner.h"

// The first stage: few enough that most rows need no more, enough that few are left. It has twice
// as many members where the others cost less than the rows that would be copied for them: where
// these members are all that there are, or share nearly all comparisons with those before. Larger
// stages need smaller batches.
enum { OPENING_MEMBERS = 64, LARGEST_STAGE = 256 };
enum { MEMBERS_PER_COMPARISON = 4 }; // of its own, at least

// Planning fewer takes about as long as starting a thread.
enum { SHARED_ROOTS = 256 };

static const char what_for[] = "the stages of chains";

static uint32_t smaller(uint32_t a, uint32_t b) {
  return a < b ? a : b;
}

// Who needs a step.
enum { BY_FIRST = 1, BY_OTHERS = 2 };

/** How many comparisons members need from `first` on that those before it do not. `needed`: room
 * for all steps. */
static uint32_t count_own(const struct seg_block *block, const struct seg_plan_chain *chain,
                          uint32_t first, uint32_t end, uint8_t *needed) {
  uint32_t count = 0;
  memset(needed, 0, block->step_count);
  for (uint32_t m = 0; m < end; m++)
    needed[block->mask_roots[chain->members[m]]] |= m < first ? BY_FIRST : BY_OTHERS;
  for (uint32_t number = block->step_count; number-- > 0;) {
    const struct seg_step *step = &block->steps[number];
    bool is_comparison = true;
    for (uint32_t i = 0; needed[number] != 0 && i < seg_op_info[step->op].operand_count; i++) {
      uint32_t operand = step->operands[i];
      if (seg_op_info[block->steps[operand].op].stage != SEG_STAGE_MASK)
        continue;
      needed[operand] |= needed[number];
      is_comparison = false;
    }
    count += needed[number] == BY_OTHERS && is_comparison;
  }
  return count;
}

/** Where the first stage of a chain ends. */
static uint32_t end_of_opening(const struct seg_block *block, const struct seg_plan_chain *chain,
                               uint8_t *needed) {
  const uint32_t most = 2 * OPENING_MEMBERS;
  if (chain->member_count <= most)
    return chain->member_count;
  uint32_t own = count_own(block, chain, OPENING_MEMBERS, most, needed);
  return own * MEMBERS_PER_COMPARISON <= most - OPENING_MEMBERS ? most : OPENING_MEMBERS;
}

/** Where the stage ends that begins at `first`, which is not 0: as many members as there were
 * before. */
static uint32_t end_of(const struct seg_plan_chain *chain, uint32_t first) {
  return first + smaller(smaller(first, LARGEST_STAGE), chain->member_count - first);
}

/** The stages that follow the first one. */
static uint32_t count_stages(const struct seg_plan_chain *chain, uint32_t opening_end) {
  uint32_t count = 0;
  for (uint32_t end = opening_end; end < chain->member_count; end = end_of(chain, end))
    count++;
  return count;
}

/** The mask roots of members, behind those that are there. */
static uint32_t add_roots(const struct seg_chain_stages *stages,
                          const struct seg_chain_stage *stage, uint32_t *roots, uint32_t count) {
  for (uint32_t m = stage->first; m < stage->end; m++)
    roots[count++] = stages->block->mask_roots[stages->chains[stage->chain].members[m]];
  return count;
}

static void cut_chain(struct seg_chain_stages *stages, uint32_t chain) {
  const struct seg_plan_chain *members = &stages->chains[chain];
  struct seg_chain_stage *last = &stages->openings[chain];
  while (last->end < members->member_count) {
    last->next = stages->stage_count++;
    struct seg_chain_stage *stage = &stages->stages[last->next];
    *stage = (struct seg_chain_stage){
        .chain = chain, .first = last->end, .end = end_of(members, last->end)};
    last = stage;
  }
}

/** Stages that one planner makes, from its own arena. */
struct share {
  const struct seg_chain_stages *stages;
  struct seg_arena *arena;
  uint32_t first, end; // stages
  uint32_t *roots;     // of those, one stage behind the other
  uint32_t opening;    // roots of the first of all stages
  uint32_t count;      // roots
  enum seg_status status;
  struct seg_error error;
};

static uint32_t roots_of(const struct share *share, uint32_t stage) {
  const struct seg_chain_stage *of = &share->stages->stages[stage];
  return stage == 0 ? share->opening : of->end - of->first;
}

static void *build_share(void *argument) {
  struct share *share = argument;
  const struct seg_chain_stages *stages = share->stages;
  struct seg_block members = *stages->block;
  members.mask_root_count = share->count;
  members.mask_roots = share->roots;
  struct seg_mask_planner planner;
  share->status =
      seg_mask_planner_init(&planner, share->arena, &members, stages->kernel->step_slots,
                            stages->kernel->level, &share->error);
  uint32_t *roots = share->roots;
  for (uint32_t s = share->first; share->status == SEG_OK && s < share->end; s++) {
    share->status = seg_mask_planner_build(&planner, roots, roots_of(share, s), NULL,
                                           &stages->stages[s].program, &share->error);
    roots += roots_of(share, s);
  }
  seg_mask_planner_deinit(&planner);
  return NULL;
}

/** The share ends where it has half of the roots; the rest is the other's. */
static void cut_share(struct share *share, struct share *other) {
  uint32_t all = share->count, first = share->first;
  share->count = 0;
  for (share->end = first; share->end < other->end && (share->count == 0 || share->count * 2 < all);
       share->end++)
    share->count += roots_of(share, share->end);
  other->first = share->end;
  other->roots = share->roots + share->count;
  other->count = all - share->count;
}

// The mask roots of the first stage come first, then those of each that follows. Many are planned
// by two threads.
static enum seg_status build_programs(struct seg_chain_stages *stages, uint32_t *roots,
                                      struct seg_error *error) {
  struct share share = {
      .stages = stages, .arena = &stages->arena, .end = stages->stage_count, .roots = roots};
  for (uint32_t c = 0; c < stages->chain_count; c++)
    share.opening = add_roots(stages, &stages->openings[c], roots, share.opening);
  share.count = share.opening;
  for (uint32_t s = 1; s < stages->stage_count; s++)
    share.count = add_roots(stages, &stages->stages[s], roots, share.count);
  struct share other = share;
  other.arena = &stages->second_arena;
  pthread_t thread;
  bool is_shared = share.count >= SHARED_ROOTS && stages->stage_count > 1;
  if (is_shared) {
    cut_share(&share, &other);
    is_shared = pthread_create(&thread, NULL, build_share, &other) == 0;
    if (!is_shared)
      build_share(&other);
  }
  build_share(&share);
  if (is_shared)
    pthread_join(thread, NULL);
  const struct share *failed = share.status != SEG_OK ? &share : &other;
  if (error != NULL && failed->status != SEG_OK)
    *error = failed->error;
  return failed->status;
}

// Columns

/** Marks the steps that masks of the later stages read as columns. */
static void mark_columns(const struct seg_chain_stages *stages, bool *needed, bool *is_column) {
  const struct seg_block *block = stages->block;
  for (uint32_t s = 1; s < stages->stage_count; s++) {
    const struct seg_chain_stage *stage = &stages->stages[s];
    for (uint32_t m = stage->first; m < stage->end; m++)
      needed[block->mask_roots[stages->chains[stage->chain].members[m]]] = true;
  }
  for (uint32_t number = block->step_count; number-- > 0;) {
    const struct seg_step *step = &block->steps[number];
    for (uint32_t i = 0; needed[number] && i < seg_op_info[step->op].operand_count; i++) {
      uint32_t operand = step->operands[i];
      if (seg_op_info[block->steps[operand].op].stage == SEG_STAGE_MASK)
        needed[operand] = true;
      else if (!seg_mask_reads_scalar(block, number, operand))
        is_column[operand] = true;
    }
  }
}

static enum seg_status add_columns(struct seg_chain_stages *stages, struct seg_error *error) {
  const struct seg_block *block = stages->block;
  size_t steps = (size_t)block->step_count + 1;
  bool *needed = SEG_NEW_ARRAY(&stages->arena, bool, steps);
  bool *is_column = SEG_NEW_ARRAY(&stages->arena, bool, steps);
  stages->columns = SEG_NEW_ARRAY(&stages->arena, struct seg_chain_column, steps);
  if (needed == NULL || is_column == NULL || stages->columns == NULL)
    return seg_fail_memory(error, what_for);
  mark_columns(stages, needed, is_column);
  for (uint32_t number = 0; number < block->step_count; number++) {
    const struct seg_step *step = &block->steps[number];
    if (!is_column[number])
      continue;
    bool is_input = step->op == SEG_OP_INPUT;
    stages->columns[stages->column_count++] = (struct seg_chain_column){
        .is_input = is_input,
        .slot = is_input ? step->slot : stages->kernel->step_slots[number],
        .layout = step->layout,
        .width = is_input ? seg_block_input_width(block, step->slot) : SEG_WIDTH_FULL,
        .optional = step->optional,
    };
  }
  return SEG_OK;
}

enum seg_status seg_chain_stages_init(struct seg_chain_stages *stages,
                                      const struct seg_block *block,
                                      const struct seg_block_kernel *kernel,
                                      const struct seg_plan_chain *chains, uint32_t chain_count,
                                      struct seg_error *error) {
  *stages = (struct seg_chain_stages){.block = block,
                                      .kernel = kernel,
                                      .chains = chains,
                                      .chain_count = chain_count,
                                      .stage_count = 1};
  seg_arena_init(&stages->arena);
  seg_arena_init(&stages->second_arena);
  size_t count = 1, members = 1;
  uint8_t *needed = SEG_NEW_ARRAY(&stages->arena, uint8_t, (size_t)block->step_count + 1);
  stages->openings = SEG_NEW_ARRAY(&stages->arena, struct seg_chain_stage, (size_t)chain_count + 1);
  if (needed == NULL || stages->openings == NULL)
    return seg_fail_memory(error, what_for);
  for (uint32_t c = 0; c < chain_count; c++) {
    stages->openings[c] =
        (struct seg_chain_stage){.chain = c, .end = end_of_opening(block, &chains[c], needed)};
    count += count_stages(&chains[c], stages->openings[c].end);
    members += chains[c].member_count;
  }
  uint32_t *roots = SEG_NEW_ARRAY(&stages->arena, uint32_t, members);
  stages->stages = SEG_NEW_ARRAY(&stages->arena, struct seg_chain_stage, count);
  if (roots == NULL || stages->stages == NULL)
    return seg_fail_memory(error, what_for);
  for (uint32_t c = 0; c < chain_count; c++)
    cut_chain(stages, c);
  enum seg_status status = build_programs(stages, roots, error);
  return status == SEG_OK ? add_columns(stages, error) : status;
}

void seg_chain_stages_deinit(struct seg_chain_stages *stages) {
  if (stages->block != NULL) {
    seg_arena_deinit(&stages->arena);
    seg_arena_deinit(&stages->second_arena);
  }
  *stages = (struct seg_chain_stages){0};
}

int64_t seg_chain_stages_batch(const struct seg_chain_stages *stages) {
  int64_t least = seg_mask_program_batch(stages->stages[0].program, false);
  for (uint32_t s = 1; s < stages->stage_count; s++) {
    int64_t rows = seg_mask_program_batch(stages->stages[s].program, false);
    least = rows < least ? rows : least;
  }
  return least;
}
