// From the graph of a block to leaves and operations in slots; see mask_program.h.
//
// An AND that only one other AND reads is no operation of its own: its operands become those of its
// reader. Where the reader wants its complement, which is an OR, an operation has room for one.
//
// Operations stand in levels and, in a level, by what they are made of: the processor then foresees
// how many operands come.
#include "runtime/filter/mask_program.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/filter/mask_leaves.h"

enum {
  CACHE_BYTES = 768 << 10, // of the slots of a batch: the second level has 1 MB or less
  LARGEST_BATCH = 8192,
  LARGE_BATCH_BYTES = 128 << 10, // of more slots than these: columns want to stay there, too
  NO_SLOT = UINT32_MAX,
};

struct planner {
  struct seg_arena *arena;
  const struct seg_block *block;
  struct seg_mask_program *program;
  struct seg_mask_graph graph;
  seg_mask_literal *literals; // per step
  /* Per node. */
  uint32_t *uses;
  bool *stored;     // has a slot
  bool *complement; // somebody reads the complement
  uint32_t *owners; // the operation it belongs to; 0: it belongs to the OR of one
  uint32_t *ors;    // of operations: the AND whose complement is their OR; 0: none
  uint32_t *slots;
  uint32_t *levels; // of slots
  uint32_t *stamps; // of literals: the operation that has it as an operand
  uint32_t operand_count;
  /* The operands of one operation, and what is still to be looked at. */
  seg_mask_literal *gathered, *pending;
};

static enum seg_status no_memory(struct seg_error *error) {
  return seg_fail_memory(error, "the masks of compiled rules");
}

static bool *needed_steps(const struct planner *planner) {
  const struct seg_block *block = planner->block;
  bool *needed = SEG_NEW_ARRAY(planner->arena, bool, (size_t)block->step_count + 1);
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

static bool add_table(const struct planner *planner, uint32_t number) {
  const struct seg_step *step = &planner->block->steps[number];
  bool is_text = planner->block->steps[step->operands[0]].layout == SEG_LAYOUT_TEXT;
  if (step->op != SEG_OP_IN_LIST || is_text || step->list_count <= SEG_MASK_LONG_LIST)
    return true;
  int64_t *items = SEG_NEW_ARRAY(planner->arena, int64_t, step->list_count);
  if (items == NULL)
    return false;
  for (uint32_t i = 0; i < step->list_count; i++)
    items[i] = step->list[i].integer;
  qsort(items, step->list_count, sizeof *items, compare_integers);
  planner->program->tables[number] = (struct seg_mask_table){step->list_count, items};
  return true;
}

/** Where the columns lie that masks read. */
static bool add_columns(const struct planner *planner, const bool *needed,
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
    planner->program->columns[number] = (struct seg_mask_column){
        .is_input = is_input,
        .slot = is_input ? step->slot : value_slots[number],
        .layout = step->layout,
        .width = is_input ? seg_block_input_width(block, step->slot) : SEG_WIDTH_FULL,
    };
  }
  return true;
}

/** Operations have slots. A node whose readers are all known is one, or a part of its reader's. */
static void assign_node(const struct planner *planner, uint32_t n) {
  uint32_t owner = planner->owners[n];
  planner->stored[n] = planner->stored[n] || planner->uses[n] > 1;
  if (!planner->stored[n] && planner->complement[n]) {
    planner->stored[n] = owner == 0 || planner->ors[owner] != 0;
    if (!planner->stored[n]) {
      planner->ors[owner] = n;
      planner->owners[n] = 0;
    }
  }
  if (planner->stored[n])
    planner->owners[n] = n;
}

/** Which nodes roots need, how often they are read, and which get a slot. */
static void mark_nodes(const struct planner *planner) {
  const struct seg_mask_graph *graph = &planner->graph;
  const struct seg_block *block = planner->block;
  for (uint32_t r = 0; r < block->mask_root_count; r++) {
    uint32_t node = planner->literals[block->mask_roots[r]] / 2;
    planner->uses[node]++;
    planner->stored[node] = true;
  }
  for (uint32_t n = graph->count; n-- > 0;) {
    const struct seg_mask_node *node = &graph->nodes[n];
    if (planner->uses[n] == 0)
      continue;
    planner->stored[n] = planner->stored[n] || node->kind != SEG_MASK_AND;
    if (node->kind != SEG_MASK_AND)
      continue;
    assign_node(planner, n);
    const seg_mask_literal operands[] = {node->left, node->right};
    for (int i = 0; i < 2; i++) {
      uint32_t operand = operands[i] / 2;
      planner->uses[operand]++;
      planner->owners[operand] = planner->owners[n];
      planner->complement[operand] = planner->complement[operand] || operands[i] % 2 != 0;
    }
  }
}

