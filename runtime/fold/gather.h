/**
 * Gather: the events of one partition of customers, from the slices of all runs into columns that
 * are clustered by customer, in file order inside one.
 *
 * The arrays are what struct seg_fold_frame wants. Texts point into the slices, which must stay
 * until the fold is over.
 */
#ifndef SEG_RUNTIME_FOLD_GATHER_H
#define SEG_RUNTIME_FOLD_GATHER_H

#include <stddef.h>
#include <stdint.h>

#include "runtime/base/status.h"
#include "runtime/entity/event_layout.h"

/** Rows of one slice; see event_layout.h. */
struct seg_slice {
  const unsigned char *bytes;
  uint32_t count;
  uint32_t first_customer; // of the slice's own partition
  const struct seg_slice_form *form;
};

struct seg_gather {
  const struct seg_event_layout *layout; // borrowed
  uint32_t customer_capacity;
  uint64_t capacity; // events
  uint64_t count;
  uint64_t *offsets; // customers + 1
  int32_t *days;
  uint32_t flag_words; // those of the slices, and room for added flags behind them
  uint64_t **flags;    // per flag word
  void **columns;      // per carried column
  uint32_t *positions; // of the events of one slice, counted from the partition's first
  uint32_t position_capacity;
  uint32_t *cursor;  // per customer; 32 bits keep all of a partition in an L1 cache
  uint64_t *present; // bits of customers, for seg_gather_run_few; NULL before the first one
  uint32_t *few;     // customers that have events, counted from the partition's first
  uint32_t few_count;
};

/**
 * Room for partitions of at most `customers` customers. `added_flags` flags of an event come behind
 * those of the slices: 0 until somebody sets them.
 */
SEG_NODISCARD enum seg_status seg_gather_init(struct seg_gather *gather,
                                              const struct seg_event_layout *layout,
                                              uint32_t added_flags, uint32_t customers,
                                              struct seg_error *error);
void seg_gather_deinit(struct seg_gather *gather);

/** Bytes that `events` events take once gathered. */
uint64_t seg_gather_bytes(const struct seg_event_layout *layout, uint32_t added_flags,
                          uint64_t events);

/** Room for `events` events; what was gathered is lost. */
SEG_NODISCARD enum seg_status seg_gather_reserve(struct seg_gather *gather, uint64_t events,
                                                 struct seg_error *error);

/** Give the room for events back. */
void seg_gather_release(struct seg_gather *gather);

/**
 * Gather the slices, in their order, of customers first_customer .. first_customer + customers - 1.
 * Needs room for all their events (at most 2^32 - 1).
 */
SEG_NODISCARD enum seg_status seg_gather_run(struct seg_gather *gather,
                                             const struct seg_slice *slices, size_t slice_count,
                                             uint32_t first_customer, uint32_t customers,
                                             struct seg_error *error);

/**
 * The same when most customers have no event: offsets are those of the `few_count` customers in
 * `few`, which rise, and the end; nothing takes time for others.
 */
SEG_NODISCARD enum seg_status seg_gather_run_few(struct seg_gather *gather,
                                                 const struct seg_slice *slices, size_t slice_count,
                                                 uint32_t first_customer, uint32_t customers,
                                                 struct seg_error *error);

#endif
