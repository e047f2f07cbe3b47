/**
 * What the forms of a witness share; private to this room.
 */
#ifndef SEG_COMPILER_WITNESS_PARTS_H
#define SEG_COMPILER_WITNESS_PARTS_H

#include "compiler/witness/witness_view.h"

/** What rules look at: columns, computed ones included, and kinds of rows. */
struct seg_looked_at {
  struct seg_arena arena;
  struct seg_touched touched;
  bool key; // somebody draws by the customer's key
};

/** What the rules of these segments look at (and one more condition, unless NULL), and what decides
 * who is a customer. Deinit in any case. SEG_OUT_OF_MEMORY. */
SEG_NODISCARD enum seg_status seg_looked_at_init(struct seg_looked_at *looked,
                                                 const struct seg_program *program,
                                                 const uint32_t *segments, uint32_t segment_count,
                                                 const struct seg_node *also,
                                                 struct seg_error *error);
void seg_looked_at_deinit(struct seg_looked_at *looked);

/** Does a witness have this column: looked at, and neither computed nor what dates the event?
 * `event` -1: of the customer. */
bool seg_witness_has_column(const struct seg_witness_view *view, const struct seg_looked_at *looked,
                            int32_t event, uint32_t column);

/** A row of an event. */
struct seg_witness_event {
  uint32_t event;
  uint32_t row; // in its data set
  const struct seg_row *values;
};

/** All events, the oldest first, those of one moment as they stand in the data set.
 * SEG_OUT_OF_MEMORY.
 */
SEG_NODISCARD enum seg_status seg_witness_events(const struct seg_witness_view *view,
                                                 struct seg_arena *arena,
                                                 struct seg_witness_event **events, uint32_t *count,
                                                 struct seg_error *error);

/** The row of the customer, or NULL where customers have none. */
const struct seg_row *seg_witness_customer(const struct seg_witness_view *view);

/** Does the list hold the customer? */
bool seg_witness_in_list(const struct seg_witness_view *view, uint32_t list);

/** A moment as the day it begins, or with its time: of the program's zone, or with `Z`. */
void seg_witness_write_moment(const struct seg_witness_view *view, int64_t instant, bool for_people,
                              FILE *out);

#endif
