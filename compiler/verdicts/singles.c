// Rules by themselves: never, always; see verdicts.h.
#include "compiler/verdicts/engine.h"

/** The parts that must all hold, also those of rules that `member` asks for. */
static uint32_t collect_parts(const struct seg_node *node, struct seg_wanted *parts, uint32_t count,
                              uint32_t room) {
  if (node->kind == SEG_NODE_MEMBER)
    return collect_parts(node->operands[0], parts, count, room);
  if (node->kind != SEG_NODE_AND) {
    if (count < room)
      parts[count] = (struct seg_wanted){node, false};
    return count + 1;
  }
  for (uint32_t i = 0; i < node->operand_count; i++)
    count = collect_parts(node->operands[i], parts, count, room);
  return count;
}

/** Take out what the contradiction does not need, one part after the other. */
static enum seg_status shrink_core(struct seg_engine *engine, struct seg_wanted *parts,
                                   uint32_t *count) {
  for (uint32_t i = *count; i-- > 0 && *count > 1;) {
    struct seg_wanted without[SEG_MAX_WANTED];
    uint32_t left = 0;
    for (uint32_t j = 0; j < *count; j++)
      if (j != i)
        without[left++] = parts[j];
    struct seg_found found;
    enum seg_status status = seg_engine_ask(engine, without, left, &found);
    if (status != SEG_OK)
      return status;
    if (found.existence == SEG_NOBODY) {
      for (uint32_t j = 0; j < left; j++)
        parts[j] = without[j];
      *count = left;
    }
    seg_found_deinit(&found);
  }
  return SEG_OK;
}

static enum seg_status add_never(struct seg_engine *engine, uint32_t segment,
                                 struct seg_wanted *parts, const struct seg_found *found) {
  struct seg_verdict verdict = seg_verdict_of(SEG_VERDICT_NEVER, segment, SEG_ABSENT);
  struct seg_wanted core[SEG_MAX_WANTED];
  uint32_t count = 0;
  for (uint32_t i = 0; i < found->core_count; i++)
    core[count++] = parts[found->core[i]];
  enum seg_status status = shrink_core(engine, core, &count);
  if (status != SEG_OK)
    return status;
  verdict.clauses =
      SEG_NEW_ARRAY(&engine->verdicts->arena, const struct seg_node *, (size_t)count + 1);
  if (verdict.clauses == NULL)
    return seg_fail_memory(engine->error, "the verdicts");
  for (uint32_t i = 0; i < count; i++)
    verdict.clauses[verdict.clause_count++] = core[i].condition;
  return seg_engine_add(engine, verdict, NULL);
}

static enum seg_status add_unproved(struct seg_engine *engine, enum seg_verdict_kind asked,
                                    uint32_t segment, const char *reason) {
  struct seg_verdict verdict = seg_verdict_of(asked, segment, SEG_ABSENT);
  verdict.kind = SEG_VERDICT_UNPROVED;
  verdict.reason = reason;
  return seg_engine_add(engine, verdict, NULL);
}

static enum seg_status judge_never(struct seg_engine *engine, uint32_t segment) {
  struct seg_wanted parts[SEG_MAX_WANTED];
  struct seg_judged *judged = &engine->segments[segment];
  const struct seg_node *rule = engine->program->segments[segment].when;
  uint32_t count = collect_parts(rule, parts, 0, SEG_MAX_WANTED);
  if (count > SEG_MAX_WANTED) {
    parts[0] = (struct seg_wanted){rule, false};
    count = 1;
  }
  struct seg_found found;
  enum seg_status status = seg_engine_ask(engine, parts, count, &found);
  if (status != SEG_OK)
    return status;
  judged->never = found.existence == SEG_NOBODY;
  judged->possible = found.existence == SEG_SOMEBODY;
  if (judged->never)
    status = add_never(engine, segment, parts, &found);
  else if (!judged->possible)
    status = add_unproved(engine, SEG_VERDICT_NEVER, segment, found.reason);
  seg_found_deinit(&found);
  return status;
}

static enum seg_status judge_always(struct seg_engine *engine, uint32_t segment) {
  struct seg_wanted wanted = {engine->program->segments[segment].when, true};
  struct seg_found found;
  enum seg_status status = seg_engine_ask(engine, &wanted, 1, &found);
  if (status != SEG_OK)
    return status;
  if (found.existence == SEG_NOBODY)
    status = seg_engine_add(engine, seg_verdict_of(SEG_VERDICT_ALWAYS, segment, SEG_ABSENT), NULL);
  else if (found.existence == SEG_UNPROVED)
    status = add_unproved(engine, SEG_VERDICT_ALWAYS, segment, found.reason);
  seg_found_deinit(&found);
  return status;
}

enum seg_status seg_judge_singles(struct seg_engine *engine) {
  enum seg_status status = SEG_OK;
  for (uint32_t s = 0; s < engine->program->segment_count && status == SEG_OK; s++) {
    status = judge_never(engine, s);
    if (status == SEG_OK && !engine->segments[s].never)
      status = judge_always(engine, s);
  }
  return status;
}
