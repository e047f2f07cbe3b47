// Two rules: do they meet, do they mean the same, is one inside the other? See verdicts.h.
#include "compiler/verdicts/ahead.h"
#include "compiler/verdicts/clauses.h"
#include "compiler/verdicts/engine.h"

static bool is_one_module(const struct seg_engine *engine, uint32_t a, uint32_t b) {
  const struct seg_program_segment *segments = engine->program->segments;
  return engine->segments[a].bundled && segments[a].span.file == segments[b].span.file;
}

static bool is_judged(const struct seg_engine *engine, uint32_t a, uint32_t b) {
  return !engine->segments[a].never && !engine->segments[b].never && !is_one_module(engine, a, b);
}

/** A question about a < b. */
static enum seg_status ask_pair(struct seg_engine *engine, uint32_t a, uint32_t b,
                                enum seg_pair_question question, const struct seg_wanted *wanted,
                                struct seg_answered *answered) {
  if (!seg_engine_knows_ahead(engine, a, b, question))
    return seg_engine_exists(engine, wanted, 2, answered);
  engine->verdicts->counts.pool_hits++;
  *answered = (struct seg_answered){.existence = SEG_SOMEBODY};
  return SEG_OK;
}

static enum seg_status judge_meeting(struct seg_engine *engine, uint32_t a, uint32_t b) {
  const struct seg_program *program = engine->program;
  struct seg_verdict_counts *counts = &engine->verdicts->counts;
  struct seg_wanted wanted[] = {{program->segments[a].when, false},
                                {program->segments[b].when, false}};
  enum seg_relation relation = seg_program_relation(program, a, b);
  struct seg_verdict verdict = seg_verdict_of(
      relation == SEG_EXCLUSIVE ? SEG_VERDICT_EXCLUSIVE_BROKEN : SEG_VERDICT_OVERLAP, a, b);
  bool declared = relation == SEG_IN_CHAIN || relation == SEG_MAY_OVERLAP;
  struct seg_answered answered;
  enum seg_status status = ask_pair(engine, a, b, SEG_ASK_MEETING, wanted, &answered);
  if (status != SEG_OK)
    return status;
  counts->pairs++;
  counts->may_overlap += relation == SEG_MAY_OVERLAP && answered.existence != SEG_NOBODY;
  switch (answered.existence) {
  case SEG_NOBODY:
    counts->disjoint++;
    seg_engine_note_meeting(engine, a, b, SEG_DISJOINT);
    return SEG_OK;
  case SEG_SOMEBODY:
    counts->meeting++;
    counts->declared_meeting += declared;
    seg_engine_note_meeting(engine, a, b, SEG_MEETING);
    return declared ? SEG_OK : seg_engine_add(engine, verdict, NULL);
  case SEG_UNPROVED: break;
  }
  counts->unproved_pairs++;
  seg_engine_note_meeting(engine, a, b, SEG_MEETING_UNKNOWN);
  return declared ? SEG_OK : seg_engine_add_unproved(engine, verdict, answered.reason);
}

/** Is everybody in `small` in `big`? */
static enum seg_status ask_inside(struct seg_engine *engine, uint32_t small, uint32_t big,
                                  struct seg_answered *answered) {
  struct seg_wanted wanted[] = {{engine->program->segments[small].when, false},
                                {engine->program->segments[big].when, true}};
  return small < big ? ask_pair(engine, small, big, SEG_ASK_FIRST_ONLY, wanted, answered)
                     : ask_pair(engine, big, small, SEG_ASK_SECOND_ONLY, wanted, answered);
}

/** What was said already, by a chain or by the rule itself, is no news. */
static bool is_inside_news(const struct seg_engine *engine, uint32_t small, uint32_t big) {
  const struct seg_program *program = engine->program;
  return !engine->segments[big].always &&
         seg_program_relation(program, small, big) != SEG_IN_CHAIN &&
         !seg_rule_asks_for(program->segments[small].when, big);
}

static enum seg_status note_inside(struct seg_engine *engine, uint32_t small, uint32_t big,
                                   enum seg_existence outside, const char *reason) {
  struct seg_verdict verdict = seg_verdict_of(SEG_VERDICT_INSIDE, small, big);
  if (outside == SEG_SOMEBODY || !is_inside_news(engine, small, big))
    return SEG_OK;
  return outside == SEG_NOBODY ? seg_engine_add(engine, verdict, NULL)
                               : seg_engine_add_unproved(engine, verdict, reason);
}

/** Both directions of a pair. */
struct difference {
  bool asked;
  enum seg_existence first_only, second_only; // customers of one that the other does not take
  const char *first_reason, *second_reason;
};

