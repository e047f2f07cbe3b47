// Members of a chain that never win, because earlier ones take all of their customers; see
// verdicts.h.
#include <string.h>

#include "compiler/verdicts/chains.h"

enum { MOST_AFTER_WALK = 32 }; // rules in a question that the walk has left open

/** A chain, member after member. */
struct hiding {
  struct seg_engine *engine;
  uint32_t chain_index;
  const struct seg_program_chain *chain;
  uint32_t *candidates, *left; // of the member at hand, see find_candidates
  uint32_t candidate_count, left_count;
  uint32_t *passed; // all members so far that can match and are not hidden
  uint32_t passed_count;
  uint32_t left_behind; // of those: the walk knows that they leave
  bool walks, begun;    // whether there is a walk; it has begun
  struct seg_walk walk;
  struct seg_chain_memory memory;
  struct seg_escape escape; // about the member at hand
};

static enum seg_status add_hidden(struct hiding *hiding, struct seg_verdict verdict,
                                  const uint32_t *others, uint32_t count) {
  struct seg_engine *engine = hiding->engine;
  verdict.others = SEG_NEW_ARRAY(&engine->verdicts->arena, uint32_t, count + 1u);
  if (verdict.others == NULL)
    return seg_engine_no_memory(engine);
  for (uint32_t i = 0; i < count; i++)
    verdict.others[verdict.other_count++] = others[i];
  seg_chain_memory_keep(&hiding->memory, true, verdict.fewer, others, count);
  return seg_engine_add(engine, verdict, NULL);
}

// --- why a member is hidden ---

/** By one earlier member alone, the first that does; or SEG_ABSENT. */
static enum seg_status find_one(const struct hiding *hiding, uint32_t segment, uint32_t *hider) {
  const struct seg_program *program = hiding->engine->program;
  enum seg_status status = SEG_OK;
  *hider = SEG_ABSENT;
  for (uint32_t i = 0; i < hiding->candidate_count && *hider == SEG_ABSENT && status == SEG_OK;
       i++) {
    struct seg_wanted wanted[] = {{program->segments[segment].when, false},
                                  {program->segments[hiding->candidates[i]].when, true}};
    struct seg_answered answered;
    status = seg_engine_exists(hiding->engine, wanted, 2, &answered);
    if (status == SEG_OK && answered.existence == SEG_NOBODY)
      *hider = hiding->candidates[i];
  }
  return status;
}

/** By several together; the question about all of them has the answer already. */
static enum seg_status add_union(struct hiding *hiding, struct seg_verdict verdict) {
  struct seg_escape *escape = &hiding->escape;
  bool minimal = true;
  enum seg_status status = seg_escape_shrink(escape, &minimal);
  uint32_t count = 0;
  for (uint32_t i = 0; i < escape->count; i++)
    if (escape->states[i] == SEG_CANDIDATE_KEPT)
      hiding->candidates[count++] = hiding->candidates[i];
  verdict.fewer = !minimal;
  return status == SEG_OK ? add_hidden(hiding, verdict, hiding->candidates, count) : status;
}

/** It is hidden: by whom? `by_clauses` tells how it is asked. `*known` is false when that leaves it
 * open. */
static enum seg_status name_hiders(struct hiding *hiding, struct seg_verdict verdict,
                                   bool by_clauses, bool *known) {
  struct seg_escape *escape = &hiding->escape;
  enum seg_existence existence = SEG_UNPROVED;
  uint32_t hider = SEG_ABSENT;
  struct seg_found found;
  *known = true;
  enum seg_status status = find_one(hiding, verdict.segment, &hider);
  if (status == SEG_OK && hider != SEG_ABSENT)
    return add_hidden(hiding, verdict, &hider, 1);
  if (status != SEG_OK)
    return status;
  // Members that are hidden themselves take nobody whom the others do not take.
  hiding->candidate_count = hiding->left_count;
  for (uint32_t i = 0; i < hiding->left_count; i++)
    hiding->candidates[i] = hiding->left[i];
  if (hiding->left_count > seg_escape_at_once(escape))
    status = seg_choose_hiders(hiding->engine, verdict.segment, hiding->candidates,
                               &hiding->candidate_count);
  if (status != SEG_OK)
    return status;
  seg_escape_begin(escape, verdict.segment, hiding->candidate_count, by_clauses);
  status = seg_escape_ask(escape, escape->count, &existence, &found);
  seg_found_deinit(&found);
  *known = existence == SEG_NOBODY;
  return status == SEG_OK && *known ? add_union(hiding, verdict) : status;
}

