// A customer whom members of a chain leave, met one after the other; see chains.h.
#include "compiler/reference/evaluate.h"
#include "compiler/verdicts/chains.h"
#include "compiler/verdicts/takers.h"

enum { USUAL_AT_ONCE = 128 }; // so many candidates make a short walk

uint32_t seg_escape_at_once(const struct seg_escape *escape) {
  uint32_t forced = escape->engine->options.whole_chain;
  return forced == 0 ? USUAL_AT_ONCE : forced;
}

/** One walk for all questions about a chain that is not long. */
static bool walks_whole_chain(const struct seg_escape *escape) {
  return escape->chain != NULL && escape->chain->member_count <= seg_escape_at_once(escape);
}

enum seg_status seg_escape_init(struct seg_escape *escape, struct seg_engine *engine,
                                const uint32_t *candidates, uint32_t most) {
  struct seg_arena *arena = &engine->arena;
  *escape = (struct seg_escape){.engine = engine, .candidates = candidates, .most = SEG_MAX_WANTED};
  escape->states = SEG_NEW_ARRAY(arena, enum seg_candidate, most + 1u);
  escape->core = SEG_NEW_ARRAY(arena, bool, most + 1u);
  escape->members = SEG_NEW_ARRAY(arena, uint32_t, most + 1u);
  escape->places = SEG_NEW_ARRAY(arena, uint32_t, most + 1u);
  escape->member_core = SEG_NEW_ARRAY(arena, bool, most + 1u);
  escape->left_by = SEG_NEW_ARRAY(arena, const uint64_t *, most + 1u);
  bool made = escape->states != NULL && escape->core != NULL && escape->members != NULL &&
              escape->places != NULL && escape->member_core != NULL && escape->left_by != NULL;
  return made ? SEG_OK : seg_engine_no_memory(engine);
}

static void end_walk(struct seg_escape *escape) {
  if (escape->walks)
    seg_walk_deinit(&escape->walk);
  escape->walks = false;
}

void seg_escape_deinit(struct seg_escape *escape) {
  end_walk(escape);
}

void seg_escape_begin(struct seg_escape *escape, uint32_t taken_by, uint32_t count,
                      bool by_clauses) {
  if (!walks_whole_chain(escape))
    end_walk(escape);
  escape->taken_by = taken_by;
  escape->count = count;
  escape->by_clauses = by_clauses;
  escape->reason = NULL;
  for (uint32_t i = 0; i < count; i++)
    escape->states[i] =
        by_clauses && count <= seg_escape_at_once(escape) ? SEG_CANDIDATE_MET : SEG_CANDIDATE_OUT;
}

static const struct seg_node *rule_of(const struct seg_escape *escape, uint32_t segment) {
  return escape->engine->program->segments[segment].when;
}

static uint32_t list(struct seg_escape *escape, bool kept, bool met, uint32_t limit,
                     uint32_t count) {
  for (uint32_t i = 0; i < escape->count; i++)
    if ((kept && escape->states[i] == SEG_CANDIDATE_KEPT) ||
        (met && escape->states[i] == SEG_CANDIDATE_MET && i < limit)) {
      escape->members[count] = escape->candidates[i];
      escape->places[count++] = i;
    }
  return count;
}

/** Those that must leave the customer. Along clauses what is assumed first tells the most: a
 * contradiction needs few of the others when the kept ones, which are needed anyway, come first. */
static uint32_t list_members(struct seg_escape *escape, uint32_t limit) {
  if (!escape->by_clauses)
    return list(escape, true, true, limit, 0);
  return list(escape, false, true, limit, list(escape, true, false, limit, 0));
}

static void note_core(struct seg_escape *escape, uint32_t count) {
  for (uint32_t i = 0; i < escape->count; i++)
    escape->core[i] = false;
  for (uint32_t m = 0; m < count; m++)
    escape->core[escape->places[m]] = escape->member_core[m];
}

// --- along clauses ---

static enum seg_status go_on_walking(struct seg_escape *escape) {
  enum seg_status status = SEG_OK;
  if (!escape->walks) {
    escape->walks = true;
    status = seg_walk_init(&escape->walk, escape->engine, escape->chain->members,
                           escape->chain->member_count);
  }
  for (uint32_t i = 0; i < escape->count && status == SEG_OK; i++)
    seg_walk_meet(&escape->walk, escape->candidates[i]);
  if (status == SEG_OK)
    seg_walk_meet(&escape->walk, escape->taken_by);
  return status;
}

/** A walk over those that are met, and no others: it is a short one. */
static enum seg_status begin_walk(struct seg_escape *escape) {
  if (walks_whole_chain(escape))
    return go_on_walking(escape);
  uint32_t count = 0;
  enum seg_status status = SEG_OK;
  for (uint32_t i = 0; i < escape->count; i++)
    if (escape->states[i] != SEG_CANDIDATE_OUT)
      escape->members[count++] = escape->candidates[i];
  if (escape->walks && !escape->grown)
    return SEG_OK;
  end_walk(escape);
  escape->grown = false;
  escape->members[count++] = escape->taken_by;
  escape->walks = true;
  status = seg_walk_init(&escape->walk, escape->engine, escape->members, count);
  for (uint32_t m = 0; m < count && status == SEG_OK; m++)
    seg_walk_meet(&escape->walk, escape->members[m]);
  return status;
}

