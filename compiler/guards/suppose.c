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

struct seg_node *seg_suppose_not(struct seg_supposition *supposition, struct seg_node *node) {
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
  struct seg_node *not_more =
      seg_suppose_not(supposition, with_operands(supposition, more, !holds));
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
    return join(supposition, SEG_NODE_AND, node, seg_suppose_not(supposition, doubt->missing));
  if (node->kind == SEG_NODE_NOT)
    return with_operands(supposition, node, !holds);
  if (node->kind == SEG_NODE_AND || node->kind == SEG_NODE_OR)
    return with_operands(supposition, node, holds);
  return node->kind == SEG_NODE_TALLY ? tally(supposition, node, holds) : node;
}
