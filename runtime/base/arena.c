// Arena: many small allocations, one release; see arena.h.
#include "runtime/base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct seg_arena_block {
  struct seg_arena_block *next;
  size_t used;
  size_t size;
  _Alignas(16) unsigned char bytes[];
};

// Blocks grow, so that small arenas are cheap.
enum { FIRST_BYTES = 2 * 1024, MOST_BYTES = 64 * 1024, ALIGNMENT = 16 };

void seg_arena_init(struct seg_arena *arena) {
  arena->blocks = NULL;
  arena->bytes = 0;
}

void seg_arena_deinit(struct seg_arena *arena) {
  struct seg_arena_block *block = arena->blocks;
  while (block != NULL) {
    struct seg_arena_block *next = block->next;
    free(block);
    block = next;
  }
  seg_arena_init(arena);
}

void *seg_arena_alloc(struct seg_arena *arena, size_t size) {
  if (size > SIZE_MAX - ALIGNMENT - sizeof(struct seg_arena_block))
    return NULL;
  size_t need = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  struct seg_arena_block *block = arena->blocks;
  if (block == NULL || block->size - block->used < need) {
    size_t bytes = block == NULL ? FIRST_BYTES : 2 * block->size;
    bytes = bytes > MOST_BYTES ? MOST_BYTES : bytes;
    bytes = need > bytes ? need : bytes;
    block = calloc(1, sizeof *block + bytes);
    if (block == NULL)
      return NULL;
    block->size = bytes;
    block->next = arena->blocks;
    arena->blocks = block;
  }
  void *result = block->bytes + block->used;
  block->used += need;
  arena->bytes += need;
  return result;
}

void seg_arena_join(struct seg_arena *arena, struct seg_arena *other) {
  struct seg_arena_block **last = &other->blocks;
  while (*last != NULL)
    last = &(*last)->next;
  *last = arena->blocks;
  arena->blocks = other->blocks;
  arena->bytes += other->bytes;
  seg_arena_init(other);
}

void *seg_arena_array(struct seg_arena *arena, size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes))
    return NULL;
  return seg_arena_alloc(arena, bytes);
}

struct seg_str seg_arena_str(struct seg_arena *arena, struct seg_str text) {
  char *copy = seg_arena_alloc(arena, text.size + 1);
  if (copy == NULL)
    return (struct seg_str){0};
  if (text.size > 0)
    memcpy(copy, text.data, text.size);
  return (struct seg_str){copy, text.size};
}

struct seg_str seg_arena_format(struct seg_arena *arena, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  va_list again;
  va_copy(again, arguments);
  int size = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  struct seg_str result = {0};
  if (size >= 0) {
    char *copy = seg_arena_alloc(arena, (size_t)size + 1);
    if (copy != NULL) {
      vsnprintf(copy, (size_t)size + 1, format, again);
      result = (struct seg_str){copy, (size_t)size};
    }
  }
  va_end(again);
  return result;
}
