/**
 * From the runs of an event (runtime/entity) to arrays of the store: partition by partition of
 * keys, in file order inside one key.
 */
#ifndef SEG_RUNTIME_PREPARE_EVENT_WRITER_H
#define SEG_RUNTIME_PREPARE_EVENT_WRITER_H

#include "runtime/prepare/part_files.h"
#include "runtime/prepare/preparing.h"

/**
 * Write a part: rows of keys in the order of their numbers, then those of `unkeyed`. Finished runs
 * both.
 */
SEG_NODISCARD enum seg_status
seg_event_writer_write(struct seg_preparing *state, const struct seg_event_shape *shape,
                       const struct seg_event_runs *keyed, const struct seg_event_runs *unkeyed,
                       struct seg_store_entity *entity, uint32_t part, struct seg_error *error);

#endif
