/**
 * Event set: a reusable hash set of event numbers, for finding equal events of one customer.
 *
 * Beginning a new set costs nothing: a slot belongs to the set of the epoch it was written in. Two
 * events are equal when the caller says so; the set only narrows by hash.
 */
#ifndef SEG_RUNTIME_FOLD_EVENT_SET_H
#define SEG_RUNTIME_FOLD_EVENT_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/status.h"

struct seg_event_slot {
  uint32_t epoch;
  uint32_t tag;
  uint64_t event;
};

struct seg_event_set {
  struct seg_event_slot *slots;
  uint64_t capacity;
  uint64_t mask; // of the present set: it uses the first mask + 1 slots
  uint32_t epoch;
};

/** Bytes that a set of at most `events` events takes. */
uint64_t seg_event_set_bytes(uint64_t events);

void seg_event_set_init(struct seg_event_set *set);
void seg_event_set_deinit(struct seg_event_set *set);

/** A new empty set for at most `events` events; false when memory is out. */
SEG_NODISCARD bool seg_event_set_begin(struct seg_event_set *set, uint64_t events);

/** Give memory of a large set back; small ones are kept. */
void seg_event_set_shrink(struct seg_event_set *set);

/**
 * Walk the events that may equal one of hash `hash`: begin with at = hash & set->mask. True:
 * `*event` may be equal, compare it, and go on when it is not. False: there is none, and the slot
 * at `*at` is free for seg_event_set_put.
 */
static inline bool seg_event_set_next(const struct seg_event_set *set, uint64_t hash, uint64_t *at,
                                      uint64_t *event) {
  for (;; *at = (*at + 1) & set->mask) {
    const struct seg_event_slot *slot = &set->slots[*at];
    if (slot->epoch != set->epoch)
      return false;
    if (slot->tag == (uint32_t)(hash >> 32)) {
      *event = slot->event;
      return true;
    }
  }
}

static inline void seg_event_set_skip(const struct seg_event_set *set, uint64_t *at) {
  *at = (*at + 1) & set->mask;
}

static inline void seg_event_set_put(struct seg_event_set *set, uint64_t hash, uint64_t at,
                                     uint64_t event) {
  set->slots[at] =
      (struct seg_event_slot){.epoch = set->epoch, .tag = (uint32_t)(hash >> 32), .event = event};
}

#endif