/** Of the solver, who is asked about whole rules. */
static enum seg_status ask_solver(struct hiding *hiding, struct seg_verdict verdict, bool *hidden) {
  struct seg_escape *escape = &hiding->escape;
  enum seg_existence existence;
  struct seg_found found;
  bool known = true;
  seg_escape_begin(escape, verdict.segment, hiding->candidate_count, false);
  enum seg_status status = seg_escape_ask(escape, escape->count, &existence, &found);
  seg_found_deinit(&found);
  *hidden = status == SEG_OK && existence == SEG_NOBODY;
  if (*hidden)
    status = name_hiders(hiding, verdict, false, &known);
  if (status == SEG_OK && (existence == SEG_UNPROVED || !known))
    status = seg_engine_add_unproved(hiding->engine, verdict, escape->reason);
  return status;
}

/** The walk says that it is hidden. */
static enum seg_status explain(struct hiding *hiding, struct seg_verdict verdict) {
  bool known = true;
  enum seg_status status = name_hiders(hiding, verdict, true, &known);
  return status == SEG_OK && !known ? ask_solver(hiding, verdict, &known) : status;
}

// --- along the chain ---

static bool can_match(const struct hiding *hiding, uint32_t segment) {
  return !hiding->engine->segments[segment].never;
}

/** Which earlier members can take customers of this one: `left` are those that are not hidden
 * themselves. */
static void find_candidates(struct hiding *hiding, uint32_t position) {
  const struct seg_program_chain *chain = hiding->chain;
  uint32_t segment = chain->members[position];
  hiding->candidate_count = hiding->left_count = 0;
  for (uint32_t i = 0; i < position; i++)
    if (can_match(hiding, chain->members[i]) &&
        seg_engine_meeting(hiding->engine, chain->members[i], segment) != SEG_DISJOINT)
      hiding->candidates[hiding->candidate_count++] = chain->members[i];
  for (uint32_t i = 0; i < hiding->passed_count; i++)
    if (seg_engine_meeting(hiding->engine, hiding->passed[i], segment) != SEG_DISJOINT)
      hiding->left[hiding->left_count++] = hiding->passed[i];
}

/** The walk begins when it is asked for the first time; then it knows all members so far. */
static enum seg_status catch_up(struct hiding *hiding) {
  const struct seg_program_chain *chain = hiding->chain;
  enum seg_status status = SEG_OK;
  if (!hiding->begun)
    status = seg_walk_init(&hiding->walk, hiding->engine, chain->members, chain->member_count);
  hiding->begun = true;
  for (; hiding->left_behind < hiding->passed_count && status == SEG_OK; hiding->left_behind++) {
    seg_walk_meet(&hiding->walk, hiding->passed[hiding->left_behind]);
    seg_walk_leave(&hiding->walk, hiding->passed[hiding->left_behind]);
  }
  return status;
}

static enum seg_status ask_about_member(struct hiding *hiding, struct seg_verdict verdict,
                                        bool *hidden) {
  struct seg_walk_question question = {verdict.segment, hiding->left, hiding->left_count, false};
  enum seg_existence existence = SEG_UNPROVED;
  enum seg_status status = SEG_OK;
  if (hiding->walks) {
    status = catch_up(hiding);
    if (status == SEG_OK)
      seg_walk_meet(&hiding->walk, verdict.segment);
    if (status == SEG_OK)
      status = seg_walk_ask(&hiding->walk, &question, &existence, NULL);
  }
  *hidden = status == SEG_OK && existence == SEG_NOBODY;
  if (*hidden)
    status = explain(hiding, verdict);
  else if (status == SEG_OK && existence == SEG_UNPROVED)
    status = ask_solver(hiding, verdict, hidden);
  else if (status == SEG_OK)
    seg_chain_memory_keep(&hiding->memory, false, false, NULL, 0);
  return status;
}

/** As it was in an earlier run. */
static enum seg_status remember_member(struct hiding *hiding, struct seg_verdict verdict,
                                       const struct seg_known_member *known) {
  if (!known->hidden)
    return SEG_OK;
  verdict.fewer = known->fewer;
  memcpy(hiding->candidates, known->others, known->count * sizeof *hiding->candidates);
  return add_hidden(hiding, verdict, hiding->candidates, known->count);
}

