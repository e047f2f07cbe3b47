// Parts of rules that change nothing: without them the rule means the same; see verdicts.h.
//
// The boolean shape of a rule is copied, and parts are taken out of the copy. What turned out to be
// redundant stays out, so that of two parts that say the same only one is found.
#include <stdlib.h>
#include <string.h>

#include "compiler/verdicts/clauses.h"
#include "compiler/verdicts/engine.h"
#include "runtime/base/text_stream.h"

/** How a part's truth moves the rule's. */
enum direction { RISING, FALLING, EITHER };

static enum direction turned(enum direction direction) {
  return direction == RISING ? FALLING : direction == FALLING ? RISING : EITHER;
}

struct shrinking {
  struct seg_engine *engine;
  uint32_t segment;
  const struct seg_node *rule; // as written
  struct seg_node *shape;      // what is left of it
};

static bool has_parts(const struct seg_node *node) {
  return (node->kind == SEG_NODE_AND || node->kind == SEG_NODE_OR ||
          node->kind == SEG_NODE_TALLY) &&
         !seg_is_one_clause(node);
}

/** NULL when memory is out. */
static struct seg_node *copy_shape(struct seg_arena *arena, const struct seg_node *node) {
  if (!has_parts(node) && node->kind != SEG_NODE_NOT)
    return (struct seg_node *)node; // never written to
  struct seg_node *copy = SEG_NEW(arena, struct seg_node);
  if (copy == NULL)
    return NULL;
  *copy = *node;
  copy->operands = SEG_NEW_ARRAY(arena, struct seg_node *, node->operand_count + 1u);
  for (uint32_t i = 0; copy->operands != NULL && i < node->operand_count; i++) {
    copy->operands[i] = copy_shape(arena, node->operands[i]);
    if (copy->operands[i] == NULL)
      return NULL;
  }
  return copy->operands == NULL ? NULL : copy;
}

static enum direction direction_of_part(const struct seg_node *node, enum direction direction) {
  if (node->kind == SEG_NODE_NOT)
    return turned(direction);
  if (node->kind != SEG_NODE_TALLY || node->most >= node->operand_count)
    return direction; // of `at_least` too
  return node->least == 0 ? turned(direction) : EITHER;
}

/** Operands [first, first + count) of a node, written as one clause. */
struct group {
  uint32_t first, count;
};

static struct group group_before(const struct seg_node *node, uint32_t end) {
  struct seg_span span = node->operands[end - 1]->span;
  uint32_t first = end - 1;
  while (first > 0 && node->operands[first - 1]->span.begin == span.begin &&
         node->operands[first - 1]->span.end == span.end &&
         node->operands[first - 1]->span.file == span.file)
    first--;
  return (struct group){first, end - first};
}

/** The node without a group. False when nothing would be left, or nothing that can hold. */
static bool take_out(struct seg_node *node, struct group group) {
  uint32_t left = node->operand_count - group.count;
  if (left == 0)
    return false;
  if (node->kind == SEG_NODE_TALLY) {
    if (node->least > left)
      return false;
    if (node->most >= node->operand_count || node->most > left)
      node->most = left;
  }
  memmove(node->operands + group.first, node->operands + group.first + group.count,
          (left - group.first) * sizeof(struct seg_node *));
  node->operand_count = left;
  return true;
}

/** Does somebody match `more` and not `less`? */
static enum seg_status ask_outside(struct shrinking *shrinking, const struct seg_node *more,
                                   const struct seg_node *less, struct seg_answered *answered) {
  struct seg_wanted wanted[] = {{more, false}, {less, true}};
  return seg_engine_exists(shrinking->engine, wanted, 2, answered);
}

/** Is the rule the same without what was just taken out? `direction`: where it can have moved. */
static enum seg_status compare(struct shrinking *shrinking, enum direction direction,
                               struct seg_answered *answered) {
  enum seg_status status = SEG_OK;
  struct seg_answered other = {.existence = SEG_NOBODY};
  answered->existence = SEG_NOBODY;
  if (direction != FALLING)
    status = ask_outside(shrinking, shrinking->shape, shrinking->rule, answered);
  if (status == SEG_OK && direction != RISING && answered->existence != SEG_SOMEBODY)
    status = ask_outside(shrinking, shrinking->rule, shrinking->shape, &other);
  if (other.existence == SEG_SOMEBODY || answered->existence == SEG_NOBODY)
    *answered = other;
  return status;
}

/** Into the arena of the verdicts; the part is a node of the program. */
static enum seg_status add(struct shrinking *shrinking, const struct seg_node *part,
                           const struct seg_answered *answered) {
  struct seg_engine *engine = shrinking->engine;
  struct seg_verdict verdict =
      seg_verdict_of(SEG_VERDICT_REDUNDANT, shrinking->segment, SEG_ABSENT);
  verdict.clauses = SEG_NEW_ARRAY(&engine->verdicts->arena, const struct seg_node *, 1);
  if (verdict.clauses == NULL)
    return seg_engine_no_memory(engine);
  verdict.clauses[0] = part;
  verdict.clause_count = 1;
  return answered->existence == SEG_NOBODY
             ? seg_engine_add(engine, verdict, NULL)
             : seg_engine_add_unproved(engine, verdict, answered->reason);
}

