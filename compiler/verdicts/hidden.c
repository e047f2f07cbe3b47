// Members of a chain that never win, because earlier ones take all of their customers; see
// verdicts.h.
#include <string.h>

#include "compiler/verdicts/hiding.h"

enum { MOST_AFTER_WALK = 32 }; // rules in a question that the walk has left open

// --- a member ---

static bool can_match(const struct seg_hiding *hiding, uint32_t segment) {
  return !hiding->engine->segments[segment].never;
}

enum seg_status seg_hiding_init(struct seg_hiding *hiding, struct seg_engine *engine,
                                uint32_t chain_index) {
  const struct seg_program_chain *chain = &engine->program->chains[chain_index];
  hiding->engine = engine;
  hiding->chain_index = chain_index;
  hiding->chain = chain;
  hiding->candidates = SEG_NEW_ARRAY(&engine->arena, uint32_t, chain->member_count + 1u);
  hiding->left = SEG_NEW_ARRAY(&engine->arena, uint32_t, chain->member_count + 1u);
  if (hiding->candidates == NULL || hiding->left == NULL)
    return seg_engine_no_memory(engine);
  enum seg_status status =
      seg_escape_init(&hiding->escape, engine, hiding->candidates, chain->member_count);
  if (status != SEG_OK || engine->options.unpruned)
    return status;
  hiding->escape.chain = chain;
  hiding->escape.most = MOST_AFTER_WALK;
  return SEG_OK;
}

void seg_hiding_deinit(struct seg_hiding *hiding) {
  seg_escape_deinit(&hiding->escape);
}