/** Comparisons of one column stand together, in the order of their constants. */
static int compare_leaves(const void *left, const void *right) {
  const struct seg_mask_node *a = left, *b = right;
  const int64_t keys[][2] = {{a->kind, b->kind},         {a->left, b->left},
                             {a->right, b->right},       {a->test, b->test},
                             {a->constant, b->constant}, {a->upper, b->upper},
                             {a->scalar, b->scalar},     {a->less_one, b->less_one}};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    if (keys[i][0] != keys[i][1])
      return keys[i][0] < keys[i][1] ? -1 : 1;
  }
  return 0;
}

static bool place_leaves(struct planner *planner) {
  const struct seg_mask_graph *graph = &planner->graph;
  struct seg_mask_program *program = planner->program;
  program->leaves = SEG_NEW_ARRAY(planner->arena, struct seg_mask_node, graph->count);
  if (program->leaves == NULL)
    return false;
  for (uint32_t n = 0; n < graph->count; n++) {
    if (planner->uses[n] > 0 && graph->nodes[n].kind != SEG_MASK_AND)
      program->leaves[program->leaf_count++] = graph->nodes[n];
  }
  qsort(program->leaves, program->leaf_count, sizeof *program->leaves, compare_leaves);
  for (uint32_t i = 0; i < program->leaf_count; i++)
    planner->slots[seg_mask_graph_node(&planner->graph, &program->leaves[i]) / 2] = i;
  program->slot_count = program->leaf_count;
  return !planner->graph.failed;
}

/** The words that are looked for in one column are looked for together. */
static bool add_searches(const struct planner *planner) {
  struct seg_mask_program *program = planner->program;
  struct seg_str words[SEG_SEARCH_WORDS_MOST];
  uint32_t count = 0;
  program->searches =
      SEG_NEW_ARRAY(planner->arena, struct seg_text_search, (size_t)program->leaf_count + 1);
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
                               leaf->left, words, count, i + 1 - count))
      return false;
    count = 0;
  }
  return program->searches != NULL;
}

/** The operands of an AND with those of the ANDs that are no operations of their own, but for the
 * one whose complement is the OR; false when it is never true. */
static bool gather(struct planner *planner, uint32_t n, uint32_t *count) {
  const struct seg_mask_node *nodes = planner->graph.nodes;
  seg_mask_literal *gathered = planner->gathered, *pending = planner->pending;
  uint32_t left = 0, done = 0;
  pending[left++] = nodes[n].right;
  pending[left++] = nodes[n].left;
  while (left > 0) {
    seg_mask_literal literal = pending[--left];
    const struct seg_mask_node *node = &nodes[literal / 2];
    if (node->kind == SEG_MASK_AND && !planner->stored[literal / 2]) {
      if (literal % 2 != 0)
        continue;
      pending[left++] = node->right;
      pending[left++] = node->left;
    } else if (planner->stamps[literal] != n) {
      planner->stamps[literal] = n;
      gathered[done++] = literal;
    }
  }
  *count = done;
  for (uint32_t i = 0; i < done; i++) {
    if (planner->stamps[seg_mask_not(gathered[i])] == n)
      return false;
  }
  return true;
}

/** Operands that are as they are, or complements, behind those that are there; how many. */
static uint32_t add_operands(struct planner *planner, struct seg_mask_op *op,
                             const seg_mask_literal *operands, uint32_t count, bool negated) {
  uint32_t before = planner->operand_count;
  for (uint32_t i = 0; i < count; i++) {
    if (operands[i] % 2 != negated)
      continue;
    uint32_t slot = planner->slots[operands[i] / 2];
    planner->program->operands[planner->operand_count++] = slot;
    if (planner->levels[slot] >= op->level)
      op->level = planner->levels[slot] + 1;
  }
  return planner->operand_count - before;
}

static struct seg_mask_op *add_op(struct planner *planner, uint32_t out,
                                  const seg_mask_literal *operands, uint32_t count) {
  struct seg_mask_program *program = planner->program;
  struct seg_mask_op *op = &program->ops[program->op_count++];
  *op = (struct seg_mask_op){.out = out, .first = planner->operand_count};
  op->plain = add_operands(planner, op, operands, count, false);
  op->negated = add_operands(planner, op, operands, count, true);
  planner->levels[out] = op->level;
  return op;
}

static void place_op(struct planner *planner, uint32_t n) {
  uint32_t count;
  planner->slots[n] = planner->program->slot_count++;
  if (!gather(planner, n, &count)) {
    const seg_mask_literal never[] = {planner->gathered[0], seg_mask_not(planner->gathered[0])};
    (void)add_op(planner, planner->slots[n], never, 2);
    return;
  }
  struct seg_mask_op *op = add_op(planner, planner->slots[n], planner->gathered, count);
  if (planner->ors[n] == 0 || !gather(planner, planner->ors[n], &count))
    return;
  op->any = add_operands(planner, op, planner->gathered, count, true);
  op->any_negated = add_operands(planner, op, planner->gathered, count, false);
  planner->levels[op->out] = op->level;
}