static enum seg_status judge_member(struct hiding *hiding, uint32_t position) {
  uint32_t segment = hiding->chain->members[position];
  struct seg_verdict verdict =
      seg_verdict_of_chain(SEG_VERDICT_HIDDEN, segment, hiding->chain_index);
  struct seg_known_member known;
  enum seg_status status = SEG_OK;
  bool hidden = false;
  find_candidates(hiding, position);
  seg_chain_memory_meet(&hiding->memory, segment);
  if (hiding->candidate_count > 0 && seg_chain_memory_get(&hiding->memory, &known) &&
      known.count <= position) {
    hidden = known.hidden;
    status = remember_member(hiding, verdict, &known);
  } else if (hiding->candidate_count > 0) {
    status = ask_about_member(hiding, verdict, &hidden);
  }
  if (!hidden)
    hiding->passed[hiding->passed_count++] = segment;
  return status;
}

static enum seg_status begin(struct hiding *hiding) {
  struct seg_engine *engine = hiding->engine;
  const struct seg_program_chain *chain = hiding->chain;
  hiding->candidates = SEG_NEW_ARRAY(&engine->arena, uint32_t, chain->member_count + 1u);
  hiding->left = SEG_NEW_ARRAY(&engine->arena, uint32_t, chain->member_count + 1u);
  hiding->passed = SEG_NEW_ARRAY(&engine->arena, uint32_t, chain->member_count + 1u);
  if (hiding->candidates == NULL || hiding->left == NULL || hiding->passed == NULL)
    return seg_engine_no_memory(engine);
  enum seg_status status =
      seg_escape_init(&hiding->escape, engine, hiding->candidates, chain->member_count);
  if (status != SEG_OK || engine->options.unpruned)
    return status;
  hiding->escape.chain = chain;
  hiding->escape.most = MOST_AFTER_WALK;
  hiding->walks = true;
  return SEG_OK;
}

/** Whom nobody takes. */
static enum seg_status find_left(struct hiding *hiding, enum seg_existence *left,
                                 struct seg_found *found) {
  struct seg_engine *engine = hiding->engine;
  struct seg_walk_question question = {SEG_ABSENT, hiding->passed, hiding->passed_count, false};
  enum seg_status status = catch_up(hiding);
  if (status == SEG_OK)
    status = seg_walk_ask(&hiding->walk, &question, left, NULL);
  if (status != SEG_OK || *left != SEG_SOMEBODY || hiding->passed_count <= SEG_SHORT_CHAIN)
    return status;
  struct seg_wanted *wanted =
      SEG_NEW_ARRAY(&engine->arena, struct seg_wanted, hiding->passed_count + 1u);
  if (wanted == NULL)
    return seg_engine_no_memory(engine);
  for (uint32_t i = 0; i < hiding->passed_count; i++)
    wanted[i] =
        (struct seg_wanted){engine->program->segments[hiding->passed[i]].when, .negated = true};
  return seg_walk_show(&hiding->walk, wanted, hiding->passed_count, found);
}

enum seg_status seg_judge_hidden(struct seg_engine *engine, uint32_t chain_index,
                                 enum seg_existence *left, struct seg_found *found) {
  const struct seg_program_chain *chain = &engine->program->chains[chain_index];
  struct hiding *hiding = SEG_NEW(&engine->arena, struct hiding);
  *left = SEG_UNPROVED;
  *found = (struct seg_found){.existence = SEG_UNPROVED};
  if (hiding == NULL)
    return seg_engine_no_memory(engine);
  hiding->engine = engine;
  hiding->chain_index = chain_index;
  hiding->chain = chain;
  seg_chain_memory_begin(&hiding->memory, engine);
  enum seg_status status = begin(hiding);
  for (uint32_t i = 0; i < chain->member_count && status == SEG_OK; i++)
    if (can_match(hiding, chain->members[i]))
      status = judge_member(hiding, i);
  if (status == SEG_OK && hiding->walks && chain->otherwise.size == 0)
    status = find_left(hiding, left, found);
  if (hiding->begun)
    seg_walk_deinit(&hiding->walk);
  seg_escape_deinit(&hiding->escape);
  return status;
}
