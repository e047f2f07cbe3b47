// Chains: members that earlier ones hide, customers whom nobody takes, orders that order nothing;
// see verdicts.h.
#include "compiler/reference/evaluate.h"
#include "compiler/verdicts/clauses.h"
#include "compiler/verdicts/engine.h"

/** A question that grows: a rule, if any, and members that must not match. */
struct escape {
  struct seg_engine *engine;
  const struct seg_program_chain *chain;
  uint32_t candidate_count; // members that may be needed
  uint32_t *candidates;     // positions in the chain, rising
  uint32_t fixed;           // 1 with a rule, else 0
  uint32_t count;
  struct seg_wanted wanted[SEG_MAX_WANTED];
};

static const struct seg_node *rule_of(const struct escape *escape, uint32_t position) {
  return escape->engine->program->segments[escape->chain->members[position]].when;
}

static void exclude(struct escape *escape, uint32_t position) {
  escape->wanted[escape->count++] = (struct seg_wanted){rule_of(escape, position), true};
}

/** The first candidate that takes the customer; the number of candidates when none does. */
static enum seg_status first_taker(struct escape *escape, const struct seg_witness *witness,
                                   uint32_t *taker) {
  struct seg_engine *engine = escape->engine;
  struct seg_reference *reference;
  enum seg_status status = seg_reference_new(engine->program, &witness->dataset, witness->as_of,
                                             &reference, engine->error);
  if (status != SEG_OK)
    return status;
  for (*taker = 0; *taker < escape->candidate_count; ++*taker)
    if (seg_reference_condition(reference, rule_of(escape, escape->candidates[*taker]), 0))
      break;
  status = seg_reference_status(reference, engine->error);
  seg_reference_free(reference);
  return status;
}

/** Few members at first: one that takes the customer who was found joins the question. */
static enum seg_status find_escape(struct escape *escape, bool shown, struct seg_found *found) {
  while (true) {
    uint32_t taker = escape->candidate_count;
    enum seg_status status =
        seg_engine_find(escape->engine, escape->wanted, escape->count, shown, found);
    if (status == SEG_OK && found->existence == SEG_SOMEBODY)
      status = first_taker(escape, &found->witness, &taker);
    if (status != SEG_OK || taker == escape->candidate_count)
      return status;
    seg_found_deinit(found);
    if (escape->count == SEG_MAX_WANTED) {
      *found = (struct seg_found){.existence = SEG_UNPROVED,
                                  .reason = "too many segments of the chain come into it"};
      return SEG_OK;
    }
    exclude(escape, escape->candidates[taker]);
  }
}

static enum seg_status init_escape(struct escape *escape, struct seg_engine *engine,
                                   const struct seg_program_chain *chain) {
  *escape = (struct escape){.engine = engine, .chain = chain};
  escape->candidates = SEG_NEW_ARRAY(&engine->arena, uint32_t, chain->member_count + 1u);
  return escape->candidates == NULL ? seg_engine_no_memory(engine) : SEG_OK;
}

// --- hidden ---

static enum seg_status add_hidden(struct seg_engine *engine, struct seg_verdict verdict,
                                  const uint32_t *others, uint32_t count) {
  verdict.others = SEG_NEW_ARRAY(&engine->verdicts->arena, uint32_t, count + 1u);
  if (verdict.others == NULL)
    return seg_engine_no_memory(engine);
  for (uint32_t i = 0; i < count; i++)
    verdict.others[verdict.other_count++] = others[i];
  return seg_engine_add(engine, verdict, NULL);
}

/** One earlier member alone, the first that does. */
static enum seg_status hidden_by_one(struct escape *escape, uint32_t *hider) {
  for (uint32_t i = 0; i < escape->candidate_count; i++) {
    uint32_t position = escape->candidates[i];
    struct seg_wanted wanted[] = {escape->wanted[0], {rule_of(escape, position), true}};
    struct seg_answered answered;
    enum seg_status status = seg_engine_exists(escape->engine, wanted, 2, &answered);
    if (status != SEG_OK)
      return status;
    if (answered.existence == SEG_NOBODY) {
      *hider = escape->chain->members[position];
      return SEG_OK;
    }
  }
  return SEG_OK;
}

