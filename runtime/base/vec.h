/**
 * Growable arrays by macro: `struct { T *items; size_t count, capacity; }`.
 *
 *   SEG_VEC(int) numbers = {0};
 *   if (!SEG_VEC_PUSH(&numbers, 7)) ... out of memory ...
 *   SEG_VEC_FREE(&numbers);
 */
#ifndef SEG_RUNTIME_BASE_VEC_H
#define SEG_RUNTIME_BASE_VEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#define SEG_VEC(type)                                                                              \
  struct {                                                                                         \
    type *items;                                                                                   \
    size_t count, capacity;                                                                        \
  }

/** Room for `extra` more elements; false when memory is out (the vector is unchanged then). */
#define SEG_VEC_RESERVE(vec, extra)                                                                \
  (((vec)->items != NULL && (vec)->capacity - (vec)->count >= (size_t)(extra)) ||                  \
   seg_vec_grow((void **)&(vec)->items, &(vec)->capacity, (vec)->count, (extra),                   \
                sizeof *(vec)->items))

/** Append one element (variadic, so that a compound literal fits); false when memory is out. */
#define SEG_VEC_PUSH(vec, ...)                                                                     \
  (SEG_VEC_RESERVE((vec), 1) ? ((vec)->items[(vec)->count++] = (__VA_ARGS__), true) : false)

#define SEG_VEC_FREE(vec)                                                                          \
  (free((vec)->items), (vec)->items = NULL, (vec)->count = (vec)->capacity = 0)

/** The engine of the macros above; use those. */
bool seg_vec_grow(void **items, size_t *capacity, size_t count, size_t extra, size_t element_size);

#endif
