// What is known without a question about whole rules: from customers of the pool, from ranges, and
// from questions about few atoms whose answers serve many pairs; see engine.h.
#include <stdlib.h>

#include "compiler/verdicts/takers.h"

enum {
  INVENTED_A_SEGMENT = 4,
  FEWEST_INVENTED = 100,
  MOST_INVENTED = 2000,
  MAX_STEPS = 600,
  MAX_JOINS = 16 // ways to join cubes that are asked about one by one
};

enum seg_status seg_engine_learn(struct seg_engine *engine) {
  const struct seg_program *program = engine->program;
  if (!seg_circuit_init(&engine->circuit, program) ||
      !seg_boxes_init(&engine->boxes, &engine->circuit))
    return seg_engine_no_memory(engine);
  for (uint32_t s = 0; s < program->segment_count; s++)
    if (!seg_boxes_fill(&engine->boxes, &engine->circuit.holds[s], &engine->circuit.arena) ||
        !seg_boxes_fill(&engine->boxes, &engine->circuit.fails[s], &engine->circuit.arena))
      return seg_engine_no_memory(engine);
  if (engine->options.unpruned)
    return SEG_OK;
  uint64_t invented = FEWEST_INVENTED + (uint64_t)program->segment_count * INVENTED_A_SEGMENT;
  enum seg_status status = seg_pool_init(&engine->pool, &engine->circuit, engine->error);
  if (status == SEG_OK)
    status = seg_pool_invent(&engine->pool,
                             (uint32_t)(invented < MOST_INVENTED ? invented : MOST_INVENTED),
                             engine->error);
  return status;
}

void seg_engine_forget(struct seg_engine *engine) {
  seg_engine_forget_takers(engine);
  if (!engine->options.unpruned)
    seg_pool_deinit(&engine->pool);
  seg_linear_free(engine->linear);
  seg_boxes_deinit(&engine->boxes);
  seg_circuit_deinit(&engine->circuit);
}

/** A question as the cubes of its conditions, and the ways to join them that are not excluded. */
struct recalling {
  struct seg_engine *engine;
  uint32_t count, steps;
  bool too_many; // joins, or steps on the way to them
  const struct seg_cubes *lists[SEG_MAX_WANTED];
  const struct seg_cube *chosen[SEG_MAX_WANTED];
  uint32_t join_count;
  struct seg_cube joins[MAX_JOINS];
  seg_atom_sign signs[MAX_JOINS][SEG_MAX_CUBE_SIGNS];
};

/** All atoms of the chosen cubes together; false when they are too many or one is there both ways.
 */
static bool join_chosen(struct recalling *recalling, seg_atom_sign *signs, uint32_t *count) {
  *count = 0;
  for (uint32_t i = 0; i < recalling->count; i++) {
    seg_atom_sign before[SEG_MAX_CUBE_SIGNS];
    struct seg_cube so_far = {.count = *count, .signs = before};
    for (uint32_t s = 0; s < *count; s++)
      before[s] = signs[s];
    if (!seg_cube_join(&so_far, recalling->chosen[i], signs, count))
      return false;
  }
  return true;
}

static void keep_join(struct recalling *recalling) {
  uint32_t number = recalling->join_count;
  if (seg_boxes_refuse(&recalling->engine->boxes, recalling->chosen, recalling->count))
    return;
  struct seg_cube *join = number < MAX_JOINS ? &recalling->joins[number] : NULL;
  if (join != NULL)
    join->signs = recalling->signs[number];
  if (join == NULL || !join_chosen(recalling, join->signs, &join->count))
    recalling->too_many = true;
  else
    recalling->join_count++;
}

/** Every way to take a cube of each list that no range and no known contradiction excludes. */
static void find_joins(struct recalling *recalling, uint32_t at) {
  if (at == recalling->count) {
    keep_join(recalling);
    return;
  }
  const struct seg_cubes *list = recalling->lists[at];
  for (uint32_t i = 0; i < list->count && !recalling->too_many; i++) {
    bool disjoint = false;
    recalling->chosen[at] = &list->cubes[i];
    for (uint32_t c = 0; c < at && !disjoint; c++)
      disjoint = seg_ranges_disjoint(recalling->chosen[c], recalling->chosen[at]);
    recalling->too_many = ++recalling->steps > MAX_STEPS;
    if (!disjoint)
      find_joins(recalling, at + 1);
  }
}

