// Two rules: do they meet? See verdicts.h.
#include "compiler/verdicts/engine.h"

static bool in_common_chain(const struct seg_program *program, uint32_t a, uint32_t b) {
  for (uint32_t c = 0; c < program->chain_count; c++) {
    const struct seg_program_chain *chain = &program->chains[c];
    bool has_a = false, has_b = false;
    for (uint32_t m = 0; m < chain->member_count; m++) {
      has_a = has_a || chain->members[m] == a;
      has_b = has_b || chain->members[m] == b;
    }
    if (has_a && has_b)
      return true;
  }
  return false;
}

static enum seg_status judge_pair(struct seg_engine *engine, uint32_t a, uint32_t b) {
  const struct seg_program *program = engine->program;
  struct seg_verdict_counts *counts = &engine->verdicts->counts;
  struct seg_wanted wanted[] = {{program->segments[a].when, false},
                                {program->segments[b].when, false}};
  bool declared = in_common_chain(program, a, b);
  struct seg_verdict verdict = seg_verdict_of(SEG_VERDICT_OVERLAP, a, b);
  struct seg_found found;
  enum seg_status status = seg_engine_ask(engine, wanted, 2, &found);
  if (status != SEG_OK)
    return status;
  counts->pairs++;
  switch (found.existence) {
  case SEG_NOBODY: counts->disjoint++; break;
  case SEG_SOMEBODY:
    counts->meeting++;
    counts->declared_meeting += declared;
    if (!declared)
      status = seg_engine_add(engine, verdict, &found);
    break;
  case SEG_UNPROVED:
    counts->unproved_pairs++;
    verdict.kind = SEG_VERDICT_UNPROVED;
    verdict.reason = found.reason;
    if (!declared)
      status = seg_engine_add(engine, verdict, NULL);
  }
  seg_found_deinit(&found);
  return status;
}

enum seg_status seg_judge_pairs(struct seg_engine *engine) {
  uint32_t count = engine->program->segment_count;
  for (uint32_t a = 0; a < count; a++)
    for (uint32_t b = a + 1; b < count; b++) {
      bool skipped = engine->segments[a].never || engine->segments[b].never ||
                     (engine->segments[a].bundled && engine->segments[b].bundled);
      enum seg_status status = skipped ? SEG_OK : judge_pair(engine, a, b);
      if (status != SEG_OK)
        return status;
    }
  return SEG_OK;
}
