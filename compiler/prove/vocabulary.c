// A table from keys to things; see vocabulary.h.
#include "compiler/prove/vocabulary.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/base/text_stream.h"

enum { MAX_BYTES = 64 * 1024 * 1024, USES_A_SOLVER = 500, FIRST_SLOTS = 1024 };

void seg_vocabulary_init(struct seg_vocabulary *vocabulary, const struct seg_program *program,
                         unsigned budget) {
  *vocabulary = (struct seg_vocabulary){.program = program, .budget = budget};
  seg_arena_init(&vocabulary->arena);
}

static void forget(struct seg_vocabulary *vocabulary) {
  seg_arena_deinit(&vocabulary->arena);
  seg_arena_init(&vocabulary->arena);
  free(vocabulary->things);
  vocabulary->things = NULL;
  vocabulary->count = vocabulary->slots = 0;
}

static void stop(struct seg_known_solver *solver) {
  if (solver->started)
    seg_solver_deinit(&solver->solver);
  *solver = (struct seg_known_solver){.started = false};
}

static enum seg_status start(struct seg_vocabulary *vocabulary, struct seg_known_solver *solver,
                             struct seg_error *error) {
  bool quick = solver == &vocabulary->quick;
  enum seg_status status =
      quick && vocabulary->beside != NULL
          ? seg_solver_init_beside(&solver->solver, vocabulary->beside, vocabulary->budget, error)
          : seg_solver_init(&solver->solver, vocabulary->budget, error);
  solver->started = status == SEG_OK;
  solver->solver.quickly = true;
  solver->solver.quick_only = quick;
  return status;
}

void seg_vocabulary_beside(struct seg_vocabulary *vocabulary, const struct seg_solver *solver) {
  stop(&vocabulary->quick);
  vocabulary->beside = solver;
}

void seg_vocabulary_deinit(struct seg_vocabulary *vocabulary) {
  stop(&vocabulary->quick);
  stop(&vocabulary->fresh);
  forget(vocabulary);
  seg_arena_deinit(&vocabulary->arena);
}

void seg_vocabulary_trim(struct seg_vocabulary *vocabulary) {
  if (vocabulary->arena.bytes > MAX_BYTES)
    forget(vocabulary);
  if (vocabulary->quick.uses > USES_A_SOLVER)
    stop(&vocabulary->quick);
}

/** Where the key stands, or where it would be put. */
static struct seg_known_thing *find(const struct seg_vocabulary *vocabulary, struct seg_str key) {
  uint64_t slot = seg_str_hash(key) & (vocabulary->slots - 1);
  while (vocabulary->things[slot].key.data != NULL &&
         !seg_str_equal(vocabulary->things[slot].key, key))
    slot = (slot + 1) & (vocabulary->slots - 1);
  return &vocabulary->things[slot];
}

static bool grow(struct seg_vocabulary *vocabulary) {
  struct seg_vocabulary larger = *vocabulary;
  larger.slots = vocabulary->slots == 0 ? FIRST_SLOTS : vocabulary->slots * 2;
  larger.things = calloc(larger.slots, sizeof *larger.things);
  if (larger.things == NULL)
    return false;
  for (uint32_t i = 0; i < vocabulary->slots; i++)
    if (vocabulary->things[i].key.data != NULL)
      *find(&larger, vocabulary->things[i].key) = vocabulary->things[i];
  free(vocabulary->things);
  vocabulary->things = larger.things;
  vocabulary->slots = larger.slots;
  return true;
}

void *seg_vocabulary_get(const struct seg_vocabulary *vocabulary, struct seg_str key) {
  return vocabulary->slots == 0 ? NULL : find(vocabulary, key)->value;
}

bool seg_vocabulary_keep(struct seg_vocabulary *vocabulary, struct seg_str key, void *value) {
  if (vocabulary->count * 2 >= vocabulary->slots && !grow(vocabulary))
    return false;
  struct seg_str own = seg_arena_str(&vocabulary->arena, key);
  if (own.data == NULL)
    return false;
  *find(vocabulary, key) = (struct seg_known_thing){own, value};
  vocabulary->count++;
  return true;
}

// --- normal forms ---

/** A node by its address, and by what else tells it from another that stood there before. */
struct node_key {
  char letter;
  const struct seg_program_entity *entity;
  const struct seg_node *node;
  struct seg_node **operands;
  int kind;
};

static struct seg_str print_form(struct seg_vocabulary *vocabulary,
                                 const struct seg_program_entity *entity,
                                 const struct seg_node *node) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = seg_text_stream(&text, &size);
  struct seg_str form = {0};
  if (out == NULL)
    return form;
  fputc('f', out); // the letter of the interned form
  bool printed =
      seg_program_print_normal(vocabulary->program, entity, node, SEG_NORMAL_RULE, NULL, out);
  printed = fclose(out) == 0 && printed;
  if (printed)
    form = seg_arena_str(&vocabulary->arena, (struct seg_str){text, size});
  free(text);
  return form;
}

struct seg_str seg_vocabulary_form(struct seg_vocabulary *vocabulary,
                                   const struct seg_program_entity *entity,
                                   const struct seg_node *node) {
  struct node_key key;
  memset(&key, 0, sizeof key); // also what lies between the members
  key.letter = 'n';
  key.entity = entity;
  key.node = node;
  key.operands = node->operands;
  key.kind = (int)node->kind;
  struct seg_str place = {(const char *)&key, sizeof key}, none = {0};
  struct seg_str *known = seg_vocabulary_get(vocabulary, place);
  if (known != NULL)
    return *known;
  struct seg_str text = print_form(vocabulary, entity, node);
  if (text.data == NULL)
    return none;
  known = seg_vocabulary_get(vocabulary, text);
  if (known == NULL) {
    known = SEG_NEW(&vocabulary->arena, struct seg_str);
    if (known == NULL || !seg_vocabulary_keep(vocabulary, text, known))
      return none;
    *known = (struct seg_str){text.data + 1, text.size - 1};
  }
  return seg_vocabulary_keep(vocabulary, place, known) ? *known : none;
}

enum seg_status seg_vocabulary_solver(struct seg_vocabulary *vocabulary, struct seg_solver **solver,
                                      struct seg_error *error) {
  *solver = &vocabulary->fresh.solver;
  stop(&vocabulary->fresh);
  return start(vocabulary, &vocabulary->fresh, error);
}

enum seg_status seg_vocabulary_quick_solver(struct seg_vocabulary *vocabulary,
                                            struct seg_solver **solver, struct seg_error *error) {
  *solver = &vocabulary->quick.solver;
  vocabulary->quick.uses++;
  return vocabulary->quick.started ? SEG_OK : start(vocabulary, &vocabulary->quick, error);
}
