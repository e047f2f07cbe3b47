// Counting calls; see fault.h.
#include "tests/trust/faults/fault.h"

#include <errno.h>
#include <execinfo.h>
#include <signal.h>
#include <stddef.h>

static const struct fault_mode *current;
static uint64_t wanted;
static struct fault_log *journal;
static struct fault_map *map;

static void note_place(struct fault_place *place) {
  place->depth = backtrace(place->calls, (int)(sizeof place->calls / sizeof *place->calls));
}

static void on_crash(int number) {
  note_place(&journal->crashed);
  signal(number, SIG_DFL);
  raise(number);
}

// Of one mode and three calls: what a helper is asked by two functions are two places.
__attribute__((noinline)) static uint64_t place_here(void) {
  enum { OURS = 3, CALLS = 3, DEPTH = OURS + CALLS };
  void *calls[DEPTH];
  int depth = backtrace(calls, DEPTH);
  uint64_t hash = (uint64_t)(uintptr_t)current;
  for (int i = OURS; i < depth; i++)
    hash = (hash ^ (uint64_t)(uintptr_t)calls[i]) * 0x9e3779b97f4a7c15u;
  return hash ^ (hash >> 32 | 1);
}

static void note_place_once(uint64_t place) {
  for (uint64_t i = 0; i < FAULT_PLACES; i++) {
    uint_fast64_t found = 0;
    atomic_uint_fast64_t *slot = &map->known[(place + i) % FAULT_PLACES];
    if (atomic_compare_exchange_strong(slot, &found, place)) {
      map->places[atomic_fetch_add(&map->count, 1)] = place;
      return;
    }
    if (found == place)
      return;
  }
}

void fault_begin(const struct fault_mode *mode, uint64_t at, struct fault_log *log,
                 struct fault_map *places) {
  wanted = at;
  map = places;
  journal = log;
  current = mode;
  signal(SIGSEGV, on_crash);
  signal(SIGBUS, on_crash);
  signal(SIGABRT, on_crash);
}

void fault_end(void) {
  current = NULL;
}

bool fault_counts(void) {
  return current != NULL;
}

bool fault_wants(enum fault_kind kind) {
  return current != NULL && (current->kinds & kind) != 0;
}

bool fault_strikes(enum fault_kind kind) {
  if (!fault_wants(kind))
    return false;
  atomic_fetch_add(&journal->by_kind[__builtin_ctz(kind)], 1);
  uint64_t number = 1 + atomic_fetch_add(&journal->points, 1);
  uint64_t place = map == NULL ? 0 : place_here();
  if (wanted == 0 && map != NULL)
    note_place_once(place);
  if (wanted == 0)
    return false;
  bool first = map == NULL ? number == wanted
                           : place == map->places[wanted - 1] && !atomic_load(&journal->struck);
  if (!first && (map != NULL || number < wanted || !current->onwards))
    return false;
  if (first) {
    note_place(&journal->failed);
    journal->struck_at = number;
  }
  atomic_store(&journal->struck, true);
  errno = current->reason;
  return true;
}