void seg_engine_want_signs(const struct seg_engine *engine, const seg_atom_sign *signs,
                           uint32_t count, struct seg_wanted *wanted) {
  for (uint32_t i = 0; i < count; i++)
    wanted[i] = (struct seg_wanted){engine->circuit.atoms.items[signs[i] / 2].node, signs[i] % 2};
}

static enum seg_status ask_signs(struct seg_engine *engine, const seg_atom_sign *signs,
                                 uint32_t count, struct seg_answered *answered) {
  struct seg_wanted wanted[SEG_MAX_CUBE_SIGNS];
  seg_engine_want_signs(engine, signs, count, wanted);
  return seg_engine_ask(engine, wanted, count, answered);
}

/** The fewer atoms a contradiction is made of, the more questions it answers. */
static enum seg_status shrink_conflict(struct seg_engine *engine, seg_atom_sign *signs,
                                       uint32_t *count) {
  for (uint32_t i = *count; i-- > 0 && *count > 1;) {
    seg_atom_sign rest[SEG_MAX_CUBE_SIGNS];
    struct seg_answered answered;
    uint32_t left = 0;
    for (uint32_t j = 0; j < *count; j++)
      if (j != i)
        rest[left++] = signs[j];
    if (seg_pool_knows_part(&engine->pool, rest, left))
      continue;
    enum seg_status status = ask_signs(engine, rest, left, &answered);
    if (status != SEG_OK)
      return status;
    if (answered.existence != SEG_NOBODY)
      continue;
    for (uint32_t j = 0; j < left; j++)
      signs[j] = rest[j];
    *count = left;
  }
  return SEG_OK;
}

static enum seg_status make_linear(struct seg_engine *engine) {
  size_t count = engine->circuit.atoms.count;
  const struct seg_node **atoms = SEG_NEW_ARRAY(&engine->arena, const struct seg_node *, count + 1);
  if (atoms == NULL)
    return seg_engine_no_memory(engine);
  for (size_t i = 0; i < count; i++)
    atoms[i] = engine->circuit.atoms.items[i].node;
  engine->linear_made = true;
  return seg_linear_new(&engine->prover, atoms, (uint32_t)count, &engine->linear, engine->error);
}

/** Signs rise, and each stands there once. */
static void add_sign(seg_atom_sign *signs, uint32_t *count, seg_atom_sign sign) {
  uint32_t at = *count;
  while (at > 0 && signs[at - 1] > sign)
    at--;
  if (at > 0 && signs[at - 1] == sign)
    return;
  for (uint32_t i = (*count)++; i > at; i--)
    signs[i] = signs[i - 1];
  signs[at] = sign;
}

/** The loosest atoms that contradict each other answer the most questions, if ranges of values say
 * that they follow from those that were asked about: else these would be asked about again. */
static bool learn_loosest(struct seg_engine *engine, const seg_atom_sign *core,
                          const seg_atom_sign *loosest, uint32_t count) {
  seg_atom_sign signs[SEG_MAX_CUBE_SIGNS];
  uint32_t learned = 0;
  for (uint32_t i = 0; i < count; i++) {
    bool follows = seg_boxes_imply(&engine->boxes, core[i], loosest[i]);
    add_sign(signs, &learned, follows ? loosest[i] : core[i]);
  }
  return seg_boxes_learn(&engine->boxes, signs, learned);
}

enum seg_status seg_engine_refute(struct seg_engine *engine, const seg_atom_sign *signs,
                                  uint32_t count, bool *refuted) {
  enum seg_status status = engine->linear_made ? SEG_OK : make_linear(engine);
  uint32_t size = 0;
  *refuted = false;
  if (status != SEG_OK || engine->linear == NULL)
    return status;
  seg_atom_sign *core = malloc((2 * (size_t)count + 1) * sizeof *core);
  if (core == NULL)
    return seg_engine_no_memory(engine);
  *refuted = seg_linear_refutes(engine->linear, signs, count, core, core + count, &size) &&
             size <= SEG_MAX_CUBE_SIGNS;
  if (*refuted && !learn_loosest(engine, core, core + count, size))
    status = seg_engine_no_memory(engine);
  free(core);
  return status;
}

