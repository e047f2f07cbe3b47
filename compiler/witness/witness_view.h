/**
 * A witness for people: the one customer of a proof, in lines, as JSON, and as a test.
 *
 * Shown are the columns that the rules at hand look at. Values of `personal` columns are never
 * shown; a test has to state them, and does so with the invented ones of the witness.
 */
#ifndef SEG_COMPILER_WITNESS_VIEW_H
#define SEG_COMPILER_WITNESS_VIEW_H

#include "compiler/reference/dataset.h"
#include "runtime/time/zone.h"

/** Everything is borrowed. */
struct seg_witness_view {
  const struct seg_program *program;
  const struct seg_zone *zone;       // of the program's timezone
  const struct seg_dataset *dataset; // one customer
  int32_t as_of;
  uint32_t segment_count;
  const uint32_t *segments;    // whose rules decide what is shown
  const struct seg_node *also; // and this condition over the customer; or NULL
};

struct seg_witness_lines {
  uint32_t count;
  struct seg_str *items;
};

/** Events behind these are counted in one line. */
enum { SEG_MOST_WITNESS_EVENTS_SHOWN = 12 };

/**
 * `customer country "DE", email (personal) set`, `purchase 2026-08-20 amount 120.00 EUR`,
 * `no purchase`: the customer, the lists, then the events, the oldest first. Lines live in the
 * arena. SEG_OUT_OF_MEMORY.
 */
SEG_NODISCARD enum seg_status seg_witness_to_lines(const struct seg_witness_view *view,
                                                   struct seg_arena *arena,
                                                   struct seg_witness_lines *lines,
                                                   struct seg_error *error);

/** One JSON object: as_of, customer, lists and events. The text lives in the arena.
 * SEG_OUT_OF_MEMORY. */
SEG_NODISCARD enum seg_status seg_witness_to_json(const struct seg_witness_view *view,
                                                  struct seg_arena *arena, struct seg_str *text,
                                                  struct seg_error *error);

/** What a test claims of a segment. */
struct seg_witness_claim {
  uint32_t segment;
  bool expected;
};

/**
 * The witness as a `test` block in canonical layout, with a line end behind it: it passes, once it
 * stands beside the rules. `view->segments` are not looked at. The text lives in the arena.
 * SEG_OUT_OF_MEMORY, SEG_INTERNAL.
 */
SEG_NODISCARD enum seg_status seg_witness_to_test(const struct seg_witness_view *view,
                                                  struct seg_str title,
                                                  const struct seg_witness_claim *claims,
                                                  uint32_t claim_count, struct seg_arena *arena,
                                                  struct seg_str *test, struct seg_error *error);

#endif
