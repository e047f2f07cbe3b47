/**
 * Stored events: events of a prepared store, whose rows lie by customer already. They are neither
 * sorted nor kept in runs.
 *
 * They are folded where they lie (stored_fold.h), unless rows of one customer must be looked at
 * together: equal ones that collapse, sequences. Then each partition gathers its stretch, when the
 * scan keeps all rows as they are; otherwise the store is a source as any other.
 */
#ifndef SEG_RUNTIME_RUN_STORED_EVENTS_H
#define SEG_RUNTIME_RUN_STORED_EVENTS_H

#include "runtime/fold/gather.h"
#include "runtime/run/stored_stretches.h"

/** Can the event's rows be folded where they lie? Depends on the plan and where the sources come
 * from. */
bool seg_stored_events_fit(const struct seg_plan *plan, const struct seg_run_sources *sources,
                           uint32_t event);

/**
 * The widths of such an event as the store has it, in a plan whose arrays of events and folds are
 * its own: of the inputs of its scan, of what it carries, of days and flags, and of cells, by how
 * many rows a customer of the store may have. What is new lives in the arena. SEG_OUT_OF_MEMORY.
 */
SEG_NODISCARD enum seg_status seg_stored_events_narrow(struct seg_arena *arena,
                                                       struct seg_plan *plan,
                                                       const struct seg_run_sources *sources,
                                                       uint32_t event, struct seg_error *error);

/** Stage 2 for an event that fits: count its rows, and find those that cannot be scanned. */
SEG_NODISCARD enum seg_status seg_stored_events_scan(struct seg_run_state *state, uint32_t event,
                                                     struct seg_error *error);

/** Buffers of one thread that gathers. Zero-initialise. */
struct seg_stored_reader {
  struct seg_stored_stretches stretches;
  uint64_t *known;         // bits of rows
  uint64_t known_capacity; // rows
};
void seg_stored_reader_deinit(struct seg_stored_reader *reader);

/** Can the event's rows at least be gathered by their customers' numbers? */
bool seg_stored_events_apply(const struct seg_run_state *state, uint32_t event);

/** What seg_gather_run does for slices. There is room for all rows of these customers. */
SEG_NODISCARD enum seg_status seg_stored_events_gather(const struct seg_run_state *state,
                                                       uint32_t event,
                                                       struct seg_stored_reader *reader,
                                                       struct seg_gather *gather, uint64_t first,
                                                       uint32_t customers, struct seg_error *error);

#endif
