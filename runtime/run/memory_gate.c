// Waiting for memory; see memory_gate.h.
#include "runtime/run/memory_gate.h"

#include <assert.h>

static const char what_for[] = "the events of one group of customers";

void seg_memory_gate_init(struct seg_memory_gate *gate, struct seg_memory_budget *budget) {
  *gate = (struct seg_memory_gate){.budget = budget};
  pthread_mutex_init(&gate->lock, NULL);
  pthread_cond_init(&gate->left, NULL);
}

void seg_memory_gate_deinit(struct seg_memory_gate *gate) {
  pthread_cond_destroy(&gate->left);
  pthread_mutex_destroy(&gate->lock);
}

bool seg_memory_gate_grow(struct seg_memory_gate *gate, uint64_t *held, uint64_t bytes) {
  if (*held > 0 && bytes <= *held)
    return true;
  pthread_mutex_lock(&gate->lock);
  bool taken = seg_memory_budget_take(gate->budget, bytes - *held);
  if (taken && *held == 0 && bytes > 0)
    gate->inside++;
  if (taken)
    *held = bytes;
  pthread_mutex_unlock(&gate->lock);
  return taken;
}

enum seg_status seg_memory_gate_enter(struct seg_memory_gate *gate, uint64_t *held, uint64_t bytes,
                                      struct seg_error *error) {
  assert(*held == 0);
  enum seg_status status = SEG_OK;
  pthread_mutex_lock(&gate->lock);
  while (!seg_memory_budget_take(gate->budget, bytes)) {
    if (gate->inside == 0) {
      status = seg_memory_budget_fail(gate->budget, bytes, what_for, error);
      break;
    }
    pthread_cond_wait(&gate->left, &gate->lock);
  }
  if (status == SEG_OK && bytes > 0) {
    gate->inside++;
    *held = bytes;
  }
  pthread_mutex_unlock(&gate->lock);
  return status;
}

void seg_memory_gate_leave(struct seg_memory_gate *gate, uint64_t *held) {
  if (*held == 0)
    return;
  pthread_mutex_lock(&gate->lock);
  seg_memory_budget_give(gate->budget, *held);
  *held = 0;
  gate->inside--;
  pthread_cond_broadcast(&gate->left);
  pthread_mutex_unlock(&gate->lock);
}
