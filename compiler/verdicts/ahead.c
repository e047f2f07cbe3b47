// See ahead.h.
#include "compiler/verdicts/ahead.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/verdicts/lanes.h"

enum { LANES = 4, BATCH = 64, LANE_QUESTIONS = 8 }; // fewer than that do not pay

/** One question that a lane asked, and the answer. */
struct step {
  uint32_t count;
  seg_atom_sign signs[SEG_MAX_CUBE_SIGNS];
  struct seg_found found;
};

/** Atoms of one component: whether somebody has them; and if not, which few are enough for that. */
struct job {
  bool remembered; // by the cache: it is asked in its turn
  struct seg_signs part;
  SEG_VEC(struct step *) steps; // the part, then what is left of a contradiction
  struct seg_signs core;
};

struct lane {
  const struct seg_engine *engine; // read by all lanes, written by none
  struct seg_prover *prover;
  struct seg_prover own;
  struct seg_slowest_question slowest; // of its own prover
  struct job *jobs;
  uint32_t first, step, count; // its share of the jobs
  enum seg_status status;
  struct seg_error error;
};

/** A pair that is not judged by what is known. */
struct open_pair {
  uint32_t a, b;
  enum seg_pair_question question; // the next one
};

struct asking_ahead {
  struct seg_engine *engine;
  SEG_VEC(struct open_pair) pairs;
  uint32_t *rounds, round; // of each segment: the last round with a question about it
  uint32_t job_count;
  struct job jobs[BATCH];
  struct lane lanes[LANES];
};

// --- a lane ---

static enum seg_status ask(struct lane *lane, struct job *job, const seg_atom_sign *signs,
                           uint32_t count, struct step **asked) {
  const struct seg_engine *engine = lane->engine;
  struct seg_wanted wanted[SEG_MAX_CUBE_SIGNS];
  struct step *step = calloc(1, sizeof *step);
  *asked = step;
  if (step == NULL || !SEG_VEC_PUSH(&job->steps, step)) {
    free(step);
    (void)seg_fail_memory(&lane->error, "the verdicts");
    return SEG_OUT_OF_MEMORY;
  }
  if (engine->options.interrupted != NULL && atomic_load(engine->options.interrupted))
    return seg_fail(&lane->error, SEG_INTERRUPTED, "", "interrupted");
  step->count = count;
  memcpy(step->signs, signs, count * sizeof *signs);
  seg_engine_want_signs(engine, signs, count, wanted);
  lane->prover->any_witness = true;
  return seg_prover_find(lane->prover, wanted, count, &step->found, &lane->error);
}

/** The fewer atoms a contradiction is made of, the more questions it answers. */
static enum seg_status shrink(struct lane *lane, struct job *job) {
  struct seg_signs *core = &job->core;
  for (uint32_t i = core->count; i-- > 0 && core->count > 1;) {
    seg_atom_sign rest[SEG_MAX_CUBE_SIGNS];
    struct step *step;
    uint32_t left = 0;
    for (uint32_t j = 0; j < core->count; j++)
      if (j != i)
        rest[left++] = core->signs[j];
    if (seg_pool_knows_part(&lane->engine->pool, rest, left))
      continue;
    enum seg_status status = ask(lane, job, rest, left, &step);
    if (status != SEG_OK)
      return status;
    if (step->found.existence != SEG_NOBODY)
      continue;
    core->count = left;
    memcpy(core->signs, rest, left * sizeof *rest);
  }
  return SEG_OK;
}

static enum seg_status run(struct lane *lane, struct job *job) {
  struct step *step;
  enum seg_status status = ask(lane, job, job->part.signs, job->part.count, &step);
  if (status != SEG_OK || step->found.existence != SEG_NOBODY)
    return status;
  job->core = job->part;
  if (step->found.core_count > 0)
    job->core.count = step->found.core_count;
  for (uint32_t i = 0; i < step->found.core_count; i++)
    job->core.signs[i] = job->part.signs[step->found.core[i]];
  return shrink(lane, job);
}

static void work_on(void *lanes, uint32_t number) {
  struct lane *lane = (struct lane *)lanes + number;
  for (uint32_t i = lane->first; i < lane->count && lane->status == SEG_OK; i += lane->step)
    if (!lane->jobs[i].remembered)
      lane->status = run(lane, &lane->jobs[i]);
}

// --- a round ---

static bool is_same_part(const struct seg_signs *a, const struct seg_signs *b) {
  return a->count == b->count && memcmp(a->signs, b->signs, a->count * sizeof *a->signs) == 0;
}

static enum seg_status add_job(struct asking_ahead *asking, const struct seg_signs *part) {
  struct seg_engine *engine = asking->engine;
  struct seg_wanted wanted[SEG_MAX_CUBE_SIGNS];
  for (uint32_t i = 0; i < asking->job_count; i++)
    if (is_same_part(&asking->jobs[i].part, part))
      return SEG_OK;
  struct job *job = &asking->jobs[asking->job_count++];
  *job = (struct job){.part = *part};
  seg_engine_want_signs(engine, part->signs, part->count, wanted);
  engine->prover.any_witness = true;
  job->remembered = seg_prover_remembers(&engine->prover, wanted, part->count);
  return SEG_OK;
}

