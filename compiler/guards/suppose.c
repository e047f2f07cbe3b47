// Rules with their doubtful conditions set to the best or the worst; see suppose.h.
#include "compiler/guards/suppose.h"

#include <string.h>

static struct seg_node *make(struct seg_supposition *supposition, enum seg_node_kind kind,
                             const struct seg_node *from, uint32_t operand_count) {
  struct seg_node *node = SEG_NEW(supposition->arena, struct seg_node);
  struct seg_node **operands =
      SEG_NEW_ARRAY(supposition->arena, struct seg_node *, operand_count + 1u);
  if (node == NULL || operands == NULL) {
    supposition->out_of_memory = true;
    return NULL;
  }
  *node = (struct seg_node){.kind = kind,
                            .type = {.kind = SEG_TYPE_BOOL},
                            .span = from->span,
                            .operand_count = operand_count,
                            .operands = operands};
  return node;
}

static struct seg_node *negate(struct seg_supposition *supposition, struct seg_node *node) {
  struct seg_node *negation = node ? make(supposition, SEG_NODE_NOT, node, 1) : NULL;
  if (negation != NULL)
    negation->operands[0] = node;
  return negation;
}

static struct seg_node *join(struct seg_supposition *supposition, enum seg_node_kind kind,
                             struct seg_node *one, struct seg_node *other) {
  if (one == NULL || other == NULL)
    return NULL;
  struct seg_node *node = make(supposition, kind, one, 2);
  if (node == NULL)
    return NULL;
  node->operands[0] = one;
  node->operands[1] = other;
  return node;
}

static const struct seg_program_doubt *doubt_of(const struct seg_supposition *supposition,
                                                const struct seg_node *node) {
  for (uint32_t i = 0; i < supposition->count; i++)
    if (supposition->doubts[i].atom == node)
      return &supposition->doubts[i];
  return NULL;
}

/** A copy whose operands are supposed; the node itself when none of them has doubts. */
static struct seg_node *with_operands(struct seg_supposition *supposition, struct seg_node *node,
                                      bool holds) {
  struct seg_node *copy = make(supposition, node->kind, node, node->operand_count);
  bool same = true;
  for (uint32_t i = 0; copy != NULL && i < node->operand_count; i++) {
    copy->operands[i] = seg_suppose(supposition, node->operands[i], holds);
    same = same && copy->operands[i] == node->operands[i];
  }
  if (same || copy == NULL)
    return copy == NULL ? NULL : node;
  if (node->kind == SEG_NODE_TALLY) {
    copy->least = node->least;
    copy->most = node->most;
  }
  return copy;
}

/** Between `least` and `most` conditions: at least so many, and not more. */
static struct seg_node *tally(struct seg_supposition *supposition, struct seg_node *node,
                              bool holds) {
  if (node->most == node->operand_count)
    return with_operands(supposition, node, holds);
  struct seg_node *more = make(supposition, SEG_NODE_TALLY, node, node->operand_count);
  if (more == NULL)
    return NULL;
  more->least = node->most + 1u;
  more->most = node->operand_count;
  memcpy(more->operands, node->operands, node->operand_count * sizeof(struct seg_node *));
  struct seg_node *not_more = negate(supposition, with_operands(supposition, more, !holds));
  if (node->least == 0)
    return not_more;
  struct seg_node *enough = make(supposition, SEG_NODE_TALLY, node, node->operand_count);
  if (enough == NULL)
    return NULL;
  enough->least = node->least;
  enough->most = node->operand_count;
  memcpy(enough->operands, node->operands, node->operand_count * sizeof(struct seg_node *));
  return join(supposition, SEG_NODE_AND, with_operands(supposition, enough, holds), not_more);
}