static void place_ops(struct planner *planner) {
  const struct seg_mask_graph *graph = &planner->graph;
  for (uint32_t n = 0; n < graph->count; n++)
    if (graph->nodes[n].kind == SEG_MASK_AND && planner->stored[n])
      place_op(planner, n);
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

/** Roots that are complements get slots of their own. */
static void place_roots(struct planner *planner) {
  const struct seg_block *block = planner->block;
  struct seg_mask_program *program = planner->program;
  program->root_count = block->mask_root_count;
  for (uint32_t r = 0; r < block->mask_root_count; r++) {
    seg_mask_literal literal = planner->literals[block->mask_roots[r]];
    program->root_slots[r] = planner->slots[literal / 2];
    if (literal % 2 == 0)
      continue;
    program->root_slots[r] = program->slot_count++;
    (void)add_op(planner, program->root_slots[r], &literal, 1);
  }
  qsort(program->ops, program->op_count, sizeof *program->ops, compare_ops);
}

static bool allocate(struct planner *planner) {
  struct seg_arena *arena = planner->arena;
  struct seg_mask_program *program = planner->program;
  size_t nodes = planner->graph.count, roots = planner->block->mask_root_count;
  planner->uses = SEG_NEW_ARRAY(arena, uint32_t, nodes);
  planner->stored = SEG_NEW_ARRAY(arena, bool, nodes);
  planner->complement = SEG_NEW_ARRAY(arena, bool, nodes);
  planner->owners = SEG_NEW_ARRAY(arena, uint32_t, nodes);
  planner->ors = SEG_NEW_ARRAY(arena, uint32_t, nodes);
  planner->slots = SEG_NEW_ARRAY(arena, uint32_t, nodes);
  planner->levels = SEG_NEW_ARRAY(arena, uint32_t, nodes + roots);
  planner->stamps = SEG_NEW_ARRAY(arena, uint32_t, 2 * nodes);
  planner->gathered = SEG_NEW_ARRAY(arena, seg_mask_literal, nodes + 2);
  planner->pending = SEG_NEW_ARRAY(arena, seg_mask_literal, nodes + 2);
  program->ops = SEG_NEW_ARRAY(arena, struct seg_mask_op, nodes + roots + 1);
  program->operands = SEG_NEW_ARRAY(arena, uint32_t, 2 * nodes + roots + 2);
  program->root_slots = SEG_NEW_ARRAY(arena, uint32_t, roots + 1);
  return planner->uses != NULL && planner->stored != NULL && planner->complement != NULL &&
         planner->owners != NULL && planner->ors != NULL && planner->slots != NULL &&
         planner->levels != NULL && planner->stamps != NULL && planner->gathered != NULL &&
         planner->pending != NULL && program->ops != NULL && program->operands != NULL &&
         program->root_slots != NULL;
}

enum seg_status seg_mask_program_build(struct seg_arena *arena, const struct seg_block *block,
                                       const uint32_t *value_slots, enum seg_vector_level level,
                                       const struct seg_mask_program **out,
                                       struct seg_error *error) {
  struct planner planner = {.arena = arena, .block = block};
  struct seg_mask_program *program = planner.program = SEG_NEW(arena, struct seg_mask_program);
  size_t steps = (size_t)block->step_count + 1;
  planner.literals = SEG_NEW_ARRAY(arena, seg_mask_literal, steps);
  bool *needed = needed_steps(&planner);
  if (program == NULL || planner.literals == NULL || needed == NULL)
    return no_memory(error);
  program->level = level;
  program->columns = SEG_NEW_ARRAY(arena, struct seg_mask_column, steps);
  program->tables = SEG_NEW_ARRAY(arena, struct seg_mask_table, steps);
  if (program->columns == NULL || program->tables == NULL ||
      !add_columns(&planner, needed, value_slots))
    return no_memory(error);
  seg_mask_graph_init(&planner.graph, arena);
  seg_mask_leaves_build(&planner.graph, block, needed, planner.literals);
  if (planner.graph.failed || !allocate(&planner))
    return no_memory(error);
  mark_nodes(&planner);
  if (!place_leaves(&planner) || !add_searches(&planner))
    return no_memory(error);
  place_ops(&planner);
  place_roots(&planner);
  *out = program;
  return SEG_OK;
}

int64_t seg_mask_program_batch(const struct seg_mask_program *program) {
  int64_t rows = LARGEST_BATCH;
  if (rows / 8 * program->slot_count > LARGE_BATCH_BYTES)
    rows /= 2;
  while (rows > SEG_MASK_ROUND && rows / 8 * program->slot_count > CACHE_BYTES)
    rows /= 2;
  return rows;
}
