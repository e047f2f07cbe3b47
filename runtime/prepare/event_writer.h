/**
 * From the runs of an event (runtime/entity) to arrays of the store: partition by partition of
 * keys, in file order inside one key.
 */
#ifndef SEG_RUNTIME_PREPARE_EVENT_WRITER_H
#define SEG_RUNTIME_PREPARE_EVENT_WRITER_H

#include "runtime/prepare/preparing.h"

enum { SEG_NO_PLACE = UINT32_MAX };

/** How an input travels in the runs: as a carried column or as a flag, with a flag "is known". */
struct seg_event_place {
  uint32_t column;     // SEG_NO_PLACE: it is a condition
  uint32_t flag;       // of a condition
  uint32_t known_flag; // SEG_NO_PLACE: always known
};

/** What becomes of the rows of one event. Arrays of the store's arena. */
struct seg_event_shape {
  const struct seg_plan_entity *wanted;
  struct seg_event_place *places; // per input
  uint32_t column_count;
  enum seg_layout *layouts; // of the carried columns
  uint32_t flag_count;
  uint32_t row_column; // carried column of the row in the files; SEG_NO_PLACE: not wanted
};

/**
 * Write a part: rows of keys in the order of their numbers, then those of `unkeyed`. Finished runs
 * both.
 */
SEG_NODISCARD enum seg_status
seg_event_writer_write(struct seg_preparing *state, const struct seg_event_shape *shape,
                       const struct seg_event_runs *keyed, const struct seg_event_runs *unkeyed,
                       struct seg_store_entity *entity, uint32_t part, struct seg_error *error);

#endif
