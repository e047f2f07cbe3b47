/**
 * What the two stages that read a source have in common: workers take morsels until there are none,
 * or until one of them has an error. Of all errors the one that stands first in the data counts.
 */
#ifndef SEG_RUNTIME_RUN_MORSEL_STAGE_H
#define SEG_RUNTIME_RUN_MORSEL_STAGE_H

#include "runtime/run/run_state.h"
#include "runtime/run/ticket.h"
#include "runtime/run/workers.h"

struct seg_morsel_stage {
  struct seg_run_state *state;
  struct seg_source *source;
  struct seg_first_error first;
  struct seg_ticket ticket; // turns of the morsels
};

/** `worker` on every thread of the run; `context` holds the stage. The first error of all. */
SEG_NODISCARD enum seg_status seg_morsel_stage_run(struct seg_morsel_stage *stage,
                                                   seg_worker_function worker, void *context,
                                                   struct seg_error *error);

/** Do the work on the morsel that was taken last. After an error `*row` is the row it is about. */
typedef enum seg_status (*seg_morsel_function)(void *context, int64_t *row,
                                               struct seg_error *error);

/** One worker's loop: take a morsel, do the work, until the end, an error or an interruption. */
void seg_morsel_stage_take(struct seg_morsel_stage *stage, struct seg_morsel *morsel,
                           seg_morsel_function work, void *context);

/** A worker cannot begin: nothing about a row, and the run ends with this error. */
void seg_morsel_stage_give_up(struct seg_morsel_stage *stage, const struct seg_error *error);

#endif
