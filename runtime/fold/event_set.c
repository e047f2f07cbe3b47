// A reusable hash set of event numbers; see event_set.h.
#include "runtime/fold/event_set.h"

#include <stdlib.h>
#include <string.h>

enum { SMALLEST = 64, KEPT = 1 << 16 };

void seg_event_set_init(struct seg_event_set *set) {
  *set = (struct seg_event_set){0};
}

void seg_event_set_deinit(struct seg_event_set *set) {
  free(set->slots);
  *set = (struct seg_event_set){0};
}

static uint64_t slots_for(uint64_t events) {
  uint64_t slots = SMALLEST;
  while (slots / 4 * 3 < events) // at most three quarters full
    slots *= 2;
  return slots;
}

uint64_t seg_event_set_bytes(uint64_t events) {
  return slots_for(events) * sizeof(struct seg_event_slot);
}

bool seg_event_set_begin(struct seg_event_set *set, uint64_t events) {
  uint64_t slots = slots_for(events);
  if (slots > set->capacity) {
    free(set->slots);
    set->capacity = 0;
    set->slots = calloc(slots, sizeof *set->slots);
    if (set->slots == NULL)
      return false;
    set->capacity = slots;
    set->epoch = 0;
  }
  set->mask = slots - 1;
  if (++set->epoch == 0) {
    memset(set->slots, 0, set->capacity * sizeof *set->slots);
    set->epoch = 1;
  }
  return true;
}

void seg_event_set_shrink(struct seg_event_set *set) {
  if (set->capacity > KEPT)
    seg_event_set_deinit(set);
}
