// Stretches of huge pages that several runs share; see run_memory.h.
#include "runtime/entity/run_memory.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "runtime/base/large_memory.h"

enum {
  STRETCH = 16 << 20,
  /** Budgets from which a stretch for each worker does not matter. */
  ENOUGH = 2047 << 20,
};

struct seg_run_stretch {
  struct seg_memory_budget *budget;
  _Atomic uint32_t users; // runs in it, and the worker that fills it
  uint64_t used;
  unsigned char *bytes;
};

static bool take(struct seg_memory_budget *budget, uint64_t keep_limit, uint64_t size) {
  uint64_t used = seg_memory_budget_used(budget);
  return size <= keep_limit && used <= keep_limit - size && seg_memory_budget_take(budget, size);
}

static void leave(struct seg_run_stretch *stretch) {
  if (atomic_fetch_sub(&stretch->users, 1) > 1)
    return;
  seg_memory_budget_give(stretch->budget, STRETCH);
  seg_large_memory_free(stretch->bytes, STRETCH);
  free(stretch);
}

void seg_run_memory_close(struct seg_run_stretch **open) {
  if (*open != NULL)
    leave(*open);
  *open = NULL;
}

static struct seg_run_stretch *open_stretch(struct seg_memory_budget *budget, uint64_t keep_limit) {
  if (!take(budget, keep_limit, STRETCH))
    return NULL;
  struct seg_run_stretch *stretch = malloc(sizeof *stretch);
  unsigned char *bytes = stretch == NULL ? NULL : seg_large_memory(STRETCH);
  if (bytes == NULL) {
    seg_memory_budget_give(budget, STRETCH);
    free(stretch);
    return NULL;
  }
  *stretch = (struct seg_run_stretch){.budget = budget, .users = 1, .bytes = bytes};
  return stretch;
}

static struct seg_run_memory take_own(struct seg_memory_budget *budget, uint64_t keep_limit,
                                      uint64_t size) {
  struct seg_run_memory memory = {.size = size};
  if (!take(budget, keep_limit, size))
    return memory;
  memory.bytes = malloc(size);
  if (memory.bytes == NULL)
    seg_memory_budget_give(budget, size);
  return memory;
}

struct seg_run_memory seg_run_memory_take(struct seg_memory_budget *budget, uint64_t keep_limit,
                                          struct seg_run_stretch **open, uint64_t size) {
  if (budget->limit < (uint64_t)ENOUGH || size > STRETCH / 4)
    return take_own(budget, keep_limit, size);
  if (*open == NULL || (*open)->used + size > STRETCH) {
    seg_run_memory_close(open);
    *open = open_stretch(budget, keep_limit);
  }
  struct seg_run_stretch *stretch = *open;
  if (stretch == NULL)
    return take_own(budget, keep_limit, size);
  struct seg_run_memory memory = {
      .bytes = stretch->bytes + stretch->used, .size = size, .stretch = stretch};
  stretch->used += (size + 63) / 64 * 64;
  atomic_fetch_add(&stretch->users, 1);
  return memory;
}

void seg_run_memory_give(struct seg_memory_budget *budget, struct seg_run_memory *memory) {
  if (memory->stretch != NULL) {
    leave(memory->stretch);
  } else if (memory->bytes != NULL) {
    seg_memory_budget_give(budget, memory->size);
    free(memory->bytes);
  }
  *memory = (struct seg_run_memory){0};
}
