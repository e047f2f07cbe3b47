// Zeroed arrays in huge pages; see large_memory.h.
#include "runtime/base/large_memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { HUGE_PAGE = 2 << 20, SMALLEST_LARGE = 2 * HUGE_PAGE };

static size_t rounded(size_t size) {
  return (size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
}

// Of a stretch that is one huge page too long: the part that begins at one, and the rest goes back.
static void *aligned_stretch(size_t size) {
  char *from =
      mmap(NULL, size + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (from == MAP_FAILED)
    return NULL;
  size_t before = (HUGE_PAGE - (size_t)from % HUGE_PAGE) % HUGE_PAGE;
  if (before > 0)
    munmap(from, before);
  munmap(from + before + size, HUGE_PAGE - before);
  return from + before;
}

void *seg_large_memory(size_t size) {
  if (size < SMALLEST_LARGE)
    return calloc(1, size == 0 ? 1 : size);
  if (size > SIZE_MAX / 2)
    return NULL;
  void *memory = aligned_stretch(rounded(size));
  if (memory != NULL)
    (void)madvise(memory, rounded(size), MADV_HUGEPAGE); // a wish: without it everything works too
  return memory;
}

void *seg_large_memory_grow(void *memory, size_t size, size_t grown_size) {
  void *grown = seg_large_memory(grown_size);
  if (grown == NULL || memory == NULL)
    return grown;
  // Pages change their place, not their content; where the system refuses they are copied.
  if (size >= SMALLEST_LARGE &&
      mremap(memory, rounded(size), rounded(size), MREMAP_MAYMOVE | MREMAP_FIXED, grown) == grown)
    return grown;
  memcpy(grown, memory, size);
  seg_large_memory_free(memory, size);
  return grown;
}

void seg_large_memory_free(void *memory, size_t size) {
  if (memory == NULL)
    return;
  if (size < SMALLEST_LARGE)
    free(memory);
  else
    munmap(memory, rounded(size));
}
