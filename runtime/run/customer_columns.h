/**
 * Customer columns: the carried columns of the customers, by customer number.
 *
 * Kept in chunks that never move, so that workers can fill disjoint stretches while the table still
 * grows. A batch of customers that begins at a multiple of its power-of-two size lies in one chunk.
 * Padding is zero.
 */
#ifndef SEG_RUNTIME_RUN_CUSTOMER_COLUMNS_H
#define SEG_RUNTIME_RUN_CUSTOMER_COLUMNS_H

#include <stddef.h>
#include <stdint.h>

#include "runtime/base/status.h"
#include "runtime/column/column.h"
#include "runtime/entity/memory_budget.h"
#include "runtime/entity/text_heap.h"

enum { SEG_CUSTOMER_CHUNK_BITS = 14, SEG_CUSTOMER_CHUNK = 1 << SEG_CUSTOMER_CHUNK_BITS };

struct seg_customer_column {
  enum seg_layout layout;
  enum seg_width width;
  void **values; // per chunk
  void **known;  // the same for known bits; NULL: nothing is ever missing
};

struct seg_customer_columns {
  struct seg_memory_budget *budget;
  uint32_t column_count;
  struct seg_customer_column *columns;
  void **pointers; // where the columns' pointers to their chunks are
  size_t pointer_bytes;
  uint32_t chunk_count;
  unsigned heap_count;
  struct seg_text_heap *heaps; // per worker
};

/** The carried columns of an entity. `has_known[i]`: values of column i may be missing. */
SEG_NODISCARD enum seg_status seg_customer_columns_init(struct seg_customer_columns *customers,
                                                        const struct seg_plan_entity *entity,
                                                        const bool *has_known, unsigned workers,
                                                        struct seg_memory_budget *budget,
                                                        struct seg_error *error);
void seg_customer_columns_deinit(struct seg_customer_columns *customers);

/** Room for `count` customers in all. One worker at a time; others may write before the old end. */
SEG_NODISCARD enum seg_status seg_customer_columns_reserve(struct seg_customer_columns *customers,
                                                           uint64_t count, struct seg_error *error);

/**
 * Rows rows[0 .. count - 1] of `values` and `known` (NULL: all known) become customers first,
 * first + 1, ... of one column. Workers may write disjoint customers at once.
 */
SEG_NODISCARD enum seg_status seg_customer_columns_write(struct seg_customer_columns *customers,
                                                         unsigned worker, uint32_t column,
                                                         const void *values, const uint64_t *known,
                                                         const uint32_t *rows, uint32_t count,
                                                         uint64_t first, struct seg_error *error);

/** Values and known bits (NULL: all known) from customer `first`, a multiple of 64, to the end of
 * its chunk. */
const void *seg_customer_columns_at(const struct seg_customer_columns *customers, uint32_t column,
                                    uint64_t first, const uint64_t **known);

#endif
