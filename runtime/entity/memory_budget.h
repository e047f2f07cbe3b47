/**
 * Memory budget: the large buffers of one run, counted in bytes against one limit.
 *
 * Small things (arrays of pointers, one struct a thread) are not counted. Thread-safe.
 */
#ifndef SEG_RUNTIME_ENTITY_MEMORY_BUDGET_H
#define SEG_RUNTIME_ENTITY_MEMORY_BUDGET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/status.h"

struct seg_memory_budget {
  uint64_t limit; // bytes; UINT64_MAX: none
  _Atomic uint64_t used;
  _Atomic uint64_t peak;
};

/** `limit` 0 means no limit. */
void seg_memory_budget_init(struct seg_memory_budget *budget, uint64_t limit);

/** Count `bytes` if they fit; false when they do not (nothing is counted then). */
bool seg_memory_budget_take(struct seg_memory_budget *budget, uint64_t bytes);

/** The same with a clear SEG_LIMIT; `what` ends "not enough for ...". */
SEG_NODISCARD enum seg_status seg_memory_budget_need(struct seg_memory_budget *budget,
                                                     uint64_t bytes, const char *what,
                                                     struct seg_error *error);

/** The SEG_LIMIT of seg_memory_budget_need, without taking anything. */
enum seg_status seg_memory_budget_fail(const struct seg_memory_budget *budget, uint64_t bytes,
                                       const char *what, struct seg_error *error);

void seg_memory_budget_give(struct seg_memory_budget *budget, uint64_t bytes);

static inline uint64_t seg_memory_budget_used(const struct seg_memory_budget *budget) {
  return atomic_load_explicit(&budget->used, memory_order_relaxed);
}

#endif