/** By several: all candidates, less those without which it is hidden all the same. */
static enum seg_status hidden_by_union(struct escape *escape, const struct seg_found *found,
                                       struct seg_verdict verdict) {
  struct seg_answered known = {.existence = SEG_NOBODY, .core_count = found->core_count};
  const struct seg_node *core[SEG_MAX_WANTED];
  uint32_t others[SEG_MAX_WANTED], count = 0;
  for (uint32_t c = 0; c < found->core_count; c++)
    core[c] = escape->wanted[found->core[c]].condition;
  if (escape->candidate_count < SEG_MAX_WANTED) { // in order: the way here leaves no trace
    escape->count = escape->fixed;
    for (uint32_t i = 0; i < escape->candidate_count; i++)
      exclude(escape, escape->candidates[i]);
  }
  for (uint32_t c = 0; c < known.core_count; c++)
    for (uint32_t i = 0; i < escape->count; i++)
      if (core[c] == escape->wanted[i].condition)
        known.core[c] = i;
  enum seg_status status =
      seg_engine_shrink(escape->engine, escape->wanted, escape->fixed, &escape->count, &known);
  for (uint32_t i = escape->fixed; i < escape->count; i++)
    for (uint32_t c = 0; c < escape->candidate_count; c++)
      if (rule_of(escape, escape->candidates[c]) == escape->wanted[i].condition) {
        others[count++] = escape->chain->members[escape->candidates[c]];
        break;
      }
  return status == SEG_OK ? add_hidden(escape->engine, verdict, others, count) : status;
}

/** Is there a known customer whom no candidate takes? */
static enum seg_status knows_escape(const struct escape *escape, bool *known) {
  struct seg_wanted wanted[SEG_MAX_WANTED];
  uint32_t count = escape->fixed;
  *known = false;
  if (escape->candidate_count + count > SEG_MAX_WANTED)
    return SEG_OK;
  wanted[0] = escape->wanted[0];
  for (uint32_t i = 0; i < escape->candidate_count; i++)
    wanted[count++] = (struct seg_wanted){rule_of(escape, escape->candidates[i]), true};
  return seg_engine_knows(escape->engine, wanted, count, known);
}

static enum seg_status judge_hidden(struct seg_engine *engine, uint32_t chain_index,
                                    uint32_t position) {
  const struct seg_program_chain *chain = &engine->program->chains[chain_index];
  uint32_t segment = chain->members[position], hider = SEG_ABSENT;
  struct seg_verdict verdict = seg_verdict_of_chain(SEG_VERDICT_HIDDEN, segment, chain_index);
  struct escape escape;
  struct seg_found found;
  enum seg_status status = init_escape(&escape, engine, chain);
  if (status != SEG_OK)
    return status;
  for (uint32_t i = 0; i < position; i++)
    if (!engine->segments[chain->members[i]].never &&
        seg_engine_meeting(engine, chain->members[i], segment) != SEG_DISJOINT)
      escape.candidates[escape.candidate_count++] = i;
  if (escape.candidate_count == 0)
    return SEG_OK;
  escape.wanted[0] = (struct seg_wanted){rule_of(&escape, position), false};
  escape.fixed = escape.count = 1;
  bool known;
  status = knows_escape(&escape, &known);
  if (status != SEG_OK || known)
    return status;
  status = find_escape(&escape, false, &found);
  if (status != SEG_OK)
    return status;
  if (found.existence == SEG_UNPROVED) {
    status = seg_engine_add_unproved(engine, verdict, found.reason);
  } else if (found.existence == SEG_NOBODY) {
    status = hidden_by_one(&escape, &hider);
    if (status == SEG_OK && hider != SEG_ABSENT)
      status = add_hidden(engine, verdict, &hider, 1);
    else if (status == SEG_OK)
      status = hidden_by_union(&escape, &found, verdict);
  }
  seg_found_deinit(&found);
  return status;
}

// --- gaps ---

