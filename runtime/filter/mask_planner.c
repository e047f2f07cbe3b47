// From the graph of a block to leaves and operations in slots; see mask_planner.h.
//
// An AND that only one other AND reads is no operation of its own: its operands become those of its
// reader. Where the reader wants its complement, which is an OR, an operation has room for one.
//
// What only roots are that nobody looks at comes last (mask_program.h). Its operations take ANDs of
// two leaves as they are, though a few of them have the same one: a slot costs more.
//
// Operations stand in levels and, in a level, by what they are made of: the processor then foresees
// how many operands come.
#include "runtime/filter/mask_planner.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/column/bitmap.h"
#include "runtime/filter/mask_joins.h"
#include "runtime/filter/mask_leaves.h"

/** A program that is being made. */
struct making {
  struct seg_mask_planner *planner;
  struct seg_mask_program *program;
  bool only_counts; // some roots are only counted
  uint32_t and_count;
  uint32_t operand_count;
};

static enum seg_status no_memory(struct seg_error *error) {
  return seg_fail_memory(error, "the masks of compiled rules");
}

// What all programs share

static bool *needed_steps(struct seg_mask_planner *planner) {
  const struct seg_block *block = planner->block;
  bool *needed = SEG_NEW_ARRAY(&planner->scratch, bool, (size_t)block->step_count + 1);
  for (uint32_t r = 0; needed != NULL && r < block->mask_root_count; r++)
    needed[block->mask_roots[r]] = true;
  for (uint32_t number = block->step_count; needed != NULL && number-- > 0;) {
    const struct seg_step *step = &block->steps[number];
    for (uint32_t i = 0; needed[number] && i < seg_op_info[step->op].operand_count; i++)
      needed[step->operands[i]] = true;
  }
  return needed;
}

static int compare_integers(const void *left, const void *right) {
  int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
  return (a > b) - (a < b);
}

static bool add_table(const struct seg_mask_planner *planner, uint32_t number) {
  const struct seg_step *step = &planner->block->steps[number];
  if (step->op != SEG_OP_IN_LIST || step->list_count <= SEG_MASK_LONG_LIST ||
      planner->block->steps[step->operands[0]].layout == SEG_LAYOUT_TEXT)
    return true;
  int64_t *items = SEG_NEW_ARRAY(planner->arena, int64_t, step->list_count);
  if (items == NULL)
    return false;
  for (uint32_t i = 0; i < step->list_count; i++)
    items[i] = step->list[i].integer;
  qsort(items, step->list_count, sizeof *items, compare_integers);
  planner->tables[number] = (struct seg_mask_table){step->list_count, items};
  return true;
}

/** Where the columns lie that masks read. */
static bool add_columns(const struct seg_mask_planner *planner, const bool *needed,
                        const uint32_t *value_slots) {
  const struct seg_block *block = planner->block;
  for (uint32_t number = 0; number < block->step_count; number++) {
    const struct seg_step *step = &block->steps[number];
    if (!needed[number])
      continue;
    if (seg_op_info[step->op].stage == SEG_STAGE_MASK) {
      if (!add_table(planner, number))
        return false;
      continue;
    }
    bool is_input = step->op == SEG_OP_INPUT;
    planner->columns[number] = (struct seg_mask_column){
        .is_input = is_input,
        .slot = is_input ? step->slot : value_slots[number],
        .layout = step->layout,
        .width = is_input ? seg_block_input_width(block, step->slot) : SEG_WIDTH_FULL,
    };
  }
  return true;
}

static uint32_t count_masks(const struct seg_block *block, const bool *needed) {
  uint32_t count = 0;
  for (uint32_t number = 0; number < block->step_count; number++)
    count += needed[number] && seg_op_info[block->steps[number].op].stage == SEG_STAGE_MASK;
  return count;
}

