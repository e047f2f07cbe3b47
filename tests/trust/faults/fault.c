// Counting calls; see fault.h.
#include "tests/trust/faults/fault.h"

#include <errno.h>
#include <execinfo.h>
#include <signal.h>
#include <stddef.h>

static const struct fault_mode *current;
static uint64_t wanted;
static struct fault_log *journal;

static void note_place(struct fault_place *place) {
  place->depth = backtrace(place->calls, (int)(sizeof place->calls / sizeof *place->calls));
}

static void on_crash(int number) {
  note_place(&journal->crashed);
  signal(number, SIG_DFL);
  raise(number);
}

void fault_begin(const struct fault_mode *mode, uint64_t at, struct fault_log *log) {
  wanted = at;
  journal = log;
  current = mode;
  signal(SIGSEGV, on_crash);
  signal(SIGBUS, on_crash);
  signal(SIGABRT, on_crash);
}

void fault_end(void) {
  current = NULL;
}

bool fault_strikes(enum fault_kind kind) {
  if (current == NULL || (current->kinds & kind) == 0)
    return false;
  atomic_fetch_add(&journal->by_kind[__builtin_ctz(kind)], 1);
  uint64_t number = 1 + atomic_fetch_add(&journal->points, 1);
  if (wanted == 0 || number < wanted || (number > wanted && !current->onwards))
    return false;
  if (number == wanted)
    note_place(&journal->failed);
  atomic_store(&journal->struck, true);
  errno = current->reason;
  return true;
}
