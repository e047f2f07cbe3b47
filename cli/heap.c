// See heap.h.
#include "cli/heap.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
  FIRST = 16 << 20,        // bytes that are taken at once
  BY_THEMSELVES = 4 << 20, // blocks from this size on have pages of their own
  KEPT = 64 << 20,         // free bytes at the end that are not given back
};

// Each is a wish: where it is not heard, everything works as well.
void heap_in_huge_pages(void) {
  mallopt(M_MMAP_THRESHOLD, BY_THEMSELVES);
  mallopt(M_TRIM_THRESHOLD, KEPT);
  mallopt(M_TOP_PAD, FIRST);
  mallopt(M_ARENA_MAX, 1);
  char *before = sbrk(0);
  void *volatile grown = malloc(BY_THEMSELVES / 2);
  free(grown);
  char *after = sbrk(0);
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  char *from = before + (page - (uintptr_t)before % page) % page;
  if (after > from)
    (void)madvise(from, (size_t)(after - from), MADV_HUGEPAGE);
}
