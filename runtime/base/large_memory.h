/**
 * Large memory: zeroed arrays that are read at random. From some megabytes on they lie in huge
 * pages, where the system has them: a look-up then misses the cache once instead of twice (the
 * second time for the page table), and what is used for the first time comes at once, not in
 * hundreds of small pages.
 */
#ifndef SEG_RUNTIME_BASE_LARGE_MEMORY_H
#define SEG_RUNTIME_BASE_LARGE_MEMORY_H

#include <stddef.h>

#include "runtime/base/status.h"

/** Zeroed; NULL when memory is out. */
SEG_NODISCARD void *seg_large_memory(size_t size);

/** More of what seg_large_memory gave for `size` (or NULL): the same bytes, and zeros behind them.
 * What was large moves without being copied. NULL when memory is out: then `memory` stays as it
 * is. */
SEG_NODISCARD void *seg_large_memory_grow(void *memory, size_t size, size_t grown_size);

/** Give back what seg_large_memory gave for `size`; NULL is fine. */
void seg_large_memory_free(void *memory, size_t size);

#endif