/** Comparisons of one column stand together, in the order of their constants. */
static int compare_leaves(const void *left, const void *right, void *nodes) {
  const struct seg_mask_node *a = (const struct seg_mask_node *)nodes + *(const uint32_t *)left;
  const struct seg_mask_node *b = (const struct seg_mask_node *)nodes + *(const uint32_t *)right;
#define BY(member)                                                                                 \
  if (a->member != b->member)                                                                      \
  return a->member < b->member ? -1 : 1
  BY(kind);
  BY(left);
  BY(right);
  BY(test);
  BY(constant);
  BY(upper);
  BY(scalar);
  BY(less_one);
#undef BY
  return 0;
}

static void order_leaves(struct seg_mask_planner *planner) {
  const struct seg_mask_graph *graph = &planner->graph;
  for (uint32_t n = 0; n < graph->count; n++)
    if (graph->nodes[n].kind != SEG_MASK_AND)
      planner->leaves[planner->leaf_count++] = n;
  qsort_r(planner->leaves, planner->leaf_count, sizeof *planner->leaves, compare_leaves,
          graph->nodes);
  for (uint32_t i = 0; i < planner->leaf_count; i++)
    planner->ranks[planner->leaves[i]] = i;
}

static bool allocate(struct seg_mask_planner *planner) {
  struct seg_arena *arena = &planner->scratch;
  size_t nodes = planner->graph.count, roots = planner->block->mask_root_count;
  size_t words = seg_bitmap_words((int64_t)nodes);
  planner->leaves = SEG_NEW_ARRAY(arena, uint32_t, nodes);
  planner->ranks = SEG_NEW_ARRAY(arena, uint32_t, nodes);
  planner->nodes = SEG_NEW_ARRAY(arena, struct seg_mask_planned, nodes);
  planner->levels = SEG_NEW_ARRAY(arena, uint32_t, nodes + roots);
  planner->used = SEG_NEW_ARRAY(arena, uint64_t, words);
  planner->used_leaves = SEG_NEW_ARRAY(arena, uint64_t, words);
  planner->gathered = SEG_NEW_ARRAY(arena, seg_mask_literal, nodes + 2);
  planner->pending = SEG_NEW_ARRAY(arena, seg_mask_literal, nodes + 2);
  return planner->leaves != NULL && planner->ranks != NULL && planner->nodes != NULL &&
         planner->levels != NULL && planner->used != NULL && planner->used_leaves != NULL &&
         planner->gathered != NULL && planner->pending != NULL;
}

enum seg_status seg_mask_planner_init(struct seg_mask_planner *planner, struct seg_arena *arena,
                                      const struct seg_block *block, const uint32_t *value_slots,
                                      enum seg_vector_level level, struct seg_error *error) {
  *planner = (struct seg_mask_planner){
      .arena = arena, .block = block, .value_slots = value_slots, .level = level};
  seg_arena_init(&planner->scratch);
  size_t steps = (size_t)block->step_count + 1;
  planner->literals = SEG_NEW_ARRAY(&planner->scratch, seg_mask_literal, steps);
  bool *needed = needed_steps(planner);
  planner->columns = SEG_NEW_ARRAY(arena, struct seg_mask_column, steps);
  planner->tables = SEG_NEW_ARRAY(arena, struct seg_mask_table, steps);
  if (planner->literals == NULL || needed == NULL || planner->columns == NULL ||
      planner->tables == NULL || !add_columns(planner, needed, value_slots))
    return no_memory(error);
  seg_mask_graph_init(&planner->graph, &planner->scratch, count_masks(block, needed));
  seg_mask_leaves_build(&planner->graph, block, needed, planner->literals);
  if (planner->graph.failed || !allocate(planner))
    return no_memory(error);
  order_leaves(planner);
  return SEG_OK;
}

void seg_mask_planner_deinit(struct seg_mask_planner *planner) {
  seg_arena_deinit(&planner->scratch);
}

// One program