void seg_hiding_meet(struct seg_hiding *hiding, uint32_t position) {
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

// --- along the chain ---

/** All members, one after the other. */
struct chain_walk {
  struct seg_hiding hiding; // of the member at hand
  uint32_t left_behind;     // of those that were passed: the walk knows that they leave
  bool walks, begun;        // whether there is a walk; it has begun
  struct seg_walk walk;
  struct seg_chain_memory memory;
  SEG_VEC(struct seg_hidden_member) hidden; // who hides them is asked in the end
};

static enum seg_status add_hidden(struct chain_walk *along, struct seg_proof_key key,
                                  const struct seg_verdict *verdict) {
  seg_chain_memory_keep(&along->memory, key, true, verdict->fewer, verdict->others,
                        verdict->other_count);
  return seg_engine_add(along->hiding.engine, *verdict, NULL);
}

/** The walk begins when it is asked for the first time; then it knows all members so far. */
static enum seg_status catch_up(struct chain_walk *along) {
  const struct seg_hiding *hiding = &along->hiding;
  enum seg_status status = SEG_OK;
  if (!along->begun)
    status = seg_walk_init(&along->walk, hiding->engine, hiding->chain->members,
                           hiding->chain->member_count);
  along->begun = true;
  for (; along->left_behind < hiding->passed_count && status == SEG_OK; along->left_behind++) {
    seg_walk_meet(&along->walk, hiding->passed[along->left_behind]);
    seg_walk_leave(&along->walk, hiding->passed[along->left_behind]);
  }
  return status;
}

static enum seg_status ask_solver(struct chain_walk *along, uint32_t segment, bool *hidden) {
  struct seg_hiding *hiding = &along->hiding;
  struct seg_verdict verdict =
      seg_verdict_of_chain(SEG_VERDICT_HIDDEN, segment, hiding->chain_index);
  enum seg_status status = seg_hiding_ask_solver(hiding, &verdict);
  *hidden = status == SEG_OK && verdict.kind == SEG_VERDICT_HIDDEN;
  if (*hidden)
    return add_hidden(along, seg_chain_memory_key(&along->memory), &verdict);
  return status == SEG_OK && verdict.kind == SEG_VERDICT_UNPROVED
             ? seg_engine_add(hiding->engine, verdict, NULL)
             : status;
}

static enum seg_status ask_about_member(struct chain_walk *along, uint32_t position, bool *hidden) {
  const struct seg_hiding *hiding = &along->hiding;
  uint32_t segment = hiding->chain->members[position];
  struct seg_walk_question question = {segment, hiding->left, hiding->left_count, false};
  enum seg_existence existence = SEG_UNPROVED;
  enum seg_status status = SEG_OK;
  if (along->walks) {
    status = catch_up(along);
    if (status == SEG_OK)
      seg_walk_meet(&along->walk, segment);
    if (status == SEG_OK)
      status = seg_walk_ask(&along->walk, &question, &existence, NULL);
  }
  if (status != SEG_OK)
    return status;
  if (existence == SEG_UNPROVED)
    return ask_solver(along, segment, hidden);
  struct seg_proof_key key = seg_chain_memory_key(&along->memory);
  struct seg_hidden_member member = {
      .position = position, .passed_count = hiding->passed_count, .key = key};
  *hidden = existence == SEG_NOBODY;
  if (!*hidden)
    seg_chain_memory_keep(&along->memory, key, false, false, NULL, 0);
  return *hidden && !SEG_VEC_PUSH(&along->hidden, member) ? seg_engine_no_memory(hiding->engine)
                                                          : SEG_OK;
}

/** As it was in an earlier run. */
static enum seg_status remember_member(struct chain_walk *along, uint32_t segment,
                                       const struct seg_known_member *known) {
  struct seg_engine *engine = along->hiding.engine;
  struct seg_verdict verdict =
      seg_verdict_of_chain(SEG_VERDICT_HIDDEN, segment, along->hiding.chain_index);
  if (!known->hidden)
    return SEG_OK;
  verdict.fewer = known->fewer;
  verdict.others = SEG_NEW_ARRAY(&engine->verdicts->arena, uint32_t, known->count + 1u);
  if (verdict.others == NULL)
    return seg_engine_no_memory(engine);
  verdict.other_count = known->count;
  memcpy(verdict.others, known->others, known->count * sizeof *verdict.others);
  return add_hidden(along, seg_chain_memory_key(&along->memory), &verdict);
}

static enum seg_status judge_member(struct chain_walk *along, uint32_t position) {
  struct seg_hiding *hiding = &along->hiding;
  uint32_t segment = hiding->chain->members[position];
  struct seg_known_member known;
  enum seg_status status = SEG_OK;
  bool hidden = false;
  seg_hiding_meet(hiding, position);
  seg_chain_memory_meet(&along->memory, segment);
  if (hiding->candidate_count > 0 && seg_chain_memory_get(&along->memory, &known) &&
      known.count <= position) {
    hidden = known.hidden;
    status = remember_member(along, segment, &known);
  } else if (hiding->candidate_count > 0) {
    status = ask_about_member(along, position, &hidden);
  }
  if (!hidden)
    hiding->passed[hiding->passed_count++] = segment;
  return status;
}

static enum seg_status begin(struct chain_walk *along, struct seg_engine *engine,
                             uint32_t chain_index) {
  uint32_t count = engine->program->chains[chain_index].member_count;
  along->walks = !engine->options.unpruned;
  along->hiding.engine = engine;
  along->hiding.passed = SEG_NEW_ARRAY(&engine->arena, uint32_t, count + 1u);
  seg_chain_memory_begin(&along->memory, engine);
  return along->hiding.passed == NULL ? seg_engine_no_memory(engine)
                                      : seg_hiding_init(&along->hiding, engine, chain_index);
}

/** Who hides those that the walk found to be hidden. */
static enum seg_status name_hidden(struct chain_walk *along) {
  uint32_t passed = along->hiding.passed_count;
  enum seg_status status =
      seg_hiding_name_all(&along->hiding, along->hidden.items, (uint32_t)along->hidden.count);
  along->hiding.passed_count = passed;
  for (size_t i = 0; i < along->hidden.count && status == SEG_OK; i++) {
    const struct seg_hidden_member *member = &along->hidden.items[i];
    status = member->verdict.kind == SEG_VERDICT_HIDDEN
                 ? add_hidden(along, member->key, &member->verdict)
             : member->verdict.kind == SEG_VERDICT_UNPROVED
                 ? seg_engine_add(along->hiding.engine, member->verdict, NULL)
                 : SEG_OK;
  }
  return status;
}

/** Whom nobody takes. */
static enum seg_status find_left(struct chain_walk *along, enum seg_existence *left,
                                 struct seg_found *found) {
  const struct seg_hiding *hiding = &along->hiding;
  struct seg_engine *engine = hiding->engine;
  struct seg_walk_question question = {SEG_ABSENT, hiding->passed, hiding->passed_count, false};
  enum seg_status status = catch_up(along);
  if (status == SEG_OK)
    status = seg_walk_ask(&along->walk, &question, left, NULL);
  if (status != SEG_OK || *left != SEG_SOMEBODY || hiding->passed_count <= SEG_SHORT_CHAIN)
    return status;
  struct seg_wanted *wanted =
      SEG_NEW_ARRAY(&engine->arena, struct seg_wanted, hiding->passed_count + 1u);
  if (wanted == NULL)
    return seg_engine_no_memory(engine);
  for (uint32_t i = 0; i < hiding->passed_count; i++)
    wanted[i] =
        (struct seg_wanted){engine->program->segments[hiding->passed[i]].when, .negated = true};
  return seg_walk_show(&along->walk, wanted, hiding->passed_count, found);
}

enum seg_status seg_judge_hidden(struct seg_engine *engine, uint32_t chain_index,
                                 enum seg_existence *left, struct seg_found *found) {
  const struct seg_program_chain *chain = &engine->program->chains[chain_index];
  struct chain_walk *along = SEG_NEW(&engine->arena, struct chain_walk);
  *left = SEG_UNPROVED;
  *found = (struct seg_found){.existence = SEG_UNPROVED};
  if (along == NULL)
    return seg_engine_no_memory(engine);
  enum seg_status status = begin(along, engine, chain_index);
  for (uint32_t i = 0; i < chain->member_count && status == SEG_OK; i++)
    if (can_match(&along->hiding, chain->members[i]))
      status = judge_member(along, i);
  if (status == SEG_OK && along->hidden.count > 0)
    status = name_hidden(along);
  if (status == SEG_OK && along->walks && chain->otherwise.size == 0)
    status = find_left(along, left, found);
  if (along->begun)
    seg_walk_deinit(&along->walk);
  SEG_VEC_FREE(&along->hidden);
  seg_hiding_deinit(&along->hiding);
  return status;
}
