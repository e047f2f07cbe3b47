// The order of the questions; see verdicts.h.
#include "compiler/verdicts/verdicts.h"

#include <stdlib.h>

#include "compiler/verdicts/engine.h"

enum { USUAL_WITNESSES = 50 };

const char *seg_verdict_kind_name(enum seg_verdict_kind kind) {
  static const char *const names[] = {
#define SEG_VERDICT(name, printed) [SEG_VERDICT_##name] = (printed),
#include "compiler/verdicts/verdict_kinds.def"
#undef SEG_VERDICT
  };
  return names[kind];
}

static int in_order(uint32_t a, uint32_t b) {
  return (a > b) - (a < b);
}

static uint32_t place_of_clause(const struct seg_verdict *verdict) {
  return verdict->clause_count == 0 ? 0 : verdict->clauses[0]->span.begin;
}

static int by_place(const void *a, const void *b) {
  const struct seg_verdict *x = a, *y = b;
  int order = in_order(x->segment, y->segment);
  if (order == 0)
    order = in_order(x->asked, y->asked);
  if (order == 0)
    order = in_order(x->other, y->other);
  if (order == 0)
    order = in_order(x->chain, y->chain);
  return order != 0 ? order : in_order(place_of_clause(x), place_of_clause(y));
}

static enum seg_status judge(struct seg_engine *engine) {
  static enum seg_status (*const steps[])(struct seg_engine *) = {
      seg_judge_singles, seg_judge_pairs, seg_judge_declared, seg_judge_chains,
      seg_judge_redundant};
  const struct seg_program *program = engine->program;
  uint64_t count = program->segment_count;
  engine->segments = SEG_NEW_ARRAY(&engine->arena, struct seg_judged, count + 1);
  engine->meetings = SEG_NEW_ARRAY(&engine->arena, uint8_t, count *(count + 1) / 2 + 1);
  if (engine->segments == NULL || engine->meetings == NULL)
    return seg_engine_no_memory(engine);
  for (uint32_t s = 0; s < count; s++) {
    engine->segments[s].bundled = seg_engine_is_bundled(engine, program->segments[s].span);
    engine->segments[s].same_as = s;
  }
  enum seg_status status = seg_engine_learn(engine);
  for (size_t i = 0; i < sizeof steps / sizeof *steps && status == SEG_OK; i++)
    status = steps[i](engine);
  return status;
}

/** For the first pairs that meet without a word about it, in the order in which they are shown. */
static enum seg_status find_witnesses(struct seg_engine *engine) {
  uint32_t left = engine->options.witnesses;
  enum seg_status status = SEG_OK;
  for (size_t i = 0; i < engine->verdicts->items.count && left > 0 && status == SEG_OK; i++) {
    struct seg_verdict *verdict = &engine->verdicts->items.items[i];
    if (verdict->kind != SEG_VERDICT_OVERLAP && verdict->kind != SEG_VERDICT_EXCLUSIVE_BROKEN)
      continue;
    status = seg_find_pair_witness(engine, verdict);
    left--;
  }
  return status;
}

enum seg_status seg_verdicts_find(const struct seg_program *program,
                                  const struct seg_verdict_options *options,
                                  struct seg_verdicts *verdicts, struct seg_error *error) {
  struct seg_engine engine = {
      .program = program, .options = *options, .verdicts = verdicts, .error = error};
  *verdicts = (struct seg_verdicts){0};
  seg_arena_init(&verdicts->arena);
  seg_arena_init(&engine.arena);
  if (engine.options.budget == 0)
    engine.options.budget = SEG_PROVE_USUAL_BUDGET;
  if (engine.options.witnesses == 0)
    engine.options.witnesses = USUAL_WITNESSES;
  seg_prover_init(&engine.prover, program, engine.options.budget);
  engine.prover.cache = engine.options.cache;
  engine.prover.slowest = engine.options.slowest;
  enum seg_status status = judge(&engine);
  if (verdicts->items.count > 0)
    qsort(verdicts->items.items, verdicts->items.count, sizeof *verdicts->items.items, by_place);
  if (status == SEG_OK)
    status = find_witnesses(&engine);
  for (size_t i = 0; i < verdicts->items.count; i++)
    verdicts->counts.kinds[verdicts->items.items[i].kind]++;
  seg_engine_forget(&engine);
  seg_prover_deinit(&engine.prover);
  seg_arena_deinit(&engine.arena);
  return status;
}

void seg_verdicts_deinit(struct seg_verdicts *verdicts) {
  for (size_t i = 0; i < verdicts->items.count; i++)
    if (verdicts->items.items[i].witness != NULL)
      seg_witness_deinit(verdicts->items.items[i].witness);
  SEG_VEC_FREE(&verdicts->items);
  seg_arena_deinit(&verdicts->arena);
  *verdicts = (struct seg_verdicts){0};
}
