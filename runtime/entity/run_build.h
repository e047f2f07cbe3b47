/**
 * Building one run: the rows of a morsel, sorted stably by partition and laid out in slices. Used
 * by event_runs.c only.
 */
#ifndef SEG_RUNTIME_ENTITY_RUN_BUILD_H
#define SEG_RUNTIME_ENTITY_RUN_BUILD_H

#include "runtime/entity/event_runs.h"

/** Sort the rows into builder->order and fill the run's offsets and size. */
SEG_NODISCARD enum seg_status seg_run_build_order(struct seg_run_builder *builder,
                                                  const struct seg_event_layout *layout,
                                                  const struct seg_event_rows *rows,
                                                  struct seg_event_run *run,
                                                  struct seg_error *error);

/** Write the slices: run->size bytes, 8-byte aligned. */
void seg_run_build_bytes(struct seg_run_builder *builder, const struct seg_event_layout *layout,
                         const struct seg_event_rows *rows, const struct seg_event_run *run,
                         unsigned char *bytes);

#endif
