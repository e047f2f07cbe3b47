// Which earlier members of a chain hide another one; see hiding.h.
#include "compiler/verdicts/hiding.h"
#include "compiler/verdicts/lanes.h"

enum {
  LANES = 4,
  FEWEST = 16, // hidden members: of fewer, lanes do not pay
};

/** By one earlier member alone, the first that does; or SEG_ABSENT. */
static enum seg_status find_one(const struct seg_hiding *hiding, uint32_t segment,
                                uint32_t *hider) {
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

static enum seg_status set_hiders(const struct seg_hiding *hiding, struct seg_verdict *verdict,
                                  const uint32_t *others, uint32_t count) {
  verdict->others = SEG_NEW_ARRAY(&hiding->engine->verdicts->arena, uint32_t, count + 1u);
  if (verdict->others == NULL)
    return seg_engine_no_memory(hiding->engine);
  for (uint32_t i = 0; i < count; i++)
    verdict->others[i] = others[i];
  verdict->other_count = count;
  return SEG_OK;
}

/** By several together; the question about all of them has the answer already. */
static enum seg_status set_union(struct seg_hiding *hiding, struct seg_verdict *verdict) {
  struct seg_escape *escape = &hiding->escape;
  bool minimal = true;
  enum seg_status status = seg_escape_shrink(escape, &minimal);
  uint32_t count = 0;
  for (uint32_t i = 0; i < escape->count; i++)
    if (escape->states[i] == SEG_CANDIDATE_KEPT)
      hiding->candidates[count++] = hiding->candidates[i];
  verdict->fewer = !minimal;
  return status == SEG_OK ? set_hiders(hiding, verdict, hiding->candidates, count) : status;
}

/** It is hidden: by whom? `by_clauses` tells how it is asked. `*known` is false when that leaves it
 * open. */
static enum seg_status name_hiders(struct seg_hiding *hiding, struct seg_verdict *verdict,
                                   bool by_clauses, bool *known) {
  struct seg_escape *escape = &hiding->escape;
  enum seg_existence existence = SEG_UNPROVED;
  uint32_t hider = SEG_ABSENT;
  struct seg_found found;
  *known = true;
  enum seg_status status = find_one(hiding, verdict->segment, &hider);
  if (status == SEG_OK && hider != SEG_ABSENT)
    return set_hiders(hiding, verdict, &hider, 1);
  if (status != SEG_OK)
    return status;
  // Members that are hidden themselves take nobody whom the others do not take.
  hiding->candidate_count = hiding->left_count;
  for (uint32_t i = 0; i < hiding->left_count; i++)
    hiding->candidates[i] = hiding->left[i];
  if (hiding->left_count > seg_escape_at_once(escape))
    status = seg_choose_hiders(hiding->engine, verdict->segment, hiding->candidates,
                               &hiding->candidate_count);
  if (status != SEG_OK)
    return status;
  seg_escape_begin(escape, verdict->segment, hiding->candidate_count, by_clauses);
  status = seg_escape_ask(escape, escape->count, &existence, &found);
  seg_found_deinit(&found);
  *known = existence == SEG_NOBODY;
  return status == SEG_OK && *known ? set_union(hiding, verdict) : status;
}

enum seg_status seg_hiding_ask_solver(struct seg_hiding *hiding, struct seg_verdict *verdict) {
  struct seg_escape *escape = &hiding->escape;
  enum seg_existence existence;
  struct seg_found found;
  bool known = true;
  seg_escape_begin(escape, verdict->segment, hiding->candidate_count, false);
  enum seg_status status = seg_escape_ask(escape, escape->count, &existence, &found);
  seg_found_deinit(&found);
  if (status == SEG_OK && existence == SEG_SOMEBODY)
    verdict->kind = SEG_VERDICT_GAP;
  if (status == SEG_OK && existence == SEG_NOBODY)
    status = name_hiders(hiding, verdict, false, &known);
  if (status == SEG_OK && (existence == SEG_UNPROVED || !known)) {
    verdict->kind = SEG_VERDICT_UNPROVED;
    verdict->reason = escape->reason;
  }
  return status;
}

/** The walk says that it is hidden. */
static enum seg_status judge(struct seg_hiding *hiding, struct seg_hidden_member *member) {
  bool known = true;
  hiding->passed_count = member->passed_count;
  seg_hiding_meet(hiding, member->position);
  member->verdict = seg_verdict_of_chain(
      SEG_VERDICT_HIDDEN, hiding->chain->members[member->position], hiding->chain_index);
  enum seg_status status = name_hiders(hiding, &member->verdict, true, &known);
  return status == SEG_OK && !known ? seg_hiding_ask_solver(hiding, &member->verdict) : status;
}

// --- many ---

struct lane {
  struct seg_lane_engine own;
  struct seg_hiding hiding;
  struct seg_hidden_member *members;
  uint32_t first, count;
  enum seg_status status;
};

static void judge_share(void *lanes, uint32_t number) {
  struct lane *lane = (struct lane *)lanes + number;
  for (uint32_t i = lane->first; i < lane->count && lane->status == SEG_OK; i += LANES)
    lane->status = judge(&lane->hiding, &lane->members[i]);
}

static enum seg_status begin_lane(struct lane *lane, uint32_t number, struct seg_hiding *hiding,
                                  struct seg_hidden_member *members, uint32_t count) {
  lane->members = members;
  lane->first = number;
  lane->count = count;
  enum seg_status status = seg_lane_engine_init(&lane->own, hiding->engine);
  lane->hiding.engine = &lane->own.engine;
  lane->hiding.passed = hiding->passed;
  if (status == SEG_OK)
    status = seg_hiding_init(&lane->hiding, &lane->own.engine, hiding->chain_index);
  if (status != SEG_OK && lane->own.error.message[0] != '\0')
    *hiding->engine->error = lane->own.error;
  return status;
}

/** What the lane found belongs to the other engine from now on. */
static enum seg_status take_over(struct seg_hiding *hiding, const struct lane *lane) {
  if (lane->status != SEG_OK) {
    *hiding->engine->error = lane->own.error;
    return lane->status;
  }
  enum seg_status status = SEG_OK;
  for (uint32_t i = lane->first; i < lane->count && status == SEG_OK; i += LANES) {
    struct seg_verdict *verdict = &lane->members[i].verdict;
    status = set_hiders(hiding, verdict, verdict->others, verdict->other_count);
  }
  return status;
}

static enum seg_status judge_in_lanes(struct seg_hiding *hiding, struct seg_hidden_member *members,
                                      uint32_t count) {
  struct lane *lanes = SEG_NEW_ARRAY(&hiding->engine->arena, struct lane, LANES);
  enum seg_status status = SEG_OK;
  uint32_t begun = 0;
  if (lanes == NULL)
    return seg_engine_no_memory(hiding->engine);
  for (; begun < LANES && status == SEG_OK; begun++)
    status = begin_lane(&lanes[begun], begun, hiding, members, count);
  if (status == SEG_OK)
    seg_lanes_work(hiding->engine, LANES, judge_share, lanes);
  for (uint32_t l = 0; l < begun; l++) {
    if (status == SEG_OK)
      status = take_over(hiding, &lanes[l]);
    seg_hiding_deinit(&lanes[l].hiding);
    seg_lane_engine_deinit(&lanes[l].own, hiding->engine);
  }
  return status;
}

enum seg_status seg_hiding_name_all(struct seg_hiding *hiding, struct seg_hidden_member *members,
                                    uint32_t count) {
  enum seg_status status = SEG_OK;
  if (count >= FEWEST)
    return judge_in_lanes(hiding, members, count);
  for (uint32_t i = 0; i < count && status == SEG_OK; i++)
    status = judge(hiding, &members[i]);
  return status;
}