enum seg_status seg_engine_settle(struct seg_engine *engine, const seg_atom_sign *signs,
                                  uint32_t count, enum seg_existence *existence) {
  bool refuted = false;
  enum seg_status status = SEG_OK;
  *existence = SEG_UNPROVED;
  // Along chains questions are many; for those of a few pairs it is not worth its start.
  if (engine->program->chain_count > 0)
    status = seg_engine_refute(engine, signs, count, &refuted);
  if (refuted)
    *existence = SEG_NOBODY;
  if (status != SEG_OK || refuted)
    return status;
  if (engine->program->chain_count > 0)
    status = seg_engine_take_solution(engine);
  if (seg_pool_knows_part(&engine->pool, signs, count))
    *existence = SEG_SOMEBODY;
  return status;
}

/** Ask about atoms of one component; whatever the answer is, it is remembered. */
static enum seg_status ask_part(struct seg_engine *engine, const seg_atom_sign *signs,
                                uint32_t count, struct seg_answered *answered) {
  seg_atom_sign core[SEG_MAX_CUBE_SIGNS];
  uint32_t size = 0;
  answered->existence = SEG_UNPROVED;
  answered->reason = seg_boxes_doubts(&engine->boxes, signs, count);
  if (answered->reason != NULL)
    return SEG_OK;
  answered->core_count = 0;
  enum seg_status status = seg_engine_settle(engine, signs, count, &answered->existence);
  if (status != SEG_OK || answered->existence != SEG_UNPROVED)
    return status;
  status = ask_signs(engine, signs, count, answered);
  if (status != SEG_OK || answered->existence == SEG_SOMEBODY)
    return status;
  if (answered->existence == SEG_UNPROVED)
    return seg_boxes_doubt(&engine->boxes, signs, count, answered->reason)
               ? SEG_OK
               : seg_engine_no_memory(engine);
  for (uint32_t i = 0; i < answered->core_count; i++)
    core[size++] = signs[answered->core[i]];
  for (uint32_t i = 0; i < count && answered->core_count == 0; i++)
    core[size++] = signs[i];
  status = shrink_conflict(engine, core, &size);
  if (status == SEG_OK && !seg_boxes_learn(&engine->boxes, core, size))
    status = seg_engine_no_memory(engine);
  return status;
}

enum seg_status seg_engine_ask_part(struct seg_engine *engine, const struct seg_signs *part,
                                    struct seg_answered *answered) {
  return ask_part(engine, part->signs, part->count, answered);
}

/** Atoms of a component of which nothing was found out, within one question. */
struct doubt {
  const char *reason; // NULL: there is none
  uint32_t count;
  seg_atom_sign signs[SEG_MAX_CUBE_SIGNS];
};

/** Do the atoms ask for at least as much as those in doubt? */
static bool is_in_doubt(const struct doubt *doubt, const seg_atom_sign *signs, uint32_t count) {
  uint32_t found = 0;
  for (uint32_t i = 0; i < count && found < doubt->count; i++)
    found += signs[i] == doubt->signs[found];
  return doubt->reason != NULL && found == doubt->count;
}

static void note_doubt(struct doubt *doubt, const seg_atom_sign *signs, uint32_t count,
                       const char *reason) {
  doubt->reason = reason;
  doubt->count = count;
  for (uint32_t i = 0; i < count; i++)
    doubt->signs[i] = signs[i];
}

/** The components for which nobody is known, one after the other. `known` is false when the answers
 * do not fit together: they hold on different days. */
