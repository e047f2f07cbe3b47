/**
 * Few rows of an event that are added to a store: they stay in memory as columns, are sorted by key
 * at once, and each file of the part is written by itself, on all threads. Larger or other ones go
 * through runs and partitions (event_writer.h), which takes several times as long for so few.
 *
 * The files are the same, byte for byte.
 */
#ifndef SEG_RUNTIME_PREPARE_ADDED_ROWS_H
#define SEG_RUNTIME_PREPARE_ADDED_ROWS_H

#include "runtime/prepare/part_files.h"
#include "runtime/prepare/preparing.h"

struct seg_added_rows {
  const struct seg_event_shape *shape; // borrowed
  struct seg_memory_budget *budget;
  unsigned char *room;     // of all rows as they are kept: in huge pages when it is large
  size_t room_size, taken; // the latter from the budget
  uint64_t count;
  uint32_t *numbers; // of keys, by row of the source; SEG_NO_NUMBER: nobody's
  int32_t *days;
  void **columns;  // per carried column
  uint8_t **flags; // per flag: 0 or 1
  // The rows in their order, while they are written: a row's number above, the row itself below.
  // And room for sorting them. NULL before, so that they lie where morsels lay.
  uint64_t *entries, *sorting;
};

/**
 * Are so many rows of a source few enough to be kept, and would `budget` hardly notice? -1 rows:
 * nobody knows. Texts are never kept.
 */
bool seg_added_rows_fit(const struct seg_event_shape *shape, int64_t rows,
                        const struct seg_memory_budget *budget);

/** Room for `rows` rows that fit. Discard after an error. */
SEG_NODISCARD enum seg_status seg_added_rows_begin(struct seg_added_rows *added,
                                                   const struct seg_event_shape *shape,
                                                   uint64_t rows, struct seg_memory_budget *budget,
                                                   struct seg_error *error);
void seg_added_rows_discard(struct seg_added_rows *added);

/**
 * Keep a morsel's rows, from row `first` of the source on: `keyed` of them, rising, have the keys
 * `numbers`. `columns` and `flags` are by row of the morsel. Threads may keep different morsels at
 * once.
 */
void seg_added_rows_put(struct seg_added_rows *added, const struct seg_morsel *morsel,
                        const uint32_t *keyed, const uint32_t *numbers, uint32_t keyed_count,
                        const void *const *columns, const uint64_t *const *flags);

/** Write a part of the rows, all of which have been put: those of keys in the order of their
 * numbers, then nobody's. */
SEG_NODISCARD enum seg_status seg_added_rows_write(struct seg_preparing *state,
                                                   struct seg_added_rows *added,
                                                   struct seg_store_entity *entity, uint32_t part,
                                                   struct seg_error *error);

#endif
