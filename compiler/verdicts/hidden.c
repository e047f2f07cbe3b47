// Members of a chain that never win, because earlier ones take all of their customers; see
// verdicts.h.
#include "compiler/verdicts/chains.h"
#include "compiler/verdicts/walk.h"

enum { MOST_AFTER_WALK = 32 }; // rules in a question that the walk has left open

/** A chain, member after member. */
struct hiding {
  struct seg_engine *engine;
  uint32_t chain_index;
  const struct seg_program_chain *chain;
  struct seg_escape escape;    // about the member at hand: its candidates
  uint32_t *candidates, *left; // the same as segments; without those that are hidden themselves
  uint32_t left_count;
  uint32_t *passed; // all members so far that can match and are not hidden
  uint32_t passed_count;
  bool *core;
  bool walks, explains; // whether there is such a walk
  struct seg_walk walk, explaining;
  uint32_t explained; // how many members `explaining` has met
};

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
static enum seg_status hidden_by_one(struct seg_escape *escape, uint32_t *hider) {
  for (uint32_t i = 0; i < escape->candidate_count; i++) {
    uint32_t position = escape->candidates[i];
    struct seg_wanted wanted[] = {escape->wanted[0], {seg_escape_rule(escape, position), true}};
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
static enum seg_status hidden_by_union(struct seg_escape *escape, const struct seg_found *found,
                                       struct seg_verdict verdict) {
  struct seg_answered known = {.existence = SEG_NOBODY, .core_count = found->core_count};
  const struct seg_node *core[SEG_MAX_WANTED];
  uint32_t others[SEG_MAX_WANTED], count = 0;
  for (uint32_t c = 0; c < found->core_count; c++)
    core[c] = escape->wanted[found->core[c]].condition;
  if (escape->candidate_count < SEG_MAX_WANTED) { // in order: the way here leaves no trace
    escape->count = escape->fixed;
    for (uint32_t i = 0; i < escape->candidate_count; i++)
      seg_escape_exclude(escape, escape->candidates[i]);
  }
  for (uint32_t c = 0; c < known.core_count; c++)
    for (uint32_t i = 0; i < escape->count; i++)
      if (core[c] == escape->wanted[i].condition)
        known.core[c] = i;
  enum seg_status status =
      seg_engine_shrink(escape->engine, escape->wanted, escape->fixed, &escape->count, &known);
  for (uint32_t i = escape->fixed; i < escape->count; i++)
    for (uint32_t c = 0; c < escape->candidate_count; c++)
      if (seg_escape_rule(escape, escape->candidates[c]) == escape->wanted[i].condition) {
        others[count++] = escape->chain->members[escape->candidates[c]];
        break;
      }
  return status == SEG_OK ? add_hidden(escape->engine, verdict, others, count) : status;
}

/** In another way: the solver is asked about whole rules. */
static enum seg_status ask_solver(struct hiding *hiding, struct seg_verdict verdict, bool *hidden) {
  struct seg_escape *escape = &hiding->escape;
  uint32_t hider = SEG_ABSENT;
  struct seg_found found;
  escape->count = escape->fixed;
  escape->most = hiding->walks ? MOST_AFTER_WALK : SEG_MAX_WANTED;
  enum seg_status status = seg_escape_find(escape, false, &found);
  if (status != SEG_OK)
    return status;
  *hidden = found.existence == SEG_NOBODY;
  if (found.existence == SEG_UNPROVED) {
    status = seg_engine_add_unproved(hiding->engine, verdict, found.reason);
  } else if (found.existence == SEG_NOBODY) {
    status = hidden_by_one(escape, &hider);
    if (status == SEG_OK && hider != SEG_ABSENT)
      status = add_hidden(hiding->engine, verdict, &hider, 1);
    else if (status == SEG_OK)
      status = hidden_by_union(escape, &found, verdict);
  }
  seg_found_deinit(&found);
  return status;
}

// --- along the chain ---

static bool can_match(const struct hiding *hiding, uint32_t segment) {
  return !hiding->engine->segments[segment].never;
}

/** Which earlier members can take customers of this one. */
static void find_candidates(struct hiding *hiding, uint32_t position) {
  const struct seg_program_chain *chain = hiding->chain;
  struct seg_escape *escape = &hiding->escape;
  uint32_t segment = chain->members[position];
  escape->candidate_count = hiding->left_count = 0;
  for (uint32_t i = 0; i < position; i++)
    if (can_match(hiding, chain->members[i]) &&
        seg_engine_meeting(hiding->engine, chain->members[i], segment) != SEG_DISJOINT) {
      hiding->candidates[escape->candidate_count] = chain->members[i];
      escape->candidates[escape->candidate_count++] = i;
    }
  for (uint32_t i = 0; i < hiding->passed_count; i++)
    if (seg_engine_meeting(hiding->engine, hiding->passed[i], segment) != SEG_DISJOINT)
      hiding->left[hiding->left_count++] = hiding->passed[i];
  escape->wanted[0] = (struct seg_wanted){seg_escape_rule(escape, position), false};
  escape->fixed = escape->count = 1;
}

static enum seg_status meet_members(struct hiding *hiding, uint32_t position) {
  const struct seg_program_chain *chain = hiding->chain;
  if (!hiding->explains) {
    hiding->explains = true;
    enum seg_status status =
        seg_walk_init(&hiding->explaining, hiding->engine, chain->members, chain->member_count);
    if (status != SEG_OK)
      return status;
  }
  for (; hiding->explained <= position; hiding->explained++)
    seg_walk_meet(&hiding->explaining, chain->members[hiding->explained]);
  return SEG_OK;
}

/** Members that hide a segment together. */
struct hiders {
  uint32_t segment, count;
  uint32_t *members; // segments
  bool *core;        // which are known to be enough; there is room for twice as many
};

/** Take one out, or put it back. */
static void take_out(struct hiders *hiders, uint32_t at) {
  for (uint32_t j = at; j + 1 < hiders->count; j++) {
    hiders->members[j] = hiders->members[j + 1];
    hiders->core[j] = hiders->core[j + 1];
  }
  hiders->count--;
}

static void put_back(struct hiders *hiders, uint32_t at, uint32_t member) {
  for (uint32_t j = hiders->count++; j > at; j--) {
    hiders->members[j] = hiders->members[j - 1];
    hiders->core[j] = hiders->core[j - 1];
  }
  hiders->members[at] = member;
  hiders->core[at] = true;
}

static enum seg_status ask_hiders(struct seg_walk *walk, struct hiders *hiders, bool *core,
                                  bool *hidden) {
  struct seg_walk_question question = {hiders->segment, hiders->members, hiders->count, true};
  enum seg_existence existence;
  enum seg_status status = seg_walk_ask(walk, &question, &existence, core);
  *hidden = status == SEG_OK && existence == SEG_NOBODY;
  return status;
}

/** Less those without which it is hidden all the same: the last first, as hidden_by_union does. */
static enum seg_status shrink(struct seg_walk *walk, struct hiders *hiders) {
  enum seg_status status = SEG_OK;
  for (uint32_t i = hiders->count; i-- > 0 && status == SEG_OK;) {
    uint32_t member = hiders->members[i], count = hiders->count;
    bool needed = hiders->core[i], hidden = true, *core = hiders->core + count;
    take_out(hiders, i);
    if (needed)
      status = ask_hiders(walk, hiders, core, &hidden);
    if (status == SEG_OK && !hidden)
      put_back(hiders, i, member);
    for (uint32_t j = 0; j < hiders->count && needed && hidden; j++)
      hiders->core[j] = core[j];
  }
  return status;
}

/** Of many only those that are known to be enough: a walk of their own is a short one. */
static enum seg_status shrink_core(struct hiding *hiding, struct hiders *hiders) {
  struct seg_walk walk;
  uint32_t *all = hiders->members, kept = 0;
  for (uint32_t i = 0; i < hiders->count; i++)
    if (hiders->core[i])
      all[kept++] = all[i];
  hiders->count = kept;
  for (uint32_t i = 0; i < kept; i++)
    hiders->core[i] = true;
  all[kept] = hiders->segment; // there is room: it comes after all of them in the chain
  enum seg_status status = seg_walk_init(&walk, hiding->engine, all, kept + 1);
  for (uint32_t i = 0; i <= kept && status == SEG_OK; i++)
    seg_walk_meet(&walk, all[i]);
  if (status == SEG_OK)
    status = shrink(&walk, hiders);
  seg_walk_deinit(&walk);
  return status;
}

/** `*known` is false when it is not found out here. */
static enum seg_status explain_union(struct hiding *hiding, uint32_t position,
                                     struct seg_verdict verdict, bool *known) {
  struct hiders hiders = {verdict.segment, hiding->escape.candidate_count, hiding->candidates,
                          hiding->core};
  bool few = hiders.count <= SEG_WHOLE_CHAIN; // nothing depends on which are enough
  enum seg_status status = meet_members(hiding, position);
  if (status == SEG_OK)
    status = ask_hiders(&hiding->explaining, &hiders, hiders.core, known);
  if (status == SEG_OK && *known)
    status = few ? shrink(&hiding->explaining, &hiders) : shrink_core(hiding, &hiders);
  return status == SEG_OK && *known
             ? add_hidden(hiding->engine, verdict, hiders.members, hiders.count)
             : status;
}

static enum seg_status explain(struct hiding *hiding, uint32_t position,
                               struct seg_verdict verdict) {
  uint32_t hider = SEG_ABSENT;
  bool known = true;
  enum seg_status status = hidden_by_one(&hiding->escape, &hider);
  if (status == SEG_OK && hider != SEG_ABSENT)
    return add_hidden(hiding->engine, verdict, &hider, 1);
  if (status == SEG_OK)
    status = explain_union(hiding, position, verdict, &known);
  return status == SEG_OK && !known ? ask_solver(hiding, verdict, &known) : status;
}

static enum seg_status judge_member(struct hiding *hiding, uint32_t position) {
  uint32_t segment = hiding->chain->members[position];
  struct seg_verdict verdict =
      seg_verdict_of_chain(SEG_VERDICT_HIDDEN, segment, hiding->chain_index);
  struct seg_walk_question question = {segment, hiding->left, 0, false};
  enum seg_existence existence = SEG_UNPROVED;
  enum seg_status status = SEG_OK;
  find_candidates(hiding, position);
  question.count = hiding->left_count;
  if (hiding->walks)
    seg_walk_meet(&hiding->walk, segment);
  bool hidden = false;
  if (hiding->escape.candidate_count > 0 && hiding->walks)
    status = seg_walk_ask(&hiding->walk, &question, &existence, NULL);
  if (status == SEG_OK && hiding->escape.candidate_count > 0) {
    hidden = existence == SEG_NOBODY;
    if (hidden)
      status = explain(hiding, position, verdict);
    else if (existence == SEG_UNPROVED)
      status = ask_solver(hiding, verdict, &hidden);
  }
  if (hidden)
    return status;
  hiding->passed[hiding->passed_count++] = segment;
  if (hiding->walks)
    seg_walk_leave(&hiding->walk, segment);
  return status;
}

static enum seg_status begin(struct hiding *hiding) {
  struct seg_engine *engine = hiding->engine;
  const struct seg_program_chain *chain = hiding->chain;
  enum seg_status status = seg_escape_init(&hiding->escape, engine, chain);
  hiding->candidates = SEG_NEW_ARRAY(&engine->arena, uint32_t, chain->member_count + 1u);
  hiding->left = SEG_NEW_ARRAY(&engine->arena, uint32_t, chain->member_count + 1u);
  hiding->passed = SEG_NEW_ARRAY(&engine->arena, uint32_t, chain->member_count + 1u);
  hiding->core = SEG_NEW_ARRAY(&engine->arena, bool, 2 * (size_t)chain->member_count + 2);
  if (status == SEG_OK && (hiding->candidates == NULL || hiding->left == NULL ||
                           hiding->passed == NULL || hiding->core == NULL))
    status = seg_engine_no_memory(engine);
  hiding->walks = status == SEG_OK && !engine->options.unpruned;
  if (hiding->walks)
    status = seg_walk_init(&hiding->walk, engine, chain->members, chain->member_count);
  return status;
}

/** Whom nobody takes. */
static enum seg_status find_left(struct hiding *hiding, enum seg_existence *left,
                                 struct seg_found *found) {
  struct seg_engine *engine = hiding->engine;
  struct seg_walk_question question = {SEG_ABSENT, hiding->passed, hiding->passed_count, false};
  enum seg_status status = seg_walk_ask(&hiding->walk, &question, left, NULL);
  if (status != SEG_OK || *left != SEG_SOMEBODY || hiding->passed_count <= SEG_WHOLE_CHAIN)
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
  enum seg_status status = begin(hiding);
  for (uint32_t i = 0; i < chain->member_count && status == SEG_OK; i++)
    if (can_match(hiding, chain->members[i]))
      status = judge_member(hiding, i);
  if (status == SEG_OK && hiding->walks && chain->otherwise.size == 0)
    status = find_left(hiding, left, found);
  if (hiding->walks)
    seg_walk_deinit(&hiding->walk);
  if (hiding->explains)
    seg_walk_deinit(&hiding->explaining);
  return status;
}
