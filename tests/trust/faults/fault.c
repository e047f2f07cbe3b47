// Counting calls; see fault.h.
#include "tests/trust/faults/fault.h"

#include <errno.h>
#include <execinfo.h>
#include <signal.h>
#include <stddef.h>

static const struct fault_mode *current;
static uint64_t wanted;
static struct fault_log *journal;
static struct fault_map *places;

static void note_place(struct fault_place *place) {
  place->depth = backtrace(place->calls, (int)(sizeof place->calls / sizeof *place->calls));
}

static void on_crash(int number) {
  note_place(&journal->crashed);
  signal(number, SIG_DFL);
  raise(number);
}

// Of one mode and three calls: what a helper is asked by two functions are two places.
static void note_new_place(uint64_t number) {
  enum { OURS = 3, CALLS = 3, DEPTH = OURS + CALLS };
  void *calls[DEPTH];
  int depth = backtrace(calls, DEPTH);
  uint64_t hash = (uint64_t)(uintptr_t)current;
  for (int i = OURS; i < depth; i++)
    hash = (hash ^ (uint64_t)(uintptr_t)calls[i]) * 0x9e3779b97f4a7c15u;
  hash ^= hash >> 32 | 1;
  for (uint64_t i = 0; i < FAULT_PLACES; i++) {
    uint_fast64_t found = 0;
    atomic_uint_fast64_t *slot = &places->known[(hash + i) % FAULT_PLACES];
    if (atomic_compare_exchange_strong(slot, &found, hash)) {
      places->first[atomic_fetch_add(&places->count, 1)] = number;
      return;
    }
    if (found == hash)
      return;
  }
}

void fault_begin(const struct fault_mode *mode, uint64_t at, struct fault_log *log,
                 struct fault_map *map) {
  wanted = at;
  places = map;
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

bool fault_strikes(enum fault_kind kind) {
  if (current == NULL || (current->kinds & kind) == 0)
    return false;
  atomic_fetch_add(&journal->by_kind[__builtin_ctz(kind)], 1);
  uint64_t number = 1 + atomic_fetch_add(&journal->points, 1);
  if (wanted == 0 && places != NULL)
    note_new_place(number);
  if (wanted == 0 || number < wanted || (number > wanted && !current->onwards))
    return false;
  if (number == wanted)
    note_place(&journal->failed);
  atomic_store(&journal->struck, true);
  errno = current->reason;
  return true;
}
