// See lanes.h.
#include "compiler/verdicts/lanes.h"

#include <pthread.h>
#include <unistd.h>

#include "compiler/verdicts/takers.h"

enum { MOST_THREADS = 16 };

struct crew {
  void (*work)(void *context, uint32_t lane);
  void *context;
  uint32_t count;
  atomic_uint next;
};

static void *take_lanes(void *context) {
  struct crew *crew = context;
  for (uint32_t i; (i = atomic_fetch_add(&crew->next, 1)) < crew->count;)
    crew->work(crew->context, i);
  return NULL;
}

static uint32_t thread_count(const struct seg_engine *engine, uint32_t lanes) {
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
  uint32_t threads = engine->options.threads;
  if (threads == 0)
    threads = cores < 1 ? 1 : (uint32_t)cores;
  threads = threads < MOST_THREADS ? threads : MOST_THREADS;
  return threads < lanes ? threads : lanes;
}

// A thread that does not start leaves its share to the others.
void seg_lanes_work(const struct seg_engine *engine, uint32_t count,
                    void (*work)(void *context, uint32_t lane), void *context) {
  struct crew crew = {.work = work, .context = context, .count = count};
  pthread_t threads[MOST_THREADS];
  uint32_t wanted = thread_count(engine, count), started = 0;
  while (started + 1 < wanted && pthread_create(&threads[started], NULL, take_lanes, &crew) == 0)
    started++;
  take_lanes(&crew);
  for (uint32_t i = 0; i < started; i++)
    pthread_join(threads[i], NULL);
}

enum seg_status seg_lane_engine_init(struct seg_lane_engine *lane, struct seg_engine *engine) {
  struct seg_engine *own = &lane->engine;
  *lane = (struct seg_lane_engine){.engine = *engine};
  own->verdicts = &lane->verdicts;
  own->error = &lane->error;
  own->linear = NULL;
  own->options.cache = NULL;
  own->options.slowest = engine->options.slowest == NULL ? NULL : &lane->slowest;
  seg_arena_init(&own->arena);
  seg_arena_init(&lane->verdicts.arena);
  seg_prover_init(&own->prover, engine->program, engine->options.budget);
  own->prover.slowest = own->options.slowest;
  bool pool = seg_pool_fork(&own->pool, &engine->pool);
  bool boxes = seg_boxes_fork(&own->boxes, &engine->boxes);
  bool linear = engine->linear == NULL || seg_linear_fork(engine->linear, &own->linear);
  bool takers = seg_engine_fork_takers(own, engine);
  return pool && boxes && linear && takers ? SEG_OK : seg_engine_no_memory(engine);
}

void seg_lane_engine_deinit(struct seg_lane_engine *lane, struct seg_engine *engine) {
  const struct seg_verdict_counts *counts = &lane->verdicts.counts;
  struct seg_verdict_counts *all = &engine->verdicts->counts;
  struct seg_slowest_question *slowest = engine->options.slowest;
  all->questions += counts->questions;
  all->pool_hits += counts->pool_hits;
  all->box_hits += counts->box_hits;
  all->steps += counts->steps;
  if (slowest != NULL && lane->slowest.seconds > slowest->seconds)
    *slowest = lane->slowest;
  seg_engine_forget_takers(&lane->engine);
  seg_linear_free(lane->engine.linear);
  seg_boxes_deinit_fork(&lane->engine.boxes);
  seg_pool_deinit(&lane->engine.pool);
  seg_prover_deinit(&lane->engine.prover);
  seg_arena_deinit(&lane->engine.arena);
  seg_verdicts_deinit(&lane->verdicts);
}
