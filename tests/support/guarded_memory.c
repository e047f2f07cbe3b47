// Memory with a guard page behind it; see guarded_memory.h.
#include "tests/support/guarded_memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t page_size(void) {
  return (size_t)sysconf(_SC_PAGESIZE);
}

static size_t usable(size_t bytes) {
  return (bytes + page_size() - 1) / page_size() * page_size();
}

void *seg_guarded_memory(size_t bytes, unsigned char fill) {
  size_t before = usable(bytes);
  char *pages =
      mmap(NULL, before + page_size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED || mprotect(pages + before, page_size(), PROT_NONE) != 0) {
    fputs("guarded_memory: out of memory\n", stderr);
    abort();
  }
  memset(pages + before - bytes, fill, bytes);
  return pages + before - bytes;
}

void seg_guarded_memory_free(void *memory, size_t bytes) {
  if (memory != NULL)
    munmap((char *)memory + bytes - usable(bytes), usable(bytes) + page_size());
}