static enum seg_status ask_join(struct seg_engine *engine, const struct seg_cube *join,
                                struct doubt *doubt, struct seg_answered *answered, bool *known) {
  *answered = (struct seg_answered){.existence = SEG_SOMEBODY};
  for (uint32_t first = 0, end; first < join->count; first = end) {
    struct seg_answered part;
    const seg_atom_sign *signs = join->signs + first;
    end = seg_pool_component_end(&engine->pool, join->signs, join->count, first);
    if (seg_pool_knows_part(&engine->pool, signs, end - first))
      continue;
    if (is_in_doubt(doubt, signs, end - first)) {
      answered->existence = SEG_UNPROVED;
      answered->reason = doubt->reason;
      continue;
    }
    enum seg_status status = ask_part(engine, signs, end - first, &part);
    if (status != SEG_OK)
      return status;
    if (part.existence == SEG_NOBODY) {
      answered->existence = SEG_NOBODY;
      *known = true;
      return SEG_OK;
    }
    if (part.existence == SEG_UNPROVED) {
      answered->existence = SEG_UNPROVED;
      answered->reason = part.reason;
      note_doubt(doubt, signs, end - first, part.reason);
    } else if (!seg_pool_knows_part(&engine->pool, signs, end - first)) {
      *known = false;
    }
  }
  return SEG_OK;
}

/** Those that ask for less come first. */
static void sort_joins(struct recalling *recalling) {
  for (uint32_t i = 1; i < recalling->join_count; i++)
    for (uint32_t j = i; j > 0 && recalling->joins[j].count < recalling->joins[j - 1].count; j--) {
      struct seg_cube swap = recalling->joins[j];
      recalling->joins[j] = recalling->joins[j - 1];
      recalling->joins[j - 1] = swap;
    }
}

static enum seg_status ask_joins(struct recalling *recalling, struct seg_answered *answered,
                                 bool *known) {
  struct doubt doubt = {.reason = NULL};
  const char *reason = NULL;
  bool open = false;
  sort_joins(recalling);
  for (uint32_t i = 0; i < recalling->join_count; i++) {
    bool fits = true;
    enum seg_status status =
        ask_join(recalling->engine, &recalling->joins[i], &doubt, answered, &fits);
    if (status != SEG_OK)
      return status;
    if (fits && answered->existence == SEG_SOMEBODY) {
      *known = true;
      return SEG_OK;
    }
    open = open || !fits;
    if (answered->existence == SEG_UNPROVED && reason == NULL)
      reason = answered->reason;
  }
  *answered = (struct seg_answered){.existence = reason == NULL ? SEG_NOBODY : SEG_UNPROVED,
                                    .reason = reason};
  *known = !open;
  return SEG_OK;
}

/** The cubes of a wanted condition: those of a segment's rule are there, others are made. */
static const struct seg_cubes *cubes_of(struct seg_engine *engine, const struct seg_wanted *wanted,
                                        struct seg_cubes *made, bool *failed) {
  uint32_t segment = seg_circuit_rule(&engine->circuit, wanted->condition);
  if (segment != UINT32_MAX)
    return wanted->negated ? &engine->circuit.fails[segment] : &engine->circuit.holds[segment];
  if (!seg_circuit_cubes(&engine->circuit, wanted->condition, wanted->negated, &engine->arena,
                         made) ||
      !seg_boxes_fill(&engine->boxes, made, &engine->arena))
    *failed = true;
  return made;
}

/** The lists of cubes of a question; `*usable` is false when some condition has too many. */
static enum seg_status list_cubes(struct seg_engine *engine, const struct seg_wanted *wanted,
                                  uint32_t count, struct seg_cubes *made,
                                  const struct seg_cubes **lists, bool *usable) {
  bool failed = false;
  *usable = true;
  for (uint32_t i = 0; i < count; i++) {
    lists[i] = cubes_of(engine, &wanted[i], &made[i], &failed);
    *usable = *usable && !lists[i]->too_many;
  }
  return failed ? seg_engine_no_memory(engine) : SEG_OK;
}

enum seg_status seg_engine_knows(struct seg_engine *engine, const struct seg_wanted *wanted,
                                 uint32_t count, bool *known) {
  struct seg_cubes made[SEG_MAX_WANTED];
  const struct seg_cubes *lists[SEG_MAX_WANTED];
  *known = false;
  if (engine->options.unpruned)
    return SEG_OK;
  bool usable;
  enum seg_status status = list_cubes(engine, wanted, count, made, lists, &usable);
  *known = status == SEG_OK && usable && seg_pool_knows(&engine->pool, lists, count);
  engine->verdicts->counts.pool_hits += *known;
  return status;
}