struct seg_node *seg_suppose(struct seg_supposition *supposition, struct seg_node *node,
                             bool holds) {
  const struct seg_program_doubt *doubt = doubt_of(supposition, node);
  if (doubt != NULL && holds)
    return join(supposition, SEG_NODE_OR, node, doubt->missing);
  if (doubt != NULL)
    return join(supposition, SEG_NODE_AND, node, negate(supposition, doubt->missing));
  if (node->kind == SEG_NODE_NOT)
    return with_operands(supposition, node, !holds);
  if (node->kind == SEG_NODE_AND || node->kind == SEG_NODE_OR)
    return with_operands(supposition, node, holds);
  return node->kind == SEG_NODE_TALLY ? tally(supposition, node, holds) : node;
}

// --- what stands around a condition ---

/** The other operands of a group, as a group of a kind, supposed; NULL when memory is out. */
static struct seg_node *others(struct seg_supposition *supposition, enum seg_node_kind kind,
                               const struct seg_node *group, uint32_t number, bool holds) {
  struct seg_node *all = make(supposition, kind, group, group->operand_count - 1u);
  uint32_t count = 0;
  for (uint32_t i = 0; all != NULL && i < group->operand_count; i++)
    if (i != number)
      all->operands[count++] = seg_suppose(supposition, group->operands[i], holds);
  return all;
}

/** Can just `wanted` of the others hold? As many at least, when they hold most, and no more, when
 * they hold least. */
static struct seg_node *can_be(struct seg_supposition *supposition, const struct seg_node *group,
                               uint32_t number, uint32_t wanted) {
  struct seg_node *enough = others(supposition, SEG_NODE_TALLY, group, number, true);
  struct seg_node *more = others(supposition, SEG_NODE_TALLY, group, number, false);
  if (enough == NULL || more == NULL)
    return NULL;
  enough->least = wanted;
  more->least = wanted + 1u;
  enough->most = more->most = group->operand_count - 1u;
  if (more->least > more->most)
    return enough;
  struct seg_node *not_more = negate(supposition, more);
  return wanted == 0 ? not_more : join(supposition, SEG_NODE_AND, enough, not_more);
}

/** When does a group come out differently as one of its operands does? */
static struct seg_node *group_decides(struct seg_supposition *supposition,
                                      const struct seg_node *group, uint32_t number) {
  if (group->kind == SEG_NODE_AND)
    return others(supposition, SEG_NODE_AND, group, number, true);
  if (group->kind == SEG_NODE_OR)
    return negate(supposition, others(supposition, SEG_NODE_OR, group, number, false));
  struct seg_node *below = NULL, *above = NULL;
  if (group->least > 0)
    below = can_be(supposition, group, number, group->least - 1u);
  if (group->most < group->operand_count)
    above = can_be(supposition, group, number, group->most);
  return below != NULL && above != NULL ? join(supposition, SEG_NODE_OR, below, above)
         : below != NULL                ? below
                                        : above;
}

struct around {
  struct seg_supposition *supposition;
  const struct seg_node *atom;
  unsigned levels; // that are still looked at
  bool all;
  struct seg_node *condition;
};

/** From the inside out; false when the atom is not in here. */
static bool look_around(struct around *around, const struct seg_node *node) {
  bool group =
      node->kind == SEG_NODE_AND || node->kind == SEG_NODE_OR || node->kind == SEG_NODE_TALLY;
  if (node == around->atom)
    return true;
  if (!group && node->kind != SEG_NODE_NOT)
    return false;
  uint32_t number = 0;
  while (number < node->operand_count && !look_around(around, node->operands[number]))
    number++;
  if (number == node->operand_count)
    return false;
  if (!group || node->operand_count < 2)
    return true;
  if (around->levels == 0) {
    around->all = false;
    return true;
  }
  around->levels--;
  struct seg_node *decides = group_decides(around->supposition, node, number);
  around->condition = around->condition == NULL
                          ? decides
                          : join(around->supposition, SEG_NODE_AND, around->condition, decides);
  return true;
}

struct seg_node *seg_suppose_decides(struct seg_supposition *supposition, struct seg_node *rule,
                                     const struct seg_node *atom, unsigned levels, bool *all) {
  struct around around = {supposition, atom, levels, true, NULL};
  look_around(&around, rule);
  *all = around.all;
  return around.condition;
}
