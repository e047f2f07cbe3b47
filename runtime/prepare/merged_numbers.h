/**
 * Merged numbers: whose rows come next when parts of an event become one. Each part lists the
 * numbers of the keys that have rows, and those of all parts are walked together, some thousand
 * numbers at a time.
 */
#ifndef SEG_RUNTIME_PREPARE_MERGED_NUMBERS_H
#define SEG_RUNTIME_PREPARE_MERGED_NUMBERS_H

#include "runtime/store/store.h"

/** The rows of a number in a part. */
struct seg_merged_number {
  uint32_t at; // the number, counted from the first of the window
  uint32_t part;
  uint64_t rows;
};

/** A walk, and the window of numbers where it is. */
struct seg_merged_numbers {
  const struct seg_store_entity *entity;
  uint32_t first_part, end_part; // this one and those behind it, before the end
  bool rise;      // days of a number do so from part to part, as far as it was walked
  uint64_t first; // number of the window;
  struct seg_merged_number *sorted;  // what it has, number after number, the older part first,
  size_t count;                      // and how much
  struct seg_merged_number *found;   // the same, part after part
  struct seg_merged_cursor *cursors; // by number of the part
  uint32_t *tallies;                 // how much each number has
  int32_t *last_days;                // of each number, in the parts so far
};

/** The parts must be mapped, their numbers, offsets and, with `rise`, days verified. `rise`: are
 * days to be compared? False when memory is out; end it in any case. */
SEG_NODISCARD bool seg_merged_numbers_begin(struct seg_merged_numbers *walk,
                                            const struct seg_store_entity *entity,
                                            uint32_t first_part, uint32_t end_part, bool rise);

/** The next window with any number; false when there is none. */
SEG_NODISCARD bool seg_merged_numbers_next(struct seg_merged_numbers *walk);

void seg_merged_numbers_end(struct seg_merged_numbers *walk);

#endif
