/**
 * Memory that ends at a page which may not be touched: a read or write behind the end stops the
 * program, also one of generated code, which no sanitizer sees.
 */
#ifndef SEG_TESTS_SUPPORT_GUARDED_MEMORY_H
#define SEG_TESTS_SUPPORT_GUARDED_MEMORY_H

#include <stddef.h>

/**
 * `bytes` bytes of value `fill`, the last one before the guard; aligned as far as `bytes` is a
 * multiple of 16. Ends the program when memory is out.
 */
void *seg_guarded_memory(size_t bytes, unsigned char fill);

/** With the bytes it was made with. */
void seg_guarded_memory_free(void *memory, size_t bytes);

#endif
