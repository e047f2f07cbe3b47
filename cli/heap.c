// See heap.h.
#include "cli/heap.h"

#include <malloc.h>

enum {
  FIRST = 16 << 20,        // bytes that are asked for at once; those not touched cost nothing
  BY_THEMSELVES = 4 << 20, // blocks from this size on have pages of their own
  KEPT = 64 << 20,         // free bytes at the end that are not given back
};

// Each is a wish: where it is not heard, everything works as well. Huge pages are not among them:
// in a virtual machine whose free memory goes back to its host they made half of the runs take
// twice as long.
void heap_for_short_work(void) {
  mallopt(M_MMAP_THRESHOLD, BY_THEMSELVES);
  mallopt(M_TRIM_THRESHOLD, KEPT);
  mallopt(M_TOP_PAD, FIRST);
  mallopt(M_ARENA_MAX, 1);
}
