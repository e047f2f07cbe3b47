/**
 * Merged order: how the rows of several parts of an event follow each other in the one that they
 * become. The rows of each part keep their order, so that its number and a count say all.
 */
#ifndef SEG_RUNTIME_PREPARE_MERGED_ORDER_H
#define SEG_RUNTIME_PREPARE_MERGED_ORDER_H

#include "runtime/prepare/values_writer.h"
#include "runtime/store/store.h"

/** The next rows of a part. */
struct seg_merged_stretch {
  uint32_t part, count;
};

/** Zero-initialised is empty; free `stretches` with SEG_VEC_FREE. */
struct seg_merged_order {
  SEG_VEC(struct seg_merged_stretch) stretches;
  uint64_t rows; // of all of them
};

/** The next `count` rows of a part come now. False when memory is out. */
SEG_NODISCARD bool seg_merged_order_add(struct seg_merged_order *order, uint32_t part,
                                        uint64_t count);

/**
 * Append the values of all rows, in that order, to a writer of the column's layout. `parts[p]`, for
 * p < part_count: the mapped values of part p; those of parts without a stretch may be NULL.
 * Several threads may do so at once, each with a writer of its own.
 */
SEG_NODISCARD enum seg_status
seg_merged_order_copy(const struct seg_merged_order *order, const struct seg_store *store,
                      const struct seg_store_values *const *parts, uint32_t part_count,
                      struct seg_values_writer *writer, struct seg_error *error);

#endif
