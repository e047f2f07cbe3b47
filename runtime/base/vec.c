// Growable arrays; see vec.h.
#include "runtime/base/vec.h"

bool seg_vec_grow(void **items, size_t *capacity, size_t count, size_t extra, size_t element_size) {
  size_t need;
  if (__builtin_add_overflow(count, extra, &need))
    return false;
  if (need <= *capacity)
    return true;
  size_t larger = *capacity < 8 ? 8 : *capacity + *capacity / 2;
  if (larger < need)
    larger = need;
  size_t bytes;
  if (__builtin_mul_overflow(larger, element_size, &bytes))
    return false;
  void *grown = realloc(*items, bytes);
  if (grown == NULL)
    return false;
  *items = grown;
  *capacity = larger;
  return true;
}