static enum seg_status find_difference(struct seg_engine *engine, uint32_t a, uint32_t b,
                                       struct difference *difference) {
  struct seg_answered answered;
  enum seg_status status = ask_inside(engine, a, b, &answered);
  difference->asked = true;
  difference->first_only = answered.existence;
  difference->first_reason = answered.reason;
  if (status == SEG_OK)
    status = ask_inside(engine, b, a, &answered);
  difference->second_only = answered.existence;
  difference->second_reason = answered.reason;
  return status;
}

/** A segment against all before it: the first that means the same stands for both. */
static enum seg_status judge_insides(struct seg_engine *engine, uint32_t b,
                                     struct difference *differences) {
  enum seg_status status = SEG_OK;
  struct seg_judged *segments = engine->segments;
  for (uint32_t a = 0; a < b && status == SEG_OK; a++) {
    differences[a] = (struct difference){0};
    if (seg_engine_meeting(engine, a, b) != SEG_MEETING || segments[a].same_as != a)
      continue;
    status = find_difference(engine, a, b, &differences[a]);
    if (status == SEG_OK && differences[a].first_only == SEG_NOBODY &&
        differences[a].second_only == SEG_NOBODY) {
      segments[b].same_as = a;
      return seg_engine_add(engine, seg_verdict_of(SEG_VERDICT_EQUIVALENT, b, a), NULL);
    }
  }
  for (uint32_t a = 0; a < b && status == SEG_OK; a++) {
    const struct difference *found = &differences[a];
    if (!found->asked)
      continue;
    status = note_inside(engine, a, b, found->first_only, found->first_reason);
    if (status == SEG_OK)
      status = note_inside(engine, b, a, found->second_only, found->second_reason);
  }
  return status;
}

enum seg_status seg_judge_pairs(struct seg_engine *engine) {
  uint32_t count = engine->program->segment_count;
  enum seg_status status = SEG_OK;
  struct difference *differences =
      SEG_NEW_ARRAY(&engine->arena, struct difference, (size_t)count + 1);
  if (differences == NULL)
    return seg_engine_no_memory(engine);
  status = seg_engine_ask_ahead(engine, is_judged);
  for (uint32_t b = 0; b < count && status == SEG_OK; b++) {
    for (uint32_t a = 0; a < b && status == SEG_OK; a++)
      if (is_judged(engine, a, b))
        status = judge_meeting(engine, a, b);
    if (status == SEG_OK)
      status = judge_insides(engine, b, differences);
  }
  return status;
}

// --- declarations that are not needed ---

static bool is_one_statement(const struct seg_program_overlap *a,
                             const struct seg_program_overlap *b) {
  return a->span.file == b->span.file && a->span.begin == b->span.begin &&
         a->other_span.begin == b->other_span.begin;
}

// A name that stands for a chain states several pairs: it says too much only when none of them
// meets.
enum seg_status seg_judge_declared(struct seg_engine *engine) {
  const struct seg_program *program = engine->program;
  enum seg_status status = SEG_OK;
  for (uint32_t i = 0, end; i < program->overlap_count && status == SEG_OK; i = end) {
    const struct seg_program_overlap *first = &program->overlaps[i];
    bool needed = seg_engine_is_bundled(engine, first->span);
    for (end = i; end < program->overlap_count && is_one_statement(first, &program->overlaps[end]);
         end++)
      needed = needed || seg_engine_meeting(engine, program->overlaps[end].segment,
                                            program->overlaps[end].other) != SEG_DISJOINT;
    if (needed)
      continue;
    uint32_t low = first->segment < first->other ? first->segment : first->other;
    uint32_t high = low == first->segment ? first->other : first->segment;
    status = seg_engine_add(engine, seg_verdict_of(SEG_VERDICT_STALE_OVERLAP, low, high), NULL);
  }
  return status;
}

// --- witnesses ---

enum seg_status seg_find_pair_witness(struct seg_engine *engine, struct seg_verdict *verdict) {
  const struct seg_program *program = engine->program;
  struct seg_wanted wanted[] = {{program->segments[verdict->segment].when, false},
                                {program->segments[verdict->other].when, false}};
  struct seg_found found;
  enum seg_status status = seg_engine_find(engine, wanted, 2, true, &found);
  if (status == SEG_OK)
    status = seg_engine_keep_witness(engine, verdict, &found);
  if (status == SEG_OK)
    status = seg_engine_find_days(engine, wanted, 2, verdict);
  seg_found_deinit(&found);
  return status;
}