static enum seg_status judge_parts(struct shrinking *shrinking, struct seg_node *node,
                                   const struct seg_node *written, enum direction direction);

// --- guards ---

/** Equal normal forms; false when memory is out. */
static bool is_same_value(const struct seg_program *program, const struct seg_node *a,
                          const struct seg_node *b) {
  const struct seg_node *nodes[] = {a, b};
  char *forms[2] = {NULL, NULL};
  bool printed = true;
  for (int i = 0; i < 2 && printed; i++) {
    size_t size;
    FILE *out = seg_text_stream(&forms[i], &size);
    printed = out != NULL && seg_program_print_normal(program, &program->customer, nodes[i],
                                                      SEG_NORMAL_RULE, NULL, out);
    printed = (out == NULL || fclose(out) == 0) && printed;
  }
  bool same = printed && strcmp(forms[0], forms[1]) == 0;
  free(forms[0]);
  free(forms[1]);
  return same;
}

static bool is_compared_by_difference(const struct seg_program *program,
                                      const struct seg_node *node, const struct seg_node *value,
                                      bool below) {
  if (below && node->kind == value->kind && is_same_value(program, node, value))
    return true;
  below = below || (node->kind == SEG_NODE_COMPARE && node->comparison == SEG_NOT_EQUAL);
  for (uint32_t i = 0; i < node->operand_count; i++)
    if (is_compared_by_difference(program, node->operands[i], value, below))
      return true;
  return false;
}

// `x is known and x != 1` means `x != 1`; and the language asks for the first part all the same.
static bool is_demanded(const struct shrinking *shrinking, const struct seg_node *part) {
  return part->kind == SEG_NODE_IS_KNOWN &&
         is_compared_by_difference(shrinking->engine->program, shrinking->rule, part->operands[0],
                                   false);
}

/** One group: it goes when it can. `written` is the node as it was. */
static enum seg_status judge_group(struct shrinking *shrinking, struct seg_node *node,
                                   const struct seg_node *part, struct group group,
                                   enum direction direction) {
  struct seg_node before = *node;
  struct seg_answered answered;
  // Without a condition `and` takes more customers, `or` fewer.
  enum direction moved = node->kind == SEG_NODE_AND  ? direction
                         : node->kind == SEG_NODE_OR ? turned(direction)
                                                     : EITHER;
  struct seg_node **operands =
      SEG_NEW_ARRAY(&shrinking->engine->arena, struct seg_node *, node->operand_count + 1u);
  if (operands == NULL)
    return seg_engine_no_memory(shrinking->engine);
  memcpy(operands, node->operands, node->operand_count * sizeof(struct seg_node *));
  if (!take_out(node, group))
    return SEG_OK;
  enum seg_status status = compare(shrinking, moved, &answered);
  if (status == SEG_OK && answered.existence != SEG_SOMEBODY)
    status = add(shrinking, part, &answered);
  if (status != SEG_OK || answered.existence == SEG_NOBODY)
    return status;
  memcpy(before.operands, operands, before.operand_count * sizeof(struct seg_node *));
  *node = before;
  return SEG_OK;
}

static enum seg_status judge_parts(struct shrinking *shrinking, struct seg_node *node,
                                   const struct seg_node *written, enum direction direction) {
  enum seg_status status = SEG_OK;
  bool parts = has_parts(written);
  if (!parts && node->kind != SEG_NODE_NOT)
    return SEG_OK;
  struct group group;
  for (uint32_t end = node->operand_count; parts && end > 0 && status == SEG_OK;
       end = group.first) {
    group = group_before(node, end);
    if (is_demanded(shrinking, written->operands[group.first]))
      continue;
    status = judge_group(shrinking, node, written->operands[group.first], group, direction);
  }
  enum direction inner = direction_of_part(node, direction);
  // What is left of the operands stands in the old order.
  for (uint32_t i = 0, w = 0; i < node->operand_count && status == SEG_OK; i++, w++) {
    while (w < written->operand_count &&
           written->operands[w]->span.begin != node->operands[i]->span.begin)
      w++;
    if (w < written->operand_count)
      status = judge_parts(shrinking, node->operands[i], written->operands[w], inner);
  }
  return status;
}

enum seg_status seg_judge_redundant(struct seg_engine *engine) {
  const struct seg_program *program = engine->program;
  enum seg_status status = SEG_OK;
  for (uint32_t s = 0; s < program->segment_count && status == SEG_OK; s++) {
    const struct seg_judged *judged = &engine->segments[s];
    if (!judged->possible || judged->always || judged->bundled)
      continue;
    const struct seg_node *rule = program->segments[s].when;
    struct shrinking shrinking = {engine, s, rule, copy_shape(&engine->arena, rule)};
    if (shrinking.shape == NULL)
      return seg_engine_no_memory(engine);
    status = judge_parts(&shrinking, shrinking.shape, rule, RISING);
  }
  return status;
}
