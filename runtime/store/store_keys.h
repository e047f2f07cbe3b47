/**
 * The keys of a store by their numbers.
 */
#ifndef SEG_RUNTIME_STORE_STORE_KEYS_H
#define SEG_RUNTIME_STORE_STORE_KEYS_H

#include "runtime/store/store_read.h"

/** Make all parts of the keys readable. One thread. */
SEG_NODISCARD enum seg_status seg_store_map_keys(struct seg_store *store, struct seg_error *error);

/**
 * Keys of numbers[0 .. count - 1] as rows `at` on of `to` (I64 or TEXT, as the store has them).
 * Fastest when they rise.
 */
SEG_NODISCARD enum seg_status seg_store_read_keys(const struct seg_store *store,
                                                  const uint32_t *numbers, uint64_t count,
                                                  struct seg_column *to, int64_t at,
                                                  struct seg_error *error);

#endif
