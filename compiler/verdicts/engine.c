// Questions and verdicts; see engine.h.
#include "compiler/verdicts/engine.h"

#include <string.h>

enum seg_status seg_engine_no_memory(struct seg_engine *engine) {
  return seg_fail_memory(engine->error, "the verdicts");
}

// --- questions ---

static enum seg_status ask(struct seg_engine *engine, const struct seg_wanted *wanted,
                           uint32_t count, bool any_witness, struct seg_found *found) {
  *found = (struct seg_found){.existence = SEG_UNPROVED};
  if (engine->options.interrupted != NULL && atomic_load(engine->options.interrupted))
    return seg_fail(engine->error, SEG_INTERRUPTED, "", "interrupted");
  engine->verdicts->counts.questions++;
  engine->prover.any_witness = any_witness;
  return seg_prover_find(&engine->prover, wanted, count, found, engine->error);
}

enum seg_status seg_engine_take_customer(struct seg_engine *engine, struct seg_found *found) {
  if (found->existence != SEG_SOMEBODY)
    return SEG_OK;
  struct seg_pooled_customer customer = {found->witness.dataset, found->witness.arena};
  found->existence = SEG_UNPROVED; // the customer belongs to the pool
  return seg_pool_add(&engine->pool, &customer, found->witness.as_of, engine->error);
}

enum seg_status seg_engine_ask(struct seg_engine *engine, const struct seg_wanted *wanted,
                               uint32_t count, struct seg_answered *answered) {
  struct seg_found found;
  enum seg_status status = ask(engine, wanted, count, true, &found);
  answered->existence = found.existence;
  answered->reason = found.reason;
  answered->core_count = 0;
  if (status == SEG_OK && found.existence == SEG_NOBODY) {
    answered->core_count = found.core_count;
    memcpy(answered->core, found.core, found.core_count * sizeof *found.core);
  }
  if (status == SEG_OK && !engine->options.unpruned)
    status = seg_engine_take_customer(engine, &found);
  seg_found_deinit(&found);
  return status;
}

enum seg_status seg_engine_exists(struct seg_engine *engine, const struct seg_wanted *wanted,
                                  uint32_t count, struct seg_answered *answered) {
  bool known = false;
  enum seg_status status = SEG_OK;
  if (!engine->options.unpruned)
    status = seg_engine_recall(engine, wanted, count, answered, &known);
  return status != SEG_OK || known ? status : seg_engine_ask(engine, wanted, count, answered);
}

enum seg_status seg_engine_find_plainest(struct seg_engine *engine, const struct seg_wanted *wanted,
                                         uint32_t count, struct seg_found *found) {
  return ask(engine, wanted, count, false, found);
}

enum seg_status seg_engine_find(struct seg_engine *engine, const struct seg_wanted *wanted,
                                uint32_t count, bool shown, struct seg_found *found) {
  enum seg_status status = ask(engine, wanted, count, !shown, found);
  if (status == SEG_OK && found->existence == SEG_UNPROVED && !engine->options.unpruned)
    status = seg_engine_put_together(engine, wanted, count, found);
  return status;
}

enum seg_status seg_engine_find_days(struct seg_engine *engine, const struct seg_wanted *wanted,
                                     uint32_t count, struct seg_verdict *verdict) {
  bool all;
  engine->prover.any_witness = true;
  enum seg_status status =
      seg_prover_holds_always(&engine->prover, wanted, count, &all, engine->error);
  verdict->some_days = status == SEG_OK && !all;
  return status;
}

enum seg_status seg_engine_shrink(struct seg_engine *engine, struct seg_wanted *wanted,
                                  uint32_t fixed, uint32_t *count,
                                  const struct seg_answered *known) {
  bool needed[SEG_MAX_WANTED] = {false}; // by the contradiction that is known
  for (uint32_t i = 0; i < known->core_count; i++)
    needed[known->core[i]] = true;
  for (uint32_t i = *count; i-- > fixed && *count > 1;) {
    struct seg_wanted without[SEG_MAX_WANTED];
    struct seg_answered answered = {.existence = SEG_NOBODY};
    memcpy(without, wanted, i * sizeof *wanted);
    memcpy(without + i, wanted + i + 1, (*count - i - 1) * sizeof *wanted);
    bool asked = needed[i] || known->core_count == 0;
    enum seg_status status =
        asked ? seg_engine_exists(engine, without, *count - 1, &answered) : SEG_OK;
    if (status != SEG_OK)
      return status;
    if (answered.existence != SEG_NOBODY)
      continue;
    *count -= 1;
    memcpy(wanted, without, *count * sizeof *wanted);
    if (!asked) {
      memmove(needed + i, needed + i + 1, *count - i);
    } else {
      memset(needed, answered.core_count == 0, sizeof needed);
      for (uint32_t c = 0; c < answered.core_count; c++)
        needed[answered.core[c]] = true;
    }
  }
  return SEG_OK;
}

// --- pairs ---

static uint8_t *meeting_of(const struct seg_engine *engine, uint32_t a, uint32_t b) {
  uint32_t first = a < b ? a : b;
  uint64_t second = a < b ? b : a;
  return &engine->meetings[second * (second - 1) / 2 + first];
}

enum seg_meeting seg_engine_meeting(const struct seg_engine *engine, uint32_t a, uint32_t b) {
  return (enum seg_meeting) * meeting_of(engine, a, b);
}

void seg_engine_note_meeting(struct seg_engine *engine, uint32_t a, uint32_t b,
                             enum seg_meeting meeting) {
  *meeting_of(engine, a, b) = (uint8_t)meeting;
}

bool seg_engine_is_bundled(const struct seg_engine *engine, struct seg_span span) {
  const struct seg_source_map *map = engine->options.map;
  return map != NULL && span.file < map->files.count && map->files.items[span.file].bundled;
}

// --- verdicts ---

struct seg_verdict seg_verdict_of(enum seg_verdict_kind kind, uint32_t segment, uint32_t other) {
  return (struct seg_verdict){
      .kind = kind, .asked = kind, .segment = segment, .other = other, .chain = SEG_ABSENT};
}

struct seg_verdict seg_verdict_of_chain(enum seg_verdict_kind kind, uint32_t segment,
                                        uint32_t chain) {
  struct seg_verdict verdict = seg_verdict_of(kind, segment, SEG_ABSENT);
  verdict.chain = chain;
  return verdict;
}

enum seg_status seg_engine_keep_witness(struct seg_engine *engine, struct seg_verdict *verdict,
                                        struct seg_found *found) {
  if (found->existence != SEG_SOMEBODY)
    return SEG_OK;
  verdict->witness = SEG_NEW(&engine->verdicts->arena, struct seg_witness);
  if (verdict->witness == NULL)
    return seg_engine_no_memory(engine);
  *verdict->witness = found->witness;
  *found = (struct seg_found){.existence = SEG_UNPROVED};
  return SEG_OK;
}

enum seg_status seg_engine_add(struct seg_engine *engine, struct seg_verdict verdict,
                               struct seg_found *found) {
  struct seg_verdicts *verdicts = engine->verdicts;
  if (!SEG_VEC_PUSH(&verdicts->items, verdict))
    return seg_engine_no_memory(engine);
  return found == NULL ? SEG_OK
                       : seg_engine_keep_witness(
                             engine, &verdicts->items.items[verdicts->items.count - 1], found);
}

enum seg_status seg_engine_add_unproved(struct seg_engine *engine, struct seg_verdict verdict,
                                        const char *reason) {
  verdict.kind = SEG_VERDICT_UNPROVED;
  verdict.reason = reason;
  return seg_engine_add(engine, verdict, NULL);
}