/** Only roots read it, all of them as it is or all its complement, and nobody looks at them. */
static bool is_tallied(const struct making *making, uint32_t n) {
  const struct seg_mask_planned *node = &making->planner->nodes[n];
  return making->only_counts && making->planner->graph.nodes[n].kind == SEG_MASK_AND &&
         node->uses == node->root_uses && !node->looked_at &&
         (node->complement_root_uses == 0 || node->is_complement_root);
}

/** Can the operation have the AND as its OR? Roots that are complements are an OR already. */
static bool takes_or(const struct seg_mask_planner *planner, uint32_t owner, uint32_t n) {
  const struct seg_mask_planned *node = &planner->nodes[owner];
  return owner != 0 && !node->is_complement_root && (node->or_of == 0 || node->or_of == n);
}

/** An AND of two leaves that a few operations have as one of their two parts, of those that are
 * only tallied. */
static bool may_be_copied(const struct making *making, uint32_t n) {
  const struct seg_mask_planner *planner = making->planner;
  const struct seg_mask_node *nodes = planner->graph.nodes;
  const struct seg_mask_planned *node = &planner->nodes[n];
  if (!making->only_counts || node->uses > SEG_MASK_COPIES || node->root_uses > 0 ||
      nodes[nodes[n].left / 2].kind == SEG_MASK_AND ||
      nodes[nodes[n].right / 2].kind == SEG_MASK_AND)
    return false;
  for (uint32_t i = 0; i < node->uses; i++) {
    const uint32_t reader = node->readers[i] / 2;
    if (!is_tallied(making, reader) || (node->readers[i] % 2 != 0 && !takes_or(planner, reader, n)))
      return false;
  }
  return true;
}

/** Operations have slots. A node whose readers are all known is one, or a part of its reader's. */
static void assign_node(const struct making *making, uint32_t n) {
  const struct seg_mask_planner *planner = making->planner;
  struct seg_mask_planned *node = &planner->nodes[n];
  node->is_complement_root = node->uses == node->complement_root_uses;
  if (node->uses > 1 && may_be_copied(making, n)) {
    for (uint32_t i = 0; i < node->uses; i++)
      if (node->readers[i] % 2 != 0)
        planner->nodes[node->readers[i] / 2].or_of = n;
    return;
  }
  node->stored = node->stored || node->uses > 1;
  if (!node->stored && node->complement) {
    node->stored = !takes_or(planner, node->owner, n);
    if (!node->stored) {
      planner->nodes[node->owner].or_of = n;
      node->owner = 0;
    }
  }
  if (node->stored)
    node->owner = n;
}

static struct seg_mask_planned *use_node(const struct seg_mask_planner *planner, uint32_t n) {
  planner->nodes[n].uses++;
  seg_bitmap_set(planner->used, n);
  return &planner->nodes[n];
}

static void mark_node(struct making *making, uint32_t n) {
  const struct seg_mask_planner *planner = making->planner;
  const struct seg_mask_node *node = &planner->graph.nodes[n];
  if (node->kind != SEG_MASK_AND) {
    planner->nodes[n].stored = true;
    seg_bitmap_set(planner->used_leaves, planner->ranks[n]);
    making->program->leaf_count++;
    return;
  }
  assign_node(making, n);
  making->and_count++;
  const seg_mask_literal operands[] = {node->left, node->right};
  for (int i = 0; i < 2; i++) {
    struct seg_mask_planned *operand = use_node(planner, operands[i] / 2);
    if (operand->uses <= SEG_MASK_COPIES)
      operand->readers[operand->uses - 1] = 2 * n + operands[i] % 2;
    operand->owner = planner->nodes[n].owner;
    operand->complement = operand->complement || operands[i] % 2 != 0;
  }
}

/** Which nodes roots need, how often they are read, and which get a slot. Readers have higher
 * numbers than what they read. */
