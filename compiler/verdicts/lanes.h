/**
 * Work in lanes: each lane has what it needs for itself and always the same share of the work,
 * whoever does it. So nothing depends on the number of threads or on who is faster. Private to
 * compiler/verdicts.
 */
#ifndef SEG_COMPILER_VERDICTS_LANES_H
#define SEG_COMPILER_VERDICTS_LANES_H

#include "compiler/verdicts/engine.h"

/** Do the work of lanes 0 to `count` - 1, by as many threads as there may be. */
void seg_lanes_work(const struct seg_engine *engine, uint32_t count,
                    void (*work)(void *context, uint32_t lane), void *context);

/** An engine of a lane: it knows what another one knows, and learns for itself. What they share is
 * only read; the other one stays as it is meanwhile, and outlives it. */
struct seg_lane_engine {
  struct seg_engine engine;
  struct seg_verdicts verdicts; // those of the lane
  struct seg_slowest_question slowest;
  struct seg_error error;
};

/** SEG_OUT_OF_MEMORY. `lane` belongs to the caller (seg_lane_engine_deinit), also after a failure.
 * Answers of earlier runs are not for lanes. */
SEG_NODISCARD enum seg_status seg_lane_engine_init(struct seg_lane_engine *lane,
                                                   struct seg_engine *engine);
/** How its verdicts were found is added to those of the other engine. */
void seg_lane_engine_deinit(struct seg_lane_engine *lane, struct seg_engine *engine);

#endif
