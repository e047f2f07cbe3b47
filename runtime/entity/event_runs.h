/**
 * Event runs: the scanned events of one kind, a run a morsel, each sorted stably by partition of
 * customers. Runs are kept by morsel number, so that the order inside one customer is the order of
 * the file, whoever scanned what.
 *
 * Partition p of shift s holds the customers p << s .. ((p + 1) << s) - 1. The shift grows with the
 * number of customers; each run remembers its own, and every coarser partition is a stretch of
 * finer ones. Runs live in memory up to a share of the budget and in the spill file beyond; both
 * read the same.
 */
#ifndef SEG_RUNTIME_ENTITY_EVENT_RUNS_H
#define SEG_RUNTIME_ENTITY_EVENT_RUNS_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/status.h"
#include "runtime/entity/event_layout.h"
#include "runtime/entity/memory_budget.h"
#include "runtime/entity/run_memory.h"
#include "runtime/entity/spill_file.h"

enum {
  SEG_SMALLEST_SHIFT = 6, // whole words of a bitmap
  SEG_LARGEST_SHIFT = 13, // a partition of ten events a customer fits in an L2 cache
};

/** The shift for so many customers: about 512 partitions, as far as the limits allow. */
uint32_t seg_partition_shift(uint64_t customers);

static inline uint64_t seg_partition_count(uint64_t customers, uint32_t shift) {
  return (customers + (UINT64_C(1) << shift) - 1) >> shift;
}

struct seg_event_run {
  int64_t number; // of the morsel
  uint32_t shift;
  uint32_t partition_count;
  uint32_t *row_offsets;  // partition_count + 1
  uint32_t *byte_offsets; // partition_count + 1, in units of 8 bytes
  struct seg_slice_form form;
  uint64_t size;                // bytes
  struct seg_run_memory memory; // without bytes when spilled
  uint64_t file_offset;
};

/** What a scan hands over: the events of one morsel that exist and have a customer. */
struct seg_event_rows {
  int64_t number;
  uint32_t count;
  const uint32_t *rows;      // in the morsel, rising
  const uint32_t *customers; // of rows[i]
  const int32_t *days;       // by row of the morsel, as everything below
  const void *const *columns;
  const uint64_t *const *flags; // per flag: a bitmap
};

/** Buffers of one thread, reused from run to run. Zero-initialise. */
struct seg_run_builder {
  uint32_t *order;     // rows of the morsel by partition
  uint16_t *customers; // beside order: numbers in their partitions
  uint64_t *words;     // one flag word by row of the morsel
  uint32_t capacity;   // rows
  uint8_t *column_bytes;
  uint32_t *cursor;
  uint64_t *text_bytes; // per partition
  uint32_t partition_capacity;
  struct seg_run_stretch *open; // where runs go in memory
  unsigned char *spill_buffer;
  uint64_t spill_capacity;
};

void seg_run_builder_deinit(struct seg_run_builder *builder);

struct seg_event_runs {
  struct seg_event_layout layout;
  struct seg_memory_budget *budget;
  uint64_t keep_limit; // bytes in use of the budget beyond which runs go to the file
  struct seg_spill_file *spill;
  struct seg_event_runs *older; // of another event, scanned before; NULL: none
  pthread_mutex_t lock;
  struct seg_event_run *runs;
  size_t count, capacity;
  uint64_t event_count;
  uint64_t spilled; // bytes in the file
};

void seg_event_runs_init(struct seg_event_runs *runs, uint32_t column_count,
                         const enum seg_layout *columns, uint32_t flag_count,
                         struct seg_memory_budget *budget, uint64_t keep_limit,
                         struct seg_spill_file *spill, struct seg_event_runs *older);
void seg_event_runs_deinit(struct seg_event_runs *runs);

/** Keep the events of one morsel. Thread-safe. SEG_IO, SEG_LIMIT, SEG_OUT_OF_MEMORY. */
SEG_NODISCARD enum seg_status seg_event_runs_add(struct seg_event_runs *runs,
                                                 const struct seg_event_rows *rows, uint32_t shift,
                                                 struct seg_run_builder *builder,
                                                 struct seg_error *error);

/** Move runs to the file, newest first, then older ones', until the budget's use is at most `used`.
 * Thread-safe. */
SEG_NODISCARD enum seg_status seg_event_runs_evict(struct seg_event_runs *runs, uint64_t used,
                                                   struct seg_error *error);

/** After the last run: bring them into the order of the file. */
void seg_event_runs_finish(struct seg_event_runs *runs);

/** The finer partitions of a run that make up partition `partition` of `shift`: first and one
 * behind the last. */
static inline void seg_event_run_stretch(const struct seg_event_run *run, uint64_t partition,
                                         uint32_t shift, uint32_t *first, uint32_t *end) {
  uint64_t from = partition << (shift - run->shift), to = (partition + 1) << (shift - run->shift);
  *first = (uint32_t)(from < run->partition_count ? from : run->partition_count);
  *end = (uint32_t)(to < run->partition_count ? to : run->partition_count);
}

#endif
