// Rules by themselves: never, always; see verdicts.h.
#include "compiler/verdicts/clauses.h"
#include "compiler/verdicts/engine.h"

static enum seg_status add_never(struct seg_engine *engine, uint32_t segment,
                                 struct seg_wanted *wanted, uint32_t count,
                                 const struct seg_answered *answered) {
  struct seg_verdict verdict = seg_verdict_of(SEG_VERDICT_NEVER, segment, SEG_ABSENT);
  enum seg_status status = seg_engine_shrink(engine, wanted, 0, &count, answered);
  if (status != SEG_OK)
    return status;
  verdict.clauses = SEG_NEW_ARRAY(&engine->verdicts->arena, const struct seg_node *, count + 1u);
  if (verdict.clauses == NULL)
    return seg_engine_no_memory(engine);
  for (uint32_t i = 0; i < count; i++)
    verdict.clauses[verdict.clause_count++] = wanted[i].condition;
  return seg_engine_add(engine, verdict, NULL);
}

static enum seg_status judge_never(struct seg_engine *engine, uint32_t segment) {
  const struct seg_node *clauses[SEG_MAX_WANTED];
  struct seg_wanted wanted[SEG_MAX_WANTED];
  struct seg_judged *judged = &engine->segments[segment];
  struct seg_answered answered;
  uint32_t count =
      seg_clauses_collect(engine->program->segments[segment].when, clauses, SEG_MAX_WANTED);
  for (uint32_t i = 0; i < count; i++)
    wanted[i] = (struct seg_wanted){clauses[i], false};
  enum seg_status status = seg_engine_exists(engine, wanted, count, &answered);
  if (status != SEG_OK)
    return status;
  judged->never = answered.existence == SEG_NOBODY;
  judged->possible = answered.existence == SEG_SOMEBODY;
  if (judged->bundled || judged->possible)
    return SEG_OK;
  return judged->never
             ? add_never(engine, segment, wanted, count, &answered)
             : seg_engine_add_unproved(
                   engine, seg_verdict_of(SEG_VERDICT_NEVER, segment, SEG_ABSENT), answered.reason);
}

static enum seg_status judge_always(struct seg_engine *engine, uint32_t segment) {
  struct seg_wanted wanted = {engine->program->segments[segment].when, true};
  struct seg_verdict verdict = seg_verdict_of(SEG_VERDICT_ALWAYS, segment, SEG_ABSENT);
  struct seg_judged *judged = &engine->segments[segment];
  struct seg_answered answered;
  enum seg_status status = seg_engine_exists(engine, &wanted, 1, &answered);
  if (status != SEG_OK)
    return status;
  judged->always = answered.existence == SEG_NOBODY;
  if (judged->bundled || answered.existence == SEG_SOMEBODY)
    return SEG_OK;
  return judged->always ? seg_engine_add(engine, verdict, NULL)
                        : seg_engine_add_unproved(engine, verdict, answered.reason);
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
