/**
 * What one thread needs while it folds: the inside of kernel.h's struct seg_fold_scratch.
 */
#ifndef SEG_RUNTIME_FOLD_FOLD_SCRATCH_H
#define SEG_RUNTIME_FOLD_FOLD_SCRATCH_H

#include "runtime/fold/event_set.h"
#include "runtime/plan/kernel.h"

struct seg_fold_scratch {
  struct seg_event_set set;
};

void seg_fold_scratch_init(struct seg_fold_scratch *scratch);
void seg_fold_scratch_deinit(struct seg_fold_scratch *scratch);

#endif
