/**
 * Run memory: where the bytes of event runs lie while they are in memory. A run is about a megabyte
 * and is written once; asking the system for each page of it took longer than filling it. Runs of
 * one worker share stretches of huge pages, which go back when the last run in them has gone.
 *
 * With little memory every run has its own, so that moving one to the file makes room at once.
 */
#ifndef SEG_RUNTIME_ENTITY_RUN_MEMORY_H
#define SEG_RUNTIME_ENTITY_RUN_MEMORY_H

#include <stdint.h>

#include "runtime/base/status.h"
#include "runtime/entity/memory_budget.h"

struct seg_run_stretch;

/** Bytes of one run. */
struct seg_run_memory {
  unsigned char *bytes; // NULL: none
  uint64_t size;
  struct seg_run_stretch *stretch; // NULL: memory of its own
};

/**
 * Bytes for a run of `size`, as long as the budget's use stays within `keep_limit`; without bytes
 * when that, or memory, does not allow it. `*open` is the worker's present stretch, NULL at first.
 */
struct seg_run_memory seg_run_memory_take(struct seg_memory_budget *budget, uint64_t keep_limit,
                                          struct seg_run_stretch **open, uint64_t size);

/** Give them back; from any thread. */
void seg_run_memory_give(struct seg_memory_budget *budget, struct seg_run_memory *memory);

/** The worker fills no more runs. */
void seg_run_memory_close(struct seg_run_stretch **open);

#endif