enum seg_status seg_engine_put_together(struct seg_engine *engine, const struct seg_wanted *wanted,
                                        uint32_t count, struct seg_found *found) {
  struct seg_cubes made[SEG_MAX_WANTED];
  const struct seg_cubes *lists[SEG_MAX_WANTED];
  seg_atom_sign signs[SEG_MAX_CUBE_SIGNS];
  uint32_t sign_count;
  bool usable;
  enum seg_status status = list_cubes(engine, wanted, count, made, lists, &usable);
  if (status != SEG_OK || !usable ||
      !seg_pool_find_cube(&engine->pool, lists, count, signs, &sign_count))
    return status;
  return seg_pool_splice(&engine->pool, signs, sign_count, wanted, count, found, engine->error);
}

enum seg_status seg_engine_recall(struct seg_engine *engine, const struct seg_wanted *wanted,
                                  uint32_t count, struct seg_answered *answered, bool *known) {
  struct seg_cubes made[SEG_MAX_WANTED];
  struct recalling recalling;
  bool usable;
  recalling.engine = engine;
  recalling.count = count;
  recalling.steps = recalling.join_count = 0;
  recalling.too_many = false;
  enum seg_status status = seg_engine_has_taker(engine, wanted, count, known);
  bool taker = *known;
  *known = false;
  if (status == SEG_OK && !taker)
    status = list_cubes(engine, wanted, count, made, recalling.lists, &usable);
  if (status != SEG_OK || (!taker && !usable))
    return status;
  if (taker || seg_pool_knows(&engine->pool, recalling.lists, count)) {
    engine->verdicts->counts.pool_hits++;
    *known = true;
    *answered = (struct seg_answered){.existence = SEG_SOMEBODY};
    return SEG_OK;
  }
  find_joins(&recalling, 0);
  if (recalling.too_many)
    return SEG_OK;
  if (recalling.join_count == 0) {
    engine->verdicts->counts.box_hits++;
    *known = true;
    *answered = (struct seg_answered){.existence = SEG_NOBODY};
    return SEG_OK;
  }
  return ask_joins(&recalling, answered, known);
}

/** The first part of a join that somebody has to be asked about. */
static bool find_open_part(struct seg_engine *engine, const struct seg_cube *join,
                           struct seg_signs *part) {
  for (uint32_t first = 0, end; first < join->count; first = end) {
    const seg_atom_sign *signs = join->signs + first;
    end = seg_pool_component_end(&engine->pool, join->signs, join->count, first);
    if (seg_pool_knows_part(&engine->pool, signs, end - first) ||
        seg_boxes_doubts(&engine->boxes, signs, end - first) != NULL)
      continue;
    part->count = end - first;
    for (uint32_t i = 0; i < part->count; i++)
      part->signs[i] = signs[i];
    return true;
  }
  return false;
}

enum seg_status seg_engine_look(struct seg_engine *engine, const struct seg_wanted *wanted,
                                uint32_t count, enum seg_recalled *recalled,
                                struct seg_signs *part) {
  struct seg_cubes made[SEG_MAX_WANTED];
  struct recalling recalling;
  bool usable;
  recalling.engine = engine;
  recalling.count = count;
  recalling.steps = recalling.join_count = 0;
  recalling.too_many = false;
  bool taker;
  *recalled = SEG_RECALLED_SETTLED;
  enum seg_status status = seg_engine_has_taker(engine, wanted, count, &taker);
  if (status == SEG_OK && !taker)
    status = list_cubes(engine, wanted, count, made, recalling.lists, &usable);
  if (status != SEG_OK || (!taker && !usable))
    return status;
  if (taker || seg_pool_knows(&engine->pool, recalling.lists, count)) {
    *recalled = SEG_RECALLED_SOMEBODY;
    return SEG_OK;
  }
  find_joins(&recalling, 0);
  if (recalling.too_many)
    return SEG_OK;
  sort_joins(&recalling);
  for (uint32_t i = 0; i < recalling.join_count && *recalled == SEG_RECALLED_SETTLED; i++)
    if (find_open_part(engine, &recalling.joins[i], part))
      *recalled = SEG_RECALLED_OPEN;
  return SEG_OK;
}