static void want_pair(const struct seg_engine *engine, const struct open_pair *pair,
                      struct seg_wanted *wanted) {
  const struct seg_program_segment *segments = engine->program->segments;
  bool second = pair->question == SEG_ASK_SECOND_ONLY;
  wanted[0] = (struct seg_wanted){segments[second ? pair->b : pair->a].when, false};
  wanted[1] = (struct seg_wanted){segments[second ? pair->a : pair->b].when,
                                  pair->question != SEG_ASK_MEETING};
}

static uint8_t *known_of(const struct seg_engine *engine, uint32_t a, uint32_t b) {
  return &engine->ahead[(uint64_t)b * (b - 1) / 2 + a];
}

bool seg_engine_knows_ahead(const struct seg_engine *engine, uint32_t a, uint32_t b,
                            enum seg_pair_question question) {
  return engine->ahead != NULL && (*known_of(engine, a, b) >> question & 1) != 0;
}

/** What is known of a question, with the help of inequalities. */
static enum seg_status look(struct seg_engine *engine, const struct seg_wanted *wanted,
                            enum seg_recalled *recalled, struct seg_signs *part) {
  enum seg_existence existence = SEG_SOMEBODY;
  enum seg_status status = SEG_OK;
  *recalled = SEG_RECALLED_OPEN;
  while (status == SEG_OK && existence != SEG_UNPROVED) {
    status = seg_engine_look(engine, wanted, 2, recalled, part);
    if (status != SEG_OK || *recalled != SEG_RECALLED_OPEN)
      return status;
    status = seg_engine_settle(engine, part->signs, part->count, &existence);
  }
  return status;
}

/** Go on with a pair as far as what is known leads. `*open`: a part must be asked about. Who is
 * found for one question about a segment often answers the next ones: only one is asked a round. */
static enum seg_status go_on(struct asking_ahead *asking, struct open_pair *pair, bool *open) {
  struct seg_engine *engine = asking->engine;
  uint32_t *rounds = asking->rounds, round = asking->round;
  *open = asking->job_count == BATCH || rounds[pair->a] == round || rounds[pair->b] == round;
  if (*open)
    return SEG_OK;
  for (; pair->question <= SEG_ASK_SECOND_ONLY; pair->question++) {
    struct seg_wanted wanted[2];
    struct seg_signs part;
    enum seg_recalled recalled;
    want_pair(engine, pair, wanted);
    enum seg_status status = look(engine, wanted, &recalled, &part);
    if (status != SEG_OK)
      return status;
    if (recalled == SEG_RECALLED_OPEN) {
      *open = true;
      rounds[pair->a] = rounds[pair->b] = round;
      return add_job(asking, &part);
    }
    if (recalled == SEG_RECALLED_SOMEBODY)
      *known_of(engine, pair->a, pair->b) |= (uint8_t)(1u << pair->question);
    else if (pair->question == SEG_ASK_MEETING)
      return SEG_OK; // the others are not asked
  }
  return SEG_OK;
}

/** All pairs once: those that stay open are kept. */
static enum seg_status look_at_all(struct asking_ahead *asking,
                                   bool (*wanted_pair)(const struct seg_engine *engine, uint32_t a,
                                                       uint32_t b)) {
  struct seg_engine *engine = asking->engine;
  enum seg_status status = SEG_OK;
  for (uint32_t b = 0; b < engine->program->segment_count; b++)
    for (uint32_t a = 0; a < b && status == SEG_OK; a++) {
      struct open_pair pair = {a, b, SEG_ASK_MEETING};
      bool open = false;
      if (!wanted_pair(engine, a, b))
        continue;
      status = go_on(asking, &pair, &open);
      if (status == SEG_OK && open && !SEG_VEC_PUSH(&asking->pairs, pair))
        status = seg_engine_no_memory(engine);
    }
  return status;
}

static enum seg_status look_again(struct asking_ahead *asking) {
  enum seg_status status = SEG_OK;
  size_t kept = 0;
  for (size_t i = 0; i < asking->pairs.count && status == SEG_OK; i++) {
    struct open_pair pair = asking->pairs.items[i];
    bool open = true;
    status = go_on(asking, &pair, &open);
    if (open)
      asking->pairs.items[kept++] = pair;
  }
  asking->pairs.count = kept;
  return status;
}

static enum seg_status remember_step(struct seg_engine *engine, struct step *step) {
  struct seg_wanted wanted[SEG_MAX_CUBE_SIGNS];
  seg_engine_want_signs(engine, step->signs, step->count, wanted);
  engine->verdicts->counts.questions++;
  engine->prover.any_witness = true;
  seg_prover_keep(&engine->prover, wanted, step->count, &step->found);
  return seg_engine_take_customer(engine, &step->found);
}

