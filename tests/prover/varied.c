// Programs of the other generator, with segments that stand close to each other; see typical.h.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/pipeline.h"
#include "tests/differential/generate.h"
#include "tests/prover/typical.h"

struct varying {
  struct model *model;
  struct seg_random random;
  SEG_VEC(struct term *) parts; // conditions of the rules
};

static void collect(struct varying *varying, struct term *term) {
  if (term->kind >= TERM_COMPARE && !SEG_VEC_PUSH(&varying->parts, term))
    abort();
  bool condition = term->kind >= TERM_NOT; // of others the operands are values
  for (uint32_t i = 0; condition && i < term->operand_count; i++)
    collect(varying, term->operands[i]);
}

/** "12" -> "13" and the like; other constants stay. */
static const char *changed(struct varying *varying, const char *text) {
  char *end;
  long value = strtol(text, &end, 10);
  if (*end != '\0' || end == text || value > 1000000 || value < -1000000)
    return text;
  return model_text(varying->model, "%ld",
                    value + (seg_random_chance(&varying->random, 50) ? 1 : -1));
}

static struct term *copy(struct varying *varying, const struct term *term) {
  struct term *made = model_term(varying->model, term->kind, term->type);
  *made = *term;
  if (term->kind == TERM_LITERAL && term->constant == 0 &&
      (term->type.kind == SEG_TYPE_INT || term->type.kind == SEG_TYPE_MONEY) &&
      seg_random_chance(&varying->random, 40))
    made->text = changed(varying, term->text);
  if (term->has_window && term->window.kind == SEG_WINDOW_WITHIN && !term->window.hours &&
      seg_random_chance(&varying->random, 40))
    made->window.first +=
        seg_random_chance(&varying->random, 50) || term->window.first < 2 ? 1 : -1;
  if (term->filter != NULL)
    made->filter = copy(varying, term->filter);
  for (uint32_t i = 0; i < term->operand_count; i++)
    made->operands[i] = copy(varying, term->operands[i]);
  return made;
}

/** What guarded a part is gone: the checker may refuse it alone. */
static bool accepted(struct model *model) {
  struct seg_pipeline pipeline;
  struct seg_error error;
  uint32_t file;
  char *text = model_print(model);
  seg_pipeline_init(&pipeline);
  if (seg_source_map_add(&pipeline.map, seg_str_view("random.seg"), seg_str_view(text), &file,
                         &error) != SEG_OK ||
      seg_pipeline_run(&pipeline, SEG_PASS_SEMA, &error) != SEG_OK)
    abort();
  bool right = pipeline.sink.errors == 0;
  seg_pipeline_deinit(&pipeline);
  free(text);
  return right;
}

/** Aggregates and columns that are looked at, metrics expanded. */
static uint32_t size_of(const struct model *model, const struct term *term) {
  bool looks = term->kind == TERM_AGGREGATE || term->kind == TERM_COLUMN;
  uint32_t size = looks + (term->filter == NULL ? 0 : size_of(model, term->filter));
  if (term->kind == TERM_METRIC)
    size += size_of(model, model->metrics[term->metric].value);
  for (uint32_t i = 0; i < term->operand_count; i++)
    size += size_of(model, term->operands[i]);
  return size;
}

enum { LARGEST_RULE = 14 };

/** A program without rules of a length that nobody writes, but the generator does. */
static void generate_moderate(struct model *model, uint64_t seed) {
  for (uint64_t i = 0;; i++) {
    bool moderate = true;
    generate_program(model, seed + i);
    for (uint32_t s = 0; s < model->segment_count; s++)
      moderate = moderate && size_of(model, model->segments[s].when) <= LARGEST_RULE;
    if (moderate && !model->wide)
      return;
    seg_arena_deinit(&model->arena);
  }
}

void generate_varied(struct model *model, uint64_t seed, uint32_t segments) {
  generate_moderate(model, seed);
  struct varying varying = {.model = model};
  seg_random_init(&varying.random, seed + 1);
  uint32_t rules = model->segment_count;
  for (uint32_t i = 0; i < rules; i++)
    collect(&varying, model->segments[i].when);
  for (uint32_t tries = 0; model->segment_count < segments && tries < 3 * segments; tries++) {
    struct term *part =
        varying.parts.items[seg_random_below(&varying.random, (uint32_t)varying.parts.count)];
    bool same = seg_random_chance(&varying.random, 40);
    model->segments[model->segment_count] =
        (struct model_segment){.name = model_text(model, "segment_%u", model->segment_count + 1),
                               .when = same ? part : copy(&varying, part),
                               .no_holdout = true};
    model->segment_count++;
    model->segment_count -= !accepted(model);
  }
  SEG_VEC_FREE(&varying.parts);
}