/** Is one of the known customers such a one? */
static enum seg_status look_up(struct seg_escape *escape, uint32_t limit, bool *known) {
  uint32_t customers = escape->engine->pool.customers, words = (customers + 63) / 64, count = 0;
  const uint64_t *taken = seg_engine_takers(escape->engine, escape->taken_by),
                 **takers = escape->left_by;
  for (uint32_t i = 0; i < escape->count; i++)
    if (i < limit || escape->states[i] == SEG_CANDIDATE_KEPT)
      takers[count++] = seg_engine_takers(escape->engine, escape->candidates[i]);
  bool made = taken != NULL;
  for (uint32_t i = 0; i < count; i++)
    made = made && takers[i] != NULL;
  if (!made)
    return seg_engine_no_memory(escape->engine);
  *known = false;
  for (uint32_t word = 0; word < words && !*known; word++) {
    uint64_t left = taken[word];
    if (customers - word * 64 < 64)
      left &= (1ull << (customers - word * 64)) - 1;
    for (uint32_t i = 0; i < count && left != 0; i++)
      left &= ~takers[i][word];
    *known = left != 0;
  }
  return SEG_OK;
}

static enum seg_status ask_clauses(struct seg_escape *escape, uint32_t limit,
                                   enum seg_existence *existence) {
  enum seg_status status = begin_walk(escape);
  if (status != SEG_OK)
    return status;
  uint32_t count = list_members(escape, limit);
  struct seg_walk_question question = {escape->taken_by, escape->members, count, true};
  status = seg_walk_ask(&escape->walk, &question, existence, escape->member_core);
  if (status == SEG_OK && *existence == SEG_NOBODY)
    note_core(escape, count);
  return status;
}

/** Members that take the customer are met. */
static bool meet_by_clauses(struct seg_escape *escape, uint32_t limit) {
  bool met = false;
  for (uint32_t i = 0; i < limit && i < escape->count; i++)
    if (escape->states[i] == SEG_CANDIDATE_OUT &&
        seg_walk_takes(&escape->walk, rule_of(escape, escape->candidates[i]))) {
      escape->states[i] = SEG_CANDIDATE_MET;
      met = escape->grown = true;
    }
  return met;
}

// --- of the solver ---

static enum seg_status ask_solver(struct seg_escape *escape, uint32_t limit,
                                  enum seg_existence *existence, struct seg_found *found) {
  struct seg_engine *engine = escape->engine;
  struct seg_wanted wanted[SEG_MAX_WANTED];
  uint32_t count = list_members(escape, limit), first = escape->taken_by != SEG_ABSENT;
  if (first + count > escape->most) {
    escape->reason = "too many segments of the chain come into it";
    return SEG_OK;
  }
  if (first != 0)
    wanted[0] = (struct seg_wanted){rule_of(escape, escape->taken_by), false};
  for (uint32_t m = 0; m < count; m++)
    wanted[first + m] = (struct seg_wanted){rule_of(escape, escape->members[m]), true};
  enum seg_status status = escape->plainest
                               ? seg_engine_find_plainest(engine, wanted, first + count, found)
                               : seg_engine_find(engine, wanted, first + count, false, found);
  if (status != SEG_OK)
    return status;
  *existence = found->existence;
  escape->reason = found->reason;
  if (*existence != SEG_NOBODY)
    return SEG_OK;
  for (uint32_t m = 0; m < count; m++)
    escape->member_core[m] = found->core_count == 0; // nothing is known of it
  for (uint32_t c = 0; c < found->core_count; c++)
    if (found->core[c] >= first)
      escape->member_core[found->core[c] - first] = true;
  note_core(escape, count);
  return SEG_OK;
}

/** The first member that takes the customer is met. */
static enum seg_status meet_by_solver(struct seg_escape *escape, uint32_t limit,
                                      const struct seg_witness *witness, bool *met) {
  struct seg_engine *engine = escape->engine;
  struct seg_reference *reference;
  enum seg_status status = seg_reference_new(engine->program, &witness->dataset, witness->as_of,
                                             &reference, engine->error);
  if (status != SEG_OK)
    return status;
  for (uint32_t i = 0; i < limit && i < escape->count && !*met; i++)
    if (escape->states[i] == SEG_CANDIDATE_OUT &&
        seg_reference_condition(reference, rule_of(escape, escape->candidates[i]), 0)) {
      escape->states[i] = SEG_CANDIDATE_MET;
      *met = true;
    }
  status = seg_reference_status(reference, engine->error);
  seg_reference_free(reference);
  return status;
}

enum seg_status seg_escape_ask(struct seg_escape *escape, uint32_t limit,
                               enum seg_existence *existence, struct seg_found *found) {
  enum seg_status status = SEG_OK;
  bool known = false, met = true;
  *found = (struct seg_found){.existence = SEG_UNPROVED};
  *existence = SEG_SOMEBODY;
  if (escape->by_clauses)
    status = look_up(escape, limit, &known);
  if (status != SEG_OK || known)
    return status;
  while (met && status == SEG_OK) {
    met = false;
    *existence = SEG_UNPROVED;
    seg_found_deinit(found);
    status = escape->by_clauses ? ask_clauses(escape, limit, existence)
                                : ask_solver(escape, limit, existence, found);
    if (status != SEG_OK || *existence != SEG_SOMEBODY)
      continue;
    if (escape->by_clauses)
      met = meet_by_clauses(escape, limit);
    else
      status = meet_by_solver(escape, limit, &found->witness, &met);
  }
  return status;
}
