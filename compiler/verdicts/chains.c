// Chains: customers whom nobody takes, orders that order nothing; see verdicts.h.
#include "compiler/verdicts/chains.h"
#include "compiler/reference/evaluate.h"
#include "compiler/verdicts/clauses.h"

// --- gaps ---

enum {
  MOST_CONDITIONS = 200,    // of one question about a whole chain
  USUAL_WHOLE_CHAIN = 2000, // members of a chain that is asked about as a whole
};

/** The members of a chain that can match at all. */
struct gap {
  uint32_t *members; // segments
  uint32_t count;
};

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

/** Members [first, end) of a chain as one condition: any of them. */
static const struct seg_node *any_of(struct seg_engine *engine, const uint32_t *members,
                                     uint32_t first, uint32_t end) {
  const struct seg_program *program = engine->program;
  if (end == first + 1)
    return program->segments[members[first]].when;
  struct seg_node *any = SEG_NEW(&engine->arena, struct seg_node);
  if (any == NULL)
    return NULL;
  *any = (struct seg_node){.kind = SEG_NODE_OR,
                           .type = program->segments[members[first]].when->type,
                           .span = program->segments[members[first]].when->span,
                           .operand_count = end - first};
  any->operands = SEG_NEW_ARRAY(&engine->arena, struct seg_node *, end - first);
  for (uint32_t i = first; i < end && any->operands != NULL; i++)
    any->operands[i - first] = (struct seg_node *)program->segments[members[i]].when; // not written
  return any->operands == NULL ? NULL : any;
}

/** None of the members, as one question: where they are many, several make up a condition. */
static bool want_nobody(struct seg_engine *engine, const struct gap *gap, struct seg_wanted *wanted,
                        uint32_t *count) {
  uint32_t size = (gap->count + MOST_CONDITIONS - 1) / MOST_CONDITIONS;
  *count = 0;
  for (uint32_t first = 0, end; first < gap->count; first = end) {
    end = first + size < gap->count ? first + size : gap->count;
    wanted[*count] = (struct seg_wanted){any_of(engine, gap->members, first, end), true};
    if (wanted[(*count)++].condition == NULL)
      return false;
  }
  return true;
}

/** The plainest customer whom nobody takes. Where the question about the whole chain is too much,
 * it begins with no member and grows. */
static enum seg_status ask_gap(struct seg_engine *engine, const struct gap *gap,
                               const struct seg_wanted *wanted, uint32_t count,
                               struct seg_found *found) {
  uint32_t whole =
      engine->options.whole_chain == 0 ? USUAL_WHOLE_CHAIN : engine->options.whole_chain;
  struct seg_escape escape;
  enum seg_existence existence;
  enum seg_status status = SEG_OK;
  *found = (struct seg_found){.existence = SEG_UNPROVED};
  if (gap->count <= whole)
    status = seg_engine_find_plainest(engine, wanted, count, found);
  if (status != SEG_OK || found->existence != SEG_UNPROVED)
    return status;
  const char *reason = found->reason;
  status = seg_escape_init(&escape, engine, gap->members, gap->count);
  if (status != SEG_OK)
    return status;
  seg_escape_begin(&escape, SEG_ABSENT, gap->count, false);
  escape.plainest = true;
  status = seg_escape_ask(&escape, gap->count, &existence, found);
  found->reason = reason == NULL ? escape.reason : reason;
  seg_escape_deinit(&escape);
  return status;
}

/** `known` has a customer whom nobody takes, if one was put together. */
static enum seg_status judge_gap(struct seg_engine *engine, uint32_t chain_index,
                                 struct seg_found *known) {
  const struct seg_program_chain *chain = &engine->program->chains[chain_index];
  struct seg_verdict verdict = seg_verdict_of_chain(SEG_VERDICT_GAP, SEG_ABSENT, chain_index);
  struct seg_wanted wanted[MOST_CONDITIONS];
  struct seg_found found;
  struct gap gap = {SEG_NEW_ARRAY(&engine->arena, uint32_t, chain->member_count + 1u), 0};
  uint32_t count;
  if (gap.members == NULL)
    return seg_engine_no_memory(engine);
  for (uint32_t i = 0; i < chain->member_count; i++)
    if (!engine->segments[chain->members[i]].never)
      gap.members[gap.count++] = chain->members[i];
  if (gap.count == 0)
    return SEG_OK;
  if (!want_nobody(engine, &gap, wanted, &count))
    return seg_engine_no_memory(engine);
  enum seg_status status = ask_gap(engine, &gap, wanted, count, &found);
  if (status == SEG_OK && found.existence == SEG_UNPROVED && known->existence == SEG_SOMEBODY) {
    found = *known;
    known->existence = SEG_UNPROVED;
  } else if (status == SEG_OK && found.existence == SEG_UNPROVED && !engine->options.unpruned) {
    status = seg_engine_put_together(engine, wanted, count, &found);
  }
  if (status == SEG_OK && found.existence == SEG_UNPROVED)
    status = seg_engine_add_unproved(engine, verdict, found.reason);
  if (status == SEG_OK && found.existence == SEG_SOMEBODY) {
    status = find_nearest(engine, chain, &found.witness, &verdict);
    if (status == SEG_OK)
      status = seg_engine_find_days(engine, wanted, count, &verdict);
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