/** What a job found, as if it had been asked now. */
static enum seg_status remember(struct seg_engine *engine, struct job *job) {
  struct seg_answered ignored;
  if (job->remembered)
    return seg_engine_ask_part(engine, &job->part, &ignored);
  enum seg_existence existence = job->steps.items[0]->found.existence;
  const char *reason = job->steps.items[0]->found.reason;
  enum seg_status status = SEG_OK;
  for (size_t i = 0; i < job->steps.count && status == SEG_OK; i++)
    status = remember_step(engine, job->steps.items[i]);
  if (status != SEG_OK || existence == SEG_SOMEBODY)
    return status;
  bool learnt = existence == SEG_NOBODY
                    ? seg_boxes_learn(&engine->boxes, job->core.signs, job->core.count)
                    : seg_boxes_doubt(&engine->boxes, job->part.signs, job->part.count, reason);
  return learnt ? SEG_OK : seg_engine_no_memory(engine);
}

static void forget_jobs(struct asking_ahead *asking) {
  for (uint32_t i = 0; i < asking->job_count; i++) {
    struct job *job = &asking->jobs[i];
    for (size_t s = 0; s < job->steps.count; s++) {
      seg_found_deinit(&job->steps.items[s]->found);
      free(job->steps.items[s]);
    }
    SEG_VEC_FREE(&job->steps);
  }
  asking->job_count = 0;
}

static enum seg_status ask_batch(struct asking_ahead *asking) {
  struct seg_engine *engine = asking->engine;
  struct seg_proof_cache *cache = engine->prover.cache;
  uint32_t lanes = asking->job_count / LANE_QUESTIONS;
  lanes = lanes > LANES ? LANES : lanes;
  engine->prover.cache = NULL; // lanes have none: answers are kept in the order of questions
  for (uint32_t l = 0; l < lanes; l++) {
    struct lane *lane = &asking->lanes[l];
    if (l > 0 && lane->prover == NULL) {
      seg_prover_init(&lane->own, engine->program, engine->options.budget);
      lane->own.slowest = engine->options.slowest != NULL ? &lane->slowest : NULL;
    }
    lane->prover = l == 0 ? &engine->prover : &lane->own;
    lane->engine = engine;
    lane->jobs = asking->jobs;
    lane->first = l;
    lane->step = lanes;
    lane->count = asking->job_count;
  }
  seg_lanes_work(engine, lanes, work_on, asking->lanes);
  engine->prover.cache = cache;
  for (uint32_t l = 1; l < lanes; l++)
    if (engine->options.slowest != NULL &&
        asking->lanes[l].slowest.seconds > engine->options.slowest->seconds)
      *engine->options.slowest = asking->lanes[l].slowest;
  for (uint32_t l = 0; l < lanes; l++)
    if (asking->lanes[l].status != SEG_OK) {
      *engine->error = asking->lanes[l].error;
      return asking->lanes[l].status;
    }
  enum seg_status status = SEG_OK;
  for (uint32_t i = 0; i < asking->job_count && status == SEG_OK; i++)
    status = remember(engine, &asking->jobs[i]);
  return status;
}

enum seg_status seg_engine_ask_ahead(struct seg_engine *engine,
                                     bool (*wanted_pair)(const struct seg_engine *engine,
                                                         uint32_t a, uint32_t b)) {
  uint64_t count = engine->program->segment_count;
  if (engine->options.unpruned)
    return SEG_OK;
  struct asking_ahead *asking = calloc(1, sizeof *asking);
  engine->ahead = SEG_NEW_ARRAY(&engine->arena, uint8_t, count *(count + 1) / 2 + 1);
  if (asking != NULL)
    asking->rounds = SEG_NEW_ARRAY(&engine->arena, uint32_t, count + 1);
  if (asking == NULL || engine->ahead == NULL || asking->rounds == NULL) {
    free(asking);
    return seg_engine_no_memory(engine);
  }
  asking->engine = engine;
  asking->round = 1;
  enum seg_status status = look_at_all(asking, wanted_pair);
  // What remains is asked pair by pair; so is everything when it is little.
  bool pays = asking->job_count >= LANES * LANE_QUESTIONS;
  while (pays && status == SEG_OK && asking->job_count >= 2 * LANE_QUESTIONS) {
    status = ask_batch(asking);
    forget_jobs(asking);
    asking->round++;
    if (status == SEG_OK)
      status = look_again(asking);
  }
  forget_jobs(asking);
  for (uint32_t l = 1; l < LANES; l++)
    if (asking->lanes[l].prover != NULL)
      seg_prover_deinit(&asking->lanes[l].own);
  SEG_VEC_FREE(&asking->pairs);
  free(asking);
  return status;
}