static void mark_nodes(struct making *making, const uint32_t *roots, const bool *looked_at) {
  const struct seg_mask_planner *planner = making->planner;
  for (uint32_t r = 0; r < making->program->root_count; r++) {
    const seg_mask_literal literal = planner->literals[roots[r]];
    struct seg_mask_planned *node = use_node(planner, literal / 2);
    node->stored = true;
    node->root_uses++;
    node->looked_at = node->looked_at || looked_at == NULL || looked_at[r];
    node->complement_root_uses += literal % 2;
  }
  for (size_t w = seg_bitmap_words(planner->graph.count); w-- > 0;) {
    // Nodes below the one that is looked at are still added to the word.
    for (uint64_t done = 0; (planner->used[w] & ~done) != 0;) {
      uint32_t bit = 63 - (uint32_t)__builtin_clzll(planner->used[w] & ~done);
      done |= UINT64_C(1) << bit;
      mark_node(making, (uint32_t)(64 * w) + bit);
    }
  }
}

static bool place_leaves(struct making *making) {
  const struct seg_mask_planner *planner = making->planner;
  struct seg_mask_program *program = making->program;
  program->leaves = SEG_NEW_ARRAY(planner->arena, struct seg_mask_node, program->leaf_count);
  if (program->leaves == NULL)
    return false;
  for (size_t w = 0; w < seg_bitmap_words(planner->leaf_count); w++) {
    for (uint64_t left = planner->used_leaves[w]; left != 0; left &= left - 1) {
      uint32_t n = planner->leaves[64 * w + (uint32_t)__builtin_ctzll(left)];
      uint32_t slot = program->slot_count++;
      program->leaves[slot] = planner->graph.nodes[n];
      planner->nodes[n].slot = slot;
      planner->levels[slot] = 0;
    }
    planner->used_leaves[w] = 0;
  }
  return true;
}

/** The words that are looked for in one column are looked for together. */
static bool add_searches(const struct making *making) {
  const struct seg_mask_planner *planner = making->planner;
  struct seg_mask_program *program = making->program;
  struct seg_str words[SEG_SEARCH_WORDS_MOST];
  uint32_t count = 0, most = 0;
  for (uint32_t i = 0; i < program->leaf_count; i++)
    most += program->leaves[i].kind == SEG_MASK_SEARCH;
  program->searches = SEG_NEW_ARRAY(planner->arena, struct seg_text_search, most);
  for (uint32_t i = 0; program->searches != NULL && i < program->leaf_count; i++) {
    const struct seg_mask_node *leaf = &program->leaves[i];
    if (leaf->kind != SEG_MASK_SEARCH)
      continue;
    words[count++] = planner->block->steps[leaf->right].list[0].text;
    bool goes_on = i + 1 < program->leaf_count && leaf[1].kind == SEG_MASK_SEARCH &&
                   leaf[1].left == leaf->left && count < SEG_SEARCH_WORDS_MOST;
    if (goes_on)
      continue;
    if (!seg_text_search_build(&program->searches[program->search_count++], planner->arena,
                               leaf->left, words, count, program->targets[i + 1 - count].slot))
      return false;
    count = 0;
  }
  return program->searches != NULL;
}

/** The program of the entries of a dictionary: the block with its texts instead of their codes. */
static enum seg_status build_entries(const struct making *making, struct seg_mask_coded *coded,
                                     uint32_t column, uint32_t *roots, struct seg_error *error) {
  const struct seg_mask_planner *planner = making->planner;
  struct seg_arena *arena = planner->arena;
  struct seg_block block = *planner->block;
  enum seg_width *widths = SEG_NEW_ARRAY(arena, enum seg_width, block.input_count);
  struct seg_step *steps = SEG_NEW_ARRAY(arena, struct seg_step, block.step_count);
  if (widths == NULL || steps == NULL)
    return no_memory(error);
  memcpy(widths, block.input_widths, block.input_count * sizeof *widths);
  memcpy(steps, block.steps, block.step_count * sizeof *steps);
  widths[coded->slot] = SEG_WIDTH_FULL;
  steps[column].optional = false;
  block.input_widths = widths;
  block.steps = steps;
  block.mask_roots = roots;
  block.mask_root_count = coded->count;
  return seg_mask_program_build(arena, &block, planner->value_slots, planner->level, NULL,
                                &coded->program, error);
}

