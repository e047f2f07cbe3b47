// Chains: customers whom nobody takes, orders that order nothing; see verdicts.h.
#include "compiler/verdicts/chains.h"
#include "compiler/prove/days.h"
#include "compiler/reference/evaluate.h"
#include "compiler/verdicts/clauses.h"

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

/** Asked of the solver: the plainest customer. */
static enum seg_status ask_gap(struct seg_escape *escape, struct seg_found *found) {
  for (uint32_t i = 0; i < escape->candidate_count && i < SEG_WHOLE_CHAIN; i++)
    seg_escape_exclude(escape, escape->candidates[i]);
  return seg_escape_find(escape, true, found);
}

/** Of a long chain it is not looked at day after day. */
static enum seg_status find_days(struct seg_engine *engine, const struct seg_program_chain *chain,
                                 struct seg_verdict *verdict) {
  bool found = true;
  for (uint32_t i = 0; i < chain->member_count && !verdict->some_days && found; i++) {
    const struct seg_node *rule = engine->program->segments[chain->members[i]].when;
    struct seg_days days;
    found = seg_days_find(&days, engine->program, &rule, 1);
    verdict->some_days = days.calendar;
    seg_days_deinit(&days);
  }
  return found ? SEG_OK : seg_engine_no_memory(engine);
}

/** `found` has a customer whom nobody takes, if one is known. */
static enum seg_status judge_gap(struct seg_engine *engine, uint32_t chain_index,
                                 struct seg_found *found) {
  const struct seg_program_chain *chain = &engine->program->chains[chain_index];
  struct seg_verdict verdict = seg_verdict_of_chain(SEG_VERDICT_GAP, SEG_ABSENT, chain_index);
  struct seg_escape escape;
  bool known = found->existence == SEG_SOMEBODY;
  enum seg_status status = seg_escape_init(&escape, engine, chain);
  if (status != SEG_OK)
    return status;
  for (uint32_t i = 0; i < chain->member_count; i++)
    if (!engine->segments[chain->members[i]].never)
      escape.candidates[escape.candidate_count++] = i;
  if (escape.candidate_count == 0)
    return SEG_OK;
  if (!known)
    status = ask_gap(&escape, found);
  if (status == SEG_OK && found->existence == SEG_UNPROVED)
    status = seg_engine_add_unproved(engine, verdict, found->reason);
  if (status != SEG_OK || found->existence != SEG_SOMEBODY)
    return status;
  status = find_nearest(engine, chain, &found->witness, &verdict);
  if (status == SEG_OK)
    status = known ? find_days(engine, chain, &verdict)
                   : seg_engine_find_days(engine, escape.wanted, escape.count, &verdict);
  return status == SEG_OK ? seg_engine_add(engine, verdict, found) : status;
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

static enum seg_status judge_chain(struct seg_engine *engine, uint32_t chain_index) {
  const struct seg_program_chain *chain = &engine->program->chains[chain_index];
  enum seg_existence left;
  struct seg_found found;
  enum seg_status status = seg_judge_hidden(engine, chain_index, &left, &found);
  if (status == SEG_OK && chain->otherwise.size == 0)
    status = judge_order(engine, chain_index);
  if (status == SEG_OK && chain->otherwise.size == 0 && left != SEG_NOBODY)
    status = judge_gap(engine, chain_index, &found);
  seg_found_deinit(&found);
  return status;
}

enum seg_status seg_judge_chains(struct seg_engine *engine) {
  enum seg_status status = SEG_OK;
  for (uint32_t c = 0; c < engine->program->chain_count && status == SEG_OK; c++)
    if (!seg_engine_is_bundled(engine, engine->program->chains[c].span))
      status = judge_chain(engine, c);
  return status;
}