/** The member that fails the customer in the fewest clauses, and which. */
static enum seg_status find_nearest(struct seg_engine *engine,
                                    const struct seg_program_chain *chain,
                                    const struct seg_witness *witness,
                                    struct seg_verdict *verdict) {
  const struct seg_node *clauses[SEG_MAX_WANTED];
  struct seg_reference *reference;
  enum seg_status status = seg_reference_new(engine->program, &witness->dataset, witness->as_of,
                                             &reference, engine->error);
  if (status != SEG_OK)
    return status;
  verdict->clauses =
      SEG_NEW_ARRAY(&engine->verdicts->arena, const struct seg_node *, SEG_MAX_WANTED);
  if (verdict->clauses == NULL)
    status = seg_engine_no_memory(engine);
  for (uint32_t m = 0; m < chain->member_count && verdict->clauses != NULL; m++) {
    uint32_t failing = 0, segment = chain->members[m];
    if (engine->segments[segment].never)
      continue;
    uint32_t count =
        seg_clauses_collect(engine->program->segments[segment].when, clauses, SEG_MAX_WANTED);
    for (uint32_t i = 0; i < count; i++)
      if (!seg_reference_condition(reference, clauses[i], 0))
        clauses[failing++] = clauses[i];
    if (verdict->other != SEG_ABSENT && failing >= verdict->clause_count)
      continue;
    verdict->other = segment;
    verdict->clause_count = failing;
    for (uint32_t i = 0; i < failing; i++)
      verdict->clauses[i] = clauses[i];
  }
  if (status == SEG_OK)
    status = seg_reference_status(reference, engine->error);
  seg_reference_free(reference);
  return status;
}

enum { WHOLE_CHAIN = 64 }; // members that are asked about at once

static enum seg_status judge_gap(struct seg_engine *engine, uint32_t chain_index) {
  const struct seg_program_chain *chain = &engine->program->chains[chain_index];
  struct seg_verdict verdict = seg_verdict_of_chain(SEG_VERDICT_GAP, SEG_ABSENT, chain_index);
  struct escape escape;
  struct seg_found found;
  enum seg_status status = init_escape(&escape, engine, chain);
  if (status != SEG_OK)
    return status;
  for (uint32_t i = 0; i < chain->member_count; i++)
    if (!engine->segments[chain->members[i]].never)
      escape.candidates[escape.candidate_count++] = i;
  for (uint32_t i = 0; i < escape.candidate_count && i < WHOLE_CHAIN; i++)
    exclude(&escape, escape.candidates[i]);
  if (escape.candidate_count == 0)
    return SEG_OK;
  status = find_escape(&escape, true, &found);
  if (status == SEG_OK && found.existence == SEG_UNPROVED)
    status = seg_engine_add_unproved(engine, verdict, found.reason);
  if (status == SEG_OK && found.existence == SEG_SOMEBODY) {
    status = find_nearest(engine, chain, &found.witness, &verdict);
    if (status == SEG_OK)
      status = seg_engine_find_days(engine, escape.wanted, escape.count, &verdict);
    if (status == SEG_OK)
      status = seg_engine_add(engine, verdict, &found);
  }
  seg_found_deinit(&found);
  return status;
}

// --- stale ---

static enum seg_status judge_order(struct seg_engine *engine, uint32_t chain_index) {
  const struct seg_program_chain *chain = &engine->program->chains[chain_index];
  struct seg_verdict verdict =
      seg_verdict_of_chain(SEG_VERDICT_STALE_CHAIN, SEG_ABSENT, chain_index);
  uint32_t pairs = 0;
  bool unknown = false;
  for (uint32_t i = 0; i < chain->member_count; i++)
    for (uint32_t j = 0; j < i; j++) {
      uint32_t a = chain->members[j], b = chain->members[i];
      if (engine->segments[a].never || engine->segments[b].never)
        continue;
      enum seg_meeting meeting = seg_engine_meeting(engine, a, b);
      if (meeting == SEG_MEETING || meeting == SEG_NOT_ASKED)
        return SEG_OK;
      unknown = unknown || meeting == SEG_MEETING_UNKNOWN;
      pairs++;
    }
  if (pairs == 0)
    return SEG_OK;
  return unknown ? seg_engine_add_unproved(engine, verdict,
                                           "it is not proved of two of its segments that they "
                                           "never meet")
                 : seg_engine_add(engine, verdict, NULL);
}

enum seg_status seg_judge_chains(struct seg_engine *engine) {
  const struct seg_program *program = engine->program;
  enum seg_status status = SEG_OK;
  for (uint32_t c = 0; c < program->chain_count && status == SEG_OK; c++) {
    const struct seg_program_chain *chain = &program->chains[c];
    if (seg_engine_is_bundled(engine, chain->span))
      continue;
    for (uint32_t i = 1; i < chain->member_count && status == SEG_OK; i++)
      if (!engine->segments[chain->members[i]].never)
        status = judge_hidden(engine, c, i);
    if (status == SEG_OK && chain->otherwise.size == 0)
      status = judge_order(engine, c);
    if (status == SEG_OK && chain->otherwise.size == 0)
      status = judge_gap(engine, c);
  }
  return status;
}