static enum seg_status add_coded(const struct making *making, struct seg_error *error) {
  const struct seg_block *block = making->planner->block;
  struct seg_arena *arena = making->planner->arena;
  struct seg_mask_program *program = making->program;
  size_t leaves = (size_t)program->leaf_count + 1;
  uint32_t *roots = SEG_NEW_ARRAY(arena, uint32_t, leaves);
  program->coded = SEG_NEW_ARRAY(arena, struct seg_mask_coded, leaves);
  enum seg_status status = roots == NULL || program->coded == NULL ? no_memory(error) : SEG_OK;
  for (uint32_t i = 0, end; status == SEG_OK && i < program->leaf_count; i = end) {
    const struct seg_mask_node *leaf = &program->leaves[i];
    for (end = i + 1; end < program->leaf_count && program->leaves[end].kind == leaf->kind &&
                      program->leaves[end].left == leaf->left;)
      end++;
    if (leaf->kind != SEG_MASK_CODED)
      continue;
    for (uint32_t j = i; j < end; j++)
      roots[j] = program->leaves[j].right;
    struct seg_mask_coded *coded = &program->coded[program->coded_count++];
    uint32_t slot = block->steps[leaf->left].slot;
    *coded = (struct seg_mask_coded){.slot = slot,
                                     .width = seg_block_input_width(block, slot),
                                     .first = program->targets[i].slot,
                                     .count = end - i};
    status = build_entries(making, coded, leaf->left, roots + i, error);
  }
  return status;
}

/** The operands of an AND with those of the ANDs that are no operations of their own, but for the
 * one whose complement is the OR; false when it is never true. */
static bool gather(struct seg_mask_planner *planner, uint32_t n, uint32_t *count) {
  const uint32_t stamp = ++planner->gathers;
  const struct seg_mask_node *nodes = planner->graph.nodes;
  seg_mask_literal *gathered = planner->gathered, *pending = planner->pending;
  uint32_t left = 0, done = 0;
  pending[left++] = nodes[n].right;
  pending[left++] = nodes[n].left;
  while (left > 0) {
    seg_mask_literal literal = pending[--left];
    const struct seg_mask_node *node = &nodes[literal / 2];
    struct seg_mask_planned *planned = &planner->nodes[literal / 2];
    if (node->kind == SEG_MASK_AND && !planned->stored) {
      if (literal % 2 != 0)
        continue;
      pending[left++] = node->right;
      pending[left++] = node->left;
    } else if (planned->stamps[literal % 2] != stamp) {
      planned->stamps[literal % 2] = stamp;
      gathered[done++] = literal;
    }
  }
  *count = done;
  for (uint32_t i = 0; i < done; i++) {
    if (planner->nodes[gathered[i] / 2].stamps[seg_mask_not(gathered[i]) % 2] == stamp)
      return false;
  }
  return true;
}

/** Operands that are as they are, or complements, behind those that are there; how many. */
static uint32_t add_operands(struct making *making, struct seg_mask_op *op,
                             const seg_mask_literal *operands, uint32_t count, bool negated) {
  const struct seg_mask_planner *planner = making->planner;
  uint32_t before = making->operand_count;
  for (uint32_t i = 0; i < count; i++) {
    if (operands[i] % 2 != negated)
      continue;
    uint32_t slot = planner->nodes[operands[i] / 2].slot;
    making->program->operands[making->operand_count++] = slot;
    if (planner->levels[slot] >= op->level)
      op->level = planner->levels[slot] + 1;
  }
  return making->operand_count - before;
}

