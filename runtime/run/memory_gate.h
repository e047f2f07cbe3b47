/**
 * Memory gate: workers that need memory for a while wait for each other instead of failing.
 *
 * A worker that holds memory of the gate is inside. One that gets none gives back what it holds,
 * leaves, and waits until another leaves or gives back. Alone, it must get what it needs: the
 * caller has seen to it that the largest need fits.
 */
#ifndef SEG_RUNTIME_RUN_MEMORY_GATE_H
#define SEG_RUNTIME_RUN_MEMORY_GATE_H

#include <pthread.h>
#include <stdint.h>

#include "runtime/base/status.h"
#include "runtime/entity/memory_budget.h"

struct seg_memory_gate {
  struct seg_memory_budget *budget;
  pthread_mutex_t lock;
  pthread_cond_t left;
  unsigned inside;
};

void seg_memory_gate_init(struct seg_memory_gate *gate, struct seg_memory_budget *budget);
void seg_memory_gate_deinit(struct seg_memory_gate *gate);

/** Grow from *held to `bytes`, at once; false when that does not fit now. A worker with *held = 0
 * is outside and comes in. */
bool seg_memory_gate_grow(struct seg_memory_gate *gate, uint64_t *held, uint64_t bytes);

/** Outside (*held = 0): wait until `bytes` fit. SEG_LIMIT when they do not even alone. */
SEG_NODISCARD enum seg_status seg_memory_gate_enter(struct seg_memory_gate *gate, uint64_t *held,
                                                    uint64_t bytes, struct seg_error *error);

/** Give everything back and leave. */
void seg_memory_gate_leave(struct seg_memory_gate *gate, uint64_t *held);

#endif
