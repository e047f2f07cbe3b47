/**
 * Stored events: events of a prepared store whose rows lie by customer already. They are neither
 * scanned nor sorted; each partition reads its stretch.
 *
 * Possible when the scan of the event keeps all rows as they are, and the customers are all those
 * of the store's own table. Otherwise the store is a source as any other.
 */
#ifndef SEG_RUNTIME_RUN_STORED_EVENTS_H
#define SEG_RUNTIME_RUN_STORED_EVENTS_H

#include "runtime/base/vec.h"
#include "runtime/fold/gather.h"
#include "runtime/run/run_state.h"

/** Rows of one part that follow each other. */
struct seg_stored_stretch {
  uint32_t part;
  uint64_t first, count;
};

/** Buffers of one thread. Zero-initialise. */
struct seg_stored_reader {
  SEG_VEC(struct seg_stored_stretch) stretches;
  uint64_t *known;         // bits of rows
  uint64_t known_capacity; // rows
};
void seg_stored_reader_deinit(struct seg_stored_reader *reader);

/** Can the event's rows be read where they lie? Asked once the customers are known. */
bool seg_stored_events_apply(const struct seg_run_state *state, uint32_t event);

/** Count them, as scanning does. */
SEG_NODISCARD enum seg_status seg_stored_events_count(struct seg_run_state *state, uint32_t event,
                                                      struct seg_error *error);

/** Rows of the customers first .. first + count - 1; those on or after the as-of day count, too. */
uint64_t seg_stored_events_rows(const struct seg_run_state *state, uint32_t event, uint64_t first,
                                uint64_t count);

/** What seg_gather_run does for slices. There is room for all rows of these customers. */
SEG_NODISCARD enum seg_status seg_stored_events_gather(const struct seg_run_state *state,
                                                       uint32_t event,
                                                       struct seg_stored_reader *reader,
                                                       struct seg_gather *gather, uint64_t first,
                                                       uint32_t customers, struct seg_error *error);

#endif
