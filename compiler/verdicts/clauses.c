// See clauses.h.
#include "compiler/verdicts/clauses.h"

static bool same_span(struct seg_span a, struct seg_span b) {
  return a.file == b.file && a.begin == b.begin && a.end == b.end;
}

bool seg_is_one_clause(const struct seg_node *node) {
  if (node->kind != SEG_NODE_AND && node->kind != SEG_NODE_OR)
    return node->kind != SEG_NODE_TALLY;
  for (uint32_t i = 0; i < node->operand_count; i++)
    if (!same_span(node->operands[i]->span, node->span))
      return false;
  return true;
}

static uint32_t collect(const struct seg_node *node, const struct seg_node **clauses,
                        uint32_t count, uint32_t room) {
  if (node->kind == SEG_NODE_MEMBER)
    return collect(node->operands[0], clauses, count, room);
  if (node->kind != SEG_NODE_AND || seg_is_one_clause(node)) {
    if (count < room)
      clauses[count] = node;
    return count + 1;
  }
  for (uint32_t i = 0; i < node->operand_count; i++)
    count = collect(node->operands[i], clauses, count, room);
  return count;
}

uint32_t seg_clauses_collect(const struct seg_node *rule, const struct seg_node **clauses,
                             uint32_t room) {
  uint32_t count = collect(rule, clauses, 0, room);
  if (count <= room)
    return count;
  clauses[0] = rule;
  return 1;
}

bool seg_rule_asks_for(const struct seg_node *rule, uint32_t segment) {
  if (rule->kind == SEG_NODE_MEMBER && rule->segment == segment)
    return true;
  for (uint32_t i = 0; i < rule->operand_count; i++)
    if (seg_rule_asks_for(rule->operands[i], segment))
      return true;
  return false;
}
