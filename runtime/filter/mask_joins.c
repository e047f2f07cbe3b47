// See mask_joins.h.
#include "runtime/filter/mask_joins.h"

#include <string.h>

/** Operands of one kind, or leaves. */
struct list {
  uint32_t count;
  uint32_t *items;
};

enum { PLAIN, NEGATED, ANY, ANY_NEGATED, KINDS };

struct joining {
  struct seg_mask_program *program;
  bool *may_join;                    // per leaf
  struct list lists[KINDS];          // what is left of the operation's operands
  struct list factors, alternatives; // its leaves that may be joined, rising
};

static bool is_of_column(const struct seg_mask_node *leaf) {
  return leaf->kind == SEG_MASK_COMPARE && leaf->right == SEG_MASK_NONE;
}

/** Comparisons of columns that have enough of them, which are read once. */
static void find_leaves(const struct joining *joining, uint32_t *reads, uint32_t fewest) {
  const struct seg_mask_program *program = joining->program;
  for (const struct seg_mask_op *op = program->ops; op < program->ops + program->op_count; op++)
    for (uint32_t i = 0; i < op->plain + op->negated + op->any + op->any_negated; i++)
      reads[program->operands[op->first + i]]++;
  for (uint32_t r = 0; r < program->root_count; r++)
    reads[program->root_slots[r]] += 2;
  for (uint32_t i = 0, end; i < program->leaf_count; i = end) {
    const struct seg_mask_node *leaf = &program->leaves[i];
    for (end = i + 1; is_of_column(leaf) && end < program->leaf_count &&
                      is_of_column(&program->leaves[end]) &&
                      program->leaves[end].left == leaf->left;)
      end++;
    for (uint32_t j = i; j < end; j++)
      joining->may_join[j] = is_of_column(leaf) && end - i >= fewest && reads[j] == 1;
  }
}

static void add(struct list *list, uint32_t item) {
  list->items[list->count++] = item;
}

/** Leaves stand in the order in which they are computed: a few of them are put in order. */
static void add_rising(struct list *list, uint32_t item) {
  uint32_t i = list->count++;
  for (; i > 0 && list->items[i - 1] > item; i--)
    list->items[i] = list->items[i - 1];
  list->items[i] = item;
}

/** Operands of a kind: those that may be joined, and the others. */
static void split(struct joining *joining, const uint32_t *operands, uint32_t count, int kind,
                  struct list *leaves) {
  const struct seg_mask_program *program = joining->program;
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t slot = operands[i];
    if (slot >= program->leaf_count || !joining->may_join[slot]) {
      add(&joining->lists[kind], slot);
      continue;
    }
    program->targets[slot].flipped = kind == NEGATED || kind == ANY_NEGATED;
    add_rising(leaves, slot);
  }
}

/** A leaf that has a slot of its own after all. */
static void leave(struct joining *joining, uint32_t leaf, int kind) {
  struct seg_mask_target *target = &joining->program->targets[leaf];
  add(&joining->lists[target->flipped ? kind + 1 : kind], leaf);
  target->flipped = false;
}

static void join(const struct joining *joining, uint32_t leaf, uint32_t slot,
                 enum seg_mask_join how) {
  joining->program->targets[leaf].slot = slot;
  joining->program->targets[leaf].join = how;
}

/** Two leaves or more share the slot of the first. */
static void join_list(struct joining *joining, const struct list *leaves, enum seg_mask_join how,
                      int kind) {
  if (leaves->count == 1)
    leave(joining, leaves->items[0], kind);
  if (leaves->count < 2)
    return;
  for (uint32_t i = 1; i < leaves->count; i++)
    join(joining, leaves->items[i], leaves->items[0], how);
  add(&joining->lists[kind], leaves->items[0]);
}

/** Alternatives share a slot; where all of them do, factors that are computed after them are ANDed
 * to it. The other factors share one. */
