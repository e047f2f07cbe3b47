// See heap.h.
#include "cli/heap.h"

#include <malloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
  FIRST = 16 << 20,        // bytes that are asked for at once; those not touched cost nothing
  BY_THEMSELVES = 4 << 20, // blocks from this size on have pages of their own
  KEPT = 64 << 20,         // free bytes at the end that are not given back
  TOUCHED = 6 << 20,       // bytes that a short command is going to use
  AT_ONCE = 128 << 10,     // bytes; the system lets nobody else change the heap's size meanwhile
  PAGE = 4096,
};

// Pages whose content stays what it is, whoever uses them meanwhile. Before Linux 5.14 there is no
// such request, and nothing happens.
static void *touch(void *first) {
#ifdef MADV_POPULATE_WRITE
  char *at = first;
  for (size_t done = 0; done < TOUCHED; done += AT_ONCE)
    if (madvise(at + done, AT_ONCE, MADV_POPULATE_WRITE) != 0)
      break;
#else
  (void)first;
#endif
  return NULL;
}

// The first free bytes of the heap, where the next blocks are going to lie, are touched by a thread
// of its own, while the rules are read.
static void touch_early(void) {
  char *block = malloc(FIRST / 16); // more than is left: the heap grows
  if (block == NULL)
    return;
  char *first = block + (PAGE - (uintptr_t)block % PAGE) % PAGE;
  uintptr_t behind = (uintptr_t)sbrk(0) - (uintptr_t)first;
  bool is_heap = behind >= TOUCHED && behind <= 2 * (uintptr_t)FIRST; // or whose memory is it?
  pthread_t thread;
  if (is_heap && pthread_create(&thread, NULL, touch, first) == 0)
    pthread_detach(thread);
  free(block);
}

// Each is a wish: where it is not heard, everything works as well. Huge pages are not among them:
// in a virtual machine whose free memory goes back to its host they made half of the runs take
// twice as long.
void heap_for_short_work(void) {
  mallopt(M_MMAP_THRESHOLD, BY_THEMSELVES);
  mallopt(M_TRIM_THRESHOLD, KEPT);
  mallopt(M_TOP_PAD, FIRST);
  mallopt(M_ARENA_MAX, 1);
  touch_early();
}