static struct seg_mask_op *add_op(struct making *making, uint32_t out,
                                  const seg_mask_literal *operands, uint32_t count) {
  struct seg_mask_program *program = making->program;
  struct seg_mask_op *op = &program->ops[program->op_count++];
  *op = (struct seg_mask_op){.out = out, .first = making->operand_count};
  op->plain = add_operands(making, op, operands, count, false);
  op->negated = add_operands(making, op, operands, count, true);
  making->planner->levels[out] = op->level;
  return op;
}

/** The complement of an AND. */
static void add_or(struct making *making, struct seg_mask_op *op, const seg_mask_literal *operands,
                   uint32_t count) {
  op->any = add_operands(making, op, operands, count, true);
  op->any_negated = add_operands(making, op, operands, count, false);
  making->planner->levels[op->out] = op->level;
}

static void place_op(struct making *making, uint32_t n) {
  struct seg_mask_planner *planner = making->planner;
  struct seg_mask_planned *node = &planner->nodes[n];
  uint32_t count;
  node->slot = making->program->slot_count++;
  if (!gather(planner, n, &count)) {
    planner->gathered[1] = seg_mask_not(planner->gathered[0]);
    count = 2;
  }
  if (node->is_complement_root) {
    add_or(making, add_op(making, node->slot, NULL, 0), planner->gathered, count);
    return;
  }
  struct seg_mask_op *op = add_op(making, node->slot, planner->gathered, count);
  if (node->or_of != 0 && gather(planner, node->or_of, &count))
    add_or(making, op, planner->gathered, count);
}

static void place_ops(struct making *making, bool are_tallied) {
  const struct seg_mask_planner *planner = making->planner;
  for (size_t w = 0; w < seg_bitmap_words(planner->graph.count); w++)
    for (uint64_t left = planner->used[w]; left != 0; left &= left - 1) {
      uint32_t n = (uint32_t)(64 * w) + (uint32_t)__builtin_ctzll(left);
      if (planner->graph.nodes[n].kind == SEG_MASK_AND && planner->nodes[n].stored &&
          is_tallied(making, n) == are_tallied)
        place_op(making, n);
    }
}

static int compare_ops(const void *left, const void *right) {
  const struct seg_mask_op *a = left, *b = right;
  const uint32_t keys[][2] = {{a->level, b->level},
                              {a->plain, b->plain},
                              {a->negated, b->negated},
                              {a->any, b->any},
                              {a->any_negated, b->any_negated},
                              {a->first, b->first}};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    if (keys[i][0] != keys[i][1])
      return keys[i][0] < keys[i][1] ? -1 : 1;
  }
  return 0;
}

/** Where roots are. Those that are complements of what is read otherwise, too, get slots of their
 * own: those that somebody looks at, or the others. */
static void place_roots(struct making *making, const uint32_t *roots, const bool *looked_at,
                        bool are_looked_at) {
  const struct seg_mask_planner *planner = making->planner;
  struct seg_mask_program *program = making->program;
  for (uint32_t r = 0; r < program->root_count; r++) {
    const seg_mask_literal literal = planner->literals[roots[r]];
    const struct seg_mask_planned *node = &planner->nodes[literal / 2];
    if (literal % 2 == 0 || node->is_complement_root) {
      program->root_slots[r] = node->slot;
    } else if ((looked_at == NULL || looked_at[r]) == are_looked_at) {
      program->root_slots[r] = program->slot_count++;
      (void)add_op(making, program->root_slots[r], &literal, 1);
    }
  }
}