static void join_op(struct joining *joining, struct seg_mask_op *op) {
  struct list *lists = joining->lists, *factors = &joining->factors;
  struct list *alternatives = &joining->alternatives;
  uint32_t *operands = joining->program->operands + op->first;
  factors->count = alternatives->count = 0;
  for (int kind = 0; kind < KINDS; kind++)
    lists[kind].count = 0;
  split(joining, operands, op->plain, PLAIN, factors);
  split(joining, operands + op->plain, op->negated, NEGATED, factors);
  split(joining, operands + op->plain + op->negated, op->any, ANY, alternatives);
  split(joining, operands + op->plain + op->negated + op->any, op->any_negated, ANY_NEGATED,
        alternatives);
  const bool are_all = alternatives->count > 1 && lists[ANY].count + lists[ANY_NEGATED].count == 0;
  if (are_all) {
    const uint32_t slot = alternatives->items[0];
    join_list(joining, alternatives, SEG_JOIN_OR, PLAIN);
    while (factors->count > 0 &&
           factors->items[factors->count - 1] > alternatives->items[alternatives->count - 1])
      join(joining, factors->items[--factors->count], slot, SEG_JOIN_AND);
  } else {
    join_list(joining, alternatives, SEG_JOIN_OR, ANY);
  }
  join_list(joining, factors, SEG_JOIN_AND, PLAIN);
  op->plain = lists[PLAIN].count;
  op->negated = lists[NEGATED].count;
  op->any = lists[ANY].count;
  op->any_negated = lists[ANY_NEGATED].count;
  for (int kind = 0; kind < KINDS; operands += lists[kind++].count)
    memcpy(operands, lists[kind].items, lists[kind].count * sizeof *operands);
}

/** Slots that nobody has left are taken out; `slots`: room for the new number of each. */
static void renumber(struct seg_mask_program *program, uint32_t *slots) {
  uint32_t count = 0;
  for (uint32_t s = 0; s < program->slot_count; s++) {
    slots[s] = count;
    count += s >= program->leaf_count || program->targets[s].slot == s;
  }
  for (uint32_t i = 0; i < program->leaf_count; i++)
    program->targets[i].slot = slots[program->targets[i].slot];
  for (struct seg_mask_op *op = program->ops; op < program->ops + program->op_count; op++) {
    op->out = slots[op->out];
    for (uint32_t i = 0; i < op->plain + op->negated + op->any + op->any_negated; i++)
      program->operands[op->first + i] = slots[program->operands[op->first + i]];
  }
  for (uint32_t r = 0; r < program->root_count; r++)
    program->root_slots[r] = slots[program->root_slots[r]];
  program->inner_slot_count -= program->slot_count - count;
  program->slot_count = count;
}

bool seg_mask_joins_build(struct seg_mask_program *program, struct seg_arena *arena,
                          struct seg_arena *scratch, const struct seg_mask_costs *costs) {
  struct joining joining = {.program = program};
  const size_t slots = (size_t)program->slot_count + 1, leaves = (size_t)program->leaf_count + 1;
  uint32_t *numbers = SEG_NEW_ARRAY(scratch, uint32_t, slots);
  uint32_t *items = SEG_NEW_ARRAY(scratch, uint32_t, (KINDS + 2) * slots);
  joining.may_join = SEG_NEW_ARRAY(scratch, bool, leaves);
  program->targets = SEG_NEW_ARRAY(arena, struct seg_mask_target, leaves);
  if (numbers == NULL || items == NULL || joining.may_join == NULL || program->targets == NULL)
    return false;
  for (int kind = 0; kind < KINDS; kind++)
    joining.lists[kind].items = items + (size_t)kind * slots;
  joining.factors.items = items + KINDS * slots;
  joining.alternatives.items = items + (KINDS + 1) * slots;
  for (uint32_t i = 0; i < program->leaf_count; i++)
    program->targets[i].slot = i;
  if (program->leaf_count < costs->fewest_joined)
    return true;
  find_leaves(&joining, numbers, costs->fewest_sliced);
  for (uint32_t i = 0; i < program->op_count; i++)
    join_op(&joining, &program->ops[i]);
  renumber(program, numbers);
  return true;
}
