// Kleene's logic over the typed tree; see three_valued.h.
#include "tests/differential/three_valued.h"

struct asker {
  const struct seg_program *program;
  struct seg_reference *reference;
  uint32_t customer;
};

static enum answer ask(const struct asker *asker, const struct seg_node *node);

static struct seg_value value_of(const struct asker *asker, const struct seg_node *node) {
  return seg_reference_value(asker->reference, node, asker->customer);
}

static bool is_bool(const struct seg_node *node) {
  return node->type.kind == SEG_TYPE_BOOL;
}

// Does an operand of a comparison stay without a value?
static bool is_unknown(const struct asker *asker, const struct seg_node *node) {
  return is_bool(node) ? ask(asker, node) == ANSWER_UNKNOWN : !value_of(asker, node).known;
}

static enum answer ask_value(const struct asker *asker, const struct seg_node *node) {
  struct seg_value value = value_of(asker, node);
  return !value.known ? ANSWER_UNKNOWN : value.integer != 0 ? ANSWER_TRUE : ANSWER_FALSE;
}

// A computed condition hides nothing: what is asked is what it was computed from.
static enum answer ask_column(const struct asker *asker, const struct seg_node *node) {
  const struct seg_node *computed = asker->program->customer.columns[node->column].computed;
  if (computed != NULL)
    return ask(asker, computed);
  return ask_value(asker, node);
}

static enum answer ask_joined(const struct asker *asker, const struct seg_node *node) {
  bool all = node->kind == SEG_NODE_AND;
  enum answer result = all ? ANSWER_TRUE : ANSWER_FALSE;
  for (uint32_t i = 0; i < node->operand_count; i++) {
    enum answer next = ask(asker, node->operands[i]);
    if (all ? next < result : next > result)
      result = next;
  }
  return result;
}

// As many as may still hold, or may still not.
static enum answer ask_tally(const struct asker *asker, const struct seg_node *node) {
  uint32_t holds = 0, unknown = 0;
  for (uint32_t i = 0; i < node->operand_count; i++) {
    enum answer next = ask(asker, node->operands[i]);
    holds += next == ANSWER_TRUE;
    unknown += next == ANSWER_UNKNOWN;
  }
  if (holds >= node->least && holds + unknown <= node->most)
    return ANSWER_TRUE;
  return holds + unknown < node->least || holds > node->most ? ANSWER_FALSE : ANSWER_UNKNOWN;
}

// A test that has two answers unless an operand is missing.
static enum answer ask_test(const struct asker *asker, const struct seg_node *node) {
  for (uint32_t i = 0; i < node->operand_count; i++)
    if (is_unknown(asker, node->operands[i]))
      return ANSWER_UNKNOWN;
  bool fractions = node->kind == SEG_NODE_COMPARE_FRACTIONS;
  if (fractions && (value_of(asker, node->operands[1]).integer == 0 ||
                    value_of(asker, node->operands[3]).integer == 0))
    return ANSWER_UNKNOWN; // an average of nothing
  bool average = node->kind == SEG_NODE_RANK && node->operand_count == 2;
  if (average && value_of(asker, node->operands[1]).integer == 0)
    return ANSWER_UNKNOWN;
  return seg_reference_condition(asker->reference, node, asker->customer) ? ANSWER_TRUE
                                                                          : ANSWER_FALSE;
}

static enum answer ask(const struct asker *asker, const struct seg_node *node) {
  switch (node->kind) {
  case SEG_NODE_ATTRIBUTE:
  case SEG_NODE_COLUMN: return ask_column(asker, node);
  case SEG_NODE_AGGREGATE: return ask_value(asker, node); // a bool of the first or last event
  case SEG_NODE_AND:
  case SEG_NODE_OR: return ask_joined(asker, node);
  case SEG_NODE_TALLY: return ask_tally(asker, node);
  case SEG_NODE_NOT: return (enum answer)(ANSWER_TRUE - ask(asker, node->operands[0]));
  case SEG_NODE_ELSE: {
    enum answer first = ask(asker, node->operands[0]);
    return first == ANSWER_UNKNOWN ? ask(asker, node->operands[1]) : first;
  }
  case SEG_NODE_IS_KNOWN: return is_unknown(asker, node->operands[0]) ? ANSWER_FALSE : ANSWER_TRUE;
  // Whoever is not in a segment is outside, whatever the reason.
  case SEG_NODE_LISTED:
  case SEG_NODE_MEMBER: return ask_value(asker, node);
  default: return ask_test(asker, node);
  }
}

enum answer three_valued(const struct seg_program *program, struct seg_reference *reference,
                         const struct seg_node *node, uint32_t customer) {
  struct asker asker = {program, reference, customer};
  return ask(&asker, node);
}