/** What is read again comes first, then what is tallied when only counts are wanted. */
static bool place_all(struct making *making, const uint32_t *roots, const bool *looked_at) {
  struct seg_mask_program *program = making->program;
  const struct seg_mask_planner *planner = making->planner;
  place_ops(making, false);
  place_roots(making, roots, looked_at, true);
  program->inner_op_count = program->op_count;
  program->inner_slot_count = program->slot_count;
  place_ops(making, true);
  place_roots(making, roots, looked_at, false);
  if (!seg_mask_joins_build(program, planner->arena, &making->planner->scratch,
                            &seg_mask_kernels(planner->level)->costs))
    return false;
  const uint32_t inner = program->inner_op_count;
  qsort(program->ops, inner, sizeof *program->ops, compare_ops);
  qsort(program->ops + inner, program->op_count - inner, sizeof *program->ops, compare_ops);
  return true;
}

/** The operation that gives each root, or one more that has nothing but its slot. */
static void add_tallies(struct making *making) {
  struct seg_mask_program *program = making->program;
  const uint32_t inner = program->inner_op_count;
  uint32_t *numbers = making->planner->levels; // of operations, by their slots: levels are done
  uint32_t count = program->op_count - inner;
  for (uint32_t i = 0; i < count; i++)
    numbers[program->ops[inner + i].out] = i;
  for (uint32_t r = 0; r < program->root_count; r++) {
    const uint32_t slot = program->root_slots[r];
    const bool is_inner = slot < program->inner_slot_count;
    program->root_tallies[r] = is_inner ? count : numbers[slot];
    if (!is_inner)
      continue;
    program->ops[inner + count++] =
        (struct seg_mask_op){.out = slot, .first = making->operand_count, .plain = 1};
    program->operands[making->operand_count++] = slot;
  }
  program->tally_count = count;
}

static void forget(const struct seg_mask_planner *planner) {
  for (size_t w = 0; w < seg_bitmap_words(planner->graph.count); w++) {
    for (uint64_t left = planner->used[w]; left != 0; left &= left - 1)
      planner->nodes[64 * w + (uint32_t)__builtin_ctzll(left)] = (struct seg_mask_planned){0};
    planner->used[w] = 0;
  }
}

/** Room for operations and operands: an operation for each AND and each root whose complement it
 * is, and one to tally each root; copies of ANDs are of two leaves for one part of a root. */
static bool allocate_program(const struct making *making) {
  struct seg_arena *arena = making->planner->arena;
  struct seg_mask_program *program = making->program;
  const size_t roots = program->root_count, ands = making->and_count;
  program->ops = SEG_NEW_ARRAY(arena, struct seg_mask_op, ands + 2 * roots + 1);
  program->operands =
      SEG_NEW_ARRAY(arena, uint32_t, 2 * ands + 4 * roots + 2 + SEG_MASK_OPERANDS_READ);
  program->root_slots = SEG_NEW_ARRAY(arena, uint32_t, roots + 1);
  if (making->only_counts)
    program->root_tallies = SEG_NEW_ARRAY(arena, uint32_t, roots + 1);
  return program->ops != NULL && program->operands != NULL && program->root_slots != NULL &&
         (!making->only_counts || program->root_tallies != NULL);
}

enum seg_status seg_mask_planner_build(struct seg_mask_planner *planner, const uint32_t *roots,
                                       uint32_t root_count, const bool *looked_at,
                                       const struct seg_mask_program **out,
                                       struct seg_error *error) {
  struct making making = {.planner = planner,
                          .program = SEG_NEW(planner->arena, struct seg_mask_program),
                          .only_counts = looked_at != NULL};
  struct seg_mask_program *program = making.program;
  if (program == NULL)
    return no_memory(error);
  *program = (struct seg_mask_program){.level = planner->level,
                                       .root_count = root_count,
                                       .columns = planner->columns,
                                       .tables = planner->tables};
  mark_nodes(&making, roots, looked_at);
  if (!allocate_program(&making) || !place_leaves(&making) ||
      !place_all(&making, roots, looked_at) || !add_searches(&making))
    return no_memory(error);
  if (making.only_counts)
    add_tallies(&making);
  forget(planner);
  *out = program;
  return add_coded(&making, error);
}
