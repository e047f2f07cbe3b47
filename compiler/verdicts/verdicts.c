// The order of the questions; see verdicts.h.
#include "compiler/verdicts/verdicts.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/verdicts/engine.h"

enum { USUAL_BUDGET = 20000000, USUAL_WITNESSES = 50 };

const char *seg_verdict_kind_name(enum seg_verdict_kind kind) {
  static const char *const names[] = {
#define SEG_VERDICT(name, printed) [SEG_VERDICT_##name] = printed,
#include "compiler/verdicts/verdict_kinds.def"
#undef SEG_VERDICT
  };
  return names[kind];
}

struct seg_verdict seg_verdict_of(enum seg_verdict_kind kind, uint32_t segment, uint32_t other) {
  return (struct seg_verdict){
      .kind = kind, .asked = kind, .segment = segment, .other = other, .chain = SEG_ABSENT};
}

enum seg_status seg_engine_add(struct seg_engine *engine, struct seg_verdict verdict,
                               struct seg_found *found) {
  struct seg_verdicts *verdicts = engine->verdicts;
  if (found != NULL && found->existence == SEG_SOMEBODY) {
    verdict.witness = SEG_NEW(&verdicts->arena, struct seg_witness);
    if (verdict.witness == NULL)
      return seg_fail_memory(engine->error, "the verdicts");
  }
  if (!SEG_VEC_PUSH(&verdicts->items, verdict))
    return seg_fail_memory(engine->error, "the verdicts");
  if (verdict.witness != NULL) {
    *verdict.witness = found->witness;
    *found = (struct seg_found){.existence = SEG_UNPROVED};
  }
  return SEG_OK;
}

enum seg_status seg_engine_ask(struct seg_engine *engine, const struct seg_wanted *wanted,
                               uint32_t count, struct seg_found *found) {
  *found = (struct seg_found){.existence = SEG_UNPROVED};
  if (engine->options.interrupted != NULL && atomic_load(engine->options.interrupted))
    return seg_fail(engine->error, SEG_INTERRUPTED, "", "interrupted");
  engine->verdicts->counts.questions++;
  return seg_prover_find(&engine->prover, wanted, count, found, engine->error);
}

static bool is_bundled(const struct seg_source_map *map, struct seg_span span) {
  return map != NULL && span.file < map->files.count && map->files.items[span.file].bundled;
}

static int by_place(const void *a, const void *b) {
  const struct seg_verdict *x = a, *y = b;
  if (x->segment != y->segment)
    return x->segment < y->segment ? -1 : 1;
  if (x->asked != y->asked)
    return x->asked < y->asked ? -1 : 1;
  if (x->other != y->other)
    return x->other < y->other ? -1 : 1;
  return (x->chain > y->chain) - (x->chain < y->chain);
}

static enum seg_status judge(struct seg_engine *engine) {
  const struct seg_program *program = engine->program;
  engine->segments =
      SEG_NEW_ARRAY(&engine->arena, struct seg_judged, (size_t)program->segment_count + 1);
  if (engine->segments == NULL)
    return seg_fail_memory(engine->error, "the verdicts");
  for (uint32_t s = 0; s < program->segment_count; s++)
    engine->segments[s].bundled = is_bundled(engine->options.map, program->segments[s].span);
  enum seg_status status = seg_judge_singles(engine);
  if (status == SEG_OK)
    status = seg_judge_pairs(engine);
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
    engine.options.budget = USUAL_BUDGET;
  if (engine.options.witnesses == 0)
    engine.options.witnesses = USUAL_WITNESSES;
  seg_prover_init(&engine.prover, program, engine.options.budget);
  enum seg_status status = judge(&engine);
  if (verdicts->items.count > 0)
    qsort(verdicts->items.items, verdicts->items.count, sizeof *verdicts->items.items, by_place);
  for (size_t i = 0; i < verdicts->items.count; i++)
    verdicts->counts.kinds[verdicts->items.items[i].kind]++;
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
